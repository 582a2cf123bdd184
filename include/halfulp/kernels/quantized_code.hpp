// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The definition of uniform quantisation, element by element: a real number r, a scale S > 0 and a zero point Z give
/// an integer Q of a format, for which r ≈ S·(Q + Z).
///
/// | encoding                          | Q                                                                      |
/// |-----------------------------------|------------------------------------------------------------------------|
/// | two's complement, unsigned, ternary | round(r/S) − Z, clipped to the range of the format                   |
/// | bipolar                           | 2u − A, A = 2^N − 1, u = round((r/S − Z + A)/2) clipped to [0, A]      |
///
/// `round` is that of the exact quotient of the two floats, once, in any mode. Z is subtracted from the rounded
/// number: round(r/S − Z) is another one where Z is odd and r/S is a tie, as the even neighbours of one are the odd
/// neighbours of the other. In a bipolar format it is the code u that is rounded, which is at least 0: the nearest
/// odd integer is taken, the one with an even u of two, and toward_zero means the odd integer below.
///
/// Infinities are clipped. NaN gives the smallest value of the format here; array functions refuse it.

#include <halfulp/core/round_magnitude.hpp>
#include <halfulp/formats/integer_format.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// |r/S| = whole + (fraction + t)·2^−36, with t = 0, or 0 < t < 1 if sticky.
struct exact_quotient {
    static constexpr int fraction_bits = 36;

    std::uint64_t whole = 0;
    std::uint64_t fraction = 0;
    bool sticky = false;
    bool is_huge = false;  ///< |r/S| is at least 2^38: beyond every format for every zero point
};

/// |x| = significand · 2^exponent with a significand from 2^23 to 2^24 − 1; x is finite and not zero.
struct normalized_float {
    std::uint64_t significand;
    int exponent;

    constexpr explicit normalized_float(float x) noexcept : significand(0), exponent(0) {
        const std::uint32_t magnitude = std::bit_cast<std::uint32_t>(x) & 0x7fffffffu;
        const auto field = static_cast<int>(magnitude >> 23);
        significand = (magnitude & 0x7fffffu) | (field != 0 ? 0x800000u : 0u);
        const int shift = std::countl_zero(significand) - 40;
        significand <<= shift;
        exponent = (field != 0 ? field : 1) - 150 - shift;
    }
};

/// |r| / S for a finite or infinite r and a positive finite S.
constexpr exact_quotient quotient_of(float r, float scale) noexcept {
    constexpr int bits = exact_quotient::fraction_bits;
    const std::uint32_t magnitude = std::bit_cast<std::uint32_t>(r) & 0x7fffffffu;
    if (magnitude == 0)
        return {};
    if (magnitude >= 0x7f800000u)
        return {.is_huge = true};
    const normalized_float x(r), s(scale);
    const int k = x.exponent - s.exponent;
    if (k > 38)
        return {.is_huge = true};
    if (k >= 0) {
        const std::uint64_t numerator = x.significand << k;
        const std::uint64_t rest = numerator % s.significand << bits;
        return {numerator / s.significand, rest / s.significand, rest % s.significand != 0, false};
    }
    // The quotient of the significands to 39 places, of which 36 + k are looked at one by one.
    const std::uint64_t numerator = x.significand << 39;
    const std::uint64_t places = numerator / s.significand;
    const int dropped = 39 - bits - k;
    const std::uint64_t kept = shift_right(places, dropped);
    return {kept >> bits, low_bits(kept, bits),
            numerator % s.significand != 0 || (dropped >= 64 ? places : low_bits(places, dropped)) != 0,
            false};
}

/// The code of r in a format of at most 8 bits; see the file comment. `random` are the bits of the stochastic modes.
constexpr std::uint8_t quantized_code(float r, float scale, std::int32_t zero_point,
                                      const integer_format& format, const projection& direction,
                                      std::uint64_t random) noexcept {
    constexpr int bits = exact_quotient::fraction_bits;
    const auto code = [&](std::int64_t value) { return static_cast<std::uint8_t>(format.code_of(value)); };
    const std::int64_t smallest = format.minimum();
    const auto largest = static_cast<std::int64_t>(format.maximum());
    const bool is_negative = std::bit_cast<std::uint32_t>(r) >> 31 != 0;
    if (r != r)
        return code(smallest);
    exact_quotient q = quotient_of(r, scale);
    if (q.is_huge)
        return code(is_negative ? smallest : largest);

    if (format.encoding != integer_encoding::bipolar) {
        // Only the parity of the whole part decides.
        const std::uint64_t odd = q.whole & 1;
        const std::uint64_t rounded = q.whole - odd +
                                      round_magnitude<std::uint64_t>(odd << bits | q.fraction, bits, q.sticky,
                                                                     is_negative, true, direction, random)
                                          .value;
        const std::int64_t value =
            (is_negative ? -static_cast<std::int64_t>(rounded) : static_cast<std::int64_t>(rounded)) -
            zero_point;
        return code(value < smallest ? smallest : value > largest ? largest : value);
    }

    auto floor = static_cast<std::int64_t>(q.whole);
    if (is_negative) {
        floor = -floor;
        if (q.fraction != 0 || q.sticky) {
            --floor;
            q.fraction = (std::uint64_t{1} << bits) - q.fraction - q.sticky;
            floor += static_cast<std::int64_t>(q.fraction >> bits);
            q.fraction = low_bits(q.fraction, bits);
        }
    }
    const std::int64_t doubled = floor - zero_point + largest;
    if (doubled < 0)
        return 0;
    if (doubled >= 2 * largest)
        return static_cast<std::uint8_t>(largest);
    return static_cast<std::uint8_t>(
        round_magnitude<std::uint64_t>(static_cast<std::uint64_t>(doubled) << bits | q.fraction, bits + 1,
                                       q.sticky, false, true, direction, random)
            .value);
}

/// S·(Q + Z), rounded once to float, ties to even; infinity beyond the largest float.
///
/// Q + Z has at most 33 bits. Up to 29 its product with the 24 bits of S is exact in double, and becomes a float by one
/// rounding. Beyond, what the product in double lacks is known exactly, and makes its last bit odd, which keeps the
/// second rounding correct.
inline float dequantized_value(std::int64_t value, std::int32_t zero_point, float scale) noexcept {
    const double sum = static_cast<double>(value + zero_point);
    double product = sum * scale;
    if (sum > 0x1p29 || sum < -0x1p29) {
        const double rest = std::fma(sum, static_cast<double>(scale), -product);
        const auto word = std::bit_cast<std::uint64_t>(product);
        if (rest != 0 && (word & 1) == 0)
            product = std::bit_cast<double>((rest < 0) == (product < 0) ? word + 1 : word - 1);
    }
    // What rounds to 2^128; a conversion of that is undefined in C++.
    constexpr double beyond = 0x1.ffffffp127;
    if (product >= beyond || product <= -beyond)
        return product < 0 ? -std::numeric_limits<float>::infinity() : std::numeric_limits<float>::infinity();
    return static_cast<float>(product);
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
