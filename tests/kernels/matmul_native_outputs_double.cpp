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

TEST_CASE("sums in double, rounded to narrower results") {
    check_output<double, float, double>("float of double");
    check_output<double, float16, double>("float16 of double");
    check_output<double, projected<formats::float8_e5m2, rounding::toward_zero, saturation::finite>, double>(
        "float8_e5m2, toward zero, of double");
}

}  // namespace
