// SPDX-License-Identifier: BSL-1.0

/// @file
/// Native products of double, and of float in double; see matmul_native_checks.hpp.

#include "kernels/matmul_native_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("double: shapes, blocks, arrangements, parts") {
    tally t("native double");
    check_shapes<double, double, double, double>(t, 2);
    check_blockings<double, double, double, double>(t);
    check_layouts<double, double, double, double>(t);
    check_parts<double, double, double, double>(t);
    check_repeated_elements<double, double, double, double>(t);
    check_vectors<double, double, double, double>(t);
    require(t);
}
TEST_CASE("float in double: shapes, blocks, arrangements, vectors") {
    tally t("native float, double");
    check_shapes<float, float, double, double>(t, 7);
    check_shapes<float, double, double, double>(t, 7);
    check_blockings<float, float, double, double>(t);
    check_layouts<float, float, double, double>(t);
    check_vectors<float, float, double, double>(t);
    require(t);
}

}  // namespace
