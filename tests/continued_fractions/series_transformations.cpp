// SPDX-License-Identifier: BSL-1.0

/// @file
/// Series to continued fractions and back: Euler's transformation, fractions of Euler's type, C-fractions.

#include <halfulp/continued_fractions/contraction.hpp>
#include <halfulp/continued_fractions/power_series_fractions.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>
#include <halfulp/continued_fractions/series_transformations.hpp>
#include <halfulp/reference/continued_fraction.hpp>

#include "support/catch.hpp"

#include <random>
#include <vector>

namespace {

using namespace halfulp;
using halfulp_test::cases_for_effort;

mpq_class series_rational(std::mt19937_64& generator, bool zero_allowed) {
    for (;;) {
        mpq_class x(static_cast<long>(generator() % 25) - 12, 1 + static_cast<long>(generator() % 7));
        x.canonicalize();
        if (zero_allowed || x != 0)
            return x;
    }
}

mpq_class series_quotient(const mpz_class& p, const mpz_class& q) {
    mpq_class x(p, q);
    x.canonicalize();
    return x;
}

TEST_CASE("Euler: partial sums of any series are convergents, and the way back") {
    std::mt19937_64 generator(41);
    for (int round = 0; round < cases_for_effort(30, 300, 30000); ++round) {
        std::vector<mpq_class> c;
        const std::size_t length = 1 + generator() % 15;
        for (std::size_t k = 0; k < length; ++k)
            c.push_back(series_rational(generator, false));
        c.resize(25, mpq_class(0));  // the fraction ends where the series does
        const auto fraction =
            from_series([c](long k) -> mpq_class { return c[static_cast<std::size_t>(k)]; });
        mpq_class sum = 0;
        for (std::size_t n = 0; n <= 24; ++n) {
            CHECK(forward_recurrence<mpq_class>(fraction, static_cast<long>(n)).value() == sum);
            sum += c[n];
        }
        CHECK(fraction.a(static_cast<long>(length) + 1) == 0);
        const std::vector<mpq_class> back = series_terms(fraction, 25);
        CHECK(back[0] == 0);
        for (std::size_t k = 1; k < 25; ++k)
            CHECK(back[k] == c[k - 1]);
    }
    // Terms as integers; a zero between others.
    const auto powers = from_series([](long k) { return 1L << k; });
    CHECK(forward_recurrence<mpq_class>(powers, 10).value() == 1023);
    const auto gap = from_series([](long k) { return k == 2 ? 0 : 1; });
    CHECK(gap.a(3) == 0);
    CHECK_THROWS_WITH(gap.a(4), halfulp_test::contains_text("c(2) is 0"));
}

TEST_CASE("the series of a fraction are the differences of its convergents") {
    std::mt19937_64 generator(42);
    int complete = 0;
    for (int round = 0; round < cases_for_effort(20, 200, 20000); ++round) {
        const auto coefficient = [&generator] { return static_cast<long>(generator() % 11) - 5; };
        const polynomial_continued_fraction fraction{{coefficient(), coefficient(), coefficient()},
                                                     {coefficient(), coefficient()}};
        const auto x = reference::convergents([&](long n) { return fraction.a(n); },
                                              [&](long n) { return fraction.b(n); }, 20);
        bool zero = false;
        for (std::size_t n = 0; n < 20; ++n)
            zero = zero || x[n].denominator == 0;
        if (zero) {
            CHECK_THROWS_AS(series_terms(fraction, 20), convergence_error);
            continue;
        }
        ++complete;
        const auto terms = series_terms(fraction, 20);
        REQUIRE(terms.size() == 20);
        mpq_class sum = 0;
        for (std::size_t n = 0; n < 20; ++n) {
            sum += terms[n];
            CHECK(sum == series_quotient(x[n].numerator, x[n].denominator));
        }
    }
    CHECK(complete > 10);
    CHECK_THROWS_AS(series_terms(polynomial_continued_fraction{{1}, {1}}, 0), std::invalid_argument);
}

TEST_CASE("fractions of Euler's type are found, and are their series exactly") {
    struct known {
        polynomial_continued_fraction fraction;
        bool of_type;
    };
    const integer_polynomial n = integer_polynomial::variable();
    const std::vector<known> table{
        {{{0, 0, -2}, {2, 3}}, true},                     // 1/log 2
        {{{0, 1, -2}, {1, 3}}, true},                     // 2/π
        {{{0, 0, 0, 0, 0, 0, -1}, {1, 3, 3, 2}}, true},   // 1/ζ(3)
        {{{0, 0, 0, 0, -1}, {1, 2, 2}}, true},            // 1/ζ(2)
        {{{1, -4, 4}, {2}, {}, {1}}, true},               // Brouncker's 4/π
        {{{1, -8, 24, -32, 16}, {0, 8}, {}, {1}}, true},  // 1/Catalan
        {{{0, 1}, {0, 1}}, true},                         // 1/(e − 1)
        {{{-6}, {5}}, true},                              // constants, roots 2 and 3
        {{-(n * n + integer_polynomial{1}) * n, n * n + n + integer_polynomial{2}},
         true},                                              // a factor without roots
        {{{0, 0, 1}, {1, 2}}, false},                        // 4/π
        {{{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}}, false},  // Apéry
        {{{1}, {1}}, false},                                 // x² = x + 1 has no rational roots
        {{{0, 0, -2}, {2, 3}, {5}}, false},                  // a_1 of its own
    };
    for (const auto& [fraction, of_type] : table) {
        CAPTURE(fraction.numerators().to_string(), fraction.denominators().to_string());
        const auto form = as_hypergeometric_series(fraction);
        CHECK(form.has_value() == of_type);
        if (!form)
            continue;
        mpq_class term = 1, sum = 1;
        for (long k = 0; k <= 20; ++k) {
            if (k > 0) {
                term *= series_quotient(form->p(k), form->q(k));
                sum += term;
            }
            const auto convergent = forward_recurrence<mpz_class>(fraction, k);
            const mpq_class numerator = form->map.p * sum + form->map.q,
                            denominator = form->map.r * sum + form->map.s;
            CHECK((numerator != 0 || denominator != 0));
            CHECK(numerator * convergent.denominator == denominator * convergent.numerator);
        }
    }
    // Random h_1 and h_2 are found again, or others as good.
    std::mt19937_64 generator(43);
    int found = 0;
    for (int round = 0; round < cases_for_effort(20, 200, 20000); ++round) {
        const auto coefficient = [&generator] { return 1 + static_cast<long>(generator() % 6); };
        const integer_polynomial h_1 = integer_polynomial{coefficient(), coefficient()} *
                                       integer_polynomial{coefficient() - 4, coefficient()};
        const integer_polynomial h_2 = integer_polynomial{coefficient(), coefficient()} *
                                       integer_polynomial{coefficient(), coefficient()};
        const polynomial_continued_fraction fraction{-(h_1 * h_2), h_1 + h_2.shifted(1), {}, {coefficient()}};
        const auto form = as_hypergeometric_series(fraction);
        REQUIRE(form.has_value());
        mpq_class term = 1, sum = 1;
        for (long k = 1; k <= 12; ++k)
            sum += term *= series_quotient(form->p(k), form->q(k));
        const auto convergent = forward_recurrence<mpz_class>(fraction, 12);
        if (convergent.denominator != 0)
            CHECK((form->map.p * sum + form->map.q) * convergent.denominator ==
                  (form->map.r * sum + form->map.s) * convergent.numerator);
        ++found;
    }
    CHECK(found > 0);
}

TEST_CASE("quotient-difference: Stieltjes, exponential, logarithm, rational functions") {
    // 1 − z/2 + z²/3 − … = log(1 + z)/z: −a = 1/2, 1/6, 2/6, 2/10, 3/10, … (DLMF 4.9.1).
    std::vector<mpq_class> c;
    for (long k = 0; k < 12; ++k)
        c.push_back(series_quotient(k % 2 == 0 ? 1 : -1, k + 1));
    const auto logarithm = quotient_difference(c);
    REQUIRE(logarithm.size() == 12);
    CHECK(logarithm[0] == 1);
    for (std::size_t k = 1; k < 12; ++k) {
        const auto i = static_cast<long>((k + 1) / 2);
        CHECK(-logarithm[k] ==
              (k % 2 == 1 ? series_quotient(i, 2 * (2 * i - 1)) : series_quotient(i, 2 * (2 * i + 1))));
    }
    // Σ (−1)^k k! z^k, Stieltjes's own: −a = 1, 1, 2, 2, 3, 3, … (Euler 1760).
    mpz_class factorial = 1;
    c.clear();
    for (long k = 0; k < 12; ++k) {
        c.emplace_back(k % 2 == 0 ? factorial : mpz_class(-factorial));
        factorial *= k + 1;
    }
    const auto stieltjes = quotient_difference(c);
    REQUIRE(stieltjes.size() == 12);
    for (std::size_t k = 1; k < 12; ++k)
        CHECK(-stieltjes[k] == static_cast<long>((k + 1) / 2));
    // A rational function ends: 1/(1 − z) and (1 + z)/(1 − 3z).
    CHECK(quotient_difference(std::vector<mpq_class>(8, mpq_class(1))) == std::vector<mpq_class>{1, 1});
    CHECK(quotient_difference({1, 4, 12, 36, 108, 324}).size() == 3);
    CHECK(quotient_difference({5, 0, 0, 0}) == std::vector<mpq_class>{5});
    CHECK(quotient_difference({}).empty());
    // Even functions have no regular C-fraction.
    CHECK_THROWS_AS(quotient_difference({1, 0, 1, 0, 1, 0}), convergence_error);
    CHECK_THROWS_AS(quotient_difference({1, 1, 1, 2, 3}), convergence_error);
}

TEST_CASE("every power series has a C-fraction: to it and back, with gaps and zeros") {
    std::mt19937_64 generator(44);
    int regular = 0;
    for (int round = 0; round < cases_for_effort(30, 300, 30000); ++round) {
        std::vector<mpq_class> c(1 + generator() % 12);
        const std::uint64_t sparse = 1 + generator() % 3;
        for (mpq_class& x : c)
            x = generator() % sparse == 0 ? series_rational(generator, true) : mpq_class(0);
        const std::vector<c_fraction_term> terms = c_fraction(c);
        CHECK(power_series(terms, static_cast<long>(c.size())) == c);
        long order = 0;
        for (std::size_t k = 0; k < terms.size(); ++k) {
            CHECK(terms[k].coefficient != 0);
            CHECK(terms[k].exponent >= (k == 0 ? 0 : 1));
            // The convergent of the first k terms agrees with the series below the order of the next.
            const std::vector<c_fraction_term> first(terms.begin(),
                                                     terms.begin() + static_cast<std::ptrdiff_t>(k));
            order += terms[k].exponent;
            const auto part = power_series(first, static_cast<long>(c.size()));
            for (std::size_t i = 0; i < c.size(); ++i) {
                const auto at = static_cast<long>(i);
                if (at < order)
                    CHECK(part[i] == c[i]);
                if (at == order)
                    CHECK(part[i] != c[i]);
            }
        }
        // The regular one is the same as by quotients and differences.
        try {
            const auto qd = quotient_difference(c);
            if (c.front() == 0)
                continue;
            ++regular;
            REQUIRE(qd.size() == terms.size());
            for (std::size_t k = 0; k < qd.size(); ++k)
                CHECK((terms[k] == c_fraction_term{k == 0 ? qd[k] : mpq_class(-qd[k]), k == 0 ? 0L : 1L}));
        } catch (const convergence_error&) {
        }
    }
    CHECK(regular > 5);
    // tan z = z/(1 − z²/3/(1 − z²/15/(1 − …))): Lambert 1761.
    const auto tangent = c_fraction({0, 1, 0, mpq_class(1, 3), 0, mpq_class(2, 15), 0, mpq_class(17, 315)});
    REQUIRE(tangent.size() == 4);
    CHECK((tangent[0] == c_fraction_term{1, 1}));
    CHECK((tangent[1] == c_fraction_term{mpq_class(-1, 3), 2}));
    CHECK((tangent[2] == c_fraction_term{mpq_class(-1, 15), 2}));
    CHECK((tangent[3] == c_fraction_term{mpq_class(-1, 35), 2}));
    CHECK(c_fraction({}).empty());
    CHECK(c_fraction({0, 0, 0}).empty());
    CHECK_THROWS_AS(power_series({{1, 0}, {1, 0}}, 3), std::invalid_argument);
    CHECK_THROWS_AS(power_series({{1, -1}}, 3), std::invalid_argument);
    CHECK_THROWS_AS(power_series({}, -1), std::invalid_argument);
}

TEST_CASE("a C-fraction at a rational point is a finite fraction with integer elements") {
    std::mt19937_64 generator(45);
    for (int round = 0; round < cases_for_effort(20, 200, 20000); ++round) {
        std::vector<c_fraction_term> terms;
        for (std::uint64_t k = 0; k < 6; ++k)
            terms.push_back({series_rational(generator, false),
                             static_cast<long>(k == 0 ? generator() % 2 : 1 + generator() % 3)});
        const mpq_class z = series_rational(generator, true);
        const auto made = c_fraction_at(terms, z);
        // From the inside out, if nothing is divided by zero.
        mpq_class t = 0;
        bool pole = false;
        for (std::size_t k = terms.size(); k-- > 0 && !pole;) {
            mpq_class power = terms[k].coefficient;
            for (long i = 0; i < terms[k].exponent; ++i)
                power *= z;
            pole = t == -1;
            if (!pole)
                t = power / (1 + t);
        }
        if (pole)
            continue;
        const auto last = forward_recurrence<mpz_class>(made.fraction, 6);
        if (z == 0 && last.numerator == 0 && last.denominator == 0)
            continue;
        CHECK(made.map.p * last.numerator * t.get_den() == made.map.s * last.denominator * t.get_num());
        CHECK((last.numerator != 0 || last.denominator != 0));
    }
    // log(1 + 1)/1 by six terms of the C-fraction: 0.6931…
    std::vector<mpq_class> c;
    for (long k = 0; k < 14; ++k)
        c.push_back(series_quotient(k % 2 == 0 ? 1 : -1, k + 1));
    const auto log_2 = c_fraction_at(c_fraction(c), 1);
    const auto value = forward_recurrence<mpz_class>(log_2.fraction, 14);
    CHECK(std::fabs(series_quotient(log_2.map.p * value.numerator, log_2.map.s * value.denominator).get_d() -
                    0.69314718055994530942) < 1e-10);
}

}  // namespace
