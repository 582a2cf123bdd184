// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exact products with double among the operands or as the result: residues, and what they do not fit.

#include "kernels/matmul_exact_checks.hpp"

using namespace halfulp_test;

TEST_CASE("double to double") {
    check_types<double, double, double>(11);
}
TEST_CASE("float to double") {
    check_types<float, float, double>(12);
}
TEST_CASE("double and bfloat16 to float") {
    check_types<double, bfloat16, float>(13);
}
