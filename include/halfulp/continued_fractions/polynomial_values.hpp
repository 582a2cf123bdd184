// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Values of a polynomial at many integers: in two words of the machine where they fit, which leaves of product trees
/// are made of.

#include <halfulp/continued_fractions/integer_polynomial.hpp>

#include <gmpxx.h>

#include <cstddef>
#include <vector>

#if defined(__SIZEOF_INT128__) && GMP_NUMB_BITS == 64
#define HALFULP_HAS_POLYNOMIAL_WORDS 1
#endif

namespace halfulp {
inline namespace v0 {
namespace detail {

/// p(n) for 0 ≤ n ≤ limit.
class polynomial_values {
  public:
    polynomial_values(const integer_polynomial& polynomial, long limit) : polynomial_(polynomial) {
#if defined(HALFULP_HAS_POLYNOMIAL_WORDS)
        // |p(n)| and every step of Horner's rule are at most Σ |c_k| limit^k.
        mpz_class bound = 0;
        words_ = true;
        for (int k = polynomial.degree(); k >= 0; --k) {
            const mpz_class c = polynomial.coefficient(k);
            bound = bound * (limit < 1 ? 1 : limit) + abs(c);
            words_ = words_ && c.fits_slong_p();
            if (words_)
                coefficients_.push_back(c.get_si());
        }
        words_ = words_ && mpz_sizeinbase(bound.get_mpz_t(), 2) < 127;
#else
        (void)limit;
#endif
    }
    /// result ← p(n).
    void at(mpz_class& result, long n) const {
#if defined(HALFULP_HAS_POLYNOMIAL_WORDS)
        if (words_) {
            const auto [low, high, negative] = words_at(n);
            mp_limb_t* const limbs = mpz_limbs_write(result.get_mpz_t(), 2);
            limbs[0] = low;
            limbs[1] = high;
            mpz_limbs_finish(result.get_mpz_t(), negative ? -2 : 2);
            return;
        }
#endif
        polynomial_.evaluate(result, n);
    }

#if defined(HALFULP_HAS_POLYNOMIAL_WORDS)
    /// |p(n)| = low + 2^64·high.
    struct words {
        mp_limb_t low, high;
        bool negative;
    };
    bool fits_words() const noexcept {
        return words_;
    }
    /// p(n) where that fits.
    words words_at(long n) const noexcept {
        __extension__ using wide = __int128;
        __extension__ using wide_magnitude = unsigned __int128;
        wide value = 0;
        for (const long c : coefficients_)
            value = value * n + c;
        const auto magnitude = value < 0 ? wide_magnitude{0} - static_cast<wide_magnitude>(value)
                                         : static_cast<wide_magnitude>(value);
        return {static_cast<mp_limb_t>(magnitude), static_cast<mp_limb_t>(magnitude >> 64), value < 0};
    }
#endif

  private:
    const integer_polynomial& polynomial_;
    std::vector<long> coefficients_;  // descending
    bool words_ = false;
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
