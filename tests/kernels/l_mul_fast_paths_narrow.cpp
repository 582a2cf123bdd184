// SPDX-License-Identifier: BSL-1.0

/// @file
/// The fast paths of products of narrow formats in arithmetic::l_mul, and what has none; see
/// l_mul_fast_paths_checks.hpp.

#include "kernels/l_mul_fast_paths_checks.hpp"

namespace {

using namespace halfulp_test;

constexpr l_mul_options upwards{.significand_bits = 3, .operand_rounding = rounding::toward_positive};
constexpr l_mul_options gradual{.underflow = l_mul_underflow::gradual};
constexpr l_mul_options flushed{.subnormals = l_mul_subnormals::as_zero};

TEST_CASE("16 bits and mixed") {
    tally t("l_mul, 16 bits");
    check_l_mul<bfloat16, bfloat16>(t, 1000);
    check_l_mul<float16, float16>(t, 1100);
    check_l_mul<tfloat32, bfloat16>(t, 1200);
    check_l_mul<bfloat16, float8_e5m2, float16>(t, 1300);
    require(t);
}

TEST_CASE("8 bits and less") {
    tally t("l_mul, 8 bits");
    check_l_mul<float8_e4m3fn, float8_e4m3fn>(t, 1400);
    check_l_mul<float8_e5m2, float8_e4m3fnuz>(t, 1500);
    check_l_mul<float8_e3m4, float6_e3m2fn>(t, 1600);
    check_l_mul<float4_e2m1fn, float4_e2m1fn>(t, 1700);
    check_l_mul<float6_e2m3fn, float4_e2m1fn, float, arithmetic::l_mul<l_mul_mitchell>>(t, 1800);
    require(t);
}

TEST_CASE("what only the definition does") {
    tally t("l_mul, by definition");
    check_l_mul_by_definition<float, float, float, arithmetic::l_mul<l_mul_formula>>(t);
    check_l_mul_by_definition<bfloat16, bfloat16, float, arithmetic::l_mul<upwards>>(t);
    check_l_mul_by_definition<bfloat16, bfloat16, float, arithmetic::l_mul<gradual>>(t);
    check_l_mul_by_definition<bfloat16, bfloat16, float, arithmetic::l_mul<flushed>>(t);
    check_l_mul_by_definition<double, float, double, arithmetic::l_mul<l_mul_adder, double>>(t);
    check_l_mul_by_definition<float8_e8m0fnu, float8_e4m3fn, float, arithmetic::l_mul<>>(t);
    check_l_mul_by_definition<
        float, float, float,
        arithmetic::l_mul<l_mul_adder, float, void, constant_value<projection{rounding::toward_zero}>>>(t);
    require(t);
}

}  // namespace
