// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Running error bounds: recurrences whose numbers carry a bound on how far they are from the exact
/// ones, with the same values and the same bits as without.
///
/// With x̂ the computed number, e_x the bound, |x̂ − x| ≤ e_x, and ρ(ẑ) the error of one rounding:
///
///     x ± y    e_x + e_y + ρ                        x·y   |x̂|·e_y + |ŷ|·e_x + e_x·e_y + ρ
///     x/y      (e_x + |x̂/ŷ|·e_y)/(|ŷ| − e_y) + ρ    x·y + z likewise
///
/// ρ is 0 where the operation was exact, u·|ẑ| for a normal result, u = 2^-p to nearest and 2^(1−p) in other
/// modes, half a quantum or a quantum (without subnormals the smallest normal value) below, and
/// infinite after an overflow, a division by zero or an invalid operation. The bound is computed
/// in double and made a little larger, so that it is one in spite of its own roundings. It is for the
/// convergent of the depth in question; how far that is from the fraction's value is another matter.
/// Where modified Lentz replaces a zero, the bound is infinite.
///
/// Source: Wilkinson's running error analysis, as in Higham, Accuracy and Stability of Numerical
/// Algorithms, 2nd edition, 2002, section 3.3.

#include <halfulp/continued_fractions/recurrence_arithmetic.hpp>

#include <cmath>
#include <limits>

namespace halfulp {
inline namespace v0 {

/// A number with a bound on |value − exact value|.
template <formatted_number T>
struct number_with_error {
    T value;
    double error;
};

/// The arithmetic of T with running error bounds, for any recurrence:
/// `evaluate_backward(fraction, 20, running_error_arithmetic<bfloat16>{}).value.error`.
///
/// @tparam T  float, double or a custom_float all of whose values are doubles, with any deterministic
///            projection
template <formatted_number T>
class running_error_arithmetic {
    static constexpr float_format format = number_format<T>::value;
    static constexpr projection how = number_format<T>::default_projection;
    static_assert(detail::format_fits_double(format),
                  "running_error_arithmetic: bounds are doubles, so T's values have to be doubles too");

  public:
    using value_type = number_with_error<T>;
    static constexpr bool is_exact = false;

    value_type from_integer(const mpz_class& x) const {
        return rounded(
            detail::make_result<with_status<T>>(detail::encode_integer<detail::integer_workspace_bits<T>>(
                detail::result_format<T>{}, detail::result_projection<T>{}, x)),
            0);
    }
    value_type from_integer(long x) const { return rounded(convert<with_status<T>>(x), 0); }
    value_type add(const value_type& x, const value_type& y) const {
        return rounded(halfulp::add<with_status<T>>(x.value, y.value), x.error + y.error);
    }
    value_type subtract(const value_type& x, const value_type& y) const {
        return rounded(halfulp::subtract<with_status<T>>(x.value, y.value), x.error + y.error);
    }
    value_type multiply(const value_type& x, const value_type& y) const {
        return rounded(halfulp::multiply<with_status<T>>(x.value, y.value), product_error(x, y));
    }
    value_type multiply_add(const value_type& x, const value_type& y, const value_type& z) const {
        return rounded(halfulp::fma<with_status<T>>(x.value, y.value, z.value),
                       product_error(x, y) + z.error);
    }
    value_type divide(const value_type& x, const value_type& y) const {
        const double divisor = size(y), least = (divisor - y.error) * (1 - 0x1p-48);
        const double propagated = least > 0 ? (x.error + size(x) / divisor * y.error) / least
                                            : std::numeric_limits<double>::infinity();
        return rounded(halfulp::divide<with_status<T>>(x.value, y.value), propagated);
    }
    bool is_zero(const value_type& x) const { return iszero(x.value); }
    bool is_finite(const value_type& x) const { return isfinite(x.value); }
    /// Decided by the values.
    bool settled(const value_type& change, const value_type& tolerance, const value_type& value) const {
        return number_arithmetic<T>{}.settled(change.value, tolerance.value, value.value);
    }
    value_type epsilon() const { return {number_arithmetic<T>{}.epsilon(), 0}; }
    value_type tiny() const {
        return {number_arithmetic<T>{}.tiny(), std::numeric_limits<double>::infinity()};
    }
    long rescale(value_type& x0, value_type& x1, value_type& x2, value_type& x3) const {
        const long scaling = number_arithmetic<T>{}.rescale(x0.value, x1.value, x2.value, x3.value);
        if (scaling != 0)
            for (value_type* x : {&x0, &x1, &x2, &x3}) {
                x->error = enlarged(std::ldexp(x->error, static_cast<int>(scaling)));
                if (size(*x) < smallest_normal)
                    x->error = enlarged(x->error + smallest_error);
            }
        return scaling;
    }

  private:
    static constexpr double unit =
        1.0 / static_cast<double>(std::uint64_t{1}
                                  << (is_nearest(how.mode) ? format.precision() : format.precision() - 1));
    static inline const double smallest_normal = std::ldexp(1.0, format.minimum_exponent());
    static inline const double smallest_error =
        !format.has_subnormals
            ? smallest_normal
            : std::ldexp(1.0, format.minimum_quantum_exponent()) /
                  (is_nearest(how.mode) && format.minimum_quantum_exponent() > -1074 ? 2 : 1);

    static double size(const value_type& x) { return std::fabs(static_cast<double>(x.value)); }
    /// At least the exact sum of products that x approximates, after at most 16 roundings.
    static double enlarged(double x) { return x == 0 ? 0 : x * (1 + 0x1p-48) + 0x1p-1070; }
    static double product_error(const value_type& x, const value_type& y) {
        // A factor 0 without error is exact beside an infinite error too.
        const auto product = [](double s, double t) {
            return s == 0 || t == 0 ? 0.0 : std::fmax(s * t, 0x1p-1074);
        };
        return product(size(x), y.error) + product(size(y), x.error) + product(x.error, y.error);
    }
    static value_type rounded(const with_status<T>& z, double propagated) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        if (z.flags.overflow || z.flags.invalid || z.flags.divide_by_zero || !isfinite(z.value))
            return {z.value, infinity};
        if (!z.flags.inexact)
            return {z.value, enlarged(propagated)};
        const double magnitude = std::fabs(static_cast<double>(z.value));
        const double own = magnitude >= smallest_normal ? unit * magnitude : smallest_error;
        const double error = enlarged(propagated + own);
        return {z.value, error == error ? error : infinity};
    }
};

}  // namespace v0
}  // namespace halfulp
