// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Every pair of the options of attention against the real numbers of reference::attention: mixed elements.

#include "kernels/attention_options_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention of mixed elements is the reference within its error") {
    tally t("attention of mixed elements is the reference within its error");
    check_meaning<bfloat16, float8_e5m2, float16, bfloat16>(t, 2, arithmetic::native<float>{}, 0x1p-24);
    require(t);
}

}  // namespace
