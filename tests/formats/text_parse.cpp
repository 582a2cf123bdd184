// SPDX-License-Identifier: BSL-1.0
//
// What is a number in a text and what is not, how much of it is read, its flags; float and double
// against the standard library; digit strings and exponents of absurd length. That every mode and
// format rounds correctly is in text_parse_exact.cpp.

#include <halfulp/formats/named.hpp>
#include <halfulp/formats/text_parse.hpp>

#include "support/catch.hpp"
#include "support/formats.hpp"
#include "support/tally.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>

using namespace halfulp;
using namespace halfulp_test;

// Everything at compile time, for the three kinds of workspace and of format argument.
static_assert(from_string<float16>("1.5").to_bits() == 0x3e00);
static_assert(from_string<float16>("-0x1.8p3") == -12);
static_assert(from_string<float>("0x1.8p-149") == 0x1p-148f);
static_assert(from_string<double>("0.1") == 0.1);
static_assert(from_string<double>("1e-320") == 1e-320);
static_assert(from_string<double>("1.7976931348623157e308") == std::numeric_limits<double>::max());
static_assert(from_string<double>("0.1", projection{rounding::toward_negative}) < 0.1);
static_assert(from_string<float128>("6.475175119438025110924438958227646552e-4966").to_bits() == 1);
static_assert(from_string<with_status<float>>("1e999999999999").flags ==
              status{.inexact = true, .overflow = true});
static_assert(from_string("1.5", formats::float16).value == 0x3e00);
static_assert(from_string<float8_e4m3fn>("1e9",
                                         constant_value<projection{.overflow = saturation::finite}>{}) ==
              448);

namespace {

template <class T>
from_chars_result<T> read(std::string_view text) {
    return from_chars<T>(text.data(), text.data() + text.size());
}

}  // namespace

TEST_CASE("texts that are numbers") {
    struct example {
        const char* text;
        double value;
    };
    const example examples[] = {
        {"0", 0},
        {"+0", 0},
        {"1", 1},
        {"+1", 1},
        {"-1", -1},
        {"007", 7},
        {"1.", 1},
        {".5", 0.5},
        {"-.5", -0.5},
        {"00.50", 0.5},
        {"1e3", 1000},
        {"1E3", 1000},
        {"1e+3", 1000},
        {"1.e3", 1000},
        {".1e1", 1},
        {"-12.5e-3", -0.0125},
        {"1000e-3", 1},
        {"0.001e3", 1},
        {"1e0000000000000000000000000000003", 1000},
        {"0e999999999999999999999", 0},
        {"0.000", 0},
        {"0x0", 0},
        {"0x10", 16},
        {"0X1P4", 16},
        {"0x1.8p3", 12},
        {"0x.8", 0.5},
        {"0x8.", 8},
        {"0xA.bCp0", 10.734375},
        {"-0x1p-3", -0.125},
        {"+0x1p+3", 8},
        {"0x0.0001p16", 1},
        {"0x10000p-16", 1},
        {"0x0p999999999999999999999", 0},
        {"0x1e3", 483},
    };
    for (const auto& [text, value] : examples) {
        CAPTURE(text);
        CHECK(from_string<double>(text) == value);
        CHECK(from_string<float>(text) == static_cast<float>(value));
        CHECK(convert<double>(from_string<float128>(text, projection{rounding::to_odd})) == value);
        const std::string followed = std::string(text) + "|";
        CHECK(read<double>(followed).ptr == followed.data() + followed.size() - 1);
    }
    for (const char* text : {"inf", "INF", "+inf", "infinity", "Infinity", "+INFINITY"})
        CHECK(from_string<double>(text) == std::numeric_limits<double>::infinity());
    for (const char* text : {"-inf", "-Infinity"})
        CHECK(from_string<float16>(text) == float16::from_bits(0xfc00));
    for (const char* text : {"nan", "NaN", "+nan", "-NAN"})
        CHECK(from_string<float16>(text).to_bits() == 0x7e00);
    CHECK(std::signbit(from_string<double>("-0")));
    CHECK(std::signbit(from_string<double>("-0x0.0p5")));
    CHECK_FALSE(std::signbit(from_string<double>("0")));
}

TEST_CASE("texts that are not numbers") {
    const std::string texts[] = {"",
                                 " ",
                                 " 1",
                                 "1 ",
                                 "1\n",
                                 "+",
                                 "-",
                                 ".",
                                 "e",
                                 "e5",
                                 ".e5",
                                 "1e",
                                 "1e+",
                                 "1e-",
                                 "1.2.3",
                                 "1..2",
                                 "--1",
                                 "+-1",
                                 "1-",
                                 "0x",
                                 "0x.",
                                 "0xg",
                                 "0xp1",
                                 "0x1p",
                                 "0x1p+",
                                 "0x1pf",
                                 "x1",
                                 "1f",
                                 "1.5kg",
                                 "1,5",
                                 "1'000",
                                 "1_000",
                                 "i",
                                 "in",
                                 "infi",
                                 "infx",
                                 "infinit",
                                 "na",
                                 "nanx",
                                 "nan(1)",
                                 "1e1.5",
                                 "0b1",
                                 "1e5e5",
                                 "0x1.8p3.5",
                                 "$",
                                 "٣",
                                 "1e 5",
                                 "- 1",
                                 "+ 1",
                                 "0x 1",
                                 "0x-1",
                                 "infinityy",
                                 "1p3",
                                 "0x1.2.3",
                                 std::string("1\0", 2),
                                 std::string("\0", 1)};
    for (const std::string& text : texts) {
        CAPTURE(text);
        CHECK_THROWS_AS(from_string<double>(text), text_error);
        CHECK_THROWS_AS(from_string<float16>(text), text_error);
        CHECK_THROWS_AS(from_string<with_status<float>>(text), text_error);
        CHECK_THROWS_AS(from_string(text, formats::bfloat16), text_error);
    }
    CHECK_THROWS_WITH(from_string<double>("1e"), contains_text("\"1e\""));
    CHECK_THROWS_WITH(from_string<double>("1e"), contains_text("expected one number and nothing else"));
    CHECK_THROWS_WITH(from_string<double>(std::string(100000, 'x')), contains_text("(100000 characters)"));
}

TEST_CASE("from_chars reads the longest prefix") {
    struct example {
        const char* text;
        int length;
        double value;
    };
    const example examples[] = {
        {"1e", 1, 1},      {"1e+", 1, 1},     {"1e-x", 1, 1},    {"1.2.3", 3, 1.2}, {"0x", 1, 0},
        {"0xg", 1, 0},     {"0x.p1", 1, 0},   {"0x1p", 3, 1},    {"0x1p-", 3, 1},   {"-0x", 2, -0.0},
        {"1 ", 1, 1},      {"12,5", 2, 12},   {"1e5e5", 3, 1e5}, {"1.5kg", 3, 1.5}, {"-1-1", 2, -1},
        {".5.", 2, 0.5},   {"1..", 2, 1},     {"0b1", 1, 0},     {"1p3", 1, 1},     {"0x1.8q", 5, 1.5},
        {"1e5.5", 3, 1e5}, {"0x1e+1", 4, 30}, {"1'000", 1, 1},   {"1e0x1", 3, 1},
    };
    for (const auto& [text, length, value] : examples) {
        CAPTURE(text);
        const auto result = read<double>(text);
        CHECK(result.ec == std::errc{});
        CHECK(result.ptr - text == length);
        CHECK(result.value == value);
        CHECK(std::signbit(result.value) == std::signbit(value));
    }
    CHECK(read<double>("infinit").ptr[0] == 'i');
    CHECK(read<double>("infinit").value == std::numeric_limits<double>::infinity());
    CHECK(*read<double>("nan(1)").ptr == '(');
    for (const char* text : {"", " 1", "+", "-", ".", "e5", "-.e1", "in", "--1", "+inx"}) {
        CAPTURE(text);
        const auto result = read<float16>(text);
        CHECK(result.ec == std::errc::invalid_argument);
        CHECK(result.ptr == text);
        CHECK(result.value.to_bits() == 0);
        CHECK(result.flags.ok());
    }
    // A part of a longer buffer: nothing beyond `last` is read.
    const char digits[] = {'1', '2', '3', '4'};
    CHECK(from_chars<double>(digits, digits + 2).value == 12);
    CHECK(from_chars<double>(digits, digits).ec == std::errc::invalid_argument);
    CHECK(from_chars<double>(nullptr, nullptr).ec == std::errc::invalid_argument);
}

TEST_CASE("text raises the IEEE flags") {
    const auto flags = [](const char* text, projection p = {}) {
        return from_string<with_status<float16>>(text, p).flags;
    };
    CHECK(flags("1.5") == status{});
    CHECK(flags("0") == status{});
    CHECK(flags("inf") == status{});
    CHECK(flags("nan") == status{});
    CHECK(flags("0x1p-24") == status{});
    CHECK(flags("5.9604644775390625e-8") == status{});
    CHECK(flags("0.1") == status{.inexact = true});
    CHECK(flags("65504") == status{});
    CHECK(flags("65519.999") == status{.inexact = true});
    CHECK(flags("65520") == status{.inexact = true, .overflow = true});
    CHECK(flags("65505", projection{rounding::toward_positive}) == status{.inexact = true, .overflow = true});
    CHECK(flags("1e-8") == status{.inexact = true, .underflow = true});
    CHECK(flags("1e-1000000") == status{.inexact = true, .underflow = true});
    CHECK(flags("0x1p-1000000") == status{.inexact = true, .underflow = true});
    CHECK(flags("-0x1p1000000") == status{.inexact = true, .overflow = true});
    // Tiny is decided after rounding: just below 2^-14.
    CHECK(flags("0x0.fffp-14") == status{.inexact = true});
    CHECK(flags("0x0.ff9p-14") == status{.inexact = true, .underflow = true});

    CHECK(from_string<with_status<float8_e4m3fn>>("inf").flags == status{.invalid = true});
    CHECK(from_string<with_status<float8_e8m0fnu>>("-1").flags == status{.inexact = true, .invalid = true});
    CHECK(from_string<with_status<float4_e2m1fn>>("nan").flags == status{.invalid = true});
    CHECK(from_string<float8_e4m3fnuz>("-0").to_bits() == 0);
}

TEST_CASE("text is rounded by the projection of the type, or by the one given") {
    using up = custom_float<formats::float16, projection{rounding::toward_positive}>;
    CHECK(from_string<up>("1.0001").to_bits() == 0x3c01);
    CHECK(from_string<up>("1.0001", projection{}).to_bits() == 0x3c00);
    CHECK(from_string<up>("1.0009", constant_value<projection{rounding::toward_zero}>{}).to_bits() == 0x3c00);
    // 1 + 2^-12 is a quarter of the way up: with 2 random bits, R = 3 goes up.
    const projection stochastic{.mode = rounding::stochastic_a, .random_bits = 2};
    for (std::uint64_t random = 0; random < 4; ++random)
        CHECK(from_string<float16>("1.000244140625", stochastic, random).to_bits() ==
              (random == 3 ? 0x3c01 : 0x3c00));
}

TEST_CASE("run-time formats") {
    CHECK(from_string("0.1", formats::float64).value == std::bit_cast<std::uint64_t>(0.1));
    CHECK(from_string("1e9", formats::float8_e4m3fn, {.overflow = saturation::finite}).value == 0x7e);
    const char text[] = "1.5x";
    const auto result = from_chars(text, text + 4, formats::bfloat16);
    CHECK(result.value == 0x3fc0);
    CHECK(result.ptr == text + 3);
    CHECK_THROWS_AS(from_string("1", formats::float128), format_error);
    CHECK_THROWS_AS(from_string("1", float_format{.exponent_bits = 20}), format_error);
    CHECK_THROWS_WITH(from_string("1", float_format{.exponent_bits = 20}),
                      contains_text("exponent_bits must be in 0 ... 16"));
    CHECK_THROWS_AS(from_string("1", formats::float16, {.mode = rounding::stochastic_a, .random_bits = 33}),
                    format_error);
}

TEST_CASE("hard decimal numbers for binary64") {
    struct example {
        const char* text;
        std::uint64_t code;
    };
    const example examples[] = {
        {"2.2250738585072011e-308", 0x000fffffffffffff},
        {"2.2250738585072012e-308", 0x0010000000000000},
        {"2.2250738585072014e-308", 0x0010000000000000},
        {"4.9406564584124654e-324", 0x0000000000000001},
        {"2.4703282292062327e-324", 0x0000000000000000},
        {"2.4703282292062328e-324", 0x0000000000000001},
        {"1.7976931348623158e308", 0x7fefffffffffffff},
        {"1.7976931348623159e308", 0x7ff0000000000000},
        {"179769313486231580793e289", 0x7ff0000000000000},
        {"9007199254740993", 0x4340000000000000},
        {"9007199254740992.999999999999999999999", 0x4340000000000000},
        {"9007199254740993.000000000000000000001", 0x4340000000000001},
        {"9007199254740995", 0x4340000000000002},
        {"1e23", 0x44b52d02c7e14af6},
        {"6929495644600919.5", 0x43389e56ee5e7a58},
        {"3.518437208883201171875e13", 0x42c0000000000002},
        {"0.500000000000000166533453693773481063544750213623046875", 0x3fe0000000000002},
        {"62.5364939768271845828", 0x404f44abd5aa7ca4},
        {"8.10109172351e-10", 0x3e0bd5cbaef0fd0c},
    };
    for (const auto& [text, code] : examples) {
        CAPTURE(text);
        const auto got = std::bit_cast<std::uint64_t>(from_string<double>(text));
        CHECK(got == from_string<float64>(text).to_bits());
        CHECK(got == from_string(text, formats::float64).value);
        CAPTURE(hexadecimal(got), hexadecimal(code));
        CHECK(got == code);
    }
}

TEST_CASE("random decimal numbers, as the standard library reads them") {
    tally t("decimal texts into binary32 and binary64, against std::from_chars");
    std::mt19937_64 generator(1);
    for (int i = 0; i < cases_for_effort(20'000, 300'000, 50'000'000); ++i) {
        const auto below = [&](std::uint64_t n) { return static_cast<int>(generator() % n); };
        std::string text = below(2) != 0 ? "-" : "";
        const int digits = 1 + below(below(8) == 0 ? 60 : 22);
        const int point = below(static_cast<std::uint64_t>(digits) + 1);
        for (int d = 0; d < digits; ++d) {
            if (d == point)
                text += '.';
            text += static_cast<char>('0' + below(10));
        }
        const bool narrow = below(2) != 0;
        if (below(4) != 0)
            text += "e" + std::to_string(narrow ? below(90) - 50 : below(660) - 345);
        const auto check = [&](auto expected) {
            using T = decltype(expected);
            const auto standard = std::from_chars(text.data(), text.data() + text.size(), expected);
            if (standard.ec != std::errc{})
                return;
            const auto got = read<T>(text);
            t.expect(got.value == expected && std::signbit(got.value) == std::signbit(expected) &&
                         got.ptr == standard.ptr,
                     [&] { return text; });
        };
        check(float{});
        check(double{});
    }
    require(t);
}

TEST_CASE("texts of any length are exact and take linear time") {
    const std::string zeros(1'000'000, '0');
    CHECK(from_string<double>("1" + zeros + "e-1000000") == 1);
    CHECK(from_string<double>("0." + zeros + "1e1000001") == 1);
    CHECK(from_string<double>("0." + zeros + "1e1000000") == 0.1);
    CHECK(from_string<float16>(zeros + "1.5" + zeros).to_bits() == 0x3e00);
    CHECK(from_string<double>("0x0." + zeros + "1p4000004") == 1);
    CHECK(from_string<double>("0x1" + zeros + "p-4000000") == 1);
    CHECK(from_string<double>("1e" + zeros + "1") == 10);
    // A digit after a million zeros decides a tie, and only that.
    for (const char* half : {"1.00048828125", "0x1.002"}) {
        const std::string text = half + zeros;
        CHECK(from_string<float16>(text).to_bits() == 0x3c00);
        CHECK(from_string<float16>(text + "1").to_bits() == 0x3c01);
        CHECK(from_string<with_status<float16>>(text + "1").flags == status{.inexact = true});
    }
    const std::string nines(100'000, '9');
    CHECK(from_string<double>("0." + nines) == 1);
    CHECK(from_string<double>("0." + nines, projection{rounding::toward_zero}) == 0x1.fffffffffffffp-1);
    for (const char* exponent : {"999999999999", "9223372036854775807", "99999999999999999999999999999"}) {
        CHECK(from_string<double>(std::string("1e") + exponent) == std::numeric_limits<double>::infinity());
        CHECK(from_string<double>(std::string("1e-") + exponent) == 0);
        CHECK(from_string<double>(std::string("0x1p") + exponent) == std::numeric_limits<double>::infinity());
        CHECK(from_string<double>(std::string("0x1p-") + exponent, projection{rounding::away_from_zero}) ==
              std::numeric_limits<double>::denorm_min());
    }
}
