// SPDX-License-Identifier: BSL-1.0
//
// From the sums of codes to the elements of a product of integers: see simd/for_each_family.hpp for how this text is
// used, and simd/integer_tiles.hpp for what it is given.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// The low halves of the products of the lanes.
HALFULP_ALWAYS_INLINE words32 multiply_lanes(words32 x, words32 y) noexcept {
    words32 result;
    __asm__("{vpmulld %2, %1, %0|vpmulld %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}

/// The integers of a register of columns of row r, modulo 2^32.
HALFULP_ALWAYS_INLINE words32 integers_of(const integer_results& t, int r, int column) noexcept {
    const words32 products = load<words32>(t.sums + r * t.sums_row + column) << t.shift;
    const words32 left_sum = words32{} + static_cast<std::uint32_t>(t.left_sums[r]);
    const words32 right_sum = load<words32>(t.right_sums + column);
    if (t.is_separable)
        return products + left_sum + right_sum;
    const words32 left_offset = words32{} + static_cast<std::uint32_t>(t.left_offsets[r]);
    return products + multiply_lanes(left_sum, load<words32>(t.right_offsets + column)) +
           multiply_lanes(left_offset, right_sum);
}

/// Numbers of 32 bits from and to a row of C, of which `columns` are there.
template <class Register>
HALFULP_ALWAYS_INLINE Register load_result(const void* from, int columns) noexcept {
    return columns >= register_bytes / 4 ? load<Register>(from) : first_lanes<Register>(columns).load(from);
}
template <class Register>
HALFULP_ALWAYS_INLINE void store_result(void* to, int columns, Register value) noexcept {
    if (columns >= register_bytes / 4)
        store(to, value);
    else
        first_lanes<Register>(columns).store(to, value);
}

/// out (+)= the integers, in 32 bits. Whole: C has all columns of the tile's registers. Reads `t` once, as stores
/// might change it.
template <bool Whole, bool StartsEmpty>
inline void finish_integers_of(const integer_results& t) noexcept {
    constexpr int lanes = register_bytes / 4;
    const int rows = t.rows, all_columns = t.columns;
    const words32 shifts =
        words32{} + static_cast<std::uint32_t>(t.shift);  // one operation, a common count two
    const std::int32_t* const left_sums = t.left_sums;
    const std::ptrdiff_t sums_row = t.sums_row, out_row = t.out_row;
    for (int j = 0; j < all_columns; j += lanes) {
        const int columns = Whole ? lanes : all_columns - j;
        const words32 right_sum = load<words32>(t.right_sums + j);
        const std::int32_t* sums = t.sums + j;
        std::int32_t* out = static_cast<std::int32_t*>(t.out) + j;
#pragma GCC unroll 4
        for (int r = 0; r < rows; ++r) {
            words32 x = (load<words32>(sums) << shifts) +
                        (words32{} + static_cast<std::uint32_t>(left_sums[r]) + right_sum);
            if constexpr (!StartsEmpty)
                x += load_result<words32>(out, columns);
            store_result(out, columns, x);
            sums += sums_row;
            out += out_row;
        }
    }
}
/// Integers have no zero points, so the terms are separable.
inline void finish_integers(const integer_results& t) noexcept {
    const bool is_whole = t.columns % (register_bytes / 4) == 0;
    if (is_whole)
        t.starts_empty ? finish_integers_of<true, true>(t) : finish_integers_of<true, false>(t);
    else
        t.starts_empty ? finish_integers_of<false, true>(t) : finish_integers_of<false, false>(t);
}

/// out (+)= the integers, which fit 32 bits, in 64.
inline void finish_wide_integers(const integer_results& t) noexcept {
    constexpr int lanes = register_bytes / 4;
    for (int r = 0; r < t.rows; ++r) {
        std::int64_t* const row = static_cast<std::int64_t*>(t.out) + r * t.out_row;
        for (int j = 0; j < t.columns; j += lanes) {
            alignas(64) std::int32_t integers[lanes];
            store(integers, integers_of(t, r, j));
            const int count = lanes < t.columns - j ? lanes : t.columns - j;
            for (int i = 0; i < count; ++i)
                row[j + i] = static_cast<std::int64_t>(
                    static_cast<std::uint64_t>(static_cast<std::int64_t>(integers[i])) +
                    (t.starts_empty ? 0 : static_cast<std::uint64_t>(row[j + i])));
        }
    }
}

/// Signed integers to the nearest floats.
HALFULP_ALWAYS_INLINE reals32 to_reals(words32 x) noexcept {
    reals32 result;
    __asm__("{vcvtdq2ps %1, %0|vcvtdq2ps %0, %1}" : "=v"(result) : "v"(x));
    return result;
}

/// before ← fma(float(integer), left scale · right scale, before), from 0 where it starts empty: each step rounded to
/// nearest. These are sums of a tile, as wide as its registers. Reads `t` once, as stores might change it.
template <bool IsSeparable, bool StartsEmpty>
inline void add_scaled_group(const integer_results& t, float* sums_of_groups) noexcept {
    constexpr int lanes = register_bytes / 4;
    const int rows = t.rows, columns = t.columns;
    const words32 shifts =
        words32{} + static_cast<std::uint32_t>(t.shift);  // one operation, a common count two
    const std::int32_t *const left_sums = t.left_sums, *const left_offsets = t.left_offsets;
    const float* const left_scales = t.left_scales;
    const std::ptrdiff_t row = t.sums_row;
    for (int j = 0; j < columns; j += lanes) {
        const reals32 right_scale = load<reals32>(t.right_scales + j);
        const words32 right_sum = load<words32>(t.right_sums + j);
        const words32 right_offset = load<words32>(t.right_offsets + j);
        const std::int32_t* sums = t.sums + j;
        float* to = sums_of_groups + j;
#pragma GCC unroll 4
        for (int r = 0; r < rows; ++r, sums += row, to += row) {
            const words32 products = load<words32>(sums) << shifts;
            const words32 left_sum = words32{} + static_cast<std::uint32_t>(left_sums[r]);
            words32 integers;
            if constexpr (IsSeparable)
                integers = products + (left_sum + right_sum);
            else
                integers = products + multiply_lanes(left_sum, right_offset) +
                           multiply_lanes(words32{} + static_cast<std::uint32_t>(left_offsets[r]), right_sum);
            reals32 sum{};
            if constexpr (!StartsEmpty)
                sum = load<reals32>(to);
            fused_multiply_add(sum, to_reals(integers), as_rounded(repeat(left_scales[r]) * right_scale));
            store(to, sum);
        }
    }
}
/// The sums of groups between C and the tile's own memory, where they lie side by side: rows of C may meet in one set
/// of the cache.
inline void finish_scaled(const integer_results& t) noexcept {
    constexpr int lanes = register_bytes / 4;
    const int rows = t.rows, columns = t.columns;
    const std::ptrdiff_t row = t.sums_row, out_row = t.out_row;
    float* const sums = t.scaled_sums;
    float* const out = static_cast<float*>(t.out);
    if (t.is_first && !t.starts_empty)
        for (int r = 0; r < rows; ++r)
            for (int j = 0; j < columns; j += lanes)
                store(sums + r * row + j, load_result<reals32>(out + r * out_row + j, columns - j));
    if (t.is_separable)
        t.starts_empty&& t.is_first ? add_scaled_group<true, true>(t, sums)
                                    : add_scaled_group<true, false>(t, sums);
    else
        t.starts_empty&& t.is_first ? add_scaled_group<false, true>(t, sums)
                                    : add_scaled_group<false, false>(t, sums);
    if (!t.is_last)
        return;
    const bool ends = t.ends;
    for (int r = 0; r < rows; ++r)
        for (int j = 0; j < columns; j += lanes) {
            const reals32 sum = load<reals32>(sums + r * row + j);
            store_result(out + r * out_row + j, columns - j,
                         ends ? step_registers<chain_of<float>>::finished(sum) : sum);
        }
}

/// As many signed 32-bit integers as a register of double has lanes, exactly.
HALFULP_ALWAYS_INLINE reals64 load_as_double(const std::int32_t* from) noexcept {
    struct row {
        std::int32_t numbers[lanes_of<double>::count];
    };
    reals64 result;
    __asm__("{vcvtdq2pd %1, %0|vcvtdq2pd %0, %1}" : "=v"(result) : "m"(*reinterpret_cast<const row*>(from)));
    return result;
}

/// Doubles to the nearest floats.
HALFULP_ALWAYS_INLINE void store_as_float(float* to, reals64 x) noexcept {
    typename lanes_of<double>::binary32 result;
#if HALFULP_FAMILY_BYTES == 64
    __asm__("{vcvtpd2ps %1, %t0|vcvtpd2ps %t0, %1}" : "=v"(result) : "v"(x));
#else
    __asm__("{vcvtpd2psy %1, %x0|vcvtpd2ps %x0, %t1}" : "=v"(result) : "v"(x));
#endif
    store(to, result);
}

/// out ← integer · left scale · right scale, rounded once, to nearest. The product of two floats is a double, that of
/// it and the integer has at most 79 bits: it is rounded to odd in double, which is far enough from any midpoint of
/// two floats (Boldo, Melquiond, "Emulation of FMA and Correctly Rounded Sums", IEEE Trans. Comput. 57, 2008,
/// theorem 1).
inline void finish_scaled_once(const integer_results& t) noexcept {
    constexpr int lanes = register_bytes / 4, half = lanes / 2;
    for (int r = 0; r < t.rows; ++r) {
        float* const row = static_cast<float*>(t.out) + r * t.out_row;
        const reals64 left_scale = repeat(static_cast<double>(t.left_scales[r]));
        for (int j = 0; j < t.columns; j += lanes) {
            alignas(64) std::int32_t integers[lanes];
            alignas(64) float results[lanes];
            store(integers, integers_of(t, r, j));
#pragma GCC unroll 2
            for (int part = 0; part < lanes; part += half) {
                const reals64 x = load_as_double(integers + part);
                const reals64 scale = as_rounded(left_scale * load_as_double(t.right_scales + j + part));
                const reals64 product = as_rounded(x * scale);
                reals64 error = -product;
                fused_multiply_add(error, x, scale);
                const words64 bits = as_words(product);
                // Toward zero first where the error points there; then the last bit says that something was lost.
                const words64 is_beyond = sign_mask(as_words(error) ^ bits);
                const words64 odd = (bits + is_beyond) | 1u;
                store_as_float(results + part, error != reals64{} ? as_reals(odd) : product);
            }
            store_result(row + j, t.columns - j, load<reals32>(results));
        }
    }
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
