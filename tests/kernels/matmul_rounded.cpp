// SPDX-License-Identifier: BSL-1.0

/// @file
/// Rounded and fused products of bfloat16; see matmul_rounded_checks.hpp.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_rounded_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("bfloat16: every step rounds as the definition does") {
    check_all_modes<bfloat16, bfloat16, bfloat16, bfloat16>("rounded bfloat16");
}

}  // namespace
