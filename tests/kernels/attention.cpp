// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Attention beyond its steps (attention_steps.cpp): exact chains, masks, decoding, poisoned keys;
/// what is refused before anything is written.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/kernels/attention.hpp>

#include "kernels/attention_steps_checks.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using namespace halfulp_test;

TEST_CASE("exact rounds each chain once; scores and weights live in the wider accumulator") {
    std::mt19937_64 generator(2);
    const auto q = random_matrix<float>(generator, 4, 40, 6);
    const auto k = random_matrix<bfloat16>(generator, 7, 40, 6);
    const auto v = random_matrix<float>(generator, 7, 3, 6);
    for (const attention_options& options :
         {attention_options{}, {.causal = true}, {.causal = true, .causal_offset = -2}}) {
        matrix<float> result{std::vector<float>(12), 4, 3};
        attention(q.view(), k.view(), v.view(), result.view(), arithmetic::exact{}, options);
        const stepwise<exact_terms> steps{};
        check_equal(result,
                    attention_by_steps<float, float, float, float>(q, k, v, options, all_keys, steps, steps));
    }
}

TEST_CASE("decoding one token at a time gives the rows of the whole") {
    std::mt19937_64 generator(3);
    const auto q = random_matrix<float>(generator, 9, 8, 2);
    const auto k = random_matrix<float>(generator, 9, 8, 2);
    const auto v = random_matrix<float>(generator, 9, 4, 2);
    matrix<float> whole{std::vector<float>(36), 9, 4};
    attention(q.view(), k.view(), v.view(), whole.view(), arithmetic::native<float>{}, {.causal = true});
    for (std::size_t i = 0; i < 9; ++i) {
        std::vector<float> one(4);
        attention(matrix_view(q.data.data() + 8 * i, 1, 8), matrix_view(k.data.data(), i + 1, 8),
                  matrix_view(v.data.data(), i + 1, 4), matrix_view(one.data(), 1, 4),
                  arithmetic::native<float>{}, {.causal = true});
        CHECK(std::equal(one.begin(), one.end(), whole.data.begin() + static_cast<std::ptrdiff_t>(4 * i)));
    }
}

TEST_CASE("a masked key is not read, and a row without keys is zero") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const std::vector<float> q(6, 1), v{1, 2, 3, 4, nan, nan};
    const std::vector<float> k{1, 1, 1, 1, nan, nan};
    std::vector<float> o(6, nan);
    attention(matrix_view(q.data(), 3, 2), matrix_view(k.data(), 3, 2), matrix_view(v.data(), 3, 2),
              matrix_view(o.data(), 3, 2), arithmetic::native<float>{},
              {.causal = true, .causal_offset = -1});
    CHECK(o == std::vector<float>{0, 0, 1, 2, 2, 3});
    // No keys at all.
    std::fill(o.begin(), o.end(), nan);
    attention(matrix_view(q.data(), 3, 2), matrix_view(k.data(), 0, 2), matrix_view(v.data(), 0, 2),
              matrix_view(o.data(), 3, 2));
    CHECK(o == std::vector<float>(6, 0));
    // An unmasked NaN makes its rows NaN.
    attention(matrix_view(q.data(), 3, 2), matrix_view(k.data(), 3, 2), matrix_view(v.data(), 3, 2),
              matrix_view(o.data(), 3, 2));
    CHECK(std::isnan(o[0]));
}

TEST_CASE("a causal offset of any size masks all keys or none, without overflow") {
    using limits = std::numeric_limits<std::ptrdiff_t>;
    const std::vector<float> q(6, 1), k(6, 1), v{1, 2, 3, 4, 5, 6};
    std::vector<float> plain(6), masked(6);
    const auto run = [&](std::vector<float>& o, const attention_options& options) {
        attention(matrix_view(q.data(), 3, 2), matrix_view(k.data(), 3, 2), matrix_view(v.data(), 3, 2),
                  matrix_view(o.data(), 3, 2), arithmetic::native<float>{}, options);
    };
    run(plain, {});
    run(masked, {.causal = true, .causal_offset = limits::max()});
    CHECK(masked == plain);
    run(masked, {.causal = true, .causal_offset = limits::min()});
    CHECK(masked == std::vector<float>(6, 0));
}

TEST_CASE("the scale is rounded to the type of the scores") {
    const std::vector<float> q{2, 1}, k{3, 1, 0, 5}, v{1, 100};
    std::vector<float> o(1);
    attention(matrix_view(q.data(), 1, 2), matrix_view(k.data(), 2, 2), matrix_view(v.data(), 2, 1),
              matrix_view(o.data(), 1, 1), arithmetic::native<float>{}, {.scale = 0.0});
    CHECK(o[0] == 50.5f);
    attention(matrix_view(q.data(), 1, 2), matrix_view(k.data(), 2, 2), matrix_view(v.data(), 2, 1),
              matrix_view(o.data(), 1, 1), arithmetic::native<float>{}, {.scale = 1000.0});
    CHECK(o[0] == 1.0f);
}

TEST_CASE("wrong shapes and shared memory throw before anything is written") {
    const std::vector<float> in(24, 1);
    std::vector<float> out(24, 7);
    const auto call = [&](std::size_t d, std::size_t kd, std::size_t m, std::size_t vm, std::size_t on,
                          std::size_t odv) {
        attention(matrix_view(in.data(), 2, d), matrix_view(in.data(), m, kd), matrix_view(in.data(), vm, 3),
                  matrix_view(out.data(), on, odv));
    };
    CHECK_THROWS_WITH(call(4, 3, 5, 5, 2, 3),
                      "halfulp::attention: k.columns() is 3, expected q.columns() = 4");
    CHECK_THROWS_WITH(call(4, 4, 5, 4, 2, 3), "halfulp::attention: v.rows() is 4, expected k.rows() = 5");
    CHECK_THROWS_WITH(call(4, 4, 5, 5, 3, 3),
                      "halfulp::attention: output.rows() is 3, expected q.rows() = 2");
    CHECK_THROWS_WITH(call(4, 4, 5, 5, 2, 2),
                      "halfulp::attention: output.columns() is 2, expected v.columns() = 3");
    const matrix_view<float> both(out.data(), 2, 4);
    CHECK_THROWS_AS(attention(both, matrix_view(in.data(), 5, 4), matrix_view(in.data(), 5, 4), both),
                    aliasing_error);
    CHECK(out == std::vector<float>(24, 7));
}

TEST_CASE("options that mean nothing throw before anything is written") {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    const std::vector<float> in(2 * 4 * 3 * 2, 1);
    std::vector<float> out(in.size(), 7);
    const heads_view q(in.data(), 2, 4, 3, 2), k(in.data(), 2, 2, 5, 2);
    const heads_view o(out.data(), 2, 4, 3, 2);
    const auto call = [&](const attention_options& options) {
        attention(q, k, k, o, arithmetic::native<float>{}, options);
    };
    const std::vector<float> slopes{1, 2, 3}, infinite_slopes(4, std::numeric_limits<float>::infinity());
    const std::vector<std::size_t> lengths{5, 6}, one_length{5};
    const bool seen[6 * 4] = {};
    const auto mask = [&](std::size_t batch, std::size_t heads, std::size_t rows, std::size_t columns) {
        return heads_view<const bool>(matrix_view<const bool>(seen, rows, columns), batch, heads, 0, 0);
    };
    for (const attention_options& options : {attention_options{.scale = infinite},
                                             {.scale = std::nan("")},
                                             {.soft_cap = 0.0},
                                             {.soft_cap = -1.0},
                                             {.soft_cap = infinite},
                                             {.alibi_slopes = infinite_slopes},
                                             {.power = 3},
                                             {.power = 0},
                                             {.power = -2},
                                             {.power_epsilon = 0.5},
                                             {.power = 2, .power_epsilon = -1},
                                             {.key_block = 0},
                                             {.sparsity = {.blocks = mask(2, 4, 1, 1), .queries = 0}}})
        CHECK_THROWS_AS(call(options), value_error);
    for (const attention_options& options : {attention_options{.alibi_slopes = slopes},
                                             {.mask = mask(1, 4, 3, 5)},
                                             {.mask = mask(2, 2, 3, 5)},
                                             {.mask = mask(2, 4, 2, 5)},
                                             {.mask = mask(2, 4, 3, 6)},
                                             {.key_lengths = lengths},
                                             {.key_lengths = one_length},
                                             {.sparsity = {.blocks = mask(2, 4, 1, 2)}},
                                             {.sparsity = {.blocks = mask(2, 4, 1, 1), .keys = 3}}})
        CHECK_THROWS_AS(call(options), shape_error);
    CHECK_THROWS_WITH(call({.key_block = 0}),
                      "halfulp::attention: options.key_block is 0, expected at least one key in a block");
    // Heads that are no multiple, and outputs that share memory with each other or with a bias.
    const heads_view three(in.data(), 2, 3, 3, 2);
    CHECK_THROWS_WITH(attention(three, k, k, heads_view(out.data(), 2, 3, 3, 2)),
                      "halfulp::attention: q.heads() is 3, expected a multiple of k.heads() = 2");
    CHECK_THROWS_AS(attention(q, k, k, heads_view<float>(matrix_view<float>(out.data(), 3, 2), 2, 4, 6, 0)),
                    aliasing_error);
    CHECK_THROWS_AS(
        call({.bias = heads_view<const float>(matrix_view<const float>(out.data(), 3, 2), 2, 4, 0, 0)}),
        aliasing_error);
    // Pages that a table does not have, or the pool.
    const std::vector<std::uint32_t> pages{0, 1, 2, 1, 0, 3};
    const heads_view pool(in.data(), 3, 2, 2, 2);
    const auto paged = [&](std::size_t columns) {
        const paged_heads<const float> keys(
            pool, matrix_view<const std::uint32_t>(pages.data(), 2, columns, 3, 1), 5);
        attention(q, keys, keys, o);
    };
    CHECK_THROWS_WITH(paged(3), "halfulp::attention: k.table()(1, 2) is 3, expected a page below 3");
    CHECK_THROWS_WITH(paged(2),
                      "halfulp::attention: k.table().columns() is 2, expected at least 3 pages for 5 rows");
    CHECK(out == std::vector<float>(in.size(), 7));
}

}  // namespace
