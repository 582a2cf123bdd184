// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Power series and the continued fractions that correspond to them, with exact rational coefficients:
/// the quotient-difference algorithm, C-fractions of any series, and the way back.
///
/// Sources: DLMF 3.10(ii), 1.12; Rutishauser 1954; Viskovatov 1806; Lorentzen and Waadeland, V; Jones and
/// Thron, 5 and 7.

#include <halfulp/continued_fractions/general_continued_fraction.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/continued_fractions/rational_elements.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// The coefficients a_0, a_1, … of the regular C-fraction of c_0 + c_1·z + c_2·z² + …, in the form of DLMF §3.10(ii),
///
///     a_0/(1 − a_1·z/(1 − a_2·z/(1 − …)))
///
/// by the quotient-difference algorithm: a_0 = c_0, a_{2k-1} = q_k, a_{2k} = e_k with
///
///     q_1^(i) = c_{i+1}/c_i,   e_0^(i) = 0,   e_k^(i) = e_{k-1}^(i+1) + q_k^(i+1) − q_k^(i),
///     q_{k+1}^(i) = q_k^(i+1)·e_k^(i+1)/e_k^(i)
///
/// As many coefficients as are given, fewer where the series is found to be that of a rational function. For a
/// Stieltjes series, c_k = (−1)^k·∫t^k dμ, all −a_k are positive. Convergent n agrees with the series in its first n
/// coefficients.
///
/// @throws convergence_error if the algorithm divides by zero; `c_fraction` takes every series
///
/// O(n²) rational operations for n coefficients.
inline std::vector<mpq_class> quotient_difference(const std::vector<mpq_class>& c) {
    if (c.empty())
        return {};
    const auto require_no_zero = [](const std::vector<mpq_class>& column, const std::string& name) {
        if (std::any_of(column.begin(), column.end(), [](const mpq_class& x) { return x == 0; }))
            throw convergence_error("halfulp::quotient_difference: an element of the column " + name +
                                    " is zero; c_fraction takes every series");
    };
    const auto all_zero = [](const std::vector<mpq_class>& column) {
        return std::all_of(column.begin(), column.end(), [](const mpq_class& x) { return x == 0; });
    };
    std::vector<mpq_class> result{c.front()};
    std::vector<mpq_class> q, e(c.size(), mpq_class(0));
    if (all_zero({c.begin() + 1, c.end()}))
        return result;
    require_no_zero({c.begin(), c.end() - 1}, "c");
    for (std::size_t i = 0; i + 1 < c.size(); ++i)
        q.emplace_back(c[i + 1] / c[i]);
    for (std::size_t k = 1;; ++k) {
        if (q.empty() || all_zero(q))
            return result;
        result.push_back(q.front());
        std::vector<mpq_class> next_e;
        for (std::size_t i = 0; i + 1 < q.size(); ++i)
            next_e.emplace_back(e[i + 1] + q[i + 1] - q[i]);
        e = std::move(next_e);
        if (e.empty() || all_zero(e))
            return result;
        result.push_back(e.front());
        if (e.size() < 2 || all_zero({e.begin() + 1, e.end()}))  // q_{k+1} = 0
            return result;
        require_no_zero({e.begin(), e.end() - 1}, "e_" + std::to_string(k));
        std::vector<mpq_class> next_q;
        for (std::size_t i = 0; i + 1 < e.size(); ++i)
            next_q.emplace_back(q[i + 1] * e[i + 1] / e[i]);
        q = std::move(next_q);
    }
}

/// The partial numerator coefficient·z^exponent of a C-fraction.
struct c_fraction_term {
    mpq_class coefficient;
    long exponent;

    friend bool operator==(const c_fraction_term&, const c_fraction_term&) = default;
};

/// The C-fraction of a power series c_0 + c_1·z + … given to some order,
///
///     α_0·z^{ε_0}/(1 + α_1·z^{ε_1}/(1 + α_2·z^{ε_2}/(1 + …))),   α_k ≠ 0, ε_0 ≥ 0, ε_k ≥ 1 behind
///
/// which every series has, and exactly one (Leighton and Scott 1939). Terms as far as the coefficients given
/// determine them, fewer where a rational function has all of them; none for zero. Where the regular C-fraction
/// exists, all ε_k = 1 (k ≥ 1) and α_k = −a_k of `quotient_difference`.
///
/// With U_{-1} = 1, U_0 = f/(α_0·z^{ε_0}): U_{k-1} − U_k = α_{k+1}·z^{ε_{k+1}}·U_{k+1} (Viskovatov).
///
/// O(n²) rational operations for n coefficients.
inline std::vector<c_fraction_term> c_fraction(const std::vector<mpq_class>& c) {
    std::vector<c_fraction_term> result;
    std::vector<mpq_class> before(c.size(), mpq_class(0)), here = c;
    if (!before.empty())
        before.front() = 1;
    for (bool first = true;; first = false) {
        std::vector<mpq_class> difference = here;
        if (!first)
            for (std::size_t i = 0; i < here.size(); ++i)
                difference[i] = before[i] - here[i];
        const auto leading =
            std::find_if(difference.begin(), difference.end(), [](const mpq_class& x) { return x != 0; });
        if (leading == difference.end())
            return result;
        const mpq_class alpha = *leading;
        result.push_back({alpha, static_cast<long>(leading - difference.begin())});
        std::vector<mpq_class> unit(leading, difference.end());
        for (mpq_class& x : unit)
            x /= alpha;
        if (!first)
            before = std::move(here);
        here = std::move(unit);
    }
}

/// The first `count` coefficients of the power series of a finite C-fraction; the inverse of `c_fraction`.
///
/// @throws std::invalid_argument if count < 0 or an exponent is negative, or zero behind the first
///
/// O(terms·count²) rational operations.
inline std::vector<mpq_class> power_series(const std::vector<c_fraction_term>& terms, long count) {
    detail::require_at_least("power_series", "count", count, 0);
    const auto size = static_cast<std::size_t>(count);
    std::vector<mpq_class> sum(size, mpq_class(0));  // of the part behind
    for (std::size_t k = terms.size(); k-- > 0;) {
        detail::require_at_least("power_series", "exponent", terms[k].exponent, k == 0 ? 0 : 1);
        // α·z^ε/(1 + sum): inverse·(1 + sum) = 1.
        std::vector<mpq_class> inverse(size, mpq_class(0));
        for (std::size_t i = 0; i < size; ++i) {
            inverse[i] = i == 0 ? 1 : 0;
            for (std::size_t j = 1; j <= i; ++j)
                inverse[i] -= sum[j] * inverse[i - j];
        }
        const auto shift = static_cast<std::size_t>(terms[k].exponent);
        for (std::size_t i = 0; i < size; ++i)
            sum[i] = i < shift ? mpq_class(0) : mpq_class(terms[k].coefficient * inverse[i - shift]);
    }
    return sum;
}

/// The C-fraction at a rational z: 0 + a_1/(1 + a_2/(1 + …)) with a_{k+1} = α_k·z^{ε_k}, as a finite fraction with
/// integer elements and the map that goes with it.
inline mapped_continued_fraction<polynomial_continued_fraction> c_fraction_at(
    const std::vector<c_fraction_term>& terms, const mpq_class& z) {
    std::vector<mpq_class> numerators, denominators{mpq_class(0)};
    for (const c_fraction_term& term : terms) {
        detail::require_at_least("c_fraction_at", "exponent", term.exponent, 0);
        mpq_class power;
        mpz_pow_ui(power.get_num_mpz_t(), z.get_num_mpz_t(), static_cast<unsigned long>(term.exponent));
        mpz_pow_ui(power.get_den_mpz_t(), z.get_den_mpz_t(), static_cast<unsigned long>(term.exponent));
        numerators.emplace_back(term.coefficient * power);
        denominators.emplace_back(1);
    }
    return with_integer_elements(numerators, denominators);
}

}  // namespace v0
}  // namespace halfulp
