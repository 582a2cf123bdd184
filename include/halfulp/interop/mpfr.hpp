// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// `mpfr_real`: an MPFR number that owns its memory, and nothing more. Arithmetic is done with the
/// mpfr_ functions on `get()`, which keeps precision and rounding of every step visible and this
/// header cheap to include.

#include <gmpxx.h>
#include <mpfr.h>

#include <string>
#include <utility>

namespace halfulp {
inline namespace v0 {

/// A binary floating-point number of a precision chosen at construction, with MPFR's exponent range.
///
/// The precision is explicit everywhere: a copy has the precision of its source, an assignment
/// takes over the precision of its right-hand side, and no global default is read. Values go in
/// and out through the mpfr_ functions: `mpfr_exp(y.get(), x.get(), MPFR_RNDN)`.
class mpfr_real {
  public:
    /// NaN, at `precision` bits (MPFR_PREC_MIN … MPFR_PREC_MAX).
    explicit mpfr_real(mpfr_prec_t precision) { mpfr_init2(value_, precision); }
    /// `value` rounded to `precision` bits; exact when 53 bits or more are asked for.
    mpfr_real(double value, mpfr_prec_t precision, mpfr_rnd_t direction = MPFR_RNDN) : mpfr_real(precision) {
        mpfr_set_d(value_, value, direction);
    }
    /// `value` rounded to `precision` bits; exact when 64 bits or more are asked for.
    mpfr_real(long value, mpfr_prec_t precision, mpfr_rnd_t direction = MPFR_RNDN) : mpfr_real(precision) {
        mpfr_set_si(value_, value, direction);
    }
    /// As from `long`, so that a literal is not ambiguous.
    mpfr_real(int value, mpfr_prec_t precision, mpfr_rnd_t direction = MPFR_RNDN)
        : mpfr_real(static_cast<long>(value), precision, direction) {}
    /// An integer rounded once to `precision` bits.
    mpfr_real(const mpz_class& value, mpfr_prec_t precision, mpfr_rnd_t direction = MPFR_RNDN)
        : mpfr_real(precision) {
        mpfr_set_z(value_, value.get_mpz_t(), direction);
    }
    /// A rational number rounded once to `precision` bits.
    mpfr_real(const mpq_class& value, mpfr_prec_t precision, mpfr_rnd_t direction = MPFR_RNDN)
        : mpfr_real(precision) {
        mpfr_set_q(value_, value.get_mpq_t(), direction);
    }
    /// Decimal text as mpfr_strtofr reads it, rounded once to `precision` bits; NaN where the text
    /// is not a number from its first to its last character.
    mpfr_real(const std::string& text, mpfr_prec_t precision, mpfr_rnd_t direction = MPFR_RNDN)
        : mpfr_real(precision) {
        if (mpfr_set_str(value_, text.c_str(), 10, direction) != 0)
            mpfr_set_nan(value_);
    }

    /// The same value at the same precision.
    mpfr_real(const mpfr_real& other) : mpfr_real(other.precision()) {
        mpfr_set(value_, other.value_, MPFR_RNDN);
    }
    /// The source is left NaN, at the smallest precision.
    mpfr_real(mpfr_real&& other) : mpfr_real(static_cast<mpfr_prec_t>(MPFR_PREC_MIN)) { swap(other); }
    /// Takes over value and precision.
    mpfr_real& operator=(const mpfr_real& other) {
        if (this != &other) {
            mpfr_set_prec(value_, other.precision());
            mpfr_set(value_, other.value_, MPFR_RNDN);
        }
        return *this;
    }
    /// Exchanges the two.
    mpfr_real& operator=(mpfr_real&& other) noexcept {
        swap(other);
        return *this;
    }
    ~mpfr_real() { mpfr_clear(value_); }

    /// Exchanges values and precisions.
    void swap(mpfr_real& other) noexcept { mpfr_swap(value_, other.value_); }

    /// The number, for the functions of MPFR.
    mpfr_ptr get() noexcept { return value_; }
    mpfr_srcptr get() const noexcept { return value_; }

    /// Bits of the significand.
    mpfr_prec_t precision() const noexcept { return mpfr_get_prec(value_); }

    /// The nearest double, ties to even.
    double to_double() const { return mpfr_get_d(value_, MPFR_RNDN); }

    /// The value itself, without rounding; the value must be finite.
    mpq_class to_rational() const {
        mpq_class result;
        mpfr_get_q(result.get_mpq_t(), value_);
        return result;
    }

    /// Decimal text of `digits` significant digits, rounded to nearest, in the shorter of fixed and
    /// exponent notation: printf's %g.
    std::string to_string(int digits) const {
        char* text = nullptr;
        if (mpfr_asprintf(&text, "%.*Rg", digits, value_) < 0)
            return {};
        std::string result(text);
        mpfr_free_str(text);
        return result;
    }

  private:
    mpfr_t value_;
};

/// Exchanges values and precisions.
inline void swap(mpfr_real& x, mpfr_real& y) noexcept {
    x.swap(y);
}

}  // namespace v0
}  // namespace halfulp
