// SPDX-License-Identifier: BSL-1.0

/// @file
/// Native products of float; see matmul_native_checks.hpp.

#include "kernels/matmul_native_checks.hpp"

#include <cfenv>

namespace {

using namespace halfulp_test;

TEST_CASE("float: all shapes around the edges of tiles") {
    tally t("native float: shapes");
    check_shapes<float, float, float, float>(t);
    require(t);
}
TEST_CASE("float: blocks, arrangements, parts") {
    tally t("native float: blocks, arrangements, parts");
    check_blockings<float, float, float, float>(t);
    check_layouts<float, float, float, float>(t);
    check_parts<float, float, float, float>(t);
    check_repeated_elements<float, float, float, float>(t);
    require(t);
}
TEST_CASE("float: vectors") {
    tally t("native float: vectors");
    check_vectors<float, float, float, float>(t);
    require(t);
}

TEST_CASE("fast paths round to nearest in any floating-point environment") {
    if (!has_fast_paths()) {
        SUCCEED("no fast paths");
        return;
    }
    tally t("native float: under fesetround");
    const native_operands<float, float> x(terms::tiny, 30, 50, 40, 1);
    const native_product<float, float, float, float> product(x.left(30, 50), x.right(50, 40), 1);
    for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
        std::fesetround(mode);
        product.check(t, x.left(30, 50), x.right(50, 40), layout::rows, {{}},
                      [] { return std::string("fesetround"); });
        t.expect(std::fegetround() == mode, [] { return std::string("the caller's mode is gone"); });
    }
    std::fesetround(FE_TONEAREST);
    require(t);
}

}  // namespace
