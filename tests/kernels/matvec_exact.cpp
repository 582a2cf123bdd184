// SPDX-License-Identifier: BSL-1.0

/// @file
/// Exact matvec; see matvec_checks.hpp.

#include <halfulp/arithmetic/exact.hpp>

#include "kernels/matvec_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("exact matvec has the bits of matmul with one column, and of dot") {
    tally t("matvec, exact");
    check_matvec<bfloat16, bfloat16>(
        t, "exact", arithmetic::exact{projection{rounding::stochastic_a, saturation::none, 9}, 4});
    require(t);
}

}  // namespace
