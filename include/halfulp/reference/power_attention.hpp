// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Power-Softmax attention without rounding errors: where it is rational, as it is for rational inputs.

#include <halfulp/reference/attention_scores.hpp>

#include <cstddef>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// With p = options.power, m keys that query i sees and their scores s_j as reference::attention makes them,
///
///     o(i, c) = Σ_j s_j^p·v(j, c) / (Σ_j s_j^p + ε·m·max_j s_j^p)
///
/// exactly. A factor of all scores cancels, so that the default scale, 1/√d, may be irrational. A row that sees no key is
/// zero. A score that is not finite makes its row NaN, and so do scores that are all 0; values are what IEEE 754 makes of
/// them.
///
/// Throws shape_error and value_error as `attention`, and value_error without a power; with a soft cap; and with bias or
/// ALiBi beside an irrational scale: there is nothing rational then. O(n·m·(d + dv)) operations on rational numbers.
inline exact_matrix power_attention(const exact_matrix& q, const exact_matrix& k, const exact_matrix& v,
                                    const attention_options& options) {
    constexpr const char* name = "reference::power_attention";
    const detail::attention_scores head(name, q, k, v, options);
    if (!options.power)
        throw_argument_error<value_error>(name, "options.power", "missing", "an even number from 2 on");
    const bool has_rest = options.alibi_slope || options.bias;
    if (options.soft_cap || (has_rest && !head.are_rational()))
        throw_argument_error<value_error>(name, "a score", "not rational",
                                          "no soft cap, and a scale beside bias and ALiBi");
    exact_matrix output(q.rows(), v.columns());
    for (std::size_t i = 0; i < q.rows(); ++i) {
        const std::vector<detail::attention_score> scores = head.row(i);
        if (scores.empty())
            continue;
        std::vector<exact_value> weights;
        exact_value sum, largest;
        for (const detail::attention_score& s : scores) {
            const exact_value score = s.special();
            exact_value weight = score.is_finite() ? exact_value(1) : exact_value::nan();
            for (int n = 0; n < *options.power; ++n)
                weight = weight * score;
            sum = sum + weight;
            largest = weight > largest ? weight : largest;
            weights.push_back(weight);
        }
        sum = sum + options.power_epsilon * exact_value(scores.size()) * largest;
        for (std::size_t c = 0; c < v.columns(); ++c) {
            exact_value mean;
            for (std::size_t n = 0; n < scores.size(); ++n)
                mean = mean + weights[n] * v(scores[n].key, c);
            output(i, c) = mean / sum;
        }
    }
    return output;
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
