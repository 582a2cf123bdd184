// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// std::numeric_limits and std::hash of types with odd traits are what their values say.

#include "formats/limits_checks.hpp"
#include "support/formats.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEMPLATE_LIST_TEST_CASE("the limits of types with odd traits are what their values say", "", odd_types) {
    check_against_values<TestType>();
    check_hash<TestType>();
}
