// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Attention in L-Mul arithmetic against its steps, bit for bit.

#include <halfulp/kernels/attention.hpp>

#include "arithmetic/l_mul_oracle.hpp"
#include "kernels/attention_steps_checks.hpp"
#include "support/catch.hpp"

#include <optional>
#include <vector>

namespace {

using namespace halfulp_test;

constexpr l_mul_options truncated{.significand_bits = 3};

/// The chain of an l_mul arithmetic, by the reference: step by step, from sums that are never −0.
template <class Policy>
struct l_mul_steps {
    template <class X, class Y>
    reference::exact_value operator()(const std::optional<reference::exact_value>& start,
                                      const std::vector<X>& x, const std::vector<Y>& y,
                                      const std::vector<std::size_t>&, const projection& how, std::uint64_t,
                                      std::uint64_t) const {
        const auto about = reference_arithmetic<X, Y>(Policy{});
        const auto stored = [&](const reference::exact_value& sum) {
            return reference::without_negative_zero(about.accumulator,
                                                    reference::round(sum, about.accumulator, how).code);
        };
        uint128 sum = start ? stored(*start) : uint128{0};
        for (std::size_t n = 0; n < x.size(); ++n) {
            const auto product =
                reference::l_mul(number_format<X>::value, code_of(x[n]), number_format<Y>::value,
                                 code_of(y[n]), about.product, about.options, how);
            sum = stored(reference::decode(about.accumulator, sum) +
                         reference::decode(about.product, product.code));
        }
        return reference::decode(about.accumulator, sum);
    }
};

/// Attention by its steps, the chains by the reference.
template <class Policy, class Input, class V>
void check_l_mul_attention(std::uint64_t seed) {
    const attention_settings settings;
    for (const attention_setting& setting : settings.all()) {
        const stepwise<l_mul_steps<Policy>> steps{};
        check_attention_setting<Input, V, V, V, V>(++seed, setting, Policy{}, 128, steps, steps, 5, 3);
    }
}

TEMPLATE_TEST_CASE("attention takes L-Mul's products and ordinary steps beside them", "", arithmetic::l_mul<>,
                   (arithmetic::l_mul<l_mul_formula>), (arithmetic::l_mul<truncated>)) {
    check_l_mul_attention<TestType, float, float>(9);
}

TEST_CASE("L-Mul attention over narrow elements, and in a narrow accumulator") {
    check_l_mul_attention<arithmetic::l_mul<truncated>, float8_e4m3fn, float>(11);
    check_l_mul_attention<arithmetic::l_mul<l_mul_adder, float16>, float8_e4m3fn, float16>(12);
}

}  // namespace
