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
/// With options.power = p, Power-Softmax (arXiv:2410.09457): w_j is the power of s_j/r, by squarings and multiplications
/// from p's highest bit on, and m the largest |s_j|; r is the largest power of two that is at most m and a normal number
/// (1 for types without a format), so that division by r rounds only what vanishes beside m; a is the power of (old r)/r.
/// In the end z = z + (ε·(number of keys))·(m/r)^p with an ε. A row of zero scores is NaN, and so is one with an infinite
/// score of either sign.
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
/// | 1     | j             | 3, 4, 5   | slope, slope·distance and the sum; the bias and the sum; w as a W     |
/// | 1     | j             | 6         | the distance as an S                                                  |
/// | 2     | j             | 0         | the sum of its lane with w_j                                          |
/// | 2     | first + l     | 8 … 1     | the sums l and l + step, with `first` the first key of the block      |
/// | 2     | first         | 16        | z·a and z + Σ w                                                       |
/// | 3     | column        | j, first  | the chain of a value; its value                                       |
/// | 4     | column        | 0         | the output                                                            |
/// | 4     | column        | first + 1 | u·a                                                                   |
/// | 5     | first         | 0         | the difference of maxima and its exponential                          |
///
/// The scale and the soft cap are rounded to an S at element (0, 0) and step 0 of stage 1. The multiplications of a power
/// are 256, 512, … steps behind it; ε is rounded at (0, all_keys) of stage 1, what is made of it at (p, all_keys) of
/// stage 2.
/// Head number N has seeds of its own, stage N·2^8 behind those of head 0.

#include <halfulp/kernels/attention_definition.hpp>
#include <halfulp/kernels/key_value_cache.hpp>
#include <halfulp/simd/attention_native.hpp>
#include <halfulp/simd/attention_products.hpp>

#include <cstddef>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// The dispatch point: a fast path is an overload for an arithmetic, with an int in the end, and returns whether it did
/// the work.
template <class Q, class Keys, class Values, class Output, class Arithmetic, class Statistics>
bool attention_fast(const heads_view<const Q>&, const Keys&, const Values&, const heads_view<Output>&,
                    const Arithmetic&, const attention_options&, const Statistics&, ...) {
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

template <class Q, class Keys, class Values, class Output, class Arithmetic, class Statistics = no_statistics>
constexpr void attention_of_heads(const heads_view<const Q>& q, const Keys& k, const Values& v,
                                  const heads_view<Output>& output, const Arithmetic& arithmetic,
                                  const attention_options& options, const Statistics& statistics = {}) {
    using K = typename Keys::value_type;
    using VE = typename Values::value_type;
    static_assert(!std::is_const_v<Output>, "halfulp::attention: the output is a view of constant elements");
    check_attention_types<Arithmetic, Q, K, VE>();
    constexpr const char* name = "attention";
    require_attention_arguments(name, q, k, v, "output", output, options);
    require_own_heads(name, "output", output);
    require_distinct_heads(name, "output", output, "q", q);
    require_distinct_heads(name, "output", output, "k", memory_of(k));
    require_distinct_heads(name, "output", output, "v", memory_of(v));
    require_distinct_heads(name, "output", output, "options.bias", options.bias);
    require_distinct_heads(name, "output", output, "options.mask", options.mask);
    arithmetic::detail::require_depth<Q, K>(attention_parts<Arithmetic>::of_scores(arithmetic), "attention",
                                            q.columns());
    statistics.resize(q.batch(), q.heads(), q.rows());
    if (!std::is_constant_evaluated())
        if (attention_fast(q, k, v, output, arithmetic, options, statistics, 0))
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
                statistics.set(b, h, i,
                               program.row(rules, i, q(b, h).row(i), keys, values, output(b, h).row(i)));
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

/// The same, and the sums by which `attention_gradient` finds the weights again.
/// @tparam S  the type of the scores: float for native<float>
template <heads_argument QM, key_argument KM, key_argument VM, heads_argument OM, class Arithmetic, class S>
void attention(const QM& q, const KM& k, const VM& v, OM&& output, const Arithmetic& arithmetic,
               const attention_options& options, attention_statistics<S>& statistics) {
    using types =
        detail::attention_types<Arithmetic, heads_element<QM>, heads_element<KM>, heads_element<VM>>;
    static_assert(std::is_same_v<S, typename types::S>,
                  "halfulp::attention: the statistics are of the type of scores that the arithmetic has");
    detail::attention_of_heads(detail::constant_heads(as_heads(q)), detail::constant_heads(as_heads(k)),
                               detail::constant_heads(as_heads(v)), as_heads(output), arithmetic, options,
                               detail::statistics_sink<S>{&statistics});
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
