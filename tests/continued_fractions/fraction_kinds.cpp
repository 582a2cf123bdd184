// SPDX-License-Identifier: BSL-1.0

/// @file
/// Kinds of continued fractions: from callables, with a forgotten type, finite, with rational elements, with
/// elements by residue; steps as matrices; the algebra of polynomials that transformations are decided by.

#include <halfulp/continued_fractions/interlaced_continued_fraction.hpp>
#include <halfulp/continued_fractions/rational_elements.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>
#include <halfulp/continued_fractions/step_matrices.hpp>
#include <halfulp/reference/continued_fraction.hpp>

#include "support/catch.hpp"

#include <random>
#include <vector>

namespace {

using namespace halfulp;
using halfulp_test::cases_for_effort;

long kind_number(std::mt19937_64& generator, long size) {
    return static_cast<long>(generator() % static_cast<unsigned long>(2 * size + 1)) - size;
}

integer_polynomial kind_polynomial(std::mt19937_64& generator, int degree, long size = 9) {
    std::vector<mpz_class> c;
    for (int k = 0; k <= degree; ++k)
        c.emplace_back(kind_number(generator, size));
    return integer_polynomial(c);
}

mpq_class kind_rational(std::mt19937_64& generator) {
    mpq_class x(kind_number(generator, 12), 1 + static_cast<long>(generator() % 6));
    x.canonicalize();
    return x;
}

struct not_a_fraction {
    double a(long) const { return 1; }
    double b(long) const { return 1; }
};

TEST_CASE("what is a continued fraction") {
    STATIC_REQUIRE(continued_fraction<polynomial_continued_fraction>);
    STATIC_REQUIRE(continued_fraction<interlaced_continued_fraction>);
    STATIC_REQUIRE(continued_fraction<any_continued_fraction>);
    STATIC_REQUIRE_FALSE(continued_fraction<not_a_fraction>);
    STATIC_REQUIRE_FALSE(continued_fraction<int>);
}

TEST_CASE("fractions of callables of every kind of integer, and behind one type") {
    const general_continued_fraction wide(
        [](long n) -> mpz_class { return n * mpz_class("123456789012345678901"); },
        [](long n) { return static_cast<unsigned char>(n + 1); });
    CHECK(wide.a(3) == mpz_class("370370367037037036703"));
    CHECK(wide.b(255) == 0);
    const general_continued_fraction extreme([](long) { return ~0ull; }, [](long) -> long { return -1; });
    CHECK(extreme.a(1) == mpz_class("18446744073709551615"));
    CHECK(extreme.b(0) == -1);

    // Elements that have to be remembered: a sequence without a formula, with state of its own.
    const std::vector<long> quotients{3, 7, 15, 1, 292, 1, 1};
    const general_continued_fraction pi(
        [](long) { return 1; }, [quotients](long n) { return quotients[static_cast<std::size_t>(n)]; });
    CHECK(forward_recurrence<mpq_class>(pi, 3).value() == mpq_class(355, 113));

    std::vector<any_continued_fraction> all{
        pi, wide, polynomial_continued_fraction{{0, 0, 1}, {1, 2}},
        interlaced_continued_fraction({{1}}, {{1}, {1}, {2, 2}}, {}, {2})};
    CHECK(all[0].b(4) == 292);
    CHECK(all[1].a(2) == mpz_class("246913578024691357802"));
    CHECK(all[2].a(7) == 49);
    CHECK(all[3].b(0) == 2);
    const any_continued_fraction copy = all[2];
    CHECK(forward_recurrence<mpq_class>(copy, 2).value() == mpq_class(24, 19));
}

TEST_CASE("steps are matrices, and their products convergents, over every kind of number") {
    std::mt19937_64 generator(11);
    for (int round = 0; round < 30; ++round) {
        const polynomial_continued_fraction fraction(kind_polynomial(generator, 2),
                                                     kind_polynomial(generator, 1));
        const auto oracle = reference::convergents([&](long n) { return fraction.a(n); },
                                                   [&](long n) { return fraction.b(n); }, 60);
        const long n = 1 + static_cast<long>(generator() % 60);
        const auto here = oracle[static_cast<std::size_t>(n)],
                   before = oracle[static_cast<std::size_t>(n - 1)];
        const matrix2<mpz_class> expected{here.numerator, before.numerator, here.denominator,
                                          before.denominator};
        CHECK(step_product<mpz_class>(fraction, 0, n + 1) == expected);
        const long middle = static_cast<long>(generator() % static_cast<unsigned long>(n + 1));
        CHECK(step_product<mpz_class>(fraction, 0, middle) *
                  step_product<mpz_class>(fraction, middle, n + 1) ==
              expected);
        CHECK(step_product<mpq_class>(fraction, 0, n + 1).p == here.numerator);
        CHECK(step_matrix<mpz_class>(fraction, n).determinant() == -fraction.a(n));
        if (const auto in_double = step_product<double>(fraction, 0, 5); true) {
            CHECK(mpz_class(in_double.p) == oracle[4].numerator);  // small enough to be exact
            CHECK(mpz_class(in_double.s) == oracle[3].denominator);
        }
    }
    const polynomial_continued_fraction ones{{1}, {1}};
    CHECK(step_product<mpz_class>(ones, 4, 4) == matrix2<mpz_class>{1, 0, 0, 1});
    CHECK(step_product<float>(ones, 0, 30).p == 1346269.0f);
}

TEST_CASE("division, common divisors and composition of polynomials") {
    std::mt19937_64 generator(12);
    for (int round = 0; round < cases_for_effort(50, 500, 50000); ++round) {
        const integer_polynomial f = kind_polynomial(generator, static_cast<int>(generator() % 5));
        const integer_polynomial g = kind_polynomial(generator, static_cast<int>(generator() % 4));
        const integer_polynomial h = kind_polynomial(generator, static_cast<int>(generator() % 3));
        if (g.degree() >= 0) {
            CHECK(polynomial_quotient(f * g, g) == f);
            if (g.degree() > 0)
                CHECK_FALSE(polynomial_quotient(f * g + integer_polynomial{1}, g).has_value());
        }
        CHECK(content(primitive_part(f)) == (f.degree() < 0 ? 0 : 1));
        const integer_polynomial common = greatest_common_divisor(f * h, g * h);
        if (h.degree() >= 0 && (f.degree() >= 0 || g.degree() >= 0)) {
            CHECK(polynomial_quotient(common, primitive_part(h)).has_value());
            CHECK(polynomial_quotient(primitive_part(f * h), common).has_value());
            CHECK(polynomial_quotient(primitive_part(g * h), common).has_value());
            CHECK(common == greatest_common_divisor(g * h, f * h));
        }
        const long scale = kind_number(generator, 5), shift = kind_number(generator, 9),
                   n = kind_number(generator, 99);
        CHECK(composed(f, scale, shift)(n) == f(scale * n + shift));
        CHECK(derivative(f * g) == derivative(f) * g + f * derivative(g));
    }
    CHECK_FALSE(polynomial_quotient(integer_polynomial{1, 2}, integer_polynomial{}).has_value());
    CHECK_FALSE(polynomial_quotient(integer_polynomial{1}, integer_polynomial{1, 1}).has_value());
    CHECK_FALSE(
        polynomial_quotient(integer_polynomial{1, 1}, integer_polynomial{1, 2}).has_value());  // not over Z
    CHECK_FALSE(polynomial_quotient(integer_polynomial{2, 3}, mpz_class(2)).has_value());
    CHECK(greatest_common_divisor({}, {}).degree() == -1);
    CHECK(greatest_common_divisor({}, {-4, -2}) == integer_polynomial{2, 1});
}

TEST_CASE("rational and integer roots are all found, whatever their size and multiplicity") {
    std::mt19937_64 generator(13);
    for (int round = 0; round < cases_for_effort(30, 300, 30000); ++round) {
        std::vector<mpq_class> roots;
        integer_polynomial p{static_cast<long>(1 + generator() % 5)};
        for (std::uint64_t count = generator() % 5; count > 0; --count) {
            mpq_class root = kind_rational(generator);
            if (generator() % 4 == 0)
                root = mpz_class("1000000000000000000000000007") * (generator() % 2 == 0 ? 1 : -1);
            const integer_polynomial linear(std::vector<mpz_class>{-root.get_num(), root.get_den()});
            for (std::uint64_t times = 1 + generator() % 3; times > 0; --times)
                p = p * linear;
            roots.push_back(root);
        }
        for (std::uint64_t count = generator() % 2; count > 0; --count)
            p = p * integer_polynomial{7, static_cast<long>(generator() % 5), 1};  // without real roots
        std::sort(roots.begin(), roots.end());
        roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
        CHECK(rational_roots(p) == roots);
    }
    for (int round = 0; round < cases_for_effort(50, 500, 50000); ++round) {
        const integer_polynomial p = kind_polynomial(generator, 4, 6);
        if (p.degree() < 0)
            continue;
        std::vector<long> expected;
        for (long n = -3; n <= 10; ++n)  // beyond Cauchy's bound 7
            if (p(n) == 0)
                expected.push_back(n);
        CHECK(integer_roots(p, -3) == expected);
    }
    CHECK(integer_roots({}, 0).empty());
    CHECK(integer_roots({5}, 0).empty());
    CHECK(rational_roots(integer_polynomial{0, 0, 0, 1}) == std::vector<mpq_class>{0});
}

/// The image of a convergent under the map of a fraction, as a rational; `infinite` where it is none.
struct kind_image {
    mpq_class value;
    bool infinite;
    friend bool operator==(const kind_image&, const kind_image&) = default;
};
kind_image image(const moebius_map& map, const mpz_class& a, const mpz_class& b) {
    const mpz_class p = map.p * a + map.q * b, q = map.r * a + map.s * b;
    REQUIRE((p != 0 || q != 0));
    if (q == 0)
        return {0, true};
    mpq_class value(p, q);
    value.canonicalize();
    return {value, false};
}

/// Convergents of rational elements by the recurrence on rationals.
template <class A, class B, class Fraction>
void check_rational_elements(const A& a, const B& b, const mapped_continued_fraction<Fraction>& made,
                             long depth) {
    mpq_class p = b(0), q = 1, p_before = 1, q_before = 0;
    for (long n = 0; n <= depth; ++n) {
        if (n > 0) {
            const mpq_class p_next = b(n) * p + a(n) * p_before, q_next = b(n) * q + a(n) * q_before;
            p_before = p, q_before = q, p = p_next, q = q_next;
        }
        const auto here = forward_recurrence<mpz_class>(made.fraction, n);
        if (p == 0 && q == 0) {
            CHECK(here.numerator == 0);
            CHECK(here.denominator == 0);
            continue;
        }
        const kind_image expected = q == 0 ? kind_image{0, true} : kind_image{p / q, false};
        CHECK(image(made.map, here.numerator, here.denominator) == expected);
    }
}

TEST_CASE("rational polynomials: value, lowest terms") {
    const rational_polynomial p{mpq_class(1, 2), mpq_class(-2, 3), mpq_class(1)};
    CHECK(p.denominator() == 6);
    CHECK(p.numerator() == integer_polynomial{3, -4, 6});
    CHECK(p(5) == mpq_class(1, 2) - mpq_class(10, 3) + 25);
    CHECK(rational_polynomial{}(3) == 0);
    CHECK(rational_polynomial(integer_polynomial{1, 2}) == rational_polynomial{mpq_class(1), mpq_class(2)});
}

TEST_CASE("rational coefficients become integers by equivalence, the value by a map") {
    std::mt19937_64 generator(14);
    for (int round = 0; round < cases_for_effort(20, 200, 20000); ++round) {
        std::vector<mpq_class> c(1 + generator() % 4), d(1 + generator() % 3);
        for (auto& x : c)
            x = kind_rational(generator);
        for (auto& x : d)
            x = kind_rational(generator);
        const rational_polynomial a(c), b(d);
        check_rational_elements(a, b, with_integer_elements(a, b), 12);
        // The same elements as callables, and as explicit lists.
        check_rational_elements(a, b,
                                with_integer_elements([a](long n) -> mpq_class { return a(n); },
                                                      [b](long n) -> mpq_class { return b(n); }),
                                12);
        std::vector<mpq_class> numerators, denominators;
        for (long n = 0; n <= 12; ++n) {
            denominators.push_back(b(n));
            if (n > 0)
                numerators.push_back(a(n));
        }
        check_rational_elements(a, b, with_integer_elements(numerators, denominators), 12);
    }
    // Integers stay as they are.
    const auto same = with_integer_elements(integer_polynomial{0, 0, 1}, integer_polynomial{1, 2});
    CHECK(same.map == moebius_map{});
    CHECK(same.fraction.numerators() == integer_polynomial{0, 0, 1});
    CHECK(same.fraction.denominators() == integer_polynomial{1, 2});
}

TEST_CASE("elements that are quotients of polynomials") {
    std::mt19937_64 generator(15);
    for (int round = 0; round < cases_for_effort(20, 200, 20000); ++round) {
        const rational_function a{kind_polynomial(generator, 2),
                                  integer_polynomial{1, 2} * integer_polynomial{3, 1}};
        const rational_function b{kind_polynomial(generator, 1),
                                  integer_polynomial{static_cast<long>(1 + generator() % 7), 3}};
        const auto at = [](const rational_function& f, long n) {
            mpq_class x(f.numerator(n), f.denominator(n));
            x.canonicalize();
            return x;
        };
        check_rational_elements([&](long n) -> mpq_class { return at(a, n); },
                                [&](long n) -> mpq_class { return at(b, n); }, with_integer_elements(a, b),
                                12);
    }
    CHECK_THROWS_WITH(with_integer_elements(rational_function{{1}, {-2, 1}}, rational_function{{1}}),
                      halfulp_test::contains_text("numerators.denominator(2) is 0"));
    CHECK_THROWS_AS(with_integer_elements(rational_function{{1}}, rational_function{{1}, {0, 1}}),
                    std::invalid_argument);
    CHECK_THROWS_AS(with_integer_elements(rational_function{{1}, {}}, rational_function{{1}}),
                    std::invalid_argument);
}

TEST_CASE("finite fractions stay at their last convergent") {
    const auto pi = finite_continued_fraction({1, 1, 1}, {3, 7, 15, 1});
    for (const long n : {3L, 4L, 10L, 200L})
        CHECK(forward_recurrence<mpq_class>(pi, n).value() == mpq_class(355, 113));
    CHECK(rate_of_convergence(pi).kind == convergence::terminating);
    CHECK(
        forward_recurrence<mpq_class>(finite_continued_fraction(std::vector<mpz_class>{}, {5}), 4).value() ==
        5);
    CHECK_THROWS_AS(finite_continued_fraction({1}, {3}), std::invalid_argument);
    CHECK_THROWS_AS(with_integer_elements(std::vector<mpq_class>{}, std::vector<mpq_class>{}),
                    std::invalid_argument);
    CHECK_THROWS_AS(with_integer_elements(std::vector<mpq_class>{}, std::vector<mpq_class>{1, 1}),
                    std::invalid_argument);
}

TEST_CASE("interlaced elements, with periods of their own and first terms") {
    const interlaced_continued_fraction e({{1}}, {{1}, {1}, {2, 2}}, {}, {2});
    const std::vector<long> quotients{2, 1, 2, 1, 1, 4, 1, 1, 6, 1, 1, 8};
    for (std::size_t n = 0; n < quotients.size(); ++n)
        CHECK(e.b(static_cast<long>(n)) == quotients[n]);
    CHECK(e.period() == 3);
    CHECK(e.polynomial_from() == 1);
    // Numerators of period 2, denominators of period 3.
    const interlaced_continued_fraction mixed({{0, 1}, {5, 2}}, {{1, 1}, {2}, {0, 0, 3}}, {7, 8, 9}, {1});
    CHECK(mixed.period() == 6);
    CHECK(mixed.polynomial_from() == 4);
    const long a_of[] = {0, 7, 8, 9};
    for (long n = 0; n < 40; ++n) {
        const long k = n / 2, j = n / 3;
        if (n > 0)
            CHECK(mixed.a(n) == (n <= 3 ? a_of[n] : n % 2 == 0 ? k : 5 + 2 * k));
        CHECK(mixed.b(n) == (n == 0 ? 1 : n % 3 == 0 ? 1 + j : n % 3 == 1 ? 2 : 3 * j * j));
    }
    const polynomial_continued_fraction plain{{0, 1}, {1, 1}, {4, 5}, {9}};
    const interlaced_continued_fraction same(plain, 4);
    for (long n = 0; n < 30; ++n) {
        CHECK(same.b(n) == plain.b(n));
        if (n > 0)
            CHECK(same.a(n) == plain.a(n));
    }
    CHECK_THROWS_AS(interlaced_continued_fraction({}, {{1}}), std::invalid_argument);
    CHECK_THROWS_AS(interlaced_continued_fraction(plain, 0), std::invalid_argument);
}

}  // namespace
