// SPDX-License-Identifier: BSL-1.0

/// @file
/// The cache of keys and values: what is appended is what attention sees, with the bits of matrices, at every level; and
/// what is refused.

#include <halfulp/formats/named.hpp>
#include <halfulp/kernels/attention.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using namespace halfulp;
using halfulp_test::generator;

template <class T>
std::vector<T> drawn(generator& random, std::size_t count) {
    std::vector<T> result;
    for (std::size_t i = 0; i < count; ++i)
        result.push_back(
            convert<T>(static_cast<double>(static_cast<std::int64_t>(random() % 4001) - 2000) / 1000));
    return result;
}

std::vector<simd::isa> levels() {
    std::vector<simd::isa> result;
    for (const simd::isa level : {simd::isa::plain, simd::isa::avx2, simd::isa::avx512})
        if (level <= simd::detected_level())
            result.push_back(level);
    return result;
}

template <class K, class V>
struct cached_case {
    std::size_t batch, key_heads, group, tokens, d, dv;
    std::vector<K> k;
    std::vector<V> v;

    cached_case(generator& random, std::size_t b, std::size_t h, std::size_t g, std::size_t t,
                std::size_t columns, std::size_t value_columns)
        : batch(b), key_heads(h), group(g), tokens(t), d(columns), dv(value_columns) {
        k = drawn<K>(random, b * h * t * d);
        v = drawn<V>(random, b * h * t * dv);
    }
    heads_view<const K> keys() const { return {k.data(), batch, key_heads, tokens, d}; }
    heads_view<const V> values() const { return {v.data(), batch, key_heads, tokens, dv}; }
    /// Tokens first … first + count − 1 of all heads.
    template <class T>
    static heads_view<const T> part(const heads_view<const T>& all, std::size_t first, std::size_t count) {
        const matrix_view<const T>& one = all.first();
        return {matrix_view<const T>(one.data() + first * one.columns(), count, one.columns()), all.batch(),
                all.heads(), all.batch_stride(), all.head_stride()};
    }
};

/// Attention to a cache against attention to the same matrices by the definition.
template <class K, class V, class Output>
void check_cache(std::uint64_t seed, std::size_t queries, std::size_t tokens, std::size_t group,
                 std::size_t d, std::size_t dv) {
    generator random(seed);
    const cached_case<K, V> in(random, 2, 2, group, tokens, d, dv);
    const std::size_t heads = 2 * group;
    const std::vector<float> q = drawn<float>(random, 2 * heads * queries * d);
    const heads_view<const float> q_view(q.data(), 2, heads, queries, d);
    key_value_cache<K, V> cache(2, 2, d, dv);
    // One, then many, then the rest.
    for (std::size_t done = 0; done < tokens;) {
        const std::size_t count = done < 3 ? 1 : done < tokens / 2 ? tokens / 2 - done : tokens - done;
        cache.append(in.part(in.keys(), done, count), in.part(in.values(), done, count));
        done += count;
    }
    REQUIRE(cache.length() == tokens);
    for (const bool causal : {false, true}) {
        attention_options options{.causal = causal};
        std::vector<Output> expected(2 * heads * queries * dv), actual(expected.size());
        options.execution = execution::plain;
        attention(q_view, in.keys(), in.values(), heads_view<Output>(expected.data(), 2, heads, queries, dv),
                  arithmetic::native<float>{}, options);
        options.execution = {};
        for (const simd::isa level : levels()) {
            const simd::scoped_level guard(level);
            attention(q_view, cache, heads_view<Output>(actual.data(), 2, heads, queries, dv),
                      arithmetic::native<float>{}, options);
            std::size_t different = 0;
            for (std::size_t i = 0; i < actual.size(); ++i)
                different += detail::to_code(actual[i]) != detail::to_code(expected[i]);
            CAPTURE(static_cast<int>(level), queries, tokens, group, d, dv, causal);
            CHECK(different == 0);
        }
    }
}

TEST_CASE("attention to a cache has the bits of attention to matrices") {
    for (const std::size_t tokens : {1u, 5u, 127u, 128u, 129u, 300u})
        for (const std::size_t queries : {1u, 3u}) {
            check_cache<float, float, float>(tokens, queries, tokens, 1, 20, 32);
            check_cache<bfloat16, bfloat16, bfloat16>(tokens + 1, queries, tokens, 3, 16, 16);
            check_cache<float8_e4m3fn, float8_e5m2, float>(tokens + 2, queries, tokens, 1, 8, 128);
            check_cache<float4_e2m1fn, float16, float>(tokens + 3, queries, tokens, 5, 7, 9);
        }
    check_cache<float, float, float>(7, 40, 200, 1, 32, 16);
    check_cache<float8_e4m3fn, float8_e4m3fn, float>(8, 40, 200, 2, 32, 64);
}

TEST_CASE("NaN and infinities of a cache of bytes reach the output") {
    generator random(3);
    for (const std::size_t bad : {0u, 40u}) {
        key_value_cache<float8_e4m3fn> cache(1, 1, 16, 16);
        std::vector<float8_e4m3fn> k = drawn<float8_e4m3fn>(random, 50 * 16),
                                   v = drawn<float8_e4m3fn>(random, 50 * 16);
        v[bad * 16 + 5] = float8_e4m3fn::from_bits(0x7f);
        cache.append(matrix_view<const float8_e4m3fn>(k.data(), 50, 16),
                     matrix_view<const float8_e4m3fn>(v.data(), 50, 16));
        const std::vector<float> q = drawn<float>(random, 16);
        std::vector<float> out(16);
        for (const simd::isa level : levels()) {
            const simd::scoped_level guard(level);
            attention(matrix_view<const float>(q.data(), 1, 16), cache,
                      matrix_view<float>(out.data(), 1, 16));
            for (std::size_t c = 0; c < 16; ++c)
                CHECK((out[c] != out[c]) == (c == 5));
        }
    }
}

TEST_CASE("entries of a batch have lengths of their own, and tokens are forgotten") {
    generator random(4);
    const cached_case<float, float> in(random, 1, 1, 1, 140, 8, 8);
    key_value_cache<float> cache(2, 1, 8, 8, 10);
    CHECK(cache.capacity() == 128);
    cache.append(0, in.part(in.keys(), 0, 140), in.part(in.values(), 0, 140));
    cache.append(1, in.part(in.keys(), 0, 20), in.part(in.values(), 0, 20));
    CHECK(cache.capacity() == 256);
    cache.truncate(0, 130);
    CHECK(cache.length(0) == 130);
    CHECK(cache.length(1) == 20);
    CHECK(cache.length() == 130);
    CHECK(cache.bytes_of_token() == 64);
    const std::vector<float> q = drawn<float>(random, 16);
    std::vector<float> both(16), one(8);
    attention(heads_view<const float>(q.data(), 2, 1, 1, 8), cache,
              heads_view<float>(both.data(), 2, 1, 1, 8));
    for (const std::size_t b : {0u, 1u}) {
        const std::size_t length = b == 0 ? 130 : 20;
        attention(matrix_view<const float>(q.data() + 8 * b, 1, 8),
                  matrix_view<const float>(in.k.data(), length, 8),
                  matrix_view<const float>(in.v.data(), length, 8), matrix_view<float>(one.data(), 1, 8));
        for (std::size_t c = 0; c < 8; ++c)
            CHECK(both[8 * b + c] == one[c]);
    }
    const key_value_cache<float> copy = cache;
    cache.clear();
    CHECK(cache.length() == 0);
    attention(heads_view<const float>(q.data(), 2, 1, 1, 8), cache,
              heads_view<float>(both.data(), 2, 1, 1, 8));
    CHECK(both == std::vector<float>(16, 0));
    CHECK(copy.length() == 130);
}

TEST_CASE("what a cache refuses") {
    const std::vector<float> x(64, 1);
    CHECK_THROWS_AS((key_value_cache<float>(0, 1, 8, 8)), shape_error);
    CHECK_THROWS_AS((key_value_cache<float>(1, 1, 8, 0)), shape_error);
    key_value_cache<float> cache(1, 2, 4, 8);
    const heads_view<const float> k(x.data(), 1, 2, 3, 4), v(x.data(), 1, 2, 3, 8);
    cache.append(k, v);
    CHECK_THROWS_AS(cache.append(k, heads_view<const float>(x.data(), 1, 2, 2, 8)), shape_error);
    CHECK_THROWS_AS(cache.append(heads_view<const float>(x.data(), 1, 1, 3, 4), v), shape_error);
    CHECK_THROWS_AS(cache.append(v, v), shape_error);
    CHECK_THROWS_AS(cache.append(1, k, v), value_error);
    CHECK_THROWS_AS(cache.truncate(0, 4), value_error);
    CHECK_THROWS_AS(cache.truncate(1, 0), value_error);
    CHECK(cache.length() == 3);
}

}  // namespace
