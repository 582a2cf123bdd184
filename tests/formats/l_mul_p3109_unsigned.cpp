// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// As l_mul.cpp, for the unsigned formats of IEEE P3109 of 3 to 6 bits.

#include "formats/l_mul_checks.hpp"

using namespace halfulp_test;

TEST_CASE("products of all pairs of narrow unsigned P3109 numbers are the reference's") {
    constexpr auto sign = p3109::signedness::unsigned_values;
    tally t("l_mul, unsigned P3109 of 3 to 6 bits, all pairs");
    check_p3109<3, sign>(t);
    check_p3109<4, sign>(t);
    check_p3109<5, sign>(t);
    check_p3109<6, sign>(t);
    require(t);
}
