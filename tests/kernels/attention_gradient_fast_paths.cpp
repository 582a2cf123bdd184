// SPDX-License-Identifier: BSL-1.0

/// @file
/// The gradient of attention against its definition, bit for bit, at every level of the machine: float and bfloat16.

#include "kernels/attention_gradient_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("the gradient of attention in float is its definition") {
    tally t("the gradient of attention in float");
    check_gradient_fast_path<float, float, float, float>(t, 1, 600, 1200);
    require(t);
}

TEST_CASE("the gradient of attention of bfloat16 is its definition") {
    tally t("the gradient of attention of bfloat16");
    check_gradient_fast_path<bfloat16, bfloat16, bfloat16, bfloat16>(t, 2, 300);
    require(t);
}

}  // namespace
