// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What examples of attention read: places of a text that attend to each other, or your own arrays; and how numbers are
/// stored narrow before attention sees them.

#include <halfulp/core/errors.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/interop/npy.hpp>
#include <halfulp/kernels/quantize.hpp>

#include "text_input.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace examples {

struct attention_input {
    std::string name;
    matrix<float> q, k, v;
    bool causal;
};

/// Places in the middle of a text, each described by what its last four characters say of the next one: log-odds of the
/// 96 printable characters, halved with every step back. Queries, keys and values are the same.
inline attention_input read_places(const std::string& text, std::size_t tokens) {
    const matrix<double> log_odds = bigram_log_odds(text);
    const auto row_of = [](char c) { return c >= ' ' && c <= '~' ? static_cast<std::size_t>(c - ' ') : 95; };
    const std::size_t count = std::min(tokens, text.size() - 4);
    const std::size_t first = (text.size() - count) / 2;
    matrix<float> x{std::vector<float>(count * 96), count, 96};
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t next = 0; next < 96; ++next) {
            double sum = 0, weight = 1;
            for (std::size_t back = 0; back < 4; ++back, weight /= 2)
                sum += weight * log_odds.view()(row_of(text[first + i - back]), next);
            x.view()(i, next) = static_cast<float>(sum);
        }
    return {std::to_string(count) + " places of a text of " + std::to_string(text.size()) + " characters", x,
            x, x, true};
}

/// An array of a file, in float, for a program.
/// @throws file_error  unless it holds finite numbers, and at least one
inline matrix<float> read_floats(const char* program, const std::string& file) {
    const halfulp::npy_array array = halfulp::read_npy(file);
    matrix<float> result{{}, array.rows, array.columns};
    for (const double x : array.to_double())
        result.data.push_back(static_cast<float>(x));
    if (result.data.empty() ||
        !std::all_of(result.data.begin(), result.data.end(), [](float x) { return std::isfinite(x); }))
        throw halfulp::file_error(std::string(program) + ": " + file +
                                  " must hold finite numbers of float, and at least one");
    return result;
}

/// Numbers rounded to T, to nearest; what is too large becomes the largest.
template <class T>
matrix<T> stored_as(const matrix<float>& m) {
    constexpr halfulp::projection saturating{halfulp::rounding::ties_to_even, halfulp::saturation::finite};
    matrix<T> result{{}, m.rows, m.columns};
    for (const float x : m.data)
        result.data.push_back(halfulp::convert<T>(x, saturating));
    return result;
}

/// Codes of an integer type with one scale for all of them: a number is about scale times its code.
template <class Integer>
struct scaled_integers {
    matrix<Integer> codes;
    double scale;
};
template <class Integer>
scaled_integers<Integer> quantized_as(const matrix<float>& m) {
    const auto q = halfulp::quantize<Integer>(
        m.view(), halfulp::quantization_options{.per = halfulp::granularity::tensor});
    scaled_integers<Integer> result{{{}, m.rows, m.columns}, static_cast<double>(q.scale(0, 0))};
    for (std::size_t i = 0; i < m.rows; ++i)
        for (std::size_t j = 0; j < m.columns; ++j)
            result.codes.data.push_back(q.code(i, j));
    return result;
}

}  // namespace examples
