// SPDX-License-Identifier: BSL-1.0

/// @file
/// A layer of causal attention in chunks, of bfloat16 and in arithmetics that round every step.

#include "kernels/streamed_gradient_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention's gradient in chunks of the sequence is that of its parts: rounded and stochastic") {
    tally t("streamed gradient: rounded");
    check_streamed<bfloat16>(t, arithmetic::rounded<bfloat16>{}, {17, 8, 2, 1, 4, 3});
    check_streamed<bfloat16>(t, arithmetic::rounded<bfloat16, float>{projection{rounding::stochastic_a}, 11},
                             {17, 6, 2, 1, 3, 3}, true);
    require(t);
}

}  // namespace
