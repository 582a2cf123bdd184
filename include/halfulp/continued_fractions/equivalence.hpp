// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Equivalence transformations: other elements, the same convergents.
///
///     a_1 → r_1·a_1,   a_n → r_n·r_{n-1}·a_n,   b_0 → b_0,   b_n → r_n·b_n,   r_n ≠ 0
///
/// keeps every C_n (DLMF 1.12.15, 1.12.16; Lorentzen and Waadeland, Continued Fractions with
/// Applications, 1992, II.2.3). Inflating multiplies by r_n, deflating divides by it.

#include <halfulp/continued_fractions/general_continued_fraction.hpp>
#include <halfulp/continued_fractions/polynomial_algebra.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/continued_fractions/rational_elements.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <concepts>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// The polynomial fraction inflated by the polynomial r(n), n ≥ 1; r_0 = 1 whatever r(0) is. Keeps
/// every convergent.
///
/// @throws std::invalid_argument if r(n) = 0 for an n ≥ 1
inline polynomial_continued_fraction equivalent(const polynomial_continued_fraction& fraction,
                                                const integer_polynomial& r) {
    const std::vector<long> zeros = integer_roots(r, 1);
    if (r.degree() < 0 || !zeros.empty())
        throw_argument_error<std::invalid_argument>(
            "equivalent", "r(" + std::to_string(zeros.empty() ? 1 : zeros.front()) + ")", "0",
            "a polynomial without zeros at n >= 1");
    const long from = fraction.polynomial_from();
    std::vector<mpz_class> a = detail::listed_numerators(fraction, from);
    std::vector<mpz_class> b = detail::listed_denominators(fraction, from - 1);
    for (long n = 1; n <= from; ++n) {
        a[static_cast<std::size_t>(n - 1)] *= n == 1 ? r(1) : mpz_class(r(n) * r(n - 1));
        if (n < from)
            b[static_cast<std::size_t>(n)] *= r(n);
    }
    return detail::with_first_terms(fraction.numerators() * r * r.shifted(-1), fraction.denominators() * r,
                                    std::move(a), std::move(b));
}

/// Any fraction inflated by r(n), a callable of n ≥ 1 that gives an integer. Keeps every convergent.
///
/// The elements throw std::invalid_argument where r(n) = 0.
template <continued_fraction Fraction, std::invocable<long> Factor>
auto equivalent(const Fraction& fraction, Factor r) {
    detail::check_element_callable<Factor>();
    const auto factor = [r](long n) -> mpz_class {
        if (n == 0)
            return 1;
        mpz_class result = detail::element(r(n));
        if (result == 0)
            throw_argument_error<std::invalid_argument>("equivalent", "r(" + std::to_string(n) + ")", "0",
                                                        "factors that are not zero");
        return result;
    };
    return general_continued_fraction(
        [fraction, factor](long n) -> mpz_class { return fraction.a(n) * factor(n) * factor(n - 1); },
        [fraction, factor](long n) -> mpz_class { return fraction.b(n) * factor(n); });
}

namespace detail {

/// What a deflation is made of: a_n = d(n)·d(n-1)·numerators(n), b_n = d(n)·denominators(n).
struct common_divisor {
    integer_polynomial numerators, denominators, d;
};

/// Divides out factors: constants made of small primes, linear ones, and what is left of
/// gcd(b_n, a_n, a_{n+1}) as a whole, each as often as it goes.
inline common_divisor common_divisors(integer_polynomial a, integer_polynomial b) {
    integer_polynomial d{1};
    const auto divide = [&](const integer_polynomial& factor) {
        bool any = false;
        for (;; any = true) {
            const auto less_b = polynomial_quotient(b, factor);
            const auto less_a = polynomial_quotient(a, factor * factor.shifted(-1));
            if (!less_a || !less_b)
                return any;
            a = *less_a;
            b = *less_b;
            d = d * factor;
        }
    };
    if (a.degree() < 0)  // b alone would do, but then nothing is left to hold d·d to
        return {a, b, d};
    for (bool again = b.degree() >= 0; again;) {
        again = false;
        integer_polynomial common = greatest_common_divisor(b, greatest_common_divisor(a, a.shifted(1)));
        for (const mpq_class& root : rational_roots(common)) {
            const integer_polynomial linear(
                std::vector<mpz_class>{mpz_class(-root.get_num()), mpz_class(root.get_den())});
            again = divide(linear) || again;
            while (const auto less = polynomial_quotient(common, linear))
                common = *less;
        }
        if (common.degree() > 0)
            again = divide(common) || again;
    }
    mpz_class shared = gcd(content(b), content(a));
    for (mpz_class prime = 2; prime < 1000 && shared > 1;
         mpz_nextprime(prime.get_mpz_t(), prime.get_mpz_t())) {
        if (mpz_divisible_p(shared.get_mpz_t(), prime.get_mpz_t()))
            divide(integer_polynomial(std::vector<mpz_class>{prime}));
        mpz_remove(shared.get_mpz_t(), shared.get_mpz_t(), prime.get_mpz_t());
    }
    if (shared > 1)
        divide(integer_polynomial(std::vector<mpz_class>{shared}));
    return {std::move(a), std::move(b), std::move(d)};
}

}  // namespace detail

/// Deflation, the inverse of `equivalent`: divides a_n by d_n·d_{n-1} and b_n by d_n, d a polynomial
/// with integer coefficients behind the exceptional terms and numbers among them. Keeps every
/// convergent. Signs stay.
///
/// d is found by trying constants, linear factors and gcd(b_n, a_n, a_{n+1}) greedily; it is often
/// and not always the largest that divides. Where d has zeros at some n, the terms up to the last of
/// them become exceptional ones.
inline polynomial_continued_fraction deflated(const polynomial_continued_fraction& fraction) {
    const detail::common_divisor common =
        detail::common_divisors(fraction.numerators(), fraction.denominators());
    long from = fraction.polynomial_from();
    if (const std::vector<long> zeros = integer_roots(common.d, from); !zeros.empty())
        from = zeros.back() + 1;
    // The terms before `from`, and a_from, whose d_{from-1} is 1 so far.
    std::vector<mpz_class> a = detail::listed_numerators(fraction, from);
    std::vector<mpz_class> b = detail::listed_denominators(fraction, from - 1);
    a.back() = fraction.a(from) / common.d(from);
    for (std::size_t n = 1; n < b.size(); ++n) {
        // d_n divides b_n, a_n and a_{n+1}; a[n] is a_{n+1}.
        const mpz_class neighbours = gcd(a[n - 1], a[n]);
        mpz_class d = gcd(b[n], neighbours);
        if (d == 0)
            continue;
        a[n - 1] /= d;
        a[n] /= d;
        b[n] /= d;
    }
    return detail::with_first_terms(common.numerators, common.denominators, std::move(a), std::move(b));
}

}  // namespace v0
}  // namespace halfulp
