// SPDX-License-Identifier: BSL-1.0
//
// Codes of integers as the tiles of their products take them: see simd/for_each_family.hpp for how this text is used,
// and simd/integer_operands.hpp for what it is part of.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// to[i] = (from[i] ^ flip) − offset, and the sum of the unsigned from[i] ^ flip, for `count` bytes, a multiple of 64;
/// or, with sums_of_eight, those of each eight, there.
inline std::uint32_t shift_codes(const std::uint8_t* from, std::uint8_t* to, std::size_t count,
                                 std::uint8_t flip, std::uint8_t offset,
                                 std::uint64_t* sums_of_eight) noexcept {
    const words8 flips = words8{} + flip, offsets = words8{} + offset;
    words64 sums = {};
    for (std::size_t i = 0; i < count; i += register_bytes) {
        __builtin_prefetch(from + i + 1024, 0, 2);
        const words8 code = load<words8>(from + i) ^ flips;
        words64 parts;
        __asm__("{vpsadbw %2, %1, %0|vpsadbw %0, %1, %2}" : "=v"(parts) : "v"(code), "v"(words8{}));
        store(to + i, code - offsets);
        if (sums_of_eight != nullptr)
            store(sums_of_eight + i / 8, parts);
        else
            sums += parts;
    }
    return static_cast<std::uint32_t>(sum_of_lanes(sums));
}

/// Half a register of bytes, a lane of 16 bits each: with zeros above them, or their sign.
struct half_of_bytes {
    std::uint8_t bytes[register_bytes / 2];
};
HALFULP_ALWAYS_INLINE words16 load_wide(const std::uint8_t* from) noexcept {
    words16 result;
    __asm__("{vpmovzxbw %1, %0|vpmovzxbw %0, %1}"
            : "=v"(result)
            : "m"(*reinterpret_cast<const half_of_bytes*>(from)));
    return result;
}
HALFULP_ALWAYS_INLINE words16 load_wide_signed(const std::uint8_t* from) noexcept {
    words16 result;
    __asm__("{vpmovsxbw %1, %0|vpmovsxbw %0, %1}"
            : "=v"(result)
            : "m"(*reinterpret_cast<const half_of_bytes*>(from)));
    return result;
}

/// to[i] = from[i] as 16 bits, for a multiple of 64 bytes.
inline void widen_codes(const std::uint8_t* from, std::uint16_t* to, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; i += register_bytes / 2)
        store(to + i, load_wide(from + i));
}

/// For each four codes c0 … c3 of fewer than 7 bits the 16 sums of those whose bit is set in the index:
/// to[16·g + n] = Σ_t c_t·(n >> t & 1). `groups` is a multiple of 4; reads and writes whole groups of four.
inline void make_tables(const std::uint8_t* codes, std::uint8_t* to, std::size_t groups) noexcept {
    constexpr int parts = register_bytes / 16;
    for (std::size_t g = 0; g < groups; g += parts) {
        alignas(16) std::uint8_t four[16] = {};
        __builtin_memcpy(four, codes + 4 * g, 4 * parts);
        const words8 all = repeat_part(four);
        words8 sums = {};
#pragma GCC unroll 4
        for (int t = 0; t < 4; ++t)
            sums += shuffle_bytes(all, load<words8>(lookup_places.codes[t])) &
                    load<words8>(lookup_places.bits[t]);
        store(to + 16 * g, sums);
    }
}

/// Bits of a plane as indices of tables: `words` words of 32 bits of each of lookup_columns lines, word w of line l
/// at from[w · lookup_columns + l], to eight steps of lookup_columns bytes for each w. See multiply_by_tables for
/// the order of the columns.
inline void make_indices(const std::uint32_t* from, std::uint8_t* to, std::size_t words) noexcept {
    constexpr int lanes = register_bytes / 4;
    const words32 low = words32{} + 15u;
    for (std::size_t w = 0; w < words; ++w)
#pragma GCC unroll 2
        for (int j = 0; j < lookup_registers; ++j) {
            const std::uint32_t* const lines =
                from + (w * lookup_registers + static_cast<std::size_t>(j)) * 4 * lanes;
            words32 bits[4];
#pragma GCC unroll 4
            for (int s = 0; s < 4; ++s)
                bits[s] = load<words32>(lines + s * lanes);
#pragma GCC unroll 8
            for (int step = 0; step < 8; ++step) {
                words32 index = {};
#pragma GCC unroll 4
                for (int s = 0; s < 4; ++s)
                    index |= (bits[s] >> (4 * step) & low) << (8 * s);
                store(to + (w * 8 + static_cast<std::size_t>(step)) * lookup_columns + j * register_bytes,
                      index);
            }
        }
}

/// How many bits are set.
inline std::uint32_t count_set_bits(const std::uint32_t* words, std::size_t count) noexcept {
    std::uint64_t sum = 0;
    std::size_t i = 0;
    for (; i + 2 <= count; i += 2) {
        std::uint64_t two;
        __builtin_memcpy(&two, words + i, 8);
        sum += static_cast<std::uint64_t>(__builtin_popcountll(two));
    }
    if (i < count)
        sum += static_cast<std::uint64_t>(__builtin_popcountll(words[i]));
    return static_cast<std::uint32_t>(sum);
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
