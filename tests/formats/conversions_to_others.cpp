// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Conversions from every named type of up to 16 bits to the types below, exhaustively; the three
// files conversions_to_….cpp together have every pair.

#include "support/conversions.hpp"

using namespace halfulp;
using namespace halfulp_test;

using targets = std::tuple<float6_e2m3fn, float6_e3m2fn, float4_e2m1fn, bfloat16, float16>;

TEMPLATE_LIST_TEST_CASE("every value of every named type converts as the reference does", "", targets) {
    check_conversions_to<TestType>();
}
