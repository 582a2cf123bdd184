// SPDX-License-Identifier: BSL-1.0

/// @file
/// Native products of two types; see matmul_native_checks.hpp.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_native_checks.hpp"

namespace {

using namespace halfulp_test;

template <class A, class B, class Carrier>
void check_pair(const char* name) {
    tally t(name);
    check_shapes<A, B, Carrier, Carrier>(t, 17);
    check_blockings<A, B, Carrier, Carrier>(t);
    check_vectors<A, B, Carrier, Carrier>(t);
    require(t);
}

TEST_CASE("operands of two types in float") {
    check_pair<float, bfloat16, float>("native float, bfloat16");
    check_pair<float8_e4m3fn, float, float>("native float8_e4m3fn, float");
    check_pair<float16, float4_e2m1fn, float>("native float16, float4_e2m1fn");
    check_pair<std::int8_t, bfloat16, float>("native int8, bfloat16");
}
TEST_CASE("operands of two types in double") {
    check_pair<bfloat16, double, double>("native bfloat16, double");
    check_pair<float8_e5m2, float, double>("native float8_e5m2, float");
}

}  // namespace
