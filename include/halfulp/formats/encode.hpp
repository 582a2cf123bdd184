// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// From an exact result to a code: round once, saturate, encode. P3109's Project, for every
/// format of float_format.
///
/// What happens beyond the finite range (P3109, Saturate; "lowest" is the negative of the largest
/// value in signed formats, the smallest value in unsigned ones):
///
/// | overflow    | +∞ or a value above the largest                | −∞ or a value below the lowest |
/// |-------------|------------------------------------------------|--------------------------------|
/// | finite      | largest                                        | lowest                         |
/// | propagate   | largest; +∞ stays where the format has it      | lowest; −∞ stays where the format has it |
/// | none        | +∞ where the format has it, else NaN; but a finite value toward_zero or toward_negative: largest | −∞ where the format has it, else NaN; but a finite value toward_zero or toward_positive: lowest |
///
/// With `none`, to_odd turns finite overflow into the largest finite value of its sign if that has
/// an odd code and the format has infinity: the neighbours are it and infinity. A format without
/// NaN takes the value of `finite` where the table says NaN, and its largest value for a true NaN.
/// In a scale format, which has no zero, everything in [0, smallest) becomes the smallest value.
/// Without subnormals zero and the smallest normal value are neighbours, both with an even code; for
/// ties_to_even and to_odd the latter counts as the odd one.

#include <halfulp/core/round_magnitude.hpp>
#include <halfulp/formats/decode.hpp>

namespace halfulp {
inline namespace v0 {

namespace detail {

template <class Code>
constexpr Code with_sign(const float_format& format, bool negative, Code magnitude) noexcept {
    return negative ? static_cast<Code>(magnitude | static_cast<Code>(format.sign_mask())) : magnitude;
}

}  // namespace detail

/// The code of NaN; in a format without, its largest value, and `invalid` is raised.
template <format_argument Format>
constexpr with_status<code_uint<Format>> encode_nan(Format f, status flags = {}) noexcept {
    const float_format format = f;
    using code_type = code_uint<Format>;
    if (format.has_nan())
        return {static_cast<code_type>(format.nan_code()), flags};
    flags.invalid = true;
    return {static_cast<code_type>(format.largest_finite_magnitude()), flags};
}

/// The code of an exact infinity.
template <format_argument Format, projection_argument Projection>
constexpr with_status<code_uint<Format>> encode_infinity(Format f, Projection p, bool negative,
                                                         status flags = {}) noexcept {
    const float_format format = f;
    const projection direction = p;
    using code_type = code_uint<Format>;
    const bool representable = format.has_infinity && (format.has_sign || !negative);
    if (representable && direction.overflow != saturation::finite)
        return {detail::with_sign(format, negative, static_cast<code_type>(format.infinity_magnitude())),
                flags};
    const bool to_nan = direction.overflow == saturation::none && format.has_nan();
    if (negative && !format.has_sign) {
        flags.invalid = true;
        return {to_nan ? static_cast<code_type>(format.nan_code()) : code_type{0}, flags};
    }
    if (to_nan) {
        flags.invalid = true;
        return {static_cast<code_type>(format.nan_code()), flags};
    }
    flags.overflow = true;
    flags.inexact = true;
    return {detail::with_sign(format, negative, static_cast<code_type>(format.largest_finite_magnitude())),
            flags};
}

/// The code of zero with a sign, where the format has one; in a scale format its smallest value.
template <format_argument Format>
constexpr with_status<code_uint<Format>> encode_zero(Format f, bool negative, status flags = {}) noexcept {
    const float_format format = f;
    using code_type = code_uint<Format>;
    if (!format.has_zero()) {
        flags.underflow = true;
        flags.inexact = true;
    }
    return {detail::with_sign(format, negative && format.has_negative_zero, code_type{0}), flags};
}

namespace detail {

/// A finite value whose magnitude, rounded, exceeds the largest finite one.
template <class Format, class Projection>
constexpr with_status<code_uint<Format>> encode_overflow(Format f, Projection p, bool negative) noexcept {
    const float_format format = f;
    const projection direction = p;
    using code_type = code_uint<Format>;
    const status flags{.inexact = true, .overflow = true};
    const auto largest = static_cast<code_type>(format.largest_finite_magnitude());
    const bool odd_largest = (static_cast<std::uint64_t>(largest) & 1) != 0;
    const bool inward =
        direction.mode == rounding::toward_zero ||
        direction.mode == (negative ? rounding::toward_positive : rounding::toward_negative) ||
        (direction.mode == rounding::to_odd && format.has_infinity && odd_largest);
    if (direction.overflow != saturation::none || inward || (!format.has_infinity && !format.has_nan()))
        return {with_sign(format, negative, largest), flags};
    if (format.has_infinity)
        return {with_sign(format, negative, static_cast<code_type>(format.infinity_magnitude())), flags};
    return encode_nan(f, flags);
}

/// A finite negative value that did not round to zero, in an unsigned format.
template <class Format, class Projection>
constexpr with_status<code_uint<Format>> encode_below_unsigned(Format f, Projection p) noexcept {
    const float_format format = f;
    const projection direction = p;
    const status flags{.inexact = true, .invalid = true};
    const bool inward =
        direction.mode == rounding::toward_zero || direction.mode == rounding::toward_positive;
    if (direction.overflow != saturation::none || inward || !format.has_nan())
        return {code_uint<Format>{0}, flags};
    return encode_nan(f, flags);
}

/// Rounds, saturates and encodes (-1)^negative · (significand + t) · 2^exponent, where `top` is the
/// exponent of the significand's leading bit (floor(log2) of the value).
template <class Format, class Projection, workspace_integer UInt>
HALFULP_ALWAYS_INLINE constexpr with_status<code_uint<Format>> encode_finite(Format f, Projection p,
                                                                             bool negative, int exponent,
                                                                             int top, UInt significand,
                                                                             bool sticky,
                                                                             std::uint64_t random) noexcept {
    const float_format format = f;
    const projection direction = p;
    using code_type = code_uint<Format>;
    const int smallest_exponent = format.minimum_exponent();
    const int stored = format.significand_bits;

    // 1. Without subnormals nothing lies between zero (or nothing) and the smallest normal value.
    if (!format.has_subnormals && top < smallest_exponent) {
        if (!format.has_zero()) {
            if (negative && !format.has_sign)
                return encode_below_unsigned(f, p);
            return {with_sign(format, negative, code_type{0}), {.inexact = true, .underflow = true}};
        }
        const auto flushed = round_magnitude(significand, smallest_exponent - exponent, sticky, negative,
                                             true, direction, random);
        const bool is_zero = flushed.value == UInt{0};
        if (negative && !format.has_sign && !is_zero)
            return encode_below_unsigned(f, p);
        // Tiny after rounding: 2^emin itself is reached from below only by the carry that step 4 tests.
        const code_type smallest = static_cast<code_type>(code_type{1} << stored);
        const auto unbounded =
            round_magnitude(significand, top - stored - exponent, sticky, negative,
                            stored > 0 || ((top + format.bias) & 1) != 0, direction, random);
        const bool tiny = top < smallest_exponent - 1 || bit_width(unbounded.value) <= stored + 1;
        return {with_sign(format, negative && (!is_zero || format.has_negative_zero),
                          is_zero ? code_type{0} : smallest),
                {.inexact = flushed.inexact, .underflow = flushed.inexact && tiny}};
    }
    if (top > format.maximum_exponent())
        return negative && !format.has_sign ? encode_below_unsigned(f, p) : encode_overflow(f, p, negative);

    // 2. Round to the quantum of the binade; below the smallest normal value, to that of subnormals.
    const int binade = top < smallest_exponent ? smallest_exponent : top;
    const int field = binade + format.bias;
    const int dropped = binade - stored - exponent;
    // In precision 1 the code of 1·2^binade is the exponent field, whose parity decides ties.
    const bool ones_are_odd = stored > 0 || (field & 1) != 0;
    const auto rounded =
        round_magnitude(significand, dropped, sticky, negative, ones_are_odd, direction, random);

    // 3. The code is linear in the rounded significand, across binades: the hidden bit, and a carry
    //    out of the significand, add to the exponent field. Field 0 holds the subnormals, so a
    //    normal significand, which includes the hidden bit, starts one field lower.
    const auto magnitude =
        static_cast<code_type>(shift_left(static_cast<code_type>(static_cast<std::uint64_t>(field)), stored) +
                               static_cast<code_type>(rounded.value) - shift_left(code_type{1}, stored));
    const auto largest = static_cast<code_type>(format.largest_finite_magnitude());
    if (negative && !format.has_sign && (magnitude != code_type{0} || !format.has_zero()))
        return encode_below_unsigned(f, p);
    if (largest < magnitude)
        return encode_overflow(f, p, negative);

    // 4. Tiny is decided after rounding with unbounded exponent: in the binade below the smallest
    //    normal value that rounding may carry into it.
    status flags{.inexact = rounded.inexact};
    if (rounded.inexact && top < smallest_exponent) {
        flags.underflow = true;
        if (top == smallest_exponent - 1) {
            const auto unbounded =
                round_magnitude(significand, dropped - 1, sticky, negative,
                                stored > 0 || ((top + format.bias) & 1) != 0, direction, random);
            flags.underflow = bit_width(unbounded.value) <= stored + 1;
        }
    }
    const bool keeps_sign = magnitude != code_type{0} || format.has_negative_zero || !format.has_zero();
    return {with_sign(format, negative && keeps_sign, magnitude), flags};
}

}  // namespace detail

/// Rounds, saturates and encodes (-1)^negative · (significand + t) · 2^exponent with t = 0, or
/// 0 < t < 1 if `sticky`: the one way from a real number to a code. With `sticky` the significand
/// has at least precision + N + 3 bits. UInt has at least precision + 2 bits. O(1).
template <format_argument Format, projection_argument Projection, workspace_integer UInt>
constexpr with_status<code_uint<Format>> encode(Format f, Projection p, bool negative, int exponent,
                                                UInt significand, bool sticky = false,
                                                std::uint64_t random = 0) noexcept {
    if (significand == UInt{0})
        return encode_zero(f, negative);
    return detail::encode_finite(f, p, negative, exponent, exponent + bit_width(significand) - 1, significand,
                                 sticky, random);
}

/// Rounds, saturates and encodes what an exact operation gave.
template <format_argument Format, projection_argument Projection, workspace_integer UInt>
constexpr with_status<code_uint<Format>> encode(Format f, Projection p, const exact_result<UInt>& x,
                                                std::uint64_t random = 0) noexcept {
    const projection direction = p;
    switch (x.kind) {
        case number_class::nan:
            return encode_nan(f, x.flags);
        case number_class::infinity:
            return encode_infinity(f, p, x.negative, x.flags);
        case number_class::zero:
            return encode_zero(f, x.cancelled ? direction.mode == rounding::toward_negative : x.negative,
                               x.flags);
        case number_class::finite:
            break;
    }
    return encode(f, p, x.negative, x.exponent, x.significand, x.sticky, random);
}

}  // namespace v0
}  // namespace halfulp
