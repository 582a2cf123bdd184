// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The error of convergents in double arithmetic, with bounds of what that is off.
///
/// With the tail t_n, h_n = B_{n-1}/B_n and the determinant of convergents (DLMF 1.12.7)
///
///     C − C_n = ± t_n·Π_{i ≤ n} a_i / (B_n²·(1 + t_n·h_n))
///
/// where 1/B_n = Π_{i ≤ n} h_i, h_n = 1/(b_n + a_n·h_{n-1}), h_0 = 0. All quantities are carried as a
/// double and a bound of what it is off; double arithmetic rounds to nearest. A fused multiply-add
/// in place of two operations is off by less, so contraction does no harm.

#include <halfulp/continued_fractions/tail_enclosure.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Half a unit in the last place of 1.
inline constexpr double rounding_unit = 0x1p-53;

/// x/2^scale as the nearest double or one beside it, and 2^-52 of its size as a bound of the
/// error; 0 where the double is exact.
struct scaled_double {
    double value, error;
    scaled_double(const mpz_class& x, long scale) {
        long exponent = 0;
        const double fraction = mpz_get_d_2exp(&exponent, x.get_mpz_t());
        const long shift = exponent - scale;
        value = std::ldexp(fraction, static_cast<int>(std::clamp(shift, -2000L, 2000L)));
        error = mpz_sizeinbase(x.get_mpz_t(), 2) <= 53 ? 0 : 2 * rounding_unit * std::fabs(value);
    }
};

/// Values of a polynomial, divided by a power of two, at consecutive n, with error bounds.
class polynomial_block {
  public:
    static constexpr std::size_t size = 64;
    using values = std::array<double, size>;

    polynomial_block(const integer_polynomial& p, long scale)
        : exact_below_(std::ldexp(1.0, static_cast<int>(std::clamp(52 - scale, -1000L, 1000L)))),
          // Horner's rule with rounded coefficients: γ_{2d + 2}, and a little more for rounding here.
          relative_error_(static_cast<double>(2 * p.coefficients().size() + 4) * rounding_unit) {
        for (const mpz_class& c : p.coefficients())
            coefficients_.push_back(scaled_double(c, scale).value);
        for (const mpz_class& c : p.coefficients())
            one_sign_ = one_sign_ && sgn(c) * sgn(p.coefficients().back()) >= 0;
    }

    /// p(n), …, p(n + size − 1) and error bounds, n ≥ 0.
    void fill(double n, values& value, values& error) const {
        values point;
        for (std::size_t i = 0; i < size; ++i)
            point[i] = n + static_cast<double>(i);
        value.fill(0);
        for (std::size_t k = coefficients_.size(); k-- > 0;)
            for (std::size_t i = 0; i < size; ++i)
                value[i] = value[i] * point[i] + coefficients_[k];
        // Σ |c_k|·n^k, or more: where it is below 2^53 everything was an integer, and exact.
        if (one_sign_) {
            for (std::size_t i = 0; i < size; ++i)
                error[i] = std::fabs(value[i]);
        } else if (n >= 1000) {
            double sum = 0;  // at the last place, hardly more than at the first
            for (std::size_t k = coefficients_.size(); k-- > 0;)
                sum = sum * point[size - 1] + std::fabs(coefficients_[k]);
            error.fill(sum);
        } else {
            error.fill(0);
            for (std::size_t k = coefficients_.size(); k-- > 0;)
                for (std::size_t i = 0; i < size; ++i)
                    error[i] = error[i] * point[i] + std::fabs(coefficients_[k]);
        }
        for (std::size_t i = 0; i < size; ++i)
            error[i] = error[i] <= exact_below_ ? 0 : error[i] * relative_error_;
    }

  private:
    std::vector<double> coefficients_;
    double exact_below_, relative_error_;
    bool one_sign_ = true;
};

/// a_n·4^-s and b_n·2^-s at n = first, …: an equivalence transformation that keeps every ratio.
class element_block {
  public:
    static constexpr long size = static_cast<long>(polynomial_block::size);

    explicit element_block(const polynomial_continued_fraction& fraction)
        : fraction_(fraction),
          scale_(scale_of(fraction)),
          numerators_(fraction.numerators(), 2 * scale_),
          denominators_(fraction.denominators(), scale_) {}

    long scale() const noexcept { return scale_; }
    void fill(long n) {
        if (n == first_)
            return;
        first_ = n;
        numerators_.fill(static_cast<double>(n), a, a_error);
        denominators_.fill(static_cast<double>(n), b, b_error);
        for (long i = n; i < std::min(n + size, fraction_.polynomial_from()); ++i) {
            const auto at = static_cast<std::size_t>(i - n);
            const scaled_double numerator(i > 0 ? fraction_.a(i) : mpz_class(1), 2 * scale_);
            const scaled_double denominator(fraction_.b(i), scale_);
            a[at] = numerator.value, a_error[at] = numerator.error;
            b[at] = denominator.value, b_error[at] = denominator.error;
        }
    }
    polynomial_block::values a, a_error, b, b_error;

  private:
    /// 0, unless the coefficients leave the middle of the range of double.
    static long scale_of(const polynomial_continued_fraction& fraction) {
        const auto bits = [](const mpz_class& x) {
            return static_cast<long>(mpz_sizeinbase(x.get_mpz_t(), 2));
        };
        const long b = bits(fraction.denominators().leading_coefficient());
        const long a = bits(fraction.numerators().leading_coefficient()) / 2;
        // No further, so that 4^-s does not leave the range either.
        return std::max(a, b) > 100 ? std::min(std::max(a, b), 300L) : 0;
    }
    const polynomial_continued_fraction& fraction_;
    long scale_;
    polynomial_block numerators_, denominators_;
    long first_ = -1;
};

/// An upper bound of a product of numbers x ≥ 0: 2^exponent·mantissa, apart from 2^-53 a factor.
struct scaled_product {
    double mantissa = 1;
    long exponent = 0;

    /// At most 1000 times without normalise().
    void multiply(double x) {
        // Below the normal numbers the two parts make more than x.
        const auto bits = std::bit_cast<std::uint64_t>(x);
        exponent += static_cast<long>(bits >> 52) - 1023;
        mantissa *= std::bit_cast<double>((bits & 0x000f'ffff'ffff'ffff) | 0x3ff0'0000'0000'0000);
    }
    void normalise() {
        const double x = mantissa;
        mantissa = 1;
        multiply(x);
    }
    double log2() const { return std::log2(mantissa) + static_cast<double>(exponent); }
};

/// An upper bound of log2 |x|.
inline double log2_above(const mpz_class& x) {
    long exponent = 0;
    const double fraction = std::fabs(mpz_get_d_2exp(&exponent, x.get_mpz_t())) + 0x1p-52;
    return x == 0 ? -std::numeric_limits<double>::infinity()
                  : std::log2(fraction) + static_cast<double>(exponent) + 0x1p-50;
}

/// h_n and the size of a_1⋯a_n/B_n², with bounds of what they are off.
struct walk_state {
    long n = 0;
    double ratio = 0;        // h_n, in the scale of the elements
    double ratio_error = 0;  // relative
    scaled_product gap;      // gap·e^excess ≥ |a_1⋯a_n|/B_n²
    double excess = 0;
};

/// B_n and a_1⋯a_n by exact integers, for the beginning.
class exact_denominators {
  public:
    explicit exact_denominators(const polynomial_continued_fraction& fraction) : fraction_(fraction) {}
    void advance(long n) {
        mpz_class a, b, next;
        for (; n_ < n; ++n_) {
            fraction_.numerator(a, n_ + 1);
            fraction_.denominator(b, n_ + 1);
            next = b * current + a * previous;
            mpz_swap(previous.get_mpz_t(), current.get_mpz_t());
            mpz_swap(current.get_mpz_t(), next.get_mpz_t());
            numerators *= a;
        }
    }
    mpz_class previous = 0, current = 1, numerators = 1;

  private:
    const polynomial_continued_fraction& fraction_;
    long n_ = 0;
};

/// Goes through n with the state.
class error_walk {
  public:
    error_walk(const polynomial_continued_fraction& fraction, const tail_enclosure& tails)
        : fraction_(fraction), tails_(tails), elements_(fraction) {}

    long n() const noexcept { return state_.n; }
    const walk_state& state() const noexcept { return state_; }

    /// Begins at n = 0.
    void start() { state_ = {}; }
    /// Begins at n with the exact B_{n-1}, B_n, a_1⋯a_n; false where B_n = 0.
    bool start(long n, const mpz_class& previous, const mpz_class& current, const mpz_class& numerators) {
        if (current == 0)
            return false;
        long e = 0, f = 0, g = 0;
        const double x = mpz_get_d_2exp(&e, previous.get_mpz_t());
        const double y = mpz_get_d_2exp(&f, current.get_mpz_t());
        const double z = mpz_get_d_2exp(&g, numerators.get_mpz_t());
        state_ = {n,
                  std::ldexp(x / y, static_cast<int>(std::clamp(e - f + elements_.scale(), -2000L, 2000L))),
                  8 * rounding_unit,
                  {std::fabs(z) / (y * y), g - 2 * f},
                  16 * rounding_unit};
        return x == 0 || (std::fabs(state_.ratio) > 0x1p-300 && std::fabs(state_.ratio) < 0x1p300);
    }

    /// Steps on to an n ≤ last with bound() ≤ target (the least of its block, as a rule), or to last.
    /// False where the denominators come too near to zero for this arithmetic: the walk is over.
    bool advance(long last, double target = -std::numeric_limits<double>::infinity()) {
        const bool looking = target > -std::numeric_limits<double>::infinity();
        if (looking && bound() <= target)
            return true;
        while (state_.n < last) {
            const long first = state_.n + 1 - (state_.n + 1) % element_block::size;
            const long end = std::min(last, first + element_block::size - 1);
            elements_.fill(first);
            const walk_state before = state_;
            if (!advance_in_block(first, end))
                return false;
            if (looking && bound() <= target) {
                state_ = before;
                return advance_to_least(first, end, target);
            }
        }
        return true;
    }

    /// An upper bound of log2 |C − C_n|; +infinity where there is no proof.
    double bound() const {
        if (state_.n < tails_.from)
            return std::numeric_limits<double>::infinity();
        // The end of T_n that is not zero, end·2^exponent.
        fraction_.numerator(a_, state_.n + 1);
        fraction_.denominator(b_, state_.n + 1);
        long e = 0, f = 0;
        const double x = mpz_get_d_2exp(&e, a_.get_mpz_t());
        const double y = mpz_get_d_2exp(&f, b_.get_mpz_t());
        const auto n = static_cast<double>(state_.n);
        const double c = (static_cast<double>(tails_.p) * n + static_cast<double>(tails_.q)) /
                         (static_cast<double>(tails_.r) * n + static_cast<double>(tails_.s));
        const double end = x / y * c;
        const long shift = e - f;
        // 1 + t·h over T_n is least at an end, and 1 at the other; |t|/|1 + t·h| grows with |t|.
        const double th = std::ldexp(end * state_.ratio,
                                     static_cast<int>(std::clamp(shift - elements_.scale(), -2000L, 2000L)));
        const double sum = 1 + th;
        const double least = sum - 1.02 * (std::fabs(th) * (state_.ratio_error + 16 * rounding_unit) +
                                           8 * rounding_unit * (1 + std::fabs(sum)));
        if (!(least > 0) || !std::isfinite(th))
            return std::numeric_limits<double>::infinity();
        const double result = std::log2(std::fabs(end)) - std::log2(least) + state_.gap.log2() +
                              static_cast<double>(shift) + 1.4427 * state_.excess;
        return result + std::fabs(result) * 0x1p-48 + 0x1p-30;
    }

  private:
    /// To n = end, within the block that begins at `first`.
    bool advance_in_block(long first, long end) {
        walk_state s = state_;
        while (s.n < end) {
            const auto i = static_cast<std::size_t>(s.n + 1 - first);
            if (!step(s, elements_.a[i], elements_.a_error[i], elements_.b[i], elements_.b_error[i]))
                return false;
        }
        s.gap.normalise();
        state_ = s;
        return true;
    }
    /// To an n ≤ end of the block with bound() ≤ target, as is so at the end: the least, if the bound
    /// falls from n to n + 1, as a rule it does.
    bool advance_to_least(long first, long end, double target) {
        std::array<walk_state, static_cast<std::size_t>(element_block::size) + 1> passed;
        std::size_t low = 0, high = 0;
        for (passed[0] = state_; state_.n < end; passed[++high] = state_)
            if (!advance_in_block(first, state_.n + 1))
                return false;
        while (high - low > 1) {
            const std::size_t middle = (low + high) / 2;
            state_ = passed[middle];
            (bound() <= target ? high : low) = middle;
        }
        state_ = passed[high];
        return true;
    }
    /// One n on.
    static bool step(walk_state& s, double a, double a_error, double b, double b_error) {
        const double h = std::fabs(s.ratio);
        const double product = a * s.ratio;
        const double sum = b + product;
        const double size = std::fabs(sum);
        const double inverse = 1 / sum;
        const double inverse_size = std::fabs(inverse);
        const double numerator = std::fabs(a) + a_error;
        if (!(size > 0x1p-300 && size < 0x1p300 && numerator < 0x1p400))
            return false;
        // What b_n + a_n·h_{n-1} may be off, without and with what h_{n-1} is, relative to it.
        const double rounded = (b_error + 1.02 * a_error * h + 2 * rounding_unit * size +
                                4 * rounding_unit * std::fabs(product)) *
                               inverse_size;
        const double inherited = std::fabs(product) * inverse_size;
        // x/(1 − x) < x·(1 + 2x). A larger factor would grow exponentially where convergence is slow.
        constexpr double usual = 1 + 0x1p-22;
        double next_error = inherited * usual * s.ratio_error + (rounded * usual + 4 * rounding_unit);
        if (!(next_error < 0x1p-24)) {
            const double relative = inherited * s.ratio_error + rounded;
            if (!(relative < 0x1p-7))
                return false;
            next_error = relative * (1 + 2 * relative + 32 * rounding_unit) + 4 * rounding_unit;
        }
        s.ratio = inverse;
        s.ratio_error = next_error;
        s.gap.multiply(numerator * inverse * inverse);
        s.excess += 2 * s.ratio_error + 8 * rounding_unit;
        ++s.n;
        return true;
    }

    const polynomial_continued_fraction& fraction_;
    const tail_enclosure& tails_;
    element_block elements_;
    walk_state state_;
    mutable mpz_class a_, b_;
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
