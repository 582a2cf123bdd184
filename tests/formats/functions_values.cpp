// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Classification, signs and neighbours of every value of every named type of up to 16 bits.

#include "formats/functions_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {
using sixteen_bit_types = std::tuple<bfloat16, float16>;
}

TEMPLATE_LIST_TEST_CASE("class, sign and neighbours of every value of the named small types", "",
                        small_types) {
    check_values<TestType>();
}

TEMPLATE_LIST_TEST_CASE("class, sign and neighbours of every value of the 16-bit types", "",
                        sixteen_bit_types) {
    check_values<TestType>();
}

TEST_CASE("the built-in types have the same functions") {
    using limits = std::numeric_limits<double>;
    STATIC_REQUIRE(next_up(1.0) == 1.0 + limits::epsilon());
    STATIC_REQUIRE(next_down(1.0f) == 1.0f - std::numeric_limits<float>::epsilon() / 2);
    STATIC_REQUIRE(next_up(limits::max()) == limits::infinity());
    STATIC_REQUIRE(next_up(-limits::infinity()) == limits::lowest());
    STATIC_REQUIRE(next_up(0.0) == limits::denorm_min());
    STATIC_REQUIRE(signbit(next_up(-limits::denorm_min())));
    STATIC_REQUIRE(classify(limits::denorm_min()) == floating_class::subnormal);
    STATIC_REQUIRE(halfulp::isnan(limits::quiet_NaN()));
    STATIC_REQUIRE(signbit(copysign(0.0, -1.0f)));
    STATIC_REQUIRE(halfulp::nextafter(2.0, 1.0) == 2.0 - limits::epsilon());
    CHECK(next_down(limits::denorm_min()) == 0.0);
}

TEST_CASE("rounding to an integer overflows as the type's projection says") {
    using saturating = halfulp::custom_float<halfulp::formats::float8_e3m4,
                                             halfulp::projection{halfulp::rounding::toward_zero,
                                                                 halfulp::saturation::finite}>;
    constexpr auto largest = std::numeric_limits<saturating>::max();
    STATIC_REQUIRE(largest == 15.5);
    CHECK(ceil(largest) == largest);
    CHECK(floor(-largest) == -largest);
    CHECK(nearbyint(largest) == 15);  // toward zero, by default
    CHECK(nearbyint(largest, halfulp::projection{halfulp::rounding::ties_to_away}) ==
          std::numeric_limits<saturating>::infinity());
    CHECK(isinf(ceil(std::numeric_limits<halfulp::float8_e3m4>::max())));
}
