// SPDX-License-Identifier: BSL-1.0
//
// What formats/l_mul.hpp says of L-Mul in so many words: one addition of codes with the constants that are in use,
// the rules for zero, subnormal numbers, overflow and special values, and the identities.

#include <halfulp/formats/l_mul.hpp>
#include <halfulp/formats/named.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <bit>
#include <cstdint>
#include <limits>
#include <string>

using namespace halfulp;
using namespace halfulp_test;

namespace {

/// The code of l_mul(x, y) for codes x and y.
template <class T, class Options = constant_value<l_mul_adder>>
constexpr std::uint64_t product_code(std::uint64_t x, std::uint64_t y, Options options = {}) {
    using code = code_uint<detail::format_of<T>>;
    return static_cast<std::uint64_t>(detail::to_code(l_mul(
        detail::from_code<T>(static_cast<code>(x)), detail::from_code<T>(static_cast<code>(y)), options)));
}

/// bits(x) + bits(y) − offset without the signs, which add modulo 2, for all normal operands whose product is normal.
template <class T>
void check_addition(tally& t, std::uint64_t offset, int pairs) {
    constexpr float_format format = number_format<T>::value;
    constexpr auto sign = static_cast<std::uint64_t>(format.sign_mask());
    constexpr auto magnitude = static_cast<std::uint64_t>(format.magnitude_mask());
    constexpr std::uint64_t smallest = std::uint64_t{1} << format.significand_bits;
    constexpr auto largest = static_cast<std::uint64_t>(format.largest_finite_magnitude());
    generator random(5);
    for (int i = 0; i < pairs; ++i) {
        const std::uint64_t x = random() & (sign | magnitude);
        const std::uint64_t y = random() & (sign | magnitude);
        const std::uint64_t u = x & magnitude;
        const std::uint64_t v = y & magnitude;
        if (u < smallest || v < smallest || u > largest || v > largest || u + v < offset + smallest ||
            u + v - offset > largest)
            continue;
        const std::uint64_t expected = ((x ^ y) & sign) | (u + v - offset);
        // Sign and all: one addition modulo 2^bits.
        const bool in_one = ((x + y - offset) & (sign | magnitude)) == expected;
        const bool right =
            product_code<T>(x, y) == expected && product_code<T>(x, y, l_mul_adder) == expected;
        t.expect(in_one && right, [&] { return hexadecimal(uint128{x}) + " " + hexadecimal(uint128{y}); });
    }
}

}  // namespace

TEST_CASE("the integer adder is one addition of codes, sign included") {
    tally t("one addition of codes");
    const int pairs = cases_for_effort(10'000, 500'000, 100'000'000);
    check_addition<float>(t, 0x3F780000, pairs);
    check_addition<bfloat16>(t, 0x3F78, pairs);
    check_addition<float16>(t, 0x3BC0, pairs);
    check_addition<float8_e4m3>(t, 55, pairs);
    check_addition<float8_e4m3fn>(t, 55, pairs);
    check_addition<float8_e5m2>(t, 59, pairs);
    check_addition<double>(t, 0x3FEF000000000000, pairs);
    require(t);
}

TEST_CASE("the two definitions agree up to s = 1, and beyond it the adder is nearer to the product") {
    // s = 1/2 + 1/4 + 1/16 and s = 3/4 + 3/4 + 1/16.
    STATIC_REQUIRE(l_mul(1.5f, 1.25f) == 1.8125f);
    STATIC_REQUIRE(l_mul(1.5f, 1.25f, l_mul_formula) == 1.8125f);
    STATIC_REQUIRE(l_mul(1.75f, 1.75f) == 3.125f);                  // 2·s
    STATIC_REQUIRE(l_mul(1.75f, 1.75f, l_mul_formula) == 2.5625f);  // 1 + s
    STATIC_REQUIRE(1.75f * 1.75f == 3.0625f);
    STATIC_REQUIRE(l_mul(1.75f, 1.75f, l_mul_mitchell) == 3.0f);
    STATIC_REQUIRE(l_mul(1.75f, 1.75f, l_mul_exact) == 3.0625f);
    // s = 1 exactly.
    constexpr l_mul_options quarter{.offset = 2};
    constexpr l_mul_options quarter_formula{.definition = product_definition::real_formula, .offset = 2};
    STATIC_REQUIRE(l_mul(1.5f, 1.25f, quarter) == 2.0f);
    STATIC_REQUIRE(l_mul(1.5f, 1.25f, quarter_formula) == 2.0f);
    // One is not neutral: 1·1 is 1 + 2^−l, but not in Mitchell's.
    STATIC_REQUIRE(l_mul(1.0f, 1.0f) == 1.0625f);
    STATIC_REQUIRE(l_mul(float8_e4m3(1.0f), float8_e4m3(1.0f)) == 1.125f);
    STATIC_REQUIRE(l_mul(float8_e5m2(1.0f), float8_e5m2(1.0f)) == 1.25f);
    STATIC_REQUIRE(l_mul(1.0f, 1.0f, l_mul_mitchell) == 1.0f);
}

TEST_CASE("without significand bits the adder doubles the product, the formula too") {
    using scale = float8_e8m0fnu;
    STATIC_REQUIRE(l_mul(scale(4.0f), scale(8.0f)) == 64.0f);
    STATIC_REQUIRE(l_mul(scale(4.0f), scale(8.0f), l_mul_formula) == 64.0f);
    STATIC_REQUIRE(l_mul(scale(4.0f), scale(8.0f), l_mul_mitchell) == 32.0f);
    STATIC_REQUIRE(l_mul(3.0f, 5.0f, l_mul_options{.significand_bits = 0}) == 16.0f);
    // A scale format has no zero: what is too small becomes its smallest value, what is too large NaN.
    STATIC_REQUIRE(l_mul(scale::from_bits(0), scale::from_bits(0)).to_bits() == 0);
    STATIC_REQUIRE(l_mul(scale::from_bits(254), scale::from_bits(254)).to_bits() == 255);
}

TEST_CASE("operands are shortened first, and l goes with the bits that are left") {
    // 1.9 is 1.875 in 3 bits: s = 7/8 + 7/8 + 1/8, and the product 2·s.
    STATIC_REQUIRE(l_mul(1.9f, 1.9f, l_mul_options{.significand_bits = 3}) == 3.75f);
    // To the nearest 1.95 is 2, a fraction of 0 and one binade more: 4·(1 + 1/8).
    constexpr l_mul_options nearest{.significand_bits = 3, .operand_rounding = rounding::ties_to_even};
    STATIC_REQUIRE(l_mul(1.95f, 1.95f, nearest) == 4.5f);
    STATIC_REQUIRE(l_mul_offset(0) == 0);
    STATIC_REQUIRE(l_mul_offset(2) == 2);
    STATIC_REQUIRE(l_mul_offset(3) == 3);
    STATIC_REQUIRE(l_mul_offset(4) == 3);
    STATIC_REQUIRE(l_mul_offset(5) == 4);
    STATIC_REQUIRE(l_mul_offset(23) == 4);
    // More bits than the operands have: zeros behind them, and l(7).
    STATIC_REQUIRE(l_mul<float>(float8_e4m3(1.0f), float8_e4m3(1.0f), l_mul_options{.significand_bits = 7}) ==
                   1.0625f);
    // Of operands of two formats the longer counts.
    STATIC_REQUIRE(l_mul<float>(float8_e4m3(1.0f), float8_e5m2(1.0f)) == 1.125f);
}

TEST_CASE("zero, infinity and NaN are as in multiplication") {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    const auto bits = [](float x) { return std::bit_cast<std::uint32_t>(x); };
    for (const l_mul_options& options : {l_mul_adder, l_mul_formula, l_mul_mitchell, l_mul_exact}) {
        CAPTURE(static_cast<int>(options.definition));
        CHECK(bits(l_mul(0.0f, 3.0f, options)) == 0);
        CHECK(bits(l_mul(0.0f, -3.0f, options)) == 0x80000000u);
        CHECK(bits(l_mul(-0.0f, -1e-40f, options)) == 0);
        CHECK(l_mul(infinity, -3.0f, options) == -infinity);
        CHECK(l_mul(infinity, 1e-40f, options) == infinity);
        CHECK(bits(l_mul(infinity, 0.0f, options)) == 0x7FC00000u);
        CHECK(bits(l_mul(nan, 0.0f, options)) == 0x7FC00000u);
        CHECK(l_mul<with_status<float>>(0.0f, infinity, options).flags == status{.invalid = true});
        CHECK(l_mul<with_status<float>>(nan, infinity, options).flags == status{});
    }
}

TEST_CASE("subnormal operands are patterns, values or zeros") {
    constexpr float tiny = 0x1.8p-127f;  // field 0, fraction 3/4: 0.75·2^−126
    const auto with = [](l_mul_subnormals how) { return l_mul_options{.subnormals = how}; };
    // (1 + 3/4 + 1/16)·2^−127 as a pattern, (1 + 1/2 + 1/16)·2^−127 as a value; times 2^100.
    CHECK(l_mul(tiny, 0x1p100f) == 0x1.dp-27f);
    CHECK(l_mul(tiny, 0x1p100f, with(l_mul_subnormals::as_pattern)) == 0x1.dp-27f);
    CHECK(l_mul(tiny, 0x1p100f, with(l_mul_subnormals::normalized)) == 0x1.9p-27f);
    CHECK(l_mul(tiny, 0x1p100f, l_mul_formula) == 0x1.9p-27f);
    CHECK(l_mul(tiny, 0x1p100f, l_mul_exact) == 0x1.8p-27f);
    CHECK(std::bit_cast<std::uint32_t>(l_mul(-tiny, 0x1p100f, with(l_mul_subnormals::as_zero))) ==
          0x80000000u);
    CHECK(l_mul<with_status<float>>(tiny, std::numeric_limits<float>::infinity(),
                                    with(l_mul_subnormals::as_zero))
              .flags == status{.invalid = true});
}

TEST_CASE("a product below the normal range is zero, or rounded") {
    constexpr l_mul_options gradual{.underflow = l_mul_underflow::gradual};
    CHECK(std::bit_cast<std::uint32_t>(l_mul(-0x1p-100f, 0x1p-30f)) == 0x80000000u);
    CHECK(l_mul<with_status<float>>(0x1p-100f, 0x1p-30f).flags == status{.inexact = true, .underflow = true});
    CHECK(l_mul(0x1p-100f, 0x1p-30f, gradual) == 0x1.1p-130f);
    CHECK(l_mul(0x1p-100f, 0x1p-30f, l_mul_formula) == 0x1.1p-130f);
    // The smallest normal number is kept: 2^−126·(1 + 1/16), from 2^−63 twice.
    CHECK(l_mul(0x1p-63f, 0x1p-63f) == 0x1.1p-126f);
    // Decided before rounding: 0.9990234375·2^emin of float8_e4m3 goes to zero, though it would round to 2^emin.
    CHECK(l_mul<float8_e4m3>(0x1.ffp-7f, 1.0f, l_mul_mitchell).to_bits() == 0);
    CHECK(l_mul<float8_e4m3>(0x1.ffp-7f, 1.0f,
                             l_mul_options{.definition = product_definition::mitchell,
                                           .underflow = l_mul_underflow::gradual}) == 0x1p-6f);
}

TEST_CASE("overflow is the projection's") {
    using limits = std::numeric_limits<float>;
    CHECK(l_mul(0x1p100f, 0x1p100f) == limits::infinity());
    CHECK(l_mul(0x1p100f, -0x1p100f, l_mul_adder, projection{.overflow = saturation::finite}) ==
          limits::lowest());
    CHECK(l_mul(0x1p100f, 0x1p100f, l_mul_adder, projection{rounding::toward_zero}) == limits::max());
    CHECK(l_mul(float8_e4m3fn(400.0f), float8_e4m3fn(400.0f)).to_bits() == 0x7F);  // NaN: it has no infinity
}

TEST_CASE("the exact product of whole operands is multiply, and every definition commutes") {
    generator random(9);
    const auto number = [&] { return std::bit_cast<float>(static_cast<std::uint32_t>(random())); };
    for (int i = 0; i < cases_for_effort(1'000, 100'000, 10'000'000); ++i) {
        const float x = number();
        const float y = number();
        const auto same = [](float a, float b) {
            return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
        };
        bool right = same(l_mul(x, y, l_mul_exact), multiply(x, y));
        for (const l_mul_options& options :
             {l_mul_adder, l_mul_formula, l_mul_mitchell, l_mul_exact, l_mul_options{.significand_bits = 4}})
            right = right && same(l_mul(x, y, options), l_mul(y, x, options));
        CAPTURE(x, y);
        REQUIRE(right);
    }
}

TEST_CASE("options that mean nothing are explained; at run time the nearest valid ones count") {
    STATIC_REQUIRE(why_invalid(l_mul_adder) == nullptr);
    STATIC_REQUIRE(why_invalid(l_mul_options{.significand_bits = 60, .offset = 60}) == nullptr);
    const auto explains = [](const l_mul_options& options, const std::string& part) {
        const char* why = why_invalid(options);
        REQUIRE(why != nullptr);
        CHECK_THAT(std::string(why), contains_text(part));
    };
    explains({.definition = static_cast<product_definition>(4)}, "product_definition");
    explains({.significand_bits = 61}, "significand_bits must be in 0 ... 60");
    explains({.significand_bits = -2}, "significand_bits must be in 0 ... 60");
    explains({.operand_rounding = rounding::stochastic_a}, "deterministic");
    explains({.offset = 61}, "offset must be in 0 ... 60");
    explains({.offset = -2}, "offset must be in 0 ... 60");
    explains({.subnormals = static_cast<l_mul_subnormals>(4)}, "l_mul_subnormals");
    explains({.underflow = static_cast<l_mul_underflow>(3)}, "l_mul_underflow");

    constexpr int huge = std::numeric_limits<int>::max();
    constexpr int low = std::numeric_limits<int>::min();
    const float x = 1.7f;
    CHECK(l_mul(x, x, l_mul_options{.significand_bits = huge, .offset = huge}) ==
          l_mul(x, x, l_mul_options{.significand_bits = 60, .offset = 60}));
    CHECK(l_mul(x, x, l_mul_options{.significand_bits = low, .offset = low}) == l_mul(x, x));
    CHECK(l_mul(x, x, l_mul_options{.significand_bits = 3, .operand_rounding = rounding::stochastic_equal}) ==
          l_mul(x, x, l_mul_options{.significand_bits = 3}));
}

TEST_CASE("everything is constexpr and noexcept") {
    STATIC_REQUIRE(noexcept(l_mul(1.0f, 1.0f)));
    STATIC_REQUIRE(noexcept(l_mul<bfloat16>(1.0f, 1.0, l_mul_options{}, projection{}, 1)));
    STATIC_REQUIRE(l_mul(float128(3), float128(5)) == 14.5);  // (1 + 1/2 + 1/4 + 1/16)·8
    STATIC_REQUIRE(l_mul<double>(3.0f, 5.0, l_mul_formula) == 14.5);
    // Rounded once where the result is shorter: 14.5 lies half-way between 14 and 15.
    STATIC_REQUIRE(l_mul<float8_e4m3>(3.0f, 5.0f) == 14.0f);
    STATIC_REQUIRE(l_mul<float8_e4m3>(3.0f, 5.0f, l_mul_adder, projection{rounding::ties_to_away}) == 15.0f);
    STATIC_REQUIRE(
        l_mul<float8_e4m3>(3.0f, 5.0f, l_mul_adder, projection{rounding::stochastic_a, {}, 1}, 1) == 15.0f);
}
