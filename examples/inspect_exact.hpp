// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Exact rational numbers for examples/inspect.cpp: three tenths is 3/10 and no nearest anything, so
/// that an error of 1/24 is printed as that.

#include <halfulp/core/unpacked.hpp>

#include "inspect_natural.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace inspect {

/// ±over/under, not reduced.
struct ratio {
    bool negative = false;
    natural over{0};
    natural under{1};

    friend ratio operator-(const ratio& x, const ratio& y) {
        const natural a = x.over * y.under, b = y.over * x.under;
        if (x.negative != y.negative)
            return {x.negative, a + b, x.under * y.under};
        return a >= b ? ratio{x.negative, a - b, x.under * y.under}
                      : ratio{!x.negative, b - a, x.under * y.under};
    }
    friend ratio operator/(const ratio& x, const ratio& y) {
        return {x.negative != y.negative, x.over * y.under, x.under * y.over};
    }
};

inline ratio power_of_two(long exponent) {
    return exponent >= 0 ? ratio{false, natural(1) << exponent, 1} : ratio{false, 1, natural(1) << -exponent};
}

/// A finite value.
inline ratio exact_value(const halfulp::unpacked<std::uint64_t>& x) {
    ratio result = power_of_two(x.exponent);
    result.over = result.over * natural(x.kind == halfulp::number_class::zero ? 0 : x.significand);
    result.negative = x.negative;
    return result;
}

/// The number that a text is; from_string has read the text before, so it is well-formed. Nothing for
/// inf and nan, and for exponents so large that the exact value would fill the memory.
inline std::optional<ratio> exact_value(const std::string& text) {
    constexpr long most = 50000;
    ratio result{text.starts_with('-'), 0, 1};
    const bool hexadecimal = text.find_first_of("xX") != std::string::npos;
    long exponent = 0;
    bool after_point = false;
    for (std::size_t i = text.find_first_of("xX") + 1; i < text.size(); ++i) {  // npos + 1 is 0
        const char c = static_cast<char>(text[i] | 0x20);                       // lower case; digits stay
        if (text[i] == '.') {
            after_point = true;
        } else if (text[i] == '+' || text[i] == '-') {
            continue;
        } else if (c == (hexadecimal ? 'p' : 'e')) {
            exponent += std::clamp(std::strtol(text.c_str() + i + 1, nullptr, 10), -10 * most, 10 * most);
            break;
        } else if ((c >= '0' && c <= '9') || (hexadecimal && c >= 'a' && c <= 'f')) {
            const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
            result.over.multiply_add(hexadecimal ? 16 : 10, static_cast<std::uint32_t>(digit));
            exponent -= after_point ? (hexadecimal ? 4 : 1) : 0;
        } else {
            return std::nullopt;
        }
    }
    if (result.over.is_zero())
        return result;
    if (exponent > (hexadecimal ? 4 : 1) * most || exponent < -(hexadecimal ? 4 : 1) * most)
        return std::nullopt;
    if (exponent < 0)
        result.under = hexadecimal ? natural(1) << -exponent : natural::power(10, -exponent);
    else
        result.over = hexadecimal ? result.over << exponent : result.over * natural::power(10, exponent);
    return result;
}

/// A ratio as decimal text.
struct decimal_text {
    std::string text;
    bool exact;  ///< all digits are there
};

/// All digits where 40 suffice, else 17, rounded to nearest.
inline decimal_text to_decimal(const ratio& x) {
    if (x.over.is_zero())
        return {"0", true};
    natural over = x.over, under = x.under;
    auto exponent = static_cast<long>(static_cast<double>(over.bit_width() - under.bit_width()) * 0.30103);
    (exponent > 0 ? under : over) =
        (exponent > 0 ? under : over) * natural::power(10, exponent > 0 ? exponent : -exponent);
    const auto times_ten = [](natural n) { return n.multiply_add(10, 0), n; };
    for (; over < under; --exponent)
        over = times_ten(over);
    for (; over >= times_ten(under); ++exponent)
        under = times_ten(under);

    std::string digits;
    for (; digits.size() < 40 && !over.is_zero(); over = times_ten(over)) {
        digits += '0';
        for (; over >= under; ++digits.back())
            over = over - under;
    }
    const bool exact = over.is_zero();
    if (!exact) {  // the digits dropped begin with the eighteenth
        const bool up = digits[17] >= '5';
        digits.resize(17);
        std::size_t i = digits.size();
        for (bool carry = up; carry && i-- > 0;) {
            carry = digits[i] == '9';
            digits[i] = static_cast<char>(carry ? '0' : digits[i] + 1);
            if (carry && i == 0) {
                digits.insert(0, 1, '1').pop_back();
                ++exponent;
            }
        }
    }
    while (digits.size() > 1 && digits.back() == '0')
        digits.pop_back();
    const auto count = static_cast<long>(digits.size());
    if (exponent < -6 || exponent > 20) {
        digits.insert(1, count > 1 ? "." : "");
        digits += (exponent < 0 ? "e-" : "e+") + std::to_string(std::labs(exponent));
    } else if (exponent < 0) {
        digits = "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    } else if (count <= exponent + 1) {
        digits.append(static_cast<std::size_t>(exponent + 1 - count), '0');
    } else {
        digits.insert(static_cast<std::size_t>(exponent + 1), ".");
    }
    return {(x.negative ? "-" : "") + digits, exact};
}

/// The ratio in lowest terms, where it is short enough to be read; else nothing.
inline std::string to_fraction(const ratio& x) {
    if (x.over.bit_width() > 256 || x.under.bit_width() > 256 || x.over.is_zero())
        return "";
    natural divisor = x.over, rest = x.under;
    while (!rest.is_zero())
        divisor = std::exchange(rest, divide(divisor, rest).second);
    const std::string under = divide(x.under, divisor).first.to_string();
    const std::string text = (x.negative ? "-" : "") + divide(x.over, divisor).first.to_string() +
                             (under == "1" ? "" : "/" + under);
    return text.size() <= 44 ? text : "";
}

}  // namespace inspect
