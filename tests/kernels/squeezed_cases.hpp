// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the tests of Squeezed Attention share.

#include <halfulp/kernels/squeezed_attention.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace halfulp_test {

using namespace halfulp;

using rounded_bfloat16 = arithmetic::rounded<bfloat16, bfloat16>;

/// Numbers by rows of heads, one after the other.
template <class T>
struct heads_of {
    std::vector<T> data;
    std::size_t batch, heads, rows, columns;

    heads_of(std::size_t b, std::size_t h, std::size_t n, std::size_t d)
        : data(b * h * n * d), batch(b), heads(h), rows(n), columns(d) {}
    heads_view<T> view() { return {data.data(), batch, heads, rows, columns}; }
    heads_view<const T> view() const { return {data.data(), batch, heads, rows, columns}; }
};

template <class T>
heads_of<T> random_heads(std::mt19937_64& random, std::size_t b, std::size_t h, std::size_t n, std::size_t d,
                         double size = 1) {
    heads_of<T> result(b, h, n, d);
    std::normal_distribution<double> normal(0, size);
    for (T& x : result.data)
        x = convert<T>(normal(random));
    return result;
}

/// The clusters of the first `prefix` keys of every head of keys.
template <class T>
std::vector<key_clusters> clusters_of(const heads_of<T>& k, const heads_of<T>& v, std::size_t prefix,
                                      const key_cluster_options& options) {
    std::vector<key_clusters> result;
    for (std::size_t b = 0; b < k.batch; ++b)
        for (std::size_t h = 0; h < k.heads; ++h)
            result.emplace_back(matrix_view<const T>(k.view()(b, h).data(), prefix, k.columns),
                                matrix_view<const T>(v.view()(b, h).data(), prefix, v.columns), options);
    return result;
}

/// A threshold that lies between the scores of clusters.
inline double middle_score(std::vector<float> scores) {
    std::sort(scores.begin(), scores.end());
    return static_cast<double>(scores[scores.size() / 2]);
}

}  // namespace halfulp_test
