// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A layer of causal attention in chunks: the bits of its parts put together over the whole sequence, whatever the chunks.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/kernels/streamed_gradient.hpp>

#include "simd/levels.hpp"

#include <cmath>
#include <cstring>
#include <random>
#include <utility>

namespace halfulp_test {

struct layer_shape {
    std::size_t tokens, model, heads, key_heads, d, dv;
};

template <class T>
struct layer_case {
    layer_shape s;
    std::vector<T> x, gradient, q, k, v, o;
    std::vector<T> y, dx, dq, dk, dv, d_o;

    layer_case(const layer_shape& shape, std::uint64_t seed) : s(shape) {
        std::mt19937_64 random(seed);
        const auto fill = [&](std::vector<T>& numbers, std::size_t rows, std::size_t columns) {
            for (std::size_t n = 0; n < rows * columns; ++n) {
                const auto z = static_cast<double>(static_cast<int>(random() % 4001) - 2000);
                numbers.push_back(convert<T>(std::ldexp(z, -11 - static_cast<int>(random() % 2))));
            }
        };
        fill(x, s.tokens, s.model);
        fill(gradient, s.tokens, s.model);
        fill(q, s.heads * s.d, s.model);
        fill(k, s.key_heads * s.d, s.model);
        fill(v, s.key_heads * s.dv, s.model);
        fill(o, s.model, s.heads * s.dv);
        clear();
    }
    void clear() {
        for (auto [to, size] :
             {std::pair(&y, x.size()), std::pair(&dx, x.size()), std::pair(&dq, q.size()),
              std::pair(&dk, k.size()), std::pair(&dv, v.size()), std::pair(&d_o, o.size())})
            to->assign(size, T(7));
    }
    matrix_view<const T> inputs() const { return {x.data(), s.tokens, s.model}; }
    matrix_view<const T> gradients() const { return {gradient.data(), s.tokens, s.model}; }
    matrix_view<T> rows(std::vector<T>& numbers) const { return {numbers.data(), s.tokens, s.model}; }
    template <class E>
    attention_layer<E> layer(E* wq, E* wk, E* wv, E* wo) const {
        return {{wq, s.heads * s.d, s.model},
                {wk, s.key_heads * s.d, s.model},
                {wv, s.key_heads * s.dv, s.model},
                {wo, s.model, s.heads * s.dv},
                s.heads,
                s.key_heads};
    }
    attention_layer<const T> weights() const {
        return layer<const T>(q.data(), k.data(), v.data(), o.data());
    }
    attention_layer<T> weight_gradients() { return layer<T>(dq.data(), dk.data(), dv.data(), d_o.data()); }
    template <class Arithmetic>
    void run(const Arithmetic& arithmetic, const streamed_options& options) {
        clear();
        streamed_attention(inputs(), weights(), rows(y), arithmetic, options);
        streamed_gradient(inputs(), weights(), gradients(), rows(dx), weight_gradients(), arithmetic,
                          options);
    }
    /// All results, one after the other.
    std::vector<T> results() const {
        std::vector<T> all;
        for (const auto* part : {&y, &dx, &dq, &dk, &dv, &d_o})
            all.insert(all.end(), part->begin(), part->end());
        return all;
    }
    /// The layer from its parts, each over all tokens, by the definitions; no random bits.
    template <class Arithmetic>
    void compose(const Arithmetic& arithmetic, attention_options options) {
        clear();
        options.causal = true;
        options.causal_offset = 0;
        options.execution = execution::plain;
        const matmul_options plain{.execution = execution::plain};
        const auto w = weights();
        const auto dw = weight_gradients();
        const std::size_t n = s.tokens;
        std::vector<T> query(n * s.heads * s.d), key(n * s.key_heads * s.d), value(n * s.key_heads * s.dv),
            out(n * s.heads * s.dv), dquery(query.size()), dkey(key.size()), dvalue(value.size()),
            dout(out.size());
        const auto matrix = [&](std::vector<T>& numbers) {
            return matrix_view<T>(numbers.data(), n, numbers.size() / n);
        };
        const auto heads = [&](std::vector<T>& numbers, std::size_t count) {
            const std::size_t width = numbers.size() / n / count;
            return heads_view<T>(
                matrix_view<T>(numbers.data(), n, width, static_cast<std::ptrdiff_t>(count * width), 1), 1,
                count, 0, static_cast<std::ptrdiff_t>(width));
        };
        matmul(inputs(), w.q.transposed(), matrix(query), arithmetic, plain);
        matmul(inputs(), w.k.transposed(), matrix(key), arithmetic, plain);
        matmul(inputs(), w.v.transposed(), matrix(value), arithmetic, plain);
        attention_statistics<typename halfulp::detail::attention_types<Arithmetic, T, T, T>::S> statistics;
        attention(heads(query, s.heads), heads(key, s.key_heads), heads(value, s.key_heads),
                  heads(out, s.heads), arithmetic, options, statistics);
        matmul(matrix(out), w.o.transposed(), rows(y), arithmetic, plain);
        matmul(gradients(), w.o, matrix(dout), arithmetic, plain);
        attention_gradient(heads(query, s.heads), heads(key, s.key_heads), heads(value, s.key_heads),
                           heads(out, s.heads), statistics, heads(dout, s.heads), heads(dquery, s.heads),
                           heads(dkey, s.key_heads), heads(dvalue, s.key_heads), arithmetic, options);
        matmul(matrix(dquery).transposed(), inputs(), dw.q, arithmetic, plain);
        matmul(matrix(dkey).transposed(), inputs(), dw.k, arithmetic, plain);
        matmul(matrix(dvalue).transposed(), inputs(), dw.v, arithmetic, plain);
        matmul(gradients().transposed(), matrix(out), dw.o, arithmetic, plain);
        matmul(matrix(dquery), w.q, rows(dx), arithmetic, plain);
        const matmul_options further{.accumulate = true, .execution = execution::plain};
        matmul(matrix(dkey), w.k, rows(dx), arithmetic, further);
        matmul(matrix(dvalue), w.v, rows(dx), arithmetic, further);
    }
};

template <class T, class Arithmetic>
void check_streamed(tally& t, const Arithmetic& arithmetic, const layer_shape& shape,
                    bool is_random = false) {
    attention_options various;
    const std::vector<float> slopes{0.25f, -0.5f, 0.125f, 0.0625f};
    various.window_left = 9;
    various.soft_cap = 3.0;
    various.alibi_slopes = vector_view<const float>(slopes.data(), shape.heads);
    attention_options power;
    power.power = 2;
    power.key_block = 16;
    for (const attention_options& options : {attention_options{}, various, power}) {
        layer_case<T> c(shape, shape.tokens);
        if (is_random)
            c.run(arithmetic, {.chunk = shape.tokens, .attention = options});
        else
            c.compose(arithmetic, options);
        const std::vector<T> expected = c.results();
        for (const simd::isa level : all_levels()) {
            const simd::scoped_level guard(level);
            for (const std::size_t chunk : {std::size_t{1}, std::size_t{3}, std::size_t{7}, shape.tokens}) {
                c.run(arithmetic, {.chunk = chunk, .attention = options});
                const std::vector<T> got = c.results();
                t.expect(std::memcmp(got.data(), expected.data(), got.size() * sizeof(T)) == 0, [&] {
                    return std::to_string(shape.tokens) + " tokens in chunks of " + std::to_string(chunk) +
                           ", level " + simd::name_of(level);
                });
            }
        }
    }
}

}  // namespace halfulp_test
