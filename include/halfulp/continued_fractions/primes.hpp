// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Primes by a sieve, products of many small integers, and the linear factors of a polynomial: what the common
/// factors of convergents are predicted from.

#include <halfulp/continued_fractions/integer_polynomial.hpp>

#include <gmpxx.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// The primes below `limit`, ascending. Sieve of Eratosthenes over odd numbers, O(limit log log limit).
inline std::vector<std::uint32_t> primes_below(std::uint32_t limit) {
    std::vector<std::uint32_t> primes;
    if (limit > 2)
        primes.push_back(2);
    std::vector<bool> composite(limit / 2);  // of 2i + 1
    for (std::uint32_t i = 1; 2 * i + 1 < limit; ++i) {
        if (composite[i])
            continue;
        const std::uint32_t p = 2 * i + 1;
        primes.push_back(p);
        for (std::uint64_t multiple = std::uint64_t{p} * p; multiple < limit; multiple += 2 * p)
            composite[multiple / 2] = true;
    }
    return primes;
}

/// The product of all factors by a balanced tree; 1 of none. The factors are used up.
inline mpz_class product_of(std::vector<mpz_class> factors) {
    if (factors.empty())
        return 1;
    while (factors.size() > 1) {
        std::size_t out = 0;
        for (std::size_t i = 0; i + 1 < factors.size(); i += 2)
            factors[out++] = factors[i] * factors[i + 1];
        if (factors.size() % 2 == 1)
            mpz_swap(factors[out++].get_mpz_t(), factors.back().get_mpz_t());
        factors.resize(out);
    }
    return std::move(factors[0]);
}

/// Collects a product of powers of small primes.
class prime_power_product {
  public:
    /// Multiplies by prime^exponent.
    void multiply(std::uint32_t prime, std::uint64_t exponent) {
        for (; exponent > 0; --exponent) {
            if (word_ > std::numeric_limits<std::uint64_t>::max() / prime) {
                push();
            }
            word_ *= prime;
        }
    }
    /// The product; 1 of nothing. To be asked once.
    mpz_class result() {
        if (word_ != 1)
            push();
        // Words first become numbers of some words, where a product costs less than its object.
        std::vector<mpz_class> factors;
        mpz_class factor = 1;
        for (std::size_t i = 0; i < words_.size(); ++i) {
            factor *= static_cast<unsigned long>(words_[i]);
            if (i % 8 == 7 || i + 1 == words_.size()) {
                factors.push_back(factor);
                factor = 1;
            }
        }
        return product_of(std::move(factors));
    }

  private:
    void push() {
        words_.push_back(word_);
        word_ = 1;
    }
    std::uint64_t word_ = 1;
    std::vector<std::uint64_t> words_;
};

/// slope·n + offset, to the power of `multiplicity`; slope > 0, and slope and offset without common factor.
struct linear_factor {
    long slope;
    long offset;
    int multiplicity;
};

/// constant · Π (slope·n + offset)^multiplicity · the rest, which is 1 where a polynomial splits.
struct factored_polynomial {
    mpz_class constant;
    std::vector<linear_factor> linear;
    integer_polynomial rest;
};

/// quotient ← p/(slope·n + offset) and true, if that has integer coefficients; p is primitive, as then the quotient
/// of a division without rest has (Gauss's lemma).
inline bool divide_by_linear(const integer_polynomial& p, long slope, long offset,
                             integer_polynomial& quotient) {
    const int degree = p.degree();
    if (degree < 1)
        return false;
    std::vector<mpz_class> q(static_cast<std::size_t>(degree));
    mpz_class rest = p.coefficient(degree);
    for (int k = degree; k > 0; --k) {
        if (!mpz_divisible_ui_p(rest.get_mpz_t(), static_cast<unsigned long>(slope)))
            return false;
        rest /= slope;
        q[static_cast<std::size_t>(k - 1)] = rest;
        rest = p.coefficient(k - 1) - offset * rest;
    }
    if (rest != 0)
        return false;
    quotient = integer_polynomial(std::move(q));
    return true;
}

/// The content, and the linear factors with slopes up to 24 and roots within 2 of zero, which are those of the
/// hypergeometric series in use; any other factor stays in the rest.
inline factored_polynomial factor_linearly(const integer_polynomial& p) {
    factored_polynomial result{0, {}, p};
    for (int k = 0; k <= p.degree(); ++k)
        result.constant = gcd(result.constant, p.coefficient(k));
    if (result.constant == 0)
        return result;
    {
        std::vector<mpz_class> primitive;
        for (int k = 0; k <= p.degree(); ++k)
            primitive.emplace_back(p.coefficient(k) / result.constant);
        result.rest = integer_polynomial(std::move(primitive));
    }
    for (long slope = 1; slope <= 24 && result.rest.degree() > 0; ++slope)
        for (long offset = -2 * slope; offset <= 2 * slope && result.rest.degree() > 0; ++offset) {
            // The slope divides the leading coefficient, and the offset the last one.
            const mpz_class last = result.rest.coefficient(0);
            if (std::gcd(slope, offset) != 1 ||
                (offset == 0
                     ? last != 0
                     : !mpz_divisible_ui_p(last.get_mpz_t(), static_cast<unsigned long>(std::labs(offset)))))
                continue;
            linear_factor factor{slope, offset, 0};
            while (divide_by_linear(result.rest, slope, offset, result.rest))
                ++factor.multiplicity;
            if (factor.multiplicity > 0)
                result.linear.push_back(factor);
        }
    if (result.rest.degree() == 0) {
        result.constant *= result.rest.coefficient(0);
        result.rest = integer_polynomial{1};
    }
    return result;
}

/// Calls visit(n, v) for the n in low ≤ n < high with slope·n + offset ≠ 0 divisible by the prime, v ≥ 1 being how
/// often.
template <class Visit>
void for_multiples(const linear_factor& factor, std::uint32_t prime, long low, long high,
                   const Visit& visit) {
    const long p = static_cast<long>(prime);
    if (factor.slope % p == 0)
        return;  // the offset has no common factor with the slope
    // slope·n ≡ −offset: of the slope's many t with p·t ≡ offset (mod slope), n = (p·t − offset)/slope.
    long root = 0;
    if (factor.slope == 1) {
        root = -factor.offset;
    } else {
        long t = 0;
        while ((p * t - factor.offset) % factor.slope != 0)
            ++t;
        root = (p * t - factor.offset) / factor.slope;
    }
    long n = low + (root - low) % p;
    if (n < low)
        n += p;
    for (; n < high; n += p) {
        long value = factor.slope * n + factor.offset;
        if (value == 0)
            continue;
        int times = 0;
        while (value % p == 0) {
            value /= p;
            ++times;
        }
        visit(n, times);
    }
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
