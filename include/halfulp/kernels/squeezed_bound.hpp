// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// How far Squeezed Attention can be from attention, certified.
///
/// For one query let o be the attention to all keys as real numbers, o_S the output as it was rounded, and o_K the
/// attention to the kept keys, again as real numbers. With s_j the logits, D' and K' the sums of e^(s_j) over the dropped
/// and over the kept keys, and o_D the attention to the dropped keys alone,
///
///     o − o_S = (1 − w')·(o_K − o_S) + w'·(o_D − o_S),   w' = D'/(D' + K')
///     |o − o_S| ≤ |o_K − o_S| + w·max_dropped |v − o_S|   for any w ≥ w'
///                 rounding      left out
///
/// as o_D is a mean of dropped values. w' grows with D' and falls with K', so that w comes of D ≥ D' and K ≤ K':
///
///   D   a key of cluster j has scale·q·k ≤ u_j = scale·q·C_j + |scale|·|q|·r_j, by Cauchy and Schwarz; tanh of a soft
///       cap is monotone; a bias is the key's own. D = Σ N_j·e^(u_j)
///   K   by Jensen's inequality Σ e^(scale·q·k) over the N_j keys of a cluster is at least N_j·e^(scale·q·(their mean));
///       keys behind the prefix count by their own logits. With a mask, a bias or a soft cap, and where the rounding is
///       bounded too, all kept keys do
///
/// and |v − o_S| ≤ |V_j − o_S| + ρ_j with the mean V_j of a cluster's values and their radius ρ_j about it.
///
/// All is computed in double, with u = 2^−53, and moved outward by:
///
///   logits    a chain of d products, the scale (1/√d has two roundings) and a product by it err by less than
///             (d + 4)·u·|scale|·|q|·|k|; ε = (d + 8)·4u·|scale|·|q|·max |k| has a factor of four to spare, and 2^−900 for
///             what is too small to be rounded relatively. Sums of logits: 8u of the sum. tanh: 2^−40 of the cap
///   mean      a centroid is a mean in double, (N + 2)·u·max |k| away, and rounded to float, 2^−24·|C| + 2^−149 a column
///   exp       std::exp and std::tanh are taken to err by less than 2^−42 relatively, which all C libraries keep by
///             far; a difference of logits is rounded to u·745 where its exponential is above 0. Together with
///             sums of n terms: 2^−38 + 2u·n. In D no difference counts as less than −700
///   rounding  o_K is computed with weights that err by factors 1 + η_j: |η_j| ≤ e^(ε_j) − 1 + 2^−38 and the sums; a
///             mean with such weights errs by at most 2·η/(1 − η)·max |v| with the mean η of the η_j
///
/// A row of which a logit, a value or an output is not finite has the bound ∞.

#include <halfulp/kernels/squeezed_lookup.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// The bounds for the queries of all heads that share one head of keys.
template <class Q, class Keys, class Values, class Output>
class squeezed_bound {
    static constexpr double infinity = std::numeric_limits<double>::infinity();

  public:
    /// @param b, first_head  which batch entry, and the first of its query heads that are bounded
    /// @param kept           clusters that are kept; @param keys  all kept keys, those behind the prefix too
    squeezed_bound(const heads_view<const Q>& q, const Keys& k, const Values& v,
                   const heads_view<Output>& output, const key_clusters& clusters,
                   const std::vector<std::uint32_t>& kept, const std::vector<std::size_t>& keys,
                   const attention_options& options, std::size_t b, std::size_t first_head,
                   bool with_rounding)
        : q_(q),
          output_(output),
          clusters_(clusters),
          options_(options),
          b_(b),
          first_head_(first_head),
          key_count_(k.rows()),
          with_rounding_(with_rounding),
          by_key_(with_rounding || options.mask.batch() != 0 || options.bias.batch() != 0 ||
                  options.soft_cap.has_value()),
          largest_key_(clusters.largest_key()),
          is_kept_(clusters.count(), 0) {
        static_assert(arithmetic::detail::converts_exactly<std::remove_cv_t<Output>, double>(),
                      "halfulp::squeezed_attention: a bound takes outputs that double holds exactly");
        scale_ = options.scale ? *options.scale : 1 / std::sqrt(static_cast<double>(q.columns()));
        for (const std::uint32_t j : kept)
            is_kept_[j] = 1;
        has_dropped_ = kept.size() < clusters.count();
        if (!has_dropped_ && !with_rounding)
            return;
        for (const std::size_t key : keys)
            if (by_key_ || key >= clusters.keys())
                keys_.push_back(key);
        read(k, q.columns(), key_matrix_, largest_key_);
        if (with_rounding)
            read(v, output.columns(), value_matrix_, largest_value_);
        const vector_view<const float> all(clusters.centroids().data(), clusters.count() * q.columns());
        for (std::size_t n = 0; n < all.size(); ++n)
            centroids_.push_back(static_cast<double>(all[n]));
        const std::vector<double> zero(output.columns(), 0.0);
        for (std::size_t j = 0; j < clusters.count(); ++j)
            value_squares_.push_back(
                squared_distance(clusters.value_centroids().row(j).data(), zero.data(), output.columns()));
    }

    /// What is left out, and the rounding if that was asked for: for each head and query.
    void run(double* left_out, double* rounding) {
        const std::size_t n = q_.rows();
        if (!has_dropped_ && !with_rounding_) {
            std::fill(left_out, left_out + q_.heads() * n, 0.0);
            return;
        }
        for (std::size_t h = 0; h < q_.heads(); ++h)
            for (std::size_t first = 0; first < n; first += together) {
                const std::size_t rows = std::min(together, n - first);
                const std::size_t at = h * n + first;
                block(h, first, rows, left_out + at, with_rounding_ ? rounding + at : nullptr);
            }
    }

  private:
    static constexpr std::size_t together = 32;
    /// `count` times the exponential of `exponent`.
    struct term {
        double exponent, count;
    };

    static double finite_or_infinite(double bound) noexcept { return bound < infinity ? bound : infinity; }

    /// The rows that keys_ names; those that are not finite as zeros, which are marked. `largest` becomes at least the
    /// norm of each.
    template <class Rows>
    void read(const Rows& rows, std::size_t columns, std::vector<double>& to, double& largest) {
        is_finite_.resize(keys_.size(), 1);
        to.assign(keys_.size() * columns, 0.0);
        const std::vector<double> zero(columns, 0.0);
        for (std::size_t n = 0; n < keys_.size(); ++n) {
            const auto row = rows.row(keys_[n]);
            double* const line = to.data() + n * columns;
            for (std::size_t c = 0; c < columns; ++c)
                line[c] = arithmetic::detail::converted<double>(
                    std::remove_cv_t<typename Rows::element_type>(row[c]));
            const double norm = root_above(squared_distance(line, zero.data(), columns), columns);
            if (norm < infinity) {
                largest = std::max(largest, norm);
            } else {
                is_finite_[n] = 0;
                std::fill(line, line + columns, 0.0);
            }
        }
    }

    void block(std::size_t h, std::size_t first, std::size_t rows, double* left_out, double* rounding) {
        const std::size_t d = q_.columns(), dv = output_.columns(), keys = keys_.size();
        std::vector<double> q, products(rows * keys), of_centroids(rows * clusters_.count()), weights;
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t c = 0; c < d; ++c)
                q.push_back(arithmetic::detail::converted<double>(Q(q_(0, h)(first + i, c))));
        const matrix_view<const double> queries(q.data(), rows, d);
        matmul_options multiply;
        multiply.execution = options_.execution;
        const auto times = [&](const std::vector<double>& of, std::vector<double>& to) {
            const std::size_t count = of.size() / d;
            matmul(queries, matrix_view<const double>(of.data(), count, d).transposed(),
                   matrix_view<double>(to.data(), rows, count), arithmetic::native<double>{}, multiply);
        };
        times(key_matrix_, products);
        times(centroids_, of_centroids);
        weights.assign(rounding != nullptr ? rows * keys : 0, 0.0);
        std::vector<double> sums(rows, 0.0), errors(rows, 0.0), output(rows * dv), means(rows * dv);
        const attention_rules rules = rules_of_head(options_, q_.rows(), key_count_, b_, first_head_ + h);
        for (std::size_t i = 0; i < rows; ++i) {
            double* const o = output.data() + i * dv;
            for (std::size_t c = 0; c < dv; ++c)
                o[c] = arithmetic::detail::converted<double>(
                    std::remove_cv_t<Output>(output_(0, h)(first + i, c)));
            const std::vector<double> zero(d, 0.0);
            q_norm_ = root_above(squared_distance(q.data() + i * d, zero.data(), d), d);
            logit_error_ =
                std::fabs(scale_) * q_norm_ * largest_key_ * static_cast<double>(d + 8) * 0x1p-51 + 0x1p-900;
            see(rules, first + i, products.data() + i * keys);
            if (rounding != nullptr)
                weigh(weights.data() + i * keys, sums[i], errors[i]);
            left_out[i] = has_dropped_
                              ? share_left_out(rules, first + i, of_centroids.data() + i * clusters_.count())
                              : 0.0;
        }
        if (has_dropped_) {
            matmul(matrix_view<const double>(output.data(), rows, dv),
                   clusters_.value_centroids().transposed(),
                   matrix_view<double>(of_centroids.data(), rows, clusters_.count()),
                   arithmetic::native<double>{}, multiply);
            for (std::size_t i = 0; i < rows; ++i)
                left_out[i] = finite_or_infinite(
                    left_out[i] *
                    farthest_value(output.data() + i * dv, of_centroids.data() + i * clusters_.count()) *
                    (1 + 0x1p-50));
        }
        if (rounding == nullptr)
            return;
        matmul(matrix_view<const double>(weights.data(), rows, keys),
               matrix_view<const double>(value_matrix_.data(), keys, dv),
               matrix_view<double>(means.data(), rows, dv), arithmetic::native<double>{}, multiply);
        for (std::size_t i = 0; i < rows; ++i) {
            const bool sees_key = !(sums[i] == 0);
            for (std::size_t c = 0; sees_key && c < dv; ++c)
                means[i * dv + c] /= sums[i];
            const double distance =
                root_above(squared_distance(means.data() + i * dv, output.data() + i * dv, dv), dv);
            const double eta =
                1.01 * errors[i] / (sees_key ? sums[i] : 1.0) + 0x1p-37 + static_cast<double>(keys) * 0x1p-51;
            // 2·η/(1 − η) < 2.7·η
            rounding[i] = finite_or_infinite(
                eta < 0.25 ? (distance + 2.7 * eta * largest_value_) * (1 + 0x1p-50) : infinity);
        }
    }

    /// The logits of the keys of keys_ that query i sees, and what they may err by.
    void see(const attention_rules& rules, std::size_t i, const double* products) {
        seen_.clear();
        const key_range range = rules.range(i);
        for (std::size_t n = 0; n < keys_.size(); ++n) {
            const std::size_t j = keys_[n];
            if (j < range.first || j >= range.last || !rules.sees(i, j))
                continue;
            double s = scale_ * products[n], error = logit_error_;
            if (options_.soft_cap) {
                s = *options_.soft_cap * std::tanh(s / *options_.soft_cap);
                error += *options_.soft_cap * 0x1p-40;
            }
            if (rules.slope) {  // only where nothing is dropped
                const double change =
                    -static_cast<double>(*rules.slope) * static_cast<double>(rules.distance(i, j));
                s += change;
                error += (std::fabs(s) + std::fabs(change)) * 0x1p-50;
            }
            if (rules.has_bias) {
                const auto bias = static_cast<double>(rules.bias(i, j));
                s += bias;
                error += (std::fabs(s) + std::fabs(bias)) * 0x1p-50;
            }
            // What is not finite, as a logit or a value, makes every bound of the row infinite.
            seen_.push_back({n, is_finite_[n] != 0 ? s : std::numeric_limits<double>::quiet_NaN(), error});
        }
    }

    /// The weights of the keys that are seen, their sum, and Σ w_j·(e^(ε_j) − 1).
    void weigh(double* weights, double& sum, double& error) const {
        double maximum = -infinity;
        for (const seen_key& key : seen_)
            maximum = std::max(maximum, key.logit);
        for (const seen_key& key : seen_) {
            const double w = std::exp(key.logit - maximum);
            weights[key.number] = w;
            sum += w;
            error += w * std::expm1(key.error);
        }
    }

    /// w ≥ D'/(D' + K').
    double share_left_out(const attention_rules& rules, std::size_t i, const double* of_centroids) {
        dropped_.clear();
        kept_.clear();
        const double size = std::fabs(scale_) * q_norm_ * (1 + 0x1p-40);
        const key_range range = rules.range(i);
        for (std::size_t j = 0; j < clusters_.count(); ++j) {
            const double s = scale_ * of_centroids[j];
            const auto count = static_cast<double>(clusters_.members(j).size());
            if (is_kept_[j] != 0) {
                if (by_key_)
                    continue;
                const double apart = clusters_.largest_key() * (0x1p-23 + (count + 2) * 0x1p-51) + 0x1p-140;
                const double lower = s - size * apart;
                kept_.push_back({lower - std::fabs(lower) * 0x1p-50 - logit_error_, count});
                continue;
            }
            double upper = s + size * clusters_.radius(j);
            upper += std::fabs(upper) * 0x1p-50 + logit_error_;
            if (options_.soft_cap)
                upper = *options_.soft_cap * (std::tanh(upper / *options_.soft_cap) + 0x1p-40);
            if (!rules.has_bias && !rules.has_mask) {
                dropped_.push_back({upper, count});
                continue;
            }
            for (std::size_t n = 0; n < clusters_.members(j).size(); ++n) {
                const std::size_t key = clusters_.members(j)[n];
                if (key < range.first || key >= range.last || !rules.sees(i, key))
                    continue;
                const double bias = rules.has_bias ? static_cast<double>(rules.bias(i, key)) : 0.0;
                dropped_.push_back({upper + bias + (std::fabs(upper) + std::fabs(bias)) * 0x1p-50, 1.0});
            }
        }
        if (dropped_.empty())
            return 0;
        for (const seen_key& key : seen_)
            kept_.push_back({key.logit - key.error, 1.0});
        double maximum = -infinity;
        for (const term& t : dropped_)
            maximum = std::max(maximum, t.exponent);
        for (const term& t : kept_)
            maximum = std::max(maximum, t.exponent);
        double d = 0, k = 0;
        for (const term& t : dropped_)
            d += t.count * std::exp(std::max(t.exponent - maximum, -700.0));
        for (const term& t : kept_)
            k += t.count * std::exp(t.exponent - maximum);
        const double margin = 0x1p-38 + static_cast<double>(dropped_.size() + kept_.size()) * 0x1p-52;
        d *= 1 + margin;
        k *= 1 - margin;
        const double share = d / (d + k) * (1 + 0x1p-50);
        return share != share ? infinity : std::min(share, 1.0);
    }

    /// At least |v − o_S| for every dropped value v, from the products of o_S and the mean values. |V − o|² of three terms
    /// errs by less than (dv + 8)·u·(|V| + |o|)², and (|V| + |o|)² is at most 2·(|V|² + |o|²).
    double farthest_value(const double* o, const double* products) const {
        const std::size_t dv = output_.columns();
        const double square = squared_distance(o, std::vector<double>(dv, 0.0).data(), dv);
        double farthest = 0;
        for (std::size_t j = 0; j < clusters_.count(); ++j)
            if (is_kept_[j] == 0) {
                const double squares = value_squares_[j] + square;
                const double distance = std::max(squares - 2 * products[j], 0.0) +
                                        squares * static_cast<double>(dv + 8) * 0x1p-50;
                const double far = root_above(distance, 0) + clusters_.value_radius(j);
                if (!(far < infinity))
                    return infinity;
                farthest = std::max(farthest, far);
            }
        return square < infinity ? farthest * (1 + 0x1p-50) : infinity;
    }

    struct seen_key {
        std::size_t number;  // in keys_
        double logit, error;
    };

    heads_view<const Q> q_;
    heads_view<Output> output_;
    const key_clusters& clusters_;
    const attention_options& options_;
    std::size_t b_, first_head_, key_count_;
    bool with_rounding_, by_key_, has_dropped_ = false;
    double scale_ = 1, largest_key_, largest_value_ = 0, q_norm_ = 0, logit_error_ = 0;
    std::vector<char> is_kept_, is_finite_{};
    std::vector<std::size_t> keys_{};
    std::vector<double> key_matrix_{}, value_matrix_{}, centroids_{}, value_squares_{};
    std::vector<seen_key> seen_{};
    std::vector<term> dropped_{}, kept_{};
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
