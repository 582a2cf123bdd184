// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// The named types of up to 8 bits, exhaustively: all pairs for + − × ÷ and all values for sqrt, in all
// deterministic modes and saturations, value and flags, hardware lane and exact lane.

#include "support/operations.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEMPLATE_LIST_TEST_CASE("+ − × ÷ of all pairs are the reference's", "", small_types) {
    constexpr unsigned codes = 1u << TestType::format.bits();
    tally t(name_of(TestType::format) + ", all pairs, 4 operations, 24 projections, both lanes");
    for (unsigned pair = 0; pair < codes * codes; pair += cases_for_effort(31u, 1u, 1u)) {
        const auto x = nth<TestType>(pair / codes);
        const auto y = nth<TestType>(pair % codes);
        check_projections<add_case, TestType>(t, deterministic_projections(), 0, x, y);
        check_projections<subtract_case, TestType>(t, deterministic_projections(), 0, x, y);
        check_projections<multiply_case, TestType>(t, deterministic_projections(), 0, x, y);
        check_projections<divide_case, TestType>(t, deterministic_projections(), 0, x, y);
    }
    require(t);
}

TEMPLATE_LIST_TEST_CASE("sqrt of all values is the reference's", "", small_types) {
    tally t(name_of(TestType::format) + ", all values, sqrt, 24 projections, both lanes");
    for (unsigned code = 0; code < 1u << TestType::format.bits(); ++code)
        check_projections<sqrt_case, TestType>(t, deterministic_projections(), 0, nth<TestType>(code));
    require(t);
}
