// SPDX-License-Identifier: BSL-1.0
//
// Packed rows of integers times a vector of bytes: see simd/for_each_family.hpp for how this text is used, and
// simd/integer_matvec.hpp for what it is part of.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// The sum of the lanes modulo 2^32: quarters first, then two lanes in a word each.
HALFULP_ALWAYS_INLINE std::int32_t total_of(words32 x) noexcept {
    typedef std::uint32_t part __attribute__((vector_size(16)));
    typedef std::uint64_t pair __attribute__((vector_size(16)));
    part parts[register_bytes / 16];
    __builtin_memcpy(parts, &x, sizeof x);
    part sum = parts[0];
#pragma GCC unroll 3
    for (int p = 1; p < register_bytes / 16; ++p)
        sum += parts[p];
    const pair words = reinterpret_cast<pair>(sum);
    const std::uint64_t low = words[0], high = words[1];
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(low + high) +
                                     static_cast<std::uint32_t>((low >> 32) + (high >> 32)));
}

#if HALFULP_FAMILY_BYTES == 64

/// sums + the products of four unsigned and four signed bytes each, in every lane; where extensions::vnni is.
HALFULP_ALWAYS_INLINE void add_byte_products(words32& sums, words32 codes, words32 x) noexcept {
    __asm__("{vpdpbusd %2, %1, %0|vpdpbusd %0, %1, %2}" : "+v"(sums) : "v"(codes), "v"(x));
}

/// (x & mask) ^ flip.
HALFULP_ALWAYS_INLINE words32 masked_code(words32 x, words32 mask, words32 flip) noexcept {
    __asm__("{vpternlogd $0x78, %2, %1, %0|vpternlogd %0, %1, %2, 0x78}" : "+v"(flip) : "v"(x), "v"(mask));
    return flip;
}

/// The first 8·Bits bytes of memory, in which 64 codes of Bits bits lie, spread to a byte each, with bits of the
/// neighbours above them; where extensions::vbmi is.
template <int Bits>
HALFULP_ALWAYS_INLINE words32 spread_codes(const std::uint8_t* from, words32 order, words32 shifts,
                                           std::uint64_t bytes_there) noexcept {
    struct row {
        std::uint8_t bytes[8 * Bits];
    };
    words32 x;
    __asm__("{vmovdqu8 %1, %0%{%2%}%{z%}|vmovdqu8 %0%{%2%}%{z%}, %1}"
            : "=v"(x)
            : "m"(*reinterpret_cast<const row*>(from)), "Yk"(bytes_there));
    __asm__("{vpermb %0, %1, %0|vpermb %0, %1, %0}" : "+v"(x) : "v"(order));
    __asm__("{vpmultishiftqb %0, %1, %0|vpmultishiftqb %0, %1, %0}" : "+v"(x) : "v"(shifts));
    return x;
}

/// sums[r] = Σ code · x and code_sums[r] = Σ code · (code counts) over the chunks of Rows rows; a chunk is 64 bytes
/// of codes whose width divides 8, field f of byte i belonging to x[64·f + i], or 64 codes of another width.
template <int Bits, int Rows, bool WithSums>
inline void multiply_packed_rows_of(const packed_rows& t) noexcept {
    constexpr bool divides = 8 % Bits == 0;
    constexpr int fields = divides ? 8 / Bits : 1;
    constexpr std::size_t chunk = divides ? 64 : 8 * Bits;
    const words32 mask = words32{} + ((1u << Bits) - 1) * 0x01010101u;
    const words32 flip = words32{} + t.flip * 0x01010101u;
    words32 order = {}, shifts = {};
    constexpr std::uint64_t bytes_there = divides ? 0 : (std::uint64_t{1} << (8 * Bits % 64)) - 1;
    if constexpr (!divides) {
        alignas(64) std::uint8_t place[64], shift[64];
        for (int i = 0; i < 64; ++i) {
            place[i] = static_cast<std::uint8_t>(i / 8 * Bits + i % 8);
            shift[i] = static_cast<std::uint8_t>(i % 8 * Bits);
        }
        order = load<words32>(place);
        shifts = load<words32>(shift);
    }
    words32 sums[Rows], code_sums[WithSums ? Rows : 1];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
        sums[r] = words32{};
        if constexpr (WithSums)
            code_sums[r] = words32{};
    }
    const std::uint8_t* x = t.x;
    const std::uint8_t* counts = t.counts;
    const std::uint8_t* line = t.codes;
    for (std::size_t c = 0; c < t.chunks; ++c, line += chunk) {
        words32 codes[Rows];
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
            const std::uint8_t* const place = line + r * t.stride;
            if constexpr (divides)
                codes[r] = load<words32>(place);
            else
                codes[r] = spread_codes<Bits>(place, order, shifts, bytes_there);
            __builtin_prefetch(place + t.ahead, 0, 3);
        }
#pragma GCC unroll 8
        for (int f = 0; f < fields; ++f) {
            const words32 terms = load<words32>(x);
            words32 ones = {};
            if constexpr (WithSums)
                ones = load<words32>(counts);
#pragma GCC unroll 8
            for (int r = 0; r < Rows; ++r) {
                words32 code = codes[r];
                if constexpr (Bits == 8)
                    code ^= flip;
                else if constexpr (fields > 1)
                    code = masked_code(
                        reinterpret_cast<words32>(reinterpret_cast<words64>(code) >> (Bits * f)), mask, flip);
                else
                    code = masked_code(code, mask, flip);
                add_byte_products(sums[r], code, terms);
                if constexpr (WithSums)
                    add_byte_products(code_sums[r], code, ones);
            }
            x += 64;
            counts += 64;
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
        t.sums[r] = static_cast<std::int32_t>(static_cast<std::uint32_t>(t.sums[r]) +
                                              static_cast<std::uint32_t>(total_of(sums[r])));
        if constexpr (WithSums)
            t.code_sums[r] = static_cast<std::int32_t>(static_cast<std::uint32_t>(t.code_sums[r]) +
                                                       static_cast<std::uint32_t>(total_of(code_sums[r])));
    }
}

/// Rows that are read together: narrow codes leave more to do with each byte of the vector.
template <int Bits>
inline constexpr int rows_together = Bits <= 2 ? 8 : 4;

template <int Bits>
inline void multiply_packed_rows(const packed_rows& t) noexcept {
    constexpr int rows = rows_together<Bits>;
    packed_rows part = t;
    int r = 0;
    for (; r + rows <= t.rows; r += rows) {
        if (t.with_code_sums)
            multiply_packed_rows_of<Bits, rows, true>(part);
        else
            multiply_packed_rows_of<Bits, rows, false>(part);
        part.codes += rows * t.stride;
        part.sums += rows;
        part.code_sums += rows;
    }
    for (; r < t.rows; ++r, part.codes += t.stride, ++part.sums, ++part.code_sums)
        multiply_packed_rows_of<Bits, 1, true>(part);
}

#endif

/// The same for codes that are bytes already, in pairs of 16 bits.
inline void multiply_byte_rows(const packed_rows& t) noexcept {
    const words8 flip = words8{} + static_cast<std::uint8_t>(t.flip);
    for (int r = 0; r < t.rows; ++r) {
        const std::uint8_t* const codes = t.codes + r * t.stride;
        words32 sums = {}, code_sums = {};
        for (std::size_t i = 0; i < 64 * t.chunks; i += register_bytes / 2) {
            struct half {
                std::uint8_t bytes[register_bytes / 2];
            };
            alignas(64) half flipped;
            for (std::size_t b = 0; b < sizeof flipped; b += 16) {
                typedef std::uint8_t part __attribute__((vector_size(16)));
                part value;
                __builtin_memcpy(&value, codes + i + b, 16);
                part flips;
                __builtin_memcpy(&flips, &flip, 16);
                value ^= flips;
                __builtin_memcpy(flipped.bytes + b, &value, 16);
            }
            words32 code, x, ones;
            __asm__("{vpmovzxbw %1, %0|vpmovzxbw %0, %1}" : "=v"(code) : "m"(flipped));
            __asm__("{vpmovsxbw %1, %0|vpmovsxbw %0, %1}"
                    : "=v"(x)
                    : "m"(*reinterpret_cast<const half*>(t.x + i)));
            __asm__("{vpmovzxbw %1, %0|vpmovzxbw %0, %1}"
                    : "=v"(ones)
                    : "m"(*reinterpret_cast<const half*>(t.counts + i)));
            integers32 sum = reinterpret_cast<integers32>(sums),
                       code_sum = reinterpret_cast<integers32>(code_sums);
            step_registers<sum_of_halfwords>::apply(sum, x, code);
            step_registers<sum_of_halfwords>::apply(code_sum, ones, code);
            sums = reinterpret_cast<words32>(sum);
            code_sums = reinterpret_cast<words32>(code_sum);
        }
        t.sums[r] = static_cast<std::int32_t>(static_cast<std::uint32_t>(t.sums[r]) +
                                              static_cast<std::uint32_t>(total_of(sums)));
        t.code_sums[r] = static_cast<std::int32_t>(static_cast<std::uint32_t>(t.code_sums[r]) +
                                                   static_cast<std::uint32_t>(total_of(code_sums)));
    }
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
