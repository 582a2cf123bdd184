// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The grammar of numbers in text: finds the longest prefix that is a number and takes it apart,
/// without converting anything. The grammar is in formats/text_parse.hpp.

#include <halfulp/config.hpp>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// A number in a text, taken apart but not converted: sign · 0.d1 d2 d3 … in the base's digits.
struct scanned_number {
    enum class what : unsigned char { nothing, zero, decimal, hexadecimal, infinity, nan };
    what kind = what::nothing;
    bool negative = false;
    const char* digits = nullptr;  ///< the first digit that is not 0; a point may be among the digits
    long long count = 0;           ///< digits from there to the last one that is not 0
    long long position = 0;        ///< of the first digit: its weight is base^position, without `exponent`
    long long exponent = 0;        ///< the written exponent, of 10 or of 2, limited to ±10^17
    const char* end = nullptr;     ///< one past the longest prefix that is a number
};

/// The value of a digit of any base up to 16; 16 for other characters.
constexpr int digit_value(char c) noexcept {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

/// One past the word at `p`, in either case; nullptr where it is not there.
constexpr const char* skip_word(const char* p, const char* last, const char* lower_case) noexcept {
    for (; *lower_case != '\0'; ++lower_case, ++p)
        if (p == last || (*p != *lower_case && *p != *lower_case - 'a' + 'A'))
            return nullptr;
    return p;
}

/// Digits with at most one point, from `p`. Returns one past them; `p` where there is no digit.
constexpr const char* scan_digits(scanned_number& number, const char* p, const char* last,
                                  int base) noexcept {
    const char* const start = p;
    long long seen = 0;     // digits so far
    long long before = -1;  // digits before the point, once it was seen
    long long first_index = 0, last_index = -1;
    for (; p != last; ++p) {
        if (*p == '.' && before < 0) {
            before = seen;
            continue;
        }
        const int digit = digit_value(*p);
        if (digit >= base)
            break;
        if (digit != 0) {
            if (last_index < 0) {
                first_index = seen;
                number.digits = p;
            }
            last_index = seen;
        }
        ++seen;
    }
    if (seen == 0)
        return start;
    if (last_index >= 0) {
        number.count = last_index - first_index + 1;
        number.position = (before < 0 ? seen : before) - 1 - first_index;
    }
    return p;
}

/// An exponent with its marker ('e' or 'p'), from `p`. Returns one past it; `p` where it is not whole.
constexpr const char* scan_exponent(scanned_number& number, const char* p, const char* last,
                                    char marker) noexcept {
    const char* q = p;
    if (q == last || (*q != marker && *q != marker - 'a' + 'A'))
        return p;
    ++q;
    const bool negative = q != last && *q == '-';
    if (q != last && (*q == '-' || *q == '+'))
        ++q;
    if (q == last || digit_value(*q) > 9)
        return p;
    // Beyond 10^17 the value no longer matters: no text has enough digits to bring it back.
    constexpr long long limit = 100'000'000'000'000'000;
    long long exponent = 0;
    for (; q != last && digit_value(*q) <= 9; ++q)
        exponent = exponent >= limit / 10 ? limit : 10 * exponent + digit_value(*q);
    number.exponent = negative ? -exponent : exponent;
    return q;
}

/// The longest prefix of [first, last) that is a number. O(length).
constexpr scanned_number scan_number(const char* first, const char* last) noexcept {
    using what = scanned_number::what;
    scanned_number number{.end = first};
    const char* p = first;
    if (p != last && (*p == '+' || *p == '-')) {
        number.negative = *p == '-';
        ++p;
    }
    if (const char* const word = skip_word(p, last, "inf")) {
        const char* const rest = skip_word(word, last, "inity");
        number.kind = what::infinity;
        number.end = rest != nullptr ? rest : word;
        return number;
    }
    if (const char* const word = skip_word(p, last, "nan")) {
        number.kind = what::nan;
        number.end = word;
        return number;
    }
    if (const char* const start = skip_word(p, last, "0x")) {
        const char* const digits_end = scan_digits(number, start, last, 16);
        if (digits_end != start) {
            number.end = scan_exponent(number, digits_end, last, 'p');
            number.kind = number.count == 0 ? what::zero : what::hexadecimal;
            return number;
        }
    }
    const char* const digits_end = scan_digits(number, p, last, 10);
    if (digits_end != p) {
        number.end = scan_exponent(number, digits_end, last, 'e');
        number.kind = number.count == 0 ? what::zero : what::decimal;
    }
    return number;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
