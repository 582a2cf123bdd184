// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The matrix product C = A·B in any arithmetic. This template is the definition of its bits.

#include <halfulp/arithmetic/integer.hpp>
#include <halfulp/kernels/dot.hpp>
#include <halfulp/kernels/matmul_options.hpp>
#include <halfulp/simd/matmul_exact.hpp>
#include <halfulp/simd/matmul_l_mul.hpp>
#include <halfulp/simd/matmul_native.hpp>
#include <halfulp/simd/matmul_rounded.hpp>

#include <cstddef>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// The dispatch point: a fast path is an overload that takes an arithmetic, and returns whether it did the work.
template <class A, class B, class C, class Arithmetic>
bool matmul_fast(const matrix_view<A>&, const matrix_view<B>&, const matrix_view<C>&, const Arithmetic&,
                 const matmul_options&, ...) {
    return false;
}

}  // namespace detail

/// C = A·B, c_ij = Σ_k a_ik·b_kj.
///
/// Each output element is one chain, k ascending, and the element's only: the bits of c_ij depend on
/// row i of A, column j of B, the arithmetic and, in the stochastic modes, on (seed, i, j); not on
/// the shape, the strides or the other elements. With transposed views it is Aᵀ·B and A·Bᵀ.
///
/// @param a  rows × depth
/// @param b  depth × columns
/// @param c  rows × columns, converted from the chain by the arithmetic. It must not share memory
///           with a or b. Depth 0 gives zeros (with `accumulate` the rounded old values).
/// @throws shape_error     if the extents do not fit together, before anything is written
/// @throws overflow_error  if the arithmetic is `integer` and a sum of `depth` products could leave its accumulator,
///           before anything is written
/// @throws aliasing_error  if c may share memory with a or b, or elements of c do with each other, before
///           anything is written; interleaved views count as shared unless they are row-major blocks of
///           one larger matrix
/// @throws std::bad_alloc  if a fast path gets no memory; parts of c may have been written by then
///
/// There are fast paths with the bits of this definition for native<float> and native<double>
/// (simd/matmul_native.hpp), rounded and fused (simd/matmul_rounded.hpp), l_mul (simd/matmul_l_mul.hpp) and exact
/// (simd/matmul_exact.hpp).
///
/// O(rows·columns·depth), constexpr. The definition allocates nothing; the fast paths keep a few MiB a thread
/// (matmul_blocking) from one call to the next, and exact ones a few numbers a row and column.
template <matrix_argument AM, matrix_argument BM, matrix_argument CM,
          class Arithmetic = default_arithmetic<matrix_element<AM>, matrix_element<BM>>>
constexpr void matmul(const AM& a_argument, const BM& b_argument, CM&& c_argument,
                      const Arithmetic& arithmetic = {}, const matmul_options& options = {}) {
    using A = matrix_element<const AM&>;
    using B = matrix_element<const BM&>;
    using C = matrix_element<CM>;
    detail::check_arithmetic<Arithmetic, A, B>();
    const auto a = as_matrix(a_argument);
    const auto b = as_matrix(b_argument);
    const auto c = as_matrix(c_argument);
    static_assert(!std::is_const_v<typename decltype(c)::element_type>,
                  "halfulp::matmul: the output is a view of constant elements");
    detail::require_extent("matmul", "b.rows()", b.rows(), "a.columns()", a.columns());
    detail::require_extent("matmul", "c.rows()", c.rows(), "a.rows()", a.rows());
    detail::require_extent("matmul", "c.columns()", c.columns(), "b.columns()", b.columns());
    arithmetic::detail::require_depth<A, B>(arithmetic, "matmul", a.columns());
    detail::require_own_elements("matmul", "c", c);
    detail::require_distinct("matmul", "c", c, "a", a);
    detail::require_distinct("matmul", "c", c, "b", b);

    if (!std::is_constant_evaluated() &&
        detail::matmul_fast(matrix_view<const std::remove_cv_t<A>>(a),
                            matrix_view<const std::remove_cv_t<B>>(b), c, arithmetic, options))
        return;
    const auto element = [&](auto sum, std::size_t i, std::size_t j) {
        const std::uint64_t number =
            arithmetic::element_number(options.first_row + i, options.first_column + j);
        detail::accumulate_chain(arithmetic, sum, a.row(i), b.column(j), number);
        c(i, j) = arithmetic.template result<C>(sum, {number, a.columns()});
    };
    for (std::size_t i = 0; i < c.rows(); ++i)
        for (std::size_t j = 0; j < c.columns(); ++j)
            if (options.accumulate)
                element(arithmetic.template start<A, B>(c(i, j)), i, j);
            else
                element(arithmetic.template zero<A, B>(), i, j);
}

}  // namespace v0
}  // namespace halfulp
