// SPDX-License-Identifier: BSL-1.0

/// @file
/// The fast paths of products of float in arithmetic::l_mul; see l_mul_fast_paths_checks.hpp.

#include "kernels/l_mul_fast_paths_checks.hpp"

namespace {

using namespace halfulp_test;

constexpr l_mul_options cut_to_3{.significand_bits = 3};
constexpr l_mul_options nearest_4{.significand_bits = 4, .operand_rounding = rounding::ties_to_even};
constexpr l_mul_options away_2{.significand_bits = 2, .operand_rounding = rounding::ties_to_away};
constexpr l_mul_options cut_to_0{.significand_bits = 0};
constexpr l_mul_options doubled{.offset = 0};
constexpr l_mul_options fine{.offset = 20};

TEST_CASE("float") {
    tally t("l_mul, float");
    check_l_mul<float, float>(t);
    check_l_mul<float, float, bfloat16>(t, 200);
    check_l_mul<float, float, float, arithmetic::l_mul<l_mul_mitchell>>(t, 300);
    check_l_mul<float, float, float, arithmetic::l_mul<doubled>>(t, 400);
    check_l_mul<float, float, float, arithmetic::l_mul<fine>>(t, 500);
    require(t);
}

TEST_CASE("float, shortened") {
    tally t("l_mul, shortened");
    check_l_mul<float, float, float, arithmetic::l_mul<cut_to_3>>(t, 600);
    check_l_mul<float, float, float, arithmetic::l_mul<nearest_4>>(t, 700);
    check_l_mul<float, bfloat16, float, arithmetic::l_mul<away_2>>(t, 800);
    check_l_mul<float, float16, float, arithmetic::l_mul<cut_to_0>>(t, 900);
    require(t);
}

}  // namespace
