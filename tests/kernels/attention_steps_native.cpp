// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Attention against its steps computed on exact values, bit for bit: native arithmetic.

#include "kernels/attention_steps_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention is its steps: native") {
    check_native_attention_steps<float, float, float>();
    check_native_attention_steps<float8_e4m3fn, float16, float8_e4m3fn>();
    check_native_attention_steps<bfloat16, float, bfloat16>();
    check_native_attention_steps<double, double, float>();
}

}  // namespace
