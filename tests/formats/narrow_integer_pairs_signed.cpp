// SPDX-License-Identifier: BSL-1.0
//
// +, −, × and comparisons of every pair of values: small signed types with all small types.

#include "formats/narrow_integer_checks.hpp"

using namespace halfulp_test;

TEST_CASE("Narrow integers, signed types: all pairs of values", "[formats]") {
    tally t("narrow integers, signed");
    check_pairs(t, static_cast<small_signed*>(nullptr), static_cast<small_types*>(nullptr));
    require(t);
}
