// SPDX-License-Identifier: BSL-1.0

/// @file
/// What overflow, infinities, NaN and negative values become, written out as a table for a format
/// of each kind.

#include <halfulp/reference/operations.hpp>

#include "reference/format_lists.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace halfulp;
using reference::exact_value;
using reference::rounded;

constexpr rounding all_modes[] = {
    rounding::ties_to_even,   rounding::ties_to_away,    rounding::ties_to_zero,
    rounding::toward_zero,    rounding::toward_positive, rounding::toward_negative,
    rounding::away_from_zero, rounding::to_odd,          rounding::stochastic_a,
    rounding::stochastic_b,   rounding::stochastic_c,    rounding::stochastic_equal};

constexpr status overflowed{.inexact = true, .overflow = true};
constexpr status refused{.inexact = true, .invalid = true};
constexpr status invalid{.invalid = true};
constexpr status silent{};

/// What a row says of the modes: P3109's table has three groups.
struct expectation {
    std::uint64_t code;  // of the modes not named below
    std::uint64_t toward_zero, toward_positive, toward_negative, to_odd;
};

struct row {
    const char* what;
    exact_value x;
    saturation overflow;
    expectation codes;
    status flags;
};

constexpr expectation always(std::uint64_t code) {
    return {code, code, code, code, code};
}

void check(const float_format& format, const std::vector<row>& table) {
    for (const row& r : table)
        for (const rounding mode : all_modes) {
            const std::uint64_t expected = mode == rounding::toward_zero       ? r.codes.toward_zero
                                           : mode == rounding::toward_positive ? r.codes.toward_positive
                                           : mode == rounding::toward_negative ? r.codes.toward_negative
                                           : mode == rounding::to_odd          ? r.codes.to_odd
                                                                               : r.codes.code;
            const rounded result = reference::round(r.x, format, {mode, r.overflow, 8}, 0xa5);
            CAPTURE(r.what, halfulp_test::name_of(format), static_cast<int>(mode),
                    static_cast<int>(r.overflow));
            CHECK(static_cast<std::uint64_t>(result.code) == expected);
            CHECK(result.flags == r.flags);
        }
}

const exact_value infinity = exact_value::infinity();
const exact_value huge = exact_value(0x1p1000);
const exact_value not_a_number = exact_value::nan();
constexpr auto none = saturation::none;
constexpr auto clamp_all = saturation::finite;
constexpr auto propagate = saturation::propagate;

}  // namespace

TEST_CASE("saturation: signed with infinity (float8_e5m2, odd largest code 0x7b)") {
    check(formats::float8_e5m2, {
                                    {"huge", huge, none, {0x7c, 0x7b, 0x7c, 0x7b, 0x7b}, overflowed},
                                    {"-huge", -huge, none, {0xfc, 0xfb, 0xfb, 0xfc, 0xfb}, overflowed},
                                    {"huge", huge, propagate, always(0x7b), overflowed},
                                    {"-huge", -huge, propagate, always(0xfb), overflowed},
                                    {"huge", huge, clamp_all, always(0x7b), overflowed},
                                    {"-huge", -huge, clamp_all, always(0xfb), overflowed},
                                    {"inf", infinity, none, always(0x7c), silent},
                                    {"-inf", -infinity, none, always(0xfc), silent},
                                    {"inf", infinity, propagate, always(0x7c), silent},
                                    {"-inf", -infinity, propagate, always(0xfc), silent},
                                    {"inf", infinity, clamp_all, always(0x7b), overflowed},
                                    {"-inf", -infinity, clamp_all, always(0xfb), overflowed},
                                    {"nan", not_a_number, none, always(0x7e), silent},
                                    {"nan", not_a_number, clamp_all, always(0x7e), silent},
                                });
}

TEST_CASE("saturation: P3109 signed extended (binary8p4se, even largest code 0x7e)") {
    check(p3109::format(8, 4), {
                                   {"huge", huge, none, {0x7f, 0x7e, 0x7f, 0x7e, 0x7f}, overflowed},
                                   {"-huge", -huge, none, {0xff, 0xfe, 0xfe, 0xff, 0xff}, overflowed},
                                   {"huge", huge, propagate, always(0x7e), overflowed},
                                   {"-huge", -huge, clamp_all, always(0xfe), overflowed},
                                   {"inf", infinity, none, always(0x7f), silent},
                                   {"-inf", -infinity, propagate, always(0xff), silent},
                                   {"-inf", -infinity, clamp_all, always(0xfe), overflowed},
                                   {"nan", not_a_number, propagate, always(0x80), silent},
                               });
}

TEST_CASE("saturation: NaN but no infinity (float8_e4m3fn, float8_e4m3fnuz)") {
    check(formats::float8_e4m3fn, {
                                      {"huge", huge, none, {0x7f, 0x7e, 0x7f, 0x7e, 0x7f}, overflowed},
                                      {"-huge", -huge, none, {0x7f, 0xfe, 0xfe, 0x7f, 0x7f}, overflowed},
                                      {"huge", huge, propagate, always(0x7e), overflowed},
                                      {"-huge", -huge, clamp_all, always(0xfe), overflowed},
                                      {"inf", infinity, none, always(0x7f), invalid},
                                      {"-inf", -infinity, none, always(0x7f), invalid},
                                      {"inf", infinity, propagate, always(0x7e), overflowed},
                                      {"-inf", -infinity, propagate, always(0xfe), overflowed},
                                      {"-inf", -infinity, clamp_all, always(0xfe), overflowed},
                                      {"nan", not_a_number, clamp_all, always(0x7f), silent},
                                  });
    check(formats::float8_e4m3fnuz, {
                                        {"-huge", -huge, none, {0x80, 0xff, 0xff, 0x80, 0x80}, overflowed},
                                        {"inf", infinity, none, always(0x80), invalid},
                                        {"-inf", -infinity, propagate, always(0xff), overflowed},
                                        {"nan", not_a_number, none, always(0x80), silent},
                                    });
}

TEST_CASE("saturation: neither NaN nor infinity (float4_e2m1fn)") {
    for (const saturation overflow : {none, clamp_all, propagate})
        check(formats::float4_e2m1fn, {
                                          {"huge", huge, overflow, always(7), overflowed},
                                          {"-huge", -huge, overflow, always(15), overflowed},
                                          {"inf", infinity, overflow, always(7), overflowed},
                                          {"-inf", -infinity, overflow, always(15), overflowed},
                                          {"nan", not_a_number, overflow, always(7), invalid},
                                      });
}

TEST_CASE("saturation: unsigned formats refuse negative values (binary8p4ue, binary8p4uf)") {
    using p3109::domain;
    using p3109::signedness;
    check(p3109::format(8, 4, signedness::unsigned_values, domain::extended),
          {
              {"huge", huge, none, {0xfe, 0xfd, 0xfe, 0xfd, 0xfd}, overflowed},
              {"huge", huge, propagate, always(0xfd), overflowed},
              {"inf", infinity, propagate, always(0xfe), silent},
              {"inf", infinity, clamp_all, always(0xfd), overflowed},
              {"-1", exact_value(-1), none, {0xff, 0, 0, 0xff, 0xff}, refused},
              {"-1", exact_value(-1), propagate, always(0), refused},
              {"-1", exact_value(-1), clamp_all, always(0), refused},
              {"-huge", -huge, none, {0xff, 0, 0, 0xff, 0xff}, refused},
              {"-inf", -infinity, none, always(0xff), invalid},
              {"-inf", -infinity, propagate, always(0), invalid},
              {"-inf", -infinity, clamp_all, always(0), invalid},
              {"-0", exact_value(-0.0), none, always(0), silent},
          });
    check(p3109::format(8, 4, signedness::unsigned_values, domain::finite),
          {
              {"huge", huge, none, {0xff, 0xfe, 0xff, 0xfe, 0xff}, overflowed},
              {"inf", infinity, none, always(0xff), invalid},
              {"inf", infinity, propagate, always(0xfe), overflowed},
              {"-1", exact_value(-1), none, {0xff, 0, 0, 0xff, 0xff}, refused},
              {"-inf", -infinity, none, always(0xff), invalid},
          });
}

TEST_CASE("saturation: a scale format has no zero (float8_e8m0fnu)") {
    constexpr status underflowed{.inexact = true, .underflow = true};
    check(formats::float8_e8m0fnu,
          {
              {"huge", huge, none, {0xff, 0xfe, 0xff, 0xfe, 0xff}, overflowed},
              {"huge", huge, clamp_all, always(0xfe), overflowed},
              {"inf", infinity, none, always(0xff), invalid},
              {"0", exact_value(0.0), none, always(0), underflowed},
              {"-0", exact_value(-0.0), none, always(0), underflowed},
              {"tiny", exact_value(0x1p-1000), none, always(0), underflowed},
              {"-tiny", exact_value(-0x1p-1000), none, {0xff, 0, 0, 0xff, 0xff}, refused},
              {"-1", exact_value(-1), none, {0xff, 0, 0, 0xff, 0xff}, refused},
              {"-1", exact_value(-1), propagate, always(0), refused},
              {"-inf", -infinity, none, always(0xff), invalid},
          });
    // 3 lies in the middle of 2 (code 128) and 4 (code 129); 6 of 4 and 8.
    CHECK(reference::round(exact_value(3), formats::float8_e8m0fnu).code == uint128{128});
    CHECK(reference::round(exact_value(6), formats::float8_e8m0fnu).code == uint128{130});
}

TEST_CASE("overflow begins half a unit above the largest value, or one, by the mode") {
    const auto convert = [](double x, rounding mode) {
        return reference::round(exact_value(x), formats::float16, {.mode = mode});
    };
    CHECK(convert(65519.99, rounding::ties_to_even) == rounded{0x7bff, {.inexact = true}});
    CHECK(convert(65520, rounding::ties_to_even) == rounded{0x7c00, overflowed});
    CHECK(convert(65520, rounding::ties_to_zero) == rounded{0x7bff, {.inexact = true}});
    CHECK(convert(65535.99, rounding::toward_zero) == rounded{0x7bff, {.inexact = true}});
    CHECK(convert(65536, rounding::toward_zero) == rounded{0x7bff, overflowed});
    CHECK(convert(65504.01, rounding::toward_positive) == rounded{0x7c00, overflowed});
    CHECK(convert(65504.01, rounding::to_odd) == rounded{0x7bff, {.inexact = true}});
}

TEST_CASE("underflow is decided after rounding") {
    const auto convert = [](double x, rounding mode) {
        return reference::round(exact_value(x), formats::float16, {.mode = mode}).flags;
    };
    constexpr status inexact{.inexact = true};
    constexpr status underflow{.inexact = true, .underflow = true};
    CHECK(convert(0x1p-25, rounding::ties_to_even) == underflow);
    CHECK(convert(0x3p-24, rounding::ties_to_even) == silent);  // subnormal but exact
    // 2^-14 − 2^-26 is the middle between the last 11-bit number and 2^-14.
    CHECK(convert(0x1p-14 - 0x1p-25, rounding::ties_to_even) == underflow);
    CHECK(convert(0x1p-14 - 0x1p-26, rounding::ties_to_even) == inexact);
    CHECK(convert(0x1p-14 - 0x1p-26, rounding::ties_to_zero) == underflow);
    CHECK(convert(0x1p-14 - 0x1p-30, rounding::toward_zero) == underflow);
    CHECK(convert(0x1p-14 - 0x1p-30, rounding::toward_positive) == inexact);
}

TEST_CASE("the sign of zero: kept where the format has two zeros, by direction after cancellation") {
    const auto code = [](const exact_value& x, const float_format& format, rounding mode) {
        return static_cast<std::uint64_t>(reference::round(x, format, {.mode = mode}).code);
    };
    const exact_value cancelled = exact_value(1) - exact_value(1);
    for (const rounding mode : all_modes) {
        CHECK(code(exact_value(-0.0), formats::float16, mode) == 0x8000);
        CHECK(code(exact_value(-0.0), formats::float8_e4m3fnuz, mode) == 0);
        CHECK(code(cancelled, formats::float16, mode) == (mode == rounding::toward_negative ? 0x8000 : 0));
        CHECK(code(cancelled, formats::float8_e4m3fnuz, mode) == 0);
    }
    CHECK(code(exact_value(-0x1p-1000), formats::float16, rounding::ties_to_even) == 0x8000);
    CHECK(code(exact_value(-0x1p-1000), formats::float8_e5m2fnuz, rounding::ties_to_even) == 0);
}

TEST_CASE("fma(max, 2, -max) does not overflow in the middle") {
    const auto f = formats::float16;
    CHECK(reference::fma(f, 0x7bff, f, 0x4000, f, 0xfbff, f) == rounded{0x7bff, {}});
}

TEST_CASE("float16 0x1.2p-19 + 0x1.fecp+8 toward positive is 0x1.ffp+8") {
    const auto f = formats::float16;
    const uint128 x = reference::round(exact_value(0x1.2p-19), f).code;
    const uint128 y = reference::round(exact_value(0x1.fecp+8), f).code;
    const rounded sum = reference::add(f, x, f, y, f, {.mode = rounding::toward_positive});
    CHECK(reference::decode(f, sum.code) == exact_value(0x1.ff0p+8));
}

TEST_CASE("an invalid descriptor or number of random bits is refused") {
    const exact_value x(1.1);
    CHECK_THROWS_AS(reference::round(x, float_format{.exponent_bits = 17}), format_error);
    CHECK_THROWS_WITH(reference::round(x, float_format{.exponent_bits = 17}),
                      halfulp_test::contains_text("exponent_bits must be in 0 ... 16"));
    for (const int bits : {-1, 0, 33})
        CHECK_THROWS_AS(reference::round(x, formats::float16, {rounding::stochastic_a, none, bits}),
                        format_error);
    CHECK_NOTHROW(reference::round(x, formats::float16, {rounding::ties_to_even, none, 0}));
}
