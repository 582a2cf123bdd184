// SPDX-License-Identifier: BSL-1.0

/// @file
/// Squeezed Attention has the bits of attention to the keys that it keeps.

#include "kernels/squeezed_cases.hpp"
#include "support/catch.hpp"

#include <cstring>

namespace {

using namespace halfulp_test;

template <class T>
bool equal_bits(const heads_of<T>& x, const heads_of<T>& y) {
    return std::memcmp(x.data.data(), y.data.data(), x.data.size() * sizeof(T)) == 0;
}

template <class T, class Arithmetic>
void check_dense(const Arithmetic& arithmetic) {
    std::mt19937_64 random(1);
    const auto q = random_heads<T>(random, 2, 4, 5, 6), k = random_heads<T>(random, 2, 2, 150, 6),
               v = random_heads<T>(random, 2, 2, 150, 3);
    const auto clusters = clusters_of(k, v, 140, {.clusters = 12, .coarse_clusters = 3});
    heads_of<T> dense(2, 4, 5, 3), squeezed(2, 4, 5, 3);
    for (const bool causal : {false, true}) {
        const attention_options options{.scale = 0.25, .causal = causal, .first_head = 3};
        attention(q.view(), k.view(), v.view(), dense.view(), arithmetic, options);
        // A threshold of 0 keeps all without a look; one below every score keeps all by gathering them.
        for (const double threshold : {0.0, 1e-30}) {
            squeezed_report report;
            std::fill(squeezed.data.begin(), squeezed.data.end(), T(-1));
            squeezed_attention(q.view(), k.view(), v.view(), clusters, squeezed.view(), arithmetic, options,
                               {.thresholds = {threshold, threshold}}, &report);
            CAPTURE(threshold, causal);
            CHECK(report.kept_fraction() == 1);
            CHECK(report.kept_of_head == std::vector<std::size_t>(4, 140));
            CHECK(report.left_out == std::vector<double>(40, 0.0));
            CHECK(equal_bits(dense, squeezed));
        }
    }
    // All options go through where nothing is dropped: here queries amid the prefix, a window and ALiBi.
    const std::vector<float> slopes{0.5f, 0.25f, 0.125f, 1};
    const attention_options options{
        .causal = true, .causal_offset = 20, .window_left = 9, .alibi_slopes = slopes};
    attention(q.view(), k.view(), v.view(), dense.view(), arithmetic, options);
    squeezed_attention(q.view(), k.view(), v.view(), clusters, squeezed.view(), arithmetic, options);
    CHECK(equal_bits(dense, squeezed));
}

TEST_CASE("a threshold of 0 is attention") {
    check_dense<float>(arithmetic::native<float>{});
    check_dense<bfloat16>(rounded_bfloat16{});
}

template <class T, class Arithmetic>
void check_gathered(const Arithmetic& arithmetic) {
    std::mt19937_64 random(2);
    constexpr std::size_t n = 4, m = 90, prefix = 80, d = 5, dv = 3;
    const auto q = random_heads<T>(random, 1, 2, n, d, 2), k = random_heads<T>(random, 1, 1, m, d),
               v = random_heads<T>(random, 1, 1, m, dv);
    const auto clusters = clusters_of(k, v, prefix, {.clusters = 10});
    const double threshold = middle_score(cluster_scores(q.view(), clusters[0]));
    const auto kept = keys_of(clusters[0], kept_clusters(q.view(), clusters[0], {.fine = threshold}));
    REQUIRE(kept.size() > 5);
    REQUIRE(kept.size() < prefix);
    std::vector<std::size_t> numbers(kept.begin(), kept.end());
    for (std::size_t j = prefix; j < m; ++j)
        numbers.push_back(j);
    heads_of<T> some_k(1, 1, numbers.size(), d), some_v(1, 1, numbers.size(), dv);
    // Fewer columns than keys: the last keys are masked.
    constexpr std::size_t columns = m - 3;
    std::vector<float> bias(2 * n * columns), some_bias;
    bool mask[2 * n * columns], some_mask[2 * n * columns];
    for (std::size_t c = 0; c < 2 * n * columns; ++c) {
        bias[c] = static_cast<float>(random() % 5) / 4;
        mask[c] = random() % 4 != 0;
    }
    std::size_t some_columns = 0;
    for (std::size_t row = 0; row < 2 * n; ++row)
        for (const std::size_t j : numbers)
            if (j < columns) {
                some_mask[some_bias.size()] = mask[row * columns + j];
                some_bias.push_back(bias[row * columns + j]);
            }
    some_columns = some_bias.size() / (2 * n);
    for (std::size_t j = 0; j < numbers.size(); ++j) {
        for (std::size_t c = 0; c < d; ++c)
            some_k.data[j * d + c] = k.data[numbers[j] * d + c];
        for (std::size_t c = 0; c < dv; ++c)
            some_v.data[j * dv + c] = v.data[numbers[j] * dv + c];
    }
    heads_of<T> expected(1, 2, n, dv), result(1, 2, n, dv);
    for (const int kind : {0, 1, 2, 3}) {
        attention_options options{.causal = kind == 1, .key_block = 16}, own = options;
        if (kind == 1) {
            options.causal_offset = prefix;
            own.causal_offset = kept.size();
        }
        if (kind == 2) {
            options.mask = {mask, 1, 2, n, columns};
            own.mask = {some_mask, 1, 2, n, some_columns};
        }
        if (kind >= 2) {
            options.bias = {bias.data(), 1, 2, n, columns};
            own.bias = {some_bias.data(), 1, 2, n, some_columns};
        }
        attention(q.view(), some_k.view(), some_v.view(), expected.view(), arithmetic, own);
        squeezed_report report;
        squeezed_attention(q.view(), k.view(), v.view(), clusters, result.view(), arithmetic, options,
                           {.thresholds = {.fine = threshold}}, &report);
        CAPTURE(kind);
        CHECK(report.kept_keys == kept.size());
        CHECK(equal_bits(expected, result));
    }
}

TEST_CASE("squeezed attention has the bits of attention to what is kept") {
    check_gathered<float>(arithmetic::native<float>{});
    check_gathered<bfloat16>(rounded_bfloat16{});
    check_gathered<bfloat16>(rounded_bfloat16{{rounding::stochastic_a}, 7});
}

}  // namespace
