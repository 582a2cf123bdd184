// SPDX-License-Identifier: BSL-1.0

/// @file
/// Tensor attention has the bits of attention to all pairs of keys, written out.

#include <halfulp/kernels/tensor_attention.hpp>

#include "support/catch.hpp"

#include <cstring>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace halfulp;

template <class T>
std::vector<T> random_values(std::mt19937_64& random, std::size_t count) {
    std::normal_distribution<double> normal;
    std::vector<T> result(count);
    for (T& x : result)
        x = convert<T>(normal(random));
    return result;
}

template <class T>
bool equal_bits(const std::vector<T>& x, const std::vector<T>& y) {
    return std::memcmp(x.data(), y.data(), x.size() * sizeof(T)) == 0;
}

/// Row j1·rows(y) + j2: row j1 of x times row j2 of y, for each head.
template <class T>
std::vector<T> pairs_of(const heads_view<const T>& x, const heads_view<const T>& y) {
    std::vector<T> result;
    for (std::size_t b = 0; b < x.batch(); ++b)
        for (std::size_t h = 0; h < x.heads(); ++h)
            for (std::size_t j1 = 0; j1 < x.rows(); ++j1)
                for (std::size_t j2 = 0; j2 < y.rows(); ++j2)
                    for (std::size_t c = 0; c < x.columns(); ++c)
                        result.push_back(multiply<T>(x(b, h)(j1, c), y(b, h)(j2, c)));
    return result;
}

template <class T, class Arithmetic>
void check_pairs(const Arithmetic& arithmetic, std::size_t n, std::size_t m1, std::size_t m2, std::size_t d,
                 std::size_t dv, const execution::policy& execution) {
    std::mt19937_64 random(n + 7 * m1 + 100 * m2);
    constexpr std::size_t batch = 2, heads = 2, key_heads = 1;
    const auto q = random_values<T>(random, batch * heads * n * d);
    const auto k1 = random_values<T>(random, batch * key_heads * m1 * d),
               k2 = random_values<T>(random, batch * key_heads * m2 * d);
    const auto v1 = random_values<T>(random, batch * key_heads * m1 * dv),
               v2 = random_values<T>(random, batch * key_heads * m2 * dv);
    const heads_view<const T> qs(q.data(), batch, heads, n, d), k1s(k1.data(), batch, key_heads, m1, d),
        k2s(k2.data(), batch, key_heads, m2, d), v1s(v1.data(), batch, key_heads, m1, dv),
        v2s(v2.data(), batch, key_heads, m2, dv);
    const auto k = pairs_of(k1s, k2s), v = pairs_of(v1s, v2s);
    std::vector<T> expected(batch * heads * n * dv), result(expected.size());
    const auto of_mask = std::make_unique<bool[]>(n * m1 * m2);
    for (std::size_t j = 0; j < n * m1 * m2; ++j)
        of_mask[j] = random() % 3 != 0;
    const heads_view<const bool> mask(matrix_view<const bool>(of_mask.get(), n, m1 * m2), batch, heads, 0, 0);
    for (const bool masked : {false, true}) {
        attention_options options{.execution = execution};
        if (masked)
            options.mask = mask;
        attention(qs, heads_view<const T>(k.data(), batch, key_heads, m1 * m2, d),
                  heads_view<const T>(v.data(), batch, key_heads, m1 * m2, dv),
                  heads_view<T>(expected.data(), batch, heads, n, dv), arithmetic, options);
        tensor_attention(qs, k1s, k2s, v1s, v2s, heads_view<T>(result.data(), batch, heads, n, dv),
                         arithmetic, options);
        CAPTURE(n, m1, m2, d, dv, masked);
        CHECK(equal_bits(expected, result));
    }
}

TEST_CASE("tensor attention is attention to all pairs of keys") {
    for (const auto& execution : {execution::policy{}, execution::plain}) {
        // Few queries and many take different ways; pairs end within blocks of keys and with them.
        for (const std::size_t n : {1u, 3u, 40u})
            check_pairs<float>(arithmetic::native<float>{}, n, 13, 11, 7, 5, execution);
        check_pairs<float>(arithmetic::native<float>{}, 2, 16, 16, 16, 64, execution);
        check_pairs<float>(arithmetic::native<float>{}, 30, 1, 300, 16, 16, execution);
        check_pairs<float>(arithmetic::native<float>{}, 5, 3, 1, 1, 1, execution);
    }
    check_pairs<bfloat16>(arithmetic::rounded<bfloat16, bfloat16>{}, 3, 12, 13, 5, 4, {});
}

TEST_CASE("with one row of ones it is attention") {
    std::mt19937_64 random(1);
    const auto q = random_values<float>(random, 20 * 6), k = random_values<float>(random, 150 * 6),
               v = random_values<float>(random, 150 * 4);
    const std::vector<float> ones(6, 1.0f);
    std::vector<float> expected(80), first(80), second(80);
    const matrix_view<const float> qs(q.data(), 20, 6), ks(k.data(), 150, 6), vs(v.data(), 150, 4),
        k_one(ones.data(), 1, 6), v_one(ones.data(), 1, 4);
    const attention_options options{.causal = true, .window_left = 70};
    attention(qs, ks, vs, matrix_view<float>(expected.data(), 20, 4), arithmetic::native<float>{}, options);
    tensor_attention(qs, ks, k_one, vs, v_one, matrix_view<float>(first.data(), 20, 4),
                     arithmetic::native<float>{}, options);
    tensor_attention(qs, k_one, ks, v_one, vs, matrix_view<float>(second.data(), 20, 4),
                     arithmetic::native<float>{}, options);
    CHECK(equal_bits(expected, first));
    CHECK(equal_bits(expected, second));
    // And no pairs at all: zero.
    std::vector<float> none(80, 1.0f);
    tensor_attention(qs, matrix_view<const float>(k.data(), 0, 6), ks,
                     matrix_view<const float>(v.data(), 0, 4), vs, matrix_view<float>(none.data(), 20, 4));
    CHECK(none == std::vector<float>(80, 0.0f));
}

TEST_CASE("what tensor attention refuses, before it writes anything") {
    std::vector<float> x(60, 1.0f), o(8, 7.0f);
    const matrix_view<const float> q(x.data(), 2, 3), k1(x.data(), 5, 3), k2(x.data(), 4, 3),
        v1(x.data(), 5, 4), v2(x.data(), 4, 4);
    const matrix_view<float> output(o.data(), 2, 4);
    const auto throws_shape = [](const auto& run) {
        try {
            run();
        } catch (const shape_error&) {
            return true;
        }
        return false;
    };
    CHECK(throws_shape(
        [&] { tensor_attention(q, k1, matrix_view<const float>(x.data(), 4, 2), v1, v2, output); }));
    CHECK(throws_shape([&] { tensor_attention(q, k1, k2, v1, k2, output); }));
    CHECK(throws_shape([&] { tensor_attention(q, k1, k2, v2, v1, output); }));
    CHECK(throws_shape([&] { tensor_attention(q, k1, k2, v1, v2, matrix_view<float>(o.data(), 2, 3)); }));
    const float bias[40] = {};
    CHECK(throws_shape([&] {
        tensor_attention(q, k1, k2, v1, v2, output, arithmetic::native<float>{},
                         {.bias = {matrix_view<const float>(bias, 2, 21), 1, 1, 0, 0}});
    }));
    const std::size_t many = std::size_t{1} << 40;
    CHECK(throws_shape([&] {
        tensor_attention(q, matrix_view<const float>(x.data(), many, 3, 0, 1),
                         matrix_view<const float>(x.data(), many, 3, 0, 1),
                         matrix_view<const float>(x.data(), many, 4, 0, 1),
                         matrix_view<const float>(x.data(), many, 4, 0, 1), output);
    }));
    bool aliases = false;
    try {
        tensor_attention(q, k1, k2, v1, v2, matrix_view<float>(x.data() + 4, 2, 4));
    } catch (const aliasing_error&) {
        aliases = true;
    }
    CHECK(aliases);
    CHECK(o == std::vector<float>(8, 7.0f));
    tensor_attention(q, k1, k2, v1, v2, output);
    CHECK(o == std::vector<float>(8, 1.0f));
}

}  // namespace
