// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Series and continued fractions: Euler's way from the terms of a series to a fraction with its partial sums
/// as convergents, the way back, and polynomial fractions that are hypergeometric series in disguise.
///
/// For the series with polynomial ratios of terms there is
/// `polynomial_continued_fraction::from_hypergeometric_series`; for power series power_series_fractions.hpp.
///
/// Sources: Euler 1748, Introductio I.18; DLMF 1.12.8, 1.12.18, 1.12.19; Lorentzen and Waadeland, II.2.

#include <halfulp/continued_fractions/equivalence.hpp>
#include <halfulp/continued_fractions/general_continued_fraction.hpp>
#include <halfulp/continued_fractions/polynomial_algebra.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/continued_fractions/rational_elements.hpp>

#include <gmpxx.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// The fraction whose nth convergent is c_0 + c_1 + … + c_{n-1}. With ρ_k = c_k/c_{k-1} = P_k/Q_k in lowest terms,
///
///     b_0 = 0   a_1 = numerator(c_0), b_1 = denominator(c_0)   b_n = Q_{n-1} + P_{n-1}
///     a_2 = −P_1·denominator(c_0)   a_n = −P_{n-1}·Q_{n-2}
///
/// Zero terms are allowed at the end of the series: the fraction ends there.
///
/// @param terms  a callable of k ≥ 0 that gives c_k as mpq_class, mpz_class or a built-in integer
///
/// An element throws std::invalid_argument where c_{n-2} = 0 and c_{n-1} ≠ 0: two convergents would be equal.
template <std::invocable<long> Terms>
auto from_series(Terms terms) {
    const auto ratio = [terms](long k) -> mpq_class {
        const mpq_class before = detail::rational_element(terms, k - 1),
                        term = detail::rational_element(terms, k);
        if (term == 0)
            return 0;
        if (before == 0)
            throw_argument_error<std::invalid_argument>("from_series", "c(" + std::to_string(k - 1) + ")",
                                                        "0", "zero terms at the end of the series only");
        return term / before;
    };
    return general_continued_fraction(
        [terms, ratio](long n) -> mpz_class {
            if (n == 1)
                return detail::rational_element(terms, 0).get_num();
            const mpz_class before =
                n == 2 ? detail::rational_element(terms, 0).get_den() : ratio(n - 2).get_den();
            return -ratio(n - 1).get_num() * before;
        },
        [terms, ratio](long n) -> mpz_class {
            if (n <= 1)
                return n == 0 ? mpz_class(0) : detail::rational_element(terms, 0).get_den();
            const mpq_class rho = ratio(n - 1);
            return rho.get_den() + rho.get_num();
        });
}

/// The series of a fraction: c_0 = C_0 and c_k = C_k − C_{k-1} = (−1)^{k-1}·a_1⋯a_k/(B_k·B_{k-1}), k < count.
///
/// @throws std::invalid_argument if count < 1
/// @throws convergence_error     if a denominator B_k on the way is zero
///
/// O(count) products of growing integers.
template <continued_fraction Fraction>
std::vector<mpq_class> series_terms(const Fraction& fraction, long count) {
    detail::require_at_least("series_terms", "count", count, 1);
    std::vector<mpq_class> result{mpq_class(fraction.b(0))};
    mpz_class before = 0, denominator = 1, product = -1;
    for (long k = 1; k < count; ++k) {
        const mpz_class a = fraction.a(k);
        mpz_class next = fraction.b(k) * denominator + a * before;
        if (next == 0)
            throw convergence_error("halfulp::series_terms: the denominator of convergent " +
                                    std::to_string(k) + " is zero");
        before = std::move(denominator);
        denominator = std::move(next);
        product *= -a;
        result.emplace_back(product, denominator * before);
        result.back().canonicalize();
    }
    return result;
}

/// C_n = (p·S_n + q)/(r·S_n + s) with S_n = Σ_{k=0}^{n} c_k, c_0 = 1 and c_k/c_{k-1} = P(k)/Q(k).
struct hypergeometric_form {
    integer_polynomial p;  ///< P(k), k ≥ 1
    integer_polynomial q;  ///< Q(k), k ≥ 1
    moebius_map map;       ///< from S_n to C_n
};

namespace detail {

/// Σ x_i·(linear factor)^… of one side, and its complement.
inline integer_polynomial power_of(const integer_polynomial& p, int exponent) {
    integer_polynomial result{1};
    for (; exponent > 0; --exponent)
        result = result * p;
    return result;
}

/// x·f(n) + y·g(n) = b(n) with rational x, y ≠ 0 and x·y = product, if there are such.
inline std::optional<std::pair<mpq_class, mpq_class>> combination(const integer_polynomial& f,
                                                                  const integer_polynomial& g,
                                                                  const integer_polynomial& b,
                                                                  const mpz_class& product) {
    const auto holds = [&](const mpq_class& x, const mpq_class& y) {
        if (x == 0 || y == 0 || x * y != product)
            return false;
        for (int k = 0; k <= std::max({f.degree(), g.degree(), b.degree()}); ++k)
            if (x * f.coefficient(k) + y * g.coefficient(k) != b.coefficient(k))
                return false;
        return true;
    };
    // Two independent rows of coefficients give x and y.
    for (int i = 0; i <= std::max(f.degree(), g.degree()); ++i)
        for (int k = 0; k < i; ++k) {
            const mpz_class determinant =
                f.coefficient(i) * g.coefficient(k) - f.coefficient(k) * g.coefficient(i);
            if (determinant == 0)
                continue;
            mpq_class x(b.coefficient(i) * g.coefficient(k) - b.coefficient(k) * g.coefficient(i),
                        determinant);
            mpq_class y(f.coefficient(i) * b.coefficient(k) - f.coefficient(k) * b.coefficient(i),
                        determinant);
            x.canonicalize();
            y.canonicalize();
            return holds(x, y) ? std::optional(std::pair(x, y)) : std::nullopt;
        }
    // g is a multiple of f: b = β·f and x + γ·y = β, x·y = product, a quadratic equation.
    mpq_class beta(b.leading_coefficient(), f.leading_coefficient());
    mpq_class gamma(g.leading_coefficient(), f.leading_coefficient());
    beta.canonicalize();
    gamma.canonicalize();
    const mpq_class discriminant = beta * beta - 4 * gamma * product;
    if (discriminant < 0 || !mpz_perfect_square_p(discriminant.get_num_mpz_t()) ||
        !mpz_perfect_square_p(discriminant.get_den_mpz_t()))
        return std::nullopt;
    mpq_class root(sqrt(discriminant.get_num()), sqrt(discriminant.get_den()));
    for (const int sign : {1, -1}) {
        const mpq_class x = (beta + sign * root) / 2;
        if (x == 0)
            continue;
        const mpq_class y = product / x;
        if (holds(x, y))
            return std::pair(x, y);
    }
    return std::nullopt;
}

}  // namespace detail

/// A polynomial fraction as a hypergeometric series, where it is of Euler's type:
///
///     b_n = h_1(n) + h_2(n + 1),   a_n = −h_1(n)·h_2(n),   n ≥ 1
///
/// Then B_n = h_2(n+1)·B_{n-1} + h_1(1)⋯h_1(n), so that with S_n = Σ_{k ≤ n} Π_{i ≤ k} h_1(i)/h_2(i+1)
///
///     C_n = v + h_2(1)/S_n,   v = b_0 − h_2(1),
///
/// exactly, for every n. The sum splits into 3 products a level of a tree where the fraction takes 8.
/// Source: Euler; the criterion as in Lorentzen and Waadeland, II.2, and in the papers on formula discovery.
///
/// h_1 and h_2 are looked for among the products of the rational linear factors of a_n; nothing is returned
/// where there are none, where a_1, b_1, … have exceptional terms, or where h_2(n) = 0 for an n ≥ 1.
inline std::optional<hypergeometric_form> as_hypergeometric_series(
    const polynomial_continued_fraction& fraction) {
    const integer_polynomial& a = fraction.numerators();
    const integer_polynomial& b = fraction.denominators();
    if (fraction.polynomial_from() > 1 || a.degree() < 0 || b.degree() < 0)
        return std::nullopt;
    // −a = constant·(linear factors)·rest, rest without rational roots.
    integer_polynomial rest = primitive_part(a);
    std::vector<std::pair<integer_polynomial, int>> factors;
    for (const mpq_class& root : rational_roots(a)) {
        const integer_polynomial linear(
            std::vector<mpz_class>{mpz_class(-root.get_num()), mpz_class(root.get_den())});
        factors.emplace_back(linear, 0);
        while (const auto less = polynomial_quotient(rest, linear)) {
            rest = *less;
            ++factors.back().second;
        }
    }
    if (rest.degree() > 0)
        factors.emplace_back(rest, 1);
    const mpz_class constant = -a.leading_coefficient() / primitive_part(a).leading_coefficient();
    // Every way to give each factor's powers to h_1 and h_2, counted in mixed radix.
    std::vector<int> chosen(factors.size(), 0);
    for (;;) {
        integer_polynomial f{1}, g{1};
        for (std::size_t i = 0; i < factors.size(); ++i) {
            f = f * detail::power_of(factors[i].first, chosen[i]);
            g = g * detail::power_of(factors[i].first, factors[i].second - chosen[i]);
        }
        const integer_polynomial next_g = g.shifted(1);
        if (const auto scales = detail::combination(f, next_g, b, constant);
            scales && integer_roots(g, 1).empty()) {
            const auto& [x, y] = *scales;
            // P/Q = x·f(k)/(y·g(k+1)); h_2(1) = y·g(1).
            const auto scaled = [](const integer_polynomial& p, const mpz_class& by) {
                return p * integer_polynomial(std::vector<mpz_class>{by});
            };
            const mpq_class quotient = x / y;
            const mpq_class h_2 = y * g(1);
            const mpq_class v = fraction.b(0) - h_2;
            const mpz_class common = lcm(v.get_den(), h_2.get_den());
            return hypergeometric_form{
                scaled(f, quotient.get_num()),
                scaled(next_g, quotient.get_den()),
                {v.get_num() * (common / v.get_den()), h_2.get_num() * (common / h_2.get_den()), common, 0}};
        }
        std::size_t i = 0;
        while (i < chosen.size() && chosen[i] == factors[i].second)
            chosen[i++] = 0;
        if (i == chosen.size())
            return std::nullopt;
        ++chosen[i];
    }
}

}  // namespace v0
}  // namespace halfulp
