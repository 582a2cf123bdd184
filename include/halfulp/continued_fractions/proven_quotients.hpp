// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Euclid's algorithm on a rational number, and on an interval of them as far as both ends agree, in
/// quasi-linear time: the machinery of partial_quotients.hpp.

#include <halfulp/continued_fractions/half_gcd.hpp>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Π | b_i 1; 1 0 | over low ≤ i < high, by a product tree. The b_i may be any integers.
inline euclid_matrix product_of_quotients(const partial_quotient_list& quotients, std::size_t low,
                                          std::size_t high) {
    if (high - low > 48) {
        const std::size_t middle = low + (high - low) / 2;
        const euclid_matrix left = product_of_quotients(quotients, low, middle);
        return left * product_of_quotients(quotients, middle, high);
    }
    euclid_matrix result;
    bool positive = true;
    for (std::size_t i = low; i < high; ++i)
        positive = positive && quotients.is_positive(i);
    if (!positive) {
        for (; low < high; ++low)
            append_quotient(result, quotients[low]);
        return result;
    }
    lehmer_steps steps;
    while (low < high) {
        // As many as fit into words, one bit to spare.
        word_matrix m;
        std::size_t i = low;
        for (; i < high; ++i) {
            const std::uint64_t b = quotients.word(i);
            const uint128 p = uint128(b) * uint128(m.p) + uint128(m.q);
            const uint128 r = uint128(b) * uint128(m.r) + uint128(m.s);
            if (b == 0 || bit_width(p) > 63 || bit_width(r) > 63)
                break;
            m = {static_cast<std::uint64_t>(p), m.p, static_cast<std::uint64_t>(r), m.r, !m.odd};
        }
        if (i == low)
            append_quotient(result, quotients[i++]);
        else
            steps.multiply(result, m);
        low = i;
    }
    return result;
}

/// Of so many certain bits the leading ones that one half-gcd gets: a smaller one has the rest, and no product of
/// their matrices is needed.
inline std::size_t part_of(std::size_t bits) {
    return bits <= 2000 ? bits : bits / 2;
}

/// The quotients of a/b, a, b ≥ 0, to the end: the last is 2 or more, except that of 1 = a/b.
inline void append_all_quotients(mpz_class a, mpz_class b, partial_quotient_list& out) {
    lehmer_steps memory;
    while (b != 0) {
        if (mpz_size(a.get_mpz_t()) <= 1 && mpz_size(b.get_mpz_t()) <= 1) {
            std::uint64_t x = mpz_getlimbn(a.get_mpz_t(), 0), y = mpz_getlimbn(b.get_mpz_t(), 0);
            while (y != 0) {
                out.push_back(x / y);
                x = std::exchange(y, x % y);
            }
            return;
        }
        if (a >= b) {
            const std::size_t size = bits_of(a);
            if (!half_gcd_of_leading(a, b, size - part_of(size), out, memory).empty)
                continue;
        }
        mpz_class quotient, rest;
        mpz_tdiv_qr(quotient.get_mpz_t(), rest.get_mpz_t(), a.get_mpz_t(), b.get_mpz_t());
        out.push_back(quotient);
        swap(a, b);
        swap(b, rest);
    }
}

/// The ratios from (a − x)/(b + y) to (a + x)/(b − y), and how much less and more that may be: where bits below the
/// radius are dropped, the outer radius (x, y) grows and the inner one shrinks.
struct ratio_interval {
    mpz_class a, b;
    mpz_class outer_x, outer_y;
    mpz_class inner_x, inner_y;

    /// Whether both ends exceed 1 and are not negative.
    bool holds(const mpz_class& x, const mpz_class& y) const { return b >= y && a - x > b + y; }
    /// Takes the quotients of m off the radii.
    static void reduce(const euclid_matrix& m, mpz_class& x, mpz_class& y) {
        mpz_class next = m.s * x + m.q * y;
        y = m.r * x + m.p * y;
        swap(x, next);
    }
    /// Drops `shift` bits: the interval with the outer radius contains what it did, the one with the inner radius is
    /// contained in it.
    void drop_bits(std::size_t shift) {
        mpz_class t;
        for (mpz_class* x : {&a, &b}) {
            rounded_shift(t, *x, shift);
            swap(*x, t);
        }
        for (mpz_class* x : {&outer_x, &outer_y}) {
            mpz_cdiv_q_2exp(x->get_mpz_t(), x->get_mpz_t(), shift);
            *x += 1;
        }
        for (mpz_class* x : {&inner_x, &inner_y}) {
            mpz_fdiv_q_2exp(x->get_mpz_t(), x->get_mpz_t(), shift);
            *x -= 1;
        }
    }
};

/// Appends the quotients that every number of the interval has, which begins above 1. True if it is certain
/// that the next is not common to all; false if the bits that were dropped would have to tell.
inline bool append_common_quotients(ratio_interval& x, partial_quotient_list& out, lehmer_steps& memory) {
    constexpr std::size_t guard = 64;
    for (;;) {
        std::size_t radius = bits_of(std::max(x.outer_x, x.outer_y));
        if (radius > 2 * guard) {
            x.drop_bits(radius - guard);
            radius = guard + 2;
        }
        const std::size_t size = bits_of(x.a);
        if (x.a >= x.b && x.b > 0 && size > radius + 8) {
            const std::size_t taken = part_of(size - radius - 2);
            const euclid_matrix m = half_gcd_of_leading(x.a, x.b, size - taken, out, memory);
            if (!m.empty) {
                ratio_interval::reduce(m, x.outer_x, x.outer_y);
                ratio_interval::reduce(m, x.inner_x, x.inner_y);
                continue;
            }
        }
        if (x.b <= 0)
            return false;
        ratio_interval next;
        mpz_class quotient;
        mpz_fdiv_qr(quotient.get_mpz_t(), next.b.get_mpz_t(), x.a.get_mpz_t(), x.b.get_mpz_t());
        next.a = x.b;
        next.outer_x = x.outer_y;
        next.outer_y = x.outer_x + quotient * x.outer_y;
        next.inner_x = x.inner_y;
        next.inner_y = x.inner_x + quotient * x.inner_y;
        if (quotient < 1 || !next.holds(next.outer_x, next.outer_y))
            return quotient >= 1 && !next.holds(next.inner_x, next.inner_y) &&
                   x.inner_x * x.b + x.inner_y * x.a >= 0;
        out.push_back(quotient);
        x = std::move(next);
    }
}

/// An interval of positive ratios, its ends given by integers that need not be coprime.
struct ratio_ends {
    mpz_class low_a, low_b, high_a, high_b;

    /// Ends in the order of size or not; a common numerator or denominator makes numbers half as long.
    ratio_interval to_interval() const {
        ratio_interval result;
        mpz_class difference;
        if (low_a == high_a) {
            result.a = 2 * low_a;
            result.b = low_b + high_b;
            difference = low_b - high_b;
        } else if (low_b == high_b) {
            result.a = low_a + high_a;
            result.b = 2 * low_b;
            difference = low_a - high_a;
        } else {
            const mpz_class x = low_a * high_b, y = high_a * low_b;
            result.a = x + y;
            result.b = 2 * low_b * high_b;
            difference = x - y;
        }
        (low_a == high_a ? result.outer_y : result.outer_x) = abs(difference);
        result.inner_x = result.outer_x;
        result.inner_y = result.outer_y;
        return result;
    }

    /// Takes the common quotient of both ends off. False, and nothing done, if there is none.
    bool divide_once(partial_quotient_list& out) {
        if (low_b == 0 || high_b == 0)
            return false;
        mpz_class low_quotient, low_rest, high_quotient, high_rest;
        mpz_fdiv_qr(low_quotient.get_mpz_t(), low_rest.get_mpz_t(), low_a.get_mpz_t(), low_b.get_mpz_t());
        mpz_fdiv_qr(high_quotient.get_mpz_t(), high_rest.get_mpz_t(), high_a.get_mpz_t(), high_b.get_mpz_t());
        if (low_quotient != high_quotient)
            return false;
        out.push_back(low_quotient);
        swap(low_a, low_b);
        swap(low_b, low_rest);
        swap(high_a, high_b);
        swap(high_b, high_rest);
        return true;
    }
};

/// The longest list of quotients with which the expansion of every number of the interval begins. The ends
/// may have any sign; their denominators are positive, and the ends differ.
inline void append_proven_quotients(ratio_ends ends, partial_quotient_list& out) {
    lehmer_steps memory;
    // From the first quotient on both ends exceed 1, or one of them has ended.
    while (ends.divide_once(out)) {
        if (ends.low_b == 0 || ends.high_b == 0)
            return;
        const std::size_t before = out.size();
        ratio_interval interval = ends.to_interval();
        if (append_common_quotients(interval, out, memory))
            return;
        // A rare end, next to a convergent: the interval itself, without anything dropped, decides.
        const euclid_matrix m = product_of_quotients(out, before, out.size());
        if (!m.empty) {
            apply_inverse(m, ends.low_a, ends.low_b);
            apply_inverse(m, ends.high_a, ends.high_b);
        }
    }
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
