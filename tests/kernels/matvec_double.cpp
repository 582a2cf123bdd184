// SPDX-License-Identifier: BSL-1.0

/// @file
/// Native matvec in double; see matvec_checks.hpp.

#include <halfulp/arithmetic/native.hpp>

#include "kernels/matvec_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("matvec in double has the bits of matmul with one column, and of dot") {
    tally t("matvec, double");
    check_matvec<float16, double>(t, "native float16 in double", arithmetic::native<double>{});
    require(t);
}

}  // namespace
