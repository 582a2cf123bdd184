// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Exact algebra of integer polynomials: division where it goes without remainder, greatest common
/// divisors, rational and integer roots. What transformations of polynomial fractions are decided by.

#include <halfulp/continued_fractions/integer_polynomial.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// The greatest common divisor of the coefficients, ≥ 0; 0 for the zero polynomial.
inline mpz_class content(const integer_polynomial& p) {
    mpz_class result = 0;
    for (int k = 0; k <= p.degree(); ++k)
        result = gcd(result, p.coefficient(k));
    return result;
}

/// p/divisor where every coefficient is a multiple of divisor ≠ 0, otherwise nothing.
inline std::optional<integer_polynomial> polynomial_quotient(const integer_polynomial& p,
                                                             const mpz_class& divisor) {
    if (divisor == 0)
        return std::nullopt;
    std::vector<mpz_class> c;
    for (int k = 0; k <= p.degree(); ++k) {
        c.push_back(p.coefficient(k));
        if (!mpz_divisible_p(c.back().get_mpz_t(), divisor.get_mpz_t()))
            return std::nullopt;
        c.back() /= divisor;
    }
    return integer_polynomial(std::move(c));
}

/// The polynomial x with p = x·divisor where one with integer coefficients exists, otherwise
/// nothing. O(degree²).
inline std::optional<integer_polynomial> polynomial_quotient(const integer_polynomial& p,
                                                             const integer_polynomial& divisor) {
    if (divisor.degree() < 0)
        return std::nullopt;
    std::vector<mpz_class> rest;
    for (int k = 0; k <= p.degree(); ++k)
        rest.push_back(p.coefficient(k));
    const auto low = static_cast<std::size_t>(divisor.degree());
    if (rest.size() <= low)
        return p.degree() < 0 ? std::optional<integer_polynomial>(p) : std::nullopt;
    std::vector<mpz_class> quotient(rest.size() - low);
    const mpz_class lead = divisor.leading_coefficient();
    for (std::size_t k = quotient.size(); k-- > 0;) {
        if (!mpz_divisible_p(rest[k + low].get_mpz_t(), lead.get_mpz_t()))
            return std::nullopt;
        quotient[k] = rest[k + low] / lead;
        for (std::size_t i = 0; i <= low; ++i)
            rest[k + i] -= quotient[k] * divisor.coefficient(static_cast<int>(i));
    }
    if (std::any_of(rest.begin(), rest.end(), [](const mpz_class& c) { return c != 0; }))
        return std::nullopt;
    return integer_polynomial(std::move(quotient));
}

/// p divided by its content, with a positive leading coefficient; zero for zero.
inline integer_polynomial primitive_part(const integer_polynomial& p) {
    if (p.degree() < 0)
        return p;
    const mpz_class c = content(p);
    return *polynomial_quotient(p, mpz_class(p.leading_coefficient() < 0 ? -c : c));
}

/// The derivative.
inline integer_polynomial derivative(const integer_polynomial& p) {
    std::vector<mpz_class> c;
    for (int k = 1; k <= p.degree(); ++k)
        c.emplace_back(k * p.coefficient(k));
    return integer_polynomial(std::move(c));
}

/// The primitive greatest common divisor over the rationals, leading coefficient positive: its
/// content is 1, common factors of the contents are not in it. By the primitive remainder sequence.
inline integer_polynomial greatest_common_divisor(const integer_polynomial& p, const integer_polynomial& q) {
    integer_polynomial x = primitive_part(p), y = primitive_part(q);
    if (x.degree() < y.degree())
        std::swap(x, y);
    while (y.degree() >= 0) {
        // The pseudo-remainder of x by y.
        while (x.degree() >= y.degree()) {
            std::vector<mpz_class> shift(static_cast<std::size_t>(x.degree() - y.degree()) + 1);
            shift.back() = x.leading_coefficient();
            const integer_polynomial scale(std::vector<mpz_class>{y.leading_coefficient()});
            x = scale * x - integer_polynomial(std::move(shift)) * y;
        }
        x = primitive_part(x);
        std::swap(x, y);
    }
    return x;
}

/// p(scale·n + shift).
inline integer_polynomial composed(const integer_polynomial& p, long scale, long shift) {
    integer_polynomial result;
    const integer_polynomial inner{shift, scale};
    for (int k = p.degree(); k >= 0; --k)
        result = result * inner + integer_polynomial(std::vector<mpz_class>{p.coefficient(k)});
    return result;
}

namespace detail {

/// The integer roots of a primitive polynomial without multiple roots, in ascending order: roots
/// modulo a small prime at which all of them are simple, lifted by Newton's iteration beyond
/// Cauchy's bound, each tried.
inline std::vector<mpz_class> integer_roots_of_squarefree(const integer_polynomial& p) {
    const integer_polynomial slope = derivative(p);
    mpz_class bound = 1;  // every root is smaller than 1 + max |c_k/c_d|
    for (int k = 0; k < p.degree(); ++k) {
        const mpz_class size = abs(p.coefficient(k));
        bound = std::max(bound, size);
    }
    bound = 2 * (bound + 2);
    for (mpz_class prime = 101;; mpz_nextprime(prime.get_mpz_t(), prime.get_mpz_t())) {
        if (mpz_divisible_p(p.leading_coefficient().get_mpz_t(), prime.get_mpz_t()))
            continue;
        std::vector<mpz_class> roots;
        bool simple = true;
        for (long x = 0; prime > x && simple; ++x)
            if (mpz_class value = p(x); mpz_divisible_p(value.get_mpz_t(), prime.get_mpz_t())) {
                value = slope(x);
                simple = !mpz_divisible_p(value.get_mpz_t(), prime.get_mpz_t());
                roots.emplace_back(x);
            }
        if (!simple)
            continue;
        const auto at = [](const integer_polynomial& f, const mpz_class& x) {
            mpz_class value = 0;
            for (int k = f.degree(); k >= 0; --k)
                value = value * x + f.coefficient(k);
            return value;
        };
        std::vector<mpz_class> result;
        for (mpz_class& x : roots) {
            for (mpz_class modulus = prime; modulus <= bound;) {
                modulus *= modulus;
                mpz_class inverse = at(slope, x);
                mpz_invert(inverse.get_mpz_t(), inverse.get_mpz_t(), modulus.get_mpz_t());
                x -= at(p, x) * inverse;
                mpz_mod(x.get_mpz_t(), x.get_mpz_t(), modulus.get_mpz_t());
                if (modulus > bound && 2 * x > modulus)
                    x -= modulus;
            }
            if (bound < prime && 2 * x > prime)
                x -= prime;
            if (at(p, x) == 0)
                result.push_back(x);
        }
        std::sort(result.begin(), result.end());
        return result;
    }
}

}  // namespace detail

/// The distinct rational roots, ascending; none for constants and for the zero polynomial.
inline std::vector<mpq_class> rational_roots(const integer_polynomial& p) {
    if (p.degree() < 1)
        return {};
    const integer_polynomial simple = *polynomial_quotient(
        primitive_part(p), greatest_common_divisor(primitive_part(p), derivative(primitive_part(p))));
    // x is a root of p iff y = c_d·x is one of the monic c_d^(d-1) p(y/c_d).
    const mpz_class lead = simple.leading_coefficient();
    std::vector<mpz_class> c(static_cast<std::size_t>(simple.degree()) + 1);
    c.back() = 1;
    mpz_class power = 1;
    for (int k = simple.degree() - 1; k >= 0; --k) {
        c[static_cast<std::size_t>(k)] = simple.coefficient(k) * power;
        power *= lead;
    }
    std::vector<mpq_class> result;
    for (const mpz_class& root : detail::integer_roots_of_squarefree(integer_polynomial(std::move(c)))) {
        result.emplace_back(root, lead);
        result.back().canonicalize();
    }
    return result;
}

/// The distinct integer roots n ≥ from that fit a long, ascending; none for the zero polynomial.
inline std::vector<long> integer_roots(const integer_polynomial& p, long from) {
    std::vector<long> result;
    for (const mpq_class& root : rational_roots(p))
        if (root.get_den() == 1 && root >= from && root.get_num().fits_slong_p())
            result.push_back(root.get_num().get_si());
    return result;
}

}  // namespace v0
}  // namespace halfulp
