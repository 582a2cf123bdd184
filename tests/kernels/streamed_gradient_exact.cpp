// SPDX-License-Identifier: BSL-1.0

/// @file
/// A layer of causal attention in chunks, with exact sums: each number that is stored is rounded once.

#include "kernels/streamed_gradient_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention's gradient in chunks of the sequence is that of its parts: exact") {
    tally t("streamed gradient: exact");
    check_streamed<float>(t, arithmetic::exact{}, {17, 8, 2, 1, 4, 3});
    require(t);
}

}  // namespace
