// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The gradient of a linear layer's weights: tokens in chunks, which do not divide them, give the bits of one product.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/kernels/linear_gradient.hpp>

#include "simd/levels.hpp"

#include <cstring>
#include <random>

namespace halfulp_test {

template <class T>
std::vector<T> some_numbers(std::mt19937_64& random, std::size_t count) {
    std::vector<T> numbers;
    for (std::size_t n = 0; n < count; ++n) {
        const auto x = static_cast<double>(static_cast<int>(random() % 4001) - 2000);
        if constexpr (std::integral<T>)
            numbers.push_back(static_cast<T>(static_cast<int>(random() % 255) - 127));
        else
            numbers.push_back(convert<T>(std::ldexp(x, -10 - static_cast<int>(random() % 4))));
    }
    return numbers;
}

/// Bits of codes, and of integers.
template <class T>
inline bool have_same_bits(const std::vector<T>& x, const std::vector<T>& y) {
    return x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size() * sizeof(T)) == 0;
}

template <class X, class Y, class Result, class Arithmetic>
void check_linear_gradient(tally& t, const Arithmetic& arithmetic, std::size_t tokens, std::size_t outputs,
                           std::size_t inputs) {
    std::mt19937_64 random(tokens);
    const std::vector<X> x = some_numbers<X>(random, tokens * inputs);
    const std::vector<Y> y = some_numbers<Y>(random, tokens * outputs);
    const matrix_view<const X> all_x(x.data(), tokens, inputs);
    // Columns that are not next to each other.
    const matrix_view<const Y> all_y(y.data(), tokens, outputs, 1, static_cast<std::ptrdiff_t>(tokens));
    std::vector<Result> expected(outputs * inputs);
    matmul(all_y.transposed(), all_x, matrix_view<Result>(expected.data(), outputs, inputs), arithmetic,
           {.execution = execution::plain});
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        for (const std::size_t chunk : {std::size_t{1}, std::size_t{3}, std::size_t{7}, tokens}) {
            linear_gradient_sums<Arithmetic, X, Y> sums(outputs, inputs, arithmetic);
            for (std::size_t first = 0; first < tokens; first += chunk) {
                const std::size_t count = std::min(chunk, tokens - first);
                sums.add(matrix_view<const X>(all_x.row(first).data(), count, inputs),
                         matrix_view<const Y>(all_y.row(first).data(), count, outputs, 1,
                                              static_cast<std::ptrdiff_t>(tokens)));
            }
            std::vector<Result> got(outputs * inputs);
            sums.write(matrix_view<Result>(got.data(), outputs, inputs));
            t.expect(sums.terms() == tokens && have_same_bits(got, expected), [&] {
                return "chunks of " + std::to_string(chunk) + " of " + std::to_string(tokens) + ", level " +
                       simd::name_of(level);
            });
        }
    }
}

}  // namespace halfulp_test
