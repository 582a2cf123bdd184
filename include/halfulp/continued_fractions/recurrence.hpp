// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Forward and backward recurrence of a continued fraction in any number type. Steed's algorithm and
/// the modified one of Lentz are in steed.hpp and lentz.hpp, bounds on their errors in
/// recurrence_error.hpp and running_error.hpp.
///
/// Each operation is the number type's own, so in a custom_float every step rounds as its
/// projection says:
///
///     forward    t = round(a_n·A_{n-2});  A_n = round(b_n·A_{n-1} + t), fused;  B_n likewise;  C_n = round(A_n/B_n)
///     backward   s = round(b_n + t_n);    t_{n-1} = round(a_n/s);               C = round(b_0 + t_0)
///
/// where a_n and b_n are first rounded to the type. Types without a fused multiply-add round the
/// product b_n·A_{n-1} too; exact types never round. A last argument chooses another arithmetic than
/// the type's own (recurrence_arithmetic.hpp): formats and modes at run time, MPFR, residues.
///
/// | method   | divisions a term | depth known beforehand | a zero denominator on the way        |
/// |----------|------------------|------------------------|--------------------------------------|
/// | forward  | none, one when adaptive | no              | harmless                             |
/// | backward | 1                | yes                    | harmless in a type with infinities   |
/// | Steed    | 1                | no                     | infinity, NaN                        |
/// | Lentz    | 2                | no                     | replaced by a tiny number, and counted |

#include <halfulp/continued_fractions/lentz.hpp>
#include <halfulp/continued_fractions/recurrence_evaluation.hpp>
#include <halfulp/continued_fractions/steed.hpp>

#include <algorithm>
#include <concepts>
#include <string>
#include <utility>

namespace halfulp {
inline namespace v0 {

/// A_n, A_{n-1}, B_n, B_{n-1}, all multiplied by 2^scaling.
template <class T>
struct recurrence_state {
    T numerator;
    T previous_numerator;
    T denominator;
    T previous_denominator;
    long scaling = 0;

    /// A_n/B_n in T. Where B_n is zero: what T's division gives, convergence_error for exact types.
    T value() const requires number<T> { return value(number_arithmetic<T>{}); }
    /// The same by an arithmetic.
    template <dividing_arithmetic Arithmetic>
    T value(Arithmetic k) const {
        if constexpr (Arithmetic::is_exact)
            if (k.is_zero(denominator))
                throw convergence_error(
                    "halfulp::recurrence_state::value: the denominator of the convergent is zero");
        return k.divide(numerator, denominator);
    }
};

namespace detail {

template <recurrence_arithmetic Arithmetic>
class forward_steps {
  public:
    using value_type = typename Arithmetic::value_type;
    static constexpr const char* name = "evaluate_forward";

    HALFULP_ALWAYS_INLINE forward_steps(Arithmetic& k, value_type first, const std::optional<value_type>&)
        : state_{first, k.from_integer(1L), k.from_integer(1L), k.from_integer(0L)},
          last_(std::move(first)) {}
    HALFULP_ALWAYS_INLINE const value_type& start(Arithmetic&) const { return state_.numerator; }
    HALFULP_ALWAYS_INLINE void step(Arithmetic& k, const value_type& a, const value_type& b) {
        state_.scaling += k.rescale(state_.numerator, state_.previous_numerator, state_.denominator,
                                    state_.previous_denominator);
        value_type next = k.multiply_add(b, state_.numerator, k.multiply(a, state_.previous_numerator));
        state_.previous_numerator = std::move(state_.numerator);
        state_.numerator = std::move(next);
        next = k.multiply_add(b, state_.denominator, k.multiply(a, state_.previous_denominator));
        state_.previous_denominator = std::move(state_.denominator);
        state_.denominator = std::move(next);
    }
    HALFULP_ALWAYS_INLINE void separate() {
        state_.numerator = detail::separate_product(state_.numerator);
        state_.previous_numerator = detail::separate_product(state_.previous_numerator);
        state_.denominator = detail::separate_product(state_.denominator);
        state_.previous_denominator = detail::separate_product(state_.previous_denominator);
        last_ = detail::separate_product(last_);
    }
    /// |C_n − C_{n-1}| ≤ tolerance·|C_n|.
    HALFULP_ALWAYS_INLINE bool settled(Arithmetic& k, const value_type& tolerance) {
        if constexpr (Arithmetic::is_exact) {
            if (k.is_zero(state_.denominator) || k.is_zero(state_.previous_denominator))
                return false;
            return k.settled(
                k.subtract(value(k), k.divide(state_.previous_numerator, state_.previous_denominator)),
                tolerance, value(k));
        } else {
            value_type current = value(k);
            const bool result = k.settled(k.subtract(current, last_), tolerance, current);
            last_ = std::move(current);
            return result;
        }
    }
    HALFULP_ALWAYS_INLINE bool is_finite(Arithmetic& k) const {
        return k.is_finite(state_.numerator) && k.is_finite(state_.denominator);
    }
    /// A denominator on the way is not divided by.
    HALFULP_ALWAYS_INLINE bool met_zero() const { return false; }
    HALFULP_ALWAYS_INLINE value_type value(Arithmetic& k) const {
        return k.divide(state_.numerator, state_.denominator);
    }
    const recurrence_state<value_type>& state() const { return state_; }

  private:
    recurrence_state<value_type> state_;
    value_type last_;  // C_{n-1}; C_0 is b_0
};

/// first + a_1/(b_1 + … a_depth/(b_depth + tail)), where first is b_0.
template <class Arithmetic, class Reader>
recurrence_result<typename Arithmetic::value_type> run_backward(Arithmetic& k, const Reader& elements,
                                                                const typename Arithmetic::value_type& first,
                                                                long depth,
                                                                typename Arithmetic::value_type tail) {
    HALFULP_STRICT_FLOATING_POINT
    recurrence_result<typename Arithmetic::value_type> result{tail};
    result.depth = depth;
    for (long n = depth; n >= 1; --n) {
        const auto sum = k.add(elements.denominator(k, n), tail);
        if (k.is_zero(sum)) [[unlikely]] {
            if constexpr (Arithmetic::is_exact)
                throw_zero_denominator("evaluate_backward", n);
            if (result.zero_denominators++ == 0)
                result.first_zero_denominator = n;
        }
        tail = k.divide(elements.numerator(k, n), sum);
        if (result.first_not_finite < 0 && !k.is_finite(tail)) [[unlikely]]
            result.first_not_finite = n;
    }
    result.value = k.add(first, tail);
    if (result.first_not_finite < 0 && !k.is_finite(result.value)) [[unlikely]]
        result.first_not_finite = 0;
    return result;
}

/// The same by the reader that is quickest for this depth.
template <class Arithmetic, class Reader>
recurrence_result<typename Arithmetic::value_type> run_backward_by(Arithmetic& k, const Reader& elements,
                                                                   long depth,
                                                                   typename Arithmetic::value_type tail) {
    if constexpr (requires { elements.quadratic(); })
        if (elements.quadratic_from() <= 1 && depth <= elements.quadratic_until())
            return run_backward(k, elements.quadratic(), elements.denominator(k, 0), depth, std::move(tail));
    return run_backward(k, elements, elements.denominator(k, 0), depth, std::move(tail));
}

template <class Arithmetic, class Reader>
recurrence_result<typename Arithmetic::value_type> run_backward_until_settled(
    Arithmetic& k, const Reader& elements, const typename Arithmetic::value_type& tolerance,
    long maximum_depth) {
    const auto zero = k.from_integer(0L);
    std::optional<typename Arithmetic::value_type> last;
    long searched = 0;
    for (long depth = std::min(8L, maximum_depth);;
         depth = depth > maximum_depth / 2 ? maximum_depth : 2 * depth) {
        for (long n = searched + 1; n <= depth; ++n)
            if (k.is_zero(elements.numerator(k, n)))  // the fraction ends before this
                return run_backward_by(k, elements, n - 1, zero);
        searched = depth;
        auto result = run_backward_by(k, elements, depth, zero);
        if (last && k.settled(k.subtract(result.value, *last), tolerance, result.value))
            return result;
        if (depth == maximum_depth)
            throw_not_settled("evaluate_backward", depth);
        last = std::move(result.value);
    }
}

}  // namespace detail

/// The convergent A_depth/B_depth by the three-term recurrence, n ascending.
///
/// Before each step all four numbers are multiplied by a common power of two when the largest has
/// left the middle half of the exponent range of T (float, double, custom_float; other types have a
/// range that is not in danger). So overflow means that a single a_n or b_n is too large for T.
///
/// @tparam T        the number type of every step
/// @param fraction  anything with a(n), n ≥ 1, and b(n), n ≥ 0: see recurrence_elements.hpp
/// @param depth     n ≥ 0
/// @throws std::invalid_argument  if depth < 0
///
/// O(depth) operations.
template <recurrence_arithmetic Arithmetic, class Fraction>
recurrence_state<typename Arithmetic::value_type> forward_recurrence(const Fraction& fraction, long depth,
                                                                     const Arithmetic& arithmetic) {
    HALFULP_STRICT_FLOATING_POINT
    detail::require_depth("forward_recurrence", depth);
    Arithmetic k = arithmetic;
    const element_reader<Arithmetic, Fraction> elements(fraction);
    detail::forward_steps<Arithmetic> steps(k, elements.denominator(k, 0), {});
    for (long n = 1; n <= depth; ++n) {
        const auto a = elements.numerator(k, n);
        const auto b = elements.denominator(k, n);
        steps.step(k, a, b);
    }
    return steps.state();
}
template <number T, class Fraction>
recurrence_state<T> forward_recurrence(const Fraction& fraction, long depth) {
    return forward_recurrence(fraction, depth, number_arithmetic<T>{});
}

/// The value of forward_recurrence, with a report. A convergent with B_depth = 0 is what the type's
/// division by zero gives.
///
/// @throws convergence_error      if the arithmetic is exact and B_depth is zero
/// @throws std::invalid_argument  if depth < 0
template <dividing_arithmetic Arithmetic, class Fraction>
recurrence_result<typename Arithmetic::value_type> evaluate_forward(const Fraction& fraction, long depth,
                                                                    const Arithmetic& arithmetic) {
    if constexpr (Arithmetic::is_exact)
        return {forward_recurrence(fraction, depth, arithmetic).value(arithmetic), depth};
    else
        return detail::evaluate_to_depth<detail::forward_steps<Arithmetic>>(fraction, depth, arithmetic);
}
template <number T, class Fraction>
recurrence_result<T> evaluate_forward(const Fraction& fraction, long depth) {
    return evaluate_forward(fraction, depth, number_arithmetic<T>{});
}

/// The same until |C_n − C_{n-1}| ≤ tolerance·|C_n|, or until a_{n+1} is zero, where the fraction ends.
///
/// @throws convergence_error  if it does not settle within the maximum depth; at an infinity or NaN
template <ordered_arithmetic Arithmetic, class Fraction>
recurrence_result<typename Arithmetic::value_type> evaluate_forward(
    const Fraction& fraction, const adaptive_depth<typename Arithmetic::value_type>& stop,
    const Arithmetic& arithmetic) {
    return detail::evaluate_until_settled<detail::forward_steps<Arithmetic>>(fraction, stop, arithmetic);
}
template <number T, class Fraction>
recurrence_result<T> evaluate_forward(const Fraction& fraction, const adaptive_depth<T>& stop = {}) {
    return evaluate_forward(fraction, stop, number_arithmetic<T>{});
}

/// b_0 + a_1/(b_1 + … a_depth/(b_depth + tail)), from the inside out.
///
/// For a fixed depth it is stable where the tails stay away from −b_n. A zero denominator gives
/// what T's division gives (an infinity, from which the recurrence recovers); exact types throw.
///
/// @tparam T    a number type with division
/// @param tail  t_depth: 0 gives the convergent of that depth
/// @throws convergence_error      if T is exact and a denominator is zero
/// @throws std::invalid_argument  if depth < 0
///
/// O(depth) operations.
template <dividing_arithmetic Arithmetic, class Fraction>
recurrence_result<typename Arithmetic::value_type> evaluate_backward(const Fraction& fraction, long depth,
                                                                     const Arithmetic& arithmetic,
                                                                     typename Arithmetic::value_type tail) {
    HALFULP_STRICT_FLOATING_POINT
    detail::require_depth("evaluate_backward", depth);
    Arithmetic k = arithmetic;
    const element_reader<Arithmetic, Fraction> elements(fraction);
    return detail::run_backward_by(k, elements, depth, std::move(tail));
}
template <dividing_arithmetic Arithmetic, class Fraction>
recurrence_result<typename Arithmetic::value_type> evaluate_backward(const Fraction& fraction, long depth,
                                                                     const Arithmetic& arithmetic) {
    Arithmetic k = arithmetic;
    return evaluate_backward(fraction, depth, arithmetic, k.from_integer(0L));
}
template <number T, class Fraction>
recurrence_result<T> evaluate_backward(const Fraction& fraction, long depth) {
    return evaluate_backward(fraction, depth, number_arithmetic<T>{});
}
/// The value alone, with a tail.
template <number T, class Fraction>
T backward_recurrence(const Fraction& fraction, long depth, T tail = T(0)) {
    static_assert(!standard_integer<T> && !std::same_as<T, mpz_class>,
                  "backward_recurrence divides: use a rational or floating-point type");
    return evaluate_backward(fraction, depth, number_arithmetic<T>{}, std::move(tail)).value;
}

/// The same at depths 8, 16, 32, … until the relative change is at most the tolerance, or to the end of
/// a fraction with a zero a_n. At most twice the operations of the last depth.
///
/// @throws convergence_error  if T is exact and a denominator is zero; if it does not settle within the
///         maximum depth
template <ordered_arithmetic Arithmetic, class Fraction>
recurrence_result<typename Arithmetic::value_type> evaluate_backward(
    const Fraction& fraction, const adaptive_depth<typename Arithmetic::value_type>& stop,
    const Arithmetic& arithmetic) {
    HALFULP_STRICT_FLOATING_POINT
    detail::require_depth("evaluate_backward", stop.maximum_depth);
    Arithmetic k = arithmetic;
    const element_reader<Arithmetic, Fraction> elements(fraction);
    return detail::run_backward_until_settled(k, elements, stop.tolerance ? *stop.tolerance : k.epsilon(),
                                              stop.maximum_depth);
}
template <number T, class Fraction>
recurrence_result<T> evaluate_backward(const Fraction& fraction, const adaptive_depth<T>& stop = {}) {
    return evaluate_backward(fraction, stop, number_arithmetic<T>{});
}

}  // namespace v0
}  // namespace halfulp
