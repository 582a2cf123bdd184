// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Clusters of keys, their scores and thresholds: what Squeezed Attention looks up.

#include <halfulp/kernels/squeezed_lookup.hpp>
#include <halfulp/reference/exact_value.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace {

using namespace halfulp;
using reference::exact_value;

std::vector<float> random_numbers(std::mt19937_64& random, std::size_t count) {
    std::normal_distribution<float> normal;
    std::vector<float> result(count);
    for (float& x : result)
        x = normal(random);
    return result;
}

/// Keys about `groups` directions, in turn.
std::vector<float> grouped_keys(std::mt19937_64& random, std::size_t keys, std::size_t groups, std::size_t d,
                                float apart) {
    std::vector<float> result = random_numbers(random, keys * d);
    const std::vector<float> directions = random_numbers(random, groups * d);
    for (std::size_t j = 0; j < keys; ++j)
        for (std::size_t c = 0; c < d; ++c)
            result[j * d + c] += apart * directions[j % groups * d + c];
    return result;
}

matrix_view<const float> rows_of(const std::vector<float>& data, std::size_t columns) {
    return {data.data(), data.size() / columns, columns};
}

void check_structure(const key_clusters& clusters, const matrix_view<const float>& k,
                     const matrix_view<const float>& v) {
    REQUIRE(clusters.keys() == k.rows());
    std::vector<int> met(k.rows(), 0);
    std::size_t last_first = 0;
    for (std::size_t j = 0; j < clusters.count(); ++j) {
        const auto members = clusters.members(j);
        REQUIRE(members.size() != 0);
        CHECK(clusters.sizes()[j] == static_cast<float>(members.size()));
        CHECK((j == 0 || members[0] > last_first));
        last_first = members[0];
        // The centroid: the mean in double, rounded to float.
        for (std::size_t c = 0; c < k.columns(); ++c) {
            double sum = 0;
            for (std::size_t n = 0; n < members.size(); ++n)
                sum += static_cast<double>(k(members[n], c));
            CHECK(clusters.centroids()(j, c) ==
                  static_cast<float>(sum / static_cast<double>(members.size())));
        }
        for (std::size_t n = 0; n < members.size(); ++n) {
            CHECK((n == 0 || members[n - 1] < members[n]));
            CHECK(clusters.cluster_of(members[n]) == j);
            ++met[members[n]];
            // Radii hold as rational numbers.
            exact_value key(0), value(0), norm(0);
            for (std::size_t c = 0; c < k.columns(); ++c) {
                const exact_value apart =
                    exact_value(k(members[n], c)) - exact_value(clusters.centroids()(j, c));
                key = key + apart * apart;
                norm = norm + exact_value(k(members[n], c)) * exact_value(k(members[n], c));
            }
            for (std::size_t c = 0; c < v.columns(); ++c) {
                const exact_value apart =
                    exact_value(v(members[n], c)) - exact_value(clusters.value_centroids()(j, c));
                value = value + apart * apart;
            }
            const exact_value r(clusters.radius(j)), value_r(clusters.value_radius(j)),
                largest(clusters.largest_key());
            CHECK(!(key > r * r));
            CHECK(!(value > value_r * value_r));
            CHECK(!(norm > largest * largest));
        }
    }
    CHECK(met == std::vector<int>(k.rows(), 1));
}

TEST_CASE("clusters hold every key once, and what is said of them is so") {
    std::mt19937_64 random(1);
    const std::vector<float> k = random_numbers(random, 60 * 5), v = random_numbers(random, 60 * 3);
    for (const std::size_t wanted : {0u, 1u, 7u, 60u, 100u}) {
        const key_clusters clusters(rows_of(k, 5), rows_of(v, 3), {.clusters = wanted});
        CAPTURE(wanted);
        check_structure(clusters, rows_of(k, 5), rows_of(v, 3));
        CHECK(clusters.count() == (wanted == 0 ? 3 : std::min<std::size_t>(wanted, 60)));
    }
}

TEST_CASE("groups of keys that lie apart are the clusters, whatever their norms") {
    std::mt19937_64 random(2);
    std::vector<float> k = grouped_keys(random, 80, 4, 16, 20);
    for (std::size_t j = 0; j < 80; ++j)
        for (std::size_t c = 0; c < 16; ++c)
            k[j * 16 + c] = std::ldexp(k[j * 16 + c], static_cast<int>(j % 7) * 40 - 120);
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        const key_clusters clusters(rows_of(k, 16), rows_of(k, 16),
                                    {.clusters = 4, .coarse_clusters = 2, .seed = seed});
        REQUIRE(clusters.count() == 4);
        CHECK(clusters.coarse_count() == 2);
        for (std::size_t j = 0; j < 80; ++j)
            CHECK(clusters.cluster_of(j) == j % 4);
        float keys = 0;
        for (std::size_t j = 0; j < 2; ++j)
            keys += clusters.coarse_sizes()[j];
        CHECK(keys == 80);
    }
}

TEST_CASE("equal keys, keys of zero, and more clusters than different keys") {
    std::vector<float> k(40 * 2, 0.0f);
    for (std::size_t j = 0; j < 40; ++j)
        k[j * 2 + j % 2] = j % 4 < 2 ? 1.0f + static_cast<float>(j) : -1.0f;  // four directions
    key_clusters clusters(rows_of(k, 2), rows_of(k, 2), {.clusters = 9});
    check_structure(clusters, rows_of(k, 2), rows_of(k, 2));
    CHECK(clusters.count() == 4);
    k[0] = 0;  // and none at all
    clusters = key_clusters(rows_of(k, 2), rows_of(k, 2), {.clusters = 9});
    CHECK(clusters.count() == 5);
    CHECK(clusters.members(0).size() == 1);
    const std::vector<float> zeros(10, 0.0f);
    clusters = key_clusters(rows_of(zeros, 2), rows_of(zeros, 2), {.clusters = 3, .coarse_clusters = 3});
    CHECK(clusters.count() == 1);
    CHECK(clusters.radius(0) < 1e-100);
}

TEST_CASE("clusters and scores do not depend on the processor") {
    std::mt19937_64 random(3);
    const std::vector<float> k = grouped_keys(random, 700, 9, 24, 1), q = random_numbers(random, 300 * 24);
    const key_cluster_options options{.clusters = 37, .coarse_clusters = 5};
    key_cluster_options plain = options;
    plain.execution = execution::plain;
    const key_clusters one(rows_of(k, 24), rows_of(k, 24), options),
        other(rows_of(k, 24), rows_of(k, 24), plain);
    REQUIRE(one.count() == other.count());
    for (std::size_t j = 0; j < 700; ++j)
        CHECK(one.cluster_of(j) == other.cluster_of(j));
    for (std::size_t j = 0; j < one.count(); ++j) {
        CHECK(one.coarse_of(j) == other.coarse_of(j));
        CHECK(one.radius(j) == other.radius(j));
    }
    CHECK(cluster_scores(rows_of(q, 24), one) == cluster_scores(rows_of(q, 24), other, {}, execution::plain));
    CHECK(coarse_cluster_scores(rows_of(q, 24), one) ==
          coarse_cluster_scores(rows_of(q, 24), other, {}, execution::plain));
    // Another seed begins elsewhere.
    key_cluster_options again = options;
    again.seed = 1;
    const key_clusters different(rows_of(k, 24), rows_of(k, 24), again);
    bool differs = different.count() != one.count();
    for (std::size_t j = 0; j < 700; ++j)
        differs = differs || one.cluster_of(j) != different.cluster_of(j);
    CHECK(differs);
}

TEST_CASE("scores are shares of a softmax over all keys, the mean over queries and heads") {
    std::mt19937_64 random(4);
    const std::vector<float> k = random_numbers(random, 90 * 6), q = random_numbers(random, 4 * 6);
    const key_clusters clusters(rows_of(k, 6), rows_of(k, 6), {.clusters = 11, .coarse_clusters = 3});
    for (const double scale : {0.4, -1.5, 300.0}) {
        // Four rows of one head, or two of each of two.
        const std::vector<float> scores = cluster_scores(rows_of(q, 6), clusters, scale);
        CHECK(scores == cluster_scores(heads_view<const float>(q.data(), 1, 2, 2, 6), clusters, scale));
        double sum = 0;
        for (std::size_t j = 0; j < clusters.count(); ++j) {
            double expected = 0;
            for (std::size_t i = 0; i < 4; ++i) {
                const auto logit = [&](std::size_t l) {
                    double s = 0;
                    for (std::size_t c = 0; c < 6; ++c)
                        s += static_cast<double>(q[i * 6 + c]) *
                             static_cast<double>(clusters.centroids()(l, c));
                    return s * scale;
                };
                double z = 0;
                for (std::size_t l = 0; l < clusters.count(); ++l)
                    z += static_cast<double>(clusters.sizes()[l]) * std::exp(logit(l) - logit(j));
                expected += 0.25 / z;
            }
            CAPTURE(scale, j);
            // A logit of size s errs by about 2^-24·8·s.
            CHECK(std::fabs(static_cast<double>(scores[j]) - expected) <=
                  expected * std::fabs(scale) * 1e-5 + 1e-37);
            sum += static_cast<double>(scores[j] * clusters.sizes()[j]);
        }
        CHECK(std::fabs(sum - 1) < 1e-5);
    }
    // Doubles are rounded to float first.
    std::vector<double> wide(q.begin(), q.end());
    CHECK(cluster_scores(matrix_view<const double>(wide.data(), 4, 6), clusters) ==
          cluster_scores(rows_of(q, 6), clusters));
}

TEST_CASE("what is kept shrinks as the threshold grows, and lies in the coarse clusters that are kept") {
    std::mt19937_64 random(5);
    const std::vector<float> k = grouped_keys(random, 400, 8, 8, 2), q = grouped_keys(random, 6, 2, 8, 2);
    const key_clusters clusters(rows_of(k, 8), rows_of(k, 8), {.clusters = 40, .coarse_clusters = 6});
    const auto scores = cluster_scores(rows_of(q, 8), clusters),
               coarse = coarse_cluster_scores(rows_of(q, 8), clusters);
    std::vector<float> thresholds = scores;
    std::sort(thresholds.begin(), thresholds.end());
    std::size_t before = clusters.keys();
    for (const float t : thresholds) {
        const auto kept = kept_clusters(rows_of(q, 8), clusters, {.fine = static_cast<double>(t)});
        std::size_t n = 0;
        for (std::uint32_t j = 0; j < clusters.count(); ++j)
            if (scores[j] > t) {
                REQUIRE(n < kept.size());
                CHECK(kept[n++] == j);
            }
        CHECK(kept.size() == n);
        const auto keys = keys_of(clusters, kept);
        CHECK(std::is_sorted(keys.begin(), keys.end()));
        CHECK(keys.size() < before);
        before = keys.size();
        for (const std::uint32_t key : keys)
            CHECK(std::binary_search(kept.begin(), kept.end(), clusters.cluster_of(key)));
    }
    CHECK(before == 0);
    // 0 keeps even what has no weight at all.
    CHECK(kept_clusters(rows_of(q, 8), clusters, {}, 1e30).size() == clusters.count());
    CHECK(kept_clusters(rows_of(q, 8), clusters, {.fine = 1e-300}, 1e4).size() < clusters.count());

    for (const float t1 : coarse)
        for (const float t : {0.0f, thresholds[10], thresholds[30]}) {
            const auto kept = kept_clusters(
                rows_of(q, 8), clusters, {.fine = static_cast<double>(t), .coarse = static_cast<double>(t1)});
            const auto finer =
                kept_clusters(rows_of(q, 8), clusters,
                              {.fine = static_cast<double>(t) * 2, .coarse = static_cast<double>(t1)});
            for (const std::uint32_t j : kept)
                CHECK(coarse[clusters.coarse_of(j)] > t1);
            CHECK(std::includes(kept.begin(), kept.end(), finer.begin(), finer.end()));
            // With all others gone, the shares of those that are left have only grown.
            for (std::uint32_t j = 0; j < clusters.count(); ++j)
                if (coarse[clusters.coarse_of(j)] > t1 && scores[j] > t * 1.001f)
                    CHECK(std::binary_search(kept.begin(), kept.end(), j));
        }
}

TEST_CASE("a query that is not finite keeps all") {
    std::mt19937_64 random(6);
    const std::vector<float> k = random_numbers(random, 100 * 4);
    const key_clusters clusters(rows_of(k, 4), rows_of(k, 4), {.coarse_clusters = 2});
    for (const float x : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        std::vector<float> q = random_numbers(random, 12 * 4);
        q[17] = x;
        CHECK(kept_clusters(rows_of(q, 4), clusters, {0.5, 0.5}).size() == clusters.count());
    }
}

TEST_CASE("the threshold of a fraction leaves out that fraction of the keys of all heads") {
    const std::vector<float> sizes{4, 1, 3}, more{2};
    const std::vector<calibrated_head> heads{{{0.5f, 0.25f, 0.125f}, sizes}, {{0.25f}, more}};
    // By score: 3 keys of 0.125, 3 of 0.25 in two heads, 4 of 0.5.
    CHECK(squeezed_threshold(heads, 0) == 0);
    CHECK(squeezed_threshold(heads, 0.1) == 0.125);
    CHECK(squeezed_threshold(heads, 0.3) == 0.125);
    CHECK(squeezed_threshold(heads, 0.31) == 0.25);
    CHECK(squeezed_threshold(heads, 0.6) == 0.25);
    CHECK(squeezed_threshold(heads, 0.61) == 0.5);
    CHECK(squeezed_threshold(heads, 1) == 0.5);
    // Never 0, which would keep all.
    CHECK(squeezed_threshold({{{0, 0, 1}, sizes}}, 0.5) > 0);
    CHECK(squeezed_threshold({{{0, 0, 1}, sizes}}, 0.5) < 1e-300);

    CHECK_THROWS_AS(squeezed_threshold(heads, -0.1), value_error);
    CHECK_THROWS_AS(squeezed_threshold(heads, std::nan("")), value_error);
    CHECK_THROWS_AS(squeezed_threshold({}, 0.5), shape_error);
    CHECK_THROWS_AS(squeezed_threshold({{{0.5f}, sizes}}, 0.5), shape_error);
    CHECK_THROWS_AS(squeezed_threshold({{{0.5f, NAN, 0}, sizes}}, 0.5), value_error);
}

TEST_CASE("what clusters and look-ups refuse") {
    std::vector<float> k(12, 1.0f);
    CHECK_THROWS_AS(key_clusters(rows_of(k, 3), rows_of(k, 4)), shape_error);
    CHECK_THROWS_AS(
        key_clusters(matrix_view<const float>(k.data(), 0, 3), matrix_view<const float>(k.data(), 0, 3)),
        shape_error);
    const key_clusters clusters(rows_of(k, 3), rows_of(k, 3));
    CHECK_THROWS_AS(cluster_scores(rows_of(k, 4), clusters), shape_error);
    CHECK_THROWS_AS(kept_clusters(rows_of(k, 4), clusters, {.fine = 1}), shape_error);
    CHECK_THROWS_AS(kept_clusters(rows_of(k, 3), clusters, {.fine = -1}), value_error);
    std::vector<float> bad = k;
    bad[5] = std::numeric_limits<float>::infinity();
    CHECK_THROWS_AS(key_clusters(rows_of(bad, 3), rows_of(k, 3)), value_error);
    CHECK_THROWS_WITH(key_clusters(rows_of(k, 3), rows_of(bad, 3)),
                      halfulp_test::contains_text("v is not finite in row 1"));
}

}  // namespace
