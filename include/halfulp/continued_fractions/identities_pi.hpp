// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Identities for π and the arctangent.

#include <halfulp/continued_fractions/identity.hpp>

#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// π and the arctangent.
inline std::vector<continued_fraction_identity> identities_of_pi() {
    using enum convergence;
    return {
        {.name = "four_over_pi",
         .statement = "4/pi = 1 + 1/(3 + 4/(5 + 9/(7 + ...)))",
         .source = "Gauss's fraction of the arctangent, DLMF 4.25.4, z = 1",
         .fraction = {{0, 0, 1}, {1, 2}},
         .value = value_of([](mpfr_prec_t p) { return 4 / pi_at(p); }),
         .kind = exponential,
         .digits_a_term = 0.7656,
         .delta = -0.2025},
        {.name = "four_over_pi_minus_2",
         .statement = "4/(pi - 2) = 3 + 1*3/(5 + 2*4/(7 + 3*5/(9 + ...)))",
         .source = "Raayoni et al., The Ramanujan Machine, arXiv 1907.00205",
         .fraction = {{0, 2, 1}, {3, 2}},
         .value = value_of([](mpfr_prec_t p) { return 4 / (pi_at(p) - 2); }),
         .kind = exponential,
         .digits_a_term = 0.7656,
         .delta = -0.2027},
        {.name = "four_over_3_pi_minus_8",
         .statement = "4/(3 pi - 8) = 3 - 1*1/(6 - 2*3/(9 - 3*5/(12 - ...)))",
         .source = "Raayoni et al., The Ramanujan Machine, arXiv 1907.00205",
         .fraction = {{0, 1, -2}, {3, 3}},
         .value = value_of([](mpfr_prec_t p) { return 4 / (3 * pi_at(p) - 8); }),
         .kind = exponential,
         .digits_a_term = 0.3010},
        {.name = "two_over_pi",
         .statement = "2/pi = 1 - 1*1/(4 - 2*3/(7 - 3*5/(10 - ...)))",
         .source = "Raayoni et al., The Ramanujan Machine, arXiv 1907.00205",
         .fraction = {{0, 1, -2}, {1, 3}},
         .value = value_of([](mpfr_prec_t p) { return 2 / pi_at(p); }),
         .kind = exponential,
         .digits_a_term = 0.3010,
         .delta = -0.651},
        {.name = "three_sqrt3_over_pi",
         .statement = "3 sqrt 3/pi = 1 + 3/(3 + 12/(5 + 27/(7 + ...)))",
         .source = "Gauss's fraction of the arctangent, DLMF 4.25.4, z = sqrt 3",
         .fraction = {{0, 0, 3}, {1, 2}},
         .value = value_of([](mpfr_prec_t p) { return 3 * sqrt_at(3, p) / pi_at(p); }),
         .kind = exponential,
         .digits_a_term = 0.4771,
         .delta = -0.474},
        {.name = "two_sqrt3_over_pi",
         .statement = "2 sqrt 3/pi = 1 + 1/(9 + 12/(15 + 27/(21 + ...)))",
         .source = "Gauss's fraction of the arctangent, DLMF 4.25.4, z = 1/sqrt 3",
         .fraction = {{0, 0, 3}, {3, 6}, {1}, {1}},
         .value = value_of([](mpfr_prec_t p) { return 2 * sqrt_at(3, p) / pi_at(p); }),
         .kind = exponential,
         .digits_a_term = 1.1439},
        {.name = "arctan_half",
         .statement = "1/arctan(1/2) = 2 + 1/(6 + 4/(10 + 9/(14 + ...)))",
         .source = "Gauss's fraction of the arctangent, DLMF 4.25.4, z = 1/2",
         .fraction = {{0, 0, 1}, {2, 4}},
         .value = value_of([](mpfr_prec_t p) {
             return arctan_of({1, 2, p});
         }),
         .kind = exponential,
         .digits_a_term = 1.2539,
         .map = {0, 1, 1, 0}},
        {.name = "arctan_fifth",
         .statement = "1/arctan(1/5) = 5 + 1/(15 + 4/(25 + 9/(35 + ...)))",
         .source = "Gauss's fraction of the arctangent, DLMF 4.25.4, z = 1/5",
         .fraction = {{0, 0, 1}, {5, 10}},
         .value = value_of([](mpfr_prec_t p) {
             return arctan_of({1, 5, p});
         }),
         .kind = exponential,
         .digits_a_term = 2.0086,
         .map = {0, 1, 1, 0}},
        {.name = "arctan_239th",
         .statement = "1/arctan(1/239) = 239 + 1/(717 + 4/(1195 + ...))",
         .source = "Gauss's fraction of the arctangent, DLMF 4.25.4, z = 1/239",
         .fraction = {{0, 0, 1}, {239, 478}},
         .value = value_of([](mpfr_prec_t p) {
             return arctan_of({1, 239, p});
         }),
         .kind = exponential,
         .digits_a_term = 5.3589,
         .map = {0, 1, 1, 0}},
        {.name = "brouncker",
         .statement = "4/pi = 1 + 1/(2 + 9/(2 + 25/(2 + ...)))",
         .source = "Lord Brouncker, in Wallis, Arithmetica infinitorum, 1656",
         .fraction = {{1, -4, 4}, {2}, {}, {1}},
         .value = value_of([](mpfr_prec_t p) { return 4 / pi_at(p); }),
         .kind = polynomial,
         .digits = 4},
        {.name = "brouncker_3",
         .statement = "pi = 3 + 1/(6 + 9/(6 + 25/(6 + ...)))",
         .source = "Lord Brouncker's b(3), in Wallis, Arithmetica infinitorum, 1656; Lange 1999",
         .fraction = {{1, -4, 4}, {6}, {}, {3}},
         .value = value_of([](mpfr_prec_t p) { return pi_at(p); }),
         .kind = polynomial,
         .digits = 12},
        {.name = "pi_plus_3",
         .statement = "pi + 3 = 6 + 1/(6 + 9/(6 + 25/(6 + ...)))",
         .source = "Lord Brouncker's b(3), in Wallis, Arithmetica infinitorum, 1656; Lange 1999",
         .fraction = {{1, -4, 4}, {6}},
         .value = value_of([](mpfr_prec_t p) { return pi_at(p) + 3; }),
         .kind = polynomial,
         .digits = 13},
        {.name = "brouncker_5",
         .statement = "16/pi = 5 + 1/(10 + 9/(10 + 25/(10 + ...)))",
         .source = "Lord Brouncker's b(5), in Wallis, Arithmetica infinitorum, 1656",
         .fraction = {{1, -4, 4}, {10}, {}, {5}},
         .value = value_of([](mpfr_prec_t p) { return 16 / pi_at(p); }),
         .kind = polynomial,
         .digits = 20},
        {.name = "brouncker_9",
         .statement = "256/(9 pi) = 9 + 1/(18 + 9/(18 + 25/(18 + ...)))",
         .source = "Lord Brouncker's b(9), in Wallis, Arithmetica infinitorum, 1656",
         .fraction = {{1, -4, 4}, {18}, {}, {9}},
         .value = value_of([](mpfr_prec_t p) { return 256 / (9 * pi_at(p)); }),
         .kind = polynomial,
         .digits = 35},
        {.name = "half_pi",
         .statement = "pi/2 = 1 + 1/(1 + 1*2/(1 + 2*3/(1 + 3*4/(1 + ...))))",
         .source = "Euler, De fractionibus continuis observationes, 1739",
         .fraction = {{0, -1, 1}, {1}, {1}},
         .value = value_of([](mpfr_prec_t p) { return pi_at(p) / 2; }),
         .kind = polynomial,
         .digits = 4},
        {.name = "two_over_4_minus_pi",
         .statement = "2/(4 - pi) = 2 + 1/(2 + 4/(2 + 9/(2 + ...)))",
         .source = "Stieltjes, Sur quelques integrales definies, 1890: (psi((x + 3)/4) - psi((x + 1)/4))/2 "
                   "at x = 2",
         .fraction = {{0, 0, 1}, {2}},
         .value = value_of([](mpfr_prec_t p) { return 2 / (4 - pi_at(p)); }),
         .kind = polynomial,
         .digits = 8},
    };
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
