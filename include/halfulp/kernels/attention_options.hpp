// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What attention can be told: how its scores are made, which keys a query sees, in which arithmetic.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/arithmetic/execution.hpp>
#include <halfulp/arithmetic/policy.hpp>
#include <halfulp/core/views.hpp>
#include <halfulp/formats/integer_value.hpp>

#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

/// A key_block that takes all keys as one.
inline constexpr std::size_t all_keys = std::numeric_limits<std::size_t>::max();

/// Which blocks of queries and keys attend to each other: query i and key j if blocks(i / queries, j / keys) is true, for
/// every head of every batch entry (stride 0: the same for all). None: all.
struct block_sparsity {
    heads_view<const bool> blocks{};  ///< ⌈n / queries⌉ × ⌈m / keys⌉
    std::size_t queries = 128;
    std::size_t keys = 128;
};

/// What `attention` and its relatives can be told. Names: n queries, m keys, L the length of a batch entry (its
/// key_lengths, or m), and p = i + causal_offset, the position of query i among the keys.
///
/// A key is masked, and then not read, if any of these says so: its index is not below L; `causal` and j > p; a window
/// and j < p − window_left or j > p + window_right; mask(i, j) false; bias(i, j) = −∞; its block is left out. Mask and bias may have fewer
/// columns than there are keys: the rest is masked.
struct attention_options {
    /// Multiplies the scores; it is rounded to the type of the scores. By default 1/√d, computed in double (two
    /// roundings) and then rounded.
    std::optional<double> scale{};
    /// c > 0: a score s becomes c·tanh(s/c), before bias and mask.
    std::optional<double> soft_cap{};
    /// Query i sees the keys j ≤ p only.
    bool causal = false;
    /// The position of query 0 among the keys, negative ones included. By default L − n: the n queries are the
    /// last ones of the keys, as in decoding with a cache.
    std::optional<std::ptrdiff_t> causal_offset{};
    /// How many keys before, and after, its position a query sees. By default all.
    std::optional<std::size_t> window_left{}, window_right{};
    /// ALiBi: −slope·|p − j| is added to the score; a slope for each query head, or none.
    vector_view<const float> alibi_slopes{};
    /// n × up to m, for every head of every batch entry (stride 0: the same for all): true where a key is seen.
    heads_view<const bool> mask{};
    /// n × up to m, likewise: added to the scores, rounded to their type. −∞ masks.
    heads_view<const float> bias{};
    /// Blocks of queries and keys; what is left out costs nothing where a block has all of a block of keys.
    block_sparsity sparsity{};
    /// Power-Softmax: an even p from 2 on makes weights of the powers s^p of scores instead of their exponentials (see
    /// kernels/attention.hpp). Then a score's sign does not matter, and there is no score that hides a key.
    std::optional<int> power{};
    /// ε >= 0 of Power-Softmax: ε·(number of seen keys)·(the largest weight) is added to the sum of weights.
    double power_epsilon = 0;
    /// The number of keys of each batch entry; what is behind is padding. By default all.
    vector_view<const std::size_t> key_lengths{};
    /// How many keys are weighed at a time, aligned to the first key: a part of the result's definition. By default 128,
    /// or all_keys where the arithmetic for the values is arithmetic::exact, so that there is one rounding.
    std::optional<std::size_t> key_block{};
    /// The number of the first head of the first batch entry: the stochastic modes draw bits of their own for head
    /// first_head + b·heads + h, so that a head computed alone has the bits that it has among others.
    std::size_t first_head = 0;
    /// Fast paths or the definition, and in how many threads. No bit of a result depends on it.
    execution::policy execution{};
};

/// Two arithmetics, one for the products of queries and keys and one for those of weights and values, and what is
/// stored between them.
///
/// @tparam Scores  the arithmetic of Σ q·k
/// @tparam Values  the arithmetic of Σ w·v; it rescales with its own rounding
/// @tparam Score   the type of scores, maxima and sums of weights; by default the value type of Scores, or float where
///                 that is an integer
/// @tparam Weight  the type in which a weight is stored before it multiplies a value; by default Score
template <class Scores, class Values = Scores, class Score = void, class Weight = void>
struct attention_arithmetic {
    Scores scores{};
    Values values{};
};

namespace detail {

template <class Arithmetic>
struct attention_parts {
    using scores = Arithmetic;
    using values = Arithmetic;
    using score = void;
    using weight = void;
    static constexpr const scores& of_scores(const Arithmetic& a) noexcept { return a; }
    static constexpr const values& of_values(const Arithmetic& a) noexcept { return a; }
};
template <class Scores, class Values, class Score, class Weight>
struct attention_parts<attention_arithmetic<Scores, Values, Score, Weight>> {
    using scores = Scores;
    using values = Values;
    using score = Score;
    using weight = Weight;
    using both = attention_arithmetic<Scores, Values, Score, Weight>;
    static constexpr const scores& of_scores(const both& a) noexcept { return a.scores; }
    static constexpr const values& of_values(const both& a) noexcept { return a.values; }
};

template <class T, class Otherwise>
using type_or = std::conditional_t<std::is_void_v<T>, Otherwise, T>;

/// The types of one attention: T the value of Σ q·k, S a score, W a stored weight, U the value of Σ w·v.
template <class Arithmetic, class Q, class K, class VE>
struct attention_types {
    using parts = attention_parts<Arithmetic>;
    using scores = typename parts::scores;
    using values = typename parts::values;
    using T = typename scores::template value_type<Q, K>;
    using S = type_or<typename parts::score, std::conditional_t<integer_number<T>, float, T>>;
    using W = type_or<typename parts::weight, S>;
    using U = typename values::template value_type<W, VE>;
    /// The block of keys where none is asked for.
    static constexpr std::size_t key_block = std::same_as<values, arithmetic::exact> ? all_keys : 128;
};

/// Keys first … last − 1.
struct key_range {
    std::size_t first = 0;
    std::size_t last = 0;
};

/// Which keys the queries of one head see, and what is added to their scores.
struct attention_rules {
    bool causal = false;
    std::ptrdiff_t offset = 0;  ///< p − i
    std::optional<std::size_t> window_left{}, window_right{};
    std::size_t keys = 0;  ///< L
    bool has_mask = false, has_bias = false, has_blocks = false;
    matrix_view<const bool> mask{};
    matrix_view<const float> bias{};
    matrix_view<const bool> blocks{};
    std::size_t block_queries = 1, block_keys = 1;
    std::optional<float> slope{};

    /// The keys that lengths, causality and windows leave to query i. Compared without sums that could overflow.
    constexpr key_range range(std::size_t i) const noexcept {
        key_range seen{0, keys};
        const auto limit = [&seen](std::size_t columns) {
            if (columns < seen.last)
                seen.last = columns;
        };
        if (has_mask)
            limit(mask.columns());
        if (has_bias)
            limit(bias.columns());
        if (causal)
            limit(clipped(i, 1));
        if (window_right)
            limit(clipped(i, *window_right == all_keys ? all_keys : *window_right + 1));
        if (window_left &&
            *window_left <= static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
            const std::size_t position = clipped(i, 0);
            if (position > *window_left)
                seen.first = position - *window_left;
        }
        if (seen.first > seen.last)
            seen.first = seen.last;
        return seen;
    }
    /// Whether a key of its range may not be seen.
    constexpr bool has_holes() const noexcept { return has_mask || has_bias || has_blocks; }
    /// Whether query i sees key j of its range.
    constexpr bool sees(std::size_t i, std::size_t j) const noexcept {
        return (!has_blocks || blocks(i / block_queries, j / block_keys)) && (!has_mask || mask(i, j)) &&
               (!has_bias || bias(i, j) != -std::numeric_limits<float>::infinity());
    }
    /// |p − j|.
    constexpr std::size_t distance(std::size_t i, std::size_t j) const noexcept {
        const std::size_t p = i + static_cast<std::size_t>(offset);  // modulo 2^64, as the difference is
        const auto difference = static_cast<std::ptrdiff_t>(p - j);
        return difference < 0 ? j - p : p - j;
    }

  private:
    /// max(0, p + more), at most the largest number there is.
    constexpr std::size_t clipped(std::size_t i, std::size_t more) const noexcept {
        const std::size_t up = i + more < i ? all_keys : i + more;
        if (offset >= 0) {
            const auto on = static_cast<std::size_t>(offset);
            return up + on < up ? all_keys : up + on;
        }
        const std::size_t back = std::size_t{0} - static_cast<std::size_t>(offset);
        return up > back ? up - back : 0;
    }
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
