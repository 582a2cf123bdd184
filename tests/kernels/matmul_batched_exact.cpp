// SPDX-License-Identifier: BSL-1.0

/// @file
/// Batches of exact products; see matmul_batched_checks.hpp.

#include "kernels/matmul_batched_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("every exact product of a batch has the bits of the product alone") {
    tally t("batched matmul, exact");
    check_batches<float, float, float>(
        t, arithmetic::exact{projection{rounding::stochastic_a, saturation::none, 9}, 4});
    require(t);
}

TEST_CASE("how the elements of exact products were decided is added up") {
    const std::vector<float> a(4 * 12, 0.5f);
    std::vector<float> c(4 * 16);
    matmul_report report;
    matmul(matrix_batch(a.data(), 4, 4, 3), matrix_batch(a.data(), 4, 3, 4), matrix_batch(c.data(), 4, 4, 4),
           arithmetic::exact{}, {.report = &report});
    CHECK(report.single + report.enclosed + report.alone + report.residues + report.definition == 64);
    CHECK(c == std::vector<float>(64, 0.75f));
}

}  // namespace
