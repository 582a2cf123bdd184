// SPDX-License-Identifier: BSL-1.0

/// @file
/// Polynomials, the product tree against the recurrence, the algebra of convergents (DLMF 1.12),
/// the classes of convergence.

#include <halfulp/continued_fractions/binary_splitting.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>
#include <halfulp/reference/continued_fraction.hpp>

#include "support/catch.hpp"

#include <random>
#include <vector>

namespace {

using namespace halfulp;

integer_polynomial random_polynomial(std::mt19937_64& generator, int degree) {
    std::vector<mpz_class> c;
    for (int k = 0; k <= degree; ++k)
        c.emplace_back(static_cast<long>(generator() % 41) - 20);
    return integer_polynomial(c);
}

polynomial_continued_fraction random_fraction(std::mt19937_64& generator) {
    std::vector<mpz_class> first_numerators, first_denominators;
    for (std::uint64_t count = generator() % 4; count > 0; --count)
        first_numerators.emplace_back(static_cast<long>(generator() % 9) - 4);
    for (std::uint64_t count = generator() % 4; count > 0; --count)
        first_denominators.emplace_back(static_cast<long>(generator() % 9) - 4);
    return {random_polynomial(generator, static_cast<int>(generator() % 5)),
            random_polynomial(generator, static_cast<int>(generator() % 4)), first_numerators,
            first_denominators};
}

TEST_CASE("polynomials: value, shift, ring operations, text") {
    const integer_polynomial p{5, 27, 51, 34};
    CHECK(p(0) == 5);
    CHECK(p(2) == 5 + 27 * 2 + 51 * 4 + 34 * 8);
    CHECK(p(-3) == 5 - 27 * 3 + 51 * 9 - 34 * 27);
    CHECK(p.degree() == 3);
    CHECK(p.to_string() == "34n^3 + 51n^2 + 27n + 5");
    CHECK(integer_polynomial{0, -1, 1}.to_string() == "n^2 - n");
    CHECK(integer_polynomial{}.to_string() == "0");
    CHECK(integer_polynomial{}.degree() == -1);
    CHECK(integer_polynomial{}(7) == 0);
    CHECK(integer_polynomial{3, 0, 0} == integer_polynomial{3});
    CHECK(p - p == integer_polynomial{});
    CHECK(integer_polynomial::variable()(9) == 9);
    std::mt19937_64 generator(1);
    for (int round = 0; round < 200; ++round) {
        const integer_polynomial f = random_polynomial(generator, 5), g = random_polynomial(generator, 3);
        const long n = static_cast<long>(generator() % 2001) - 1000;
        const long d = static_cast<long>(generator() % 21) - 10;
        CHECK((f + g)(n) == f(n) + g(n));
        CHECK((f - g)(n) == f(n) - g(n));
        CHECK((f * g)(n) == f(n) * g(n));
        CHECK(f.shifted(d)(n) == f(n + d));
    }
}

TEST_CASE("from where on a polynomial keeps its sign") {
    CHECK(integer_polynomial{1, 2}.constant_sign_from(0, 100) == 0);
    CHECK(integer_polynomial{}.constant_sign_from(0, 100) == -1);
    CHECK(integer_polynomial{-1000, 1}.constant_sign_from(1, 100) == -1);
    std::mt19937_64 generator(2);
    for (int round = 0; round < 200; ++round) {
        const integer_polynomial p = random_polynomial(generator, 6);
        const long from = p.constant_sign_from(1, 100000);
        if (p.degree() < 0)
            continue;
        REQUIRE(from >= 1);
        for (long n = from; n < from + 50; ++n)
            CHECK(sgn(p(n)) == sgn(p.leading_coefficient()));
    }
}

TEST_CASE("the product tree gives the convergents of the recurrence") {
    std::mt19937_64 generator(3);
    for (int round = 0; round < 60; ++round) {
        const polynomial_continued_fraction fraction = random_fraction(generator);
        for (const long n : {0L, 1L, 2L, 31L, 32L, 33L, 64L, 65L, 200L}) {
            const auto expected = forward_recurrence<mpz_class>(fraction, n);
            const convergent_fraction actual = convergent(fraction, n);
            CHECK(actual.numerator == expected.numerator);
            CHECK(actual.denominator == expected.denominator);
            const reference::convergent oracle =
                reference::convergent_at([&fraction](long i) { return fraction.a(i); },
                                         [&fraction](long i) { return fraction.b(i); }, n);
            CHECK(actual.numerator == oracle.numerator);
            CHECK(actual.denominator == oracle.denominator);
            const integer_matrix2 both = splitting_product(fraction, 0, n + 1);
            CHECK(both.p == expected.numerator);
            CHECK(both.q == expected.previous_numerator);
            CHECK(both.r == expected.denominator);
            CHECK(both.s == expected.previous_denominator);
        }
    }
    CHECK_THROWS_AS(convergent({{1}, {1}}, -1), std::invalid_argument);
}

TEST_CASE("the determinant is the product of the numerators: DLMF 1.12.7") {
    std::mt19937_64 generator(4);
    for (int round = 0; round < 60; ++round) {
        const polynomial_continued_fraction fraction = random_fraction(generator);
        const long n = static_cast<long>(generator() % 100);
        const integer_matrix2 m = splitting_product(fraction, 0, n + 1);
        mpz_class expected = n % 2 == 1 ? 1 : -1;
        for (long i = 1; i <= n; ++i)
            expected *= fraction.a(i);
        CHECK(m.p * m.s - m.q * m.r == expected);
    }
}

TEST_CASE("a fraction and its backward evaluation are one rational number") {
    std::mt19937_64 generator(5);
    int compared = 0;
    for (int round = 0; round < 100; ++round) {
        const polynomial_continued_fraction fraction = random_fraction(generator);
        const long n = static_cast<long>(generator() % 40);
        try {
            const mpq_class backward = backward_recurrence<mpq_class>(fraction, n);
            const auto forward = forward_recurrence<mpq_class>(fraction, n);
            CHECK(forward.value() == backward);
            ++compared;
        } catch (const convergence_error&) {  // a zero denominator, which random elements have
        }
    }
    CHECK(compared > 30);
}

TEST_CASE("exceptional first terms") {
    // 1, 2, 2, ... and n with a_1 = 1
    const polynomial_continued_fraction sqrt2{{1}, {2}, {}, {1}};
    CHECK(sqrt2.b(0) == 1);
    CHECK(sqrt2.b(1) == 2);
    CHECK(sqrt2.polynomial_from() == 1);
    CHECK(convergent(sqrt2, 3).numerator == 17);
    CHECK(convergent(sqrt2, 3).denominator == 12);
    const polynomial_continued_fraction late{{0, 1}, {1, 1}, {1, 7}, {}};
    CHECK(late.a(1) == 1);
    CHECK(late.a(2) == 7);
    CHECK(late.a(3) == 3);
    CHECK(late.polynomial_from() == 3);
    const auto swapped = polynomial_continued_fraction::from_pcf_notation({1, 2}, {0, 0, 1});
    CHECK(swapped.b(3) == 7);
    CHECK(swapped.a(3) == 9);
}

TEST_CASE("Euler: the nth convergent is the sum of the first n terms of the series") {
    // sum of 1/k! for k >= 0: c_k/c_{k-1} = 1/k; and sum of (k + 1) (2/3)^k
    struct series {
        mpq_class first;
        integer_polynomial p, q;
    };
    for (const series& s : {series{1, {1}, {0, 1}}, series{mpq_class(-3, 5), {2, 2}, {0, 3}}}) {
        const auto fraction = polynomial_continued_fraction::from_hypergeometric_series(s.first, s.p, s.q);
        mpq_class sum = 0;
        mpq_class term = s.first;
        for (long n = 1; n <= 20; ++n) {
            sum += term;
            mpq_class ratio(s.p(n), s.q(n));
            ratio.canonicalize();
            term *= ratio;
            CHECK(forward_recurrence<mpq_class>(fraction, n).value() == sum);
        }
    }
    CHECK_THROWS_AS(polynomial_continued_fraction::from_hypergeometric_series(1, {1}, {-3, 1}),
                    std::invalid_argument);
}

TEST_CASE("classes of convergence from the leading coefficients") {
    const auto kind = [](const polynomial_continued_fraction& f) { return rate_of_convergence(f).kind; };
    CHECK(kind({{0, -1}, {3, 1}}) == convergence::factorial);
    CHECK(kind({{0, 0, 1}, {1, 2}}) == convergence::exponential);
    CHECK(kind({{1, -4, 4}, {6}}) == convergence::polynomial);
    CHECK(kind({{-1}, {2}}) == convergence::polynomial);
    CHECK(kind({{-1}, {1}}) == convergence::none);
    CHECK(kind({{1}, {}}) == convergence::none);
    CHECK(kind({{-5, 1}, {1, 1}}) == convergence::terminating);
    CHECK(kind({{}, {1, 1}}) == convergence::terminating);
    // Digits a term, as measured elsewhere to three digits.
    const auto digits = [](const polynomial_continued_fraction& f) {
        return static_cast<int>(rate_of_convergence(f).digits_a_term * 1000);
    };
    CHECK(digits({{0, 0, 1}, {1, 2}}) == 765);
    CHECK(digits({{0, 0, -1}, {3, 6}}) == 1531);
    CHECK(digits({{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}}) == 3062);
    CHECK(digits({{1}, {1}}) == 417);
}

}  // namespace
