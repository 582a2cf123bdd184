// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Squeezed Attention: attention to the keys of a long fixed prefix that matter, and to all keys behind it. After Hooper
/// et al., "Squeezed Attention", arXiv:2411.09688.
///
///     const key_clusters clusters(prefix_keys, prefix_values);         // once
///     squeezed_report report;
///     squeezed_attention(q, k, v, clusters, output, arithmetic, options, {.thresholds = {.fine = 1e-4}}, &report);
///
/// For each head of keys the queries of all heads that share it look up its clusters together (squeezed_lookup.hpp). The
/// keys of the clusters that are kept and the keys behind the prefix, in ascending order without gaps, are what
/// `attention` then gets: the bits of the output are those of
///
///     attention(q, gathered k, gathered v, output, arithmetic, options with causal_offset less the dropped keys)
///
/// head by head, with the columns of mask and bias gathered likewise. With a threshold of 0 that is `attention` itself,
/// and nothing is looked up.
///
/// Distances are lost with the keys between: windows, ALiBi and block sparsity have no meaning any more and are refused,
/// unless the threshold is 0; mask and bias can say the same. So is Power-Softmax, which clusters are not looked up for.
/// Causal queries have to lie behind the prefix.

#include <halfulp/kernels/attention.hpp>
#include <halfulp/kernels/squeezed_bound.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// What `squeezed_attention` can be told beyond the options of attention.
struct squeezed_options {
    squeezed_thresholds thresholds{};
    /// The report has bounds for what is left out. Takes about as long as the look-up in double.
    bool bound_left_out = true;
    /// And for the rounding of the attention to the kept keys: takes longer than that attention, in double.
    bool bound_rounding = false;
};

/// What `squeezed_attention` did.
struct squeezed_report {
    /// Kept keys of the prefix of each head of keys, of each batch entry; the sum of those, and of all keys of prefixes.
    std::vector<std::size_t> kept_of_head{};
    std::size_t kept_keys = 0, prefix_keys = 0;
    /// For each query of each head of each batch entry: |output − o| ≤ left_out + rounding, in the Euclidean norm, for the
    /// attention o to all keys as real numbers. left_out alone bounds what dropping keys has changed, whatever the
    /// arithmetic. Empty if not asked for. See squeezed_bound.hpp.
    std::vector<double> left_out{}, rounding{};

    double kept_fraction() const noexcept {
        return prefix_keys == 0 ? 1 : static_cast<double>(kept_keys) / static_cast<double>(prefix_keys);
    }
};

namespace detail {

/// Rows by their numbers, one after the other, in memory that the thread keeps for the next head or call: fresh pages
/// would take as long as the copies.
template <int Number, class Rows>
matrix_view<const std::remove_cv_t<typename Rows::element_type>> gathered_rows(
    const Rows& rows, const std::vector<std::size_t>& numbers, std::size_t columns) {
    using T = std::remove_cv_t<typename Rows::element_type>;
    thread_local std::vector<T> memory;
    if (memory.size() < numbers.size() * columns)
        memory.resize(numbers.size() * columns);
    T* next = memory.data();
    for (const std::size_t number : numbers) {
        const auto row = rows.row(number);
        if (row.stride() == 1)
            std::copy_n(row.data(), columns, next);
        else
            for (std::size_t c = 0; c < columns; ++c)
                next[c] = row[c];
        next += columns;
    }
    return {memory.data(), numbers.size(), columns};
}

/// Columns of the masks or biases of some heads by their numbers, as far as there are such columns.
template <class T>
class gathered_columns {
  public:
    gathered_columns(const heads_view<const T>& from, std::size_t b, std::size_t first_head,
                     std::size_t heads, const std::vector<std::size_t>& numbers)
        : heads_(heads), rows_(from.rows()) {
        while (columns_ < numbers.size() && numbers[columns_] < from.columns())
            ++columns_;
        values_ = new T[heads * rows_ * columns_];  // a vector of bool has no pointer to give
        T* next = values_;
        for (std::size_t h = 0; h < heads; ++h)
            for (std::size_t i = 0; i < rows_; ++i)
                for (std::size_t j = 0; j < columns_; ++j)
                    *next++ = from(b, first_head + h)(i, numbers[j]);
    }
    gathered_columns(const gathered_columns&) = delete;
    gathered_columns& operator=(const gathered_columns&) = delete;
    ~gathered_columns() { delete[] values_; }
    heads_view<const T> view() const noexcept { return {values_, 1, heads_, rows_, columns_}; }

  private:
    std::size_t heads_, rows_, columns_ = 0;
    T* values_ = nullptr;
};

/// Some heads of one batch entry.
template <class T>
heads_view<T> part_of(const heads_view<T>& of, std::size_t b, std::size_t first, std::size_t heads) noexcept {
    return {of(b, first), 1, heads, 0, of.head_stride()};
}

/// What is refused before anything is written.
template <class Q, class Keys, class Values>
void require_squeezed_arguments(const heads_view<Q>& q, const Keys& k, const Values& v,
                                const vector_view<const key_clusters>& clusters,
                                const attention_options& options, const squeezed_options& squeezed,
                                bool with_rounding) {
    constexpr const char* name = "squeezed_attention";
    require_thresholds(squeezed.thresholds);
    if (clusters.size() != k.heads())
        require_equal_extents(name, "clusters.size()", clusters.size(), "k.batch()·k.heads(), or k.heads()",
                              k.batch() * k.heads());
    for (std::size_t n = 0; n < clusters.size(); ++n) {
        require_equal_extents(name, "the columns of clusters", clusters[n].columns(), "k.columns()",
                              k.columns());
        require_equal_extents(name, "the value columns of clusters", clusters[n].value_columns(),
                              "v.columns()", v.columns());
    }
    const auto require = [](bool holds, const char* argument, const std::string& value,
                            const std::string& expected) {
        if (!holds)
            throw_argument_error<value_error>(name, argument, value, expected);
    };
    require(!options.power || !with_rounding, "options.power", "set", "none: the bound is one for softmax");
    for (std::size_t b = 0; b < k.batch(); ++b)
        for (std::size_t h = 0; h < k.heads(); ++h) {
            const std::size_t prefix = clusters[clusters.size() == k.heads() ? h : b * k.heads() + h].keys();
            const attention_rules rules = rules_of_head(options, q.rows(), k.rows(), b, 0);
            require(prefix <= rules.keys, "the number of keys in clusters", std::to_string(prefix),
                    "at most the keys there are, " + std::to_string(rules.keys));
            if (squeezed.thresholds.fine == 0 && squeezed.thresholds.coarse == 0)
                continue;
            require(!options.window_left && !options.window_right, "a window", "set",
                    "none: keys are dropped, and distances lost with them");
            require(options.alibi_slopes.size() == 0, "options.alibi_slopes", "set",
                    "none: keys are dropped, and distances lost with them");
            require(options.sparsity.blocks.batch() == 0, "options.sparsity", "set",
                    "none: keys are dropped, and blocks of them lost");
            require(!options.power, "options.power", "set", "none: clusters are looked up for softmax");
            require(!options.causal || rules.offset + 1 >= static_cast<std::ptrdiff_t>(prefix),
                    "the position of query 0", std::to_string(rules.offset),
                    "the last key of the prefix or one behind, as keys are dropped: at least " +
                        std::to_string(static_cast<std::ptrdiff_t>(prefix) - 1));
        }
}

/// One head of keys, and the heads of queries that share it.
template <class Q, class Keys, class Values, class Output, class Arithmetic>
void squeeze_head(const heads_view<const Q>& q, const Keys& k, const Values& v, const key_clusters& clusters,
                  const heads_view<Output>& output, const Arithmetic& arithmetic,
                  const attention_options& options, const squeezed_options& squeezed, squeezed_report* report,
                  std::size_t b, std::size_t key_head) {
    const std::size_t group = q.heads() / k.heads(), first_head = key_head * group;
    const auto queries = part_of(q, b, first_head, group);
    const auto to = part_of(output, b, first_head, group);
    const auto keys_of_head = k(b, key_head);
    const auto values_of_head = v(b, key_head);
    const bool is_dense = squeezed.thresholds.fine == 0 && squeezed.thresholds.coarse == 0;
    const std::vector<std::uint32_t> kept =
        kept_clusters(queries, clusters, squeezed.thresholds, options.scale, options.execution);
    const std::vector<std::uint32_t> kept_keys = keys_of(clusters, kept);
    const attention_rules rules = rules_of_head(options, q.rows(), k.rows(), b, 0);

    std::vector<std::size_t> numbers;
    numbers.reserve(kept_keys.size() + rules.keys - clusters.keys());
    numbers.assign(kept_keys.begin(), kept_keys.end());
    for (std::size_t j = clusters.keys(); j < rules.keys; ++j)
        numbers.push_back(j);
    if (!is_dense) {
        const auto gathered_keys = gathered_rows<0>(keys_of_head, numbers, k.columns());
        const auto gathered_values = gathered_rows<1>(values_of_head, numbers, v.columns());
        attention_options own = options;
        own.first_head = options.first_head + b * q.heads() + first_head;
        own.key_lengths = {};
        // Modulo 2^64: without causality the offset may be anything.
        own.causal_offset = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(rules.offset) -
                                                        (clusters.keys() - kept_keys.size()));
        std::optional<gathered_columns<bool>> mask;
        std::optional<gathered_columns<float>> bias;
        if (rules.has_mask)
            own.mask = mask.emplace(options.mask, b, first_head, group, numbers).view();
        if (rules.has_bias)
            own.bias = bias.emplace(options.bias, b, first_head, group, numbers).view();
        attention(queries, gathered_keys, gathered_values, to, arithmetic, own);
    }
    if (report == nullptr)
        return;
    report->kept_of_head.push_back(kept_keys.size());
    report->kept_keys += kept_keys.size();
    report->prefix_keys += clusters.keys();
    if (!squeezed.bound_left_out && !squeezed.bound_rounding)
        return;
    squeezed_bound bound(queries, keys_of_head, values_of_head, to, clusters, kept, numbers, options, b,
                         first_head, squeezed.bound_rounding);
    const std::size_t at = (b * q.heads() + first_head) * q.rows();
    bound.run(report->left_out.data() + at, report->rounding.data() + (squeezed.bound_rounding ? at : 0));
}

}  // namespace detail

/// Attention to the keys of a prefix that are kept, and to all behind it; see the file comment.
///
/// @param q, k, v, output, arithmetic, options  as for `attention`: k and v are the whole, prefix and what is behind
/// @param clusters  the clusters of the prefix: one key_clusters for each head of keys of each batch entry, or for each
///                  head where all entries have the same prefix. The numbers of keys in it may differ
/// @param squeezed  thresholds, and what the report is to have
/// @param report    where it says what was kept and what it may have cost, or null
/// @throws what `attention` throws; shape_error if the clusters do not fit the heads; value_error if a threshold is
///         negative or NaN, or where keys may be dropped and there is an option that is refused, or a causal query before
///         the last key of the prefix. Before anything is written
///
/// A look-up takes O(n·clusters·d), what follows O(n·kept·(d + dv)), and memory for copies of the kept keys and values of
/// one head of keys.
template <heads_argument QM, key_argument KM, key_argument VM, heads_argument OM,
          class Arithmetic = default_arithmetic<heads_element<QM>, heads_element<KM>>>
void squeezed_attention(const QM& q_argument, const KM& k_argument, const VM& v_argument,
                        const vector_view<const key_clusters>& clusters, OM&& output_argument,
                        const Arithmetic& arithmetic = {}, const attention_options& options = {},
                        const squeezed_options& squeezed = {}, squeezed_report* report = nullptr) {
    const auto q = detail::constant_heads(as_heads(q_argument));
    const auto k = detail::constant_heads(as_heads(k_argument));
    const auto v = detail::constant_heads(as_heads(v_argument));
    const auto output = as_heads(output_argument);
    using Q = typename decltype(q)::value_type;
    detail::check_attention_types<Arithmetic, Q, typename decltype(k)::value_type,
                                  typename decltype(v)::value_type>();
    constexpr const char* name = "squeezed_attention";
    detail::require_attention_arguments(name, q, k, v, "output", output, options);
    detail::require_own_heads(name, "output", output);
    detail::require_distinct_heads(name, "output", output, "q", q);
    detail::require_distinct_heads(name, "output", output, "k", detail::memory_of(k));
    detail::require_distinct_heads(name, "output", output, "v", detail::memory_of(v));
    detail::require_distinct_heads(name, "output", output, "options.bias", options.bias);
    detail::require_distinct_heads(name, "output", output, "options.mask", options.mask);
    arithmetic::detail::require_depth<Q, typename decltype(k)::value_type>(
        detail::attention_parts<Arithmetic>::of_scores(arithmetic), name, q.columns());
    detail::require_squeezed_arguments(q, k, v, clusters, options, squeezed,
                                       report != nullptr && squeezed.bound_rounding);
    const std::size_t queries = q.batch() * q.heads() * q.rows();
    if (report != nullptr) {
        *report = squeezed_report();
        if (squeezed.bound_left_out || squeezed.bound_rounding)
            report->left_out.resize(queries);
        if (squeezed.bound_rounding)
            report->rounding.resize(queries);
    }
    const bool is_dense = squeezed.thresholds.fine == 0 && squeezed.thresholds.coarse == 0;
    if (is_dense)
        attention(q, k, v, output, arithmetic, options);
    if (queries == 0 || (is_dense && report == nullptr))
        return;
    for (std::size_t b = 0; b < k.batch(); ++b)
        for (std::size_t h = 0; h < k.heads(); ++h)
            detail::squeeze_head(q, k, v, clusters[clusters.size() == k.heads() ? h : b * k.heads() + h],
                                 output, arithmetic, options, squeezed, report, b, h);
}

}  // namespace v0
}  // namespace halfulp
