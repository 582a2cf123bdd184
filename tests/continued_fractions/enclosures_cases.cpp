// SPDX-License-Identifier: BSL-1.0

/// @file
/// Enclosures one by one: which proof is found and from where, what is refused and why, bounds far
/// out, depths for an error, fractions with elements of hundreds of bits.

#include <halfulp/continued_fractions/enclosure.hpp>
#include <halfulp/reference/continued_fraction.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace halfulp;
using halfulp_test::contains_text;

struct named_fraction {
    const char* name;
    polynomial_continued_fraction fraction;
};

/// One of each kind, and a series of degree 12 by Euler's transformation: Catalan's constant.
std::vector<named_fraction> fast_fractions() {
    const integer_polynomial k = integer_polynomial::variable();
    const integer_polynomial p{15, -184, 580}, q{5, 36, 36};
    return {{"4/pi", {{0, 0, 1}, {1, 2}}},
            {"(e + 1)/(e - 1)", {{1}, {2, 4}}},
            {"e", {{0, -1}, {3, 1}}},
            {"2/log 2", {{0, 0, -1}, {3, 6}}},
            {"6/zeta(3)", {{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}}},
            {"sqrt 2", {{1}, {2}, {}, {1}}},
            {"Catalan", polynomial_continued_fraction::from_hypergeometric_series(
                            mpq_class(411, 450),
                            integer_polynomial{32} * k * k * k * integer_polynomial{-1, 2} * p.shifted(1),
                            integer_polynomial{9} * q * q * p)}};
}

constexpr double unbounded = std::numeric_limits<double>::infinity();

TEST_CASE("from where on polynomials keep their sign, by all values") {
    std::mt19937_64 generator(3);
    for (int round = 0; round < 2000; ++round) {
        integer_polynomial p{generator() % 2 == 0 ? 1 : -1};
        long largest = 0;
        for (std::uint64_t count = generator() % 5; count > 0; --count) {
            const long root = static_cast<long>(generator() % 60) - 20;
            p = p * integer_polynomial{-root, 1};
            largest = std::max(largest, root + 1);
        }
        const long start = static_cast<long>(generator() % 20);
        const long from = p.constant_sign_from(start, 1000);
        REQUIRE(from >= std::max(start, largest));
        CHECK(from <= 2 * std::max(start, largest) + 1);
        CHECK(sgn(p(from)) == sgn(p.leading_coefficient()));
        CHECK(p.shifted(7).shifted(-7) == p);
        CHECK(p.shifted(-start)(start + 3) == p(3));
    }
}

TEST_CASE("the proof for each class of fractions, and the least n from which it holds") {
    struct known {
        const char* name;
        polynomial_continued_fraction fraction;
        proof_kind kind;
        long from;
        mpq_class multiplier;  // c_10
    };
    const std::vector<known> table{
        {"golden ratio", {{1}, {1}}, proof_kind::bracketing, 0, 1},
        {"4/pi", {{0, 0, 1}, {1, 2}}, proof_kind::bracketing, 0, 1},
        {"Brouncker", {{1, -4, 4}, {2}, {}, {1}}, proof_kind::bracketing, 0, 1},
        {"e", {{0, -1}, {3, 1}}, proof_kind::pringsheim, 0, 2},
        {"2/log 2", {{0, 0, -1}, {3, 6}}, proof_kind::tail_interval, 0, 2},
        {"Apery", {{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}}, proof_kind::tail_interval, 0, 2},
        {"double root, constant", {{-1}, {2}}, proof_kind::pringsheim, 0, 2},
        {"1/zeta(2)", {{0, 0, 0, 0, -1}, {1, 2, 2}}, proof_kind::tail_interval, 0, 2},
        {"1/zeta(3)", {{0, 0, 0, 0, 0, 0, -1}, {1, 3, 3, 2}}, proof_kind::tail_interval, 0, 2},
        // −ρ = 1/4 + c/(64 n(n − 1)), c ≤ 4: above 1/4, and not above 1/4 + 1/(16 n(n − 1))
        {"Pringsheim but for a first term", {{0, -1}, {3, 1}, {}, {1, -1}}, proof_kind::tail_interval, 0, 2},
        {"beyond Worpitzky", {{-1, 16, -16}, {0, 8}}, proof_kind::tail_interval, 0, mpq_class(44, 21)},
        {"at the border", {{-4, 16, -16}, {0, 8}}, proof_kind::tail_interval, 0, mpq_class(44, 21)},
        {"negative denominators", {{1}, {-1}}, proof_kind::bracketing, 0, 1},
        {"a_n > 0 from 7 on", {{-6, 1}, {1, 1}, {}, {}}, proof_kind::exact, 5, 1},
        {"b_n > 0 from 7 on", {{1}, {-6, 1}}, proof_kind::bracketing, 6, 1},
        {"exceptional terms", {{1}, {1}, {3, -7, 1}, {1, 1, -1}}, proof_kind::bracketing, 2, 1},
    };
    for (const known& k : table) {
        CAPTURE(k.name);
        const tail_search search = enclose_tails(k.fraction);
        CAPTURE(search.reason);
        REQUIRE(search);
        CHECK(search->kind == k.kind);
        CHECK(search->from == k.from);
        CHECK(search->multiplier(10) == k.multiplier);
    }
}

TEST_CASE("fractions without an enclosure are refused with the reason") {
    struct refused {
        polynomial_continued_fraction fraction;
        const char* reason;
        bool no_limit;
    };
    const std::vector<refused> table{
        {{{-1}, {1}}, "tends to 1, which is more than 1/4", true},
        {{{0, 0, -5}, {1, 2}}, "tends to 5/4", true},
        {{{0, 0, 0, -1}, {1, 2}}, "tends to infinity", true},
        {{{1}, {}}, "denominators are zero", true},
        {{{0, 0, 0, 1}, {1}}, "grow too fast", true},
        {{{0, 0, 0, 0, 0, 1}, {0, 1}}, "degrees 5 and 1", true},
        // −ρ = 1/4 + 2/(4n) and 1/4 + 5/(64 n(n − 1)): above the border
        {{{0, -1, -1}, {0, 2}}, "tends to 1/4 and stays above", true},
        {{{-5, 16, -16}, {0, 8}}, "tends to 1/4 and stays above", true},
        // 1/4 + 1/(16 (n − 2)(n − 1))
        {{{-36, 48, -16}, {-8, 8}, {}, {1, 1}}, "too close to the border", false},
        {{{-100'000'000L, 1}, {1}}, "signs of the partial numerators n - 100000000 settle", false},
        {{{1}, {-100'000'000L, 1}}, "signs of the partial denominators", false},
        // Negative for a long time below −1/4
        {{{0, -1'000'000L, -1}, {0, 3}}, "beyond n = 10000", false},
    };
    for (const refused& r : table) {
        CAPTURE(r.reason);
        const tail_search search = enclose_tails(r.fraction);
        CHECK(!search);
        CHECK_THAT(search.reason, contains_text(r.reason));
        CHECK(search.no_limit == r.no_limit);
    }
    // Two more terms of the numerator, and there is a limit: 2·deg b + 2.
    CHECK(enclose_tails({{0, 0, 0, 0, 1}, {0, 1}}));
}

TEST_CASE("where there is no limit by proof, convergents do stay apart") {
    // Signs of B_n for ever, or different limits of even and odd convergents.
    for (const polynomial_continued_fraction& f :
         {polynomial_continued_fraction{{-1}, {1}}, {{0, 0, -5}, {1, 2}}, {{0, 0, 0, -1}, {1, 2}}}) {
        long changes = 0;
        const auto c =
            reference::convergents([&f](long n) { return f.a(n); }, [&f](long n) { return f.b(n); }, 400);
        int sign = 1;
        for (std::size_t n = 200; n < 400; ++n)
            if (sgn(c[n].denominator) * sign < 0) {
                sign = -sign;
                ++changes;
            }
        CHECK(changes > 10);
    }
    // −ρ = 1/4 + κ/(n(n − 1)), κ = 20/64: solutions like √n·cos(√(4κ − 1/4)·log n), slow waves.
    const polynomial_continued_fraction waves{{-20, 16, -16}, {0, 8}};
    CHECK(enclose_tails(waves).no_limit);
    const auto w = reference::convergents([&waves](long n) { return waves.a(n); },
                                          [&waves](long n) { return waves.b(n); }, 3000);
    long turns = 0;
    for (std::size_t n = 1; n < 3000; ++n)
        turns += sgn(w[n].denominator) != sgn(w[n + 1].denominator) ? 1 : 0;
    CHECK(turns >= 2);
    const polynomial_continued_fraction f{{0, 0, 0, 0, 0, 1}, {0, 1}, {}, {1}};
    const auto c =
        reference::convergents([&f](long n) { return f.a(n); }, [&f](long n) { return f.b(n); }, 2000);
    const auto value = [&c](std::size_t n) { return mpq_class(c[n].numerator, c[n].denominator).get_d(); };
    CHECK(std::fabs(value(2000) - value(1999)) > 0.3 * std::fabs(value(200) - value(199)));
}

TEST_CASE("bounds far out, where convergence is slow and rounding errors add up") {
    // C = 1, C_n = (n + 2)/(n + 1): the error is 1/(n + 1), and the interval is as short as can be.
    const polynomial_continued_fraction slow{{-1}, {2}};
    const tail_search tails = enclose_tails(slow);
    for (const long n : {1L, 10L, 1000L, 63L, 64L, 65L, 200'000L}) {
        CAPTURE(n);
        const double error = -std::log2(static_cast<double>(n) + 1);
        const double bound = log2_error_bound(slow, *tails, n);
        CHECK(bound >= error);
        CHECK(bound <= error + 1e-3);
    }
    CHECK(log2_error_bound(slow, *tails, -1) == unbounded);
    // Σ 1/k² − …: |C − C_n| of 1/ζ(2) is about 1/(ζ(2)²·n).
    const polynomial_continued_fraction zeta2{{0, 0, 0, 0, -1}, {1, 2, 2}};
    const double bound = log2_error_bound(zeta2, *enclose_tails(zeta2), 100'000);
    CHECK(bound > std::log2(1 / (1.645 * 1.645 * 1e5)) - 0.1);
    CHECK(bound < std::log2(1 / (1.645 * 1.645 * 1e5)) + 1);
}

TEST_CASE("the depth for an error") {
    for (const named_fraction& formula : fast_fractions()) {
        CAPTURE(formula.name);
        const tail_search tails = enclose_tails(formula.fraction);
        REQUIRE(tails);
        for (const double target : {-1.0, -64.0, -1000.0, -33000.0}) {
            CAPTURE(target);
            const std::optional<long> depth = depth_for_error(formula.fraction, *tails, target, 1'000'000);
            REQUIRE(depth);
            CHECK(log2_error_bound(formula.fraction, *tails, *depth) <= target);
            if (*depth > tails->from)
                CHECK(log2_error_bound(formula.fraction, *tails, *depth - 1) > target);
            CHECK(!depth_for_error(formula.fraction, *tails, target, *depth - 1));
        }
    }
    const polynomial_continued_fraction ends{{5, -1}, {1, 2}};
    CHECK(depth_for_error(ends, *enclose_tails(ends), -1e9, 100) == 4);
    CHECK(!depth_for_error(ends, *enclose_tails(ends), -1e9, 3));
    // Ends in 1/0: there is no bound.
    const polynomial_continued_fraction pole{{2, -1}, {0, 1}, {}, {1, 0}};
    CHECK(log2_error_bound(pole, *enclose_tails(pole), 1) == unbounded);
    CHECK(!depth_for_error(pole, *enclose_tails(pole), -10, 100));
}

TEST_CASE("values in intervals with rational ends") {
    for (const named_fraction& formula : fast_fractions()) {
        CAPTURE(formula.name);
        const tail_search tails = enclose_tails(formula.fraction);
        REQUIRE(tails);
        const auto c = reference::convergents([&formula](long i) { return formula.fraction.a(i); },
                                              [&formula](long i) { return formula.fraction.b(i); }, 200);
        for (const long n : {2L, 3L, 20L, 21L}) {
            const std::optional<rational_interval> interval = enclose_value(formula.fraction, *tails, n);
            REQUIRE(interval);
            for (std::size_t m = static_cast<std::size_t>(n); m <= 200; ++m) {
                mpq_class value(c[m].numerator, c[m].denominator);
                value.canonicalize();
                CHECK(interval->contains(value));
            }
            // One end is C_n; log2_error_bound is the length, rounded upwards.
            const double length = std::log2(interval->width().get_d());
            const double bound = log2_error_bound(formula.fraction, *tails, n);
            CHECK(bound >= length - 1e-12 * std::fabs(length));
            CHECK(bound <= length + 1e-6);
        }
    }
    const polynomial_continued_fraction late{{1}, {-6, 1}};
    CHECK_THROWS_AS(enclose_value(late, *enclose_tails(late), 5), std::invalid_argument);
    const polynomial_continued_fraction ends{{5, -1}, {1, 2}};
    CHECK(enclose_value(ends, *enclose_tails(ends), 4)->width() == 0);
}

TEST_CASE("the bound from denominators of the product tree is the same") {
    for (const named_fraction& formula : fast_fractions()) {
        CAPTURE(formula.name);
        const tail_search tails = enclose_tails(formula.fraction);
        REQUIRE(tails);
        for (const long n : {2L, 100L, 3000L}) {
            const auto c = reference::convergents([&formula](long i) { return formula.fraction.a(i); },
                                                  [&formula](long i) { return formula.fraction.b(i); }, n);
            const auto last = static_cast<std::size_t>(n);
            const double numerators = log2_numerator_product(formula.fraction, n);
            const double bound = log2_error_bound(formula.fraction, *tails, n, c[last - 1].denominator,
                                                  c[last].denominator, numerators);
            CHECK(std::fabs(bound - log2_error_bound(formula.fraction, *tails, n)) <
                  1e-9 * (1 + std::fabs(bound)));
            mpz_class product = 1;
            for (long i = 1; i <= n; ++i)
                product *= formula.fraction.a(i);
            const auto bits = static_cast<double>(mpz_sizeinbase(product.get_mpz_t(), 2));
            CHECK(numerators >= bits - 1);
            CHECK(numerators <= bits + 1e-9 * bits + 1e-6);
        }
    }
}

TEST_CASE("elements of hundreds of bits") {
    // arctan(1/x) = x/(x² + 1·1/(3 + 4/(5 x² + …))) in the form b_n = (2n − 1)·x, a_n = (n − 1)²
    for (const unsigned long bits : {60UL, 150UL, 400UL, 900UL}) {
        CAPTURE(bits);
        const mpz_class x = (mpz_class(1) << bits) + 1;
        const polynomial_continued_fraction f{{1, -2, 1}, integer_polynomial({-x, 2 * x}), {1}, {0}};
        const tail_search tails = enclose_tails(f);
        REQUIRE(tails);
        CHECK(tails->kind == proof_kind::bracketing);
        const double bound = log2_error_bound(f, *tails, 20);
        // |C − C_n| is about x^-(2n + 1); beyond the range of double there is no bound, and no wrong one.
        const double error = -41.0 * static_cast<double>(bits);
        CHECK(bound >= error - 60);
        if (bits < 900)
            CHECK(bound <= error + 10);
    }
}

TEST_CASE("denominators of convergents that vanish on the way") {
    // B_1 = 0, and B_n = 0 for a later n.
    const polynomial_continued_fraction first{{1}, {0, 1}, {}, {0, 0, 1}};
    CHECK(log2_error_bound(first, *enclose_tails(first), 1) == unbounded);
    CHECK(log2_error_bound(first, *enclose_tails(first), 30) < -100);
    // b_1 = 1, b_2 = 1, a_2 = −1: B_2 = 0, then e's elements.
    const polynomial_continued_fraction second{{0, -1}, {3, 1}, {1, -1}, {0, 1, 1}};
    CHECK(log2_error_bound(second, *enclose_tails(second), 2) == unbounded);
    CHECK(log2_error_bound(second, *enclose_tails(second), 40) < -100);
    // The value is infinite: 2 = 1 + 2/(1 + 2/(1 + …)), and 0 + 1/(2 − 4/2) = 1/0.
    const polynomial_continued_fraction infinite{{2}, {1}, {1, -4}, {0, 2}};
    const tail_search tails = enclose_tails(infinite);
    REQUIRE(tails);
    for (const long n : {1L, 2L, 5L, 50L, 300L, 5000L}) {
        CAPTURE(n);
        const double bound = log2_error_bound(infinite, *tails, n);
        CHECK((n == 1 || bound == unbounded));
    }
}

}  // namespace
