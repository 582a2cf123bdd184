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

/// out (+)= the integers, in 32 bits.
inline void finish_integers(const integer_results& t) noexcept {
    constexpr int lanes = register_bytes / 4;
    for (int r = 0; r < t.rows; ++r) {
        std::int32_t* const row = static_cast<std::int32_t*>(t.out) + r * t.out_row;
        for (int j = 0; j < t.columns; j += lanes) {
            words32 x = integers_of(t, r, j);
            if (!t.starts_empty)
                x += load_result<words32>(row + j, t.columns - j);
            store_result(row + j, t.columns - j, x);
        }
    }
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

/// out ← fma(float(integer), left scale · right scale, out), from 0 where out starts empty: each step rounded to
/// nearest.
inline void finish_scaled(const integer_results& t) noexcept {
    constexpr int lanes = register_bytes / 4;
    for (int r = 0; r < t.rows; ++r) {
        float* const row = static_cast<float*>(t.out) + r * t.out_row;
        const reals32 left_scale = repeat(t.left_scales[r]);
        for (int j = 0; j < t.columns; j += lanes) {
            const reals32 scale = left_scale * load<reals32>(t.right_scales + j);
            reals32 sum = t.starts_empty ? reals32{} : load_result<reals32>(row + j, t.columns - j);
            fused_multiply_add(sum, to_reals(integers_of(t, r, j)), as_rounded(scale));
            store_result(row + j, t.columns - j, sum);
        }
    }
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
