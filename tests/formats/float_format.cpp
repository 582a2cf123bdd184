// SPDX-License-Identifier: BSL-1.0
//
// Descriptors: what is refused and why, and the named formats' constants as their documents print them.

#include <halfulp/halfulp.hpp>

#include "support/formats.hpp"
#include "support/tally.hpp"

#include <cmath>
#include <limits>
#include <string>

using namespace halfulp;
using namespace halfulp_test;

namespace {

bool refused_because(const float_format& format, const std::string& part) {
    const char* reason = why_invalid(format);
    INFO(name_of(format) << ": " << (reason == nullptr ? "valid" : reason));
    const bool refused = reason != nullptr && std::string(reason).find(part) != std::string::npos;
    CHECK(refused);
    return refused;
}

}  // namespace

TEST_CASE("every rule of why_invalid refuses what it says") {
    using enum nan_encoding;
    CHECK(refused_because({.exponent_bits = -1, .significand_bits = 3, .bias = 0}, "exponent_bits"));
    CHECK(refused_because({.exponent_bits = 17, .significand_bits = 3}, "exponent_bits"));
    CHECK(refused_because({.exponent_bits = 4, .significand_bits = -1}, "significand_bits"));
    CHECK(refused_because({.exponent_bits = 15, .significand_bits = 113}, "1 to 128"));
    CHECK(refused_because({.exponent_bits = 0, .significand_bits = 0, .nan = none}, "1 to 128"));
    CHECK(refused_because({.exponent_bits = 4, .significand_bits = 3, .bias = 65537}, "bias"));
    CHECK(refused_because({.exponent_bits = 4, .significand_bits = 3, .bias = -65537}, "bias"));
    CHECK(refused_because({.exponent_bits = 0, .significand_bits = 4, .has_subnormals = false, .nan = none},
                          "set has_subnormals"));
    CHECK(
        refused_because({.exponent_bits = 0, .significand_bits = 4}, "ieee encoding of NaN needs exponent"));
    CHECK(refused_because({.exponent_bits = 4, .significand_bits = 0}, "infinity alone"));
    CHECK(refused_because({.exponent_bits = 4, .significand_bits = 3, .has_sign = false},
                          "unsigned format has no negative zero"));
    CHECK(refused_because({.exponent_bits = 4,
                           .significand_bits = 0,
                           .has_subnormals = false,
                           .has_infinity = false,
                           .nan = none},
                          "without zero has no negative zero"));
    CHECK(refused_because({.exponent_bits = 4, .significand_bits = 3, .nan = negative_zero}, "in the place"));
    CHECK(refused_because({.exponent_bits = 4,
                           .significand_bits = 3,
                           .has_sign = false,
                           .has_negative_zero = false,
                           .nan = negative_zero},
                          "in the place"));
    CHECK(refused_because({.exponent_bits = 4,
                           .significand_bits = 0,
                           .has_subnormals = false,
                           .has_negative_zero = false,
                           .has_infinity = false,
                           .nan = negative_zero},
                          "without zero has no code"));
    CHECK(refused_because({.exponent_bits = 0, .significand_bits = 1, .nan = none}, "no code is left"));
    CHECK(refused_because({.exponent_bits = 1, .significand_bits = 0, .nan = top_code}, "no code is left"));
    CHECK(refused_because({.exponent_bits = 1, .significand_bits = 0, .has_infinity = false},
                          "no code is left"));
    CHECK(refused_because({.exponent_bits = 1, .significand_bits = 2, .has_subnormals = false},
                          "without subnormals no code"));
}

TEST_CASE("descriptors of absurd numbers are refused without overflow on the way") {
    constexpr int huge = std::numeric_limits<int>::max();
    CHECK(refused_because({.exponent_bits = 33, .significand_bits = 3}, "exponent_bits"));
    CHECK(refused_because({.exponent_bits = huge, .significand_bits = 3}, "exponent_bits"));
    CHECK(refused_because({.exponent_bits = 5, .significand_bits = huge}, "1 to 128"));
    CHECK(refused_because(p3109::format(100, 4), "exponent_bits"));
    CHECK(why_invalid({.exponent_bits = 5, .significand_bits = 2, .nan = static_cast<nan_encoding>(4)}) !=
          nullptr);
}

TEST_CASE("what is at the limit of a rule is valid") {
    using enum nan_encoding;
    STATIC_REQUIRE(why_invalid({.exponent_bits = 15, .significand_bits = 112}) == nullptr);
    STATIC_REQUIRE(
        why_invalid(
            {.exponent_bits = 15, .significand_bits = 113, .has_sign = false, .has_negative_zero = false}) ==
        nullptr);
    STATIC_REQUIRE(
        why_invalid({.exponent_bits = 0, .significand_bits = 127, .has_infinity = false, .nan = none}) ==
        nullptr);
    STATIC_REQUIRE(why_invalid({.exponent_bits = 4, .significand_bits = 3, .bias = 65536}) == nullptr);
    STATIC_REQUIRE(why_invalid({.exponent_bits = 4, .significand_bits = 3, .bias = -65536}) == nullptr);
    STATIC_REQUIRE(
        why_invalid({.exponent_bits = 1, .significand_bits = 0, .has_infinity = false, .nan = none}) ==
        nullptr);
    STATIC_REQUIRE(why_invalid({.exponent_bits = 2, .significand_bits = 0, .nan = top_code}) == nullptr);
    // Every valid small descriptor has a finite value other than zero.
    tally t("valid descriptors of up to 3 exponent and 2 significand bits have a largest value");
    for (int e = 0; e <= 3; ++e)
        for (int m = 0; m <= 2; ++m)
            for (unsigned traits = 0; traits < 64; ++traits) {
                const float_format f{.exponent_bits = e,
                                     .significand_bits = m,
                                     .has_sign = (traits & 1) != 0,
                                     .has_subnormals = (traits & 2) != 0,
                                     .has_negative_zero = (traits & 4) != 0,
                                     .has_infinity = (traits & 8) != 0,
                                     .nan = static_cast<nan_encoding>(traits >> 4)};
                if (why_invalid(f) != nullptr)
                    continue;
                const auto x = unpack(f, static_cast<code_uint<float_format>>(f.largest_finite_magnitude()));
                t.expect(x.kind == number_class::finite, [&] { return name_of(f); });
            }
    require(t);
}

TEST_CASE("the default bias is IEEE 754's") {
    STATIC_REQUIRE(formats::float16.bias == 15);
    STATIC_REQUIRE(formats::bfloat16.bias == 127);
    STATIC_REQUIRE(formats::float32.bias == 127);
    STATIC_REQUIRE(formats::float64.bias == 1023);
    STATIC_REQUIRE(formats::float128.bias == 16383);
    STATIC_REQUIRE(formats::float8_e5m2.bias == 15);
    STATIC_REQUIRE(formats::float8_e4m3fn.bias == 7);
    STATIC_REQUIRE(formats::float8_e8m0fnu.bias == 127);
    STATIC_REQUIRE(formats::float6_e2m3fn.bias == 1);
    STATIC_REQUIRE(formats::float6_e3m2fn.bias == 3);
    STATIC_REQUIRE(formats::float4_e2m1fn.bias == 1);
    CHECK(float_format{.exponent_bits = 0, .significand_bits = 3}.bias == 0);
}

namespace {

/// What a document prints about a format.
struct printed {
    double largest;
    double smallest_normal;
    double smallest;
    int largest_code;
    int infinity_code;  ///< -1: none
    int nan_code;       ///< one of them; -1: none
    int nan_codes;      ///< how many
};

template <class T>
void check_census(const printed& expected) {
    using limits = std::numeric_limits<T>;
    INFO(name_of(T::format));
    CHECK(limits::max() == expected.largest);
    CHECK(limits::min() == expected.smallest_normal);
    CHECK(limits::denorm_min() == expected.smallest);
    CHECK(limits::max().to_bits() == expected.largest_code);
    int infinities = 0, nans = 0;
    for (int code = 0; code < 1 << T::format.bits(); ++code) {
        const T x = T::from_bits(static_cast<typename T::storage_type>(code));
        nans += isnan(x);
        infinities += isinf(x);
        if (isfinite(x)) {
            CHECK(static_cast<double>(abs(x)) <= expected.largest);
            CHECK((iszero(x) || static_cast<double>(abs(x)) >= expected.smallest));
        }
    }
    CHECK(nans == expected.nan_codes);
    CHECK(infinities == (expected.infinity_code < 0 ? 0 : 2));
    if (expected.infinity_code >= 0)
        CHECK(isinf(T::from_bits(static_cast<typename T::storage_type>(expected.infinity_code))));
    if (expected.nan_code >= 0)
        CHECK(isnan(T::from_bits(static_cast<typename T::storage_type>(expected.nan_code))));
}

}  // namespace

TEST_CASE("OCP OFP8 1.0, table 1: E4M3 and E5M2") {
    check_census<float8_e4m3fn>({.largest = 448,
                                 .smallest_normal = 0x1p-6,
                                 .smallest = 0x1p-9,
                                 .largest_code = 0b0'1111'110,
                                 .infinity_code = -1,
                                 .nan_code = 0b0'1111'111,
                                 .nan_codes = 2});
    check_census<float8_e5m2>({.largest = 57344,
                               .smallest_normal = 0x1p-14,
                               .smallest = 0x1p-16,
                               .largest_code = 0b0'11110'11,
                               .infinity_code = 0b0'11111'00,
                               .nan_code = 0b0'11111'01,
                               .nan_codes = 6});
    STATIC_REQUIRE(isnan(float8_e4m3fn::from_bits(0xff)));
    STATIC_REQUIRE(isnan(float8_e5m2::from_bits(0xfe)));
    CHECK(float8_e5m2::from_bits(0xfc) == -std::numeric_limits<double>::infinity());
}

TEST_CASE("OCP MX 1.0: FP6, FP4 and the E8M0 scale") {
    check_census<float6_e3m2fn>({28, 0.25, 0.0625, 0b0'111'11, -1, -1, 0});
    check_census<float6_e2m3fn>({7.5, 1.0, 0.125, 0b0'11'111, -1, -1, 0});
    check_census<float4_e2m1fn>({6.0, 1.0, 0.5, 0b0'11'1, -1, -1, 0});
    check_census<float8_e8m0fnu>({0x1p127, 0x1p-127, 0x1p-127, 0xfe, -1, 0xff, 1});
    // FP4's sixteen values.
    const double e2m1[] = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
    for (int i = 0; i < 8; ++i) {
        CHECK(float4_e2m1fn::from_bits(static_cast<std::uint8_t>(i)) == e2m1[i]);
        CHECK(float4_e2m1fn::from_bits(static_cast<std::uint8_t>(8 + i)) == -e2m1[i]);
    }
    CHECK(signbit(float4_e2m1fn::from_bits(8)));
    CHECK(float8_e8m0fnu::from_bits(127) == 1);
}

TEST_CASE("the variants of 8 bits: IEEE-like and FNUZ") {
    check_census<float8_e4m3>({240, 0x1p-6, 0x1p-9, 0x77, 0x78, 0x79, 14});
    check_census<float8_e3m4>({15.5, 0x1p-2, 0x1p-6, 0x6f, 0x70, 0x71, 30});
    check_census<float8_e4m3fnuz>({240, 0x1p-7, 0x1p-10, 0x7f, -1, 0x80, 1});
    check_census<float8_e5m2fnuz>({57344, 0x1p-15, 0x1p-17, 0x7f, -1, 0x80, 1});
    check_census<float8_e4m3b11fnuz>({30, 0x1p-10, 0x1p-13, 0x7f, -1, 0x80, 1});
}

TEST_CASE("16 bits: binary16 and bfloat16") {
    check_census<float16>({65504, 0x1p-14, 0x1p-24, 0x7bff, 0x7c00, 0x7e00, 2046});
    check_census<bfloat16>({0x1.fep127, 0x1p-126, 0x1p-133, 0x7f7f, 0x7f80, 0x7fc0, 254});
    STATIC_REQUIRE(std::numeric_limits<float16>::quiet_NaN().to_bits() == 0x7e00);
    CHECK(std::numeric_limits<tfloat32>::max() == 0x1.ffcp127);
}

TEST_CASE("P3109: the codes that its tables give") {
    // binary8p4: bias 8, one NaN at 0x80, infinities at 0x7f and 0xff, no negative zero.
    using p4 = p3109::binary<8, 4>;
    check_census<p4>({224, 0x1p-7, 0x1p-10, 0x7e, 0x7f, 0x80, 1});
    STATIC_REQUIRE(p4::from_bits(0x40) == 1);
    STATIC_REQUIRE(p4::from_bits(0xff) == -std::numeric_limits<double>::infinity());
    using p3 = p3109::binary<8, 3>;
    check_census<p3>({49152, 0x1p-15, 0x1p-17, 0x7e, 0x7f, 0x80, 1});
    using p5 = p3109::binary<8, 5>;
    check_census<p5>({15, 0x1p-3, 0x1p-7, 0x7e, 0x7f, 0x80, 1});
    using p1 = p3109::binary<8, 1>;
    check_census<p1>({0x1p62, 0x1p-63, 0x1p-63, 0x7e, 0x7f, 0x80, 1});
    using finite = p3109::binary<8, 4, p3109::signedness::signed_values, p3109::domain::finite>;
    check_census<finite>({240, 0x1p-7, 0x1p-10, 0x7f, -1, 0x80, 1});
    // Unsigned: NaN on top, infinity below it.
    using u = p3109::binary<8, 4, p3109::signedness::unsigned_values>;
    STATIC_REQUIRE(isnan(u::from_bits(0xff)));
    STATIC_REQUIRE(u::from_bits(0xfe) == std::numeric_limits<double>::infinity());
    STATIC_REQUIRE(u::from_bits(0x80) == 1);
    CHECK(std::numeric_limits<u>::max() == 0x1.ap15);
}
