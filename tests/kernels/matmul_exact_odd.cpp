// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exact products into formats that lack something: a sign, zeros with one, infinity, zero itself.

#include "kernels/matmul_exact_checks.hpp"

using namespace halfulp_test;

namespace {

using unsigned_finite = custom_float<float_format{.exponent_bits = 4,
                                                  .significand_bits = 4,
                                                  .has_sign = false,
                                                  .has_negative_zero = false,
                                                  .has_infinity = false}>;
using unsigned_infinite = p3109::binary<8, 3, p3109::signedness::unsigned_values>;
/// Squares of its smallest numbers vanish in double, those of the largest overflow.
using far_out = custom_float<float_format{.exponent_bits = 11, .significand_bits = 9, .bias = 900}>;

}  // namespace

TEST_CASE("into formats without a sign") {
    check_types<float, bfloat16, unsigned_finite>(41);
    check_types<float8_e5m2, float, unsigned_infinite>(42);
}
TEST_CASE("into powers of two") {
    check_types<bfloat16, float16, float8_e8m0fnu>(43);
}
TEST_CASE("numbers whose squares no double holds") {
    check_types<far_out, float8_e4m3fn, bfloat16>(44);
}
