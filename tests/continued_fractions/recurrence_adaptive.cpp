// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Recurrences that stop by themselves: where, with what accuracy, at the end of a fraction, and what is said where they
/// cannot; zeros, infinities and NaN, and Lentz's tiny number.

#include <halfulp/continued_fractions/dynamic_arithmetic.hpp>
#include <halfulp/continued_fractions/mpfr_arithmetic.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>
#include <halfulp/formats/named.hpp>

#include "recurrence_checks.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <limits>

namespace {

using namespace halfulp;
using halfulp_test::contains_text;
using halfulp_test::recurrence_fractions;

const polynomial_continued_fraction four_over_pi{{0, 0, 1}, {1, 2}};

TEST_CASE("adaptive evaluations stop at the convergent that the fixed ones give") {
    for (std::size_t i = 0; i < halfulp_test::regular_fractions; ++i) {
        if (i == 5)
            continue;  // converges like 1/n
        const auto& f = recurrence_fractions()[i];
        CAPTURE(i);
        const double value = evaluate_backward<mpq_class>(f, 200).value.get_d();
        const auto check = [&](const recurrence_result<double>& x, double again, long most) {
            CHECK(x.value == again);
            CHECK(x.depth > 3);
            CHECK(x.depth <= most);
            CHECK(std::fabs(x.value - value) <=
                  8 * std::numeric_limits<double>::epsilon() * std::fabs(value));
            CHECK(x.zero_denominators == 0);
            CHECK(x.first_not_finite == -1);
        };
        const auto forward = evaluate_forward<double>(f);
        check(forward, evaluate_forward<double>(f, forward.depth).value, 24);
        const auto backward = evaluate_backward<double>(f);
        check(backward, evaluate_backward<double>(f, backward.depth).value, 64);
        const auto steed = evaluate_steed<double>(f);
        check(steed, evaluate_steed<double>(f, steed.depth).value, 24);
        const auto lentz = evaluate_lentz<double>(f);
        check(lentz, evaluate_lentz<double>(f, lentz.depth).value, 24);
    }
}

TEST_CASE("the tolerance decides how far they go") {
    long last = 0;
    for (const double tolerance : {1e-2, 1e-5, 1e-8, 1e-12}) {
        const auto x = evaluate_lentz<double>(four_over_pi, adaptive_depth<double>{tolerance});
        const double before = evaluate_lentz<double>(four_over_pi, x.depth - 1).value;
        CHECK(std::fabs(x.value - before) <= 1.01 * tolerance * x.value);
        CHECK(std::fabs(before - evaluate_lentz<double>(four_over_pi, x.depth - 2).value) >
              0.99 * tolerance * before);
        CHECK(x.depth > last);
        last = x.depth;
        CHECK(std::labs(evaluate_steed<double>(four_over_pi, adaptive_depth<double>{tolerance}).depth -
                        last) <= 1);
        CHECK(std::labs(evaluate_forward<double>(four_over_pi, adaptive_depth<double>{tolerance}).depth -
                        last) <= 1);
    }
    const auto exact =
        evaluate_steed<mpq_class>(four_over_pi, adaptive_depth<mpq_class>{mpq_class(1, 1000000)});
    CHECK(exact.value == evaluate_backward<mpq_class>(four_over_pi, exact.depth).value);
    CHECK(exact.depth == evaluate_steed<double>(four_over_pi, adaptive_depth<double>{1e-6}).depth);
    CHECK(evaluate_forward<mpq_class>(four_over_pi, adaptive_depth<mpq_class>{mpq_class(1, 1000000)}).value ==
          exact.value);
    CHECK(evaluate_lentz<mpq_class>(four_over_pi, adaptive_depth<mpq_class>{mpq_class(1, 1000000)}).depth >=
          exact.depth - 1);
}

TEST_CASE("MPFR to many digits, small formats, formats at run time") {
    mpfr_real expected(1000);
    mpfr_const_pi(expected.get(), MPFR_RNDN);
    const mpfr_arithmetic k(1000);
    for (const auto& x : {evaluate_forward(four_over_pi, adaptive_depth<mpfr_real>{}, k),
                          evaluate_backward(four_over_pi, adaptive_depth<mpfr_real>{}, k),
                          evaluate_steed(four_over_pi, adaptive_depth<mpfr_real>{}, k),
                          evaluate_lentz(four_over_pi, adaptive_depth<mpfr_real>{}, k)}) {
        CHECK(x.depth > 300);
        CHECK(x.depth < 1100);
        mpfr_real gap(64), value(1000);
        mpfr_si_div(value.get(), 4, x.value.get(), MPFR_RNDN);
        mpfr_sub(gap.get(), value.get(), expected.get(), MPFR_RNDA);
        CHECK(std::fabs(gap.to_double()) < std::ldexp(1.0, -990));
    }
    CHECK(std::fabs(static_cast<double>(evaluate_lentz<float8_e4m3fn>(four_over_pi).value) - 1.2732) < 0.13);
    CHECK(std::fabs(static_cast<double>(evaluate_steed<float8_e5m2>(four_over_pi).value) - 1.2732) < 0.26);
    CHECK(std::fabs(static_cast<double>(evaluate_backward<bfloat16>(four_over_pi).value) - 1.27324) < 0.004);
    CHECK(std::fabs(static_cast<double>(evaluate_forward<float16>(four_over_pi).value) - 1.27324) < 0.002);
    const dynamic_arithmetic tf32(formats::tfloat32);
    const auto x = evaluate_lentz(four_over_pi, adaptive_depth<dynamic_float>{}, tf32);
    CHECK(std::fabs(static_cast<double>(x.value) - 1.2732395) < 0.002);
    CHECK(x.depth < 12);
}

TEST_CASE("a fraction that ends is evaluated to its end") {
    const polynomial_continued_fraction ends{{-25, 0, 1}, {3, 2}};  // a_5 = 0
    const mpq_class value = evaluate_backward<mpq_class>(ends, 4).value;
    CHECK(evaluate_forward<mpq_class>(ends).value == value);
    CHECK(evaluate_forward<mpq_class>(ends).depth == 4);
    CHECK(evaluate_backward<mpq_class>(ends).value == value);
    CHECK(evaluate_backward<mpq_class>(ends).depth == 4);
    CHECK(evaluate_steed<mpq_class>(ends).value == value);
    CHECK(evaluate_lentz<mpq_class>(ends).value == value);
    CHECK(evaluate_lentz<double>(ends, adaptive_depth<double>{0.0}).depth == 4);
    const polynomial_continued_fraction integer{{0}, {3, 2}};
    CHECK(evaluate_lentz<double>(integer).value == 3);
    CHECK(evaluate_lentz<double>(integer).depth == 0);
    CHECK(evaluate_backward<float>(integer).value == 3);
    CHECK(evaluate_steed<float16>(integer).depth == 0);
}

TEST_CASE("what does not settle is refused, never waited for") {
    const polynomial_continued_fraction oscillates{{-1}, {1}};  // period 3, through infinity
    const polynomial_continued_fraction slow = recurrence_fractions()[5];
    const adaptive_depth<double> shallow{.maximum_depth = 1000};
    CHECK_THROWS_WITH(evaluate_forward<double>(slow, shallow), contains_text("after 1000 terms"));
    CHECK_THROWS_WITH(evaluate_backward<double>(slow, shallow),
                      contains_text("evaluate_backward: after 1000 terms"));
    CHECK_THROWS_WITH(evaluate_steed<double>(slow, shallow), contains_text("relative change"));
    CHECK_THROWS_WITH(evaluate_lentz<double>(slow, shallow), contains_text("evaluate_lentz"));
    CHECK_THROWS_AS(evaluate_lentz<double>(oscillates, shallow), convergence_error);
    CHECK_THROWS_AS(evaluate_forward<double>(oscillates, shallow), convergence_error);
    CHECK_THROWS_AS(evaluate_lentz<mpq_class>(slow, adaptive_depth<mpq_class>{.maximum_depth = 50}),
                    convergence_error);
    CHECK_THROWS_AS(evaluate_lentz<double>(slow, adaptive_depth<double>{.maximum_depth = 0}),
                    convergence_error);
    CHECK_THROWS_AS(evaluate_lentz<double>(slow, adaptive_depth<double>{.maximum_depth = -1}),
                    std::invalid_argument);
    CHECK_THROWS_AS(evaluate_lentz<double>(slow, -1), std::invalid_argument);
    CHECK_THROWS_AS(forward_recurrence<double>(slow, -1), std::invalid_argument);
    CHECK_THROWS_AS(evaluate_backward<double>(slow, -1), std::invalid_argument);
}

TEST_CASE("Lentz replaces zeros, and says how many and where") {
    // B_1 = b_1 = 0: 0 + 1/(0 + 1/(2 + 1/(3 + …))); C_0 = b_0 = 0 too.
    const polynomial_continued_fraction zeros{{1}, {0, 1}, {}, {0, 0}};
    const auto x = evaluate_lentz<double>(zeros);
    CHECK(x.zero_denominators == 2);
    CHECK(x.first_zero_denominator == 0);
    CHECK(std::fabs(x.value - evaluate_backward<mpq_class>(zeros, 40).value.get_d()) < 1e-15 * 4);
    const auto fixed = evaluate_lentz<double>(zeros, 30);
    CHECK(fixed.zero_denominators == 2);
    CHECK(fixed.first_zero_denominator == 0);
    CHECK(std::fabs(fixed.value - x.value) < 4e-15);
    // b_0 = 1, b_1 = 0: one replacement, at n = 1.
    const polynomial_continued_fraction one{{1}, {0, 1}, {}, {1, 0}};
    CHECK(evaluate_lentz<double>(one).zero_denominators == 1);
    CHECK(evaluate_lentz<double>(one).first_zero_denominator == 1);
    CHECK(evaluate_lentz<float>(one, 20).first_zero_denominator == 1);
    CHECK(std::fabs(static_cast<double>(evaluate_lentz<bfloat16>(one, 20).value) -
                    evaluate_backward<mpq_class>(one, 20).value.get_d()) < 0.05);
    // Another tiny number, and what comes of one that is not tiny.
    CHECK(std::fabs(evaluate_lentz<double>(one, 20, {.tiny = 1e-30}).value -
                    evaluate_lentz<double>(one, 20).value) < 1e-15);
    CHECK(std::fabs(evaluate_lentz<double>(one, 20, {.tiny = 0.01}).value -
                    evaluate_lentz<double>(one, 20).value) > 1e-4);
    // The documented values.
    CHECK(number_arithmetic<double>{}.tiny() == 0x1p-511);
    CHECK(number_arithmetic<float>{}.tiny() == 0x1p-63f);
    CHECK(number_arithmetic<bfloat16>{}.tiny() == 0x1p-63);
    CHECK(number_arithmetic<float16>{}.tiny() == 0x1p-14);
    CHECK(number_arithmetic<float8_e5m2>{}.tiny() == 0x1p-7);
    CHECK(number_arithmetic<float8_e4m3fn>{}.tiny() == 0x1p-6);
    CHECK(static_cast<double>(dynamic_arithmetic(formats::float8_e5m2).tiny()) == 0x1p-7);
    CHECK(mpfr_arithmetic(100).tiny().to_double() == std::ldexp(1.0, -264));
}

TEST_CASE("zero denominators, overflow and NaN are reported with the n at which they occur") {
    const polynomial_continued_fraction zeros{{1}, {0, 1}, {}, {1, 0}};  // b_1 = 0
    const auto steed = evaluate_steed<double>(zeros, 10);
    CHECK(steed.zero_denominators >= 1);
    CHECK(steed.first_zero_denominator == 1);
    CHECK(steed.first_not_finite == 1);
    CHECK_FALSE(std::isfinite(steed.value));
    CHECK_THROWS_WITH(evaluate_steed<double>(zeros), contains_text("n = 1,"));
    CHECK_THROWS_WITH(evaluate_steed<mpq_class>(zeros, 10),
                      contains_text("evaluate_steed: the denominator at n = 1 is zero"));
    CHECK_THROWS_WITH(evaluate_lentz<mpq_class>(zeros, 10), contains_text("n = 1 is zero"));
    CHECK_THROWS_WITH(evaluate_backward<mpq_class>(zeros, 1), contains_text("n = 1 is zero"));

    // a_n = n² is no number of e4m3fn from n = 22 on: 484 rounds to NaN.
    for (const auto& x :
         {evaluate_forward<float8_e4m3fn>(four_over_pi, 30), evaluate_steed<float8_e4m3fn>(four_over_pi, 30),
          evaluate_lentz<float8_e4m3fn>(four_over_pi, 30)}) {
        CHECK(isnan(x.value));
        CHECK(x.first_not_finite == 22);
    }
    const auto backward = evaluate_backward<float8_e4m3fn>(four_over_pi, 30);
    CHECK(isnan(backward.value));
    CHECK(backward.first_not_finite == 30);
    CHECK(evaluate_backward<float8_e4m3fn>(four_over_pi, 21).first_not_finite == -1);
    const polynomial_continued_fraction large{{500}, {1}};
    CHECK_THROWS_WITH(evaluate_lentz<float8_e4m3fn>(large),
                      contains_text("evaluate_lentz: an infinity or NaN at n = 1,"));
    CHECK_THROWS_WITH(evaluate_steed<float8_e4m3fn>(large),
                      contains_text("evaluate_steed: an infinity or NaN at n = 1,"));
    CHECK_THROWS_WITH(evaluate_forward<float8_e4m3fn>(large),
                      contains_text("evaluate_forward: an infinity or NaN at n = 1,"));
    // Backward recovers from an infinity: 1 + 1/(0 + 1/(0 + 1/2)), b_2 = 0 is met with tail 1/2, b_1 with 2.
    const polynomial_continued_fraction recovers{{1}, {2}, {}, {1, 0, 0}};
    CHECK(evaluate_backward<float>(recovers, 2).first_zero_denominator == 2);
    CHECK(evaluate_backward<float>(recovers, 2).first_not_finite == 2);
    CHECK(evaluate_backward<float>(recovers, 2).value == 1);
    CHECK(evaluate_backward<float>(recovers, 3).zero_denominators == 0);
}

}  // namespace
