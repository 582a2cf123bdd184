// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// From a number to text that reads back to it.
///
///     to_string(x, style)                     std::string
///     to_chars(first, last, x, style)         into a buffer; constexpr, no heap
///     to_string(code, format, style)          the same for a code of a format known at run time,
///     to_chars(first, last, code, format, style)    of at most 64 bits
///
/// | text_style  | text                                                       | float16 0.1 | float16 max |
/// |-------------|------------------------------------------------------------|-------------|-------------|
/// | shortest    | as few significant digits as read back to x                | 0.1         | 65504       |
/// | exact       | all digits: every value is a finite decimal                | 0.0999755859375 | 65504   |
/// | hexadecimal | 0x1.…p±e, normalised, without trailing zeros               | 0x1.998p-4  | 0x1.ffcp+15 |
///
/// *Shortest* is the decimal with the fewest significant digits that ties_to_even rounds to x in x's
/// format, continued without bound above its largest value; of several the nearest to x, of two
/// equally near the one with the even last digit. (A scale format, which has no zero, counts as
/// continued downwards too, so that its smallest value does not print as 0.) For float and double
/// this is the text of std::to_chars.
///
/// Decimal text is fixed ("0.001") or scientific ("1e-05", at least two digits of exponent),
/// whichever is shorter, fixed if equal. An integer in fixed notation has its exact digits in both
/// styles: 2^24 in float8_e5m2 is "2e+07", 57344 is "57344". Special values are "nan", "inf",
/// "-inf", "0", "-0"; hexadecimal zero is "0x0p+0".
///
/// Cost: quadratic in the decimal exponent, and for the exact style in the number of digits. Working
/// memory is on the stack, as in formats/text_parse.hpp.

#include <halfulp/formats/text_digits.hpp>

#include <cstdint>
#include <string>
#include <system_error>

namespace halfulp {
inline namespace v0 {

/// How a number is written; see the file comment.
enum class text_style : unsigned char { shortest, exact, hexadecimal };

/// Where to_chars stopped.
struct to_chars_result {
    char* ptr;     ///< one past the text; `last` where the buffer is too small
    std::errc ec;  ///< errc{}, or value_too_large where the buffer is too small (and was not written to)

    friend constexpr bool operator==(const to_chars_result&, const to_chars_result&) = default;
};

/// A number of characters that suffices for every value of the format in the style.
constexpr int maximum_text_size(const float_format& format, text_style style) noexcept;

/// Writes x to [first, last). Nothing is written where it does not fit.
template <formatted_number T>
constexpr to_chars_result to_chars(char* first, char* last, T x,
                                   text_style style = text_style::shortest) noexcept;

/// x as text.
template <formatted_number T>
std::string to_string(T x, text_style style = text_style::shortest);

/// to_chars for a code of a format known at run time; bits above the code are ignored. Throws
/// format_error where the format is not valid or has more than 64 bits.
template <std::same_as<float_format> Format>
constexpr to_chars_result to_chars(char* first, char* last, std::uint64_t code, const Format& format,
                                   text_style style = text_style::shortest);

/// to_string for a code of a format known at run time. Throws as to_chars does.
template <std::same_as<float_format> Format>
std::string to_string(std::uint64_t code, const Format& format, text_style style = text_style::shortest);

// ---------------------------------------------------------------------------------------------

namespace detail {

/// Digits of the exponent as written: at least two.
constexpr int exponent_width(int exponent) noexcept {
    const int magnitude = exponent < 0 ? -exponent : exponent;
    return magnitude >= 10000 ? 5 : magnitude >= 1000 ? 4 : magnitude >= 100 ? 3 : 2;
}

constexpr int scientific_size(const decimal_digits& x) noexcept {
    return x.count + (x.count > 1 ? 1 : 0) + 2 + exponent_width(x.exponent);
}
constexpr int fixed_size(const decimal_digits& x) noexcept {
    if (x.exponent >= x.count - 1)
        return x.exponent + 1;
    return x.exponent >= 0 ? x.count + 1 : x.count + 1 - x.exponent;
}

/// A buffer that is written to from its start; what fits was tested beforehand.
struct text_writer {
    char* next;
    constexpr void put(char c) noexcept { *next++ = c; }
    constexpr void put(char c, int count) noexcept {
        for (; count > 0; --count)
            put(c);
    }
    constexpr void put(const char* text, int count) noexcept {
        for (int i = 0; i < count; ++i)
            put(text[i]);
    }
    constexpr void put_signed(int n, int width) noexcept {
        put(n < 0 ? '-' : '+');
        char digits[10] = {};
        char* const end = digits + 10;
        const char* const start = write_backwards(end, static_cast<std::uint32_t>(n < 0 ? -n : n), width);
        put(start, static_cast<int>(end - start));
    }
};

constexpr bool fits(const char* first, const char* last, bool negative, int size) noexcept {
    return last - first >= size + (negative ? 1 : 0);
}

/// Writes a sign and characters.
constexpr to_chars_result write_word(char* first, char* last, bool negative, const char* word) noexcept {
    int size = 0;
    while (word[size] != '\0')
        ++size;
    if (!fits(first, last, negative, size))
        return {last, std::errc::value_too_large};
    text_writer out{first};
    out.put('-', negative ? 1 : 0);
    out.put(word, size);
    return {out.next, std::errc{}};
}

/// Writes a decimal number in the shorter notation, fixed if equal.
constexpr to_chars_result write_decimal(char* first, char* last, bool negative,
                                        const decimal_digits& x) noexcept {
    const bool fixed = fixed_size(x) <= scientific_size(x);
    if (!fits(first, last, negative, fixed ? fixed_size(x) : scientific_size(x)))
        return {last, std::errc::value_too_large};
    text_writer out{first};
    out.put('-', negative ? 1 : 0);
    if (!fixed) {
        out.put(x.digits[0]);
        if (x.count > 1)
            out.put('.');
        out.put(x.digits + 1, x.count - 1);
        out.put('e');
        out.put_signed(x.exponent, 2);
    } else if (x.exponent < 0) {
        out.put("0.", 2);
        out.put('0', -x.exponent - 1);
        out.put(x.digits, x.count);
    } else if (x.exponent >= x.count - 1) {
        out.put(x.digits, x.count);
        out.put('0', x.exponent - (x.count - 1));
    } else {
        out.put(x.digits, x.exponent + 1);
        out.put('.');
        out.put(x.digits + x.exponent + 1, x.count - x.exponent - 1);
    }
    return {out.next, std::errc{}};
}

/// All digits of a value, as text.
template <int Bits, class UInt>
constexpr to_chars_result write_exact(char* first, char* last, bool negative, UInt significand,
                                      int exponent) noexcept {
    constexpr int capacity = exact_digit_count(Bits) + 9;
    char digits[capacity];
    return write_decimal(first, last, negative, all_digits<Bits>(significand, exponent, digits + capacity));
}

/// The shortest decimal of a value, as text. An integer in fixed notation is written exactly.
template <int Precision, int Limbs, class UInt>
constexpr to_chars_result write_shortest(char* first, char* last, bool negative,
                                         const rounding_interval<UInt>& x) noexcept {
    constexpr int most_digits = shortest_digit_count(Precision);
    char digits[most_digits] = {};
    const auto [shortest, integral_digits] = shortest_digits<Limbs>(x, digits + most_digits);
    if (shortest.exponent > shortest.count - 1 && integral_digits <= scientific_size(shortest)) {
        // At most most_digits + 8 digits, since scientific notation is not shorter.
        constexpr int bits = (most_digits + 8) * 10 / 3 + 1;
        return write_exact<bits>(first, last, negative, x.significand, x.exponent);
    }
    return write_decimal(first, last, negative, shortest);
}

/// A finite magnitude in hexadecimal, as text.
template <class UInt>
constexpr to_chars_result write_hexadecimal(char* first, char* last, bool negative, UInt significand,
                                            int exponent) noexcept {
    const int leading = bit_width(significand) - 1;
    int fraction_digits = (leading + 3) / 4;
    const auto digit = [&](int i) {  // the i-th hexadecimal digit after the point, from 1
        const int position = leading - 4 * i;
        const UInt bits =
            position >= 0 ? shift_right(significand, position) : shift_left(significand, -position);
        return static_cast<int>(static_cast<std::uint64_t>(bits) & 15);
    };
    while (fraction_digits > 0 && digit(fraction_digits) == 0)
        --fraction_digits;
    const int scale = exponent + leading;
    const int magnitude = scale < 0 ? -scale : scale;
    const int width = magnitude >= 10 ? exponent_width(scale) : 1;
    if (!fits(first, last, negative, 3 + (fraction_digits > 0 ? 1 : 0) + fraction_digits + 2 + width))
        return {last, std::errc::value_too_large};
    text_writer out{first};
    out.put('-', negative ? 1 : 0);
    out.put("0x1", 3);
    if (fraction_digits > 0)
        out.put('.');
    for (int i = 1; i <= fraction_digits; ++i)
        out.put("0123456789abcdef"[digit(i)]);
    out.put('p');
    out.put_signed(scale, 1);
    return {out.next, std::errc{}};
}

/// A code as text, for every kind of format argument.
template <format_argument Format>
constexpr to_chars_result write_code(Format f, code_uint<Format> code, char* first, char* last,
                                     text_style style) noexcept {
    constexpr text_extremes capacity = text_capacity<Format>::value;
    using workspace = uint_with_bits<capacity.precision + 13>;
    const auto number = unpack(f, code);
    switch (number.kind) {
        case number_class::nan:
            return write_word(first, last, false, "nan");
        case number_class::infinity:
            return write_word(first, last, number.negative, "inf");
        case number_class::zero:
            return write_word(first, last, number.negative,
                              style == text_style::hexadecimal ? "0x0p+0" : "0");
        case number_class::finite:
            break;
    }
    const auto significand = static_cast<workspace>(number.significand);
    switch (style) {
        case text_style::exact:
            return write_exact<exact_bits(capacity)>(first, last, number.negative, significand,
                                                     number.exponent);
        case text_style::hexadecimal:
            return write_hexadecimal(first, last, number.negative, significand, number.exponent);
        case text_style::shortest:
            break;
    }
    const bool odd_code = (static_cast<std::uint64_t>(code) & 1) != 0;
    return write_shortest<capacity.precision, shortest_limbs(capacity)>(
        first, last, number.negative, interval_of(f, significand, number.exponent, odd_code));
}

/// A code without the bits above the format's own.
constexpr code_uint<float_format> code_within(const float_format& format, std::uint64_t code) noexcept {
    return low_bits(code_uint<float_format>{code}, format.bits());
}

template <format_argument Format>
std::string code_to_string(Format f, code_uint<Format> code, text_style style) {
    if (style != text_style::exact) {
        char buffer[maximum_text_size({.significand_bits = text_capacity<Format>::value.precision - 1},
                                      text_style::shortest)];
        return std::string(buffer, write_code(f, code, buffer, buffer + sizeof buffer, style).ptr);
    }
    std::string text(static_cast<std::size_t>(maximum_text_size(f, style)), '\0');
    const auto end = write_code(f, code, text.data(), text.data() + text.size(), style).ptr;
    text.resize(static_cast<std::size_t>(end - text.data()));
    return text;
}

}  // namespace detail

constexpr int maximum_text_size(const float_format& format, text_style style) noexcept {
    // Scientific notation bounds both: sign, digits, point, 'e', sign and 5 digits of the exponent.
    // Hexadecimal notation has no more digits than decimal, and "0x" more.
    const int digits =
        detail::exact_digit_count(style == text_style::exact ? detail::exact_bits(detail::extremes_of(format))
                                                             : format.precision() + 13);
    return digits + 11;
}

template <formatted_number T>
constexpr to_chars_result to_chars(char* first, char* last, T x, text_style style) noexcept {
    return detail::write_code(detail::format_of<T>{}, detail::to_code(x), first, last, style);
}

template <formatted_number T>
std::string to_string(T x, text_style style) {
    return detail::code_to_string(detail::format_of<T>{}, detail::to_code(x), style);
}

template <std::same_as<float_format> Format>
constexpr to_chars_result to_chars(char* first, char* last, std::uint64_t code, const Format& format,
                                   text_style style) {
    detail::require_text_arguments("to_chars", format);
    return detail::write_code(format, detail::code_within(format, code), first, last, style);
}

template <std::same_as<float_format> Format>
std::string to_string(std::uint64_t code, const Format& format, text_style style) {
    detail::require_text_arguments("to_string", format);
    return detail::code_to_string(format, detail::code_within(format, code), style);
}

}  // namespace v0
}  // namespace halfulp
