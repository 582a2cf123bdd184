// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// From text to a number: correctly rounded once, in every mode, for every format. Never through
/// double.
///
///     from_string<T>(text, projection, random)           the whole text is one number, or text_error
///     from_chars<T>(first, last, projection, random)     the longest prefix that is one
///     from_string(text, format, projection, random)      the same for a format known at run time;
///     from_chars(first, last, format, projection, random)    they give codes of at most 64 bits
///
/// What a number looks like, upper and lower case alike:
///
///     number       = [ "+" | "-" ] ( decimal | hexadecimal | "inf" | "infinity" | "nan" )
///     decimal      = digits [ "e" [ "+" | "-" ] digits ]           digits with at most one point,
///     hexadecimal  = "0x" hexdigits [ "p" [ "+" | "-" ] digits ]   at least one digit around it
///
/// No spaces, no digit separators, no locale. Digit strings and exponents of any length are exact.
/// `T` is a custom_float, float or double (from_string: also with_status of one, for the flags). The
/// projection is a run-time `projection` or a `constant_value<projection{…}>`, T's own by default; the
/// stochastic modes take their random bits from the last argument. A number beyond the range, an
/// infinity or a NaN becomes what the table in formats/encode.hpp says, and raises its flags.
///
/// Everything is constexpr, without heap and without global state. Cost: linear in the text, and for
/// a decimal number quadratic in its decimal exponent and in the digits that can matter (at most 772
/// for binary64, 11569 for binary128; the bound is derived at `decimal_bounds`). The working memory,
/// on the stack, follows from the format: some 50 bytes for float16, 700 for binary64, 10 KiB for
/// binary128, 40 KiB for a format known at run time.

#include <halfulp/core/errors.hpp>
#include <halfulp/core/fixed_big_uint.hpp>
#include <halfulp/formats/custom_float.hpp>
#include <halfulp/formats/text_scan.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace halfulp {
inline namespace v0 {

/// What from_chars found.
template <class T>
struct from_chars_result {
    T value;          ///< the number, rounded once; the code 0 where there is none
    status flags;     ///< the IEEE flags of the rounding
    const char* ptr;  ///< one past the longest prefix that is a number; `first` where there is none
    std::errc ec;     ///< errc{}, or invalid_argument where there is no number; overflow is a flag
};

/// The number at the start of [first, last), rounded once by `p`. Never throws; see the file comment.
template <formatted_number T, projection_argument P = detail::result_projection<T>>
constexpr from_chars_result<T> from_chars(const char* first, const char* last, P p = {},
                                          std::uint64_t random = 0) noexcept;

/// The number that the whole text is, rounded once by `p`. Throws text_error where it is not one.
template <rounded_result Result, projection_argument P = detail::result_projection<Result>>
constexpr Result from_string(std::string_view text, P p = {}, std::uint64_t random = 0);

/// from_chars for a format known at run time: `value` is the code. Throws format_error where the
/// format or the projection is not valid or the format has more than 64 bits.
template <std::same_as<float_format> Format>
constexpr from_chars_result<std::uint64_t> from_chars(const char* first, const char* last,
                                                      const Format& format, const projection& p = {},
                                                      std::uint64_t random = 0);

/// from_string for a format known at run time: the code and its flags. Throws text_error, and
/// format_error as from_chars does.
template <std::same_as<float_format> Format>
constexpr with_status<std::uint64_t> from_string(std::string_view text, const Format& format,
                                                 const projection& p = {}, std::uint64_t random = 0);

// ---------------------------------------------------------------------------------------------

namespace detail {

/// What the conversion of text needs to know of a format; for a run-time format, bounds over all.
struct text_extremes {
    int precision;
    int minimum_quantum_exponent;
    int maximum_exponent;
};
constexpr text_extremes extremes_of(const float_format& format) noexcept {
    return {format.precision(), format.minimum_quantum_exponent(), format.maximum_exponent()};
}
template <class Format>
struct text_capacity {
    // At most 64 bits: bias in ±65536, at most 16 exponent bits. With no exponent bit and no sign
    // there are 64 significand bits, and the hidden bit is never set.
    static constexpr text_extremes value{65, 1 - 65536 - 64, 65536 + (1 << maximum_exponent_bits) - 1};
};
template <float_format F>
struct text_capacity<constant_value<F>> {
    static constexpr text_extremes value = extremes_of(F);
};

/// Which digits of a decimal number can matter to a format.
///
/// Rounding changes only at *decision points*: values of the format and their midpoints, where tiny
/// values begin, and in the stochastic modes the 2^(N+1) steps between neighbours. Each is m·2^q
/// with m < 2^(precision + N + 4), q >= lowest_quantum, and m·2^q < 2^(maximum_exponent + 2). So
///
///  1. it is a multiple of 10^lowest_position, where lowest_position = min(lowest_quantum, 0):
///     m·2^q = m·5^(-q)·10^q for q < 0;
///  2. it has at most `digits` significant digits, those of m·5^(-q), or of an integer if q >= 0.
///
/// Cut a number x after its `digits`-th digit, or at lowest_position: it lies in [D, D + 1)·10^k,
/// and no decision point lies strictly inside. "D and a little more" rounds as x does.
struct decimal_bounds {
    int deciding;                 ///< leading bits that decide, see exact_arithmetic::deciding_bits
    long long lowest_quantum;     ///< q from here on
    long long lowest_position;    ///< digits below 10^this are a sticky tail
    long long overflow_position;  ///< 10^this is at least 2^(maximum_exponent + 1)
    long long digits;             ///< significant digits that can matter

    constexpr decimal_bounds(const text_extremes& format, int random_bits) noexcept
        : deciding(exact_arithmetic::deciding_bits(format.precision, random_bits)),
          lowest_quantum(format.minimum_quantum_exponent - random_bits - 3),
          lowest_position(lowest_quantum < 0 ? lowest_quantum : 0),
          overflow_position(0),
          digits(0) {
        // log10(2) is in (0.30102, 0.30103), log10(5) in (0.69897, 0.69898).
        const long long top = format.maximum_exponent + 1;
        overflow_position = top >= 0 ? top * 30103 / 100000 + 1 : -(-top * 30102 / 100000);
        const long long with_fraction =
            ((format.precision + random_bits + 4) * 30103LL - lowest_position * 69898) / 100000;
        const long long integral = top < 0 ? 0 : (top + 1) * 30103 / 100000;
        digits = (with_fraction > integral ? with_fraction : integral) + 3;
    }

    /// Limbs for the integers of decimal_value: D below 10^digits, D·5^e below 10^(overflow + 1)
    /// or 5^-lowest_position times `deciding` bits more; up to 31 bits to normalise, a limb to divide.
    constexpr int limbs() const noexcept {
        const long long power = -lowest_position * 232193 / 100000 + deciding;  // log2(5)
        const long long whole = overflow_position < 0 ? 0 : (overflow_position + 1) * 332193 / 100000;
        const long long all_digits = digits * 332193 / 100000;  // log2(10)
        const long long most = power > whole ? (power > all_digits ? power : all_digits)
                                             : (whole > all_digits ? whole : all_digits);
        return static_cast<int>((most + 40) / 32) + 3;
    }
};

/// A positive value: the leading bits and whether others follow, as encode() takes it.
template <class UInt>
struct leading_bits {
    UInt significand{0};
    int exponent = 0;
    bool sticky = false;
};

/// Stands for every value from the first power of two above the format, or far below its smallest value.
template <class UInt>
constexpr leading_bits<UInt> out_of_reach(const text_extremes& format, const decimal_bounds& bounds,
                                          bool above) noexcept {
    const long long top = above ? format.maximum_exponent + 1LL : bounds.lowest_quantum - 4;
    return {shift_left(UInt{1}, bounds.deciding - 1), static_cast<int>(top) - (bounds.deciding - 1), true};
}

/// The leading bits of a decimal number. `Limbs` is the capacity for the format.
template <class UInt, int Limbs>
constexpr leading_bits<UInt> decimal_value(const scanned_number& number, const text_extremes& format,
                                           const decimal_bounds& bounds) noexcept {
    // 1. The weight of the first digit decides what is far too large or far too small.
    const long long first = number.position + number.exponent;
    if (first >= bounds.overflow_position)
        return out_of_reach<UInt>(format, bounds, true);
    if (first < bounds.lowest_position)
        return out_of_reach<UInt>(format, bounds, false);

    // 2. The digits that can matter, as one integer; the value is (significand + tail) · 10^exponent.
    long long taken = first - bounds.lowest_position + 1;
    taken = taken < bounds.digits ? taken : bounds.digits;
    taken = taken < number.count ? taken : number.count;
    const bool tail = taken < number.count;
    const int exponent = static_cast<int>(first - taken + 1);
    fixed_big_uint<Limbs> significand;
    std::uint32_t group = 0, scale = 1;
    const char* p = number.digits;
    for (long long i = 0; i < taken; ++p) {
        if (*p == '.')
            continue;
        group = group * 10 + static_cast<std::uint32_t>(*p - '0');
        scale *= 10;
        ++i;
        if (scale == 1'000'000'000 || i == taken) {
            significand.multiply_add(scale, group);
            group = 0;
            scale = 1;
        }
    }

    // 3. An integer: its leading bits. (With a tail it may be shorter than `deciding` bits. No
    //    decision point is near, so the tail counts as less than one unit of the bits appended.)
    if (exponent >= 0) {
        significand.multiply_by_power_of_five(exponent);
        const int dropped = significand.bit_width() - bounds.deciding;
        return {significand.template shifted_right<UInt>(dropped), exponent + dropped,
                tail || significand.has_bits_below(dropped)};
    }

    // 4. A fraction: scaled by a power of two so that the quotient has `deciding` bits or one more.
    fixed_big_uint<Limbs> divisor;
    divisor.assign(std::uint64_t{1});
    divisor.multiply_by_power_of_five(-exponent);
    const int scaling = bounds.deciding + divisor.bit_width() - significand.bit_width();
    if (scaling > 0)
        significand.shift_left(scaling);
    else
        divisor.shift_left(-scaling);
    const UInt quotient = significand.template divide_by<UInt>(divisor);
    return {quotient, exponent - scaling, tail || !significand.is_zero()};
}

/// The leading bits of a hexadecimal number.
template <class UInt>
constexpr leading_bits<UInt> hexadecimal_value(const scanned_number& number, const text_extremes& format,
                                               const decimal_bounds& bounds) noexcept {
    // The first digit gives at least one bit, each further one four.
    long long taken = (bounds.deciding + 6) / 4;
    taken = taken < number.count ? taken : number.count;
    UInt significand{0};
    const char* p = number.digits;
    for (long long i = 0; i < taken; ++p) {
        if (*p == '.')
            continue;
        significand = static_cast<UInt>(shift_left(significand, 4) |
                                        static_cast<UInt>(static_cast<std::uint64_t>(digit_value(*p))));
        ++i;
    }
    const long long exponent = 4 * (number.position - taken + 1) + number.exponent;
    const long long top = exponent + bit_width(significand) - 1;
    if (top > format.maximum_exponent)
        return out_of_reach<UInt>(format, bounds, true);
    if (top < bounds.lowest_quantum - 4)
        return out_of_reach<UInt>(format, bounds, false);
    return {significand, static_cast<int>(exponent), taken < number.count};
}

/// A scanned number as a code: the one conversion from text, for every kind of format argument.
template <format_argument Format, projection_argument P>
constexpr with_status<code_uint<Format>> encode_text(Format f, P p, const scanned_number& number,
                                                     std::uint64_t random) noexcept {
    using what = scanned_number::what;
    constexpr int random_bits = most_random_bits<P>::value;
    constexpr decimal_bounds capacity(text_capacity<Format>::value, random_bits);
    using workspace = uint_with_bits<capacity.deciding + 8>;
    const float_format format = f;
    switch (number.kind) {
        case what::nan:
            return encode_nan(f);
        case what::infinity:
            return encode_infinity(f, p, number.negative);
        case what::nothing:
        case what::zero:
            return encode_zero(f, number.negative);
        case what::decimal:
        case what::hexadecimal:
            break;
    }
    const text_extremes extremes = extremes_of(format);
    const decimal_bounds bounds(extremes, random_bits);
    const auto value = number.kind == what::decimal
                           ? decimal_value<workspace, capacity.limbs()>(number, extremes, bounds)
                           : hexadecimal_value<workspace>(number, extremes, bounds);
    return encode(f, p, number.negative, value.exponent, value.significand, value.sticky, random);
}

[[noreturn]] inline void throw_text_error(std::string_view text) {
    constexpr std::size_t most = 80;
    std::string shown(1, '"');
    shown.append(text.substr(0, most)).append(1, '"');
    if (text.size() > most)
        shown.append("... (").append(std::to_string(text.size())).append(" characters)");
    throw_argument_error<text_error>("from_string", "text", shown,
                                     "one number and nothing else, such as -12.5e-3, 0x1.8p-7, inf or nan");
}

/// Throws format_error unless the run-time functions can work with the format and the projection.
constexpr void require_text_arguments(const char* function, const float_format& format,
                                      const projection& p = {}) {
    if (const char* const reason = why_invalid(format))
        throw format_error(std::string("halfulp::") + function + ": format is not valid: " + reason);
    if (format.bits() > 64)
        throw_argument_error<format_error>(function, "format.bits()", std::to_string(format.bits()),
                                           "at most 64 for a format chosen at run time");
    if (is_stochastic(p.mode) && (p.random_bits < 1 || p.random_bits > maximum_random_bits))
        throw_argument_error<format_error>(function, "projection.random_bits", std::to_string(p.random_bits),
                                           "1 ... " + std::to_string(maximum_random_bits));
}

}  // namespace detail

template <formatted_number T, projection_argument P>
constexpr from_chars_result<T> from_chars(const char* first, const char* last, P p,
                                          std::uint64_t random) noexcept {
    const auto number = detail::scan_number(first, last);
    if (number.kind == detail::scanned_number::what::nothing)
        return {
            detail::from_code<T>(code_uint<detail::format_of<T>>{0}), {}, first, std::errc::invalid_argument};
    const auto code = detail::encode_text(detail::format_of<T>{}, p, number, random);
    return {detail::from_code<T>(code.value), code.flags, number.end, std::errc{}};
}

template <rounded_result Result, projection_argument P>
constexpr Result from_string(std::string_view text, P p, std::uint64_t random) {
    const char* const last = text.data() + text.size();
    const auto number = detail::scan_number(text.data(), last);
    if (number.kind == detail::scanned_number::what::nothing || number.end != last)
        detail::throw_text_error(text);
    return detail::make_result<Result>(
        detail::encode_text(detail::result_format<Result>{}, p, number, random));
}

template <std::same_as<float_format> Format>
constexpr from_chars_result<std::uint64_t> from_chars(const char* first, const char* last,
                                                      const Format& format, const projection& p,
                                                      std::uint64_t random) {
    detail::require_text_arguments("from_chars", format, p);
    const auto number = detail::scan_number(first, last);
    if (number.kind == detail::scanned_number::what::nothing)
        return {0, {}, first, std::errc::invalid_argument};
    const auto code = detail::encode_text(format, p, number, random);
    return {static_cast<std::uint64_t>(code.value), code.flags, number.end, std::errc{}};
}

template <std::same_as<float_format> Format>
constexpr with_status<std::uint64_t> from_string(std::string_view text, const Format& format,
                                                 const projection& p, std::uint64_t random) {
    detail::require_text_arguments("from_string", format, p);
    const char* const last = text.data() + text.size();
    const auto number = detail::scan_number(text.data(), last);
    if (number.kind == detail::scanned_number::what::nothing || number.end != last)
        detail::throw_text_error(text);
    const auto code = detail::encode_text(format, p, number, random);
    return {static_cast<std::uint64_t>(code.value), code.flags};
}

}  // namespace v0
}  // namespace halfulp
