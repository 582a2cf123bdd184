// SPDX-License-Identifier: BSL-1.0

/// @file
/// Batches of matrix products in several threads: the bits of one.

#include "kernels/matmul_batched_checks.hpp"
#include "support/openmp_leaks.hpp"

namespace {

using namespace halfulp_test;

/// Products that are worth threads together, by themselves, and not at all.
template <class A, class B, class C, class Arithmetic>
void check_threads(tally& t, const Arithmetic& arithmetic,
                   const std::vector<std::array<std::size_t, 4>>& shapes) {
    std::uint64_t seed = 50;
    for (const auto& [count, rows, depth, columns] : shapes)
        batched_products<A, B, C, Arithmetic>(arithmetic, count, rows, depth, columns, ++seed)
            .check(t, {simd::detected_level()},
                   {execution::parallel(2), execution::parallel(3), execution::parallel(5),
                    execution::parallel()});
}

TEST_CASE("a batch in several threads") {
#if defined(_OPENMP)
    WARN("compiled with OpenMP, " << omp_get_max_threads() << " threads by default");
#else
    WARN("compiled without OpenMP");
#endif
    tally t("batched matmul: 2, 3, 5 threads");
    check_threads<float, float, float>(t, arithmetic::native<float>{},
                                       {{17, 40, 60, 70}, {2, 130, 100, 90}, {3, 4, 5, 6}, {400, 13, 50, 9}});
    check_threads<bfloat16, float8_e4m3fn, bfloat16>(
        t, arithmetic::fused<bfloat16>{{rounding::stochastic_c, saturation::none, 8}, 3}, {{7, 30, 50, 60}});
    require(t);
}

TEST_CASE("the definition in several threads, and a report of all of them") {
    const std::vector<float> a(64 * 30 * 30, 0.5f);
    std::vector<float> c(a.size());
    const matrix_batch x(a.data(), 64, 30, 30);
    const matrix_batch y(c.data(), 64, 30, 30);
    execution::policy plain = execution::plain;
    plain.threads = 3;
    matmul(x, x, y, arithmetic::native<float>{}, {.execution = plain});
    CHECK(c == std::vector<float>(a.size(), 7.5f));
    std::fill(c.begin(), c.end(), 0.0f);
    matmul_report report;
    matmul(x, x, y, arithmetic::exact{}, {.execution = execution::parallel(4), .report = &report});
    CHECK(report.single + report.enclosed + report.alone + report.residues + report.definition == c.size());
    CHECK(c == std::vector<float>(a.size(), 7.5f));
}

}  // namespace
