// SPDX-License-Identifier: BSL-1.0

/// @file
/// Transformations of continued fractions: convergents before and after are the same points, exactly, on random
/// fractions with zeros where they hurt.

#include <halfulp/continued_fractions/binary_splitting.hpp>
#include <halfulp/continued_fractions/equivalence.hpp>
#include <halfulp/continued_fractions/transformations.hpp>
#include <halfulp/reference/continued_fraction.hpp>

#include "support/catch.hpp"
#include "transformations_checks.hpp"

#include <random>
#include <vector>

namespace {

using namespace halfulp;
using halfulp_test::all_convergents;
using halfulp_test::cases_for_effort;
using halfulp_test::random_polynomial;

/// Small coefficients, so that elements are zero every now and then, and up to three exceptional terms.
polynomial_continued_fraction plain_fraction(std::mt19937_64& generator) {
    std::vector<mpz_class> first_a, first_b;
    for (std::uint64_t count = generator() % 4; count > 0; --count)
        first_a.emplace_back(static_cast<long>(generator() % 9) - 4);
    for (std::uint64_t count = generator() % 4; count > 0; --count)
        first_b.emplace_back(static_cast<long>(generator() % 7) - 3);
    return {random_polynomial(generator, static_cast<int>(generator() % 4), 4),
            random_polynomial(generator, static_cast<int>(generator() % 3), 4), first_a, first_b};
}

/// The same point of the projective line, neither being (0, 0).
bool same_point(const mpz_class& p, const mpz_class& q, const mpz_class& r, const mpz_class& s) {
    return (p != 0 || q != 0) && (r != 0 || s != 0) && p * s == q * r;
}

bool same_point(const reference::convergent& x, const reference::convergent& y, const moebius_map& map = {}) {
    return same_point(x.numerator, x.denominator, map.p * y.numerator + map.q * y.denominator,
                      map.r * y.numerator + map.s * y.denominator);
}

bool no_point(const reference::convergent& x) {
    return x.numerator == 0 && x.denominator == 0;
}

/// The same convergents, (0, 0) at the same n where an element of the original makes it so.
template <class Before, class After>
void check_same_convergents(const Before& before, const After& after, long depth) {
    const auto x = all_convergents(before, depth), y = all_convergents(after, depth);
    for (std::size_t n = 0; n < x.size(); ++n) {
        CAPTURE(n);
        if (no_point(x[n]))
            CHECK(no_point(y[n]));
        else
            CHECK(same_point(x[n], y[n]));
    }
}

TEST_CASE("inflating keeps every convergent, and deflating takes it back") {
    std::mt19937_64 generator(21);
    for (int round = 0; round < cases_for_effort(30, 300, 30000); ++round) {
        const polynomial_continued_fraction fraction = plain_fraction(generator);
        const integer_polynomial r = random_polynomial(generator, static_cast<int>(generator() % 3), 5);
        if (r.degree() < 0 || !integer_roots(r, 1).empty()) {
            CHECK_THROWS_AS(equivalent(fraction, r), std::invalid_argument);
            continue;
        }
        const polynomial_continued_fraction inflated = equivalent(fraction, r);
        check_same_convergents(fraction, inflated, 25);
        for (long n = 1; n < 12; ++n) {
            CHECK(inflated.a(n) == fraction.a(n) * r(n) * (n == 1 ? mpz_class(1) : r(n - 1)));
            CHECK(inflated.b(n) == fraction.b(n) * r(n));
        }
        check_same_convergents(inflated, deflated(inflated), 25);
        check_same_convergents(fraction, deflated(fraction), 25);
        // By a callable, over any fraction.
        const auto by_callable = equivalent(fraction, [](long n) { return n % 2 == 0 ? -3 : 2; });
        check_same_convergents(fraction, by_callable, 15);
    }
    const auto zero = equivalent(polynomial_continued_fraction{{1}, {1}}, [](long n) { return n - 3; });
    CHECK(zero.b(0) == 1);
    CHECK(zero.a(2) == 2);
    CHECK_THROWS_WITH(zero.a(3), halfulp_test::contains_text("r(3) is 0"));
    CHECK_THROWS_AS(zero.a(4), std::invalid_argument);
}

TEST_CASE("deflating finds what inflating by common factors put in") {
    const auto polynomials = [](const polynomial_continued_fraction& fraction) {
        return std::pair(fraction.numerators(), fraction.denominators());
    };
    const integer_polynomial apery_a{0, 0, 0, 0, 0, 0, -1}, apery_b{5, 27, 51, 34};
    const polynomial_continued_fraction apery{apery_a, apery_b};
    for (const integer_polynomial& r :
         {integer_polynomial{6}, integer_polynomial{1, 1},
          integer_polynomial{2, 3} * integer_polynomial{1, 1},
          integer_polynomial{3, 2} * integer_polynomial{3, 2}, integer_polynomial{1, 0, 1},
          integer_polynomial{-7} * integer_polynomial{4, 1}, integer_polynomial{2 * 1009}}) {
        CAPTURE(r.to_string());
        const auto back = deflated(equivalent(apery, r));
        // The sign of r stays in b: a is the same, b up to sign.
        CHECK(back.numerators() == apery_a);
        CHECK((back.denominators() == apery_b || back.denominators() == -apery_b));
    }
    // Formulas of 4/π and 1/ζ(3) with factors multiplied in, and one with nothing in common.
    CHECK(polynomials(deflated({{0, 0, 1}, {1, 2}})) ==
          std::pair(integer_polynomial{0, 0, 1}, integer_polynomial{1, 2}));
    CHECK(polynomials(deflated({{0, 0, 4}, {2, 4}})) ==
          std::pair(integer_polynomial{0, 0, 1}, integer_polynomial{1, 2}));
    // n(n − 1)(n − 2) and n(n − 1): one of the two linear factors comes out, not both.
    const polynomial_continued_fraction overlap{
        integer_polynomial{0, 1} * integer_polynomial{-1, 1} * integer_polynomial{-2, 1}, {0, -1, 1}};
    CHECK(deflated(overlap).denominators().degree() == 1);
    check_same_convergents(overlap, deflated(overlap), 20);
    // A factor with a zero at n = 5: exact terms up to there.
    const polynomial_continued_fraction gap = {
        integer_polynomial{-5, 1} * integer_polynomial{-6, 1} * integer_polynomial{3, 1},
        integer_polynomial{-5, 1} * integer_polynomial{1, 1}};
    CHECK(deflated(gap).numerators() == integer_polynomial{3, 1});
    check_same_convergents(gap, deflated(gap), 20);
}

TEST_CASE("tails are fractions of their own, and what is in front a map") {
    std::mt19937_64 generator(22);
    for (int round = 0; round < cases_for_effort(30, 300, 30000); ++round) {
        const polynomial_continued_fraction fraction = plain_fraction(generator);
        const auto whole = all_convergents(fraction, 30);
        const long n = static_cast<long>(generator() % 9);
        const auto rest = tail(fraction, n);
        const auto same_rest = tail(any_continued_fraction(fraction), n);
        CHECK(rest.first == n);
        CHECK(rest.step == 1);
        CHECK(same_rest.map == rest.map);
        for (long i = 0; i < 20; ++i) {
            CHECK(rest.fraction.b(i) == fraction.b(n + i));
            CHECK(same_rest.fraction.b(i) == fraction.b(n + i));
            if (i > 0) {
                CHECK(rest.fraction.a(i) == fraction.a(n + i));
                CHECK(same_rest.fraction.a(i) == fraction.a(n + i));
            }
        }
        const auto images = all_convergents(rest.fraction, 20);
        for (std::size_t j = 0; j <= 20; ++j) {
            const auto& expected = whole[static_cast<std::size_t>(n) + j];
            // The map may be of rank 1: where a_i = 0 in front all is the same point, or none.
            const auto& [p, q, r, s] = rest.map;
            CHECK(p * images[j].numerator + q * images[j].denominator == expected.numerator);
            CHECK(r * images[j].numerator + s * images[j].denominator == expected.denominator);
        }
        // Back in front.
        if (n > 0) {
            std::vector<mpz_class> a, b;
            for (long i = 0; i < n; ++i) {
                a.push_back(fraction.a(i + 1));
                b.push_back(fraction.b(i));
            }
            check_same_convergents(fraction, prepended(rest.fraction, a, b), 25);
        }
    }
    CHECK_THROWS_AS(tail(polynomial_continued_fraction{{1}, {1}}, -1), std::invalid_argument);
    CHECK_THROWS_AS(prepended({{1}, {1}}, {1, 2}, {1}), std::invalid_argument);
}

TEST_CASE("reciprocal, negative, and reversed fractions") {
    std::mt19937_64 generator(23);
    for (int round = 0; round < cases_for_effort(30, 300, 30000); ++round) {
        const polynomial_continued_fraction fraction = plain_fraction(generator);
        const auto x = all_convergents(fraction, 20);
        const auto inverse = all_convergents(reciprocal(fraction), 21);
        const auto negative = all_convergents(negated(fraction), 20);
        for (std::size_t n = 0; n <= 20; ++n) {
            if (no_point(x[n])) {
                CHECK(no_point(inverse[n + 1]));
                CHECK(no_point(negative[n]));
                continue;
            }
            CHECK(same_point(x[n], inverse[n + 1], {0, 1, 1, 0}));
            CHECK(same_point(x[n], negative[n], {-1, 0, 0, 1}));
        }
        const auto n = static_cast<long>(1 + generator() % 19);
        const auto at = static_cast<std::size_t>(n);
        const auto numerators = all_convergents(reversed(fraction, n), n)[at];
        if (!no_point(numerators))
            CHECK((x[at].numerator * numerators.denominator == x[at - 1].numerator * numerators.numerator));
        const auto denominators = all_convergents(reversed(any_continued_fraction(fraction), n, 1), n)[at];
        if (!no_point(denominators))
            CHECK(x[at].denominator * denominators.denominator ==
                  x[at - 1].denominator * denominators.numerator);
    }
    // [3; 7, 15, 1] backwards is A_3/A_2 = 355/333.
    const auto pi = finite_continued_fraction({1, 1, 1}, {3, 7, 15, 1});
    CHECK(convergent(reversed(pi, 3), 3).numerator == 355);
    CHECK(convergent(reversed(pi, 3), 3).denominator == 333);
    CHECK_THROWS_AS(reversed(pi, 1, 2), std::invalid_argument);
    CHECK_THROWS_AS(reversed(pi, 1, -1), std::invalid_argument);
}

TEST_CASE("Bauer and Muir: convergents are the modified ones") {
    std::mt19937_64 generator(24);
    int kept = 0;
    for (int round = 0; round < cases_for_effort(40, 400, 40000); ++round) {
        const polynomial_continued_fraction fraction = plain_fraction(generator);
        const integer_polynomial w = random_polynomial(generator, static_cast<int>(generator() % 2), 3);
        const mpz_class d = 1 + static_cast<long>(generator() % 3);
        mapped_continued_fraction<polynomial_continued_fraction> made{fraction};
        try {
            made = bauer_muir(fraction, w, d);
        } catch (const std::invalid_argument&) {
            continue;
        }
        ++kept;
        const auto x = all_convergents(fraction, 20), y = all_convergents(made.fraction, 20);
        for (std::size_t n = 0; n <= 20; ++n) {
            const reference::convergent before = n == 0 ? reference::convergent{1, 0} : x[n - 1];
            const mpz_class w_n = w(static_cast<long>(n));
            const reference::convergent modified{d * x[n].numerator + w_n * before.numerator,
                                                 d * x[n].denominator + w_n * before.denominator};
            if (no_point(modified))
                continue;
            CAPTURE(round, n);
            CHECK((no_point(y[n]) || same_point(modified, y[n], made.map)));
            // Only what ends before may lose its point.
            bool ended = false;
            for (long i = 1; i <= static_cast<long>(n); ++i)
                ended = ended || fraction.a(i) == 0;
            CHECK((ended || !no_point(y[n])));
        }
    }
    CHECK(kept > 20);
    // w = 0 is the identity.
    check_same_convergents(polynomial_continued_fraction{{0, 0, 1}, {1, 2}},
                           bauer_muir({{0, 0, 1}, {1, 2}}, {}).fraction, 20);
    // λ_n = 0: w_n the exact tails of √2 − 1 … are not rational, those of a_n = 2, b_n = 1 are 1.
    CHECK_THROWS_WITH(bauer_muir({{2}, {1}}, {1}), halfulp_test::contains_text("lambda"));
    CHECK_THROWS_AS(bauer_muir({{2}, {1}}, {1}, 0), std::invalid_argument);
}

TEST_CASE("Bauer and Muir make a slow fraction faster") {
    // Brouncker's 4/π, error n^-1: the tails are 2n − 1 + O(1/n), and with these λ_n = 4, a constant.
    const polynomial_continued_fraction brouncker{{1, -4, 4}, {2}, {}, {1}};
    const auto faster = bauer_muir(brouncker, {-1, 2});
    const auto error = [](const moebius_map& map, const polynomial_continued_fraction& fraction, long n) {
        const auto c = convergent(fraction, n);
        const mpq_class value(
            (map.p * c.numerator + map.q * c.denominator) * mpz_class("314159265358979323846"),
            (map.r * c.numerator + map.s * c.denominator) * mpz_class("400000000000000000000"));
        mpq_class canonical = value;
        canonical.canonicalize();
        return std::fabs(mpq_class(canonical - 1).get_d());
    };
    CHECK(error({}, brouncker, 400) > 5e-4);
    CHECK(error(faster.map, faster.fraction, 400) < 1e-7);
}

TEST_CASE("zero denominators are merged away") {
    std::mt19937_64 generator(25);
    int with_zeros = 0;
    for (int round = 0; round < cases_for_effort(100, 1000, 100000); ++round) {
        std::vector<mpz_class> first_a, first_b;
        for (std::uint64_t count = generator() % 6; count > 0; --count)
            first_a.emplace_back(static_cast<long>(generator() % 5) - 2 + (generator() % 4 == 0 ? 0 : 5));
        for (std::uint64_t count = generator() % 8; count > 0; --count)
            first_b.emplace_back(static_cast<long>(generator() % 3) - 1);
        const polynomial_continued_fraction fraction{random_polynomial(generator, 1, 4),
                                                     random_polynomial(generator, 1, 4), first_a, first_b};
        mapped_continued_fraction<polynomial_continued_fraction> made{fraction};
        try {
            made = without_zero_denominators(fraction);
        } catch (const convergence_error&) {
            continue;
        }
        for (long n = 1; n < 40; ++n)
            CHECK(made.fraction.b(n) != 0);
        with_zeros += made.first > 0;
        // Behind all zeros convergent j is C_{j + first}; a fraction that ends has one value.
        const auto x = all_convergents(fraction, 60), y = all_convergents(made.fraction, 60);
        for (std::size_t j = 30; j < 50; ++j) {
            const auto& expected = x[j + static_cast<std::size_t>(made.first)];
            long end = 0;
            for (long n = 1; n < 60 && end == 0; ++n)
                end = fraction.a(n) == 0 ? n : 0;
            CAPTURE(round, j, end, fraction.denominators().to_string());
            CHECK(same_point(end == 0 ? expected : x[static_cast<std::size_t>(end - 1)], y[j], made.map));
        }
    }
    CHECK(with_zeros > 20);
    // [1; 0, 2, 0, 0, 3, 4, …]
    const polynomial_continued_fraction zeros{{1}, {-2, 1}, {}, {1, 0, 2, 0, 0, 3}};
    const auto merged = without_zero_denominators(zeros);
    CHECK(merged.map == moebius_map{});
    CHECK(merged.fraction.b(0) == 3);
    CHECK(merged.first > 0);
    // 1, then a zero for ever; and a value that is infinite.
    CHECK_THROWS_AS(without_zero_denominators({{1}, {}, {}, {1}}), convergence_error);
    CHECK_THROWS_AS(without_zero_denominators(finite_continued_fraction({1}, {3, 0})), convergence_error);
    CHECK(without_zero_denominators(finite_continued_fraction({1, 1}, {3, 2, 0})).fraction.b(0) == 3);
}

TEST_CASE("denominators made positive keep every convergent") {
    std::mt19937_64 generator(26);
    for (int round = 0; round < cases_for_effort(50, 500, 50000); ++round) {
        const polynomial_continued_fraction fraction = plain_fraction(generator);
        const polynomial_continued_fraction positive = with_positive_denominators(fraction);
        for (long n = 1; n < 30; ++n)
            CHECK(positive.b(n) == abs(fraction.b(n)));
        check_same_convergents(fraction, positive, 30);
    }
}

TEST_CASE("negative numerators become positive ones, the original is the odd part") {
    std::mt19937_64 generator(27);
    for (int round = 0; round < cases_for_effort(50, 500, 50000); ++round) {
        const polynomial_continued_fraction fraction = plain_fraction(generator);
        const auto odd = without_negative_numerators(fraction);
        const auto x = all_convergents(fraction, 20), y = all_convergents(odd, 41);
        for (std::size_t n = 0; n <= 20; ++n)
            CHECK((no_point(x[n]) ? no_point(y[2 * n + 1]) : same_point(x[n], y[2 * n + 1])));
        for (long n = 1; n <= 41; ++n)
            if (n % 2 == 1)
                CHECK(odd.b(n) == 1);
    }
    // Apéry's fraction with λ_n = μ_n = n³: 5 − 1⁶/(117 − …) has positive elements only, so that all later
    // convergents lie between two neighbours.
    const polynomial_continued_fraction apery{{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}};
    const auto positive = without_negative_numerators(apery, {0, 0, 0, 1});
    for (long n = 1; n < 50; ++n) {
        CHECK(positive.a(n) > 0);
        CHECK(positive.b(n) > 0);
    }
    CHECK_THROWS_WITH(without_negative_numerators(apery, {1, 1}),
                      halfulp_test::contains_text("divisor of -n^6"));
    CHECK_THROWS_AS(without_negative_numerators({{-2, 1}, {1}}, {-2, 1}), std::invalid_argument);
}

}  // namespace
