// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exact products of float, whose products a double holds: chains with a bound, and what decides the rest.

#include "kernels/matmul_exact_checks.hpp"

using namespace halfulp_test;

TEST_CASE("float to float, bfloat16 and float8_e4m3fn") {
    check_types<float, float, float>(1);
    check_types<float, float, bfloat16>(2);
    check_types<float, float, float8_e4m3fn>(3);
}
