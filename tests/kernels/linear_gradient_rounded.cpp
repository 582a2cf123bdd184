// SPDX-License-Identifier: BSL-1.0

/// @file
/// The gradient of a linear layer's weights in chunks of tokens, in arithmetics that round every step.

#include "kernels/linear_gradient_checks.hpp"

namespace {

using namespace halfulp_test;

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

}  // namespace
