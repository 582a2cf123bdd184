// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Best rational approximations, of both kinds, with a bound on the denominator; the simplest number of an interval.
///
/// With x = [b_0; b_1, …], convergents p_n/q_n and x_n = [b_n; b_{n+1}, …], the fraction
/// s_k = (p_{n-2} + k p_{n-1})/(q_{n-2} + k q_{n-1}), 1 ≤ k ≤ b_n, is closer to x than p_{n-1}/q_{n-1} exactly if
/// x_n − 2k < q_{n-2}/q_{n-1} = [0; b_{n-1}, …, b_1]: if 2k > b_n, or 2k = b_n and [b_{n+1}; b_{n+2}, …] > [b_{n-1}; …, b_1]
/// (Lagrange; Khinchin, Continued Fractions, 1964, §6).

#include <halfulp/continued_fractions/partial_quotients.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/continued_fractions/simple_continued_fraction.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// What a best approximation a/b of x has to beat.
enum class approximation_kind {
    first,  ///< |x − a/b|: no fraction with a denominator up to b is closer, none with a smaller one as close
    second  ///< |b x − a|: the same of these; these are the convergents
};

namespace detail {

/// s_k is closer to x than the convergent n − 1; n ≥ 1, 1 ≤ k ≤ b_n.
inline bool is_closer(const simple_continued_fraction& x, std::size_t n, const mpz_class& k) {
    const int order = cmp(mpz_class(2 * k), x[n]);
    if (order != 0)
        return order > 0;
    // [b_{n+1}; b_{n+2}, …] against [b_{n-1}; …, b_1], an end being infinite. x is canonical; the other is not if b_1 = 1.
    const bool ends_in_one = n > 2 && x[1] == 1;
    const std::size_t count = ends_in_one ? n - 2 : n - 1;
    for (std::size_t i = 1;; ++i) {
        if (x.is_finite() && n + i >= x.quotients().size())
            return i <= count && i % 2 != 0;
        if (i > count)
            return i % 2 == 0;
        const mpz_class other = i == count && ends_in_one ? mpz_class(x[n - i] + 1) : x[n - i];
        if (const int difference = cmp(x[n + i], other); difference != 0)
            return (difference > 0) == (i % 2 != 0);
    }
}

/// The convergents' matrix | p_n p_{n-1}; q_n q_{n-1} | for the last n with q_n ≤ bound, and n + 1.
struct bounded_convergent {
    euclid_matrix matrix;
    std::size_t terms = 0;
};

/// Takes the terms low … high − 1 as long as the denominator allows. False if it did not.
inline bool append_bounded(const partial_quotient_list& b, std::size_t low, std::size_t high,
                           const mpz_class& bound, bounded_convergent& result) {
    if (low == high)
        return true;
    euclid_matrix next = result.matrix * product_of_quotients(b, low, high);
    if (next.r <= bound) {
        result.matrix = std::move(next);
        result.terms += high - low;
        return true;
    }
    if (high - low == 1)
        return false;
    const std::size_t middle = low + (high - low) / 2;
    return append_bounded(b, low, middle, bound, result) && append_bounded(b, middle, high, bound, result);
}

/// O(M(n) log² n) for a bound of n bits: blocks of terms, each twice as long as the one before.
inline bounded_convergent last_convergent_below(const simple_continued_fraction& x, const mpz_class& bound) {
    bounded_convergent result;
    if (x.is_finite()) {
        const partial_quotient_list& b = x.quotients();
        for (std::size_t low = 0, length = 8; low < b.size(); length *= 2) {
            const std::size_t high = std::min(b.size(), low + length);
            if (!append_bounded(b, low, high, bound, result))
                break;
            low = high;
        }
        return result;
    }
    for (partial_quotient_list block;; block.clear()) {
        const std::size_t length = std::max<std::size_t>(8, result.terms);
        for (std::size_t i = 0; i < length; ++i)
            block.push_back(x[result.terms + i]);
        if (!append_bounded(block, 0, length, bound, result))
            return result;
    }
}

inline void require_denominator(const char* function, const mpz_class& bound) {
    if (bound < 1)
        throw_argument_error<std::invalid_argument>(function, "maximum_denominator", bound.get_str(),
                                                    "1 or more");
}

}  // namespace detail

/// The fraction closest to x among those with denominators up to a bound; of two, that with the smaller denominator,
/// of two integers the lower.
/// @throws std::invalid_argument if maximum_denominator < 1
/// O(M(n) log² n) for n bits.
inline mpq_class best_approximation(const simple_continued_fraction& number,
                                    const mpz_class& maximum_denominator) {
    detail::require_denominator("best_approximation", maximum_denominator);
    const simple_continued_fraction x = number.canonical();
    const auto [m, n] = detail::last_convergent_below(x, maximum_denominator);
    if (!x.is_finite() || n < x.quotients().size()) {
        // Here q_{n-2} + b_n q_{n-1} is beyond the bound.
        const mpz_class k = (maximum_denominator - m.s) / m.r;
        if (k >= 1 && detail::is_closer(x, n, k))
            return mpq_class(m.q + k * m.p, m.s + k * m.r);
    }
    return mpq_class(m.p, m.r);
}
/// The same for a rational number.
inline mpq_class best_approximation(const mpq_class& x, const mpz_class& maximum_denominator) {
    return best_approximation(simple_continued_fraction(partial_quotients(x)), maximum_denominator);
}
/// The same for every number of [low, high], if it is the same for all.
/// @throws std::invalid_argument if low > high or maximum_denominator < 1
inline std::optional<mpq_class> best_approximation(const mpq_class& low, const mpq_class& high,
                                                   const mpz_class& maximum_denominator) {
    if (low > high)
        throw_argument_error<std::invalid_argument>("best_approximation", "low", low.get_str(),
                                                    "low <= high = " + high.get_str());
    // The numbers closest to one fraction form an interval.
    mpq_class result = best_approximation(low, maximum_denominator);
    if (result != best_approximation(high, maximum_denominator))
        return std::nullopt;
    return result;
}

/// All best approximations of a kind with denominators up to a bound, ascending: of the first kind some of the s_k, of
/// the second the convergents (but p_0/q_0 where b_1 = 1). The last of a rational number is the number.
///
/// Of two integers that are equally close the lower counts.
/// @param maximum_count  of approximations of the first kind there are as many as half of the quotients' sum
/// @throws std::invalid_argument  if maximum_denominator < 1
/// @throws convergence_error      if there are more than maximum_count
inline std::vector<mpq_class> best_approximations(const simple_continued_fraction& number,
                                                  const mpz_class& maximum_denominator,
                                                  approximation_kind kind = approximation_kind::first,
                                                  std::size_t maximum_count = 1'000'000) {
    detail::require_denominator("best_approximations", maximum_denominator);
    const simple_continued_fraction x = number.canonical();
    std::vector<mpq_class> result;
    const auto add = [&](const mpz_class& p, const mpz_class& q) {
        if (result.size() >= maximum_count)
            throw convergence_error("halfulp::best_approximations: there are more than " +
                                    std::to_string(maximum_count));
        result.emplace_back(p, q);
    };
    detail::euclid_matrix m;
    detail::append_quotient(m, x[0]);
    const auto has_term = [&x](std::size_t n) { return !x.is_finite() || n < x.quotients().size(); };
    if (!has_term(1) || x[1] != 1)
        add(m.p, m.r);
    for (std::size_t n = 1; has_term(n); ++n) {
        const mpz_class b = x[n];
        const mpz_class most = std::min(b, mpz_class((maximum_denominator - m.s) / m.r));
        if (kind == approximation_kind::first) {
            mpz_class k = b / 2;
            if (k < 1 || k > most || !detail::is_closer(x, n, k))
                ++k;
            for (; k <= most; ++k)
                add(m.q + k * m.p, m.s + k * m.r);
        } else if (most == b) {
            add(m.q + b * m.p, m.s + b * m.r);
        }
        if (most < b)
            break;
        detail::append_quotient(m, b);
    }
    return result;
}
/// The same for a rational number.
inline std::vector<mpq_class> best_approximations(const mpq_class& x, const mpz_class& maximum_denominator,
                                                  approximation_kind kind = approximation_kind::first,
                                                  std::size_t maximum_count = 1'000'000) {
    return best_approximations(simple_continued_fraction(partial_quotients(x)), maximum_denominator, kind,
                               maximum_count);
}

/// The fraction of [low, high] with the least denominator; of several integers the one closest to zero.
///
/// The ends' common quotients, then the least integer that fits.
/// @throws std::invalid_argument if low > high
/// O(M(n) log n) for n bits.
inline mpq_class simplest_rational(const mpq_class& low, const mpq_class& high) {
    if (low > high)
        throw_argument_error<std::invalid_argument>("simplest_rational", "low", low.get_str(),
                                                    "low <= high = " + high.get_str());
    if (low == high)
        return low;
    if (low <= 0 && high >= 0)
        return 0;
    if (high < 0)
        return -simplest_rational(-high, -low);
    const partial_quotient_list b = proven_partial_quotients(low, high);
    const detail::euclid_matrix m = detail::product_of_quotients(b, 0, b.size());
    mpz_class low_a = low.get_num(), low_b = low.get_den(), high_a = high.get_num(), high_b = high.get_den();
    detail::apply_inverse(m, low_a, low_b);
    detail::apply_inverse(m, high_a, high_b);
    // What follows the common quotients at both ends: infinite where one has ended, and that is the simplest.
    if (low_b == 0)
        return low;
    if (high_b == 0)
        return high;
    mpz_class k, other;
    mpz_cdiv_q(k.get_mpz_t(), low_a.get_mpz_t(), low_b.get_mpz_t());
    mpz_cdiv_q(other.get_mpz_t(), high_a.get_mpz_t(), high_b.get_mpz_t());
    k = std::min(k, other);
    return mpq_class(m.p * k + m.q, m.r * k + m.s);
}

}  // namespace v0
}  // namespace halfulp
