// SPDX-License-Identifier: BSL-1.0
//
// Packed rows of integers times a few vectors of bytes: see simd/for_each_family.hpp for how this text is used, and
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
    __asm__("{vpternlogd $0x6a, %2, %1, %0|vpternlogd %0, %1, %2, 0x6a}" : "+v"(x) : "v"(mask), "v"(flip));
    return x;
}

/// The sums of the lanes of four registers, modulo 2^32.
HALFULP_ALWAYS_INLINE void total_of_four(integers32 a, integers32 b, integers32 c, integers32 d,
                                         std::uint32_t* totals) noexcept {
    typedef std::uint32_t part __attribute__((vector_size(16)));
    const words32 w = reinterpret_cast<words32>(a), x = reinterpret_cast<words32>(b);
    const words32 y = reinterpret_cast<words32>(c), z = reinterpret_cast<words32>(d);
    const reals64 first = reinterpret_cast<reals64>(low_pairs(w, x) + high_pairs(w, x));
    const reals64 second = reinterpret_cast<reals64>(low_pairs(y, z) + high_pairs(y, z));
    const words32 all = reinterpret_cast<words32>(low_pairs(first, second)) +
                        reinterpret_cast<words32>(high_pairs(first, second));
    part parts[register_bytes / 16];
    __builtin_memcpy(parts, &all, sizeof all);
#pragma GCC unroll 3
    for (int p = 1; p < register_bytes / 16; ++p)
        parts[0] += parts[p];
    store(totals, parts[0]);
}

/// sums[r][v] += Σ code · x over the chunks of `Rows` rows and `Vectors` vectors, the last of `rows` and `vectors`
/// repeated where there are fewer; a chunk is 64 bytes of codes whose width divides 8, field f of byte i belonging to
/// x[64·f + i], or 64 codes of another width.
template <int Bits, int Rows, int Vectors>
inline void multiply_packed_tile(const packed_rows& t, int rows, int vectors) noexcept {
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
    const std::uint8_t* line[Rows];
    const std::uint8_t* x[Vectors];
    integers32 sums[Rows][Vectors];
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
        line[r] = t.codes + (r < rows ? r : rows - 1) * t.stride;
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v)
            sums[r][v] = integers32{};
    }
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v)
        x[v] = t.x + (v < vectors ? v : vectors - 1) * t.x_stride;
    const std::size_t bytes = t.chunks * chunk;
    const std::ptrdiff_t ahead = t.ahead;
    for (std::size_t c = 0, k = 0; c < bytes; c += chunk) {
        words32 codes[Rows];
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
            const std::uint8_t* const place = line[r] + c;
            if constexpr (divides)
                codes[r] = load<words32>(place);
            else
                codes[r] = reinterpret_cast<words32>(
                    shift_out_bytes(permute_bytes(load_bytes(place, bytes_there), order), shifts));
            __builtin_prefetch(place + ahead, 0, 3);
        }
#pragma GCC unroll 8
        for (int f = 0; f < fields; ++f, k += 64) {
            words32 terms[Vectors];
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v)
                terms[v] = load<words32>(x[v] + k);
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
#pragma GCC unroll 4
                for (int v = 0; v < Vectors; ++v)
                    step_registers<sum_of_bytes>::apply(sums[r][v], terms[v], code);
            }
        }
    }
    static_assert(Rows * Vectors % 4 == 0);
    alignas(64) std::uint32_t total[Rows * Vectors];
#pragma GCC unroll 4
    for (int n = 0; n < Rows * Vectors; n += 4)
        total_of_four(sums[n / Vectors][n % Vectors], sums[(n + 1) / Vectors][(n + 1) % Vectors],
                      sums[(n + 2) / Vectors][(n + 2) % Vectors], sums[(n + 3) / Vectors][(n + 3) % Vectors],
                      total + n);
    for (int r = 0; r < rows; ++r)
        for (int v = 0; v < vectors; ++v) {
            std::int32_t& sum = t.sums[r * t.sums_row + v];
            sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) + total[r * Vectors + v]);
        }
}

/// Rows that are read together: narrow codes leave more to do with each byte of the vector.
template <int Bits>
inline constexpr int rows_together = Bits <= 2 ? 8 : 4;

template <int Bits>
inline void multiply_packed_rows(const packed_rows& t) noexcept {
    constexpr int few_rows = rows_together<Bits>, many_rows = 4, many_vectors = 4;
    packed_rows part = t;
    const int step = t.vectors <= 2 ? few_rows : many_rows;
    for (int r = 0; r < t.rows; r += step) {
        const int rows = t.rows - r < step ? t.rows - r : step;
        part.codes = t.codes + r * t.stride;
        part.ahead = t.rows_follow ? step * t.stride : 0;
        for (int v = 0, vectors = 0; v < t.vectors; v += vectors) {
            part.x = t.x + v * t.x_stride;
            part.sums = t.sums + r * t.sums_row + v;
            vectors = t.vectors - v < many_vectors ? t.vectors - v : many_vectors;
            if (vectors == 1)
                multiply_packed_tile<Bits, few_rows, 1>(part, rows, vectors);
            else if (vectors == 2)
                multiply_packed_tile<Bits, few_rows, 2>(part, rows, vectors);
            else
                multiply_packed_tile<Bits, many_rows, many_vectors>(part, rows, vectors);
            part.ahead = 0;  // what comes next has been fetched
        }
    }
}

#endif

/// The same for codes that are bytes already, in pairs of 16 bits.
inline void multiply_byte_rows(const packed_rows& t) noexcept {
    using step = step_registers<sum_of_halfwords>;
    const words16 flip = words16{} + static_cast<std::uint16_t>(t.flip);
    for (int r = 0; r < t.rows; ++r)
        for (int v = 0; v < t.vectors; ++v) {
            const std::uint8_t* const codes = t.codes + r * t.stride;
            const std::uint8_t* const x = t.x + v * t.x_stride;
            integers32 sums = {};
            for (std::size_t i = 0; i < 64 * t.chunks; i += register_bytes / 2)
                step::apply(sums, reinterpret_cast<words32>(load_wide_signed(x + i)),
                            reinterpret_cast<words32>(load_wide(codes + i) ^ flip));
            add_total(t.sums[r * t.sums_row + v], sums);
        }
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
