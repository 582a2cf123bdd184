// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The errors of L-Mul for operands without end, uniform from 1 to 2: closed forms, as functions of the constant c
/// that is added (2^−l; 0 for Mitchell's multiplier). What l_mul_error tends to as operands get longer.
///
/// With r = 1 − c, the error p − x·y (exponents 0):
///
///     formula  mean        c − 1/4
///              mean square 1/9 − c/2 + c²
///     adder    mean        2c − 1/4 + r³/6 + c³/3
///              mean square 1/9 − c/2 + c² + 2·(c² + c·r³/6 − 1/3 + r/4 − r⁵/120) + 1/6 + c² − r⁴/12 + 5c⁴/3 − c⁵/30
///
/// so Mitchell's multiplier has the mean −1/12 and the mean square 1/90. The relative error (p − x·y)/(x·y), with
/// L = ln 2:
///
///     formula  mean        2L − 1 + (c − 1)·L²
///              mean square 2 + 2L² + (c − 1)²/4 + 2·(c − 1)·L − 2·(mean + 1)
///
/// The adder adds to the formula's p what its carries double: s − 1 beyond s = 1, and 2·(s − 2) beyond s = 2. Over
/// x·y they integrate to logarithms and the dilogarithm, see detail::add_carry.

#include <halfulp/core/errors.hpp>
#include <halfulp/interop/mpfr.hpp>

#include <gmpxx.h>
#include <mpfr.h>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// Mean and mean square of the absolute error, exact, and of the relative error, to the precision asked for.
struct l_mul_limit {
    mpq_class absolute_mean;
    mpq_class absolute_mean_square;
    mpfr_real relative_mean;
    mpfr_real relative_mean_square;

    /// E[e²] − E[e]² of the relative error.
    mpfr_real relative_variance() const {
        mpfr_real result(relative_mean.precision());
        mpfr_sqr(result.get(), relative_mean.get(), MPFR_RNDN);
        mpfr_sub(result.get(), relative_mean_square.get(), result.get(), MPFR_RNDN);
        return result;
    }
};

namespace detail {

/// Σ rational·real, with 64 bits more than the result has.
class linear_combination {
  public:
    explicit linear_combination(mpfr_prec_t precision) : working_(precision + 64), sum_(0, working_) {}
    linear_combination& add(const mpq_class& coefficient, const mpfr_real& term) {
        mpfr_real product(working_);
        mpfr_mul_q(product.get(), term.get(), coefficient.get_mpq_t(), MPFR_RNDN);
        mpfr_add(sum_.get(), sum_.get(), product.get(), MPFR_RNDN);
        return *this;
    }
    linear_combination& add(const mpq_class& constant) {
        mpfr_add_q(sum_.get(), sum_.get(), constant.get_mpq_t(), MPFR_RNDN);
        return *this;
    }
    const mpfr_real& sum() const { return sum_; }
    mpfr_real result() const {
        mpfr_real rounded(working_ - 64);
        mpfr_set(rounded.get(), sum_.get(), MPFR_RNDN);
        return rounded;
    }

  private:
    mpfr_prec_t working_;
    mpfr_real sum_;
};

/// ln x.
inline mpfr_real logarithm(const mpq_class& x, mpfr_prec_t precision) {
    mpfr_real result(x, precision);
    mpfr_log(result.get(), result.get(), MPFR_RNDN);
    return result;
}
inline mpfr_real product(const mpfr_real& x, const mpfr_real& y) {
    mpfr_real result(x.precision());
    mpfr_mul(result.get(), x.get(), y.get(), MPFR_RNDN);
    return result;
}

/// E[q] and E[q²] of the formula's quotient q = p/(x·y).
inline void add_formula_quotient(linear_combination& mean, linear_combination& mean_square,
                                 const mpq_class& c) {
    const mpfr_real L = logarithm(2, mean.sum().precision());
    mean.add(2, L).add(c - 1, product(L, L));
    mean_square.add(1 + (c - 1) * (c - 1) / 4).add(2, product(L, L)).add(2 * (c - 1), L);
}

/// What a carry adds to them where u + v >= t, t = a + b, between u = a and u = b: factor·I and factor²·J,
///
///     I = ∫∫ (u + v − t)/(u·v),   J = ∫∫ (u + v − t)·(3·(u + v) + 4 − 3t)/(u·v)²,   v = t − u … 2,  u = a … b.
///
/// Integrated over v first, and then over u by
///
///     ∫ ln(2/(t − u))/u du  = (ln 2 − ln t)·ln u + Li2(u/t)
///     ∫ ln(2/(t − u))/u² du = −ln(2/(t − u))/u + (ln u − ln(t − u))/t
///
inline void add_carry(linear_combination& mean, linear_combination& mean_square, const mpq_class& a,
                      const mpq_class& b, const mpq_class& factor) {
    const mpfr_prec_t precision = mean.sum().precision();
    const mpq_class t = a + b;
    const mpfr_real L = logarithm(2, precision);
    const mpfr_real A = logarithm(a, precision);
    const mpfr_real B = logarithm(b, precision);
    // D = ∫ ln(2/(t − u))/u du
    mpfr_real D = product(logarithm(2 / t, precision), logarithm(b / a, precision));
    mpfr_real dilogarithm(mpq_class(b / t), precision);
    mpfr_li2(dilogarithm.get(), dilogarithm.get(), MPFR_RNDN);
    mpfr_add(D.get(), D.get(), dilogarithm.get(), MPFR_RNDN);
    dilogarithm = mpfr_real(mpq_class(a / t), precision);
    mpfr_li2(dilogarithm.get(), dilogarithm.get(), MPFR_RNDN);
    mpfr_sub(D.get(), D.get(), dilogarithm.get(), MPFR_RNDN);

    // I = b·(L − B) − a·(L − A) + 2·(b − a) − t·D + (2 − t)·(B − A)
    mean.add(factor * (b - a), L).add(factor * (a - 2 + t), A).add(factor * (2 - t - b), B);
    mean.add(2 * factor * (b - a)).add(-factor * t, D);

    // J, a line a power of 1/u: 3·(1/V − 1/2), 6/u·ln(2/V) + 3·(2 − V)/u², (4 − 6t)·((1/V − 1/2)/u + ln(2/V)/u²),
    // (3t² − 4t)·(1/V − 1/2)/u², with V = t − u.
    const mpq_class f = factor * factor;
    const mpq_class width = 1 / a - 1 / b;  // ∫ 1/u² du
    const mpq_class g = f * (4 - 6 * t);
    const mpq_class h = f * (3 * t * t - 4 * t);
    const mpq_class of_b_minus_a =
        6 * f + g * (4 / t - mpq_class(1, 2)) + 2 * h / (t * t);  // the coefficient of B − A
    mean_square.add(of_b_minus_a, B).add(-of_b_minus_a, A).add(6 * f, D);
    mean_square.add(-3 * f * (b - a) / 2).add(3 * f * (2 - t) * width);
    mean_square.add(g * width, L).add(g / b, A).add(-g / a, B);
    mean_square.add(h * width * (1 / t - mpq_class(1, 2)));
}

/// The same integrals with v = 1 … 2 and u = a … 2: where a carry is sure whatever v is.
inline void add_sure_carry(linear_combination& mean, linear_combination& mean_square, const mpq_class& a,
                           const mpq_class& t) {
    const mpfr_prec_t precision = mean.sum().precision();
    const mpfr_real L = logarithm(2, precision);
    const mpfr_real W = logarithm(2 / a, precision);  // ∫ 1/u du
    const mpq_class width = 1 / a - mpq_class(1, 2);
    mean.add(2 - a, L).add(-t, product(L, W)).add(1, W);
    mean_square.add(3 * (2 - a) / 2).add(6, product(L, W)).add(3 * width);
    mean_square.add((4 - 6 * t) / 2, W).add((4 - 6 * t) * width, L).add((3 * t * t - 4 * t) * width / 2);
}

inline void require_constant(const char* function, const mpq_class& c) {
    if (c < 0 || c > 1)
        throw_argument_error<value_error>(function, "c", c.get_str(), "0 to 1");
}

inline l_mul_limit finish_limit(const mpq_class& absolute_mean, const mpq_class& absolute_mean_square,
                                linear_combination& mean, linear_combination& mean_square) {
    // e = q − 1.
    mean_square.add(-2, mean.sum()).add(1);
    mean.add(-1);
    return {absolute_mean, absolute_mean_square, mean.result(), mean_square.result()};
}

}  // namespace detail

/// The limit of the formula's errors for the constant c, 0 <= c <= 1; value_error for others.
inline l_mul_limit l_mul_formula_limit(const mpq_class& c, mpfr_prec_t precision = 64) {
    detail::require_constant("reference::l_mul_formula_limit", c);
    detail::linear_combination mean(precision);
    detail::linear_combination mean_square(precision);
    detail::add_formula_quotient(mean, mean_square, c);
    return detail::finish_limit(c - mpq_class(1, 4), mpq_class(1, 9) - c / 2 + c * c, mean, mean_square);
}

/// The limit of the integer adder's errors for the constant c, 0 <= c <= 1, Mitchell's for c = 0; value_error for
/// others.
inline l_mul_limit l_mul_adder_limit(const mpq_class& c, mpfr_prec_t precision = 64) {
    detail::require_constant("reference::l_mul_adder_limit", c);
    detail::linear_combination mean(precision);
    detail::linear_combination mean_square(precision);
    detail::add_formula_quotient(mean, mean_square, c);
    // s = u + v − 2 + c: the first carry from u + v = 3 − c, the second from 4 − c.
    detail::add_carry(mean, mean_square, 1, 2 - c, 1);
    detail::add_sure_carry(mean, mean_square, 2 - c, 3 - c);
    detail::add_carry(mean, mean_square, 2 - c, 2, 2);
    const mpq_class r = 1 - c;
    const mpq_class r3 = r * r * r;
    const mpq_class c3 = c * c * c;
    const mpq_class square = mpq_class(1, 9) - c / 2 + c * c +
                             2 * (c * c + c * r3 / 6 - mpq_class(1, 3) + r / 4 - r3 * r * r / 120) +
                             mpq_class(1, 6) + c * c - r3 * r / 12 + 5 * c3 * c / 3 - c3 * c * c / 30;
    return detail::finish_limit(2 * c - mpq_class(1, 4) + r3 / 6 + c3 / 3, square, mean, mean_square);
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
