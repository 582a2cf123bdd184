// SPDX-License-Identifier: BSL-1.0

/// @file
/// The gradient of a linear layer's weights in chunks of tokens, in exact and integer arithmetic.

#include "kernels/linear_gradient_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("the gradient of a linear layer in chunks is one product: exact and integer") {
    tally t("the gradient of a linear layer in chunks: exact");
    check_linear_gradient<float, float, float>(t, arithmetic::exact{}, 23, 5, 8);
    check_linear_gradient<bfloat16, float, bfloat16>(t, arithmetic::exact{}, 23, 5, 8);
    check_linear_gradient<std::int8_t, std::int8_t, std::int32_t>(t, arithmetic::integer<std::int32_t>{}, 23,
                                                                  5, 8);
    require(t);
}

}  // namespace
