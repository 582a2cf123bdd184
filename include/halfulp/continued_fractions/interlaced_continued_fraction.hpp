// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Continued fractions whose elements are polynomials by the residue of n: e = [2; 1, 2, 1, 1, 4, 1, …],
/// tan 1 = [1; 1, 1, 3, 1, 5, …], fractions of a period.

#include <halfulp/continued_fractions/polynomial_algebra.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/continued_fractions/rational_elements.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// b_0 + a_1/(b_1 + a_2/(b_2 + …)) where, with n = m·k + r and 0 ≤ r < m,
///
///     a_n = numerators[r](k),   b_n = denominators[r](k)
///
/// are polynomials in k = ⌊n/m⌋, after any number of exceptional first terms.
///
///     // e = [2; 1, 2, 1, 1, 4, 1, 1, 6, …]: b_{3k} = 1, b_{3k+1} = 1, b_{3k+2} = 2k + 2
///     interlaced_continued_fraction({{1}}, {{1}, {1}, {2, 2}}, {}, {2})
///
/// `contracted` makes a polynomial fraction of every m-th convergent, for which there are product
/// trees and proofs.
class interlaced_continued_fraction {
  public:
    /// @param numerators          by residue; a list of another length than the denominators' has a
    ///                            period of its own (one polynomial: a_n = numerators[0](n))
    /// @param denominators        by residue
    /// @param first_numerators    a_1, a_2, … where they differ
    /// @param first_denominators  b_0, b_1, … where they differ
    /// @throws std::invalid_argument if one of the first two is empty
    interlaced_continued_fraction(std::vector<integer_polynomial> numerators,
                                  std::vector<integer_polynomial> denominators,
                                  std::vector<mpz_class> first_numerators = {},
                                  std::vector<mpz_class> first_denominators = {})
        : first_numerators_(std::move(first_numerators)), first_denominators_(std::move(first_denominators)) {
        if (numerators.empty() || denominators.empty())
            throw_argument_error<std::invalid_argument>("interlaced_continued_fraction",
                                                        numerators.empty() ? "numerators" : "denominators",
                                                        "empty", "a polynomial for each residue");
        const std::size_t period = std::lcm(numerators.size(), denominators.size());
        numerators_ = widened(numerators, period);
        denominators_ = widened(denominators, period);
    }
    /// A polynomial fraction as one of any period m ≥ 1: residue r has the polynomials of m·k + r.
    ///
    /// @throws std::invalid_argument if period < 1
    interlaced_continued_fraction(const polynomial_continued_fraction& fraction, long period) {
        detail::require_at_least("interlaced_continued_fraction", "period", period, 1);
        for (long r = 0; r < period; ++r) {
            numerators_.push_back(composed(fraction.numerators(), period, r));
            denominators_.push_back(composed(fraction.denominators(), period, r));
        }
        first_numerators_ = detail::listed_numerators(fraction, fraction.polynomial_from() - 1);
        first_denominators_ = detail::listed_denominators(fraction, fraction.polynomial_from() - 1);
    }

    /// a_n, n ≥ 1.
    mpz_class a(long n) const {
        if (static_cast<std::size_t>(n - 1) < first_numerators_.size())
            return first_numerators_[static_cast<std::size_t>(n - 1)];
        return numerators_[static_cast<std::size_t>(n % period())](n / period());
    }
    /// b_n, n ≥ 0.
    mpz_class b(long n) const {
        if (static_cast<std::size_t>(n) < first_denominators_.size())
            return first_denominators_[static_cast<std::size_t>(n)];
        return denominators_[static_cast<std::size_t>(n % period())](n / period());
    }

    /// m.
    long period() const noexcept { return static_cast<long>(numerators_.size()); }
    /// The polynomial in k of a_{m·k + r}, 0 ≤ r < m.
    const integer_polynomial& numerators(long r) const { return numerators_[static_cast<std::size_t>(r)]; }
    /// The polynomial in k of b_{m·k + r}, 0 ≤ r < m.
    const integer_polynomial& denominators(long r) const {
        return denominators_[static_cast<std::size_t>(r)];
    }
    /// The first n from which both a_n and b_n are their polynomials, ≥ 1.
    long polynomial_from() const noexcept {
        return static_cast<long>(std::max(first_numerators_.size() + 1, first_denominators_.size()));
    }

  private:
    static std::vector<integer_polynomial> widened(const std::vector<integer_polynomial>& polynomials,
                                                   std::size_t period) {
        const auto own = static_cast<long>(polynomials.size());
        std::vector<integer_polynomial> result;
        for (long r = 0; r < static_cast<long>(period); ++r)
            result.push_back(composed(polynomials[static_cast<std::size_t>(r % own)],
                                      static_cast<long>(period) / own, r / own));
        return result;
    }

    std::vector<integer_polynomial> numerators_;
    std::vector<integer_polynomial> denominators_;
    std::vector<mpz_class> first_numerators_;
    std::vector<mpz_class> first_denominators_;
};

}  // namespace v0
}  // namespace halfulp
