// SPDX-License-Identifier: BSL-1.0
//
// Packed rows of integers times a vector of bytes: see simd/for_each_family.hpp for how this text is used, and
// simd/integer_matvec.hpp for what it is part of.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// sum ← sum + the lanes, modulo 2^32: quarters first, then two lanes in a word each.
HALFULP_ALWAYS_INLINE void add_total(std::int32_t& sum, integers32 lanes) noexcept {
    typedef std::uint32_t part __attribute__((vector_size(16)));
    typedef std::uint64_t pair __attribute__((vector_size(16)));
    part parts[register_bytes / 16];
    __builtin_memcpy(parts, &lanes, sizeof lanes);
#pragma GCC unroll 3
    for (int p = 1; p < register_bytes / 16; ++p)
        parts[0] += parts[p];
    const pair words = reinterpret_cast<pair>(parts[0]);
    const std::uint64_t low = words[0], high = words[1];
    sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) + static_cast<std::uint32_t>(low + high) +
                                    static_cast<std::uint32_t>((low >> 32) + (high >> 32)));
}

#if HALFULP_FAMILY_BYTES == 64

/// (x & mask) ^ flip.
HALFULP_ALWAYS_INLINE words32 masked_code(words32 x, words32 mask, words32 flip) noexcept {
    __asm__("{vpternlogd $0x78, %2, %1, %0|vpternlogd %0, %1, %2, 0x78}" : "+v"(flip) : "v"(x), "v"(mask));
    return flip;
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
    // A byte for each code of a width that does not divide 8, as unpack_bits_permuted makes them, with bits of the
    // neighbours above.
    const words8 order = load<words8>(bit_permutation<Bits>.from_bytes);
    const words8 shifts = load<words8>(bit_permutation<Bits>.shifts);
    const std::uint64_t bytes_there = first_bytes(8 * Bits);
    integers32 sums[Rows], code_sums[WithSums ? Rows : 1];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
        sums[r] = integers32{};
        if constexpr (WithSums)
            code_sums[r] = integers32{};
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
                codes[r] = reinterpret_cast<words32>(
                    shift_out_bytes(permute_bytes(load_bytes(place, bytes_there), order), shifts));
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
                step_registers<sum_of_bytes>::apply(sums[r], terms, code);
                if constexpr (WithSums)
                    step_registers<sum_of_bytes>::apply(code_sums[r], ones, code);
            }
            x += 64;
            counts += 64;
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
        add_total(t.sums[r], sums[r]);
        if constexpr (WithSums)
            add_total(t.code_sums[r], code_sums[r]);
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
    using step = step_registers<sum_of_halfwords>;
    const words16 flip = words16{} + static_cast<std::uint16_t>(t.flip);
    for (int r = 0; r < t.rows; ++r) {
        const std::uint8_t* const codes = t.codes + r * t.stride;
        integers32 sums = {}, code_sums = {};
        for (std::size_t i = 0; i < 64 * t.chunks; i += register_bytes / 2) {
            const words32 code = reinterpret_cast<words32>(load_wide(codes + i) ^ flip);
            step::apply(sums, reinterpret_cast<words32>(load_wide_signed(t.x + i)), code);
            step::apply(code_sums, reinterpret_cast<words32>(load_wide(t.counts + i)), code);
        }
        add_total(t.sums[r], sums);
        add_total(t.code_sums[r], code_sums);
    }
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
