// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Every pair of the options of attention against the real numbers of reference::attention: float.

#include "kernels/attention_options_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention in float is the reference within its error") {
    tally t("attention in float is the reference within its error");
    check_meaning<float, float, float, float>(t, 1, arithmetic::native<float>{}, 0x1p-24);
    require(t);
}

}  // namespace
