// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What attention checks before it writes anything, and what its options come to for one head.

#include <halfulp/core/errors.hpp>
#include <halfulp/formats/operations.hpp>
#include <halfulp/kernels/arguments.hpp>
#include <halfulp/kernels/attention_keys.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace halfulp {
inline namespace v0 {
namespace detail {

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
