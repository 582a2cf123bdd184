// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the convergents of a fraction do, measured from exact ones: how fast they converge and in which class,
/// how well they approximate for the size of their denominators (δ), and how much numerators and denominators
/// have in common. For any fraction; polynomial ones go through the product tree.
///
/// These are measurements at a finite depth, not proofs: `rate_of_convergence` decides from the coefficients.
/// Denominators B_n = 0 on the way are no error, the convergent is infinite there.

#include <halfulp/continued_fractions/binary_splitting.hpp>
#include <halfulp/continued_fractions/general_continued_fraction.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/interop/mpfr.hpp>

#include <gmpxx.h>
#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// log |x|, −infinity for 0, to double precision whatever the size.
inline double natural_log_of(const mpz_class& x) {
    long exponent = 0;
    const double fraction = mpz_get_d_2exp(&exponent, x.get_mpz_t());
    return std::log(std::fabs(fraction)) + static_cast<double>(exponent) * std::log(2.0);
}

/// log |x|.
inline double natural_log_of(const mpfr_real& x) {
    long exponent = 0;
    const double fraction = mpfr_get_d_2exp(&exponent, x.get(), MPFR_RNDN);
    return std::log(std::fabs(fraction)) + static_cast<double>(exponent) * std::log(2.0);
}

/// Exact convergents at ascending n: by the product tree for polynomial fractions, else by the recurrence.
template <continued_fraction Fraction>
class convergent_walk {
  public:
    explicit convergent_walk(const Fraction& fraction) : fraction_(fraction) {}
    /// A_n and B_n; n not smaller than in the call before.
    convergent_fraction at(long n) {
        if constexpr (std::same_as<Fraction, polynomial_continued_fraction>) {
            if (n + 1 - next_ > 32) {
                const auto further = splitting_product(fraction_, next_, n + 1);
                state_ = next_ == 0 ? further : state_ * further;
                next_ = n + 1;
            }
        }
        for (; next_ <= n; ++next_) {
            const mpz_class a = next_ == 0 ? mpz_class(1) : mpz_class(fraction_.a(next_));
            const mpz_class b = fraction_.b(next_);
            mpz_class numerator = b * state_.p + a * state_.q, denominator = b * state_.r + a * state_.s;
            state_.q = std::move(state_.p);
            state_.p = std::move(numerator);
            state_.s = std::move(state_.r);
            state_.r = std::move(denominator);
        }
        return {state_.p, state_.r};
    }

  private:
    const Fraction& fraction_;
    integer_matrix2 state_{1, 0, 0, 1};
    long next_ = 0;
};

/// log |A·D − C·B| for x = A/B and y = C/D, −infinity where they are equal, to about 9 digits. `bits` is where the
/// number of bits to try first is taken from, and left at what was enough: neighbours need as many.
inline double log_cross(const convergent_fraction& x, const convergent_fraction& y, mpfr_prec_t& bits) {
    if (x.numerator == y.numerator && x.denominator == y.denominator)
        return -std::numeric_limits<double>::infinity();
    if (x.denominator == 0 || y.denominator == 0 || x.numerator == 0 || y.numerator == 0) {
        // One of the two products is zero.
        return std::max(natural_log_of(x.numerator) + natural_log_of(y.denominator),
                        natural_log_of(y.numerator) + natural_log_of(x.denominator));
    }
    // Far cheaper than the products, which have many more digits than the distance needs.
    const auto size = static_cast<mpfr_prec_t>(mpz_sizeinbase(x.denominator.get_mpz_t(), 2) +
                                               mpz_sizeinbase(y.denominator.get_mpz_t(), 2));
    const mpfr_prec_t first_bits = std::max<mpfr_prec_t>(bits, 128);
    for (bits = first_bits; bits < size; bits *= 2) {
        const auto quotient = [bits](const convergent_fraction& z) {
            mpfr_real numerator(z.numerator, bits);
            const mpfr_real denominator(z.denominator, bits);
            mpfr_div(numerator.get(), numerator.get(), denominator.get(), MPFR_RNDN);
            return numerator;
        };
        const mpfr_real of_x = quotient(x), of_y = quotient(y);
        mpfr_real difference(64);
        mpfr_sub(difference.get(), of_x.get(), of_y.get(), MPFR_RNDN);
        // Each quotient is off by 2^(2 - bits) of itself at most.
        if (mpfr_zero_p(difference.get()) == 0 &&
            mpfr_get_exp(difference.get()) >
                std::max(mpfr_get_exp(of_x.get()), mpfr_get_exp(of_y.get())) - bits + 34)
            return natural_log_of(difference) + natural_log_of(x.denominator) + natural_log_of(y.denominator);
    }
    bits = first_bits;
    return natural_log_of(mpz_class(x.numerator * y.denominator - y.numerator * x.denominator));
}

/// log |x − y|; +infinity where one is infinite (or 0/0), −infinity where they are equal.
inline double log_distance(const convergent_fraction& x, const convergent_fraction& y, mpfr_prec_t& bits) {
    if (x.denominator == 0 || y.denominator == 0)
        return std::numeric_limits<double>::infinity();
    return log_cross(x, y, bits) - natural_log_of(x.denominator) - natural_log_of(y.denominator);
}

/// The logarithm of the chordal distance of x/scale and y/scale on the sphere, at most 0: no pole spoils it.
inline double log_chord(const convergent_fraction& x, const convergent_fraction& y, double log_scale,
                        mpfr_prec_t& bits) {
    const auto log_norm = [log_scale](const convergent_fraction& z) {
        const double p = natural_log_of(z.numerator) - log_scale, q = natural_log_of(z.denominator);
        const double high = std::max(p, q);
        return std::isfinite(high) ? high + std::log1p(std::exp(2 * (std::min(p, q) - high))) / 2 : 0.0;
    };
    return log_cross(x, y, bits) - log_scale - log_norm(x) - log_norm(y);
}

}  // namespace detail

/// How the convergents converge, measured; all figures from exact convergents up to 2·depth.
struct convergence_measurement {
    convergence kind;      ///< the class
    double digits_a_term;  ///< exponential: −log10 of the ratio of errors, factors n^c taken out; otherwise 0
    double exponent;       ///< polynomial: c in |C − C_n| ~ n^-c; factorial: c in n!^-c; otherwise 0
    double stretch;  ///< σ in −log |C − C_n| ~ n^σ: 0 polynomial, ½ for exp(−√n), 1 exponential or factorial
    double digits;  ///< −log10 of the largest |C_n − C_{2·depth}| over sampled n in depth … 2·depth
};

namespace detail {

/// A convergent and its number.
struct numbered_convergent {
    long n;
    convergent_fraction value;
};

/// 24 convergents in n … 2n − 1, of both parities, and C_2n.
template <class Walk>
std::vector<numbered_convergent> sampled_convergents(Walk& walk, long n) {
    std::vector<numbered_convergent> result;
    for (long i = 0; i < 12; ++i)
        for (const long k : {n + i * (n - 2) / 12, n + i * (n - 2) / 12 + 1})
            result.push_back({k, walk.at(k)});
    result.push_back({2 * n, walk.at(2 * n)});
    return result;
}

/// log of the median of |C_k| over those that are neither 0 nor infinite; 0 where all are.
inline double log_middle_size(const std::vector<numbered_convergent>& convergents) {
    std::vector<double> sizes;
    for (const auto& [n, x] : convergents)
        if (x.numerator != 0 && x.denominator != 0)
            sizes.push_back(natural_log_of(x.numerator) - natural_log_of(x.denominator));
    if (sizes.empty())
        return 0;
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::nth_element(sizes.begin(), middle, sizes.end());
    return *middle;
}

/// The coefficient of correlation of log k and −log |C_k − last|: near 1 where the distances fall, near 0 where
/// convergents wander about, whatever their distribution.
inline double correlation_of_fall(const std::vector<std::vector<numbered_convergent>>& levels) {
    const convergent_fraction& last = levels.back().back().value;
    mpfr_prec_t bits = 0;
    double count = 0, x_sum = 0, y_sum = 0, xx = 0, yy = 0, xy = 0;
    for (const auto& level : levels)
        for (const numbered_convergent& sample : level) {
            const double x = std::log(static_cast<double>(sample.n));
            const double y = -log_distance(sample.value, last, bits);
            if (!std::isfinite(y))
                continue;
            count += 1;
            x_sum += x;
            y_sum += y;
            xx += x * x;
            yy += y * y;
            xy += x * y;
        }
    const double spread = (count * xx - x_sum * x_sum) * (count * yy - y_sum * y_sum);
    return spread > 0 ? (count * xy - x_sum * y_sum) / std::sqrt(spread) : 0;
}

}  // namespace detail

/// Measures how fast the convergents approach each other: with E(n) the largest of |C_k − C_{2n}| over 24
/// samples k in n … 2n, both parities, at n = depth/8, depth/4, depth/2 and depth, the growth of −log E tells the
/// class.
///
///   - terminating: the convergents are equal from some n on
///   - factorial:   digits a term grow, by log10 2·c from n to 2n with c ≥ ¼
///   - exponential: −log E grows like n^σ, σ > 0.85
///   - polynomial:  slower; exp(−√n) among them, which `stretch` tells
///   - none:        E does not fall (n^-0.1 at most), or the convergents cover a good part of the sphere still, or
///                  their distances from the last one do not fall with n (correlation below 0.6): oscillation,
///                  growth beyond all bounds, or convergence too slow to be seen at this depth
///
/// An oscillation whose period is far beyond `depth` looks like convergence.
///
/// @param depth  at least 64
/// @throws std::invalid_argument if depth < 64
///
/// Polynomial fractions: O(M(S) log depth) for convergents of S bits; others O(depth) steps of the recurrence. 100
/// convergents in memory.
template <continued_fraction Fraction>
convergence_measurement measure_convergence(const Fraction& fraction, long depth = 512) {
    detail::require_at_least("measure_convergence", "depth", depth, 64);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double log_2 = std::log(2.0), log_10 = std::log(10.0);
    detail::convergent_walk<Fraction> walk(fraction);
    std::vector<std::vector<detail::numbered_convergent>> levels;
    for (const long n : {depth / 8, depth / 4, depth / 2, depth})
        levels.push_back(detail::sampled_convergents(walk, n));
    const double scale = detail::log_middle_size(levels.front());
    std::vector<double> falls;  // −log E(n)
    mpfr_prec_t bits = 0;
    for (const auto& level : levels) {
        const convergent_fraction& last = level.back().value;
        double distance = -infinity;
        for (const detail::numbered_convergent& sample : level) {
            const double here = detail::log_distance(sample.value, last, bits);
            if (here < infinity)
                distance = std::max(distance, here);
        }
        falls.push_back(last.denominator == 0 ? -infinity : -distance);
    }
    double chord = -infinity;  // at the last level
    for (const detail::numbered_convergent& sample : levels.back())
        chord = std::max(chord, detail::log_chord(sample.value, levels.back().back().value, scale, bits));
    convergence_measurement result{convergence::none, 0, 0, 0, falls[3] / log_10};
    if (chord == -infinity) {
        result.kind = convergence::terminating;
        return result;
    }
    const double half = static_cast<double>(depth) / 2;
    const double gain_2 = falls[2] - falls[1], gain_3 = falls[3] - falls[2];
    if (!std::isfinite(falls[3]) || !(gain_3 > 0.1 * log_2) || !(falls[3] - falls[0] > 0.1 * 3 * log_2) ||
        chord > std::log(0.3) || detail::correlation_of_fall(levels) < 0.6)
        return result;
    result.stretch = gain_2 > 0 ? std::max(0.0, std::log2(gain_3 / gain_2)) : 0.0;
    const double factorial_exponent = (gain_3 / half - gain_2 / (half / 2)) / log_2;
    if (factorial_exponent >= 0.25) {
        result.kind = convergence::factorial;
        result.exponent = factorial_exponent;
    } else if (result.stretch > 0.85) {
        result.kind = convergence::exponential;
        result.digits_a_term = (gain_3 - gain_2) / (half / 2) / log_10;
    } else {
        result.kind = convergence::polynomial;
        result.exponent = gain_3 / log_2;
    }
    return result;
}

/// How good a convergent is for the size of its denominator: |C − p/q| = q^-(1 + δ), p/q in lowest terms.
///
/// δ > 0 for infinitely many p/q proves that C is irrational; almost all numbers allow 1 and no more.
struct irrationality_measure {
    double delta;            ///< δ; NaN for q = 0 and q = 1, infinite where p/q is C
    double log_denominator;  ///< log q
    double log_error;        ///< log |C − p/q|
};

namespace detail {

inline irrationality_measure measure_from(double log_denominator, double log_error) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    return {log_denominator > 0 ? -log_error / log_denominator - 1 : nan, log_denominator, log_error};
}

/// log of the reduced denominator; −infinity for 0.
inline double log_reduced_denominator(const convergent_fraction& x) {
    const mpz_class common = gcd(x.numerator, x.denominator);
    return common == 0 ? natural_log_of(common) : natural_log_of(mpz_class(x.denominator / common));
}

}  // namespace detail

/// δ of the nth convergent, given C.
///
/// @param limit  C, or an approximation within one ulp of it
/// @throws std::invalid_argument if n < 0, or if the limit has too few bits: |C − p/q| below 2^8 ulps of it
template <continued_fraction Fraction>
irrationality_measure measure_irrationality(const Fraction& fraction, long n, const mpfr_real& limit) {
    detail::require_at_least("measure_irrationality", "n", n, 0);
    const convergent_fraction x = detail::convergent_walk<Fraction>(fraction).at(n);
    if (x.denominator == 0)
        return detail::measure_from(-std::numeric_limits<double>::infinity(),
                                    std::numeric_limits<double>::infinity());
    // limit·q − p exactly, then one division.
    const auto bits = static_cast<mpfr_prec_t>(mpz_sizeinbase(x.denominator.get_mpz_t(), 2) +
                                               mpz_sizeinbase(x.numerator.get_mpz_t(), 2)) +
                      limit.precision();
    mpfr_real gap(bits);
    mpfr_mul_z(gap.get(), limit.get(), x.denominator.get_mpz_t(), MPFR_RNDN);
    mpfr_sub_z(gap.get(), gap.get(), x.numerator.get_mpz_t(), MPFR_RNDN);
    mpfr_div_z(gap.get(), gap.get(), x.denominator.get_mpz_t(), MPFR_RNDN);
    const bool regular = mpfr_regular_p(limit.get()) != 0;
    if (!mpfr_number_p(limit.get()) || mpfr_zero_p(gap.get()) ||
        (regular && mpfr_get_exp(gap.get()) < mpfr_get_exp(limit.get()) - limit.precision() + 8))
        throw_argument_error<std::invalid_argument>(
            "measure_irrationality", "limit.precision()", std::to_string(limit.precision()),
            "more bits than the convergent " + std::to_string(n) + " has right");
    return detail::measure_from(detail::log_reduced_denominator(x), detail::natural_log_of(gap));
}

/// δ of the nth convergent with C_{2n} in place of the limit, which is not needed then. For exponential and
/// factorial convergence the two agree to many digits; for slow ones this δ is too large by O(1/log q).
///
/// @throws std::invalid_argument if n < 1
template <continued_fraction Fraction>
irrationality_measure measure_irrationality(const Fraction& fraction, long n) {
    detail::require_at_least("measure_irrationality", "n", n, 1);
    detail::convergent_walk<Fraction> walk(fraction);
    const convergent_fraction x = walk.at(n), deeper = walk.at(2 * n);
    mpfr_prec_t bits = 0;
    return detail::measure_from(detail::log_reduced_denominator(x), detail::log_distance(x, deeper, bits));
}

/// What A_n and B_n have in common, and what is left.
struct common_factor_growth {
    double log_gcd;               ///< log gcd(A_n, B_n)
    double log_gcd_over_n_log_n;  ///< divided by n·log n: tends to k where the gcd grows like n!^k, slowly
    double log_reduced_denominator;  ///< log of B_n/gcd(A_n, B_n)
    double gcd_exponent;             ///< k in gcd ~ n!^k·x^n, from n/8 and n, without the x
    double denominator_exponent;     ///< the same for the reduced denominator
    bool factorial_reduction;  ///< the gcd grows factorially, the reduced denominators exponentially only
};

/// Measures gcd(A_n, B_n) and what is left of B_n at n/8 and n: what the logarithms grow by a term gives the exponent
/// of n!. Factorial reduction (gcd exponent above ¼, denominators below 0.3) is rare among polynomial fractions and a
/// sign of those with known constants for values.
///
/// @throws std::invalid_argument if n < 64
template <continued_fraction Fraction>
common_factor_growth measure_common_factors(const Fraction& fraction, long n) {
    detail::require_at_least("measure_common_factors", "n", n, 64);
    detail::convergent_walk<Fraction> walk(fraction);
    const long early = n / 8;
    const convergent_fraction before = walk.at(early), x = walk.at(n);
    const auto exponent = [&](double log_before, double log_after) {
        const double few = static_cast<double>(early), many = static_cast<double>(n);
        return (log_after / many - log_before / few) / (std::log(many) - std::log(few));
    };
    const auto log_gcd = [](const convergent_fraction& y) {
        return detail::natural_log_of(mpz_class(gcd(y.numerator, y.denominator)));
    };
    const double size = static_cast<double>(n);
    common_factor_growth result{log_gcd(x), 0, detail::log_reduced_denominator(x), 0, 0, false};
    result.log_gcd_over_n_log_n = result.log_gcd / (size * std::log(size));
    result.gcd_exponent = exponent(log_gcd(before), result.log_gcd);
    result.denominator_exponent =
        exponent(detail::log_reduced_denominator(before), result.log_reduced_denominator);
    result.factorial_reduction = result.gcd_exponent > 0.25 && result.denominator_exponent < 0.3;
    return result;
}

}  // namespace v0
}  // namespace halfulp
