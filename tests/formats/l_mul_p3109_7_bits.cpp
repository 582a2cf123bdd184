// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// As l_mul.cpp, for the formats of IEEE P3109 of 7 bits: every precision, signed and unsigned, finite and extended.

#include "formats/l_mul_checks.hpp"

using namespace halfulp_test;

TEST_CASE("products of all pairs of P3109 numbers of 7 bits are the reference's") {
    tally t("l_mul, P3109 of 7 bits, all pairs");
    check_p3109<7, p3109::signedness::signed_values>(t);
    check_p3109<7, p3109::signedness::unsigned_values>(t);
    require(t);
}
