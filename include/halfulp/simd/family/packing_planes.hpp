// SPDX-License-Identifier: BSL-1.0
//
// Codes of up to eight bits, a byte each, to and from bit planes and the digits of base 3: see
// simd/for_each_family.hpp for how this text is used, after family/packing.hpp. A block is 64 codes.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// Bit p of every byte of a block.
HALFULP_ALWAYS_INLINE std::uint64_t plane_of_block(const std::uint8_t* codes, int p) noexcept {
#if HALFULP_FAMILY_BYTES == 64
    std::uint64_t mask;
    const words8 bit = words8{} + static_cast<std::uint8_t>(1u << p);
    __asm__("{vptestmb %2, %1, %0|vptestmb %0, %1, %2}" : "=Yk"(mask) : "v"(load<words8>(codes)), "v"(bit));
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
template <int Bits, bool Adjacent>
inline void codes_to_planes(const std::uint8_t* codes, std::size_t words, std::uint8_t* to,
                            std::size_t plane_stride, std::size_t word_stride) noexcept {
    std::size_t w = 0;
    for (; w + 2 <= words; w += 2, codes += 64) {
        std::uint8_t* place = to + w * word_stride;
#pragma GCC unroll 8
        for (int p = 0; p < Bits; ++p, place += plane_stride) {
            const std::uint64_t mask = plane_of_block(codes, p);
            if constexpr (Adjacent) {
                __builtin_memcpy(place, &mask, 8);
            } else {
                const auto high = static_cast<std::uint32_t>(mask >> 32);
                __builtin_memcpy(place, &mask, 4);
                __builtin_memcpy(place + word_stride, &high, 4);
            }
        }
    }
    if (w < words) {
        std::uint8_t* place = to + w * word_stride;
        for (int p = 0; p < Bits; ++p, place += plane_stride) {
            const std::uint64_t mask = plane_of_block(codes, p);
            __builtin_memcpy(place, &mask, 4);
        }
    }
}

#if HALFULP_FAMILY_BYTES == 64
/// A byte 2^p wherever the mask has a bit.
HALFULP_ALWAYS_INLINE words8 bytes_of_plane(std::uint64_t mask, words8 bit) noexcept {
    words8 result;
    __asm__("{vmovdqu8 %1, %0%{%2%}%{z%}|vmovdqu8 %0%{%2%}%{z%}, %1}" : "=v"(result) : "v"(bit), "Yk"(mask));
    return result;
}
#else
/// The same for 32 bits: every byte of the mask eight times, of which each keeps a bit of its own.
HALFULP_ALWAYS_INLINE words8 bytes_of_plane(std::uint32_t mask, words8 bit) noexcept {
    const words64 each = {0, 0x0101010101010101u, 0x0202020202020202u, 0x0303030303030303u};
    const words64 own = words64{} + 0x8040201008040201u;
    const words32 four = words32{} + mask;
    words64 repeated;
    __asm__("{vpshufb %2, %1, %0|vpshufb %0, %1, %2}" : "=x"(repeated) : "x"(four), "x"(each));
    const words8 bits = reinterpret_cast<words8>(own);
    return reinterpret_cast<words8>((reinterpret_cast<words8>(repeated) & bits) == bits) & bit;
}
#endif

/// 64 codes from the two words of each plane.
template <int Bits>
HALFULP_ALWAYS_INLINE void block_of_planes(const std::uint64_t (&masks)[Bits], std::uint8_t* codes) noexcept {
    words8 front = {};
#if HALFULP_FAMILY_BYTES == 32
    words8 back = {};
#endif
#pragma GCC unroll 8
    for (int p = 0; p < Bits; ++p) {
        const words8 bit = words8{} + static_cast<std::uint8_t>(1u << p);
#if HALFULP_FAMILY_BYTES == 64
        front |= bytes_of_plane(masks[p], bit);
#else
        front |= bytes_of_plane(static_cast<std::uint32_t>(masks[p]), bit);
        back |= bytes_of_plane(static_cast<std::uint32_t>(masks[p] >> 32), bit);
#endif
    }
    store(codes, front);
#if HALFULP_FAMILY_BYTES == 32
    store(codes + 32, back);
#endif
}

/// The inverse of codes_to_planes: whole blocks of codes, zeros where the last has one word only.
template <int Bits, bool Adjacent>
inline void planes_to_codes(const std::uint8_t* from, std::size_t words, std::size_t plane_stride,
                            std::size_t word_stride, std::uint8_t* codes) noexcept {
    std::size_t w = 0;
    for (; w + 2 <= words; w += 2, codes += 64) {
        const std::uint8_t* place = from + w * word_stride;
        std::uint64_t masks[Bits];
#pragma GCC unroll 8
        for (int p = 0; p < Bits; ++p, place += plane_stride) {
            if constexpr (Adjacent) {
                __builtin_memcpy(&masks[p], place, 8);
            } else {
                std::uint32_t low, high;
                __builtin_memcpy(&low, place, 4);
                __builtin_memcpy(&high, place + word_stride, 4);
                masks[p] = low | static_cast<std::uint64_t>(high) << 32;
            }
        }
        block_of_planes<Bits>(masks, codes);
    }
    if (w < words) {
        const std::uint8_t* place = from + w * word_stride;
        std::uint64_t masks[Bits] = {};
        for (int p = 0; p < Bits; ++p, place += plane_stride)
            __builtin_memcpy(&masks[p], place, 4);
        block_of_planes<Bits>(masks, codes);
    }
}

#if HALFULP_FAMILY_BYTES == 64

/// Digits of base_3 where extensions::vbmi is: `blocks` times 64, of which the first is block `first` (0 … 4) of a
/// group of five that 64 bytes hold. `size` bytes of the first group and what follows are there.
inline void unpack_base_3(const std::uint8_t* group, std::size_t size, int first, std::size_t blocks,
                          std::uint8_t* codes) noexcept {
    const words16 third = words16{} + static_cast<std::uint16_t>(10923);  // ⌈2^15 / 3⌉
    words8 bytes = load_bytes(group, size >= 64 ? ~std::uint64_t{0} : first_bytes(static_cast<int>(size)));
    for (std::size_t i = 0; i < blocks; ++i, codes += 64) {
        words16 digits[2];
#pragma GCC unroll 2
        for (int half = 0; half < 2; ++half) {
            // Twice a byte times ⌈2^15 / 3^i⌉, divided by 2^16, is the byte divided by 3^i: exact below 256.
            const words8 places = load<words8>(base_3_places.place[first] + 32 * half);
            words16 value, quotient, power;
            const std::uint64_t low_bytes = 0x5555555555555555u;
            __asm__("{vpermb %2, %1, %0%{%3%}%{z%}|vpermb %0%{%3%}%{z%}, %1, %2}"
                    : "=v"(value)
                    : "v"(places), "v"(bytes), "Yk"(low_bytes));
            power = load<words16>(base_3_places.factor[first] + 32 * half);
            __asm__("{vpmulhuw %2, %1, %0|vpmulhuw %0, %1, %2}"
                    : "=v"(value)
                    : "v"(value + value), "v"(power));
            __asm__("{vpmulhuw %2, %1, %0|vpmulhuw %0, %1, %2}"
                    : "=v"(quotient)
                    : "v"(value + value), "v"(third));
            digits[half] = value - (quotient + quotient + quotient);
        }
        words8 joined;
        __asm__("{vpackuswb %2, %1, %0|vpackuswb %0, %1, %2}"
                : "=v"(joined)
                : "v"(digits[0]), "v"(digits[1]));
        const words64 lanes = reinterpret_cast<words64>(joined);
        store(codes, __builtin_shufflevector(lanes, lanes, 0, 2, 4, 6, 1, 3, 5, 7));
        if (++first == 5 && i + 1 < blocks) {
            first = 0;
            group += 64;
            size -= 64;
            bytes = load_bytes(group, size >= 64 ? ~std::uint64_t{0} : first_bytes(static_cast<int>(size)));
        }
    }
}

/// Bytes of base_3 from `groups` times 40 codes, of which the bytes from `codes` on to 24 behind the last may be read;
/// bits above a code are ignored, and the code 3 becomes the digit 2.
inline void pack_base_3(const std::uint8_t* codes, std::size_t groups, std::uint8_t* bytes) noexcept {
    const words8 place = load<words8>(base_3_places.codes);
    const words64 zero = {};
    const words64 weights = zero + 0x000000511b090301u;
    const words64 ones = zero + 0x0001000100010001u;
    const words8 two_bits = words8{} + 3, two = words8{} + 2;
    for (std::size_t i = 0; i < groups; ++i, codes += 40, bytes += 8) {
        words8 digits = permute_bytes(load<words8>(codes), place) & two_bits;
        __asm__("{vpminub %2, %1, %0|vpminub %0, %1, %2}" : "=v"(digits) : "v"(digits), "v"(two));
        words64 pairs, fours;
        __asm__("{vpmaddubsw %2, %1, %0|vpmaddubsw %0, %1, %2}" : "=v"(pairs) : "v"(digits), "v"(weights));
        __asm__("{vpmaddwd %2, %1, %0|vpmaddwd %0, %1, %2}" : "=v"(fours) : "v"(pairs), "v"(ones));
        const words64 sums = fours + (fours >> 32);
        struct eight_bytes {
            std::uint8_t byte[8];
        };
        __asm__("{vpmovqb %1, %0|vpmovqb %0, %1}" : "=m"(*reinterpret_cast<eight_bytes*>(bytes)) : "v"(sums));
    }
}

#endif

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
