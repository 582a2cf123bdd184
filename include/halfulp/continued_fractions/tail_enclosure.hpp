// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Intervals in which the tails of a continued fraction lie, by proof.
///
/// C = (A_n + t_n·A_{n-1})/(B_n + t_n·B_{n-1}) with the tail t_n = a_{n+1}/(b_{n+1} + t_{n+1}). Intervals
/// T_n ∋ 0 with a_{n+1}/(b_{n+1} + T_{n+1}) ⊂ T_n for all n ≥ from contain the tails of every later
/// convergent, so the image of T_n contains C_n, all later convergents and hence their limit.
///
/// Here T_n = (a_{n+1}/b_{n+1})·[0, c_n]. With ρ_n = a_{n+2}/(b_{n+1}·b_{n+2}) the inclusion says
///
///     1 + ρ_n·c_{n+1} ≥ 1/c_n
///
/// which asks nothing of a positive ρ_n: the one-sided form, for real elements, of the parabola
/// theorems. Three choices of c_n decide every polynomial fraction:
///
///     c_n = 1              ρ_n ≥ 0                    T_n lies between C_n and C_{n+1}
///     c_n = 2              ρ_n ≥ −1/4                 Worpitzky's theorem
///     c_n = 4m/(2m − 1)    ρ_n ≥ −(2m + 1)²/(16m(m + 1)) = −1/4 − 1/(16m(m + 1)), m = n + 1
///
/// For negative a_n (then −ρ_n is a chain sequence or it is not) the third is sharp: a ρ_n that
/// stays below −1/4 − (1 + ε)/(16n²) makes B_n change its sign for ever, and there is no limit
/// (Kneser's criterion for the recurrence). Sources: Wall, Analytic Theory of Continued Fractions,
/// 1948 (chain sequences, the parabola theorem); Lorentzen and Waadeland, Continued Fractions 1, 2008, chapter 3;
/// DLMF §1.12(v).

#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/continued_fractions/rational_interval.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace halfulp {
inline namespace v0 {

/// Why the digits of a value are certain.
enum class proof_kind {
    exact,       ///< the fraction ends: the value is the convergent before the first a_n = 0
    bracketing,  ///< a_n > 0 and b_n of one sign: the value lies between consecutive convergents
    pringsheim,  ///< |b_n| ≥ |a_n| + 1 for all n ≥ 1 (a tail interval for the tails far out, and no tail above 1)
    tail_interval,   ///< intervals T_n with a_{n+1}/(b_{n+1} + T_{n+1}) ⊂ T_n
    series_majorant  ///< the fraction is a series (Euler's), whose rest a geometric series bounds
};

/// T_n = (a_{n+1}/b_{n+1})·[0, c_n] for n ≥ from, with c_n = (p·n + q)/(r·n + s); see the file's
/// comment. For the kind `exact` T_n = {0}.
struct tail_enclosure {
    proof_kind kind;                  ///< exact, bracketing, pringsheim or tail_interval
    long from;                        ///< the least n known to be good
    long p = 0, q = 1, r = 0, s = 1;  ///< c_n, with p·n + q > 0 and r·n + s > 0

    /// c_n.
    mpq_class multiplier(long n) const {
        mpq_class c(mpz_class(p) * n + q, mpz_class(r) * n + s);
        c.canonicalize();
        return c;
    }
    /// T_n of the fraction that the enclosure was found for, n ≥ from.
    rational_interval at(const polynomial_continued_fraction& fraction, long n) const {
        if (kind == proof_kind::exact)
            return {0, 0};
        mpq_class end(fraction.a(n + 1), fraction.b(n + 1));
        end.canonicalize();
        end *= multiplier(n);
        return end < 0 ? rational_interval{end, 0} : rational_interval{0, end};
    }
};

/// What `enclose_tails` found: an enclosure, or the reason why there is none.
struct tail_search {
    std::optional<tail_enclosure> enclosure;
    std::string reason;     ///< a sentence, where there is no enclosure
    bool no_limit = false;  ///< it is proven that the convergents have no finite limit

    /// Whether there is an enclosure.
    explicit operator bool() const noexcept { return enclosure.has_value(); }
    const tail_enclosure& operator*() const { return *enclosure; }
    const tail_enclosure* operator->() const { return &*enclosure; }
};

namespace detail {

/// Signs of polynomials have to settle by this n, and so do the conditions on tails.
inline constexpr long tail_search_limit = 10'000;

/// The least N ≥ 1 with a_N = 0 as far as the sign settles by the limit; 0 if there is none. `settled`
/// becomes the n from which a_n has one sign, −1 where there is none.
inline long first_zero_numerator(const polynomial_continued_fraction& fraction, long& settled) {
    const integer_polynomial& a = fraction.numerators();
    const long polynomial = fraction.polynomial_from();
    settled = a.degree() < 0 ? -1 : a.constant_sign_from(polynomial, tail_search_limit);
    const long last = a.degree() < 0 ? polynomial : settled < 0 ? tail_search_limit : settled - 1;
    mpz_class value;
    for (long n = 1; n <= last; ++n) {
        fraction.numerator(value, n);
        if (value == 0)
            return n;
    }
    return 0;
}

/// 1 + ρ_n·c_{n+1} ≥ 1/c_n with b_{n+1}, b_{n+2} ≠ 0, in integers.
class tail_condition {
  public:
    tail_condition(const polynomial_continued_fraction& fraction, const tail_enclosure& tails)
        : fraction_(fraction), tails_(tails) {}
    bool holds(long n) {
        const mpz_class u = mpz_class(tails_.p) * n + tails_.q, v = mpz_class(tails_.r) * n + tails_.s;
        const mpz_class next_u = u + tails_.p, next_v = v + tails_.r;
        if (u <= 0 || v <= 0)
            return false;
        fraction_.numerator(a_, n + 2);
        fraction_.denominator(b_, n + 1);
        fraction_.denominator(next_b_, n + 2);
        b_ *= next_b_;
        if (b_ == 0)
            return false;
        // ((b b')·v' + a·u')·u − (b b')·v·v' has the sign of b b', or is zero.
        const mpz_class difference = (b_ * next_v + a_ * next_u) * u - b_ * v * next_v;
        return sgn(difference) * sgn(b_) >= 0;
    }

  private:
    const polynomial_continued_fraction& fraction_;
    const tail_enclosure& tails_;
    mpz_class a_, b_, next_b_;
};

/// Moves `from`, where the condition is known to hold from there on, to the least n for which it is.
inline tail_search extended_downwards(const polynomial_continued_fraction& fraction, tail_enclosure tails) {
    tail_condition condition(fraction, tails);
    while (tails.from > 0 && condition.holds(tails.from - 1))
        --tails.from;
    return {tails, {}};
}

inline tail_search no_tails(bool no_limit, std::string reason) {
    return {std::nullopt, std::move(reason), no_limit};
}

/// The limit of −a_{n+1}/(b_n·b_{n+1}) as text, a_n < 0.
inline std::string limit_text(const integer_polynomial& a, const integer_polynomial& product) {
    if (a.degree() > product.degree())
        return "infinity";
    mpq_class limit(-a.leading_coefficient(), product.leading_coefficient());
    limit.canonicalize();
    return limit.get_str();
}

/// |b_n| ≥ |a_n| + 1 for all n ≥ 1, where a_n < 0 and b_n of one sign from n = settled on.
inline bool satisfies_pringsheim(const polynomial_continued_fraction& fraction, long settled) {
    const integer_polynomial& a = fraction.numerators();
    const integer_polynomial& b = fraction.denominators();
    const integer_polynomial excess =
        integer_polynomial{sgn(b.leading_coefficient())} * b + a - integer_polynomial{1};
    long from = settled;
    if (excess.degree() >= 0) {
        from = excess.leading_coefficient() < 0 ? -1 : excess.constant_sign_from(settled, tail_search_limit);
        if (from < 0)
            return false;
    }
    for (long n = 1; n < from; ++n)
        if (abs(fraction.b(n)) < abs(fraction.a(n)) + 1)
            return false;
    return true;
}

/// Negative a_n, b_n of one sign from n = settled on.
inline tail_search enclose_negative_tails(const polynomial_continued_fraction& fraction, long settled) {
    const integer_polynomial a = fraction.numerators().shifted(2);
    const integer_polynomial b = fraction.denominators().shifted(1);
    const integer_polynomial product = b * fraction.denominators().shifted(2);
    // Elements at n + 1 and n + 2 are the polynomials' from here on.
    const long start = std::max(settled - 1, 0L);
    const auto from = [start](const integer_polynomial& condition) {
        if (condition.degree() < 0)
            return start;
        return condition.leading_coefficient() < 0 ? -1
                                                   : condition.constant_sign_from(start, tail_search_limit);
    };
    const integer_polynomial worpitzky = product + integer_polynomial{4} * a;
    if (const long n = from(worpitzky); n >= 0) {
        const proof_kind kind =
            satisfies_pringsheim(fraction, settled) ? proof_kind::pringsheim : proof_kind::tail_interval;
        return extended_downwards(fraction, {kind, n, 0, 2, 0, 1});
    }
    const bool at_the_border = worpitzky.degree() < product.degree() || worpitzky.degree() < a.degree();
    if (!at_the_border && worpitzky.leading_coefficient() < 0)
        return no_tails(true, "-a_{n+1}/(b_n b_{n+1}) tends to " + limit_text(a, product) +
                                  ", which is more than 1/4: the convergents have no limit");
    // m = n + 1: 16·m(m + 1)·a_{n+2} + (2m + 1)²·b_{n+1}·b_{n+2} ≥ 0.
    const integer_polynomial kneser =
        integer_polynomial{32, 48, 16} * a + integer_polynomial{9, 12, 4} * product;
    if (const long n = from(kneser); n >= 0)
        return extended_downwards(fraction, {proof_kind::tail_interval, n, 4, 4, 2, 1});
    const bool positive_in_the_end = worpitzky.leading_coefficient() > 0 || kneser.leading_coefficient() > 0;
    if (positive_in_the_end)
        return no_tails(false,
                        "-a_{n+1}/(b_n b_{n+1}) falls below its bound 1/4 + 1/(16 n (n + 1)) beyond n = " +
                            std::to_string(tail_search_limit) + " only");
    if (kneser.degree() >= product.degree())
        return no_tails(true,
                        "-a_{n+1}/(b_n b_{n+1}) tends to 1/4 and stays above 1/4 + 1/(16 n^2): the "
                        "convergents have no limit");
    return no_tails(false,
                    "-a_{n+1}/(b_n b_{n+1}) agrees with 1/4 + 1/(16 n^2) to the second order: too close to "
                    "the border between limit and none");
}

}  // namespace detail

/// Intervals for the tails, found and proven by the signs of polynomials, with the least `from`; or
/// the reason why there are none. What is refused, with the sentence:
///
/// - signs of a_n, b_n, or the conditions, that settle beyond n = 10 000 only;
/// - b_n = 0, and a_n < 0 with −a_{n+1}/(b_n·b_{n+1}) > 1/4 + 1/(16n²) in the end, where the
///   convergents go round for ever, and a_n > 0 with deg a > 2·deg b + 2, where even and odd
///   convergents have limits of their own (Seidel and Stern): no limit, by proof;
/// - −a_{n+1}/(b_n·b_{n+1}) = 1/4 + 1/(16n²) + o(1/n²), the border.
///
/// That there is an enclosure does not say how fast, or that, its image shrinks: see
/// `log2_error_bound`. Exact integer arithmetic; a few microseconds for degrees up to 6.
inline tail_search enclose_tails(const polynomial_continued_fraction& fraction) {
    long a_settled = 0;
    if (const long end = detail::first_zero_numerator(fraction, a_settled); end > 0)
        return {tail_enclosure{proof_kind::exact, end - 1}, {}};
    const integer_polynomial& a = fraction.numerators();
    const integer_polynomial& b = fraction.denominators();
    if (b.degree() < 0)
        return detail::no_tails(
            true, "the partial denominators are zero in the end: C_n = C_{n-2}, and there is no limit");
    const long b_settled = b.constant_sign_from(fraction.polynomial_from(), detail::tail_search_limit);
    if (a_settled < 0 || b_settled < 0)
        return detail::no_tails(false, std::string("the signs of the partial ") +
                                           (a_settled < 0 ? "numerators " : "denominators ") +
                                           (a_settled < 0 ? a : b).to_string() + " settle beyond n = " +
                                           std::to_string(detail::tail_search_limit) + " only");
    const long settled = std::max(a_settled, b_settled);
    if (a.leading_coefficient() < 0)
        return detail::enclose_negative_tails(fraction, settled);
    if (a.degree() > 2 * b.degree() + 2)
        return detail::no_tails(true, "the partial numerators grow too fast for the denominators (degrees " +
                                          std::to_string(a.degree()) + " and " + std::to_string(b.degree()) +
                                          "): even and odd convergents have limits of their own");
    return detail::extended_downwards(fraction,
                                      {proof_kind::bracketing, std::max(settled - 1, 0L), 0, 1, 0, 1});
}

}  // namespace v0
}  // namespace halfulp
