// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Non-owning strided views of the caller's memory: a subset of std::mdspan with the names of
/// linear algebra. Made implicitly from anything that looks like a rank-1 or rank-2 mdspan.

#include <halfulp/config.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

namespace detail {

template <class Span, class T, int Rank>
concept mdspan_like = requires(const Span& span, int dimension) {
    { Span::rank() } -> std::convertible_to<int>;
    requires static_cast<int>(Span::rank()) == Rank;
    { span.data_handle() } -> std::convertible_to<T*>;
    { span.extent(dimension) } -> std::convertible_to<std::size_t>;
    { span.stride(dimension) } -> std::convertible_to<std::ptrdiff_t>;
};

}  // namespace detail

/// `size` elements, `stride` elements apart (negative and zero strides are allowed for reading).
template <class T>
class vector_view {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;

    constexpr vector_view() noexcept = default;
    constexpr vector_view(T* data, std::size_t size, std::ptrdiff_t stride = 1) noexcept
        : data_(data), size_(size), stride_(stride) {}
    /// A view of mutable elements is also a view of constant ones.
    template <class U>
    requires std::same_as<const U, T>
    constexpr vector_view(const vector_view<U>& other) noexcept
        : data_(other.data()), size_(other.size()), stride_(other.stride()) {}
    /// From a contiguous container (std::vector, std::array, std::span).
    template <class Container>
    requires requires(Container& c) {
        { c.data() } -> std::convertible_to<T*>;
        { c.size() } -> std::convertible_to<std::size_t>;
    } &&(!requires(Container & c) { c.stride(); }) constexpr vector_view(Container&& c) noexcept
        : data_(c.data()), size_(c.size()) {
    }
    /// From a rank-1 mdspan.
    template <detail::mdspan_like<T, 1> Span>
    constexpr vector_view(const Span& span) noexcept
        : data_(span.data_handle()), size_(span.extent(0)), stride_(span.stride(0)) {}

    constexpr T* data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr std::ptrdiff_t stride() const noexcept { return stride_; }
    constexpr T& operator[](std::size_t i) const noexcept {
        return data_[static_cast<std::ptrdiff_t>(i) * stride_];
    }

  private:
    T* data_ = nullptr;
    std::size_t size_ = 0;
    std::ptrdiff_t stride_ = 1;
};

/// `rows` × `columns` elements; element (i, j) is data[i·row_stride + j·column_stride].
/// Row-major by default; a transposed view exchanges extents and strides.
template <class T>
class matrix_view {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;

    constexpr matrix_view() noexcept = default;
    /// Row-major and contiguous.
    constexpr matrix_view(T* data, std::size_t rows, std::size_t columns) noexcept
        : matrix_view(data, rows, columns, static_cast<std::ptrdiff_t>(columns), 1) {}
    constexpr matrix_view(T* data, std::size_t rows, std::size_t columns, std::ptrdiff_t row_stride,
                          std::ptrdiff_t column_stride) noexcept
        : data_(data),
          rows_(rows),
          columns_(columns),
          row_stride_(row_stride),
          column_stride_(column_stride) {}
    /// A view of mutable elements is also a view of constant ones.
    template <class U>
    requires std::same_as<const U, T>
    constexpr matrix_view(const matrix_view<U>& other) noexcept
        : matrix_view(other.data(), other.rows(), other.columns(), other.row_stride(),
                      other.column_stride()) {}
    /// From a rank-2 mdspan.
    template <detail::mdspan_like<T, 2> Span>
    constexpr matrix_view(const Span& span) noexcept
        : matrix_view(span.data_handle(), span.extent(0), span.extent(1), span.stride(0), span.stride(1)) {}

    constexpr T* data() const noexcept { return data_; }
    constexpr std::size_t rows() const noexcept { return rows_; }
    constexpr std::size_t columns() const noexcept { return columns_; }
    constexpr std::ptrdiff_t row_stride() const noexcept { return row_stride_; }
    constexpr std::ptrdiff_t column_stride() const noexcept { return column_stride_; }

    constexpr T& operator()(std::size_t i, std::size_t j) const noexcept {
        return data_[static_cast<std::ptrdiff_t>(i) * row_stride_ +
                     static_cast<std::ptrdiff_t>(j) * column_stride_];
    }
    // An empty row or column has no place of its own: the data of an empty matrix may be null, and
    // null has no neighbours.
    constexpr vector_view<T> row(std::size_t i) const noexcept {
        T* const first = columns_ == 0 ? data_ : data_ + static_cast<std::ptrdiff_t>(i) * row_stride_;
        return {first, columns_, column_stride_};
    }
    constexpr vector_view<T> column(std::size_t j) const noexcept {
        T* const first = rows_ == 0 ? data_ : data_ + static_cast<std::ptrdiff_t>(j) * column_stride_;
        return {first, rows_, row_stride_};
    }
    constexpr matrix_view transposed() const noexcept {
        return {data_, columns_, rows_, column_stride_, row_stride_};
    }

  private:
    T* data_ = nullptr;
    std::size_t rows_ = 0;
    std::size_t columns_ = 0;
    std::ptrdiff_t row_stride_ = 0;
    std::ptrdiff_t column_stride_ = 1;
};

/// `count` matrices of one shape and one layout, each `batch_stride` elements behind the one before. A stride of
/// zero is the same matrix every time, for reading.
template <class T>
class matrix_batch {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;

    constexpr matrix_batch() noexcept = default;
    /// Contiguous row-major matrices, one after the other.
    constexpr matrix_batch(T* data, std::size_t count, std::size_t rows, std::size_t columns) noexcept
        : matrix_batch(matrix_view<T>(data, rows, columns), count,
                       static_cast<std::ptrdiff_t>(rows * columns)) {}
    constexpr matrix_batch(const matrix_view<T>& first, std::size_t count,
                           std::ptrdiff_t batch_stride) noexcept
        : first_(first), count_(count), batch_stride_(batch_stride) {}
    /// A batch of mutable elements is also one of constant ones.
    template <class U>
    requires std::same_as<const U, T>
    constexpr matrix_batch(const matrix_batch<U>& other) noexcept
        : first_(other.first()), count_(other.count()), batch_stride_(other.batch_stride()) {}
    /// From a rank-3 mdspan: (matrix, row, column).
    template <detail::mdspan_like<T, 3> Span>
    constexpr matrix_batch(const Span& span) noexcept
        : first_(span.data_handle(), span.extent(1), span.extent(2), span.stride(1), span.stride(2)),
          count_(span.extent(0)),
          batch_stride_(span.stride(0)) {}

    constexpr std::size_t count() const noexcept { return count_; }
    constexpr std::size_t rows() const noexcept { return first_.rows(); }
    constexpr std::size_t columns() const noexcept { return first_.columns(); }
    constexpr std::ptrdiff_t batch_stride() const noexcept { return batch_stride_; }
    /// The layout of all: of an empty batch too.
    constexpr const matrix_view<T>& first() const noexcept { return first_; }
    constexpr matrix_view<T> operator[](std::size_t n) const noexcept {
        const bool is_empty = first_.rows() == 0 || first_.columns() == 0;
        T* const data =
            is_empty ? first_.data() : first_.data() + static_cast<std::ptrdiff_t>(n) * batch_stride_;
        return {data, first_.rows(), first_.columns(), first_.row_stride(), first_.column_stride()};
    }
    /// Each matrix transposed.
    constexpr matrix_batch transposed() const noexcept {
        return {first_.transposed(), count_, batch_stride_};
    }

  private:
    matrix_view<T> first_{};
    std::size_t count_ = 0;
    std::ptrdiff_t batch_stride_ = 0;
};

/// `batch` × `heads` matrices of one shape and one layout, as attention takes them: matrix (b, h) begins
/// b·batch_stride + h·head_stride elements behind the first. A stride of zero is the same matrix every time, for
/// reading. Any order in memory is a choice of strides: (batch, head, row, column) or (batch, row, head, column).
template <class T>
class heads_view {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;

    constexpr heads_view() noexcept = default;
    /// Contiguous: element (b, h, i, j) is data[((b·heads + h)·rows + i)·columns + j].
    constexpr heads_view(T* data, std::size_t batch, std::size_t heads, std::size_t rows,
                         std::size_t columns) noexcept
        : heads_view(matrix_view<T>(data, rows, columns), batch, heads,
                     static_cast<std::ptrdiff_t>(heads * rows * columns),
                     static_cast<std::ptrdiff_t>(rows * columns)) {}
    constexpr heads_view(const matrix_view<T>& first, std::size_t batch, std::size_t heads,
                         std::ptrdiff_t batch_stride, std::ptrdiff_t head_stride) noexcept
        : first_(first),
          batch_(batch),
          heads_(heads),
          batch_stride_(batch_stride),
          head_stride_(head_stride) {}
    /// One matrix: one head of a batch of one.
    constexpr explicit heads_view(const matrix_view<T>& only) noexcept : heads_view(only, 1, 1, 0, 0) {}
    /// Heads of mutable elements are also heads of constant ones.
    template <class U>
    requires std::same_as<const U, T>
    constexpr heads_view(const heads_view<U>& other) noexcept
        : heads_view(other.first(), other.batch(), other.heads(), other.batch_stride(), other.head_stride()) {
    }
    /// From a rank-4 mdspan: (batch, head, row, column).
    template <detail::mdspan_like<T, 4> Span>
    constexpr heads_view(const Span& span) noexcept
        : heads_view(matrix_view<T>(span.data_handle(), span.extent(2), span.extent(3), span.stride(2),
                                    span.stride(3)),
                     span.extent(0), span.extent(1), span.stride(0), span.stride(1)) {}

    constexpr std::size_t batch() const noexcept { return batch_; }
    constexpr std::size_t heads() const noexcept { return heads_; }
    constexpr std::size_t rows() const noexcept { return first_.rows(); }
    constexpr std::size_t columns() const noexcept { return first_.columns(); }
    constexpr std::ptrdiff_t batch_stride() const noexcept { return batch_stride_; }
    constexpr std::ptrdiff_t head_stride() const noexcept { return head_stride_; }
    /// The layout of all: of no heads too.
    constexpr const matrix_view<T>& first() const noexcept { return first_; }
    constexpr matrix_view<T> operator()(std::size_t b, std::size_t h) const noexcept {
        const bool is_empty = first_.rows() == 0 || first_.columns() == 0;
        T* const data = is_empty ? first_.data()
                                 : first_.data() + static_cast<std::ptrdiff_t>(b) * batch_stride_ +
                                       static_cast<std::ptrdiff_t>(h) * head_stride_;
        return {data, first_.rows(), first_.columns(), first_.row_stride(), first_.column_stride()};
    }

  private:
    matrix_view<T> first_{};
    std::size_t batch_ = 0;
    std::size_t heads_ = 0;
    std::ptrdiff_t batch_stride_ = 0;
    std::ptrdiff_t head_stride_ = 0;
};

template <class T>
heads_view(T*, std::size_t, std::size_t, std::size_t, std::size_t) -> heads_view<T>;

template <class T>
vector_view(T*, std::size_t) -> vector_view<T>;
template <class T>
matrix_batch(T*, std::size_t, std::size_t, std::size_t) -> matrix_batch<T>;
template <class T>
matrix_view(T*, std::size_t, std::size_t) -> matrix_view<T>;

}  // namespace v0
}  // namespace halfulp
