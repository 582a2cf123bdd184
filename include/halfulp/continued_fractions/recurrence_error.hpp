// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A priori bounds on the rounding error of the forward and the backward recurrence in a format: from the
/// fraction alone, without the computed numbers. (Bounds from the computed numbers, for every method, are
/// in running_error.hpp.)
///
/// One rounding of x to a normal number is x(1 + δ), |δ| ≤ μ, μ = 2^-p to nearest and 2^(1−p) in the other
/// modes; below the smallest normal number it is off by at most η, half a quantum or a quantum (without
/// subnormals the smallest normal value). α_n, β_n are μ where a_n, b_n are not numbers of the format, else 0.
///
/// Backward. With t_n the exact tails of the fraction that ends at `depth`, s_n = b_n + t_n, and E_n the
/// bound on the relative error of the computed t_n, E_depth = 0:
///
///     x_n = |b_n/s_n|·β_n + |t_n/s_n|·E_n
///     E_{n-1} = (α_n + 2μ + α_n·μ + x_n)/((1 − μ)(1 − x_n))      [+ η/|t_{n-1}| where t_{n-1} is below normal]
///     |Ĉ − C| ≤ (|b_0|·β_0 + |t_0|·E_0)(1 + μ) + μ·|C|
///
/// valid while x_n < 1. So errors die out where |t_n/s_n| stays below 1, by that factor a term, and
/// grow where it is above: where a tail is close to −b_n.
///
/// Forward. With e_n the bound on |Â_n − A_n|, M_n = |A_n| + e_n, ā = |a_n|(1 + α_n), and the same for B_n:
///
///     τ_n = |b_n|·(e_{n-1} + β_n·M_{n-1}) + |a_n|·(e_{n-2} + α_n·M_{n-2}) + μ·ā·M_{n-2}
///     e_n = τ_n + μ·(|A_n| + τ_n) + 2η',   e_{n-1} also grows by η'
///     |Ĉ − C| ≤ (e^A + |C|·e^B)/(|B| − e^B)·(1 + μ) + μ·|C|      [+ η where C is below normal]
///
/// η' is η at the scale that the renormalisation leaves: η·2^-⌊e_min/4⌋ times the largest of the four. With
/// all elements positive this is about 3·depth·μ for each of A and B; with signs that alternate it
/// exceeds the true error by the growth of the recurrence with |a_n|, |b_n| over that of the fraction.
///
/// Both are computed with directed rounding from exact integers or intervals, and infinite where the recurrence may
/// overflow or divide by zero.
///
/// Sources: Blanch, Numerical evaluation of continued fractions, SIAM Review 6 (1964); Jones and Thron,
/// Numerical stability in evaluating continued fractions, Mathematics of Computation 28 (1974), whose first-order bound
/// of the backward recurrence this is with all terms kept; Higham, Accuracy and Stability of Numerical
/// Algorithms, 2nd edition, 2002, chapters 2 and 3, for the forward one.

#include <halfulp/continued_fractions/recurrence_evaluation.hpp>
#include <halfulp/interop/mpfr.hpp>

#include <gmpxx.h>
#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// An upper bound of something that is not negative: every operation rounds upward.
class upper_bound {
  public:
    upper_bound(double x = 0) : value_(x, precision, MPFR_RNDU) {}
    upper_bound(const mpfr_real& x) : value_(precision) { mpfr_abs(value_.get(), x.get(), MPFR_RNDU); }
    upper_bound(const mpz_class& x) : value_(x, precision, MPFR_RNDA) {
        mpfr_abs(value_.get(), value_.get(), MPFR_RNDU);
    }
    /// 2^exponent.
    static upper_bound power_of_two(long exponent) {
        upper_bound result(1.0);
        mpfr_mul_2si(result.value_.get(), result.value_.get(), exponent, MPFR_RNDU);
        return result;
    }
    static upper_bound infinity() { return std::numeric_limits<double>::infinity(); }

    friend upper_bound operator+(upper_bound x, const upper_bound& y) {
        mpfr_add(x.value_.get(), x.value_.get(), y.value_.get(), MPFR_RNDU);
        return x;
    }
    friend upper_bound operator*(upper_bound x, const upper_bound& y) {
        mpfr_mul(x.value_.get(), x.value_.get(), y.value_.get(), MPFR_RNDU);
        return x;
    }
    /// x/(least − y), infinite unless that is positive: for divisors that are at least so large.
    static upper_bound quotient(upper_bound x, const mpfr_real& least, const upper_bound& y) {
        mpfr_real divisor(precision);
        mpfr_abs(divisor.get(), least.get(), MPFR_RNDD);
        mpfr_sub(divisor.get(), divisor.get(), y.value_.get(), MPFR_RNDD);
        if (!(mpfr_sgn(divisor.get()) > 0))
            return infinity();
        mpfr_div(x.value_.get(), x.value_.get(), divisor.get(), MPFR_RNDU);
        return x;
    }
    friend bool operator<(const upper_bound& x, const upper_bound& y) {
        return mpfr_less_p(x.value_.get(), y.value_.get()) != 0;
    }
    bool is_zero() const { return mpfr_zero_p(value_.get()) != 0; }
    /// False for infinity and NaN.
    bool is_finite() const { return mpfr_number_p(value_.get()) != 0; }
    const mpfr_real& value() const { return value_; }
    double to_double() const {
        return is_finite() ? mpfr_get_d(value_.get(), MPFR_RNDU) : std::numeric_limits<double>::infinity();
    }

  private:
    static constexpr mpfr_prec_t precision = 64;
    mpfr_real value_;
};
inline const upper_bound& larger_of(const upper_bound& x, const upper_bound& y) {
    return x < y ? y : x;
}

/// What one rounding into a format may do.
struct rounding_model {
    rounding_model(const float_format& f, rounding mode)
        : format(f),
          unit(upper_bound::power_of_two(is_nearest(mode) ? -f.precision() : 1 - f.precision())),
          smallest_error(upper_bound::power_of_two(f.has_subnormals ? f.minimum_quantum_exponent() -
                                                                          (is_nearest(mode) ? 1 : 0)
                                                                    : f.minimum_exponent())),
          smallest_normal(upper_bound::power_of_two(f.minimum_exponent())),
          largest(128) {
        const uint128 magnitude = f.largest_finite_magnitude();
        const bool normal = (magnitude & f.significand_mask()) != magnitude || !f.has_zero();
        const uint128 significand =
            normal ? (magnitude & f.significand_mask()) | (uint128{1} << f.significand_bits) : magnitude;
        const int width = bit_width(significand);
        // The leading 63 bits, cut off.
        const auto leading =
            static_cast<std::uint64_t>(width > 63 ? significand >> (width - 63) : significand);
        mpfr_set_ui_2exp(largest.get(), static_cast<unsigned long>(leading),
                         f.maximum_exponent() - std::min(width, 63) + 1, MPFR_RNDD);
    }
    /// α_n or β_n.
    upper_bound of_element(const mpz_class& x) const {
        const auto low = x == 0 ? 0 : static_cast<long>(mpz_scan1(x.get_mpz_t(), 0));
        return static_cast<long>(mpz_sizeinbase(x.get_mpz_t(), 2)) - low <= format.precision() ? upper_bound()
                                                                                               : unit;
    }
    /// Whether a number of at most this size, once rounded, is finite for sure.
    bool holds(const upper_bound& size) const { return !(upper_bound(largest) < size * (unit + 1.0)); }
    /// Integers are normal numbers unless they are too large.
    bool holds(const mpz_class& x) const { return format.minimum_exponent() <= 0 && holds(upper_bound(x)); }

    float_format format;
    upper_bound unit;            // μ
    upper_bound smallest_error;  // η
    upper_bound smallest_normal;
    mpfr_real largest;
};

/// Where an exact tail lies.
struct tail_interval_ends {
    mpfr_real low, high;

    explicit tail_interval_ends(mpfr_prec_t precision) : low(0L, precision), high(0L, precision) {}
    /// x + the tail.
    tail_interval_ends& add(const mpz_class& x) {
        mpfr_add_z(low.get(), low.get(), x.get_mpz_t(), MPFR_RNDD);
        mpfr_add_z(high.get(), high.get(), x.get_mpz_t(), MPFR_RNDU);
        return *this;
    }
    bool contains_zero() const { return mpfr_sgn(low.get()) * mpfr_sgn(high.get()) <= 0; }
    /// x divided by the interval, which does not contain zero.
    tail_interval_ends& divide_into(const mpz_class& x) {
        const bool negative = x < 0;
        const mpfr_real size(
            mpz_class(abs(x)),
            std::max<mpfr_prec_t>(static_cast<mpfr_prec_t>(mpz_sizeinbase(x.get_mpz_t(), 2)), 2));
        mpfr_real new_low(low.precision());
        mpfr_div(new_low.get(), size.get(), high.get(), MPFR_RNDD);
        mpfr_div(high.get(), size.get(), low.get(), MPFR_RNDU);
        low = std::move(new_low);
        if (negative) {
            mpfr_swap(low.get(), high.get());
            mpfr_neg(low.get(), low.get(), MPFR_RNDD);
            mpfr_neg(high.get(), high.get(), MPFR_RNDU);
        }
        return *this;
    }
    /// The ends of smaller and larger size; the interval does not contain zero, or is zero.
    const mpfr_real& least() const { return mpfr_sgn(low.get()) > 0 ? low : high; }
    upper_bound size() const { return larger_of(upper_bound(low), upper_bound(high)); }
};

inline void require_error_bound(const char* function, long depth, const float_format& format, rounding mode) {
    require_depth(function, depth);
    if (const char* reason = why_invalid(format))
        throw format_error(std::string("halfulp::") + function + ": format is not valid: " + reason);
    if (mode > rounding::stochastic_equal)
        throw format_error(std::string("halfulp::") + function + ": mode is no enumerator of rounding");
}

}  // namespace detail

/// A bound on |Ĉ − C|, Ĉ what evaluate_backward gives in the format and mode for this depth, C the exact
/// convergent; see the file comment. Infinity where none was found: an overflow, or a denominator that may be
/// zero, are possible.
///
/// @param fraction  anything with a(n), n ≥ 1, and b(n), n ≥ 0, giving mpz_class
/// @throws std::invalid_argument  if depth < 0 or the format is not valid
///
/// O(depth) operations on numbers of 64 + 2p bits.
template <class Fraction>
double backward_error_bound(const Fraction& fraction, long depth, const float_format& format,
                            rounding mode = rounding::ties_to_even) {
    using detail::upper_bound;
    detail::require_error_bound("backward_error_bound", depth, format, mode);
    const detail::rounding_model model(format, mode);
    constexpr double none = std::numeric_limits<double>::infinity();
    detail::tail_interval_ends tail(64 + 2 * format.precision());
    const mpfr_real one(1L, 64);
    upper_bound error;  // E_n
    for (long n = depth; n >= 1; --n) {
        const mpz_class a(fraction.a(n)), b(fraction.b(n));
        const upper_bound tail_size = tail.size();
        tail.add(b);
        if (tail.contains_zero() || !model.holds(a) || !model.holds(b))
            return none;
        if (!format.has_subnormals && upper_bound(tail.least()) < model.smallest_normal * 2.0)
            return none;  // a sum may be rounded to zero
        const upper_bound x =
            upper_bound::quotient(upper_bound(b) * model.of_element(b) + tail_size * error, tail.least(), {});
        if (!model.holds(tail.size() * (x + 1.0)))
            return none;
        if (a == 0) {
            if (!(x < 1.0))
                return none;
            tail = detail::tail_interval_ends(64 + 2 * format.precision());
            error = {};
            continue;
        }
        const upper_bound alpha = model.of_element(a);
        error = upper_bound::quotient(
            upper_bound::quotient(alpha + model.unit + model.unit + alpha * model.unit + x, one, x), one,
            model.unit);
        tail.divide_into(a);
        // The computed tail may be below the smallest normal number.
        if (upper_bound(tail.least()) < model.smallest_normal * 2.0)
            error = error + upper_bound::quotient(model.smallest_error, tail.least(), {});
        if (!error.is_finite() || !model.holds(tail.size() * (error + 1.0)))
            return none;
    }
    const mpz_class b(fraction.b(0));
    if (!model.holds(b))
        return none;
    const upper_bound propagated = upper_bound(b) * model.of_element(b) + tail.size() * error;
    tail.add(b);
    if (!model.holds(tail.size() + propagated))
        return none;
    const bool tiny = !format.has_subnormals && upper_bound(tail.least()) < model.smallest_normal * 2.0;
    return (propagated * (model.unit + 1.0) + model.unit * tail.size() +
            (tiny ? model.smallest_error : upper_bound()))
        .to_double();
}

/// A bound on |Ĉ − C|, Ĉ what evaluate_forward gives in the format and mode for this depth, C the exact
/// convergent; see the file comment. Infinity where none was found: an overflow or a zero denominator are
/// possible.
///
/// @param fraction  anything with a(n), n ≥ 1, and b(n), n ≥ 0, giving mpz_class
/// @throws std::invalid_argument  if depth < 0 or the format is not valid
///
/// O(depth) operations on exact integers that grow with the depth.
template <class Fraction>
double forward_error_bound(const Fraction& fraction, long depth, const float_format& format,
                           rounding mode = rounding::ties_to_even) {
    using detail::upper_bound;
    detail::require_error_bound("forward_error_bound", depth, format, mode);
    const detail::rounding_model model(format, mode);
    constexpr double none = std::numeric_limits<double>::infinity();
    struct exact_and_error {
        mpz_class exact;
        upper_bound error;
        upper_bound size() const { return upper_bound(exact) + error; }
    };
    exact_and_error numerator{mpz_class(fraction.b(0)), {}}, previous_numerator{1, {}}, denominator{1, {}},
        previous_denominator{0, {}};
    if (!model.holds(numerator.exact))
        return none;
    numerator.error = upper_bound(numerator.exact) * model.of_element(numerator.exact);
    const auto at_least = [](const exact_and_error& x) {  // of the computed number
        mpfr_real result(mpz_class(abs(x.exact)), 64, MPFR_RNDD);
        mpfr_sub(result.get(), result.get(), x.error.value().get(), MPFR_RNDD);
        return result;
    };
    const upper_bound scaled_error =
        model.smallest_error * upper_bound::power_of_two(std::max(0, -(format.minimum_exponent() / 4)));
    const upper_bound top = upper_bound::power_of_two(format.maximum_exponent() / 4 + 1);
    for (long n = 1; n <= depth; ++n) {
        const mpz_class a(fraction.a(n)), b(fraction.b(n));
        if (!model.holds(a) || !model.holds(b))
            return none;
        const upper_bound alpha = model.of_element(a), beta = model.of_element(b);
        const upper_bound largest =
            detail::larger_of(detail::larger_of(numerator.size(), previous_numerator.size()),
                              detail::larger_of(denominator.size(), previous_denominator.size()));
        // The least that the largest of the computed ones can be: what the scale is made of.
        mpfr_real scale = at_least(numerator);
        for (const exact_and_error* x : {&previous_numerator, &denominator, &previous_denominator})
            if (const mpfr_real other = at_least(*x); mpfr_less_p(scale.get(), other.get()) != 0)
                scale = other;
        const upper_bound eta = scaled_error * largest;
        bool overflows = false;
        const auto step = [&](exact_and_error& current, exact_and_error& previous) {
            current.error = current.error + eta;
            previous.error = previous.error + eta;
            exact_and_error next{b * current.exact + a * previous.exact, {}};
            const upper_bound product = upper_bound(a) * (alpha + 1.0) * previous.size();
            const upper_bound tau = upper_bound(b) * (current.error + beta * current.size()) +
                                    upper_bound(a) * (previous.error + alpha * previous.size()) +
                                    model.unit * product;
            next.error = tau + model.unit * (upper_bound(next.exact) + tau) + eta + eta;
            overflows = overflows || !model.holds(upper_bound::quotient(
                                         detail::larger_of(product, next.size()) * top, scale, {}));
            previous = std::move(current);
            current = std::move(next);
        };
        step(numerator, previous_numerator);
        step(denominator, previous_denominator);
        if (overflows)
            return none;
    }
    // |C| upward.
    const mpfr_real divisor(mpz_class(abs(denominator.exact)), 64, MPFR_RNDD);
    const upper_bound value = upper_bound::quotient(upper_bound(numerator.exact), divisor, {});
    const upper_bound propagated =
        upper_bound::quotient(numerator.error + value * denominator.error, divisor, denominator.error);
    if (!propagated.is_finite() || !model.holds(value + propagated))
        return none;
    const bool tiny = numerator.exact == 0 || value < model.smallest_normal * 2.0;
    return (propagated * (model.unit + 1.0) + model.unit * value +
            (tiny ? model.smallest_error : upper_bound()))
        .to_double();
}

}  // namespace v0
}  // namespace halfulp
