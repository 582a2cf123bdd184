// SPDX-License-Identifier: BSL-1.0

/// @file
/// Batches of rounded products; see matmul_batched_checks.hpp.

#include "kernels/matmul_batched_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("every rounded product of a batch has the bits of the product alone") {
    tally t("batched matmul, rounded");
    check_batches<float8_e4m3fn, bfloat16, float16>(
        t, arithmetic::rounded<bfloat16, float16>{{rounding::stochastic_c, saturation::none, 8}, 3});
    require(t);
}

}  // namespace
