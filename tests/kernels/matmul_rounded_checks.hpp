// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Products in rounded and fused arithmetic: the fast path against the definition, bit for bit, at every level
/// of the machine, for inputs that round, cancel, vanish, overflow and are not finite.

#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/kernels/matmul.hpp>

#include "kernels/matmul_terms.hpp"
#include "simd/levels.hpp"
#include "support/catch.hpp"

namespace halfulp_test {

/// All modes; saturation and random bits vary.
inline std::vector<projection> rounded_projections() {
    std::vector<projection> result;
    for (const rounding mode : {rounding::ties_to_even, rounding::ties_to_away, rounding::ties_to_zero,
                                rounding::toward_zero, rounding::toward_positive, rounding::toward_negative,
                                rounding::away_from_zero, rounding::to_odd, rounding::stochastic_equal})
        result.push_back({mode});
    for (const rounding mode : {rounding::stochastic_a, rounding::stochastic_b, rounding::stochastic_c})
        for (const int bits : {3, 16, 24})
            result.push_back({mode, saturation::none, bits});
    for (const rounding mode : {rounding::ties_to_even, rounding::toward_positive})
        for (const saturation overflow : {saturation::finite, saturation::propagate})
            result.push_back({mode, overflow});
    return result;
}

/// Compares C = A·B and C += A·B for one arithmetic. `is_fast`: a fast path has to take it.
template <class A, class B, class C, class Arithmetic>
void check_rounded(tally& t, const Arithmetic& arithmetic, bool is_fast, std::size_t rows,
                   std::size_t columns, std::size_t depth, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (const terms kind : all_terms) {
        // Rows of A, and columns of B, which is transposed: cancelling terms have to be neighbours in both.
        const std::vector<A> a = terms_of<A>(random, kind, rows, depth);
        std::vector<B> b =
            terms_of<B>(random, kind == terms::cancelling ? terms::like_one : kind, columns, depth);
        if (kind == terms::cancelling)
            for (std::size_t i = 1; i < b.size(); i += 2)
                b[i] = b[i - 1];
        const matrix_view<const A> a_view(a.data(), rows, depth);
        const auto b_view = matrix_view<const B>(b.data(), columns, depth).transposed();
        const std::vector<C> before = terms_of<C>(random, terms::like_one, 1, rows * columns);
        for (const bool accumulate : {false, true}) {
            matmul_options options{.accumulate = accumulate, .first_row = 3, .first_column = 70000};
            options.execution = execution::plain;
            std::vector<C> expected = before;
            matmul(a_view, b_view, matrix_view<C>(expected.data(), rows, columns), arithmetic, options);
            options.execution = {};
            for (const simd::isa level : fast_levels())
                for (const std::size_t deep : {std::size_t{1024}, std::size_t{7}}) {
                    const simd::scoped_level guard(level);
                    options.blocking.depth = deep;
                    std::vector<C> got = before;
                    const matrix_view<C> c(got.data(), rows, columns);
                    if (has_fast_paths() && is_fast)
                        t.expect(detail::matmul_fast(a_view, b_view, c, arithmetic, options),
                                 [] { return std::string("no fast path"); });
                    else
                        matmul(a_view, b_view, c, arithmetic, options);
                    for (std::size_t i = 0; i < got.size(); ++i)
                        t.expect(code_bits(got[i]) == code_bits(expected[i]), [&] {
                            return std::string(simd::name_of(level)) + " element " + std::to_string(i) +
                                   " terms " + std::to_string(static_cast<int>(kind)) + " mode " +
                                   std::to_string(static_cast<int>(arithmetic.rounding.mode)) + ": " +
                                   hexadecimal(code_bits(got[i])) + ", expected " +
                                   hexadecimal(code_bits(expected[i]));
                        });
                }
        }
    }
}

/// rounded<Product, Sum> and fused<Sum>, all modes, a shape with edges; a few more shapes in two modes.
template <class A, class B, class Product, class Sum, class C = Sum>
void check_all_modes(const char* name, bool is_fast = true) {
    tally t(name);
    std::uint64_t seed = 1;
    for (const projection& p : rounded_projections()) {
        check_rounded<A, B, C>(t, arithmetic::rounded<Product, Sum>(p, 11), is_fast, 11, 19, 23, ++seed);
        check_rounded<A, B, C>(t, arithmetic::fused<Sum>(p, 11), is_fast, 9, 17, 21, ++seed);
    }
    for (const std::size_t rows : {1u, 7u, 8u, 13u})
        for (const std::size_t columns : {1u, 4u, 16u, 33u})
            for (const projection& p : {projection{}, projection{rounding::stochastic_a}})
                check_rounded<A, B, C>(t, arithmetic::rounded<Product, Sum>(p, 5), is_fast, rows, columns, 5,
                                       ++seed);
    require(t);
}

}  // namespace halfulp_test
