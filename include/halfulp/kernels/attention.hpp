// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Softmax attention in any arithmetic. This template is the definition of its bits.
///
/// For query row i, with V the value type of the arithmetic for products of q and k:
///
///   1. t_j = Σ_c q_ic·k_jc          by the arithmetic, c ascending, as a V
///      s_j = t_j·scale              rounded to V
///   2. m   = max_j s_j              over the keys that are not masked
///   3. w_j = exp(s_j − m)           the difference and the exponential each rounded to V
///   4. z   = Σ_j w_j                in V, j ascending, from 0, each sum rounded
///   5. u_c = Σ_j w_j·v_jc           by the arithmetic, j ascending
///   6. output_ic = u_c/z            one rounding, to the output's type
///
/// A masked key is not read, so whatever it holds cannot matter. A row in which every key is masked
/// is zero. A NaN among the scores of a row, a score of +∞, or only scores of −∞, make the row NaN.
///
/// Random bits of stochastic modes: step 1 has those of the policy's seed at element (i, j), the
/// others those of stages 1 … 4 (see arithmetic/policy.hpp).

#include <halfulp/arithmetic/elementary.hpp>
#include <halfulp/kernels/dot.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// What `attention` can be told.
struct attention_options {
    /// Multiplies the scores; it is rounded to the value type of the arithmetic. By default 1/√d,
    /// computed in double (two roundings) and then rounded to V.
    std::optional<double> scale{};
    /// Query i sees the keys j ≤ i + causal_offset only.
    bool causal = false;
    /// The position of query 0 among the keys, negative ones included. By default m − n: the n
    /// queries are the last ones of the m keys, as in decoding with a cache.
    std::optional<std::ptrdiff_t> causal_offset{};
};

namespace detail {

/// The number of keys that query i sees.
constexpr std::size_t visible_keys(const attention_options& options, std::size_t i, std::size_t queries,
                                   std::size_t keys) noexcept {
    if (!options.causal)
        return keys;
    // last visible key = i + offset; compared without the sum, which could overflow.
    const auto row = static_cast<std::ptrdiff_t>(i);
    const auto count = static_cast<std::ptrdiff_t>(keys);
    const std::ptrdiff_t offset =
        options.causal_offset ? *options.causal_offset : count - static_cast<std::ptrdiff_t>(queries);
    if (offset < -row)
        return 0;
    if (offset >= count - row)
        return keys;
    return static_cast<std::size_t>(row + offset) + 1;
}

/// The scale in V: what was asked for, or 1/√d.
template <class V, class Step>
constexpr V scale_in(const Step& step, const attention_options& options, std::size_t d) {
    if (options.scale)
        return step.from_double(*options.scale);
    return step.from_double(divide<double>(1, sqrt<double>(static_cast<std::uint64_t>(d == 0 ? 1 : d))));
}

/// Scores to weights in place: w_j = exp(s_j − max s); the sum of the weights, j ascending from 0.
template <class V, class Step>
constexpr V softmax_weights(vector_view<V> scores, std::size_t row, const Step& score_step,
                            const Step& sum_step) {
    V sum(0);
    if (scores.size() == 0)
        return sum;
    V maximum = scores[0];
    for (std::size_t j = 1; j < scores.size(); ++j)
        if (maximum < scores[j])
            maximum = scores[j];
    for (std::size_t j = 0; j < scores.size(); ++j) {
        const arithmetic::position at{arithmetic::element_number(row, j), 0};
        scores[j] = score_step.exponential(score_step.subtract(scores[j], maximum, at), at);
        sum = sum_step.add(sum, scores[j], {row, j});
    }
    return sum;
}

}  // namespace detail

/// output = softmax(scale·Q·Kᵀ)·V, row by row as the file comment says.
///
/// @param q       n × d
/// @param k       m × d
/// @param v       m × dv
/// @param output  n × dv; it must not share memory with the inputs
/// @throws shape_error     if the extents do not fit together, before anything is written
/// @throws aliasing_error  if the output may share memory with an input, before anything is written
///
/// O(n·m·(d + dv)); allocates m values of V.
template <matrix_argument QM, matrix_argument KM, matrix_argument VM, matrix_argument OM,
          class Arithmetic = default_arithmetic<matrix_element<QM>, matrix_element<KM>>>
constexpr void attention(const QM& q_argument, const KM& k_argument, const VM& v_argument,
                         OM&& output_argument, const Arithmetic& arithmetic = {},
                         const attention_options& options = {}) {
    using Q = matrix_element<const QM&>;
    using K = matrix_element<const KM&>;
    using Output = matrix_element<OM>;
    detail::check_arithmetic<Arithmetic, Q, K>();
    using V = typename Arithmetic::template value_type<Q, K>;
    using VElement = matrix_element<const VM&>;
    detail::check_arithmetic<Arithmetic, V, VElement>();
    using U = typename Arithmetic::template value_type<V, VElement>;

    const auto q = as_matrix(q_argument);
    const auto k = as_matrix(k_argument);
    const auto v = as_matrix(v_argument);
    const auto output = as_matrix(output_argument);
    static_assert(!std::is_const_v<typename decltype(output)::element_type>,
                  "halfulp::attention: the output is a view of constant elements");
    detail::require_extent("attention", "k.columns()", k.columns(), "q.columns()", q.columns());
    detail::require_extent("attention", "v.rows()", v.rows(), "k.rows()", k.rows());
    detail::require_extent("attention", "output.rows()", output.rows(), "q.rows()", q.rows());
    detail::require_extent("attention", "output.columns()", output.columns(), "v.columns()", v.columns());
    detail::require_distinct("attention", "output", output, "q", q);
    detail::require_distinct("attention", "output", output, "k", k);
    detail::require_distinct("attention", "output", output, "v", v);

    const Arithmetic score_stage = arithmetic::detail::for_stage(arithmetic, 1);
    const Arithmetic sum_stage = arithmetic::detail::for_stage(arithmetic, 2);
    const Arithmetic value_stage = arithmetic::detail::for_stage(arithmetic, 3);
    const Arithmetic output_stage = arithmetic::detail::for_stage(arithmetic, 4);
    const arithmetic::elementary<V, Arithmetic> score_step(score_stage);
    const arithmetic::elementary<V, Arithmetic> sum_step(sum_stage);
    const arithmetic::elementary<U, Arithmetic> output_step(output_stage);
    const V scale = detail::scale_in<V>(score_step, options, q.columns());

    std::vector<V> weights(k.rows(), V(0));
    for (std::size_t i = 0; i < q.rows(); ++i) {
        const std::size_t visible = detail::visible_keys(options, i, q.rows(), k.rows());
        for (std::size_t j = 0; j < visible; ++j) {
            const arithmetic::position at{arithmetic::element_number(i, j), q.columns()};
            auto score = arithmetic.template zero<Q, K>();
            detail::accumulate_chain(arithmetic, score, q.row(i), k.row(j), at.element);
            weights[j] = score_step.multiply(arithmetic.template result<V>(score, at), scale, at);
        }
        const V sum =
            detail::softmax_weights(vector_view<V>(weights.data(), visible), i, score_step, sum_step);
        for (std::size_t c = 0; c < output.columns(); ++c) {
            const arithmetic::position at{arithmetic::element_number(i, c), visible};
            if (visible == 0) {
                output(i, c) = Output(0);
                continue;
            }
            auto value = value_stage.template zero<V, VElement>();
            detail::accumulate_chain(value_stage, value, vector_view<const V>(weights.data(), visible),
                                     vector_view<const VElement>(v.column(c).data(), visible, v.row_stride()),
                                     at.element);
            output(i, c) = output_step.template divide<Output>(value_stage.template result<U>(value, at),
                                                               static_cast<U>(sum), at);
        }
    }
}

}  // namespace v0
}  // namespace halfulp
