// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The six steps of attention on exact values, each rounded by the reference.

#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/interop/mpfr.hpp>
#include <halfulp/kernels/attention.hpp>

#include "arithmetic/oracle.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <vector>

namespace halfulp_test {

/// e^x rounded once: MPFR at 600 bits, far beyond what decides a rounding of these sizes.
template <class T>
T exponential_by_mpfr(T x, const projection& how, std::uint64_t random) {
    if (exact_of(x).is_zero())
        return rounded_by_reference<T>(reference::exact_value(1), how, random);
    mpfr_real value = exact_of(x).to_mpfr(600);
    mpfr_exp(value.get(), value.get(), MPFR_RNDN);
    return rounded_by_reference<T>(reference::exact_value(value), how, random);
}

/// The steps of kernels/attention.hpp, in which V is the type of scores, weights and sums.
template <class V, class Output, class Q, class K, class VE, class ScoreChain, class ValueChain>
matrix<Output> attention_by_steps(const matrix<Q>& q, const matrix<K>& k, const matrix<VE>& v,
                                  const projection& how, std::uint64_t seed,
                                  std::size_t (*visible)(std::size_t), const ScoreChain& score_chain,
                                  const ValueChain& value_chain) {
    const auto stage = [seed](std::uint64_t s) { return seed + s * 0x9E3779B97F4A7C15u; };
    const auto bits = [&how, &stage](std::uint64_t s, std::uint64_t element, std::uint64_t step,
                                     std::uint64_t site) {
        return documented_bits(how, stage(s), element, step, site);
    };
    const double root = std::sqrt(static_cast<double>(q.columns));
    const V scale = rounded_by_reference<V>(exact_of(1 / root), how, bits(1, 0, 0, 2));
    matrix<Output> output{std::vector<Output>(q.rows * v.columns), q.rows, v.columns};
    for (std::size_t i = 0; i < q.rows; ++i) {
        std::vector<V> w;
        V maximum{};
        for (std::size_t j = 0; j < visible(i); ++j) {
            const std::uint64_t e = (i << 32) + j;
            const V t = score_chain(row(q.view(), i), row(k.view(), j), seed, e);
            const V s = rounded_by_reference<V>(exact_of(t) * exact_of(scale), how, bits(1, e, q.columns, 0));
            if (j == 0 || exact_of(maximum) < exact_of(s))
                maximum = s;
            w.push_back(s);
        }
        V sum = number_of<V>(0);
        for (std::size_t j = 0; j < w.size(); ++j) {
            const std::uint64_t e = (i << 32) + j;
            const V difference =
                rounded_by_reference<V>(exact_of(w[j]) - exact_of(maximum), how, bits(1, e, 0, 1));
            w[j] = exponential_by_mpfr<V>(difference, how, bits(1, e, 0, 3));
            sum = rounded_by_reference<V>(exact_of(sum) + exact_of(w[j]), how, bits(2, i, j, 1));
        }
        for (std::size_t c = 0; c < v.columns; ++c) {
            const std::uint64_t e = (i << 32) + c;
            std::vector<VE> values = column(v.view(), c);
            values.resize(w.size());
            const V u = value_chain(w, values, stage(3), e);
            output.view()(i, c) = w.empty() ? number_of<Output>(0)
                                            : rounded_by_reference<Output>(exact_of(u) / exact_of(sum), how,
                                                                           bits(4, e, w.size(), 3));
        }
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

inline std::size_t all_keys(std::size_t) {
    return 7;
}
inline std::size_t last_queries(std::size_t i) {
    return i + 4;  // 4 queries are the last of 7 keys
}
inline std::size_t with_offset(std::size_t i) {
    return i >= 2 ? i - 1 : 0;  // j <= i − 2
}

struct mask {
    attention_options options;
    std::size_t (*visible)(std::size_t);
};
inline const std::vector<mask> masks{
    {{}, all_keys}, {{.causal = true}, last_queries}, {{.causal = true, .causal_offset = -2}, with_offset}};

template <class Input, class Sum, class Output>
struct attention_types {
    using input = Input;
    using sum = Sum;
    using output = Output;
};

/// rounded, fused and native attention in all modes and masks.
template <class Types>
void check_attention_steps() {
    using input = typename Types::input;
    using V = typename Types::sum;
    using output = typename Types::output;
    std::mt19937_64 generator(1);
    for (const rounding mode : all_modes)
        for (const mask& m : masks) {
            const projection how{mode, saturation::none, 13};
            CAPTURE(static_cast<int>(mode), m.options.causal);
            const auto q = random_matrix<input>(generator, 4, 5, 2);
            const auto k = random_matrix<input>(generator, 7, 5, 2);
            const auto v = random_matrix<input>(generator, 7, 3, 2);
            matrix<output> result{std::vector<output>(12), 4, 3};
            attention(q.view(), k.view(), v.view(), result.view(), arithmetic::rounded<input, V>{how, 21},
                      m.options);
            const auto chain = [&how](const auto& x, const auto& y, std::uint64_t seed, std::uint64_t e) {
                return rounded_chain<input, V>(x, y, how, seed, e);
            };
            check_equal(result, attention_by_steps<V, output>(q, k, v, how, 21, m.visible, chain, chain));
            attention(q.view(), k.view(), v.view(), result.view(), arithmetic::fused<V>{how, 22}, m.options);
            const auto fused = [&how](const auto& x, const auto& y, std::uint64_t seed, std::uint64_t e) {
                return fused_chain<V>(x, y, how, seed, e);
            };
            check_equal(result, attention_by_steps<V, output>(q, k, v, how, 22, m.visible, fused, fused));
            if (mode == rounding::ties_to_even) {
                attention(q.view(), k.view(), v.view(), result.view(), arithmetic::native<V>{}, m.options);
                check_equal(result, attention_by_steps<V, output>(q, k, v, how, 0, m.visible, fused, fused));
            }
        }
}

}  // namespace halfulp_test
