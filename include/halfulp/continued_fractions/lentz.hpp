// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The modified method of Lentz: convergents as a product of ratios, from the front, with nothing that
/// grows and with zeros replaced.
///
///     f_0 = C_0 = b_0, D_0 = 0;  zero b_0: tiny
///     D = round(a_n·D_{n-1} + b_n), fused;        zero D: tiny;  D_n = round(1/D)
///     C_n = round(b_n + round(a_n/C_{n-1}));      zero C_n: tiny
///     Δ_n = round(C_n·D_n);  f_n = round(f_{n-1}·Δ_n)
///
/// with a_n and b_n rounded to the type first. C_n = A_n/A_{n-1} and D_n = B_{n-1}/B_n. It settles when
/// |round(Δ_n − 1)| ≤ tolerance. `tiny` is that of the arithmetic or the caller's: for a format of
/// precision p and smallest normal exponent e_min it is 2^max(e_min, min(e_min/2, −2p)). Every replacement
/// is counted in the result, with the n of the first. Exact types have no number that is tiny enough:
/// they throw.
///
/// Sources: Lentz, Generating Bessel functions in Mie scattering calculations using continued
/// fractions, Applied Optics 15 (1976); Thompson and Barnett, Coulomb and Bessel functions of complex
/// arguments and order, J. Comput. Phys. 64 (1986), for the replacement of zeros.

#include <halfulp/continued_fractions/recurrence_evaluation.hpp>

#include <optional>
#include <utility>

namespace halfulp {
inline namespace v0 {

namespace detail {

template <dividing_arithmetic Arithmetic>
class lentz_steps {
  public:
    using value_type = typename Arithmetic::value_type;
    static constexpr const char* name = "evaluate_lentz";

    HALFULP_ALWAYS_INLINE lentz_steps(Arithmetic& k, value_type first, const std::optional<value_type>& tiny)
        : one_(k.from_integer(1L)),
          tiny_(tiny),
          value_(std::move(first)),
          ratio_(value_),
          inverse_(k.from_integer(0L)),
          change_(one_) {
        replace_zero(k, value_);
        ratio_ = value_;
    }
    HALFULP_ALWAYS_INLINE const value_type& start(Arithmetic&) const { return value_; }
    HALFULP_ALWAYS_INLINE void step(Arithmetic& k, const value_type& a, const value_type& b) {
        met_zero_ = false;
        value_type denominator = k.multiply_add(a, inverse_, b);
        replace_zero(k, denominator);
        if constexpr (Arithmetic::is_exact)
            if (met_zero_)
                return;  // the caller throws
        inverse_ = k.divide(one_, denominator);
        ratio_ = k.add(b, k.divide(a, ratio_));
        replace_zero(k, ratio_);
        if constexpr (Arithmetic::is_exact)
            if (met_zero_)
                return;
        change_ = k.multiply(ratio_, inverse_);
        value_ = k.multiply(value_, change_);
    }
    HALFULP_ALWAYS_INLINE void separate() {
        value_ = detail::separate_product(value_);
        ratio_ = detail::separate_product(ratio_);
        inverse_ = detail::separate_product(inverse_);
        change_ = detail::separate_product(change_);
    }
    HALFULP_ALWAYS_INLINE bool settled(Arithmetic& k, const value_type& tolerance) const {
        return k.settled(k.subtract(change_, one_), tolerance, one_);
    }
    HALFULP_ALWAYS_INLINE bool is_finite(Arithmetic& k) const { return k.is_finite(value_); }
    HALFULP_ALWAYS_INLINE bool met_zero() const { return met_zero_; }
    HALFULP_ALWAYS_INLINE value_type value(Arithmetic&) const { return value_; }

  private:
    HALFULP_ALWAYS_INLINE void replace_zero([[maybe_unused]] Arithmetic& k, value_type& x) {
        if (k.is_zero(x)) [[unlikely]] {
            met_zero_ = true;
            if constexpr (!Arithmetic::is_exact)
                x = tiny_ ? *tiny_ : k.tiny();
        }
    }
    value_type one_;
    std::optional<value_type> tiny_;
    value_type value_, ratio_, inverse_, change_;
    bool met_zero_ = false;
};

}  // namespace detail

/// What modified Lentz takes beside the depth.
template <class T>
struct lentz_options {
    std::optional<T> tiny{};  ///< what replaces a zero; by default that of the arithmetic
};

/// The convergent of a given depth by the modified method of Lentz; see the file comment.
///
/// An overflow or NaN stays in the result, which says at which n it first occurred.
///
/// @param fraction  anything with a(n) and b(n): see recurrence_elements.hpp
/// @param depth     n ≥ 0
/// @throws convergence_error      if the arithmetic is exact and a denominator is zero
/// @throws std::invalid_argument  if depth < 0
///
/// Two divisions, two products and a fused step a term.
template <dividing_arithmetic Arithmetic, class Fraction>
recurrence_result<typename Arithmetic::value_type> evaluate_lentz(
    const Fraction& fraction, long depth, const Arithmetic& arithmetic,
    const lentz_options<typename Arithmetic::value_type>& options = {}) {
    return detail::evaluate_to_depth<detail::lentz_steps<Arithmetic>>(fraction, depth, arithmetic,
                                                                      options.tiny);
}
template <number T, class Fraction>
recurrence_result<T> evaluate_lentz(const Fraction& fraction, long depth,
                                    const lentz_options<T>& options = {}) {
    return evaluate_lentz(fraction, depth, number_arithmetic<T>{}, options);
}

/// The same until |Δ_n − 1| ≤ tolerance, or until a_{n+1} is zero, where the fraction ends.
///
/// @throws convergence_error  as above; if it does not settle within the maximum depth; at an infinity
///         or NaN
template <ordered_arithmetic Arithmetic, class Fraction>
recurrence_result<typename Arithmetic::value_type> evaluate_lentz(
    const Fraction& fraction, const adaptive_depth<typename Arithmetic::value_type>& stop,
    const Arithmetic& arithmetic, const lentz_options<typename Arithmetic::value_type>& options = {}) {
    return detail::evaluate_until_settled<detail::lentz_steps<Arithmetic>>(fraction, stop, arithmetic,
                                                                           options.tiny);
}
template <number T, class Fraction>
recurrence_result<T> evaluate_lentz(const Fraction& fraction, const adaptive_depth<T>& stop = {},
                                    const lentz_options<T>& options = {}) {
    return evaluate_lentz(fraction, stop, number_arithmetic<T>{}, options);
}

}  // namespace v0
}  // namespace halfulp
