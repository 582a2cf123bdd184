// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// The exponential, correctly rounded: every value of the other 8-bit types into its own
// type, in all deterministic modes and saturations and in the stochastic modes, with flags, against MPFR.

#include "formats/exponential_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {
using variants = std::tuple<float8_e4m3, float8_e3m4, float8_e4m3fnuz, float8_e5m2fnuz, float8_e4m3b11fnuz>;
}

TEMPLATE_LIST_TEST_CASE("the exponential of every value of the other 8-bit types", "", variants) {
    check_all_exponentials<TestType>();
}
