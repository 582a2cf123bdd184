// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Forward, backward, Steed and Lentz against the same steps in MPFR, bit for bit: every precision from 2 to 53 bits
/// in eight modes, formats at compile time and at run time, and small formats with subnormals and overflow.

#include <halfulp/continued_fractions/dynamic_arithmetic.hpp>
#include <halfulp/continued_fractions/mpfr_arithmetic.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>
#include <halfulp/formats/named.hpp>

#include "recurrence_checks.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <cstring>

namespace {

using namespace halfulp;
using halfulp_test::emulated_format;
using halfulp_test::recurrence_fractions;

constexpr rounding all_modes[] = {
    rounding::ties_to_even,   rounding::toward_zero,  rounding::toward_positive, rounding::toward_negative,
    rounding::away_from_zero, rounding::ties_to_away, rounding::ties_to_zero,    rounding::to_odd};

/// Equal values, zeros of one sign, or both NaN.
bool same(double x, double y) {
    return std::isnan(x) ? std::isnan(y) : x == y && std::signbit(x) == std::signbit(y);
}

/// All four methods of an arithmetic.
template <class Arithmetic>
void check_methods(const Arithmetic& k, const emulated_format& oracle, const polynomial_continued_fraction& f,
                   long n) {
    const auto number = [](const auto& x) {
        if constexpr (requires { x.to_double(); })
            return x.to_double();
        else
            return static_cast<double>(x);
    };
    CHECK(same(number(evaluate_forward(f, n, k).value), oracle.forward(f, n).to_double()));
    CHECK(same(number(evaluate_backward(f, n, k).value), oracle.backward(f, n).to_double()));
    CHECK(same(number(evaluate_steed(f, n, k).value), oracle.steed(f, n).to_double()));
    CHECK(same(number(evaluate_lentz(f, n, k).value), oracle.lentz(f, n).to_double()));
}

const long last = halfulp_test::cases_for_effort(6L, 24L, 60L);
const std::size_t regular_fractions = 7;  // no zeros divided by, nothing that leaves 11 bits of exponent

TEST_CASE("any precision and mode chosen at run time: the steps of MPFR") {
    const int step = halfulp_test::cases_for_effort(17, 3, 1);
    for (int precision = 2; precision <= 53; precision += precision < 12 ? 1 : step)
        for (const rounding mode : all_modes) {
            const float_format format{.exponent_bits = 11, .significand_bits = precision - 1};
            const emulated_format oracle(format, mode);
            const dynamic_arithmetic k(format, projection{mode});
            for (std::size_t i = 0; i < regular_fractions; ++i)
                for (long n = 0; n <= last; n += 1 + n / 4) {
                    CAPTURE(precision, static_cast<int>(mode), i, n);
                    // At 2 and 3 bits a sum may cancel to zero: the formats differ in what follows.
                    const auto& f = recurrence_fractions()[i];
                    if (evaluate_backward(f, n, k).zero_denominators == 0 &&
                        evaluate_steed(f, n, k).zero_denominators == 0)
                        check_methods(k, oracle, f, n);
                }
        }
}

template <float_format Format, rounding Mode>
void check_type() {
    using number_type = custom_float<Format, projection{Mode}>;
    const emulated_format oracle(Format, Mode);
    for (std::size_t i = 0; i < regular_fractions; ++i)
        for (const long n : {0L, 1L, 2L, 5L, 12L}) {
            CAPTURE(Format.precision(), static_cast<int>(Mode), i, n);
            check_methods(number_arithmetic<number_type>{}, oracle, recurrence_fractions()[i], n);
        }
}
template <float_format Format>
void check_type_in_all_modes() {
    check_type<Format, rounding::ties_to_even>();
    check_type<Format, rounding::toward_zero>();
    check_type<Format, rounding::toward_positive>();
    check_type<Format, rounding::toward_negative>();
    check_type<Format, rounding::away_from_zero>();
}

TEST_CASE("types with a mode of their own: the steps of MPFR") {
    check_type_in_all_modes<formats::bfloat16>();
    check_type_in_all_modes<formats::float32>();
    check_type<formats::float64, rounding::toward_positive>();
    check_type<formats::bfloat16, rounding::to_odd>();
    check_type<formats::bfloat16, rounding::ties_to_away>();
}

TEST_CASE("float and double, at every level of the processor: the steps of MPFR") {
    const emulated_format in_double(formats::float64, rounding::ties_to_even);
    const emulated_format in_float(formats::float32, rounding::ties_to_even);
    for (const simd::isa level : {simd::isa::plain, simd::isa::avx2}) {
        const simd::scoped_level at(level);
        for (std::size_t i = 0; i < regular_fractions; ++i)
            for (long n = 0; n <= 2 * last; n += 1 + n / 3) {
                CAPTURE(static_cast<int>(level), i, n);
                check_methods(number_arithmetic<double>{}, in_double, recurrence_fractions()[i], n);
                check_methods(number_arithmetic<float>{}, in_float, recurrence_fractions()[i], n);
            }
    }
}

TEST_CASE("mpfr_arithmetic does the same steps, in all five modes") {
    constexpr std::pair<rounding, mpfr_rnd_t> modes[] = {{rounding::ties_to_even, MPFR_RNDN},
                                                         {rounding::toward_zero, MPFR_RNDZ},
                                                         {rounding::toward_positive, MPFR_RNDU},
                                                         {rounding::toward_negative, MPFR_RNDD},
                                                         {rounding::away_from_zero, MPFR_RNDA}};
    for (const auto& [mode, direction] : modes)
        for (const int precision : {2, 5, 24, 53, 113}) {
            const emulated_format oracle({.exponent_bits = 11, .significand_bits = precision - 1}, mode);
            const mpfr_arithmetic k(precision, direction);
            for (std::size_t i = 0; i < regular_fractions; ++i)
                for (const long n : {0L, 1L, 2L, 7L, 20L}) {
                    const auto& f = recurrence_fractions()[i];
                    CAPTURE(precision, static_cast<int>(mode), i, n);
                    const auto equal = [](const mpfr_real& x, const mpfr_real& y) {
                        return x.precision() == y.precision() &&
                               (mpfr_nan_p(x.get()) != 0 ? mpfr_nan_p(y.get()) != 0
                                                         : mpfr_equal_p(x.get(), y.get()) != 0);
                    };
                    CHECK(equal(evaluate_forward(f, n, k).value, oracle.forward(f, n)));
                    CHECK(equal(evaluate_backward(f, n, k).value, oracle.backward(f, n)));
                    CHECK(equal(evaluate_steed(f, n, k).value, oracle.steed(f, n)));
                    if (evaluate_lentz(f, n, k).zero_denominators == 0)  // tiny is not the format's
                        CHECK(equal(evaluate_lentz(f, n, k).value, oracle.lentz(f, n)));
                }
        }
    CHECK_THROWS_AS(mpfr_arithmetic(0), std::invalid_argument);
    CHECK_THROWS_AS(mpfr_arithmetic(10, MPFR_RNDF), std::invalid_argument);
}

TEST_CASE("small formats: subnormals, overflow, zeros, infinities, as in MPFR with their exponents") {
    const float_format small[] = {formats::float8_e5m2,
                                  formats::float8_e4m3,
                                  formats::float8_e3m4,
                                  formats::float16,
                                  float_format{.exponent_bits = 4, .significand_bits = 1},
                                  float_format{.exponent_bits = 5, .significand_bits = 9}};
    for (const float_format& format : small)
        for (const rounding mode : {rounding::ties_to_even, rounding::toward_zero, rounding::toward_positive,
                                    rounding::toward_negative, rounding::away_from_zero}) {
            const halfulp_test::exponent_range range(format);
            const emulated_format oracle(format, mode, true);
            const dynamic_arithmetic k(format, projection{mode});
            for (std::size_t i = 0; i < recurrence_fractions().size(); ++i)
                for (long n = 0; n <= last; ++n) {
                    CAPTURE(format.exponent_bits, format.significand_bits, static_cast<int>(mode), i, n);
                    check_methods(k, oracle, recurrence_fractions()[i], n);
                }
        }
}

template <class T>
void check_small_type() {
    const halfulp_test::exponent_range range(T::format);
    const emulated_format oracle(T::format, rounding::ties_to_even, true);
    for (const auto& fraction : recurrence_fractions())
        for (long n = 0; n <= 12; ++n) {
            CAPTURE(T::format.precision(), n);
            check_methods(number_arithmetic<T>{}, oracle, fraction, n);
        }
}

TEST_CASE("small types: subnormals, overflow, zeros, infinities, as in MPFR with their exponents") {
    check_small_type<float8_e5m2>();
    check_small_type<float8_e4m3>();
    check_small_type<float16>();
}

TEST_CASE("rounded_arithmetic: any mode of a type at run time, stochastic ones reproducibly") {
    for (const rounding mode : all_modes) {
        const emulated_format oracle(formats::bfloat16, mode);
        check_methods(rounded_arithmetic<bfloat16>(projection{mode}), oracle, recurrence_fractions()[0], 17);
        check_methods(rounded_arithmetic<double>(projection{mode}), emulated_format(formats::float64, mode),
                      recurrence_fractions()[2], 17);
    }
    const projection stochastic{rounding::stochastic_a, saturation::none, 16};
    const rounded_arithmetic<bfloat16> k(stochastic, 7);
    const auto& f = recurrence_fractions()[0];
    const auto once = evaluate_lentz(f, 20, k).value;
    CHECK(once == evaluate_lentz(f, 20, k).value);
    CHECK(static_cast<double>(once) ==
          static_cast<double>(
              evaluate_lentz(f, 20, dynamic_arithmetic(formats::bfloat16, stochastic, 7)).value));
    bool differs = false;
    double sum = 0;
    const int seeds = 400;
    for (int seed = 0; seed < seeds; ++seed) {
        const auto x =
            evaluate_backward(f, 20, rounded_arithmetic<bfloat16>(stochastic, static_cast<unsigned>(seed)));
        sum += static_cast<double>(x.value);
        differs = differs || !(x.value == evaluate_backward(f, 20, k).value);
    }
    CHECK(differs);
    // The last addition rounds 4/pi to 163/128 or its neighbours; the mean is far closer than one of them.
    CHECK(std::fabs(sum / seeds - 4 / 3.14159265358979) < 2e-3);
    CHECK_THROWS_AS(rounded_arithmetic<float>(projection{rounding::stochastic_a, saturation::none, 0}),
                    format_error);
}

}  // namespace
