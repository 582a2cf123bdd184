// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What IEEE 754, clause 5, asks of a number besides arithmetic: classification, sign, neighbours,
/// exponents, rounding to an integer, minimum and maximum, total order. All constexpr, noexcept,
/// O(1), and exact except where a projection is taken.

#include <halfulp/formats/operations.hpp>

namespace halfulp {
inline namespace v0 {

// --- classification ---------------------------------------------------------------------------

/// The classes of IEEE 754, 5.7.2, without the signs.
enum class floating_class : unsigned char { zero, subnormal, normal, infinite, nan };

/// The class of x.
template <formatted_number T>
constexpr floating_class classify(T x) noexcept {
    const auto number = detail::unpack_operand(x);
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
    return top < number_format<T>::value.minimum_exponent() ? floating_class::subnormal
                                                            : floating_class::normal;
}

template <formatted_number T>
constexpr bool isnan(T x) noexcept {
    return is_nan_code(detail::format_of<T>{}, detail::to_code(x));
}
template <formatted_number T>
constexpr bool isinf(T x) noexcept {
    return classify(x) == floating_class::infinite;
}
template <formatted_number T>
constexpr bool isfinite(T x) noexcept {
    return classify(x) < floating_class::infinite;
}
template <formatted_number T>
constexpr bool isnormal(T x) noexcept {
    return classify(x) == floating_class::normal;
}
/// True for a zero of either sign.
template <formatted_number T>
constexpr bool iszero(T x) noexcept {
    return classify(x) == floating_class::zero;
}
/// The sign bit of the code: of zero, infinity and NaN too. False in unsigned formats, and for a
/// NaN in the place of negative zero.
template <formatted_number T>
constexpr bool signbit(T x) noexcept {
    constexpr float_format format = number_format<T>::value;
    if (format.nan == nan_encoding::negative_zero && isnan(x))
        return false;
    using code = code_uint<detail::format_of<T>>;
    return (detail::to_code(x) & static_cast<code>(format.sign_mask())) != code{0};
}

// --- sign -------------------------------------------------------------------------------------

/// |x|; NaN stays as it is, but for its sign bit.
template <formatted_number T>
constexpr T abs(T x) noexcept {
    constexpr float_format format = number_format<T>::value;
    using code = code_uint<detail::format_of<T>>;
    if (format.nan == nan_encoding::negative_zero && isnan(x))
        return x;
    return detail::from_code<T>(
        static_cast<code>(detail::to_code(x) & static_cast<code>(format.magnitude_mask())));
}

/// |x| with the sign of `sign`. In a format without a signed zero, zero stays; in an unsigned
/// format, a negative sign gives what a value below the range becomes.
template <formatted_number T, formatted_number S>
constexpr T copysign(T x, S sign) noexcept {
    const T magnitude = abs(x);
    if (!signbit(sign))
        return magnitude;
    if constexpr (std::is_arithmetic_v<T>)
        return detail::from_code<T>(static_cast<code_uint<detail::format_of<T>>>(
            detail::to_code(magnitude) |
            static_cast<code_uint<detail::format_of<T>>>(number_format<T>::value.sign_mask())));
    else
        return -magnitude;
}

// --- neighbours -------------------------------------------------------------------------------

namespace detail {

/// The neighbour of the magnitude code in the direction away from zero, or toward it.
template <class T>
constexpr T step_magnitude(T x, bool away) noexcept {
    constexpr float_format format = number_format<T>::value;
    using code = code_uint<format_of<T>>;
    const code sign = static_cast<code>(to_code(x) & static_cast<code>(format.sign_mask()));
    code magnitude = static_cast<code>(to_code(x) & static_cast<code>(format.magnitude_mask()));
    const code smallest_normal = static_cast<code>(code{1} << format.significand_bits);
    const bool has_gap = !format.has_subnormals && format.has_zero();
    if (away) {
        magnitude =
            has_gap && magnitude < smallest_normal ? smallest_normal : static_cast<code>(magnitude + code{1});
        const auto largest = static_cast<code>(format.largest_finite_magnitude());
        if (largest < magnitude) {
            if (!format.has_infinity)
                return x;
            magnitude = static_cast<code>(format.infinity_magnitude());
        }
    } else {
        // Infinity's code may lie above NaN's neighbours: step to the largest finite value.
        if (format.has_infinity && magnitude == static_cast<code>(format.infinity_magnitude()))
            magnitude = static_cast<code>(format.largest_finite_magnitude());
        else
            magnitude =
                has_gap && magnitude == smallest_normal ? code{0} : static_cast<code>(magnitude - code{1});
        if (magnitude == code{0} && !format.has_negative_zero && format.has_zero())
            return from_code<T>(code{0});
    }
    return from_code<T>(static_cast<code>(sign | magnitude));
}

}  // namespace detail

/// The least value greater than x (IEEE 754 nextUp). The largest value of a format without infinity
/// stays, as +∞ and NaN do; the negative number of smallest magnitude goes to −0 where it exists.
template <formatted_number T>
constexpr T next_up(T x) noexcept {
    constexpr float_format format = number_format<T>::value;
    using code = code_uint<detail::format_of<T>>;
    switch (classify(x)) {
        case floating_class::nan:
            return x;
        case floating_class::zero:
            return detail::step_magnitude(detail::from_code<T>(code{0}), true);
        case floating_class::infinite:
            return signbit(x) ? detail::step_magnitude(x, false) : x;
        default:
            break;
    }
    if (!signbit(x))
        return detail::step_magnitude(x, true);
    if (!format.has_zero() && abs(x) == detail::from_code<T>(code{0}))
        return detail::from_code<T>(code{0});
    return detail::step_magnitude(x, false);
}

/// The greatest value less than x (IEEE 754 nextDown). The lowest value of a format without
/// (negative) infinity stays, as −∞ and NaN do.
template <formatted_number T>
constexpr T next_down(T x) noexcept {
    constexpr float_format format = number_format<T>::value;
    using code = code_uint<detail::format_of<T>>;
    if (isnan(x))
        return x;
    if constexpr (format.has_sign) {
        if (iszero(x))
            return detail::step_magnitude(detail::from_code<T>(static_cast<code>(format.sign_mask())), true);
        if (signbit(x))
            return isinf(x) ? x : detail::step_magnitude(x, true);
        if (!format.has_zero() && detail::to_code(x) == code{0})
            return detail::from_code<T>(static_cast<code>(format.sign_mask()));
        return detail::step_magnitude(x, false);
    } else {
        return detail::to_code(x) == code{0} ? x : detail::step_magnitude(x, false);
    }
}

/// The neighbour of x in the direction of y; x itself if they are equal, NaN if either is.
template <formatted_number T>
constexpr T nextafter(T x, T y) noexcept {
    if (isnan(x))
        return x;
    if (isnan(y) || x == y)
        return y;
    return x < y ? next_up(x) : next_down(x);
}

// --- exponents --------------------------------------------------------------------------------

/// floor(log2 |x|) of a finite nonzero x; std::numeric_limits<int>::min() for zero and max() for
/// infinity and NaN, as no exponent exists.
template <formatted_number T>
constexpr int ilogb(T x) noexcept {
    const auto number = detail::unpack_operand(x);
    if (number.kind == number_class::finite)
        return number.exponent + bit_width(number.significand) - 1;
    return number.kind == number_class::zero ? std::numeric_limits<int>::min()
                                             : std::numeric_limits<int>::max();
}

/// x · 2^exponent, rounded once.
template <class Result = void, formatted_number X,
          projection_argument P = detail::result_projection<detail::deduced_math<Result, X>>>
constexpr auto ldexp(X x, int exponent, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced_math<Result, X> {
    using result = detail::deduced_math<Result, X>;
    constexpr int precision = detail::result_format<result>::value.precision();
    using workspace =
        uint_with_bits<exact_arithmetic::larger(number_format<X>::value.precision(), precision + 2)>;
    auto number = exactly<workspace>(detail::unpack_operand(x));
    // Beyond ±2^20 every format of the library has overflowed or underflowed; no int overflows.
    constexpr int limit = 1 << 20;
    number.exponent += exponent > limit ? limit : exponent < -limit ? -limit : exponent;
    return detail::make_result<result>(encode(detail::result_format<result>{}, p, number, random));
}

/// A number as fraction · 2^exponent with fraction in [1/2, 1).
template <class T>
struct fraction_and_exponent {
    T fraction;
    int exponent;
};

/// x = fraction · 2^exponent with |fraction| in [1/2, 1), for finite nonzero x; zero, infinity and
/// NaN come back with exponent 0. In a format that has no value in that range the fraction is
/// rounded by the format's projection; formats with minimum_exponent() <= -1 < maximum_exponent() have.
template <formatted_number T>
constexpr fraction_and_exponent<T> frexp(T x) noexcept {
    const auto number = detail::unpack_operand(x);
    if (number.kind != number_class::finite)
        return {x, 0};
    const int exponent = number.exponent + bit_width(number.significand);
    return {ldexp(x, -exponent), exponent};
}

// --- rounding to an integer -------------------------------------------------------------------

/// x rounded to an integral value in a given mode (IEEE 754 roundToIntegral…; `nearbyint` without
/// an environment), by default that of the type. Zero results keep the sign of x. With
/// toward_negative it is floor, with toward_positive ceil, with toward_zero trunc; these three
/// overflow as the type's projection says: floor(−15.5) needs −16, which float8_e3m4 does not have.
template <formatted_number T>
constexpr T nearbyint(T x, projection p = number_format<T>::default_projection,
                      std::uint64_t random = 0) noexcept {
    const auto number = detail::unpack_operand(x);
    if (number.kind != number_class::finite || number.exponent >= 0)
        return x;
    using workspace = uint_with_bits<number_format<T>::value.precision() + 2>;
    const auto rounded = round_magnitude(static_cast<workspace>(number.significand), -number.exponent, false,
                                         number.negative, true, p, random);
    constexpr detail::format_of<T> format{};
    const auto encoded = rounded.value == workspace{0}
                             ? encode_zero(format, number.negative)
                             : encode(format, projection{rounding::ties_to_even, p.overflow}, number.negative,
                                      0, rounded.value);
    return detail::make_result<T>(encoded);
}
template <formatted_number T>
constexpr T floor(T x) noexcept {
    return nearbyint(x, projection{rounding::toward_negative, number_format<T>::default_projection.overflow});
}
template <formatted_number T>
constexpr T ceil(T x) noexcept {
    return nearbyint(x, projection{rounding::toward_positive, number_format<T>::default_projection.overflow});
}
template <formatted_number T>
constexpr T trunc(T x) noexcept {
    return nearbyint(x, projection{rounding::toward_zero, number_format<T>::default_projection.overflow});
}

// --- minimum, maximum, total order ------------------------------------------------------------

/// IEEE 754-2019 minimum and maximum: NaN if either is NaN; −0 is less than +0.
template <formatted_number T>
constexpr T minimum(T x, T y) noexcept {
    if (isnan(x))
        return x;
    if (isnan(y))
        return y;
    return x < y || (x == y && signbit(x)) ? x : y;
}
template <formatted_number T>
constexpr T maximum(T x, T y) noexcept {
    if (isnan(x))
        return x;
    if (isnan(y))
        return y;
    return x > y || (x == y && signbit(y)) ? x : y;
}
/// IEEE 754-2019 minimumNumber and maximumNumber: a number beats NaN.
template <formatted_number T>
constexpr T minimum_number(T x, T y) noexcept {
    return isnan(x) ? y : isnan(y) ? x : minimum(x, y);
}
template <formatted_number T>
constexpr T maximum_number(T x, T y) noexcept {
    return isnan(x) ? y : isnan(y) ? x : maximum(x, y);
}

/// IEEE 754 totalOrder as a comparison: −NaN < −∞ < … < −0 < +0 < … < +∞ < +NaN, NaNs among
/// themselves by their codes. A NaN without a sign counts as positive.
template <formatted_number T>
constexpr std::strong_ordering total_order(T x, T y) noexcept {
    // abs() leaves the magnitude code, and codes grow with the magnitude.
    const auto x_code = detail::to_code(abs(x));
    const auto y_code = detail::to_code(abs(y));
    const bool x_negative = signbit(x);
    if (x_negative != signbit(y))
        return x_negative ? std::strong_ordering::less : std::strong_ordering::greater;
    if (const bool x_nan = isnan(x); x_nan != isnan(y))
        return x_nan == x_negative ? std::strong_ordering::less : std::strong_ordering::greater;
    if (x_code == y_code)
        return std::strong_ordering::equal;
    return (x_code < y_code) != x_negative ? std::strong_ordering::less : std::strong_ordering::greater;
}

}  // namespace v0
}  // namespace halfulp
