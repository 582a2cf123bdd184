// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What examples/inspect.cpp knows of formats: their names, and the parts and the class of a code.

#include <halfulp/formats/dynamic_functions.hpp>

#include <array>
#include <cctype>
#include <charconv>
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
    /// An empty value is one that was not given.
    bad_argument(const std::string& argument, const std::string& value, const std::string& expectation)
        : std::invalid_argument(argument + (value.empty() ? " is missing" : " is '" + value + "'") +
                                ", expected " + expectation) {}
};

/// An integer that was given as text.
inline long long integer_of(const std::string& argument, const std::string& text, long long low,
                            long long high) {
    long long value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error != std::errc{} || end != last || value < low || value > high)
        throw bad_argument(argument, text,
                           "an integer in " + std::to_string(low) + " ... " + std::to_string(high));
    return value;
}

/// The formats with a name that have at most 64 bits.
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

/// The format with this name, given as `argument`.
inline float_format format_of(const std::string& argument, const std::string& name) {
    for (const auto& [known, format] : named_formats())
        if (known == name)
            return format;
    if (const auto format = p3109_format(name))
        return *format;
    if (name == "float128")
        throw bad_argument(argument, name, "a format of at most 64 bits");
    throw bad_argument(argument, name, "a name that --list shows, or a P3109 name such as binary8p3se");
}

inline std::string hexadecimal_code(std::uint64_t code, const float_format& format) {
    constexpr const char* digits = "0123456789abcdef";
    std::string text;
    for (int i = (format.bits() + 3) / 4 - 1; i >= 0; --i)
        text += digits[code >> 4 * i & 15];
    return "0x" + text;
}
inline std::string hexadecimal_code(uint128 code, const float_format& format) {
    return hexadecimal_code(static_cast<std::uint64_t>(code), format);
}

/// The code that "0x2a", "0b101010" or "42" is.
inline std::uint64_t code_from(const std::string& text, const float_format& format) {
    const bool has_prefix = text.size() > 2 && text[0] == '0';
    const int base = has_prefix && (text[1] == 'x' || text[1] == 'X')   ? 16
                     : has_prefix && (text[1] == 'b' || text[1] == 'B') ? 2
                                                                        : 10;
    std::uint64_t code = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data() + (base == 10 ? 0 : 2), last, code, base);
    if (error != std::errc{} || end != last || (format.bits() < 64 && code >> format.bits() != 0))
        throw bad_argument(
            "code", text,
            "a number of at most " + std::to_string(format.bits()) + " bits, such as code:0x1 or code:0b1");
    return code;
}

/// "0 | 0101 | 010": sign, exponent and significand, those that the format has.
inline std::string fields_of(const dynamic_float& x) {
    const float_format& format = x.format();
    std::string text;
    for (int i = format.bits() - 1; i >= 0; --i) {
        text += (x.to_bits() >> i & 1) != 0 ? '1' : '0';
        if (i != 0 && (i == format.magnitude_bits() || i == format.significand_bits))
            text += " | ";
    }
    return text;
}

inline const char* class_name(const dynamic_float& x) {
    constexpr std::array names{"zero", "subnormal", "normal", "infinity", "NaN"};
    return names[static_cast<std::size_t>(classify(x))];
}

/// The magnitude code of the smallest positive value.
inline uint128 first_magnitude(const float_format& format) {
    if (!format.has_zero())
        return uint128{0};
    return format.has_subnormals ? uint128{1} : uint128{1} << format.significand_bits;
}

/// All finite positive values, in order.
inline std::vector<dynamic_float> positive_values(const float_format& format) {
    std::vector<dynamic_float> values;
    const auto largest = static_cast<std::uint64_t>(format.largest_finite_magnitude());
    for (auto code = static_cast<std::uint64_t>(first_magnitude(format)); code <= largest; ++code)
        values.emplace_back(format, code);
    return values;
}

}  // namespace inspect
