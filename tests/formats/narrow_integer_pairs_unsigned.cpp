// SPDX-License-Identifier: BSL-1.0
//
// +, −, × and comparisons of every pair of values: small unsigned types with all small types.

#include "formats/narrow_integer_checks.hpp"

using namespace halfulp_test;

TEST_CASE("Narrow integers, unsigned types: all pairs of values", "[formats]") {
    tally t("narrow integers, unsigned");
    check_pairs(t, static_cast<small_unsigned*>(nullptr), static_cast<small_types*>(nullptr));
    require(t);
}
