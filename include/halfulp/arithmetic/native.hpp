// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// `arithmetic::native<Accumulator>`: the number type's own arithmetic.

#include <halfulp/arithmetic/policy.hpp>
#include <halfulp/formats/integer_value.hpp>
#include <halfulp/formats/operations.hpp>

#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>

namespace halfulp {
inline namespace v0 {
namespace arithmetic {

namespace detail {

/// True where every value of X is one of A, so that a conversion before the product loses nothing.
template <class X, class A>
constexpr bool converts_exactly() noexcept {
    if constexpr (std::same_as<X, A>)
        return true;
    else if constexpr (formatted_number<X> && formatted_number<A>)
        return contains(number_format<A>::value, number_format<X>::value);
    else if constexpr (integer_number<X> && formatted_number<A>) {
        // The integers of X, but its lowest, as a fixed-point format.
        constexpr integer_format range = integer_format_of<X>;
        constexpr int digits =
            range.bits() -
            static_cast<int>(range.encoding == integer_encoding::two_complement && range.bits() > 1);
        constexpr float_format integers{.exponent_bits = 0,
                                        .significand_bits = digits,
                                        .bias = 1 - digits,
                                        .has_sign = range.is_signed(),
                                        .has_negative_zero = false,
                                        .has_infinity = false,
                                        .nan = nan_encoding::none};
        return contains_finite(number_format<A>::value, integers) &&
               (!range.is_signed() || digits <= number_format<A>::value.maximum_exponent());
    } else if constexpr (integer_number<X> && integer_number<A>)
        return contains(integer_format_of<A>, integer_format_of<X>);
    else if constexpr (formatted_number<X> && std::is_arithmetic_v<A>)
        return false;  // a fraction to an integer
    else
        return std::constructible_from<A, const X&>;  // a number type of the user's decides itself
}

/// x as a value of A: exact where converts_exactly, otherwise rounded by A's default projection, or
/// toward zero and to the nearest end of the range where A is an integer.
template <class A, class X>
constexpr A converted(const X& x) {
    if constexpr (std::same_as<X, A>)
        return x;
    else if constexpr (exact_operand<X> && formatted_number<A>)
        return convert<A>(x);
    else if constexpr (formatted_number<X> && standard_integer<A>)
        return convert<A>(x);
    else
        return static_cast<A>(x);
}

/// x·y + sum: one rounding where the type can, `sum += x * y` where it cannot.
template <class A>
constexpr void fused_step(A& sum, const A& x, const A& y) {
    if constexpr (standard_float<A>) {
        if (std::is_constant_evaluated())
            sum = fma<A>(x, y, sum);
        else
            sum = std::fma(x, y, sum);
    } else if constexpr (formatted_number<A>) {
        sum = fma<A>(x, y, sum);
    } else if constexpr (requires {
                             { number_traits<A>::multiply_add(x, y, sum) } -> std::convertible_to<A>;
                         }) {
        sum = number_traits<A>::multiply_add(x, y, sum);
    } else if constexpr (standard_integer<A>) {
        sum = static_cast<A>(sum + static_cast<A>(x * y));
    } else {
        sum += x * y;
    }
}

}  // namespace detail

/// sum ← fma(x, y, sum) in Accumulator: one rounding a term for float, double and custom_float
/// (by the default projection of the latter), k ascending, starting from +0.
///
/// Operands are first converted to Accumulator, which must be exact: native<float> takes float16,
/// bfloat16 and all narrower formats, not double. Integers: accumulator and Result must not overflow.
/// Number types without a fused multiply-add (Boost.Multiprecision) do `sum += x * y`: two
/// roundings, or none where the type is exact.
template <ring_number Accumulator>
struct native {
    static_assert(
        [] {
            if constexpr (formatted_float<Accumulator>)
                return !is_stochastic(Accumulator::default_projection.mode);
            else
                return true;
        }(),
        "arithmetic::native: an accumulator with a stochastic default projection needs random bits a step; "
        "use arithmetic::fused<Accumulator>{projection, seed}");

    template <class X, class Y, class... Addends>
    requires(detail::converts_exactly<X, Accumulator>() &&
             detail::converts_exactly<Y, Accumulator>()) using accumulator = Accumulator;
    template <class X, class Y>
    using value_type = Accumulator;

    template <class X, class Y, class... Addends>
    constexpr Accumulator zero() const {
        return Accumulator(0);
    }
    /// c is rounded to Accumulator first where it is wider.
    template <class X, class Y, class C>
    constexpr Accumulator start(const C& c) const {
        return detail::converted<Accumulator>(c);
    }
    template <class X, class Y>
    constexpr void multiply_add(Accumulator& sum, const X& x, const Y& y, position) const {
        detail::fused_step(sum, detail::converted<Accumulator>(x), detail::converted<Accumulator>(y));
    }
    constexpr void merge(Accumulator& sum, const Accumulator& other, position) const {
        if constexpr (standard_integer<Accumulator>)
            sum = static_cast<Accumulator>(sum + other);
        else
            sum += other;
    }
    /// The accumulator, rounded to Result by Result's default projection; a floating-point one to an
    /// integer Result toward zero, as convert does it. NaN has one code, the quiet NaN of numeric_limits: which
    /// of several payloads an fma hands on differs between processors.
    template <class Result>
    constexpr Result result(const Accumulator& sum, position) const {
        if constexpr (standard_float<Accumulator> && standard_float<Result>)
            if (sum != sum)
                return std::numeric_limits<Result>::quiet_NaN();
        return detail::converted<Result>(sum);
    }
};

}  // namespace arithmetic
}  // namespace v0
}  // namespace halfulp
