// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What an identity of the table is: a continued fraction, the number that it is said to be, and that
/// number by other means.

#include <halfulp/continued_fractions/identity_values.hpp>
#include <halfulp/continued_fractions/moebius_map.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>

#include <limits>
#include <string>

namespace halfulp {
inline namespace v0 {

/// map(C) = value, for the fraction C.
struct continued_fraction_identity {
    std::string name;                        ///< "four_over_pi"
    std::string statement;                   ///< "4/pi = 1 + 1/(3 + 4/(5 + 9/(7 + ...)))"
    std::string source;                      ///< author, work, year or equation
    polynomial_continued_fraction fraction;  ///< C
    reference_value value;                   ///< map(C) by MPFR's functions, without the fraction
    convergence kind;                        ///< how C converges
    /// Decimal digits that the first 10,000 convergents prove, 80 where they prove more.
    long digits = 80;
    /// log10 |λ_max/λ_min| where the kind is exponential, else 0.
    double digits_a_term = 0;
    /// δ of |C − p/q| = q^-(1 + δ) for reduced convergents p/q of a depth of 1000 or so, where it
    /// was measured; NaN where it was not.
    double delta = std::numeric_limits<double>::quiet_NaN();
    moebius_map map = {};  ///< the identity map unless stated
};

}  // namespace v0
}  // namespace halfulp
