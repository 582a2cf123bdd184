// SPDX-License-Identifier: BSL-1.0

/// @file
/// Rounded and fused products of two formats into others; see matmul_rounded_checks.hpp.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_rounded_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("products and sums of different formats: every step rounds as the definition does") {
    check_all_modes<float8_e4m3fn, float8_e5m2, bfloat16, float16, float>("rounded bfloat16, float16");
}
TEST_CASE("products that need no rounding are not rounded, and sums are the same") {
    check_all_modes<float4_e2m1fn, float6_e3m2fn, float, bfloat16>("rounded float, bfloat16");
}

}  // namespace
