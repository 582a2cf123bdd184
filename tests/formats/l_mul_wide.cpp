// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// L-Mul of random pairs of the types of 16 bits and more, at run time and at compile time.

#include "formats/l_mul_checks.hpp"

using namespace halfulp_test;

namespace {

template <class Result, class X, class Y>
void check_options(tally& t, std::uint64_t seed) {
    const auto& projections = deterministic_projections();
    const int pairs = cases_for_effort(50, 1'000, 200'000);
    for (const l_mul_options& options : many_options()) {
        check_random(t, make_case<Result, X, Y>(options, projections[seed % projections.size()]), pairs,
                     seed);
        ++seed;
    }
    for (const l_mul_options& options : four_definitions)
        check_random(t, make_case<Result, X, Y>(options, {}), 10 * pairs, ++seed);
}

template <class Result, class X, class Y, l_mul_options... Options>
void check_constants(tally& t) {
    const int pairs = cases_for_effort(1'000, 200'000, 20'000'000);
    (check_random(t, make_case<Result, X, Y>(constant_value<Options>{}, {}), pairs, 11), ...);
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("random products are the reference's", "", wide_types) {
    tally t("l_mul, " + name_of(TestType::format) + ", random pairs");
    check_options<TestType, TestType, TestType>(t, 1);
    require(t);
}

TEST_CASE("random products of 128 bits are the reference's") {
    tally t("l_mul, float128, random pairs");
    check_options<float128, float128, float128>(t, 2);
    require(t);
}

TEST_CASE("random products of operands of different types are the reference's") {
    tally t("l_mul, operands and result of different types, random pairs");
    check_options<float, bfloat16, float16>(t, 3);
    check_options<float16, float, bfloat16>(t, 4);
    check_options<bfloat16, double, float8_e4m3>(t, 5);
    check_options<double, float, float128>(t, 6);
    require(t);
}

TEST_CASE("random products with options known to the compiler are the reference's") {
    tally t("l_mul at compile time, random pairs");
    constexpr l_mul_options nearest{.significand_bits = 5, .operand_rounding = rounding::ties_to_even};
    constexpr l_mul_options truncated{.significand_bits = 3};
    check_constants<float, float, float, l_mul_adder, l_mul_mitchell, nearest, truncated>(t);
    check_constants<double, double, double, l_mul_adder, nearest>(t);
    check_constants<bfloat16, bfloat16, bfloat16, l_mul_adder, nearest>(t);
    check_constants<float, float16, float16, l_mul_adder, truncated>(t);
    check_constants<double, float, double, l_mul_adder, truncated>(t);
    check_constants<bfloat16, float, bfloat16, l_mul_adder, nearest>(t);
    require(t);
}

TEST_CASE("a stochastic projection rounds the product once, with the bits given") {
    tally t("l_mul, stochastic projections");
    const int pairs = cases_for_effort(200, 5'000, 100'000);
    for (const projection& how : stochastic_projections(5))
        for (const l_mul_options& options : four_definitions) {
            check_random(t, make_case<float8_e4m3, float, float>(options, how), pairs, 21);
            check_random(t, make_case<float16, float16, float>(options, how), pairs, 22);
        }
    require(t);
}
