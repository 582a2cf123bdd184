// SPDX-License-Identifier: BSL-1.0

/// @file
/// Attention of mixed elements against its definition, bit for bit, at every level of the machine.

#include "kernels/attention_fast_paths_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention of queries in float, keys in bfloat16, values in float8 is its definition") {
    tally t("attention of float, bfloat16, float8_e4m3fn");
    check_attention_options<float, bfloat16, float8_e4m3fn, float>(t, 6, 800);
    require(t);
}

TEST_CASE("attention of queries in bfloat16, keys in float4, values in float16 is its definition") {
    tally t("attention of bfloat16, float4, float16, in float8");
    check_attention_options<bfloat16, float4_e2m1fn, float16, float8_e5m2>(t, 7, 800);
    require(t);
}

}  // namespace
