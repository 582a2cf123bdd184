// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Chains of arithmetic::l_mul step by step against the reference, bit for bit: definitions, types, modes, random
/// bits.

#include "arithmetic/l_mul_oracle.hpp"
#include "support/catch.hpp"

#include <vector>

namespace {

using namespace halfulp_test;

/// The chain of a policy, as kernels run it.
template <class Result, class Policy, class X, class Y>
Result chain(const Policy& policy, const std::vector<X>& x, const std::vector<Y>& y, std::uint64_t element) {
    auto sum = policy.template zero<X, Y>();
    for (std::size_t k = 0; k < x.size(); ++k)
        policy.multiply_add(sum, x[k], y[k], {element, k});
    return policy.template result<Result>(sum, {element, x.size()});
}

template <class Policy, class X, class Y>
void check_chains(const Policy& policy, std::uint64_t seed) {
    std::mt19937_64 generator(seed);
    using sum = typename Policy::template accumulator<X, Y>;
    for (int round = 0; round < cases_for_effort(5, 60, 5000); ++round)
        for (const int spread : {-1, 3}) {
            const auto x = random_numbers<X>(generator, 12, spread);
            const auto y = random_numbers<Y>(generator, 12, spread);
            CAPTURE(round, spread);
            const auto element = generator();
            const sum expected = l_mul_chain(policy, x, y, element);
            CHECK(same(chain<sum>(policy, x, y, element), expected));
        }
}

constexpr l_mul_options truncated{.significand_bits = 3};
constexpr l_mul_options nearest{.definition = product_definition::mitchell,
                                .significand_bits = 2,
                                .operand_rounding = rounding::ties_to_even,
                                .underflow = l_mul_underflow::gradual};

TEMPLATE_TEST_CASE("chains are the reference's, step by step", "", arithmetic::l_mul<>,
                   (arithmetic::l_mul<l_mul_formula>), (arithmetic::l_mul<l_mul_mitchell>),
                   (arithmetic::l_mul<l_mul_exact>), (arithmetic::l_mul<truncated>),
                   (arithmetic::l_mul<nearest>)) {
    const TestType policy{};
    check_chains<TestType, float, float>(policy, 1);
    check_chains<TestType, float8_e4m3fn, float8_e5m2>(policy, 2);
}

TEST_CASE("accumulators and products of any type and mode") {
    using halfulp::arithmetic::l_mul;
    check_chains<l_mul<l_mul_adder, double>, double, double>({}, 5);
    check_chains<l_mul<l_mul_adder, bfloat16>, bfloat16, bfloat16>({}, 6);
    check_chains<l_mul<l_mul_formula, float16, float16>, float16, float16>({}, 7);
    check_chains<l_mul<l_mul_adder, float8_e4m3fn, float8_e4m3fn>, float8_e4m3fn, float8_e4m3fn>({}, 8);
    check_chains<l_mul<truncated, p3109::binary<8, 4>>, float16, float8_e4m3b11fnuz>({}, 9);
    check_chains<l_mul<l_mul_adder, float128>, float128, double>({}, 10);
    for (const rounding mode : all_modes) {
        const projection how{mode, saturation::none, 7};
        CAPTURE(static_cast<int>(mode));
        check_chains<l_mul<l_mul_formula, float16, bfloat16, projection>, float, float>(
            l_mul<l_mul_formula, float16, bfloat16, projection>{how, 77}, 11);
        check_chains<l_mul<l_mul_adder, float, void, projection>, float, float>(
            l_mul<l_mul_adder, float, void, projection>{how, 78}, 12);
    }
}

}  // namespace
