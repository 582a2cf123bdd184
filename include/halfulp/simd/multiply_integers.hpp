// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A product of integers from its operands to C: the scheme, which side is tiled by rows, and the threads.

#include <halfulp/core/views.hpp>
#include <halfulp/simd/integer_matvec.hpp>
#include <halfulp/simd/integer_product.hpp>

#include <type_traits>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace detail {

template <class C>
inline constexpr simd::integer_result_kind integer_result_kind_of =
    std::is_same_v<C, std::int32_t>   ? simd::integer_result_kind::integers
    : std::is_same_v<C, std::int64_t> ? simd::integer_result_kind::wide_integers
                                      : simd::integer_result_kind::scaled;

template <class C>
void run_product(const simd::integer_product& product, const matrix_view<C>& c, integer_scheme scheme,
                 std::size_t depth, bool accumulate, const execution::policy& policy) {
    const std::size_t granule = scheme == integer_scheme::table_lookup ? 128 : 32;
    simd::for_parts_of_matrix(
        policy, c.rows(), c.columns(), depth, granule,
        [&](std::size_t i, std::size_t j, std::size_t rows, std::size_t columns) {
            const simd::default_floating_point_environment guard;
            product.run(i, j, rows, columns, {&c(i, j), c.row_stride(), c.column_stride()}, !accumulate);
        });
}

/// C (+)= A·B where A are packed rows that lie as they are read and B has few columns: they are not packed anew, which
/// would take longer than the product. False if that is not so.
template <class C>
bool multiply_few_columns(simd::isa level, const simd::integer_source& many, const simd::integer_source& few,
                          const matrix_view<C>& c, std::size_t group, bool accumulate,
                          const execution::policy& policy, simd::integer_result_kind kind,
                          integer_scheme scheme) {
    // Measured on Zen 5; where a pass takes many codes, packing pays sooner.
    const std::size_t most_columns = scheme == integer_scheme::table_lookup ? 12
                                     : many.format.bits() * few.format.bits() == 1
                                         ? 6
                                         : simd::packed_rows_product::most_vectors;
    if (many.packed == nullptr || few.lines > most_columns || few.lines >= many.lines ||
        group < many.length || kind == simd::integer_result_kind::scaled_once ||
        !simd::packed_rows_product::reads_packed(level, *many.packed))
        return false;
    if constexpr (std::is_same_v<C, float>)
        multiply_scaled_packed_rows(level, *many.packed, many, few, c, accumulate, policy);
    else
        multiply_packed_rows(level, *many.packed, few, c, accumulate, policy);
    return true;
}

/// C = A·B or C += A·B for the rows of A and the columns of B; groups as in simd::integer_product. False if there is
/// no scheme for the formats. Sums of a group (of a stretch of at most 8192 codes) have to fit 32 bits.
/// @throws std::bad_alloc  if there is no memory; parts of c may have been written by then
template <class C>
bool multiply_integers(const simd::integer_source& left, const simd::integer_source& right,
                       const matrix_view<C>& c, std::size_t depth, std::size_t group, bool accumulate,
                       const execution::policy& policy,
                       simd::integer_result_kind kind = integer_result_kind_of<C>) {
    const simd::isa level = simd::level_for(policy);
    if (level == simd::isa::plain || depth == 0 || c.rows() == 0 || c.columns() == 0)
        return false;
    const integer_scheme scheme =
        plan_integer_product(left.format, right.format, level, simd::available_extensions());
    if (scheme == integer_scheme::definition)
        return false;
    if (multiply_few_columns(level, left, right, c, group, accumulate, policy, kind, scheme) ||
        multiply_few_columns(level, right, left, c.transposed(), group, accumulate, policy, kind, scheme))
        return true;
    // Tables are of the wider operand. Otherwise lanes are columns, which should be many and side by side.
    constexpr std::size_t few = 16;
    const bool is_few = c.columns() < few && c.rows() > c.columns();
    const bool is_turned = c.row_stride() == 1 && c.column_stride() != 1 && c.rows() >= few;
    if (scheme == integer_scheme::table_lookup && left.format.bits() != right.format.bits()
            ? left.format.bits() < right.format.bits()
            : is_few || is_turned) {
        const simd::integer_product product(level, scheme, right, left, depth, group, kind);
        return run_product(product, c.transposed(), scheme, depth, accumulate, policy), true;
    }
    const simd::integer_product product(level, scheme, left, right, depth, group, kind);
    return run_product(product, c, scheme, depth, accumulate, policy), true;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif
