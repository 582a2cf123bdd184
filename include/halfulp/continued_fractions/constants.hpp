// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Constants to any number of digits, each proven:
///
///     evaluation x = constant("zeta3", 100'000);
///     std::string text = certified_decimal(x, 100'000);
///
/// Each has one or more formulas, continued fractions or series that are continued fractions by Euler's transformation,
/// with their sources; the first of a list is the fastest by measurement (benchmarks/README.md has the table).

#include <halfulp/continued_fractions/constant_formulas.hpp>
#include <halfulp/continued_fractions/evaluate.hpp>

#include <gmpxx.h>
#include <mpfr.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// A constant and the ways to it that the library knows.
struct constant_entry {
    std::string name;                        ///< "zeta3"
    std::string meaning;                     ///< "zeta(3), Apery's constant"
    std::vector<constant_formula> formulas;  ///< the fastest first
};

namespace constants {

/// All constants, made at the first call.
inline const std::vector<constant_entry>& all() {
    static const std::vector<constant_entry> table{
        {"pi", "pi", {pi_chudnovsky(), pi_ramanujan(), pi_arctangent()}},
        {"e", "e, the base of natural logarithms", {e_series(), e_euler(), e_factorial_fraction()}},
        {"log2", "the natural logarithm of 2", {log2_gauss(), log2_series()}},
        {"log3", "the natural logarithm of 3", {log3_gauss()}},
        {"zeta2", "zeta(2) = pi^2/6", {zeta2_zeilberger(), zeta2_apery()}},
        {"zeta3", "zeta(3), Apery's constant", {zeta3_zeilberger(), zeta3_wedeniwski(), zeta3_apery()}},
        {"catalan",
         "Catalan's constant, the sum of (-1)^k/(2k + 1)^2",
         {catalan_pilehrood(), catalan_lupas()}},
        {"gauss", "Gauss's constant, 1/agm(1, sqrt 2)", {gauss_eisenstein(), gauss_elliptic()}},
        {"lemniscate",
         "the lemniscate constant, pi times Gauss's",
         {lemniscate_product(), lemniscate_fraction()}},
        {"golden_ratio", "(1 + sqrt 5)/2", {golden_ratio()}},
        {"sqrt2", "the square root of 2", {sqrt2()}},
    };
    return table;
}

/// The entry of a constant.
///
/// @throws std::invalid_argument if there is none of the name; the text lists the names
inline const constant_entry& find(std::string_view name) {
    std::string names;
    for (const constant_entry& entry : all()) {
        if (entry.name == name)
            return entry;
        names += (names.empty() ? "" : ", ") + entry.name;
    }
    throw_argument_error<std::invalid_argument>("constant", "name", "«" + std::string(name) + "»",
                                                "one of " + names);
}

}  // namespace constants

/// The constant by the formula; see evaluate for a fraction. The map, radicand and root of the options are the formula's.
inline evaluation evaluate(const constant_formula& formula, long digits, evaluation_options options = {}) {
    options.map = formula.map;
    options.radicand = formula.radicand;
    options.root = formula.root;
    if (formula.times.empty())
        return evaluate(formula.fraction, digits, options);
    // A product: each factor to two digits more, and the relative errors add.
    evaluation x = evaluate(formula.fraction, digits + 2, options);
    const evaluation y = evaluate(constants::find(formula.times).formulas.front(), digits + 2, options);
    mpfr_mul(x.value.get(), x.value.get(), y.value.get(), MPFR_RNDN);
    mpfr_real error(64), part(64);
    mpfr_set_ui_2exp(error.get(), 1, static_cast<mpfr_exp_t>(-x.value.precision()), MPFR_RNDU);
    for (const long known : {x.digits, y.digits}) {
        mpfr_set_si(part.get(), -known, MPFR_RNDU);
        mpfr_exp10(part.get(), part.get(), MPFR_RNDU);
        mpfr_add(error.get(), error.get(), part.get(), MPFR_RNDU);
    }
    mpfr_mul_d(error.get(), error.get(), 1.02, MPFR_RNDU);  // the product of both errors
    mpfr_log10(part.get(), error.get(), MPFR_RNDU);
    x.digits = -mpfr_get_si(part.get(), MPFR_RNDU);
    mpfr_mul(x.error.get(), error.get(), x.value.get(), MPFR_RNDA);
    mpfr_abs(x.error.get(), x.error.get(), MPFR_RNDU);
    x.depth = x.depth > y.depth ? x.depth : y.depth;
    x.rational.reset();
    return x;
}

/// A constant of constants::all() to so many digits, by its first formula.
///
/// @throws std::invalid_argument  if there is no such constant, and as evaluate
/// @throws convergence_error      as evaluate
inline evaluation constant(std::string_view name, long digits, const evaluation_options& options = {}) {
    return evaluate(constants::find(name).formulas.front(), digits, options);
}

}  // namespace v0
}  // namespace halfulp
