// SPDX-License-Identifier: BSL-1.0
//
// +, −, × and comparisons of every pair of values: small bipolar types with all small types.

#include "formats/narrow_integer_checks.hpp"

using namespace halfulp_test;

TEST_CASE("Narrow integers, bipolar types: all pairs of values", "[formats]") {
    tally t("narrow integers, bipolar");
    check_pairs(t, static_cast<small_bipolar*>(nullptr), static_cast<small_types*>(nullptr));
    require(t);
}

TEST_CASE("Narrow integers, ternary: all pairs of values", "[formats]") {
    tally t("narrow integers, ternary");
    check_pairs(t, static_cast<std::tuple<ternary_number>*>(nullptr), static_cast<small_types*>(nullptr));
    require(t);
}
