// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// L-Mul of all pairs of operands of two types of up to 8 bits, into a third.

#include "formats/l_mul_checks.hpp"

using namespace halfulp_test;

TEST_CASE("products with options known to the compiler are the reference's") {
    tally t("l_mul at compile time, three types");
    constexpr l_mul_options to_odd{.significand_bits = 2, .operand_rounding = rounding::to_odd};
    constexpr l_mul_options downward{.significand_bits = 1, .operand_rounding = rounding::toward_negative};
    check_options_at_compile_time<float8_e5m2, float8_e4m3fn, float8_e3m4, l_mul_adder, to_odd, downward>(t);
    check_options_at_compile_time<float8_e3m4, float8_e5m2, float8_e4m3fnuz, l_mul_adder, to_odd, downward>(
        t);
    check_options_at_compile_time<float6_e2m3fn, float8_e8m0fnu, float8_e3m4, l_mul_adder, to_odd, downward>(
        t);
    check_options_at_compile_time<float8_e8m0fnu, float8_e5m2, float8_e4m3, l_mul_adder, to_odd, downward>(t);
    check_options_at_compile_time<float8_e4m3b11fnuz, p3109::binary<8, 3>, float8_e4m3, l_mul_adder, to_odd,
                                  downward>(t);
    check_options_at_compile_time<custom_float<odd_small_format_list[10]>, float8_e5m2, float8_e5m2,
                                  l_mul_adder, to_odd, downward>(t);
    require(t);
}

TEST_CASE("products with options at run time are the reference's") {
    tally t("l_mul at run time, three types");
    check_options_at_run_time<float, float8_e4m3fn, float8_e5m2>(t);
    check_options_at_run_time<float8_e5m2, float8_e4m3fn, float8_e3m4>(t);
    check_options_at_run_time<float8_e8m0fnu, float8_e5m2, float6_e2m3fn>(t);
    check_options_at_run_time<float4_e2m1fn, float8_e8m0fnu, p3109::binary<8, 5>>(t);
    require(t);
}
