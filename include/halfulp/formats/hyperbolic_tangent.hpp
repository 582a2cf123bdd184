// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// tanh x, correctly rounded: the exact real value rounded once, in every mode, for every format.
///
/// The function is odd, so it is computed for |x|: as (e^(2|x|) − 1)/(e^(2|x|) + 1), from the enclosure of
/// formats/exponential.hpp; for small |x| as a bit less than |x|, for large |x| as a bit less than 1. tanh x is
/// irrational for rational x ≠ 0, thus never a midpoint nor representable, and a narrow enough interval always
/// decides. Small formats use double first.

#include <halfulp/formats/exponential.hpp>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// The largest number below 1 that has bits + 1 bits, and something: rounds as all from there to 1.
template <class Format, class P>
constexpr with_status<code_uint<Format>> encode_nearly_one(Format f, P p, bool negative,
                                                           std::uint64_t random) noexcept {
    constexpr int deciding =
        exact_arithmetic::deciding_bits(format_types<Format>::precision, most_random_bits<P>::value);
    using wide = wide_uint<(deciding + 64) / 64>;
    return encode(f, p, negative, -deciding - 1, wide((wide{1} << (deciding + 1)) - wide{1}), true, random);
}

/// For finite x whose magnitude is 2^-lost_bits at least, and below 2^16.
template <int Words, class Format, class P, class UInt>
constexpr with_status<code_uint<Format>> hyperbolic_tangent_by_enclosure(Format f, P p,
                                                                         const unpacked<UInt>& x,
                                                                         std::uint64_t random) noexcept {
    using fixed = fixed_point<Words>;
    using number = typename fixed::number;
    using wide = wide_uint<2 * Words>;
    constexpr int deciding =
        exact_arithmetic::deciding_bits(format_types<Format>::precision, most_random_bits<P>::value);
    // e^(2|x|) = 2^n · v, so tanh |x| = (v − 2^-n)/(v + 2^-n), which grows with v.
    const auto enclosed = enclose_exponential<Words>(
        unpacked<UInt>{.kind = x.kind, .exponent = x.exponent + 1, .significand = x.significand});
    if (enclosed.exponent > deciding + 2)  // 1 − 2/(e^(2|x|) + 1) > 1 − 2^-(deciding + 1)
        return encode_nearly_one(f, p, x.negative, random);
    const number error = number{1} << 36;
    const number inverse = fixed::one >> enclosed.exponent;  // exact
    // Of a quotient as small as 2^-lost_bits these leave all bits that decide, and 70 more.
    constexpr int quotient_bits = 64 * Words - 64;
    const number low = enclosed.value - error, high = enclosed.value + error;
    const wide lower = (wide(low - inverse) << quotient_bits) / wide(low + inverse);
    const wide upper = (wide(high - inverse) << quotient_bits) / wide(high + inverse);
    // Sticky at both ends: the value is irrational, so the result is never exact.
    const auto lower_code = encode(f, p, x.negative, -quotient_bits, lower, true, random);
    const auto upper_code = encode(f, p, x.negative, -quotient_bits, upper, true, random);
    // As for e^x: no format is known to need the last step, let alone more.
    constexpr bool last = Words >= 16;
    if constexpr (!last)
        if (!(lower_code == upper_code))
            return hyperbolic_tangent_by_enclosure<(Words * 2 < 16 ? Words * 2 : 16)>(f, p, x, random);
    return lower_code;
}

template <class Format, class P, class UInt>
constexpr with_status<code_uint<Format>> hyperbolic_tangent_exactly(Format f, P p, const unpacked<UInt>& x,
                                                                    std::uint64_t random) noexcept {
    switch (x.kind) {
        case number_class::nan:
            return encode_nan(f);
        case number_class::infinity:
            return encode(f, p, x.negative, 0, wide_uint<4>{1});
        case number_class::zero:
            return encode_zero(f, x.negative);
        case number_class::finite:
            break;
    }
    constexpr int deciding =
        exact_arithmetic::deciding_bits(format_types<Format>::precision, most_random_bits<P>::value);
    static_assert(deciding < 700, "halfulp: tanh 256 has to round as 1 does");
    const int width = bit_width(x.significand);
    const int top = x.exponent + width - 1;
    if (top >= 8)  // 1 − 2/(e^512 + 1) and above
        return encode_nearly_one(f, p, x.negative, random);
    // |x|(1 − x²/3) < tanh |x| < |x|: between (significand·2^shift − 1)·2^(exponent − shift) and |x|, if x² is
    // below the last bit of that.
    constexpr int bits = exact_arithmetic::larger(deciding, width_of<UInt>) + 2;
    constexpr int lost_bits = bits / 2 + 3;
    if (top < -lost_bits) {
        using wide = wide_uint<(bits + 63) / 64>;
        const int shift = bits - width;
        return encode(f, p, x.negative, x.exponent - shift,
                      wide((shift_left(static_cast<wide>(x.significand), shift)) - wide{1}), true, random);
    }
    // The difference loses lost_bits and two: e^(2|x|) − 1 is above 2|x|.
    return hyperbolic_tangent_by_enclosure<(deciding + lost_bits + 36 + 64 + 40 + 63) / 64>(f, p, x, random);
}

/// tanh x in double for 0 < |x| < 170, with a relative error below 2^-48.
HALFULP_ALWAYS_INLINE double approximate_hyperbolic_tangent(double x) noexcept {
    if (x < 0.5 && x > -0.5) {
        // The continued fraction x/(1 + x²/(3 + x²/(5 + …))) up to 13 (Lambert 1761), truncated at 2^-52; all terms
        // are positive, so a few 2^-53 are lost in each of the two sums, and two in the end.
        const double s = x * x;
        const double numerator = 135135.0 + s * (17325.0 + s * (378.0 + s));
        const double denominator = 135135.0 + s * (62370.0 + s * (3150.0 + s * 28.0));
        return x * numerator / denominator;
    }
    // e^(2|x|) >= e with an error below 2^-49, of which less than 0.86 arrives.
    const double e = approximate_exponential(x < 0 ? -2 * x : 2 * x);
    const double magnitude = (e - 1) / (e + 1);
    return x < 0 ? -magnitude : magnitude;
}

}  // namespace detail

/// tanh x, rounded once. tanh(±0) is ±0 where the result has both, tanh(±∞) is exactly ±1, tanh(NaN) is NaN; all
/// other results are inexact. Tens of nanoseconds where result and operand fit the hardware lane, some
/// microseconds in double and beyond; the same bits either way.
template <class Result = void, exact_operand X,
          projection_argument P = detail::result_projection<detail::deduced<Result, X>>>
constexpr auto hyperbolic_tangent(X x, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced<Result, X> {
    using result = detail::deduced<Result, X>;
    using format = detail::result_format<result>;
    if constexpr (!detail::result_traits<result>::wants_status && carrier::fits(format::value) &&
                  detail::fits_carrier<X>()) {
        if (!std::is_constant_evaluated()) {
            const double value = carrier::decode(x);
            if (value != 0 && value < 170 && value > -170) {
                const double y = detail::approximate_hyperbolic_tangent(value);
                const auto lower = carrier::encode(format{}, p, y - y * 0x1p-47, random);
                const auto upper = carrier::encode(format{}, p, y + y * 0x1p-47, random);
                if (lower == upper)
                    return detail::from_code<result>(lower);
            }
        }
    }
    return detail::make_result<result>(
        detail::hyperbolic_tangent_exactly(format{}, p, detail::unpack_operand(x), random));
}

}  // namespace v0
}  // namespace halfulp
