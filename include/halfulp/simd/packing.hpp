// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Codes of up to eight bits between their packed layouts, bytes, and bit planes: what kernels read packed integers
/// by. Every level gives the same bits; `isa::plain` runs formats/packed_bits.hpp code by code.

#include <halfulp/formats/packed_bits.hpp>
#include <halfulp/simd/array_kernels.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Codes that are written together are a multiple of this, but for the last of a line: whole bytes of every layout.
inline constexpr std::size_t packing_step = 320;

/// Eight codes in Bits bytes of a stream of bits, and one code a byte: which byte goes where, and the bit of its lane
/// of 64 at which a code begins.
struct bit_permutation_table {
    alignas(64) std::uint8_t from_bytes[64];
    alignas(64) std::uint8_t shifts[64];
    alignas(64) std::uint8_t to_bytes[64];
};
template <int Bits>
inline constexpr bit_permutation_table bit_permutation = [] {
    bit_permutation_table t{};
    for (int i = 0; i < 64; ++i) {
        t.from_bytes[i] = static_cast<std::uint8_t>(i % 8 < Bits ? i / 8 * Bits + i % 8 : 0);
        t.shifts[i] = static_cast<std::uint8_t>(i % 8 * Bits);
        t.to_bytes[i] = static_cast<std::uint8_t>(i / Bits % 8 * 8 + i % Bits);
    }
    return t;
}();

/// The same for shuffles within 16 bytes, which hold 16 codes: the two bytes of each code, the factor that moves it to
/// bit 8 of them, and where the bytes of eight codes go.
struct bit_shuffle_table {
    alignas(32) std::uint8_t from_bytes[32];
    alignas(32) std::uint16_t factors[16];
    alignas(32) std::uint8_t to_bytes[32];
};
template <int Bits>
inline constexpr bit_shuffle_table bit_shuffle = [] {
    bit_shuffle_table t{};
    for (int i = 0; i < 16; ++i) {
        const int byte = i / 8 * Bits + i % 8 * Bits / 8;
        t.from_bytes[2 * i] = static_cast<std::uint8_t>(byte);
        t.from_bytes[2 * i + 1] = static_cast<std::uint8_t>(byte + 1);
        t.factors[i] = static_cast<std::uint16_t>(1u << (8 - i % 8 * Bits % 8));
    }
    for (int i = 0; i < 32; ++i)
        t.to_bytes[i] =
            static_cast<std::uint8_t>(i % 16 < 2 * Bits ? i % 16 / Bits * 8 + i % 16 % Bits : 0x80);
    return t;
}();

/// Digits of 64 bytes of base_3, 64 at a time: the byte of each in a lane of 16 bits, and ⌈2^15 / 3^i⌉ for digit i of a
/// byte; and 40 codes, five a lane of 64 bits.
struct base_3_table {
    alignas(64) std::uint16_t place[5][64];
    alignas(64) std::uint16_t factor[5][64];
    alignas(64) std::uint8_t codes[64];
};
inline constexpr base_3_table base_3_places = [] {
    base_3_table t{};
    for (unsigned group = 0; group < 5; ++group)
        for (unsigned i = 0; i < 64; ++i) {
            const unsigned digit = 64 * group + i;
            const unsigned power = v0::detail::powers_of_3[digit % 5];
            t.place[group][i] = static_cast<std::uint16_t>(digit / 5);
            t.factor[group][i] = static_cast<std::uint16_t>((32768 + power - 1) / power);
        }
    for (unsigned i = 0; i < 64; ++i)
        t.codes[i] = static_cast<std::uint8_t>(i % 8 < 5 ? i / 8 * 5 + i % 8 : 0);
    return t;
}();

/// The digits of a byte of base_3, a byte each, the lowest first.
inline constexpr std::array<std::uint64_t, 256> digits_of_base_3 = [] {
    std::array<std::uint64_t, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte)
        for (unsigned i = 0; i < 5; ++i)
            table[byte] |= std::uint64_t{byte / v0::detail::powers_of_3[i] % 3} << 8 * i;
    return table;
}();

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/packing.hpp>
#include <halfulp/simd/for_each_family.hpp>
#define HALFULP_FAMILY_TEXT <halfulp/simd/family/packing_planes.hpp>
#include <halfulp/simd/for_each_family.hpp>

namespace halfulp {
inline namespace v0 {
namespace simd {

#if HALFULP_HAS_SIMD

/// Whether bytes can be permuted across a register of the level.
inline bool has_byte_permutations(isa level) noexcept {
    return level == isa::avx512 && detail::found_processor().has.vbmi;
}

#define HALFULP_FOR_EACH_WIDTH(function) \
    { &function<1>, &function<2>, &function<3>, &function<4>, &function<5>, &function<6>, &function<7> }

/// Codes of 1 to 7 bits, a byte each, from and to a stream of bits, by the best instructions of a level; whole blocks.
/// Bits above a code are ignored.
inline void unpack_blocks(isa level, const std::uint8_t* packed, std::uint8_t* codes, std::size_t count,
                          int bits) noexcept {
    using function = void (*)(const std::uint8_t*, std::uint8_t*, std::size_t) noexcept;
    static constexpr function permuted[] = HALFULP_FOR_EACH_WIDTH(avx512::unpack_bits_permuted);
    static constexpr function shuffled[] = HALFULP_FOR_EACH_WIDTH(avx2::unpack_bits_shuffled);
    (has_byte_permutations(level) ? permuted : shuffled)[bits - 1](packed, codes, count);
}
inline void pack_blocks(isa level, const std::uint8_t* codes, std::uint8_t* packed, std::size_t count,
                        int bits) noexcept {
    using function = void (*)(const std::uint8_t*, std::uint8_t*, std::size_t) noexcept;
    static constexpr function permuted[] = HALFULP_FOR_EACH_WIDTH(avx512::pack_bits_permuted);
    static constexpr function shuffled[] = HALFULP_FOR_EACH_WIDTH(avx2::pack_bits_shuffled);
    (has_byte_permutations(level) ? permuted : shuffled)[bits - 1](codes, packed, count);
}
#undef HALFULP_FOR_EACH_WIDTH

/// codes_to_planes and planes_to_codes of a level, for 1 to 8 bits.
#define HALFULP_FOR_EACH_WIDTH(function)                                                                   \
    {                                                                                                      \
        &function<1, Adjacent>, &function<2, Adjacent>, &function<3, Adjacent>, &function<4, Adjacent>,    \
            &function<5, Adjacent>, &function<6, Adjacent>, &function<7, Adjacent>, &function<8, Adjacent> \
    }
template <bool Adjacent>
void codes_to_planes(isa level, const std::uint8_t* codes, std::size_t words, int bits, std::uint8_t* to,
                     std::size_t plane_stride, std::size_t word_stride) noexcept {
    using function =
        void (*)(const std::uint8_t*, std::size_t, std::uint8_t*, std::size_t, std::size_t) noexcept;
    static constexpr function wide[] = HALFULP_FOR_EACH_WIDTH(avx512::codes_to_planes);
    static constexpr function narrow[] = HALFULP_FOR_EACH_WIDTH(avx2::codes_to_planes);
    (level == isa::avx512 ? wide : narrow)[bits - 1](codes, words, to, plane_stride, word_stride);
}
template <bool Adjacent>
void planes_to_codes(isa level, const std::uint8_t* from, std::size_t words, int bits,
                     std::size_t plane_stride, std::size_t word_stride, std::uint8_t* codes) noexcept {
    using function =
        void (*)(const std::uint8_t*, std::size_t, std::size_t, std::size_t, std::uint8_t*) noexcept;
    static constexpr function wide[] = HALFULP_FOR_EACH_WIDTH(avx512::planes_to_codes);
    static constexpr function narrow[] = HALFULP_FOR_EACH_WIDTH(avx2::planes_to_codes);
    (level == isa::avx512 ? wide : narrow)[bits - 1](from, words, plane_stride, word_stride, codes);
}
#undef HALFULP_FOR_EACH_WIDTH

/// Digits first … first + count − 1 of a stretch of base_3; `to` has room for whole blocks, and `first` is a multiple
/// of 64.
inline void read_base_3(isa level, const std::uint8_t* bytes, std::size_t first, std::size_t count,
                        std::uint8_t* to) noexcept {
    if (has_byte_permutations(level)) {
        const std::size_t group = first / packing_step;
        return avx512::unpack_base_3(bytes + 64 * group, (first + count + 4) / 5 - 64 * group,
                                     static_cast<int>(first % packing_step / block),
                                     (count + block - 1) / block, to);
    }
    const std::uint8_t* byte = bytes + first / 5;
    std::size_t done = 0;
    if (first % 5 != 0) {
        const std::uint64_t digits = digits_of_base_3[*byte++] >> 8 * (first % 5);
        for (; done < 5 - first % 5 && done < count; ++done)
            to[done] = static_cast<std::uint8_t>(digits >> 8 * done);
    }
    // Eight bytes are written for five digits; the next ones write over what is too many.
    for (; done + 8 <= count; done += 5)
        std::memcpy(to + done, &digits_of_base_3[*byte++], 8);
    for (; done < count; done += 5)
        std::memcpy(to + done, &digits_of_base_3[*byte++], count - done < 5 ? count - done : 5);
}

/// The bytes of `count` digits, of which those up to whole blocks may be read; bits above a code are ignored, and the
/// code 3 becomes the digit 2.
inline void write_base_3(isa level, const std::uint8_t* codes, std::size_t count,
                         std::uint8_t* bytes) noexcept {
    const std::size_t readable = whole_blocks(count);
    std::size_t done = 0;
    if (has_byte_permutations(level) && count >= 40) {
        const std::size_t groups = std::min(count / 40, (readable - 64) / 40 + 1);
        avx512::pack_base_3(codes, groups, bytes);
        done = 40 * groups;
        bytes += 8 * groups;
    }
    const auto byte_of = [](std::uint64_t digits) {
        digits &= 0x0303030303u;
        digits -= digits & digits >> 1 & 0x0101010101u;
        // Byte 4 of the product is the sum of digit i times 3^i; no byte below overflows.
        return static_cast<std::uint8_t>(digits * 0x0103091b51u >> 32);
    };
    for (; done + 8 <= readable && done < count; done += 5) {
        std::uint64_t digits;
        std::memcpy(&digits, codes + done, 8);
        *bytes++ = byte_of(digits);
    }
    for (; done < count; done += 5) {
        std::uint64_t digits = 0;
        std::memcpy(&digits, codes + done, count - done < 5 ? count - done : 5);
        *bytes++ = byte_of(digits);
    }
}

#endif

/// Codes first … first + count − 1 of a line as bytes, then zeros up to a multiple of 64: `to` has room for those.
/// Fast where `first` is a multiple of 64. Reads nothing outside of the line's bytes. The format has at most 8 bits.
inline void read_codes([[maybe_unused]] isa level, const halfulp::detail::packed_lines& m, std::size_t line,
                       std::size_t first, std::size_t count, std::uint8_t* to) noexcept {
    const auto a = halfulp::detail::arrangement_of(m);
    if (count == 0)
        return;
#if HALFULP_HAS_SIMD
    if (level != isa::plain && first % block == 0) {
        const std::size_t words = (count + 31) / 32;
        const auto bits = static_cast<std::size_t>(a.bits);
        switch (a.layout) {
            case packed_layout::contiguous: {
                const std::uint8_t* const from = m.bytes + line * a.line_stride + first / 8 * bits;
                const std::size_t whole = count / block * block;
                if (bits == 8) {
                    std::memcpy(to, from, count);
                } else {
                    unpack_blocks(level, from, to, whole, a.bits);
                    if (whole != count) {
                        std::uint8_t rest[block] = {};
                        std::memcpy(rest, from + whole / 8 * bits, bytes_of_bits(count - whole, a.bits));
                        unpack_blocks(level, rest, to + whole, block, a.bits);
                    }
                }
                break;
            }
            case packed_layout::bit_planes:
                planes_to_codes<true>(level, m.bytes + line * a.line_stride + first / 8, words, a.bits,
                                      plane_bytes(a.length), 4, to);
                break;
            case packed_layout::interleaved:
                planes_to_codes<false>(level, m.bytes + halfulp::detail::bit_position(a, line, first, 0) / 8,
                                       words, a.bits, (a.length + 31) / 32 * 4 * interleaved_lines,
                                       4 * interleaved_lines, to);
                break;
            default:
                read_base_3(level, m.bytes + line * a.line_stride, first, count, to);
        }
        std::memset(to + count, 0, whole_blocks(count) - count);
        return;
    }
#endif
    for (std::size_t i = 0; i < count; ++i)
        to[i] = static_cast<std::uint8_t>(halfulp::detail::packed_code(m.bytes, a, line, first + i));
    for (std::size_t i = count; i < whole_blocks(count); ++i)
        to[i] = 0;
}

/// Writes codes first … first + count − 1 of a line, and zeros to the bits behind the last that belong to no code.
/// `codes` has whole blocks, zeros behind `count`, and what is above a code is ignored; `first` is a multiple of packing_step, and so is `count` unless
/// the line ends there. In interleaved, `line` may be one of those that fill the last 32 up.
inline void write_codes([[maybe_unused]] isa level, std::uint8_t* bytes,
                        const halfulp::detail::packed_arrangement& a, std::size_t line, std::size_t first,
                        std::size_t count, const std::uint8_t* codes) noexcept {
    if (count == 0)
        return;
#if HALFULP_HAS_SIMD
    if (level != isa::plain) {
        const auto bits = static_cast<std::size_t>(a.bits);
        const std::size_t words = (count + 31) / 32;
        std::uint8_t* const to = bytes + (a.layout == packed_layout::interleaved
                                              ? halfulp::detail::bit_position(a, line, first, 0) / 8
                                              : line * a.line_stride + first / 8 * bits);
        switch (a.layout) {
            case packed_layout::contiguous: {
                const std::size_t whole = count / block * block;
                if (bits == 8) {
                    std::memcpy(to, codes, count);
                } else {
                    pack_blocks(level, codes, to, whole, a.bits);
                    if (whole != count) {
                        std::uint8_t rest[block];
                        pack_blocks(level, codes + whole, rest, block, a.bits);
                        std::memcpy(to + whole / 8 * bits, rest, bytes_of_bits(count - whole, a.bits));
                    }
                }
                break;
            }
            case packed_layout::bit_planes:
                codes_to_planes<true>(level, codes, (words + 1) / 2 * 2, a.bits,
                                      bytes + line * a.line_stride + first / 8, plane_bytes(a.length), 4);
                break;
            case packed_layout::interleaved:
                codes_to_planes<false>(level, codes, words, a.bits, to,
                                       (a.length + 31) / 32 * 4 * interleaved_lines, 4 * interleaved_lines);
                break;
            default:
                write_base_3(level, codes, count, bytes + line * a.line_stride + first / 5);
        }
        return;
    }
#endif
    halfulp::detail::clear_packed_codes(bytes, a, line, first, count);
    for (std::size_t i = 0; i < count; ++i)
        halfulp::detail::set_packed_code(bytes, a, line, first + i, codes[i]);
}

/// The bit planes of those codes: bit i mod 32 of to[p · plane_stride + i / 32] is bit p of code first + i. Writes
/// ⌈count / 32⌉ words a plane, with zeros beyond the last code. `first` is a multiple of 64.
inline void read_planes([[maybe_unused]] isa level, const halfulp::detail::packed_lines& m, std::size_t line,
                        std::size_t first, std::size_t count, std::uint32_t* to,
                        std::size_t plane_stride) noexcept {
    const auto a = halfulp::detail::arrangement_of(m);
    const auto bits = static_cast<std::size_t>(m.format.bits());
    const std::size_t words = (count + 31) / 32;
    if (count == 0)
        return;
#if HALFULP_HAS_SIMD
    if (level != isa::plain && first % block == 0) {
        if (a.layout == packed_layout::contiguous && bits == 1) {  // the one plane, as it lies
            to[words - 1] = 0;
            std::memcpy(to, m.bytes + line * a.line_stride + first / 8, (count + 7) / 8);
            to[words - 1] &= ~std::uint32_t{0} >> (words * 32 - count);
            return;
        }
        const bool has_planes =
            a.layout == packed_layout::bit_planes || a.layout == packed_layout::interleaved;
        if (has_planes) {
            const bool is_interleaved = a.layout == packed_layout::interleaved;
            const std::uint8_t* from =
                m.bytes + (is_interleaved ? halfulp::detail::bit_position(a, line, first, 0) / 8
                                          : line * a.line_stride + first / 8);
            const std::size_t stride =
                is_interleaved ? (a.length + 31) / 32 * 4 * interleaved_lines : plane_bytes(a.length);
            const std::uint32_t last = ~std::uint32_t{0} >> (words * 32 - count);
            for (std::size_t p = 0; p < bits; ++p, from += stride) {
                std::uint32_t* const plane = to + p * plane_stride;
                if (is_interleaved)
                    for (std::size_t w = 0; w < words; ++w)
                        std::memcpy(plane + w, from + w * 4 * interleaved_lines, 4);
                else
                    std::memcpy(plane, from, 4 * words);
                plane[words - 1] &= last;
            }
            return;
        }
        constexpr std::size_t chunk = 1024;
        alignas(64) std::uint8_t codes[chunk];
        for (std::size_t begin = 0; begin < count; begin += chunk) {
            const std::size_t part = count - begin < chunk ? count - begin : chunk;
            read_codes(level, m, line, first + begin, part, codes);
            codes_to_planes<true>(level, codes, (part + 31) / 32, a.bits,
                                  reinterpret_cast<std::uint8_t*>(to + begin / 32), 4 * plane_stride, 4);
        }
        return;
    }
#endif
    for (std::size_t word = 0; word < words; ++word)
        for (std::size_t p = 0; p < bits; ++p)
            to[p * plane_stride + word] = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto code =
            static_cast<std::uint32_t>(halfulp::detail::packed_code(m.bytes, a, line, first + i));
        for (std::size_t p = 0; p < bits; ++p)
            to[p * plane_stride + i / 32] |= (code >> p & 1) << i % 32;
    }
}

}  // namespace simd
}  // namespace v0
}  // namespace halfulp
