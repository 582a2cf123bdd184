// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// ilogb, frexp, ldexp and rounding to an integer, every value of a type, against the reference.

#include "support/values.hpp"

#include <climits>

namespace halfulp_test {

using namespace halfulp;

/// v rounded to an integer, from the definitions of the modes; exact in double below 2^52.
inline double integer_by_definition(double v, rounding mode) {
    const double magnitude = std::fabs(v);
    const double low = std::floor(magnitude);
    const double distance = magnitude - low;
    const bool odd = std::fmod(low, 2) != 0;
    bool away = false;
    switch (mode) {
        case rounding::ties_to_even:
            away = distance > 0.5 || (distance == 0.5 && odd);
            break;
        case rounding::ties_to_away:
            away = distance >= 0.5;
            break;
        case rounding::ties_to_zero:
            away = distance > 0.5;
            break;
        case rounding::toward_positive:
            away = distance > 0 && v > 0;
            break;
        case rounding::toward_negative:
            away = distance > 0 && v < 0;
            break;
        case rounding::away_from_zero:
            away = distance > 0;
            break;
        case rounding::to_odd:
            away = distance > 0 && !odd;
            break;
        default:
            break;
    }
    return std::copysign(low + (away ? 1 : 0), v);
}

template <class T>
void check_exponents(tally& t, const code_and_value<T>& x) {
    const bool has_exponent = std::isfinite(x.value) && x.value != 0;
    const int expected = has_exponent ? std::ilogb(x.value) : x.value == 0 ? INT_MIN : INT_MAX;
    expect_result(t, ilogb(x.number) == expected, "ilogb", x.number, x.number);

    const auto parts = frexp(x.number);
    if (has_exponent) {
        const int exponent = expected + 1;
        const auto fraction =
            reference::round(exact_value(std::ldexp(x.value, -exponent)), T::format, T::default_projection);
        expect_result(t, parts.exponent == exponent && uint128{parts.fraction.to_bits()} == fraction.code,
                      "frexp", x.number, parts.fraction);
    } else {
        expect_result(t, parts.exponent == 0 && parts.fraction.to_bits() == x.number.to_bits(), "frexp",
                      x.number, parts.fraction);
    }
}

template <class T>
void check_scaling(tally& t, const code_and_value<T>& x, int exponent, const projection& p) {
    exact_value scaled = reference::decode(T::format, uint128{x.code});
    if (scaled.is_finite() && !scaled.is_zero())
        scaled = exact_value::rational(
            scaled.is_negative(),
            {scaled.magnitude().numerator, reference::natural(1), scaled.magnitude().exponent + exponent});
    const auto expected = reference::round(scaled, T::format, p);
    const auto got = ldexp<with_status<T>>(x.number, exponent, p);
    expect_result(t, uint128{got.value.to_bits()} == expected.code && got.flags == expected.flags, "ldexp",
                  x.number, got.value);
}

template <class T>
void check_integers(tally& t, const code_and_value<T>& x, const projection& p) {
    const T got = nearbyint(x.number, p);
    if (!std::isfinite(x.value) || x.value == 0 || std::floor(x.value) == x.value) {
        expect_result(t, got.to_bits() == x.number.to_bits(), "nearbyint", x.number, got);
        return;
    }
    // An integer that the format lacks is rounded to it: only formats without most integers lack one.
    const auto expected = reference::round(exact_value(integer_by_definition(x.value, p.mode)), T::format,
                                           {rounding::ties_to_even, p.overflow});
    expect_result(t, uint128{got.to_bits()} == expected.code, name_of(p).c_str(), x.number, got);
    if (p.overflow == saturation::none) {
        const T again = p.mode == rounding::toward_negative   ? floor(x.number)
                        : p.mode == rounding::toward_positive ? ceil(x.number)
                        : p.mode == rounding::toward_zero     ? trunc(x.number)
                        : p.mode == rounding::ties_to_even    ? nearbyint(x.number)
                                                              : got;
        expect_result(t, again.to_bits() == got.to_bits(), "floor, ceil, trunc", x.number, again);
    }
}

template <class T>
void check_exponents_and_integers() {
    tally t(name_of(T::format) + ", every value: ilogb, frexp, ldexp, nearbyint in 24 projections");
    constexpr bool wide = T::format.bits() > 8;
    int exponent = 0;
    for (const auto& x : all_codes<T>()) {
        check_exponents(t, x);
        for (const projection& p : deterministic_projections()) {
            check_integers(t, x, p);
            // All shifts over the format's range in turn; a 16-bit type meets each many times.
            const int range = T::format.maximum_exponent() - T::format.minimum_quantum_exponent() + 4;
            for (int i = 0; i < (wide ? 1 : cases_for_effort(2, 20, 200)); ++i) {
                exponent = (exponent + 1) % (2 * range + 1);
                check_scaling(t, x, exponent - range, p);
            }
        }
        for (int far : {INT_MIN, INT_MIN + 1, -100000, 100000, INT_MAX - 1, INT_MAX})
            check_scaling(t, x, far, {});
    }
    require(t);
}

}  // namespace halfulp_test
