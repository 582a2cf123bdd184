// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The product tree of a hypergeometric sum
///
///     S = Σ_{low ≤ i < high} w(i)·Π_{low ≤ j ≤ i} p(j)/q(j) = T/Q,
///     P = Π p(j),  Q = Π q(j),  T = Σ_i w(i)·(Π_{j ≤ i} p(j))·(Π_{j > i} q(j)).
///
/// Two ranges that follow each other have P = P_l·P_r, Q = Q_l·Q_r, T = T_l·Q_r + P_l·T_r: triangular matrices, with half
/// the multiplications of general ones (Haible and Papanikolaou, "Fast multiprecision evaluation of series of rational
/// numbers", 1998).
///
/// P_l and Q_r have common factors, which divide T too. Those that linear factors of p and q bring are counted by a sieve
/// for the primes up to a small multiple of the length of the node; larger primes meet too seldom to be worth it. They are
/// divided out before the multiplication, so that nothing is made longer than it has to be. Each division is verified
/// modulo a prime of 61 bits (Cheng, Hanrot, Thomé, Zima and Zimmermann, "Time- and space-efficient evaluation of some
/// hypergeometric constants", ISSAC 2007, keep all primes in factored form instead).

#include <halfulp/continued_fractions/integer_polynomial.hpp>
#include <halfulp/continued_fractions/polynomial_values.hpp>
#include <halfulp/continued_fractions/primes.hpp>
#include <halfulp/continued_fractions/splitting.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// The polynomials of a hypergeometric sum.
struct hypergeometric_terms {
    integer_polynomial p, q, weight;
};

/// P, Q and T of a range.
struct triangular_node {
    mpz_class p, q, t;
    long exponent = 0;  ///< the numbers stand for themselves times 2^exponent,
    long error =
        -1;  ///< P and Q with errors of less than 2^error in the last place; exact where that is negative
    long t_error = -1;                       ///< and T
    std::vector<std::uint32_t> p_exponents;  ///< how often the first primes are known to divide P
    std::vector<std::uint32_t> q_exponents;  ///< and Q
};

/// The ranges of a sum as what `split` multiplies.
class triangular_terms {
  public:
    using node = triangular_node;
    static constexpr long leaf_length = 16;

    triangular_terms(const hypergeometric_terms& terms, long last, long count,
                     const splitting_options& options)
        : p_(terms.p, last), q_(terms.q, last), weight_(terms.weight, last), precision_(options.precision) {
        if (!options.remove_content || count < 2048)
            return;
        p_factors_ = factor_linearly(terms.p);
        q_factors_ = factor_linearly(terms.q);
        // A sum whose terms grow or fall by small numbers alone has nothing to divide.
        if (p_factors_.linear.empty() || q_factors_.linear.empty())
            return;
        primes_ = primes_below(static_cast<std::uint32_t>(std::min(count * reach + 1, 100'000'000L)));
        p_constants_ = valuations(p_factors_.constant);
        q_constants_ = valuations(q_factors_.constant);
    }

    node leaf(long low, long high, bool) const {
        node result{1, 1, 0, 0, -1, -1, {}, {}};
        mpz_class p, q, w;
        for (long n = low; n < high; ++n) {
            p_.at(p, n);
            q_.at(q, n);
            weight_.at(w, n);
            result.p *= p;
            result.q *= q;
            result.t *= q;
            mpz_addmul(result.t.get_mpz_t(), w.get_mpz_t(), result.p.get_mpz_t());
        }
        truncate(result);
        return result;
    }

    node merge(node& left, node& right, long low, long middle, long high, bool last, bool parallel) const {
        node result;
        if (!primes_.empty() && left.error < 0 && right.error < 0 && high - low >= smallest_with_content) {
            complete(left, low, middle, high - low);
            complete(right, middle, high, high - low);
            remove_common(result, left, right);
        }
        result.exponent = left.exponent + right.exponent;
        const long left_bits = std::max(length_of(left.p), length_of(left.q)),
                   right_bits = std::max(length_of(right.p), length_of(right.q));
        result.error = product_error(left_bits, left.error, right_bits, right.error);
        result.t_error = sum_error(product_error(length_of(left.t), left.t_error, right_bits, right.error),
                                   product_error(left_bits, left.error, length_of(right.t), right.t_error));
        parallel = parallel && length_of(left.q) > 20'000;
        mpz_class rest;
        const product_request requests[] = {{&result.t, &left.t, &right.q},
                                            {&rest, &left.p, &right.t},
                                            {&result.q, &left.q, &right.q},
                                            {&result.p, &left.p, &right.p}};
        multiply_all({requests, last ? std::size_t{3} : std::size_t{4}}, parallel);
        result.t += rest;
        left = {};
        right = {};
        truncate(result);
        return result;
    }

  private:
    void truncate(node& block) const {
        const long excess =
            excess_bits(std::max({length_of(block.p), length_of(block.q), length_of(block.t)}), precision_);
        if (excess == 0)
            return;
        for (mpz_class* x : {&block.p, &block.q, &block.t})
            cut(*x, excess);
        block.exponent += excess;
        block.error = cut_error(block.error, excess);
        block.t_error = cut_error(block.t_error, excess);
    }

    static constexpr long reach = 2;  ///< primes below so many times the length of a node
    static constexpr long smallest_with_content =
        128;  ///< terms of a node from which on dividing is worth it

    /// How often the primes divide a constant.
    std::vector<std::uint32_t> valuations(mpz_class constant) const {
        std::vector<std::uint32_t> result;
        for (std::size_t i = 0; i < primes_.size() && abs(constant) > 1; ++i) {
            const mpz_class prime(primes_[i]);
            result.push_back(static_cast<std::uint32_t>(
                mpz_remove(constant.get_mpz_t(), constant.get_mpz_t(), prime.get_mpz_t())));
        }
        return result;
    }

    /// How often prime i divides Π p(j) or Π q(j) over a range, at least.
    static std::uint32_t count(const factored_polynomial& factors,
                               const std::vector<std::uint32_t>& constants, std::size_t i,
                               std::uint32_t prime, long low, long high) {
        std::uint32_t result =
            i < constants.size() ? constants[i] * static_cast<std::uint32_t>(high - low) : 0u;
        for (const linear_factor& f : factors.linear)
            for_multiples(f, prime, low, high,
                          [&](long, int v) { result += static_cast<std::uint32_t>(v * f.multiplicity); });
        return result;
    }

    /// Adds the exponents of the primes that a node of so many terms counts and this half of it does not yet.
    void complete(node& half, long low, long high, long length) const {
        const auto end = static_cast<std::size_t>(
            std::lower_bound(primes_.begin(), primes_.end(), static_cast<std::uint32_t>(reach * length)) -
            primes_.begin());
        for (std::size_t i = half.p_exponents.size(); i < end; ++i) {
            half.p_exponents.push_back(count(p_factors_, p_constants_, i, primes_[i], low, high));
            half.q_exponents.push_back(count(q_factors_, q_constants_, i, primes_[i], low, high));
        }
    }

    /// P_l and Q_r over their common factor, and the exponents of their product with the rest.
    void remove_common(node& result, node& left, node& right) const {
        prime_power_product product;
        const std::size_t primes = left.p_exponents.size();
        result.p_exponents.resize(primes);
        result.q_exponents.resize(primes);
        for (std::size_t i = 0; i < primes; ++i) {
            const std::uint32_t common = std::min(left.p_exponents[i], right.q_exponents[i]);
            product.multiply(primes_[i], common);
            result.p_exponents[i] = left.p_exponents[i] - common + right.p_exponents[i];
            result.q_exponents[i] = left.q_exponents[i] + right.q_exponents[i] - common;
        }
        const mpz_class divisor = product.result();
        if (divisor == 1)
            return;
        const std::uint64_t residue = check_residue(divisor);
        if (!divide_exactly(left.p, divisor, residue) || !divide_exactly(right.q, divisor, residue))
            throw verification_error(
                "halfulp: the product of a hypergeometric sum is not divisible by factors that it has");
    }

    polynomial_values p_, q_, weight_;
    long precision_;
    factored_polynomial p_factors_, q_factors_;
    std::vector<std::uint32_t> primes_, p_constants_, q_constants_;
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
