// SPDX-License-Identifier: BSL-1.0
//
// custom_float as its users meet it: constants in every mode, operators that use the type's own
// projection, flags, mixed operands and integers.

#include <halfulp/halfulp.hpp>

#include "support/formats.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <bit>
#include <limits>

using namespace halfulp;
using namespace halfulp_test;

namespace {

template <class T>
bool same(T x, T y) {
    return x.to_bits() == y.to_bits();
}

}  // namespace

TEST_CASE("operators round by the type's own projection") {
    using up = custom_float<formats::float16, projection{rounding::toward_positive}>;
    using down = custom_float<formats::float16, projection{rounding::toward_negative}>;
    using clamped =
        custom_float<formats::float8_e5m2, projection{rounding::ties_to_even, saturation::finite}>;
    STATIC_REQUIRE(up{1} + up{0x1p-20} == 1 + 0x1p-10);
    STATIC_REQUIRE(down{1} + down{0x1p-20} == 1);
    STATIC_REQUIRE(up{1} / up{3} > down{1} / down{3});
    STATIC_REQUIRE(up{0.1} > 0.1);
    STATIC_REQUIRE(down{0.1} < 0.1);
    STATIC_REQUIRE(clamped{57344} * clamped{2} == 57344);
    STATIC_REQUIRE(isinf(float8_e5m2{57344} * float8_e5m2{2}));
    STATIC_REQUIRE(signbit(down{1} - down{1}));
    STATIC_REQUIRE(!signbit(up{1} - up{1}));

    up x{1};
    x += up{0x1p-20};
    CHECK(x == 1 + 0x1p-10);
    x -= up{0x1p-20};
    CHECK(x == 1 + 0x1p-10);
    x *= x;
    CHECK(x == 1 + 0x1.8p-9);
    x /= up{3};
    CHECK(x > (1 + 0x1.8p-9) / 3);
    down y{1};
    y -= down{0x1p-20};
    CHECK(y == 1 - 0x1p-11);
    // Functions use it where no projection is given; convert<> that of its result.
    CHECK(add(up{1}, up{0x1p-20}) == 1 + 0x1p-10);
    CHECK(convert<up>(float32{1.0001f}) == 1 + 0x1p-10);
    CHECK(halfulp::sqrt(down{2}) < halfulp::sqrt(up{2}));
    // A projection that is given wins.
    CHECK(add(up{1}, up{0x1p-20}, projection{rounding::toward_zero}) == 1);
}

TEST_CASE("operators are the functions with the default projection") {
    tally t("operators against functions, float16 and float8_e4m3fn");
    generator random(103);
    const auto check = [&](auto x, auto y) {
        t.expect(
            same(x + y, add(x, y)) && same(x - y, subtract(x, y)) && same(x * y, multiply(x, y)) &&
                same(x / y, divide(x, y)),
            [&] { return hexadecimal(uint128{x.to_bits()}) + ", " + hexadecimal(uint128{y.to_bits()}); });
    };
    for (int i = 0; i < cases_for_effort(2000, 100000, 10000000); ++i) {
        check(float16::from_bits(static_cast<std::uint16_t>(random())),
              float16::from_bits(static_cast<std::uint16_t>(random())));
        check(float8_e4m3fn::from_bits(static_cast<std::uint8_t>(random())),
              float8_e4m3fn::from_bits(static_cast<std::uint8_t>(random())));
    }
    require(t);
}

TEST_CASE("flags come with the value on request") {
    constexpr auto third = divide<with_status<float16>>(1, 3);
    STATIC_REQUIRE(third.flags == status{.inexact = true});
    STATIC_REQUIRE(third.value == divide<float16>(1, 3));
    STATIC_REQUIRE(divide<with_status<float16>>(float16{1}, float16{}).flags ==
                   status{.divide_by_zero = true});
    STATIC_REQUIRE(divide<with_status<float16>>(float16{}, float16{}).flags == status{.invalid = true});
    STATIC_REQUIRE(halfulp::sqrt<with_status<float16>>(float16{-1}).flags == status{.invalid = true});
    STATIC_REQUIRE(multiply<with_status<float16>>(60000, 2).flags ==
                   status{.inexact = true, .overflow = true});
    STATIC_REQUIRE(multiply<with_status<float16>>(0x1p-14, 0x1p-11).flags ==
                   status{.inexact = true, .underflow = true});
    STATIC_REQUIRE(multiply<with_status<float16>>(0x1p-14, 0x1p-10).flags.ok());  // subnormal and exact
    STATIC_REQUIRE(add<with_status<float16>>(1, 2) == with_status<float16>{float16{3}, {}});
    STATIC_REQUIRE((status{.inexact = true} | status{.overflow = true}) ==
                   status{.inexact = true, .overflow = true});
    // Flags with a built-in result.
    CHECK(add<with_status<float>>(1.0, 0x1p-40).flags == status{.inexact = true});
    CHECK(add<with_status<double>>(1.0, 0x1p-40).flags.ok());
}

TEST_CASE("mixed operands are taken exactly and rounded once into the result") {
    STATIC_REQUIRE(add<float32>(float16{1}, bfloat16{0x1p-20}) == 1 + 0x1p-20);
    STATIC_REQUIRE(add<float16>(float32{1}, 0x1p-60, projection{rounding::toward_positive}) == 1 + 0x1p-10);
    STATIC_REQUIRE(multiply<float16>(float8_e4m3fn{448}, float8_e5m2{0.5}) == 224);
    STATIC_REQUIRE(multiply<float64>(0x1.fffffep127f, 0x1.fffffep127f) > 0x1p255);
    STATIC_REQUIRE(halfulp::fma<float32>(float16{3}, float8_e8m0fnu{0x1p-127}, 1) == 1);
    STATIC_REQUIRE(subtract<float16>(2049, 1) == 2048);
    STATIC_REQUIRE(divide<bfloat16>(std::int64_t{1} << 40, 3) == 0x1.56p38);
    STATIC_REQUIRE(halfulp::remainder<float32>(10, float16{4}) == 2);
    STATIC_REQUIRE(halfulp::sqrt<float64>(2) == 0x1.6a09e667f3bcdp0);
    STATIC_REQUIRE(add<double>(std::numeric_limits<std::uint64_t>::max(), 1u) == 0x1p64);
    STATIC_REQUIRE(add<float>(float16{1}, 1) == 2);
    CHECK(divide<float16>(1, 0u).to_bits() == std::numeric_limits<float16>::quiet_NaN().to_bits());
}

TEST_CASE("bits go in and out, surplus ones are ignored") {
    STATIC_REQUIRE(float16::from_bits(0x3c00) == 1);
    STATIC_REQUIRE(float6_e2m3fn::from_bits(0xff).to_bits() == 0x3f);
    STATIC_REQUIRE(tfloat32::from_bits(0xffffffff).to_bits() == 0x7ffff);
    STATIC_REQUIRE(std::bit_cast<std::uint16_t>(float16{-2}) == 0xc000);
    STATIC_REQUIRE(float16{}.to_bits() == 0);
    for (unsigned code = 0; code < 65536; code += 77)
        CHECK(bfloat16::from_bits(static_cast<std::uint16_t>(code)).to_bits() == code);
}
