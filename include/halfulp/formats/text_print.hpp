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

#include <halfulp/core/fixed_big_uint.hpp>
#include <halfulp/formats/text_parse.hpp>

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
/// format_error where the format is invalid or has more than 64 bits.
template <std::same_as<float_format> Format>
constexpr to_chars_result to_chars(char* first, char* last, std::uint64_t code, const Format& format,
                                   text_style style = text_style::shortest);

/// to_string for a code of a format known at run time. Throws as to_chars does.
template <std::same_as<float_format> Format>
std::string to_string(std::uint64_t code, const Format& format, text_style style = text_style::shortest);

// ---------------------------------------------------------------------------------------------

namespace detail {

/// floor(log10(2^exponent)) for |exponent| <= 100000. The constant is floor(log10(2)·2^48): off by
/// less than 2^-31 in the product, where no power of two but 1 is as near to a power of ten.
constexpr int floor_log10_power_of_two(int exponent) noexcept {
    return static_cast<int>((exponent * 84'732'411'018'976LL) >> 48);
}

/// x/10 in place, and the remainder.
template <workspace_integer UInt>
constexpr int divide_by_ten(UInt& x) noexcept {
    const auto quotient = static_cast<UInt>(x / UInt{10});
    const auto remainder = static_cast<UInt>(x - static_cast<UInt>(quotient * UInt{10}));
    x = quotient;
    return static_cast<int>(static_cast<std::uint64_t>(remainder));
}
template <int Words>
constexpr int divide_by_ten(wide_uint<Words>& x) noexcept {
    std::uint64_t remainder = 0;
    for (int i = Words - 1; i >= 0; --i) {
        const std::uint64_t high = remainder << 32 | x.word[i] >> 32;
        const std::uint64_t low = (high % 10) << 32 | (x.word[i] & 0xffffffffu);
        x.word[i] = (high / 10) << 32 | low / 10;
        remainder = low % 10;
    }
    return static_cast<int>(remainder);
}

/// d1.d2 d3 … · 10^exponent: digits without trailing zeros, in a buffer of the user of this type.
struct decimal_digits {
    const char* digits;
    int count;
    int exponent;
};

/// The characters of an integer 0 <= n < 10^9, right-aligned before `end`, at least `width`.
constexpr char* write_backwards(char* end, std::uint32_t n, int width) noexcept {
    for (; n != 0 || width > 0; n /= 10, --width)
        *--end = static_cast<char>('0' + n % 10);
    return end;
}

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

/// Bits and digits of the integers from which all digits of a format's values are read.
constexpr int exact_bits(const text_extremes& format) noexcept {
    const long long lowest = format.minimum_quantum_exponent;
    const long long fraction = lowest < 0 ? -lowest * 232193 / 100000 : 0;  // log2(5)
    const long long integral = format.maximum_exponent < 0 ? 0 : format.maximum_exponent;
    return static_cast<int>((fraction > integral ? fraction : integral) + format.precision + 2);
}
constexpr int exact_digit_count(int bits) noexcept {
    return static_cast<int>(bits * 30103LL / 100000) + 2;
}

/// All digits of significand·2^exponent, right-aligned before `end`. `Bits` as from exact_bits().
template <int Bits, class UInt>
constexpr decimal_digits all_digits(UInt significand, int exponent, char* end) noexcept {
    // 1. significand·2^exponent = integer·10^min(exponent, 0)
    fixed_big_uint<(Bits + 31) / 32 + 2> integer;
    integer.assign(significand);
    if (exponent >= 0)
        integer.shift_left(exponent);
    else
        integer.multiply_by_power_of_five(-exponent);
    // 2. Nine digits at a time, from the last.
    char* start = end;
    while (!integer.is_zero()) {
        const std::uint32_t group = integer.divide_by(1'000'000'000);
        start = write_backwards(start, group, integer.is_zero() ? 0 : 9);
    }
    const int scientific = static_cast<int>(end - start) - 1 + (exponent < 0 ? exponent : 0);
    while (end[-1] == '0')
        --end;
    return {start, static_cast<int>(end - start), scientific};
}

/// All digits of a value, as text.
template <int Bits, class UInt>
constexpr to_chars_result write_exact(char* first, char* last, bool negative, UInt significand,
                                      int exponent) noexcept {
    constexpr int capacity = exact_digit_count(Bits) + 9;
    char digits[capacity];
    return write_decimal(first, last, negative,
                         all_digits<Bits>(significand, exponent, digits + capacity));
}

/// A finite magnitude and the numbers that ties_to_even rounds to it: with significand m and quarter
/// units, (4m − below)/4 … (4m + 2)/4 times 2^exponent, the ends included as told.
template <class UInt>
struct rounding_interval {
    UInt significand;
    int exponent;
    UInt below;
    bool lower_included;
    bool upper_included;
};

template <class UInt>
constexpr rounding_interval<UInt> interval_of(const float_format& format, UInt significand, int exponent,
                                              bool odd_code) noexcept {
    rounding_interval<UInt> result{significand, exponent, UInt{2}, !odd_code, !odd_code};
    // A power of two: the binade below has half the quantum, where there is such a binade.
    if (significand == shift_left(UInt{1}, format.significand_bits)) {
        const bool smallest_normal = exponent == format.minimum_quantum_exponent();
        if (!smallest_normal || !format.has_zero()) {
            result.below = UInt{1};
        } else if (!format.has_subnormals) {
            // Below is zero, and a tie goes there: zero counts as even, this value as odd.
            result.below = shift_left(significand, 1);
            result.lower_included = false;
        }
    }
    return result;
}

/// floor(x · 2^exponent / 10^power) and whether that is exact. `Limbs` is the capacity.
template <class UInt>
struct scaled_value {
    UInt floor;
    bool exact;
};
template <int Limbs, class UInt>
constexpr scaled_value<UInt> scale_by_power_of_ten(UInt x, int exponent, int power) noexcept {
    fixed_big_uint<Limbs> numerator;
    numerator.assign(x);
    if (power <= 0) {
        numerator.multiply_by_power_of_five(-power);
        const int dropped = power - exponent;
        return {numerator.template shifted_right<UInt>(dropped), !numerator.has_bits_below(dropped)};
    }
    fixed_big_uint<Limbs> denominator;
    denominator.assign(std::uint64_t{1});
    denominator.multiply_by_power_of_five(power);
    if (exponent >= power)
        numerator.shift_left(exponent - power);
    else
        denominator.shift_left(power - exponent);
    const UInt floor = numerator.template divide_by<UInt>(denominator);
    return {floor, numerator.is_zero()};
}

/// Limbs for scale_by_power_of_ten: values of the format with 3 more bits, and 5^|power|, where
/// 10^|power| is at most 1000 times the inverse of the smallest value; 31 bits to normalise, a limb to divide.
constexpr int shortest_limbs(const text_extremes& format) noexcept {
    const long long lowest = format.minimum_quantum_exponent;
    const long long power = (lowest < 0 ? -lowest * 30103 / 100000 : 0) + 4;
    const long long fraction = power * 232193 / 100000;  // log2(5)
    const long long integral = format.maximum_exponent < 0 ? 0 : format.maximum_exponent;
    return static_cast<int>(((fraction > integral ? fraction : integral) + format.precision + 48) / 32) + 2;
}

/// The shortest decimal in an interval, the nearest to its value, as text.
///
///  1. In units of 10^k, with k so small that the interval is wider than 100 units, the value and the
///     ends are integers of precision + 13 bits and a rest of which only "zero or not" matters.
///  2. Coarsen the unit as long as the interval has a multiple of it. Multiples of the last unit
///     have the fewest digits.
///  3. Take the one nearest to the value: the multiple below or above. If the multiple below is 0,
///     the one above is a power of ten, one digit; then a unit finer there may be nearer numbers of
///     one digit.
template <int Precision, int Limbs, class UInt>
constexpr to_chars_result write_shortest(char* first, char* last, bool negative,
                                         const rounding_interval<UInt>& x) noexcept {
    // 1. Wider than 2^(exponent − 1), and 10^(k + 2) <= 2^(exponent − 1).
    const int power = floor_log10_power_of_two(x.exponent - 1) - 2;
    const auto in_units = [&](UInt quarters) {
        return scale_by_power_of_ten<Limbs>(quarters, x.exponent - 2, power);
    };
    const UInt quarters = shift_left(x.significand, 2);
    const auto value = in_units(quarters);
    const auto lower_end = in_units(static_cast<UInt>(quarters - x.below));
    const auto upper_end = in_units(static_cast<UInt>(quarters + UInt{2}));
    // The integers inside are lower … upper.
    UInt lower = lower_end.exact && x.lower_included ? lower_end.floor
                                                     : static_cast<UInt>(lower_end.floor + UInt{1});
    UInt upper = upper_end.exact && !x.upper_included ? static_cast<UInt>(upper_end.floor - UInt{1})
                                                      : upper_end.floor;

    // 2. The ends, the value and the unit, one step finer in `previous…`. `last_digit` and `rest`
    //    tell where the value lies between two multiples of the unit.
    struct step {
        UInt lower, upper, below;
        int last_digit;
        bool rest;
    };
    step now{lower, upper, value.floor, 0, !value.exact};
    step finer = now;
    int coarsened = 0;
    while (true) {
        step next = now;
        next.rest = now.rest || now.last_digit != 0;
        next.last_digit = divide_by_ten(next.below);
        if (divide_by_ten(next.lower) != 0)
            next.lower = static_cast<UInt>(next.lower + UInt{1});
        divide_by_ten(next.upper);
        if (next.upper < next.lower)
            break;
        finer = now;
        now = next;
        ++coarsened;
    }

    // 3. The nearest of the two neighbours, if it is inside, else the other.
    if (now.below == UInt{0}) {
        now = finer;
        --coarsened;
    }
    const UInt above = static_cast<UInt>(now.below + UInt{1});
    const bool odd = (static_cast<std::uint64_t>(now.below) & 1) != 0;
    const bool nearer_above =
        now.last_digit > 5 || (now.last_digit == 5 && (now.rest || odd));
    const bool below_inside = !(now.below < now.lower);
    const bool above_inside = !(now.upper < above);
    UInt chosen = (nearer_above && above_inside) || !below_inside ? above : now.below;

    // 4. Digits, and the notation. An integer in fixed notation is written exactly.
    constexpr int most_digits = exact_digit_count(Precision + 13);
    char digits[most_digits] = {};
    char* end = digits + most_digits;
    char* start = end;
    while (!(chosen == UInt{0}))
        *--start = static_cast<char>('0' + divide_by_ten(chosen));
    const int scientific = static_cast<int>(end - start) - 1 + power + coarsened;
    while (end[-1] == '0')
        --end;
    const decimal_digits shortest{start, static_cast<int>(end - start), scientific};
    if (shortest.exponent > shortest.count - 1) {
        int integral_digits = power;  // of the value; the shortest may be the next power of ten
        for (UInt rest = value.floor; !(rest == UInt{0}); ++integral_digits)
            divide_by_ten(rest);
        // At most 8 zeros or so are filled in: "e+12345" is not longer.
        if (integral_digits <= scientific_size(shortest))
            return write_exact<(most_digits + 9) * 10 / 3 + Precision>(first, last, negative,
                                                                      x.significand, x.exponent);
        // Only scientific notation is left, but for the power of ten with one digit more.
    }
    return write_decimal(first, last, negative, shortest);
}

template <class UInt>
constexpr to_chars_result write_hexadecimal(char* first, char* last, bool negative, UInt significand,
                                            int exponent) noexcept {
    const int leading = bit_width(significand) - 1;
    int fraction_digits = (leading + 3) / 4;
    const auto digit = [&](int i) {  // the i-th hexadecimal digit after the point, from 1
        const int position = leading - 4 * i;
        const UInt bits = position >= 0 ? shift_right(significand, position)
                                        : shift_left(significand, -position);
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
    const int digits = detail::exact_digit_count(
        style == text_style::exact ? detail::exact_bits(detail::extremes_of(format)) : format.precision() + 13);
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
    detail::require_text_format("to_chars", format);
    return detail::write_code(format, code_uint<Format>{code}, first, last, style);
}

template <std::same_as<float_format> Format>
std::string to_string(std::uint64_t code, const Format& format, text_style style) {
    detail::require_text_format("to_string", format);
    return detail::code_to_string(format, code_uint<Format>{code}, style);
}

}  // namespace v0
}  // namespace halfulp
