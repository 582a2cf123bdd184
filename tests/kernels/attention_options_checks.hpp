// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the options of attention mean: every pair of them against the real numbers of reference::attention, within a
/// bound derived from the steps.

#include <halfulp/reference/attention.hpp>
#include <halfulp/reference/compare.hpp>

#include "kernels/attention_cases.hpp"
#include "support/tally.hpp"

#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

namespace halfulp_test {

using reference::exact_value;

/// What the reference is told about head h of batch entry b.
inline reference::attention_options reference_options(const attention_options& o, std::size_t b,
                                                      std::size_t h) {
    reference::attention_options r;
    if (o.scale)
        r.scale = exact_value(*o.scale);
    if (o.soft_cap)
        r.soft_cap = exact_value(*o.soft_cap);
    r.causal = o.causal;
    r.causal_offset = o.causal_offset;
    r.window_left = o.window_left;
    r.window_right = o.window_right;
    if (o.alibi_slopes.size() != 0)
        r.alibi_slope = exact_value(o.alibi_slopes[h]);
    if (o.mask.batch() != 0)
        r.mask = reference::make_mask(o.mask.rows(), o.mask.columns(), o.mask(b, h));
    if (o.bias.batch() != 0)
        r.bias = reference::make_exact_matrix(o.bias(b, h));
    if (o.sparsity.blocks.batch() != 0) {
        r.blocks = reference::make_mask(o.sparsity.blocks.rows(), o.sparsity.blocks.columns(),
                                        o.sparsity.blocks(b, h));
        r.block_queries = o.sparsity.queries;
        r.block_keys = o.sparsity.keys;
    }
    r.power = o.power;
    r.power_epsilon = exact_value(o.power_epsilon);
    if (o.key_lengths.size() != 0)
        r.key_count = o.key_lengths[b];
    r.precision = 160;
    return r;
}

/// A bound for |output − o| in an arithmetic of unit roundoff u, to first order in u, with K keys that a query sees:
///
///   score     a chain of d steps, the scale and its rounding: (d + 4)·u·A_j with A_j = |scale|·Σ_c |q_c·k_jc|, which an
///             overflow of none of them; soft cap: c rounded, quotient, tanh, product, 4·u·min(|s_j|, c), while what came
///             before grows by no more than |d(c·tanh(s/c))/ds| ≤ 1; ALiBi and bias: a product and sums, u times each
///   weight    e^(s − m) errs by the score's error as a factor, by u·|s − m| for the differences (those of
///             maxima add up to what is left of it) and by 1 + 2·T roundings for T ≤ K blocks
///   z, u_c    K additions at most, T more, and for z four of the tree
///   output    one rounding to its format
///
/// so that with p_j = e^(s_j)/Σ e^(s) and the sum ρ_j of all these
///
/// or with a power p, whose weights w_j = (|s_j|/max |s|)^p err by (p − 1 multiplications and) p times the score's error
/// beside max |s|, each beside their sum as ρ_j. Then
///
///     |output − o| ≤ Σ_j p_j·ρ_j·(|v_j| + |o|) + u·|o| + the unit of the output's format at o + K·(the smallest number).
class attention_bound {
  public:
    template <class Q, class K, class VE>
    attention_bound(const matrix_view<const Q>& q, const matrix_view<const K>& k,
                    const matrix_view<const VE>& v, const reference::attention_options& o, double u,
                    std::size_t i)
        : u_(u) {
        const auto number = [](const auto& x) { return reference::to_exact(x).to_double(); };
        const std::size_t keys = o.key_count.value_or(k.rows()), d = q.columns();
        const double p = static_cast<double>(i) +
                         static_cast<double>(o.causal_offset.value_or(static_cast<std::ptrdiff_t>(keys) -
                                                                      static_cast<std::ptrdiff_t>(q.rows())));
        const double scale = o.scale ? o.scale->to_double() : 1 / std::sqrt(static_cast<double>(d));
        std::vector<double> scores, errors;
        for (std::size_t j = 0; j < keys; ++j) {
            const double distance = p - static_cast<double>(j);
            if ((o.causal && distance < 0) ||
                (o.window_left && distance > static_cast<double>(*o.window_left)) ||
                (o.window_right && -distance > static_cast<double>(*o.window_right)) ||
                (o.blocks && (*o.blocks)(i / o.block_queries, j / o.block_keys) == 0) ||
                (o.mask && (j >= o.mask->columns() || (*o.mask)(i, j) == 0)))
                continue;
            const double bias = !o.bias                 ? 0
                                : j < o.bias->columns() ? (*o.bias)(i, j).to_double()
                                                        : -std::numeric_limits<double>::infinity();
            if (bias == -std::numeric_limits<double>::infinity())
                continue;
            double s = 0, size = 0;
            for (std::size_t c = 0; c < d; ++c) {
                s += number(q(i, c)) * number(k(j, c));
                size += std::fabs(number(q(i, c)) * number(k(j, c)));
            }
            s *= scale;
            double error = u * (static_cast<double>(d) + 4) * std::fabs(scale) * size;
            if (o.soft_cap) {
                const double cap = o.soft_cap->to_double();
                if (std::isinf(s))
                    error = 0;
                error += 4 * u * std::min(std::fabs(s), cap);
                s = cap * std::tanh(s / cap);
            }
            if (o.alibi_slope) {
                const double term = -o.alibi_slope->to_double() * std::fabs(distance);
                error += u * (std::fabs(term) + std::fabs(s + term));
                s += term;
            }
            if (o.bias) {
                s += bias;
                error += u * std::fabs(s);
            }
            if (s == -std::numeric_limits<double>::infinity())
                continue;  // of no weight
            scores.push_back(s);
            errors.push_back(error);
            keys_.push_back(j);
        }
        if (o.power && !scores.empty())
            weigh_by_powers(*o.power, o.power_epsilon.to_double(), scores, errors);
        else
            weigh_by_exponentials(scores, errors);
        for (const std::size_t j : keys_) {
            values_.emplace_back();
            for (std::size_t c = 0; c < v.columns(); ++c)
                values_.back().push_back(std::fabs(number(v(j, c))));
        }
    }
    double operator()(std::size_t c, double exact, const float_format& format) const {
        const double smallest = u_ == 0x1p-24 ? 0x1p-146 : 0x1p-1071;
        double bound = u_ * std::fabs(exact) + static_cast<double>(keys_.size()) * smallest +
                       reference::ulp(format, exact_value(exact)).to_double();
        for (std::size_t n = 0; n < keys_.size(); ++n)
            bound += errors_[n] * (values_[n][c] + std::fabs(exact));
        bound += of_sum_ * std::fabs(exact);
        return first_order_ ? 1.01 * bound : std::numeric_limits<double>::infinity();
    }

  private:
    void weigh_by_exponentials(const std::vector<double>& scores, const std::vector<double>& errors) {
        double maximum = -std::numeric_limits<double>::infinity(), sum = 0;
        for (const double s : scores)
            maximum = std::max(maximum, s);
        for (const double s : scores)
            sum += std::exp(s - maximum);
        const auto count = static_cast<double>(scores.size());
        for (std::size_t n = 0; n < scores.size(); ++n)
            errors_.push_back(std::exp(scores[n] - maximum) / sum *
                              (errors[n] + u_ * (maximum - scores[n] + 3 * count + count + 6)));
    }
    void weigh_by_powers(int p, double epsilon, const std::vector<double>& scores,
                         const std::vector<double>& errors) {
        double maximum = 0, sum = 0, most = 0;
        for (const double s : scores)
            maximum = std::max(maximum, std::fabs(s));
        for (const double s : scores)
            sum += std::pow(std::fabs(s) / maximum, p);
        const auto count = static_cast<double>(scores.size());
        sum += epsilon * count;
        const double steps = u_ * (4 * p + (2 * p + 4) * count + 10);
        for (std::size_t n = 0; n < scores.size(); ++n) {
            const double part = std::fabs(scores[n]) / maximum, error = p * errors[n] / maximum;
            most = std::max(most, error);
            errors_.push_back((std::pow(part, p) * steps + std::pow(part, p - 1) * error) / sum);
        }
        of_sum_ = epsilon * count / sum * (steps + most);
        first_order_ = most < 1e-3;
    }

    double u_;
    std::vector<std::size_t> keys_{};
    std::vector<double> errors_{};  // of weights, beside their sum
    double of_sum_ = 0;             // of ε's share in it
    bool first_order_ = true;
    std::vector<std::vector<double>> values_{};
};

template <class Q, class K, class VE, class Output, class Arithmetic>
void check_meaning(tally& t, std::uint64_t seed, const Arithmetic& arithmetic, double u) {
    std::mt19937_64 random(seed);
    std::vector<std::size_t> levels = attention_levels;
    levels[of_columns] = levels[of_values] = 5;
    levels[of_terms] = 5;
    auto choices = covering_choices(levels, 250, seed);
    if (effort == 0)
        choices.resize(8);
    double most_of_bound = 0;
    for (attention_choice& choice : choices) {
        // Neither terms that overflow nor special ones, which can: the real numbers do not.
        constexpr attention_terms kinds[] = {attention_terms::ordinary, attention_terms::steep,
                                             attention_terms::tiny, attention_terms::zeros,
                                             attention_terms::minus_infinity};
        choice[of_terms] = static_cast<std::size_t>(kinds[choice[of_terms]]);
        if (choice[of_power] != 0 && choice[of_terms] == static_cast<std::size_t>(attention_terms::tiny))
            choice[of_terms] = 0;  // nor scores that are all lost, of which powers are NaN
        constexpr std::size_t queries[] = {1, 2, 3, 5}, keys[] = {1, 3, 19, 35};
        const std::size_t heads = choice[of_group] > 1 ? 1 : 1 + random() % 2;
        attention_case<Q, K, VE, Output> c(
            choice, {1 + random() % 2, heads, queries[random() % 4], keys[random() % 4]}, ++seed);
        const attention_options options = c.options();
        attention(c.q(), c.k(), c.v(), c.output().view(), arithmetic, options);
        const std::size_t group = c.heads() / c.shape().key_heads;
        for (std::size_t b = 0; b < c.shape().batch; ++b)
            for (std::size_t h = 0; h < c.heads(); ++h) {
                const auto told = reference_options(options, b, h);
                const auto q = c.q()(b, h);
                const auto k = c.k()(b, h / group);
                const auto v = c.v()(b, h / group);
                const auto exact =
                    reference::attention(reference::make_exact_matrix(q), reference::make_exact_matrix(k),
                                         reference::make_exact_matrix(v), told);
                for (std::size_t i = 0; i < c.shape().queries; ++i) {
                    const attention_bound bound(q, k, v, told, u, i);
                    for (std::size_t column = 0; column < v.columns(); ++column) {
                        const exact_value o(exact(i, column));
                        const exact_value got = reference::to_exact(c.output().view()(b, h)(i, column));
                        if (o.is_nan() || got.is_nan()) {
                            t.expect(o.is_nan() == got.is_nan(), [&] {
                                return c.name() + ": " + got.to_string() + " for " + o.to_string();
                            });
                            continue;
                        }
                        const double error = std::fabs((got - o).to_double());
                        const double most = bound(column, o.to_double(), reference::format_of<Output>());
                        most_of_bound = std::max(most_of_bound, error / most);
                        t.expect(error <= most, [&] {
                            return c.name() + ", row " + std::to_string(i) + ": " + got.to_string() +
                                   " for " + o.to_string() + ", an error of " + std::to_string(error / most) +
                                   " bounds";
                        });
                    }
                }
            }
    }
    std::printf("  the largest error is %.2f of its bound\n", most_of_bound);
    // A bound that nothing comes near would say nothing.
    t.expect(effort == 0 || most_of_bound > 0.05,
             [&] { return "the largest error is " + std::to_string(most_of_bound) + " of its bound"; });
}

}  // namespace halfulp_test
