// SPDX-License-Identifier: BSL-1.0

/// @file
/// Rounded matvec; see matvec_checks.hpp.

#include <halfulp/arithmetic/rounded.hpp>

#include "kernels/matvec_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("rounded matvec has the bits of matmul with one column, and of dot") {
    tally t("matvec, rounded");
    check_matvec<float8_e4m3fn, float16>(
        t, "rounded",
        arithmetic::rounded<bfloat16, float16>{{rounding::stochastic_c, saturation::none, 8}, 3});
    require(t);
}

}  // namespace
