// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// For exact_gradient.cpp: a small language model of a text, and its gradients by this library and by plain loops.

#include <halfulp/core/philox.hpp>
#include <halfulp/formats/operations.hpp>
#include <halfulp/kernels/language_model_head.hpp>
#include <halfulp/kernels/streamed_gradient.hpp>

#include "attention_input.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace examples {

/// One layer of causal attention beside a shortcut, and a head: logits = (X + attention(X))·Wᵀ.
template <class T>
struct language_model {
    std::size_t heads = 4, key_heads = 2, d = 24;
    matrix<T> x;              ///< tokens × 96: what the characters before say of the next one
    matrix<T> q, k, v, o;     ///< weights of the layer, outputs × inputs
    matrix<T> w;              ///< 96 × 96, of the head
    std::vector<int> labels;  ///< the next characters

    template <class U>
    language_model<U> as() const {
        const auto to = [](const matrix<T>& m) {
            return matrix<U>{std::vector<U>(m.data.begin(), m.data.end()), m.rows, m.columns};
        };
        return {heads, key_heads, d, to(x), to(q), to(k), to(v), to(o), to(w), labels};
    }
};

inline language_model<float> make_language_model(const std::string& text, std::size_t tokens) {
    language_model<float> m;
    m.x = read_places(text, tokens).q;
    const std::size_t first = (text.size() - m.x.rows) / 2;
    for (std::size_t t = 0; t < m.x.rows; ++t) {
        const char next = first + t + 1 < text.size() ? text[first + t + 1] : '\n';
        m.labels.push_back(next >= ' ' && next <= '~' ? next - ' ' : 95);
    }
    std::uint64_t seed = 0;
    const auto random = [&seed](std::size_t rows, std::size_t columns, float most) {
        matrix<float> weights{std::vector<float>(rows * columns), rows, columns};
        ++seed;
        for (std::size_t n = 0; n < weights.data.size(); ++n)  // from −most to most
            weights.data[n] =
                (static_cast<float>(halfulp::philox_bits(seed, 0, n) >> 8) * 0x1p-23f - 1) * most;
        return weights;
    };
    const std::size_t model = m.x.columns;
    m.q = random(m.heads * m.d, model, 0.05f);
    m.k = random(m.key_heads * m.d, model, 0.05f);
    m.v = random(m.key_heads * m.d, model, 0.1f);
    m.o = random(model, m.heads * m.d, 0.1f);
    m.w = random(model, model, 0.02f);
    for (std::size_t n = 0; n < model; ++n)  // the log-odds speak for themselves
        m.w.view()(n, n) += 0.5f;
    return m;
}

/// All gradients of one model, one after the other: of X, the layer's weights and the head's.
template <class T>
struct model_gradients {
    double loss = 0;
    matrix<T> x, q, k, v, o, w;

    explicit model_gradients(const language_model<T>& m)
        : x(zeros(m.x)), q(zeros(m.q)), k(zeros(m.k)), v(zeros(m.v)), o(zeros(m.o)), w(zeros(m.w)) {}
    std::vector<T> all() const {
        std::vector<T> numbers;
        for (const matrix<T>* part : {&x, &q, &k, &v, &o, &w})
            numbers.insert(numbers.end(), part->data.begin(), part->data.end());
        return numbers;
    }
    static matrix<T> zeros(const matrix<T>& m) { return {std::vector<T>(m.data.size()), m.rows, m.columns}; }
};

/// By the library, in chunks of so many tokens.
template <class T, class Arithmetic>
model_gradients<T> library_gradients(const language_model<T>& m, const Arithmetic& arithmetic,
                                     std::size_t chunk, halfulp::allocated_bytes* layer_memory = nullptr,
                                     halfulp::allocated_bytes* head_memory = nullptr,
                                     const halfulp::execution::policy& execution = {}) {
    model_gradients<T> g(m);
    const halfulp::attention_layer<const T> layer{m.q.view(), m.k.view(), m.v.view(),
                                                  m.o.view(), m.heads,    m.key_heads};
    const halfulp::streamed_options options{
        .chunk = chunk, .attention = {.execution = execution}, .memory = layer_memory};
    matrix<T> h = model_gradients<T>::zeros(m.x), dh = h;
    streamed_attention(m.x.view(), layer, h.view(), arithmetic, options);
    for (std::size_t n = 0; n < h.data.size(); ++n)
        h.data[n] += m.x.data[n];
    g.loss = language_model_head(h.view(), m.w.view(), m.labels, dh.view(), g.w.view(), arithmetic,
                                 {.chunk = chunk, .execution = execution, .memory = head_memory})
                 .loss;
    streamed_gradient(
        m.x.view(), layer, dh.view(), g.x.view(),
        halfulp::attention_layer<T>{g.q.view(), g.k.view(), g.v.view(), g.o.view(), m.heads, m.key_heads},
        arithmetic, options);
    for (std::size_t n = 0; n < dh.data.size(); ++n)
        g.x.data[n] += dh.data[n];
    return g;
}

// --- Plain loops ------------------------------------------------------------------------------------

using view = matrix_view<const float>;

/// a·b of any views.
inline matrix<float> times(const view& a, const view& b) {
    matrix<float> c{std::vector<float>(a.rows() * b.columns()), a.rows(), b.columns()};
    for (std::size_t i = 0; i < c.rows; ++i)
        for (std::size_t j = 0; j < c.columns; ++j)
            for (std::size_t k = 0; k < b.rows(); ++k)
                c.view()(i, j) += a(i, k) * b(k, j);
    return c;
}
inline void add(const matrix_view<float>& to, const matrix<float>& part) {
    for (std::size_t i = 0; i < part.rows; ++i)
        for (std::size_t j = 0; j < part.columns; ++j)
            to(i, j) += part.view()(i, j);
}
template <class T>
matrix_view<T> block(const matrix_view<T>& m, std::size_t row, std::size_t rows, std::size_t column,
                     std::size_t columns) {
    return {&m(row, column), rows, columns, m.row_stride(), m.column_stride()};
}
/// Each row to its softmax over the first `seen(row)` numbers.
template <class Seen>
void softmax(matrix<float>& m, const Seen& seen) {
    for (std::size_t i = 0; i < m.rows; ++i) {
        float* const row = m.data.data() + i * m.columns;
        const float largest = *std::max_element(row, row + seen(i));
        float sum = 0;
        for (std::size_t j = 0; j < m.columns; ++j)
            sum += row[j] = j < seen(i) ? std::exp(row[j] - largest) : 0.0f;
        for (std::size_t j = 0; j < m.columns; ++j)
            row[j] /= sum;
    }
}

/// In float as programs do it: a gradient of weights is computed for each chunk and added to what is there.
inline model_gradients<float> plain_gradients(const language_model<float>& m, std::size_t chunk) {
    model_gradients<float> g(m);
    const std::size_t tokens = m.x.rows, model = m.x.columns, group = m.heads / m.key_heads;
    const matrix<float> k = times(m.x.view(), m.k.view().transposed()),
                        v = times(m.x.view(), m.v.view().transposed());
    matrix<float> dk = g.zeros(k), dv = g.zeros(v);
    const float scale = 1 / std::sqrt(static_cast<float>(m.d));
    for (std::size_t first = 0; first < tokens; first += chunk) {
        const std::size_t n = std::min(chunk, tokens - first), seen_keys = first + n;
        const view x = block(m.x.view(), first, n, 0, model);
        const matrix<float> q = times(x, m.q.view().transposed());
        matrix<float> out{std::vector<float>(n * m.heads * m.d), n, m.heads * m.d};
        std::vector<matrix<float>> weights;
        for (std::size_t h = 0; h < m.heads; ++h) {
            matrix<float> p = times(block(q.view(), 0, n, h * m.d, m.d),
                                    block(k.view(), 0, seen_keys, h / group * m.d, m.d).transposed());
            for (float& s : p.data)
                s *= scale;
            softmax(p, [=](std::size_t i) { return first + i + 1; });
            add(block(out.view(), 0, n, h * m.d, m.d),
                times(p.view(), block(v.view(), 0, seen_keys, h / group * m.d, m.d)));
            weights.push_back(std::move(p));
        }
        matrix<float> state = times(out.view(), m.o.view().transposed());
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t c = 0; c < model; ++c)
                state.view()(i, c) += x(i, c);
        matrix<float> e = times(state.view(), m.w.view().transposed());
        softmax(e, [&](std::size_t) { return e.columns; });
        for (std::size_t i = 0; i < n; ++i) {
            const auto label = static_cast<std::size_t>(m.labels[first + i]);
            g.loss -= std::log(static_cast<double>(e.view()(i, label))) / static_cast<double>(tokens);
            e.view()(i, label) -= 1;
        }
        for (float& number : e.data)
            number /= static_cast<float>(tokens);
        const matrix<float> dh = times(e.view(), m.w.view()), dout = times(dh.view(), m.o.view());
        add(g.w.view(), times(e.view().transposed(), state.view()));
        add(g.o.view(), times(dh.view().transposed(), out.view()));
        matrix<float> dq = g.zeros(q);
        for (std::size_t h = 0; h < m.heads; ++h) {
            const auto d_o = block(std::as_const(dout).view(), 0, n, h * m.d, m.d);
            const std::size_t column = h / group * m.d;
            matrix<float> ds = times(d_o, block(v.view(), 0, seen_keys, column, m.d).transposed());
            for (std::size_t i = 0; i < n; ++i) {
                float product = 0;
                for (std::size_t c = 0; c < m.d; ++c)
                    product += d_o(i, c) * out.view()(i, h * m.d + c);
                for (std::size_t j = 0; j < seen_keys; ++j)
                    ds.view()(i, j) = weights[h].view()(i, j) * (ds.view()(i, j) - product) * scale;
            }
            add(block(dq.view(), 0, n, h * m.d, m.d),
                times(ds.view(), block(k.view(), 0, seen_keys, column, m.d)));
            add(block(dk.view(), 0, seen_keys, column, m.d),
                times(ds.view().transposed(), block(q.view(), 0, n, h * m.d, m.d)));
            add(block(dv.view(), 0, seen_keys, column, m.d), times(weights[h].view().transposed(), d_o));
        }
        add(g.q.view(), times(dq.view().transposed(), x));
        add(block(g.x.view(), first, n, 0, model), dh);
        add(block(g.x.view(), first, n, 0, model), times(dq.view(), m.q.view()));
    }
    for (std::size_t first = 0; first < tokens; first += chunk) {
        const std::size_t n = std::min(chunk, tokens - first);
        const view x = block(m.x.view(), first, n, 0, model),
                   keys = block(std::as_const(dk).view(), first, n, 0, dk.columns),
                   values = block(std::as_const(dv).view(), first, n, 0, dv.columns);
        add(g.k.view(), times(keys.transposed(), x));
        add(g.v.view(), times(values.transposed(), x));
        add(block(g.x.view(), first, n, 0, model), times(keys, m.k.view()));
        add(block(g.x.view(), first, n, 0, model), times(values, m.v.view()));
    }
    return g;
}

}  // namespace examples
