// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the kernels take as vectors and matrices: views, containers, and what looks like an mdspan
/// or a matrix of Eigen. `as_vector` and `as_matrix` make the view of any of them.

#include <halfulp/core/views.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace halfulp {
inline namespace v0 {

namespace detail {

template <class T>
inline constexpr bool is_vector_view = false;
template <class T>
inline constexpr bool is_vector_view<vector_view<T>> = true;
template <class T>
inline constexpr bool is_matrix_view = false;
template <class T>
inline constexpr bool is_matrix_view<matrix_view<T>> = true;
template <class T>
inline constexpr bool is_matrix_batch = false;
template <class T>
inline constexpr bool is_matrix_batch<matrix_batch<T>> = true;
template <class T>
inline constexpr bool is_heads_view = false;
template <class T>
inline constexpr bool is_heads_view<heads_view<T>> = true;

template <class Span, int Rank>
concept mdspan_of_rank = requires {
    typename Span::element_type;
    requires mdspan_like<Span, typename Span::element_type, Rank>;
};

template <class Container>
concept contiguous_container = !is_vector_view<std::remove_cvref_t<Container>> && requires(Container & c) {
    {*c.data()};
    { c.size() } -> std::convertible_to<std::size_t>;
}
&&!requires(Container & c) {
    c.rows();
};

// A dense matrix with its own strides; a column or row vector of that kind is a matrix here.
template <class Matrix>
concept eigen_like = requires(Matrix& m) {
    {*m.data()};
    { m.rows() } -> std::convertible_to<std::ptrdiff_t>;
    { m.cols() } -> std::convertible_to<std::ptrdiff_t>;
    { m.rowStride() } -> std::convertible_to<std::ptrdiff_t>;
    { m.colStride() } -> std::convertible_to<std::ptrdiff_t>;
};

}  // namespace detail

/// Something that `as_vector` makes a view of: a vector_view, a contiguous container, a rank-1 mdspan.
template <class V>
concept vector_argument = detail::is_vector_view<std::remove_cvref_t<V>> ||
                          detail::contiguous_container<std::remove_reference_t<V>> ||
                          detail::mdspan_of_rank < std::remove_cvref_t<V>,
1 > ;

/// Something that `as_matrix` makes a view of: a matrix_view, a rank-2 mdspan, a dense Eigen matrix.
template <class M>
concept matrix_argument =
    detail::is_matrix_view<std::remove_cvref_t<M>> || detail::mdspan_of_rank < std::remove_cvref_t<M>,
2 > || detail::eigen_like<std::remove_reference_t<M>>;

/// Something that `as_batch` makes a batch of: a matrix_batch, a rank-3 mdspan.
template <class B>
concept batch_argument =
    detail::is_matrix_batch<std::remove_cvref_t<B>> || detail::mdspan_of_rank < std::remove_cvref_t<B>,
3 > ;

/// The view of a vector argument. Elements are const where the container is. O(1).
template <vector_argument V>
constexpr auto as_vector(V&& v) noexcept {
    using plain = std::remove_cvref_t<V>;
    if constexpr (detail::is_vector_view<plain>)
        return v;
    else if constexpr (detail::mdspan_of_rank<plain, 1>)
        return vector_view<typename plain::element_type>(v);
    else
        return vector_view<std::remove_reference_t<decltype(*v.data())>>(v.data(),
                                                                         static_cast<std::size_t>(v.size()));
}

/// The view of a matrix argument. Elements are const where the matrix is. O(1).
template <matrix_argument M>
constexpr auto as_matrix(M&& m) noexcept {
    using plain = std::remove_cvref_t<M>;
    if constexpr (detail::is_matrix_view<plain>)
        return m;
    else if constexpr (detail::mdspan_of_rank<plain, 2>)
        return matrix_view<typename plain::element_type>(m);
    else
        return matrix_view<std::remove_reference_t<decltype(*m.data())>>(
            m.data(), static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols()), m.rowStride(),
            m.colStride());
}

/// The view of a batch argument. O(1).
template <batch_argument B>
constexpr auto as_batch(B&& b) noexcept {
    using plain = std::remove_cvref_t<B>;
    if constexpr (detail::is_matrix_batch<plain>)
        return b;
    else
        return matrix_batch<typename plain::element_type>(b);
}

/// The element type of a vector, matrix or batch argument, without const.
template <class V>
requires vector_argument<V>
using vector_element = typename decltype(as_vector(std::declval<V>()))::value_type;
template <class M>
requires matrix_argument<M>
using matrix_element = typename decltype(as_matrix(std::declval<M>()))::value_type;
template <class B>
requires batch_argument<B>
using batch_element = typename decltype(as_batch(std::declval<B>()))::value_type;

}  // namespace v0
}  // namespace halfulp
