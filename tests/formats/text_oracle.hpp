// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The exact value of a number in a text, by GMP: for the tests of text alone, which know that the
/// text is well formed. And texts that lie where rounding is decided.

#include <halfulp/reference/round.hpp>

#include <gmpxx.h>

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace halfulp_test {

/// 10^exponent or 2^exponent.
inline mpq_class power(unsigned long base, long exponent) {
    mpz_class magnitude;
    mpz_ui_pow_ui(magnitude.get_mpz_t(), base,
                  static_cast<unsigned long>(exponent < 0 ? -exponent : exponent));
    return exponent < 0 ? mpq_class(1, magnitude) : mpq_class(magnitude);
}

/// The magnitude of a finite number, and its sign, read with GMP.
inline halfulp::reference::exact_value exact_value_of(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    const bool hexadecimal = text.size() > 1 && (text[1] == 'x' || text[1] == 'X');
    if (hexadecimal)
        text.remove_prefix(2);
    const std::size_t marker = text.find_first_of(hexadecimal ? "pP" : "eE");
    const long written =
        marker == std::string_view::npos ? 0 : std::stol(std::string(text.substr(marker + 1)));
    text = text.substr(0, marker);
    std::string digits;
    long after_point = 0;
    bool point = false;
    for (const char c : text) {
        if (c == '.') {
            point = true;
        } else {
            digits += c;
            after_point += point ? 1 : 0;
        }
    }
    mpq_class value(mpz_class(digits, hexadecimal ? 16 : 10));
    value *= hexadecimal ? power(2, written - 4 * after_point) : power(10, written - after_point);
    if (value == 0)
        return halfulp::reference::exact_value::zero(negative ? halfulp::reference::zero_sign::negative
                                                              : halfulp::reference::zero_sign::positive);
    return negative ? mpq_class(-value) : value;
}

/// significand·2^exponent in decimal, all digits, as "digits e exponent".
inline std::string decimal_text(const mpz_class& significand, long exponent) {
    mpz_class scaled;
    if (exponent >= 0)
        mpz_mul_2exp(scaled.get_mpz_t(), significand.get_mpz_t(), static_cast<mp_bitcnt_t>(exponent));
    else
        scaled = significand * power(5, -exponent).get_num();
    return scaled.get_str() + "e" + std::to_string(exponent < 0 ? exponent : 0);
}

/// A positive decimal of the form digits e exponent, and its neighbours one unit of the
/// `position`-th significant digit (or of a later one, if the number is longer) below and above.
inline std::vector<std::string> with_neighbours(const std::string& text, std::size_t position) {
    const std::size_t marker = text.find('e');
    std::string digits = text.substr(0, marker);
    const std::size_t zeros = position > digits.size() ? position - digits.size() : 1;
    digits.append(zeros, '0');
    const std::string exponent =
        "e" + std::to_string(std::stol(text.substr(marker + 1)) - static_cast<long>(zeros));
    const mpz_class integer(digits);
    return {text, mpz_class(integer - 1).get_str() + exponent, mpz_class(integer + 1).get_str() + exponent};
}

}  // namespace halfulp_test
