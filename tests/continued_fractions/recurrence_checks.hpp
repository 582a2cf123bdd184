// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The four recurrences, step by step in MPFR: at one precision, in eight modes, and with the exponent range of
/// an IEEE format where that is asked for. Shares nothing with the library but the fractions' elements.

#include <halfulp/continued_fractions/recurrence.hpp>
#include <halfulp/core/rounding.hpp>
#include <halfulp/formats/float_format.hpp>
#include <halfulp/interop/mpfr.hpp>

#include "support/catch.hpp"

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace halfulp_test {

/// The modes that MPFR has, or that follow from one of its results and whether that was exact.
inline constexpr halfulp::rounding emulated_modes[] = {
    halfulp::rounding::ties_to_even,    halfulp::rounding::toward_zero,    halfulp::rounding::toward_positive,
    halfulp::rounding::toward_negative, halfulp::rounding::away_from_zero, halfulp::rounding::ties_to_away,
    halfulp::rounding::ties_to_zero,    halfulp::rounding::to_odd};

using halfulp::mpfr_real;
using halfulp::polynomial_continued_fraction;
using halfulp::rounding;

/// MPFR's exponents limited to those of a format, in a scope.
class exponent_range {
  public:
    explicit exponent_range(const halfulp::float_format& f) : low_(mpfr_get_emin()), high_(mpfr_get_emax()) {
        mpfr_set_emin(f.minimum_exponent() - f.precision() + 2);
        mpfr_set_emax(f.maximum_exponent() + 1);
    }
    ~exponent_range() {
        mpfr_set_emin(low_);
        mpfr_set_emax(high_);
    }
    exponent_range(const exponent_range&) = delete;
    exponent_range& operator=(const exponent_range&) = delete;

  private:
    mpfr_exp_t low_, high_;
};

/// Arithmetic of one format and mode.
class emulated_format {
  public:
    /// With `bounded` subnormals and overflow are those of the format (inside an exponent_range, in the five modes
    /// of MPFR), otherwise exponents have no bounds.
    emulated_format(const halfulp::float_format& format, rounding mode, bool bounded = false)
        : format_(format), mode_(mode), bounded_(bounded) {}

    mpfr_real integer(const mpz_class& x) const {
        return rounded([&](mpfr_ptr r, mpfr_rnd_t d) { return mpfr_set_z(r, x.get_mpz_t(), d); });
    }
    mpfr_real sum(const mpfr_real& x, const mpfr_real& y) const {
        return rounded([&](mpfr_ptr r, mpfr_rnd_t d) { return mpfr_add(r, x.get(), y.get(), d); });
    }
    mpfr_real product(const mpfr_real& x, const mpfr_real& y) const {
        return rounded([&](mpfr_ptr r, mpfr_rnd_t d) { return mpfr_mul(r, x.get(), y.get(), d); });
    }
    mpfr_real quotient(const mpfr_real& x, const mpfr_real& y) const {
        return rounded([&](mpfr_ptr r, mpfr_rnd_t d) { return mpfr_div(r, x.get(), y.get(), d); });
    }
    mpfr_real fused(const mpfr_real& x, const mpfr_real& y, const mpfr_real& z) const {
        return rounded([&](mpfr_ptr r, mpfr_rnd_t d) { return mpfr_fma(r, x.get(), y.get(), z.get(), d); });
    }
    mpfr_real scaled(const mpfr_real& x, long exponent) const {
        return rounded([&](mpfr_ptr r, mpfr_rnd_t d) { return mpfr_mul_2si(r, x.get(), exponent, d); });
    }
    mpfr_real tiny() const {
        const int least = format_.minimum_exponent();
        return scaled(mpfr_real(1L, format_.precision()),
                      std::max(least, std::min(least / 2, -2 * format_.precision())));
    }

    mpfr_real forward(const polynomial_continued_fraction& f, long depth) const {
        mpfr_real x[4] = {integer(f.b(0)), integer(1), integer(1), integer(0)};
        for (long n = 1; n <= depth; ++n) {
            if (bounded_)
                rescale(x);
            const mpfr_real a = integer(f.a(n)), b = integer(f.b(n));
            for (int i = 0; i < 4; i += 2) {
                mpfr_real next = fused(b, x[i], product(a, x[i + 1]));
                x[i + 1] = x[i];
                x[i] = next;
            }
        }
        return quotient(x[0], x[2]);
    }
    mpfr_real backward(const polynomial_continued_fraction& f, long depth) const {
        mpfr_real tail = integer(0);
        for (long n = depth; n >= 1; --n)
            tail = quotient(integer(f.a(n)), sum(integer(f.b(n)), tail));
        return sum(integer(f.b(0)), tail);
    }
    mpfr_real steed(const polynomial_continued_fraction& f, long depth) const {
        const mpfr_real one = integer(1), minus_one = integer(-1);
        mpfr_real value = integer(f.b(0)), inverse = one, change = one;
        for (long n = 1; n <= depth; ++n) {
            const mpfr_real a = integer(f.a(n)), b = integer(f.b(n));
            inverse = quotient(one, n == 1 ? b : fused(a, inverse, b));
            change = n == 1 ? product(a, inverse) : product(fused(b, inverse, minus_one), change);
            value = sum(value, change);
        }
        return value;
    }
    mpfr_real lentz(const polynomial_continued_fraction& f, long depth) const {
        const mpfr_real one = integer(1);
        const auto not_zero = [&](const mpfr_real& x) { return mpfr_zero_p(x.get()) != 0 ? tiny() : x; };
        mpfr_real value = not_zero(integer(f.b(0))), ratio = value, inverse = integer(0);
        for (long n = 1; n <= depth; ++n) {
            const mpfr_real a = integer(f.a(n)), b = integer(f.b(n));
            inverse = quotient(one, not_zero(fused(a, inverse, b)));
            ratio = not_zero(sum(b, quotient(a, ratio)));
            value = product(value, product(ratio, inverse));
        }
        return value;
    }

  private:
    template <class Operation>
    mpfr_real rounded(const Operation& operation) const {
        mpfr_real result(format_.precision());
        const auto directly = [&](mpfr_rnd_t direction) {
            const int ternary = operation(result.get(), direction);
            if (bounded_)
                mpfr_subnormalize(result.get(), ternary, direction);
        };
        switch (mode_) {
            case rounding::ties_to_even:
                directly(MPFR_RNDN);
                break;
            case rounding::toward_zero:
                directly(MPFR_RNDZ);
                break;
            case rounding::toward_positive:
                directly(MPFR_RNDU);
                break;
            case rounding::toward_negative:
                directly(MPFR_RNDD);
                break;
            case rounding::away_from_zero:
                directly(MPFR_RNDA);
                break;
            case rounding::to_odd: {
                const bool inexact = operation(result.get(), MPFR_RNDZ) != 0;
                if (inexact && mpfr_number_p(result.get()) &&
                    mpfr_min_prec(result.get()) < format_.precision())
                    away_by_one(result);
                break;
            }
            default: {  // ties_to_away, ties_to_zero: one bit more, and whether anything follows
                mpfr_real longer(format_.precision() + 1);
                const bool inexact = operation(longer.get(), MPFR_RNDZ) != 0;
                const bool half = mpfr_regular_p(longer.get()) != 0 &&
                                  mpfr_min_prec(longer.get()) == format_.precision() + 1;
                mpfr_set(result.get(), longer.get(), MPFR_RNDZ);
                if (half && (inexact || mode_ == rounding::ties_to_away))
                    away_by_one(result);
            }
        }
        return result;
    }
    static void away_by_one(mpfr_real& x) {
        if (mpfr_sgn(x.get()) < 0)
            mpfr_nextbelow(x.get());
        else
            mpfr_nextabove(x.get());
    }
    void rescale(mpfr_real (&x)[4]) const {
        bool any = false;
        long largest = 0;
        for (const mpfr_real& v : x)
            if (mpfr_inf_p(v.get()) != 0)
                return;
            else if (mpfr_regular_p(v.get()) != 0) {
                const long exponent = mpfr_get_exp(v.get()) - 1;
                largest = any ? std::max(largest, exponent) : exponent;
                any = true;
            }
        if (largest >= format_.minimum_exponent() / 4 && largest <= format_.maximum_exponent() / 4)
            return;
        for (mpfr_real& v : x)
            v = scaled(v, -largest);
    }
    halfulp::float_format format_;
    rounding mode_;
    bool bounded_;
};

/// Fractions of all kinds: positive, alternating, large elements, exceptional first terms, zeros on the way.
inline const std::vector<polynomial_continued_fraction>& recurrence_fractions() {
    static const std::vector<polynomial_continued_fraction> list{
        {{0, 0, 1}, {1, 2}},                  // 4/pi
        {{1}, {2}, {}, {1}},                  // sqrt 2
        {{0, -1}, {3, 1}},                    // e
        {{0, 0, -1}, {3, 6}},                 // 2/log 2
        {{1}, {2, 4}},                        // (e + 1)/(e − 1)
        {{1, -4, 4}, {2}, {}, {1}},           // 4/pi, slowly
        {{-1}, {1, 1}},                       // J_0(2)/J_1(2)
        {{1}, {0, 1}, {}, {0, 0, 1}},         // b_0 = b_1 = 0
        {{0, 1}, {-2, 1}, {3, -5}, {7, -1}},  // b_2 = 0, exceptional first terms
        {{0, 0, 0, 0, 1}, {3, 11, 11}},       // 5/zeta(2): elements outgrow the small formats soon
        {{-6, 5, 1}, {4}},                    // a_1 = 0
    };
    return list;
}

/// Equal values, zeros of one sign, or both NaN.
inline bool same(double x, double y) {
    return std::isnan(x) ? std::isnan(y) : x == y && std::signbit(x) == std::signbit(y);
}

/// All four methods of an arithmetic.
template <class Arithmetic>
void check_methods(const Arithmetic& k, const emulated_format& oracle, const polynomial_continued_fraction& f,
                   long n) {
    const auto number = [](const auto& x) {
        if constexpr (requires { x.to_double(); })
            return x.to_double();
        else
            return static_cast<double>(x);
    };
    CHECK(same(number(evaluate_forward(f, n, k).value), oracle.forward(f, n).to_double()));
    CHECK(same(number(evaluate_backward(f, n, k).value), oracle.backward(f, n).to_double()));
    CHECK(same(number(evaluate_steed(f, n, k).value), oracle.steed(f, n).to_double()));
    CHECK(same(number(evaluate_lentz(f, n, k).value), oracle.lentz(f, n).to_double()));
}

inline constexpr std::size_t regular_fractions =
    7;  // no zeros divided by, nothing that leaves 11 bits of exponent

}  // namespace halfulp_test
