// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// The bounds on rounding errors of recurrences, a priori and running, against exact rationals: never below the true
/// error, and not far above it where they are meant to be close.

#include <halfulp/continued_fractions/dynamic_arithmetic.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>
#include <halfulp/continued_fractions/recurrence_error.hpp>
#include <halfulp/continued_fractions/running_error.hpp>
#include <halfulp/core/philox.hpp>
#include <halfulp/formats/named.hpp>

#include "recurrence_checks.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

namespace {

using namespace halfulp;

/// Fractions of degree up to 2 with coefficients −9 … 9, and those of recurrence_fractions.
std::vector<polynomial_continued_fraction> many_fractions(int count) {
    std::vector<polynomial_continued_fraction> result = halfulp_test::recurrence_fractions();
    std::uint64_t index = 0;
    const auto coefficient = [&] { return static_cast<long>(philox_bits(11, 0, index++) % 19) - 9; };
    while (count-- > 0) {
        const long a = static_cast<long>(philox_bits(11, 0, index++) % 3),
                   b = static_cast<long>(philox_bits(11, 0, index++) % 2);
        const auto polynomial = [&](long degree) {
            return degree == 0   ? integer_polynomial{coefficient()}
                   : degree == 1 ? integer_polynomial{coefficient(), coefficient()}
                                 : integer_polynomial{coefficient(), coefficient(), coefficient()};
        };
        result.emplace_back(polynomial(a), polynomial(b));
    }
    return result;
}

/// The exact convergent, if it is one.
std::optional<mpq_class> exact_convergent(const polynomial_continued_fraction& f, long depth) {
    const auto state = forward_recurrence<mpz_class>(f, depth);
    if (state.denominator == 0)
        return std::nullopt;
    mpq_class value(state.numerator, state.denominator);
    value.canonicalize();
    return value;
}

/// Whether a bound holds; counts the finite ones.
struct checked_bounds {
    long finite = 0, all = 0;
    bool hold(double computed, const std::optional<mpq_class>& exact, double bound) {
        ++all;
        if (std::isinf(bound))
            return true;
        ++finite;
        return exact && std::isfinite(computed) && bound >= 0 &&
               abs(mpq_class(computed) - *exact) <= mpq_class(bound);
    }
};

constexpr rounding deterministic_modes[] = {
    rounding::ties_to_even,   rounding::toward_zero,  rounding::toward_positive, rounding::toward_negative,
    rounding::away_from_zero, rounding::ties_to_away, rounding::ties_to_zero,    rounding::to_odd};

TEST_CASE("a priori bounds hold in all formats and modes") {
    const float_format list[] = {formats::float8_e4m3fn,
                                 formats::float8_e5m2,
                                 formats::float8_e4m3fnuz,
                                 formats::float6_e2m3fn,
                                 formats::bfloat16,
                                 formats::float16,
                                 formats::float32,
                                 formats::float64,
                                 {.exponent_bits = 8, .significand_bits = 1},
                                 {.exponent_bits = 5, .significand_bits = 6, .has_subnormals = false}};
    const auto fractions = many_fractions(halfulp_test::cases_for_effort(5, 60, 3000));
    const long deepest = halfulp_test::cases_for_effort(8L, 20L, 60L);
    checked_bounds forward, backward;
    for (const float_format& format : list)
        for (std::size_t i = 0; i < fractions.size(); ++i) {
            const rounding mode = deterministic_modes[i % std::size(deterministic_modes)];
            const dynamic_arithmetic k(format, projection{mode});
            for (long n = 0; n <= deepest; n += 1 + n / 2) {
                CAPTURE(format.exponent_bits, format.significand_bits, static_cast<int>(mode), i, n);
                const auto exact = exact_convergent(fractions[i], n);
                CHECK(forward.hold(static_cast<double>(evaluate_forward(fractions[i], n, k).value), exact,
                                   forward_error_bound(fractions[i], n, format, mode)));
                CHECK(backward.hold(static_cast<double>(evaluate_backward(fractions[i], n, k).value), exact,
                                    backward_error_bound(fractions[i], n, format, mode)));
            }
        }
    // A bound that is infinite everywhere would hold too.
    CHECK(forward.finite * 5 > forward.all * 2);
    CHECK(backward.finite * 5 > backward.all * 2);
}

TEST_CASE("stochastic roundings are within the bounds of directed ones") {
    const auto& fractions = halfulp_test::recurrence_fractions();
    for (std::size_t i = 0; i < halfulp_test::regular_fractions; ++i)
        for (unsigned seed = 0; seed < 20; ++seed) {
            const rounded_arithmetic<bfloat16> k(projection{rounding::stochastic_b, saturation::none, 8},
                                                 seed);
            checked_bounds bounds;
            CHECK(bounds.hold(
                static_cast<double>(evaluate_backward(fractions[i], 12, k).value),
                exact_convergent(fractions[i], 12),
                backward_error_bound(fractions[i], 12, formats::bfloat16, rounding::stochastic_b)));
            CHECK(bounds.hold(
                static_cast<double>(evaluate_forward(fractions[i], 12, k).value),
                exact_convergent(fractions[i], 12),
                forward_error_bound(fractions[i], 12, formats::bfloat16, rounding::stochastic_b)));
        }
}

TEST_CASE("a priori bounds are close where the recurrence is stable") {
    // The backward bound does not grow with the depth, the forward one like 6·depth·μ.
    const auto& four_over_pi = halfulp_test::recurrence_fractions()[0];
    for (const float_format& format : {formats::bfloat16, formats::float32, formats::float64}) {
        const double unit = std::ldexp(1.0, -format.precision());
        CHECK(backward_error_bound(four_over_pi, 10, format) < 2 * unit);
        CHECK(backward_error_bound(four_over_pi, 200, format) < 2 * unit);
        CHECK(forward_error_bound(four_over_pi, 10, format) < 70 * unit);
    }
    CHECK(forward_error_bound(four_over_pi, 200, formats::float64) < 2000 * 0x1p-53);
    // Directed roundings cost twice as much.
    CHECK(backward_error_bound(four_over_pi, 50, formats::float64, rounding::toward_zero) < 4 * 0x1p-53);
    CHECK(backward_error_bound(four_over_pi, 50, formats::float64, rounding::toward_zero) >
          1.9 * backward_error_bound(four_over_pi, 50, formats::float64));
    // Nothing is rounded in one case, and a_n = 1600 is too large in the other.
    CHECK(std::isinf(backward_error_bound(four_over_pi, 40, formats::float8_e4m3fn)));
    CHECK(std::isfinite(backward_error_bound(four_over_pi, 20, formats::float8_e4m3fn)));
    CHECK_THROWS_AS(backward_error_bound(four_over_pi, -1, formats::float16), std::invalid_argument);
    CHECK_THROWS_AS(forward_error_bound(four_over_pi, 1, float_format{.exponent_bits = -1}), format_error);
}

template <class T>
void check_running(const std::vector<polynomial_continued_fraction>& fractions, double least_finite) {
    const running_error_arithmetic<T> k;
    checked_bounds bounds;
    for (std::size_t i = 0; i < fractions.size(); ++i)
        for (long n = 0; n <= 24; n += 1 + n / 2) {
            CAPTURE(number_format<T>::value.precision(), i, n);
            const auto exact = exact_convergent(fractions[i], n);
            const auto check = [&](const number_with_error<T>& x, T without) {
                const double value = static_cast<double>(x.value), plain = static_cast<double>(without);
                CHECK((value == plain || (value != value && plain != plain)));
                CHECK(bounds.hold(value, exact, x.error));
            };
            check(evaluate_forward(fractions[i], n, k).value, evaluate_forward<T>(fractions[i], n).value);
            check(evaluate_backward(fractions[i], n, k).value, evaluate_backward<T>(fractions[i], n).value);
            check(evaluate_steed(fractions[i], n, k).value, evaluate_steed<T>(fractions[i], n).value);
            check(evaluate_lentz(fractions[i], n, k).value, evaluate_lentz<T>(fractions[i], n).value);
        }
    CHECK(static_cast<double>(bounds.finite) > least_finite * static_cast<double>(bounds.all));
}

TEST_CASE("running bounds hold for all four methods, and change no bit") {
    const auto fractions = many_fractions(halfulp_test::cases_for_effort(3, 40, 2000));
    check_running<float8_e4m3fn>(fractions, 0.15);
    check_running<custom_float<formats::bfloat16, projection{rounding::toward_negative}>>(fractions, 0.3);
    check_running<float>(fractions, 0.5);
    check_running<double>(fractions, 0.6);
}

TEST_CASE("a running bound is zero where nothing was rounded") {
    const polynomial_continued_fraction f{{2}, {2}, {}, {1}};  // 1 + 2/(2 + 2/(2 + …
    const auto x = evaluate_backward(f, 1, running_error_arithmetic<float>{}).value;
    CHECK(x.value == 2);
    CHECK(x.error == 0);
    CHECK(evaluate_backward(f, 9, running_error_arithmetic<float>{}).value.error > 0);
    CHECK(evaluate_backward(f, 9, running_error_arithmetic<float>{}).value.error < 2 * 0x1p-24);
}

}  // namespace
