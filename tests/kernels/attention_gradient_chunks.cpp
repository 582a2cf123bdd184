// SPDX-License-Identifier: BSL-1.0

/// @file
/// The gradient of attention in chunks of queries, which do not divide them, is that of all at once, bit for bit.

#include "kernels/attention_gradient_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("the gradient of attention in chunks is that of all at once: native") {
    tally t("the gradient of attention in chunks: native");
    check_gradient_in_chunks<float, float, float, float>(t, 1, arithmetic::native<float>{}, 61, all_levels());
    check_gradient_in_chunks<bfloat16, bfloat16, bfloat16, bfloat16>(t, 20, arithmetic::native<float>{}, 40,
                                                                     fast_levels());
    require(t);
}

TEST_CASE("the gradient of attention in chunks is that of all at once: rounded, stochastic too") {
    tally t("the gradient of attention in chunks: rounded");
    check_gradient_in_chunks<bfloat16, bfloat16, bfloat16, bfloat16>(t, 2, arithmetic::rounded<bfloat16>{},
                                                                     17, {simd::isa::plain});
    check_gradient_in_chunks<bfloat16, bfloat16, bfloat16, bfloat16>(
        t, 3, arithmetic::rounded<bfloat16, float>{projection{rounding::stochastic_a}, 5}, 17,
        {simd::isa::plain});
    require(t);
}

TEST_CASE("the gradient of attention in chunks is that of all at once: exact sums") {
    tally t("the gradient of attention in chunks: exact");
    check_gradient_in_chunks<float, float, float, float>(t, 4, arithmetic::exact{}, 17, {simd::isa::plain});
    check_gradient_in_chunks<bfloat16, bfloat16, bfloat16, float>(t, 5, arithmetic::exact{}, 17,
                                                                  {simd::isa::plain});
    require(t);
}

}  // namespace
