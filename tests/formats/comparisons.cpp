// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// == and <=>: numbers of different types beside each other, against the order of the exact values. Neither side is ever rounded.

#include "support/random.hpp"
#include "support/values.hpp"

#include <limits>

using namespace halfulp;
using namespace halfulp_test;

namespace {

template <class X, class Y>
void expect_order(tally& t, X x, Y y, std::partial_ordering expected) {
    const bool equal = expected == std::partial_ordering::equivalent;
    // compare() of small formats computes in double; the exact comparison is what constants use.
    const bool agree =
        compare(x, y) == expected && compare(y, x) == 0 <=> expected &&
        detail::compare_unpacked(detail::unpack_operand(x), detail::unpack_operand(y)) == expected &&
        (x <=> y) == expected && (x == y) == equal && (x != y) == !equal && (x < y) == (expected < 0) &&
        (x >= y) == (expected >= 0) && (y < x) == (expected > 0);
    t.expect(agree, [&] {
        return "compare " + exact_value(reference::to_exact(x)).to_string() + " with " +
               exact_value(reference::to_exact(y)).to_string();
    });
}

template <class X, class Y>
void compare_exactly(tally& t, X x, Y y) {
    expect_order(t, x, y, reference::to_exact(x) <=> reference::to_exact(y));
}

}  // namespace

TEST_CASE("comparisons with integers are exact") {
    tally t("float8_e5m2, float16, float64 and float128 with integers");
    const std::int64_t integers[] = {0,  1,     -1,    2,     3,     -3,
                                     7,  448,   57344, 65504, 65505, std::numeric_limits<std::int64_t>::max(),
                                     -8, 65535, -65536};
    for (std::int64_t i : integers) {
        for (const auto& x : all_codes<float8_e5m2>())
            compare_exactly(t, x.number, i);
        for (const auto& x : all_codes<float16>())
            compare_exactly(t, x.number, i);
    }
    generator random(31);
    for (int i = 0; i < cases_for_effort(1000, 100000, 10000000); ++i) {
        const auto integer = static_cast<std::int64_t>(random());
        const auto natural = random();
        // The nearest double, and its neighbours: a comparison through double would call them equal.
        for (const float64 x : {next_down(float64(integer)), float64(integer), next_up(float64(integer))})
            compare_exactly(t, x, integer);
        compare_exactly(t, float64(natural), natural);
        const float128 wide(integer);
        compare_exactly(t, wide, integer);
        compare_exactly(t, next_up(wide), integer);
        compare_exactly(t, next_down(wide), integer);
    }
    require(t);
}

TEST_CASE("comparisons with wider numbers are exact") {
    tally t("narrow numbers beside float, double and float128");
    code_generator codes(formats::float64, 32);
    generator random(33);
    for (int i = 0; i < cases_for_effort(1000, 50000, 10000000); ++i) {
        const auto any = nth<double>(codes.any());
        const auto x = nth<float16>(random.below(65536));
        const auto same = static_cast<double>(x);
        compare_exactly(t, x, any);
        if (std::isnan(same))
            continue;
        compare_exactly(t, x, same);
        compare_exactly(t, x, next_up(same));
        compare_exactly(t, x, next_down(same));
        compare_exactly(t, x, static_cast<float>(any));
        const auto y = nth<bfloat16>(random.below(65536));
        compare_exactly(t, y, x);
        compare_exactly(t, y, any);
        const float64 wide{any};
        compare_exactly(t, float128{wide}, any);
        compare_exactly(t, next_up(float128{wide}), any);
        compare_exactly(t, next_down(float128{wide}), wide);
    }
    require(t);
}

TEST_CASE("zeros are equal, NaN is unordered, also at compile time") {
    constexpr float16 nan = std::numeric_limits<float16>::quiet_NaN();
    constexpr float16 minus_zero = float16::from_bits(0x8000);
    STATIC_REQUIRE(minus_zero == float16{});
    STATIC_REQUIRE(minus_zero == 0);
    STATIC_REQUIRE(minus_zero == bfloat16{});
    STATIC_REQUIRE(nan != nan);
    STATIC_REQUIRE((nan <=> 1.0) == std::partial_ordering::unordered);
    STATIC_REQUIRE(!(nan < 0) && !(nan >= 0));
    STATIC_REQUIRE(float8_e4m3fn{448} > 447);
    STATIC_REQUIRE(float64{0x1p53} < (std::int64_t{1} << 53) + 1);
    STATIC_REQUIRE(std::numeric_limits<bfloat16>::infinity() > std::numeric_limits<double>::max());
    STATIC_REQUIRE(std::numeric_limits<bfloat16>::infinity() == std::numeric_limits<double>::infinity());
    CHECK(minus_zero == -0.0);
}
