// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Arithmetic and functions for the right-hand sides of identities: MPFR numbers with operators, for
/// expressions that read as they are printed.

#include <halfulp/interop/mpfr.hpp>

#include <mpfr.h>

#include <functional>
#include <utility>

namespace halfulp {
inline namespace v0 {

/// A value by other means than a continued fraction: at any precision, to about one unit in the
/// last place.
using reference_value = std::function<mpfr_real(mpfr_prec_t)>;

namespace detail {

/// An MPFR number; every operation rounds to nearest, at the precision of its (left) operand.
class working_real {
  public:
    explicit working_real(mpfr_real x) : x_(std::move(x)) {}
    working_real(long x, mpfr_prec_t precision) : x_(x, precision) {}
    working_real(long numerator, long denominator, mpfr_prec_t precision) : x_(numerator, precision) {
        mpfr_div_si(x_.get(), x_.get(), denominator, MPFR_RNDN);
    }

    mpfr_ptr get() noexcept { return x_.get(); }
    mpfr_srcptr get() const noexcept { return x_.get(); }
    mpfr_prec_t precision() const noexcept { return x_.precision(); }

    friend working_real operator+(working_real x, const working_real& y) {
        mpfr_add(x.get(), x.get(), y.get(), MPFR_RNDN);
        return x;
    }
    friend working_real operator-(working_real x, const working_real& y) {
        mpfr_sub(x.get(), x.get(), y.get(), MPFR_RNDN);
        return x;
    }
    friend working_real operator*(working_real x, const working_real& y) {
        mpfr_mul(x.get(), x.get(), y.get(), MPFR_RNDN);
        return x;
    }
    friend working_real operator/(working_real x, const working_real& y) {
        mpfr_div(x.get(), x.get(), y.get(), MPFR_RNDN);
        return x;
    }
    friend working_real operator+(working_real x, long y) {
        mpfr_add_si(x.get(), x.get(), y, MPFR_RNDN);
        return x;
    }
    friend working_real operator-(working_real x, long y) {
        mpfr_sub_si(x.get(), x.get(), y, MPFR_RNDN);
        return x;
    }
    friend working_real operator*(working_real x, long y) {
        mpfr_mul_si(x.get(), x.get(), y, MPFR_RNDN);
        return x;
    }
    friend working_real operator/(working_real x, long y) {
        mpfr_div_si(x.get(), x.get(), y, MPFR_RNDN);
        return x;
    }
    friend working_real operator+(long x, working_real y) { return std::move(y) + x; }
    friend working_real operator*(long x, working_real y) { return std::move(y) * x; }
    friend working_real operator-(long x, working_real y) {
        mpfr_si_sub(y.get(), x, y.get(), MPFR_RNDN);
        return y;
    }
    friend working_real operator/(long x, working_real y) {
        mpfr_si_div(y.get(), x, y.get(), MPFR_RNDN);
        return y;
    }

  private:
    mpfr_real x_;
};

using unary_function = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

/// One of MPFR's functions of one argument.
inline working_real apply_function(unary_function f, working_real x) {
    f(x.get(), x.get(), MPFR_RNDN);
    return x;
}

// The functions that the identities use, under their usual names.
inline working_real exp_of(working_real x) {
    return apply_function(mpfr_exp, std::move(x));
}
inline working_real log_of(working_real x) {
    return apply_function(mpfr_log, std::move(x));
}
inline working_real sqrt_of(working_real x) {
    return apply_function(mpfr_sqrt, std::move(x));
}
inline working_real tan_of(working_real x) {
    return apply_function(mpfr_tan, std::move(x));
}
inline working_real tanh_of(working_real x) {
    return apply_function(mpfr_tanh, std::move(x));
}
inline working_real arctan_of(working_real x) {
    return apply_function(mpfr_atan, std::move(x));
}
inline working_real erf_of(working_real x) {
    return apply_function(mpfr_erf, std::move(x));
}
inline working_real erfc_of(working_real x) {
    return apply_function(mpfr_erfc, std::move(x));
}
inline working_real gamma_of(working_real x) {
    return apply_function(mpfr_gamma, std::move(x));
}
inline working_real square(const working_real& x) {
    return x * x;
}
inline working_real root_of(working_real x, unsigned long degree) {
    mpfr_rootn_ui(x.get(), x.get(), degree, MPFR_RNDN);
    return x;
}

/// π at a precision; likewise e, √k, log k, Catalan's constant, ζ(k).
inline working_real pi_at(mpfr_prec_t p) {
    working_real x(0, p);
    mpfr_const_pi(x.get(), MPFR_RNDN);
    return x;
}
inline working_real e_at(mpfr_prec_t p) {
    return exp_of({1, p});
}
inline working_real sqrt_at(long k, mpfr_prec_t p) {
    return sqrt_of({k, p});
}
inline working_real log_at(long k, mpfr_prec_t p) {
    return log_of({k, p});
}
inline working_real catalan_at(mpfr_prec_t p) {
    working_real x(0, p);
    mpfr_const_catalan(x.get(), MPFR_RNDN);
    return x;
}
inline working_real zeta_at(unsigned long k, mpfr_prec_t p) {
    working_real x(0, p);
    mpfr_zeta_ui(x.get(), k, MPFR_RNDN);
    return x;
}

/// Gauss's constant 1/agm(1, √2).
inline working_real gauss_constant_at(mpfr_prec_t p) {
    working_real x = sqrt_at(2, p);
    const working_real one(1, p);
    mpfr_agm(x.get(), x.get(), one.get(), MPFR_RNDN);
    return 1 / std::move(x);
}

/// The exponential integral E_1(k) = Γ(0, k), k > 0.
inline working_real e1_at(long k, mpfr_prec_t p) {
    working_real x(0, p);
    const working_real zero(0, p), argument(k, p);
    mpfr_gamma_inc(x.get(), zero.get(), argument.get(), MPFR_RNDN);
    return x;
}

/// Σ_k (numerator/denominator of z)^k / (k!·(c)_k) = 0F1(; c; z) for rational z and c > 0: Bessel
/// functions but for a factor.
inline working_real hypergeometric_0f1(long c_numerator, long c_denominator, long z_numerator,
                                       long z_denominator, mpfr_prec_t p) {
    working_real sum(1, p), term(1, p);
    for (long k = 1; mpfr_get_exp(term.get()) > -static_cast<mpfr_exp_t>(p) - 8; ++k) {
        term = std::move(term) * (z_numerator * c_denominator) / (z_denominator * k);
        term = std::move(term) / (c_numerator + c_denominator * (k - 1));
        sum = std::move(sum) + term;
    }
    return sum;
}

/// Dawson's integral at 1: Σ (−2)^k/(2k + 1)!!.
inline working_real dawson_at_1(mpfr_prec_t p) {
    working_real sum(1, p), term(1, p);
    for (long k = 1; mpfr_get_exp(term.get()) > -static_cast<mpfr_exp_t>(p) - 8; ++k) {
        term = std::move(term) * -2 / (2 * k + 1);
        sum = std::move(sum) + term;
    }
    return sum;
}

/// Σ (−1)^k·term(k) for moments term(k) of a positive measure on [0, 1], from p/log2(3 + √8) + 1 terms:
/// the first algorithm of Cohen, Rodriguez Villegas and Zagier, Convergence acceleration of
/// alternating series, 2000.
template <class Term>
working_real alternating_sum(const Term& term, mpfr_prec_t p) {
    const long n = static_cast<long>(p) * 10 / 25 + 1;
    working_real d(0, p);
    mpfr_pow_si(d.get(), (sqrt_at(8, p) + 3).get(), n, MPFR_RNDN);
    d = (d + 1 / d) / 2;
    working_real b(-1, p), c = 0 - d, sum(0, p);
    for (long k = 0; k < n; ++k) {
        c = b - c;
        sum = std::move(sum) + c * term(k);
        b = std::move(b) * (2 * (k + n)) * (k - n) / (2 * k + 1) / (k + 1);
    }
    return sum / d;
}

/// L = 1 − 1/2² + 1/4² − 1/5² + …, the Dirichlet series of the character modulo 3 at 2. With the
/// signs of even places changed it is 3/2·L = Σ (−1)^k (1/(3k + 1)² + 1/(3k + 2)²).
inline working_real dirichlet_l_3_at_2(mpfr_prec_t p) {
    return alternating_sum(
               [p](long k) {
                   return working_real(1, (3 * k + 1) * (3 * k + 1), p) +
                          working_real(1, (3 * k + 2) * (3 * k + 2), p);
               },
               p) *
           2 / 3;
}

/// The expression at 64 bits more than asked for, rounded.
template <class Expression>
reference_value value_of(Expression expression) {
    return [expression](mpfr_prec_t precision) {
        const working_real x = expression(precision + 64);
        mpfr_real result(precision);
        mpfr_set(result.get(), x.get(), MPFR_RNDN);
        return result;
    };
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
