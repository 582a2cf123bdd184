// SPDX-License-Identifier: BSL-1.0

/// @file
/// Native products of two types in double; see matmul_native_checks.hpp.

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

TEST_CASE("operands of two types in double") {
    check_pair<bfloat16, double, double>("native bfloat16, double");
    check_pair<float8_e5m2, float, double>("native float8_e5m2, float");
}

}  // namespace
