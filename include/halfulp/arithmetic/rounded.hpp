// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// `arithmetic::rounded` and `arithmetic::fused`: emulated arithmetic, a rounding after every step.

#include <halfulp/arithmetic/policy.hpp>
#include <halfulp/formats/operations.hpp>

#include <cstdint>

namespace halfulp {
inline namespace v0 {
namespace arithmetic {

namespace detail {

/// What `rounded` and `fused` share: the projection, the accumulator, and its conversions.
template <formatted_number Accumulator, projection_argument Rounding>
struct rounded_chain {
    /// How every step rounds.
    [[no_unique_address]] Rounding rounding{};
    /// The seed of the stochastic modes.
    std::uint64_t seed = 0;

    constexpr rounded_chain() = default;
    constexpr explicit rounded_chain(Rounding every_step, std::uint64_t random_seed = 0) noexcept
        : rounding(every_step), seed(random_seed) {}

    template <class X, class Y>
    using value_type = Accumulator;

    template <class X, class Y, class... Addends>
    constexpr Accumulator zero() const noexcept {
        return Accumulator(0);
    }
    /// c rounded to Accumulator.
    template <class X, class Y, class C>
    constexpr Accumulator start(const C& c) const noexcept {
        return convert<Accumulator>(c, rounding);
    }
    constexpr void merge(Accumulator& sum, Accumulator other, position at) const noexcept {
        sum = add<Accumulator>(sum, other, rounding, random(at, rounding_site::merge));
    }
    /// The accumulator, rounded to Result by the same projection.
    template <class Result>
    constexpr Result result(Accumulator sum, position at) const noexcept {
        return convert<Result>(sum, rounding, random(at, rounding_site::result));
    }
    constexpr std::uint64_t random(position at, rounding_site site) const noexcept {
        return random_bits_at(rounding, seed, at, site);
    }
};

}  // namespace detail

/// product ← round_Product(x·y), sum ← round_Accumulator(sum + product): every step rounds once, in
/// any format and mode.
///
///     rounded<bfloat16, float>{}                                              // products in bfloat16
///     rounded<float8_e4m3fn>{{rounding::toward_zero}}                         // projection at run time
///     rounded<float16, float16, constant_value<projection{rounding::stochastic_a}>>{{}, seed}
///
/// @tparam Product     the format of a product: a custom_float, float or double
/// @tparam Accumulator the format of the sum
/// @tparam Rounding    `projection`, given at run time, or `constant_value<projection{…}>`
template <formatted_number Product, formatted_number Accumulator = Product,
          projection_argument Rounding = projection>
struct rounded : detail::rounded_chain<Accumulator, Rounding> {
    using detail::rounded_chain<Accumulator, Rounding>::rounded_chain;

    template <exact_operand X, exact_operand Y, class... Addends>
    using accumulator = Accumulator;

    template <exact_operand X, exact_operand Y>
    constexpr void multiply_add(Accumulator& sum, X x, Y y, position at) const noexcept {
        const auto product =
            multiply<Product>(x, y, this->rounding, this->random(at, rounding_site::product));
        sum = add<Accumulator>(sum, product, this->rounding, this->random(at, rounding_site::sum));
    }
};

/// sum ← round_Accumulator(sum + x·y): one rounding a multiply-add, in any format and mode.
template <formatted_number Accumulator, projection_argument Rounding = projection>
struct fused : detail::rounded_chain<Accumulator, Rounding> {
    using detail::rounded_chain<Accumulator, Rounding>::rounded_chain;

    template <exact_operand X, exact_operand Y, class... Addends>
    using accumulator = Accumulator;

    template <exact_operand X, exact_operand Y>
    constexpr void multiply_add(Accumulator& sum, X x, Y y, position at) const noexcept {
        sum = fma<Accumulator>(x, y, sum, this->rounding, this->random(at, rounding_site::sum));
    }
};

}  // namespace arithmetic
}  // namespace v0
}  // namespace halfulp
