// SPDX-License-Identifier: BSL-1.0
//
// Chains of many lines at once, each along a line in memory: see simd/for_each_family.hpp for how this text is
// used, and simd/matvec_native.hpp for what it is part of.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

inline constexpr int register_parts = register_bytes / 16;

/// Of two registers the 16-byte parts that the immediate says: two of x, then two of y (one and one with AVX2).
template <int Parts, class Register>
HALFULP_ALWAYS_INLINE Register choose_parts(Register x, Register y) noexcept {
    Register result;
#if HALFULP_FAMILY_BYTES == 64
    __asm__("{vshuff32x4 %3, %2, %1, %0|vshuff32x4 %0, %1, %2, %3}"
            : "=v"(result)
            : "v"(x), "v"(y), "i"(Parts));
#else
    __asm__("{vperm2f128 %3, %2, %1, %0|vperm2f128 %0, %1, %2, %3}"
            : "=x"(result)
            : "x"(x), "x"(y), "i"(Parts));
#endif
    return result;
}

/// The words of 64 bits of x and y that are first (second) in a part of 16 bytes, interleaved.
HALFULP_ALWAYS_INLINE reals64 low_pairs(reals64 x, reals64 y) noexcept {
    reals64 result;
    __asm__("{vunpcklpd %2, %1, %0|vunpcklpd %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}
HALFULP_ALWAYS_INLINE reals64 high_pairs(reals64 x, reals64 y) noexcept {
    reals64 result;
    __asm__("{vunpckhpd %2, %1, %0|vunpckhpd %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}

/// A square of registers, its diagonal kept: register i becomes lane i of all.
template <class Reals>
HALFULP_ALWAYS_INLINE void turn_square(Reals (&x)[sizeof(Reals) / sizeof(Reals{}[0])]) noexcept {
    constexpr int lanes = sizeof(Reals) / sizeof(Reals{}[0]);
    constexpr int words = lanes / register_parts;  // of a part
    // 1. Within parts: of register q·words + c, part p holds words c of that part in lines q·words ….
#pragma GCC unroll 8
    for (int q = 0; q < lanes; q += words) {
        if constexpr (words == 4) {
            const Reals even_low = low_pairs(x[q], x[q + 2]), odd_low = low_pairs(x[q + 1], x[q + 3]);
            const Reals even_high = high_pairs(x[q], x[q + 2]), odd_high = high_pairs(x[q + 1], x[q + 3]);
            x[q] = low_pairs(even_low, odd_low);
            x[q + 1] = high_pairs(even_low, odd_low);
            x[q + 2] = low_pairs(even_high, odd_high);
            x[q + 3] = high_pairs(even_high, odd_high);
        } else {
            const Reals low = low_pairs(x[q], x[q + 1]), high = high_pairs(x[q], x[q + 1]);
            x[q] = low;
            x[q + 1] = high;
        }
    }
    // 2. Whole parts: a square of them for each c.
#pragma GCC unroll 4
    for (int c = 0; c < words; ++c) {
        Reals* const y = x + c;
#if HALFULP_FAMILY_BYTES == 64
        const Reals low01 = choose_parts<0x44>(y[0], y[words]), high01 = choose_parts<0xee>(y[0], y[words]);
        const Reals low23 = choose_parts<0x44>(y[2 * words], y[3 * words]);
        const Reals high23 = choose_parts<0xee>(y[2 * words], y[3 * words]);
        y[0] = choose_parts<0x88>(low01, low23);
        y[words] = choose_parts<0xdd>(low01, low23);
        y[2 * words] = choose_parts<0x88>(high01, high23);
        y[3 * words] = choose_parts<0xdd>(high01, high23);
#else
        const Reals low = choose_parts<0x20>(y[0], y[words]), high = choose_parts<0x31>(y[0], y[words]);
        y[0] = low;
        y[words] = high;
#endif
    }
}

/// out[j · out_row + i] = in[i · in_row + j] for multiples of a register's lanes: whole lines of `out` are written at
/// a time, as its rows may meet in one set of the cache.
inline void turn_squares(const float* in, std::ptrdiff_t in_row, float* out, std::ptrdiff_t out_row,
                         std::size_t rows, std::size_t columns) noexcept {
    constexpr std::size_t lanes = register_bytes / 4;
    for (std::size_t i = 0; i < rows; i += lanes)
        for (std::size_t j = 0; j < columns; j += lanes) {
            reals32 square[lanes];
#pragma GCC unroll 16
            for (std::size_t r = 0; r < lanes; ++r)
                square[r] = load<reals32>(in + static_cast<std::ptrdiff_t>(i + r) * in_row + j);
            turn_square(square);
#pragma GCC unroll 16
            for (std::size_t r = 0; r < lanes; ++r)
                store(out + static_cast<std::ptrdiff_t>(j + r) * out_row + i, square[r]);
        }
}

/// sums[i] ← sums[i] + Σ_k a[i·row + k]·x[k], fused, k ascending, for `lines` lines, at most Squares registers of
/// them. A square of registers is turned so that lanes are lines. Two squares, one below the other, keep the
/// processor from waiting for the chains; one meets fewer lines in the same set of the cache. Lines that are not
/// there repeat the last one.
template <class Carrier, int Squares>
inline void multiply_lines(const Carrier* a, std::ptrdiff_t row, const Carrier* x, std::size_t steps,
                           std::size_t lines, Carrier* sums) noexcept {
    using reals = typename lanes_of<Carrier>::reals;
    constexpr int lanes = lanes_of<Carrier>::count;
    constexpr std::size_t ahead = 512 / sizeof(Carrier);  // no processor foresees so many streams
    const Carrier* line[Squares * lanes];
    for (std::size_t i = 0; i < Squares * lanes; ++i)
        line[i] = a + static_cast<std::ptrdiff_t>(i < lines ? i : lines - 1) * row;
    reals chains[Squares];
#pragma GCC unroll 2
    for (int s = 0; s < Squares; ++s)
        chains[s] = load<reals>(sums + s * lanes);
    std::size_t k = 0;
    for (; k + lanes <= steps; k += lanes) {
#pragma GCC unroll 2
        for (int s = 0; s < Squares; ++s) {
            reals square[lanes];
#pragma GCC unroll 16
            for (int i = 0; i < lanes; ++i) {
                square[i] = load<reals>(line[s * lanes + i] + k);
                __builtin_prefetch(line[s * lanes + i] + k + ahead, 0, 3);
            }
            turn_square(square);
#pragma GCC unroll 16
            for (int i = 0; i < lanes; ++i)
                fused_multiply_add(chains[s], square[i], repeat(x[k + static_cast<std::size_t>(i)]));
        }
    }
    for (; k < steps; ++k) {
#pragma GCC unroll 2
        for (int s = 0; s < Squares; ++s) {
            alignas(64) Carrier terms[lanes];
            for (int i = 0; i < lanes; ++i)
                terms[i] = line[s * lanes + i][k];
            fused_multiply_add(chains[s], load<reals>(terms), repeat(x[k]));
        }
    }
#pragma GCC unroll 2
    for (int s = 0; s < Squares; ++s)
        store(sums + s * lanes, chains[s]);
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
