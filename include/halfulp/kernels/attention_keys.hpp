// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What attention reads its keys and values from, and what it checks before it writes anything.

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

/// The scale in V: what was asked for, or 1/√d.
template <class V, class Step>
constexpr V scale_in(const Step& step, const attention_options& options, std::size_t d) {
    if (options.scale)
        return step.from_double(*options.scale);
    return step.from_double(divide<double>(1, sqrt<double>(static_cast<std::uint64_t>(d == 0 ? 1 : d))));
}

/// The length of a batch entry.
constexpr std::size_t keys_of_entry(const attention_options& options, std::size_t keys,
                                    std::size_t b) noexcept {
    return options.key_lengths.size() == 0 ? keys : options.key_lengths[b];
}

/// What head h of batch entry b sees of its keys.
constexpr attention_rules rules_of_head(const attention_options& options, std::size_t queries,
                                        std::size_t keys, std::size_t b, std::size_t h) noexcept {
    attention_rules rules;
    rules.keys = keys_of_entry(options, keys, b);
    rules.causal = options.causal;
    rules.offset = options.causal_offset.value_or(static_cast<std::ptrdiff_t>(rules.keys) -
                                                  static_cast<std::ptrdiff_t>(queries));
    rules.window_left = options.window_left;
    rules.window_right = options.window_right;
    rules.has_mask = options.mask.batch() != 0;
    rules.has_bias = options.bias.batch() != 0;
    if (rules.has_mask)
        rules.mask = options.mask(b, h);
    if (rules.has_bias)
        rules.bias = options.bias(b, h);
    if (options.alibi_slopes.size() != 0)
        rules.slope = options.alibi_slopes[h];
    rules.has_blocks = options.sparsity.blocks.batch() != 0;
    if (rules.has_blocks) {
        rules.blocks = options.sparsity.blocks(b, h);
        rules.block_queries = options.sparsity.queries;
        rules.block_keys = options.sparsity.keys;
    }
    return rules;
}

/// Throws shape_error unless `value` is one of the two.
constexpr void require_at_most(const char* argument, std::size_t value, const char* other, std::size_t most) {
    if (value > most)
        throw_argument_error<shape_error>("attention", argument, std::to_string(value),
                                          std::string("at most ") + other + " = " + std::to_string(most));
}

/// A mask or bias: for every query of every head, with at most a column for every key.
template <class T>
constexpr void require_mask(const char* name, const heads_view<T>& mask, std::size_t batch, std::size_t heads,
                            std::size_t rows, std::size_t keys) {
    if (mask.batch() == 0 && mask.heads() == 0)
        return;
    const std::string text(name);
    require_extent("attention", (text + ".batch()").c_str(), mask.batch(), "q.batch()", batch);
    require_extent("attention", (text + ".heads()").c_str(), mask.heads(), "q.heads()", heads);
    require_extent("attention", (text + ".rows()").c_str(), mask.rows(), "q.rows()", rows);
    require_at_most((text + ".columns()").c_str(), mask.columns(), "k.rows()", keys);
}

/// Blocks for all queries and keys.
constexpr void require_blocks(const block_sparsity& sparsity, std::size_t batch, std::size_t heads,
                              std::size_t rows, std::size_t keys) {
    const heads_view<const bool>& blocks = sparsity.blocks;
    if (blocks.batch() == 0 && blocks.heads() == 0)
        return;
    if (sparsity.queries == 0 || sparsity.keys == 0)
        throw_argument_error<value_error>("attention", "a block of options.sparsity", "empty",
                                          "at least one row and key");
    require_extent("attention", "options.sparsity.blocks.batch()", blocks.batch(), "q.batch()", batch);
    require_extent("attention", "options.sparsity.blocks.heads()", blocks.heads(), "q.heads()", heads);
    const auto parts = [](std::size_t all, std::size_t block) {
        return all == 0 ? 0 : (all - 1) / block + 1;
    };
    require_extent("attention", "options.sparsity.blocks.rows()", blocks.rows(), "blocks of queries",
                   parts(rows, sparsity.queries));
    require_extent("attention", "options.sparsity.blocks.columns()", blocks.columns(), "blocks of keys",
                   parts(keys, sparsity.keys));
}

/// The pages of every entry's rows are pages of the pool.
template <class T>
constexpr void require_pages(const char* name, const paged_heads<T>& pages,
                             const attention_options& options) {
    const std::string text(name);
    if (pages.rows() != 0 && pages.page_size() == 0)
        throw_argument_error<shape_error>("attention", text + ".page_size()", "0",
                                          "at least one row in a page");
    for (std::size_t b = 0; b < pages.batch(); ++b) {
        const std::size_t rows = keys_of_entry(options, pages.rows(), b);
        const std::size_t used = rows == 0 ? 0 : (rows - 1) / pages.page_size() + 1;
        if (used > pages.table().columns())
            throw_argument_error<shape_error>(
                "attention", text + ".table().columns()", std::to_string(pages.table().columns()),
                "at least " + std::to_string(used) + " pages for " + std::to_string(rows) + " rows");
        for (std::size_t page = 0; page < used; ++page)
            if (pages.table()(b, page) >= pages.pool().batch())
                throw_argument_error<value_error>(
                    "attention", text + ".table()(" + std::to_string(b) + ", " + std::to_string(page) + ")",
                    std::to_string(pages.table()(b, page)),
                    "a page below " + std::to_string(pages.pool().batch()));
    }
}
template <class Heads>
constexpr void require_pages(const char*, const Heads&, const attention_options&) {}

/// The memory that an argument may read.
template <class T>
constexpr const heads_view<T>& memory_of(const heads_view<T>& h) noexcept {
    return h;
}
template <class T>
constexpr const heads_view<T>& memory_of(const paged_heads<T>& h) noexcept {
    return h.pool();
}
template <class T>
constexpr heads_view<T> memory_of(const key_panels<T>& h) noexcept {
    // Panel by panel the memory of a head is one run of elements.
    const std::size_t panels = (h.rows() + key_panels<T>::panel_rows - 1) / key_panels<T>::panel_rows;
    return {matrix_view<T>(h.data(), panels, h.columns() * key_panels<T>::panel_rows), h.batch(), h.heads(),
            h.batch_stride(), h.head_stride()};
}

/// All matrices of a view as the bytes from the lowest to the highest.
template <class T>
byte_range bytes_of(const heads_view<T>& h) noexcept {
    if (h.batch() == 0 || h.heads() == 0)
        return {};
    byte_range range = bytes_of(h.first());
    if (range.low == range.high)
        return range;
    const auto extend = [&range](std::size_t extent, std::ptrdiff_t stride) {
        const auto distance = static_cast<std::uintptr_t>(stride) * (extent - 1) * sizeof(T);
        (stride < 0 ? range.low : range.high) += distance;
    };
    extend(h.batch(), h.batch_stride());
    extend(h.heads(), h.head_stride());
    return range;
}

/// Throws aliasing_error if the output may share memory with an input: where the ranges of their bytes meet, which for
/// heads of one larger array is decided head by head.
template <class T, class U>
constexpr void require_distinct_heads(const char* function, const char* output_name,
                                      const heads_view<T>& output, const char* name,
                                      const heads_view<U>& input) {
    if (std::is_constant_evaluated())
        return;
    const byte_range a = bytes_of(output), b = bytes_of(input);
    if (a.low == a.high || b.low == b.high || a.high <= b.low || b.high <= a.low)
        return;
    for (std::size_t ob = 0; ob < output.batch(); ++ob)
        for (std::size_t oh = 0; oh < output.heads(); ++oh)
            for (std::size_t ib = 0; ib < input.batch(); ++ib)
                for (std::size_t ih = 0; ih < input.heads(); ++ih)
                    require_distinct(function, output_name, output(ob, oh), name, input(ib, ih));
}

/// Throws aliasing_error if heads of the output, or elements of one, share memory.
template <class T>
constexpr void require_own_heads(const char* function, const char* name, const heads_view<T>& output) {
    if (output.batch() == 0 || output.heads() == 0)
        return;
    require_own_elements(function, name, output.first());
    const std::size_t count = output.batch() * output.heads();
    for (std::size_t n = 1; n < count; ++n)
        if (may_overlap(output(0, 0), output(n / output.heads(), n % output.heads())))
            throw_argument_error<aliasing_error>(function, name, "a view in which heads share memory",
                                                 "strides that give each head memory of its own");
    // Heads (b, h) and (b', h') lie as (0, 0) and their difference, whose h may be negative.
    for (std::size_t b = 1; b < output.batch(); ++b)
        for (std::size_t h = 1; h < output.heads(); ++h)
            if (may_overlap(output(0, h), output(b, 0)))
                throw_argument_error<aliasing_error>(function, name, "a view in which heads share memory",
                                                     "strides that give each head memory of its own");
}

/// What `attention` and its relatives check, whatever the arithmetic.
template <class Q, class Keys, class Values, class Output>
constexpr void require_attention_arguments(const char* name, const heads_view<Q>& q, const Keys& k,
                                           const Values& v, const char* output_name,
                                           const heads_view<Output>& output,
                                           const attention_options& options) {
    const std::string output_text(output_name);
    require_extent(name, "k.batch()", k.batch(), "q.batch()", q.batch());
    require_extent(name, "v.batch()", v.batch(), "q.batch()", q.batch());
    require_extent(name, (output_text + ".batch()").c_str(), output.batch(), "q.batch()", q.batch());
    require_extent(name, (output_text + ".heads()").c_str(), output.heads(), "q.heads()", q.heads());
    require_extent(name, "v.heads()", v.heads(), "k.heads()", k.heads());
    if (k.heads() == 0 ? q.heads() != 0 : q.heads() % k.heads() != 0)
        throw_argument_error<shape_error>(name, "q.heads()", std::to_string(q.heads()),
                                          "a multiple of k.heads() = " + std::to_string(k.heads()));
    require_extent(name, "k.columns()", k.columns(), "q.columns()", q.columns());
    require_extent(name, "v.rows()", v.rows(), "k.rows()", k.rows());
    require_extent(name, (output_text + ".rows()").c_str(), output.rows(), "q.rows()", q.rows());
    require_extent(name, (output_text + ".columns()").c_str(), output.columns(), "v.columns()", v.columns());
    const auto require_finite = [](const char* argument, double value, bool is_right, const char* expected) {
        if (!is_right)
            throw_argument_error<value_error>("attention", argument, std::to_string(value), expected);
    };
    const auto is_finite = [](double x) { return x - x == 0; };
    if (options.scale)
        require_finite("options.scale", *options.scale, is_finite(*options.scale), "a finite number");
    if (options.soft_cap)
        require_finite("options.soft_cap", *options.soft_cap,
                       is_finite(*options.soft_cap) && *options.soft_cap > 0, "a finite number above 0");
    if (options.key_block == std::size_t{0})
        throw_argument_error<value_error>(name, "options.key_block", "0", "at least one key in a block");
    if (options.alibi_slopes.size() != 0) {
        require_extent(name, "options.alibi_slopes.size()", options.alibi_slopes.size(), "q.heads()",
                       q.heads());
        for (std::size_t h = 0; h < q.heads(); ++h)
            require_finite("a slope", static_cast<double>(options.alibi_slopes[h]),
                           is_finite(static_cast<double>(options.alibi_slopes[h])), "a finite number");
    }
    if (options.key_lengths.size() != 0) {
        require_extent(name, "options.key_lengths.size()", options.key_lengths.size(), "q.batch()",
                       q.batch());
        for (std::size_t b = 0; b < q.batch(); ++b)
            require_at_most("a key length", options.key_lengths[b], "k.rows()", k.rows());
    }
    require_mask("options.mask", options.mask, q.batch(), q.heads(), q.rows(), k.rows());
    require_mask("options.bias", options.bias, q.batch(), q.heads(), q.rows(), k.rows());
    require_blocks(options.sparsity, q.batch(), q.heads(), q.rows(), k.rows());
    if (options.power)
        require_finite("options.power", *options.power, *options.power >= 2 && *options.power % 2 == 0,
                       "an even number from 2 on");
    require_finite("options.power_epsilon", options.power_epsilon,
                   is_finite(options.power_epsilon) && options.power_epsilon >= 0 &&
                       (options.power || options.power_epsilon == 0),
                   "a finite number, 0 without options.power");
    require_pages("k", k, options);
    require_pages("v", v, options);
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
