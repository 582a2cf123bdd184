// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What cases of attention are made of: choices in which every pair occurs, and heads in any order in memory.

#include <halfulp/core/views.hpp>

#include "support/last_elements.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

namespace halfulp_test {

using namespace halfulp;

/// Choices of a level for each of some factors, in which every pair of levels of two factors occurs: greedily, each
/// choice begins with a pair that did not occur yet and takes the levels that make the most new pairs. Then random
/// choices, up to `count` of all, in which half of the levels are 0.
inline std::vector<std::vector<std::size_t>> covering_choices(const std::vector<std::size_t>& levels,
                                                              std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const std::size_t factors = levels.size();
    const std::size_t most = *std::max_element(levels.begin(), levels.end());
    std::vector<bool> seen(factors * factors * most * most);
    const auto pair = [&](std::size_t f, std::size_t x, std::size_t g, std::size_t y) {
        return ((f * factors + g) * most + x) * most + y;
    };
    std::vector<std::vector<std::size_t>> choices;
    const auto finish = [&](const std::vector<std::size_t>& choice) {
        for (std::size_t f = 0; f < factors; ++f)
            for (std::size_t g = 0; g < factors; ++g)
                seen[pair(f, choice[f], g, choice[g])] = true;
        choices.push_back(choice);
    };
    for (std::size_t f = 0; f < factors; ++f)
        for (std::size_t g = f + 1; g < factors; ++g)
            for (std::size_t x = 0; x < levels[f]; ++x)
                for (std::size_t y = 0; y < levels[g]; ++y) {
                    if (seen[pair(f, x, g, y)])
                        continue;
                    std::vector<std::size_t> choice(factors), fixed{f, g}, order;
                    choice[f] = x;
                    choice[g] = y;
                    for (std::size_t h = 0; h < factors; ++h)
                        if (h != f && h != g)
                            order.push_back(h);
                    std::shuffle(order.begin(), order.end(), random);
                    for (const std::size_t h : order) {
                        std::size_t best = 0, best_new = 0;
                        const std::size_t begin = random() % levels[h];
                        for (std::size_t n = 0; n < levels[h]; ++n) {
                            const std::size_t level = (begin + n) % levels[h];
                            std::size_t is_new = 1;
                            for (const std::size_t other : fixed)
                                is_new += !seen[pair(h, level, other, choice[other])];
                            if (is_new > best_new) {
                                best_new = is_new;
                                best = level;
                            }
                        }
                        choice[h] = best;
                        fixed.push_back(h);
                    }
                    finish(choice);
                }
    while (choices.size() < count) {
        std::vector<std::size_t> choice;
        for (const std::size_t n : levels)
            choice.push_back(random() % 2 == 0 ? 0 : random() % n);
        choices.push_back(choice);
    }
    return choices;
}

/// The order of heads × rows × columns of a batch in memory. Shared: one matrix for all heads of all entries.
enum class heads_layout { contiguous, heads_within_rows, transposed, gaps, backwards, scattered, shared };
inline constexpr std::array input_layouts{
    heads_layout::contiguous, heads_layout::heads_within_rows, heads_layout::transposed, heads_layout::gaps,
    heads_layout::backwards,  heads_layout::scattered,         heads_layout::shared};
// An output is one of the first five: heads that alternate element by element are refused, as ones that may share memory.

/// Matrices in memory that ends where nobody may read, filled with a pattern where no element is.
template <class T>
class heads_memory {
  public:
    heads_memory(std::size_t batch, std::size_t heads, std::size_t rows, std::size_t columns,
                 heads_layout layout)
        : plan_(batch, heads, rows, columns, layout), memory_(plan_.span) {
        restore();
    }

    heads_view<T> view() const {
        const auto& s = plan_.stride;
        return {matrix_view<T>(memory_.data() + plan_.first, plan_.extent[2], plan_.extent[3], s[2], s[3]),
                plan_.extent[0], plan_.extent[1], s[0], s[1]};
    }
    heads_view<const T> input() const { return view(); }
    /// The pattern everywhere.
    void restore() {
        if (plan_.span != 0)
            std::memset(static_cast<void*>(memory_.data()), 0x5a, plan_.span * sizeof(T));
    }
    /// Elements, and what lies between them and before them.
    std::vector<T> contents() const { return {memory_.span().begin(), memory_.span().end()}; }
    bool holds(const std::vector<T>& expected) const {
        return expected.empty() ||
               std::memcmp(memory_.data(), expected.data(), expected.size() * sizeof(T)) == 0;
    }

  private:
    struct plan {
        std::array<std::size_t, 4> extent;
        std::array<std::ptrdiff_t, 4> stride{};
        std::ptrdiff_t first = 0;
        std::size_t span = 0;

        plan(std::size_t batch, std::size_t heads, std::size_t rows, std::size_t columns, heads_layout layout)
            : extent{batch, heads, rows, columns} {
            // From the outermost to the innermost.
            static constexpr std::array<std::array<std::size_t, 4>, 7> orders{{{0, 1, 2, 3},
                                                                               {0, 2, 1, 3},
                                                                               {0, 1, 3, 2},
                                                                               {0, 1, 2, 3},
                                                                               {1, 0, 2, 3},
                                                                               {2, 0, 3, 1},
                                                                               {0, 1, 2, 3}}};
            constexpr std::size_t guards = 64;
            const bool has_gaps = layout == heads_layout::gaps;
            std::size_t step = has_gaps ? 2 : 1;
            first = guards;
            span = guards + 1;
            for (std::size_t n = 4; n-- > 0;) {
                const std::size_t dimension = orders[static_cast<std::size_t>(layout)][n];
                if (layout == heads_layout::shared && dimension < 2)
                    continue;
                stride[dimension] = static_cast<std::ptrdiff_t>(step);
                const std::size_t length = extent[dimension] == 0 ? 0 : (extent[dimension] - 1) * step;
                span += length;
                if (layout == heads_layout::backwards && dimension == 2) {
                    stride[dimension] = -stride[dimension];
                    first += static_cast<std::ptrdiff_t>(length);
                }
                step = step * std::max<std::size_t>(extent[dimension], 1) + (has_gaps ? 3 : 0);
            }
            if (batch * heads * rows * columns == 0)
                span = 0, first = 0;
        }
    };
    plan plan_;
    last_elements<T> memory_;
};

}  // namespace halfulp_test
