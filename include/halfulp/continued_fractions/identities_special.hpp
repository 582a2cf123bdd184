// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Identities for values of ζ and other Dirichlet series, and for special functions.

#include <halfulp/continued_fractions/identity.hpp>

#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// ζ(2), ζ(3), Catalan's constant and a relative.
inline std::vector<continued_fraction_identity> identities_of_zeta() {
    using enum convergence;
    return {
        {.name = "five_over_zeta2",
         .statement = "5/zeta(2) = 3 + 1/(25 + 16/(69 + 81/(135 + ...)))",
         .source = "Apery, Irrationalite de zeta(2) et zeta(3), Asterisque 61, 1979",
         .fraction = {{0, 0, 0, 0, 1}, {3, 11, 11}},
         .value = value_of([](mpfr_prec_t p) { return 5 / zeta_at(2, p); }),
         .kind = exponential,
         .digits_a_term = 2.0899,
         .delta = 0.0968},
        {.name = "twenty_four_over_pi_squared",
         .statement = "24/pi^2 = 2 + 8*1/(2 + 7*1*2 + 8*16/(2 + 7*2*3 + ...))",
         .source = "Raayoni et al., The Ramanujan Machine, arXiv 1907.00205; Franel's numbers in Zagier, "
                   "Integral solutions of Apery-like recurrence equations, 2009",
         .fraction = {{0, 0, 0, 0, 8}, {2, 7, 7}},
         .value = value_of([](mpfr_prec_t p) { return 24 / square(pi_at(p)); }),
         .kind = exponential,
         .digits_a_term = 0.9031},
        {.name = "eight_over_pi_squared",
         .statement = "8/pi^2 = 1 - 1/(7 - 24/(19 - 135/(37 - ...))), a_n = -n^3 (2n - 1)",
         .source = "Raayoni et al., The Ramanujan Machine, arXiv 1907.00205",
         .fraction = {{0, 0, 0, 1, -2}, {1, 3, 3}},
         .value = value_of([](mpfr_prec_t p) { return 8 / square(pi_at(p)); }),
         .kind = exponential,
         .digits_a_term = 0.3010},
        {.name = "one_over_zeta2_slow",
         .statement = "1/zeta(2) = 1 - 1/(5 - 16/(13 - 81/(25 - ...)))",
         .source = "Euler's fraction of 1 + 1/4 + 1/9 + ..., 1748",
         .fraction = {{0, 0, 0, 0, -1}, {1, 2, 2}},
         .value = value_of([](mpfr_prec_t p) { return 1 / zeta_at(2, p); }),
         .kind = polynomial,
         .digits = 4},
        {.name = "two_over_zeta2_slow",
         .statement = "2/zeta(2) = 1 + 1/(3 + 16/(5 + 81/(7 + ...)))",
         .source = "Stieltjes, Sur quelques integrales definies, 1890: 2/psi'((x + 1)/2) at x = 1",
         .fraction = {{0, 0, 0, 0, 1}, {1, 2}},
         .value = value_of([](mpfr_prec_t p) { return 2 / zeta_at(2, p); }),
         .kind = polynomial,
         .digits = 7},
        {.name = "four_over_pi_squared_minus_8",
         .statement = "4/(pi^2 - 8) = 2 + 1/(6 + 16/(10 + 81/(14 + ...)))",
         .source = "Stieltjes, Sur quelques integrales definies, 1890: 2/psi'((x + 1)/2) at x = 2",
         .fraction = {{0, 0, 0, 0, 1}, {2, 4}},
         .value = value_of([](mpfr_prec_t p) { return 4 / (square(pi_at(p)) - 8); }),
         .kind = polynomial,
         .digits = 15},
        {.name = "six_over_zeta3",
         .statement = "6/zeta(3) = 5 - 1/(117 - 64/(535 - 729/(1463 - ...)))",
         .source = "Apery, Irrationalite de zeta(2) et zeta(3), Asterisque 61, 1979",
         .fraction = {{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}},
         .value = value_of([](mpfr_prec_t p) { return 6 / zeta_at(3, p); }),
         .kind = exponential,
         .digits_a_term = 3.0622,
         .delta = 0.0805},
        {.name = "eight_over_7_zeta3",
         .statement = "8/(7 zeta(3)) = 1*1 - 1/(3*7 - 64/(5*19 - 729/(7*37 - ...)))",
         .source = "Raayoni et al., The Ramanujan Machine, arXiv 1907.00205",
         .fraction = {{0, 0, 0, 0, 0, 0, -1}, {1, 5, 9, 6}},
         .value = value_of([](mpfr_prec_t p) { return 8 / (7 * zeta_at(3, p)); }),
         .kind = exponential,
         .digits_a_term = 1.5311,
         .delta = -0.424},
        {.name = "twelve_over_7_zeta3",
         .statement = "12/(7 zeta(3)) = 1*2 - 16*1/(3*12 - 16*64/(5*32 - 16*729/(7*62 - ...)))",
         .source = "Raayoni et al., The Ramanujan Machine, arXiv 1907.00205",
         .fraction = {{0, 0, 0, 0, 0, 0, -16}, {2, 9, 15, 10}},
         .value = value_of([](mpfr_prec_t p) { return 12 / (7 * zeta_at(3, p)); }),
         .kind = exponential,
         .digits_a_term = 0.6021},
        {.name = "one_over_zeta3_slow",
         .statement = "1/zeta(3) = 1 - 1/(9 - 64/(35 - 729/(91 - ...)))",
         .source = "Euler's fraction of 1 + 1/8 + 1/27 + ..., 1748",
         .fraction = {{0, 0, 0, 0, 0, 0, -1}, {1, 3, 3, 2}},
         .value = value_of([](mpfr_prec_t p) { return 1 / zeta_at(3, p); }),
         .kind = polynomial,
         .digits = 8},
        {.name = "two_over_catalan",
         .statement = "2/G = 4 - 32/(28 - 32*16/(76 - 32*81/(148 - ...)))",
         .source = "Zagier, Integral solutions of Apery-like recurrence equations, 2009, sequence E",
         .fraction = {{0, 0, 0, 0, -32}, {4, 12, 12}},
         .value = value_of([](mpfr_prec_t p) { return 2 / catalan_at(p); }),
         .kind = exponential,
         .digits_a_term = 0.3010},
        {.name = "one_over_2_catalan",
         .statement = "1/(2 G) = 1 - 2/(7 - 32/(19 - 162/(37 - ...)))",
         .source = "Raayoni et al., The Ramanujan Machine, arXiv 1907.00205",
         .fraction = {{0, 0, 0, 0, -2}, {1, 3, 3}},
         .value = value_of([](mpfr_prec_t p) { return 1 / (2 * catalan_at(p)); }),
         .kind = exponential,
         .digits_a_term = 0.3010},
        {.name = "two_over_2_catalan_minus_1",
         .statement = "2/(2 G - 1) = 3 - 6/(13 - 64/(29 - 270/(51 - ...)))",
         .source = "Raayoni et al., The Ramanujan Machine, arXiv 1907.00205",
         .fraction = {{0, 0, 0, -4, -2}, {3, 7, 3}},
         .value = value_of([](mpfr_prec_t p) { return 2 / (2 * catalan_at(p) - 1); }),
         .kind = exponential,
         .digits_a_term = 0.3010},
        {.name = "one_over_catalan_slow",
         .statement = "1/G = 1 + 1/(8 + 81/(16 + 625/(24 + ...)))",
         .source = "Stieltjes's fraction of psi', Recherches sur les fractions continues, 1894",
         .fraction = {{1, -8, 24, -32, 16}, {0, 8}, {}, {1}},
         .value = value_of([](mpfr_prec_t p) { return 1 / catalan_at(p); }),
         .kind = polynomial,
         .digits = 8},
        {.name = "two_over_dirichlet_l_3",
         .statement = "2/L(2, chi_-3) = 3 - 9/(23 - 9*16/(63 - 9*81/(123 - ...))), L(2, chi_-3) = 1 - 1/4 + "
                      "1/16 - 1/25 + ...",
         .source = "Zagier, Integral solutions of Apery-like recurrence equations, 2009, sequence C",
         .fraction = {{0, 0, 0, 0, -9}, {3, 10, 10}},
         .value = value_of([](mpfr_prec_t p) { return 2 / dirichlet_l_3_at_2(p); }),
         .kind = exponential,
         .digits_a_term = 0.9542},
        {.name = "eight_over_5_dirichlet_l_3",
         .statement = "8/(5 L(2, chi_-3)) = 6 - 72/(40 - 72*16/(108 - ...))",
         .source = "Zagier, Integral solutions of Apery-like recurrence equations, 2009, sequence F",
         .fraction = {{0, 0, 0, 0, -72}, {6, 17, 17}},
         .value = value_of([](mpfr_prec_t p) { return 8 / (5 * dirichlet_l_3_at_2(p)); }),
         .kind = exponential,
         .digits_a_term = 0.0512},
    };
}

/// Bessel functions, Γ, the error function, incomplete Γ.
inline std::vector<continued_fraction_identity> identities_of_special_functions() {
    using enum convergence;
    return {
        {.name = "bessel_i0_i1_at_2",
         .statement = "I_0(2)/I_1(2) = 1 + 1/(2 + 1/(3 + 1/(4 + ...)))",
         .source = "DLMF 10.33.1",
         .fraction = {{1}, {1, 1}},
         .value = value_of([](mpfr_prec_t p) {
             return hypergeometric_0f1(1, 1, 1, 1, p) / hypergeometric_0f1(2, 1, 1, 1, p);
         }),
         .kind = factorial},
        {.name = "bessel_j0_j1_at_2",
         .statement = "J_0(2)/J_1(2) = 1 - 1/(2 - 1/(3 - 1/(4 - ...)))",
         .source = "DLMF 10.10.1",
         .fraction = {{-1}, {1, 1}},
         .value = value_of([](mpfr_prec_t p) {
             return hypergeometric_0f1(1, 1, -1, 1, p) / hypergeometric_0f1(2, 1, -1, 1, p);
         }),
         .kind = factorial},
        {.name = "bessel_i0_i1_at_1",
         .statement = "I_0(1)/I_1(1) = 2 + 1/(4 + 1/(6 + 1/(8 + ...)))",
         .source = "DLMF 10.33.1",
         .fraction = {{1}, {2, 2}},
         .value = value_of([](mpfr_prec_t p) {
             return 2 * hypergeometric_0f1(1, 1, 1, 4, p) / hypergeometric_0f1(2, 1, 1, 4, p);
         }),
         .kind = factorial},
        {.name = "bessel_j0_j1_at_1",
         .statement = "J_0(1)/J_1(1) = 2 - 1/(4 - 1/(6 - 1/(8 - ...)))",
         .source = "DLMF 10.10.1",
         .fraction = {{-1}, {2, 2}},
         .value = value_of([](mpfr_prec_t p) {
             return 2 * hypergeometric_0f1(1, 1, -1, 4, p) / hypergeometric_0f1(2, 1, -1, 4, p);
         }),
         .kind = factorial},
        {.name = "bessel_i1_i2_at_2",
         .statement = "I_1(2)/I_2(2) = 2 + 1/(3 + 1/(4 + 1/(5 + ...)))",
         .source = "DLMF 10.33.1",
         .fraction = {{1}, {2, 1}},
         .value = value_of([](mpfr_prec_t p) {
             return 2 * hypergeometric_0f1(2, 1, 1, 1, p) / hypergeometric_0f1(3, 1, 1, 1, p);
         }),
         .kind = factorial},
        {.name = "bessel_progression_3",
         .statement = "I_(-2/3)(2/3)/I_(1/3)(2/3) = 1 + 1/(4 + 1/(7 + 1/(10 + ...)))",
         .source = "DLMF 10.33.1; D. H. Lehmer, Continued fractions containing arithmetic progressions, 1973",
         .fraction = {{1}, {1, 3}},
         .value = value_of([](mpfr_prec_t p) {
             return hypergeometric_0f1(1, 3, 1, 9, p) / hypergeometric_0f1(4, 3, 1, 9, p);
         }),
         .kind = factorial},
        {.name = "lemniscate",
         .statement = "2/(pi G) = 1 - 1/(5 - 6/(9 - 15/(13 - ...))), G = 1/agm(1, sqrt 2)",
         .source = "Raayoni et al., The Ramanujan Machine, arXiv 1907.00205, and its tables",
         .fraction = {{0, 1, -2}, {1, 4}},
         .value = value_of([](mpfr_prec_t p) { return 2 / (pi_at(p) * gauss_constant_at(p)); }),
         .kind = exponential,
         .digits_a_term = 0.7656,
         .delta = -0.129},
        {.name = "brouncker_2",
         .statement = "(Gamma(1/4)/Gamma(3/4))^2/4 = 2 + 1/(4 + 9/(4 + 25/(4 + ...)))",
         .source = "Lord Brouncker's b(2), in Wallis, Arithmetica infinitorum, 1656; Stieltjes 1891",
         .fraction = {{1, -4, 4}, {4}, {}, {2}},
         .value = value_of([](mpfr_prec_t p) {
             return square(gamma_of({1, 4, p}) / gamma_of({3, 4, p})) / 4;
         }),
         .kind = polynomial,
         .digits = 8},
        {.name = "mills_1",
         .statement = "1/(sqrt(pi e/2) erfc(1/sqrt 2)) = 1 + 1/(1 + 2/(1 + 3/(1 + ...)))",
         .source = "Laplace, Traite de mecanique celeste IV, 1805; DLMF 7.9.1",
         .fraction = {{0, 1}, {1}},
         .value = value_of([](mpfr_prec_t p) {
             return 1 / (sqrt_of(pi_at(p) * e_at(p) / 2) * erfc_of(1 / sqrt_at(2, p)));
         }),
         .kind = polynomial},
        {.name = "mills_3",
         .statement = "1/(sqrt(pi/2) e^(9/2) erfc(3/sqrt 2)) = 3 + 1/(3 + 2/(3 + 3/(3 + ...)))",
         .source = "Laplace, Traite de mecanique celeste IV, 1805; DLMF 7.9.1",
         .fraction = {{0, 1}, {3}},
         .value = value_of([](mpfr_prec_t p) {
             return 1 / (sqrt_of(pi_at(p) / 2) * exp_of({9, 2, p}) * erfc_of(3 / sqrt_at(2, p)));
         }),
         .kind = polynomial},
        {.name = "erfc_1",
         .statement = "2/(sqrt pi e erfc 1) = 2 + 2/(2 + 4/(2 + 6/(2 + ...)))",
         .source = "Laplace, Traite de mecanique celeste IV, 1805; DLMF 7.9.1",
         .fraction = {{0, 2}, {2}},
         .value = value_of([](mpfr_prec_t p) {
             return 2 / (sqrt_of(pi_at(p)) * e_at(p) * erfc_of({1, p}));
         }),
         .kind = polynomial},
        {.name = "erf_1",
         .statement = "2/(sqrt pi e erf 1) = 1 - 2/(5 - 6/(7 - 10/(9 - ...)))",
         .source = "the incomplete gamma function gamma(1/2, 1), Kummer's M(1; 3/2; 1); Cuyt et al., "
                   "Handbook of Continued Fractions for Special Functions, 2008",
         .fraction = {{2, -4}, {3, 2}, {}, {1}},
         .value = value_of([](mpfr_prec_t p) {
             return 2 / (sqrt_of(pi_at(p)) * e_at(p) * erf_of({1, p}));
         }),
         .kind = factorial},
        {.name = "dawson_1",
         .statement = "1/F(1) = 3 - 4/(5 - 8/(7 - 12/(9 - ...))), F Dawson's integral",
         .source = "Kummer's M(1; 3/2; -1); Cuyt et al., Handbook of Continued Fractions for Special "
                   "Functions, 2008",
         .fraction = {{0, -4}, {3, 2}},
         .value = value_of([](mpfr_prec_t p) { return 1 / dawson_at_1(p); }),
         .kind = factorial},
        {.name = "gompertz",
         .statement = "1/(e E_1(1)) = 2 - 1/(4 - 4/(6 - 9/(8 - ...)))",
         .source = "Stieltjes, Recherches sur les fractions continues, 1894; the even part of DLMF 6.9.1",
         .fraction = {{0, 0, -1}, {2, 2}},
         .value = value_of([](mpfr_prec_t p) { return 1 / (e_at(p) * e1_at(1, p)); }),
         .kind = polynomial},
        {.name = "exponential_integral_2",
         .statement = "1/(e^2 E_1(2)) = 3 - 1/(5 - 4/(7 - 9/(9 - ...)))",
         .source = "Stieltjes, Recherches sur les fractions continues, 1894; the even part of DLMF 6.9.1",
         .fraction = {{0, 0, -1}, {3, 2}},
         .value = value_of([](mpfr_prec_t p) { return 1 / (square(e_at(p)) * e1_at(2, p)); }),
         .kind = polynomial},
    };
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
