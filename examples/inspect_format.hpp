// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What examples/inspect.cpp knows of formats: their names, the facts of a code, and its neighbours.

#include <halfulp/formats/dynamic_float.hpp>
#include <halfulp/formats/text.hpp>

#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace inspect {

using namespace halfulp;

/// Input that the user can put right; its text says how.
struct bad_argument : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

inline const std::vector<std::pair<std::string, float_format>>& named_formats() {
    static const std::vector<std::pair<std::string, float_format>> all{
        {"float4_e2m1fn", formats::float4_e2m1fn},
        {"float6_e2m3fn", formats::float6_e2m3fn},
        {"float6_e3m2fn", formats::float6_e3m2fn},
        {"float8_e3m4", formats::float8_e3m4},
        {"float8_e4m3", formats::float8_e4m3},
        {"float8_e4m3fn", formats::float8_e4m3fn},
        {"float8_e4m3fnuz", formats::float8_e4m3fnuz},
        {"float8_e4m3b11fnuz", formats::float8_e4m3b11fnuz},
        {"float8_e5m2", formats::float8_e5m2},
        {"float8_e5m2fnuz", formats::float8_e5m2fnuz},
        {"float8_e8m0fnu", formats::float8_e8m0fnu},
        {"bfloat16", formats::bfloat16},
        {"float16", formats::float16},
        {"tfloat32", formats::tfloat32},
        {"float32", formats::float32},
        {"float64", formats::float64}};
    return all;
}

/// P3109's binary{K}p{P}{s|u}{e|f}, such as binary8p3se; nothing if the name is not of that kind.
inline std::optional<float_format> p3109_format(const std::string& name) {
    std::size_t at = 0;
    const auto number = [&](const std::string& before) {
        if (name.compare(at, before.size(), before) != 0)
            return -1;
        at += before.size();
        int value = 0;
        const std::size_t start = at;
        for (; at < name.size() && std::isdigit(static_cast<unsigned char>(name[at])) && value < 1000; ++at)
            value = 10 * value + (name[at] - '0');
        return at == start ? -1 : value;
    };
    const int width = number("binary");
    const int precision = number("p");
    if (width < 0 || precision < 0 || name.size() != at + 2)
        return std::nullopt;
    const char sign = name[at];
    const char range = name[at + 1];
    if ((sign != 's' && sign != 'u') || (range != 'e' && range != 'f') || width < 2 || width > 64 ||
        precision < 1 || precision > width)
        return std::nullopt;
    const float_format format = p3109::format(
        width, precision, sign == 's' ? p3109::signedness::signed_values : p3109::signedness::unsigned_values,
        range == 'e' ? p3109::domain::extended : p3109::domain::finite);
    return why_invalid(format) == nullptr ? std::optional(format) : std::nullopt;
}

inline float_format format_of(const std::string& name) {
    for (const auto& [known, format] : named_formats())
        if (known == name)
            return format;
    if (const auto format = p3109_format(name))
        return *format;
    throw bad_argument("format is '" + name +
                       "', expected a name that --list shows, or a P3109 name such as binary8p3se");
}

/// A code, taken apart.
struct code_facts {
    std::uint64_t code = 0;
    std::uint64_t magnitude = 0;
    bool negative = false;
    std::string bits;  ///< sign | exponent | significand
    std::string what;  ///< normal, subnormal, zero, infinity or NaN
    std::string shortest, exact, hexadecimal;
};

inline std::string hexadecimal_code(std::uint64_t code, const float_format& format) {
    constexpr const char* digits = "0123456789abcdef";
    std::string text;
    for (int i = (format.bits() + 3) / 4 - 1; i >= 0; --i)
        text += digits[code >> 4 * i & 15];
    return "0x" + text;
}

/// The first magnitude code above zero that means a value of its own.
inline std::uint64_t first_magnitude(const float_format& format) {
    return format.has_subnormals || !format.has_zero() ? 1 : std::uint64_t{1} << format.significand_bits;
}

inline code_facts facts_of(std::uint64_t code, const float_format& format) {
    code_facts facts;
    facts.code = code;
    facts.magnitude = code & static_cast<std::uint64_t>(format.magnitude_mask());
    const auto number = unpack(format, uint128{code});
    facts.negative = (code & static_cast<std::uint64_t>(format.sign_mask())) != 0;
    for (int i = format.bits() - 1; i >= 0; --i) {
        facts.bits += (code >> i & 1) != 0 ? '1' : '0';
        if (i != 0 && (i == format.magnitude_bits() || i == format.significand_bits))
            facts.bits += " | ";
    }
    const bool below_normal = format.has_zero() && facts.magnitude < std::uint64_t{1}
                                                                         << format.significand_bits;
    facts.what = number.kind == number_class::nan        ? "NaN"
                 : number.kind == number_class::infinity ? "infinity"
                 : number.kind == number_class::zero     ? "zero"
                 : below_normal                          ? "subnormal"
                                                         : "normal";
    facts.shortest = to_string(code, format, text_style::shortest);
    facts.exact = to_string(code, format, text_style::exact);
    facts.hexadecimal = to_string(code, format, text_style::hexadecimal);
    return facts;
}

/// The next value up or down, infinities included; nothing where there is none, and for NaN. Of two
/// zeros the positive one is given.
inline std::optional<std::uint64_t> neighbour(const code_facts& x, const float_format& format, bool up) {
    if (x.what == "NaN")
        return std::nullopt;
    const auto sign = static_cast<std::uint64_t>(format.sign_mask());
    const auto largest = static_cast<std::uint64_t>(format.largest_finite_magnitude());
    const std::uint64_t first = first_magnitude(format);
    const bool outward = up != x.negative;
    const std::uint64_t side = x.negative ? sign : 0;
    if (x.what == "infinity")
        return outward ? std::nullopt : std::optional(side | largest);
    const bool is_zero = x.what == "zero";
    if (is_zero) {
        if (up)
            return first;
        return format.has_sign ? std::optional(sign | first) : std::nullopt;
    }
    if (outward) {
        if (x.magnitude < largest)
            return side | (x.magnitude + 1);
        return format.has_infinity
                   ? std::optional(side | static_cast<std::uint64_t>(format.infinity_magnitude()))
                   : std::nullopt;
    }
    if (format.has_zero())
        return x.magnitude == first ? 0 : side | (x.magnitude - 1);
    if (x.magnitude > 0)
        return side | (x.magnitude - 1);
    return x.negative        ? std::optional<std::uint64_t>(0)
           : format.has_sign ? std::optional(sign)
                             : std::nullopt;
}

/// The codes of all finite positive values, in order.
inline std::vector<std::uint64_t> positive_codes(const float_format& format) {
    std::vector<std::uint64_t> codes;
    const auto largest = static_cast<std::uint64_t>(format.largest_finite_magnitude());
    for (std::uint64_t code = format.has_zero() ? first_magnitude(format) : 0; code <= largest; ++code)
        codes.push_back(code);
    return codes;
}

}  // namespace inspect
