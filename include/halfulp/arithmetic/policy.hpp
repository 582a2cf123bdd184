// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What an arithmetic is: how a kernel multiplies and accumulates. An arithmetic is a small value
/// with an accumulator type and four steps, and the kernels take it as their last argument.
///
/// | member of a policy P, for operands X and Y                          | meaning                            |
/// |---------------------------------------------------------------------|------------------------------------|
/// | `P::template accumulator<X, Y, Addends...>`                         | the type that a chain lives in     |
/// | `P::template value_type<X, Y>`                                      | the type of a result when none is asked for |
/// | `p.template zero<X, Y, Addends...>()`                               | an empty chain                     |
/// | `p.template start<X, Y>(c)`                                         | a chain that starts from the value c |
/// | `p.multiply_add(sum, x, y, at)`                                     | sum ← sum + x·y                    |
/// | `p.merge(sum, other, at)`                                           | sum ← sum + other                  |
/// | `p.template result<R>(sum, at)`                                     | the value of the chain as R        |
/// | `p.seed` (optional)                                                 | the seed of its random bits        |
///
/// `at` is the position of the step: which element of the output, and which term. Random bits of
/// the stochastic modes are a pure function of (seed, position), so no result depends on the order
/// in which elements are computed.

#include <halfulp/core/number_traits.hpp>
#include <halfulp/core/philox.hpp>
#include <halfulp/core/rounding.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace halfulp {
inline namespace v0 {
namespace arithmetic {

/// Which step of which chain. Element (i, j) of a matrix has the number element_number(i, j),
/// whatever the shape, so that a row computed alone draws the same bits.
struct position {
    std::uint64_t element = 0;
    std::uint64_t step = 0;
};

/// row·2^32 + column.
constexpr std::uint64_t element_number(std::size_t row, std::size_t column) noexcept {
    return (static_cast<std::uint64_t>(row) << 32) + static_cast<std::uint64_t>(column);
}

/// What is rounded at a position; each has random bits of its own.
enum class rounding_site : unsigned char { product, sum, merge, result };

/// The random bits of one rounding: philox_bits(seed, element, 4·step + site) in the stochastic
/// modes, 0 in the others, which do not look at them.
constexpr std::uint64_t random_bits_at(const projection& rounding, std::uint64_t seed, position at,
                                       rounding_site site) noexcept {
    if (!is_stochastic(rounding.mode))
        return 0;
    return philox_bits(seed, at.element, 4 * at.step + static_cast<std::uint64_t>(site));
}

namespace detail {

/// The same policy with random bits of its own for another stage of one kernel.
template <class Policy>
constexpr Policy for_stage(Policy policy, std::uint64_t stage) noexcept {
    if constexpr (requires { policy.seed; })
        policy.seed += stage * 0x9E3779B97F4A7C15u;
    return policy;
}

}  // namespace detail
}  // namespace arithmetic

/// P is an arithmetic for products of X and Y.
template <class P, class X, class Y>
concept arithmetic_for = std::copyable<P> &&
    requires(const P& p, const X& x, const Y& y, typename P::template accumulator<X, Y>& sum,
             arithmetic::position at) {
    typename P::template value_type<X, Y>;
    { p.template zero<X, Y>() } -> std::same_as<typename P::template accumulator<X, Y>>;
    p.multiply_add(sum, x, y, at);
    p.merge(sum, sum, at);
    p.template result<typename P::template value_type<X, Y>>(sum, at);
};

}  // namespace v0
}  // namespace halfulp
