// SPDX-License-Identifier: BSL-1.0

/// @file
/// Known values of the named formats, from their standards, and float16, bfloat16, float32 and
/// float64 against the machine's own numbers.

#include <halfulp/reference/decode.hpp>

#include "reference/format_lists.hpp"
#include "support/catch.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>

namespace {

using namespace halfulp;
using reference::decode;
using reference::exact_value;
using reference::zero_sign;

exact_value value(const float_format& format, std::uint64_t code) {
    return decode(format, uint128{code});
}

exact_value power_of_two(int exponent) {
    return exact_value::rational(false, {reference::natural(1), reference::natural(1), exponent});
}

struct census {
    int nans = 0;
    int infinities = 0;
    int zeros = 0;
    exact_value largest{0};
    exact_value smallest{1e9};
    friend bool operator==(const census&, const census&) = default;
};

census count(const float_format& format) {
    census result;
    for (std::uint64_t code = 0; code < std::uint64_t{1} << format.bits(); ++code) {
        const exact_value x = value(format, code);
        result.nans += x.is_nan() ? 1 : 0;
        result.infinities += x.is_infinite() ? 1 : 0;
        result.zeros += x.is_zero() ? 1 : 0;
        if (x.is_finite() && x > result.largest)
            result.largest = x;
        if (x.is_finite() && !x.is_zero() && !x.is_negative() && x < result.smallest)
            result.smallest = x;
    }
    return result;
}

template <class Float, class Bits>
void agrees_with_machine(const float_format& format, Bits bits) {
    const auto machine = std::bit_cast<Float>(bits);
    const exact_value x = decode(format, uint128{bits});
    CAPTURE(bits);
    if (std::isnan(machine)) {
        REQUIRE(x.is_nan());
    } else {
        REQUIRE(x == exact_value(machine));
        REQUIRE(x.is_negative() == std::signbit(machine));
    }
}

}  // namespace

TEST_CASE("the named formats have the special values and limits of their standards") {
    using namespace formats;
    const auto power = power_of_two;
    CHECK(count(float8_e5m2) == census{6, 2, 2, exact_value(57344), power(-16)});
    CHECK(count(float8_e4m3) == census{14, 2, 2, exact_value(240), power(-9)});
    CHECK(count(float8_e3m4) == census{30, 2, 2, exact_value(15.5), power(-6)});
    CHECK(count(float8_e4m3fn) == census{2, 0, 2, exact_value(448), power(-9)});
    CHECK(count(float8_e4m3fnuz) == census{1, 0, 1, exact_value(240), power(-10)});
    CHECK(count(float8_e5m2fnuz) == census{1, 0, 1, exact_value(57344), power(-17)});
    CHECK(count(float8_e4m3b11fnuz) == census{1, 0, 1, exact_value(30), power(-13)});
    CHECK(count(float8_e8m0fnu) == census{1, 0, 0, power(127), power(-127)});
    CHECK(count(float6_e2m3fn) == census{0, 0, 2, exact_value(7.5), power(-3)});
    CHECK(count(float6_e3m2fn) == census{0, 0, 2, exact_value(28), power(-4)});
    CHECK(count(float4_e2m1fn) == census{0, 0, 2, exact_value(6), power(-1)});
    CHECK(count(float16) == census{2046, 2, 2, exact_value(65504), power(-24)});
    CHECK(count(bfloat16) == census{254, 2, 2, exact_value(0x1.fep127), power(-133)});
}

TEST_CASE("the values of float4_e2m1fn are 0, 0.5, 1, 1.5, 2, 3, 4, 6") {
    const double expected[] = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
    for (std::uint64_t code = 0; code < 8; ++code) {
        CHECK(value(formats::float4_e2m1fn, code) == exact_value(expected[code]));
        CHECK(value(formats::float4_e2m1fn, code + 8) == exact_value(-expected[code]));
    }
}

TEST_CASE("P3109 formats: one NaN, one zero, infinities at the ends, 1 in the middle of the codes") {
    for (const float_format& format : halfulp_test::p3109_formats(3, 8)) {
        const census found = count(format);
        CAPTURE(halfulp_test::name_of(format));
        CHECK(found.nans == 1);
        CHECK(found.zeros == 1);
        CHECK(found.infinities == (!format.has_infinity ? 0 : format.has_sign ? 2 : 1));
        const int middle = format.magnitude_bits() - 1;  // the top bit of a magnitude code alone
        if (format.exponent_bits > 0)
            CHECK(value(format, std::uint64_t{1} << middle) == exact_value(1));
        CHECK(value(format, 0).sign_of_zero() == zero_sign::none);
    }
    // binary8p3se and binary8p4se, from the tables of the draft.
    CHECK(count(p3109::format(8, 3)).largest == exact_value(49152));
    CHECK(count(p3109::format(8, 3)).smallest == power_of_two(-17));
    CHECK(count(p3109::format(8, 4)).largest == exact_value(224));
    CHECK(count(p3109::format(8, 4)).smallest == power_of_two(-10));
}

TEST_CASE("formats without subnormals, without negative zero, without exponent bits") {
    constexpr float_format flushed{.exponent_bits = 3, .significand_bits = 2, .has_subnormals = false};
    CHECK(value(flushed, 0).sign_of_zero() == zero_sign::positive);
    CHECK(value(flushed, 3).is_zero());
    CHECK(value(flushed, 0x23).sign_of_zero() == zero_sign::negative);
    CHECK(value(flushed, 4) == power_of_two(-2));

    constexpr float_format one_zero{
        .exponent_bits = 3, .significand_bits = 2, .has_negative_zero = false, .has_infinity = false};
    CHECK(value(one_zero, 0x20).sign_of_zero() == zero_sign::none);
    CHECK(value(one_zero, 0x1c).is_nan());  // the whole top exponent, as there is no infinity

    constexpr float_format fixed_point{.exponent_bits = 0,
                                       .significand_bits = 3,
                                       .bias = 1,
                                       .has_infinity = true,
                                       .nan = nan_encoding::none};
    CHECK(value(fixed_point, 5) == exact_value(0.625));
    CHECK(value(fixed_point, 0xe) == exact_value(-0.75));
    CHECK(value(fixed_point, 7) == exact_value::infinity());
}

TEST_CASE("float32 and float64 codes decode to the machine's values") {
    std::mt19937_64 generator(3);
    for (int i = 0; i < halfulp_test::cases_for_effort(10'000, 500'000, 50'000'000); ++i) {
        std::uint64_t bits = generator();
        if (i % 4 == 0)
            bits &= 0x800fffffffffffff;  // subnormal
        if (i % 16 == 1)
            bits |= 0x7ff0000000000000;  // not finite
        if (i % 32 == 1)
            bits &= 0xfff0000000000000;
        agrees_with_machine<double>(formats::float64, bits);
        agrees_with_machine<float>(formats::float32, static_cast<std::uint32_t>(bits >> 32));
    }
    for (std::uint32_t code = 0; code < 65536; ++code) {
        const auto machine = std::bit_cast<float>(code << 16);
        const exact_value x = value(formats::bfloat16, code);
        REQUIRE((std::isnan(machine) ? x.is_nan() : x == exact_value(machine)));
    }
}

TEST_CASE("a code with bits above the format's own is refused") {
    CHECK_THROWS_AS(value(formats::float8_e4m3fn, 0x100), format_error);
    CHECK_THROWS_WITH(value(formats::float8_e4m3fn, 0x100), halfulp_test::contains_text("at most 8 bits"));
    CHECK_NOTHROW(decode(formats::float128, ~uint128{0}));
}
