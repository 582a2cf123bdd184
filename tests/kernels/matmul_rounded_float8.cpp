// SPDX-License-Identifier: BSL-1.0

/// @file
/// Rounded and fused products of 8-bit formats; see matmul_rounded_checks.hpp.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_rounded_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("8-bit formats: every step rounds as the definition does") {
    check_all_modes<float8_e4m3fn, float8_e4m3fn, float8_e4m3fn, float8_e4m3fn>("rounded e4m3fn");
}

}  // namespace
