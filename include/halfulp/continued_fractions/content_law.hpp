// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The common factors of convergents, predicted.
///
/// Many fractions, Apéry's among them, have convergents with a common factor so large that the reduced denominators
/// grow exponentially although B_n grows factorially. Where |a_n| = κ·c(n)^(2k) with c linear, the entries of the product
/// over low ≤ n < high are observed to be divisible by
///
///     ( Π_n c(n) / Π_p p^(max_n v_p(c(n))) )^k,
///
/// the product of the c(n) over their least common multiple, but for powers of a few small primes. So at a node of the
/// tree, after its children were divided by theirs, p^(k·min(m, m')) is left to divide by for each prime p below the length
/// of the node, where m and m' are the maxima in the two halves: a sieve tells, and no gcd. That the law holds is tried
/// on two blocks; that each division came out is verified modulo a prime of 61 bits, and where one does not, the gcd of
/// the entries with the prediction is divided out instead. So the law is about time: no value depends on it. Powers of
/// two, for which it fails the most often, are found by looking.

#include <halfulp/continued_fractions/primes.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// What is known of the common factors of a product over low ≤ n < high, by the primes below high − low.
struct content_state {
    std::vector<std::uint8_t> highest;  ///< max v_p(c(n))
    std::vector<std::uint32_t>
        pending;  ///< p to the power of k times this divides all entries, as far as not divided by
};

/// The law for one fraction.
class content_law {
  public:
    /// None.
    content_law() = default;
    /// The law for matrices with a_n from `from` on, if a_n has the form; for up to so many terms.
    content_law(const integer_polynomial& numerators, long from, long terms) : from_(from) {
        const factored_polynomial a = factor_linearly(numerators);
        if (a.rest.degree() != 0 || a.linear.size() != 1 || a.linear[0].multiplicity % 2 != 0)
            return;
        base_ = a.linear[0];
        power_ = static_cast<unsigned>(a.linear[0].multiplicity / 2);
        primes_ = primes_below(static_cast<std::uint32_t>(std::clamp(terms + 1, 64L, 100'000'000L)));
        excluded_.assign(primes_.size(), 0);
    }

    /// Whether there is one.
    bool holds() const noexcept { return power_ != 0; }
    /// Whether it is true of powers of two.
    bool holds_for_two() const noexcept { return excluded_[0] == 0; }

    /// Excludes the primes of which it is not true for the product over low ≤ n < high, whose entries have `common` as
    /// their gcd; where that is a third of them, there is no law.
    void try_on(const mpz_class& common, long low, long high) {
        std::size_t failed = 0, used = 0;
        for (std::size_t i = 0; i < count_for(high - low); ++i) {
            const auto [highest, pending] = over(i, low, high);
            if (excluded_[i] || pending == 0)
                continue;
            ++used;
            mpz_class rest, prime(primes_[i]);
            if (mpz_remove(rest.get_mpz_t(), common.get_mpz_t(), prime.get_mpz_t()) <
                mp_bitcnt_t{power_} * pending) {
                excluded_[i] = 1;
                ++failed;
            }
        }
        if (3 * failed > used)
            power_ = 0;
    }

    /// Of the product over low ≤ n < high as it is.
    content_state of_leaf(long low, long high) const {
        content_state result;
        const std::size_t count = count_for(high - low);
        for (std::size_t i = 0; i < count; ++i) {
            const auto [highest, pending] = over(i, low, high);
            result.highest.push_back(highest);
            result.pending.push_back(pending);
        }
        return result;
    }

    /// Of the product of two products.
    content_state of_product(const content_state& left, const content_state& right, long low, long middle,
                             long high) const {
        content_state result;
        const std::size_t count = count_for(high - low);
        result.highest.resize(count);
        result.pending.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint8_t x = i < left.highest.size() ? left.highest[i] : over(i, low, middle).first;
            const std::uint8_t y = i < right.highest.size() ? right.highest[i] : over(i, middle, high).first;
            result.highest[i] = std::max(x, y);
            result.pending[i] = std::min(x, y);
        }
        for (const content_state* half : {&left, &right})
            for (std::size_t i = 0; i < half->pending.size(); ++i)
                result.pending[i] += half->pending[i];
        return result;
    }

    /// What all entries can be divided by; from now on they are.
    mpz_class take_divisor(content_state& state) const {
        prime_power_product product;
        for (std::size_t i = 0; i < state.pending.size(); ++i)
            if (!excluded_[i])
                product.multiply(primes_[i], std::exchange(state.pending[i], 0u));
        mpz_class result = product.result();
        mpz_pow_ui(result.get_mpz_t(), result.get_mpz_t(), power_);
        return result;
    }

  private:
    /// The primes of which so many terms have two multiples.
    std::size_t count_for(long length) const {
        return static_cast<std::size_t>(
            std::lower_bound(primes_.begin(), primes_.end(), static_cast<std::uint32_t>(length)) -
            primes_.begin());
    }

    /// max v_p(c(n)) over a range, and what the sum of all has more.
    std::pair<std::uint8_t, std::uint32_t> over(std::size_t i, long low, long high) const {
        int all = 0, most = 0;
        for_multiples(base_, primes_[i], std::max(low, from_), high, [&](long, int v) {
            all += v;
            most = std::max(most, v);
        });
        return {static_cast<std::uint8_t>(most), static_cast<std::uint32_t>(all - most)};
    }

    linear_factor base_{1, 0, 1};        // c(n)
    unsigned power_ = 0;                 // k; 0 where there is no law
    long from_ = 1;                      // the first n of which it is true
    std::vector<std::uint32_t> primes_;  // those below the number of terms
    std::vector<char> excluded_;         // primes of which it is not, by their index
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
