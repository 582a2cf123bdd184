// SPDX-License-Identifier: BSL-1.0

/// @file
/// Native products of float16 in float; see matmul_native_checks.hpp.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_native_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("float16: shapes, blocks, arrangements, vectors") {
    tally t("native float16");
    check_shapes<float16, float16, float, float>(t, 5);
    check_blockings<float16, float16, float, float>(t);
    check_layouts<float16, float16, float, float>(t);
    check_vectors<float16, float16, float, float>(t);
    require(t);
}

}  // namespace
