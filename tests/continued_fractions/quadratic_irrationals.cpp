// SPDX-License-Identifier: BSL-1.0

/// @file
/// Quadratic irrational numbers: periods against the definition, both directions, Pell's equation and units against
/// a search, order and values against MPFR.

#include <halfulp/continued_fractions/partial_quotients.hpp>
#include <halfulp/continued_fractions/quadratic_irrational.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

#include <string>
#include <vector>

namespace {

using namespace halfulp;

bool is_square(long n) {
    return mpz_perfect_square_p(mpz_class(n).get_mpz_t()) != 0;
}

class irrationals {
  public:
    explicit irrationals(std::uint64_t seed) : random_(seed) {}
    quadratic_irrational operator()(long size) {
        for (;;) {
            const long p = number(size), d = std::abs(number(size * 10)) + 2, q = number(size);
            if (q != 0 && !is_square(d))
                return {p, d, q};
        }
    }
    long number(long size) {
        return static_cast<long>(random_.below(static_cast<std::uint64_t>(2 * size + 1))) - size;
    }

  private:
    halfulp_test::generator random_;
};

/// (p + √d)/q by MPFR, as it was given.
mpfr_real value_of(long p, long d, long q, mpfr_prec_t precision) {
    mpfr_real x(d, precision);
    mpfr_sqrt(x.get(), x.get(), MPFR_RNDN);
    mpfr_add_si(x.get(), x.get(), p, MPFR_RNDN);
    mpfr_div_si(x.get(), x.get(), q, MPFR_RNDN);
    return x;
}

TEST_CASE("quadratic irrationals: known expansions") {
    const auto text = [](long p, long d, long q) {
        return quadratic_irrational(p, d, q).expansion().to_string();
    };
    CHECK(text(0, 2, 1) == "[1; (2)]");
    CHECK(text(1, 5, 2) == "[(1)]");
    CHECK(text(0, 7, 1) == "[2; (1, 1, 1, 4)]");
    CHECK(text(0, 61, 1) == "[7; (1, 4, 3, 1, 2, 2, 1, 3, 4, 1, 14)]");
    CHECK(text(-1, 5, 2) == "[0; (1)]");
    CHECK(text(1, 2, -1) == "[-3; 1, 1, (2)]");
    CHECK(text(0, 3, 1) == "[1; (1, 2)]");
    CHECK(text(24, 4880, 34) != "");
    CHECK(quadratic_irrational(4, 8, 2).to_string() == "(2 + sqrt(2))/1");
    CHECK(quadratic_irrational(0, 12, 1).to_string() == "(0 + sqrt(12))/1");
    CHECK(quadratic_irrational(3, 45, 6) == quadratic_irrational(1, 5, 2));
}

TEST_CASE("quadratic irrationals: expansions begin as MPFR's value does, and lead back") {
    irrationals random(1);
    long wrong = 0;
    std::size_t longest = 0;
    for (int i = 0; i < halfulp_test::cases_for_effort(50, 3000, 100000); ++i) {
        const long size = i % 3 == 0 ? 4 : i % 3 == 1 ? 30 : 300;
        const long p = random.number(size), q = random.number(size) * 2 + 1;
        long d = std::abs(random.number(size * 10)) + 2;
        d += is_square(d) ? 1 : 0;
        const quadratic_irrational x(p, d, q);
        const simple_continued_fraction b = x.expansion();
        longest = std::max(longest, b.period().size());
        const partial_quotient_list proven = proven_partial_quotients(value_of(p, d, q, 600), 1 << 20);
        wrong += proven.size() < 20;
        for (std::size_t n = 0; n < proven.size(); ++n)
            wrong += proven[n] != b[n];
        wrong += quadratic_irrational(b) != x;
        const simple_continued_fraction shortest = b.canonical();
        wrong += shortest.quotients() != b.quotients() || shortest.period() != b.period();
        wrong += x.floor() != proven[0] || x.sign() != (proven[0] < 0 ? -1 : 1);
    }
    CHECK(wrong == 0);
    CHECK(longest > 100);
}

TEST_CASE("quadratic irrationals: any period is that of a number") {
    halfulp_test::generator random(2);
    long wrong = 0;
    for (int i = 0; i < halfulp_test::cases_for_effort(50, 1000, 20000); ++i) {
        partial_quotient_list before, period;
        for (std::uint64_t n = random.below(4); n > 0; --n)
            before.push_back(1 + (random() >> random.below(64)) / 2);
        for (std::uint64_t n = 1 + random.below(12); n > 0; --n)
            period.push_back(1 + (random() >> random.below(64)) / 2);
        const simple_continued_fraction x(before, period);
        const simple_continued_fraction expected = x.canonical(), got = quadratic_irrational(x).expansion();
        wrong += got.quotients() != expected.quotients() || got.period() != expected.period();
    }
    CHECK(wrong == 0);
    // A long one: 10^5 terms, by the product tree.
    partial_quotient_list period;
    for (int n = 0; n < halfulp_test::cases_for_effort(300, 3000, 3000); ++n)
        period.push_back(1 + random.below(9));
    const simple_continued_fraction x({-4, 3}, period);
    CHECK(quadratic_irrational(x).expansion() == x);
}

TEST_CASE("quadratic irrationals: the period in words and in large integers is one") {
    for (const unsigned half : {28u, 29u, 30u, 31u, 32u, 40u})
        for (unsigned power = 0; power <= half + 1; ++power)
            for (const int sign : {-1, 1}) {
                // d = a² ± 2^j with 2^j | 2a has a short period.
                const mpz_class root = mpz_class(1) << half;
                const mpz_class d = root * root + sign * (mpz_class(1) << power);
                const simple_continued_fraction b = quadratic_irrational::square_root(d).expansion(100);
                REQUIRE(b.quotients().size() == 1);
                REQUIRE(quadratic_irrational(b) == quadratic_irrational::square_root(d));
                // Palindromic but for the last, 2⌊√d⌋.
                const partial_quotient_list& c = b.period();
                REQUIRE(c.back() == 2 * b[0]);
                for (std::size_t i = 0; i + 1 < c.size(); ++i)
                    REQUIRE(c[i] == c[c.size() - 2 - i]);
            }
}

TEST_CASE("quadratic irrationals: order, conjugate, maps, value") {
    irrationals random(3);
    long wrong = 0;
    for (int i = 0; i < halfulp_test::cases_for_effort(100, 5000, 100000); ++i) {
        const quadratic_irrational x = random(i % 2 == 0 ? 4 : 1000), y = random(i % 2 == 0 ? 4 : 1000);
        const mpfr_real v = x.value(500), w = y.value(500);
        wrong += (x < y) != (mpfr_less_p(v.get(), w.get()) != 0) && x != y;
        wrong += (x == y) != (mpfr_equal_p(v.get(), w.get()) != 0);
        wrong += (x > y) != (y < x) || (x <=> x) != 0;
        wrong += x.conjugate().conjugate() != x || x.conjugate() == x;
        const moebius_map m{random.number(9), random.number(9), random.number(9), random.number(9)};
        if (m.determinant() == 0) {
            CHECK_THROWS_AS(x.mapped(m), std::invalid_argument);
            continue;
        }
        // (p v + q)/(r v + s) in MPFR, to all but 60 bits.
        mpfr_real numerator(600), denominator(600), result = x.mapped(m).value(500);
        mpfr_mul_z(numerator.get(), v.get(), m.p.get_mpz_t(), MPFR_RNDN);
        mpfr_add_z(numerator.get(), numerator.get(), m.q.get_mpz_t(), MPFR_RNDN);
        mpfr_mul_z(denominator.get(), v.get(), m.r.get_mpz_t(), MPFR_RNDN);
        mpfr_add_z(denominator.get(), denominator.get(), m.s.get_mpz_t(), MPFR_RNDN);
        mpfr_div(numerator.get(), numerator.get(), denominator.get(), MPFR_RNDN);
        mpfr_sub(numerator.get(), numerator.get(), result.get(), MPFR_RNDN);
        wrong += mpfr_zero_p(numerator.get()) == 0 &&
                 mpfr_get_exp(numerator.get()) > mpfr_get_exp(result.get()) - 440;
    }
    CHECK(wrong == 0);
    // Cancellation: ⌊√d⌋ − √d for d = 10^80 + 1.
    mpz_class ten;
    mpz_ui_pow_ui(ten.get_mpz_t(), 10, 40);
    const quadratic_irrational small(-ten, ten * ten + 1, 1);
    mpfr_real expected(2000), root(mpz_class(ten * ten + 1), 2000);
    mpfr_sqrt(root.get(), root.get(), MPFR_RNDN);
    mpfr_sub_z(expected.get(), root.get(), ten.get_mpz_t(), MPFR_RNDN);
    mpfr_prec_round(expected.get(), 53, MPFR_RNDN);
    CHECK(mpfr_equal_p(small.value(53).get(), expected.get()) != 0);
    CHECK(small.expansion().to_string() == "[0; (2" + std::string(40, '0') + ")]");
}

TEST_CASE("Pell's equation: the least solution by a search, and the famous large ones") {
    for (long d = 2; d < 60; ++d) {
        if (is_square(d))
            continue;
        const pell_solution s = solve_pell(d);
        long y = 1, norm = 0;
        for (;; ++y)
            if (is_square(d * y * y - 1) || is_square(d * y * y + 1)) {
                norm = is_square(d * y * y - 1) ? -1 : 1;
                break;
            }
        CHECK(s.y == y);
        CHECK(s.norm == norm);
        CHECK(s.x * s.x - d * s.y * s.y == norm);
        const pell_solution one = s.of_norm_one();
        CHECK(one.x * one.x - d * one.y * one.y == 1);
    }
    CHECK(solve_pell(61).x == 29718);
    CHECK(solve_pell(61).of_norm_one().x == 1766319049);  // Fermat's challenge
    CHECK(solve_pell(61).of_norm_one().y == 226153980);
    // Archimedes' cattle: the square root of the small solution for 4729494 (Amthor, 1880).
    const pell_solution cattle = solve_pell(4729494);
    CHECK(cattle.x.get_str() == "109931986732829734979866232821433543901088049");
    CHECK(cattle.y.get_str() == "50549485234315033074477819735540408986340");
    CHECK_THROWS_AS(solve_pell(9), std::invalid_argument);
    CHECK_THROWS_AS(solve_pell(-2), std::invalid_argument);
}

TEST_CASE("fundamental units: the least by a search") {
    for (long discriminant = 5; discriminant < 120; ++discriminant) {
        if (discriminant % 4 > 1) {
            CHECK_THROWS_AS(fundamental_unit(discriminant), std::invalid_argument);
            continue;
        }
        if (is_square(discriminant))
            continue;
        const quadratic_unit unit = fundamental_unit(discriminant);
        CHECK(unit.t * unit.t - discriminant * unit.u * unit.u == 4 * unit.norm);
        long u = 1;
        while (!is_square(discriminant * u * u + 4) && !is_square(discriminant * u * u - 4) && u < 3'000'000)
            ++u;
        CHECK(unit.u == u);
        CHECK(unit.norm == (is_square(discriminant * u * u - 4) ? -1 : 1));
    }
    CHECK(fundamental_unit(5).t == 1);
    CHECK(fundamental_unit(5).norm == -1);
}

TEST_CASE("quadratic irrationals: what is refused") {
    CHECK_THROWS_AS(quadratic_irrational(1, 4, 1), std::invalid_argument);
    CHECK_THROWS_AS(quadratic_irrational(1, 0, 1), std::invalid_argument);
    CHECK_THROWS_AS(quadratic_irrational(1, -3, 1), std::invalid_argument);
    CHECK_THROWS_AS(quadratic_irrational(1, 2, 0), std::invalid_argument);
    CHECK_THROWS_AS(quadratic_irrational(simple_continued_fraction({1, 2})), std::invalid_argument);
    // √(10^40 + 1·…) has a period far beyond any memory.
    mpz_class d;
    mpz_ui_pow_ui(d.get_mpz_t(), 10, 41);
    CHECK_THROWS_AS(quadratic_irrational::square_root(d + 7).expansion(1000), convergence_error);
    CHECK_THROWS_WITH(quadratic_irrational::square_root(d + 7).expansion(1000),
                      halfulp_test::contains_text("1000 terms"));
    CHECK_THROWS_AS(quadratic_irrational::square_root(1'000'000'000'039).expansion(1000), convergence_error);
    CHECK_THROWS_AS(quadratic_irrational::square_root(61).expansion(11), convergence_error);
    CHECK(quadratic_irrational::square_root(61).expansion(12).period().size() == 11);
}

}  // namespace
