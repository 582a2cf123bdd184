// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// The exponential, correctly rounded: every value of the types of 16 bits into its own
// type, in all deterministic modes and saturations and in the stochastic modes, with flags, against MPFR.

#include "formats/exponential_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {
using sixteen_bit_types = std::tuple<bfloat16, float16>;
}

TEMPLATE_LIST_TEST_CASE("the exponential of every value of the 16-bit types", "", sixteen_bit_types) {
    check_all_exponentials<TestType>();
}
