// SPDX-License-Identifier: BSL-1.0

/// @file
/// Native products of 8 bits and fewer in float; see matmul_native_checks.hpp.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_native_checks.hpp"

namespace {

using namespace halfulp_test;

template <class T>
void check_type(const char* name) {
    tally t(name);
    check_shapes<T, T, float, float>(t, 17);
    check_blockings<T, T, float, float>(t);
    require(t);
}

TEST_CASE("float8_e4m3fn: shapes, blocks, arrangements, vectors") {
    check_type<float8_e4m3fn>("native float8_e4m3fn");
    tally t("native float8_e4m3fn: arrangements, vectors");
    check_layouts<float8_e4m3fn, float8_e4m3fn, float, float>(t);
    check_vectors<float8_e4m3fn, float8_e4m3fn, float, float>(t);
    require(t);
}
TEST_CASE("narrower types: shapes, blocks") {
    check_type<float8_e5m2>("native float8_e5m2");
    check_type<float6_e2m3fn>("native float6_e2m3fn");
    check_type<float6_e3m2fn>("native float6_e3m2fn");
    check_type<float4_e2m1fn>("native float4_e2m1fn");
}

}  // namespace
