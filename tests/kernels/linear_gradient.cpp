// SPDX-License-Identifier: BSL-1.0

/// @file
/// The gradient of a linear layer's weights: tokens in chunks, which do not divide them, give the bits of one product.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/kernels/linear_gradient.hpp>

#include "simd/levels.hpp"

#include <numeric>
#include <random>

namespace {

using namespace halfulp_test;

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
bool have_same_bits(const std::vector<T>& x, const std::vector<T>& y) {
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

TEST_CASE("the gradient of a linear layer in chunks is one product: native") {
    tally t("the gradient of a linear layer in chunks: native");
    check_linear_gradient<float, float, float>(t, arithmetic::native<float>{}, 100, 37, 50);
    check_linear_gradient<bfloat16, float, bfloat16>(t, arithmetic::native<float>{}, 61, 17, 33);
    check_linear_gradient<float, double, double>(t, arithmetic::native<double>{}, 40, 9, 20);
    check_linear_gradient<std::int8_t, std::int8_t, std::int32_t>(t, arithmetic::native<std::int32_t>{}, 40,
                                                                  5, 6);
    require(t);
}

TEST_CASE("the gradient of a linear layer in chunks is one product: rounded, fused, stochastic") {
    tally t("the gradient of a linear layer in chunks: rounded");
    check_linear_gradient<bfloat16, bfloat16, bfloat16>(t, arithmetic::rounded<bfloat16>{}, 40, 9, 20);
    check_linear_gradient<bfloat16, bfloat16, bfloat16>(
        t, arithmetic::rounded<bfloat16, float>{projection{rounding::toward_zero}}, 40, 9, 20);
    check_linear_gradient<float8_e4m3fn, bfloat16, float16>(
        t, arithmetic::fused<float16>{projection{rounding::ties_to_even, saturation::finite}}, 23, 5, 18);
    check_linear_gradient<bfloat16, bfloat16, bfloat16>(
        t, arithmetic::rounded<bfloat16>{projection{rounding::stochastic_a}, 7}, 23, 5, 18);
    require(t);
}

TEST_CASE("the gradient of a linear layer in chunks is one product: exact and integer") {
    tally t("the gradient of a linear layer in chunks: exact");
    check_linear_gradient<float, float, float>(t, arithmetic::exact{}, 23, 5, 8);
    check_linear_gradient<bfloat16, float, bfloat16>(t, arithmetic::exact{}, 23, 5, 8);
    check_linear_gradient<std::int8_t, std::int8_t, std::int32_t>(t, arithmetic::integer<std::int32_t>{}, 23,
                                                                  5, 8);
    require(t);
}

TEST_CASE("linear_gradient_sums refuses what does not fit before it adds") {
    linear_gradient_sums<arithmetic::native<float>, float, float> sums(3, 2);
    std::vector<float> numbers(100, 1.0f);
    const auto view = [&](std::size_t rows, std::size_t columns) {
        return matrix_view<const float>(numbers.data(), rows, columns);
    };
    std::vector<float> dw(6, 5.0f);
    CHECK_THROWS_AS(sums.add(view(4, 2), view(5, 3)), shape_error);
    CHECK_THROWS_AS(sums.add(view(4, 3), view(4, 3)), shape_error);
    CHECK_THROWS_AS(sums.add(view(4, 2), view(4, 2)), shape_error);
    CHECK_THROWS_AS(sums.write(matrix_view<float>(dw.data(), 2, 3)), shape_error);
    CHECK_THROWS_AS(sums.write(matrix_view<float>(dw.data(), 3, 2, 1, 1)), aliasing_error);
    CHECK(dw[0] == 5);
    CHECK(sums.terms() == 0);
    sums.write(matrix_view<float>(dw.data(), 3, 2));
    CHECK(dw == std::vector<float>(6, 0.0f));
    sums.add(view(4, 2), view(4, 3));
    sums.write(matrix_view<float>(dw.data(), 3, 2));
    CHECK(dw == std::vector<float>(6, 4.0f));
    CHECK(sums.bytes() == 24);
    linear_gradient_sums<arithmetic::integer<std::int32_t>, std::int32_t, std::int32_t> integers(1, 1);
    const std::int32_t one[] = {1};
    CHECK_THROWS_AS(
        integers.add(matrix_view<const std::int32_t>(one, 1, 1), matrix_view<const std::int32_t>(one, 1, 1)),
        overflow_error);
}

}  // namespace
