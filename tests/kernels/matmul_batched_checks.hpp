// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Batches of matrix products: each has the bits of the product alone.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/kernels/matmul_batched.hpp>

#include "kernels/matmul_native_checks.hpp"

namespace halfulp_test {

/// Batches of one shape, and what the products are alone.
template <class A, class B, class C, class Arithmetic>
class batched_products {
  public:
    std::size_t count, rows, depth, columns;

    batched_products(const Arithmetic& arithmetic, std::size_t products, std::size_t height,
                     std::size_t terms_a_chain, std::size_t width, std::uint64_t seed)
        : count(products), rows(height), depth(terms_a_chain), columns(width), arithmetic_(arithmetic) {
        std::mt19937_64 random(seed);
        a_ = terms_of<A>(random, terms::sprinkled, count * rows, depth);
        b_ = terms_of<B>(random, terms::like_one, count * columns, depth);
        before_ = sums_before<C>(count * rows * columns, seed);
    }

    /// Row-major matrices one behind the other; with `shares` the first of them every time.
    matrix_batch<const A> left(bool shares) const {
        return {matrix_view<const A>(a_.data(), rows, depth), count,
                shares ? 0 : static_cast<std::ptrdiff_t>(rows * depth)};
    }
    /// Column-major ones, the last one first.
    matrix_batch<const B> right(bool shares) const {
        const auto size = static_cast<std::ptrdiff_t>(columns * depth);
        const B* const last =
            count == 0 ? b_.data() : b_.data() + static_cast<std::ptrdiff_t>(count - 1) * size;
        return {matrix_view<const B>(last, columns, depth).transposed(), count, shares ? 0 : -size};
    }

    void check(tally& t, const std::vector<simd::isa>& levels,
               const std::vector<execution::policy>& policies) const {
        for (const bool accumulate : {false, true})
            for (const int sharing : {0, 1, 2, 3}) {
                const auto a = left((sharing & 1) != 0);
                const auto b = right((sharing & 2) != 0);
                matmul_options options{.accumulate = accumulate, .first_row = 5, .first_column = 9};
                options.execution = execution::plain;
                std::vector<C> expected = before_;
                for (std::size_t n = 0; n < count; ++n) {
                    options.first_row = 5 + n * rows;
                    matmul(a[n], b[n], matrix_view<C>(expected.data() + n * rows * columns, rows, columns),
                           arithmetic_, options);
                }
                options.first_row = 5;
                for (std::size_t way = 0; way < levels.size() * policies.size(); ++way) {
                    const simd::isa level = levels[way % levels.size()];
                    const execution::policy& policy = policies[way / levels.size()];
                    const simd::scoped_level guard(level);
                    options.execution = policy;
                    // Side by side, one behind the other, and interleaved by rows, with gaps.
                    for (const int order : {0, 1, 2}) {
                        const std::size_t row = order == 0   ? columns
                                                : order == 1 ? columns + 1
                                                             : (count == 0 ? 1 : count) * (columns + 1);
                        const std::size_t stride = order == 0   ? rows * columns
                                                   : order == 1 ? rows * row + 3
                                                                : columns + 1;
                        std::vector<C> got(count * rows * (columns + 1) + 3 * count + 1, C(3));
                        const matrix_batch<C> c(
                            matrix_view<C>(got.data(), rows, columns, static_cast<std::ptrdiff_t>(row), 1),
                            count, static_cast<std::ptrdiff_t>(stride));
                        std::vector<C> whole = got;
                        for (std::size_t n = 0; n < count; ++n)
                            for (std::size_t i = 0; i < rows; ++i)
                                for (std::size_t j = 0; j < columns; ++j) {
                                    const std::size_t from = (n * rows + i) * columns + j;
                                    got[n * stride + i * row + j] = before_[from];
                                    whole[n * stride + i * row + j] = expected[from];
                                }
                        matmul(a, b, c, arithmetic_, options);
                        expect_same(t, got.data(), whole.data(), got.size(), [&](std::size_t) {
                            return std::to_string(count) + " products " + std::to_string(rows) + "×" +
                                   std::to_string(depth) + "×" + std::to_string(columns) + ", order " +
                                   std::to_string(order) + ", sharing " + std::to_string(sharing) +
                                   " at level " + simd::name_of(level) + " in " +
                                   std::to_string(policy.threads) + " threads";
                        });
                    }
                }
            }
    }

  private:
    Arithmetic arithmetic_;
    std::vector<A> a_;
    std::vector<B> b_;
    std::vector<C> before_;
};

/// Batches of no, one and several products of a few shapes.
template <class A, class B, class C, class Arithmetic>
void check_batches(tally& t, const Arithmetic& arithmetic) {
    std::uint64_t seed = 0;
    for (const std::size_t count : {0u, 1u, 2u, 5u})
        for (const auto& [rows, depth, columns] :
             {std::array<std::size_t, 3>{3, 7, 5}, {13, 4, 33}, {1, 20, 1}, {2, 0, 3}, {0, 2, 3}, {4, 2, 0}})
            batched_products<A, B, C, Arithmetic>(arithmetic, count, rows, depth, columns, ++seed)
                .check(t, all_levels(), {execution::automatic});
}

}  // namespace halfulp_test
