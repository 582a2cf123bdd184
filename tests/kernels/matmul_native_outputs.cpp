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

template <float_format Format, rounding Mode, saturation Overflow = saturation::none>
using projected = custom_float<Format, projection{Mode, Overflow}>;

TEST_CASE("sums in float, rounded to narrower results") {
    check_output<float, bfloat16, float>("bfloat16 of float");
    check_output<float, float8_e4m3fn, float>("float8_e4m3fn of float");
    check_output<float, projected<formats::float8_e4m3fn, rounding::ties_to_even, saturation::finite>, float>(
        "saturated float8_e4m3fn of float");
    check_output<float, projected<formats::float16, rounding::toward_negative, saturation::propagate>, float>(
        "float16, toward negative, of float");
    check_output<float, projected<formats::float6_e2m3fn, rounding::to_odd, saturation::finite>, float>(
        "float6_e2m3fn, to odd, of float");
}
TEST_CASE("sums in double, rounded to narrower results") {
    check_output<double, float, double>("float of double");
    check_output<double, float16, double>("float16 of double");
    check_output<double, projected<formats::float8_e5m2, rounding::toward_zero, saturation::finite>, double>(
        "float8_e5m2, toward zero, of double");
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
