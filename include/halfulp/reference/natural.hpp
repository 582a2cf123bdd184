// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Non-negative integers of any size for the oracles: a machine integer while the value fits, GMP's
/// beyond. All of the reference's arithmetic is made of the operations here, each of which tests
/// whether its result fits before it computes; tests/reference compares both paths.

#include <halfulp/core/wide_uint.hpp>

#include <gmpxx.h>

#include <compare>
#include <cstdint>
#include <memory>
#include <utility>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// An integer >= 0 without an upper bound. Exact; allocates once it exceeds the machine integer.
class natural {
  public:
/// The machine integer of the fast path.
#if HALFULP_HAS_INT128
    using small_integer = uint128;
    static constexpr long small_bits = 128;
#else
    using small_integer = std::uint64_t;
    static constexpr long small_bits = 64;
#endif

    /// Zero.
    natural() noexcept = default;
    natural(const natural& other)
        : small_(other.small_), big_(other.big_ ? std::make_unique<mpz_class>(*other.big_) : nullptr) {}
    natural(natural&&) noexcept = default;
    natural& operator=(const natural& other) {
        if (this != &other)
            *this = natural(other);
        return *this;
    }
    natural& operator=(natural&&) noexcept = default;
    ~natural() = default;
    /// A machine integer.
    natural(std::uint64_t value) noexcept : small_(value) {}
    /// From a code or significand of up to 128 bits.
    static natural from_uint128(uint128 value) {
#if HALFULP_HAS_INT128
        natural result;
        result.small_ = value;
        return result;
#else
        return (natural(static_cast<std::uint64_t>(value >> 64)) << 64) +
               natural(static_cast<std::uint64_t>(value));
#endif
    }
    /// From an integer of GMP, which must not be negative.
    static natural from_mpz(mpz_class value) {
        natural result;
        if (mpz_sizeinbase(value.get_mpz_t(), 2) > static_cast<std::size_t>(small_bits)) {
            result.big_ = std::make_unique<mpz_class>(std::move(value));
            return result;
        }
        std::uint64_t words[2] = {};
        mpz_export(words, nullptr, -1, sizeof words[0], 0, 0, value.get_mpz_t());
        result.small_ = static_cast<small_integer>(words[0]);
        if constexpr (small_bits > 64)
            result.small_ |= static_cast<small_integer>(words[1]) << (small_bits - 64);
        return result;
    }

    /// The value as an integer of GMP.
    mpz_class to_mpz() const {
        if (big_)
            return *big_;
        std::uint64_t words[2] = {static_cast<std::uint64_t>(small_), 0};
        if constexpr (small_bits > 64)
            words[1] = static_cast<std::uint64_t>(small_ >> (small_bits - 64));
        mpz_class result;
        mpz_import(result.get_mpz_t(), 2, -1, sizeof words[0], 0, 0, words);
        return result;
    }
    /// The value modulo 2^64.
    std::uint64_t to_uint64() const {
        return big_ ? low_word(*big_) : static_cast<std::uint64_t>(small_);
    }
    /// The value modulo 2^128.
    uint128 to_uint128() const;

    /// value = 0.
    bool is_zero() const noexcept {
        return !big_ && small_ == 0;
    }
    /// value = 1.
    bool is_one() const noexcept {
        return !big_ && small_ == 1;
    }
    /// The lowest bit.
    bool is_odd() const {
        return big_ ? mpz_odd_p(big_->get_mpz_t()) != 0 : (small_ & 1) != 0;
    }
    /// floor(log2(value)) + 1; 0 for zero.
    long bit_width() const {
        return big_ ? static_cast<long>(mpz_sizeinbase(big_->get_mpz_t(), 2)) : halfulp::bit_width(small_);
    }

    /// The order of the integers.
    friend std::strong_ordering operator<=>(const natural& x, const natural& y) {
        if (!x.big_ && !y.big_)
            return x.small_ <=> y.small_;
        if (x.big_ && y.big_)
            return mpz_cmp(x.big_->get_mpz_t(), y.big_->get_mpz_t()) <=> 0;
        return x.big_ ? std::strong_ordering::greater : std::strong_ordering::less;
    }
    friend bool operator==(const natural& x, const natural& y) {
        return (x <=> y) == 0;
    }

    /// x + y.
    friend natural operator+(const natural& x, const natural& y) {
        if (!x.big_ && !y.big_ && x.bit_width() < small_bits && y.bit_width() < small_bits)
            return from_small(x.small_ + y.small_);
        return from_mpz(x.to_mpz() + y.to_mpz());
    }
    /// Requires x >= y.
    friend natural operator-(const natural& x, const natural& y) {
        if (!x.big_ && !y.big_)
            return from_small(x.small_ - y.small_);
        return from_mpz(x.to_mpz() - y.to_mpz());
    }
    /// x·y.
    friend natural operator*(const natural& x, const natural& y) {
        if (x.is_one())
            return y;
        if (y.is_one())
            return x;
        if (!x.big_ && !y.big_ && x.bit_width() + y.bit_width() <= small_bits)
            return from_small(x.small_ * y.small_);
        return from_mpz(x.to_mpz() * y.to_mpz());
    }
    /// x·2^count, count >= 0.
    friend natural operator<<(const natural& x, long count) {
        if (count == 0 || x.is_zero())
            return x;
        if (!x.big_ && x.bit_width() + count <= small_bits)
            return from_small(x.small_ << static_cast<int>(count));
        mpz_class result = x.to_mpz();
        mpz_mul_2exp(result.get_mpz_t(), result.get_mpz_t(), static_cast<mp_bitcnt_t>(count));
        return from_mpz(std::move(result));
    }

    /// The integer part of a result, and whether it is all of it.
    struct floor_result;
    /// floor(x/y); y > 0.
    friend floor_result floor_divide(const natural& x, const natural& y);
    /// floor(x/2^count); count >= 0.
    friend floor_result floor_shift(const natural& x, long count);
    /// floor(sqrt(x)).
    friend floor_result floor_sqrt(const natural& x);

  private:
    static std::uint64_t low_word(const mpz_class& value) {
        mpz_class low;
        mpz_tdiv_r_2exp(low.get_mpz_t(), value.get_mpz_t(), 64);
        std::uint64_t word = 0;
        mpz_export(&word, nullptr, -1, sizeof word, 0, 0, low.get_mpz_t());
        return word;
    }
    static natural from_small(small_integer value) noexcept {
        natural result;
        result.small_ = value;
        return result;
    }

    small_integer small_ = 0;
    std::unique_ptr<mpz_class> big_;  // there exactly when the value does not fit small_integer
};

struct natural::floor_result {
    natural floor;
    bool exact;
};

inline natural::floor_result floor_divide(const natural& x, const natural& y) {
    if (y.is_one())
        return {x, true};
    if (!x.big_ && !y.big_) {
        if (x.bit_width() <= 64 && y.bit_width() <= 64) {
            const auto a = static_cast<std::uint64_t>(x.small_);
            const auto b = static_cast<std::uint64_t>(y.small_);
            return {natural(a / b), a % b == 0};
        }
        return {natural::from_small(x.small_ / y.small_), x.small_ % y.small_ == 0};
    }
    mpz_class quotient;
    mpz_class remainder;
    mpz_tdiv_qr(quotient.get_mpz_t(), remainder.get_mpz_t(), x.to_mpz().get_mpz_t(), y.to_mpz().get_mpz_t());
    return {natural::from_mpz(std::move(quotient)), remainder == 0};
}

inline natural::floor_result floor_shift(const natural& x, long count) {
    if (count == 0)
        return {x, true};
    if (x.bit_width() <= count)
        return {natural{}, x.is_zero()};
    if (!x.big_) {
        const natural floor = natural::from_small(x.small_ >> static_cast<int>(count));
        return {floor, (floor.small_ << static_cast<int>(count)) == x.small_};
    }
    const auto bits = static_cast<mp_bitcnt_t>(count);
    mpz_class floor;
    mpz_tdiv_q_2exp(floor.get_mpz_t(), x.big_->get_mpz_t(), bits);
    return {natural::from_mpz(std::move(floor)), mpz_divisible_2exp_p(x.big_->get_mpz_t(), bits) != 0};
}

inline uint128 natural::to_uint128() const {
#if HALFULP_HAS_INT128
    if (!big_)
        return small_;
#endif
    return (uint128{floor_shift(*this, 64).floor.to_uint64()} << 64) | uint128{to_uint64()};
}

inline natural::floor_result floor_sqrt(const natural& x) {
    mpz_class root;
    mpz_class remainder;
    mpz_sqrtrem(root.get_mpz_t(), remainder.get_mpz_t(), x.to_mpz().get_mpz_t());
    return {natural::from_mpz(std::move(root)), remainder == 0};
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
