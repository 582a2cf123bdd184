// SPDX-License-Identifier: BSL-1.0
//
// Arrays of float: a format and projection known to the compiler, the same at run time, and the scalar
// conversion give the same bits.

#include "kernels/round_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("arrays of float are rounded, encoded and decoded as the scalar conversion does") {
    tally t("arrays of float, 13 projections, constant format = run-time format = scalar");
    check_format<formats::float8_e4m3fn, float>(t, array_size);
    check_format<formats::float4_e2m1fn, float>(t, array_size);
    check_format_briefly<formats::float8_e5m2fnuz, float>(t, array_size);
    check_format_briefly<formats::float8_e8m0fnu, float>(t, array_size);
    check_format_briefly<formats::bfloat16, float>(t, array_size);
    require(t);
}
