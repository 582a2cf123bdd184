// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Recurrences in MPFR, with precision and rounding said explicitly.

#include <halfulp/core/errors.hpp>
#include <halfulp/interop/mpfr.hpp>

#include <gmpxx.h>
#include <mpfr.h>

#include <stdexcept>
#include <string>

namespace halfulp {
inline namespace v0 {

/// Numbers of one precision, every operation rounded once in one of MPFR's five modes (MPFR_RNDN, RNDZ,
/// RNDU, RNDD, RNDA), x·y + z fused. Nothing global is read or set but MPFR's exponent range.
///
///     evaluate_lentz(fraction, adaptive_depth<mpfr_real>{}, mpfr_arithmetic{1000})   // to 2^-999
class mpfr_arithmetic {
  public:
    using value_type = mpfr_real;
    static constexpr bool is_exact = false;

    /// @throws std::invalid_argument if MPFR does not have the precision or the mode
    explicit mpfr_arithmetic(mpfr_prec_t precision, mpfr_rnd_t direction = MPFR_RNDN)
        : precision_(precision), direction_(direction) {
        if (precision < MPFR_PREC_MIN || precision > MPFR_PREC_MAX)
            throw_argument_error<std::invalid_argument>(
                "mpfr_arithmetic", "precision", std::to_string(precision), "a precision that MPFR has");
        if (direction < MPFR_RNDN || direction > MPFR_RNDA)
            throw_argument_error<std::invalid_argument>("mpfr_arithmetic", "direction",
                                                        std::to_string(static_cast<int>(direction)),
                                                        "MPFR_RNDN, RNDZ, RNDU, RNDD or RNDA");
    }
    mpfr_prec_t precision() const noexcept { return precision_; }
    mpfr_rnd_t direction() const noexcept { return direction_; }

    mpfr_real from_integer(const mpz_class& x) const { return {x, precision_, direction_}; }
    mpfr_real from_integer(long x) const { return {x, precision_, direction_}; }
    mpfr_real add(const mpfr_real& x, const mpfr_real& y) const { return apply(mpfr_add, x, y); }
    mpfr_real subtract(const mpfr_real& x, const mpfr_real& y) const { return apply(mpfr_sub, x, y); }
    mpfr_real multiply(const mpfr_real& x, const mpfr_real& y) const { return apply(mpfr_mul, x, y); }
    mpfr_real divide(const mpfr_real& x, const mpfr_real& y) const { return apply(mpfr_div, x, y); }
    mpfr_real multiply_add(const mpfr_real& x, const mpfr_real& y, const mpfr_real& z) const {
        mpfr_real result(precision_);
        mpfr_fma(result.get(), x.get(), y.get(), z.get(), direction_);
        return result;
    }
    bool is_zero(const mpfr_real& x) const { return mpfr_zero_p(x.get()) != 0; }
    bool is_finite(const mpfr_real& x) const { return mpfr_number_p(x.get()) != 0; }
    bool settled(const mpfr_real& change, const mpfr_real& tolerance, const mpfr_real& value) const {
        const mpfr_real limit = multiply(tolerance, value);
        return mpfr_number_p(change.get()) != 0 && mpfr_nan_p(limit.get()) == 0 &&
               mpfr_cmpabs(change.get(), limit.get()) <= 0;
    }
    /// 2^(1 − precision).
    mpfr_real epsilon() const { return power_of_two(1 - precision_); }
    /// 2^(−2·precision − 64).
    mpfr_real tiny() const { return power_of_two(-2 * precision_ - 64); }
    /// MPFR's exponents are in no danger.
    long rescale(mpfr_real&, mpfr_real&, mpfr_real&, mpfr_real&) const noexcept { return 0; }

  private:
    mpfr_real apply(int operation(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t), const mpfr_real& x,
                    const mpfr_real& y) const {
        mpfr_real result(precision_);
        operation(result.get(), x.get(), y.get(), direction_);
        return result;
    }
    mpfr_real power_of_two(mpfr_exp_t exponent) const {
        mpfr_real result(1L, precision_);
        mpfr_mul_2si(result.get(), result.get(), exponent, MPFR_RNDN);
        return result;
    }
    mpfr_prec_t precision_;
    mpfr_rnd_t direction_;
};

}  // namespace v0
}  // namespace halfulp
