// SPDX-License-Identifier: BSL-1.0

/// @file
/// Expansions with signs against their definitions, step by step: of rational numbers, and of quadratic irrationals with
/// their periods.

#include <halfulp/continued_fractions/signed_continued_fraction.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

#include <vector>

namespace {

using namespace halfulp;
using fraction = signed_continued_fraction;

/// Ceiling, or the nearest integer, of two the lower: ⌈x − 1/2⌉.
mpz_class ceiling(const mpq_class& x) {
    mpz_class result;
    mpz_cdiv_q(result.get_mpz_t(), x.get_num_mpz_t(), x.get_den_mpz_t());
    return result;
}
mpz_class rounded(const mpq_class& x, bool up) {
    return ceiling(up ? x : mpq_class(x - mpq_class(1, 2)));
}

/// The definition: round, take what is left, turn it over.
std::vector<signed_term> by_definition(mpq_class x, bool up) {
    std::vector<signed_term> result;
    for (int sign = 1;;) {
        const mpz_class c = rounded(x, up);
        result.push_back({sign, c});
        const mpq_class rest = x - c;
        if (rest == 0)
            return result;
        sign = rest < 0 ? -1 : 1;
        x = 1 / abs(rest);
    }
}
/// The first `count` terms of the same for a number between two close ones; fewer where they do not tell.
std::vector<signed_term> common_terms(const mpq_class& low, const mpq_class& high, bool up) {
    std::vector<signed_term> x = by_definition(low, up);
    const std::vector<signed_term> y = by_definition(high, up);
    std::size_t n = 0;
    while (n < x.size() && n < y.size() && x[n] == y[n])
        ++n;
    x.resize(n);
    return x;
}

mpq_class fraction_of(long a, long b) {
    mpq_class x(a, b);
    x.canonicalize();
    return x;
}

TEST_CASE("expansions with signs of rational numbers: the definitions, and back") {
    long wrong = 0;
    const auto check = [&](const mpq_class& x) {
        const simple_continued_fraction regular(partial_quotients(x));
        const fraction nearest = nearest_integer_expansion(regular),
                       negative = negative_regular_expansion(regular);
        wrong += nearest.terms() != by_definition(x, false) || negative.terms() != by_definition(x, true);
        for (const fraction& f : {nearest, negative}) {
            wrong += f.value() != x || f.value().get_den() != x.get_den();
            wrong += f.regular().quotients() != regular.quotients();
        }
    };
    for (long denominator = 1; denominator <= halfulp_test::cases_for_effort(15, 60, 200); ++denominator)
        for (long numerator = -2 * denominator; numerator <= 2 * denominator; ++numerator)
            check(fraction_of(numerator, denominator));
    halfulp_test::generator random(1);
    for (int i = 0; i < halfulp_test::cases_for_effort(20, 500, 10000); ++i) {
        // Without large quotients, which make many twos.
        partial_quotient_list b{mpz_class(static_cast<long>(random.below(9)) - 4)};
        for (std::uint64_t n = random.below(120); n > 0; --n)
            b.push_back(1 + random.below(5));
        check(simple_continued_fraction(b).value());
    }
    CHECK(wrong == 0);
}

TEST_CASE("expansions with signs of quadratic irrationals: terms and periods") {
    halfulp_test::generator random(2);
    long wrong = 0;
    for (int i = 0; i < halfulp_test::cases_for_effort(20, 500, 10000); ++i) {
        partial_quotient_list before, period;
        for (std::uint64_t n = random.below(4); n > 0; --n)
            before.push_back(1 + random.below(5));
        for (std::uint64_t n = 1 + random.below(6); n > 0; --n)
            period.push_back(1 + random.below(4));
        const simple_continued_fraction x(before, period);
        const mpq_class some = x.convergent(120), next = x.convergent(121);
        for (const bool up : {false, true}) {
            const fraction f = up ? negative_regular_expansion(x) : nearest_integer_expansion(x);
            wrong += f.is_finite();
            const std::vector<signed_term> expected = common_terms(some, next, up);
            wrong += expected.size() < 40;
            for (std::size_t n = 0; n < expected.size(); ++n)
                wrong += f[n].quotient != expected[n].quotient || (n > 0 && f[n].sign != expected[n].sign);
            wrong += f.irrational_value() != quadratic_irrational(x);
            const simple_continued_fraction back = f.regular();
            wrong += back != x;
            // As short as can be: no smaller period, and none that begins earlier.
            const std::vector<signed_term>& c = f.period();
            for (std::size_t shorter = 1; shorter < c.size(); ++shorter)
                if (c.size() % shorter == 0) {
                    bool same = true;
                    for (std::size_t n = shorter; n < c.size(); ++n)
                        same = same && c[n] == c[n - shorter];
                    wrong += same;
                }
            if (!f.terms().empty())
                wrong += f.terms().size() > 1 ? f.terms().back() == c.back()
                                              : f.terms().back().quotient == c.back().quotient;
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("expansions with signs: known ones, and as text") {
    const auto nearest = [](const simple_continued_fraction& x) {
        return nearest_integer_expansion(x).to_string();
    };
    const auto negative = [](const simple_continued_fraction& x) {
        return negative_regular_expansion(x).to_string();
    };
    const simple_continued_fraction golden({}, {1}), root2({1}, {2}), root3({1}, {1, 2}),
        root7({2}, {1, 1, 1, 4});
    CHECK(nearest(golden) == "[2; (-3)]");
    CHECK(nearest(root2) == "[1; (+2)]");
    CHECK(nearest(root7) == "[3; (-3, -6)]");
    CHECK(negative(golden) == "[2; (-3)]");
    CHECK(negative(root2) == "[2; (-2, -4)]");
    CHECK(negative(root3) == "[2; (-4)]");
    CHECK(negative(simple_continued_fraction({2}, {1, 2})) == "[3; (-4)]");
    CHECK(negative(simple_continued_fraction({}, {2, 1})) == "[3; (-4)]");
    CHECK(negative(simple_continued_fraction({3}, {1, 2})) == "[(-4)]");
    CHECK(nearest(simple_continued_fraction({3, 7, 16})) == "[3; +7, +16]");
    CHECK(negative(simple_continued_fraction({1, 3, 2})) == "[2; -2, -2, -3]");
    CHECK(nearest(simple_continued_fraction({1, 2})) == "[1; +2]");
    CHECK(nearest(simple_continued_fraction({-2, 2})) == "[-2; +2]");
}

TEST_CASE("signed continued fractions: others than those two, and what is refused") {
    CHECK(fraction({{1, 3}, {-1, 1}, {1, 5}}).value() == 3 - 1 / (1 + mpq_class(1, 5)));
    CHECK(fraction({{1, 0}, {-1, 2}}).value() == mpq_class(-1, 2));
    CHECK(fraction({{1, 3}, {-1, 1}, {1, 5}}).regular().to_string() == "[2; 6]");
    // The value of a period against a long beginning of it.
    const fraction other({{1, 2}, {1, 3}}, {{-1, 4}, {1, 1}, {1, 7}});
    std::vector<signed_term> beginning;
    for (std::size_t n = 0; n < 300; ++n)
        beginning.push_back(other[n]);
    const mpq_class close = fraction(beginning).value();
    mpfr_real gap = other.irrational_value().value(200);
    mpfr_sub_q(gap.get(), gap.get(), close.get_mpq_t(), MPFR_RNDN);
    CHECK((mpfr_zero_p(gap.get()) != 0 || mpfr_get_exp(gap.get()) < -190));
    CHECK_THROWS_AS(fraction({}), std::invalid_argument);
    CHECK_THROWS_AS(fraction({{1, 2}, {2, 3}}), std::invalid_argument);
    CHECK_THROWS_AS(fraction({{1, 2}, {1, 0}}), std::invalid_argument);
    CHECK_THROWS_AS(fraction({{1, 2}, {1, 1}, {-1, 3}}), std::invalid_argument);
    CHECK_THROWS_AS(fraction({}, {{-1, 1}}), std::invalid_argument);
    CHECK_THROWS_AS(fraction({}, {{-1, 2}}).irrational_value(), std::invalid_argument);
    CHECK_THROWS_AS(fraction({{1, 2}}).irrational_value(), std::invalid_argument);
    CHECK_THROWS_AS(fraction({{1, 2}}, {{1, 2}}).value(), std::invalid_argument);
    CHECK_THROWS_AS(fraction({{1, 2}})[1], std::invalid_argument);
    CHECK_THROWS_AS(
        negative_regular_expansion(simple_continued_fraction({0, mpz_class("1000000000000")}), 1000),
        convergence_error);
    CHECK_THROWS_AS(negative_regular_expansion(simple_continued_fraction({1, 50}), 10), convergence_error);
}

}  // namespace
