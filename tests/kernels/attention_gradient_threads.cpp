// SPDX-License-Identifier: BSL-1.0

/// @file
/// The gradient of attention in several threads against its definition, bit for bit.

#include "kernels/attention_gradient_checks.hpp"
#include "support/openmp_leaks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("the gradient of attention in several threads is its definition") {
    tally t("the gradient of attention in 2, 3 and 5 threads");
    check_gradient_fast_path<float, float, float, float>(t, 8, 250, 3000, {2, 3, 5});
    require(t);
}

}  // namespace
