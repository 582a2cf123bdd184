// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exact products of 8 bits, also of formats with one zero.

#include "kernels/matmul_exact_checks.hpp"

using namespace halfulp_test;

TEST_CASE("8 bits") {
    check_types<float8_e4m3fn, float8_e5m2, float16>(23);
    check_types<float8_e5m2fnuz, float8_e4m3fnuz, float8_e4m3fnuz>(24);
}
