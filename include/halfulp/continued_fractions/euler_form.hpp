// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Continued fractions that are series in disguise: how they are recognised, and a bound of what is left out of them.

#include <halfulp/continued_fractions/error_walk.hpp>
#include <halfulp/continued_fractions/polynomial_algebra.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// The polynomial h_2 of the given degree and leading coefficient with h_2(n)·(h_2(n + 1) − b(n)) = a(n), if there is one
/// with integer coefficients. Each further coefficient follows from the next power of n, where it is linear.
inline std::optional<integer_polynomial> solve_euler_equation(const integer_polynomial& a,
                                                              const integer_polynomial& b, int degree,
                                                              const mpz_class& leading) {
    std::vector<mpz_class> c(static_cast<std::size_t>(degree) + 1);
    c.back() = leading;
    const auto residual = [&](const integer_polynomial& h) { return a - h * (h.shifted(1) - b); };
    const int higher = std::max(degree, b.degree());
    for (int k = degree - 1; k >= 0; --k) {
        // A change of c_k by y changes the coefficient of n^(k + higher) by slope·y.
        const mpz_class slope = (degree >= b.degree() ? 2 * leading : mpz_class(0)) - b.coefficient(higher);
        if (slope == 0)
            return std::nullopt;
        const mpz_class rest = residual(integer_polynomial(c)).coefficient(k + higher);
        if (!mpz_divisible_p(rest.get_mpz_t(), slope.get_mpz_t()))
            return std::nullopt;
        c[static_cast<std::size_t>(k)] = rest / slope;
    }
    integer_polynomial h(std::move(c));
    if (residual(h).degree() >= 0)
        return std::nullopt;
    return h;
}

/// The integer roots of y² = β·y + α.
inline std::vector<mpz_class> integer_characteristic_roots(const mpz_class& alpha, const mpz_class& beta) {
    const mpz_class discriminant = beta * beta + 4 * alpha;
    std::vector<mpz_class> roots;
    if (discriminant < 0 || !mpz_perfect_square_p(discriminant.get_mpz_t()))
        return roots;
    const mpz_class root = sqrt(discriminant);
    for (const mpz_class& twice : {mpz_class(beta + root), mpz_class(beta - root)})
        if (mpz_even_p(twice.get_mpz_t()))
            roots.push_back(twice / 2);
    return roots;
}

}  // namespace detail

/// The series that a fraction is, if it is known or can be recognised: polynomials h_1, h_2 with integer coefficients,
/// b_n = h_1(n) + h_2(n + 1) and a_n = −h_1(n)·h_2(n) for all n from some n on, whose terms fall in size.
///
/// What is not found: h_1 and h_2 with equal leading coefficients, where the series converges no faster than a power of n.
/// O(degree³) operations on coefficients.
inline std::optional<euler_form> find_euler_form(const polynomial_continued_fraction& fraction) {
    if (const euler_form* known = fraction.known_euler_form())
        return *known;
    const integer_polynomial &a = fraction.numerators(), &b = fraction.denominators();
    if (a.degree() < 0 || b.degree() < 0)
        return std::nullopt;
    // Degree and leading coefficient of h_2: greater than, less than, or as that of h_1.
    std::vector<std::pair<int, mpz_class>> candidates;
    const int d = b.degree();
    const mpz_class beta = b.leading_coefficient();
    if (a.degree() < 2 * d) {
        candidates.emplace_back(d, beta);
        if (a.degree() >= d && mpz_divisible_p(a.leading_coefficient().get_mpz_t(), beta.get_mpz_t()))
            candidates.emplace_back(a.degree() - d, mpz_class(-a.leading_coefficient() / beta));
    } else if (a.degree() % 2 == 0) {
        for (const mpz_class& y :
             detail::integer_characteristic_roots(a.leading_coefficient(), b.coefficient(a.degree() / 2)))
            if (y != 0)
                candidates.emplace_back(a.degree() / 2, y);
    }
    for (const auto& [degree, leading] : candidates) {
        const std::optional<integer_polynomial> h2 = detail::solve_euler_equation(a, b, degree, leading);
        if (!h2)
            continue;
        const integer_polynomial next_h2 = h2->shifted(1);
        const integer_polynomial h1 = b - next_h2;
        // The terms fall where h_2 is the larger one.
        if (h1.degree() > next_h2.degree() ||
            (h1.degree() == next_h2.degree() &&
             abs(h1.leading_coefficient()) >= abs(next_h2.leading_coefficient())))
            continue;
        euler_form form{fraction.polynomial_from(), h1, next_h2, {1}};
        // A common factor w(n) of h_1(n) and h_2(n + 2) is the weight.
        const integer_polynomial weight = greatest_common_divisor(h1, next_h2.shifted(1));
        if (weight.degree() > 0) {
            form.p = *polynomial_quotient(h1, weight);
            form.q = *polynomial_quotient(next_h2, weight.shifted(-1));
            form.weight = weight;
        }
        // Zeros of h_1 or h_2 are zeros of a_n; of those there are none behind the last.
        for (const integer_polynomial* p : {&form.p, &form.q, &form.weight})
            for (const long root : integer_roots(*p, form.from - 1)) {
                if (root > 1'000'000'000)
                    return std::nullopt;
                form.from = std::max(form.from, root + 2);
            }
        return form;
    }
    return std::nullopt;
}

namespace detail {

/// A bound of what a series leaves out: |h_1(n)| ≤ ratio·|h_2(n + 1)| for all n ≥ from, ratio < 1.
struct geometric_majorant {
    double ratio;
    long from;
};

/// The majorant whose ratio is a quarter of the way from the limit of |h_1/h_2| to 1, or with a ratio of 1/2 if that is more;
/// nothing where the limit is not below 1. Proven by the signs of polynomials.
inline std::optional<geometric_majorant> find_majorant(const euler_form& form) {
    constexpr long limit = 100'000, steps = 1 << 10;
    const integer_polynomial h1 = form.h1(), h2 = form.next_h2();
    if (h1.degree() < 0 || h2.degree() < 0 || h1.degree() > h2.degree())
        return std::nullopt;
    double tends_to = 0;
    if (h1.degree() == h2.degree()) {
        mpq_class limit_of_ratio(h1.leading_coefficient(), h2.leading_coefficient());
        limit_of_ratio.canonicalize();
        tends_to = std::fabs(limit_of_ratio.get_d());
    }
    const auto numerator = static_cast<long>(std::ceil(steps * std::max(0.5, (3 * tends_to + 1) / 4)));
    if (!(tends_to < 1) || numerator >= steps)
        return std::nullopt;
    const long u = h1.constant_sign_from(form.from, limit), v = h2.constant_sign_from(form.from, limit);
    if (u < 0 || v < 0)
        return std::nullopt;
    const integer_polynomial difference = integer_polynomial{numerator * sgn(h2.leading_coefficient())} * h2 -
                                          integer_polynomial{steps * sgn(h1.leading_coefficient())} * h1;
    const long w = difference.constant_sign_from(form.from, limit);
    if (w < 0 || difference.leading_coefficient() < 0)
        return std::nullopt;
    return geometric_majorant{static_cast<double>(numerator) / steps, std::max({u, v, w})};
}

/// Upper bounds of log2 |Π_{from ≤ j ≤ N} p(j)/q(j)|, N ascending, in double with the errors counted.
class term_walk {
  public:
    explicit term_walk(const euler_form& form)
        : n_(form.from - 1),
          p_scale_(scale_of(form.p)),
          q_scale_(scale_of(form.q)),
          p_(form.p, p_scale_),
          q_(form.q, q_scale_) {}

    long n() const noexcept { return n_; }
    double log2_bound() const noexcept { return total_; }

    /// On to `last`, or to the first N whose bound is at most the target.
    void advance(long last, double target) {
        polynomial_block::values p, p_error, q, q_error;
        while (n_ < last && total_ > target) {
            p_.fill(static_cast<double>(n_ + 1), p, p_error);
            q_.fill(static_cast<double>(n_ + 1), q, q_error);
            const auto count = std::min(static_cast<std::size_t>(last - n_), p.size());
            const double all = block(p, p_error, q, q_error, 0, count);
            if (total_ + all > target) {
                add(all);
                n_ += static_cast<long>(count);
                continue;
            }
            // The bound falls in the end, but may rise first: the first N that is good enough is looked for in steps of one.
            for (std::size_t i = 0; i < count && total_ > target; ++i) {
                add(block(p, p_error, q, q_error, i, i + 1));
                ++n_;
            }
        }
    }

  private:
    /// Upwards, whatever the sum rounds to.
    void add(double part) {
        total_ += part;
        total_ += std::fabs(total_) * 0x1p-51;
    }
    static long scale_of(const integer_polynomial& p) {
        return static_cast<long>(mpz_sizeinbase(p.leading_coefficient().get_mpz_t(), 2));
    }
    double block(const polynomial_block::values& p, const polynomial_block::values& p_error,
                 const polynomial_block::values& q, const polynomial_block::values& q_error,
                 std::size_t begin, std::size_t end) const {
        scaled_product product;
        for (std::size_t i = begin; i < end; ++i) {
            const double least = std::fabs(q[i]) - q_error[i];
            const double term = (std::fabs(p[i]) + p_error[i]) / least;
            if (!(least > 0x1p-900) || !(term < 0x1p900))
                return std::numeric_limits<double>::infinity();
            product.multiply(term);
        }
        const auto count = static_cast<double>(end - begin);
        const double result =
            product.log2() + count * static_cast<double>(p_scale_ - q_scale_) + count * 0x1p-49;
        return result + std::fabs(result) * 0x1p-48 + 0x1p-45;
    }

    long n_;
    double total_ = 0;
    long p_scale_, q_scale_;
    polynomial_block p_, q_;
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
