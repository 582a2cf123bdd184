// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Attention in L-Mul arithmetic against its steps, bit for bit.

#include <halfulp/kernels/attention.hpp>

#include "arithmetic/l_mul_oracle.hpp"
#include "kernels/attention_oracle.hpp"
#include "support/catch.hpp"

#include <vector>

namespace {

using namespace halfulp_test;

constexpr l_mul_options truncated{.significand_bits = 3};

/// Attention by its steps, the chains by the reference.
template <class Policy, class Input, class V>
void check_attention(std::uint64_t seed) {
    std::mt19937_64 generator(seed);
    for (const mask& m : masks) {
        const auto q = random_matrix<Input>(generator, 4, 5, 2);
        const auto k = random_matrix<Input>(generator, 7, 5, 2);
        const auto v = random_matrix<Input>(generator, 7, 3, 2);
        matrix<V> result{std::vector<V>(12), 4, 3};
        attention(q.view(), k.view(), v.view(), result.view(), Policy{}, m.options);
        const auto chain = []<class X, class Y>(const std::vector<X>& x, const std::vector<Y>& y,
                                                std::uint64_t,
                                                std::uint64_t) { return l_mul_chain(Policy{}, x, y); };
        check_equal(result, attention_by_steps<V, V>(q, k, v, {}, 0, m.visible, chain, chain));
    }
}

TEMPLATE_TEST_CASE("attention takes L-Mul's products and ordinary steps beside them", "", arithmetic::l_mul<>,
                   (arithmetic::l_mul<l_mul_formula>), (arithmetic::l_mul<truncated>)) {
    check_attention<TestType, float, float>(9);
    check_attention<TestType, float8_e4m3fn, float>(11);
}

TEST_CASE("attention in a narrow accumulator") {
    check_attention<arithmetic::l_mul<l_mul_adder, float16>, float8_e4m3fn, float16>(12);
}

}  // namespace
