// SPDX-License-Identifier: BSL-1.0
// requires: exact
// flags: -DHALFULP_HAS_SIMD=0

/// @file
/// Squeezed Attention's certified bound against the exact attention to all keys; caches, and what is refused. By the
/// definitions alone, which compile faster: squeezed_attention.cpp has the fast paths.

#include <halfulp/reference/attention.hpp>

#include "kernels/squeezed_cases.hpp"
#include "support/catch.hpp"
#include "support/tally.hpp"

#include <cmath>
#include <limits>
#include <string>

namespace {

using namespace halfulp_test;
using reference::exact_value;

TEST_CASE("keys and values of a cache, lengths, and a prefix that a batch shares") {
    std::mt19937_64 random(3);
    constexpr std::size_t n = 2, prefix = 300, d = 8;
    const auto start_k = random_heads<float>(random, 1, 2, prefix, d),
               start_v = random_heads<float>(random, 1, 2, prefix, d);
    const auto q = random_heads<float>(random, 3, 4, n, d, 3);
    key_value_cache<float> cache(3, 2, d, d);
    for (std::size_t b = 0; b < 3; ++b) {
        cache.append(b, start_k.view(), start_v.view());
        const auto more = random_heads<float>(random, 1, 2, b + 2, d);
        cache.append(b, more.view(), more.view());
    }
    const auto clusters = clusters_of(start_k, start_v, prefix, {});
    const double threshold = middle_score(cluster_scores(q.view(), clusters[0]));
    const squeezed_options squeezed{.thresholds = {.fine = threshold}};
    const attention_options options{.causal = true, .key_lengths = cache.lengths()};
    heads_of<float> all(3, 4, n, d), one(1, 4, n, d);
    squeezed_report report;
    squeezed_attention(q.view(), cache.keys(), cache.values(), clusters, all.view(),
                       arithmetic::native<float>{}, options, squeezed, &report);
    CHECK(report.kept_fraction() < 0.9);
    CHECK(report.kept_fraction() > 0.1);
    // Each entry alone, as matrices.
    for (std::size_t b = 0; b < 3; ++b) {
        const std::size_t m = cache.length(b);
        heads_of<float> k(1, 2, m, d), v(1, 2, m, d);
        for (std::size_t h = 0; h < 2; ++h)
            for (std::size_t j = 0; j < m; ++j)
                for (std::size_t c = 0; c < d; ++c) {
                    k.view()(0, h)(j, c) = cache.keys()(b, h).row(j)[c];
                    v.view()(0, h)(j, c) = cache.values()(b, h)(j, c);
                }
        const heads_view<const float> queries(q.view()(b, 0), 1, 4, 0, n * d);
        squeezed_attention(queries, k.view(), v.view(), clusters, one.view(), arithmetic::native<float>{},
                           {.causal = true}, squeezed);
        CHECK(std::equal(one.data.begin(), one.data.end(),
                         all.data.begin() + static_cast<std::ptrdiff_t>(b * 4 * n * d)));
    }
}

/// Cases that are hard for a bound: logits from nothing to thousands, keys that all are one, keys far from the centroid
/// of their cluster, a key that matters to one query of many.
template <class T, class Arithmetic>
void check_bound(tally& t, std::uint64_t seed, const Arithmetic& arithmetic) {
    std::mt19937_64 random(seed);
    const auto below = [&random](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
    const std::size_t n = 1 + below(3), prefix = 4 + below(24), behind = below(4), d = 1 + below(5),
                      dv = 1 + below(3);
    const std::size_t m = prefix + behind;
    const double sizes[] = {0.01, 1, 1, 3, 10, 60};
    auto q = random_heads<T>(random, 1, 1, n, d, sizes[below(6)]),
         k = random_heads<T>(random, 1, 1, m, d, sizes[below(5)]),
         v = random_heads<T>(random, 1, 1, m, dv, sizes[below(6)]);
    const std::size_t kind = below(5);
    if (kind == 0)  // few different keys
        for (std::size_t j = 0; j < m; ++j)
            std::copy_n(k.data.begin() + static_cast<std::ptrdiff_t>(j % 3 * d), d,
                        k.data.begin() + static_cast<std::ptrdiff_t>(j * d));
    if (kind == 1)  // far out in the direction that it shares with others
        for (std::size_t c = 0; c < d; ++c)
            k.data[c] = convert<T>(8 * static_cast<double>(k.data[c]));
    if (kind == 2)  // of one query alone
        std::copy_n(q.data.begin(), d, k.data.begin());
    if (kind == 3)
        std::fill_n(k.data.begin(), d, T(0));
    const auto clusters = clusters_of(k, v, prefix, {.clusters = 1 + below(6), .seed = seed});
    attention_options options;
    reference::attention_options exact;
    exact.precision = 140;
    if (below(3) == 0) {
        options.scale = std::ldexp(static_cast<double>(random() % 65) - 40, -5);
        exact.scale = exact_value(*options.scale);
    }
    if (below(4) == 0) {
        options.soft_cap = 0.5 + static_cast<double>(below(20));
        exact.soft_cap = exact_value(*options.soft_cap);
    }
    std::vector<float> bias(n * m);
    bool mask[3 * 32];
    if (below(4) == 0) {
        for (float& x : bias)
            x = below(8) == 0 ? -std::numeric_limits<float>::infinity()
                              : static_cast<float>(below(64)) / 8 - 4;
        options.bias = {bias.data(), 1, 1, n, m};
        exact.bias = reference::make_exact_matrix(options.bias(0, 0));
    }
    if (below(4) == 0) {
        for (std::size_t c = 0; c < n * m; ++c)
            mask[c] = below(3) != 0;
        options.mask = {mask, 1, 1, n, m};
        exact.mask = reference::make_mask(n, m, options.mask(0, 0));
    }
    if (behind >= n && below(2) == 0)
        options.causal = exact.causal = true;
    std::vector<float> scores = cluster_scores(q.view(), clusters[0], options.scale);
    std::sort(scores.begin(), scores.end());
    const double threshold = static_cast<double>(scores[below(scores.size())]);
    heads_of<T> output(1, 1, n, dv);
    squeezed_report report, cheap;
    squeezed_options squeezed{.thresholds = {.fine = threshold}};
    squeezed_attention(q.view(), k.view(), v.view(), clusters, output.view(), arithmetic, options, squeezed,
                       &cheap);
    squeezed.bound_rounding = true;
    squeezed_attention(q.view(), k.view(), v.view(), clusters, output.view(), arithmetic, options, squeezed,
                       &report);
    const auto o = reference::attention(reference::make_exact_matrix(q.view()(0, 0)),
                                        reference::make_exact_matrix(k.view()(0, 0)),
                                        reference::make_exact_matrix(v.view()(0, 0)), exact);
    // And to what is kept: masked, so that the reference knows it too.
    auto kept = exact;
    std::vector<char> is_kept(m, 1);
    for (std::size_t j = 0; j < prefix; ++j)
        is_kept[j] = 0;
    for (const std::uint32_t j :
         keys_of(clusters[0], kept_clusters(q.view(), clusters[0], squeezed.thresholds, options.scale)))
        is_kept[j] = 1;
    kept.mask = reference::make_mask(n, m, [&](std::size_t i, std::size_t j) {
        return is_kept[j] != 0 && (!exact.mask || (*exact.mask)(i, j) != 0);
    });
    const auto o_kept = reference::attention(reference::make_exact_matrix(q.view()(0, 0)),
                                             reference::make_exact_matrix(k.view()(0, 0)),
                                             reference::make_exact_matrix(v.view()(0, 0)), kept);
    for (std::size_t i = 0; i < n; ++i) {
        // Differences of MPFR numbers in double: relative errors of 2^-50 in all, which is added.
        const auto distance = [&](const auto& x, const auto& y) {
            double sum = 0;
            for (std::size_t c = 0; c < dv; ++c) {
                mpfr_real difference(0, 160);
                mpfr_sub(difference.get(), x(i, c).get(), y(i, c).get(), MPFR_RNDA);
                sum += std::pow(mpfr_get_d(difference.get(), MPFR_RNDA), 2);
            }
            return std::sqrt(sum) * (1 - 0x1p-50);
        };
        reference::dense_matrix<mpfr_real> result(n, dv, mpfr_real(0, 160));
        for (std::size_t c = 0; c < dv; ++c)
            mpfr_set_d(result(i, c).get(), static_cast<double>(output.data[i * dv + c]), MPFR_RNDN);
        const double error = distance(o, result), rounding = distance(o_kept, result);
        const auto explain = [&](const char* what) {
            return std::string(what) + " seed " + std::to_string(seed) + " query " + std::to_string(i) +
                   ": error " + std::to_string(error) + ", left out " + std::to_string(report.left_out[i]) +
                   " or " + std::to_string(cheap.left_out[i]) + ", rounding " +
                   std::to_string(report.rounding[i]) + " for " + std::to_string(rounding);
        };
        t.expect(error <= report.left_out[i] + report.rounding[i], [&] { return explain("total"); });
        t.expect(rounding <= report.rounding[i], [&] { return explain("rounding"); });
        // What the cheap bound is for, with the true rounding.
        t.expect(error <= cheap.left_out[i] + rounding * (1 + 0x1p-40), [&] { return explain("left out"); });
        // Where shares are not known below e^-700, neither is their order.
        t.expect(report.left_out[i] <= cheap.left_out[i] * (1 + 0x1p-20) + 1e-290,
                 [&] { return explain("order"); });
        // It says something: the rounding closely, and what is left out no more than everything.
        double most = 0;
        for (std::size_t j = 0; j < m; ++j) {
            double sum = 0;
            for (std::size_t c = 0; c < dv; ++c)
                sum += std::pow(static_cast<double>(v.data[j * dv + c]), 2);
            most = std::max(most, std::sqrt(sum));
        }
        t.expect(cheap.left_out[i] <= 4.001 * most, [&] { return explain("size"); });
        t.expect(report.rounding[i] <= rounding + 1e-8 * most, [&] { return explain("excess"); });
    }
}

TEST_CASE("the certified bound holds against the exact attention") {
    tally t("the bound of squeezed attention");
    const auto cases = cases_for_effort<std::uint64_t>(15, 600, 20'000);
    for (std::uint64_t seed = 1; seed <= cases; ++seed) {
        check_bound<float>(t, seed, arithmetic::native<float>{});
        if (seed % 4 == 0)
            check_bound<bfloat16>(t, seed, rounded_bfloat16{});
    }
    require(t);
}

TEST_CASE("a bound says when what is left out does not matter") {
    // Two groups of keys, and queries of one of them.
    std::mt19937_64 random(4);
    auto q = random_heads<float>(random, 1, 1, 3, 4, 0.1), k = random_heads<float>(random, 1, 1, 40, 4, 0.1),
         v = random_heads<float>(random, 1, 1, 40, 4);
    for (std::size_t i = 0; i < 3; ++i)
        q.data[i * 4] += 10;
    for (std::size_t j = 0; j < 40; ++j)
        k.data[j * 4] += j % 2 == 0 ? 5.0f : -5.0f;
    const auto clusters = clusters_of(k, v, 40, {.clusters = 2});
    REQUIRE(clusters[0].count() == 2);
    heads_of<float> output(1, 1, 3, 4);
    squeezed_report report;
    squeezed_attention(q.view(), k.view(), v.view(), clusters, output.view(), arithmetic::native<float>{}, {},
                       {.thresholds = {.fine = 0.01}, .bound_rounding = true}, &report);
    CHECK(report.kept_keys == 20);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(report.left_out[i] > 0);
        CHECK(report.left_out[i] < 1e-15);
        CHECK(report.rounding[i] < 1e-5);
    }
    // A value or a key behind the prefix that is not finite makes what is known of its rows infinite.
    v.data[39 * 4] = std::numeric_limits<float>::quiet_NaN();
    const auto fewer = clusters_of(k, v, 39, {.clusters = 2});
    squeezed_attention(q.view(), k.view(), v.view(), fewer, output.view(), arithmetic::native<float>{}, {},
                       {.thresholds = {.fine = 0.01}, .bound_rounding = true}, &report);
    CHECK(std::isinf(report.rounding[0]));
}

TEST_CASE("what squeezed attention refuses, before it writes anything") {
    std::mt19937_64 random(5);
    const auto q = random_heads<float>(random, 1, 2, 3, 4), k = random_heads<float>(random, 1, 2, 30, 4),
               v = random_heads<float>(random, 1, 2, 30, 5);
    const auto clusters = clusters_of(k, v, 20, {});
    heads_of<float> output(1, 2, 3, 5);
    const auto run = [&](const attention_options& options,
                         const squeezed_options& squeezed = {.thresholds = {.fine = 0.1}},
                         std::size_t count = 2) {
        squeezed_report report;
        squeezed_attention(q.view(), k.view(), v.view(),
                           vector_view<const key_clusters>(clusters.data(), count), output.view(),
                           arithmetic::native<float>{}, options, squeezed, &report);
    };
    const std::vector<float> slopes(2);
    const std::size_t length = 19;
    const bool block = true;
    CHECK_THROWS_AS(run({.window_left = 3}), value_error);
    CHECK_THROWS_AS(run({.window_right = 3}), value_error);
    CHECK_THROWS_AS(run({.alibi_slopes = slopes}), value_error);
    CHECK_THROWS_AS(run({.sparsity = {.blocks = {matrix_view(&block, 1, 1), 1, 2, 0, 0}}}), value_error);
    CHECK_THROWS_AS(run({.power = 2}), value_error);
    CHECK_THROWS_AS(run({.power = 2}, {.bound_rounding = true}), value_error);
    CHECK_THROWS_AS(run({.key_lengths = vector_view(&length, 1)}), value_error);
    CHECK_THROWS_WITH(run({.causal = true, .causal_offset = 18}), halfulp_test::contains_text("at least 19"));
    CHECK_THROWS_AS(run({.causal = true, .causal_offset = std::numeric_limits<std::ptrdiff_t>::min()}),
                    value_error);
    CHECK_THROWS_AS(run({}, {.thresholds = {.fine = -1}}), value_error);
    CHECK_THROWS_AS(run({}, {.thresholds = {.coarse = std::nan("")}}), value_error);
    CHECK_THROWS_AS(run({}, {}, 1), shape_error);
    CHECK_THROWS_AS(run({.scale = INFINITY}), value_error);
    CHECK(output.data == std::vector<float>(30));
    // And what it does not.
    run({.causal = true, .causal_offset = 19});
    run({.causal_offset = std::numeric_limits<std::ptrdiff_t>::min()});
    run({.window_left = 3}, {});
    CHECK_THROWS_AS(squeezed_attention(q.view(), k.view(), v.view(), clusters,
                                       matrix_view<float>(const_cast<float*>(q.data.data()), 3, 5)),
                    shape_error);
    heads_view<float> over_q(matrix_view<float>(const_cast<float*>(q.data.data()), 3, 5, 4, 1), 1, 2, 0, 12);
    CHECK_THROWS_AS(squeezed_attention(q.view(), k.view(), v.view(), clusters, over_q), aliasing_error);
    const std::vector<key_clusters> turned = clusters_of(v, k, 20, {});
    CHECK_THROWS_AS(squeezed_attention(q.view(), k.view(), v.view(), turned, output.view()), shape_error);
}

}  // namespace
