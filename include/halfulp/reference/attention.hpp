// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Softmax attention as a real function of its inputs: exact scores, exponentials and sums in MPFR.

#include <halfulp/reference/attention_scores.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// softmax(scores)·v: over the keys j that query i sees,
///
///     s_j = scale·Σ_c q(i, c)·k(j, c), with a soft cap c·tanh(s_j/c), − slope·|p − j|, + bias(i, j)
///     o(i, c) = Σ_j exp(s_j − max s)·v(j, c) / Σ_j exp(s_j − max s)
///
/// A row that sees no key is zero. NaN among the scores, a score of +∞, or only scores of −∞, make the row NaN. A score
/// of −∞ beside others has the weight 0, whose product with an infinite value is NaN; other weights are positive, however
/// small.
///
/// |error| < 2^(-precision) · max_j |v(j, c)|: scores are evaluated to an error of 2^(-precision)/(256·m) for m keys, so
/// that each weight errs by less than that factor and a rounding; so does each of the 2m steps of a quotient whose
/// denominator is at least 1.
///
/// Throws shape_error when q and k differ in columns or k and v in rows, or the options have other extents, and
/// value_error when a soft cap is not above 0.
inline dense_matrix<mpfr_real> attention(const exact_matrix& q, const exact_matrix& k, const exact_matrix& v,
                                         const attention_options& options = {}) {
    const detail::attention_scores head("reference::attention", q, k, v, options);
    const mpfr_prec_t working = options.precision + 16 + static_cast<mpfr_prec_t>(std::bit_width(k.rows()));

    dense_matrix<mpfr_real> output(q.rows(), v.columns(), mpfr_real(0, options.precision));
    for (std::size_t i = 0; i < q.rows(); ++i) {
        const std::vector<detail::attention_score> scores = head.row(i);
        if (detail::make_row_nan(scores)) {
            for (std::size_t c = 0; c < v.columns(); ++c)
                mpfr_set_nan(output(i, c).get());
            continue;
        }
        if (scores.empty())
            continue;

        // 1. The scores, and the greatest of them. Any number near it would do.
        std::vector<std::optional<mpfr_real>> values;
        const mpfr_real* maximum = nullptr;
        values.reserve(scores.size());
        for (const detail::attention_score& s : scores) {
            values.emplace_back();
            if (!s.special().is_finite())
                continue;
            values.back() = head.evaluate(s, working);
            if (maximum == nullptr || mpfr_greater_p(values.back()->get(), maximum->get()) != 0)
                maximum = &*values.back();
        }

        // 2. The weights and their sum.
        std::vector<mpfr_real> weights;
        mpfr_real sum(0, working);
        for (const std::optional<mpfr_real>& score : values) {
            mpfr_real weight(0, working);
            if (score) {
                mpfr_set_prec(weight.get(), std::max(score->precision(), maximum->precision()) + 2);
                mpfr_sub(weight.get(), score->get(), maximum->get(), MPFR_RNDN);
                mpfr_exp(weight.get(), weight.get(), MPFR_RNDN);
            }
            mpfr_add(sum.get(), sum.get(), weight.get(), MPFR_RNDN);
            weights.push_back(weight);
        }

        // 3. The weighted mean of the values.
        for (std::size_t c = 0; c < v.columns(); ++c) {
            mpfr_real mean(0, working);
            for (std::size_t n = 0; n < weights.size(); ++n) {
                const mpfr_real value = v(scores[n].key, c).to_mpfr(working);
                mpfr_fma(mean.get(), weights[n].get(), value.get(), mean.get(), MPFR_RNDN);
            }
            mpfr_div(output(i, c).get(), mean.get(), sum.get(), MPFR_RNDN);
        }
    }
    return output;
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
