// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Class, sign, neighbours and text of a dynamic_float: what formats/functions.hpp and
/// formats/text_print.hpp give for types, with the same results, for a format known at run time.
/// (From text: from_string(text, format, projection) in formats/text_parse.hpp gives the code.)

#include <halfulp/formats/dynamic_float.hpp>
#include <halfulp/formats/functions.hpp>
#include <halfulp/formats/text_print.hpp>

#include <string>

namespace halfulp {
inline namespace v0 {

/// The class of x.
inline floating_class classify(const dynamic_float& x) noexcept {
    const auto number = x.unpack();
    switch (number.kind) {
        case number_class::zero:
            return floating_class::zero;
        case number_class::infinity:
            return floating_class::infinite;
        case number_class::nan:
            return floating_class::nan;
        case number_class::finite:
            break;
    }
    const int top = number.exponent + bit_width(number.significand) - 1;
    return top < x.format().minimum_exponent() ? floating_class::subnormal : floating_class::normal;
}

inline bool isnan(const dynamic_float& x) noexcept {
    return classify(x) == floating_class::nan;
}
inline bool isinf(const dynamic_float& x) noexcept {
    return classify(x) == floating_class::infinite;
}
inline bool isfinite(const dynamic_float& x) noexcept {
    return classify(x) < floating_class::infinite;
}
/// True for a zero of either sign.
inline bool iszero(const dynamic_float& x) noexcept {
    return classify(x) == floating_class::zero;
}
/// The sign bit of the code. False in unsigned formats, and for a NaN in the place of negative zero.
inline bool signbit(const dynamic_float& x) noexcept {
    if (x.format().nan == nan_encoding::negative_zero && isnan(x))
        return false;
    return (uint128{x.to_bits()} & x.format().sign_mask()) != uint128{0};
}

namespace detail {

/// The finite or infinite neighbour of x away from zero or toward it; x itself where there is none.
inline dynamic_float step_magnitude(const dynamic_float& x, bool negative, bool away) {
    const float_format& format = x.format();
    const uint128 sign = negative ? format.sign_mask() : uint128{0};
    const uint128 smallest_normal = uint128{1} << format.significand_bits;
    const uint128 largest = format.largest_finite_magnitude();
    const bool has_gap = !format.has_subnormals && format.has_zero();
    uint128 magnitude = uint128{x.to_bits()} & format.magnitude_mask();
    if (away) {
        magnitude = has_gap && magnitude < smallest_normal ? smallest_normal : magnitude + uint128{1};
        if (largest < magnitude) {
            if (!format.has_infinity)
                return x;
            magnitude = format.infinity_magnitude();
        }
    } else if (format.has_infinity && magnitude == format.infinity_magnitude()) {
        magnitude = largest;  // between the two there may be codes of NaN
    } else {
        magnitude = has_gap && magnitude == smallest_normal ? uint128{0} : magnitude - uint128{1};
    }
    const bool unsigned_zero = magnitude == uint128{0} && format.has_zero() && !format.has_negative_zero;
    return dynamic_float(format, static_cast<std::uint64_t>(unsigned_zero ? magnitude : sign | magnitude));
}

/// The neighbour of x in the direction of a sign.
inline dynamic_float step_toward(const dynamic_float& x, bool downward) {
    const float_format& format = x.format();
    if (isnan(x) || (isinf(x) && signbit(x) == downward))
        return x;
    if (iszero(x)) {
        if (downward && !format.has_sign)
            return x;
        return step_magnitude(dynamic_float(format, 0), downward, true);
    }
    const bool negative = signbit(x);
    if (negative == downward)
        return step_magnitude(x, negative, true);
    // A scale format has no zero: beyond its smallest value lies the one with the other sign.
    const bool at_smallest = (uint128{x.to_bits()} & format.magnitude_mask()) == uint128{0};
    if (!at_smallest)
        return step_magnitude(x, negative, false);
    return format.has_sign
               ? dynamic_float(format, x.to_bits() ^ static_cast<std::uint64_t>(format.sign_mask()))
               : x;
}

}  // namespace detail

/// The least value greater than x (IEEE 754 nextUp). The largest value of a format without infinity
/// stays, as +∞ and NaN do; the negative number of smallest magnitude goes to −0 where it exists.
inline dynamic_float next_up(const dynamic_float& x) {
    return detail::step_toward(x, false);
}

/// The greatest value less than x (IEEE 754 nextDown). The lowest value of a format without
/// (negative) infinity stays, as −∞ and NaN do.
inline dynamic_float next_down(const dynamic_float& x) {
    return detail::step_toward(x, true);
}

/// x as text; see formats/text_print.hpp for the styles.
inline std::string to_string(const dynamic_float& x, text_style style = text_style::shortest) {
    return to_string(x.to_bits(), x.format(), style);
}

}  // namespace v0
}  // namespace halfulp
