// SPDX-License-Identifier: BSL-1.0

/// @file
/// The gradient of a linear layer's weights in chunks of tokens, in native arithmetic, and what is refused.

#include "kernels/linear_gradient_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("the gradient of a linear layer in chunks is one product: native") {
    tally t("the gradient of a linear layer in chunks: native");
    check_linear_gradient<float, float, float>(t, arithmetic::native<float>{}, 100, 37, 50);
    check_linear_gradient<bfloat16, float, bfloat16>(t, arithmetic::native<float>{}, 61, 17, 33);
    check_linear_gradient<float, double, double>(t, arithmetic::native<double>{}, 40, 9, 20);
    check_linear_gradient<std::int8_t, std::int8_t, std::int32_t>(t, arithmetic::native<std::int32_t>{}, 40,
                                                                  5, 6);
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
