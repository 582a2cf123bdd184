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

#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>

#include <gmpxx.h>

#include <utility>

namespace halfulp {
inline namespace v0 {

/// A_n/B_n, not reduced: common factors, and a denominator that is zero, stay as they are.
struct convergent_fraction {
    mpz_class numerator;
    mpz_class denominator;
};

/// The matrix | p q; r s |.
struct integer_matrix2 {
    mpz_class p, q, r, s;
};

/// x·y, eight multiplications.
inline integer_matrix2 operator*(const integer_matrix2& x, const integer_matrix2& y) {
    return {x.p * y.p + x.q * y.r, x.p * y.q + x.q * y.s, x.r * y.p + x.s * y.r, x.r * y.q + x.s * y.s};
}

namespace detail {

/// Below this many terms the recurrence is as fast as the tree.
inline constexpr long splitting_leaf = 32;

/// The elements of the matrix of n.
struct recurrence_elements {
    const polynomial_continued_fraction& fraction;
    mpz_class a, b;
    void at(long n) {
        if (n == 0)
            a = 1;
        else
            fraction.numerator(a, n);
        fraction.denominator(b, n);
    }
};

inline integer_matrix2 splitting_product(recurrence_elements& elements, long low, long high) {
    if (high - low > splitting_leaf) {
        const long middle = low + (high - low) / 2;
        integer_matrix2 left = splitting_product(elements, low, middle);
        return left * splitting_product(elements, middle, high);
    }
    integer_matrix2 m{1, 0, 0, 1};
    mpz_class next;
    for (long n = low; n < high; ++n) {
        elements.at(n);
        next = m.p * elements.b + m.q * elements.a;
        mpz_swap(m.q.get_mpz_t(), m.p.get_mpz_t());
        mpz_swap(m.p.get_mpz_t(), next.get_mpz_t());
        next = m.r * elements.b + m.s * elements.a;
        mpz_swap(m.s.get_mpz_t(), m.r.get_mpz_t());
        mpz_swap(m.r.get_mpz_t(), next.get_mpz_t());
    }
    return m;
}

/// The first column of the product: down the right edge of the tree only columns are needed.
inline convergent_fraction splitting_column(recurrence_elements& elements, long low, long high) {
    if (high - low > splitting_leaf) {
        const long middle = low + (high - low) / 2;
        const integer_matrix2 left = splitting_product(elements, low, middle);
        const convergent_fraction right = splitting_column(elements, middle, high);
        return {left.p * right.numerator + left.q * right.denominator,
                left.r * right.numerator + left.s * right.denominator};
    }
    integer_matrix2 m = splitting_product(elements, low, high);
    return {std::move(m.p), std::move(m.r)};
}

}  // namespace detail

/// The product of the matrices | b_n 1; a_n 0 | over low ≤ n < high, with a_0 := 1. For low = 0 it
/// is | A_{high-1} A_{high-2}; B_{high-1} B_{high-2} |. The identity where the range is empty.
///
/// Exact; O(M(S) log n) for results of S bits, M being the cost of one multiplication. Memory: a
/// small multiple of the result.
inline integer_matrix2 splitting_product(const polynomial_continued_fraction& fraction, long low, long high) {
    detail::recurrence_elements elements{fraction, {}, {}};
    return detail::splitting_product(elements, low, high);
}

/// A_n and B_n exactly, n ≥ 0. The last multiplication at each level of the right edge makes one
/// column only.
///
/// @throws std::invalid_argument if n < 0
inline convergent_fraction convergent(const polynomial_continued_fraction& fraction, long n) {
    if (n < 0)
        throw_argument_error<std::invalid_argument>("convergent", "n", std::to_string(n), "n >= 0");
    detail::recurrence_elements elements{fraction, {}, {}};
    return detail::splitting_column(elements, 0, n + 1);
}

}  // namespace v0
}  // namespace halfulp
