// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The gradient of attention by whatever runs by default against the definition, bit for bit, and in chunks of queries
/// against all at once.

#include <halfulp/kernels/attention_gradient.hpp>

#include "kernels/attention_fast_paths_checks.hpp"

namespace halfulp_test {

/// Heads of a view, rows from … from + count − 1 of each.
template <class T>
heads_view<T> rows_of_heads(const heads_view<T>& heads, std::size_t from, std::size_t count) {
    const matrix_view<T>& m = heads.first();
    return {matrix_view<T>(m.data() + static_cast<std::ptrdiff_t>(from) * m.row_stride(), count, m.columns(),
                           m.row_stride(), m.column_stride()),
            heads.batch(), heads.heads(), heads.batch_stride(), heads.head_stride()};
}

/// A case of attention, the gradient of its output, and memory for what comes of it.
template <class Q, class K, class VE, class O, class DQ = O, class DK = DQ, class DV = DK>
class gradient_case {
  public:
    gradient_case(const attention_choice& choice, const attention_shape& shape, std::uint64_t seed)
        : forward_(choice, shape, seed),
          gradient_(shape.batch, forward_.heads(), shape.queries, columns_of(forward_.v()),
                    input_layouts[choice[of_layout_output]]),
          dq_(shape.batch, forward_.heads(), shape.queries, columns_of(forward_.q()),
              input_layouts[choice[of_layout_q] % 5]),
          dk_(shape.batch, shape.key_heads, shape.keys, columns_of(forward_.k()),
              input_layouts[choice[of_layout_k] % 5]),
          dv_(shape.batch, shape.key_heads, shape.keys, columns_of(forward_.v()),
              input_layouts[choice[of_layout_v] % 5]) {
        std::mt19937_64 random(seed + 1000);
        const bool has_specials =
            choice[of_terms] == static_cast<std::size_t>(attention_terms::specials) && seed % 3 == 0;
        const heads_view<O> view = gradient_.view();
        for (std::size_t b = 0; b < view.batch(); ++b)
            for (std::size_t h = 0; h < view.heads(); ++h)
                for (std::size_t i = 0; i < view.rows(); ++i)
                    for (std::size_t c = 0; c < view.columns(); ++c) {
                        double x = std::ldexp(static_cast<double>(static_cast<int>(random() % 4001) - 2000),
                                              -static_cast<int>(random() % 3) - 10);
                        if (has_specials && random() % 100 == 0)
                            x = random() % 2 == 0 ? std::numeric_limits<double>::infinity()
                                                  : std::numeric_limits<double>::quiet_NaN();
                        view(b, h)(i, c) = convert<O>(x, projection{});
                    }
    }

    auto q() const { return forward_.q(); }
    auto k() const { return forward_.k(); }
    auto v() const { return forward_.v(); }
    heads_view<const O> o() { return forward_.output().input(); }
    heads_view<O> output() { return forward_.output().view(); }
    heads_view<const O> gradient() const { return gradient_.input(); }
    heads_memory<DQ>& dq() { return dq_; }
    heads_memory<DK>& dk() { return dk_; }
    heads_memory<DV>& dv() { return dv_; }
    std::size_t group() const { return forward_.heads() / forward_.shape().key_heads; }
    const attention_shape& shape() const { return forward_.shape(); }
    std::size_t heads() const { return forward_.heads(); }
    std::string name() const { return forward_.name(); }
    /// Without ε, of which there is no gradient.
    attention_options options(const execution::policy& execution = {}) const {
        attention_options o = forward_.options(execution);
        o.power_epsilon = 0;
        return o;
    }
    void restore() {
        dq_.restore();
        dk_.restore();
        dv_.restore();
    }

  private:
    template <class View>
    static std::size_t columns_of(const View& view) {
        return view.columns();
    }

    attention_case<Q, K, VE, O> forward_;
    heads_memory<O> gradient_;
    heads_memory<DQ> dq_;
    heads_memory<DK> dk_;
    heads_memory<DV> dv_;
};

/// What is in the memory of a case's three gradients.
template <class Case>
auto gradient_contents(Case& c) {
    return std::make_tuple(c.dq().contents(), c.dk().contents(), c.dv().contents());
}
template <class Case, class Contents>
void expect_gradient(tally& t, Case& c, const Contents& expected, const std::string& how) {
    t.expect(c.dq().holds(std::get<0>(expected)), [&] { return c.name() + how + ": dQ differs"; });
    t.expect(c.dk().holds(std::get<1>(expected)), [&] { return c.name() + how + ": dK differs"; });
    t.expect(c.dv().holds(std::get<2>(expected)), [&] { return c.name() + how + ": dV differs"; });
}

/// The type of scores of a case.
template <class Arithmetic, class Q, class K, class VE>
using statistics_of =
    attention_statistics<typename halfulp::detail::attention_types<Arithmetic, Q, K, VE>::S>;

/// The forward pass and the gradient, by that execution.
template <class Arithmetic, class Q, class K, class VE, class... Others>
void run_gradient(gradient_case<Q, K, VE, Others...>& c, const Arithmetic& arithmetic,
                  const execution::policy& execution) {
    const attention_options options = c.options(execution);
    statistics_of<Arithmetic, Q, K, VE> statistics;
    attention(c.q(), c.k(), c.v(), c.output(), arithmetic, options, statistics);
    c.restore();
    attention_gradient(c.q(), c.k(), c.v(), c.o(), statistics, c.gradient(), c.dq().view(), c.dk().view(),
                       c.dv().view(), arithmetic, options);
}

/// What every level gives in each number of threads is what the definition gives.
template <class Q, class K, class VE, class O, class DQ = O, class DK = DQ, class DV = DK>
void check_gradient_fast_path(tally& t, std::uint64_t seed, std::size_t count, std::size_t most = 700,
                              const std::vector<int>& threads = {1}) {
    using arithmetic_type = arithmetic::native<float>;
    count = cases_for_effort(count / 10, count, 50 * count);
    std::mt19937_64 random(seed);
    auto choices = covering_choices(attention_levels, count, seed);
    if (effort == 0)
        choices.resize(std::min(count, choices.size()));
    std::size_t telling = 0, elements = 0;
    for (const attention_choice& choice : choices) {
        const attention_shape shape =
            random_attention_shape(random, std::size_t{1} << choice[of_group], most);
        gradient_case<Q, K, VE, O, DQ, DK, DV> c(choice, shape, ++seed);
        run_gradient(c, arithmetic_type{}, execution::plain);
        const auto expected = gradient_contents(c);
        for (const simd::isa level : fast_levels()) {
            const simd::scoped_level guard(level);
            for (const int n : threads) {
                run_gradient(c, arithmetic_type{}, execution::policy{.threads = n});
                expect_gradient(
                    t, c, expected,
                    std::string(", level ") + simd::name_of(level) + ", " + std::to_string(n) + " threads");
            }
        }
        for (const auto& [some, all] : {telling_elements(c.dq().view()), telling_elements(c.dk().view())}) {
            telling += some;
            elements += all;
        }
    }
    // Keys that nobody sees, and numbers that are all lost, leave zeros.
    t.expect(effort == 0 || telling * 50 > elements, [&] {
        return std::to_string(telling) + " of " + std::to_string(elements) + " results alone say much";
    });
    // There is a fast path for such numbers, wherever there are any.
    if (!has_fast_paths())
        return;
    gradient_case<Q, K, VE, O, DQ, DK, DV> c(attention_choice(attention_levels.size()), {1, 1, 20, 20}, 1);
    attention_statistics<float> statistics;
    attention(c.q(), c.k(), c.v(), c.output(), arithmetic_type{}, c.options(), statistics);
    attention_gradient_sums<arithmetic_type, Q, K, VE, O> sums(1, 1, 20, c.q().columns(), c.v().columns());
    t.expect(halfulp::detail::attention_gradient_fast(c.q(), c.k(), c.v(), c.o(), statistics, c.gradient(),
                                                      c.dq().view(), sums, arithmetic_type{}, c.options(), 0),
             [] { return std::string("no fast path"); });
}

/// Queries in chunks of any size, each over the keys up to its last one or over all, give the bits of all at once.
template <class Q, class K, class VE, class O, class Arithmetic>
void check_gradient_in_chunks(tally& t, std::uint64_t seed, const Arithmetic& arithmetic, std::size_t keys,
                              const std::vector<simd::isa>& levels) {
    attention_choice choice(attention_levels.size());
    for (std::size_t n = 0; n < 6; ++n) {
        choice[of_causality] = 1;
        choice[of_window] = n % 3;
        choice[of_slopes] = n % 2;
        choice[of_soft_cap] = n / 2 % 2;
        choice[of_key_block] = n % 5;
        choice[of_group] = n % 3;
        choice[of_columns] = 1 + n % 3;
        choice[of_values] = n % 4;
        choice[of_power] = n == 4 ? 2 : 0;
        gradient_case<Q, K, VE, O> c(choice, {1, 2, n % 2 == 0 ? keys : keys / 3, keys}, seed + n);
        run_gradient(c, arithmetic, execution::plain);
        const auto expected = gradient_contents(c);
        const std::size_t queries = c.shape().queries;
        for (const simd::isa level : levels) {
            const simd::scoped_level guard(level);
            for (const std::size_t part : {std::size_t{1}, std::size_t{3}, std::size_t{7}, queries}) {
                c.restore();
                attention_gradient_sums<Arithmetic, Q, K, VE, O> sums(1, 2, keys, c.q().columns(),
                                                                      c.v().columns(), arithmetic);
                for (std::size_t from = 0; from < queries; from += part) {
                    const std::size_t count = std::min(part, queries - from);
                    attention_options options = c.options();
                    options.causal_offset = static_cast<std::ptrdiff_t>(keys - queries + from);
                    const auto q = rows_of_heads(c.q(), from, count);
                    const auto o = rows_of_heads(c.output(), from, count);
                    statistics_of<Arithmetic, Q, K, VE> statistics;
                    attention(q, c.k(), c.v(), o, arithmetic, options, statistics);
                    attention_gradient(q, c.k(), c.v(), o, statistics,
                                       rows_of_heads(c.gradient(), from, count),
                                       rows_of_heads(c.dq().view(), from, count), sums, arithmetic, options);
                }
                sums.write(c.dk().view(), c.dv().view(), c.options(), c.group());
                expect_gradient(t, c, expected,
                                " in chunks of " + std::to_string(part) + ", level " + simd::name_of(level));
            }
        }
    }
}

}  // namespace halfulp_test
