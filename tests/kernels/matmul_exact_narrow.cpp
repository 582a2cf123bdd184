// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exact products of 4 and 6 bits: chains in float that do not round.

#include "kernels/matmul_exact_checks.hpp"

using namespace halfulp_test;

TEST_CASE("4 and 6 bits") {
    check_types<float4_e2m1fn, float4_e2m1fn, float>(21);
    check_types<float6_e2m3fn, float6_e3m2fn, bfloat16>(22);
}
