// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Attention against its steps computed on exact values, bit for bit, in all modes: float.

#include "kernels/attention_steps_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention is its steps: float") {
    check_attention_steps<float, float, float>();
}

}  // namespace
