// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Softmax attention as a real function of its inputs: exact scores, exponentials and sums in MPFR.

#include <halfulp/reference/dense_matrix.hpp>

#include <bit>
#include <cstddef>
#include <optional>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// What `attention` can be told.
struct attention_options {
    /// Multiplies the scores; by default 1/√(columns of q), to the full precision.
    std::optional<exact_value> scale{};
    /// Query i sees the keys j ≤ i + causal_offset only.
    bool causal = false;
    /// By default rows of k − rows of q: the queries are the last ones of the keys.
    std::optional<std::ptrdiff_t> causal_offset{};
    /// Bits of the results.
    mpfr_prec_t precision = 256;
};

/// softmax(scale·q·kᵀ)·v: with m the number of keys that query i sees,
///
///     s_j = scale·Σ_c q(i, c)·k(j, c)                                      exact
///     o(i, c) = Σ_j exp(s_j − max s)·v(j, c) / Σ_j exp(s_j − max s)        j = 0 … m − 1
///
/// A row that sees no key is zero. NaN among the scores or a score of +∞ makes its row NaN.
/// |error| < 2^(-precision) · max_j |v(j, c)|: the work is done with log2(m) + 16 bits more, where
/// each of the 2m roundings contributes less than two units of the last place to a quotient whose
/// denominator is at least 1.
///
/// Throws shape_error when q and k differ in columns or k and v in rows.
inline dense_matrix<mpfr_real> attention(const exact_matrix& q, const exact_matrix& k, const exact_matrix& v,
                                         const attention_options& options = {}) {
    require_equal_extents("reference::attention", "k.columns()", k.columns(), "q.columns()", q.columns());
    require_equal_extents("reference::attention", "v.rows()", v.rows(), "k.rows()", k.rows());
    const mpfr_prec_t working = options.precision + 16 + static_cast<mpfr_prec_t>(std::bit_width(k.rows()));
    const auto queries = static_cast<std::ptrdiff_t>(q.rows());
    const auto keys = static_cast<std::ptrdiff_t>(k.rows());
    const std::ptrdiff_t offset = options.causal_offset.value_or(keys - queries);

    mpfr_real default_divisor(working);
    mpfr_sqrt_ui(default_divisor.get(), q.columns() == 0 ? 1 : static_cast<unsigned long>(q.columns()),
                 MPFR_RNDN);

    dense_matrix<mpfr_real> output(q.rows(), v.columns(), mpfr_real(0, options.precision));
    for (std::size_t i = 0; i < q.rows(); ++i) {
        // 1. The scores, exact but for the default scale, which is positive and comes in step 2.
        std::vector<exact_value> scores;
        for (std::size_t j = 0; j < k.rows(); ++j) {
            if (options.causal && static_cast<std::ptrdiff_t>(j) > static_cast<std::ptrdiff_t>(i) + offset)
                continue;
            exact_value score;
            for (std::size_t c = 0; c < q.columns(); ++c)
                score = score + q(i, c) * k(j, c);
            scores.push_back(options.scale ? *options.scale * score : score);
        }
        if (scores.empty())
            continue;
        exact_value maximum = scores[0];
        for (const exact_value& score : scores)
            if (score > maximum)
                maximum = score;

        // 2. The weights and their sum.
        std::vector<mpfr_real> weights;
        mpfr_real sum(0, working);
        for (const exact_value& score : scores) {
            mpfr_real weight = (score - maximum).to_mpfr(working);
            if (!options.scale)
                mpfr_div(weight.get(), weight.get(), default_divisor.get(), MPFR_RNDN);
            mpfr_exp(weight.get(), weight.get(), MPFR_RNDN);
            mpfr_add(sum.get(), sum.get(), weight.get(), MPFR_RNDN);
            weights.push_back(weight);
        }

        // 3. The weighted mean of the values.
        for (std::size_t c = 0; c < v.columns(); ++c) {
            mpfr_real mean(0, working);
            for (std::size_t j = 0; j < weights.size(); ++j) {
                const mpfr_real value = v(j, c).to_mpfr(working);
                mpfr_fma(mean.get(), weights[j].get(), value.get(), mean.get(), MPFR_RNDN);
            }
            mpfr_div(output(i, c).get(), mean.get(), sum.get(), MPFR_RNDN);
        }
    }
    return output;
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
