// SPDX-License-Identifier: BSL-1.0

/// @file
/// A layer of causal attention in chunks: the bits of its parts put together over the whole sequence, whatever the chunks;
/// the slope of its output; the bytes that it says; and what is refused.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/kernels/streamed_gradient.hpp>

#include "simd/levels.hpp"

#include <cmath>
#include <cstring>
#include <random>

namespace {

using namespace halfulp_test;

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

TEST_CASE("attention's gradient in chunks of the sequence is that of its parts: native") {
    tally t("streamed gradient: native");
    check_streamed<float>(t, arithmetic::native<float>{}, {100, 24, 4, 2, 10, 7});
    check_streamed<bfloat16>(t, arithmetic::native<float>{}, {40, 17, 2, 1, 8, 8});
    check_streamed<double>(t, arithmetic::native<double>{}, {19, 8, 2, 2, 3, 5});
    require(t);
}

TEST_CASE("attention's gradient in chunks of the sequence is that of its parts: rounded and stochastic") {
    tally t("streamed gradient: rounded");
    check_streamed<bfloat16>(t, arithmetic::rounded<bfloat16>{}, {17, 8, 2, 1, 4, 3});
    check_streamed<bfloat16>(t, arithmetic::rounded<bfloat16, float>{projection{rounding::stochastic_a}, 11},
                             {17, 6, 2, 1, 3, 3}, true);
    require(t);
}

TEST_CASE("attention's gradient in chunks of the sequence is that of its parts: exact") {
    tally t("streamed gradient: exact");
    check_streamed<float>(t, arithmetic::exact{}, {17, 8, 2, 1, 4, 3});
    require(t);
}

TEST_CASE("attention's gradient in chunks of the sequence is the slope of its output") {
    layer_case<double> c({9, 5, 2, 1, 3, 2}, 3);
    const arithmetic::native<double> native;
    c.run(native, {.chunk = 4});
    const auto loss = [&] {
        streamed_attention(c.inputs(), c.weights(), c.rows(c.y), native, {.chunk = 4});
        double sum = 0;
        for (std::size_t n = 0; n < c.y.size(); ++n)
            sum += c.y[n] * c.gradient[n];
        return sum;
    };
    tally t("slopes of a streamed layer");
    const auto check = [&](std::vector<double>& numbers, const std::vector<double>& slopes) {
        for (std::size_t n = 0; n < numbers.size(); ++n) {
            const double old = numbers[n], step = 0x1p-18;
            numbers[n] = old + step;
            const double above = loss();
            numbers[n] = old - step;
            const double slope = (above - loss()) / (2 * step);
            numbers[n] = old;
            // The third derivative's part is step², and rounding's 2^-52/step.
            t.expect(std::fabs(slope - slopes[n]) < 1e-8,
                     [&] { return std::to_string(slopes[n]) + " for the slope " + std::to_string(slope); });
        }
    };
    check(c.x, c.dx);
    check(c.q, c.dq);
    check(c.k, c.dk);
    check(c.v, c.dv);
    check(c.o, c.d_o);
    require(t);
}

TEST_CASE("the bytes of a streamed layer grow with the sequence for keys and values alone") {
    const auto peak = [](std::size_t tokens, std::size_t chunk) {
        layer_case<float> c({tokens, 12, 4, 2, 5, 3}, 1);
        allocated_bytes memory;
        streamed_gradient(c.inputs(), c.weights(), c.gradients(), c.rows(c.dx), c.weight_gradients(),
                          arithmetic::native<float>{}, {.chunk = chunk, .memory = &memory});
        CHECK(memory.now() == 0);
        return memory.peak();
    };
    // K, V and the sums of their gradients; Q, O, dO, dQ and two sums a query; dWq and dWo.
    const auto formula = [](std::size_t tokens, std::size_t chunk) {
        return 4 * (tokens * 2 * 2 * (5 + 3) + chunk * (2 * 4 * (5 + 3) + 2 * 4) + 12 * 4 * (5 + 3));
    };
    for (const std::size_t tokens : {40u, 80u, 120u})
        for (const std::size_t chunk : {1u, 7u, 40u})
            CHECK(peak(tokens, chunk) == formula(tokens, chunk));
    CHECK(peak(40, 1000) == formula(40, 40));
}

TEST_CASE("a streamed layer refuses what does not fit before it writes") {
    layer_case<float> c({6, 4, 4, 2, 3, 2}, 1);
    const arithmetic::native<float> native;
    const auto run = [&](const attention_layer<const float>& layer, const attention_layer<float>& weights,
                         const streamed_options& options = {}) {
        streamed_gradient(c.inputs(), layer, c.gradients(), c.rows(c.dx), weights, native, options);
    };
    const auto right = c.weights();
    const auto outputs = c.weight_gradients();
    for (int which = 0; which < 9; ++which) {
        auto layer = right;
        const auto cut = [](matrix_view<const float>& m, std::size_t rows, std::size_t columns) {
            m = {m.data(), m.rows() - rows, m.columns() - columns, m.row_stride(), 1};
        };
        switch (which) {
            case 0:
                cut(layer.q, 1, 0);
                break;
            case 1:
                cut(layer.q, 0, 1);
                break;
            case 2:
                cut(layer.k, 2, 0);
                break;
            case 3:
                cut(layer.k, 0, 1);
                break;
            case 4:
                cut(layer.v, 1, 0);
                break;
            case 5:
                cut(layer.v, 2, 0);
                break;
            case 6:
                cut(layer.o, 1, 0);
                break;
            case 7:
                cut(layer.o, 0, 1);
                break;
            default:
                layer.key_heads = 0;
                break;
        }
        CAPTURE(which);
        CHECK_THROWS_AS(run(layer, outputs), shape_error);
        CHECK_THROWS_AS(streamed_attention(c.inputs(), layer, c.rows(c.y), native), shape_error);
    }
    auto fewer = outputs;
    fewer.heads = 2;
    CHECK_THROWS_AS(run(right, fewer), shape_error);
    CHECK_THROWS_AS(run(right, outputs, {.chunk = 0}), value_error);
    CHECK_THROWS_AS(run(right, outputs, {.attention = {.causal_offset = 1}}), value_error);
    CHECK_THROWS_AS(run(right, outputs, {.attention = {.soft_cap = -1.0}}), value_error);
    auto same = outputs;
    same.o = {c.dq.data(), 4, 8};
    CHECK_THROWS_AS(run(right, same), aliasing_error);
    c.x.resize(32);
    same.o = {c.x.data(), 4, 8};
    CHECK_THROWS_AS(run(right, same), aliasing_error);
    CHECK(c.dx == std::vector<float>(24, 7.0f));
    CHECK(c.dq == std::vector<float>(48, 7.0f));

    // No tokens: no gradients.
    streamed_gradient(matrix_view<const float>(nullptr, 0, 4), right, matrix_view<const float>(nullptr, 0, 4),
                      matrix_view<float>(nullptr, 0, 4), outputs, native);
    CHECK(c.dq == std::vector<float>(48, 0.0f));
    CHECK(c.dv == std::vector<float>(16, 0.0f));
}

}  // namespace
