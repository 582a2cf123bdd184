// SPDX-License-Identifier: BSL-1.0

/// @file
/// The stochastic modes of the reference: over all R, the number of times that a value goes away
/// from zero is the number that the definition gives, exactly.

#include <halfulp/reference/operations.hpp>

#include "support/catch.hpp"

#include <cstdint>

namespace {

using namespace halfulp;
using reference::exact_value;

/// How many of the 2^N values of R move x away from zero.
int times_away(const exact_value& x, const float_format& format, rounding mode, int N) {
    const reference::bracket bracket(x, format);
    const uint128 stay = bracket.resolve({.mode = rounding::toward_zero}).code;
    int count = 0;
    for (std::uint64_t R = 0; R < std::uint64_t{1} << N; ++R) {
        const auto result = bracket.resolve({mode, saturation::none, N}, R);
        // R counts modulo 2^N.
        REQUIRE(bracket.resolve({mode, saturation::none, N}, R + (std::uint64_t{5} << N)) == result);
        count += result.code != stay ? 1 : 0;
    }
    return count;
}

/// 1 + ν/1024: ν of a gap above 1 in float16.
exact_value above_one(const exact_value& nu) {
    return exact_value(1) + nu / exact_value(1024);
}

exact_value ratio(long numerator, long denominator) {
    return exact_value(numerator) / exact_value(denominator);
}

}  // namespace

TEST_CASE("stochastic_a goes away floor(nu 2^N) times, _b round-half-up, _c round-half-even") {
    // ν in 64ths, N = 4: ν·16 is j/4.
    for (const bool negative : {false, true})
        for (long j = 0; j < 64; ++j) {
            const exact_value x = negative ? -above_one(ratio(j, 64)) : above_one(ratio(j, 64));
            CAPTURE(j, negative);
            const int quarters = static_cast<int>(j % 4);
            const int floor = static_cast<int>(j / 4);
            CHECK(times_away(x, formats::float16, rounding::stochastic_a, 4) == floor);
            CHECK(times_away(x, formats::float16, rounding::stochastic_b, 4) ==
                  floor + (quarters >= 2 ? 1 : 0));
            const bool even_up = quarters == 3 || (quarters == 2 && floor % 2 == 1);
            CHECK(times_away(x, formats::float16, rounding::stochastic_c, 4) == floor + (even_up ? 1 : 0));
            CHECK(times_away(x, formats::float16, rounding::stochastic_equal, 4) == (j == 0 ? 0 : 8));
        }
}

TEST_CASE("stochastic rounding sees what lies below its random bits") {
    const exact_value half_and_crumb = ratio(1, 32) + exact_value(0x1p-200);  // ν·16 = 0.5 + ε
    CHECK(times_away(above_one(ratio(1, 32)), formats::float16, rounding::stochastic_c, 4) == 0);
    CHECK(times_away(above_one(half_and_crumb), formats::float16, rounding::stochastic_c, 4) == 1);
    CHECK(times_away(above_one(half_and_crumb), formats::float16, rounding::stochastic_b, 4) == 1);
    CHECK(times_away(above_one(half_and_crumb), formats::float16, rounding::stochastic_a, 4) == 0);
    const exact_value almost_one = exact_value(1) - exact_value(0x1p-200);
    CHECK(times_away(above_one(almost_one), formats::float16, rounding::stochastic_a, 4) == 15);
    CHECK(times_away(above_one(almost_one), formats::float16, rounding::stochastic_b, 4) == 16);
    CHECK(times_away(above_one(almost_one), formats::float16, rounding::stochastic_c, 4) == 16);
}

TEST_CASE("stochastic rounding of irrational values: sqrt(2) between 1.375 and 1.5 of float8_e4m3fn") {
    // (√2 − 1.375)/0.125 = 0.3137…, times 1024: 321.25…
    const exact_value x = sqrt(exact_value(2));
    CHECK(times_away(x, formats::float8_e4m3fn, rounding::stochastic_a, 10) == 321);
    CHECK(times_away(x, formats::float8_e4m3fn, rounding::stochastic_b, 10) == 321);
    CHECK(times_away(x, formats::float8_e4m3fn, rounding::stochastic_c, 10) == 321);
}

TEST_CASE("one random bit and thirty-two") {
    CHECK(times_away(above_one(ratio(1, 2)), formats::float16, rounding::stochastic_a, 1) == 1);
    CHECK(times_away(above_one(ratio(1, 4)), formats::float16, rounding::stochastic_b, 1) == 1);
    CHECK(times_away(above_one(ratio(1, 4)), formats::float16, rounding::stochastic_c, 1) == 0);
    CHECK(times_away(above_one(ratio(3, 4)), formats::float16, rounding::stochastic_c, 1) == 2);
    // ν = 3/2^32 at N = 32: away for the three largest R.
    const reference::bracket bracket(above_one(exact_value(0x3p-32)), formats::float16);
    const std::uint64_t top = (std::uint64_t{1} << 32) - 1;
    for (const rounding mode : {rounding::stochastic_a, rounding::stochastic_b, rounding::stochastic_c})
        for (std::uint64_t below_top = 0; below_top < 6; ++below_top) {
            const auto result = bracket.resolve({mode, saturation::none, 32}, top - below_top);
            CHECK((result.code == uint128{0x3c01}) == (below_top < 3));
        }
}

TEST_CASE("stochastic rounding of subnormal values, and to zero") {
    const exact_value quarter_of_smallest(0x1p-26);
    CHECK(times_away(quarter_of_smallest, formats::float16, rounding::stochastic_a, 4) == 4);
    CHECK(times_away(exact_value(0x5p-26), formats::float16, rounding::stochastic_a, 4) == 4);
}

TEST_CASE("float16 1024 + 2^-14 goes up with probability 2^-14 and not 0") {
    const auto f = formats::float16;
    const uint128 x = reference::round(exact_value(1024), f).code;
    const uint128 y = reference::round(exact_value(0x1p-14), f).code;
    int count = 0;
    for (std::uint64_t R = 0; R < 1u << 16; ++R)
        count += reference::add(f, x, f, y, f, {rounding::stochastic_a, saturation::none, 16}, R).code != x
                     ? 1
                     : 0;
    CHECK(count == 4);  // of 2^16
}

TEST_CASE("65519 becomes infinite in float16 with probability (65519 - 65504)/32") {
    const reference::bracket bracket(exact_value(65519), formats::float16);
    int infinite = 0;
    for (std::uint64_t R = 0; R < 32; ++R)
        infinite +=
            bracket.resolve({rounding::stochastic_a, saturation::none, 5}, R).code == uint128{0x7c00} ? 1 : 0;
    CHECK(infinite == 15);
}
