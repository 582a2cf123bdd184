// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Quotients of Euclid's algorithm that are certain although the numbers are known to ±1 only: on one
/// word, on two words, and on many words by Lehmer's steps. half_gcd.hpp builds on it.
///
/// **The cone.** (a, b) stands for all (a + x, b + y) with |x|, |y| ≤ 1. After quotients q_1 … q_k, with
///
///     M = | p  q | = Π | q_i  1 |,      (α, β) = M⁻¹ (a, b),
///         | r  s |     | 1    0 |
///
/// the extreme ratios of the cone, (a ± 1)/(b ∓ 1), are mapped to (α ± (q + s))/(β ∓ (p + r)) in one order or
/// the other. The quotients are those of every number of the cone exactly if both images exceed 1, and are not
/// negative (infinity, a quotient that ends a number of the cone, is one of them):
///
///     β ≥ p + r    and    α − β > (p + r) + (q + s).
///
/// That is Jebelean's condition (A generalization of the binary GCD algorithm, 1993; Collins before him), and
/// if it fails for k quotients, it does for k + 1. So no quotient is ever taken back.

#include <halfulp/continued_fractions/integer_bits.hpp>
#include <halfulp/continued_fractions/partial_quotient_list.hpp>
#include <halfulp/core/wide_uint.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Π | q_i 1; 1 0 |, in words; `odd` if its determinant is −1.
struct word_matrix {
    std::uint64_t p = 1, q = 0, r = 0, s = 1;
    bool odd = false;
};

/// Π | q_i 1; 1 0 |; `odd` if its determinant is −1, `empty` if it is the identity.
struct euclid_matrix {
    mpz_class p = 1, q = 0, r = 0, s = 1;
    bool odd = false;
    bool empty = true;
};

/// The quotients of a word_matrix: Fibonacci's numbers bound them by 92.
struct word_quotients {
    std::uint64_t value[96];
    std::size_t count = 0;
};

/// The quotients that are certain for the cone of (a, b), a < 2^63, into `out`, and their product. a and b
/// become α and β.
inline word_matrix half_gcd_one_word(std::uint64_t& a, std::uint64_t& b, word_quotients& out) {
    word_matrix m;
    std::size_t count = out.count;
    while (b != 0) {
        const std::uint64_t quotient = a / b;
        const std::uint64_t rest = a - quotient * b;
        // No overflow: a at the beginning is p·α + q·β and bounds p·b; so does b for r.
        const std::uint64_t p = quotient * m.p + m.q;
        const std::uint64_t r = quotient * m.r + m.s;
        const std::uint64_t sum = p + r;
        if (rest < sum || b - rest <= sum + (m.p + m.r))
            break;
        out.value[count++] = quotient;
        m = {p, m.p, r, m.r, !m.odd};
        a = b;
        b = rest;
    }
    out.count = count;
    return m;
}

/// round(x/2^shift), ties upward; shift < 128.
inline std::uint64_t rounded_shift(uint128 x, int shift) {
    if (shift == 0)
        return static_cast<std::uint64_t>(x);
    return static_cast<std::uint64_t>(x >> shift) +
           static_cast<std::uint64_t>((x >> (shift - 1)) & uint128(1));
}

/// The same for a < 2^126: about twice as many quotients. Where a quotient is too large for words, it stops.
inline word_matrix half_gcd_two_words(uint128 a, uint128 b, word_quotients& out) {
    word_matrix m;
    for (;;) {
        // The numbers of the cone are within p + r of (α, β); half of that leaves room for the rounding.
        const bool first = out.count == 0;
        const int blurred = first ? 0 : bit_width(m.p + m.r) + 1;
        const int certain = bit_width(a) - blurred;
        if (certain < 4)
            return m;
        const int taken = std::min(certain, 62);
        const int shift = std::max(bit_width(a) - taken, first && bit_width(a) > taken ? 2 : 0);
        std::uint64_t x = rounded_shift(a, shift), y = rounded_shift(b, shift);
        const std::size_t before = out.count;
        const word_matrix step = half_gcd_one_word(x, y, out);
        if (out.count == before)
            return m;
        const uint128 p = uint128(step.p), q = uint128(step.q), r = uint128(step.r), s = uint128(step.s);
        const uint128 next_a = s * a - q * b,
                      next_b = p * b - r * a;  // up to their common sign, modulo 2^128
        a = step.odd ? uint128(0) - next_a : next_a;
        b = step.odd ? uint128(0) - next_b : next_b;
        m = first ? step
                  : word_matrix{m.p * step.p + m.q * step.r, m.p * step.q + m.q * step.s,
                                m.r * step.p + m.s * step.r, m.r * step.q + m.s * step.s, m.odd != step.odd};
    }
}

/// round(x/2^shift), ties upward, for x ≥ 0.
inline void rounded_shift(mpz_class& result, const mpz_class& x, std::size_t shift) {
    const bool up = shift != 0 && mpz_tstbit(x.get_mpz_t(), shift - 1) != 0;
    mpz_tdiv_q_2exp(result.get_mpz_t(), x.get_mpz_t(), shift);
    if (up)
        mpz_add_ui(result.get_mpz_t(), result.get_mpz_t(), 1);
}

/// The 128 bits of x/2^shift, rounded to nearest; x has no more than shift + 127 bits.
inline uint128 leading_two_words(const mpz_class& x, std::size_t shift) {
    const std::size_t limb = shift / 64;
    const int within = static_cast<int>(shift % 64);
    const auto limb_at = [&x](std::size_t i) {
        return uint128(std::uint64_t{mpz_getlimbn(x.get_mpz_t(), static_cast<mp_size_t>(i))});
    };
    uint128 result = limb_at(limb) | limb_at(limb + 1) << 64;
    if (within != 0)
        result = result >> within | limb_at(limb + 2) << (128 - within);
    const bool up = shift != 0 && mpz_tstbit(x.get_mpz_t(), shift - 1) != 0;
    return result + uint128(up ? 1u : 0u);
}

/// The limbs of x, `size` of them, the leading ones zero where x has fewer.
inline mp_limb_t* limbs_of(mpz_class& x, std::size_t size) {
    const std::size_t used = mpz_size(x.get_mpz_t());
    mp_limb_t* limbs = mpz_limbs_modify(x.get_mpz_t(), static_cast<mp_size_t>(size));
    for (std::size_t i = used; i < size; ++i)
        limbs[i] = 0;
    return limbs;
}

inline void finish_limbs(mpz_class& x, std::size_t size) {
    mpz_limbs_finish(x.get_mpz_t(), static_cast<mp_size_t>(size));
}

/// Lehmer's algorithm on numbers of any size, with memory that is kept from call to call.
class lehmer_steps {
  public:
    /// (a, b) becomes step⁻¹ (a, b), which is known to be positive; a ≥ b > 0.
    void apply(const word_matrix& step, mpz_class& a, mpz_class& b) {
        const std::size_t size = mpz_size(a.get_mpz_t());
        const auto count = static_cast<mp_size_t>(size);
        const mp_limb_t* x = limbs_of(a, size);
        const mp_limb_t* y = limbs_of(b, size);
        mp_limb_t* u = mpz_limbs_write(next_a_.get_mpz_t(), count);
        mp_limb_t* v = mpz_limbs_write(next_b_.get_mpz_t(), count);
        // The results have no more limbs than a, so the carries cancel.
        if (step.odd) {
            mpn_mul_1(u, y, count, step.q);
            mpn_submul_1(u, x, count, step.s);
            mpn_mul_1(v, x, count, step.r);
            mpn_submul_1(v, y, count, step.p);
        } else {
            mpn_mul_1(u, x, count, step.s);
            mpn_submul_1(u, y, count, step.q);
            mpn_mul_1(v, y, count, step.p);
            mpn_submul_1(v, x, count, step.r);
        }
        finish_limbs(next_a_, size);
        finish_limbs(next_b_, size);
        swap(a, next_a_);
        swap(b, next_b_);
    }

    /// m becomes m·step.
    void multiply(euclid_matrix& m, const word_matrix& step) {
        if (m.empty) {
            m.p = integer_of_word(step.p);
            m.q = integer_of_word(step.q);
            m.r = integer_of_word(step.r);
            m.s = integer_of_word(step.s);
        } else {
            multiply_row(m.p, m.q, step);
            multiply_row(m.r, m.s, step);
        }
        m.odd = m.odd != step.odd;
        m.empty = false;
    }

  private:
    void multiply_row(mpz_class& x, mpz_class& y, const word_matrix& step) {
        const std::size_t size = std::max(mpz_size(x.get_mpz_t()), mpz_size(y.get_mpz_t()));
        const auto count = static_cast<mp_size_t>(size);
        mp_limb_t* u = limbs_of(x, size + 1);
        mp_limb_t* v = limbs_of(y, size);
        mp_limb_t* w = mpz_limbs_write(next_a_.get_mpz_t(), count + 1);
        w[size] = mpn_mul_1(w, u, count, step.q);
        w[size] += mpn_addmul_1(w, v, count, step.s);
        u[size] = mpn_mul_1(u, u, count, step.p);
        u[size] += mpn_addmul_1(u, v, count, step.r);
        finish_limbs(x, size + 1);
        finish_limbs(next_a_, size + 1);
        swap(y, next_a_);
    }

    mpz_class next_a_, next_b_;
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
