// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The first half of Euclid's algorithm in quasi-linear time, with every quotient: a recursive half-gcd over
/// GMP's multiplication, on Lehmer's steps.
///
/// A pair (a, b) of n bits is a cone as in half_gcd_words.hpp, and so is its leading half, rounded: a cone that
/// contains the first. Its quotients, about n/4 bits of them, are quotients of (a, b), without a test and
/// without one that is taken back. (α, β) = M⁻¹ (a, b) then has 3n/4 bits, of which the last n/4 are blurred by
/// the entries of M; the n/2 bits above them give the second half of the quotients. Where a quotient is too
/// large for a part, it is found by one division of the whole, and tested.
///
/// Schönhage 1971; Thull and Yap 1990; in the form of intervals, D. J. Bernstein, Fast multiplication and its
/// applications, 2008, section 21, and Möller, On Schönhage's algorithm and subquadratic integer gcd
/// computation, 2008, whose bounds on the numbers make the same test unnecessary.

#include <halfulp/continued_fractions/half_gcd_words.hpp>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Limbs of a above which halves are cheaper than Lehmer's steps (measured, Zen 5, GMP 6.2).
inline constexpr std::size_t half_gcd_threshold = 100;

/// (p, q; r, s)·(p', q'; r', s').
inline euclid_matrix operator*(const euclid_matrix& x, const euclid_matrix& y) {
    euclid_matrix result;
    mpz_class t;
    const auto sum_of_products = [&t](mpz_class& sum, const mpz_class& a, const mpz_class& b,
                                      const mpz_class& c, const mpz_class& d) {
        mpz_mul(sum.get_mpz_t(), a.get_mpz_t(), b.get_mpz_t());
        mpz_mul(t.get_mpz_t(), c.get_mpz_t(), d.get_mpz_t());
        mpz_add(sum.get_mpz_t(), sum.get_mpz_t(), t.get_mpz_t());
    };
    sum_of_products(result.p, x.p, y.p, x.q, y.r);
    sum_of_products(result.q, x.p, y.q, x.q, y.s);
    sum_of_products(result.r, x.r, y.p, x.s, y.r);
    sum_of_products(result.s, x.r, y.q, x.s, y.s);
    result.odd = x.odd != y.odd;
    result.empty = x.empty && y.empty;
    return result;
}

/// m becomes m·| quotient 1; 1 0 |.
inline void append_quotient(euclid_matrix& m, const mpz_class& quotient) {
    mpz_addmul(m.q.get_mpz_t(), m.p.get_mpz_t(), quotient.get_mpz_t());
    mpz_addmul(m.s.get_mpz_t(), m.r.get_mpz_t(), quotient.get_mpz_t());
    swap(m.p, m.q);
    swap(m.r, m.s);
    m.odd = !m.odd;
    m.empty = false;
}

/// (x, y) becomes m⁻¹ (x, y), of any signs.
inline void apply_inverse(const euclid_matrix& m, mpz_class& x, mpz_class& y) {
    mpz_class u, v, t;
    mpz_mul(u.get_mpz_t(), m.s.get_mpz_t(), x.get_mpz_t());
    mpz_mul(t.get_mpz_t(), m.q.get_mpz_t(), y.get_mpz_t());
    mpz_sub(u.get_mpz_t(), u.get_mpz_t(), t.get_mpz_t());
    mpz_mul(v.get_mpz_t(), m.p.get_mpz_t(), y.get_mpz_t());
    mpz_mul(t.get_mpz_t(), m.r.get_mpz_t(), x.get_mpz_t());
    mpz_sub(v.get_mpz_t(), v.get_mpz_t(), t.get_mpz_t());
    if (m.odd) {
        mpz_neg(u.get_mpz_t(), u.get_mpz_t());
        mpz_neg(v.get_mpz_t(), v.get_mpz_t());
    }
    swap(x, u);
    swap(y, v);
}

/// The next quotient by division, if it is certain for the cone; (a, b) and m take the step.
inline bool divide_once(mpz_class& a, mpz_class& b, euclid_matrix& m, partial_quotient_list& out) {
    if (b <= 0)
        return false;
    mpz_class quotient, rest;
    mpz_tdiv_qr(quotient.get_mpz_t(), rest.get_mpz_t(), a.get_mpz_t(), b.get_mpz_t());
    const mpz_class old_sum = m.p + m.r;
    const mpz_class sum = quotient * old_sum + m.q + m.s;
    if (rest < sum || b - rest <= sum + old_sum)
        return false;
    append_quotient(m, quotient);
    out.push_back(quotient);
    swap(a, b);
    swap(b, rest);
    return true;
}

/// Bits that the entries of m blur, and one for the rounding.
inline std::size_t blurred_bits(const euclid_matrix& m) {
    return m.empty ? 2 : bits_of(m.p) + 2;
}

/// The quotients that are certain for the cone of (a, b), a ≥ b ≥ 0, all but those of the last few bits, are
/// appended to `out`; m, the identity before, becomes their product; (a, b) becomes m⁻¹ (a, b).
/// O(M(n) log n) for n bits.
inline void half_gcd(mpz_class& a, mpz_class& b, euclid_matrix& m, partial_quotient_list& out,
                     lehmer_steps& memory);

/// The same by Lehmer's steps, O(n²).
inline void half_gcd_lehmer(mpz_class& a, mpz_class& b, euclid_matrix& m, partial_quotient_list& out,
                            lehmer_steps& memory) {
    for (;;) {
        const std::size_t size = bits_of(a);
        const std::size_t blurred = m.empty && size <= 126 ? 0 : blurred_bits(m);
        if (size < blurred + 4)
            return;
        const std::size_t shift = size - std::min<std::size_t>(size - blurred, 126);
        word_quotients quotients;
        const word_matrix step =
            half_gcd_two_words(leading_two_words(a, shift), leading_two_words(b, shift), quotients);
        if (quotients.count == 0) {
            if (!divide_once(a, b, m, out))
                return;
            continue;
        }
        out.append_words(quotients.value, quotients.count);
        memory.apply(step, a, b);
        memory.multiply(m, step);
    }
}

/// Takes the quotients of the cone of round((a, b)/2^shift), at least 2^shift wide in each direction, off
/// (a, b), and gives their product: empty if there are none.
inline euclid_matrix half_gcd_of_leading(mpz_class& a, mpz_class& b, std::size_t shift,
                                         partial_quotient_list& out, lehmer_steps& memory) {
    mpz_class leading_a, leading_b;
    rounded_shift(leading_a, a, shift);
    rounded_shift(leading_b, b, shift);
    // What remains is signed, at most half a unit.
    mpz_class low_a, low_b;
    if (shift != 0)
        for (const auto& [low, x] : {std::pair{&low_a, &a}, std::pair{&low_b, &b}}) {
            mpz_tdiv_r_2exp(low->get_mpz_t(), x->get_mpz_t(), shift);
            if (mpz_tstbit(x->get_mpz_t(), shift - 1) != 0)
                *low -= mpz_class(1) << shift;
        }
    euclid_matrix m;
    half_gcd(leading_a, leading_b, m, out, memory);
    if (m.empty)
        return m;
    apply_inverse(m, low_a, low_b);
    mpz_mul_2exp(a.get_mpz_t(), leading_a.get_mpz_t(), shift);
    mpz_mul_2exp(b.get_mpz_t(), leading_b.get_mpz_t(), shift);
    a += low_a;
    b += low_b;
    return m;
}

inline void half_gcd(mpz_class& a, mpz_class& b, euclid_matrix& m, partial_quotient_list& out,
                     lehmer_steps& memory) {
    if (mpz_size(a.get_mpz_t()) < half_gcd_threshold) {
        half_gcd_lehmer(a, b, m, out, memory);
        return;
    }
    const std::size_t part = bits_of(a) / 2;
    for (;;) {
        const std::size_t size = bits_of(a);
        const std::size_t blurred = blurred_bits(m);
        if (size < blurred + 40)
            return;
        const std::size_t taken = std::min(size - blurred, part);
        euclid_matrix step = half_gcd_of_leading(a, b, size - taken, out, memory);
        if (step.empty) {
            if (!divide_once(a, b, m, out))
                return;
        } else {
            m = m.empty ? std::move(step) : m * step;
        }
    }
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
