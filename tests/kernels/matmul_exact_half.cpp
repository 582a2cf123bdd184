// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exact products of 16 and 19 bits.

#include "kernels/matmul_exact_checks.hpp"

using namespace halfulp_test;

TEST_CASE("16 bits to bfloat16, float16 and float") {
    check_types<bfloat16, bfloat16, bfloat16>(31);
    check_types<float16, float16, float>(32);
}
TEST_CASE("tfloat32 and float16 to the numbers that float32 has") {
    check_types<tfloat32, float16, float32>(33);
}
