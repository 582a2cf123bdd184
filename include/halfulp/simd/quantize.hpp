// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A line of floats to the codes of a uniform quantiser (kernels/quantized_code.hpp), ties to even, and the range of a
/// line. Every level gives the same codes.
///
/// **Most elements** take a multiplication: t' = fma(r, RN(1/S), b), where b = 0, or half of A − Z in a bipolar format,
/// whose multiplier is half as large, too. With t the exact number that is rounded, |t'| ≤ L where it is not clipped,
/// the reciprocal and the fma each off by at most 2^−24 of what they give, and the error of the reciprocal is relative
/// to t − b: |t' − t| ≤ (2L + |b|)·2^−24·(1 + 2^−22). Where t' is closer than 1/2 less twice that to an integer, t
/// rounds to the same integer; elsewhere the element is doubtful. Clipping t' first changes nothing, as the ends of the
/// range are integers. Where S is a power of two and b is 0, t' is exact up to underflow, which does not reach 1/2, so
/// nothing is doubtful.
///
/// **Doubtful ones** are divided in double. Let h be a multiple of 1/2 other than 0, |h| ≤ 2^20, and r = R·2^a,
/// S = s·2^b with significands from 2^23 to 2^24 − 1. If r/S ≠ h, then |r/S − h| = |2r − 2h·S| / 2S > 2^−26: for a ≥ b
/// the numerator is a multiple of 2^b, for a = b − 1 and b − 2 of 2^(b−1) and S below 2^(b+24); for a < b − 2 the
/// quotient is below 1/4. The double nearest to r/S is within 2^−33 of it, so it lies on the same side of h as r/S, and
/// is h only where r/S is. Around 0 it may be as small as 2^−277, which the sum with A − Z would lose; magnitudes below
/// 2^−30 are therefore replaced by it where there is such a sum, which moves them past no h.

#include <halfulp/formats/packed_layout.hpp>
#include <halfulp/kernels/quantized_code.hpp>
#include <halfulp/simd/array_kernels.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// A quantiser, as the fast path reads it; see the file comment.
struct quantizer_constants {
    static constexpr double closest_to_zero = 0x1p-30;
    /// Beyond it the definition runs.
    static constexpr std::int32_t largest_zero_point = 1 << 14;

    float multiplier = 0;  ///< RN(1/S), or half of it
    float summand = 0;     ///< b
    float smallest = 0;    ///< the range of the rounded number
    float largest = 0;
    float doubtful_from = 0;   ///< a distance from the nearest integer; 0 where all elements are divided
    std::uint32_t offset = 0;  ///< code = (rounded number + offset) & mask
    std::uint32_t mask = 0;
    double scale = 1;
    double exact_summand = 0;  ///< A − Z
    double factor = 1;         ///< 1/2 in a bipolar format
    bool is_bipolar = false;

    quantizer_constants(float s, std::int32_t zero_point, const integer_format& format) noexcept
        : mask(static_cast<std::uint32_t>(format.code_mask())),
          scale(s),
          is_bipolar(format.encoding == integer_encoding::bipolar) {
        const auto maximum = static_cast<std::int32_t>(format.maximum());
        if (is_bipolar) {
            exact_summand = static_cast<double>(maximum - zero_point);
            factor = 0.5;
            summand = static_cast<float>(maximum - zero_point) / 2;
            largest = static_cast<float>(maximum);
        } else {
            smallest = static_cast<float>(static_cast<std::int32_t>(format.minimum()) + zero_point);
            largest = static_cast<float>(maximum + zero_point);
            offset = static_cast<std::uint32_t>(format.code_of(0)) - static_cast<std::uint32_t>(zero_point);
        }
        // Outside of it the reciprocal is not a normal number.
        if (!(s >= 0x1p-100f && s <= 0x1p100f))
            return;
        multiplier = 1 / s * static_cast<float>(factor);
        const bool is_power_of_two = (std::bit_cast<std::uint32_t>(s) & 0x7fffffu) == 0;
        const float bound = std::fmax(std::fabs(smallest), std::fabs(largest)) + 1;
        doubtful_from =
            is_power_of_two && !is_bipolar ? 1.0f : 0.5f - (2 * bound + std::fabs(summand)) * 0x1p-23f;
    }
};

/// Floats of a register of any family: what ranges are found of at once.
inline constexpr std::size_t range_step = 16;

/// The ends of a range of floats.
struct range_of_floats {
    float smallest = std::numeric_limits<float>::infinity();
    float largest = -std::numeric_limits<float>::infinity();
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/quantize.hpp>
#include <halfulp/simd/for_each_family.hpp>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// codes[i] = the code of from[i] under a positive finite scale and a zero point, ties to even, in the low bits of a
/// byte, i < count. The format has at most 8 bits. Infinities are clipped; NaN gives the smallest value. Writes `count`
/// bytes. O(count).
inline void quantize_line([[maybe_unused]] isa level, const float* from, std::size_t count, float scale,
                          std::int32_t zero_point, const integer_format& format, std::uint8_t* codes) {
#if HALFULP_HAS_SIMD
    constexpr std::int32_t most = quantizer_constants::largest_zero_point;
    if (level != isa::plain && zero_point <= most && zero_point >= -most) {
        const quantizer_constants constants(scale, zero_point, format);
        const auto quantize = HALFULP_SIMD_SELECT(level, quantize_block);
        const std::size_t whole = count / block * block;
        quantize(from, whole, constants, codes);
        if (whole != count) {
            alignas(64) float rest[block] = {};
            alignas(64) std::uint8_t rest_codes[block];
            std::memcpy(rest, from + whole, (count - whole) * sizeof(float));
            quantize(rest, block, constants, rest_codes);
            std::memcpy(codes + whole, rest_codes, count - whole);
        }
        return;
    }
#endif
    for (std::size_t i = 0; i < count; ++i)
        codes[i] = v0::detail::quantized_code(from[i], scale, zero_point, format, projection{}, 0);
}

/// max |from[i]|; NaN if one is NaN, 0 if there are none. O(count).
inline float largest_magnitude([[maybe_unused]] isa level, const float* from, std::size_t count) {
    std::uint32_t result = 0;
    std::size_t done = 0;
#if HALFULP_HAS_SIMD
    if (level != isa::plain) {
        done = count / range_step * range_step;
        result = HALFULP_SIMD_SELECT(level, largest_magnitude_bits)(from, done);
    }
#endif
    for (; done < count; ++done) {
        const std::uint32_t bits = std::bit_cast<std::uint32_t>(from[done]) & 0x7fffffffu;
        result = bits > result ? bits : result;
    }
    // One NaN for all of them, as which one is the largest says nothing.
    return result > 0x7f800000u ? std::numeric_limits<float>::quiet_NaN() : std::bit_cast<float>(result);
}

/// `range` widened by numbers of which none is NaN; a zero end is +0. O(count).
inline range_of_floats range_with([[maybe_unused]] isa level, range_of_floats range, const float* from,
                                  std::size_t count) {
    std::size_t done = 0;
#if HALFULP_HAS_SIMD
    if (level != isa::plain) {
        done = count / range_step * range_step;
        HALFULP_SIMD_SELECT(level, widen_range)(from, done, range.smallest, range.largest);
    }
#endif
    for (; done < count; ++done) {
        range.smallest = from[done] < range.smallest ? from[done] : range.smallest;
        range.largest = from[done] > range.largest ? from[done] : range.largest;
    }
    // −0 + 0 is +0: which of the two zeros was met first must not matter.
    return {range.smallest + 0.0f, range.largest + 0.0f};
}

}  // namespace simd
}  // namespace v0
}  // namespace halfulp
