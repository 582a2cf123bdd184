// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The steps of kernels/attention.hpp on exact values, each rounded by the reference, in options of every kind.

#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/interop/mpfr.hpp>
#include <halfulp/kernels/attention.hpp>

#include "arithmetic/oracle.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace halfulp_test {

/// f(x) rounded once, by MPFR with more bits than decide the rounding in formats of up to 64: 1300, since tanh of 200 is
/// 1 − 2^−576, and for a small x twice what it is below 1, since e^x is 1 + x and tanh x is x − x³/3 there. Beyond ±most
/// f(x) rounds as at ±most.
template <class T, class Function>
T function_by_mpfr(const reference::exact_value& x, long most, const projection& how, std::uint64_t random,
                   const Function& f) {
    long bits = 1300;
    if (x.is_finite() && !x.is_zero()) {
        const long size = floor_log2(x.magnitude());
        bits -= size < 0 ? 2 * size : 0;
    }
    mpfr_real value = x.to_mpfr(bits);
    if (x.is_finite() && mpfr_cmp_si(value.get(), most) > 0)
        mpfr_set_si(value.get(), most, MPFR_RNDN);
    if (x.is_finite() && mpfr_cmp_si(value.get(), -most) < 0)
        mpfr_set_si(value.get(), -most, MPFR_RNDN);
    f(value.get(), value.get(), MPFR_RNDN);
    return rounded_by_reference<T>(reference::exact_value(value), how, random);
}
template <class T>
T exponential_by_mpfr(T x, const projection& how, std::uint64_t random) {
    return function_by_mpfr<T>(exact_of(x), 20000, how, random, mpfr_exp);
}
template <class T>
T tanh_by_mpfr(T x, const projection& how, std::uint64_t random) {
    if (exact_of(x).is_zero())
        return x;
    return function_by_mpfr<T>(exact_of(x), 200, how, random, mpfr_tanh);
}

/// The chain of an arithmetic, from `start` if there is one: Σ x·y at steps that need not be consecutive. It gives the
/// accumulator before it is rounded to a result.
template <class Product, class Sum>
struct rounded_terms {
    using start_type = std::optional<reference::exact_value>;
    template <class X, class Y>
    reference::exact_value operator()(const start_type& start, const std::vector<X>& x,
                                      const std::vector<Y>& y, const std::vector<std::size_t>& steps,
                                      const projection& how, std::uint64_t seed,
                                      std::uint64_t element) const {
        Sum sum = start ? rounded_by_reference<Sum>(*start, how) : number_of<Sum>(0);
        for (std::size_t n = 0; n < x.size(); ++n) {
            const auto product = rounded_by_reference<Product>(
                exact_of(x[n]) * exact_of(y[n]), how, documented_bits(how, seed, element, steps[n], 0));
            sum = rounded_by_reference<Sum>(exact_of(sum) + exact_of(product), how,
                                            documented_bits(how, seed, element, steps[n], 1));
        }
        return exact_of(sum);
    }
};
template <class Sum>
struct fused_terms {
    using start_type = std::optional<reference::exact_value>;
    template <class X, class Y>
    reference::exact_value operator()(const start_type& start, const std::vector<X>& x,
                                      const std::vector<Y>& y, const std::vector<std::size_t>& steps,
                                      const projection& how, std::uint64_t seed,
                                      std::uint64_t element) const {
        Sum sum = start ? rounded_by_reference<Sum>(*start, how) : number_of<Sum>(0);
        for (std::size_t n = 0; n < x.size(); ++n)
            sum = rounded_by_reference<Sum>(fma(exact_of(x[n]), exact_of(y[n]), exact_of(sum)), how,
                                            documented_bits(how, seed, element, steps[n], 1));
        return exact_of(sum);
    }
};
struct exact_terms {
    using start_type = std::optional<reference::exact_value>;
    template <class X, class Y>
    reference::exact_value operator()(const start_type& start, const std::vector<X>& x,
                                      const std::vector<Y>& y, const std::vector<std::size_t>&,
                                      const projection& how, std::uint64_t, std::uint64_t) const {
        reference::exact_value sum = start.value_or(reference::exact_value());
        for (std::size_t n = 0; n < x.size(); ++n)
            sum = sum + exact_of(x[n]) * exact_of(y[n]);
        if (!sum.is_zero())
            return sum;
        return reference::exact_value::zero(how.mode == rounding::toward_negative
                                                ? reference::zero_sign::negative
                                                : reference::zero_sign::positive);
    }
};

/// An arithmetic as the oracle takes it.
template <class Terms>
struct stepwise {
    Terms terms{};
    projection how{};
    std::uint64_t seed = 0;
};

/// Queries, keys and values of one head and what attention is told about them.
struct attention_setting {
    std::string name;
    attention_options options{};
    std::size_t queries = 4, keys = 23;
};

/// Is key j hidden from query i? From the sentence in attention_options, in integers that cannot overflow.
inline bool is_hidden(const attention_options& o, std::size_t i, std::size_t j, std::size_t queries,
                      std::size_t keys) {
    using wide = mpz_class;
    const auto index = wide(j);
    const auto length = wide(o.key_lengths.size() == 0 ? keys : o.key_lengths[0]);
    const wide p = wide(i) + (o.causal_offset ? wide(*o.causal_offset) : length - wide(queries));
    return index >= length || (o.causal && index > p) ||
           (o.window_left && index < p - wide(*o.window_left)) ||
           (o.window_right && index > p + wide(*o.window_right)) ||
           (o.mask.batch() != 0 && (j >= o.mask.columns() || !o.mask(0, 0)(i, j))) ||
           (o.bias.batch() != 0 &&
            (j >= o.bias.columns() || o.bias(0, 0)(i, j) == -std::numeric_limits<float>::infinity()));
}

/// The file comment of kernels/attention.hpp, for one head, in scores S, weights W, sums of values U.
template <class S, class W, class U, class Output, class Q, class K, class VE, class ScoreTerms,
          class ValueTerms>
matrix<Output> attention_by_steps(const matrix<Q>& q, const matrix<K>& k, const matrix<VE>& v,
                                  const attention_options& options, std::size_t default_block,
                                  const stepwise<ScoreTerms>& scores, const stepwise<ValueTerms>& values) {
    using reference::exact_value;
    const std::uint64_t head = options.first_head;
    const auto stage = [head](const auto& part, std::uint64_t s) {
        return part.seed + (256 * head + s) * 0x9E3779B97F4A7C15u;
    };
    constexpr std::uint64_t product = 0, sum = 1, merge = 2, result = 3;
    const std::size_t n = q.rows, m = k.rows, d = q.columns, dv = v.columns;
    const std::size_t block = options.key_block.value_or(default_block);
    const std::int64_t offset = options.causal_offset.value_or(
        static_cast<std::int64_t>(options.key_lengths.size() == 0 ? m : options.key_lengths[0]) -
        static_cast<std::int64_t>(n));

    const auto score_bits = [&](std::uint64_t s, std::uint64_t element, std::uint64_t step,
                                std::uint64_t site) {
        return documented_bits(scores.how, stage(scores, s), element, step, site);
    };
    const auto to_score = [&](const exact_value& x, std::uint64_t random) {
        return rounded_by_reference<S>(x, scores.how, random);
    };
    const double scale_in_double = options.scale.value_or(1 / std::sqrt(static_cast<double>(d == 0 ? 1 : d)));
    const S scale = to_score(exact_of(scale_in_double), score_bits(1, 0, 0, merge));
    const S cap = to_score(exact_of(options.soft_cap.value_or(1.0)), score_bits(1, 0, 0, merge));

    matrix<Output> output{std::vector<Output>(n * dv, number_of<Output>(0)), n, dv};
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint64_t number = (static_cast<std::uint64_t>(i) + static_cast<std::uint64_t>(offset))
                                     << 32;

        // Step 1, for all keys.
        const auto score_of = [&](std::size_t j) {
            const std::uint64_t e = number + j;
            std::vector<std::size_t> steps;
            for (std::size_t c = 0; c < d; ++c)
                steps.push_back(c);
            const exact_value chain = scores.terms(std::nullopt, row(q.view(), i), row(k.view(), j), steps,
                                                   scores.how, stage(scores, 0), e);
            S s = to_score(chain, score_bits(0, e, d, result));
            s = to_score(exact_of(s) * exact_of(scale), score_bits(1, e, 0, product));
            if (options.soft_cap) {
                const S quotient = to_score(exact_of(s) / exact_of(cap), score_bits(1, e, 1, result));
                const S t = tanh_by_mpfr<S>(quotient, scores.how, score_bits(1, e, 2, result));
                s = to_score(exact_of(cap) * exact_of(t), score_bits(1, e, 2, product));
            }
            if (options.alibi_slopes.size() != 0) {
                const std::int64_t distance =
                    std::abs(static_cast<std::int64_t>(i) + offset - static_cast<std::int64_t>(j));
                const S slope = to_score(-exact_of(options.alibi_slopes[0]), score_bits(1, e, 3, merge));
                const S away = to_score(exact_value(distance), score_bits(1, e, 6, merge));
                const S term = to_score(exact_of(slope) * exact_of(away), score_bits(1, e, 3, product));
                s = to_score(exact_of(s) + exact_of(term), score_bits(1, e, 3, sum));
            }
            if (options.bias.batch() != 0) {
                const S bias = to_score(exact_of(options.bias(0, 0)(i, j)), score_bits(1, e, 4, merge));
                s = to_score(exact_of(s) + exact_of(bias), score_bits(1, e, 4, sum));
            }
            return s;
        };

        std::optional<S> maximum;
        S z = number_of<S>(0);
        std::vector<std::optional<exact_value>> u(dv);
        for (std::size_t first = 0; first < m; first = m - first <= block ? m : first + block) {
            std::vector<std::size_t> seen;
            std::vector<S> s;
            for (std::size_t j = first; j < m && j - first < block; ++j)
                if (!is_hidden(options, i, j, n, m)) {
                    seen.push_back(j);
                    s.push_back(score_of(j));
                }
            if (seen.empty())
                continue;
            // Steps 2 and 3.
            const std::optional<S> before = maximum;
            for (const S& x : s)
                if (!maximum || exact_of(*maximum) < exact_of(x))
                    maximum = x;
            if (before && exact_of(*before) < exact_of(*maximum)) {
                const S difference =
                    to_score(exact_of(*before) - exact_of(*maximum), score_bits(5, number + first, 0, sum));
                const S a =
                    exponential_by_mpfr<S>(difference, scores.how, score_bits(5, number + first, 0, result));
                z = to_score(exact_of(z) * exact_of(a), score_bits(2, number + first, 16, product));
                for (std::size_t c = 0; c < dv; ++c)
                    u[c] = exact_of(rounded_by_reference<U>(
                        *u[c] * exact_of(a), values.how,
                        documented_bits(values.how, stage(values, 4), number + c, first + 1, product)));
            }
            const exact_value at_infinity = exact_of(*maximum);
            const exact_value r =
                at_infinity.is_infinite() && at_infinity.is_negative() ? exact_value() : at_infinity;
            // Steps 4 and 5.
            std::vector<W> w;
            std::vector<S> lanes(16, number_of<S>(0));
            for (std::size_t x = 0; x < seen.size(); ++x) {
                const std::uint64_t e = number + seen[x];
                const S difference = to_score(exact_of(s[x]) - r, score_bits(1, e, 0, sum));
                const S weight = exponential_by_mpfr<S>(difference, scores.how, score_bits(1, e, 0, result));
                w.push_back(
                    rounded_by_reference<W>(exact_of(weight), scores.how, score_bits(1, e, 5, result)));
                S& lane = lanes[(seen[x] - first) % 16];
                lane = to_score(exact_of(lane) + exact_of(w.back()), score_bits(2, e, 0, sum));
            }
            for (const std::size_t width : {8u, 4u, 2u, 1u})
                for (std::size_t l = 0; l < width; ++l)
                    lanes[l] = to_score(exact_of(lanes[l]) + exact_of(lanes[l + width]),
                                        score_bits(2, number + first + l, width, sum));
            z = before ? to_score(exact_of(z) + exact_of(lanes[0]), score_bits(2, number + first, 16, sum))
                       : lanes[0];
            // Step 6.
            for (std::size_t c = 0; c < dv; ++c) {
                std::vector<VE> column_of_seen;
                for (const std::size_t j : seen)
                    column_of_seen.push_back(v.view()(j, c));
                const exact_value chain =
                    values.terms(u[c], w, column_of_seen, seen, values.how, stage(values, 3), number + c);
                u[c] = exact_of(rounded_by_reference<U>(
                    chain, values.how,
                    documented_bits(values.how, stage(values, 3), number + c, first, result)));
            }
        }
        // Step 7.
        if (maximum)
            for (std::size_t c = 0; c < dv; ++c)
                output.view()(i, c) = rounded_by_reference<Output>(
                    *u[c] / exact_of(z), values.how,
                    documented_bits(values.how, stage(values, 4), number + c, 0, result));
    }
    return output;
}

template <class T>
void check_equal(const matrix<T>& actual, const matrix<T>& expected) {
    for (std::size_t i = 0; i < actual.data.size(); ++i) {
        CAPTURE(i, text_of(actual.data[i]), text_of(expected.data[i]));
        CHECK(same(actual.data[i], expected.data[i]));
    }
}

/// What attention is told in the tests of its steps.
class attention_settings {
  public:
    attention_settings() {
        constexpr float infinity = std::numeric_limits<float>::infinity();
        std::mt19937_64 random(77);
        for (float& x : bias_)
            x = random() % 5 == 0 ? -infinity : static_cast<float>(static_cast<int>(random() % 33) - 16) / 7;
        for (bool& x : mask_)
            x = random() % 3 != 0;
        const heads_view<const bool> mask(matrix_view<const bool>(mask_, queries, 22, keys, 1), 1, 1, 0, 0);
        const heads_view<const float> bias(matrix_view<const float>(bias_, queries, 19, keys, 1), 1, 1, 0, 0);
        const vector_view<const float> slope(&slope_, 1);
        settings_ = {
            {"blocks of 4", {.key_block = 4}},
            {"causal, blocks of 3", {.causal = true, .key_block = 3}},
            {"one block", {}},
            {"causal, an offset that hides all keys of two queries, blocks of 20, soft cap",
             {.soft_cap = 1.5, .causal = true, .causal_offset = -2, .key_block = 20}},
            {"ALiBi and windows, blocks of 16",
             {.causal_offset = 3,
              .window_left = 5,
              .window_right = 7,
              .alibi_slopes = slope,
              .key_block = 16}},
            {"bias of fewer columns, blocks of 17", {.bias = bias, .key_block = 17}},
            {"mask, blocks of one", {.mask = mask, .key_block = 1}},
            {"everything, a head among others",
             {.scale = 0.7,
              .soft_cap = 3.0,
              .causal = true,
              .causal_offset = 15,
              .window_left = 14,
              .alibi_slopes = slope,
              .mask = mask,
              .bias = bias,
              .key_lengths = vector_view<const std::size_t>(&length_, 1),
              .key_block = 5,
              .first_head = 3}},
            {"few keys before the queries", {.causal_offset = -1, .window_right = 2, .key_block = all_keys}},
        };
    }
    attention_settings(const attention_settings&) = delete;
    attention_settings& operator=(const attention_settings&) = delete;

    static constexpr std::size_t queries = 4, keys = 23;
    const std::vector<attention_setting>& all() const { return settings_; }

  private:
    float bias_[queries * keys];
    bool mask_[queries * keys];
    float slope_ = 0.3f;
    std::size_t length_ = 20;
    std::vector<attention_setting> settings_{};
};

/// One setting: random operands, the kernel, the oracle.
template <class Input, class S, class W, class U, class Output, class Arithmetic, class ScoreTerms,
          class ValueTerms>
void check_attention_setting(std::uint64_t seed, const attention_setting& setting,
                             const Arithmetic& arithmetic, std::size_t default_block,
                             const stepwise<ScoreTerms>& scores, const stepwise<ValueTerms>& values,
                             std::size_t d = 3, std::size_t dv = 2) {
    CAPTURE(setting.name);
    std::mt19937_64 generator(seed);
    const auto q = random_matrix<Input>(generator, setting.queries, d, 2);
    const auto k = random_matrix<Input>(generator, setting.keys, d, 2);
    const auto v = random_matrix<Input>(generator, setting.keys, dv, 2);
    matrix<Output> result{std::vector<Output>(setting.queries * dv), setting.queries, dv};
    attention(q.view(), k.view(), v.view(), result.view(), arithmetic, setting.options);
    check_equal(result,
                attention_by_steps<S, W, U, Output>(q, k, v, setting.options, default_block, scores, values));
}

/// rounded, fused and native attention in all modes and settings.
template <class Input, class V, class Output>
void check_attention_steps() {
    const attention_settings settings;
    std::uint64_t seed = 0;
    for (const rounding mode : all_modes)
        for (const attention_setting& setting : settings.all()) {
            ++seed;
            if (effort == 0 && seed % 7 != 0)
                continue;
            const projection how{mode, saturation::none, 13};
            CAPTURE(static_cast<int>(mode));
            if (seed % 2 == 0) {
                const stepwise<rounded_terms<Input, V>> steps{{}, how, 21};
                check_attention_setting<Input, V, V, V, Output>(
                    seed, setting, arithmetic::rounded<Input, V>{how, 21}, 128, steps, steps);
            } else {
                const stepwise<fused_terms<V>> steps{{}, how, 22};
                check_attention_setting<Input, V, V, V, Output>(seed, setting, arithmetic::fused<V>{how, 22},
                                                                128, steps, steps);
            }
            if (mode == rounding::ties_to_even) {
                const stepwise<fused_terms<V>> steps{{}, {}, 0};
                check_attention_setting<Input, V, V, V, Output>(seed, setting, arithmetic::native<V>{}, 128,
                                                                steps, steps);
            }
        }
}

}  // namespace halfulp_test
