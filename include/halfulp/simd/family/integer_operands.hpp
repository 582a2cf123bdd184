// SPDX-License-Identifier: BSL-1.0
//
// Codes of integers as the tiles of their products take them: see simd/for_each_family.hpp for how this text is used,
// and simd/integer_operands.hpp for what it is part of.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// to[i] = (from[i] ^ flip) − offset, and the sum of the unsigned from[i] ^ flip, for `count` bytes, a multiple of 64.
inline std::uint32_t shift_codes(const std::uint8_t* from, std::uint8_t* to, std::size_t count,
                                 std::uint8_t flip, std::uint8_t offset) noexcept {
    const words8 flips = words8{} + flip, offsets = words8{} + offset;
    words64 sums = {};
    for (std::size_t i = 0; i < count; i += register_bytes) {
        const words8 code = load<words8>(from + i) ^ flips;
        words64 parts;
        __asm__("{vpsadbw %2, %1, %0|vpsadbw %0, %1, %2}" : "=v"(parts) : "v"(code), "v"(words8{}));
        sums += parts;
        store(to + i, code - offsets);
    }
    return static_cast<std::uint32_t>(sum_of_lanes(sums));
}

/// to[i] = from[i] as 16 bits, for a multiple of 64 bytes.
inline void widen_codes(const std::uint8_t* from, std::uint16_t* to, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; i += register_bytes / 2) {
        struct half {
            std::uint8_t bytes[register_bytes / 2];
        };
        words16 wide;
        __asm__("{vpmovzxbw %1, %0|vpmovzxbw %0, %1}"
                : "=v"(wide)
                : "m"(*reinterpret_cast<const half*>(from + i)));
        store(to + i, wide);
    }
}

/// For each four codes c0 … c3 of fewer than 7 bits the 16 sums of those whose bit is set in the index:
/// to[16·g + n] = Σ_t c_t·(n >> t & 1). `groups` is a multiple of 4; reads and writes whole groups of four.
inline void make_tables(const std::uint8_t* codes, std::uint8_t* to, std::size_t groups) noexcept {
    constexpr int parts = register_bytes / 16;
    // In part p of the register the bytes of its group's code t, and where bit t of the index is set.
    words8 chosen[4], is_set[4];
    for (int t = 0; t < 4; ++t)
        for (int i = 0; i < register_bytes; ++i) {
            chosen[t][i] = static_cast<std::uint8_t>(4 * (i / 16) + t);
            is_set[t][i] = (i >> t & 1) != 0 ? 0xff : 0;
        }
    for (std::size_t g = 0; g < groups; g += parts) {
        alignas(16) std::uint8_t four[16] = {};
        __builtin_memcpy(four, codes + 4 * g, 4 * parts);
        const words8 all = repeat_part(four);
        words8 sums = {};
#pragma GCC unroll 4
        for (int t = 0; t < 4; ++t)
            sums += look_up(all, chosen[t]) & is_set[t];
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

/// Bit planes of `count` codes, a multiple of 64: bit k mod 32 of word k / 32 of plane p is bit p of code k.
inline void planes_of_codes(const std::uint8_t* codes, std::size_t count, int planes, std::uint32_t* to,
                            std::size_t plane_stride) noexcept {
    for (std::size_t k = 0; k < count; k += 64)
        for (int p = 0; p < planes; ++p) {
            std::uint64_t bits = 0;
#if HALFULP_FAMILY_BYTES == 64
            const words8 chosen = words8{} + static_cast<std::uint8_t>(1u << p);
            __asm__("{vptestmb %2, %1, %%k1\n\tkmovq %%k1, %0|vptestmb k1, %1, %2\n\tkmovq %0, k1}"
                    : "=r"(bits)
                    : "v"(load<words8>(codes + k)), "v"(chosen)
                    : "k1");
#else
            for (int half = 0; half < 2; ++half) {
                const words16 code = load<words16>(codes + k + 32 * static_cast<std::size_t>(half));
                const words16 top = code << (7 - p);
                std::uint32_t mask;
                __asm__("{vpmovmskb %1, %0|vpmovmskb %0, %1}" : "=r"(mask) : "x"(top));
                bits |= static_cast<std::uint64_t>(mask) << (32 * half);
            }
#endif
            std::uint32_t* const place = to + static_cast<std::size_t>(p) * plane_stride + k / 32;
            place[0] = static_cast<std::uint32_t>(bits);
            place[1] = static_cast<std::uint32_t>(bits >> 32);
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
