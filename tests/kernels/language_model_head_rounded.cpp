// SPDX-License-Identifier: BSL-1.0

/// @file
/// The language-model head in chunks of tokens, in double and in arithmetics that round every step or once.

#include "kernels/language_model_head_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("the language-model head in chunks of tokens is that of all tokens: double, rounded, exact") {
    tally t("the language-model head in chunks: double, rounded, exact");
    check_head_in_chunks<double, double>(t, arithmetic::native<double>{}, 17, 40, 9);
    check_head_in_chunks<bfloat16, bfloat16>(t, arithmetic::rounded<bfloat16>{}, 17, 20, 8);
    check_head_in_chunks<bfloat16, float>(
        t, arithmetic::rounded<bfloat16, float>{projection{rounding::stochastic_a}, 3}, 17, 20, 8);
    check_head_in_chunks<float, float>(t, arithmetic::exact{}, 17, 20, 8);
    require(t);
}

}  // namespace
