// SPDX-License-Identifier: BSL-1.0
//
// Floats to the codes of a uniform quantiser, and the range of floats: see simd/for_each_family.hpp for how this text
// is used, and simd/quantize.hpp for why the results are those of the definition.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// The greater and the lesser of two numbers; y if one is NaN.
HALFULP_ALWAYS_INLINE reals32 maximum_or_second(reals32 x, reals32 y) noexcept {
    reals32 result;
    __asm__("{vmaxps %2, %1, %0|vmaxps %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}
HALFULP_ALWAYS_INLINE reals32 minimum_or_second(reals32 x, reals32 y) noexcept {
    reals32 result;
    __asm__("{vminps %2, %1, %0|vminps %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}
HALFULP_ALWAYS_INLINE reals64 maximum_or_second(reals64 x, reals64 y) noexcept {
    reals64 result;
    __asm__("{vmaxpd %2, %1, %0|vmaxpd %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}
HALFULP_ALWAYS_INLINE reals64 minimum_or_second(reals64 x, reals64 y) noexcept {
    reals64 result;
    __asm__("{vminpd %2, %1, %0|vminpd %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}
HALFULP_ALWAYS_INLINE reals32 multiply_and_add(reals32 x, reals32 y, reals32 z) noexcept {
    __asm__("{vfmadd213ps %2, %1, %0|vfmadd213ps %0, %1, %2}" : "+v"(x) : "v"(y), "v"(z));
    return x;
}

/// The codes of as many floats as four registers have, by division in double.
inline void quantize_exactly(const float* from, const quantizer_constants& c, std::uint8_t* codes) noexcept {
    constexpr std::size_t lanes = lanes_of<double>::count;
    const reals64 scale = repeat(c.scale);
    const reals64 summand = repeat(c.exact_summand);
    const reals64 factor = repeat(c.factor);
    const reals64 smallest = repeat(static_cast<double>(c.smallest));
    const reals64 largest = repeat(static_cast<double>(c.largest));
    const reals64 to_integer = repeat(0x1.8p52);
    const words64 zero = {};
    const words64 sign_bit = zero + (std::uint64_t{1} << 63);
    const words64 closest = as_words(repeat(quantizer_constants::closest_to_zero));
    const words64 offset = zero + c.offset;
    const words64 mask = zero + c.mask;
    for (std::size_t half = 0; half < 2; ++half) {
        words64 result[together];
#pragma GCC unroll 4
        for (std::size_t j = 0; j < together; ++j) {
            reals64 q = load_as_double(from + (half * together + j) * lanes) / scale;
            if (c.is_bipolar) {
                const words64 word = as_words(q);
                const words64 magnitude = word & ~sign_bit;
                const words64 moved = greater_of(magnitude, closest) | (word & sign_bit);
                q = as_reals(magnitude == zero ? word : moved);
                q = (q + summand) * factor;
            }
            q = minimum_or_second(maximum_or_second(q, smallest), largest);
            result[j] = (as_words(q + to_integer) + offset) & mask;
        }
        store_codes(codes + half * together * lanes, result);
    }
}

/// codes[i] = the code of from[i], ties to even; the count is a multiple of simd::block.
inline void quantize_block(const float* from, std::size_t count, const quantizer_constants& c,
                           std::uint8_t* codes) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    const reals32 multiplier = repeat(c.multiplier);
    const reals32 summand = repeat(c.summand);
    const reals32 smallest = repeat(c.smallest);
    const reals32 largest = repeat(c.largest);
    const reals32 to_integer = repeat(0x1.8p23f);
    const words32 zero = {};
    const words32 magnitude = zero + 0x7fffffffu;
    const words32 doubtful = zero + std::bit_cast<std::uint32_t>(c.doubtful_from);
    const words32 offset = zero + c.offset;
    const words32 mask = zero + c.mask;
    for (std::size_t i = 0; i < count; i += together * lanes) {
        words32 result[together];
        words32 furthest = {};
#pragma GCC unroll 4
        for (std::size_t j = 0; j < together; ++j) {
            reals32 x = multiply_and_add(load<reals32>(from + i + j * lanes), multiplier, summand);
            x = minimum_or_second(maximum_or_second(x, smallest), largest);
            const reals32 shifted = x + to_integer;
            furthest = greater_of(furthest, as_words(x - (shifted - to_integer)) & magnitude);
            result[j] = (as_words(shifted) + offset) & mask;
        }
        if (any_at_least(furthest, doubtful)) [[unlikely]]
            quantize_exactly(from + i, c, codes + i);
        else
            store_codes(codes + i, result);
    }
}

/// The largest |from[i]| as bits, of which those of NaN are above all others; the count is a multiple of
/// simd::range_step.
inline std::uint32_t largest_magnitude_bits(const float* from, std::size_t count) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    words32 found[together] = {};
    const words32 magnitude = words32{} + 0x7fffffffu;
    std::size_t i = 0;
    for (; i + together * lanes <= count; i += together * lanes)
#pragma GCC unroll 4
        for (std::size_t j = 0; j < together; ++j)
            found[j] = greater_of(found[j], load<words32>(from + i + j * lanes) & magnitude);
    for (; i < count; i += lanes)
        found[0] = greater_of(found[0], load<words32>(from + i) & magnitude);
    const words32 all = greater_of(greater_of(found[0], found[1]), greater_of(found[2], found[3]));
    std::uint32_t result = 0;
    for (std::size_t lane = 0; lane < lanes; ++lane)
        result = all[lane] > result ? all[lane] : result;
    return result;
}

/// Widens a range by `count` numbers, none of them NaN; the count is a multiple of simd::range_step.
inline void widen_range(const float* from, std::size_t count, float& smallest, float& largest) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    reals32 low[together], high[together];
#pragma GCC unroll 4
    for (std::size_t j = 0; j < together; ++j) {
        low[j] = repeat(smallest);
        high[j] = repeat(largest);
    }
    std::size_t i = 0;
    for (; i + together * lanes <= count; i += together * lanes)
#pragma GCC unroll 4
        for (std::size_t j = 0; j < together; ++j) {
            const reals32 x = load<reals32>(from + i + j * lanes);
            low[j] = minimum_or_second(x, low[j]);
            high[j] = maximum_or_second(x, high[j]);
        }
    for (; i < count; i += lanes) {
        const reals32 x = load<reals32>(from + i);
        low[0] = minimum_or_second(x, low[0]);
        high[0] = maximum_or_second(x, high[0]);
    }
    const reals32 lowest =
        minimum_or_second(minimum_or_second(low[0], low[1]), minimum_or_second(low[2], low[3]));
    const reals32 highest =
        maximum_or_second(maximum_or_second(high[0], high[1]), maximum_or_second(high[2], high[3]));
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        smallest = lowest[lane] < smallest ? lowest[lane] : smallest;
        largest = highest[lane] > largest ? highest[lane] : largest;
    }
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
