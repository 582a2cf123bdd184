// SPDX-License-Identifier: BSL-1.0

/// @file
/// Rounded and fused products of float16; see matmul_rounded_checks.hpp.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_rounded_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("float16: every step rounds as the definition does") {
    check_all_modes<float16, float16, float16, float16>("rounded float16");
}

}  // namespace
