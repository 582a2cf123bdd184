// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Which keys of a prefix matter to some queries: a look-up of the centroids of its clusters. After Hooper et al.,
/// "Squeezed Attention", arXiv:2411.09688, sections 4 and 5.
///
/// The score of cluster j for query i is a key's share in the softmax over all keys, if each were its centroid:
///
///     S_ij = exp(scale·q_i·C_j − max) / Σ_l N_l·exp(scale·q_i·C_l − max)
///
/// and the score for several queries is the mean of those. Steps, in float, each rounded once:
///
///   s_ij = Σ_c q_ic·C_jc             c ascending; queries are rounded to float first, where they are wider
///   e_ij = exp((s_ij − m_i)·scale)   m_i = max_j s_ij, or min_j s_ij for a negative scale; exp is correctly rounded
///   z_i  = Σ_j e_ij·N_j              j ascending, by fma
///   S_j  = (Σ_i e_ij·(1/z_i))/n      i ascending, by fma
///
/// A query whose products are not finite makes all scores NaN, and a cluster whose score is NaN is kept.

#include <halfulp/arithmetic/elementary.hpp>
#include <halfulp/kernels/attention_arguments.hpp>
#include <halfulp/kernels/exponential.hpp>
#include <halfulp/kernels/key_clusters.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// What is kept.
struct squeezed_thresholds {
    /// T: the clusters whose score S_j is above it, or NaN, are kept; 0 keeps all, those of score 0 too.
    double fine = 0;
    /// The same for coarse clusters, where there are such: only the clusters of those that are kept are looked at,
    /// as if no others were there.
    double coarse = 0;
};

namespace detail {

/// The scores of `sizes.size()` centroids, over the queries of all heads of a view.
template <class Q>
std::vector<float> scores_of_centroids(const heads_view<const Q>& queries,
                                       const matrix_view<const float>& centroids,
                                       const vector_view<const float>& sizes, float scale,
                                       const execution::policy& execution) {
    static_assert(arithmetic::detail::converts_exactly<Q, double>(),
                  "halfulp: a look-up takes queries that double holds exactly");
    const std::size_t count = sizes.size(), d = centroids.columns();
    matmul_options multiply;
    multiply.execution = execution;
    constexpr std::size_t together = 256;
    const std::size_t most_rows = std::min(together, queries.rows());
    std::vector<float> e(most_rows * count), of_row(most_rows), scores(count, 0.0f), rounded;
    bool has_scores = false;
    const auto look_up = [&](const auto& q) {
        const std::size_t rows = q.rows();
        const matrix_view<float> block(e.data(), rows, count);
        matmul(q, centroids.transposed(), block, arithmetic::native<float>{}, multiply);
        for (std::size_t i = 0; i < rows; ++i) {
            float* const line = e.data() + i * count;
            // In eight chains, as each step waits for the one before.
            float most[8];
            for (std::size_t l = 0; l < 8; ++l)
                most[l] = line[l < count ? l : 0];
            const auto extreme = [&](const auto& is_before) {
                std::size_t j = 0;
                for (; j + 8 <= count; j += 8)
                    for (std::size_t l = 0; l < 8; ++l)
                        most[l] = is_before(most[l], line[j + l]) ? line[j + l] : most[l];
                for (; j < count; ++j)
                    most[0] = is_before(most[0], line[j]) ? line[j] : most[0];
                for (std::size_t l = 1; l < 8; ++l)
                    most[0] = is_before(most[0], most[l]) ? most[l] : most[0];
            };
            if (scale < 0)
                extreme([](float x, float y) { return y < x; });
            else
                extreme([](float x, float y) { return x < y; });
            for (std::size_t j = 0; j < count; ++j)
                line[j] = (line[j] - most[0]) * scale;
        }
        const vector_view<float> all(e.data(), rows * count);
        exponential(all, all, execution);
        matvec(block, sizes, vector_view<float>(of_row.data(), rows), arithmetic::native<float>{}, multiply);
        for (std::size_t i = 0; i < rows; ++i)
            of_row[i] = 1 / of_row[i];
        multiply.accumulate = has_scores;
        matvec(block.transposed(), vector_view<const float>(of_row.data(), rows), scores,
               arithmetic::native<float>{}, multiply);
        multiply.accumulate = false;
        has_scores = true;
    };
    for (std::size_t b = 0; b < queries.batch(); ++b)
        for (std::size_t h = 0; h < queries.heads(); ++h) {
            const matrix_view<const Q> q = queries(b, h);
            for (std::size_t first = 0; first < q.rows(); first += together) {
                const std::size_t rows = std::min(together, q.rows() - first);
                if constexpr (arithmetic::detail::converts_exactly<Q, float>()) {
                    look_up(matrix_view<const Q>(&q(first, 0), rows, d, q.row_stride(), q.column_stride()));
                } else {
                    rounded.clear();
                    for (std::size_t i = 0; i < rows; ++i)
                        for (std::size_t c = 0; c < d; ++c)
                            rounded.push_back(arithmetic::detail::converted<float>(Q(q(first + i, c))));
                    look_up(matrix_view<const float>(rounded.data(), rows, d));
                }
            }
        }
    const auto n = static_cast<float>(queries.batch() * queries.heads() * queries.rows());
    for (float& s : scores)
        s /= n;
    return scores;
}

/// The scale as a float: what was asked for, or 1/√d.
inline float scale_of_look_up(const std::optional<double>& scale, std::size_t d) {
    const arithmetic::elementary<float, arithmetic::native<float>> step(arithmetic::native<float>{});
    return scale_in<float>(step, {.scale = scale}, d);
}

inline bool is_above(float score, double threshold) noexcept {
    return threshold == 0 || !(static_cast<double>(score) <= threshold);
}

inline void require_thresholds(const squeezed_thresholds& thresholds) {
    if (!(thresholds.fine >= 0))
        throw_argument_error<value_error>("squeezed_attention", "the threshold",
                                          std::to_string(thresholds.fine), "0 or a number above");
    if (!(thresholds.coarse >= 0))
        throw_argument_error<value_error>("squeezed_attention", "the coarse threshold",
                                          std::to_string(thresholds.coarse), "0 or a number above");
}

template <class Q>
heads_view<const Q> queries_for(const heads_view<Q>& queries, const key_clusters& clusters) {
    require_equal_extents("squeezed_attention", "q.columns()", queries.columns(),
                          "the columns of the clusters", clusters.columns());
    return queries;
}

}  // namespace detail

/// S_j of every cluster, the mean over the queries of all heads of the view; without queries all are NaN.
/// @param queries  heads of n × columns, or one matrix
/// @param scale    by default 1/√columns
/// @throws shape_error if the columns differ
///
/// O(n·clusters·columns).
template <heads_argument QM>
std::vector<float> cluster_scores(const QM& queries, const key_clusters& clusters,
                                  const std::optional<double>& scale = {},
                                  const execution::policy& execution = {}) {
    return detail::scores_of_centroids(
        detail::constant_heads(detail::queries_for(detail::constant_heads(as_heads(queries)), clusters)),
        clusters.centroids(), clusters.sizes(), detail::scale_of_look_up(scale, clusters.columns()),
        execution);
}
/// The same of every coarse cluster.
template <heads_argument QM>
std::vector<float> coarse_cluster_scores(const QM& queries, const key_clusters& clusters,
                                         const std::optional<double>& scale = {},
                                         const execution::policy& execution = {}) {
    return detail::scores_of_centroids(
        detail::constant_heads(detail::queries_for(detail::constant_heads(as_heads(queries)), clusters)),
        clusters.coarse_centroids(), clusters.coarse_sizes(),
        detail::scale_of_look_up(scale, clusters.columns()), execution);
}

/// The clusters that are kept, ascending. With coarse clusters and a coarse threshold above 0 the clusters of the coarse
/// ones that are kept are looked up alone: N_j of all others is 0.
/// @throws shape_error if the columns differ, value_error if a threshold is negative or NaN
template <heads_argument QM>
std::vector<std::uint32_t> kept_clusters(const QM& queries_argument, const key_clusters& clusters,
                                         const squeezed_thresholds& thresholds,
                                         const std::optional<double>& scale = {},
                                         const execution::policy& execution = {}) {
    detail::require_thresholds(thresholds);
    const auto queries = detail::queries_for(detail::constant_heads(as_heads(queries_argument)), clusters);
    std::vector<std::uint32_t> candidates, kept;
    candidates.reserve(clusters.count());
    if (clusters.coarse_count() != 0 && thresholds.coarse > 0) {
        const std::vector<float> scores = coarse_cluster_scores(queries, clusters, scale, execution);
        for (std::uint32_t j = 0; j < clusters.count(); ++j)
            if (detail::is_above(scores[clusters.coarse_of(j)], thresholds.coarse))
                candidates.push_back(j);
    } else {
        for (std::uint32_t j = 0; j < clusters.count(); ++j)
            candidates.push_back(j);
    }
    if (thresholds.fine == 0 || candidates.empty())
        return candidates;
    std::vector<float> scores;
    if (candidates.size() == clusters.count()) {
        scores = cluster_scores(queries, clusters, scale, execution);
    } else {
        const std::size_t d = clusters.columns();
        std::vector<float> centroids, sizes;
        for (const std::uint32_t j : candidates) {
            const float* const centroid = clusters.centroids().row(j).data();
            centroids.insert(centroids.end(), centroid, centroid + d);
            sizes.push_back(clusters.sizes()[j]);
        }
        scores = detail::scores_of_centroids(queries, {centroids.data(), sizes.size(), d}, sizes,
                                             detail::scale_of_look_up(scale, d), execution);
    }
    for (std::size_t n = 0; n < candidates.size(); ++n)
        if (detail::is_above(scores[n], thresholds.fine))
            kept.push_back(candidates[n]);
    return kept;
}

/// The keys of clusters, ascending.
inline std::vector<std::uint32_t> keys_of(const key_clusters& clusters,
                                          const std::vector<std::uint32_t>& of) {
    // Bits in order, so that what is left out takes no time of its own.
    std::vector<std::uint64_t> is_kept((clusters.keys() + 63) / 64, 0);
    std::size_t count = 0;
    for (const std::uint32_t j : of) {
        const vector_view<const std::uint32_t> members = clusters.members(j);
        for (std::size_t n = 0; n < members.size(); ++n)
            is_kept[members[n] / 64] |= std::uint64_t{1} << members[n] % 64;
        count += members.size();
    }
    std::vector<std::uint32_t> keys;
    keys.reserve(count);
    for (std::size_t word = 0; word < is_kept.size(); ++word)
        for (std::uint64_t bits = is_kept[word]; bits != 0; bits &= bits - 1)
            keys.push_back(static_cast<std::uint32_t>(64 * word) +
                           static_cast<std::uint32_t>(std::countr_zero(bits)));
    return keys;
}

/// What `squeezed_threshold` takes of one head: scores (cluster_scores of queries that stand for those to come, as the
/// last hundred of the prefix), and the sizes of the clusters.
struct calibrated_head {
    std::vector<float> scores;
    vector_view<const float> sizes;
};

/// The threshold over all heads together that leaves out at least the given fraction of their keys, for the queries
/// that the scores are of: the least score t such that clusters whose score is at most t have `fraction` of all keys.
/// For a fraction of 0 it is 0, and above 0 for all others, as a threshold of 0 keeps all.
/// @throws shape_error  if scores and sizes of a head differ in number, or there are no keys
/// @throws value_error  if the fraction is not in [0, 1], or a score is NaN
inline double squeezed_threshold(const std::vector<calibrated_head>& heads, double fraction) {
    constexpr const char* name = "squeezed_threshold";
    if (!(fraction >= 0 && fraction <= 1))
        throw_argument_error<value_error>(name, "fraction", std::to_string(fraction), "a number from 0 to 1");
    std::vector<std::pair<float, double>> scores;
    double keys = 0;
    for (const calibrated_head& head : heads) {
        require_equal_extents(name, "scores.size()", head.scores.size(), "sizes.size()", head.sizes.size());
        for (std::size_t j = 0; j < head.scores.size(); ++j) {
            if (head.scores[j] != head.scores[j])
                throw_argument_error<value_error>(name, "a score", "NaN", "a number");
            scores.emplace_back(head.scores[j], static_cast<double>(head.sizes[j]));
            keys += scores.back().second;
        }
    }
    if (scores.empty())
        throw_argument_error<shape_error>(name, "heads", "empty", "at least one cluster");
    if (fraction == 0)
        return 0;
    std::sort(scores.begin(), scores.end());
    double left_out = 0;
    for (const auto& [score, size] : scores)
        if ((left_out += size) >= fraction * keys)
            return std::max(static_cast<double>(score), std::numeric_limits<double>::denorm_min());
    return static_cast<double>(scores.back().first);
}

}  // namespace v0
}  // namespace halfulp
