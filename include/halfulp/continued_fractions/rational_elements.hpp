// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Continued fractions with rational elements, made integer ones by an equivalence transformation:
///
///     a_n → r_n·r_{n-1}·a_n,   b_n → r_n·b_n,   r_n ≠ 0
///
/// keeps every convergent where r_0 = 1, and multiplies every one by r_0 otherwise (DLMF 1.12.15 and
/// 1.12.16 with an r_0 of its own). So where b_0 is not an integer the value is C/r_0, and the
/// map { 1, 0, 0, r_0 } that comes with the fraction says so.

#include <halfulp/continued_fractions/general_continued_fraction.hpp>
#include <halfulp/continued_fractions/polynomial_algebra.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>

#include <gmpxx.h>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// A polynomial with rational coefficients: numerator(n)/denominator in lowest terms.
class rational_polynomial {
  public:
    /// The zero polynomial.
    rational_polynomial() = default;
    /// c_0, c_1, …
    rational_polynomial(std::initializer_list<mpq_class> ascending)
        : rational_polynomial(std::vector<mpq_class>(ascending)) {}
    /// c_0, c_1, …
    explicit rational_polynomial(const std::vector<mpq_class>& ascending) {
        for (const mpq_class& c : ascending)
            denominator_ = lcm(denominator_, c.get_den());
        std::vector<mpz_class> scaled;
        for (const mpq_class& c : ascending)
            scaled.emplace_back(c.get_num() * (denominator_ / c.get_den()));
        numerator_ = integer_polynomial(std::move(scaled));
    }
    /// An integer polynomial as it is.
    rational_polynomial(integer_polynomial p)  // NOLINT: every integer polynomial is a rational one
        : numerator_(std::move(p)) {}

    /// The polynomial times its denominator.
    const integer_polynomial& numerator() const noexcept { return numerator_; }
    /// The least common multiple of the denominators of the coefficients, ≥ 1.
    const mpz_class& denominator() const noexcept { return denominator_; }
    /// The value at n.
    mpq_class operator()(long n) const {
        mpq_class result(numerator_(n), denominator_);
        result.canonicalize();
        return result;
    }
    /// The same polynomial.
    friend bool operator==(const rational_polynomial& p, const rational_polynomial& q) {
        return p.numerator_ == q.numerator_ && p.denominator_ == q.denominator_;
    }

  private:
    integer_polynomial numerator_;
    mpz_class denominator_ = 1;
};

namespace detail {

/// The fraction of the polynomials and of explicit first terms, those dropped that the polynomials
/// give too.
inline polynomial_continued_fraction with_first_terms(const integer_polynomial& numerators,
                                                      const integer_polynomial& denominators,
                                                      std::vector<mpz_class> first_numerators,
                                                      std::vector<mpz_class> first_denominators) {
    const auto size = [](const auto& list) { return static_cast<long>(list.size()); };
    while (!first_numerators.empty() && first_numerators.back() == numerators(size(first_numerators)))
        first_numerators.pop_back();
    while (!first_denominators.empty() &&
           first_denominators.back() == denominators(size(first_denominators) - 1))
        first_denominators.pop_back();
    return {numerators, denominators, std::move(first_numerators), std::move(first_denominators)};
}

/// a_1 … a_last.
template <class Fraction>
std::vector<mpz_class> listed_numerators(const Fraction& fraction, long last) {
    std::vector<mpz_class> result;
    for (long n = 1; n <= last; ++n)
        result.push_back(fraction.a(n));
    return result;
}

/// b_0 … b_last.
template <class Fraction>
std::vector<mpz_class> listed_denominators(const Fraction& fraction, long last) {
    std::vector<mpz_class> result;
    for (long n = 0; n <= last; ++n)
        result.push_back(fraction.b(n));
    return result;
}

}  // namespace detail

/// A finite continued fraction b_0 + a_1/(b_1 + … + a_N/b_N): a polynomial one with the numerator 0
/// and the denominator 1 behind the last term, so that every later convergent is C_N too.
///
/// @param numerators    a_1 … a_N
/// @param denominators  b_0 … b_N
/// @throws std::invalid_argument unless there is one denominator more than numerators
inline polynomial_continued_fraction finite_continued_fraction(std::vector<mpz_class> numerators,
                                                               std::vector<mpz_class> denominators) {
    if (denominators.size() != numerators.size() + 1)
        throw_argument_error<std::invalid_argument>(
            "finite_continued_fraction", "denominators.size()", std::to_string(denominators.size()),
            "one more than numerators, " + std::to_string(numerators.size() + 1));
    return {{}, {1}, std::move(numerators), std::move(denominators)};
}

/// The finite continued fraction with rational elements a_1 … a_N and b_0 … b_N: r_n is the smallest that makes a_n
/// and b_n integers once r_{n-1} is chosen, r_0 the denominator of b_0.
///
/// Every convergent of the original is the map of the same convergent of the result.
///
/// @throws std::invalid_argument unless there is one denominator more than numerators
inline mapped_continued_fraction<polynomial_continued_fraction> with_integer_elements(
    const std::vector<mpq_class>& numerators, const std::vector<mpq_class>& denominators) {
    if (denominators.size() != numerators.size() + 1)
        throw_argument_error<std::invalid_argument>(
            "with_integer_elements", "denominators.size()", std::to_string(denominators.size()),
            "one more than numerators, " + std::to_string(numerators.size() + 1));
    std::vector<mpz_class> a, b;
    mpz_class r = 1;
    for (std::size_t n = 0; n < denominators.size(); ++n) {
        mpz_class next = denominators[n].get_den();
        if (n > 0) {
            const mpq_class scaled = numerators[n - 1] * r;
            next = lcm(next, scaled.get_den());
            a.emplace_back(scaled.get_num() * (next / scaled.get_den()));
        }
        b.emplace_back(denominators[n].get_num() * (next / denominators[n].get_den()));
        r = next;
    }
    return {finite_continued_fraction(std::move(a), std::move(b)),
            {1, 0, 0, denominators.front().get_den()},
            0,
            1};
}

/// The polynomial fraction whose elements are polynomials with rational coefficients: r_n = r_0 = r, a
/// constant with r·b_n and r²·a_n integer. Every convergent of the original is the map of the same
/// convergent of the result; the map is the identity where all coefficients are integers.
inline mapped_continued_fraction<polynomial_continued_fraction> with_integer_elements(
    const rational_polynomial& numerators, const rational_polynomial& denominators) {
    mpz_class r = denominators.denominator();
    if (!mpz_divisible_p(mpz_class(r * r).get_mpz_t(), numerators.denominator().get_mpz_t()))
        r = lcm(r, numerators.denominator());
    const auto scaled = [](const integer_polynomial& p, const mpz_class& by) {
        return p * integer_polynomial(std::vector<mpz_class>{by});
    };
    return {polynomial_continued_fraction(scaled(numerators.numerator(), r * r / numerators.denominator()),
                                          scaled(denominators.numerator(), r / denominators.denominator())),
            {1, 0, 0, r},
            0,
            1};
}

/// An element that is a quotient of polynomials in n.
struct rational_function {
    integer_polynomial numerator;
    integer_polynomial denominator{1};
};

/// The polynomial fraction with a_n = p(n)/q(n) and b_n = s(n)/t(n): r_n = q(n)·t(n), r_0 = t(0).
///
///     a_1 = p(1)·t(1)·t(0)    a_n = p(n)·t(n)·q(n-1)·t(n-1)    b_0 = s(0)    b_n = s(n)·q(n)
///
/// Every convergent of the original is the map of the same convergent of the result. `deflated`
/// takes out what is common.
///
/// @throws std::invalid_argument if q(n) = 0 for an n ≥ 1 or t(n) = 0 for an n ≥ 0
inline mapped_continued_fraction<polynomial_continued_fraction> with_integer_elements(
    const rational_function& numerators, const rational_function& denominators) {
    const auto& [p, q] = numerators;
    const auto& [s, t] = denominators;
    const auto require_no_zero = [](const integer_polynomial& d, long from, const char* argument) {
        const std::vector<long> zeros = integer_roots(d, from);
        if (d.degree() < 0 || !zeros.empty())
            throw_argument_error<std::invalid_argument>(
                "with_integer_elements",
                argument + ("(" + std::to_string(zeros.empty() ? from : zeros.front()) + ")"), "0",
                "denominators that are not zero");
    };
    require_no_zero(q, 1, "numerators.denominator");
    require_no_zero(t, 0, "denominators.denominator");
    return {
        detail::with_first_terms(p * t * q.shifted(-1) * t.shifted(-1), s * q, {p(1) * t(1) * t(0)}, {s(0)}),
        {1, 0, 0, t(0)},
        0,
        1};
}

namespace detail {

/// An element of a fraction with rational elements as an mpq_class; expressions are refused.
template <class Callable>
mpq_class rational_element(const Callable& callable, long n) {
    using result = std::remove_cvref_t<std::invoke_result_t<const Callable&, long>>;
    static_assert(std::integral<result> || std::same_as<result, mpz_class> || std::same_as<result, mpq_class>,
                  "halfulp: rational elements must be mpq_class, mpz_class or a built-in integer; write the "
                  "return type of the lambda, [](long n) -> mpq_class { ... }");
    if constexpr (std::same_as<result, mpq_class>)
        return callable(n);
    else
        return mpq_class(element(callable(n)));
}

}  // namespace detail

/// The fraction of two callables with rational results: r_n = denominator(a_n)·denominator(b_n),
/// r_0 = denominator(b_0), which needs no other element, so that elements are asked for in any order.
///
/// Every convergent of the original is the map of the same convergent of the result.
template <class A, class B>
auto with_integer_elements(A a,
                           B b) requires std::invocable<const A&, long> && std::invocable<const B&, long> &&
    (!std::convertible_to<A, rational_polynomial> || !std::convertible_to<B, rational_polynomial>) {
    const auto scale = [a, b](long n) -> mpz_class {
        const mpz_class of_b = detail::rational_element(b, n).get_den();
        return n == 0 ? of_b : mpz_class(of_b * detail::rational_element(a, n).get_den());
    };
    const mpz_class first = scale(0);
    return mapped_continued_fraction{
        general_continued_fraction(
            [a, scale](long n) -> mpz_class {
                const mpq_class result = detail::rational_element(a, n) * scale(n) * scale(n - 1);
                return result.get_num();
            },
            [b, scale](long n) -> mpz_class {
                const mpq_class result = detail::rational_element(b, n) * scale(n);
                return result.get_num();
            }),
        moebius_map{1, 0, 0, first}, 0L, 1L};
}

}  // namespace v0
}  // namespace halfulp
