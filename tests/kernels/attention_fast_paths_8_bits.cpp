// SPDX-License-Identifier: BSL-1.0

/// @file
/// Attention of 8-bit elements against its definition, bit for bit, at every level of the machine.

#include "kernels/attention_fast_paths_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention of float8_e4m3fn is its definition") {
    tally t("attention of float8_e4m3fn");
    check_attention_options<float8_e4m3fn, float8_e4m3fn, float8_e4m3fn, float8_e4m3fn>(t, 4, 800);
    require(t);
}

TEST_CASE("attention of float8_e5m2 is its definition") {
    tally t("attention of float8_e5m2, in bfloat16");
    check_attention_options<float8_e5m2, float8_e5m2, float8_e5m2, bfloat16>(t, 5, 800);
    require(t);
}

}  // namespace
