// SPDX-License-Identifier: BSL-1.0
//
// Operations on arrays of custom_float of 8 bits, with a projection known to the compiler.

#include "simd/elementwise_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("arrays of custom_float, every level against the definition and the scalar operation") {
    tally t("operations on arrays of custom_float");
    check_type<halfulp::float8_e4m3fn, projection{}>(t, 700);
    check_type<halfulp::float8_e4m3fnuz, projection{rounding::toward_negative, saturation::finite}>(t, 710);
    require(t);
}
