// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Products of integers of any width, packed or a byte each, in arithmetic::integer: exact, for every pair of widths
/// and kinds.
///
///     matmul(a, b, c, arithmetic::integer<>{}, options)      C = A·B, C += A·B
///     matvec(a, x, y, arithmetic::integer<>{}, options)      y = A·x, y += A·x
///     plan_integer_product(format_of_a, format_of_b)         how (kernels/integer_plan.hpp)
///
/// A packed matrix is read fastest where k runs along its lines: A row-major, B column-major (a row-major matrix of
/// the transposed shape, `.transposed()`), as weights and activations of a linear layer are; otherwise its codes are
/// turned first.

#include <halfulp/arithmetic/integer.hpp>
#include <halfulp/formats/packed.hpp>
#include <halfulp/kernels/integer_plan.hpp>
#include <halfulp/kernels/matmul.hpp>
#include <halfulp/kernels/matvec.hpp>
#include <halfulp/simd/integer_fast_paths.hpp>

#include <cstddef>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

namespace detail {

template <class M>
inline constexpr bool is_integer_matrix = [] {
    if constexpr (packed_matrix_argument<M>)
        return formatted_integer<
            typename std::remove_cvref_t<decltype(as_packed(std::declval<M&>()))>::value_type>;
    else if constexpr (matrix_argument<M>)
        return integer_number<matrix_element<M>>;
    else
        return false;
}();
template <class V>
inline constexpr bool is_integer_vector = [] {
    if constexpr (packed_vector_argument<V>)
        return formatted_integer<
            typename std::remove_cvref_t<decltype(as_packed(std::declval<V&>()))>::value_type>;
    else if constexpr (vector_argument<V>)
        return integer_number<vector_element<V>>;
    else
        return false;
}();

/// The view of an operand of either kind.
template <class M>
constexpr auto integers_of(const M& m) noexcept {
    if constexpr (packed_matrix_argument<const M&> || packed_vector_argument<const M&>)
        return as_packed(m);
    else if constexpr (matrix_argument<const M&>)
        return as_matrix(m);
    else
        return as_vector(m);
}

/// The bytes of an operand as a matrix, for the check that the output is apart.
template <class T>
matrix_view<const T> memory_of(const matrix_view<T>& m) noexcept {
    return m;
}
template <class T>
matrix_view<const T> memory_of(const vector_view<T>& v) noexcept {
    return as_column(vector_view<const T>(v));
}
template <class M>
matrix_view<const std::uint8_t> memory_of(const M& packed) noexcept {
    return {packed.bytes().data(), 1, packed.bytes().size()};
}

/// c_ij (+)= Σ_k a_ik·b_kj by the definition.
template <class A, class B, class C, class Arithmetic>
void multiply_integers_plainly(const A& a, const B& b, const matrix_view<C>& c, const Arithmetic& arithmetic,
                               const matmul_options& options) {
    using X = std::remove_cv_t<typename A::value_type>;
    using Y = std::remove_cv_t<typename B::value_type>;
    for (std::size_t i = 0; i < c.rows(); ++i)
        for (std::size_t j = 0; j < c.columns(); ++j) {
            auto sum = options.accumulate ? arithmetic.template start<X, Y>(c(i, j))
                                          : arithmetic.template zero<X, Y>();
            for (std::size_t k = 0; k < a.columns(); ++k)
                arithmetic.multiply_add(sum, X(a(i, k)), Y(b(k, j)), {});
            c(i, j) = arithmetic.template result<C>(sum, {});
        }
}

/// A vector as the one column of a matrix, packed or not.
template <class V>
struct column_of {
    using value_type = typename V::value_type;
    V vector;

    std::size_t rows() const noexcept { return vector.size(); }
    std::size_t columns() const noexcept { return 1; }
    auto operator()(std::size_t k, std::size_t) const noexcept { return vector[k]; }
};

/// The checks of an integer product, and the product.
template <class Accumulator, class A, class B, class C>
void integer_matmul(const A& a, const B& b, const matrix_view<C>& c,
                    const arithmetic::integer<Accumulator>& arithmetic, const matmul_options& options) {
    static_assert(!std::is_const_v<C>, "halfulp::matmul: the output is a view of constant elements");
    require_extent("matmul", "b.rows()", b.rows(), "a.columns()", a.columns());
    require_extent("matmul", "c.rows()", c.rows(), "a.rows()", a.rows());
    require_extent("matmul", "c.columns()", c.columns(), "b.columns()", b.columns());
    arithmetic.template require_depth<std::remove_cv_t<typename A::value_type>,
                                      std::remove_cv_t<typename B::value_type>>("matmul", a.columns());
    require_own_elements("matmul", "c", c);
    require_distinct("matmul", "c", c, "a", memory_of(a));
    require_distinct("matmul", "c", c, "b", memory_of(b));
    if (c.rows() != 0 && c.columns() != 0 &&
        !integer_product_fast<Accumulator>(a, b, c, options.accumulate, options.execution))
        multiply_integers_plainly(a, b, c, arithmetic, options);
}

}  // namespace detail

/// A matrix of integers: a packed one, or a view, mdspan or Eigen matrix of integers.
template <class M>
concept integer_matrix_argument = detail::is_integer_matrix<M>;
/// A vector of integers, likewise.
template <class V>
concept integer_vector_argument = detail::is_integer_vector<V>;

/// C = A·B, or C += A·B with `accumulate`, exactly: c_ij = Σ_k a_ik·b_kj.
///
/// @param a  rows × depth, integers of any kind and width
/// @param b  depth × columns
/// @param c  rows × columns of a type that arithmetic::integer gives; it must not share memory with a or b
/// @throws shape_error     if the extents do not fit together, before anything is written
/// @throws overflow_error  if a sum of `depth` products could leave the accumulator, before anything is written
/// @throws aliasing_error  as matmul of kernels/matmul.hpp
/// @throws std::bad_alloc  if a fast path gets no memory; parts of c may have been written by then
///
/// Without an arithmetic, where at least one operand is packed, sums are of 64 bits if c is of std::int64_t, else
/// of 32.
///
/// O(rows·columns·depth). Operands of at most 8 bits have fast paths into int32 and int64: simd/integer_product.hpp.
/// They keep a few MiB a thread, and where k does not run along an operand's lines a byte a code.
template <integer_matrix_argument AM, integer_matrix_argument BM, matrix_argument CM, class Accumulator>
void matmul(const AM& a, const BM& b, CM&& c, const arithmetic::integer<Accumulator>& arithmetic,
            const matmul_options& options = {}) {
    detail::integer_matmul(detail::integers_of(a), detail::integers_of(b), as_matrix(c), arithmetic, options);
}
template <integer_matrix_argument AM, integer_matrix_argument BM, matrix_argument CM>
requires(packed_matrix_argument<AM> || packed_matrix_argument<BM>) void matmul(const AM& a, const BM& b,
                                                                               CM&& c) {
    using accumulator =
        std::conditional_t<std::is_same_v<matrix_element<CM>, std::int64_t>, std::int64_t, std::int32_t>;
    matmul(a, b, c, arithmetic::integer<accumulator>{});
}

/// y = A·x, or y += A·x with `accumulate`, exactly, for a packed A.
///
/// @param a  rows × depth
/// @param x  depth integers of any kind and width, packed or not
/// @param y  rows elements; it must not share memory with a or x
/// @throws as matmul
///
/// O(rows·depth). A row-major, contiguous A of at most 8 bits is read once, at the speed of the memory, if x has at
/// most 8 bits as well: simd/integer_matvec.hpp.
template <packed_matrix_argument AM, integer_vector_argument XV, vector_argument YV,
          class Accumulator = std::conditional_t<std::is_same_v<vector_element<YV>, std::int64_t>,
                                                 std::int64_t, std::int32_t>>
requires integer_matrix_argument<AM>
void matvec(const AM& a_argument, const XV& x_argument, YV&& y_argument,
            const arithmetic::integer<Accumulator>& arithmetic = {}, const matmul_options& options = {}) {
    const auto a = detail::integers_of(a_argument);
    const auto x = detail::integers_of(x_argument);
    const auto y = as_vector(y_argument);
    using X = std::remove_cv_t<typename decltype(a)::value_type>;
    using Y = std::remove_cv_t<typename decltype(x)::value_type>;
    static_assert(!std::is_const_v<typename decltype(y)::element_type>,
                  "halfulp::matvec: the output is a view of constant elements");
    detail::require_extent("matvec", "x.size()", x.size(), "a.columns()", a.columns());
    detail::require_extent("matvec", "y.size()", y.size(), "a.rows()", a.rows());
    arithmetic.template require_depth<X, Y>("matvec", a.columns());
    const auto column = detail::as_column(y);
    detail::require_own_elements("matvec", "y", column);
    detail::require_distinct("matvec", "y", column, "a", detail::memory_of(a));
    detail::require_distinct("matvec", "y", column, "x", detail::memory_of(x));
    if (y.size() == 0 ||
        detail::integer_matvec_fast<Accumulator>(a, x, y, options.accumulate, options.execution))
        return;
    detail::multiply_integers_plainly(a, detail::column_of<std::remove_const_t<decltype(x)>>{x}, column,
                                      arithmetic, options);
}

}  // namespace v0
}  // namespace halfulp
