// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The fractions, formats and modes of the example, and one measurement: what an evaluation gives beside the exact
/// convergent of the same depth, in units of one rounding.

#include <halfulp/continued_fractions/dynamic_arithmetic.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>
#include <halfulp/continued_fractions/recurrence_error.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

namespace examples {

using namespace halfulp;

struct named_fraction {
    const char* name;
    const char* elements;
    polynomial_continued_fraction fraction;
};
inline const std::vector<named_fraction>& rounded_fractions() {
    static const std::vector<named_fraction> list{
        {"4/pi", "b = 2n + 1, a = n^2", {{0, 0, 1}, {1, 2}}},
        {"e", "b = n + 3, a = -n", {{0, -1}, {3, 1}}},
        {"2/log2", "b = 6n + 3, a = -n^2", {{0, 0, -1}, {3, 6}}},
        {"sqrt2", "b = 1, 2, 2, ..., a = 1", {{1}, {2}, {}, {1}}},
        {"slow", "4/pi by b = 1, 2, 2, ..., a = (2n - 1)^2", {{1, -4, 4}, {2}, {}, {1}}},
        {"bessel", "10 J_0(10)/J_1(10): b = 2n + 2, a = -100", {{-100}, {2, 2}}},
    };
    return list;
}

struct named_format {
    const char* name;
    float_format format;
};
inline constexpr named_format rounded_formats[] = {
    {"e4m3", formats::float8_e4m3fn}, {"e5m2", formats::float8_e5m2}, {"float16", formats::float16},
    {"bfloat16", formats::bfloat16},  {"float32", formats::float32},  {"float64", formats::float64},
};

struct named_mode {
    const char* name;
    rounding mode;
};
inline constexpr named_mode rounded_modes[] = {
    {"ties to even", rounding::ties_to_even},     {"ties to away", rounding::ties_to_away},
    {"ties to zero", rounding::ties_to_zero},     {"toward zero", rounding::toward_zero},
    {"toward +inf", rounding::toward_positive},   {"toward -inf", rounding::toward_negative},
    {"away from zero", rounding::away_from_zero}, {"to odd", rounding::to_odd},
    {"stochastic", rounding::stochastic_a},
};

inline constexpr const char* method_names[] = {"forward", "backward", "Steed", "Lentz"};
inline constexpr std::size_t methods = std::size(method_names);

/// The exact convergent; its denominator is not zero in these fractions.
inline mpq_class exact_convergent(const polynomial_continued_fraction& f, long depth) {
    return evaluate_forward<mpq_class>(f, depth).value;
}

/// One evaluation: (Ĉ − C)/(u·|C|), u = 2^-p, and the n at which it left the format, or −1.
struct rounded_value {
    double error = std::numeric_limits<double>::quiet_NaN();
    long lost_at = -1;
};
inline double in_roundings(const mpq_class& gap, const mpq_class& exact, const float_format& format) {
    const mpq_class ratio = gap / abs(exact);
    return std::ldexp(ratio.get_d(), format.precision());
}

inline std::array<rounded_value, methods> measure(const polynomial_continued_fraction& f, long depth,
                                                  const float_format& format, rounding mode) {
    const dynamic_arithmetic k(format, projection{mode}, 2024);
    const std::array<recurrence_result<dynamic_float>, methods> results{
        evaluate_forward(f, depth, k), evaluate_backward(f, depth, k), evaluate_steed(f, depth, k),
        evaluate_lentz(f, depth, k)};
    const mpq_class exact = exact_convergent(f, depth);
    std::array<rounded_value, methods> measured;
    for (std::size_t i = 0; i < methods; ++i) {
        const double value = static_cast<double>(results[i].value);
        measured[i].lost_at = results[i].first_not_finite;
        if (std::isfinite(value))
            measured[i].error = in_roundings(mpq_class(value) - exact, exact, format);
    }
    return measured;
}

/// Decimal digits lost by an error of so many roundings; none by one of at most one rounding.
inline double digits_lost(double roundings) {
    return std::max(0.0, std::log10(std::fabs(roundings)));
}

/// The a priori bounds of the forward and the backward recurrence, in roundings; infinite where there is none.
struct a_priori {
    double forward, backward;
};
inline a_priori bounds(const polynomial_continued_fraction& f, long depth, const float_format& format,
                       rounding mode) {
    const mpq_class exact = exact_convergent(f, depth);
    const auto scaled = [&](double bound) {
        return std::isinf(bound) ? bound : in_roundings(mpq_class(bound), exact, format);
    };
    return {scaled(forward_error_bound(f, depth, format, mode)),
            scaled(backward_error_bound(f, depth, format, mode))};
}

}  // namespace examples
