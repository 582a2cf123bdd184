// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// tanh, correctly rounded: every value of 4- to 8-bit types into its own type in all modes with flags, every value of
// 16 bits to nearest, against MPFR.

#include "formats/hyperbolic_tangent_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

using small_tanh_types =
    std::tuple<float8_e5m2, float8_e4m3fn, float8_e4m3fnuz, float8_e8m0fnu, float6_e2m3fn, float4_e2m1fn,
               p3109::binary<8, 4>, p3109::binary<8, 3, p3109::signedness::unsigned_values>>;

template <class T>
void check_nearest_tanh() {
    tally t(name_of(T::format) + ", tanh of every value, ties to even");
    const std::vector<projection> nearest{projection{}};
    for (unsigned code = 0; code < 65536; code += cases_for_effort(61u, 1u, 1u))
        check_hyperbolic_tangent<T>(t, nth<T>(code), nearest);
    require(t);
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("tanh of every value of small types", "", small_tanh_types) {
    check_all_hyperbolic_tangents<TestType>();
}

TEST_CASE("tanh of every float16 and bfloat16, to nearest") {
    check_nearest_tanh<float16>();
    check_nearest_tanh<bfloat16>();
}
