// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Forward, backward, Steed and Lentz against the same steps in MPFR, bit for bit: every precision from 2 to 53 bits
/// in eight modes, and small formats with subnormals and overflow. Types are in recurrence_methods_types.cpp.

#include <halfulp/continued_fractions/dynamic_arithmetic.hpp>
#include <halfulp/continued_fractions/mpfr_arithmetic.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>

#include "recurrence_checks.hpp"
#include "support/catch.hpp"

#include <utility>

namespace {

using namespace halfulp;
using halfulp_test::check_methods;
using halfulp_test::emulated_format;
using halfulp_test::emulated_modes;
using halfulp_test::recurrence_fractions;
using halfulp_test::regular_fractions;

const long last = halfulp_test::cases_for_effort(6L, 24L, 60L);

TEST_CASE("any precision and mode chosen at run time: the steps of MPFR") {
    const int step = halfulp_test::cases_for_effort(17, 3, 1);
    for (int precision = 2; precision <= 53; precision += precision < 12 ? 1 : step)
        for (const rounding mode : emulated_modes) {
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

}  // namespace
