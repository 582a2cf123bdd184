// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The gradient of attention, in any arithmetic. These templates are the definition of its bits.
///
/// With O = attention(Q, K, V), and dO the gradient of some loss with respect to O, these are its gradients with respect to
/// Q, K and V. Nothing of the size n·m is kept from the forward pass: a query's weights are found again from its m and z
/// (attention_statistics). With the types S, W and U and the names of kernels/attention.hpp, for query i:
///
///   1. D_i  = Σ_c dO_ic·o_ic          by the arithmetic for values, c ascending, as an S
///      ρ_i  = 1/z_i                   rounded
///
/// and for every key j that it sees:
///
///   2. s_ij, and t_ij = tanh(s/c) with a soft cap, as in the forward pass, bit for bit
///      p_ij = exp(s_ij − r_i)·ρ_i     the difference, the exponential and the product each rounded
///   3. g_ij = Σ_c dO_ic·v_jc          by the arithmetic for values, c ascending, as an S
///      e_ij = p_ij·(g_ij − D_i)       each rounded
///      e_ij = e_ij·(1 − t_ij·t_ij)    with a soft cap, each rounded
///
/// and with p and e stored as a W, chains by the arithmetic for values:
///
///   4. dQ_ic = scale·Σ_j e_ij·k_jc    j ascending; the product rounded, to the output's type
///   5. dV_jc = Σ_i p_ij·dO_ic         i ascending, and for each i the heads that share the keys ascending
///      dK_jc = scale·Σ_i e_ij·q_ic    likewise; the product rounded, to the output's type
///
/// Under options.power = p: with x = s_ij/r_i, y = x^(p − 1) (x alone for p = 2; otherwise as a power, see
/// kernels/attention.hpp) and weights w = y·x: p_ij = w·ρ_i, and e_ij = ((p·ρ_i)/r_i·y)·(g_ij − D_i), each rounded. An ε is
/// refused, since m has a part in it.
///
/// Sums over queries can go on from call to call (attention_gradient_sums): a sequence that is cut into chunks of queries,
/// however, gets the bits of the whole, with arithmetic::exact as with those that round. That is what StreamBP
/// (arXiv:2506.03077) needs: with causality a chunk sees no key behind it.
///
/// Random bits: as in the forward pass, with stages at the element (p modulo 2^32, x): 16 at x = j for steps 2 and 3
/// (step 0 difference and exponential, 1 ·ρ, 2 p as a W, 3 g − D, 4 ·p, 5 t·t and 1 − t·t, 6 ·(1 − t·t), 7 e as a W, 8 …
/// the powers), 17 at j the chain of g, 18 at 0 that of D and ρ; 19 at column c the chain of dQ, and 0 for ·scale. 20 and 21
/// are of the first head of the group at (j, c), step i·(heads of the group) + head: dV and dK; ·scale is at stage 22.

#include <halfulp/kernels/attention_gradient_sums.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// The gradient of one head, a query at a time.
template <class Arithmetic, class Q, class K, class VE, class O, class G>
class gradient_definition {
    using types = gradient_types<Arithmetic, Q, K, VE, O, G>;
    using scores = typename types::scores;
    using values = typename types::values;
    using S = typename types::S;
    using W = typename types::W;
    using forward = attention_definition<Arithmetic, Q, K, VE, O>;

  public:
    gradient_definition(const Arithmetic& arithmetic, const attention_options& options, std::size_t head,
                        std::size_t first_head_of_group, std::size_t d, std::size_t dv)
        : forward_(arithmetic, options, head, d, dv),
          weight_stage_(stage_of(types::parts::of_scores(arithmetic), head, 16)),
          score_stage_(stage_of(types::parts::of_values(arithmetic), head, 17)),
          sum_stage_(stage_of(types::parts::of_values(arithmetic), head, 18)),
          query_stage_(stage_of(types::parts::of_values(arithmetic), head, 19)),
          value_stage_(stage_of(types::parts::of_values(arithmetic), first_head_of_group, 20)),
          key_stage_(stage_of(types::parts::of_values(arithmetic), first_head_of_group, 21)) {}
    gradient_definition(const gradient_definition&) = delete;
    gradient_definition& operator=(const gradient_definition&) = delete;

    /// Adds query i's part to the sums of keys and values, and writes its own gradient. `order` is its place in the
    /// chains of keys.
    template <class Keys, class Values, class DQ>
    void row(const attention_rules& rules, std::size_t i, const attention_sums<S>& sums,
             const vector_view<const Q>& q, const Keys& k, const Values& v, const vector_view<const O>& o,
             const vector_view<const G>& gradient, const vector_view<DQ>& dq,
             typename types::key_chain* key_sums, typename types::value_chain* value_sums,
             std::uint64_t order) {
        forward_.place(rules, i);
        const key_range range = rules.range(i);
        const S d = product_of<G, O>(sum_stage_, gradient, o, forward_.at(0, 0).element);
        const arithmetic::elementary<S, scores> step(weight_stage_);
        const S inverse = inverse_of(step, sums.sum);
        const S reference = forward_.reference_of(sums.maximum);
        keys_.clear();
        errors_.clear();
        for (std::size_t j = range.first; j < range.last; ++j) {
            if (!rules.sees(i, j))
                continue;
            const auto pair = weigh(rules, i, j, reference, inverse, d, q, k, v, gradient);
            for (std::size_t c = 0; c < gradient.size(); ++c)
                value_stage_.multiply_add(value_sums[j * gradient.size() + c], pair.weight, gradient[c],
                                          {arithmetic::element_number(j, c), order});
            for (std::size_t c = 0; c < q.size(); ++c)
                key_stage_.multiply_add(key_sums[j * q.size() + c], pair.error, q[c],
                                        {arithmetic::element_number(j, c), order});
            keys_.push_back(j);
            errors_.push_back(pair.error);
        }
        using value = typename types::query_value;
        const arithmetic::elementary<DQ, values> output_step(query_stage_);
        for (std::size_t c = 0; c < q.size(); ++c) {
            auto chain = query_stage_.template zero<W, K>();
            for (std::size_t n = 0; n < keys_.size(); ++n)
                query_stage_.multiply_add(chain, errors_[n], k.row(keys_[n])[c],
                                          forward_.at(c, keys_[n] + 1));
            dq[c] = output_step.multiply(query_stage_.template result<value>(chain, forward_.at(c, all_keys)),
                                         forward_.scale(), forward_.at(c, 0));
        }
    }

  private:
    struct weight_and_error {
        W weight;
        W error;
    };

    template <class Policy>
    static Policy stage_of(const Policy& policy, std::size_t head, std::uint64_t stage) noexcept {
        return arithmetic::detail::for_stage(policy, static_cast<std::uint64_t>(head) * 256 + stage);
    }

    /// ρ. A query that sees no key has z = 0, by which exact types cannot divide; nothing comes of its ρ.
    S inverse_of(const arithmetic::elementary<S, scores>& step, const S& sum) const {
        if constexpr (requires { requires number_traits<S>::is_exact; })
            if (sum == S(0))
                return S(0);
        return step.template divide<S>(S(1), sum, forward_.at(0, 8));
    }

    template <class X, class Y>
    static S product_of(const values& policy, const vector_view<const X>& x, const vector_view<const Y>& y,
                        std::uint64_t element) {
        auto chain = policy.template zero<X, Y>();
        accumulate_chain(policy, chain, x, y, element);
        return policy.template result<S>(chain, {element, x.size()});
    }

    /// Steps 2 and 3.
    template <class Keys, class Values>
    weight_and_error weigh(const attention_rules& rules, std::size_t i, std::size_t j, const S& reference,
                           const S& inverse, const S& d, const vector_view<const Q>& q, const Keys& k,
                           const Values& v, const vector_view<const G>& gradient) const {
        const arithmetic::elementary<S, scores> step(weight_stage_);
        const auto at = [&](std::uint64_t number) { return forward_.at(j, number); };
        const attention_score<S> score = forward_.score(rules, i, j, q, k.row(j));
        const S g = product_of<G, VE>(score_stage_, gradient, v.row(j), at(0).element);
        const S x = relative(step, score.value, reference, at(0));
        S p = S(0), factor = S(0);
        if (const int power = forward_.power(); power != 0) {
            const S y = power == 2 ? x : power_of(step, x, power - 1, at(8));
            p = step.multiply(step.multiply(y, x, at(8)), inverse, at(1));
            const S scaled = step.multiply(step.from_double(power, at(9)), inverse, at(9));
            factor = step.multiply(step.template divide<S>(scaled, reference, at(9)), y, at(10));
        } else if constexpr (has_exponential<S>()) {
            p = step.multiply(step.exponential(x, at(0)), inverse, at(1));
            factor = p;
        }
        S e = step.multiply(factor, step.subtract(g, d, at(3)), at(4));
        if (forward_.has_cap()) {
            const S square = step.multiply(score.tangent, score.tangent, at(5));
            e = step.multiply(e, step.subtract(S(1), square, at(5)), at(6));
        }
        return {step.template stored<W>(p, at(2)), step.template stored<W>(e, at(7))};
    }
    S relative(const arithmetic::elementary<S, scores>& step, const S& s, const S& reference,
               arithmetic::position at) const {
        return forward_.power() == 0 ? step.subtract(s, reference, at)
                                     : step.template divide<S>(s, reference, at);
    }

    forward forward_;
    scores weight_stage_;
    values score_stage_, sum_stage_, query_stage_, value_stage_, key_stage_;
    std::vector<std::size_t> keys_{};
    std::vector<W> errors_{};
};

/// The dispatch point, as attention_fast.
template <class Q, class Keys, class Values, class O, class G, class DQ, class Sums, class S,
          class Arithmetic>
bool attention_gradient_fast(const heads_view<const Q>&, const Keys&, const Values&,
                             const heads_view<const O>&, const attention_statistics<S>&,
                             const heads_view<const G>&, const heads_view<DQ>&, Sums&, const Arithmetic&,
                             const attention_options&, ...) {
    return false;
}

template <class Q, class Keys, class Values, class O, class G, class DQ, class Sums, class S,
          class Arithmetic>
void gradient_of_heads(const heads_view<const Q>& q, const Keys& k, const Values& v,
                       const heads_view<const O>& o, const attention_statistics<S>& statistics,
                       const heads_view<const G>& gradient, const heads_view<DQ>& dq, Sums& sums,
                       const Arithmetic& arithmetic, const attention_options& options) {
    using K = typename Keys::value_type;
    using VE = typename Values::value_type;
    static_assert(!std::is_const_v<DQ>, "halfulp::attention_gradient: dq is a view of constant elements");
    check_attention_types<Arithmetic, Q, K, VE>();
    constexpr const char* name = "attention_gradient";
    require_attention_arguments(name, q, k, v, "o", o, options);
    require_extent(name, "do.batch()", gradient.batch(), "q.batch()", q.batch());
    require_extent(name, "do.heads()", gradient.heads(), "q.heads()", q.heads());
    require_extent(name, "do.rows()", gradient.rows(), "q.rows()", q.rows());
    require_extent(name, "do.columns()", gradient.columns(), "v.columns()", v.columns());
    require_extent(name, "dq.batch()", dq.batch(), "q.batch()", q.batch());
    require_extent(name, "dq.heads()", dq.heads(), "q.heads()", q.heads());
    require_extent(name, "dq.rows()", dq.rows(), "q.rows()", q.rows());
    require_extent(name, "dq.columns()", dq.columns(), "q.columns()", q.columns());
    require_extent(name, "statistics.batch()", statistics.batch(), "q.batch()", q.batch());
    require_extent(name, "statistics.heads()", statistics.heads(), "q.heads()", q.heads());
    require_extent(name, "statistics.rows()", statistics.rows(), "q.rows()", q.rows());
    require_extent(name, "sums.batch()", sums.batch(), "k.batch()", k.batch());
    require_extent(name, "sums.heads()", sums.heads(), "k.heads()", k.heads());
    require_extent(name, "sums.keys()", sums.keys(), "k.rows()", k.rows());
    require_extent(name, "sums.key_columns()", sums.key_columns(), "k.columns()", k.columns());
    require_extent(name, "sums.value_columns()", sums.value_columns(), "v.columns()", v.columns());
    if (options.power_epsilon != 0)
        throw_argument_error<value_error>(name, "options.power_epsilon",
                                          std::to_string(options.power_epsilon),
                                          "0, as the gradient of the largest score's part is not there");
    require_own_heads(name, "dq", dq);
    require_distinct_heads(name, "dq", dq, "q", q);
    require_distinct_heads(name, "dq", dq, "k", memory_of(k));
    require_distinct_heads(name, "dq", dq, "v", memory_of(v));
    require_distinct_heads(name, "dq", dq, "o", o);
    require_distinct_heads(name, "dq", dq, "do", gradient);
    require_distinct_heads(name, "dq", dq, "options.bias", options.bias);
    require_distinct_heads(name, "dq", dq, "options.mask", options.mask);
    if (attention_gradient_fast(q, k, v, o, statistics, gradient, dq, sums, arithmetic, options, 0))
        return;
    const std::size_t group = k.heads() == 0 ? 1 : q.heads() / k.heads();
    for (std::size_t b = 0; b < q.batch(); ++b)
        for (std::size_t kh = 0; kh < k.heads(); ++kh) {
            const std::size_t first_head = options.first_head + b * q.heads() + kh * group;
            std::vector<attention_rules> rules;
            std::vector<std::unique_ptr<gradient_definition<Arithmetic, Q, K, VE, O, G>>> programs;
            for (std::size_t g = 0; g < group; ++g) {
                rules.push_back(rules_of_head(options, q.rows(), k.rows(), b, kh * group + g));
                programs.push_back(std::make_unique<gradient_definition<Arithmetic, Q, K, VE, O, G>>(
                    arithmetic, options, first_head + g, first_head, q.columns(), v.columns()));
            }
            const auto keys = k(b, kh);
            const auto values = v(b, kh);
            for (std::size_t i = 0; i < q.rows(); ++i)
                for (std::size_t g = 0; g < group; ++g) {
                    const std::size_t h = kh * group + g;
                    const std::uint64_t position = i + static_cast<std::uint64_t>(rules[g].offset);
                    programs[g]->row(rules[g], i, statistics(b, h, i), q(b, h).row(i), keys, values,
                                     o(b, h).row(i), gradient(b, h).row(i), dq(b, h).row(i),
                                     sums.key_sums(b, kh), sums.value_sums(b, kh), position * group + g);
                }
        }
}

}  // namespace detail

/// The gradients of attention for the queries of a chunk: dq is written, and what they add to those of keys and values
/// goes on in `sums`, from which attention_gradient_sums::write gives dk and dv.
///
/// @param q, k, v, arithmetic, options  as they were given to `attention`, for the same bits of the scores
/// @param o           its output
/// @param statistics  its sums
/// @param gradient    dO: batch × heads of n × dv
/// @param dq          batch × heads of n × d; no memory of the inputs
/// @param sums        for the keys, used for these queries not before
/// @throws shape_error, value_error, aliasing_error as `attention`, before anything is written or added
///
/// Chunks are to come in the order of their queries; each names its causal_offset. O(batch·heads·n·m·(d + dv)).
template <heads_argument QM, key_argument KM, key_argument VM, heads_argument OM, heads_argument GM,
          heads_argument DQM, class S, class Sums, class Arithmetic>
void attention_gradient(const QM& q, const KM& k, const VM& v, const OM& o,
                        const attention_statistics<S>& statistics, const GM& gradient, DQM&& dq, Sums& sums,
                        const Arithmetic& arithmetic,
                        const attention_options& options = {}) requires requires {
    sums.key_sums(0, 0);
}
{
    detail::gradient_of_heads(detail::constant_heads(as_heads(q)), detail::constant_heads(as_heads(k)),
                              detail::constant_heads(as_heads(v)), detail::constant_heads(as_heads(o)),
                              statistics, detail::constant_heads(as_heads(gradient)), as_heads(dq), sums,
                              arithmetic, options);
}

/// The gradients of attention with respect to queries, keys and values.
/// @param dk, dv  batch × key heads of m × d, and m × dv
/// The rest as for a chunk; allocates attention_gradient_sums.
template <heads_argument QM, key_argument KM, key_argument VM, heads_argument OM, heads_argument GM,
          heads_argument DQM, heads_argument DKM, heads_argument DVM, class S,
          class Arithmetic = default_arithmetic<heads_element<QM>, heads_element<KM>>>
void attention_gradient(const QM& q, const KM& k, const VM& v, const OM& o,
                        const attention_statistics<S>& statistics, const GM& gradient, DQM&& dq, DKM&& dk,
                        DVM&& dv, const Arithmetic& arithmetic = {}, const attention_options& options = {}) {
    const auto keys = as_heads(k);
    const auto queries = as_heads(q);
    attention_gradient_sums<Arithmetic, heads_element<QM>, heads_element<KM>, heads_element<VM>,
                            heads_element<OM>, heads_element<GM>>
        sums(keys.batch(), keys.heads(), keys.rows(), keys.columns(), as_heads(v).columns(), arithmetic);
    sums.require_outputs(dk, dv);
    detail::require_distinct_heads("attention_gradient", "dq", as_heads(dq), "dk", as_heads(dk));
    detail::require_distinct_heads("attention_gradient", "dq", as_heads(dq), "dv", as_heads(dv));
    attention_gradient(q, k, v, o, statistics, gradient, dq, sums, arithmetic, options);
    sums.write(dk, dv, options, keys.heads() == 0 ? 1 : queries.heads() / keys.heads());
}

}  // namespace v0
}  // namespace halfulp
