// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Constants as continued fractions: the fraction, how the constant is read off it, and the source.

#include <halfulp/continued_fractions/evaluate.hpp>

#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// A constant x = (p·C + q)/(r·C + s) for a continued fraction C.
struct constant_formula {
    std::string name;                        ///< "zeta3"
    std::string statement;                   ///< what the fraction is equal to, and its elements
    std::string source;                      ///< who found it
    polynomial_continued_fraction fraction;  ///< C
    moebius_map map;                         ///< x from C
};

/// The value of the constant; see evaluate for a fraction.
inline evaluation evaluate(const constant_formula& formula, long digits, long maximum_depth = 20'000'000) {
    return evaluate(formula.fraction, digits, {formula.map, maximum_depth});
}

/// The formulas, each the best converging of the plain ones that the library knows.
namespace constants {

/// 4/π = 1 + 1²/(3 + 2²/(5 + 3²/(7 + …))): 0.77 digits a term, all elements positive.
inline constant_formula pi() {
    return {"pi",
            "4/pi: b_n = 2n + 1, a_n = n^2",
            "Wall, Analytic Theory of Continued Fractions, 1948, (90.7): the arctangent at 1",
            {{0, 0, 1}, {1, 2}},
            {0, 4, 1, 0}};
}

/// (e + 1)/(e − 1) = 2 + 1/(6 + 1/(10 + …)): factorial convergence, all elements positive.
inline constant_formula e() {
    return {"e",
            "(e + 1)/(e - 1): b_n = 4n + 2, a_n = 1",
            "Euler, De fractionibus continuis, 1737",
            {{1}, {2, 4}},
            {1, 1, 1, -1}};
}

/// 2/log 2 = 3 − 1²/(9 − 2²/(15 − …)): 1.53 digits a term.
inline constant_formula log2() {
    return {"log2",
            "2/log 2: b_n = 6n + 3, a_n = -n^2",
            "Gauss's fraction of log((1 + z)/(1 - z)) at z = 1/3, DLMF 4.9.2",
            {{0, 0, -1}, {3, 6}},
            {0, 2, 1, 0}};
}

/// 6/ζ(3) = 5 − 1⁶/(117 − 2⁶/(535 − …)): 3.06 digits a term.
inline constant_formula zeta3() {
    return {"zeta3",
            "6/zeta(3): b_n = 34n^3 + 51n^2 + 27n + 5, a_n = -n^6",
            "Apery, Irrationalite de zeta(2) et zeta(3), Asterisque 61, 1979",
            {{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}},
            {0, 6, 1, 0}};
}

/// Catalan's constant by Euler's transformation of a fast series: 2.26 digits a term.
///
///     G = 1/64 Σ_{k ≥ 1} 256^k (580k² − 184k + 15) / (k³ (2k − 1) C(6k,3k) C(6k,4k) C(4k,2k))
///
/// With c_k the term k + 1 of the sum, c_0 = 256·411/(64·20·15·6), and for p(k) = 580k² − 184k + 15
/// c_k/c_{k-1} = 32 k³ (2k − 1) p(k + 1) / (9 (6k + 1)² (6k + 5)² p(k)).
inline constant_formula catalan() {
    const integer_polynomial k = integer_polynomial::variable();
    const integer_polynomial p{15, -184, 580};
    const integer_polynomial six_k_plus_1{1, 6};
    const integer_polynomial six_k_plus_5{5, 6};
    mpq_class first(256 * 411, 64 * 20 * 15 * 6);
    first.canonicalize();
    return {"catalan",
            "a hypergeometric series by Euler's transformation, a_n of degree 12",
            "Hessami Pilehrood and Hessami Pilehrood, Bivariate identities for values of the Hurwitz zeta "
            "function and supercongruences, 2012",
            polynomial_continued_fraction::from_hypergeometric_series(
                first, integer_polynomial{32} * k * k * k * integer_polynomial{-1, 2} * p.shifted(1),
                integer_polynomial{9} * six_k_plus_1 * six_k_plus_1 * six_k_plus_5 * six_k_plus_5 * p),
            {}};
}

/// √2 = 1 + 1/(2 + 1/(2 + …)).
inline constant_formula sqrt2() {
    return {"sqrt2", "sqrt 2: b_n = 1, 2, 2, ..., a_n = 1", "Bombelli, 1572", {{1}, {2}, {}, {1}}, {}};
}

/// The golden ratio 1 + 1/(1 + 1/(1 + …)).
inline constant_formula golden_ratio() {
    return {"golden_ratio", "(1 + sqrt 5)/2: b_n = 1, a_n = 1", "Girard, 1634", {{1}, {1}}, {}};
}

/// All of them.
inline std::vector<constant_formula> all() {
    return {pi(), e(), zeta3(), catalan(), log2(), sqrt2(), golden_ratio()};
}

}  // namespace constants
}  // namespace v0
}  // namespace halfulp
