// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Attention against its steps computed on exact values, bit for bit, in all modes: bfloat16, and double.

#include "kernels/attention_steps_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention is its steps: bfloat16 and double") {
    check_attention_steps<bfloat16, float, bfloat16>();
    check_attention_steps<double, double, float>();
}

}  // namespace
