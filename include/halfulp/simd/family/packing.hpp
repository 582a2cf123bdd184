// SPDX-License-Identifier: BSL-1.0
//
// Codes of up to eight bits, a byte each, to and from packed layouts: see simd/for_each_family.hpp for how this text
// is used. A block is 64 codes.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

typedef std::uint8_t bytes8 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));

/// out[i] = ((in[i] ^ flipped) << doubling) + offset modulo 256, for `count` bytes, a multiple of 64: from codes to
/// values and back.
inline void map_bytes(const std::uint8_t* in, std::uint8_t* out, std::size_t count, std::uint8_t flipped,
                      std::uint8_t doubling, std::uint8_t offset) noexcept {
    const bytes8 flip = bytes8{} + flipped;
    const bytes8 add = bytes8{} + offset;
    if (doubling != 0)
        for (std::size_t i = 0; i < count; i += register_bytes) {
            const bytes8 x = load<bytes8>(in + i) ^ flip;
            store(out + i, x + x + add);
        }
    else
        for (std::size_t i = 0; i < count; i += register_bytes)
            store(out + i, (load<bytes8>(in + i) ^ flip) + add);
}

/// Codes from values: out[i] = ((in[i] + offset) >> halving) & mask, where in[i] + offset is modulo 256.
inline void map_values(const std::uint8_t* in, std::uint8_t* out, std::size_t count, std::uint8_t offset,
                       std::uint8_t halving, std::uint8_t mask) noexcept {
    const bytes8 add = bytes8{} + offset;
    const bytes8 keep = bytes8{} + mask;
    if (halving != 0) {
        const words64 low7 = words64{} + 0x7f7f7f7f7f7f7f7fu;
        for (std::size_t i = 0; i < count; i += register_bytes) {
            const words64 x = reinterpret_cast<words64>(load<bytes8>(in + i) + add) >> 1;
            store(out + i, reinterpret_cast<bytes8>(x & low7) & keep);
        }
    } else {
        for (std::size_t i = 0; i < count; i += register_bytes)
            store(out + i, (load<bytes8>(in + i) + add) & keep);
    }
}

/// Whether a byte in[i] + offset, modulo 256, is above `largest`, or has a bit of `odd`.
inline bool any_out_of_range(const std::uint8_t* in, std::size_t count, std::uint8_t offset,
                             std::uint8_t largest, std::uint8_t odd) noexcept {
    const bytes8 add = bytes8{} + offset;
    const bytes8 most = bytes8{} + largest;
    const bytes8 bits = bytes8{} + odd;
    bytes8 found = {};
    for (std::size_t i = 0; i < count; i += register_bytes) {
        const bytes8 x = load<bytes8>(in + i) + add;
        bytes8 greater;
        __asm__("{vpmaxub %2, %1, %0|vpmaxub %0, %1, %2}" : "=v"(greater) : "v"(x), "v"(most));
        found |= (greater ^ most) | (x & bits);
    }
    const words64 lanes = reinterpret_cast<words64>(found);
    std::uint64_t any = 0;
    for (std::size_t lane = 0; lane < sizeof(lanes) / 8; ++lane)
        any |= lanes[lane];
    return any != 0;
}

/// Bit p of every byte of a block.
HALFULP_ALWAYS_INLINE std::uint64_t plane_of_block(const std::uint8_t* codes, int p) noexcept {
#if HALFULP_FAMILY_BYTES == 64
    std::uint64_t mask;
    const bytes8 bit = bytes8{} + static_cast<std::uint8_t>(1u << p);
    __asm__("{vptestmb %2, %1, %0|vptestmb %0, %1, %2}" : "=Yk"(mask) : "v"(load<bytes8>(codes)), "v"(bit));
    return mask;
#else
    // The bit goes to the top of its byte; what comes in from the neighbour is below.
    std::uint32_t low, high;
    const words64 front = load<words64>(codes) << (7 - p);
    const words64 back = load<words64>(codes + 32) << (7 - p);
    __asm__("{vpmovmskb %1, %0|vpmovmskb %0, %1}" : "=r"(low) : "x"(front));
    __asm__("{vpmovmskb %1, %0|vpmovmskb %0, %1}" : "=r"(high) : "x"(back));
    return low | static_cast<std::uint64_t>(high) << 32;
#endif
}

/// The bit planes of `words` times 32 codes; half word w of plane p goes to to + p · plane_stride + w · word_stride
/// bytes. Codes are there up to whole blocks.
template <bool Adjacent>
inline void codes_to_planes(const std::uint8_t* codes, std::size_t words, int bits, std::uint8_t* to,
                            std::size_t plane_stride, std::size_t word_stride) noexcept {
    for (std::size_t w = 0; w < words; w += 2, codes += 64) {
        std::uint8_t* place = to + w * word_stride;
        for (int p = 0; p < bits; ++p, place += plane_stride) {
            const std::uint64_t mask = plane_of_block(codes, p);
            if (Adjacent && w + 1 < words) {
                __builtin_memcpy(place, &mask, 8);
            } else {
                __builtin_memcpy(place, &mask, 4);
                const auto high = static_cast<std::uint32_t>(mask >> 32);
                if (w + 1 < words)
                    __builtin_memcpy(place + word_stride, &high, 4);
            }
        }
    }
}

#if HALFULP_FAMILY_BYTES == 64
/// A byte 2^p wherever the mask has a bit.
HALFULP_ALWAYS_INLINE bytes8 bytes_of_plane(std::uint64_t mask, bytes8 bit) noexcept {
    bytes8 result;
    __asm__("{vmovdqu8 %1, %0%{%2%}%{z%}|vmovdqu8 %0%{%2%}%{z%}, %1}" : "=v"(result) : "v"(bit), "Yk"(mask));
    return result;
}
#else
/// The same for 32 bits: every byte of the mask eight times, of which each keeps a bit of its own.
HALFULP_ALWAYS_INLINE bytes8 bytes_of_plane(std::uint32_t mask, bytes8 bit) noexcept {
    const words64 each = {0, 0x0101010101010101u, 0x0202020202020202u, 0x0303030303030303u};
    const words64 own = words64{} + 0x8040201008040201u;
    const words32 four = words32{} + mask;
    words64 repeated;
    __asm__("{vpshufb %2, %1, %0|vpshufb %0, %1, %2}" : "=x"(repeated) : "x"(four), "x"(each));
    const bytes8 bits = reinterpret_cast<bytes8>(own);
    return reinterpret_cast<bytes8>((reinterpret_cast<bytes8>(repeated) & bits) == bits) & bit;
}
#endif

/// The inverse of codes_to_planes: whole blocks of codes, zeros where the last has one word only.
template <bool Adjacent>
inline void planes_to_codes(const std::uint8_t* from, std::size_t words, int bits, std::size_t plane_stride,
                            std::size_t word_stride, std::uint8_t* codes) noexcept {
    for (std::size_t w = 0; w < words; w += 2, codes += 64) {
        const std::uint8_t* place = from + w * word_stride;
        bytes8 bit = bytes8{} + 1;
        bytes8 front = {};
#if HALFULP_FAMILY_BYTES == 32
        bytes8 back = {};
#endif
        for (int p = 0; p < bits; ++p, place += plane_stride) {
            std::uint64_t mask = 0;
            if (Adjacent && w + 1 < words) {
                __builtin_memcpy(&mask, place, 8);
            } else {
                std::uint32_t low = 0, high = 0;
                __builtin_memcpy(&low, place, 4);
                if (w + 1 < words)
                    __builtin_memcpy(&high, place + word_stride, 4);
                mask = low | static_cast<std::uint64_t>(high) << 32;
            }
#if HALFULP_FAMILY_BYTES == 64
            front |= bytes_of_plane(mask, bit);
#else
            front |= bytes_of_plane(static_cast<std::uint32_t>(mask), bit);
            back |= bytes_of_plane(static_cast<std::uint32_t>(mask >> 32), bit);
#endif
            bit += bit;
        }
        store(codes, front);
#if HALFULP_FAMILY_BYTES == 32
        store(codes + 32, back);
#endif
    }
}

#if HALFULP_FAMILY_BYTES == 64

/// The first `count` bytes of a register, 1 … 64; nothing behind them is touched.
HALFULP_ALWAYS_INLINE std::uint64_t first_bytes(int count) noexcept {
    return ~std::uint64_t{0} >> (64 - count);
}
HALFULP_ALWAYS_INLINE bytes8 load_bytes(const std::uint8_t* from, std::uint64_t mask) noexcept {
    typedef bytes8 loose __attribute__((aligned(1), may_alias));
    bytes8 result;
    __asm__("{vmovdqu8 %1, %0%{%2%}%{z%}|vmovdqu8 %0%{%2%}%{z%}, %1}"
            : "=v"(result)
            : "m"(*reinterpret_cast<const loose*>(from)), "Yk"(mask));
    return result;
}
HALFULP_ALWAYS_INLINE void store_bytes(std::uint8_t* to, bytes8 value, std::uint64_t mask) noexcept {
    typedef bytes8 loose __attribute__((aligned(1), may_alias));
    __asm__("{vmovdqu8 %1, %0%{%2%}|vmovdqu8 %0%{%2%}, %1}"
            : "+m"(*reinterpret_cast<loose*>(to))
            : "v"(value), "Yk"(mask));
}
/// Bytes picked by number.
HALFULP_ALWAYS_INLINE bytes8 permute_bytes(bytes8 x, bytes8 numbers) noexcept {
    bytes8 result;
    __asm__("{vpermb %2, %1, %0|vpermb %0, %1, %2}" : "=v"(result) : "v"(numbers), "v"(x));
    return result;
}

/// unpack_bits where extensions::vbmi is: the Bits bytes of eight codes go to a lane of 64 bits, from which each byte
/// of the result takes the eight bits that begin at its code's.
template <int Bits>
inline void unpack_bits_permuted(const std::uint8_t* packed, std::uint8_t* codes,
                                 std::size_t count) noexcept {
    const bytes8 place = load<bytes8>(bit_permutation<Bits>.from_bytes);
    const bytes8 shift = load<bytes8>(bit_permutation<Bits>.shifts);
    const bytes8 low = bytes8{} + static_cast<std::uint8_t>((1 << Bits) - 1);
    const std::uint64_t mask = first_bytes(8 * Bits);
    for (std::size_t i = 0; i < count; i += 64, packed += 8 * Bits) {
        const bytes8 lanes = permute_bytes(load_bytes(packed, mask), place);
        bytes8 result;
        __asm__("{vpmultishiftqb %2, %1, %0|vpmultishiftqb %0, %1, %2}"
                : "=v"(result)
                : "v"(shift), "v"(lanes));
        store(codes + i, result & low);
    }
}

/// pack_bits where extensions::vbmi is: neighbours are joined by multiplications, whose terms do not overlap, then the
/// Bits bytes of each lane put side by side.
template <int Bits>
inline void pack_bits_permuted(const std::uint8_t* codes, std::uint8_t* packed, std::size_t count) noexcept {
    const bytes8 place = load<bytes8>(bit_permutation<Bits>.to_bytes);
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
        store_bytes(packed, permute_bytes(reinterpret_cast<bytes8>(eights), place), mask);
    }
}

#endif

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
