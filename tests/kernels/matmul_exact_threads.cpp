// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exact products in several threads: the bits of one, and a report that misses no element.

#include "kernels/matmul_exact_checks.hpp"
#include "support/openmp_leaks.hpp"

using namespace halfulp_test;

namespace {

template <class A, class B, class C>
void check_threads(tally& t) {
    std::mt19937_64 random(7);
    // Work that is worth several threads, in parts that end within strips.
    for (const auto& x : {reals<A, B>(random, 70, 200, 150), midpoints<A, B, C>(random, 40, 60, 300),
                          reals<A, B>(random, 3, 900, 800), special_values<A, B>(random, 600, 70, 70)}) {
        for (const rounding mode : {rounding::ties_to_even, rounding::stochastic_a}) {
            const arithmetic::exact arithmetic{projection{mode, saturation::none, 9}, 21};
            for (const int threads : {1, 2, 5, 0})
                check_product<C>(t, x, arithmetic, {.execution = execution::parallel(threads)});
            for (const simd::isa level : fast_levels()) {
                const simd::scoped_level guard(level);
                matmul_report report;
                matrix<C> c{std::vector<C>(x.a.rows * x.b.columns), x.a.rows, x.b.columns};
                matmul(x.a.view(), x.b.view(), c.view(), arithmetic,
                       {.execution = execution::parallel(4), .report = &report});
                t.expect(
                    report.single + report.enclosed + report.alone + report.residues + report.definition ==
                        c.data.size(),
                    [&] { return x.name + ": the report does not count every element once"; });
            }
        }
    }
}

TEST_CASE("several threads") {
    tally t("matmul, exact: 1, 2, 4, 5 threads");
    check_threads<float, float, float>(t);
    check_threads<double, double, double>(t);
    check_threads<float4_e2m1fn, float4_e2m1fn, bfloat16>(t);
    require(t);
}

}  // namespace
