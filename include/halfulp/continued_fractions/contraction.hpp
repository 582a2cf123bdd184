// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Contraction: the fraction whose convergents are C_{n_0}, C_{n_1}, …, every second one (even and odd
/// part) or every m-th. And extension, its inverse: new convergents in between.
///
/// With P_k | p q; r s | the product of the steps n_{k-1} < n ≤ n_k, and its first step apart,
///
///     P_k = | b 1; α 0 | · | κ σ; . . |,   p_k = (P_k)_11,   r_k = α_k·κ_k,   s_k = α_k·σ_k,   det P_k = α_k·δ_k,
///
/// eliminating A_{n_k - 1} from (A_{n_k}, A_{n_k-1}) = (A_{n_{k-1}}, A_{n_{k-1}-1})·P_k gives, inflated
/// by κ_{k-1} (κ_0 := 1),
///
///     b'_1 = p_1   b'_k = p_k·κ_{k-1} + α_k·κ_k·σ_{k-1}
///     a'_1 = α_1·κ_1   a'_2 = -α_2·κ_2·δ_1   a'_k = -α_k·κ_k·κ_{k-2}·δ_{k-1}
///
/// a fraction for the tail behind C_{n_0}; the head is a fractional linear map. κ_k is the continuant of
/// b_{n_{k-1}+2} … b_{n_k}; where it is zero C_{n_k} = C_{n_{k-1}}, which two neighbouring convergents
/// cannot be unless the fraction ends, so that the contraction does not exist there.
///
/// Sources: Seidel 1855; Perron, Die Lehre von den Kettenbrüchen II, §1; Lorentzen and Waadeland,
/// Continued Fractions with Applications, 1992, II.2.4; for even and odd part DLMF §1.12(iv); that convergents differ, 1.12.22.

#include <halfulp/continued_fractions/equivalence.hpp>
#include <halfulp/continued_fractions/interlaced_continued_fraction.hpp>
#include <halfulp/continued_fractions/step_matrices.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <concepts>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// A block of steps as the contraction needs it, over integers or polynomials in k.
template <class T>
struct contraction_block {
    T alpha, p, kappa, sigma, delta;
};

/// The block of the steps whose elements a(i), b(i), 0 ≤ i < length, are T.
template <class T, class A, class B>
contraction_block<T> block_of_steps(const A& a, const B& b, long length) {
    matrix2<T> rest{T{1}, T{}, T{}, T{1}};
    for (long i = 1; i < length; ++i)
        rest = rest * matrix2<T>{b(i), T{1}, a(i), T{}};
    return {a(0), T(b(0) * rest.p + rest.r), rest.p, rest.q, T(rest.q * rest.r - rest.p * rest.s)};
}

/// The block of the steps low ≤ n < high.
template <class Fraction>
contraction_block<mpz_class> block_at(const Fraction& fraction, long low, long high) {
    if (low == 0)
        throw_argument_error<std::invalid_argument>("contracted", "n", "0", "steps behind C_0");
    return block_of_steps<mpz_class>([&](long i) -> mpz_class { return fraction.a(low + i); },
                                     [&](long i) -> mpz_class { return fraction.b(low + i); }, high - low);
}

template <class T>
T contracted_numerator(const contraction_block<T>& block, const contraction_block<T>& before,
                       const T& kappa_before_that) {
    return T(T{-1} * block.alpha * block.kappa * kappa_before_that * before.delta);
}
template <class T>
T contracted_denominator(const contraction_block<T>& block, const contraction_block<T>& before) {
    return T(block.p * before.kappa + block.alpha * block.kappa * before.sigma);
}

/// The value from the tail behind C_n: (A_{n-1}·t + A_n)/(B_{n-1}·t + B_n).
template <class Fraction>
moebius_map map_of_tail(const Fraction& fraction, long n) {
    matrix2<mpz_class> head = step_product<mpz_class>(fraction, 0, n + 1);
    return {std::move(head.q), std::move(head.p), std::move(head.s), std::move(head.r)};
}

/// The least n ≥ 1 with a_n = 0; 0 where there is none.
inline long end_of(const interlaced_continued_fraction& fraction) {
    const long from = fraction.polynomial_from();
    for (long n = 1; n < from + fraction.period(); ++n)
        if (fraction.a(n) == 0)
            return n;
    long end = 0;
    for (long r = 0; r < fraction.period(); ++r)
        for (const long k : integer_roots(fraction.numerators(r), 0))
            if (const long n = fraction.period() * k + r; n >= from && (end == 0 || n < end))
                end = n;
    return end;
}

}  // namespace detail

/// The polynomial fraction of every m-th convergent of an interlaced one, m its period, from C_residue on:
///
///     convergent j of the result, mapped = C_{first + m·j},   first = residue + m·k_0
///
/// where k_0 is 0, or behind the last k with C_{m·k+residue} = C_{m·(k-1)+residue}: no continued fraction
/// has two neighbouring convergents equal. The map is the identity for first = 0, otherwise the head of
/// the fraction. The elements are polynomials behind exceptional first terms, deflated.
///
/// A fraction that ends, a_N = 0, gives a finite one with the same value, whose convergents from there on are
/// C_{N-1} (N beyond 10^5: one that ends by its polynomials). One that ends before C_first gives a constant map.
///
/// @param residue  0 ≤ residue < m
/// @throws std::invalid_argument  if the residue is none, or if C_{m·k+residue} is the same for all large k
///
/// O(m) products of polynomials; degrees grow like m times those of the elements.
inline mapped_continued_fraction<polynomial_continued_fraction> contracted(
    const interlaced_continued_fraction& fraction, long residue = 0) {
    const long m = fraction.period();
    if (residue < 0 || residue >= m)
        throw_argument_error<std::invalid_argument>("contracted", "residue", std::to_string(residue),
                                                    "0 ... " + std::to_string(m - 1));
    // Block k has the steps m·(k-1) + residue + 1 … m·k + residue, as polynomials in k. Its elements are the
    // polynomials from block k = regular on.
    const auto element = [&](bool numerator, long i) {
        const long offset = residue + 1 + i;
        const integer_polynomial& p =
            numerator ? fraction.numerators(offset % m) : fraction.denominators(offset % m);
        return p.shifted(offset / m - 1);
    };
    const auto general = detail::block_of_steps<integer_polynomial>(
        [&](long i) { return element(true, i); }, [&](long i) { return element(false, i); }, m);
    const long regular =
        std::max(1L, (std::max(0L, fraction.polynomial_from() - residue - 1) + m - 1) / m + 1);
    const auto block = [&](long k) {
        return detail::block_at(fraction, m * (k - 1) + residue + 1, m * k + residue + 1);
    };

    // The block in which the fraction ends, and the last one before it whose continuant is zero.
    const long end = detail::end_of(fraction);
    if (end != 0 && end <= residue) {
        const moebius_map head = detail::map_of_tail(fraction, end - 1);
        return {finite_continued_fraction(std::vector<mpz_class>{}, std::vector<mpz_class>{0}),
                {0, head.q, 0, head.s},
                residue,
                m};
    }
    const long last = end == 0 ? 0 : (end - residue + m - 1) / m;
    if (general.kappa.degree() < 0 && (end == 0 || last > regular))
        throw_argument_error<std::invalid_argument>(
            "contracted", "residue", std::to_string(residue),
            "another one: these convergents are equal from some n on");
    long start = 0;
    for (long k = 1; k < regular && (end == 0 || k < last); ++k)
        if (block(k).kappa == 0)
            start = k;
    for (const long k : integer_roots(general.kappa, regular))
        if (end == 0 || k < last)
            start = std::max(start, k);
    const bool finite = end != 0 && end <= 100'000;

    // Element j of the result belongs to block start + j; three blocks meet in a'_j.
    const auto shifted = [&](long by) {
        return detail::contraction_block<integer_polynomial>{
            general.alpha.shifted(by), general.p.shifted(by), general.kappa.shifted(by),
            general.sigma.shifted(by), general.delta.shifted(by)};
    };
    const auto here = shifted(start), before = shifted(start - 1);
    const integer_polynomial a = detail::contracted_numerator(here, before, general.kappa.shifted(start - 2));
    const integer_polynomial b = detail::contracted_denominator(here, before);
    moebius_map map = detail::map_of_tail(fraction, m * start + residue);
    std::vector<mpz_class> first_a, first_b{0};
    detail::contraction_block<mpz_class> previous;
    mpz_class kappa = 1;  // of the block before the previous one
    const long count = finite ? last - start : std::max(2L, regular - start + 1);
    for (long j = 1; j <= count; ++j) {
        detail::contraction_block<mpz_class> next;
        if (finite && j == count) {  // what is left before the end
            const long low = m * (last - 1) + residue + 1;
            if (low == end)
                break;
            next = detail::block_at(fraction, low, end);  // κ = 0: the same one again, a' = 0
        } else {
            next = block(start + j);
        }
        if (j == 1) {
            first_a.emplace_back(next.alpha * next.kappa);
            first_b.push_back(next.p);
        } else {
            first_a.push_back(detail::contracted_numerator(next, previous, kappa));
            first_b.push_back(detail::contracted_denominator(next, previous));
            kappa = previous.kappa;
        }
        previous = std::move(next);
    }
    if (map.p == 1 && map.r == 0 && map.s == 1) {
        first_b.front() = map.q;
        map = {};
    }
    const auto made = finite ? finite_continued_fraction(std::move(first_a), std::move(first_b))
                             : detail::with_first_terms(a, b, std::move(first_a), std::move(first_b));
    return {deflated(made), std::move(map), m * start + residue, m};
}

/// The fraction of every m-th convergent of a polynomial one, C_residue, C_{residue+m}, …; as for an
/// interlaced fraction of the period m.
///
/// @throws std::invalid_argument if m < 1 or unless 0 ≤ residue < m, and as for an interlaced one
inline mapped_continued_fraction<polynomial_continued_fraction> contracted(
    const polynomial_continued_fraction& fraction, long m, long residue) {
    detail::require_at_least("contracted", "m", m, 1);
    return contracted(interlaced_continued_fraction(fraction, m), residue);
}

/// The fraction with the convergents C_0, C_2, C_4, …: DLMF §1.12(iv).
inline mapped_continued_fraction<polynomial_continued_fraction> even_part(
    const polynomial_continued_fraction& fraction) {
    return contracted(fraction, 2, 0);
}
/// The fraction with the convergents C_1, C_3, C_5, …: DLMF §1.12(iv).
inline mapped_continued_fraction<polynomial_continued_fraction> odd_part(
    const polynomial_continued_fraction& fraction) {
    return contracted(fraction, 2, 1);
}

/// The canonical contraction of any fraction: convergent k of the result, mapped = C_{index(k)}.
///
/// `first` and `step` of the result are index(0) and, if index is an arithmetic progression as far as
/// its first two, their difference; index(k) is what counts.
///
/// @param index  a callable of k ≥ 0, strictly increasing, index(0) ≥ 0
/// @throws std::invalid_argument  if index(0) < 0; an element throws it where index does not increase,
///         and convergence_error where C_{index(k)} = C_{index(k-1)} although a_{index(k-1)+1} ≠ 0
///
/// An element costs the steps of three blocks.
template <continued_fraction Fraction, std::invocable<long> Index>
auto contracted(const Fraction& fraction, Index index) requires(!std::integral<Index>) {
    const auto at = [index](long k) { return static_cast<long>(index(k)); };
    detail::require_at_least("contracted", "index(0)", at(0), 0);
    const auto block = [fraction, at](long k) {
        const long low = at(k - 1), high = at(k);
        detail::require_at_least("contracted", "index(k)", high, low + 1);
        auto result = detail::block_at(fraction, low + 1, high + 1);
        if (result.kappa == 0 && result.alpha != 0)
            throw convergence_error("halfulp::contracted: the convergents " + std::to_string(low) + " and " +
                                    std::to_string(high) + " are equal; keep one of them");
        return result;
    };
    moebius_map map = detail::map_of_tail(fraction, at(0));
    mpz_class b_0 = 0;
    if (at(0) == 0) {
        b_0 = map.q;
        map = {};
    }
    const long first = at(0);
    return mapped_continued_fraction{
        general_continued_fraction(
            [block](long k) -> mpz_class {
                const auto here = block(k);
                if (k == 1)
                    return here.alpha * here.kappa;
                return detail::contracted_numerator(here, block(k - 1),
                                                    k == 2 ? mpz_class(1) : block(k - 2).kappa);
            },
            [block, b_0](long k) -> mpz_class {
                if (k == 0)
                    return b_0;
                return k == 1 ? block(1).p : detail::contracted_denominator(block(k), block(k - 1));
            }),
        map, first, at(1) - first};
}

/// The extension by one convergent before each of C_1, C_2, …: with d_n = b_n − w_n, d_0 := 1,
///
///     b'_0 = b_0   a'_1 = a_1   a'_{2n-1} = −a_n                b'_1 = w_1   b'_{2n-1} = w_n·d_{n-1} + a_n
///                               a'_{2n}   = d_n·d_{n-1}                      b'_{2n}   = 1
///
/// Convergent 2n of the result is C_n, convergent 2n − 1 is C_n with w_n instead of b_n. The even part of the
/// result is the original. Source: Lorentzen and Waadeland, II.2.4; worked out for w_n of one's choice.
///
/// @param w  w_n, n ≥ 1
/// @throws std::invalid_argument if w_n = b_n for an n ≥ 1
inline interlaced_continued_fraction extended(const polynomial_continued_fraction& fraction,
                                              const integer_polynomial& w) {
    const long from = fraction.polynomial_from();
    const integer_polynomial d = fraction.denominators() - w;
    std::vector<long> equal = integer_roots(d, from);
    for (long n = from; n-- > 1;)
        if (fraction.b(n) == w(n))
            equal.push_back(n);
    if (!equal.empty() || d.degree() < 0)
        throw_argument_error<std::invalid_argument>(
            "extended", "w(" + std::to_string(equal.empty() ? from : equal.front()) + ")",
            "the denominator there", "another number");
    std::vector<mpz_class> a, b{fraction.b(0)};
    mpz_class before = 1;
    for (long n = 1; n <= from; ++n) {
        const mpz_class difference = fraction.b(n) - w(n);
        a.emplace_back(n == 1 ? fraction.a(1) : mpz_class(-fraction.a(n)));
        b.emplace_back(n == 1 ? w(1) : mpz_class(w(n) * before + fraction.a(n)));
        a.emplace_back(difference * before);
        b.emplace_back(1);
        before = difference;
    }
    // Residue 0 is n' = 2n: k = n. Residue 1 is n' = 2n − 1: k = n − 1.
    const integer_polynomial next_a = fraction.numerators().shifted(1);
    return interlaced_continued_fraction({d * d.shifted(-1), -next_a}, {{1}, w.shifted(1) * d + next_a},
                                         std::move(a), std::move(b));
}

}  // namespace v0
}  // namespace halfulp
