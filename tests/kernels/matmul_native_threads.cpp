// SPDX-License-Identifier: BSL-1.0

/// @file
/// Native products in several threads: the bits of one; see matmul_native_checks.hpp.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_native_checks.hpp"
#include "support/openmp_leaks.hpp"

namespace {

using namespace halfulp_test;

/// Work that is worth several threads, cut into parts that end within tiles; each arrangement of C.
template <class A, class B, class C, class Carrier>
void check_threads(tally& t) {
    struct shape {
        std::size_t rows, depth, columns;
    };
    std::uint64_t seed = 40;
    for (const shape s : {shape{129, 130, 131}, shape{7, 300, 1100}, shape{1500, 400, 3}, shape{1, 999, 1500},
                          shape{2100, 900, 1}}) {
        const native_operands<A, B> x(terms::sprinkled, s.rows, s.depth, s.columns, ++seed);
        const auto a = x.left(s.rows, s.depth);
        const auto b = x.right(s.depth, s.columns);
        const native_product<A, B, C, Carrier> product(a, b, seed);
        for (const layout order : {layout::rows, layout::columns, layout::rows_upwards}) {
            placed<C> c(product.before(), order);
            for (const bool accumulate : {false, true}) {
                c.copy(product.result(accumulate));
                const std::vector<C> expected = c.contents();
                for (const simd::isa level : fast_levels())
                    for (const int threads : {1, 2, 3, 6, 0}) {
                        const simd::scoped_level guard(level);
                        c.restore();
                        matmul(a, b, c.view(), arithmetic::native<Carrier>{},
                               {.accumulate = accumulate, .execution = execution::parallel(threads)});
                        t.expect(c.holds(expected), [&] {
                            return std::to_string(threads) + " threads, " + std::to_string(s.rows) + "×" +
                                   std::to_string(s.depth) + "×" + std::to_string(s.columns) + " at level " +
                                   simd::name_of(level);
                        });
                    }
            }
        }
    }
}

TEST_CASE("several threads") {
#if defined(_OPENMP)
    WARN("compiled with OpenMP, " << omp_get_max_threads() << " threads by default");
#else
    WARN("compiled without OpenMP");
#endif
    tally t("matmul, native: 1, 2, 3, 6 threads");
    check_threads<float, float, float, float>(t);
    check_threads<double, double, double, double>(t);
    check_threads<bfloat16, bfloat16, float, float>(t);
    require(t);
}

}  // namespace
