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
           (o.sparsity.blocks.batch() != 0 &&
            !o.sparsity.blocks(0, 0)(i / o.sparsity.queries, j / o.sparsity.keys)) ||
           (o.mask.batch() != 0 && (j >= o.mask.columns() || !o.mask(0, 0)(i, j))) ||
           (o.bias.batch() != 0 &&
            (j >= o.bias.columns() || o.bias(0, 0)(i, j) == -std::numeric_limits<float>::infinity()));
}

/// The file comment of kernels/attention.hpp, for one head, in scores S, weights W, sums of values U.
template <class S, class W, class U, class Output, class Q, class K, class VE, class ScoreTerms,
          class ValueTerms>
matrix<Output> attention_by_steps(const matrix<Q>& q, const matrix<K>& k, const matrix<VE>& v,
                                  const attention_options& options, std::size_t default_block,
                                  const stepwise<ScoreTerms>& scores, const stepwise<ValueTerms>& values,
                                  std::vector<attention_sums<S>>* sums_of_rows = nullptr) {
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

    // Power-Softmax: r, a power by squarings, and ε.
    const int power = options.power.value_or(0);
    const auto power_of_two_within = [](const S& x) {
        const exact_value value = exact_of(x);
        if (!value.is_finite())
            return value;
        const long emin = number_format<S>::value.minimum_exponent();
        const long exponent = value.is_zero() ? emin : floor_log2(value.magnitude());
        return exact_value::rational(
            false, {reference::natural(1), reference::natural(1), exponent < emin ? emin : exponent});
    };
    const auto power_of = [&](const S& x, std::uint64_t s, std::uint64_t element) {
        S y = x;
        std::uint64_t step = 0;
        int highest = 1;
        while (highest * 2 <= power)
            highest *= 2;
        for (int bit = highest / 2; bit > 0; bit /= 2) {
            step += 256;
            y = to_score(exact_of(y) * exact_of(y), score_bits(s, element, step, product));
            step += 256;
            if ((power & bit) != 0)
                y = to_score(exact_of(y) * exact_of(x), score_bits(s, element, step, product));
        }
        return y;
    };
    const auto size_of = [power](const S& x) {
        const exact_value value = exact_of(x);
        return power != 0 && value < exact_value(0) ? -value : value;
    };
    const auto reference_of = [&](const S& greatest) {
        const exact_value value = exact_of(greatest);
        if (power != 0)
            return power_of_two_within(greatest);
        return value.is_infinite() && value.is_negative() ? exact_value() : value;
    };
    const S epsilon = to_score(exact_of(options.power_epsilon), score_bits(1, ~std::uint64_t{0}, 0, merge));

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
        std::size_t count_of_keys = 0;
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
            count_of_keys += seen.size();
            const std::optional<S> before = maximum;
            for (const S& x : s)
                if (!maximum || exact_of(*maximum) < size_of(x))
                    maximum = to_score(size_of(x), 0);
            const exact_value r = reference_of(*maximum);
            if (before && exact_of(*before) < exact_of(*maximum)) {
                const std::uint64_t e = number + first;
                S a{};
                if (power != 0)
                    a = power_of(to_score(reference_of(*before) / r, score_bits(5, e, 0, result)), 5, e);
                else
                    a = exponential_by_mpfr<S>(
                        to_score(exact_of(*before) - exact_of(*maximum), score_bits(5, e, 0, sum)),
                        scores.how, score_bits(5, e, 0, result));
                z = to_score(exact_of(z) * exact_of(a), score_bits(2, e, 16, product));
                for (std::size_t c = 0; c < dv; ++c)
                    u[c] = exact_of(rounded_by_reference<U>(
                        *u[c] * exact_of(a), values.how,
                        documented_bits(values.how, stage(values, 4), number + c, first + 1, product)));
            }
            // Steps 4 and 5.
            std::vector<W> w;
            std::vector<S> lanes(16, number_of<S>(0));
            for (std::size_t x = 0; x < seen.size(); ++x) {
                const std::uint64_t e = number + seen[x];
                S weight{};
                if (power != 0)
                    weight = power_of(to_score(exact_of(s[x]) / r, score_bits(1, e, 0, result)), 1, e);
                else
                    weight = exponential_by_mpfr<S>(to_score(exact_of(s[x]) - r, score_bits(1, e, 0, sum)),
                                                    scores.how, score_bits(1, e, 0, result));
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
        if (maximum && options.power_epsilon != 0) {
            const std::uint64_t e = number + all_keys;
            const S largest = power_of(
                to_score(exact_of(*maximum) / power_of_two_within(*maximum), score_bits(2, e, 0, result)), 2,
                e);
            const S count = to_score(exact_value(count_of_keys), score_bits(2, e, 0, merge));
            const S all = to_score(exact_of(epsilon) * exact_of(count), score_bits(2, e, 0, product));
            const S share = to_score(exact_of(all) * exact_of(largest), score_bits(2, e, 1, product));
            z = to_score(exact_of(z) + exact_of(share), score_bits(2, e, 0, sum));
        }
        if (sums_of_rows != nullptr)
            sums_of_rows->push_back(maximum ? attention_sums<S>{*maximum, z}
                                            : attention_sums<S>{number_of<S>(0), number_of<S>(0)});
        // Step 7.
        if (maximum)
            for (std::size_t c = 0; c < dv; ++c)
                output.view()(i, c) = rounded_by_reference<Output>(
                    *u[c] / exact_of(z), values.how,
                    documented_bits(values.how, stage(values, 4), number + c, 0, result));
    }
    return output;
}

}  // namespace halfulp_test
