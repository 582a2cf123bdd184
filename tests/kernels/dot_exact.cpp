// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exact dot products of float and narrow formats: products are numbers of double.

#include "kernels/dot_exact_checks.hpp"

using namespace halfulp_test;

namespace {

TEST_CASE("float") {
    check_types<float, float, float>();
}
TEST_CASE("float to double") {
    check_types<float, float, double>();
}
TEST_CASE("bfloat16 and float to bfloat16") {
    check_types<bfloat16, float, bfloat16>();
}
TEST_CASE("8-bit formats") {
    check_types<float8_e4m3fn, float8_e5m2, float8_e4m3fn>();
}

}  // namespace
