// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What attention reads its keys and values from: matrices, pages or panels.

#include <halfulp/core/concepts.hpp>
#include <halfulp/core/errors.hpp>
#include <halfulp/kernels/arguments.hpp>
#include <halfulp/kernels/attention_options.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

namespace halfulp {
inline namespace v0 {

/// The rows of one head, in pages.
template <class T>
class paged_rows {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;

    /// Row j is row j mod page_size of the page table[j / page_size], which begins page·page_stride elements
    /// behind `data`; `first` is a page's layout.
    constexpr paged_rows(const matrix_view<T>& first, std::size_t rows, std::ptrdiff_t page_stride,
                         const vector_view<const std::uint32_t>& table) noexcept
        : first_(first), rows_(rows), page_stride_(page_stride), table_(table) {}

    constexpr std::size_t rows() const noexcept { return rows_; }
    constexpr std::size_t columns() const noexcept { return first_.columns(); }
    constexpr vector_view<T> row(std::size_t j) const noexcept { return run(j).row(0); }
    /// Rows from j on that lie in one page, at most `rows() − j`.
    constexpr matrix_view<T> run(std::size_t j) const noexcept {
        const std::size_t within = j % first_.rows();
        const std::size_t left = first_.rows() - within;
        T* const data = first_.columns() == 0
                            ? first_.data()
                            : first_.data() +
                                  static_cast<std::ptrdiff_t>(table_[j / first_.rows()]) * page_stride_ +
                                  static_cast<std::ptrdiff_t>(within) * first_.row_stride();
        return {data, left < rows_ - j ? left : rows_ - j, first_.columns(), first_.row_stride(),
                first_.column_stride()};
    }

  private:
    matrix_view<T> first_;
    std::size_t rows_;
    std::ptrdiff_t page_stride_;
    vector_view<const std::uint32_t> table_;
};

/// Keys or values in pages of a pool, as servers keep them: pages × heads matrices of page_size rows, and for each
/// batch entry a table of the pages that hold its rows, in order. The size of a page changes no bit of a result.
///
/// Pages that no row below a batch entry's key length lies in are not looked at, nor are their entries in the table.
template <class T>
class paged_heads {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;

    /// @param pool   pages × heads of page_size × columns; heads_view's batch is the number of the page
    /// @param table  batch × (pages of an entry): numbers of pages
    /// @param rows   the number of rows of the longest entry; key_lengths tell those of each
    constexpr paged_heads(const heads_view<T>& pool, const matrix_view<const std::uint32_t>& table,
                          std::size_t rows) noexcept
        : pool_(pool), table_(table), rows_(rows) {}
    /// Pages of mutable elements are also pages of constant ones.
    template <class U>
    requires std::same_as<const U, T>
    constexpr paged_heads(const paged_heads<U>& other) noexcept
        : paged_heads(other.pool(), other.table(), other.rows()) {}

    constexpr std::size_t batch() const noexcept { return table_.rows(); }
    constexpr std::size_t heads() const noexcept { return pool_.heads(); }
    constexpr std::size_t rows() const noexcept { return rows_; }
    constexpr std::size_t columns() const noexcept { return pool_.columns(); }
    constexpr std::size_t page_size() const noexcept { return pool_.rows(); }
    constexpr const heads_view<T>& pool() const noexcept { return pool_; }
    constexpr const matrix_view<const std::uint32_t>& table() const noexcept { return table_; }
    constexpr paged_rows<T> operator()(std::size_t b, std::size_t h) const noexcept {
        const matrix_view<T>& layout = pool_.first();
        T* const data = layout.columns() == 0
                            ? layout.data()
                            : layout.data() + static_cast<std::ptrdiff_t>(h) * pool_.head_stride();
        return {matrix_view<T>(data, layout.rows(), layout.columns(), layout.row_stride(),
                               layout.column_stride()),
                rows_, pool_.batch_stride(), table_.row(b)};
    }

  private:
    heads_view<T> pool_;
    matrix_view<const std::uint32_t> table_;
    std::size_t rows_;
};

/// The keys of one head in panels.
template <class T>
class paneled_rows {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;

    constexpr paneled_rows(T* data, std::size_t rows, std::size_t columns) noexcept
        : data_(data), rows_(rows), columns_(columns) {}

    constexpr std::size_t rows() const noexcept { return rows_; }
    constexpr std::size_t columns() const noexcept { return columns_; }
    constexpr T* data() const noexcept { return data_; }
    constexpr vector_view<T> row(std::size_t j) const noexcept { return run(j).row(0); }
    /// Rows from j on that lie in one panel, at most `rows() − j`.
    constexpr matrix_view<T> run(std::size_t j) const noexcept;

  private:
    T* data_;
    std::size_t rows_, columns_;
};

/// Keys in panels of 128, in which a column of the keys lies together: element (j, c) of a head is
/// data[(j / 128·columns + c)·128 + j mod 128]. See key_value_cache. Memory is there for whole panels.
template <class T>
class key_panels {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;
    /// Eight registers of AVX-512, and the block of keys of attention.
    static constexpr std::size_t panel_rows = 128;

    constexpr key_panels(T* data, std::size_t batch, std::size_t heads, std::size_t rows, std::size_t columns,
                         std::ptrdiff_t batch_stride, std::ptrdiff_t head_stride) noexcept
        : data_(data),
          batch_(batch),
          heads_(heads),
          rows_(rows),
          columns_(columns),
          batch_stride_(batch_stride),
          head_stride_(head_stride) {}
    /// Panels of mutable elements are also panels of constant ones.
    template <class U>
    requires std::same_as<const U, T>
    constexpr key_panels(const key_panels<U>& other) noexcept
        : key_panels(other.data(), other.batch(), other.heads(), other.rows(), other.columns(),
                     other.batch_stride(), other.head_stride()) {}

    constexpr T* data() const noexcept { return data_; }
    constexpr std::size_t batch() const noexcept { return batch_; }
    constexpr std::size_t heads() const noexcept { return heads_; }
    constexpr std::size_t rows() const noexcept { return rows_; }
    constexpr std::size_t columns() const noexcept { return columns_; }
    constexpr std::ptrdiff_t batch_stride() const noexcept { return batch_stride_; }
    constexpr std::ptrdiff_t head_stride() const noexcept { return head_stride_; }
    constexpr paneled_rows<T> operator()(std::size_t b, std::size_t h) const noexcept {
        return {rows_ == 0 ? data_
                           : data_ + static_cast<std::ptrdiff_t>(b) * batch_stride_ +
                                 static_cast<std::ptrdiff_t>(h) * head_stride_,
                rows_, columns_};
    }

  private:
    T* data_;
    std::size_t batch_, heads_, rows_, columns_;
    std::ptrdiff_t batch_stride_, head_stride_;
};

template <class T>
constexpr matrix_view<T> paneled_rows<T>::run(std::size_t j) const noexcept {
    constexpr std::size_t panel = key_panels<T>::panel_rows;
    const std::size_t within = j % panel, left = panel - within;
    return {data_ + (j / panel * columns_) * panel + within, left < rows_ - j ? left : rows_ - j, columns_, 1,
            static_cast<std::ptrdiff_t>(panel)};
}

namespace detail {

template <class T>
inline constexpr bool is_paged_heads = false;
template <class T>
inline constexpr bool is_paged_heads<paged_heads<T>> = true;
template <class T>
inline constexpr bool is_key_panels = false;
template <class T>
inline constexpr bool is_key_panels<key_panels<T>> = true;

}  // namespace detail

/// Something that `as_heads` makes a view of: a heads_view, a rank-4 mdspan, or a matrix, as one head.
template <class H>
concept heads_argument = detail::is_heads_view<std::remove_cvref_t<H>> || matrix_argument<H> ||
                         detail::mdspan_of_rank < std::remove_cvref_t<H>,
4 > ;

/// What keys and values come from: the same, pages, or panels.
template <class H>
concept key_argument = heads_argument<H> || detail::is_paged_heads<std::remove_cvref_t<H>> ||
    detail::is_key_panels<std::remove_cvref_t<H>>;

/// The view of an argument of attention. O(1).
template <key_argument H>
constexpr auto as_heads(H&& h) noexcept {
    using plain = std::remove_cvref_t<H>;
    if constexpr (detail::is_heads_view<plain> || detail::is_paged_heads<plain> ||
                  detail::is_key_panels<plain>)
        return h;
    else if constexpr (matrix_argument<H>)
        return heads_view<typename decltype(as_matrix(h))::element_type>(as_matrix(h));
    else
        return heads_view<typename plain::element_type>(h);
}

/// The element type of such an argument, without const.
template <class H>
requires key_argument<H>
using heads_element = typename decltype(as_heads(std::declval<H>()))::value_type;

namespace detail {

template <class T>
constexpr heads_view<const T> constant_heads(const heads_view<T>& h) noexcept {
    return h;
}
template <class T>
constexpr paged_heads<const T> constant_heads(const paged_heads<T>& h) noexcept {
    return h;
}
template <class T>
constexpr key_panels<const T> constant_heads(const key_panels<T>& h) noexcept {
    return h;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
