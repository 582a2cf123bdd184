// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The scalar steps that a kernel takes between its chains (scale, subtract, exponential, divide),
/// rounded as the kernel's arithmetic rounds.

#include <halfulp/arithmetic/policy.hpp>
#include <halfulp/formats/exponential.hpp>
#include <halfulp/formats/hyperbolic_tangent.hpp>
#include <halfulp/formats/operations.hpp>

#include <cmath>
#include <cstdint>
#include <type_traits>

namespace halfulp {
inline namespace v0 {
namespace arithmetic {

/// How an arithmetic rounds a value of type V: its own `rounding` where it has one, otherwise V's
/// default projection.
template <class V, class Policy>
constexpr auto projection_for(const Policy& policy) noexcept {
    if constexpr (requires {
                      { policy.rounding } -> projection_argument;
                  })
        return policy.rounding;
    else if constexpr (requires {
                           { *policy.rounding } -> std::convertible_to<projection>;
                       })
        return policy.rounding ? *policy.rounding : projection(v0::detail::result_projection<V>{});
    else
        return v0::detail::result_projection<V>{};
}

/// The elementary functions in V under a policy. For float, double and custom_float each is the
/// exact value rounded once by projection_for<V>; for other number types it is the type's operator,
/// and `exp` found by argument-dependent lookup.
template <class V, class Policy>
class elementary {
  public:
    constexpr explicit elementary(const Policy& policy) : policy_(policy) {}

    /// x·y; operands of other types than V come in as they are.
    template <class X, class Y>
    constexpr V multiply(const X& x, const Y& y, position at) const {
        if constexpr (formatted_number<V>)
            return v0::multiply<V>(x, y, rounding(), random(at, rounding_site::product));
        else
            return static_cast<V>(x) * static_cast<V>(y);
    }
    /// x + y; operands of other types than V come in as they are.
    template <class X, class Y>
    constexpr V add(const X& x, const Y& y, position at) const {
        if constexpr (formatted_number<V>)
            return v0::add<V>(x, y, rounding(), random(at, rounding_site::sum));
        else
            return static_cast<V>(x) + static_cast<V>(y);
    }
    constexpr V subtract(const V& x, const V& y, position at) const {
        if constexpr (formatted_number<V>)
            return v0::subtract<V>(x, y, rounding(), random(at, rounding_site::sum));
        else
            return x - y;
    }
    /// x/y as a Result, one rounding.
    template <class Result, class X, class Y>
    constexpr Result divide(const X& x, const Y& y, position at) const {
        if constexpr (formatted_number<V> && formatted_number<Result>) {
            const auto direction = projection_for<Result>(policy_);
            return v0::divide<Result>(x, y, direction,
                                      random_bits_at(direction, seed(), at, rounding_site::result));
        } else {
            return static_cast<Result>(static_cast<V>(x) / static_cast<V>(y));
        }
    }
    /// x as a Result, one rounding.
    template <class Result>
    constexpr Result stored(const V& x, position at) const {
        if constexpr (std::is_same_v<Result, V>) {
            return x;
        } else if constexpr (formatted_number<V> && formatted_number<Result>) {
            const auto direction = projection_for<Result>(policy_);
            return convert<Result>(x, direction,
                                   random_bits_at(direction, seed(), at, rounding_site::result));
        } else {
            return static_cast<Result>(x);
        }
    }
    /// tanh x.
    constexpr V hyperbolic_tangent(const V& x, position at) const {
        if constexpr (formatted_number<V>) {
            return v0::hyperbolic_tangent<V>(x, rounding(), random(at, rounding_site::result));
        } else {
            using std::tanh;
            return static_cast<V>(tanh(x));
        }
    }
    /// e^x.
    constexpr V exponential(const V& x, position at) const {
        if constexpr (formatted_number<V>) {
            return v0::exponential<V>(x, rounding(), random(at, rounding_site::result));
        } else {
            using std::exp;
            return static_cast<V>(exp(x));
        }
    }
    /// A double as a V. Nothing merges here, so that site's random bits are free for it.
    constexpr V from_double(double x, position at = {}) const {
        if constexpr (formatted_number<V>)
            return convert<V>(x, rounding(), random(at, rounding_site::merge));
        else
            return static_cast<V>(x);
    }

  private:
    constexpr auto rounding() const noexcept { return projection_for<V>(policy_); }
    constexpr std::uint64_t seed() const noexcept {
        if constexpr (requires { policy_.seed; })
            return policy_.seed;
        else
            return 0;
    }
    constexpr std::uint64_t random(position at, rounding_site site) const noexcept {
        return random_bits_at(rounding(), seed(), at, site);
    }
    const Policy& policy_;
};

}  // namespace arithmetic
}  // namespace v0
}  // namespace halfulp
