// SPDX-License-Identifier: BSL-1.0
//
// Operations on arrays of custom_float of 16 and 32 bits, with a projection known to the compiler.

#include "simd/elementwise_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("arrays of custom_float, every level against the definition and the scalar operation: wide types") {
    tally t("operations on arrays of custom_float");
    check_type<halfulp::float16, projection{rounding::stochastic_b, saturation::none, 14}>(t, 720);
    check_type<halfulp::float32, projection{rounding::to_odd, saturation::propagate}>(t, 730);
    require(t);
}
