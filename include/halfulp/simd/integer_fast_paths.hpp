// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The fast paths of products in arithmetic::integer: whether there is one for these operands, and what it reads.

#include <halfulp/arithmetic/integer.hpp>
#include <halfulp/formats/packed.hpp>
#include <halfulp/kernels/matmul_options.hpp>
#include <halfulp/simd/integer_sources.hpp>
#include <halfulp/simd/multiply_integers.hpp>

namespace halfulp {
inline namespace v0 {
namespace detail {

#if HALFULP_HAS_SIMD

/// Integers whose codes have at most 8 bits, in a byte each where they are not packed.
template <class T>
inline constexpr bool is_fast_integer = integer_format_of<std::remove_cv_t<T>>.bits() <= widest_fast_integer;
template <class C, class Accumulator>
inline constexpr bool is_fast_result =
    std::is_same_v<C, Accumulator>;  // another type is rounded, or reduced, an element at a time

/// The rows of a matrix as an operand; its columns are the rows of the transposed one.
template <class T, packed_layout Layout>
simd::integer_operand rows_of(simd::isa level, const packed_matrix_view<T, Layout>& m) {
    return simd::integer_operand(level, lines_of(m), m.order() == storage_order::column_major);
}
template <class T>
simd::integer_operand rows_of(simd::isa level, const matrix_view<T>& m) {
    return simd::integer_operand(
        level, {reinterpret_cast<const std::uint8_t*>(m.data()), m.row_stride(), m.column_stride()}, m.rows(),
        m.columns(), integer_format_of<std::remove_cv_t<T>>);
}
template <class T, packed_layout Layout>
simd::integer_operand row_of(simd::isa level, const packed_vector_view<T, Layout>& v) {
    return simd::integer_operand(level, lines_of(v), false);
}
template <class T>
simd::integer_operand row_of(simd::isa level, const vector_view<T>& v) {
    return simd::integer_operand(level, {reinterpret_cast<const std::uint8_t*>(v.data()), 0, v.stride()}, 1,
                                 v.size(), integer_format_of<std::remove_cv_t<T>>);
}

#endif

/// C (+)= A·B by the schemes of kernels/integer_plan.hpp; false if there is none.
template <class Accumulator, class A, class B, class C>
bool integer_product_fast(const A& a, const B& b, const matrix_view<C>& c, bool accumulate,
                          const execution::policy& policy) {
#if HALFULP_HAS_SIMD
    if constexpr (is_fast_integer<typename A::value_type> && is_fast_integer<typename B::value_type> &&
                  is_fast_result<C, Accumulator>) {
        const simd::isa level = simd::level_for(policy);
        if (level == simd::isa::plain)
            return false;
        const auto left = rows_of(level, a);
        const auto right = rows_of(level, b.transposed());
        return multiply_integers(left.source(), right.source(), c, a.columns(), a.columns(), accumulate,
                                 policy);
    }
#endif
    (void)a, (void)b, (void)c, (void)accumulate, (void)policy;
    return false;
}

/// y (+)= A·x for a packed A; false if there is no fast path.
template <class Accumulator, class A, class X, class Y>
bool integer_matvec_fast(const A& a, const X& x, const vector_view<Y>& y, bool accumulate,
                         const execution::policy& policy) {
#if HALFULP_HAS_SIMD
    if constexpr (is_fast_integer<typename A::value_type> && is_fast_integer<typename X::value_type> &&
                  is_fast_result<Y, Accumulator>) {
        const simd::isa level = simd::level_for(policy);
        if (level == simd::isa::plain)
            return false;
        const auto vector = row_of(level, x);
        if (A::layout != packed_layout::contiguous || a.order() != storage_order::row_major) {
            const auto left = rows_of(level, a);
            return multiply_integers(left.source(), vector.source(),
                                     matrix_view<Y>(y.data(), y.size(), 1, y.stride(), 1), a.columns(),
                                     a.columns(), accumulate, policy);
        }
        multiply_packed_rows(level, lines_of(a), vector.source(),
                             matrix_view<Y>(y.data(), y.size(), 1, y.stride(), 1), accumulate, policy);
        return true;
    }
#endif
    (void)a, (void)x, (void)y, (void)accumulate, (void)policy;
    return false;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
