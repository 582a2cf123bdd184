// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Classification, signs and neighbours of every value of types with odd traits: no exponent bits, no
// subnormals, no zero, no sign, precision 1, far biases, and P3109.

#include "formats/functions_checks.hpp"
#include "support/formats.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEMPLATE_LIST_TEST_CASE("class, sign and neighbours of every value of types with odd traits", "", odd_types) {
    check_values<TestType>();
}
