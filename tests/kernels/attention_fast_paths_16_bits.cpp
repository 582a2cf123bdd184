// SPDX-License-Identifier: BSL-1.0

/// @file
/// Attention of 16-bit elements against its definition, bit for bit, at every level of the machine.

#include "kernels/attention_fast_paths_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention of bfloat16 is its definition") {
    tally t("attention of bfloat16");
    check_attention_options<bfloat16, bfloat16, bfloat16, bfloat16>(t, 2, 800);
    check_attention_in_parts<bfloat16, bfloat16, bfloat16, bfloat16>(t, 2);
    require(t);
}

TEST_CASE("attention of float16 is its definition") {
    tally t("attention of float16");
    check_attention_options<float16, float16, float16, float16>(t, 3, 800);
    require(t);
}

}  // namespace
