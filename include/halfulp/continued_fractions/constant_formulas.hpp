// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Formulas for constants: continued fractions, and hypergeometric series as the continued fractions that they are by
/// Euler's transformation. How the constant is read off, and the source.

#include <halfulp/continued_fractions/moebius_map.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>

#include <gmpxx.h>

#include <string>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// A constant x = radicand^(1/root)·(p·C + q)/(r·C + s) for a continued fraction C, times another constant if one is named.
struct constant_formula {
    std::string statement;                   ///< what the fraction is equal to, and its elements
    std::string source;                      ///< who found it
    polynomial_continued_fraction fraction;  ///< C
    moebius_map map{};                       ///< x from C
    mpz_class radicand = 1;
    unsigned root = 2;
    std::string times{};  ///< the name of a constant, or nothing
};

namespace constants {
namespace detail {

/// Σ_{k ≥ 0} c_k with c_0 = first and c_k/c_{k-1} = p(k)·w(k)/(q(k)·w(k − 1)).
inline polynomial_continued_fraction series(const mpq_class& first, const integer_polynomial& p,
                                            const integer_polynomial& q, const integer_polynomial& w = {1}) {
    mpq_class c = first;
    c.canonicalize();
    return polynomial_continued_fraction::from_hypergeometric_series(c, p, q, w);
}

inline integer_polynomial power(const integer_polynomial& p, int exponent) {
    integer_polynomial result{1};
    for (int i = 0; i < exponent; ++i)
        result = result * p;
    return result;
}

inline const integer_polynomial k = integer_polynomial::variable();

}  // namespace detail

/// π = 426880·√10005/S, S = Σ (−1)^k (6k)! (13591409 + 545140134k)/((3k)! k!³ 640320^(3k)): 14.18 digits a term.
inline constant_formula pi_chudnovsky() {
    const integer_polynomial p =
        -(integer_polynomial{-5, 6} * integer_polynomial{-1, 2} * integer_polynomial{-1, 6});
    const mpz_class c("10939058860032000");  // 640320³/24
    return {
        "426880 sqrt(10005)/pi: the sum of (-1)^k (6k)! (13591409 + 545140134k)/((3k)! k!^3 640320^(3k))",
        "D. V. and G. V. Chudnovsky, Approximations and complex multiplication according to Ramanujan, 1988",
        detail::series(13591409, p, integer_polynomial(std::vector<mpz_class>{0, 0, 0, c}),
                       {13591409, 545140134}),
        {0, 426880, 1, 0},
        10005};
}

/// π = 9801/(2√2·S) = 9801·√2/(4S), S = Σ (4k)! (1103 + 26390k)/(k!⁴ 396^(4k)): 7.98 digits a term.
inline constant_formula pi_ramanujan() {
    const integer_polynomial p =
        integer_polynomial{-3, 4} * integer_polynomial{-1, 2} * integer_polynomial{-1, 4};
    const mpz_class c("3073907232");  // 396⁴/8
    return {"9801 sqrt(2)/(4 pi): the sum of (4k)! (1103 + 26390k)/(k!^4 396^(4k))",
            "S. Ramanujan, Modular equations and approximations to pi, 1914, (44)",
            detail::series(1103, p, integer_polynomial(std::vector<mpz_class>{0, 0, 0, c}), {1103, 26390}),
            {0, 9801, 4, 0},
            2};
}

/// 4/π = 1 + 1²/(3 + 2²/(5 + 3²/(7 + …))): 0.77 digits a term.
inline constant_formula pi_arctangent() {
    return {"4/pi: b_n = 2n + 1, a_n = n^2",
            "Wall, Analytic Theory of Continued Fractions, 1948, (90.7): the arctangent at 1",
            {{0, 0, 1}, {1, 2}},
            {0, 4, 1, 0}};
}

/// e = Σ 1/k!.
inline constant_formula e_series() {
    return {"e: the sum of 1/k!", "Euler, Introductio in analysin infinitorum, 1748, section 122",
            detail::series(1, {1}, detail::k)};
}

/// (e + 1)/(e − 1) = 2 + 1/(6 + 1/(10 + …)).
inline constant_formula e_euler() {
    return {"(e + 1)/(e - 1): b_n = 4n + 2, a_n = 1",
            "Euler, De fractionibus continuis, 1737",
            {{1}, {2, 4}},
            {1, 1, 1, -1}};
}

/// e = 3 − 1/(4 − 2/(5 − 3/(6 − …))).
inline constant_formula e_factorial_fraction() {
    return {
        "e: b_n = n + 3, a_n = -n",
        "Raayoni et al., Generating conjectures on fundamental constants with the Ramanujan Machine, 2021",
        {{0, -1}, {3, 1}}};
}

/// 2/log 2 = 3 − 1²/(9 − 2²/(15 − …)): 1.53 digits a term.
inline constant_formula log2_gauss() {
    return {"2/log 2: b_n = 6n + 3, a_n = -n^2",
            "Gauss's fraction of log((1 + z)/(1 - z)) at z = 1/3, DLMF 4.9.2",
            {{0, 0, -1}, {3, 6}},
            {0, 2, 1, 0}};
}

/// log 2 = 2/3·Σ 1/((2k + 1)·9^k), the series of the same logarithm: 0.95 digits a term.
inline constant_formula log2_series() {
    return {"3 log(2)/2: the sum of 1/((2k + 1) 9^k)",
            "log((1 + z)/(1 - z)) at z = 1/3, DLMF 4.6.4",
            detail::series(1, {-1, 2}, integer_polynomial{9} * integer_polynomial{1, 2}),
            {2, 0, 0, 3}};
}

/// 2/log 3 = 2 − 1²/(6 − 2²/(10 − …)): 1.14 digits a term.
inline constant_formula log3_gauss() {
    return {"2/log 3: b_n = 4n + 2, a_n = -n^2",
            "Gauss's fraction of log((1 + z)/(1 - z)) at z = 1/2, DLMF 4.9.2",
            {{0, 0, -1}, {2, 4}},
            {0, 2, 1, 0}};
}

/// 5/ζ(2) = 3 + 1⁴/(25 + 2⁴/(69 + …)): 2.09 digits a term.
inline constant_formula zeta2_apery() {
    return {"5/zeta(2): b_n = 11n^2 + 11n + 3, a_n = n^4",
            "Apery, Irrationalite de zeta(2) et zeta(3), Asterisque 61, 1979",
            {{0, 0, 0, 0, 1}, {3, 11, 11}},
            {0, 5, 1, 0}};
}

/// ζ(2) = Σ_{k ≥ 1} (21k − 8)/(k³·C(2k,k)³): 1.81 digits a term.
inline constant_formula zeta2_zeilberger() {
    using detail::k;
    return {"zeta(2): the sum of (21k - 8)/(k^3 binomial(2k, k)^3), k >= 1",
            "Zeilberger, Closed form (pun intended!), Contemporary Mathematics 143, 1993",
            detail::series(mpq_class(13, 8), detail::power(k, 3),
                           integer_polynomial{8} * detail::power({1, 2}, 3), {13, 21})};
}

/// 6/ζ(3) = 5 − 1⁶/(117 − 2⁶/(535 − …)): 3.06 digits a term.
inline constant_formula zeta3_apery() {
    return {"6/zeta(3): b_n = 34n^3 + 51n^2 + 27n + 5, a_n = -n^6",
            "Apery, Irrationalite de zeta(2) et zeta(3), Asterisque 61, 1979",
            {{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}},
            {0, 6, 1, 0}};
}

/// ζ(3) = 1/64·Σ (−1)^k k!¹⁰ (205k² + 250k + 77)/(2k + 1)!⁵: 3.01 digits a term.
inline constant_formula zeta3_zeilberger() {
    using detail::k;
    return {"64 zeta(3): the sum of (-1)^k k!^10 (205k^2 + 250k + 77)/(2k + 1)!^5",
            "Amdeberhan and Zeilberger, Hypergeometric series acceleration via the WZ method, 1997",
            detail::series(77, -detail::power(k, 5), integer_polynomial{32} * detail::power({1, 2}, 5),
                           {77, 250, 205}),
            {1, 0, 0, 64}};
}

/// ζ(3) = 1/24·Σ (−1)^k ((2k + 1)! (2k)! k!)³ w(k)/((3k + 2)! (4k + 3)!³) with w of degree 5: 5.04 digits a term.
inline constant_formula zeta3_wedeniwski() {
    using detail::k;
    const integer_polynomial p = -(detail::power(k, 5) * detail::power({-1, 2}, 3));
    const integer_polynomial q = integer_polynomial{24} * integer_polynomial{1, 3} *
                                 integer_polynomial{2, 3} *
                                 detail::power(integer_polynomial{1, 4} * integer_polynomial{3, 4}, 3);
    return {"24 zeta(3): the sum of (-1)^k ((2k + 1)! (2k)! k!)^3 w(k)/((3k + 2)! (4k + 3)!^3)",
            "Wedeniwski 1998, after Amdeberhan and Zeilberger, Hypergeometric series acceleration via the WZ "
            "method, 1997",
            detail::series(mpq_class(12463, 432), p, q, {12463, 104000, 336367, 531578, 412708, 126392}),
            {1, 0, 0, 24}};
}

/// Catalan's constant: 2.26 digits a term.
///
///     G = 1/64 Σ_{k ≥ 1} 256^k (580k² − 184k + 15) / (k³ (2k − 1) C(6k,3k) C(6k,4k) C(4k,2k))
inline constant_formula catalan_pilehrood() {
    using detail::k;
    const integer_polynomial weight = integer_polynomial{15, -184, 580}.shifted(1);
    return {
        "64 Catalan: the sum of 256^k (580k^2 - 184k + 15)/(k^3 (2k - 1) C(6k,3k) C(6k,4k) C(4k,2k)), k >= 1",
        "Hessami Pilehrood and Hessami Pilehrood, Bivariate identities for values of the Hurwitz zeta "
        "function and supercongruences, 2012",
        detail::series(mpq_class(256 * 411, 64 * 20 * 15 * 6),
                       integer_polynomial{32} * detail::power(k, 3) * integer_polynomial{-1, 2},
                       integer_polynomial{9} * detail::power({1, 6}, 2) * detail::power({5, 6}, 2), weight)};
}

/// Catalan's constant: 0.60 digits a term.
///
///     G = 1/64 Σ_{k ≥ 1} (−1)^(k−1) 256^k (40k² − 24k + 3) / (k³ (2k − 1) C(2k,k) C(4k,2k)²)
inline constant_formula catalan_lupas() {
    using detail::k;
    const integer_polynomial weight = integer_polynomial{3, -24, 40}.shifted(1);
    return {
        "64 Catalan: the sum of (-1)^(k-1) 256^k (40k^2 - 24k + 3)/(k^3 (2k - 1) C(2k,k) C(4k,2k)^2), k >= 1",
        "Lupas, Formulae for some classical constants, 2000",
        detail::series(mpq_class(256 * 19, 64 * 2 * 36),
                       integer_polynomial{-32} * detail::power(k, 3) * integer_polynomial{-1, 2},
                       detail::power({1, 4}, 2) * detail::power({3, 4}, 2), weight)};
}

/// Gauss's constant, 1/agm(1, √2) = (16/33)^(1/4)·₂F₁(1/12, 5/12; 1; 8/1331): 2.22 digits a term.
///
/// E_4(τ)^(1/4) = ₂F₁(1/12, 5/12; 1; 1728/j(τ)) at τ = 2i, where j = 66³, and E_4(2i) = 11/16·E_4(i) = 33/16·G⁴.
inline constant_formula gauss_eisenstein() {
    using detail::k;
    return {
        "G (33/16)^(1/4): the sum of (1/12)_k (5/12)_k/k!^2 (8/1331)^k",
        "Fricke, Die elliptischen Funktionen und ihre Anwendungen, 1916: E_4^(1/4) as a function of j, at 2i",
        detail::series(1, integer_polynomial{-11, 12} * integer_polynomial{-7, 12},
                       integer_polynomial{18 * 1331} * k * k),
        {2, 0, 0, 33},
        35937,  // 33³: (1/33)^(1/4) = 33^(3/4)/33
        4};
}

/// Gauss's constant = ₂F₁(1/2, 1/2; 1; 1/2)/√2, the complete elliptic integral at 1/√2: 0.30 digits a term.
inline constant_formula gauss_elliptic() {
    using detail::k;
    return {"sqrt(2) G: the sum of ((1/2)_k/k!)^2/2^k",
            "DLMF 19.5.1 and 19.8.5 at k = 1/sqrt 2",
            detail::series(1, detail::power({-1, 2}, 2), integer_polynomial{8} * k * k),
            {1, 0, 0, 2},
            2};
}

/// The lemniscate constant ϖ = π·G, from Gauss's constant.
inline constant_formula lemniscate_product() {
    constant_formula result = gauss_eisenstein();
    result.statement = "pi times Gauss's constant; " + result.statement;
    result.times = "pi";
    return result;
}

/// 2/ϖ = 1 − 1/(5 − 6/(9 − 15/(13 − …))): 0.77 digits a term.
inline constant_formula lemniscate_fraction() {
    return {
        "2/lemniscate: b_n = 4n + 1, a_n = n - 2n^2",
        "Raayoni et al., Generating conjectures on fundamental constants with the Ramanujan Machine, 2021",
        {{0, 1, -2}, {1, 4}},
        {0, 2, 1, 0}};
}

/// √2 = 1 + 1/(2 + 1/(2 + …)): 0.77 digits a term.
inline constant_formula sqrt2() {
    return {"sqrt 2: b_n = 1, 2, 2, ..., a_n = 1", "Bombelli, 1572", {{1}, {2}, {}, {1}}};
}

/// The golden ratio 1 + 1/(1 + 1/(1 + …)): 0.42 digits a term.
inline constant_formula golden_ratio() {
    return {"(1 + sqrt 5)/2: b_n = 1, a_n = 1", "Girard, 1634", {{1}, {1}}};
}

}  // namespace constants
}  // namespace v0
}  // namespace halfulp
