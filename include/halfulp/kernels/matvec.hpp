// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The matrix-vector product y = A·x in any arithmetic: `matmul` with one column.

#include <halfulp/kernels/matmul.hpp>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// A vector as the one column of a matrix.
template <class T>
constexpr matrix_view<T> as_column(const vector_view<T>& v) noexcept {
    return {v.data(), v.size(), 1, v.stride(), 1};
}

}  // namespace detail

/// y = A·x, y_i = Σ_k a_ik·x_k; with `accumulate` y += A·x. y_i has the bits of element (i, 0) of `matmul`
/// with x as a matrix of one column: one chain, k ascending. With a transposed view it is Aᵀ·x.
///
/// @param a  rows × depth
/// @param x  depth elements
/// @param y  rows elements; it must not share memory with a or x
/// @throws shape_error     if the extents do not fit together, before anything is written
/// @throws aliasing_error  if y may share memory with a or x, or has stride 0, before anything is written
///
/// O(rows·depth); memory as for `matmul`. constexpr.
template <matrix_argument AM, vector_argument XV, vector_argument YV,
          class Arithmetic = default_arithmetic<matrix_element<AM>, vector_element<XV>>>
constexpr void matvec(const AM& a_argument, const XV& x_argument, YV&& y_argument,
                      const Arithmetic& arithmetic = {}, const matmul_options& options = {}) {
    const auto a = as_matrix(a_argument);
    const auto x = as_vector(x_argument);
    const auto y = as_vector(y_argument);
    static_assert(!std::is_const_v<typename decltype(y)::element_type>,
                  "halfulp::matvec: the output is a view of constant elements");
    detail::require_extent("matvec", "x.size()", x.size(), "a.columns()", a.columns());
    detail::require_extent("matvec", "y.size()", y.size(), "a.rows()", a.rows());
    const auto x_column = detail::as_column(x);
    const auto y_column = detail::as_column(y);
    detail::require_own_elements("matvec", "y", y_column);
    detail::require_distinct("matvec", "y", y_column, "a", a);
    detail::require_distinct("matvec", "y", y_column, "x", x_column);
    matmul(a, x_column, y_column, arithmetic, options);
}

}  // namespace v0
}  // namespace halfulp
