// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Enclosures for continued fractions in general, whose elements are callables: what can be checked
/// on a finite stretch of n, and the image of an interval for a tail.
///
/// A fraction is here anything with a(n), n ≥ 1, and b(n), n ≥ 0, that give mpz_class or built-in
/// integers. Nothing is known of elements beyond the stretch: the proof is complete only with the
/// reader's word that the condition goes on to hold, or for the fraction that ends there.

#include <halfulp/continued_fractions/rational_interval.hpp>
#include <halfulp/core/errors.hpp>

#include <gmpxx.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// The least n in first … last for which the condition on a_n, b_{n-1}, b_n fails; nothing if none.
template <class Fraction, class Condition>
std::optional<long> first_failure(const char* function, const Fraction& fraction, long first, long last,
                                  const Condition& condition) {
    if (first < 1)
        throw_argument_error<std::invalid_argument>(function, "first", std::to_string(first), "first >= 1");
    mpz_class previous = fraction.b(first - 1);
    for (long n = first; n <= last; ++n) {
        const mpz_class a = fraction.a(n);
        mpz_class b = fraction.b(n);
        if (!condition(a, previous, b))
            return n;
        previous = std::move(b);
    }
    return std::nullopt;
}

/// The interval from x to y, in whichever order.
inline rational_interval interval_between(mpq_class x, mpq_class y) {
    return x <= y ? rational_interval{std::move(x), std::move(y)}
                  : rational_interval{std::move(y), std::move(x)};
}

}  // namespace detail

/// Pringsheim's condition |b_n| ≥ |a_n| + 1 for first ≤ n ≤ last: the least n at which it fails, or
/// nothing. Where it holds for all n > m, every tail t_m lies in [−1, 1] and the tail converges
/// (Pringsheim 1899, Śleszyński 1889; DLMF §1.12(v)).
///
/// @throws std::invalid_argument if first < 1
template <class Fraction>
std::optional<long> first_failure_of_pringsheim(const Fraction& fraction, long first, long last) {
    return detail::first_failure(
        "first_failure_of_pringsheim", fraction, first, last,
        [](const mpz_class& a, const mpz_class&, const mpz_class& b) { return abs(b) > abs(a); });
}

/// Worpitzky's condition |a_n| ≤ |b_{n-1}·b_n|/4, b_{n-1}·b_n ≠ 0, for first ≤ n ≤ last: the least n
/// at which it fails, or nothing. Where it holds for all n ≥ m + 2, the tail t_m lies in
/// (a_{m+1}/b_{m+1})·[2/3, 2] and converges (Worpitzky 1865; DLMF §1.12(v)).
///
/// @throws std::invalid_argument if first < 1
template <class Fraction>
std::optional<long> first_failure_of_worpitzky(const Fraction& fraction, long first, long last) {
    return detail::first_failure("first_failure_of_worpitzky", fraction, first, last,
                                 [](const mpz_class& a, const mpz_class& previous, const mpz_class& b) {
                                     const mpz_class product = abs(previous * b);
                                     return product != 0 && 4 * abs(a) <= product;
                                 });
}

/// Whether a_{n+1}/(b_{n+1} + T_{n+1}) ⊂ T_n, without a division by zero: the step of a proof that the
/// T_n enclose the tails. T_n = tail_at(n) is a rational_interval. The least n in first … last for
/// which it is not so, or nothing. With 0 ∈ T_n the image of T_n holds every later convergent too.
///
/// @throws std::invalid_argument if first < 0
template <class Fraction, class TailAt>
std::optional<long> first_failure_of_tails(const Fraction& fraction, const TailAt& tail_at, long first,
                                           long last) {
    if (first < 0)
        throw_argument_error<std::invalid_argument>("first_failure_of_tails", "first", std::to_string(first),
                                                    "first >= 0");
    rational_interval outer = tail_at(first);
    for (long n = first; n <= last; ++n) {
        rational_interval inner = tail_at(n + 1);
        const mpq_class a(mpz_class(fraction.a(n + 1))), b(mpz_class(fraction.b(n + 1)));
        const mpq_class low = b + inner.low, high = b + inner.high;
        if (inner.low > inner.high || sgn(low) * sgn(high) <= 0 ||
            !outer.contains(detail::interval_between(a / low, a / high)))
            return n;
        outer = std::move(inner);
    }
    return std::nullopt;
}

/// The image of an interval for the tail t_n: all values b_0 + a_1/(b_1 + … + a_n/(b_n + t)), t ∈ tail.
/// Encloses the value of the fraction if the tail does its tail, exactly, with rational ends.
/// Nothing where the image contains infinity.
///
/// Convergents by the recurrence, O(n) products of growing integers.
///
/// @throws std::invalid_argument if n < 0 or tail.low > tail.high
template <class Fraction>
std::optional<rational_interval> image_of_tail(const Fraction& fraction, long n,
                                               const rational_interval& tail) {
    if (n < 0)
        throw_argument_error<std::invalid_argument>("image_of_tail", "n", std::to_string(n), "n >= 0");
    if (tail.low > tail.high)
        throw_argument_error<std::invalid_argument>("image_of_tail", "tail.low", tail.low.get_str(),
                                                    "tail.low <= tail.high = " + tail.high.get_str());
    mpz_class before_p = 1, p = fraction.b(0L), before_q = 0, q = 1;
    for (long i = 1; i <= n; ++i) {
        const mpz_class a = fraction.a(i), b = fraction.b(i);
        before_p = b * p + a * before_p;
        before_q = b * q + a * before_q;
        swap(before_p, p);
        swap(before_q, q);
    }
    const mpq_class low = q + tail.low * before_q, high = q + tail.high * before_q;
    if (sgn(low) * sgn(high) <= 0)
        return std::nullopt;
    return detail::interval_between((p + tail.low * before_p) / low, (p + tail.high * before_p) / high);
}

}  // namespace v0
}  // namespace halfulp
