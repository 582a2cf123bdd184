// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The steps of a continued fraction as 2 × 2 matrices.
///
///     | A_n  A_{n-1} |   | A_{n-1}  A_{n-2} |   | b_n  1 |
///     | B_n  B_{n-1} | = | B_{n-1}  B_{n-2} | · | a_n  0 |,      a_0 := 1
///
/// Over integers and rationals products of steps are convergents, over polynomials they are what
/// contractions are made of, over floating-point numbers every entry rounds.

#include <halfulp/continued_fractions/general_continued_fraction.hpp>
#include <halfulp/continued_fractions/matrix2.hpp>
#include <halfulp/continued_fractions/number_from_integer.hpp>

#include <gmpxx.h>

namespace halfulp {
inline namespace v0 {

/// | b_n 1; a_n 0 | with elements as numbers of T, a_0 := 1; n ≥ 0. Its determinant is −a_n.
template <number T, continued_fraction Fraction>
matrix2<T> step_matrix(const Fraction& fraction, long n) {
    const mpz_class a = n == 0 ? mpz_class(1) : mpz_class(fraction.a(n));
    return {number_from_integer<T>(fraction.b(n)), number_from_integer<T>(mpz_class(1)),
            number_from_integer<T>(a), number_from_integer<T>(mpz_class(0))};
}

/// The product of the steps low ≤ n < high; from low = 0 it is | A_{high-1} A_{high-2}; B_{high-1} B_{high-2} |.
/// The identity where the range is empty.
///
/// Integers and rationals: a balanced tree, so that GMP multiplies numbers of equal size. Types that
/// round: from left to right, n ascending, the order of the recurrence, every product and every sum
/// rounded.
template <number T, continued_fraction Fraction>
matrix2<T> step_product(const Fraction& fraction, long low, long high) {
    const T zero = number_from_integer<T>(mpz_class(0));
    const T one = number_from_integer<T>(mpz_class(1));
    if (low >= high)
        return {one, zero, zero, one};
    if constexpr (number_traits<T>::is_exact) {
        if (high - low > 16) {
            const long middle = low + (high - low) / 2;
            return step_product<T>(fraction, low, middle) * step_product<T>(fraction, middle, high);
        }
    }
    matrix2<T> product = step_matrix<T>(fraction, low);
    for (long n = low + 1; n < high; ++n)
        product = product * step_matrix<T>(fraction, n);
    return product;
}

}  // namespace v0
}  // namespace halfulp
