// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// As l_mul.cpp, for formats with every trait that has no name among the named types.

#include "formats/l_mul_checks.hpp"

using namespace halfulp_test;

TEMPLATE_LIST_TEST_CASE("products of all pairs of odd types are the reference's", "", odd_types) {
    tally t("l_mul, " + name_of(TestType::format) + ", all pairs");
    check_options_at_run_time<TestType, TestType>(t);
    require(t);
}
