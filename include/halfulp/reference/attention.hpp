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

namespace detail {

/// e^s beside that of the greatest score, or any near it; 0 for a score of −∞.
inline std::vector<mpfr_real> exponentials(const attention_scores& head,
                                           const std::vector<attention_score>& scores, mpfr_prec_t working) {
    std::vector<std::optional<mpfr_real>> values(scores.size());
    const mpfr_real* maximum = nullptr;
    for (std::size_t n = 0; n < scores.size(); ++n) {
        if (!scores[n].special().is_finite())
            continue;
        values[n] = head.evaluate(scores[n], working);
        if (maximum == nullptr || mpfr_greater_p(values[n]->get(), maximum->get()) != 0)
            maximum = &*values[n];
    }
    std::vector<mpfr_real> weights;
    for (const std::optional<mpfr_real>& score : values) {
        mpfr_real weight(0, working);
        if (score) {
            mpfr_set_prec(weight.get(), std::max(score->precision(), maximum->precision()) + 2);
            mpfr_sub(weight.get(), score->get(), maximum->get(), MPFR_RNDN);
            mpfr_exp(weight.get(), weight.get(), MPFR_RNDN);
        }
        weights.push_back(weight);
    }
    return weights;
}

/// |s|^p beside that of the largest |s|: scores are evaluated to bits behind the first one of it. NaN if all are 0.
inline std::vector<mpfr_real> powers(const attention_scores& head, const std::vector<attention_score>& scores,
                                     int p, mpfr_prec_t working) {
    for (mpfr_prec_t bits = working;; bits *= 2) {
        std::vector<mpfr_real> weights;
        mpfr_real maximum(0, MPFR_PREC_MIN);
        bool are_zero = true;
        for (const attention_score& s : scores) {
            are_zero &= s.product.is_zero() && s.rest.is_zero();
            weights.push_back(head.evaluate(s, bits));
            if (mpfr_cmpabs(weights.back().get(), maximum.get()) > 0)
                maximum = weights.back();
        }
        const bool is_zero = mpfr_zero_p(maximum.get()) != 0;
        // Sums that cancel to 0 remain too small, whatever the bits: 2^14 of them decide that.
        if (!are_zero && bits < (mpfr_prec_t{1} << 14) &&
            (is_zero || static_cast<long>(mpfr_get_exp(maximum.get())) < working - bits))
            continue;
        for (mpfr_real& weight : weights) {
            mpfr_div(weight.get(), weight.get(), maximum.get(), MPFR_RNDN);
            mpfr_pow_ui(weight.get(), weight.get(), static_cast<unsigned long>(p), MPFR_RNDN);
        }
        return weights;
    }
}

}  // namespace detail

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
/// With options.power = p the weights are |s_j|^p, and the denominator Σ_j |s_j|^p + ε·m·max_j |s_j|^p over m keys; a row
/// of which a score is not finite, or all are 0, is NaN. The bound is p times as large then, and holds beside the
/// largest weight.
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
        if (detail::make_row_nan(scores, options.power.has_value())) {
            for (std::size_t c = 0; c < v.columns(); ++c)
                mpfr_set_nan(output(i, c).get());
            continue;
        }
        if (scores.empty())
            continue;

        // 1. The weights and their sum.
        const std::vector<mpfr_real> weights = options.power
                                                   ? detail::powers(head, scores, *options.power, working)
                                                   : detail::exponentials(head, scores, working);
        mpfr_real sum(0, working);
        for (const mpfr_real& weight : weights)
            mpfr_add(sum.get(), sum.get(), weight.get(), MPFR_RNDN);
        if (options.power) {  // the largest is 1
            const exact_value count(scores.size());
            const mpfr_real share = (options.power_epsilon * count).to_mpfr(working);
            mpfr_add(sum.get(), sum.get(), share.get(), MPFR_RNDN);
        }

        // 2. The weighted mean of the values.
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
