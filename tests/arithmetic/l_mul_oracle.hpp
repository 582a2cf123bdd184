// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Chains of arithmetic::l_mul, computed by the reference.

#include <halfulp/arithmetic/l_mul.hpp>
#include <halfulp/reference/l_mul.hpp>

#include "arithmetic/oracle.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfulp_test {

/// What a policy does with operands X and Y, in the words of the reference.
template <class X, class Y, class Policy>
reference::l_mul_arithmetic reference_arithmetic(const Policy& policy) {
    return {Policy::options, number_format<typename Policy::template product_type<X, Y>>::value,
            number_format<typename Policy::template accumulator<X, Y>>::value, projection(policy.rounding)};
}

/// The chain of a policy, from the definition.
template <class Policy, class X, class Y>
auto l_mul_chain(const Policy& policy, const std::vector<X>& x, const std::vector<Y>& y,
                 std::uint64_t element = 0) {
    using sum = typename Policy::template accumulator<X, Y>;
    const auto bits = [&](std::size_t k, reference::rounding_step step) {
        return documented_bits(policy.rounding, policy.seed, element, k,
                               step == reference::rounding_step::product ? 0 : 1);
    };
    return number_of<sum>(reference::l_mul_dot(
        x.size(), number_format<X>::value, [&](std::size_t k) { return code_of(x[k]); },
        number_format<Y>::value, [&](std::size_t k) { return code_of(y[k]); },
        reference_arithmetic<X, Y>(policy), bits));
}

}  // namespace halfulp_test
