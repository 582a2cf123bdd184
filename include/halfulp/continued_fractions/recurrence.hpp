// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Forward and backward recurrence of a continued fraction in any number type.
///
/// Each operation is the number type's own, so in a custom_float every step rounds as its
/// projection says:
///
///     forward    t = round(a_n·A_{n-2});  A_n = round(b_n·A_{n-1} + t), fused;  B_n likewise
///     backward   s = round(b_n + t_n);    t_{n-1} = round(a_n/s);               C = round(b_0 + t_0)
///
/// where a_n and b_n are first rounded to the type. Types without a fused multiply-add round the
/// product b_n·A_{n-1} too; exact types never round.

#include <halfulp/arithmetic/native.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/interop/gmp.hpp>

#include <gmpxx.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace halfulp {
inline namespace v0 {

/// An integer as a T: exact for exact types, rounded once by T's default projection for float,
/// double and custom_float.
///
/// @throws std::invalid_argument if T is a built-in integer that cannot hold it
template <number T>
T number_from_integer(const mpz_class& value) {
    if constexpr (formatted_number<T>) {
        // The leading 128 bits and whether anything follows decide every rounding up to 90 bits;
        // wider formats take 256.
        constexpr int bits = number_format<T>::value.precision() <= 90 ? 128 : 256;
        using workspace = wide_uint<bits / 64>;
        const mpz_class magnitude = abs(value);
        const auto size = static_cast<int>(mpz_sizeinbase(magnitude.get_mpz_t(), 2));
        const int dropped = size > bits ? size - bits : 0;
        const bool sticky =
            dropped > 0 && mpz_scan1(magnitude.get_mpz_t(), 0) < static_cast<mp_bitcnt_t>(dropped);
        const mpz_class leading = magnitude >> static_cast<mp_bitcnt_t>(dropped);
        workspace significand;
        std::size_t count = 0;
        mpz_export(significand.word, &count, -1, sizeof(std::uint64_t), 0, 0, leading.get_mpz_t());
        return detail::make_result<T>(encode(detail::result_format<T>{}, detail::result_projection<T>{},
                                             value < 0, dropped, significand, sticky));
    } else if constexpr (std::constructible_from<T, const mpz_class&>) {
        return T(value);
    } else if constexpr (standard_integer<T>) {
        if (!value.fits_slong_p() || !std::in_range<T>(value.get_si()))
            throw_argument_error<std::invalid_argument>("number_from_integer", "value", value.get_str(),
                                                        "an integer within the range of the type");
        return static_cast<T>(value.get_si());
    } else if (value.fits_slong_p()) {
        return T(value.get_si());
    } else {
        return T(value.get_str());
    }
}

/// A_n, A_{n-1}, B_n, B_{n-1}, all multiplied by 2^scaling.
template <number T>
struct recurrence_state {
    T numerator;
    T previous_numerator;
    T denominator;
    T previous_denominator;
    long scaling = 0;

    /// A_n/B_n in T. Where B_n is zero: what T's division gives, convergence_error for exact types.
    T value() const {
        if constexpr (number_traits<T>::is_exact)
            if (denominator == T(0))
                throw convergence_error(
                    "halfulp::recurrence_state::value: the denominator of the convergent is zero");
        return static_cast<T>(numerator / denominator);
    }
};

namespace detail {

/// Multiplies all four by the power of two that brings the largest to 1 ≤ x < 2, if its exponent
/// has left the middle half of the format's range. No ratio changes; where the smaller numbers
/// fall below the format's smallest normal value they are rounded.
template <class T>
void renormalise(recurrence_state<T>& state) {
    if constexpr (formatted_number<T>) {
        constexpr float_format format = number_format<T>::value;
        T* const numbers[] = {&state.numerator, &state.previous_numerator, &state.denominator,
                              &state.previous_denominator};
        bool any = false;
        int largest = 0;
        for (const T* x : numbers) {
            const auto u = unpack_operand(*x);
            if (u.kind != number_class::finite)
                continue;
            const int exponent = u.exponent + bit_width(u.significand) - 1;
            largest = !any || exponent > largest ? exponent : largest;
            any = true;
        }
        if (largest >= format.minimum_exponent() / 4 && largest <= format.maximum_exponent() / 4)
            return;
        for (T* x : numbers) {
            auto u = exactly<uint_with_bits<format.precision() + 3>>(unpack_operand(*x));
            u.exponent -= largest;
            *x = make_result<T>(encode(result_format<T>{}, result_projection<T>{}, u));
        }
        state.scaling -= largest;
    }
}

}  // namespace detail

/// The convergent A_depth/B_depth by the three-term recurrence, n ascending.
///
/// Before each step all four numbers are multiplied by a common power of two when the largest has
/// left the middle half of the exponent range of T (float, double, custom_float; other types have a
/// range that is not in danger). So overflow means that a single a_n or b_n is too large for T.
///
/// @tparam T        the number type of every step
/// @param fraction  anything with a(n), n ≥ 1, and b(n), n ≥ 0, giving mpz_class
/// @param depth     n ≥ 0
///
/// O(depth) operations.
template <number T, class Fraction>
recurrence_state<T> forward_recurrence(const Fraction& fraction, long depth) {
    recurrence_state<T> s{number_from_integer<T>(fraction.b(0)), T(1), T(1), T(0)};
    for (long n = 1; n <= depth; ++n) {
        detail::renormalise(s);
        const T a = number_from_integer<T>(fraction.a(n));
        const T b = number_from_integer<T>(fraction.b(n));
        const auto step = [&a, &b](T& current, T& previous) {
            T next = static_cast<T>(a * previous);
            arithmetic::detail::fused_step(next, b, current);
            previous = std::move(current);
            current = std::move(next);
        };
        step(s.numerator, s.previous_numerator);
        step(s.denominator, s.previous_denominator);
    }
    return s;
}

/// b_0 + a_1/(b_1 + … a_depth/(b_depth + tail)), from the inside out.
///
/// For a fixed depth it is stable where the tails stay away from −b_n. A zero denominator gives
/// what T's division gives (an infinity, from which the recurrence recovers); exact types throw.
///
/// @tparam T    a number type with division
/// @param tail  t_depth: 0 gives the convergent of that depth
/// @throws convergence_error if T is exact and a denominator is zero
///
/// O(depth) operations.
template <number T, class Fraction>
T backward_recurrence(const Fraction& fraction, long depth, T tail = T(0)) {
    static_assert(!standard_integer<T> && !std::same_as<T, mpz_class>,
                  "backward_recurrence divides: use a rational or floating-point type");
    for (long n = depth; n >= 1; --n) {
        const T sum = static_cast<T>(number_from_integer<T>(fraction.b(n)) + tail);
        if constexpr (number_traits<T>::is_exact)
            if (sum == T(0))
                throw convergence_error(
                    "halfulp::backward_recurrence: the denominator at n = " + std::to_string(n) + " is zero");
        tail = static_cast<T>(number_from_integer<T>(fraction.a(n)) / sum);
    }
    return static_cast<T>(number_from_integer<T>(fraction.b(0)) + tail);
}

}  // namespace v0
}  // namespace halfulp
