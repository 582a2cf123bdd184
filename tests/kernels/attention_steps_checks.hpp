// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Attention against its steps on exact values, in options of every kind and all modes.

#include "kernels/attention_oracle.hpp"
#include "support/catch.hpp"

#include <limits>
#include <string>
#include <vector>

namespace halfulp_test {

/// Queries, keys and values of one head and what attention is told about them.
struct attention_setting {
    std::string name;
    attention_options options{};
    std::size_t queries = 4, keys = 23;
};

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
            {"Power-Softmax, blocks of 4", {.causal = true, .power = 2, .key_block = 4}},
            {"Power-Softmax with an ε, ALiBi and bias",
             {.scale = 1.5,
              .alibi_slopes = slope,
              .bias = bias,
              .power = 6,
              .power_epsilon = 0.01,
              .key_block = 6}},
            {"blocks of queries and keys",
             {.causal_offset = 12,
              .window_left = 13,
              .sparsity = {heads_view<const bool>(matrix_view<const bool>(mask_, 2, 5, 7, 1), 1, 1, 0, 0), 3,
                           5},
              .key_block = 8}},
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
    attention_statistics<S> statistics;
    attention(q.view(), k.view(), v.view(), result.view(), arithmetic, setting.options, statistics);
    std::vector<attention_sums<S>> sums;
    check_equal(result, attention_by_steps<S, W, U, Output>(q, k, v, setting.options, default_block, scores,
                                                            values, &sums));
    for (std::size_t i = 0; i < setting.queries; ++i) {
        const attention_sums<S>& got = statistics(0, 0, i);
        CAPTURE(i, text_of(got.maximum), text_of(sums[i].maximum), text_of(got.sum), text_of(sums[i].sum));
        const bool is_nan = exact_of(sums[i].sum).is_nan();
        CHECK((is_nan ? exact_of(got.maximum).is_nan() : exact_of(got.maximum) == exact_of(sums[i].maximum)));
        CHECK(same(got.sum, sums[i].sum));
    }
}

/// rounded or fused attention in all modes and settings.
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
        }
}

/// native attention in all settings.
template <class Input, class V, class Output>
void check_native_attention_steps() {
    const attention_settings settings;
    std::uint64_t seed = 100;
    for (const attention_setting& setting : settings.all()) {
        const stepwise<fused_terms<V>> steps{};
        check_attention_setting<Input, V, V, V, Output>(++seed, setting, arithmetic::native<V>{}, 128, steps,
                                                        steps);
    }
}

}  // namespace halfulp_test
