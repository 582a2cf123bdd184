// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A linear layer from files or from text, and quantised matrices whose widths are chosen at run time.

#include <halfulp/interop/npy.hpp>
#include <halfulp/kernels/quantize.hpp>
#include <halfulp/kernels/quantized_matmul.hpp>

#include "text_input.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace examples {

using namespace halfulp;

// --- Input ------------------------------------------------------------------------------------------

struct layer {
    std::string name;
    matrix<float> weights, activations;  ///< outputs × inputs, tokens × inputs
};

/// Weights say how much more often a character comes 1 … 8 places after another one than on its own, and the
/// activations of a place of the text are the same about the 8 characters before it.
inline layer layer_of_text(std::size_t tokens) {
    constexpr std::size_t characters = 96, distances = 8, inputs = characters * distances;
    const std::filesystem::path root = HALFULP_SOURCE_DIR;
    const std::string text = examples::read_text({root / "README.md", root / "LICENSE", root / "include"});
    layer result{
        "log-odds of characters 1 to 8 apart, in " + std::to_string(text.size()) + " characters of text",
        {std::vector<float>(characters * inputs), characters, inputs},
        {std::vector<float>(tokens * inputs), tokens, inputs}};
    std::vector<matrix<double>> log_odds;
    for (std::size_t distance = 1; distance <= distances; ++distance) {
        std::string every;  // characters that are `distance` apart become neighbours
        for (std::size_t first = 0; first < distance; ++first)
            for (std::size_t i = first; i < text.size(); i += distance)
                every += text[i];
        log_odds.push_back(examples::bigram_log_odds(every));
    }
    const auto row_of = [](char c) {
        return c >= ' ' && c <= '~' ? static_cast<std::size_t>(c - ' ') : characters - 1;
    };
    for (std::size_t k = 0; k < inputs; ++k) {
        const std::size_t distance = k / characters, other = k % characters;
        for (std::size_t j = 0; j < characters; ++j)
            result.weights.view()(j, k) = static_cast<float>(log_odds[distance].view()(other, j));
        for (std::size_t i = 0; i < tokens; ++i) {
            const std::size_t place = distances + (i + 1) * (text.size() - distances) / (tokens + 1);
            const char before = text[place - 1 - distance];
            result.activations.view()(i, k) = static_cast<float>(log_odds[0].view()(row_of(before), other));
        }
    }
    return result;
}

inline matrix<float> read_matrix(const std::string& file) {
    const npy_array array = read_npy(file);
    matrix<float> result{{}, array.rows, array.columns};
    if (array.rows == 0 || array.columns == 0)
        throw file_error("low_bit_linear: " + file + " has no elements");
    const auto add = [&](double x) {
        if (!(std::fabs(x) <= static_cast<double>(std::numeric_limits<float>::max())))
            throw file_error("low_bit_linear: " + file + " holds " + std::to_string(x) +
                             ", expected finite numbers of float");
        result.data.push_back(static_cast<float>(x));
    };
    std::visit([&](const auto& elements) { std::for_each(elements.begin(), elements.end(), add); },
               array.data);
    return result;
}

// --- Quantised matrices of widths chosen at run time -------------------------------------------------

/// A quantised matrix of some type.
struct low_bit_matrix {
    std::shared_ptr<const void> matrix;
    integer_format format;
    double bits;  ///< an element, with its share of the scales and zero points
};

template <class T>
low_bit_matrix make_low_bit(const matrix<float>& m, const quantization_options& options) {
    auto q = std::make_shared<const quantized_matrix<T>>(quantize<T>(m.view(), options));
    const quantization_parameters& p = q->parameters();
    const std::size_t parameter_bits = 32 * (p.scales().size() + p.zero_points().size());
    return {q, T::format,
            T::format.bits() + static_cast<double>(parameter_bits) / static_cast<double>(m.rows * m.columns)};
}

template <class X, class W>
void multiply_low_bit(const low_bit_matrix& x, const low_bit_matrix& w, const matrix_view<float>& y) {
    matmul(*static_cast<const quantized_matrix<X>*>(x.matrix.get()),
           transposed(*static_cast<const quantized_matrix<W>*>(w.matrix.get())), y);
}

/// The functions of one kind of integer, by widths less 1.
struct low_bit_kind {
    using make_function = low_bit_matrix (*)(const matrix<float>&, const quantization_options&);
    using multiply_function = void (*)(const low_bit_matrix& x, const low_bit_matrix& w,
                                       const matrix_view<float>& y);
    template <class T>
    using eight = std::array<T, 8>;

    eight<make_function> make;
    eight<eight<multiply_function>> multiply;  ///< [bits of x][bits of w]
};

template <class X, template <int> class Number, int... N>
constexpr low_bit_kind::eight<low_bit_kind::multiply_function> products_of(std::integer_sequence<int, N...>) {
    return {multiply_low_bit<X, Number<N + 1>>...};
}
template <template <int> class Number, int... N>
constexpr low_bit_kind kind_of(std::integer_sequence<int, N...> widths) {
    return {{make_low_bit<Number<N + 1>>...}, {products_of<Number<N + 1>, Number>(widths)...}};
}

template <int N>
using bipolar = bipolar_int<N>;
template <int N>
using two_complement = narrow_int<N>;

inline constexpr low_bit_kind low_bit_kinds[] = {
    kind_of<bipolar>(std::make_integer_sequence<int, 8>{}),
    kind_of<two_complement>(std::make_integer_sequence<int, 8>{})};

}  // namespace examples
