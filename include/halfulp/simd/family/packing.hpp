// SPDX-License-Identifier: BSL-1.0
//
// Codes of up to eight bits, a byte each, to and from a stream of bits, and to and from values: see
// simd/for_each_family.hpp for how this text is used. A block is 64 codes.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// out[i] = ((in[i] ^ flipped) << doubling) + offset modulo 256, for `count` bytes, a multiple of 64: from codes to
/// values and back.
inline void map_bytes(const std::uint8_t* in, std::uint8_t* out, std::size_t count, std::uint8_t flipped,
                      std::uint8_t doubling, std::uint8_t offset) noexcept {
    const words8 flip = words8{} + flipped;
    const words8 add = words8{} + offset;
    if (doubling != 0)
        for (std::size_t i = 0; i < count; i += register_bytes) {
            const words8 x = load<words8>(in + i) ^ flip;
            store(out + i, x + x + add);
        }
    else
        for (std::size_t i = 0; i < count; i += register_bytes)
            store(out + i, (load<words8>(in + i) ^ flip) + add);
}

/// Codes from values: out[i] = ((in[i] + offset) >> halving) & mask, where in[i] + offset is modulo 256.
inline void map_values(const std::uint8_t* in, std::uint8_t* out, std::size_t count, std::uint8_t offset,
                       std::uint8_t halving, std::uint8_t mask) noexcept {
    const words8 add = words8{} + offset;
    const words8 keep = words8{} + mask;
    if (halving != 0) {
        const words64 low7 = words64{} + 0x7f7f7f7f7f7f7f7fu;
        for (std::size_t i = 0; i < count; i += register_bytes) {
            const words64 x = reinterpret_cast<words64>(load<words8>(in + i) + add) >> 1;
            store(out + i, reinterpret_cast<words8>(x & low7) & keep);
        }
    } else {
        for (std::size_t i = 0; i < count; i += register_bytes)
            store(out + i, (load<words8>(in + i) + add) & keep);
    }
}

/// Whether a byte in[i] + offset, modulo 256, is above `largest`, or has a bit of `odd`.
inline bool any_out_of_range(const std::uint8_t* in, std::size_t count, std::uint8_t offset,
                             std::uint8_t largest, std::uint8_t odd) noexcept {
    const words8 add = words8{} + offset;
    const words8 most = words8{} + largest;
    const words8 bits = words8{} + odd;
    words8 found = {};
    for (std::size_t i = 0; i < count; i += register_bytes) {
        const words8 x = load<words8>(in + i) + add;
        words8 greater;
        __asm__("{vpmaxub %2, %1, %0|vpmaxub %0, %1, %2}" : "=v"(greater) : "v"(x), "v"(most));
        found |= (greater ^ most) | (x & bits);
    }
    const words64 lanes = reinterpret_cast<words64>(found);
    std::uint64_t any = 0;
    for (std::size_t lane = 0; lane < sizeof(lanes) / 8; ++lane)
        any |= lanes[lane];
    return any != 0;
}

#if HALFULP_FAMILY_BYTES == 64

/// The first `count` bytes of a register, 1 … 64; nothing behind them is touched.
HALFULP_ALWAYS_INLINE std::uint64_t first_bytes(int count) noexcept {
    return ~std::uint64_t{0} >> (64 - count);
}
HALFULP_ALWAYS_INLINE words8 load_bytes(const std::uint8_t* from, std::uint64_t mask) noexcept {
    typedef words8 loose __attribute__((aligned(1), may_alias));
    words8 result;
    __asm__("{vmovdqu8 %1, %0%{%2%}%{z%}|vmovdqu8 %0%{%2%}%{z%}, %1}"
            : "=v"(result)
            : "m"(*reinterpret_cast<const loose*>(from)), "Yk"(mask));
    return result;
}
HALFULP_ALWAYS_INLINE void store_bytes(std::uint8_t* to, words8 value, std::uint64_t mask) noexcept {
    typedef words8 loose __attribute__((aligned(1), may_alias));
    __asm__("{vmovdqu8 %1, %0%{%2%}|vmovdqu8 %0%{%2%}, %1}"
            : "+m"(*reinterpret_cast<loose*>(to))
            : "v"(value), "Yk"(mask));
}
/// Bytes picked by number.
HALFULP_ALWAYS_INLINE words8 permute_bytes(words8 x, words8 numbers) noexcept {
    words8 result;
    __asm__("{vpermb %2, %1, %0|vpermb %0, %1, %2}" : "=v"(result) : "v"(numbers), "v"(x));
    return result;
}

/// Each byte the eight bits of its lane of 64 that begin where the shift says.
HALFULP_ALWAYS_INLINE words8 shift_out_bytes(words8 lanes, words8 shifts) noexcept {
    words8 result;
    __asm__("{vpmultishiftqb %2, %1, %0|vpmultishiftqb %0, %1, %2}" : "=v"(result) : "v"(shifts), "v"(lanes));
    return result;
}

/// `count` codes of Bits bits (1 to 7), a whole number of blocks, from a stream in which code i has the bits from
/// i · Bits and bit j is bit j mod 8 of byte j / 8, where extensions::vbmi is: the Bits bytes of eight codes go to a lane of 64 bits, from which each byte
/// of the result takes the eight bits that begin at its code's.
template <int Bits>
inline void unpack_bits_permuted(const std::uint8_t* packed, std::uint8_t* codes,
                                 std::size_t count) noexcept {
    const words8 place = load<words8>(bit_permutation<Bits>.from_bytes);
    const words8 shift = load<words8>(bit_permutation<Bits>.shifts);
    const words8 low = words8{} + static_cast<std::uint8_t>((1 << Bits) - 1);
    const std::uint64_t mask = first_bytes(8 * Bits);
    for (std::size_t i = 0; i < count; i += 64, packed += 8 * Bits) {
        const words8 lanes = permute_bytes(load_bytes(packed, mask), place);
        store(codes + i, shift_out_bytes(lanes, shift) & low);
    }
}

/// The inverse, where extensions::vbmi is: neighbours are joined by multiplications, whose terms do not overlap, then the
/// Bits bytes of each lane put side by side.
template <int Bits>
inline void pack_bits_permuted(const std::uint8_t* codes, std::uint8_t* packed, std::size_t count) noexcept {
    const words8 place = load<words8>(bit_permutation<Bits>.to_bytes);
    const std::uint64_t mask = first_bytes(8 * Bits);
    const words64 zero = {};
    // x + 2^Bits·y of neighbours, the first factor of vpmaddubsw being unsigned.
    const words64 weigh_bytes = zero + (1u | 1u << (8 + Bits)) * 0x0001000100010001u;
    const words64 weigh_pairs = zero + (1u | 1u << (16 + 2 * Bits)) * 0x0000000100000001u;
    const words64 low = zero + 0x00000000ffffffffu;
    const words64 keep = zero + ((1u << Bits) - 1) * 0x0101010101010101u;
    for (std::size_t i = 0; i < count; i += 64, packed += 8 * Bits) {
        const words64 code = load<words64>(codes + i) & keep;
        words64 pairs, fours;
        __asm__("{vpmaddubsw %1, %2, %0|vpmaddubsw %0, %2, %1}" : "=v"(pairs) : "v"(code), "v"(weigh_bytes));
        __asm__("{vpmaddwd %1, %2, %0|vpmaddwd %0, %2, %1}" : "=v"(fours) : "v"(pairs), "v"(weigh_pairs));
        const words64 eights = (fours & low) | ((fours & ~low) >> (32 - 4 * Bits));
        store_bytes(packed, permute_bytes(reinterpret_cast<words8>(eights), place), mask);
    }
}

#else

// By shuffles within 16 bytes, which AVX-512 without VBMI uses too; whole blocks.

/// 64 codes; reads 16 bytes from the last group of 16 codes' on.
template <int Bits>
HALFULP_ALWAYS_INLINE void unpack_block_shuffled(const std::uint8_t* packed, std::uint8_t* codes,
                                                 words8 place, words64 factor) noexcept {
    struct sixteen_bytes {
        std::uint8_t byte[16];
    };
    const words8 low = words8{} + static_cast<std::uint8_t>((1 << Bits) - 1);
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
        words16 sixteen[2];
#pragma GCC unroll 2
        for (int j = 0; j < 2; ++j) {
            // The two bytes that hold a code in a lane of 16 bits, shifted so that it begins at bit 8.
            words8 twice;
            __asm__("{vbroadcasti128 %1, %0|vbroadcasti128 %0, %1}"
                    : "=x"(twice)
                    : "m"(*reinterpret_cast<const sixteen_bytes*>(packed + (2 * half + j) * 2 * Bits)));
            sixteen[j] = (reinterpret_cast<words16>(shuffle_bytes(twice, place)) *
                          reinterpret_cast<words16>(factor)) >>
                         8;
        }
        words64 joined;
        __asm__("{vpackuswb %2, %1, %0|vpackuswb %0, %1, %2}"
                : "=x"(joined)
                : "x"(sixteen[0]), "x"(sixteen[1]));
        store(codes + 32 * half,
              reinterpret_cast<words8>(__builtin_shufflevector(joined, joined, 0, 2, 1, 3)) & low);
    }
}
template <int Bits>
inline void unpack_bits_shuffled(const std::uint8_t* packed, std::uint8_t* codes,
                                 std::size_t count) noexcept {
    const words8 place = load<words8>(bit_shuffle<Bits>.from_bytes);
    const words64 factor = load<words64>(bit_shuffle<Bits>.factors);
    std::size_t i = 0;
    for (; (count - i) / 8 * Bits >= 6 * Bits + 16; i += 64, packed += 8 * Bits)
        unpack_block_shuffled<Bits>(packed, codes + i, place, factor);
    for (; i < count; i += 64, packed += 8 * Bits) {
        std::uint8_t last[8 * Bits + 16];
        __builtin_memcpy(last, packed, 8 * Bits);
        __builtin_memset(last + 8 * Bits, 0, 16);
        unpack_block_shuffled<Bits>(last, codes + i, place, factor);
    }
}

/// 32 codes; writes 16 bytes from the last group of 16 codes' on.
template <int Bits>
HALFULP_ALWAYS_INLINE void pack_half_block_shuffled(const std::uint8_t* codes, std::uint8_t* packed,
                                                    words8 place) noexcept {
    const words64 zero = {};
    const words64 keep = zero + ((1u << Bits) - 1) * 0x0101010101010101u;
    const words64 weigh_bytes = zero + (1u | 1u << (8 + Bits)) * 0x0001000100010001u;
    const words64 weigh_pairs = zero + (1u | 1u << (16 + 2 * Bits)) * 0x0000000100000001u;
    const words64 low = zero + 0x00000000ffffffffu;
    const words64 code = load<words64>(codes) & keep;
    words64 pairs, fours;
    __asm__("{vpmaddubsw %1, %2, %0|vpmaddubsw %0, %2, %1}" : "=x"(pairs) : "x"(code), "x"(weigh_bytes));
    __asm__("{vpmaddwd %1, %2, %0|vpmaddwd %0, %2, %1}" : "=x"(fours) : "x"(pairs), "x"(weigh_pairs));
    const words64 eights = (fours & low) | ((fours & ~low) >> (32 - 4 * Bits));
    const words8 joined = shuffle_bytes(reinterpret_cast<words8>(eights), place);
    std::uint8_t halves[32];
    store(halves, joined);
    __builtin_memcpy(packed, halves, 16);
    __builtin_memcpy(packed + 2 * Bits, halves + 16, 16);
}
template <int Bits>
inline void pack_bits_shuffled(const std::uint8_t* codes, std::uint8_t* packed, std::size_t count) noexcept {
    const words8 place = load<words8>(bit_shuffle<Bits>.to_bytes);
    std::size_t i = 0;
    for (; (count - i) / 8 * Bits >= 2 * Bits + 16; i += 32, packed += 4 * Bits)
        pack_half_block_shuffled<Bits>(codes + i, packed, place);
    for (; i < count; i += 32, packed += 4 * Bits) {
        std::uint8_t last[2 * Bits + 16];
        pack_half_block_shuffled<Bits>(codes + i, last, place);
        __builtin_memcpy(packed, last, 4 * Bits);
    }
}

#endif

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
