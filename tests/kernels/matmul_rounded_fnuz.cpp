// SPDX-License-Identifier: BSL-1.0

/// @file
/// Rounded and fused products of formats with one zero; see matmul_rounded_checks.hpp.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_rounded_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("one zero and no infinity: every step rounds as the definition does") {
    check_all_modes<float8_e4m3fnuz, float8_e5m2fnuz, float8_e5m2fnuz, float8_e5m2fnuz>("rounded e5m2fnuz");
}

}  // namespace
