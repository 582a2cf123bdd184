// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Continuants of some consecutive terms of a continued fraction, word by word: the leaves of product trees, where
/// calls for whole numbers would take longer than the numbers.

#include <halfulp/continued_fractions/polynomial_values.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#if defined(HALFULP_HAS_POLYNOMIAL_WORDS)

namespace halfulp {
inline namespace v0 {
namespace detail {

/// K_n = b_n·K_{n-1} + a_n·K_{n-2} from K_0 = 1, K_{-1} = 0, while the K_n are not negative; at most `most_terms` steps
/// with |b_n| < 2^64 and |a_n| < 2^127.
class continuant {
  public:
    static constexpr int most_terms = 32;
    using words = polynomial_values::words;

    /// One step, where 0 ≤ b; false where the result would be negative.
    bool step(const words& a, const words& b) noexcept {
        const std::size_t length = std::max(current_size_ + 1, previous_size_ + 3);
        mp_limb_t* const next = next_;
        std::size_t used = 0;
        if (current_size_ > 0) {
            next[current_size_] = mpn_mul_1(next, current_, static_cast<mp_size_t>(current_size_), b.low);
            used = current_size_ + 1;
        }
        std::fill(next + used, next + length, mp_limb_t{0});
        if (previous_size_ > 0) {
            const mp_limb_t factors[] = {a.low, a.high};
            for (std::size_t i = 0; i < 2; ++i) {
                if (factors[i] == 0)
                    continue;
                mp_limb_t* const at = next + i;
                const auto size = static_cast<mp_size_t>(previous_size_);
                const auto rest = static_cast<mp_size_t>(length - i) - size;
                if (a.negative) {
                    const mp_limb_t borrow = mpn_submul_1(at, previous_, size, factors[i]);
                    if (mpn_sub_1(at + size, at + size, rest, borrow) != 0)
                        return false;
                } else {
                    const mp_limb_t carry = mpn_addmul_1(at, previous_, size, factors[i]);
                    mpn_add_1(at + size, at + size, rest, carry);
                }
            }
        }
        std::size_t size = length;
        while (size > 0 && next[size - 1] == 0)
            --size;
        mp_limb_t* const spare = previous_;
        previous_ = current_;
        previous_size_ = current_size_;
        current_ = next;
        current_size_ = size;
        next_ = spare;
        return true;
    }
    /// K_n into `current` and K_{n-1} into `previous`.
    void get(mpz_class& current, mpz_class& previous) const {
        copy(current, current_, current_size_);
        copy(previous, previous_, previous_size_);
    }

    continuant() noexcept { buffers_[0][0] = 1; }
    continuant(const continuant&) = delete;
    continuant& operator=(const continuant&) = delete;

  private:
    static void copy(mpz_class& to, const mp_limb_t* from, std::size_t size) {
        if (size == 0) {
            to = 0;
            return;
        }
        mp_limb_t* const limbs = mpz_limbs_write(to.get_mpz_t(), static_cast<mp_size_t>(size));
        std::copy(from, from + size, limbs);
        mpz_limbs_finish(to.get_mpz_t(), static_cast<mp_size_t>(size));
    }

    // K_n < (2^64 + 2^127)^n.
    mp_limb_t buffers_[3][2 * most_terms + 4];
    mp_limb_t* current_ = buffers_[0];
    mp_limb_t* previous_ = buffers_[1];
    mp_limb_t* next_ = buffers_[2];
    std::size_t current_size_ = 1;
    std::size_t previous_size_ = 0;
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif
