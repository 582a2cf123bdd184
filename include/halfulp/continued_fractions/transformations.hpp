// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Transformations of continued fractions that change their terms locally: tails, terms in front,
/// reversal, the reciprocal, denominators that are zero or negative, negative numerators, and the
/// Bauer–Muir transformation. Equivalence is in equivalence.hpp, contraction and extension in
/// contraction.hpp, series in series_transformations.hpp.
///
/// Sources: DLMF §1.12; Lorentzen and Waadeland, Continued Fractions with Applications, 1992, II;
/// Jones and Thron, Continued Fractions: Analytic Theory and Applications, 1980, 2.

#include <halfulp/continued_fractions/equivalence.hpp>
#include <halfulp/continued_fractions/interlaced_continued_fraction.hpp>
#include <halfulp/continued_fractions/step_matrices.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// C from S = b_n + a_{n+1}/(b_{n+1} + …): (A_{n-1}·S + a_n·A_{n-2})/(B_{n-1}·S + a_n·B_{n-2}).
template <class Fraction>
moebius_map map_of_shifted(const Fraction& fraction, long n) {
    if (n == 0)
        return {};
    matrix2<mpz_class> head = step_product<mpz_class>(fraction, 0, n);
    const mpz_class a = fraction.a(n);
    return {head.p, a * head.q, head.r, a * head.s};
}

}  // namespace detail

/// The fraction from its nth denominator on, S = b_n + a_{n+1}/(b_{n+1} + …), and the map from S to C.
/// Convergent j of it, mapped, is C_{n+j}. The tail t_n is S − b_n.
///
/// @throws std::invalid_argument if n < 0
inline mapped_continued_fraction<polynomial_continued_fraction> tail(
    const polynomial_continued_fraction& fraction, long n) {
    detail::require_at_least("tail", "n", n, 0);
    std::vector<mpz_class> a, b;
    for (long i = n; i < fraction.polynomial_from(); ++i) {
        b.push_back(fraction.b(i));
        a.push_back(fraction.a(i + 1));
    }
    return {detail::with_first_terms(fraction.numerators().shifted(n), fraction.denominators().shifted(n),
                                     std::move(a), std::move(b)),
            detail::map_of_shifted(fraction, n), n, 1};
}
/// The same of any fraction.
template <continued_fraction Fraction>
auto tail(const Fraction& fraction, long n) {
    detail::require_at_least("tail", "n", n, 0);
    return mapped_continued_fraction{
        general_continued_fraction([fraction, n](long i) -> mpz_class { return fraction.a(n + i); },
                                   [fraction, n](long i) -> mpz_class { return fraction.b(n + i); }),
        detail::map_of_shifted(fraction, n), n, 1L};
}

/// b_0 + a_1/(b_1 + … + a_m/F) with F the fraction given: terms in front. Convergent m + j of the
/// result is the image of convergent j of F.
///
/// @param numerators    a_1 … a_m
/// @param denominators  b_0 … b_{m-1}
/// @throws std::invalid_argument unless there are as many of one as of the other
inline polynomial_continued_fraction prepended(const polynomial_continued_fraction& fraction,
                                               std::vector<mpz_class> numerators,
                                               std::vector<mpz_class> denominators) {
    if (numerators.size() != denominators.size())
        throw_argument_error<std::invalid_argument>(
            "prepended", "denominators.size()", std::to_string(denominators.size()),
            "as many as numerators, " + std::to_string(numerators.size()));
    const auto m = static_cast<long>(numerators.size());
    for (long n = 0; n < fraction.polynomial_from(); ++n) {
        numerators.push_back(fraction.a(n + 1));
        denominators.push_back(fraction.b(n));
    }
    return detail::with_first_terms(fraction.numerators().shifted(-m), fraction.denominators().shifted(-m),
                                    std::move(numerators), std::move(denominators));
}

/// 1/C = 0 + 1/(b_0 + a_1/(b_1 + …)). Convergent n + 1 of the result is 1/C_n.
inline polynomial_continued_fraction reciprocal(const polynomial_continued_fraction& fraction) {
    return prepended(fraction, {1}, {0});
}

/// −C: a_n as they are, −b_n for b_n (inflation by −1 from r_0 on). Convergent n is −C_n.
inline polynomial_continued_fraction negated(const polynomial_continued_fraction& fraction) {
    const long from = fraction.polynomial_from();
    std::vector<mpz_class> b = detail::listed_denominators(fraction, from - 1);
    for (mpz_class& value : b)
        value = -value;
    return detail::with_first_terms(fraction.numerators(), -fraction.denominators(),
                                    detail::listed_numerators(fraction, from - 1), std::move(b));
}

/// The finite fraction b_n + a_n/(b_{n-1} + … + a_{last+1}/b_last). For last = 0 its value is A_n/A_{n-1}, for
/// last = 1 it is B_n/B_{n-1} (Jones and Thron, 2.1.; Galois's theorem for periods).
///
/// @throws std::invalid_argument unless 0 ≤ last ≤ n
template <continued_fraction Fraction>
polynomial_continued_fraction reversed(const Fraction& fraction, long n, long last = 0) {
    detail::require_at_least("reversed", "last", last, 0);
    detail::require_at_least("reversed", "n", n, last);
    std::vector<mpz_class> a, b;
    for (long i = n; i > last; --i) {
        b.push_back(fraction.b(i));
        a.push_back(fraction.a(i));
    }
    b.push_back(fraction.b(last));
    return finite_continued_fraction(std::move(a), std::move(b));
}

/// The Bauer–Muir transformation: the fraction whose nth convergent is the modified one,
///
///     S_n(w_n) = (A_n + w_n·A_{n-1})/(B_n + w_n·B_{n-1}),   w_n = w(n)/denominator,
///
/// which for w_n near the tails t_n converges faster. With λ_n = a_n − w_{n-1}·(b_n + w_n), inflated by λ_{n-1},
///
///     b'_0 = b_0 + w_0   b'_1 = b_1 + w_1   b'_n = (b_n + w_n)·λ_{n-1} − w_{n-2}·λ_n
///     a'_1 = λ_1   a'_2 = a_1·λ_2   a'_n = a_{n-1}·λ_n·λ_{n-2}
///
/// and the result is deflated. Convergent n of the result, mapped, is S_n(w_n); the map is division by
/// the denominator. Sources: Bauer 1872, Muir 1877; Lorentzen and Waadeland, II.2, theorem 11.
///
/// @throws std::invalid_argument if denominator = 0, or if λ_n = 0 for an n ≥ 1: S_n(w_n) = S_{n-1}(w_{n-1}) there
inline mapped_continued_fraction<polynomial_continued_fraction> bauer_muir(
    const polynomial_continued_fraction& fraction, const integer_polynomial& w,
    const mpz_class& denominator = 1) {
    if (denominator == 0)
        throw_argument_error<std::invalid_argument>("bauer_muir", "denominator", "0", "another number");
    // Inflated by the denominator from r_0 on, the modification is w(n) itself.
    const integer_polynomial scale(std::vector<mpz_class>{denominator});
    const integer_polynomial a = fraction.numerators() * scale * scale;
    const integer_polynomial b = fraction.denominators() * scale;
    const auto a_at = [&](long n) -> mpz_class { return fraction.a(n) * denominator * denominator; };
    const auto b_at = [&](long n) -> mpz_class { return fraction.b(n) * denominator; };
    const auto lambda_at = [&](long n) -> mpz_class { return a_at(n) - w(n - 1) * (b_at(n) + w(n)); };
    const integer_polynomial lambda = a - w.shifted(-1) * (b + w);
    const long from = fraction.polynomial_from();

    std::vector<long> zeros = integer_roots(lambda, from);
    for (long n = from; n-- > 1;)
        if (lambda_at(n) == 0)
            zeros.push_back(n);
    if (lambda.degree() < 0 || !zeros.empty())
        throw_argument_error<std::invalid_argument>(
            "bauer_muir", "lambda(" + std::to_string(zeros.empty() ? from : zeros.back()) + ")", "0",
            "a modification w with lambda(n) = a(n) - w(n-1) (b(n) + w(n)) != 0");

    std::vector<mpz_class> first_a, first_b;
    first_b.emplace_back(b_at(0) + w(0));
    for (long n = 1; n <= from + 1; ++n) {
        if (n == 1) {
            first_a.push_back(lambda_at(1));
            first_b.emplace_back(b_at(1) + w(1));
            continue;
        }
        first_a.emplace_back(a_at(n - 1) * lambda_at(n) * (n == 2 ? mpz_class(1) : lambda_at(n - 2)));
        first_b.emplace_back((b_at(n) + w(n)) * lambda_at(n - 1) - w(n - 2) * lambda_at(n));
    }
    return {deflated(detail::with_first_terms(a.shifted(-1) * lambda * lambda.shifted(-2),
                                              (b + w) * lambda.shifted(-1) - w.shifted(-2) * lambda,
                                              std::move(first_a), std::move(first_b))),
            {1, 0, 0, denominator},
            0,
            1};
}

namespace detail {

/// The least n ≥ 1 with a_n = 0; 0 where there is none.
inline long end_of(const polynomial_continued_fraction& fraction) {
    for (long n = 1; n < fraction.polynomial_from(); ++n)
        if (fraction.a(n) == 0)
            return n;
    if (fraction.numerators().degree() < 0)
        return fraction.polynomial_from();
    const std::vector<long> zeros = integer_roots(fraction.numerators(), fraction.polynomial_from());
    return zeros.empty() ? 0 : zeros.front();
}

}  // namespace detail

/// The fraction without the denominators b_n = 0, n ≥ 1: b_{n-1} + a_n/(0 + a_{n+1}/(b_{n+1} + …)) is
/// b_{n-1} + (a_n/a_{n+1})·(b_{n+1} + …), so the terms n − 1, n, n + 1 become the one of
///
///     a = a_{n-1}·a_{n+1},   b = b_{n-1}·a_{n+1} + a_n·b_{n+1},   and a_{n+2} → a_n·a_{n+2}
///
/// The convergents C_{n-1} and C_n = C_{n-2} are dropped, all others kept, mapped. `first` and `step` of
/// the result hold for the convergents behind the last zero. A fraction that ends is cut there.
///
/// @throws convergence_error  if b_n = 0 for all large n (C_n = C_{n-2}: no limit), or if the value is infinite:
///         the fraction ends in b_0 + a_1/0
inline mapped_continued_fraction<polynomial_continued_fraction> without_zero_denominators(
    const polynomial_continued_fraction& fraction) {
    const long end = detail::end_of(fraction);
    if (end == 0 && fraction.denominators().degree() < 0)
        throw convergence_error(
            "halfulp::without_zero_denominators: all denominators are zero from some n on");
    const std::vector<long> zeros = integer_roots(fraction.denominators(), fraction.polynomial_from());
    // Terms before `size` are explicit; two behind the last zero, so that merging finds its neighbours.
    long size = end != 0 ? end : std::max(fraction.polynomial_from(), zeros.empty() ? 0 : zeros.back()) + 3;
    std::vector<mpz_class> a{1}, b{fraction.b(0)};
    for (long n = 1; n < size; ++n) {
        a.push_back(fraction.a(n));
        b.push_back(fraction.b(n));
    }
    long merged = 0;
    for (std::size_t n = 1; n < b.size();) {
        if (b[n] != 0) {
            ++n;
            continue;
        }
        if (end == 0)
            for (; b.size() < n + 3; ++size) {
                a.push_back(fraction.a(size));
                b.push_back(fraction.b(size));
            }
        if (n + 1 == b.size()) {  // the end: C_n = C_{n-2}
            if (n == 1)
                throw convergence_error("halfulp::without_zero_denominators: the value is infinite");
            a.resize(n - 1);
            b.resize(n - 1);
            break;
        }
        b[n - 1] = b[n - 1] * a[n + 1] + a[n] * b[n + 1];
        a[n - 1] *= a[n + 1];
        if (n + 2 < a.size())
            a[n + 2] *= a[n];
        const auto from = static_cast<std::ptrdiff_t>(n);
        a.erase(a.begin() + from, a.begin() + from + 2);
        b.erase(b.begin() + from, b.begin() + from + 2);
        ++merged;
        n = std::max<std::size_t>(n - 1, 1);
    }
    moebius_map map{1, 0, 0, a.front()};
    a.erase(a.begin());
    if (end != 0)
        return {finite_continued_fraction(std::move(a), std::move(b)), std::move(map), 2 * merged, 1};
    return {detail::with_first_terms(fraction.numerators().shifted(2 * merged),
                                     fraction.denominators().shifted(2 * merged), std::move(a), std::move(b)),
            std::move(map), 2 * merged, 1};
}

/// The fraction inflated by the signs of b_n, n ≥ 1: no denominator behind b_0 is negative. Keeps every convergent.
///
/// @throws std::invalid_argument if b_n still changes its sign behind n = 10^6
inline polynomial_continued_fraction with_positive_denominators(
    const polynomial_continued_fraction& fraction) {
    const integer_polynomial& b = fraction.denominators();
    const long from = fraction.polynomial_from();
    const long settled = b.degree() < 0 ? from : b.constant_sign_from(from, 1'000'000);
    if (settled < 0)
        throw_argument_error<std::invalid_argument>("with_positive_denominators", "fraction.denominators()",
                                                    b.to_string(), "one sign from n = 10^6 on");
    const auto sign = [&](long n) -> int { return n > 0 && fraction.b(n) < 0 ? -1 : 1; };
    std::vector<mpz_class> first_a, first_b{fraction.b(0)};
    for (long n = 1; n <= settled + 1; ++n) {
        first_a.emplace_back(fraction.a(n) * sign(n) * sign(n - 1));
        first_b.emplace_back(fraction.b(n) * sign(n));
    }
    return detail::with_first_terms(fraction.numerators(), sign(settled + 1) < 0 ? -b : b, std::move(first_a),
                                    std::move(first_b));
}

/// A fraction with a_n = −λ_n·μ_n, rewritten with the numerators λ_n and μ_n:
///
///     b_{n-1} − λ_n·μ_n/(b_n + t) = b_{n-1} − λ_n + λ_n/(1 + μ_n/(b_n − μ_n + t))
///
///     b'_0 = b_0 − λ_1   a'_{2n-1} = λ_n, b'_{2n-1} = 1   a'_{2n} = μ_n, b'_{2n} = b_n − μ_n − λ_{n+1}
///
/// Convergent 2n + 1 of the result is C_n: the original is its odd part. Where λ_n, μ_n > 0 and
/// b_n > μ_n + λ_{n+1} all elements are positive, and consecutive convergents enclose the value.
///
/// @param lambda  a polynomial that divides a_n; where it does not divide an exceptional a_n, 1 is taken there
/// @throws std::invalid_argument if lambda does not divide the polynomial of a_n or has a zero at an n ≥ 1
inline interlaced_continued_fraction without_negative_numerators(
    const polynomial_continued_fraction& fraction, const integer_polynomial& lambda = {1}) {
    const auto quotient = polynomial_quotient(fraction.numerators(), -lambda);
    if (!quotient || !integer_roots(lambda, 1).empty())
        throw_argument_error<std::invalid_argument>(
            "without_negative_numerators", "lambda", lambda.to_string(),
            "a divisor of " + fraction.numerators().to_string() + " without zeros at n >= 1");
    const integer_polynomial& mu = *quotient;
    const long from = fraction.polynomial_from();
    const auto lambda_at = [&](long n) -> mpz_class {
        const mpz_class a = fraction.a(n), value = lambda(n);
        return mpz_divisible_p(a.get_mpz_t(), value.get_mpz_t()) ? value : mpz_class(1);
    };
    std::vector<mpz_class> a, b{mpz_class(fraction.b(0) - lambda_at(1))};
    for (long n = 1; n < from; ++n) {
        const mpz_class mu_n = -fraction.a(n) / lambda_at(n);
        a.push_back(lambda_at(n));
        b.emplace_back(1);
        a.push_back(mu_n);
        b.emplace_back(fraction.b(n) - mu_n - lambda_at(n + 1));
    }
    return interlaced_continued_fraction({mu, lambda.shifted(1)},
                                         {fraction.denominators() - mu - lambda.shifted(1), {1}},
                                         std::move(a), std::move(b));
}

}  // namespace v0
}  // namespace halfulp
