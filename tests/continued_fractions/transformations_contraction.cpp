// SPDX-License-Identifier: BSL-1.0

/// @file
/// Contraction and extension: the convergents kept are the ones asked for, exactly, on random fractions whose
/// continuants and numerators are zero now and then.

#include <halfulp/continued_fractions/binary_splitting.hpp>
#include <halfulp/continued_fractions/contraction.hpp>
#include <halfulp/continued_fractions/evaluate.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>
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

/// The least n ≥ 1 with a_n = 0 below the depth, or 0.
template <class Fraction>
long end_below(const Fraction& fraction, long depth) {
    for (long n = 1; n < depth; ++n)
        if (fraction.a(n) == 0)
            return n;
    return 0;
}

/// Every convergent of the contraction, mapped, is the one of the original; behind the end of a fraction, the last.
template <class Fraction, class Made>
void check_contraction(const Fraction& fraction, const Made& made, long depth) {
    const auto x = all_convergents(fraction, made.first + depth * made.step),
               y = all_convergents(made.fraction, depth);
    const long end = end_below(fraction, made.first + depth * made.step + 1);
    for (long j = 0; j <= depth; ++j) {
        const long n = made.first + j * made.step;
        const auto& expected = x[static_cast<std::size_t>(end != 0 && n >= end ? end - 1 : n)];
        const auto& [p, q, r, s] = made.map;
        const auto& here = y[static_cast<std::size_t>(j)];
        const mpz_class numerator = p * here.numerator + q * here.denominator;
        const mpz_class denominator = r * here.numerator + s * here.denominator;
        CAPTURE(j, n, end);
        CHECK((numerator != 0 || denominator != 0));
        CHECK(numerator * expected.denominator == denominator * expected.numerator);
    }
}

TEST_CASE("contraction of interlaced fractions, every period, residue and kind of zero") {
    std::mt19937_64 generator(31);
    int made_count = 0, moved = 0, refused = 0, ended = 0;
    for (int round = 0; round < cases_for_effort(60, 1500, 150000); ++round) {
        const std::size_t m = 1 + generator() % 4;
        std::vector<integer_polynomial> a, b;
        for (std::size_t r = 0; r < m; ++r) {
            a.push_back(random_polynomial(generator, static_cast<int>(generator() % 3), 4));
            b.push_back(random_polynomial(generator, static_cast<int>(generator() % 3), 4));
        }
        std::vector<mpz_class> first_a, first_b;
        for (std::uint64_t count = generator() % 8; count > 0; --count)
            first_a.emplace_back(static_cast<long>(generator() % 8) - 3);
        for (std::uint64_t count = generator() % 8; count > 0; --count)
            first_b.emplace_back(static_cast<long>(generator() % 5) - 2);
        const interlaced_continued_fraction fraction(a, b, first_a, first_b);
        const auto residue = static_cast<long>(generator() % m);
        mapped_continued_fraction<polynomial_continued_fraction> made{{{1}, {1}}};
        try {
            made = contracted(fraction, residue);
        } catch (const std::invalid_argument&) {
            ++refused;  // C_{mk+r} is one and the same for all large k
            const auto x = all_convergents(fraction, 400);
            const auto at = static_cast<std::size_t>(residue) + 60 * m;
            CHECK(x[at].numerator * x[at + m].denominator == x[at + m].numerator * x[at].denominator);
            continue;
        }
        ++made_count;
        moved += made.first > residue;
        ended += end_below(fraction, 60) != 0;
        CHECK(made.step == static_cast<long>(m));
        check_contraction(fraction, made, 20);
    }
    CHECK(made_count > 30);
    CHECK(moved > 3);
    CHECK(refused > 0);
    CHECK(ended > 10);
}

TEST_CASE("contraction of polynomial fractions, even and odd part") {
    std::mt19937_64 generator(32);
    for (int round = 0; round < cases_for_effort(30, 300, 30000); ++round) {
        const polynomial_continued_fraction fraction{random_polynomial(generator, 2, 5),
                                                     random_polynomial(generator, 1, 5),
                                                     {},
                                                     {static_cast<long>(generator() % 4)}};
        for (const long m : {1L, 2L, 3L, 5L})
            for (const long residue : {0L, m - 1})
                try {
                    check_contraction(fraction, contracted(fraction, m, residue), 8);
                } catch (const std::invalid_argument&) {
                    CHECK((fraction.denominators().degree() < 0 || m > 2));
                }
    }
    // 4/π: the even part, and the odd part with the convergents C_1, C_3, ….
    const polynomial_continued_fraction pi{{0, 0, 1}, {1, 2}};
    const auto even = even_part(pi), odd = odd_part(pi);
    CHECK(even.map == moebius_map{});
    CHECK(even.first == 0);
    CHECK(odd.first == 1);
    CHECK(even.step == 2);
    check_contraction(pi, even, 20);
    check_contraction(pi, odd, 20);
    CHECK_THROWS_AS(contracted(pi, 0, 0), std::invalid_argument);
    CHECK_THROWS_AS(contracted(pi, 2, 2), std::invalid_argument);
    CHECK_THROWS_AS(contracted(pi, 2, -1), std::invalid_argument);
}

TEST_CASE("e and tan 1 from their partial quotients, through everything made for polynomial fractions") {
    const interlaced_continued_fraction e({{1}}, {{1}, {1}, {2, 2}}, {}, {2});
    const interlaced_continued_fraction tangent({{1}}, {{1}, {1, 2}}, {}, {1});
    mpfr_real expected(900);
    const auto check = [&](const auto& made) {
        const evaluation result = evaluate(made.fraction, 200, {made.map});
        CHECK(result.proof.has_value());
        mpfr_real difference(900);
        mpfr_sub(difference.get(), result.value.get(), expected.get(), MPFR_RNDN);
        CHECK((mpfr_zero_p(difference.get()) || mpfr_get_exp(difference.get()) < -663));
    };
    mpfr_set_si(expected.get(), 1, MPFR_RNDN);
    mpfr_exp(expected.get(), expected.get(), MPFR_RNDN);
    for (long r = 0; r < 3; ++r)
        check(contracted(e, r));
    mpfr_set_si(expected.get(), 1, MPFR_RNDN);
    mpfr_tan(expected.get(), expected.get(), MPFR_RNDN);
    for (long r = 0; r < 2; ++r)
        check(contracted(tangent, r));
    // The contraction of e to C_1, C_4, … is Euler's fraction 4k + 2 behind its first terms.
    CHECK(contracted(e, 1).fraction.denominators() == integer_polynomial{2, 4});
    CHECK(contracted(e, 1).fraction.numerators() == integer_polynomial{1});
    CHECK_THROWS_AS(contracted(e, 3), std::invalid_argument);
    CHECK_THROWS_AS(contracted(e, -1), std::invalid_argument);
}

TEST_CASE("contraction where convergents repeat: b_n = 0 for every other n, at one n, for ever") {
    // b = 1, 0, 1, 0, …: C_{2k+1} = C_{2k-1}.
    const interlaced_continued_fraction zeros({{1}}, {{1, 1}, {}});
    CHECK_THROWS_WITH(contracted(zeros, 1), halfulp_test::contains_text("equal from some n on"));
    check_contraction(zeros, contracted(zeros, 0), 12);
    // b_n = n − 6: C_6 = C_4, so the even part starts with C_6.
    const polynomial_continued_fraction once{{1}, {-6, 1}};
    const auto even = even_part(once);
    CHECK(even.first == 6);
    check_contraction(once, even, 12);
    CHECK(odd_part(once).first == 1);
    // A fraction that ends within the head: the map of a constant.
    const auto ends = contracted(finite_continued_fraction({1, 1}, {3, 7, 15}), 5, 3);
    CHECK(ends.map.determinant() == 0);
    check_contraction(finite_continued_fraction({1, 1}, {3, 7, 15}), ends, 5);
    // One that ends later keeps its value.
    const polynomial_continued_fraction late{{-11, 1}, {1, 1}};
    check_contraction(late, contracted(late, 3, 1), 10);
}

TEST_CASE("canonical contraction to any increasing sequence of convergents") {
    std::mt19937_64 generator(33);
    int complete = 0;
    for (int round = 0; round < cases_for_effort(20, 200, 20000); ++round) {
        const polynomial_continued_fraction fraction{random_polynomial(generator, 2, 5),
                                                     random_polynomial(generator, 1, 5)};
        std::vector<long> kept;
        for (long n = static_cast<long>(generator() % 3); kept.size() < 10;
             n += 1 + static_cast<long>(generator() % 4))
            kept.push_back(n);
        if (end_below(fraction, 50) != 0)
            continue;
        const auto made = contracted(any_continued_fraction(fraction),
                                     [kept](long k) { return kept[static_cast<std::size_t>(k)]; });
        const auto x = all_convergents(fraction, kept.back());
        std::vector<reference::convergent> y;
        try {
            y = all_convergents(made.fraction, 9);
        } catch (const convergence_error&) {
            bool repeated = false;
            for (std::size_t k = 1; k < kept.size(); ++k) {
                const auto &here = x[static_cast<std::size_t>(kept[k])],
                           &before = x[static_cast<std::size_t>(kept[k - 1])];
                repeated =
                    repeated || here.numerator * before.denominator == before.numerator * here.denominator;
            }
            CHECK(repeated);
            continue;
        }
        ++complete;
        CHECK(made.first == kept[0]);
        for (std::size_t k = 0; k < 10; ++k) {
            const auto& expected = x[static_cast<std::size_t>(kept[k])];
            const mpz_class p = made.map.p * y[k].numerator + made.map.q * y[k].denominator;
            const mpz_class q = made.map.r * y[k].numerator + made.map.s * y[k].denominator;
            CHECK((p != 0 || q != 0));
            CHECK(p * expected.denominator == q * expected.numerator);
        }
    }
    CHECK(complete > 5);
    const polynomial_continued_fraction pi{{0, 0, 1}, {1, 2}};
    CHECK_THROWS_AS(contracted(pi, [](long k) { return k - 1; }), std::invalid_argument);
    CHECK_THROWS_AS(contracted(pi, [](long) { return 4; }).fraction.a(1), std::invalid_argument);
    const auto powers = contracted(pi, [](long k) { return 1L << k; });
    CHECK(powers.first == 1);
    const auto last = forward_recurrence<mpz_class>(powers.fraction, 6);
    const auto expected = convergent(pi, 64);
    CHECK((powers.map.p * last.numerator + powers.map.q * last.denominator) * expected.denominator ==
          (powers.map.r * last.numerator + powers.map.s * last.denominator) * expected.numerator);
}

TEST_CASE("an extension has the original as its even part") {
    std::mt19937_64 generator(34);
    int made_count = 0;
    for (int round = 0; round < cases_for_effort(30, 300, 30000); ++round) {
        std::vector<mpz_class> first_a, first_b;
        for (std::uint64_t count = generator() % 4; count > 0; --count)
            first_a.emplace_back(static_cast<long>(generator() % 9) - 4);
        for (std::uint64_t count = generator() % 4; count > 0; --count)
            first_b.emplace_back(static_cast<long>(generator() % 7) - 3);
        const polynomial_continued_fraction fraction{random_polynomial(generator, 2, 5),
                                                     random_polynomial(generator, 1, 5), first_a, first_b};
        const integer_polynomial w = random_polynomial(generator, 1, 4);
        bool equal = false;
        for (long n = 1; n < 30; ++n)
            equal = equal || fraction.b(n) == w(n);
        if (equal) {
            CHECK_THROWS_AS(extended(fraction, w), std::invalid_argument);
            continue;
        }
        ++made_count;
        const auto made = extended(fraction, w);
        const auto x = all_convergents(fraction, 15), y = all_convergents(made, 30);
        for (std::size_t n = 0; n <= 15; ++n) {
            CHECK(x[n].numerator * y[2 * n].denominator == x[n].denominator * y[2 * n].numerator);
            CHECK((y[2 * n].numerator != 0 || y[2 * n].denominator != 0 ||
                   (x[n].numerator == 0 && x[n].denominator == 0)));
            if (n == 0)
                continue;
            // The new one: C_n with w_n instead of b_n.
            const reference::convergent before = n == 1 ? reference::convergent{1, 0} : x[n - 2];
            const auto i = static_cast<long>(n);
            const mpz_class p = w(i) * x[n - 1].numerator + fraction.a(i) * before.numerator;
            const mpz_class q = w(i) * x[n - 1].denominator + fraction.a(i) * before.denominator;
            CHECK(p * y[2 * n - 1].denominator == q * y[2 * n - 1].numerator);
        }
    }
    CHECK(made_count > 10);
    const polynomial_continued_fraction pi{{0, 0, 1}, {1, 2}};
    const auto back = contracted(extended(pi, {0, 1}), 0);
    CHECK(back.fraction.numerators() == pi.numerators());
    CHECK(back.fraction.denominators() == pi.denominators());
}

TEST_CASE("fractions without negative numerators contract to what they came from") {
    const polynomial_continued_fraction apery{{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}};
    const auto made = contracted(without_negative_numerators(apery, {0, 0, 0, 1}), 1);
    CHECK(made.fraction.numerators() == apery.numerators());
    CHECK(made.fraction.denominators() == apery.denominators());
    const auto x = all_convergents(apery, 20), y = all_convergents(made.fraction, 20);
    for (std::size_t n = 0; n <= 20; ++n)
        CHECK((made.map.p * y[n].numerator + made.map.q * y[n].denominator) * x[n].denominator ==
              (made.map.r * y[n].numerator + made.map.s * y[n].denominator) * x[n].numerator);
}

}  // namespace
