// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// How far a convergent is from the value: proven upper bounds, in double arithmetic, without the
/// convergent itself.

#include <halfulp/continued_fractions/error_walk.hpp>
#include <halfulp/continued_fractions/tail_enclosure.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Starts at n = 0, and where that leads to no bound at later n with exact numbers, until `done`
/// says so.
template <class Done>
void walk_from_somewhere(const polynomial_continued_fraction& fraction, const tail_enclosure& tails,
                         long last, double target, const Done& done) {
    constexpr long latest_start = 4096;
    error_walk walk(fraction, tails);
    walk.start();
    if (walk.advance(last, target) && done(walk))
        return;
    exact_denominators exact(fraction);
    for (long n = std::min(last, std::max(tails.from, 8L));; n = std::min(last, 2 * n)) {
        exact.advance(n);
        if ((walk.start(n, exact.previous, exact.current, exact.numerators) && walk.advance(last, target) &&
             done(walk)) ||
            n == last || n > latest_start)
            return;
    }
}

/// Whether B_n ≠ 0.
inline bool has_denominator(const polynomial_continued_fraction& fraction, long n) {
    exact_denominators exact(fraction);
    exact.advance(n);
    return exact.current != 0;
}

}  // namespace detail

/// An upper bound of log2 |C − C_n| for the classical convergent C_n = A_n/B_n, proven, for every
/// limit point C of the convergents; +infinity where there is no proof (n < tails.from, B_n = 0 or the
/// image of T_n contains infinity, elements beyond 2^600); −infinity where C_n = C.
///
/// Far out it exceeds the error by a factor of 1 to 2, T_n being about twice as long as it had to be.
/// O(n) operations in double, about 15 ns a term.
///
/// @param tails  from enclose_tails(fraction)
inline double log2_error_bound(const polynomial_continued_fraction& fraction, const tail_enclosure& tails,
                               long n) {
    double result = std::numeric_limits<double>::infinity();
    if (n < tails.from)
        return result;
    if (tails.kind == proof_kind::exact)
        return detail::has_denominator(fraction, tails.from) ? -result : result;
    detail::walk_from_somewhere(fraction, tails, n, -result, [&result](const detail::error_walk& walk) {
        result = walk.bound();
        return std::isfinite(result) || result < 0;
    });
    return result;
}

/// An upper bound of log2 |a_1⋯a_n|; +infinity where an element is beyond the range of double. O(n), a few nanoseconds a term.
inline double log2_numerator_product(const polynomial_continued_fraction& fraction, long n) {
    double result = 0;
    mpz_class a;
    long i = 1;
    for (; i <= std::min(n, fraction.polynomial_from() - 1); ++i) {
        fraction.numerator(a, i);
        result += detail::log2_above(a);
    }
    const integer_polynomial& polynomial = fraction.numerators();
    const long scale = static_cast<long>(mpz_sizeinbase(polynomial.leading_coefficient().get_mpz_t(), 2));
    const detail::polynomial_block block(polynomial, scale);
    detail::polynomial_block::values value, error;
    for (long first = i; first <= n; first += static_cast<long>(value.size())) {
        block.fill(static_cast<double>(first), value, error);
        detail::scaled_product product;
        const auto count = std::min(static_cast<std::size_t>(n - first) + 1, value.size());
        for (std::size_t k = 0; k < count; ++k)
            product.multiply(std::fabs(value[k]) + error[k]);
        if (!std::isfinite(value[count - 1]) || !std::isfinite(error[count - 1]))
            return std::numeric_limits<double>::infinity();
        result += product.log2() + static_cast<double>(count) * static_cast<double>(scale);
    }
    return result + std::fabs(result) * 0x1p-40 + 0x1p-30;
}

/// The same bound of the error from B_{n-1} and B_n themselves, as a product tree has them, and an upper
/// bound of log2 |a_1⋯a_n|, as from log2_numerator_product. O(1).
inline double log2_error_bound(const polynomial_continued_fraction& fraction, const tail_enclosure& tails,
                               long n, const mpz_class& previous_denominator, const mpz_class& denominator,
                               double log2_numerators) {
    if (tails.kind == proof_kind::exact && n >= tails.from && denominator != 0)
        return -std::numeric_limits<double>::infinity();
    detail::error_walk walk(fraction, tails);
    if (!walk.start(n, previous_denominator, denominator, 1))
        return std::numeric_limits<double>::infinity();
    const double result = walk.bound() + log2_numerators;
    return result + std::fabs(result) * 0x1p-50;
}

/// An n ≤ maximum_depth with log2 |C − C_n| ≤ log2_error, proven, the least or one near it; nullopt
/// if there is none as far as this arithmetic can tell. About 15 ns a term.
inline std::optional<long> depth_for_error(const polynomial_continued_fraction& fraction,
                                           const tail_enclosure& tails, double log2_error,
                                           long maximum_depth) {
    if (tails.from > maximum_depth)
        return std::nullopt;
    if (tails.kind == proof_kind::exact)
        return detail::has_denominator(fraction, tails.from) ? std::optional<long>(tails.from) : std::nullopt;
    std::optional<long> result;
    detail::walk_from_somewhere(fraction, tails, maximum_depth, log2_error,
                                [&result, log2_error](const detail::error_walk& walk) {
                                    const double bound = walk.bound();
                                    if (bound <= log2_error)
                                        result = walk.n();
                                    return std::isfinite(bound);
                                });
    return result;
}

}  // namespace v0
}  // namespace halfulp
