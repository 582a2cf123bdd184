// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A_n : B_n of a convergent, common factors left out and cut to a precision, by whichever tree is the fastest.

#include <halfulp/continued_fractions/enclosure.hpp>
#include <halfulp/continued_fractions/euler_form.hpp>
#include <halfulp/continued_fractions/matrix_splitting.hpp>
#include <halfulp/continued_fractions/triangular_splitting.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// C_n = numerator/denominator, each with an error of less than 2^error; exact where error < 0.
struct convergent_ratio {
    mpz_class numerator, denominator;
    long error = -1;

    /// The bits of both that are right.
    long precise_bits() const {
        return error < 0 ? std::numeric_limits<long>::max()
                         : std::min(length_of(numerator), length_of(denominator)) - error;
    }
};

/// What the sum of an Euler form is added to: A_m, B_m and d_m of both, m = from − 1.
struct convergent_start {
    mpz_class numerator, denominator;            ///< A_m, B_m
    mpz_class numerator_step, denominator_step;  ///< d_m of A and of B

    convergent_start(const polynomial_continued_fraction& fraction, const euler_form& form) {
        mpz_class previous_a = 1, previous_b = 0, a, b, next;
        numerator = fraction.b(0);
        denominator = 1;
        for (long n = 1; n < form.from; ++n) {
            fraction.numerator(a, n);
            fraction.denominator(b, n);
            next = b * numerator + a * previous_a;
            previous_a = std::exchange(numerator, next);
            next = b * denominator + a * previous_b;
            previous_b = std::exchange(denominator, next);
        }
        // h_2(m + 1) = q(m)·w(m − 1).
        const mpz_class h2 = form.q(form.from - 1) * form.weight(form.from - 2);
        numerator_step = numerator - h2 * previous_a;
        denominator_step = denominator - h2 * previous_b;
    }
};

/// The ratio of A_n and B_n, n ≥ 0, from the series if there is one.
inline convergent_ratio ratio_of_convergent(const polynomial_continued_fraction& fraction,
                                            const std::optional<euler_form>& form, long n,
                                            const splitting_options& options) {
    if (!form || n < form->from) {
        const matrix_terms terms(fraction, n + 1, options);
        matrix_node column = split(terms, 0, n + 1, true, options);
        return {std::move(column.m.p), std::move(column.m.r), std::max(column.error[0], column.error[2])};
    }
    const hypergeometric_terms polynomials{form->p, form->q, form->weight};
    const triangular_terms terms(polynomials, n, n - form->from + 1, options);
    const triangular_node sum = split(terms, form->from, n + 1, true, options);
    const convergent_start start(fraction, *form);
    const mpz_class weight = form->weight(form->from - 1);
    convergent_ratio result{start.numerator * weight * sum.q + start.numerator_step * sum.t,
                            start.denominator * weight * sum.q + start.denominator_step * sum.t, -1};
    if (sum.error >= 0 || sum.t_error >= 0) {
        const mpz_class factors =
            std::max(mpz_class(abs(start.numerator * weight) + abs(start.numerator_step)),
                     mpz_class(abs(start.denominator * weight) + abs(start.denominator_step)));
        result.error = std::max(sum.error, sum.t_error) + length_of(factors);
    }
    return result;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
