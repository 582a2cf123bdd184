// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Continued fractions whose elements are integer polynomials in n, how fast they converge, and the
/// way from a hypergeometric series to one.
///
/// Definitions as in DLMF §1.12:
///
///     C = b_0 + a_1/(b_1 + a_2/(b_2 + a_3/(b_3 + …)))
///
/// a_n (n ≥ 1) are the partial numerators, b_n (n ≥ 0) the partial denominators. The convergents
/// are C_n = A_n/B_n with
///
///     A_{-1} = 1, A_0 = b_0, A_n = b_n·A_{n-1} + a_n·A_{n-2};   B_{-1} = 0, B_0 = 1, B_n likewise.
///
/// Papers on the discovery of formulas exchange the letters: PCF(a, b) = a_0 + b_1/(a_1 + …).
/// Use `polynomial_continued_fraction::from_pcf_notation(a, b)` to type one of theirs as printed.

#include <halfulp/continued_fractions/integer_polynomial.hpp>
#include <halfulp/core/errors.hpp>

#include <gmpxx.h>

#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// A continued fraction that has no value, or whose value could not be found as asked.
struct convergence_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A fraction that is a series in disguise (Euler 1748): for n ≥ from
///
///     b_n = h_1(n) + h_2(n + 1),   a_n = −h_1(n)·h_2(n),   h_1(n) = p(n)·w(n),   h_2(n + 1) = q(n)·w(n − 1).
///
/// Both A_n and B_n satisfy y_n = h_2(n + 1)·y_{n-1} + d_n with d_n = h_1(n)·d_{n-1}, so that with m = from − 1, d_m =
/// y_m − h_2(m + 1)·y_{m-1} and π_N = Π_{from ≤ j ≤ N} h_2(j + 1)
///
///     y_N = π_N·(y_m + d_m/w(m)·Σ_{from ≤ i ≤ N} w(i)·Π_{from ≤ j ≤ i} p(j)/q(j)).
///
/// The product tree of such a sum is triangular, with half the multiplications; see triangular_splitting.hpp.
struct euler_form {
    long from;
    integer_polynomial p, q, weight;  ///< weight(m) ≠ 0, and q has no zero from `from` on

    integer_polynomial h1() const { return p * weight; }                   ///< h_1(n)
    integer_polynomial next_h2() const { return q * weight.shifted(-1); }  ///< h_2(n + 1)
};

/// b_0 + a_1/(b_1 + a_2/(b_2 + …)) with a_n, b_n polynomials in n, and any number of exceptional
/// first terms.
///
///     polynomial_continued_fraction{{0, 0, 1}, {1, 2}}          // a_n = n², b_n = 2n + 1: 4/π
///     polynomial_continued_fraction{{1}, {2}, {}, {1}}          // b = 1, 2, 2, …: √2
///     polynomial_continued_fraction{{0, 1}, {1, 1}, {1}}        // a_n = n but a_1 = 1
class polynomial_continued_fraction {
  public:
    /// @param numerators          a_n
    /// @param denominators        b_n
    /// @param first_numerators    a_1, a_2, … where they differ from the polynomial
    /// @param first_denominators  b_0, b_1, … where they differ from the polynomial
    polynomial_continued_fraction(integer_polynomial numerators, integer_polynomial denominators,
                                  std::vector<mpz_class> first_numerators = {},
                                  std::vector<mpz_class> first_denominators = {})
        : numerators_(std::move(numerators)),
          denominators_(std::move(denominators)),
          first_numerators_(std::move(first_numerators)),
          first_denominators_(std::move(first_denominators)) {}

    /// PCF(a, b) = a(0) + b(1)/(a(1) + b(2)/(a(2) + …)), the notation of the papers on formula
    /// discovery: their a is b_n here, their b is a_n.
    static polynomial_continued_fraction from_pcf_notation(integer_polynomial a, integer_polynomial b) {
        return {std::move(b), std::move(a)};
    }

    /// The series c_0 + c_1 + c_2 + … with
    ///
    ///     c_k/c_{k-1} = p(k)·w(k) / (q(k)·w(k − 1)),   k ≥ 1,
    ///
    /// as a continued fraction whose nth convergent is the sum of the first n terms (Euler 1748; DLMF 1.12.18). The
    /// weight w is the factor that many series have beside factorials and powers: c_k = c_0·w(k)/w(0)·Π_{j ≤ k} p(j)/q(j).
    ///
    /// With ρ_k = c_k/c_{k-1} = P(k)/Q(k) Euler's fraction is b_0 = 0, a_1 = c_0, b_1 = 1, and a_n = −ρ_{n-1},
    /// b_n = 1 + ρ_{n-1} for n ≥ 2. The equivalence transformation a_n → r_n r_{n-1} a_n, b_n → r_n b_n with r_1 =
    /// denominator of c_0 and r_n = Q(n − 1) makes everything an integer:
    ///
    ///     a_1 = numerator(c_0)    a_2 = −P(1)·denominator(c_0)    a_n = −P(n−1)·Q(n−2)
    ///     b_1 = denominator(c_0)                                  b_n = Q(n−1) + P(n−1)
    ///
    /// The result remembers p, q and w (see known_euler_form), with which it is evaluated as the series it is.
    ///
    /// @throws std::invalid_argument if q(k) = 0 or w(k − 1) = 0 for a k in 1 … 1000
    static polynomial_continued_fraction from_hypergeometric_series(const mpq_class& first_term,
                                                                    const integer_polynomial& p,
                                                                    const integer_polynomial& q,
                                                                    const integer_polynomial& weight = {1}) {
        const integer_polynomial numerator = p * weight, denominator = q * weight.shifted(-1);
        mpz_class value;
        for (long k = 1; k <= 1000; ++k) {
            denominator.evaluate(value, k);
            if (value == 0)
                throw_argument_error<std::invalid_argument>("from_hypergeometric_series",
                                                            "q(k) w(k - 1) at k = " + std::to_string(k), "0",
                                                            "denominators that are not zero");
        }
        const mpz_class r = first_term.get_den();
        polynomial_continued_fraction result{-(numerator.shifted(-1) * denominator.shifted(-2)),
                                             numerator.shifted(-1) + denominator.shifted(-1),
                                             {mpz_class(first_term.get_num()), mpz_class(-numerator(1) * r)},
                                             {mpz_class(0), r}};
        result.euler_form_ = std::make_shared<const euler_form>(
            euler_form{3, p.shifted(-1), q.shifted(-1), weight.shifted(-1)});
        return result;
    }

    /// The series that it was made from; nothing if it was made from elements. See find_euler_form for these.
    const euler_form* known_euler_form() const noexcept { return euler_form_.get(); }

    /// a_n into `result`, n ≥ 1.
    void numerator(mpz_class& result, long n) const {
        if (static_cast<std::size_t>(n - 1) < first_numerators_.size())
            result = first_numerators_[static_cast<std::size_t>(n - 1)];
        else
            numerators_.evaluate(result, n);
    }
    /// b_n into `result`, n ≥ 0.
    void denominator(mpz_class& result, long n) const {
        if (static_cast<std::size_t>(n) < first_denominators_.size())
            result = first_denominators_[static_cast<std::size_t>(n)];
        else
            denominators_.evaluate(result, n);
    }
    /// a_n, n ≥ 1.
    mpz_class a(long n) const {
        mpz_class result;
        numerator(result, n);
        return result;
    }
    /// b_n, n ≥ 0.
    mpz_class b(long n) const {
        mpz_class result;
        denominator(result, n);
        return result;
    }

    /// The polynomial of a_n behind the exceptional terms.
    const integer_polynomial& numerators() const noexcept { return numerators_; }
    /// The polynomial of b_n behind the exceptional terms.
    const integer_polynomial& denominators() const noexcept { return denominators_; }
    /// The first n from which both a_n and b_n are their polynomials.
    long polynomial_from() const noexcept {
        const std::size_t from = first_numerators_.size() + 1;
        return static_cast<long>(from > first_denominators_.size() ? from : first_denominators_.size());
    }

  private:
    integer_polynomial numerators_;
    integer_polynomial denominators_;
    std::vector<mpz_class> first_numerators_;
    std::vector<mpz_class> first_denominators_;
    std::shared_ptr<const euler_form> euler_form_;
};

/// How fast |C − C_n| falls with n, as far as the leading coefficients tell.
enum class convergence {
    terminating,  ///< a_n = 0 for some n: the value is the convergent before it
    factorial,    ///< like 1/n!^c: deg a < 2·deg b
    exponential,  ///< like q^n, q < 1: deg a = 2·deg b and the characteristic roots differ in size
    polynomial,   ///< like n^-c or exp(−√n), or not at all: deg a > 2·deg b, or a double root
    none          ///< the characteristic roots are a complex pair or ±x: no limit
};

/// The class of convergence and, for the exponential one, the decimal digits a term.
struct convergence_rate {
    convergence kind;
    double digits_a_term;  ///< log10 |λ_max/λ_min| where exponential, otherwise 0
};

/// Decides from degrees and leading coefficients α of a_n, β of b_n: where deg a = 2·deg b, the
/// ratio A_n/A_{n-1} grows like a root of x² = β·x + α, and the error falls like (λ_min/λ_max)^n.
/// Zeros of a_n beyond n = 10 000 are not looked for.
inline convergence_rate rate_of_convergence(const polynomial_continued_fraction& fraction) {
    const integer_polynomial& a = fraction.numerators();
    const integer_polynomial& b = fraction.denominators();
    const long settled = a.constant_sign_from(fraction.polynomial_from(), 10000);
    for (long n = 1; n < (settled < 0 ? fraction.polynomial_from() + 1 : settled); ++n)
        if (fraction.a(n) == 0)
            return {convergence::terminating, 0};
    if (b.degree() < 0)
        return {convergence::none, 0};
    if (a.degree() < 2 * b.degree())
        return {convergence::factorial, 0};
    if (a.degree() > 2 * b.degree())
        return {convergence::polynomial, 0};
    const mpz_class alpha = a.leading_coefficient();
    const mpz_class beta = abs(b.leading_coefficient());
    const mpz_class discriminant = beta * beta + 4 * alpha;
    if (discriminant < 0)
        return {convergence::none, 0};
    if (discriminant == 0)
        return {convergence::polynomial, 0};
    // λ_max/|λ_min| = (β + √disc)² / (4|α|), free of cancellation.
    const double root = std::sqrt(discriminant.get_d());
    const double size = std::log10(beta.get_d() + root) * 2 - std::log10(4 * std::fabs(alpha.get_d()));
    return {convergence::exponential, size};
}

}  // namespace v0
}  // namespace halfulp
