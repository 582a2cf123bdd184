// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exponents and rounding to an integer, every value of types with odd traits.

#include "formats/functions_exponents.hpp"
#include "support/formats.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEMPLATE_LIST_TEST_CASE("exponents and integers of every value of types with odd traits", "", odd_types) {
    check_exponents_and_integers<TestType>();
}
