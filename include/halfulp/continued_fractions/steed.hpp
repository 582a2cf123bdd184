// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Steed's algorithm: convergents as a sum of their differences, from the front, one division a term.
///
///     D_1 = round(1/b_1);  h_1 = round(a_1·D_1);  C_1 = round(b_0 + h_1)
///     D_n = round(1/round(a_n·D_{n-1} + b_n)), the inner step fused
///     h_n = round(round(b_n·D_n − 1)·h_{n-1}), the inner step fused
///     C_n = round(C_{n-1} + h_n)
///
/// with a_n and b_n rounded to the type first. D_n = B_{n-1}/B_n, h_n = C_n − C_{n-1}. It settles when
/// |h_n| ≤ round(tolerance·|C_n|). A zero denominator is divided by as the type does it, which ends in
/// infinities and NaN: where that may happen, use modified Lentz. Errors of the first terms stay: where
/// they are larger than the value, digits are lost.
///
/// Source: Barnett, Feng, Steed and Goldfarb, Coulomb wave functions for all real η and ρ, Computer
/// Physics Communications 8 (1974).

#include <halfulp/continued_fractions/recurrence_evaluation.hpp>

#include <optional>
#include <utility>

namespace halfulp {
inline namespace v0 {

namespace detail {

template <dividing_arithmetic Arithmetic>
class steed_steps {
  public:
    using value_type = typename Arithmetic::value_type;
    static constexpr const char* name = "evaluate_steed";

    HALFULP_ALWAYS_INLINE steed_steps(Arithmetic& k, value_type first, const std::optional<value_type>&)
        : one_(k.from_integer(1L)),
          minus_one_(k.from_integer(-1L)),
          value_(std::move(first)),
          change_(one_),
          inverse_(one_) {}
    HALFULP_ALWAYS_INLINE const value_type& start(Arithmetic&) const { return value_; }
    HALFULP_ALWAYS_INLINE void step(Arithmetic& k, const value_type& a, const value_type& b) {
        value_type denominator = first_ ? b : k.multiply_add(a, inverse_, b);
        met_zero_ = k.is_zero(denominator);
        if constexpr (Arithmetic::is_exact)
            if (met_zero_)
                return;  // the caller throws
        inverse_ = k.divide(one_, denominator);
        change_ =
            first_ ? k.multiply(a, inverse_) : k.multiply(k.multiply_add(b, inverse_, minus_one_), change_);
        value_ = k.add(value_, change_);
        first_ = false;
    }
    HALFULP_ALWAYS_INLINE void separate() {
        value_ = detail::separate_product(value_);
        change_ = detail::separate_product(change_);
        inverse_ = detail::separate_product(inverse_);
    }
    HALFULP_ALWAYS_INLINE bool settled(Arithmetic& k, const value_type& tolerance) const {
        return k.settled(change_, tolerance, value_);
    }
    HALFULP_ALWAYS_INLINE bool is_finite(Arithmetic& k) const { return k.is_finite(value_); }
    HALFULP_ALWAYS_INLINE bool met_zero() const { return met_zero_; }
    HALFULP_ALWAYS_INLINE value_type value(Arithmetic&) const { return value_; }

  private:
    value_type one_, minus_one_, value_, change_, inverse_;
    bool first_ = true;
    bool met_zero_ = false;
};

}  // namespace detail

/// The convergent of a given depth by Steed's algorithm; see the file comment.
///
/// An infinity or NaN stays in the result, which says at which n it first occurred.
///
/// @param fraction  anything with a(n) and b(n): see recurrence_elements.hpp
/// @param depth     n ≥ 0
/// @throws convergence_error      if the arithmetic is exact and a denominator is zero
/// @throws std::invalid_argument  if depth < 0
///
/// A division, a product, a sum and two fused steps a term.
template <dividing_arithmetic Arithmetic, class Fraction>
recurrence_result<typename Arithmetic::value_type> evaluate_steed(const Fraction& fraction, long depth,
                                                                  const Arithmetic& arithmetic) {
    return detail::evaluate_to_depth<detail::steed_steps<Arithmetic>>(fraction, depth, arithmetic);
}
template <number T, class Fraction>
recurrence_result<T> evaluate_steed(const Fraction& fraction, long depth) {
    return evaluate_steed(fraction, depth, number_arithmetic<T>{});
}

/// The same until |h_n| ≤ tolerance·|C_n|, or until a_{n+1} is zero, where the fraction ends.
///
/// @throws convergence_error  as above; if it does not settle within the maximum depth; at an infinity
///         or NaN
template <ordered_arithmetic Arithmetic, class Fraction>
recurrence_result<typename Arithmetic::value_type> evaluate_steed(
    const Fraction& fraction, const adaptive_depth<typename Arithmetic::value_type>& stop,
    const Arithmetic& arithmetic) {
    return detail::evaluate_until_settled<detail::steed_steps<Arithmetic>>(fraction, stop, arithmetic);
}
template <number T, class Fraction>
recurrence_result<T> evaluate_steed(const Fraction& fraction, const adaptive_depth<T>& stop = {}) {
    return evaluate_steed(fraction, stop, number_arithmetic<T>{});
}

}  // namespace v0
}  // namespace halfulp
