// SPDX-License-Identifier: BSL-1.0

/// @file
/// Attention in several threads against its definition, bit for bit.

#include "kernels/attention_fast_paths_checks.hpp"
#include "support/openmp_leaks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention in several threads is its definition") {
    tally t("attention in 2, 3 and 5 threads");
    check_attention_options<float, float, float, float>(t, 8, 300, 6000, {2, 3, 5});
    check_attention_options<bfloat16, float8_e4m3fn, bfloat16, bfloat16>(t, 9, 200, 6000, {3});
    check_attention_shapes<float, float, float, float>(t, 2, {2, 3, 0});
    require(t);
}

}  // namespace
