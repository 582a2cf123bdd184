// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The value of a polynomial continued fraction to a number of decimal digits, with what is known
/// about those digits: proven by an enclosure where that is simple, otherwise labelled an estimate.

#include <halfulp/continued_fractions/binary_splitting.hpp>
#include <halfulp/continued_fractions/moebius_map.hpp>
#include <halfulp/interop/mpfr.hpp>

#include <gmpxx.h>
#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace halfulp {
inline namespace v0 {

/// Where the number of digits comes from.
enum class evidence {
    exact,      ///< proof: the fraction terminates, the value is rational
    enclosure,  ///< proof: all a_n, b_n (n ≥ 1) are positive, so that consecutive convergents enclose the value
    agreement  ///< no proof: a convergent and a deeper one agree on these digits
};

/// What `evaluate` can be told.
struct evaluation_options {
    /// The value wanted is this function of the fraction.
    moebius_map map{};
    /// No convergent beyond this n is computed.
    long maximum_depth = 20'000'000;
};

/// A value and what is known about it.
struct evaluation {
    mpfr_real value;  ///< to `digits` decimal digits and some more
    long digits;      ///< |value − limit| ≤ 10^-digits·|value|, by `kind`
    evidence kind;    ///< whether that is proven
    long depth;       ///< n of the deepest convergent used
};

namespace detail {

inline constexpr double log2_of_10 = 3.3219280948873623;

/// (p·A + q·B)/(r·A + s·B) as integers.
inline convergent_fraction mapped(const moebius_map& m, const mpz_class& a, const mpz_class& b) {
    return {m.p * a + m.q * b, m.r * a + m.s * b};
}

/// numerator/denominator with a relative error below 3·2^-precision.
inline mpfr_real quotient(const convergent_fraction& x, mpfr_prec_t precision) {
    const mpfr_real numerator(x.numerator, precision);
    const mpfr_real denominator(x.denominator, precision);
    mpfr_real result(precision);
    mpfr_div(result.get(), numerator.get(), denominator.get(), MPFR_RNDN);
    return result;
}

/// floor(−log10) of |x − y|/|x|, plus the 6·2^-precision that the two quotients may be off:
/// decimal digits to which both are one number. 0 where they are not.
inline long agreeing_digits(const mpfr_real& x, const mpfr_real& y, long precision) {
    if (!mpfr_number_p(x.get()) || !mpfr_number_p(y.get()) || mpfr_zero_p(x.get()))
        return 0;
    mpfr_real gap(64);
    mpfr_sub(gap.get(), x.get(), y.get(), MPFR_RNDA);
    mpfr_div(gap.get(), gap.get(), x.get(), MPFR_RNDA);
    mpfr_abs(gap.get(), gap.get(), MPFR_RNDU);
    mpfr_real slack(1L, 64);
    mpfr_mul_2si(slack.get(), slack.get(), 4 - precision, MPFR_RNDU);
    mpfr_add(gap.get(), gap.get(), slack.get(), MPFR_RNDU);
    mpfr_log10(gap.get(), gap.get(), MPFR_RNDU);
    return mpfr_sgn(gap.get()) >= 0 ? 0 : -mpfr_get_si(gap.get(), MPFR_RNDU);
}

/// All a_n and b_n with n ≥ 1 are positive, proven by polynomial signs and evaluation.
inline bool all_positive(const polynomial_continued_fraction& fraction) {
    constexpr long limit = 100'000;
    const long from = fraction.polynomial_from();
    const long a = fraction.numerators().constant_sign_from(from, limit);
    const long b = fraction.denominators().constant_sign_from(from, limit);
    if (a < 0 || b < 0 || fraction.numerators().leading_coefficient() < 0 ||
        fraction.denominators().leading_coefficient() < 0)
        return false;
    for (long n = 1; n < std::max(a, b); ++n)
        if (fraction.a(n) <= 0 || fraction.b(n) <= 0)
            return false;
    return true;
}

/// log10 |x| of an integer of any size; −infinity for zero.
inline double log10_size(const mpz_class& x) {
    long exponent = 0;
    const double fraction = mpz_get_d_2exp(&exponent, x.get_mpz_t());
    return std::log10(std::fabs(fraction)) + static_cast<double>(exponent) / log2_of_10;
}

/// A depth at which the fraction should have the digits; 0 where the class does not tell.
/// Factorial class: the error falls about like Π |a_n|/|b_n·b_{n-1}|.
inline long estimated_depth(const polynomial_continued_fraction& fraction, const convergence_rate& rate,
                            double digits, long maximum) {
    if (rate.kind == convergence::exponential && rate.digits_a_term > 0)
        return static_cast<long>(std::min(digits / rate.digits_a_term, static_cast<double>(maximum))) + 16;
    if (rate.kind != convergence::factorial)
        return 0;
    double gained = 0;
    double previous = 0;
    for (long n = 1; n < maximum; ++n) {
        const double size = log10_size(fraction.b(n));
        const double step = size + previous - log10_size(fraction.a(n));
        gained += std::isfinite(step) ? step : 0;
        previous = std::isfinite(size) ? size : 0;
        if (gained > digits)
            return n + 16;
    }
    return maximum;
}

/// The least n ≥ 1 with a_n = 0 as far as the signs settle by 10 000, or 0.
inline long termination(const polynomial_continued_fraction& fraction) {
    if (rate_of_convergence(fraction).kind != convergence::terminating)
        return 0;
    long n = 1;
    while (fraction.a(n) != 0)
        ++n;
    return n;
}

}  // namespace detail

/// The value of the fraction (or of options.map of it), to `digits` decimal digits.
///
/// The depth comes from the convergence class and is confirmed: with positive elements by the gap
/// between the last two convergents, which enclose the limit if there is one; otherwise by the
/// agreement of the convergent with one an eighth deeper (twice as deep where the class is
/// polynomial), which proves nothing. While the digits are not reached, the depth grows by half,
/// or doubles.
///
/// @throws convergence_error      where the coefficients say that there is no limit, where a
///         terminating fraction ends in a division by zero, and where maximum_depth does not reach
///         the digits; the text says how far it came
/// @throws std::invalid_argument  if digits < 1
///
/// O(M(S) log depth) for convergents of S bits.
inline evaluation evaluate(const polynomial_continued_fraction& fraction, long digits,
                           const evaluation_options& options = {}) {
    if (digits < 1 || digits > 1'000'000'000)
        throw_argument_error<std::invalid_argument>("evaluate", "digits", std::to_string(digits),
                                                    "1 ... 10^9");
    const long precision = static_cast<long>(static_cast<double>(digits) * detail::log2_of_10) + 64;

    // 1. A fraction that ends is a rational number.
    if (const long end = detail::termination(fraction); end > 0) {
        const convergent_fraction last = convergent(fraction, end - 1);
        const convergent_fraction value = detail::mapped(options.map, last.numerator, last.denominator);
        if (value.denominator == 0)
            throw convergence_error("halfulp::evaluate: the fraction ends at n = " + std::to_string(end - 1) +
                                    " with denominator zero");
        return {detail::quotient(value, precision), digits, evidence::exact, end - 1};
    }

    // 2. The depth that the convergence class suggests.
    const convergence_rate rate = rate_of_convergence(fraction);
    if (rate.kind == convergence::none)
        throw convergence_error("halfulp::evaluate: the leading coefficients a = " +
                                fraction.numerators().leading_coefficient().get_str() +
                                ", b = " + fraction.denominators().leading_coefficient().get_str() +
                                " say that the convergents have no limit");
    const bool slow = rate.kind == convergence::polynomial;
    const bool enclosed = detail::all_positive(fraction);
    long depth = std::max(
        64L, detail::estimated_depth(fraction, rate, static_cast<double>(digits) + 2, options.maximum_depth));
    depth = std::min(depth, options.maximum_depth);

    // 3. Compute, confirm, and go deeper while the digits are not there.
    integer_matrix2 product = splitting_product(fraction, 0, depth + 1);
    for (long reached = 0;;) {
        const long further = std::min(slow ? depth : std::max(8L, depth / 8), options.maximum_depth - depth);
        mpfr_real value = detail::quotient(detail::mapped(options.map, product.p, product.r), precision);
        if (enclosed) {
            // Both ends of the enclosure, mapped. It stays an enclosure if no pole is inside.
            const convergent_fraction here = detail::mapped(options.map, product.p, product.r);
            const convergent_fraction before = detail::mapped(options.map, product.q, product.s);
            const bool pole =
                sgn(here.denominator) * sgn(product.r) != sgn(before.denominator) * sgn(product.s);
            const mpfr_real other = detail::quotient(before, precision);
            reached = pole ? 0 : detail::agreeing_digits(value, other, precision);
            if (reached >= digits)
                return {std::move(value), reached, evidence::enclosure, depth};
        }
        if (further <= 0)
            throw convergence_error("halfulp::evaluate: " + std::to_string(reached) + " of " +
                                    std::to_string(digits) + " digits at the maximum depth " +
                                    std::to_string(depth));
        product = product * splitting_product(fraction, depth + 1, depth + further + 1);
        depth += further;
        if (!enclosed) {
            mpfr_real deeper = detail::quotient(detail::mapped(options.map, product.p, product.r), precision);
            reached = detail::agreeing_digits(deeper, value, precision);
            if (reached >= digits)
                return {std::move(deeper), reached, evidence::agreement, depth};
        }
    }
}

}  // namespace v0
}  // namespace halfulp
