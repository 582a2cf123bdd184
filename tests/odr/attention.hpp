// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Attention and its gradient at every level of fast paths, as codes in a row. Each translation unit compiles it with its
/// own flags under a name of its own.

#include <halfulp/halfulp.hpp>

#include "support/random.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfulp_test {

/// What attention gives at the levels plain, avx2 and avx512, as far as the machine has them, one after another:
/// attention_results_of_a_level results each.
std::vector<std::uint64_t> attention_results_of_plain();
std::vector<std::uint64_t> attention_results_of_contracted();

inline constexpr std::size_t attention_queries = 19, attention_keys = 150, attention_columns = 20;
inline constexpr std::size_t attention_results_of_a_level =
    (5 * attention_queries + 2 * attention_queries + 2 * (attention_queries + 2 * attention_keys)) *
    attention_columns;

namespace {

struct attention_operands {
    std::vector<float> q, k, v, gradient;

    attention_operands() {
        generator random(15);
        for (auto* x : {&q, &gradient})
            fill(random, *x, attention_queries);
        for (auto* x : {&k, &v})
            fill(random, *x, attention_keys);
    }
    static void fill(generator& random, std::vector<float>& x, std::size_t rows) {
        for (std::size_t i = 0; i < rows * attention_columns; ++i) {
            const auto bits = static_cast<std::int64_t>(random() >> 11) - (std::int64_t{1} << 52);
            x.push_back(static_cast<float>(static_cast<double>(bits) * 0x1p-51));
        }
    }
    static halfulp::matrix_view<const float> rows(const std::vector<float>& x) {
        return {x.data(), x.size() / attention_columns, attention_columns};
    }
};

inline void append_codes(std::vector<std::uint64_t>& results, const std::vector<float>& x) {
    for (const float element : x)
        results.push_back(halfulp::detail::to_code(element));
}

/// Many queries and, one after the other, few; with every option that has steps of its own.
template <class Arithmetic>
void append_attention(std::vector<std::uint64_t>& results, const attention_operands& in,
                      const halfulp::attention_options& options, const Arithmetic& arithmetic,
                      bool one_by_one) {
    using namespace halfulp;
    std::vector<float> out(in.q.size());
    const matrix_view<float> output(out.data(), attention_queries, attention_columns);
    if (!one_by_one) {
        attention(in.rows(in.q), in.rows(in.k), in.rows(in.v), output, arithmetic, options);
    } else {
        for (std::size_t i = 0; i < attention_queries; ++i) {
            attention_options own = options;
            own.causal_offset = static_cast<std::ptrdiff_t>(attention_keys - attention_queries + i);
            attention(matrix_view<const float>(in.q.data() + i * attention_columns, 1, attention_columns),
                      in.rows(in.k), in.rows(in.v),
                      matrix_view<float>(out.data() + i * attention_columns, 1, attention_columns),
                      arithmetic, own);
        }
    }
    append_codes(results, out);
}

inline void append_gradients(std::vector<std::uint64_t>& results, const attention_operands& in,
                             const halfulp::attention_options& options) {
    using namespace halfulp;
    std::vector<float> out(in.q.size()), dq(in.q.size()), dk(in.k.size()), dv(in.v.size());
    attention_statistics<float> statistics;
    const arithmetic::native<float> arithmetic;
    const matrix_view<float> output(out.data(), attention_queries, attention_columns);
    attention(in.rows(in.q), in.rows(in.k), in.rows(in.v), output, arithmetic, options, statistics);
    attention_gradient(in.rows(in.q), in.rows(in.k), in.rows(in.v), output, statistics, in.rows(in.gradient),
                       matrix_view<float>(dq.data(), attention_queries, attention_columns),
                       matrix_view<float>(dk.data(), attention_keys, attention_columns),
                       matrix_view<float>(dv.data(), attention_keys, attention_columns), arithmetic, options);
    append_codes(results, dq);
    append_codes(results, dk);
    append_codes(results, dv);
}

inline std::vector<std::uint64_t> attention_results() {
    using namespace halfulp;
    const attention_operands in;
    const std::vector<float> slopes{0.125f};
    const attention_options causal{.causal = true};
    attention_options changed{.soft_cap = 1.5, .causal = true, .window_left = 90};
    changed.alibi_slopes = slopes;
    attention_options power;
    power.power = 6;
    power.power_epsilon = 0.01;
    attention_options sixth_power;
    sixth_power.power = 6;
    std::vector<std::uint64_t> all;
    for (const simd::isa level : {simd::isa::plain, simd::isa::avx2, simd::isa::avx512})
        if (level <= simd::detected_level()) {
            const simd::scoped_level guard(level);
            append_attention(all, in, causal, arithmetic::native<float>{}, false);
            append_attention(all, in, changed, arithmetic::native<float>{}, false);
            append_attention(all, in, changed, arithmetic::native<float>{}, true);
            append_attention(all, in, power, arithmetic::native<float>{}, false);
            append_attention(all, in, power, arithmetic::native<float>{}, true);
            append_attention(all, in, changed, arithmetic::l_mul<>{}, false);
            append_attention(all, in, causal, arithmetic::exact{}, false);
            append_gradients(all, in, changed);
            append_gradients(all, in, sixth_power);
        }
    return all;
}

}  // namespace
}  // namespace halfulp_test
