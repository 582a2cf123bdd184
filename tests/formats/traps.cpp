// SPDX-License-Identifier: BSL-1.0
//
// What other libraries get wrong, a test for each defect, 1 to 5; 6 to 10 are in traps_exponents.cpp, text
// through double (9) is in text_….cpp, -ffast-math (11) in compile_fail.

#include <halfulp/halfulp.hpp>

#include "support/formats.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <limits>
#include <span>
#include <vector>

using namespace halfulp;
using namespace halfulp_test;

namespace {

/// Every representation of the same call: constant and run-time projection, with and without flags.
template <projection P>
void check_add(float16 x, float16 y, double expected) {
    CHECK(add(x, y, P) == expected);
    CHECK(add(x, y, constant_value<P>{}) == expected);
    CHECK(add<with_status<float16>>(x, y, P).value == expected);
    CHECK(add(dynamic_float(formats::float16, x.to_bits()), dynamic_float(formats::float16, y.to_bits()),
              formats::float16, P)
              .value == dynamic_float(formats::float16, expected, projection{}));
}

}  // namespace

TEST_CASE("1: a directed sum is not rounded to nearest first") {
    constexpr float16 x{0x1.2p-19}, y{0x1.fecp+8};
    check_add<projection{rounding::toward_positive}>(x, y, 0x1.ffp+8);
    check_add<projection{rounding::away_from_zero}>(x, y, 0x1.ffp+8);
    check_add<projection{rounding::toward_negative}>(x, y, 0x1.fecp+8);
    check_add<projection{rounding::ties_to_even}>(x, y, 0x1.fecp+8);
    check_add<projection{rounding::to_odd}>(x, y, y.to_bits() % 2 == 1 ? 0x1.fecp+8 : 0x1.ffp+8);
    STATIC_REQUIRE(add(x, y, projection{rounding::toward_positive}) == 0x1.ffp+8);
}

TEST_CASE("1: a product plus a tiny addend is not rounded twice, even to nearest") {
    // (1 + 2^-10) · 1.5 · 2^9 = 0x1.806p9 lies in the middle between two float16; an addend of
    // 2^-24, too small for float's 24 bits beside it, breaks the tie.
    constexpr float16 x{0x1.004p0}, y{0x1.8p9};
    constexpr float16 tiny{0x1p-24};
    STATIC_REQUIRE(multiply<double>(x, y) == 0x1.806p9);  // a midpoint of float16
    CHECK(fma(x, y, tiny) == 0x1.808p9);
    CHECK(fma(x, y, -tiny) == 0x1.804p9);
    CHECK(fma<with_status<float16>>(x, y, tiny).value == 0x1.808p9);
    CHECK(fma<with_status<float16>>(x, y, -tiny).value == 0x1.804p9);
    STATIC_REQUIRE(fma(x, y, tiny) == 0x1.808p9);
    // In float the addend is lost, and both sides fall on the same tie.
    volatile float product = static_cast<float>(x) * static_cast<float>(y);
    volatile float sum = product + static_cast<float>(tiny);
    CHECK(float16(float{sum}) == float16(float{product}));
}

TEST_CASE("2: a stochastic sum is drawn from the exact sum: 1024 + 2^-14 goes up once in 2^14") {
    std::uint64_t up = 0;
    const projection p{rounding::stochastic_a, saturation::none, 14};
    for (std::uint64_t random = 0; random < 1u << 14; ++random)
        up += add(float16{1024}, float16{0x1p-14}, p, random) == 1025;
    CHECK(up == 1);
}

TEST_CASE("2: near overflow 65519 goes to infinity with probability 15/32") {
    std::uint64_t infinite = 0;
    const projection p{rounding::stochastic_a, saturation::none, 10};
    for (std::uint64_t random = 0; random < 1u << 10; ++random) {
        const auto got = convert<float16>(65519, p, random);
        infinite += isinf(got);
        if (!isinf(got))
            CHECK(got == 65504);
    }
    CHECK(infinite * 32 == 15u * 1024);
}

TEST_CASE("3: random bits do not depend on the order or the pieces of the work") {
    std::vector<float> in(257);
    generator random(60);
    for (float& x : in)
        x = static_cast<float>(random.below(1u << 20)) * 0x1p-10f;
    const projection p{rounding::stochastic_c, saturation::none, 16};
    std::vector<float> whole(in.size()), parts(in.size());
    round(in, whole, formats::bfloat16, p, {.seed = 5});
    for (std::size_t i = in.size(); i-- > 0;)  // one by one, backwards
        round(std::span(in).subspan(i, 1), std::span(parts).subspan(i, 1), formats::bfloat16, p,
              {.seed = 5, .first_index = i});
    CHECK(whole == parts);
}

TEST_CASE("3: all bits of seed, operation and index reach the random bits") {
    const std::uint32_t base = philox_bits(0, 0, 0);
    for (int bit = 0; bit < 64; ++bit) {
        CHECK(philox_bits(std::uint64_t{1} << bit, 0, 0) != base);
        CHECK(philox_bits(0, std::uint64_t{1} << bit, 0) != base);
        CHECK(philox_bits(0, 0, std::uint64_t{1} << bit) != base);
    }
}

TEST_CASE("4: NaN with any payload stays NaN") {
    for (int bit = 0; bit < 23; ++bit)
        for (std::uint32_t sign : {0u, 0x80000000u}) {
            const auto x = std::bit_cast<float>(sign | 0x7f800000u | 1u << bit);
            for (const projection& p : deterministic_projections()) {
                CHECK(isnan(convert<bfloat16>(x, p)));
                CHECK(isnan(convert<float8_e5m2>(x, p)));
                CHECK(isnan(convert<float8_e4m3fn>(x, p)));
                CHECK(isnan(convert<float8_e4m3fnuz>(x, p)));
            }
        }
    for (unsigned code = 0x7c01; code < 0x8000; ++code)
        CHECK(isnan(float16::from_bits(static_cast<std::uint16_t>(code)) + float16{1}));
    CHECK(isnan(convert<bfloat16>(std::bit_cast<float>(0x7fffffffu))));
    CHECK(isnan(convert<bfloat16>(std::bit_cast<float>(0xffffffffu))));
}

TEST_CASE("4: zero keeps its sign in every mode") {
    const auto plus = float16{}, minus = float16::from_bits(0x8000);
    for (const projection& p : deterministic_projections()) {
        CHECK(signbit(convert<bfloat16>(minus, p)));
        CHECK(!signbit(convert<bfloat16>(plus, p)));
        CHECK(signbit(multiply(float16{-3}, plus, p)));
        CHECK(signbit(divide(minus, float16{5}, p)));
        CHECK(signbit(add(minus, minus, p)));
        CHECK(signbit(add(float16{1}, float16{-1}, p)) == (p.mode == rounding::toward_negative));
        CHECK(signbit(add(plus, minus, p)) == (p.mode == rounding::toward_negative));
        CHECK(signbit(nearbyint(float16{-0.25}, projection{rounding::toward_zero, p.overflow})));
        // A result that underflows to zero keeps the sign as well.
        const float16 tiny = multiply(float16::from_bits(0x8001), float16{0x1p-10},
                                      projection{rounding::toward_zero, p.overflow});
        CHECK((tiny == 0 && signbit(tiny)));
    }
}

TEST_CASE("4: saturation touches infinities only when asked") {
    constexpr float16 inf = std::numeric_limits<float16>::infinity();
    const projection none{}, finite{rounding::ties_to_even, saturation::finite},
        propagate{rounding::ties_to_even, saturation::propagate};
    CHECK(isinf(convert<float8_e5m2>(inf, none)));
    CHECK(isinf(convert<float8_e5m2>(inf, propagate)));
    CHECK(convert<float8_e5m2>(inf, finite) == 57344);
    CHECK(convert<float8_e5m2>(-inf, finite) == -57344);
    CHECK(isinf(convert<float8_e5m2>(float32{1e6}, none)));
    CHECK(convert<float8_e5m2>(float32{1e6}, propagate) == 57344);
    CHECK(isinf(add(inf, inf, propagate)));
    CHECK(isnan(convert<float8_e4m3fn>(inf, none)));
    CHECK(convert<float8_e4m3fn>(inf, propagate) == 448);
    CHECK(convert<float8_e4m3fn>(float32{1e6}, finite) == 448);
    CHECK(isnan(convert<float8_e4m3fn>(float32{1e6}, none)));
}

TEST_CASE("5: e4m3 is three formats") {
    STATIC_REQUIRE(std::numeric_limits<float8_e4m3fn>::max() == 448);
    STATIC_REQUIRE(!std::numeric_limits<float8_e4m3fn>::has_infinity);
    STATIC_REQUIRE(std::numeric_limits<float8_e4m3>::max() == 240);
    STATIC_REQUIRE(std::numeric_limits<float8_e4m3>::has_infinity);
    STATIC_REQUIRE(float8_e4m3::from_bits(0x78) == std::numeric_limits<double>::infinity());
    STATIC_REQUIRE(float8_e4m3fn::from_bits(0x78) == 256);
    constexpr float_format up_to_480{
        .exponent_bits = 4, .significand_bits = 3, .has_infinity = false, .nan = nan_encoding::none};
    using wide = custom_float<up_to_480>;
    STATIC_REQUIRE(std::numeric_limits<wide>::max() == 480);
    CHECK(wide{1000} == 480);
}
