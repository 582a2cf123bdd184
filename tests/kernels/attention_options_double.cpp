// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Every pair of the options of attention against the real numbers of reference::attention: double.

#include "kernels/attention_options_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention in double is the reference within its error") {
    tally t("attention in double is the reference within its error");
    check_meaning<double, double, double, double>(t, 3, arithmetic::native<double>{}, 0x1p-53);
    require(t);
}

}  // namespace
