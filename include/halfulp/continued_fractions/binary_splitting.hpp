// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Exact convergents of polynomial continued fractions by a product tree over GMP integers.
///
/// One step of the recurrence is a 2 × 2 matrix, and matrices associate:
///
///     | A_n  A_{n-1} |   | A_{n-1}  A_{n-2} |   | b_n  1 |
///     | B_n  B_{n-1} | = | B_{n-1}  B_{n-2} | · | a_n  0 |
///
/// With the matrix of n = 0 taken as | b_0 1; 1 0 | (a_0 := 1) the product over 0 … n is the left
/// side. A balanced tree multiplies numbers of equal size, where GMP's multiplication is
/// sub-quadratic; the recurrence itself would multiply large numbers by small ones n times.

#include <halfulp/continued_fractions/matrix_splitting.hpp>

#include <gmpxx.h>

#include <utility>

namespace halfulp {
inline namespace v0 {

/// A_n/B_n, not reduced: common factors, and a denominator that is zero, stay as they are.
struct convergent_fraction {
    mpz_class numerator;
    mpz_class denominator;
};

/// The product of the matrices | b_n 1; a_n 0 | over low ≤ n < high, with a_0 := 1. For low = 0 it
/// is | A_{high-1} A_{high-2}; B_{high-1} B_{high-2} |. The identity where the range is empty.
///
/// Exact; O(M(S) log n) for results of S bits, M being the cost of one multiplication. Memory: a
/// small multiple of the result.
inline integer_matrix2 splitting_product(const polynomial_continued_fraction& fraction, long low, long high) {
    if (high <= low)
        return {1, 0, 0, 1};
    splitting_options exact;
    exact.remove_content = false;
    const detail::matrix_terms terms(fraction, high, exact);
    return detail::split(terms, low, high, false, exact).m;
}

/// A_n and B_n exactly, n ≥ 0. The last multiplication at each level of the right edge makes one
/// column only.
///
/// @throws std::invalid_argument if n < 0
inline convergent_fraction convergent(const polynomial_continued_fraction& fraction, long n) {
    if (n < 0)
        throw_argument_error<std::invalid_argument>("convergent", "n", std::to_string(n), "n >= 0");
    splitting_options exact;
    exact.remove_content = false;
    const detail::matrix_terms terms(fraction, n, exact);
    detail::matrix_node column = detail::split(terms, 0, n + 1, true, exact);
    return {std::move(column.m.p), std::move(column.m.r)};
}

}  // namespace v0
}  // namespace halfulp
