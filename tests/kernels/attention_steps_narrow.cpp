// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Attention against its steps computed on exact values, bit for bit, in all modes: 8 bits with sums in 16.

#include "kernels/attention_steps_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention is its steps: 8 bits, sums in 16") {
    check_attention_steps<float8_e4m3fn, float16, float8_e4m3fn>();
}

}  // namespace
