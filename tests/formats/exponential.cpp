// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// The exponential, correctly rounded: every value of the OCP types into its own
// type, in all deterministic modes and saturations and in the stochastic modes, with flags, against MPFR.

#include "formats/exponential_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {
using ocp_types =
    std::tuple<float8_e5m2, float8_e4m3fn, float8_e8m0fnu, float6_e2m3fn, float6_e3m2fn, float4_e2m1fn>;
}

TEMPLATE_LIST_TEST_CASE("the exponential of every value of the OCP types", "", ocp_types) {
    check_all_exponentials<TestType>();
}
