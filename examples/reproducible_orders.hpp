// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// For reproducible.cpp: what is multiplied, and in which orders programs add it up.

#include <halfulp/core/philox.hpp>
#include <halfulp/formats/operations.hpp>

#include "text_input.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace examples {

using halfulp::convert;
using halfulp::philox_bits;

/// The shape of the product and what decides its elements and splits.
struct settings {
    std::size_t rows = 48, columns = 64, depth = 1024;
    std::uint64_t seed = 1;
    int threads = 4;
};

// --- Inputs -----------------------------------------------------------------------------------------

/// The matrix with the elements element(i, j).
template <class T, class Element>
matrix<T> make_matrix(std::size_t rows, std::size_t columns, const Element& element) {
    matrix<T> m{{}, rows, columns};
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            m.data.push_back(convert<T>(element(i, j)));
    return m;
}

/// Multiples of 2^-24 in [−1, 1). In pairs: each odd column is the one before it but for one element
/// 2^-e, e from 8 to 23, that is 1.5·2^-e.
inline matrix<float> random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed, bool in_pairs) {
    return make_matrix<float>(rows, columns, [=](std::size_t i, std::size_t j) {
        const std::size_t pair = j / 2;
        if (in_pairs && i == pair % rows)
            return std::ldexp(j % 2 == 0 ? 1.0f : 1.5f, -8 - static_cast<int>(pair % 16));
        const std::size_t index = i * columns + (in_pairs ? 2 * pair : j);
        return std::ldexp(static_cast<float>(philox_bits(seed, in_pairs, index) >> 7) - 0x1p24f, -24);
    });
}

/// 0 … size − 1, shuffled by the seed.
inline std::vector<std::size_t> permutation(std::size_t size, std::uint64_t seed) {
    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = size; i > 1; --i)
        std::swap(order[i - 1], order[philox_bits(seed, 2, i) % i]);
    return order;
}

// --- Orders -----------------------------------------------------------------------------------------

/// A partial sum for each group of k, in its order; then these sums one after the other.
struct named_order {
    std::string name;
    std::vector<std::vector<std::size_t>> groups;
    bool fused = true;  ///< fma, or a rounded product and a sum
};

inline std::vector<named_order> other_orders(const settings& s) {
    const auto every = [&](std::size_t begin, std::size_t end, std::size_t step) {
        std::vector<std::size_t> group;
        for (std::size_t k = begin; k < std::min(end, s.depth); k += step)
            group.push_back(k);
        return group;
    };
    const auto blocks = [&](std::size_t size) {
        std::vector<std::vector<std::size_t>> groups;
        for (std::size_t begin = 0; begin < s.depth; begin += size)
            groups.push_back(every(begin, begin + size, 1));
        return groups;
    };
    std::vector<std::vector<std::size_t>> lanes;
    for (std::size_t lane = 0; lane < 8; ++lane)
        lanes.push_back(every(lane, s.depth, 8));
    const auto threads = static_cast<std::size_t>(s.threads);
    const auto split = blocks((s.depth + threads - 1) / threads);
    std::vector<std::vector<std::size_t>> as_finished;
    for (const std::size_t part : permutation(split.size(), s.seed + 1))
        as_finished.push_back(split[part]);
    const std::string between = "k split over " + std::to_string(threads);
    return {{"multiply, then add", {every(0, s.depth, 1)}, false},
            {"k permuted", {permutation(s.depth, s.seed)}},
            {"8 lanes", lanes},
            {"k in blocks of 16", blocks(16)},
            {"k in blocks of 64", blocks(64)},
            {"k in blocks of 128", blocks(128)},
            {between, split},
            {"  merged backwards", {split.rbegin(), split.rend()}},
            {"  merged as they finish", as_finished}};
}

/// Σ_k x[k]·y[k] in float, the partial sums stored as Stored.
template <class Stored>
Stored sum_in_order(const named_order& order, const float* x, const float* y) {
    Stored total{0};
    for (const auto& group : order.groups) {
        float sum = 0;
        for (const std::size_t k : group)  // the product by way of double, lest a compiler makes it an fma
            sum = order.fused ? std::fma(x[k], y[k], sum)
                              : sum + static_cast<float>(double{x[k]} * double{y[k]});
        total = convert<Stored>(convert<float>(total) + convert<float>(convert<Stored>(sum)));
    }
    return total;
}

}  // namespace examples
