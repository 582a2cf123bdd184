// SPDX-License-Identifier: BSL-1.0
//
// Arrays of double: a format and projection known to the compiler, the same at run time, and the scalar
// conversion give the same bits.

#include "kernels/round_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("arrays of double are rounded, encoded and decoded as the scalar conversion does") {
    tally t("arrays of double, 13 projections, constant format = run-time format = scalar");
    check_format<formats::float16, double>(t, array_size);
    check_format_briefly<formats::float32, double>(t, array_size);
    check_format_briefly<formats::tfloat32, double>(t, array_size);
    check_format_briefly<p3109::format(8, 3), double>(t, array_size);
    require(t);
}
