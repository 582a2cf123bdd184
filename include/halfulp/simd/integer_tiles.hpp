// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Tiles of integer products, one kind a scheme (kernels/integer_plan.hpp): what each is given. A tile leaves 32-bit
/// sums of products of codes in a small buffer, which family/integer_results.hpp turns into the elements of C.
///
/// Codes are unsigned, or bytes with a sign for byte_dot; what an operand's integer is to its code, value =
/// scale·code + offset, is put right afterwards by the sums of codes that packing takes along, so one tile serves
/// every kind of integer:
///
///     Σ (α·u + β)(γ·v + δ) = αγ·Σuv + δ·(α·Σu + n·β) + β·γ·Σv
///
/// All of it is modulo 2^32, which is right as soon as the result fits.

#include <halfulp/kernels/integer_plan.hpp>
#include <halfulp/simd/tiles.hpp>

#include <cstddef>
#include <cstdint>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// sums ← Σ of a scheme's products for `rows` rows and all columns of a tile.
struct integer_tile {
    const std::uint32_t* left = nullptr;  ///< words of a row in a row; planes one after the other
    std::ptrdiff_t left_row = 0;          ///< words
    std::ptrdiff_t left_plane = 0;        ///< words; bit_serial
    int left_planes = 1;
    const std::uint32_t* right = nullptr;  ///< a step is a row of words, one a column
    std::ptrdiff_t right_plane = 0;        ///< words; bit_serial and table_lookup
    int right_planes = 1;
    std::int32_t* sums = nullptr;
    std::ptrdiff_t sums_row = 0;
    int rows = 0;
    std::size_t steps = 0;
    std::size_t steps_in_bytes = 0;    ///< table_lookup: as many sums of codes fit a byte
    std::size_t steps_in_16_bits = 0;  ///< … and 16 bits
};

/// What a tile's sums become.
struct integer_results {
    const std::int32_t* sums = nullptr;
    std::ptrdiff_t sums_row = 0;
    int rows = 0;
    int columns = 0;
    int shift = 0;  ///< αγ as a power of two
    /// α·Σu + n·β and β a row, δ and γ·Σv a column. With `is_separable` δ and β are the same in all columns and
    /// rows, and the terms below are the finished products.
    const std::int32_t* left_sums = nullptr;
    const std::int32_t* left_offsets = nullptr;
    const std::int32_t* right_sums = nullptr;
    const std::int32_t* right_offsets = nullptr;
    bool is_separable = true;
    const float* left_scales = nullptr;
    const float* right_scales = nullptr;
    void* out = nullptr;
    std::ptrdiff_t out_row = 0;    ///< elements
    bool starts_empty = true;      ///< out is not read
    float* scaled_sums = nullptr;  ///< of the groups of a stretch of k, row by row like `sums`
    bool is_first = true;          ///< of these groups
    bool is_last = true;
    bool ends = true;  ///< out gets results after the last of them, not sums that go on
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/bit_planes.hpp>
#include <halfulp/simd/for_each_family.hpp>
#define HALFULP_FAMILY_TEXT <halfulp/simd/family/integer_results.hpp>
#include <halfulp/simd/for_each_family.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// The tiles of one scheme at one level.
struct integer_engine {
    int rows = 0;     ///< of a full tile
    int columns = 0;  ///< of every tile
    void (*multiply)(const integer_tile&) noexcept = nullptr;
};

/// A step of family/tiles.hpp as a tile of integers.
template <class Step, isa Level>
void multiply_dot_products(const integer_tile& t) noexcept {
    const shape_for<Step>& shape = shape_at<Step>(Level);
    tile<std::uint32_t, std::int32_t> dots;
    dots.a = t.left;
    dots.a_row = t.left_row;
    dots.b = dots.ahead = t.right;
    dots.b_row = shape.columns;
    dots.c = t.sums;
    dots.c_row = t.sums_row;
    dots.steps = t.steps;
    dots.rows = t.rows;
    dots.columns = shape.columns;
    dots.starts_empty = dots.is_last = true;
    shape.functions[t.rows - 1][two](dots);
}

inline integer_engine engine_of(integer_scheme scheme, isa level) noexcept {
    const bool wide = level == isa::avx512;
    switch (scheme) {
        case integer_scheme::byte_dot:
            return {12, 32, &multiply_dot_products<sum_of_bytes, isa::avx512>};
        case integer_scheme::bit_serial:
            return {12, 32, &avx512::multiply_bit_planes};
        case integer_scheme::table_lookup:
            return wide ? integer_engine{avx512::lookup_rows, avx512::lookup_columns,
                                         &avx512::multiply_by_tables}
                        : integer_engine{avx2::lookup_rows, avx2::lookup_columns, &avx2::multiply_by_tables};
        default:
            return wide ? integer_engine{12, 32, &multiply_dot_products<sum_of_halfwords, isa::avx512>}
                        : integer_engine{6, 16, &multiply_dot_products<sum_of_halfwords, isa::avx2>};
    }
}

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
