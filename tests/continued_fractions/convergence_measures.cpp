// SPDX-License-Identifier: BSL-1.0

/// @file
/// Measured convergence, irrationality and common factors, against figures of the literature and against classes
/// that the coefficients prove.

#include <halfulp/continued_fractions/contraction.hpp>
#include <halfulp/continued_fractions/convergence_measures.hpp>
#include <halfulp/continued_fractions/transformations.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace halfulp;
using halfulp_test::cases_for_effort;

struct measured_fraction {
    std::string name;
    polynomial_continued_fraction fraction;
    double delta;   ///< at n = 2000; NaN: not stated
    double digits;  ///< a term, 0 where the class has none
};

const integer_polynomial linear_cube = integer_polynomial{1, 2} * integer_polynomial{1, 3, 3};

const std::vector<measured_fraction>& measured_table() {
    static const std::vector<measured_fraction> table{
        {"golden ratio", {{1}, {1}}, 1.0008, .418},
        {"1 + sqrt 2", {{1}, {2}}, 1.0006, .766},
        {"coth 1", {{1}, {1, 2}}, 1.0006, 0},
        {"4/pi", {{0, 0, 1}, {1, 2}}, -.2025, .7658},
        {"4/(pi - 2)", {{0, 2, 1}, {3, 2}}, -.2027, .7658},
        {"2/pi", {{0, 1, -2}, {1, 3}}, -.651, .302},
        {"3 sqrt 3/pi", {{0, 0, 3}, {1, 2}}, -.474, .477},
        {"1/log 2", {{0, 0, -2}, {2, 3}}, -.587, .301},
        {"2/log 2", {{0, 0, -1}, {3, 6}}, .281, 1.5315},
        {"2/log 3", {{0, 0, -1}, {2, 4}}, -.121, 1.144},
        {"sqrt 2/log(1 + sqrt 2)", {{0, 0, -2}, {2, 4}}, -.311, .766},
        {"5/zeta(2)", {{0, 0, 0, 0, 1}, {3, 11, 11}}, .0968, 2.0905},
        {"6/zeta(3)", {{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}}, .0866, 3.0631},
        {"8/(7 zeta(3))", {{0, 0, 0, 0, 0, 0, -1}, linear_cube}, -.424, 1.532},
        {"lemniscate", {{0, 1, -2}, {1, 4}}, -.129, .766},
    };
    return table;
}

TEST_CASE("irrationality of known fractions at n = 2000, without their limits") {
    for (const measured_fraction& known : measured_table()) {
        CAPTURE(known.name);
        const irrationality_measure blind = measure_irrationality(known.fraction, 2000);
        CHECK(std::fabs(blind.delta - known.delta) < 0.0006);
        CHECK(blind.log_error < 0);
    }
    // Apéry's falls towards log(…)-values below .0866; e's is 0 but for logarithms.
    CHECK(measure_irrationality(measured_table()[12].fraction, 500).delta < .0866);
    CHECK(measure_irrationality(measured_table()[12].fraction, 2000).delta > .08);
    CHECK(std::fabs(measure_irrationality(polynomial_continued_fraction{{0, -1}, {3, 1}}, 2000).delta) <
          .002);
}

TEST_CASE("with the limit: the same, and too few bits are refused") {
    mpfr_real limit(12000);
    mpfr_const_pi(limit.get(), MPFR_RNDN);
    mpfr_si_div(limit.get(), 4, limit.get(), MPFR_RNDN);
    const polynomial_continued_fraction pi{{0, 0, 1}, {1, 2}};
    const auto given = measure_irrationality(pi, 2000, limit);
    const auto blind = measure_irrationality(pi, 2000);
    CHECK(std::fabs(given.delta - -.2025) < 0.0001);
    CHECK(std::fabs(given.log_error - blind.log_error) < 1e-9 * std::fabs(blind.log_error));
    CHECK(given.log_denominator == blind.log_denominator);
    mpfr_real short_limit(1000);
    mpfr_set(short_limit.get(), limit.get(), MPFR_RNDN);
    CHECK_THROWS_WITH(measure_irrationality(pi, 2000, short_limit),
                      halfulp_test::contains_text("limit.precision() is 1000"));
    CHECK(measure_irrationality(pi, 300, short_limit).delta < 0);
    CHECK_THROWS_AS(measure_irrationality(pi, 2000, mpfr_real(200)), std::invalid_argument);
    CHECK_THROWS_AS(measure_irrationality(pi, -1, limit), std::invalid_argument);
    CHECK_THROWS_AS(measure_irrationality(pi, 0), std::invalid_argument);

    // By hand: 22/7 is C_1 of [3; 7, 15, 1].
    mpfr_const_pi(limit.get(), MPFR_RNDN);
    const auto archimedes =
        measure_irrationality(finite_continued_fraction({1, 1, 1}, {3, 7, 15, 1}), 1, limit);
    const double expected = -std::log(22.0 / 7 - 3.14159265358979324) / std::log(7.0) - 1;
    CHECK(std::fabs(archimedes.delta - expected) < 1e-10);
    CHECK(std::fabs(archimedes.log_denominator - std::log(7.0)) < 1e-15);
}

// ramanujantools counts matrices: its depth 1025 is C_1024.
TEST_CASE("depths and digits of the literature: n; n and 1; 1 at 1025 steps") {
    const auto digits = [](const polynomial_continued_fraction& fraction) {
        return -measure_irrationality(fraction, 1024).log_error / std::log(10.0);
    };
    CHECK(static_cast<long>(digits({{0, 1}, {0, 1}})) == 2645);
    CHECK(std::fabs(digits({{1}, {1}}) - 427) < 2);
}

TEST_CASE("measured classes and rates are those of the coefficients") {
    for (const measured_fraction& known : measured_table()) {
        CAPTURE(known.name);
        const convergence_measurement measured = measure_convergence(known.fraction, 512);
        CHECK(measured.kind == rate_of_convergence(known.fraction).kind);
        if (known.digits > 0) {
            CHECK(measured.kind == convergence::exponential);
            CHECK(std::fabs(measured.digits_a_term - known.digits) < 0.0015);
            CHECK(std::fabs(measured.digits_a_term - rate_of_convergence(known.fraction).digits_a_term) <
                  0.0005);
            CHECK(std::fabs(measured.stretch - 1) < 0.01);
        }
    }
    // Factorial: n!^-c with c = 2·deg b − deg a.
    for (const auto& [fraction, exponent] :
         std::vector<std::pair<polynomial_continued_fraction, double>>{{{{0, -1}, {3, 1}}, 1},
                                                                       {{{1}, {1, 2}}, 2},
                                                                       {{{1}, {0, 0, 1}}, 4},
                                                                       {{{0, 0, 0, 1}, {1, 0, 2}}, 1}}) {
        const auto measured = measure_convergence(fraction, 512);
        CHECK(measured.kind == convergence::factorial);
        CHECK(std::fabs(measured.exponent - exponent) < 0.05);
        CHECK(measured.stretch > 1.05);
    }
    // Slow: n^-c.
    for (const auto& [fraction, exponent] : std::vector<std::pair<polynomial_continued_fraction, double>>{
             {{{1, -4, 4}, {6}}, 3},                           // π + 3
             {{{1, -4, 4}, {2}, {}, {1}}, 1},                  // 4/π, Brouncker
             {{{0, 0, 0, 0, 0, 0, -1}, {1, 3, 3, 2}}, 2},      // 1/ζ(3)
             {{{0, 0, 0, 0, -1}, {1, 2, 2}}, 1},               // 1/ζ(2)
             {{{0, 0, 1}, {1}}, 1},                            // 1/log 2
             {{{-1}, {2}}, 1},                                 // 1, 3/2, 4/3, …
             {{{1, -8, 24, -32, 16}, {0, 8}, {}, {1}}, 2}}) {  // 1/Catalan
        CAPTURE(fraction.denominators().to_string());
        const auto measured = measure_convergence(fraction, 512);
        CHECK(measured.kind == convergence::polynomial);
        CHECK(std::fabs(measured.exponent - exponent) < 0.03);
        CHECK(measured.stretch < 0.1);
    }
    // exp(−√n): 1/(√(πe/2) erfc(1/√2)).
    const auto root = measure_convergence(polynomial_continued_fraction{{0, 1}, {1}}, 512);
    CHECK(root.kind == convergence::polynomial);
    CHECK(std::fabs(root.stretch - 0.5) < 0.02);
    CHECK(std::fabs(root.digits - 18.7) < 1);
}

TEST_CASE("no limit, and denominators that are zero on the way") {
    const std::vector<polynomial_continued_fraction> without{
        {{-1}, {1}},             // period 6: C_n = 1, 0, ∞, …
        {{0, 0, -1}, {0, 1}},    // complex roots
        {{-101}, {20}},          // complex roots close to each other
        {{1}, {}},               // 0, ∞, 0, ∞
        {{0, 0, 0, 0, 1}, {1}},  // even and odd convergents have limits of their own
        {{0, 0, 0, -1}, {1, 2}},
        {{0, 0, -1}, {1, 1}, {}, {0}},
    };
    for (const auto& fraction : without) {
        CAPTURE(fraction.numerators().to_string(), fraction.denominators().to_string());
        CHECK(measure_convergence(fraction, 512).kind == convergence::none);
        CHECK_NOTHROW(measure_irrationality(fraction, 301));
        CHECK_NOTHROW(measure_common_factors(fraction, 128));
    }
    // Values that wander about narrowly round a number far from zero, now and then far away from it.
    for (const auto& fraction : {polynomial_continued_fraction{{8, -4, -3}, {6, -2}},
                                 polynomial_continued_fraction{{-5, -3, -2, 6, -9}, {-7, -10, -5}},
                                 polynomial_continued_fraction{{1, -2, -8}, {-9, 2}}})
        for (const long depth : {200L, 512L, 700L})
            CHECK(measure_convergence(fraction, depth).kind == convergence::none);
    // Growth beyond all bounds: the value is infinite, its reciprocal 0.
    CHECK(measure_convergence(polynomial_continued_fraction{{-8, -8}, {-1, -1}}).kind == convergence::none);
    CHECK(measure_convergence(reciprocal({{-8, -8}, {-1, -1}})).kind == convergence::factorial);
    // b_0 = b_1 = 0 and later ones; the value is there none the less.
    const polynomial_continued_fraction zeros{{1}, {-3, 1}, {}, {1, 0}};
    CHECK(measure_convergence(zeros, 256).kind == convergence::factorial);
    const polynomial_continued_fraction infinite{{1}, {1}, {}, {1, 0}};
    CHECK(convergent(infinite, 1).denominator == 0);
    CHECK(std::isnan(measure_irrationality(infinite, 1).delta));
    CHECK(std::isnan(measure_irrationality(infinite, 1, mpfr_real(1, 100)).delta));
    CHECK(measure_convergence(infinite, 256).kind == convergence::exponential);
    // Fractions that end.
    const auto ends = finite_continued_fraction({1, 1, 1}, {3, 7, 15, 1});
    CHECK(measure_convergence(ends, 64).kind == convergence::terminating);
    CHECK(std::isinf(measure_irrationality(ends, 3).delta));
    CHECK(measure_irrationality(ends, 3).delta > 0);
    CHECK_THROWS_AS(measure_convergence(ends, 63), std::invalid_argument);
    CHECK_THROWS_AS(measure_common_factors(ends, 63), std::invalid_argument);
}

TEST_CASE("random fractions: what the leading coefficients prove is what is measured") {
    std::mt19937_64 generator(51);
    int compared = 0;
    for (int round = 0; round < cases_for_effort(20, 300, 30000); ++round) {
        const auto coefficient = [&generator] { return static_cast<long>(generator() % 21) - 10; };
        std::vector<mpz_class> a, b;
        const std::size_t degree = generator() % 3;
        for (std::size_t k = 0; k <= 2 * degree - (degree > 0 ? generator() % 2 : 0); ++k)
            a.emplace_back(coefficient());
        for (std::size_t k = 0; k <= degree; ++k)
            b.emplace_back(coefficient());
        const polynomial_continued_fraction fraction{integer_polynomial(a), integer_polynomial(b)};
        const convergence_rate proven = rate_of_convergence(fraction);
        const convergence_measurement measured = measure_convergence(fraction, 512);
        CAPTURE(fraction.numerators().to_string(), fraction.denominators().to_string());
        // Slow rates are told apart from none, or from other classes, at larger depths only.
        if (proven.kind == convergence::exponential && proven.digits_a_term > 0.1) {
            ++compared;
            CHECK(measured.kind == convergence::exponential);
            CHECK(std::fabs(measured.digits_a_term - proven.digits_a_term) <
                  0.02 + 0.005 * proven.digits_a_term);
        } else if (proven.kind == convergence::factorial) {
            ++compared;
            // A few grow beyond all bounds, B_n being a minimal solution: then 1/C_n converges, to zero.
            CHECK((measured.kind == convergence::none ? measure_convergence(reciprocal(fraction)).kind
                                                      : measured.kind) == convergence::factorial);
        } else if (proven.kind == convergence::none) {
            ++compared;
            CHECK(measured.kind == convergence::none);
        } else if (proven.kind == convergence::terminating) {
            ++compared;
            CHECK((measured.kind == convergence::terminating || measured.kind == convergence::none));
        }
    }
    CHECK(compared > 10);
}

TEST_CASE("any fraction is measured: callables, interlaced ones") {
    const interlaced_continued_fraction e({{1}}, {{1}, {1}, {2, 2}}, {}, {2});
    CHECK(measure_convergence(e, 512).kind == convergence::factorial);
    CHECK(std::fabs(measure_irrationality(e, 1500).delta - 1) < 0.01);  // a simple one: q² and a little more
    const general_continued_fraction sqrt2([](long) { return 1; }, [](long n) { return n == 0 ? 1 : 2; });
    CHECK(std::fabs(measure_convergence(sqrt2, 256).digits_a_term - .7656) < 0.001);
    // The same figures as through the tree.
    const polynomial_continued_fraction apery{{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}};
    const any_continued_fraction hidden(apery);
    CHECK(measure_irrationality(hidden, 300).log_error == measure_irrationality(apery, 300).log_error);
    CHECK(measure_convergence(hidden, 128).digits_a_term == measure_convergence(apery, 128).digits_a_term);
    CHECK(measure_common_factors(hidden, 128).log_gcd == measure_common_factors(apery, 128).log_gcd);
}

TEST_CASE("common factors: factorial reduction and none") {
    const auto at = [](const polynomial_continued_fraction& fraction) {
        return measure_common_factors(fraction, 1000);
    };
    for (const measured_fraction& known : measured_table()) {
        CAPTURE(known.name);
        const common_factor_growth growth = at(known.fraction);
        const bool simple = known.delta > 0.9;
        CHECK(growth.factorial_reduction == !simple);
        if (simple)
            CHECK(growth.log_gcd == 0);
    }
    // gcd like n!^3 for Apéry's and the slow fraction of ζ(3), n!^2 for ζ(2), n! for log 2.
    CHECK(std::fabs(at({{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}}).gcd_exponent - 3) < 0.25);
    CHECK(std::fabs(at({{0, 0, 0, 0, 0, 0, -1}, {1, 3, 3, 2}}).gcd_exponent - 3) < 0.25);
    CHECK(std::fabs(at({{0, 0, 0, 0, 1}, {3, 11, 11}}).gcd_exponent - 2) < 0.2);
    CHECK(std::fabs(at({{0, 0, -1}, {3, 6}}).gcd_exponent - 1) < 0.1);
    // e: no reduction, denominators like n!.
    const common_factor_growth e = at({{0, -1}, {3, 1}});
    CHECK_FALSE(e.factorial_reduction);
    CHECK(std::fabs(e.denominator_exponent - 1) < 0.1);
    // By hand: gcd(A_n, B_n) itself.
    const polynomial_continued_fraction log2{{0, 0, -1}, {3, 6}};
    const auto c = convergent(log2, 1000);
    const double expected = std::log(10.0) * static_cast<double>(mpz_sizeinbase(
                                                 mpz_class(gcd(c.numerator, c.denominator)).get_mpz_t(), 10));
    CHECK(std::fabs(at(log2).log_gcd - expected) < 2.4);
    CHECK(at(log2).log_gcd_over_n_log_n == at(log2).log_gcd / (1000 * std::log(1000.0)));
}

}  // namespace
