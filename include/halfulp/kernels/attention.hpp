// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Softmax attention in any arithmetic. These templates are the definition of its bits.
///
/// Keys are taken in blocks of `key_block` (128 by default), the first of which begins with key 0. For query i,
/// with the types S of scores, W of stored weights and U of weighted sums that the arithmetic names, and
/// with p = i + causal_offset for its position among the keys:
///
///   1. s_j = scale·Σ_c q_ic·k_jc     the sum by the arithmetic for scores, c ascending, as an S; then times the scale
///      s_j = c·tanh(s_j/c)           with a soft cap c: quotient, tanh and product are rounded each
///      s_j = s_j + (−slope·|p − j|)  with ALiBi: product and sum are rounded
///      s_j = s_j + bias_ij           with a bias, which is rounded to S first
///
/// and for each block, over the keys of it that are not masked, unless there is none:
///
///   2. m  = max(m, max_j s_j);  r = m, or 0 where m is −∞
///   3. a  = exp(old m − m)           the difference and the exponential each rounded; 1 if m is as it was
///      z  = z·a,  u_c = u_c·a        each rounded; before the first block there is nothing to rescale
///   4. w_j = exp(s_j − r)            the difference and the exponential each rounded to S, then as a W
///   5. z  = z + Σ_j w_j              in 16 sums, j modulo 16 within the block ascending, from 0; then the sums l and
///                                    l + 8, l and l + 4, l and l + 2, 0 and 1 are added, each rounded
///   6. u_c = u_c + Σ_j w_j·v_jc      by the arithmetic for values, j ascending, the chain starting from u_c
///
/// and in the end
///
///   7. output_ic = u_c/z             one rounding, to the output's type
///
/// So a row depends on what it sees alone: not on other rows, on tiles or threads, on the number of keys behind its
/// last one or on how keys lie in memory; decoding token by token gives the bits of all at once.
///
/// A masked key is not read, so whatever it holds cannot matter. A row in which every key is masked
/// is zero. A NaN among the scores of a row, a score of +∞, or only scores of −∞, make the row NaN.
///
/// exp and tanh are correctly rounded where S is float, double or a custom_float.
///
/// Random bits of stochastic modes (see arithmetic/policy.hpp): the chain of a score has those of the policy's seed,
/// the others those of stages, which are at the element (p modulo 2^32, x) and at a step:
///
/// | stage | x             | step      | what is rounded                                                       |
/// |-------|---------------|-----------|-----------------------------------------------------------------------|
/// | 1     | j             | 0         | s·scale; the difference s − r and its exponential                     |
/// | 1     | j             | 1, 2      | s/c; tanh and c·tanh                                                  |
/// | 1     | j             | 3, 4, 5   | slope·distance and the sum; the bias and the sum; w as a W            |
/// | 1     | j             | 6         | the distance as an S                                                  |
/// | 2     | j             | 0         | the sum of its lane with w_j                                          |
/// | 2     | first + l     | 8 … 1     | the sums l and l + step, with `first` the first key of the block      |
/// | 2     | first         | 16        | z·a and z + Σ w                                                       |
/// | 3     | column        | j, first  | the chain of a value; its value                                       |
/// | 4     | column        | 0         | the output                                                            |
/// | 4     | column        | first + 1 | u·a                                                                   |
/// | 5     | first         | 0         | the difference of maxima and its exponential                          |
///
/// Head number N has seeds of its own, stage N·2^8 behind those of head 0.

#include <halfulp/arithmetic/elementary.hpp>
#include <halfulp/formats/functions.hpp>
#include <halfulp/kernels/attention_keys.hpp>
#include <halfulp/kernels/attention_options.hpp>
#include <halfulp/kernels/dot.hpp>
#include <halfulp/kernels/key_value_cache.hpp>
#include <halfulp/simd/attention_native.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

namespace halfulp {
inline namespace v0 {

namespace detail {

template <class T>
constexpr bool is_negative_infinity(const T& x) noexcept {
    if constexpr (standard_float<T>)
        return x == -std::numeric_limits<T>::infinity();
    else if constexpr (formatted_number<T>)
        return isinf(x) && x < T(0);
    else
        return false;  // a number type of the user's: its exponential decides
}

/// One head's attention, a row at a time, as the file comment says. Keeps the scores of a block.
template <class Arithmetic, class Q, class K, class VE, class Output>
class attention_definition {
    using types = attention_types<Arithmetic, Q, K, VE>;
    using scores = typename types::scores;
    using values = typename types::values;
    using S = typename types::S;
    using W = typename types::W;
    using U = typename types::U;
    using position = arithmetic::position;

  public:
    /// For head number `head` and queries of d columns, values of dv.
    constexpr attention_definition(const Arithmetic& arithmetic, const attention_options& options,
                                   std::size_t head, std::size_t d, std::size_t dv)
        : scores_(stage_of(types::parts::of_scores(arithmetic), head, 0)),
          score_stage_(stage_of(types::parts::of_scores(arithmetic), head, 1)),
          sum_stage_(stage_of(types::parts::of_scores(arithmetic), head, 2)),
          rescale_stage_(stage_of(types::parts::of_scores(arithmetic), head, 5)),
          values_(stage_of(types::parts::of_values(arithmetic), head, 3)),
          output_stage_(stage_of(types::parts::of_values(arithmetic), head, 4)),
          block_(options.key_block.value_or(types::key_block)),
          sums_(dv, U(0)) {
        const arithmetic::elementary<S, scores> step(score_stage_);
        scale_ = scale_in<S>(step, options, d);
        if (options.soft_cap)
            cap_ = step.from_double(*options.soft_cap);
    }
    // Copies would have steps that refer to the stages of another.
    attention_definition(const attention_definition&) = delete;
    attention_definition& operator=(const attention_definition&) = delete;

    /// output = the attention of query i, `query`, to the keys and values that its rules show it.
    template <class Keys, class Values>
    constexpr void row(const attention_rules& rules, std::size_t i, const vector_view<const Q>& query,
                       const Keys& k, const Values& v, const vector_view<Output>& output) {
        const key_range range = rules.range(i);
        number_ = static_cast<std::uint64_t>(i) + static_cast<std::uint64_t>(rules.offset);
        number_ &= 0xffffffffu;
        bool is_first = true;
        for (std::size_t first = range.first / block_ * block_; first < range.last;) {
            const std::size_t last = range.last - first <= block_ ? range.last : first + block_;
            make_scores(rules, i, query, k, first < range.first ? range.first : first, last);
            if (!keys_.empty()) {
                weigh_block(first, is_first);
                add_values(v, first, is_first);
                is_first = false;
            }
            first = last;
        }
        const arithmetic::elementary<U, values> step(output_stage_);
        for (std::size_t c = 0; c < output.size(); ++c)
            output[c] = is_first ? Output(0) : step.template divide<Output>(sums_[c], sum_, at(c, 0));
    }

  private:
    template <class Policy>
    static constexpr Policy stage_of(const Policy& policy, std::size_t head, std::uint64_t stage) noexcept {
        return arithmetic::detail::for_stage(policy, static_cast<std::uint64_t>(head) * 256 + stage);
    }
    constexpr position at(std::size_t x, std::uint64_t step) const noexcept {
        return {(number_ << 32) + static_cast<std::uint64_t>(x), step};
    }

    /// Step 1 for the keys first … last − 1 that are seen.
    template <class Keys>
    constexpr void make_scores(const attention_rules& rules, std::size_t i, const vector_view<const Q>& query,
                               const Keys& k, std::size_t first, std::size_t last) {
        keys_.clear();
        block_scores_.clear();
        for (std::size_t j = first; j < last; ++j)
            if (rules.sees(i, j)) {
                keys_.push_back(j);
                block_scores_.push_back(score(rules, i, j, query, k.row(j)));
            }
    }

    constexpr S score(const attention_rules& rules, std::size_t i, std::size_t j,
                      const vector_view<const Q>& query, const vector_view<const K>& key) const {
        const arithmetic::elementary<S, scores> step(score_stage_);
        auto chain = scores_.template zero<Q, K>();
        accumulate_chain(scores_, chain, query, key, at(j, 0).element);
        S s = scores_.template result<S>(chain, at(j, query.size()));
        s = step.multiply(s, scale_, at(j, 0));
        if (cap_) {
            const S t = step.hyperbolic_tangent(step.template divide<S>(s, *cap_, at(j, 1)), at(j, 2));
            s = step.multiply(*cap_, t, at(j, 2));
        }
        if (rules.slope) {
            const S slope = step.from_double(-static_cast<double>(*rules.slope), at(j, 3));
            const S distance = step.from_double(static_cast<double>(rules.distance(i, j)), at(j, 6));
            s = step.add(s, step.multiply(slope, distance, at(j, 3)), at(j, 3));
        }
        if (rules.has_bias)
            s = step.add(s, step.from_double(static_cast<double>(rules.bias(i, j)), at(j, 4)), at(j, 4));
        return s;
    }

    /// Steps 2 to 5: the scores become weights; z and the rescaled u_c.
    constexpr void weigh_block(std::size_t first, bool is_first) {
        const arithmetic::elementary<S, scores> step(score_stage_), sum_step(sum_stage_),
            rescale(rescale_stage_);
        S maximum = block_scores_[0];
        for (const S& s : block_scores_)
            if (maximum < s)
                maximum = s;
        if (!is_first) {
            if (maximum_ < maximum) {
                const S a =
                    rescale.exponential(rescale.subtract(maximum_, maximum, at(first, 0)), at(first, 0));
                sum_ = sum_step.multiply(sum_, a, at(first, 16));
                const arithmetic::elementary<U, values> value_step(output_stage_);
                for (std::size_t c = 0; c < sums_.size(); ++c)
                    sums_[c] = value_step.multiply(sums_[c], a, at(c, first + 1));
            } else {
                maximum = maximum_;
            }
        }
        maximum_ = maximum;
        const S reference = is_negative_infinity(maximum) ? S(0) : maximum;

        std::array<S, 16> lanes{};
        lanes.fill(S(0));
        weights_.clear();
        for (std::size_t n = 0; n < keys_.size(); ++n) {
            const std::size_t j = keys_[n];
            const S w = step.exponential(step.subtract(block_scores_[n], reference, at(j, 0)), at(j, 0));
            weights_.push_back(step.template stored<W>(w, at(j, 5)));
            S& lane = lanes[(j - first) % 16];
            lane = sum_step.add(lane, weights_.back(), at(j, 0));
        }
        for (std::size_t width = 8; width > 0; width /= 2)
            for (std::size_t l = 0; l < width; ++l)
                lanes[l] = sum_step.add(lanes[l], lanes[l + width], at(first + l, width));
        sum_ = is_first ? lanes[0] : sum_step.add(sum_, lanes[0], at(first, 16));
    }

    /// Step 6.
    template <class Values>
    constexpr void add_values(const Values& v, std::size_t first, bool is_first) {
        HALFULP_STRICT_FLOATING_POINT
        for (std::size_t c = 0; c < sums_.size(); ++c) {
            auto chain =
                is_first ? values_.template zero<W, VE, U>() : values_.template start<W, VE>(sums_[c]);
            for (std::size_t n = 0; n < keys_.size(); ++n)
                values_.multiply_add(chain, weights_[n], v.row(keys_[n])[c], at(c, keys_[n]));
            sums_[c] = values_.template result<U>(chain, at(c, first));
        }
    }

    scores scores_, score_stage_, sum_stage_, rescale_stage_;
    values values_, output_stage_;
    std::size_t block_;
    S scale_{};
    std::optional<S> cap_{};
    std::uint64_t number_ = 0;
    S maximum_{};
    S sum_{};                          // z
    std::vector<U> sums_;              // u_c
    std::vector<std::size_t> keys_{};  // of a block, those that are seen
    std::vector<S> block_scores_{};
    std::vector<W> weights_{};
};

/// The dispatch point: a fast path is an overload for an arithmetic, with an int in the end, and returns whether it did
/// the work.
template <class Q, class Keys, class Values, class Output, class Arithmetic>
bool attention_fast(const heads_view<const Q>&, const Keys&, const Values&, const heads_view<Output>&,
                    const Arithmetic&, const attention_options&, ...) {
    return false;
}

/// The sentences for what the compiler can see.
template <class Arithmetic, class Q, class K, class VE>
constexpr void check_attention_types() noexcept {
    using parts = attention_parts<Arithmetic>;
    check_arithmetic<typename parts::scores, Q, K>();
    using types = attention_types<Arithmetic, Q, K, VE>;
    check_arithmetic<typename parts::values, typename types::W, VE>();
    static_assert(
        !integer_number<typename types::S> && !integer_number<typename types::U>,
        "halfulp::attention: weights are fractions, so neither scores nor sums of values can be integers; "
        "give an integer arithmetic for the scores alone, as in "
        "attention_arithmetic<arithmetic::integer<std::int32_t>, arithmetic::native<float>>");
}

template <class Q, class Keys, class Values, class Output, class Arithmetic>
constexpr void attention_of_heads(const heads_view<const Q>& q, const Keys& k, const Values& v,
                                  const heads_view<Output>& output, const Arithmetic& arithmetic,
                                  const attention_options& options) {
    using K = typename Keys::value_type;
    using VE = typename Values::value_type;
    static_assert(!std::is_const_v<Output>, "halfulp::attention: the output is a view of constant elements");
    check_attention_types<Arithmetic, Q, K, VE>();
    require_attention_arguments(q, k, v, output, options);
    arithmetic::detail::require_depth<Q, K>(attention_parts<Arithmetic>::of_scores(arithmetic), "attention",
                                            q.columns());
    if (!std::is_constant_evaluated())
        if (attention_fast(q, k, v, output, arithmetic, options, 0))
            return;
    const std::size_t group = k.heads() == 0 ? 1 : q.heads() / k.heads();
    for (std::size_t b = 0; b < q.batch(); ++b)
        for (std::size_t h = 0; h < q.heads(); ++h) {
            const attention_rules rules = rules_of_head(options, q.rows(), k.rows(), b, h);
            attention_definition<Arithmetic, Q, K, VE, Output> program(
                arithmetic, options, options.first_head + b * q.heads() + h, q.columns(), v.columns());
            const auto keys = k(b, h / group);
            const auto values = v(b, h / group);
            for (std::size_t i = 0; i < q.rows(); ++i)
                program.row(rules, i, q(b, h).row(i), keys, values, output(b, h).row(i));
        }
}

}  // namespace detail

/// output = softmax(scale·Q·Kᵀ)·V for every head, row by row as the file comment says.
///
/// @param q       batch × heads of n × d: a heads_view, a rank-4 mdspan, or a matrix for one head
/// @param k       batch × key heads of m × d: likewise, or paged_heads. Key head h / (heads / key heads) is for head h
/// @param v       batch × key heads of m × dv
/// @param output  batch × heads of n × dv; it must not share memory with the inputs
/// @param arithmetic  an arithmetic for both products, or an attention_arithmetic of two. native<float> over 16- or
///                    8-bit elements is LayerCast: stored narrow, computed in float
/// @throws shape_error     if the extents do not fit together, heads are not a multiple of key heads, or masks, slopes
///                         or lengths have other shapes, before anything is written
/// @throws value_error     if a scale or slope is not finite, a soft cap not positive, a key_block zero, a length or
///                         a page beyond what there is
/// @throws aliasing_error  if the output may share memory with an input, before anything is written
///
/// O(batch·heads·n·m·(d + dv)) at most: what no query of a block sees costs nothing. The definition allocates a block
/// of scores and dv sums, the fast path of native<float> a few tiles a thread: memory does not grow with n·m.
template <heads_argument QM, key_argument KM, key_argument VM, heads_argument OM,
          class Arithmetic = default_arithmetic<heads_element<QM>, heads_element<KM>>>
constexpr void attention(const QM& q, const KM& k, const VM& v, OM&& output,
                         const Arithmetic& arithmetic = {}, const attention_options& options = {}) {
    detail::attention_of_heads(detail::constant_heads(as_heads(q)), detail::constant_heads(as_heads(k)),
                               detail::constant_heads(as_heads(v)), as_heads(output), arithmetic, options);
}

/// The same with the keys and values of a cache: its lengths are those of the options, unless they name others.
template <heads_argument QM, class K, class V, heads_argument OM,
          class Arithmetic = default_arithmetic<heads_element<QM>, K>>
void attention(const QM& q, const key_value_cache<K, V>& cache, OM&& output,
               const Arithmetic& arithmetic = {}, attention_options options = {}) {
    if (options.key_lengths.size() == 0)
        options.key_lengths = cache.lengths();
    attention(q, cache.keys(), cache.values(), output, arithmetic, options);
}

}  // namespace v0
}  // namespace halfulp
