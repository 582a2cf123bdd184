// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// `exact_value`: what a floating-point operation would give if it never rounded. NaN, an infinity,
/// a zero, a rational number of any size, or the square root of one; with IEEE 754's rules for the
/// special values. Nothing here knows a format: decode.hpp makes exact values from codes, round.hpp
/// makes codes from exact values.

#include <halfulp/core/status.hpp>
#include <halfulp/interop/mpfr.hpp>
#include <halfulp/reference/positive_ratio.hpp>

#include <cmath>
#include <compare>
#include <concepts>
#include <stdexcept>
#include <string>
#include <utility>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// What an exact value is.
enum class value_kind : unsigned char {
    nan,
    infinity,
    zero,
    rational,    ///< finite, not zero
    square_root  ///< the irrational square root of a rational number: can be compared and rounded only
};

/// Which sign a zero has.
enum class zero_sign : unsigned char {
    positive,
    negative,
    by_direction,  ///< x + (−x): negative when rounded toward_negative, positive otherwise
    none  ///< from a format without negative zero: as +0, but dividing by it has no signed infinity to give
};

/// An exact result. Immutable; every operation is exact and carries the exceptions (invalid,
/// divide_by_zero) of all the operations that led to it in `raised()`; the others come from rounding.
class exact_value {
  public:
    /// Positive zero.
    exact_value() = default;
    /// An integer.
    template <std::integral T>
    exact_value(T value) {
        if (value == 0)
            return;
        kind_ = value_kind::rational;
        negative_ = value < T{0};
        const auto bits = static_cast<std::uint64_t>(value);
        magnitude_.numerator = natural(negative_ ? std::uint64_t{0} - bits : bits);
    }
    /// A double, or a float, without rounding.
    exact_value(double value) {
        negative_ = std::signbit(value);
        if (std::isnan(value)) {
            kind_ = value_kind::nan;
        } else if (std::isinf(value)) {
            kind_ = value_kind::infinity;
        } else if (value == 0) {
            zero_sign_ = negative_ ? zero_sign::negative : zero_sign::positive;
        } else {
            int exponent = 0;
            const double significand = std::frexp(std::fabs(value), &exponent);
            kind_ = value_kind::rational;
            magnitude_.numerator = natural(static_cast<std::uint64_t>(std::ldexp(significand, 53)));
            magnitude_.exponent = exponent - 53;
        }
    }
    /// An integer of GMP.
    exact_value(const mpz_class& value) : exact_value(mpq_class(value)) {}
    /// A rational number of GMP, reduced or not.
    exact_value(const mpq_class& value) {
        if (sgn(value) == 0)
            return;
        kind_ = value_kind::rational;
        negative_ = sgn(value) < 0;
        magnitude_ = {natural::from_mpz(abs(value.get_num())), natural::from_mpz(value.get_den()), 0};
    }
    /// An MPFR number without rounding.
    exact_value(const mpfr_real& value) {
        negative_ = mpfr_signbit(value.get()) != 0;
        if (mpfr_nan_p(value.get()) != 0) {
            kind_ = value_kind::nan;
        } else if (mpfr_inf_p(value.get()) != 0) {
            kind_ = value_kind::infinity;
        } else if (mpfr_zero_p(value.get()) != 0) {
            zero_sign_ = negative_ ? zero_sign::negative : zero_sign::positive;
        } else {
            mpz_class significand;
            kind_ = value_kind::rational;
            magnitude_.exponent = mpfr_get_z_2exp(significand.get_mpz_t(), value.get());
            magnitude_.numerator = natural::from_mpz(abs(significand));
        }
    }

    /// NaN, with the exceptions that making it raised: none for one that was an operand.
    static exact_value nan(status raised = {}) {
        exact_value result;
        result.kind_ = value_kind::nan;
        result.raised_ = raised;
        return result;
    }
    /// ∞, or −∞.
    static exact_value infinity(bool negative = false) {
        exact_value result;
        result.kind_ = value_kind::infinity;
        result.negative_ = negative;
        return result;
    }
    /// A zero.
    static exact_value zero(zero_sign sign = zero_sign::positive) {
        exact_value result;
        result.zero_sign_ = sign;
        result.negative_ = sign == zero_sign::negative;
        return result;
    }
    /// ±magnitude.
    static exact_value rational(bool negative, positive_ratio magnitude) {
        exact_value result;
        result.kind_ = value_kind::rational;
        result.negative_ = negative;
        result.magnitude_ = std::move(magnitude);
        return result;
    }

    /// What this value is.
    value_kind kind() const noexcept { return kind_; }
    /// True for NaN.
    bool is_nan() const noexcept { return kind_ == value_kind::nan; }
    /// True for both infinities.
    bool is_infinite() const noexcept { return kind_ == value_kind::infinity; }
    /// True for a zero of any sign.
    bool is_zero() const noexcept { return kind_ == value_kind::zero; }
    /// True for everything but NaN and infinities.
    bool is_finite() const noexcept { return !is_nan() && !is_infinite(); }
    /// The sign bit; false for zeros whose sign is open, and without meaning for NaN.
    bool is_negative() const noexcept { return negative_; }
    /// Meaningful for zeros.
    zero_sign sign_of_zero() const noexcept { return zero_sign_; }
    /// invalid and divide_by_zero, as far as this value's history raised them.
    status raised() const noexcept { return raised_; }
    /// |value| for a rational one, value² for a square root.
    const positive_ratio& magnitude() const noexcept { return magnitude_; }

    /// The value as a reduced rational of GMP; throws std::domain_error unless it is a finite rational.
    mpq_class to_rational() const {
        if (is_zero())
            return {};
        if (kind_ != value_kind::rational)
            throw std::domain_error("halfulp::reference::exact_value: not a finite rational number");
        mpq_class result(magnitude_.numerator.to_mpz(), magnitude_.denominator.to_mpz());
        result.canonicalize();
        if (magnitude_.exponent >= 0)
            result <<= static_cast<mp_bitcnt_t>(magnitude_.exponent);
        else
            result >>= static_cast<mp_bitcnt_t>(-magnitude_.exponent);
        return negative_ ? -result : result;
    }
    /// The value rounded to `precision` bits: once for a rational, within one unit in the last place
    /// of the result for a square root.
    mpfr_real to_mpfr(mpfr_prec_t precision, mpfr_rnd_t direction = MPFR_RNDN) const {
        mpfr_real result(precision);
        if (is_infinite()) {
            mpfr_set_inf(result.get(), negative_ ? -1 : 1);
        } else if (is_zero()) {
            mpfr_set_zero(result.get(), negative_ ? -1 : 1);
        } else if (kind_ == value_kind::rational) {
            mpfr_set_q(result.get(), to_rational().get_mpq_t(), direction);
        } else if (kind_ == value_kind::square_root) {
            const mpfr_real square = rational(false, magnitude_).to_mpfr(precision + 16);
            mpfr_sqrt(result.get(), square.get(), direction);
        }
        return result;
    }
    /// The nearest double.
    double to_double() const { return to_mpfr(53).to_double(); }
    /// Decimal text of so many significant digits, for messages.
    std::string to_string(int digits = 20) const { return to_mpfr(256).to_string(digits); }

    /// −x; a zero whose sign is open stays so.
    exact_value operator-() const {
        exact_value result = *this;
        result.negative_ = !negative_;
        if (is_zero() && zero_sign_ != zero_sign::by_direction)
            return zero(negative_ ? zero_sign::positive : zero_sign::negative).with(raised_);
        if (is_zero())
            return *this;
        return result;
    }
    /// x + y; ∞ − ∞ is NaN with invalid.
    friend exact_value operator+(const exact_value& x, const exact_value& y) {
        const status raised = x.raised_ | y.raised_;
        return sum(x, y).with(raised);
    }
    /// x − y, as x + (−y).
    friend exact_value operator-(const exact_value& x, const exact_value& y) { return x + -y; }
    /// x·y; 0·∞ is NaN with invalid.
    friend exact_value operator*(const exact_value& x, const exact_value& y) {
        const status raised = x.raised_ | y.raised_;
        return product(x, y).with(raised);
    }
    /// x/y; 0/0 and ∞/∞ are NaN with invalid. x/0 is an infinity with divide_by_zero (for finite x),
    /// or where that zero has no sign, NaN with invalid, and with divide_by_zero for finite x.
    friend exact_value operator/(const exact_value& x, const exact_value& y) {
        const status raised = x.raised_ | y.raised_;
        return quotient(x, y).with(raised);
    }
    /// x·y + z with IEEE 754's rule that a NaN among the operands raises nothing.
    friend exact_value fma(const exact_value& x, const exact_value& y, const exact_value& z) {
        if (x.is_nan() || y.is_nan() || z.is_nan())
            return nan(x.raised_ | y.raised_ | z.raised_);
        return x * y + z;
    }
    /// The square root: of −0 it is −0, of other negative values NaN with invalid.
    friend exact_value sqrt(const exact_value& x);
    /// IEEE 754 remainder: x − n·y with n the integer nearest to x/y, the even one of two. A zero has
    /// the sign of x; an infinite x and a zero y are invalid, an infinite y gives x.
    friend exact_value remainder(const exact_value& x, const exact_value& y);

    /// The order of the real numbers with −∞ and ∞; zeros are equal, NaN is unordered.
    friend std::partial_ordering operator<=>(const exact_value& x, const exact_value& y);
    friend bool operator==(const exact_value& x, const exact_value& y) {
        return (x <=> y) == std::partial_ordering::equivalent;
    }

  private:
    exact_value with(status raised) && {
        raised_ |= raised;
        return std::move(*this);
    }
    static exact_value invalid() { return nan({.invalid = true}); }
    static exact_value signed_zero(bool negative) {
        return zero(negative ? zero_sign::negative : zero_sign::positive);
    }
    void require_rational() const {
        if (kind_ == value_kind::square_root)
            throw std::domain_error(
                "halfulp::reference::exact_value: arithmetic on a square root that is not rational");
    }
    static exact_value sum(const exact_value& x, const exact_value& y);
    static exact_value product(const exact_value& x, const exact_value& y);
    static exact_value quotient(const exact_value& x, const exact_value& y);

    value_kind kind_ = value_kind::zero;
    zero_sign zero_sign_ = zero_sign::positive;
    bool negative_ = false;
    status raised_;
    positive_ratio magnitude_;
};

inline exact_value exact_value::sum(const exact_value& x, const exact_value& y) {
    x.require_rational();
    y.require_rational();
    if (x.is_nan() || y.is_nan())
        return nan();
    if (x.is_infinite() && y.is_infinite())
        return x.negative_ == y.negative_ ? infinity(x.negative_) : invalid();
    if (x.is_infinite() || y.is_infinite())
        return infinity(x.is_infinite() ? x.negative_ : y.negative_);
    if (x.is_zero() && y.is_zero()) {
        const bool open = x.zero_sign_ == zero_sign::by_direction || y.zero_sign_ == zero_sign::by_direction;
        if (open || x.negative_ != y.negative_)
            return zero(zero_sign::by_direction);
        return signed_zero(x.negative_);
    }
    if (x.is_zero() || y.is_zero())
        return x.is_zero() ? y : x;
    if (x.negative_ == y.negative_)
        return rational(x.negative_, x.magnitude_ + y.magnitude_);
    const std::strong_ordering order = x.magnitude_ <=> y.magnitude_;
    if (order == 0)
        return zero(zero_sign::by_direction);
    return order > 0 ? rational(x.negative_, x.magnitude_ - y.magnitude_)
                     : rational(y.negative_, y.magnitude_ - x.magnitude_);
}

inline exact_value exact_value::product(const exact_value& x, const exact_value& y) {
    x.require_rational();
    y.require_rational();
    if (x.is_nan() || y.is_nan())
        return nan();
    const bool negative = x.negative_ != y.negative_;
    if (x.is_infinite() || y.is_infinite())
        return x.is_zero() || y.is_zero() ? invalid() : infinity(negative);
    if (x.is_zero() || y.is_zero())
        return signed_zero(negative);
    return rational(negative, x.magnitude_ * y.magnitude_);
}

inline exact_value exact_value::quotient(const exact_value& x, const exact_value& y) {
    x.require_rational();
    y.require_rational();
    if (x.is_nan() || y.is_nan())
        return nan();
    const bool negative = x.negative_ != y.negative_;
    if (y.is_zero()) {
        if (x.is_zero())
            return invalid();
        if (y.zero_sign_ == zero_sign::none)  // neither +∞ nor −∞ is right
            return nan({.invalid = true, .divide_by_zero = x.is_finite()});
        return infinity(negative).with({.divide_by_zero = x.is_finite()});
    }
    if (x.is_infinite())
        return y.is_infinite() ? invalid() : infinity(negative);
    if (x.is_zero() || y.is_infinite())
        return signed_zero(negative);
    return rational(negative, x.magnitude_ / y.magnitude_);
}

inline exact_value sqrt(const exact_value& x) {
    x.require_rational();
    if (x.is_nan() || x.is_zero())
        return x;
    if (x.negative_)
        return exact_value::invalid().with(x.raised_);
    if (x.is_infinite())
        return x;
    // sqrt(n/d · 2^e) = sqrt(n·d) / d · 2^(e/2) with e made even.
    const long odd = x.magnitude_.exponent & 1;
    const natural& denominator = x.magnitude_.denominator;
    const natural::floor_result root = floor_sqrt((x.magnitude_.numerator << odd) * denominator);
    exact_value result = x;
    if (root.exact) {
        result.magnitude_ = {root.floor, denominator, (x.magnitude_.exponent - odd) / 2};
    } else {
        result.kind_ = value_kind::square_root;
    }
    return result;
}

inline exact_value remainder(const exact_value& x, const exact_value& y) {
    x.require_rational();
    y.require_rational();
    const status raised = x.raised_ | y.raised_;
    if (x.is_nan() || y.is_nan())
        return exact_value::nan(raised);
    if (x.is_infinite() || y.is_zero())
        return exact_value::invalid().with(raised);
    if (x.is_zero() || y.is_infinite())
        return exact_value(x).with(raised);
    // In units of |y|'s last place both are integers: |x| = n·|y| + rest, 0 <= rest < |y|.
    const aligned_ratios aligned(x.magnitude_, y.magnitude_);
    natural n = floor_divide(aligned.x, aligned.y).floor;
    const natural rest = aligned.x - n * aligned.y;
    const std::strong_ordering half = rest + rest <=> aligned.y;
    const bool up = half > 0 || (half == 0 && n.is_odd());
    const natural distance = up ? aligned.y - rest : rest;
    if (distance.is_zero())
        return exact_value::signed_zero(x.negative_).with(raised);
    return exact_value::rational(x.negative_ != up, {distance, aligned.denominator, aligned.exponent})
        .with(raised);
}

inline std::partial_ordering operator<=>(const exact_value& x, const exact_value& y) {
    if (x.is_nan() || y.is_nan())
        return std::partial_ordering::unordered;
    const auto sign = [](const exact_value& v) { return v.is_zero() ? 0 : v.is_negative() ? -1 : 1; };
    if (sign(x) != sign(y) || x.is_zero())
        return sign(x) <=> sign(y);
    if (x.is_infinite() || y.is_infinite()) {
        const int infinite = static_cast<int>(x.is_infinite()) - static_cast<int>(y.is_infinite());
        return x.negative_ ? 0 <=> infinite : infinite <=> 0;
    }
    // Magnitudes, both squared where one of them is a root.
    const bool roots = x.kind_ == value_kind::square_root || y.kind_ == value_kind::square_root;
    const auto comparable = [roots](const exact_value& v) {
        return roots && v.kind_ == value_kind::rational ? v.magnitude_ * v.magnitude_ : v.magnitude_;
    };
    const std::strong_ordering order = comparable(x) <=> comparable(y);
    return x.negative_ ? 0 <=> order : order;
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
