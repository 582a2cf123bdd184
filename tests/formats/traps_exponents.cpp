// SPDX-License-Identifier: BSL-1.0
//
// What other libraries get wrong, continued: overflow in the middle, detours through float, exponents.

#include <halfulp/halfulp.hpp>

#include "support/formats.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <cmath>
#include <limits>

using namespace halfulp;
using namespace halfulp_test;

TEMPLATE_LIST_TEST_CASE("6: fma(max, 2, −max) is max", "", wide_types) {
    constexpr auto max = std::numeric_limits<TestType>::max();
    for (const projection& p : deterministic_projections()) {
        CHECK(fma(max, TestType{2}, -max, p) == max);
        const auto flagged = fma<with_status<TestType>>(max, TestType{2}, -max, p);
        CHECK((flagged.value == max && flagged.flags.ok()));
    }
}

TEMPLATE_LIST_TEST_CASE("6: fma(max, 2, −max) is max in the small formats too", "", small_types) {
    constexpr auto max = std::numeric_limits<TestType>::max();
    if constexpr (TestType::format.has_sign) {
        for (const projection& p : deterministic_projections())
            CHECK(fma(max, TestType{2}, -max, p) == max);
    } else {
        CHECK(fma(max, TestType{2}, TestType{1}, projection{rounding::ties_to_even, saturation::finite}) ==
              max);
    }
}

TEST_CASE("7: double to a narrow format does not pass through float") {
    tally t("doubles that float rounds onto a midpoint of float16 or bfloat16");
    std::uint64_t differing = 0;
    for (unsigned code = 0; code < 0x7bff; ++code) {
        const auto low = static_cast<double>(float16::from_bits(static_cast<std::uint16_t>(code)));
        const auto high = static_cast<double>(float16::from_bits(static_cast<std::uint16_t>(code + 1)));
        const double middle = (low + high) / 2;
        const double above = next_up(middle), below = next_down(middle);
        t.expect(convert<float16>(above) == high && convert<float16>(below) == low &&
                     convert<float16>(-above) == -high,
                 [&] { return "beside the midpoint above float16 " + hexadecimal(uint128{code}); });
        differing += convert<float16>(static_cast<float>(above)) != high;
        differing += convert<float16>(static_cast<float>(below)) != low;
    }
    for (unsigned code = 0; code < 0x7f7f; ++code) {
        const auto low = static_cast<double>(bfloat16::from_bits(static_cast<std::uint16_t>(code)));
        const auto high = static_cast<double>(bfloat16::from_bits(static_cast<std::uint16_t>(code + 1)));
        const double middle = (low + high) / 2;
        t.expect(convert<bfloat16>(next_up(middle)) == high && convert<bfloat16>(next_down(middle)) == low,
                 [&] { return "beside the midpoint above bfloat16 " + hexadecimal(uint128{code}); });
    }
    require(t);
    CHECK(differing > 10'000);  // the detour is wrong on this many: the inputs are the right ones
}

TEST_CASE("8: exponents are read, not computed by log2") {
    STATIC_REQUIRE(halfulp::ilogb(0x1.fffffep7f) == 7);
    STATIC_REQUIRE(halfulp::ilogb(float32{0x1.fffffep7f}) == 7);
    STATIC_REQUIRE(halfulp::ilogb(0x1.fffffffffffffp7) == 7);
    CHECK(std::floor(std::log2(0x1.fffffep7f)) == 8);  // what goes wrong elsewhere
    for (int e = -126; e <= 127; ++e) {
        const float power = std::ldexp(1.0f, e);
        CHECK(halfulp::ilogb(power) == e);
        CHECK(halfulp::ilogb(next_down(power)) == e - 1);
        CHECK(halfulp::ilogb(next_up(power)) == e);
    }
    // A scale of 2^-127 exists as a value and in e8m0; its reciprocal is finite in double.
    const float8_e8m0fnu scale{0x1p-127};
    CHECK(scale == 0x1p-127);
    CHECK(divide<float32>(float32{}, scale) == 0);
    CHECK(!isnan(divide<float16>(float16{}, scale)));
    CHECK(divide<float64>(1, scale) == 0x1p127);
}

TEST_CASE("10: sums of numbers 64 and more binades apart") {
    // A shift by the width of a word is undefined; in every such sum only direction matters.
    for (int gap = 20; gap < 2000; ++gap) {
        const float64 x{1}, y = ldexp(float64{1}, -gap > -1022 ? -gap : -1022);
        CHECK(add(x, y, projection{rounding::toward_positive}) == (gap <= 52 ? x + y : next_up(x)));
        CHECK(subtract(x, y, projection{rounding::toward_negative}) == (gap <= 53 ? x - y : next_down(x)));
        if (gap > 53)
            CHECK(add<with_status<float64>>(x, y).value == x);
        const float128 wide{1}, tiny = ldexp(float128{1}, -8 * gap);
        CHECK(add(wide, tiny, projection{rounding::toward_positive}) ==
              (8 * gap <= 112 ? wide + tiny : next_up(wide)));
        CHECK(add(wide, tiny, projection{rounding::toward_zero}) == (8 * gap <= 112 ? wide + tiny : wide));
    }
    for (int gap = 60; gap < 70; ++gap) {
        const float32 x{1}, y = ldexp(float32{1}, -gap);
        CHECK(add(x, y, projection{rounding::away_from_zero}) == next_up(x));
        CHECK(add<with_status<float32>>(x, -y, projection{rounding::toward_zero}).value == next_down(x));
        CHECK(fma(x, x, -y, projection{rounding::toward_zero}) == next_down(x));
    }
}

TEST_CASE("10: the parity of precision 1 is the exponent field's") {
    // Powers of two: ties_to_even between 2^k and 2^(k+1) takes the even code.
    using power = custom_float<float_format{
        .exponent_bits = 5, .significand_bits = 0, .has_infinity = false, .nan = nan_encoding::none}>;
    for (unsigned code = 1; code < 30; ++code) {
        const power low = power::from_bits(static_cast<std::uint8_t>(code));
        const power high = power::from_bits(static_cast<std::uint8_t>(code + 1));
        const double middle = 1.5 * static_cast<double>(low);
        const power even = code % 2 == 0 ? low : high, odd = code % 2 == 0 ? high : low;
        CHECK(convert<power>(middle) == even);
        CHECK(convert<with_status<power>>(middle).value == even);
        CHECK(convert<power>(middle, projection{rounding::to_odd}) == odd);
        CHECK(convert<power>(next_up(middle)) == high);
        CHECK(convert<power>(next_down(middle)) == low);
        CHECK(convert<power>(middle, projection{rounding::ties_to_away}) == high);
        CHECK(convert<power>(middle, projection{rounding::ties_to_zero}) == low);
    }
    // Zero has the even code 0, and below the smallest value it is the other neighbour.
    const double smallest = static_cast<double>(power::from_bits(1));
    CHECK(convert<power>(smallest / 2) == 0);
    CHECK(convert<power>(next_up(smallest / 2)) == smallest);
    CHECK(convert<power>(smallest / 4, projection{rounding::to_odd}) == smallest);
}

TEMPLATE_LIST_TEST_CASE("10: below the smallest subnormal number a tie goes to zero", "", wide_types) {
    // The hidden bit is the last bit in the binade of the smallest values: 1.5 of them is a tie too.
    const auto smallest = std::numeric_limits<TestType>::denorm_min();
    const float128 unit{smallest};
    const auto to = [](float128 x, rounding mode = rounding::ties_to_even) {
        return convert<TestType>(x, projection{mode});
    };
    const float128 half = divide<float128>(unit, 2), three_halves = unit + half,
                   five_halves = unit + three_halves;
    CHECK(to(half) == 0);
    CHECK(to(next_up(half)) == smallest);
    CHECK(to(next_down(half)) == 0);
    CHECK(to(half, rounding::ties_to_away) == smallest);
    CHECK(to(half, rounding::to_odd) == smallest);
    CHECK(to(three_halves) == smallest + smallest);
    CHECK(to(three_halves, rounding::ties_to_zero) == smallest);
    CHECK(to(three_halves, rounding::to_odd) == smallest);
    CHECK(to(five_halves) == smallest + smallest);
    CHECK(to(next_up(five_halves)) == smallest + smallest + smallest);
}
