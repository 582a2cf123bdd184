// SPDX-License-Identifier: BSL-1.0

/// @file
/// The gradient of attention against its definition, bit for bit, at every level of the machine: mixed elements.

#include "kernels/attention_gradient_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("the gradient of attention of mixed elements, into mixed ones, is its definition") {
    tally t("the gradient of attention of mixed elements");
    check_gradient_fast_path<float16, float16, float16, float16>(t, 3, 200);
    check_gradient_fast_path<float8_e4m3fn, float8_e4m3fn, float8_e4m3fn, float8_e4m3fn, float>(t, 4, 200);
    check_gradient_fast_path<bfloat16, float8_e5m2, float16, float, bfloat16, float, float16>(t, 5, 300);
    require(t);
}

}  // namespace
