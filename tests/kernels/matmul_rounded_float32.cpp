// SPDX-License-Identifier: BSL-1.0

/// @file
/// Rounded and fused products of float; see matmul_rounded_checks.hpp.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_rounded_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("float32: every step rounds as the definition does") {
    check_all_modes<float, float, float32, float32, float>("rounded float32");
}

}  // namespace
