// SPDX-License-Identifier: BSL-1.0

/// @file
/// Product trees against the recurrence and against plain sums: with common factors divided out, cut to a precision, of
/// matrices and of series; the law of common factors where it holds and where it does not; series recognised in fractions.

#include <halfulp/continued_fractions/binary_splitting.hpp>
#include <halfulp/continued_fractions/constant_formulas.hpp>
#include <halfulp/continued_fractions/convergent_ratio.hpp>
#include <halfulp/reference/continued_fraction.hpp>

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace {

using namespace halfulp;

reference::convergent expected_convergent(const polynomial_continued_fraction& f, long n) {
    return reference::convergent_at([&f](long i) { return f.a(i); }, [&f](long i) { return f.b(i); }, n);
}

bool same_ratio(const mpz_class& a, const mpz_class& b, const reference::convergent& c) {
    return a * c.denominator == b * c.numerator &&
           (a != 0 || b != 0 || (c.numerator == 0 && c.denominator == 0));
}

struct named_fraction {
    const char* name;
    polynomial_continued_fraction fraction;
    long bits_in_common;  ///< at most, of A_n and B_n after the law; −1: it has none
};

/// Those of which the law is true but for a power of two, those with common factors and no law, and others.
const std::vector<named_fraction>& fractions() {
    static const std::vector<named_fraction> list{
        {"6/zeta(3)", {{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}}, 128},
        {"8/(7 zeta(3))", {{0, 0, 0, 0, 0, 0, -1}, {1, 5, 9, 6}}, 128},
        {"5/zeta(2)", {{0, 0, 0, 0, 1}, {3, 11, 11}}, 128},
        {"2/log 2", {{0, 0, -1}, {3, 6}}, 128},
        {"2/log 3", {{0, 0, -1}, {2, 4}}, 128},
        {"4/pi", {{0, 0, 1}, {1, 2}}, 128},
        {"3 sqrt 3/pi", {{0, 0, 3}, {1, 2}}, 128},
        {"lemniscate, by gcd", {{0, 1, -2}, {1, 4}}, -1},
        {"e", {{0, -1}, {3, 1}}, -1},
        {"squares without the law", {{0, 0, 1}, {1, 1, 1}}, -1},
        {"squares without the law, slope 3", {{4, 12, 9}, {2, 7}}, -1},
        {"sixth powers without the law", {{0, 0, 0, 0, 0, 0, 1}, {7, 0, 0, 2}}, -1},
        {"negative denominators", {{0, 0, -1}, {-3, -6}}, 128},
        {"signs that change", {{0, 0, 1}, {-40, 1}}, -1},
        {"large coefficients",
         {{0, 0, 0, 1}, integer_polynomial(std::vector<mpz_class>{mpz_class(1) << 200, 1, 3})},
         -1},
        {"exceptional terms", {{0, 0, -1}, {3, 6}, {5, -2, 0, 9}, {0, 0, 7}}, 0},
    };
    return list;
}

TEST_CASE("trees with common factors divided out keep the convergent") {
    for (const named_fraction& f : fractions())
        for (const long n : {0L, 1L, 2L, 31L, 32L, 33L, 100L, 257L, 1000L, 3001L}) {
            CAPTURE(f.name, n);
            const reference::convergent expected = expected_convergent(f.fraction, n);
            const convergent_fraction nearly = nearly_reduced_convergent(f.fraction, n);
            CHECK(same_ratio(nearly.numerator, nearly.denominator, expected));
            const convergent_fraction reduced = reduced_convergent(f.fraction, n);
            CHECK(same_ratio(reduced.numerator, reduced.denominator, expected));
            if (expected.numerator != 0 || expected.denominator != 0)
                CHECK(gcd(reduced.numerator, reduced.denominator) == 1);
            CHECK(reduced.denominator >= 0);
        }
    CHECK_THROWS_AS(reduced_convergent(fractions()[0].fraction, -1), std::invalid_argument);
    CHECK_THROWS_AS(splitting_product(fractions()[0].fraction, -1, 5), std::invalid_argument);
}

TEST_CASE("where the law of common factors is true, next to nothing is left in common") {
    const long n = halfulp_test::cases_for_effort(2000L, 10'000L, 100'000L);
    for (const named_fraction& f : fractions()) {
        if (f.bits_in_common <= 0)
            continue;
        CAPTURE(f.name);
        const convergent_fraction c = nearly_reduced_convergent(f.fraction, n);
        const mpz_class common = gcd(c.numerator, c.denominator);
        CHECK(mpz_sizeinbase(common.get_mpz_t(), 2) <= static_cast<std::size_t>(f.bits_in_common));
        // And that is much: the recurrence's numbers are longer by n·log n bits.
        CHECK(mpz_sizeinbase(convergent(f.fraction, n).denominator.get_mpz_t(), 2) >
              2 * mpz_sizeinbase(c.denominator.get_mpz_t(), 2));
    }
}

TEST_CASE("random fractions with powers of linear polynomials") {
    std::mt19937_64 generator(7);
    for (int round = 0; round < halfulp_test::cases_for_effort(10, 60, 2000); ++round) {
        const auto random = [&generator](long most) {
            return static_cast<long>(generator() % static_cast<std::uint64_t>(2 * most + 1)) - most;
        };
        const integer_polynomial linear{random(7), 1 + static_cast<long>(generator() % 5)};
        integer_polynomial a{generator() % 2 == 0 ? 1 : -1 - static_cast<long>(generator() % 9)};
        for (std::uint64_t k = 2 * (1 + generator() % 3); k > 0; --k)
            a = a * linear;
        const polynomial_continued_fraction f{a, {random(20), random(20), random(20), random(3)}};
        const long n = 300 + static_cast<long>(generator() % 700);
        CAPTURE(a.to_string(), f.denominators().to_string(), n);
        const convergent_fraction c = nearly_reduced_convergent(f, n);
        CHECK(same_ratio(c.numerator, c.denominator, expected_convergent(f, n)));
    }
}

TEST_CASE("a tree that is cut errs by no more than it says") {
    for (const named_fraction& f : fractions())
        for (const bool content : {false, true})
            for (const long precision : {64L, 500L, 3000L}) {
                const long n = 2500;
                CAPTURE(f.name, content, precision);
                splitting_options options;
                options.precision = precision;
                options.remove_content = content;
                const detail::convergent_ratio c =
                    detail::ratio_of_convergent(f.fraction, std::nullopt, n, options);
                const reference::convergent exact = expected_convergent(f.fraction, n);
                if (c.error < 0) {
                    CHECK(same_ratio(c.numerator, c.denominator, exact));
                    continue;
                }
                CHECK(detail::length_of(c.numerator) <= precision + detail::guard_bits + 64);
                // A'·B − B'·A, A' and B' off by 2^error, against A and B over what was divided out: B·2^error + A·2^error.
                const mpz_class difference =
                    abs(c.numerator * exact.denominator - c.denominator * exact.numerator);
                mpz_class bound = abs(exact.denominator) + abs(exact.numerator);
                bound <<= static_cast<mp_bitcnt_t>(c.error);
                CHECK(difference <= bound);
            }
}

TEST_CASE("a cut tree of a good fraction keeps the precision") {
    for (const std::size_t i : {0u, 3u, 5u}) {
        splitting_options options;
        options.precision = 3000;
        options.remove_content = false;
        const detail::convergent_ratio c =
            detail::ratio_of_convergent(fractions()[i].fraction, std::nullopt, 20'000, options);
        CHECK(c.error >= 0);
        CHECK(c.precise_bits() >= 3000);
    }
}

// --- Series ---------------------------------------------------------------------------------------------------

TEST_CASE("a hypergeometric sum by its tree is the sum") {
    using constants::detail::series;
    const integer_polynomial k = integer_polynomial::variable();
    const std::vector<polynomial_continued_fraction> sums{
        constants::pi_chudnovsky().fraction,
        constants::pi_ramanujan().fraction,
        constants::e_series().fraction,
        constants::zeta3_zeilberger().fraction,
        constants::zeta3_wedeniwski().fraction,
        constants::catalan_pilehrood().fraction,
        constants::gauss_eisenstein().fraction,
        series(mpq_class(-3, 7), integer_polynomial{6} * k * k,
               integer_polynomial{5} * integer_polynomial{1, 2} * k, {9, 2})};
    for (std::size_t i = 0; i < sums.size(); ++i)
        for (const long n : {1L, 2L, 3L, 4L, 17L, 200L, 2300L}) {
            CAPTURE(i, n);
            const std::optional<euler_form> form = find_euler_form(sums[i]);
            REQUIRE(form);
            if (n == 2300 && i > 2 && i < 6 && HALFULP_TEST_EFFORT == 0)
                continue;
            const reference::convergent expected = expected_convergent(sums[i], n);
            for (const long precision : {0L, 800L}) {
                splitting_options options;
                options.precision = precision;
                const detail::convergent_ratio c = detail::ratio_of_convergent(sums[i], form, n, options);
                if (c.error < 0) {
                    CHECK(same_ratio(c.numerator, c.denominator, expected));
                    continue;
                }
                const mpz_class difference =
                    abs(c.numerator * expected.denominator - c.denominator * expected.numerator);
                mpz_class bound = abs(expected.denominator) + abs(expected.numerator);
                bound <<= static_cast<mp_bitcnt_t>(c.error);
                CHECK(difference <= bound);
                CHECK(c.precise_bits() >= 800);
            }
        }
}

TEST_CASE("fractions that are series are recognised, and give the same convergents") {
    struct recognised {
        polynomial_continued_fraction fraction;
        bool is_series;
    };
    const std::vector<recognised> cases{
        {{{0, 0, -2}, {2, 3}}, true},            // 1/log 2
        {{{0, 1, -2}, {1, 3}}, true},            // 2/pi
        {{{0, 1}, {0, 1}}, true},                // 1/(e − 1), h_1 = −1, h_2 = n
        {{{-2}, {3}}, true},                     // h_1 = 1, h_2 = 2
        {{{-2}, {3}, {4, 7}, {1, 5, 6}}, true},  // behind other terms
        {{{0, 0, 1}, {1, 2}}, false},            // 4/pi
        {{{1}, {1}}, false},                     // irrational roots
        {{{0, 0, -1}, {3, 6}}, false},           // 2/log 2
        {{{1, -4, 4}, {2}, {}, {1}}, false},     // Leibniz's series, whose terms do not fall geometrically
        {{{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}}, false},
        // h_1 = (n + 1)·(n² + 1), h_2(n + 1) = 5n·((n − 1)² + 1): with the weight n² + 1
        {{-(integer_polynomial{1, 1} * integer_polynomial{1, 0, 1} * integer_polynomial{-5, 5} *
            integer_polynomial{5, -4, 1}),
          integer_polynomial{1, 1} * integer_polynomial{1, 0, 1} +
              integer_polynomial{0, 5} * integer_polynomial{2, -2, 1},
          {},
          {}},
         true},
    };
    for (std::size_t i = 0; i < cases.size(); ++i) {
        CAPTURE(i);
        const std::optional<euler_form> form = find_euler_form(cases[i].fraction);
        CHECK(form.has_value() == cases[i].is_series);
        if (!form)
            continue;
        // b_n = h_1(n) + h_2(n + 1), a_n = −h_1(n)·h_2(n)
        const integer_polynomial h1 = form->h1(), next = form->next_h2();
        CHECK(h1 + next == cases[i].fraction.denominators());
        CHECK(-(h1 * next.shifted(-1)) == cases[i].fraction.numerators());
        for (const long n : {0L, 1L, 2L, 5L, 60L, 333L}) {
            const detail::convergent_ratio c = detail::ratio_of_convergent(cases[i].fraction, form, n, {});
            CHECK(same_ratio(c.numerator, c.denominator, expected_convergent(cases[i].fraction, n)));
        }
    }
}

}  // namespace
