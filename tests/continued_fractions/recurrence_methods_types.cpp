// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Forward, backward, Steed and Lentz in types with a mode of their own against the same steps in MPFR; types with a mode
/// chosen at run time, also a stochastic one.

#include <halfulp/continued_fractions/dynamic_arithmetic.hpp>
#include <halfulp/formats/named.hpp>

#include "recurrence_checks.hpp"
#include "support/catch.hpp"

#include <cmath>

namespace {

using namespace halfulp;
using halfulp_test::check_methods;
using halfulp_test::emulated_format;
using halfulp_test::emulated_modes;
using halfulp_test::recurrence_fractions;
using halfulp_test::regular_fractions;

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
TEST_CASE("types with a mode of their own: the steps of MPFR") {
    check_type<formats::bfloat16, rounding::ties_to_even>();
    check_type<formats::bfloat16, rounding::toward_negative>();
    check_type<formats::bfloat16, rounding::to_odd>();
    check_type<formats::float64, rounding::toward_positive>();
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
    for (const rounding mode : emulated_modes) {
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
