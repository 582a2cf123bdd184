// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Cases of attention by the hundred: every pair of options, shapes, arrangements in memory and kinds of numbers
/// occurs. The generator is fixed.

#include <halfulp/kernels/attention.hpp>

#include "kernels/attention_memory.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace halfulp_test {

using namespace halfulp;

/// What is chosen in a case.
enum attention_factor : std::size_t {
    of_causality,
    of_window,
    of_mask,
    of_bias,
    of_slopes,
    of_soft_cap,
    of_scale,
    of_lengths,
    of_sparsity,
    of_power,
    of_key_block,
    of_group,
    of_columns,
    of_values,
    of_layout_q,
    of_layout_k,
    of_layout_v,
    of_layout_output,
    of_terms
};
using attention_choice = std::vector<std::size_t>;
/// How many levels each factor has, in that order.
inline const std::vector<std::size_t> attention_levels{6, 6, 6, 6, 3, 3, 4, 3, 4, 4,
                                                       6, 4, 8, 8, 7, 7, 7, 5, 7};

/// What the numbers are like.
enum class attention_terms { ordinary, steep, tiny, huge, zeros, specials, minus_infinity };

struct attention_shape {
    std::size_t batch = 1, key_heads = 1, queries = 1, keys = 1;
};

/// A shape around the edges of tiles and blocks, of at most `most` scores in all heads.
inline attention_shape random_attention_shape(std::mt19937_64& random, std::size_t group, std::size_t most) {
    static constexpr std::array<std::size_t, 13> queries{1, 2, 7, 15, 16, 17, 31, 33, 47, 48, 49, 97, 200};
    static constexpr std::array<std::size_t, 10> keys{1, 15, 16, 17, 127, 128, 129, 255, 300, 513};
    attention_shape s;
    const std::size_t heads[] = {1, 1, 2, 3};
    do {
        s = {heads[random() % 4], heads[random() % 4], queries[random() % 13], keys[random() % 10]};
    } while (s.batch * s.key_heads * group * s.queries * s.keys > most);
    return s;
}

/// The options of a case, with the memory that they refer to.
class attention_case_options {
  public:
    attention_case_options(const attention_choice& choice, const attention_shape& shape, std::size_t heads,
                           std::uint64_t seed)
        : random_(seed),
          mask_(shape.batch, heads, shape.queries, choice[of_mask] == 2 ? shape.keys / 2 : shape.keys,
                choice[of_mask] == 3   ? heads_layout::shared
                : choice[of_mask] == 4 ? heads_layout::transposed
                                       : heads_layout::contiguous),
          bias_(shape.batch, heads, shape.queries, choice[of_bias] == 2 ? (shape.keys + 1) / 2 : shape.keys,
                choice[of_bias] == 3   ? heads_layout::shared
                : choice[of_bias] == 4 ? heads_layout::scattered
                                       : heads_layout::heads_within_rows),
          blocks_(shape.batch, heads, parts(shape.queries, block_sizes[choice[of_sparsity]].queries),
                  parts(shape.keys, block_sizes[choice[of_sparsity]].keys),
                  choice[of_sparsity] == 3 ? heads_layout::shared : heads_layout::transposed) {
        const auto n = static_cast<std::ptrdiff_t>(shape.queries),
                   m = static_cast<std::ptrdiff_t>(shape.keys);
        const std::ptrdiff_t offsets[] = {0, 0, -(n + 1) / 2, m / 2, -100000, 100000};
        options.causal = choice[of_causality] != 0;
        if (choice[of_causality] > 1)
            options.causal_offset = offsets[choice[of_causality]];
        struct window {
            std::size_t left, right;
        };
        constexpr std::size_t none = all_keys - 1;  // stands for no window
        constexpr window windows[] = {{none, none}, {3, none}, {none, 2}, {5, 4}, {0, 0}, {130, all_keys}};
        if (windows[choice[of_window]].left != none)
            options.window_left = windows[choice[of_window]].left;
        if (windows[choice[of_window]].right != none)
            options.window_right = windows[choice[of_window]].right;
        if (choice[of_mask] != 0)
            fill_mask(choice[of_mask]);
        if (choice[of_bias] != 0)
            fill_bias(choice[of_bias]);
        if (choice[of_slopes] != 0) {
            for (std::size_t h = 0; h < heads; ++h)
                slopes_.push_back(choice[of_slopes] == 1
                                      ? std::ldexp(1.0f, -static_cast<int>(h) - 1)
                                      : static_cast<float>(static_cast<int>(h % 3) - 1) * 0.3f);
            options.alibi_slopes = slopes_;
        }
        if (choice[of_soft_cap] != 0)
            options.soft_cap = choice[of_soft_cap] == 1 ? 2.0 : 30.1;
        constexpr double scales[] = {0, 0.3, -1.7, 0};
        if (choice[of_scale] != 0)
            options.scale = scales[choice[of_scale]];
        if (choice[of_lengths] != 0) {
            for (std::size_t b = 0; b < shape.batch; ++b)
                lengths_.push_back(
                    choice[of_lengths] == 2 && random_() % 5 == 0 ? 0 : 1 + random_() % shape.keys);
            options.key_lengths = lengths_;
        }
        if (choice[of_sparsity] != 0) {
            options.sparsity.blocks = blocks_.input();
            options.sparsity.queries = block_sizes[choice[of_sparsity]].queries;
            options.sparsity.keys = block_sizes[choice[of_sparsity]].keys;
            fill(blocks_.view(), [&](std::size_t, std::size_t) { return random_() % 3 != 0; });
        }
        if (choice[of_power] != 0) {
            constexpr int powers[] = {0, 2, 4, 6};
            options.power = powers[choice[of_power]];
            options.power_epsilon = choice[of_power] == 2 ? 0.01 : 0;
        }
        constexpr std::size_t blocks[] = {0, 1, 16, 100, 128, all_keys};
        if (choice[of_key_block] != 0)
            options.key_block = blocks[choice[of_key_block]];
    }
    attention_case_options(const attention_case_options&) = delete;
    attention_case_options& operator=(const attention_case_options&) = delete;

    attention_options options{};

  private:
    struct block_size {
        std::size_t queries, keys;
    };
    static constexpr block_size block_sizes[] = {{1, 1}, {16, 128}, {3, 5}, {64, 32}};
    static std::size_t parts(std::size_t all, std::size_t size) { return (all + size - 1) / size; }

    template <class T, class Element>
    static void fill(const heads_view<T>& view, const Element& element) {
        for (std::size_t b = 0; b < view.batch(); ++b)
            for (std::size_t h = 0; h < view.heads(); ++h)
                for (std::size_t i = 0; i < view.rows(); ++i)
                    for (std::size_t j = 0; j < view.columns(); ++j)
                        view(b, h)(i, j) = element(i, j);
    }
    void fill_mask(std::size_t kind) {
        fill(mask_.view(), [&](std::size_t i, std::size_t j) {
            if (kind == 5)  // rows without keys, and the first block of others without
                return i % 3 != 1 && j >= 128 && random_() % 4 != 0;
            return random_() % 3 != 0;
        });
        options.mask = mask_.input();
    }
    void fill_bias(std::size_t kind) {
        constexpr float infinity = std::numeric_limits<float>::infinity();
        fill(bias_.view(), [&](std::size_t i, std::size_t) {
            const float x = static_cast<float>(static_cast<int>(random_() % 4001) - 2000) / 700;
            if (kind == 1)
                return x;
            if (kind == 4 && i % 2 == 0 && random_() % 200 == 0)
                return random_() % 2 == 0 ? infinity : std::numeric_limits<float>::quiet_NaN();
            if (kind == 5 && i % 3 == 1)
                return -infinity;
            return random_() % 4 == 0 ? -infinity : x;
        });
        options.bias = bias_.input();
    }

    std::mt19937_64 random_;
    heads_memory<bool> mask_;
    heads_memory<float> bias_;
    heads_memory<bool> blocks_;
    std::vector<float> slopes_{};
    std::vector<std::size_t> lengths_{};
};

/// One case: operands, options and memory for the output.
template <class Q, class K, class VE, class Output>
class attention_case {
  public:
    attention_case(const attention_choice& choice, const attention_shape& shape, std::uint64_t seed)
        : choice_(choice),
          shape_(shape),
          heads_(shape.key_heads << choice[of_group]),
          columns_(widths[choice[of_columns]]),
          values_(widths[choice[of_values]]),
          random_(seed),
          q_(shape.batch, heads_, shape.queries, columns_, input_layouts[choice[of_layout_q]]),
          k_(shape.batch, shape.key_heads, shape.keys, columns_, input_layouts[choice[of_layout_k]]),
          v_(shape.batch, shape.key_heads, shape.keys, values_, input_layouts[choice[of_layout_v]]),
          output_(shape.batch, heads_, shape.queries, values_, input_layouts[choice[of_layout_output]]),
          options_(choice, shape, heads_, seed) {
        fill();
    }

    heads_view<const Q> q() const { return q_.input(); }
    heads_view<const K> k() const { return k_.input(); }
    heads_view<const VE> v() const { return v_.input(); }
    heads_memory<Output>& output() { return output_; }
    /// With an execution of the caller's.
    attention_options options(const execution::policy& execution = {}) const {
        attention_options o = options_.options;
        o.execution = execution;
        return o;
    }
    const attention_shape& shape() const { return shape_; }
    std::size_t heads() const { return heads_; }

    std::string name() const {
        std::string text = std::to_string(shape_.batch) + " × " + std::to_string(heads_) + " (" +
                           std::to_string(shape_.key_heads) + ") heads, " + std::to_string(shape_.queries) +
                           " queries, " + std::to_string(shape_.keys) + " keys, d " +
                           std::to_string(columns_) + ", dv " + std::to_string(values_) + ", choice";
        static constexpr const char* names[] = {
            "causal", "window", "mask", "bias", "slopes", "cap", "scale", "lengths", "sparsity", "power",
            "block",  "group",  "d",    "dv",   "q",      "k",   "v",     "o",       "terms"};
        for (std::size_t f = 0; f < choice_.size(); ++f)
            if (choice_[f] != 0)
                text += std::string(" ") + names[f] + "=" + std::to_string(choice_[f]);
        return text;
    }

  private:
    static constexpr std::size_t widths[] = {1, 3, 8, 16, 33, 64, 80, 128};

    /// A number whose exponent is in low … high: where that is beyond the format, the nearest one.
    template <class T>
    T number(int low, int high) {
        const double fraction = 1 + static_cast<double>(random_() >> 12) * 0x1p-52;
        const double sign = random_() % 2 == 0 ? 1 : -1;
        const int exponent = low + static_cast<int>(random_() % static_cast<unsigned>(high - low + 1));
        return convert<T>(std::ldexp(sign * fraction, exponent),
                          projection{rounding::ties_to_even, saturation::finite});
    }
    template <class T>
    T special() {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        const double numbers[] = {infinity,
                                  -infinity,
                                  std::numeric_limits<double>::quiet_NaN(),
                                  std::ldexp(1.5, number_format<T>::value.maximum_exponent()),
                                  -0.0,
                                  std::ldexp(1.0, number_format<T>::value.minimum_quantum_exponent())};
        return convert<T>(numbers[random_() % 6], projection{});
    }
    template <class T>
    T like(attention_terms kind, bool is_value) {
        constexpr float_format format = number_format<T>::value;
        const int smallest = format.minimum_quantum_exponent();
        switch (kind) {
            case attention_terms::steep:
                return is_value ? number<T>(-2, 1) : number<T>(0, 3);
            case attention_terms::tiny:
                return is_value ? number<T>(smallest, smallest + 25)
                                : number<T>(smallest / 2 - 3, smallest / 2 + 2);
            case attention_terms::huge:
                return is_value ? number<T>(format.maximum_exponent() - 3, format.maximum_exponent())
                                : number<T>(format.maximum_exponent() / 2 - 3, format.maximum_exponent() / 2);
            case attention_terms::zeros:
                return random_() % 5 == 0 ? number<T>(-3, 0)
                                          : convert<T>(random_() % 3 == 0 ? 0.0 : -0.0, projection{});
            default:
                return number<T>(-2, 1);
        }
    }
    template <class T>
    void fill(const heads_view<T>& view, bool is_value, bool is_query) {
        const auto kind = static_cast<attention_terms>(choice_[of_terms]);
        for (std::size_t b = 0; b < view.batch(); ++b)
            for (std::size_t h = 0; h < view.heads(); ++h)
                for (std::size_t i = 0; i < view.rows(); ++i) {
                    const vector_view<T> row = view(b, h).row(i);
                    for (std::size_t c = 0; c < row.size(); ++c)
                        row[c] = like<T>(kind, is_value);
                    if (kind == attention_terms::specials && random_() % (is_query ? 20 : 60) == 0)
                        row[random_() % row.size()] = special<T>();
                    // Scores of −∞ for a block of keys, in every third case for all.
                    if (kind == attention_terms::minus_infinity && !is_value) {
                        if (is_query)
                            row[0] = convert<T>(1.0, projection{});
                        else if (choice_[of_columns] % 3 == 0 || i < 128)
                            row[0] = convert<T>(-std::numeric_limits<double>::infinity(), projection{});
                    }
                }
    }
    void fill() {
        fill(q_.view(), false, true);
        fill(k_.view(), false, false);
        fill(v_.view(), true, false);
        // Nobody may look at the padding. With shared matrices it is another entry's, so that it stays.
        const vector_view<const std::size_t>& lengths = options_.options.key_lengths;
        for (std::size_t b = 0; b < lengths.size(); ++b)
            for (std::size_t h = 0; h < shape_.key_heads; ++h)
                for (std::size_t j = lengths[b]; j < shape_.keys; ++j) {
                    const double nan = std::numeric_limits<double>::quiet_NaN();
                    if (input_layouts[choice_[of_layout_k]] != heads_layout::shared)
                        k_.view()(b, h)(j, j % columns_) = convert<K>(nan, projection{});
                    if (input_layouts[choice_[of_layout_v]] != heads_layout::shared)
                        v_.view()(b, h)(j, j % values_) = convert<VE>(nan, projection{});
                }
    }

    attention_choice choice_;
    attention_shape shape_;
    std::size_t heads_, columns_, values_;
    std::mt19937_64 random_;
    heads_memory<Q> q_;
    heads_memory<K> k_;
    heads_memory<VE> v_;
    heads_memory<Output> output_;
    attention_case_options options_;
};

}  // namespace halfulp_test
