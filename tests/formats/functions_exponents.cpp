// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exponents and rounding to an integer, every value of every named type of up to 16 bits.

#include "formats/functions_exponents.hpp"

#include <limits>

using namespace halfulp;
using namespace halfulp_test;

namespace {
using sixteen_bit_types = std::tuple<bfloat16, float16>;
}

TEMPLATE_LIST_TEST_CASE("exponents and integers of every value of the named small types", "", small_types) {
    check_exponents_and_integers<TestType>();
}

TEMPLATE_LIST_TEST_CASE("exponents and integers of every value of the 16-bit types", "", sixteen_bit_types) {
    check_exponents_and_integers<TestType>();
}

TEST_CASE("exponents and integers of the built-in types and of float128") {
    STATIC_REQUIRE(halfulp::ilogb(0x1.fffffep7f) == 7);
    STATIC_REQUIRE(halfulp::ilogb(std::numeric_limits<double>::denorm_min()) == -1074);
    STATIC_REQUIRE(halfulp::ldexp(1.0, -1074) == std::numeric_limits<double>::denorm_min());
    STATIC_REQUIRE(halfulp::ldexp(1.0, -1075) == 0);
    STATIC_REQUIRE(halfulp::ldexp(1.0, -1075, projection{rounding::toward_positive}) ==
                   std::numeric_limits<double>::denorm_min());
    STATIC_REQUIRE(halfulp::frexp(-8.0).fraction == -0.5);
    STATIC_REQUIRE(halfulp::frexp(-8.0).exponent == 4);
    STATIC_REQUIRE(halfulp::nearbyint(2.5) == 2);
    STATIC_REQUIRE(halfulp::nearbyint(3.5f) == 4);
    STATIC_REQUIRE(halfulp::floor(-0.5) == -1);
    STATIC_REQUIRE(signbit(halfulp::ceil(-0.5)));
    STATIC_REQUIRE(halfulp::ldexp(float128{3}, -16495) ==
                   std::numeric_limits<float128>::denorm_min() + std::numeric_limits<float128>::denorm_min());
    STATIC_REQUIRE(halfulp::ilogb(std::numeric_limits<float128>::denorm_min()) == -16494);
    STATIC_REQUIRE(halfulp::ilogb(std::numeric_limits<float128>::max()) == 16383);
    STATIC_REQUIRE(halfulp::trunc(divide<float128>(-7, 2)) == -3);
    CHECK(halfulp::ldexp<float16>(0x1.ffcp14, 1) == 65504);
}
