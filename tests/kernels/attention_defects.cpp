// SPDX-License-Identifier: BSL-1.0

/// @file
/// What implementations of attention get wrong, each a test: narrow sums in one row, bits that depend on threads or on the
/// batch, NaN that leaks from hidden keys, rows without keys, the order of soft cap and mask, of causality, of sums.

#include "kernels/attention_cases.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace {

using namespace halfulp_test;

constexpr float infinite = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

template <class T>
matrix_view<const T> rows_of(const std::vector<T>& data, std::size_t columns, std::size_t from = 0,
                             std::size_t count = all_keys) {
    return {data.data() + from * columns, std::min(count, data.size() / columns - from), columns};
}
template <class T>
heads_view<const T> one_head(const std::vector<T>& data, std::size_t rows) {
    return heads_view<const T>(matrix_view<const T>(data.data(), rows, data.size() / rows));
}

/// Attention of one head with values of one column.
std::vector<float> attend(const std::vector<float>& q, const std::vector<float>& k,
                          const std::vector<float>& v, std::size_t d, const attention_options& options) {
    std::vector<float> o(q.size() / d, 99.0f);
    attention(rows_of(q, d), rows_of(k, d), rows_of(v, 1), matrix_view<float>(o.data(), o.size(), 1),
              arithmetic::native<float>{}, options);
    return o;
}

TEST_CASE("one row of 16-bit elements is summed in float, as among others") {
    std::mt19937_64 random(1);
    const std::size_t m = 2000;
    std::vector<bfloat16> q(4 * 16), k(m * 16), v(m, bfloat16(1.0f));
    for (auto* side : {&q, &k})
        for (bfloat16& x : *side)
            x = convert<bfloat16>(static_cast<double>(random() % 1000) / 4000);
    v[0] = bfloat16(0.5f);
    std::vector<float> all(4), alone(1);
    attention(rows_of(q, 16), rows_of(k, 16), rows_of(v, 1), matrix_view<float>(all.data(), 4, 1));
    for (std::size_t i = 0; i < 4; ++i) {
        attention(rows_of(q, 16, i, 1), rows_of(k, 16), rows_of(v, 1),
                  matrix_view<float>(alone.data(), 1, 1));
        CHECK(alone[0] == all[i]);
        // Sums of 2000 weights in bfloat16 stop at 256. Here one weight of 2000 is halved.
        CHECK(std::fabs(alone[0] - 1.0f) < 1e-3f);
        CHECK(alone[0] < 1.0f - 1e-4f);
    }
}

TEST_CASE("a token has its bits whatever the number of threads, alone and in a batch, run after run") {
    attention_choice choice(attention_levels.size());
    choice[of_causality] = choice[of_mask] = 1;
    choice[of_group] = 2;
    choice[of_columns] = choice[of_values] = 5;
    attention_case<float, float, float, float> c(choice, {2, 2, 1, 700}, 4);
    attention(c.q(), c.k(), c.v(), c.output().view(), arithmetic::native<float>{},
              c.options(execution::plain));
    const auto expected = c.output().contents();
    for (int run = 0; run < 6; ++run) {
        c.output().restore();
        attention(c.q(), c.k(), c.v(), c.output().view(), arithmetic::native<float>{},
                  c.options(execution::parallel(run % 4)));
        CHECK(c.output().holds(expected));
    }
    // Each head by itself.
    c.output().restore();
    for (std::size_t b = 0; b < 2; ++b)
        for (std::size_t h = 0; h < c.heads(); ++h) {
            attention_options options = c.options();
            options.mask = heads_view<const bool>(options.mask(b, h));
            attention(c.q()(b, h), c.k()(b, h / 4), c.v()(b, h / 4), c.output().view()(b, h),
                      arithmetic::native<float>{}, options);
        }
    CHECK(c.output().holds(expected));
}

TEST_CASE("what a hidden key holds does not leak, however it is hidden") {
    const std::vector<float> q{1, 1}, v{3, 5, no_number}, k{1, 1, 1, 1, no_number, infinite};
    const std::vector<float> poisoned{3, 5, infinite};
    const bool seen[] = {true, true, false, true, true, false};
    const std::vector<float> bias{0, 0, -infinite};
    const std::vector<std::size_t> length{2};
    const std::vector<attention_options> ways{
        {.causal = true, .causal_offset = 1},
        {.causal_offset = 1, .window_right = 0},
        {.mask = heads_view<const bool>(matrix_view<const bool>(seen, 1, 3))},
        {.mask = heads_view<const bool>(matrix_view<const bool>(seen, 1, 2))},
        {.bias = one_head(bias, 1)},
        {.bias = heads_view<const float>(matrix_view<const float>(bias.data(), 1, 2))},
        {.key_lengths = length}};
    for (const attention_options& way : ways) {
        CHECK(attend(q, k, v, 2, way) == std::vector<float>{4});
        CHECK(attend(q, k, poisoned, 2, way) == std::vector<float>{4});
    }
    // Keys behind a window, at the beginning.
    CHECK(attend(q, {no_number, no_number, 1, 1, 1, 1}, {no_number, 3, 5}, 2, {.window_left = 1}) ==
          std::vector<float>{4});
}

TEST_CASE("a row without keys is zero, by its masks and not by its scores") {
    const std::vector<float> q{1, -1}, k{1, 2, 3}, v{1, 2, 3};
    const bool none[] = {false, false, false, true, true, true};
    const std::vector<float> bias{-infinite, -infinite, -infinite, 0, 0, 0};
    const std::vector<std::size_t> length{0};
    const float other = attend({-1}, k, v, 1, {})[0];
    CHECK(attend(q, k, v, 1, {.mask = heads_view<const bool>(matrix_view<const bool>(none, 2, 3))}) ==
          std::vector<float>{0, other});
    CHECK(attend(q, k, v, 1, {.bias = one_head(bias, 2)}) == std::vector<float>{0, other});
    CHECK(attend(q, k, v, 1, {.causal = true, .causal_offset = -9}) == std::vector<float>{0, 0});
    CHECK(attend(q, k, v, 1, {.causal_offset = 9, .window_left = 2}) == std::vector<float>{0, 0});
    CHECK(attend(q, k, v, 1, {.key_lengths = length}) == std::vector<float>{0, 0});
    // Scores of −∞ alone are no mask.
    CHECK(std::isnan(attend({-infinite, 1}, k, v, 1, {})[0]));
}

TEST_CASE("the soft cap comes before mask and bias") {
    // Equal products; a bias of −∞ hides and is not capped, one of 8 makes e^8 and not e^(tanh 8).
    const std::vector<float> q{0}, k{1, 1}, v{1, 0};
    const std::vector<float> hidden{0, -infinite}, far{8, 0};
    CHECK(attend(q, k, v, 1, {.soft_cap = 1.0, .bias = one_head(hidden, 1)})[0] == 1);
    CHECK(std::fabs(attend(q, k, v, 1, {.soft_cap = 1.0, .bias = one_head(far, 1)})[0] -
                    1 / (1 + std::exp(-8.0f))) < 1e-6f);
    // Capped scores are within ±c.
    CHECK(std::fabs(attend({1}, {1000, -1000}, v, 1, {.scale = 1.0, .soft_cap = 0.5})[0] -
                    1 / (1 + std::exp(-1.0f))) < 1e-6f);
}

TEST_CASE("causal queries are the last ones of the keys, and of a batch entry's") {
    // Equal scores: the mean of what is seen.
    const std::vector<float> q(2, 0), k(5, 1), v{1, 3, 5, 7, 9};
    CHECK(attend(q, k, v, 1, {.causal = true}) == std::vector<float>{4, 5});
    const std::vector<std::size_t> length{3};
    CHECK(attend(q, k, v, 1, {.causal = true, .key_lengths = length}) == std::vector<float>{2, 3});
    // More queries than keys: the first see none.
    CHECK(attend({0, 0, 0}, {1}, {6}, 1, {.causal = true}) == std::vector<float>{0, 0, 6});
}

TEST_CASE("keys are added in their order, however few are seen") {
    // Weights of 1, values that cancel: 2^60 + 1 − 2^60 is 0 in that order and 1 in others.
    const std::vector<float> q{0}, k(9, 1);
    const bool seen[] = {false, true, false, false, true, false, false, true, false};
    for (const int threads : {1, 2, 3})
        CHECK(attend(q, k,
                     {no_number, 0x1p60f, no_number, no_number, 1, no_number, no_number, -0x1p60f, no_number},
                     1,
                     {.mask = heads_view<const bool>(matrix_view<const bool>(seen, 1, 9)),
                      .execution = execution::parallel(threads)})[0] == 0);
}

TEST_CASE("a result that is a mean is the mean, not one within a tolerance") {
    const std::vector<float> q{0}, k(4, 1);
    CHECK(attend(q, k, {1, 2, 4, 9}, 1, {})[0] == 4);
    CHECK(attend({5}, {7}, {0.1f}, 1, {.scale = 3.3})[0] == 0.1f);
}

}  // namespace
