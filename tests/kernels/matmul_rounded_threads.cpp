// SPDX-License-Identifier: BSL-1.0

/// @file
/// Rounded and fused products in several threads and in blocks of any size: the definition's bits, random ones too.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_rounded_checks.hpp"
#include "support/openmp_leaks.hpp"

namespace {

using namespace halfulp_test;

/// One product at every level, in every number of threads and every blocking.
template <class T, class Arithmetic>
void check_parts(tally& t, const Arithmetic& arithmetic, std::size_t rows, std::size_t columns,
                 std::size_t depth) {
    std::mt19937_64 random(rows + depth);
    const std::vector<T> a = terms_of<T>(random, terms::like_one, rows, depth);
    const std::vector<T> b = terms_of<T>(random, terms::like_one, columns, depth);
    const matrix_view<const T> a_view(a.data(), rows, depth);
    const auto b_view = matrix_view<const T>(b.data(), columns, depth).transposed();
    const std::vector<T> before(rows * columns, T(1));
    std::vector<T> expected = before;
    matmul(a_view, b_view, matrix_view<T>(expected.data(), rows, columns), arithmetic,
           {.execution = execution::plain, .first_row = 5, .first_column = 1u << 20});
    const auto check = [&](const execution::policy& policy, const matmul_blocking& blocking) {
        std::vector<T> got = before;
        matmul(a_view, b_view, matrix_view<T>(got.data(), rows, columns), arithmetic,
               {.execution = policy, .blocking = blocking, .first_row = 5, .first_column = 1u << 20});
        for (std::size_t i = 0; i < got.size(); ++i)
            t.expect(code_bits(got[i]) == code_bits(expected[i]), [&] {
                return "element " + std::to_string(i) + " in " + std::to_string(policy.threads) +
                       " threads, blocks of " + std::to_string(blocking.depth) + ", " +
                       std::to_string(blocking.rows) + ", " + std::to_string(blocking.columns);
            });
    };
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        for (const int threads : {1, 2, 3, 0})
            check(execution::parallel(threads), {});
        for (const matmul_blocking& blocking :
             {matmul_blocking{1, 8, 16}, matmul_blocking{7, 5, 3}, matmul_blocking{64, 0, 0},
              matmul_blocking{0, 13, 33}, matmul_blocking{31, 1, 1}, matmul_blocking{128, 64, 32}})
            check({}, blocking);
        check(execution::parallel(2), {19, 9, 17});
    }
}

template <class T>
void check_modes() {
    tally t("rounded in parts");
    for (const rounding mode : {rounding::ties_to_even, rounding::toward_negative, rounding::ties_to_away,
                                rounding::to_odd, rounding::stochastic_a, rounding::stochastic_c}) {
        const projection p{mode, saturation::none, 9};
        check_parts<T>(t, arithmetic::rounded<T>(p, 3), 37, 70, 101);
        check_parts<T>(t, arithmetic::fused<T>(p, 3), 90, 33, 67);
    }
    require(t);
}

TEST_CASE("bfloat16: threads and blocks change no bit") {
    check_modes<bfloat16>();
}
TEST_CASE("e5m2: threads and blocks change no bit") {
    check_modes<float8_e5m2>();
}

}  // namespace
