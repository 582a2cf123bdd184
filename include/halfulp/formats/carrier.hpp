// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The hardware lane: small formats computed in double, with the same bits as the exact lane.
///
/// A format fits the carrier when its precision is at most 24 and its values lie in
/// 2^-500 … 2^501. Then every operand, product, quotient and fused sum of such formats is a normal
/// double or exactly zero, so neither flushing of subnormals nor overflow can interfere. What each
/// operation needs for its double result to round correctly once more is proven beside it
/// (`carrier::…_is_safe`). Write p_r for the result's precision, N for the random bits (0 unless
/// stochastic), so that rounding looks at p_r + N + 1 bits and a sticky tail.

#include <halfulp/core/error_free.hpp>
#include <halfulp/formats/number_format.hpp>

#include <array>
#include <cmath>
#include <cstddef>

namespace halfulp {
inline namespace v0 {
namespace carrier {

/// True if the values of the format can be computed with in double, as the file comment says.
constexpr bool fits(const float_format& format) noexcept {
    return HALFULP_HAS_EXACT_CARRIER != 0 && format.precision() <= 24 && format.bits() <= 32 &&
           format.minimum_quantum_exponent() >= -500 && format.maximum_exponent() <= 500;
}

/// Random bits that matter under a projection: at most maximum_random_bits, as round_magnitude has it.
constexpr int random_bits(const projection& p) noexcept {
    if (!is_stochastic(p.mode) || p.mode == rounding::stochastic_equal || p.random_bits < 0)
        return 0;
    return p.random_bits < maximum_random_bits ? p.random_bits : maximum_random_bits;
}

/// True if sums of numbers with these extreme exponents are always exact in double: all bits lie
/// in a window of 53.
constexpr bool sum_is_exact(int x_top, int x_bottom, int y_top, int y_bottom) noexcept {
    const int top = x_top > y_top ? x_top : y_top;
    const int bottom = x_bottom < y_bottom ? x_bottom : y_bottom;
    return top + 2 - bottom <= 53;
}
constexpr bool sum_is_exact(const float_format& x, const float_format& y) noexcept {
    return sum_is_exact(x.maximum_exponent(), x.minimum_quantum_exponent(), y.maximum_exponent(),
                        y.minimum_quantum_exponent());
}
constexpr bool fused_sum_is_exact(const float_format& x, const float_format& y,
                                  const float_format& z) noexcept {
    return sum_is_exact(x.maximum_exponent() + y.maximum_exponent() + 1,
                        x.minimum_quantum_exponent() + y.minimum_quantum_exponent(), z.maximum_exponent(),
                        z.minimum_quantum_exponent());
}

/// A sum rounded to odd in 53 bits rounds correctly to p_r + N + 1 bits if 53 >= p_r + N + 3
/// (Boldo and Melquiond). Like the two below, also for another carrier's precision in place of 53.
constexpr bool sum_is_safe(const float_format& result, const projection& p, int digits = 53) noexcept {
    return result.precision() + random_bits(p) + 3 <= digits;
}
/// In the nearest modes a sum of two numbers of the result's own format needs no rounding to odd.
/// If it is inexact in 53 bits, the operands lie more than 53 − 24 binades apart, so the double sum
/// lies within a 2^-28th of the larger operand, a value of the format, and not at a midpoint; both
/// roundings then give that operand. (Other result formats may have the operand as a midpoint.)
constexpr bool nearest_sum_needs_no_odd(const float_format& x, const float_format& y,
                                        const float_format& result, const projection& p) noexcept {
    return is_nearest(p.mode) && x == result && y == result;
}
/// A quotient a/b that is not a number c of k = p_r + N + 1 bits is at a relative distance of at
/// least 2^-(p_b + k) or 2^-p_a from it: |a − bc| is a nonzero multiple of the smaller of ulp(a)
/// and ulp(b)ulp(c). With that above 2^-52 the double nearest to a/b lies on the same side of every
/// such c, midpoints included, so that every mode decides the same. The same holds for subnormal
/// results, whose candidates c have fewer bits.
constexpr bool quotient_is_safe(int y_precision, const float_format& result, const projection& p,
                                int digits = 53) noexcept {
    return y_precision + result.precision() + random_bits(p) + 1 <= digits - 2;
}
/// A square root that is not a number c of k bits: |a − c²| is a nonzero multiple of the smaller of
/// ulp(a) and ulp(c)², so the root is at a relative distance of at least 2^-(2k + 1) or 2^-(p_a + 1).
constexpr bool square_root_is_safe(const float_format& result, const projection& p,
                                   int digits = 53) noexcept {
    return 2 * (result.precision() + random_bits(p) + 1) + 1 <= digits - 2;
}

namespace detail {

/// 2^exponent for a normal double.
constexpr double power_of_two(int exponent) noexcept {
    return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

/// The values other than normal ones: zero, subnormal, infinite, NaN.
template <class T>
constexpr double decode_rare(T x) noexcept {
    const auto number = halfulp::detail::unpack_operand(x);
    switch (number.kind) {
        case number_class::nan:
            return std::numeric_limits<double>::quiet_NaN();
        case number_class::infinity:
            return number.negative ? -std::numeric_limits<double>::infinity()
                                   : std::numeric_limits<double>::infinity();
        case number_class::zero:
            return number.negative ? -0.0 : 0.0;
        case number_class::finite:
            break;
    }
    // At most 24 bits by a power of two in double's normal range: exact.
    const double magnitude =
        static_cast<double>(static_cast<std::int64_t>(number.significand)) * power_of_two(number.exponent);
    return number.negative ? -magnitude : magnitude;
}

template <class T>
HALFULP_ALWAYS_INLINE constexpr double decode_by_bits(T x) noexcept {
    constexpr float_format format = number_format<T>::value;
    constexpr int stored = format.significand_bits;
    constexpr auto magnitude_mask = static_cast<std::uint64_t>(format.magnitude_mask());
    constexpr auto largest = static_cast<std::uint64_t>(format.largest_finite_magnitude());
    constexpr std::uint64_t smallest = format.has_zero() ? std::uint64_t{1} << stored : 0;
    const auto code = static_cast<std::uint64_t>(halfulp::detail::to_code(x));
    const std::uint64_t magnitude = code & magnitude_mask;
    if (largest < smallest || magnitude - smallest > largest - smallest) [[unlikely]]
        return decode_rare(x);
    // A normal code moved into double's fields reads as 2^(e - bias) · 1.f after rebiasing.
    constexpr std::uint64_t rebias = static_cast<std::uint64_t>(1023 - format.bias) << 52;
    const std::uint64_t sign = format.has_sign ? (code & static_cast<std::uint64_t>(format.sign_mask()))
                                                     << (63 - format.magnitude_bits())
                                               : 0;
    return std::bit_cast<double>(((magnitude << (52 - stored)) + rebias) | sign);
}

template <class T>
inline constexpr auto decode_table = [] {
    constexpr int bits = number_format<T>::value.bits();
    std::array<double, std::size_t{1} << bits> table{};
    for (std::size_t code = 0; code < table.size(); ++code)
        table[code] = decode_by_bits(halfulp::detail::from_code<T>(static_cast<std::uint64_t>(code)));
    return table;
}();

}  // namespace detail

/// The value of a number whose format fits, as a double: exact. A table for up to 8 bits.
template <class T>
HALFULP_ALWAYS_INLINE constexpr double decode(T x) noexcept {
    if constexpr (std::same_as<T, float>)
        return static_cast<double>(x);
    else if constexpr (number_format<T>::value.bits() <= 8)
        return detail::decode_table<T>[static_cast<std::size_t>(halfulp::detail::to_code(x))];
    else
        return detail::decode_by_bits(x);
}

namespace detail {

/// True for the formats whose codes the short path of encode() can form: signed, with a zero and
/// subnormals, and with at least one exponent bit.
constexpr bool has_short_path(const float_format& format) noexcept {
    return format.has_sign && format.has_zero() && format.has_subnormals && format.exponent_bits > 0;
}

/// A double that is normal in the format too, for a deterministic mode: round its bits where they
/// are, and take the difference of the biases off. A carry runs into the exponent as it should.
template <class Format, class Projection>
HALFULP_ALWAYS_INLINE constexpr std::uint64_t encode_normal(Format f, Projection p,
                                                            std::uint64_t bits) noexcept {
    const float_format format = f;
    const projection direction = p;
    const std::uint64_t magnitude = bits & (~std::uint64_t{0} >> 1);
    const int stored = format.significand_bits;
    return round_word(magnitude, 52 - stored, bits >> 63 != 0, true, direction.mode) -
           (static_cast<std::uint64_t>(1023 - format.bias) << stored);
}

/// With 5 exponent bits and more a branch on "normal" is predicted well; with fewer, results are
/// subnormal or overflow so often that doing without it is faster.
constexpr bool results_are_mostly_normal(const float_format& format) noexcept {
    return format.exponent_bits >= 5 && format.significand_bits > 0;
}

/// encode() for a deterministic mode and such a format: rounds as encode_finite does, but without a
/// branch on the size of x. Zero needs none either: its significand is 0.
template <class Format, class Projection>
HALFULP_ALWAYS_INLINE constexpr code_uint<Format> encode_short(Format f, Projection p, double x) noexcept {
    const float_format format = f;
    const projection direction = p;
    using code = code_uint<Format>;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const bool negative = bits >> 63 != 0;
    const int field = static_cast<int>(bits >> 52 & 0x7ff);
    const std::uint64_t hidden = static_cast<std::uint64_t>(field != 0) << 52;
    const std::uint64_t significand = (bits & ((std::uint64_t{1} << 52) - 1)) | hidden;
    // How far below the smallest normal value x is; from 11 + M binades on only "not zero" matters.
    const int below = format.minimum_exponent() + 1023 - field;
    const int extra = below > 0 ? below : 0;
    const int wanted = 52 - format.significand_bits + extra;
    const int dropped = wanted < 63 ? wanted : 63;
    const int binade = field + extra - 1023 + format.bias;
    const bool ones_are_odd = format.significand_bits > 0 || (binade & 1) != 0;
    const std::uint64_t rounded = round_word(significand, dropped, negative, ones_are_odd, direction.mode);
    std::uint64_t magnitude = (static_cast<std::uint64_t>(binade - 1) << format.significand_bits) + rounded;
    const auto largest = static_cast<std::uint64_t>(format.largest_finite_magnitude());
    if (field == 0x7ff) [[unlikely]]
        return (significand != std::uint64_t{1} << 52 ? encode_nan(f) : encode_infinity(f, p, negative))
            .value;
    const auto sign = negative ? static_cast<code>(format.sign_mask()) : code{0};
    // Constants where format and projection are; chosen by a mask, as signs are not predictable.
    const code above = halfulp::detail::encode_overflow(f, p, false).value;
    const code below_lowest = halfulp::detail::encode_overflow(f, p, true).value;
    const code by_sign = static_cast<code>(code{0} - static_cast<code>(static_cast<std::uint64_t>(negative)));
    const code overflowed = static_cast<code>(above ^ ((above ^ below_lowest) & by_sign));
    const code finite =
        magnitude != 0 || format.has_negative_zero ? static_cast<code>(sign | magnitude) : code{0};
    return magnitude > largest ? overflowed : finite;
}

}  // namespace detail

/// Rounds a double that is zero, normal, infinite or NaN to a format, once.
template <format_argument Format, projection_argument Projection>
HALFULP_ALWAYS_INLINE constexpr code_uint<Format> encode(Format f, Projection p, double x,
                                                         std::uint64_t random) noexcept {
    const float_format format = f;
    const projection direction = p;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    if (detail::has_short_path(format) && !is_stochastic(direction.mode)) {
        if (detail::results_are_mostly_normal(format)) {
            const std::uint64_t magnitude = detail::encode_normal(f, p, bits);
            const auto smallest = std::uint64_t{1} << format.significand_bits;
            const auto largest = static_cast<std::uint64_t>(format.largest_finite_magnitude());
            // Below 2^emin before rounding, or above the largest value after it: the other path.
            if (static_cast<std::uint64_t>(bits << 1) >> 53 >=
                    static_cast<std::uint64_t>(format.minimum_exponent() + 1023) &&
                magnitude - smallest <= largest - smallest) [[likely]]
                return static_cast<code_uint<Format>>(magnitude | (bits >> 63) << format.magnitude_bits());
        }
        return detail::encode_short(f, p, x);
    }
    const bool negative = bits >> 63 != 0;
    const int field = static_cast<int>(bits >> 52 & 0x7ff);
    const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
    if (field == 0x7ff)
        return (fraction != 0 ? encode_nan(f) : encode_infinity(f, p, negative)).value;
    if (field == 0)
        return encode_zero(f, negative).value;
    return halfulp::detail::encode_finite(f, p, negative, field - 1075, field - 1023,
                                          fraction | std::uint64_t{1} << 52, false, random)
        .value;
}

}  // namespace carrier
}  // namespace v0
}  // namespace halfulp
