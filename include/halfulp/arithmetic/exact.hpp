// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// `arithmetic::exact`: infinitely precise accumulation, one rounding at the end.

#include <halfulp/arithmetic/exact_accumulator.hpp>
#include <halfulp/arithmetic/policy.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace halfulp {
inline namespace v0 {
namespace arithmetic {

namespace detail {

/// Two number types of the user's whose products never round; the sum is kept in the accumulator
/// that number_traits names.
template <class X, class Y>
concept exact_ring = std::same_as<X, Y> && ring_number<X> && number_traits<X>::is_exact && !exact_operand<X>;

template <class X, class Y, class... Addends>
struct exact_chain {};
template <exact_operand X, exact_operand Y, exact_operand... Addends>
struct exact_chain<X, Y, Addends...> {
    using type = exact_accumulator<X, Y, Addends...>;
};
template <class X, class Y, class... Addends>
requires exact_ring<X, Y>
struct exact_chain<X, Y, Addends...> {
    using type = accumulator_of<X>;
};

/// The result when none is named: an integer type where both operands are integers would be
/// rounding too, so the wider accumulator of the two operands' traits.
template <class X, class Y>
struct exact_value {
    using x_type = accumulator_of<X>;
    using y_type = accumulator_of<Y>;
    using type = std::conditional_t<
        std::integral<x_type> && std::integral<y_type>, double,
        std::conditional_t<
            std::integral<x_type>, y_type,
            std::conditional_t<std::integral<y_type>, x_type,
                               std::conditional_t<(sizeof(x_type) >= sizeof(y_type)), x_type, y_type>>>>;
};
template <class X, class Y>
requires exact_ring<X, Y>
struct exact_value<X, Y> {
    using type = accumulator_of<X>;
};

}  // namespace detail

/// The exact Σ x·y, rounded once to the result's format. NaN, infinities and the sign of an exactly
/// zero sum: see exact_accumulator. Order, tiles and threads cannot matter.
///
/// Works for float, double, custom_float and integers of up to 64 bits (exact_accumulator), and for
/// number types that are exact themselves (number_traits<T>::is_exact: GMP and Boost integers and
/// rationals), whose sum is not rounded at all.
struct exact {
    /// How the one rounding is done; without it by the result type's default projection.
    std::optional<projection> rounding{};
    /// The seed of the stochastic modes.
    std::uint64_t seed = 0;

    template <class X, class Y, class... Addends>
    using accumulator = typename detail::exact_chain<X, Y, Addends...>::type;
    template <class X, class Y>
    using value_type = typename detail::exact_value<X, Y>::type;

    template <class X, class Y, class... Addends>
    constexpr accumulator<X, Y, Addends...> zero() const {
        if constexpr (detail::exact_ring<X, Y>)
            return accumulator<X, Y>(0);
        else
            return {};
    }
    /// A chain that starts from c, exactly.
    template <class X, class Y, class C>
    constexpr accumulator<X, Y, C> start(const C& c) const {
        if constexpr (detail::exact_ring<X, Y>) {
            return accumulator<X, Y>(c);
        } else {
            accumulator<X, Y, C> sum;
            sum.add(c);
            return sum;
        }
    }
    template <class Sum, class X, class Y>
    constexpr void multiply_add(Sum& sum, const X& x, const Y& y, position) const {
        if constexpr (detail::exact_ring<X, Y>)
            sum += x * y;
        else
            sum.add_product(x, y);
    }
    template <class Sum>
    constexpr void merge(Sum& sum, const Sum& other, position) const {
        if constexpr (requires { sum.merge(other); })
            sum.merge(other);
        else
            sum += other;
    }
    template <class Result, class Sum>
    constexpr Result result(const Sum& sum, position at) const {
        if constexpr (requires { sum.unit_exponent; }) {
            static_assert(formatted_number<Result>,
                          "halfulp: arithmetic::exact rounds its sum to float, double or a custom_float; for "
                          "integer operands and an integer result native<std::int64_t> is exact as well");
            if (!rounding)
                return sum.template round<Result>(
                    v0::detail::result_projection<Result>{},
                    random_bits_at(v0::detail::result_projection<Result>{}, seed, at, rounding_site::result));
            return sum.template round<Result>(*rounding,
                                              random_bits_at(*rounding, seed, at, rounding_site::result));
        } else {
            return static_cast<Result>(sum);
        }
    }
};

}  // namespace arithmetic
}  // namespace v0
}  // namespace halfulp
