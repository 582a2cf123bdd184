// SPDX-License-Identifier: BSL-1.0

/// @file
/// Native products whose results are of another type than the sums; see matmul_native_checks.hpp.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_native_checks.hpp"

namespace {

using namespace halfulp_test;

template <class T, class C, class Carrier>
void check_output(const char* name) {
    tally t(name);
    check_shapes<T, T, C, Carrier>(t, 23);
    check_blockings<T, T, C, Carrier>(t);
    require(t);
}

TEST_CASE("sums in float as double, tfloat32 and float32") {
    check_output<float, double, float>("double of float");
    check_output<float, tfloat32, float>("tfloat32 of float");
    check_output<float, float32, float>("float32 of float");
    tally t("bfloat16 of float: arrangements, vectors");
    check_layouts<float, bfloat16, bfloat16, float>(t);
    check_vectors<float, bfloat16, bfloat16, float>(t);
    require(t);
}

}  // namespace
