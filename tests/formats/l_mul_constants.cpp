// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// L-Mul with options known to the compiler, where it is one addition of codes if that is all: every pair of the
// types of up to 8 bits, into their own type and into float.

#include "formats/l_mul_checks.hpp"

using namespace halfulp_test;

TEMPLATE_LIST_TEST_CASE("products in the operands' type are the reference's", "", small_types) {
    tally t("l_mul at compile time, " + name_of(TestType::format));
    check_options_at_compile_time<TestType, TestType, TestType, l_mul_adder, l_mul_mitchell,
                                  l_mul_options{.significand_bits = 1,
                                                .operand_rounding = rounding::ties_to_even},
                                  l_mul_options{.significand_bits = 2, .offset = 1}>(t);
    require(t);
}

TEMPLATE_LIST_TEST_CASE("products in float are the reference's", "", small_types) {
    tally t("l_mul at compile time, " + name_of(TestType::format) + " into float");
    check_options_at_compile_time<float, TestType, TestType, l_mul_adder, l_mul_formula,
                                  l_mul_options{.significand_bits = 7}>(t);
    require(t);
}
