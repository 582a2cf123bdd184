// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Quadratic irrational numbers (p + √d)/q: their periodic continued fractions, exactly, in both directions, and what
/// the period of √d tells about Pell's equation.

#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/continued_fractions/simple_continued_fraction.hpp>
#include <halfulp/interop/mpfr.hpp>

#include <gmpxx.h>
#include <mpfr.h>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// The period of a reduced (p + √d)/q, d < 2^60, where all numbers are below 2^31. False if it exceeds `most` terms.
inline bool append_period_in_words(const mpz_class& p, const mpz_class& q, const mpz_class& d,
                                   std::size_t most, partial_quotient_list& period) {
    const auto word = [](const mpz_class& x) { return std::uint64_t{mpz_getlimbn(x.get_mpz_t(), 0)}; };
    const std::uint64_t first_p = word(p), first_q = word(q), root = word(sqrt(d));
    std::uint64_t numerator = first_p, denominator = first_q;
    std::uint64_t before = (word(d) - numerator * numerator) / denominator;
    for (std::size_t n = 0; n < most; ++n) {
        const std::uint64_t quotient = (numerator + root) / denominator;
        const std::uint64_t next = quotient * denominator - numerator;
        period.push_back(quotient);
        before += quotient * (numerator - next);  // modulo 2^64; (d − next²)/denominator
        std::swap(before, denominator);
        numerator = next;
        if (numerator == first_p && denominator == first_q)
            return true;
    }
    return false;
}

}  // namespace detail

/// (p + √d)/q with integers p, q ≠ 0 and d > 0 that is no square.
///
/// p, d, q are those for which d − p² is a multiple of q and p, q, (d − p²)/q have no common factor but what the
/// integers d allows: x is the root of a x² + b x + c with coprime integers, the sign of a choosing which, and
///
///     p = −b/2, q = a, d = (b² − 4ac)/4  if b is even,      p = −b, q = 2a, d = b² − 4ac  otherwise.
///
/// So each number has one form: (4 + √8)/2 = (2 + √2)/1. Square factors of d that are the number's remain: √12.
class quadratic_irrational {
  public:
    /// (p + √d)/q. A number with −√d has the signs of p and q exchanged: (−p + √d)/(−q).
    /// @throws std::invalid_argument  if q = 0, or d is negative or a square
    quadratic_irrational(const mpz_class& p, const mpz_class& d, const mpz_class& q) {
        constexpr const char* name = "quadratic_irrational";
        if (q == 0)
            throw_argument_error<std::invalid_argument>(name, "q", "0", "another denominator");
        if (d <= 0 || mpz_perfect_square_p(d.get_mpz_t()) != 0)
            throw_argument_error<std::invalid_argument>(name, "d", d.get_str(),
                                                        "a positive number that is no square");
        set_root(q * q, -2 * p * q, p * p - d, q > 0);
    }
    /// √d.
    static quadratic_irrational square_root(const mpz_class& d) { return {0, d, 1}; }
    /// The number that a fraction with a period is: exactly, by the product trees of both parts.
    /// @throws std::invalid_argument if the fraction is finite
    explicit quadratic_irrational(const simple_continued_fraction& fraction) {
        if (fraction.is_finite())
            throw_argument_error<std::invalid_argument>("quadratic_irrational", "fraction",
                                                        fraction.to_string().substr(0, 100),
                                                        "a continued fraction with a period");
        // The tail t = (p t + q)/(r t + s) > 1 has r t² + (s − p) t − q = 0, and t is the larger root.
        const detail::euclid_matrix m =
            detail::product_of_quotients(fraction.period(), 0, fraction.period().size());
        set_root(m.r, m.s - m.p, -m.q, true);
        *this = mapped(fraction.tail_map(fraction.quotients().size()));
    }

    const mpz_class& p() const noexcept { return p_; }
    const mpz_class& d() const noexcept { return d_; }
    const mpz_class& q() const noexcept { return q_; }

    /// (p − √d)/q.
    quadratic_irrational conjugate() const { return {-p_, d_, -q_}; }

    /// (m.p x + m.q)/(m.r x + m.s).
    /// @throws std::invalid_argument if the map's determinant is zero
    quadratic_irrational mapped(const moebius_map& m) const {
        const mpz_class determinant = m.determinant();
        if (determinant == 0)
            throw_argument_error<std::invalid_argument>("quadratic_irrational::mapped", "the determinant",
                                                        "0", "a map that is not constant");
        // (u + v√d)/(w + z√d) with numbers times q, made rational by the conjugate; u z − v w has determinant's sign.
        const mpz_class u = m.p * p_ + m.q * q_, w = m.r * p_ + m.s * q_;
        const mpz_class norm = w * w - m.r * m.r * d_;
        const mpz_class rational = u * w - m.p * m.r * d_;
        const mpz_class root = determinant * q_;  // m.p·w − u·m.r
        // (rational + root·√d)/norm
        return root > 0 ? quadratic_irrational(rational, root * root * d_, norm)
                        : quadratic_irrational(-rational, root * root * d_, -norm);
    }

    /// The largest integer below.
    mpz_class floor() const { return floor_of(p_, q_, sqrt(d_)); }

    /// −1 or 1.
    int sign() const { return floor() < 0 ? -1 : 1; }

    /// Rounded: an error below one unit in the last place.
    mpfr_real value(mpfr_prec_t precision) const {
        // p and √d may cancel: then the conjugate does not, and their product is rational.
        const auto exact = static_cast<mpfr_prec_t>(detail::bits_of(d_) + 2);
        mpfr_real root(d_, std::max(precision + 32, exact));
        mpfr_real result(precision);
        mpfr_sqrt(root.get(), root.get(), MPFR_RNDN);
        if (p_ >= 0) {
            mpfr_add_z(root.get(), root.get(), p_.get_mpz_t(), MPFR_RNDN);
            mpfr_div_z(result.get(), root.get(), q_.get_mpz_t(), MPFR_RNDN);
        } else {
            const mpz_class norm = d_ - p_ * p_, other = -p_;
            mpfr_add_z(root.get(), root.get(), other.get_mpz_t(), MPFR_RNDN);
            mpfr_mul_z(root.get(), root.get(), q_.get_mpz_t(), MPFR_RNDN);
            mpfr_z_div_into(result, norm, root);
        }
        return result;
    }

    /// b_0, b_1, …, then the period, both as short as can be (Lagrange).
    ///
    /// With x_n = (P_n + √d)/Q_n: b_n = ⌊x_n⌋, P_{n+1} = b_n Q_n − P_n, Q_{n+1} = (d − P_{n+1}²)/Q_n, and the period begins
    /// with the first x_n that is reduced: x_n > 1, −1 < its conjugate < 0 (Galois).
    /// @param maximum_terms  before and in the period, all together: for √d there are about √d of them
    /// @throws convergence_error  if there are more
    /// O(terms) divisions of numbers as long as d.
    simple_continued_fraction expansion(std::size_t maximum_terms = 10'000'000) const;

    /// "(1 + sqrt(5))/2".
    std::string to_string() const {
        return "(" + p_.get_str() + " + sqrt(" + d_.get_str() + "))/" + q_.get_str();
    }

    friend bool operator==(const quadratic_irrational&, const quadratic_irrational&) = default;
    /// The order of the numbers, whatever their fields.
    friend std::strong_ordering operator<=>(const quadratic_irrational& x, const quadratic_irrational& y) {
        if (x == y)
            return std::strong_ordering::equal;
        // x − y = (x.p y.q − y.p x.q + y.q√x.d − x.q√y.d)/(x.q y.q)
        const mpz_class a = x.p_ * y.q_ - y.p_ * x.q_;
        const int s = sign_of_sum(a, y.q_ * y.q_ * x.d_ * sgn(y.q_), -x.q_ * x.q_ * y.d_ * sgn(x.q_));
        return s * sgn(x.q_) * sgn(y.q_) < 0 ? std::strong_ordering::less : std::strong_ordering::greater;
    }

  private:
    /// ⌊(p + √d)/q⌋, where root = ⌊√d⌋.
    static mpz_class floor_of(const mpz_class& p, const mpz_class& q, const mpz_class& root) {
        mpz_class result;
        const mpz_class numerator = q > 0 ? mpz_class(p + root) : mpz_class(p + root + 1);
        mpz_fdiv_q(result.get_mpz_t(), numerator.get_mpz_t(), q.get_mpz_t());
        return result;
    }
    /// The sign of a + sgn(b)√|b| + sgn(c)√|c|.
    static int sign_of_sum(const mpz_class& a, const mpz_class& b, const mpz_class& c) {
        // First that of the roots alone, then the squares of what has opposite signs.
        const int roots = sgn(b) == sgn(c) ? sgn(b) : sgn(mpz_class(b + c));
        if (sgn(a) == 0 || roots == 0 || roots == sgn(a))
            return roots == 0 ? sgn(a) : roots;
        // a² against |b| + |c| ± 2√|bc|
        const mpz_class rest = a * a - abs(b) - abs(c);
        const mpz_class product = 4 * b * c;
        int larger = 0;  // the sign of rest − sgn(product)√|product|
        if (sgn(product) < 0)
            larger = sgn(rest) >= 0 ? 1 : sgn(mpz_class(-product - rest * rest));
        else
            larger = sgn(rest) <= 0 ? -1 : sgn(mpz_class(rest * rest - product));
        return larger > 0 ? sgn(a) : larger < 0 ? roots : 0;
    }
    static void mpfr_z_div_into(mpfr_real& result, const mpz_class& numerator, const mpfr_real& denominator) {
        const mpfr_real n(numerator,
                          static_cast<mpfr_prec_t>(std::max<std::size_t>(detail::bits_of(numerator), 2)));
        mpfr_div(result.get(), n.get(), denominator.get(), MPFR_RNDN);
    }
    /// A root of a x² + b x + c, a > 0: the larger one, or the smaller.
    void set_root(mpz_class a, mpz_class b, mpz_class c, bool larger) {
        const mpz_class content = gcd(gcd(a, b), c);
        a /= content;
        b /= content;
        c /= content;
        const int sign = larger ? 1 : -1;
        const bool even = mpz_even_p(b.get_mpz_t()) != 0;
        d_ = b * b - 4 * a * c;
        p_ = -sign * b;
        q_ = sign * a;
        if (even) {
            d_ /= 4;
            p_ /= 2;
        } else {
            q_ *= 2;
        }
    }

    mpz_class p_, d_, q_;
};

inline simple_continued_fraction quadratic_irrational::expansion(std::size_t maximum_terms) const {
    const mpz_class root = sqrt(d_);
    mpz_class p = p_, q = q_, first_p, first_q, quotient, numerator;
    partial_quotient_list quotients, period;
    bool reduced = false;
    for (std::size_t n = 0;; ++n) {
        // x > 1 and −1 < conjugate < 0 come to 0 < p ≤ root and |root − p| < q ≤ root + p.
        if (!reduced && q > 0 && p > 0 && p <= root && q > root - p && q <= root + p) {
            reduced = true;
            first_p = p;
            first_q = q;
            if (detail::bits_of(d_) <= 60) {
                if (detail::append_period_in_words(p, q, d_, maximum_terms - std::min(n, maximum_terms),
                                                   period))
                    return simple_continued_fraction(std::move(quotients), std::move(period));
                n = maximum_terms;  // and out
            }
        } else if (reduced && p == first_p && q == first_q) {
            return simple_continued_fraction(std::move(quotients), std::move(period));
        }
        if (n >= maximum_terms)
            throw convergence_error("halfulp::quadratic_irrational::expansion: no period of " +
                                    to_string().substr(0, 200) + " ends within " +
                                    std::to_string(maximum_terms) + " terms");
        quotient = floor_of(p, q, root);
        (reduced ? period : quotients).push_back(quotient);
        p = quotient * q - p;
        numerator = d_ - p * p;
        mpz_divexact(q.get_mpz_t(), numerator.get_mpz_t(), q.get_mpz_t());
    }
}

/// x² − d y² = norm, with the least y > 0.
struct pell_solution {
    mpz_class x, y;
    int norm = 1;  ///< 1 or −1

    /// The least solution of norm 1: this one, or its square.
    pell_solution of_norm_one() const {
        if (norm == 1)
            return *this;
        return {2 * x * x + 1, 2 * x * y, 1};  // x² + d y² = 2x² + 1
    }
};

/// The least solution of x² − d y² = ±1: the unit x + y√d > 1 of which all of ℤ[√d] are powers, but for signs.
///
/// From the convergent before the end of the period of √d; the norm is −1 if the period is odd. One product tree:
/// x has about 1.7 bits a term on average.
/// @throws std::invalid_argument  if d is negative or a square
/// @throws convergence_error      if the period is longer than maximum_terms
inline pell_solution solve_pell(const mpz_class& d, std::size_t maximum_terms = 10'000'000) {
    const simple_continued_fraction fraction = quadratic_irrational::square_root(d).expansion(maximum_terms);
    const moebius_map m = fraction.tail_map(fraction.period().size());
    return {m.p, m.r, fraction.period().size() % 2 == 0 ? 1 : -1};
}

/// The fundamental unit (t + u√D)/2 > 1 of the quadratic order of discriminant D, t² − D u² = ±4.
struct quadratic_unit {
    mpz_class t, u;
    int norm = 1;  ///< 1 or −1
};

/// The least t, u > 0 with t² − D u² = ±4, for a discriminant D ≡ 0 or 1 modulo 4: all units of the order are the
/// powers of it and their negatives.
///
/// From the period of (σ + √D)/2, σ = D mod 2: with its product | p q; r s | the unit is r·x + s, x the purely
/// periodic number.
/// @throws std::invalid_argument  if D is negative, a square, or 2 or 3 modulo 4
/// @throws convergence_error      if the period is longer than maximum_terms
inline quadratic_unit fundamental_unit(const mpz_class& discriminant,
                                       std::size_t maximum_terms = 10'000'000) {
    const mpz_class residue = discriminant & 3;
    if (residue > 1)
        throw_argument_error<std::invalid_argument>("fundamental_unit", "discriminant",
                                                    discriminant.get_str(), "0 or 1 modulo 4");
    const quadratic_irrational x(residue, discriminant, 2);
    const simple_continued_fraction fraction = x.expansion(maximum_terms);
    const detail::euclid_matrix m =
        detail::product_of_quotients(fraction.period(), 0, fraction.period().size());
    // The eigenvalue (p + s + √((p + s)² ∓ 4))/2 of the product.
    quadratic_unit result{m.p + m.s, 0, m.odd ? -1 : 1};
    const mpz_class square = (result.t * result.t - 4 * result.norm) / discriminant;
    result.u = sqrt(square);
    return result;
}

}  // namespace v0
}  // namespace halfulp
