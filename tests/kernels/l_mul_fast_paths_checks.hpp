// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Matrix products in arithmetic::l_mul: the fast paths against the definition, bit for bit, at every level of the
/// machine, for operands that bring out each of the ranges of simd/l_mul_tiles.hpp, in any shape, blocks and
/// arrangement in memory.

#include <halfulp/arithmetic/l_mul.hpp>

#include "kernels/matmul_native_checks.hpp"

namespace halfulp_test {

/// What the operands are like.
enum class l_mul_terms {
    normal,
    left_zeros,
    right_zeros,
    zeros,
    wide,
    tiny,
    huge,
    any_code,
    no_numbers,
    nothing
};
inline constexpr std::array all_l_mul_terms{
    l_mul_terms::normal,     l_mul_terms::left_zeros, l_mul_terms::right_zeros, l_mul_terms::zeros,
    l_mul_terms::wide,       l_mul_terms::tiny,       l_mul_terms::huge,        l_mul_terms::any_code,
    l_mul_terms::no_numbers, l_mul_terms::nothing};

/// One of the sides; cancelling terms, which leave sums that are zero, are among all of them.
template <class T>
std::vector<T> l_mul_side(std::mt19937_64& random, l_mul_terms kind, bool is_left, std::size_t lines,
                          std::size_t depth) {
    const terms like = kind == l_mul_terms::tiny         ? terms::tiny
                       : kind == l_mul_terms::huge       ? terms::huge
                       : kind == l_mul_terms::any_code   ? terms::any_code
                       : kind == l_mul_terms::no_numbers ? terms::sprinkled
                       : is_left                         ? terms::cancelling
                                                         : terms::like_one;
    std::vector<T> side = terms_of<T>(random, like, lines, depth);
    constexpr projection finite{rounding::ties_to_even, saturation::finite};
    for (std::size_t i = 0; i < side.size(); ++i) {
        if (kind == l_mul_terms::wide)
            side[i] = convert<T>(std::ldexp(convert<double>(side[i]), static_cast<int>(random() % 75) - 40),
                                 finite);
        else if (!is_left && i % 2 == 1 && random() % 2 == 0)
            side[i] = side[i - 1];
        const bool has_zeros = kind == l_mul_terms::zeros || kind == l_mul_terms::wide ||
                               (is_left ? kind == l_mul_terms::left_zeros : kind == l_mul_terms::right_zeros);
        if (kind == l_mul_terms::nothing || (has_zeros && random() % 3 == 0))
            side[i] = convert<T>(random() % 2 == 0 ? 0.0 : -0.0, finite);
    }
    return side;
}

template <class A, class B, class C, class Arithmetic>
class l_mul_checks {
  public:
    explicit l_mul_checks(tally& t) : t_(t) {}

    /// Says for how many products there was a fast path.
    std::size_t run(std::uint64_t seed) {
        struct shape {
            std::size_t rows, depth, columns;
        };
        for (const l_mul_terms kind : all_l_mul_terms)
            for (const shape s :
                 {shape{1, 1, 1}, shape{3, 2, 5}, shape{13, 31, 33}, shape{12, 64, 32}, shape{1, 33, 70},
                  shape{70, 20, 1}, shape{25, 300, 18}, shape{2, 0, 3}, shape{40, 7, 129}}) {
                if (effort == 0 && s.rows * s.columns > 300)
                    continue;
                check(kind, s.rows, s.depth, s.columns, ++seed);
            }
        return fast_;
    }

  private:
    void check(l_mul_terms kind, std::size_t rows, std::size_t depth, std::size_t columns,
               std::uint64_t seed) {
        std::mt19937_64 random(seed);
        const std::vector<A> left = l_mul_side<A>(random, kind, true, rows, depth);
        const std::vector<B> right = l_mul_side<B>(random, kind, false, columns, depth);
        const auto order = layouts_of(seed);
        const placed<A> a(matrix_view<const A>(left.data(), rows, depth), order[0]);
        const placed<B> b(matrix_view<const B>(right.data(), columns, depth).transposed(), order[1]);
        std::vector<C> before = sums_before<C>(rows * columns, seed);
        placed<C> c(matrix_view<const C>(before.data(), rows, columns), order[2]);
        for (const bool accumulate : {false, true}) {
            std::vector<C> result = before;
            matmul(a.input(), b.input(), matrix_view<C>(result.data(), rows, columns), Arithmetic{},
                   {.accumulate = accumulate, .execution = execution::plain});
            c.copy(matrix_view<const C>(result.data(), rows, columns));
            const std::vector<C> expected = c.contents();
            for (const simd::isa level : fast_levels()) {
                const simd::scoped_level guard(level);
                for (const matmul_blocking& blocking : {matmul_blocking{}, all_blockings()[seed % 12]}) {
                    c.restore();
                    fast_ +=
                        detail::matmul_fast(a.input(), b.input(), c.view(), Arithmetic{},
                                            matmul_options{.accumulate = accumulate, .blocking = blocking});
                    c.restore();
                    matmul(a.input(), b.input(), c.view(), Arithmetic{},
                           {.accumulate = accumulate, .blocking = blocking});
                    t_.expect(c.holds(expected), [&] {
                        return "terms " + std::to_string(static_cast<int>(kind)) + ", " +
                               std::to_string(rows) + "×" + std::to_string(depth) + "×" +
                               std::to_string(columns) + (accumulate ? " added" : "") + " at level " +
                               simd::name_of(level) + " in " + name_of(blocking);
                    });
                }
            }
        }
    }

    tally& t_;
    std::size_t fast_ = 0;
};

/// The fast paths of an arithmetic, of which there has to be one for most of the operands.
template <class A, class B, class C = float, class Arithmetic = arithmetic::l_mul<>>
void check_l_mul(tally& t, std::uint64_t seed = 1) {
    const std::size_t fast = l_mul_checks<A, B, C, Arithmetic>(t).run(seed);
    t.expect(fast * 2 > 10 * 6 * 4 * fast_levels().size(),
             [&] { return "a fast path for " + std::to_string(fast) + " products only"; });
}
/// There is no fast path: everything runs by the definition.
template <class A, class B, class C, class Arithmetic>
void check_l_mul_by_definition(tally& t) {
    const std::size_t fast = l_mul_checks<A, B, C, Arithmetic>(t).run(1);
    t.expect(fast == 0, [] { return std::string("a fast path for other bits"); });
}

}  // namespace halfulp_test
