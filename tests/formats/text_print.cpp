// SPDX-License-Identifier: BSL-1.0
//
// Numbers as text: what each style looks like, that every value reads back from every style, and
// float and double against the standard library. That shortest is shortest is in text_print_exact.cpp.

#include <halfulp/formats/text.hpp>

#include "support/catch.hpp"
#include "support/formats.hpp"
#include "support/tally.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace halfulp;
using namespace halfulp_test;

namespace {

constexpr bool prints_as(auto x, std::string_view expected, text_style style = text_style::shortest) {
    char buffer[80] = {};
    const auto result = to_chars(buffer, buffer + 80, x, style);
    return result.ec == std::errc{} &&
           std::string_view(buffer, static_cast<std::size_t>(result.ptr - buffer)) == expected;
}

static_assert(prints_as(from_string<float16>("0.1"), "0.1"));
static_assert(prints_as(from_string<float16>("0.1"), "0.0999755859375", text_style::exact));
static_assert(prints_as(from_string<float16>("0.1"), "0x1.998p-4", text_style::hexadecimal));
static_assert(prints_as(from_string<float128>("0.1"), "0.1"));
// Integers in fixed notation, whose trailing zero bits are not digits: at compile time, where an
// integer beyond its capacity would not compile.
static_assert(prints_as(100.0, "100") && prints_as(9007199254740990.0, "9007199254740990"));
static_assert(prints_as(0.1, "0.1") && prints_as(5e-324, "5e-324") && prints_as(-1.5f, "-1.5"));

}  // namespace

TEST_CASE("the styles") {
    struct example {
        double value;
        const char* shortest;
        const char* exact;
        const char* hexadecimal;
    };
    const example in_float16[] = {
        {0, "0", "0", "0x0p+0"},
        {-0.0, "-0", "-0", "-0x0p+0"},
        {1, "1", "1", "0x1p+0"},
        {-1.5, "-1.5", "-1.5", "-0x1.8p+0"},
        {0.1, "0.1", "0.0999755859375", "0x1.998p-4"},
        {1.0 / 3, "0.3333", "0.333251953125", "0x1.554p-2"},
        {65504, "65504", "65504", "0x1.ffcp+15"},
        {1000, "1000", "1000", "0x1.f4p+9"},
        {0x1p-24, "6e-08", "5.9604644775390625e-08", "0x1p-24"},
        {0x1.8p-23, "2e-07", "1.78813934326171875e-07", "0x1.8p-23"},
        {0x1p-14, "6.104e-05", "6.103515625e-05", "0x1p-14"},
        {0x1p-10, "0.000977", "0.0009765625", "0x1p-10"},
        {std::numeric_limits<double>::infinity(), "inf", "inf", "inf"},
        {-std::numeric_limits<double>::infinity(), "-inf", "-inf", "-inf"},
        {std::numeric_limits<double>::quiet_NaN(), "nan", "nan", "nan"},
    };
    for (const auto& [value, shortest, exact, hexadecimal] : in_float16) {
        const float16 x(value);
        CHECK(to_string(x) == shortest);
        CHECK(to_string(x, text_style::exact) == exact);
        CHECK(to_string(x, text_style::hexadecimal) == hexadecimal);
        CHECK(to_string(x.to_bits(), formats::float16) == shortest);
        CHECK(to_string(x.to_bits(), formats::float16, text_style::exact) == exact);
        CHECK(to_string(x.to_bits(), formats::float16, text_style::hexadecimal) == hexadecimal);
    }
    CHECK(to_string(1e22) == "1e+22");
    CHECK(to_string(1e5) == "1e+05");
    CHECK(to_string(1e23, text_style::exact) == "99999999999999991611392");
    CHECK(to_string(123456789012345678.0) == "123456789012345680");
    CHECK(to_string(float8_e5m2(57344)) == "57344");
    CHECK(to_string(float8_e5m2(49152)) == "49152");
    CHECK(to_string(float8_e8m0fnu::from_bits(0)) == "6e-39");
    CHECK(to_string(float8_e8m0fnu::from_bits(254)) == "2e+38");
    CHECK(to_string(float8_e8m0fnu::from_bits(255)) == "nan");
    CHECK(to_string(float8_e8m0fnu::from_bits(254), text_style::exact) ==
          "170141183460469231731687303715884105728");
    CHECK(to_string(float128::from_bits(1)) == "6e-4966");
    CHECK(to_string(float128::from_bits(1), text_style::hexadecimal) == "0x1p-16494");
    CHECK(to_string(float128::from_bits(1), text_style::exact).size() == 11529 + 1 + 6);
}

TEST_CASE("a buffer that is too small is not written to") {
    for (text_style style : {text_style::shortest, text_style::exact, text_style::hexadecimal})
        for (double value : {-0.1, 1e300, -5e-324, 3.0, 0.0, -std::numeric_limits<double>::infinity()}) {
            const std::string text = to_string(value, style);
            std::string buffer(text.size() + 1, '#');
            char* const first = buffer.data();
            for (std::size_t size = 0; size < text.size(); ++size) {
                const auto result = to_chars(first, first + size, value, style);
                CHECK(result.ec == std::errc::value_too_large);
                CHECK(result.ptr == first + size);
            }
            CHECK(buffer == std::string(text.size() + 1, '#'));
            const auto result = to_chars(first, first + text.size(), value, style);
            CHECK(result.ec == std::errc{});
            CHECK(result.ptr == first + text.size());
            CHECK(buffer == text + "#");
        }
}

namespace {

constexpr text_style styles[] = {text_style::shortest, text_style::exact, text_style::hexadecimal};

/// A code reads back from its text; what exact styles print is read without rounding.
void check_round_trip(tally& t, const float_format& format, std::uint64_t code) {
    for (text_style style : styles) {
        const std::string text = to_string(code, format, style);
        const auto back = from_string(text, format);
        const bool is_nan = is_nan_code(format, code);
        const bool same = is_nan ? is_nan_code(format, back.value) && text == "nan" : back.value == code;
        // A format may have several codes of zero; they print alike only if they are alike.
        const bool zero = text == "0" || text == "-0" || text == "0x0p+0" || text == "-0x0p+0";
        const bool is_exact = style == text_style::shortest || back.flags.ok();
        t.expect((same || (zero && from_string(to_string(back.value, format), format).value == back.value)) &&
                     is_exact && text.size() <= static_cast<std::size_t>(maximum_text_size(format, style)),
                 [&] { return name_of(format) + " " + hexadecimal(code) + ": " + text; });
    }
}

}  // namespace

TEST_CASE("every code of every small format reads back from every style") {
    tally t("round trip, three styles, run time");
    std::vector<float_format> formats = odd_small_formats();
    for (const float_format& format : named_formats_up_to_16_bits())
        if (format.bits() <= 8)
            formats.push_back(format);
    for (int width = 3; width <= cases_for_effort(6, 10, 12); ++width)
        for (const float_format& format : p3109_formats(width))
            formats.push_back(format);
    for (const float_format& format : formats)
        for (std::uint64_t code = 0; code < std::uint64_t{1} << format.bits(); ++code)
            check_round_trip(t, format, code);
    require(t);
}

TEMPLATE_TEST_CASE("every code of the 16-bit types reads back from every style", "", float16, bfloat16,
                   tfloat32, (p3109::binary<16, 1>), (p3109::binary<16, 7>),
                   (p3109::binary<16, 12, p3109::signedness::unsigned_values>)) {
    constexpr float_format format = TestType::format;
    tally t("round trip of " + name_of(format));
    const std::uint32_t count = 1u << format.bits();
    // The values of 15 exponent bits have up to 11,000 digits.
    const std::uint32_t normal = format.exponent_bits > 9 ? 251u : format.bits() >= 17 ? 7u : 1u;
    const std::uint32_t stride = cases_for_effort(5 * normal, normal, 1u);
    for (std::uint32_t code = 0; code < count; code += stride) {
        const auto x = TestType::from_bits(static_cast<typename TestType::storage_type>(code));
        for (text_style style : styles) {
            const std::string text = to_string(x, style);
            const auto back = from_string<with_status<TestType>>(text);
            t.expect((text == "nan" ? is_nan_code(constant_value<format>{}, code) &&
                                          is_nan_code(constant_value<format>{}, back.value.to_bits())
                                    : back.value.to_bits() == x.to_bits()) &&
                         (style == text_style::shortest || back.flags.ok()) &&
                         text == to_string(code, format, style),
                     [&] { return hexadecimal(code) + ": " + text; });
        }
    }
    require(t);
}

TEMPLATE_TEST_CASE("float and double print as the standard library prints them", "", float, double) {
    using bits = std::conditional_t<sizeof(TestType) == 4, std::uint32_t, std::uint64_t>;
    tally t("shortest and hexadecimal text of " + name_of(number_format<TestType>::value));
    std::mt19937_64 generator(1);
    for (int i = 0; i < cases_for_effort(10'000, 300'000, 100'000'000); ++i) {
        auto x = std::bit_cast<TestType>(static_cast<bits>(generator()));
        switch (i % 4) {
            case 0:  // integers and short fractions
                x = static_cast<TestType>(std::ldexp(static_cast<double>(generator() >> (generator() % 64)),
                                                     static_cast<int>(generator() % 24) - 16));
                break;
            case 1:  // powers of two, where the interval is not symmetric
                x = std::ldexp(TestType{1}, static_cast<int>(generator() % 2200) - 1100);
                break;
            case 2:  // powers of ten, and their neighbours
                x = static_cast<TestType>(std::pow(10.0, static_cast<double>(generator() % 80) - 40));
                x = std::bit_cast<TestType>(static_cast<bits>(std::bit_cast<bits>(x) + generator() % 5 - 2));
                break;
            default:
                break;
        }
        if (!std::isfinite(x))
            continue;
        char buffer[64];
        const std::string expected(buffer, std::to_chars(buffer, buffer + 64, x).ptr);
        const std::string text = to_string(x);
        t.expect(text == expected && from_string<TestType>(text) == x,
                 [&] { return expected + ", got " + text; });
        if (std::fpclassify(x) == FP_SUBNORMAL || x == 0)
            continue;  // where the standard library does not normalise
        const auto end = std::to_chars(buffer, buffer + 64, std::abs(x), std::chars_format::hex).ptr;
        const std::string hex = (std::signbit(x) ? "-0x" : "0x") + std::string(buffer, end);
        t.expect(to_string(x, text_style::hexadecimal) == hex,
                 [&] { return hex + ", got " + to_string(x, text_style::hexadecimal); });
    }
    require(t);
}

TEST_CASE("the widest exponents print and read back") {
    // The decimal exponent of 2^131070 needs a product of more than 63 bits if the constant is too long.
    for (const int bias : {-65536, 65536, 0}) {
        const float_format format{.exponent_bits = 16, .significand_bits = 3, .bias = bias};
        for (const std::uint64_t code : {std::uint64_t{1}, std::uint64_t{9},
                                         static_cast<std::uint64_t>(format.largest_finite_magnitude())}) {
            const std::string text = to_string(code, format);
            INFO(text);
            CHECK(from_string(text, format).value == code);
        }
    }
    const float_format wide{.exponent_bits = 16, .significand_bits = 3, .bias = -65536};
    CHECK(to_string(static_cast<std::uint64_t>(wide.largest_finite_magnitude()), wide).ends_with("e+39456"));
}

TEST_CASE("run-time formats are checked") {
    CHECK_THROWS_AS(to_string(0, formats::float128), format_error);
    CHECK_THROWS_AS(to_string(0, float_format{.exponent_bits = 0, .significand_bits = 3}), format_error);
    char buffer[8];
    CHECK_THROWS_AS(to_chars(buffer, buffer + 8, 0, formats::float128), format_error);
    CHECK(to_string(0xff03c00, formats::float16) == "1");  // bits above the code do not count
    CHECK(to_string(0xff80, formats::float8_e4m3fnuz) == "nan");
}

TEST_CASE("streams write and read") {
    std::ostringstream out;
    out << float16(0.1) << ' ' << float8_e4m3fn(-448) << ' ' << std::hexfloat << float16(0.1);
    CHECK(out.str() == "0.1 -448 0x1.998p-4");
    out.str("");
    out << std::defaultfloat;
    out.width(8);
    out.fill('*');
    out << bfloat16(1.5);
    CHECK(out.str() == "*****1.5");

    std::istringstream in(" 1.5 -0x1p-3\n+inf,nan;1e3-2 0x1e-1(7)");
    float16 x{};
    const auto next = [&] {
        in >> x;
        return in.fail() ? std::string("fail") : to_string(x);
    };
    CHECK(next() == "1.5");
    CHECK(next() == "-0.125");
    CHECK(next() == "inf");
    CHECK(in.get() == ',');
    CHECK(next() == "nan");
    CHECK(in.get() == ';');
    CHECK(next() == "1000");
    CHECK(next() == "-2");
    CHECK(next() == "30");  // 0x1e, and −1 after it
    CHECK(next() == "-1");
    CHECK(in.get() == '(');
    CHECK(next() == "7");
    CHECK(next() == "fail");

    for (const char* text : {"", "  ", "x", "1e", "1.2.3", "1.5kg", "-", ",1"}) {
        std::istringstream bad(text);
        float16 y(1);
        CAPTURE(text);
        CHECK_FALSE(bad >> y);
        CHECK((std::string_view(text).find_first_not_of(' ') == std::string_view::npos || y == 0));
    }
    // Rounded once, by the type's projection.
    std::istringstream tie("1.00048828125000000000000000000000000001");
    custom_float<formats::float16, projection{rounding::toward_zero}> down{};
    CHECK(tie >> down);
    CHECK(down.to_bits() == 0x3c00);
}
