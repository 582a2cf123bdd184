// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The constants of the library by functions of MPFR, which know nothing of continued fractions.

#include <halfulp/interop/mpfr.hpp>

#include "constants_certify.hpp"

#include <mpfr.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

namespace examples {

/// MPFR's own constant into the argument, correctly rounded or with an error of a few units; empty where it has none.
using mpfr_constant = std::function<void(mpfr_ptr)>;

namespace detail {

/// agm(1, √2) = π/ϖ, ϖ being the lemniscate constant.
inline void set_agm(mpfr_ptr x) {
    halfulp::mpfr_real one(1, 64);
    mpfr_sqrt_ui(x, 2, MPFR_RNDN);
    mpfr_agm(x, x, one.get(), MPFR_RNDN);
}

}  // namespace detail

inline mpfr_constant constant_of_mpfr(const std::string& name) {
    if (name == "pi")
        return [](mpfr_ptr x) { mpfr_const_pi(x, MPFR_RNDN); };
    if (name == "e")
        return [](mpfr_ptr x) { mpfr_exp(x, halfulp::mpfr_real(1, 64).get(), MPFR_RNDN); };
    if (name == "log2")
        return [](mpfr_ptr x) { mpfr_const_log2(x, MPFR_RNDN); };
    if (name == "log3")
        return [](mpfr_ptr x) { mpfr_log_ui(x, 3, MPFR_RNDN); };
    if (name == "zeta2")
        return [](mpfr_ptr x) { mpfr_zeta_ui(x, 2, MPFR_RNDN); };
    if (name == "zeta3")
        return [](mpfr_ptr x) { mpfr_zeta_ui(x, 3, MPFR_RNDN); };
    if (name == "catalan")
        return [](mpfr_ptr x) { mpfr_const_catalan(x, MPFR_RNDN); };
    if (name == "gauss")
        return [](mpfr_ptr x) {
            detail::set_agm(x);
            mpfr_ui_div(x, 1, x, MPFR_RNDN);
        };
    if (name == "lemniscate")
        return [](mpfr_ptr x) {
            halfulp::mpfr_real pi(mpfr_get_prec(x));
            mpfr_const_pi(pi.get(), MPFR_RNDN);
            detail::set_agm(x);
            mpfr_div(x, pi.get(), x, MPFR_RNDN);
        };
    if (name == "golden_ratio")
        return [](mpfr_ptr x) {
            mpfr_sqrt_ui(x, 5, MPFR_RNDN);
            mpfr_add_ui(x, x, 1, MPFR_RNDN);
            mpfr_div_2ui(x, x, 1, MPFR_RNDN);
        };
    if (name == "sqrt2")
        return [](mpfr_ptr x) { mpfr_sqrt_ui(x, 2, MPFR_RNDN); };
    return {};
}

/// MPFR's own constant, computed anew, and the seconds that takes.
inline std::pair<halfulp::mpfr_real, double> by_mpfr(const std::string& name, mpfr_prec_t precision) {
    halfulp::mpfr_real x(precision);
    const mpfr_constant compute = constant_of_mpfr(name);
    const double seconds = best_seconds_of([&] {
        mpfr_free_cache();
        compute(x.get());
    });
    return {std::move(x), seconds};
}

/// The significant digits of a decimal text: 0.0314 and -3.14e5 have "314".
inline std::string significant_digits(const std::string& text) {
    std::string digits;
    for (const char c : text.substr(0, text.find('e')))
        if (c >= '0' && c <= '9' && (c != '0' || !digits.empty()))
            digits += c;
    return digits;
}

/// How many digits two decimal texts begin with in common.
inline long common_digits(const std::string& x, const std::string& y) {
    const std::string one = significant_digits(x), other = significant_digits(y);
    return std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first - one.begin();
}
/// The same of a text and a number of MPFR's, converted by MPFR.
inline long common_digits(const std::string& text, const halfulp::mpfr_real& x) {
    mpfr_exp_t exponent = 0;
    char* const own = mpfr_get_str(nullptr, &exponent, 10, text.size() + 1, x.get(), MPFR_RNDZ);
    const long same = common_digits(text, std::string(own));
    mpfr_free_str(own);
    return same;
}

}  // namespace examples
