// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A constant from a convergent: the division, the root, and the sum of all errors.

#include <halfulp/arithmetic/execution.hpp>
#include <halfulp/continued_fractions/convergent_ratio.hpp>
#include <halfulp/continued_fractions/moebius_map.hpp>
#include <halfulp/interop/mpfr.hpp>

#include <gmpxx.h>
#include <mpfr.h>

#include <future>
#include <optional>
#include <utility>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// 64 bits, of which every operation says where it rounds to.
inline mpfr_real rounded(const mpz_class& x, mpfr_rnd_t direction) {
    return mpfr_real(mpz_class(abs(x)), 64, direction);
}

/// 2^x as a number, upwards.
inline mpfr_real power_of_two_above(double x) {
    mpfr_real result(x, 64);
    mpfr_exp2(result.get(), result.get(), MPFR_RNDU);
    return result;
}

/// radicand^(1/root) with an error of a unit, computed while the tree is where there are threads for both.
class root_of_radicand {
  public:
    root_of_radicand(const mpz_class& radicand, unsigned root, long precision,
                     const execution::policy& policy) {
        if (radicand == 1)
            return;
        const auto compute = [radicand, root, precision] {
            mpfr_real x(radicand, precision);
            mpfr_rootn_ui(x.get(), x.get(), root, MPFR_RNDN);
            return x;
        };
#if defined(_OPENMP)
        constexpr long worth_a_thread = 100'000;
        if (policy.threads != 1 && precision > worth_a_thread) {
            later_ = std::async(std::launch::async, [compute] {
                mpfr_real x = compute();
                mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE);  // which nobody would find when the thread is gone
                return x;
            });
            return;
        }
#else
        (void)policy;
#endif
        value_ = compute();
    }
    /// Nothing where the root is 1.
    const mpfr_real* get() {
        if (later_.valid())
            value_ = later_.get();
        return value_ ? &*value_ : nullptr;
    }

  private:
    std::future<mpfr_real> later_;
    std::optional<mpfr_real> value_;
};

/// radicand^(1/root)·map(C) from the convergent, and its relative error.
class mapped_value {
  public:
    /// @param log2_error  bound of log2 |C − C_n|
    /// @param root        radicand^(1/root), or nothing for 1
    mapped_value(const convergent_ratio& ratio, double log2_error, const moebius_map& m,
                 const mpfr_real* root, long precision)
        : value(precision), relative_error(64) {
        const mpz_class numerator = m.p * ratio.numerator + m.q * ratio.denominator;
        const mpz_class denominator = m.r * ratio.numerator + m.s * ratio.denominator;
        if (numerator == 0 || denominator == 0 || ratio.denominator == 0) {
            mpfr_set_inf(relative_error.get(), 1);
            return;
        }
        mpfr_real x(numerator, precision), y(denominator, precision);
        mpfr_div(value.get(), x.get(), y.get(), MPFR_RNDN);
        if (root != nullptr)
            mpfr_mul(value.get(), value.get(), root->get(), MPFR_RNDN);
        if (!mpfr_regular_p(value.get())) {  // beyond MPFR's range of exponents
            mpfr_set_inf(relative_error.get(), 1);
            return;
        }
        // Six roundings of half a unit, and the errors of numerator and denominator.
        mpfr_set_ui_2exp(relative_error.get(), 8, static_cast<mpfr_exp_t>(-precision), MPFR_RNDU);
        const auto add = [&](mpfr_real& part) {
            mpfr_add(relative_error.get(), relative_error.get(), part.get(), MPFR_RNDU);
        };
        if (ratio.error >= 0) {
            for (const auto& [size, factors] : {std::pair{&numerator, mpz_class(abs(m.p) + abs(m.q))},
                                                std::pair{&denominator, mpz_class(abs(m.r) + abs(m.s))},
                                                std::pair{&ratio.denominator, mpz_class(1)}}) {
                mpfr_real part = rounded(factors, MPFR_RNDU);
                mpfr_mul_2si(part.get(), part.get(), ratio.error, MPFR_RNDU);
                mpfr_div(part.get(), part.get(), rounded(*size, MPFR_RNDD).get(), MPFR_RNDU);
                // 1/(1 − x) < 1 + 2x; and beyond 2^-10 nothing is known.
                if (mpfr_cmp_d(part.get(), 0x1p-10) > 0)
                    mpfr_set_inf(part.get(), 1);
                mpfr_mul_2ui(part.get(), part.get(), 1, MPFR_RNDU);
                add(part);
            }
        }
        // x(C) − x(C_n) = det·(C − C_n)/((r·C + s)·(r·C_n + s)), and x(C_n) = (p·C_n + q)/(r·C_n + s).
        mpfr_real gap = power_of_two_above(log2_error);
        mpfr_real size = rounded(ratio.denominator, MPFR_RNDU);
        mpfr_real pole = rounded(denominator, MPFR_RNDD);  // |r·C_n + s|, downwards
        mpfr_div(pole.get(), pole.get(), size.get(), MPFR_RNDD);
        mpfr_real above = rounded(numerator, MPFR_RNDD);
        mpfr_div(above.get(), above.get(), size.get(), MPFR_RNDD);
        if (ratio.error >= 0) {  // all three are off by less than 2^-10
            mpfr_mul_d(pole.get(), pole.get(), 1 - 0x1p-9, MPFR_RNDD);
            mpfr_mul_d(above.get(), above.get(), 1 - 0x1p-9, MPFR_RNDD);
        }
        mpfr_real shift = rounded(m.r, MPFR_RNDU);
        mpfr_mul(shift.get(), shift.get(), gap.get(), MPFR_RNDU);
        mpfr_sub(pole.get(), pole.get(), shift.get(), MPFR_RNDD);
        if (mpfr_sgn(pole.get()) <= 0) {
            mpfr_set_inf(relative_error.get(), 1);
            return;
        }
        mpfr_real part = rounded(m.determinant(), MPFR_RNDU);
        mpfr_mul(part.get(), part.get(), gap.get(), MPFR_RNDU);
        mpfr_mul(above.get(), above.get(), pole.get(), MPFR_RNDD);
        mpfr_div(part.get(), part.get(), above.get(), MPFR_RNDU);
        add(part);
        mpfr_mul_d(relative_error.get(), relative_error.get(), 1 + 0x1p-30, MPFR_RNDU);  // products of errors
    }

    /// Decimal digits to which the value is proven; 0 where none is.
    long digits() const {
        if (!mpfr_number_p(relative_error.get()) || mpfr_cmp_d(relative_error.get(), 0.5) >= 0)
            return 0;
        mpfr_real log(64);
        mpfr_log10(log.get(), relative_error.get(), MPFR_RNDU);
        return -mpfr_get_si(log.get(), MPFR_RNDU);
    }

    /// |value − limit| ≤ error().
    mpfr_real error() const {
        mpfr_real result(64);
        mpfr_abs(result.get(), value.get(), MPFR_RNDU);
        mpfr_mul(result.get(), result.get(), relative_error.get(), MPFR_RNDU);
        return result;
    }

    mpfr_real value;
    mpfr_real relative_error;  ///< |value − limit| ≤ relative_error·|value|
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
