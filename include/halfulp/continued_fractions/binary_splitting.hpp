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
///
/// @param policy  threads
/// @throws std::invalid_argument if low < 0
inline integer_matrix2 splitting_product(const polynomial_continued_fraction& fraction, long low, long high,
                                         const execution::policy& policy = {}) {
    if (low < 0)
        throw_argument_error<std::invalid_argument>("splitting_product", "low", std::to_string(low),
                                                    "low >= 0");
    if (high <= low)
        return {1, 0, 0, 1};
    splitting_options exact;
    exact.remove_content = false;
    exact.policy = policy;
    const detail::matrix_terms terms(fraction, high, exact);
    return detail::split(terms, low, high, false, exact).m;
}

/// A_n and B_n exactly, n ≥ 0, not reduced. The last multiplication at each level of the right edge makes one
/// column only.
///
/// @param policy  threads
/// @throws std::invalid_argument if n < 0
inline convergent_fraction convergent(const polynomial_continued_fraction& fraction, long n,
                                      const execution::policy& policy = {}) {
    if (n < 0)
        throw_argument_error<std::invalid_argument>("convergent", "n", std::to_string(n), "n >= 0");
    splitting_options exact;
    exact.remove_content = false;
    exact.policy = policy;
    const detail::matrix_terms terms(fraction, n, exact);
    detail::matrix_node column = detail::split(terms, 0, n + 1, true, exact);
    return {std::move(column.m.p), std::move(column.m.r)};
}

/// A_n/B_n with the common factors that the content law predicts (matrix_splitting.hpp) divided out; exact. For Apéry's
/// fraction and its like some dozens of bits are left in common, otherwise nothing may have been divided out.
///
/// @throws std::invalid_argument if n < 0
inline convergent_fraction nearly_reduced_convergent(const polynomial_continued_fraction& fraction, long n,
                                                     const splitting_options& options = {}) {
    if (n < 0)
        throw_argument_error<std::invalid_argument>("nearly_reduced_convergent", "n", std::to_string(n),
                                                    "n >= 0");
    splitting_options exact = options;
    exact.precision = 0;
    const detail::matrix_terms terms(fraction, n, exact);
    detail::matrix_node column = detail::split(terms, 0, n + 1, true, exact);
    terms.remove_content(column, true);
    return {std::move(column.m.p), std::move(column.m.r)};
}

/// A_n/B_n in lowest terms with B_n ≥ 0; 1/0 for a convergent that is infinite. One gcd at the end, of what
/// nearly_reduced_convergent gives.
///
/// @throws std::invalid_argument if n < 0
inline convergent_fraction reduced_convergent(const polynomial_continued_fraction& fraction, long n,
                                              const splitting_options& options = {}) {
    convergent_fraction result = nearly_reduced_convergent(fraction, n, options);
    mpz_class common = gcd(result.numerator, result.denominator);
    if (sgn(result.denominator) < 0 || (result.denominator == 0 && result.numerator < 0))
        common = -common;
    if (common != 0) {  // 0/0 does not occur but where the determinant is 0, behind the end of the fraction
        mpz_divexact(result.numerator.get_mpz_t(), result.numerator.get_mpz_t(), common.get_mpz_t());
        mpz_divexact(result.denominator.get_mpz_t(), result.denominator.get_mpz_t(), common.get_mpz_t());
    }
    return result;
}

}  // namespace v0
}  // namespace halfulp
