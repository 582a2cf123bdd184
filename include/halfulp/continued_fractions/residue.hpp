// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Continued fractions modulo a prime: `residue<P>`, a number type, and `residue_arithmetic`, the same with
/// a modulus chosen at run time. Convergents there are those over the rationals, reduced, wherever no
/// denominator that is divided by is a multiple of the prime: a cheap check of big exact results.

#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/core/number_traits.hpp>
#include <halfulp/core/wide_uint.hpp>

#include <gmpxx.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace halfulp {
inline namespace v0 {

/// The largest prime below 2^61, a Mersenne prime: the modulus to take where nothing else is wanted.
inline constexpr std::uint64_t prime_of_61_bits = (std::uint64_t{1} << 61) - 1;

namespace detail {

/// x·y mod m for x, y < m < 2^63.
constexpr std::uint64_t multiply_modulo(std::uint64_t x, std::uint64_t y, std::uint64_t modulus) noexcept {
#if HALFULP_HAS_INT128
    const uint128 product = uint128{x} * uint128{y};
    if (modulus == prime_of_61_bits) {  // 2^61 is 1
        const auto low = static_cast<std::uint64_t>(product) & modulus;
        const std::uint64_t sum = low + static_cast<std::uint64_t>(product >> 61);
        return sum >= modulus ? sum - modulus : sum;
    }
    return static_cast<std::uint64_t>(product % uint128{modulus});
#else
    std::uint64_t result = 0;
    for (; y != 0; y >>= 1) {
        if ((y & 1) != 0)
            result = (result += x) >= modulus ? result - modulus : result;
        x = (x += x) >= modulus ? x - modulus : x;
    }
    return result;
#endif
}

constexpr std::uint64_t power_modulo(std::uint64_t x, std::uint64_t exponent,
                                     std::uint64_t modulus) noexcept {
    std::uint64_t result = 1;
    for (; exponent != 0; exponent >>= 1) {
        if ((exponent & 1) != 0)
            result = multiply_modulo(result, x, modulus);
        x = multiply_modulo(x, x, modulus);
    }
    return result;
}

/// Miller and Rabin with the first twelve primes as bases, which decides below 2^64 (Sorenson and Webster, 2015).
constexpr bool is_prime(std::uint64_t n) noexcept {
    if (n < 2)
        return false;
    for (const std::uint64_t p : {2u, 3u, 5u, 7u, 11u, 13u, 17u, 19u, 23u, 29u, 31u, 37u})
        if (n % p == 0)
            return n == p;
    int twos = 0;
    std::uint64_t odd = n - 1;
    for (; odd % 2 == 0; odd /= 2)
        ++twos;
    for (const std::uint64_t base : {2u, 3u, 5u, 7u, 11u, 13u, 17u, 19u, 23u, 29u, 31u, 37u}) {
        std::uint64_t x = power_modulo(base, odd, n);
        bool passes = x == 1 || x == n - 1;
        for (int i = 1; i < twos && !passes; ++i) {
            x = multiply_modulo(x, x, n);
            passes = x == n - 1;
        }
        if (!passes)
            return false;
    }
    return true;
}

constexpr std::uint64_t residue_of(long x, std::uint64_t modulus) noexcept {
    const std::uint64_t magnitude =
        x < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
    const std::uint64_t reduced = magnitude % modulus;
    return x < 0 && reduced != 0 ? modulus - reduced : reduced;
}
inline std::uint64_t residue_of(const mpz_class& x, std::uint64_t modulus) {
    static_assert(sizeof(unsigned long) == sizeof(std::uint64_t),
                  "halfulp: residues of mpz_class need a long of 64 bits");
    return mpz_fdiv_ui(x.get_mpz_t(), modulus);
}

[[noreturn]] inline void throw_division_by_zero_residue(std::uint64_t modulus) {
    throw convergence_error("halfulp::residue: division by a multiple of the modulus " +
                            std::to_string(modulus));
}

}  // namespace detail

/// An integer modulo the prime P < 2^63. A number type: sums, products and quotients are exact, the
/// quotient by Fermat's x^(P−2).
template <std::uint64_t P = prime_of_61_bits>
class residue {
    static_assert(P >= 2 && P < (std::uint64_t{1} << 63) && detail::is_prime(P),
                  "halfulp::residue: the modulus has to be a prime below 2^63");

  public:
    static constexpr std::uint64_t modulus = P;
    /// Zero.
    constexpr residue() noexcept = default;
    constexpr residue(int x) noexcept : residue(static_cast<long>(x)) {}
    constexpr residue(long x) noexcept : value_(detail::residue_of(x, P)) {}
    explicit residue(const mpz_class& x) : value_(detail::residue_of(x, P)) {}

    /// The representative in 0 … P − 1.
    constexpr std::uint64_t value() const noexcept { return value_; }

    friend constexpr residue operator+(residue x, residue y) noexcept {
        const std::uint64_t sum = x.value_ + y.value_;
        return from(sum >= P ? sum - P : sum);
    }
    friend constexpr residue operator-(residue x, residue y) noexcept {
        return from(x.value_ >= y.value_ ? x.value_ - y.value_ : x.value_ + (P - y.value_));
    }
    friend constexpr residue operator-(residue x) noexcept { return residue{} - x; }
    friend constexpr residue operator*(residue x, residue y) noexcept {
        return from(detail::multiply_modulo(x.value_, y.value_, P));
    }
    /// @throws convergence_error if y is zero
    friend constexpr residue operator/(residue x, residue y) {
        if (y.value_ == 0)
            detail::throw_division_by_zero_residue(P);
        return x * from(detail::power_modulo(y.value_, P - 2, P));
    }
    constexpr residue& operator+=(residue y) noexcept { return *this = *this + y; }
    constexpr residue& operator-=(residue y) noexcept { return *this = *this - y; }
    constexpr residue& operator*=(residue y) noexcept { return *this = *this * y; }
    constexpr residue& operator/=(residue y) { return *this = *this / y; }
    friend constexpr bool operator==(residue, residue) noexcept = default;

  private:
    static constexpr residue from(std::uint64_t value) noexcept {
        residue result;
        result.value_ = value;
        return result;
    }
    std::uint64_t value_ = 0;
};

template <std::uint64_t P>
struct number_traits<residue<P>> {
    using accumulator_type = residue<P>;
    static constexpr bool is_exact = true;
};

/// Recurrences modulo a prime chosen at run time. A denominator that
/// is a multiple of the prime is an error that says at which n, in all methods.
class residue_arithmetic {
  public:
    /// A representative in 0 … modulus − 1; a type of its own, as an element of a fraction is any integer.
    struct value_type {
        std::uint64_t value;
        friend bool operator==(value_type, value_type) = default;
    };
    static constexpr bool is_exact = true;

    /// @throws std::invalid_argument if the modulus is not a prime below 2^63
    explicit residue_arithmetic(std::uint64_t modulus = prime_of_61_bits) : modulus_(modulus) {
        if (modulus >= std::uint64_t{1} << 63 || !detail::is_prime(modulus))
            throw_argument_error<std::invalid_argument>("residue_arithmetic", "modulus",
                                                        std::to_string(modulus), "a prime below 2^63");
    }
    std::uint64_t modulus() const noexcept { return modulus_; }

    value_type from_integer(const mpz_class& x) const { return {detail::residue_of(x, modulus_)}; }
    value_type from_integer(long x) const { return {detail::residue_of(x, modulus_)}; }
    value_type add(value_type x, value_type y) const {
        const std::uint64_t sum = x.value + y.value;
        return {sum >= modulus_ ? sum - modulus_ : sum};
    }
    value_type subtract(value_type x, value_type y) const {
        return {x.value >= y.value ? x.value - y.value : x.value + (modulus_ - y.value)};
    }
    value_type multiply(value_type x, value_type y) const {
        return {detail::multiply_modulo(x.value, y.value, modulus_)};
    }
    value_type multiply_add(value_type x, value_type y, value_type z) const { return add(multiply(x, y), z); }
    /// @throws convergence_error if y is zero
    value_type divide(value_type x, value_type y) const {
        if (y.value == 0)
            detail::throw_division_by_zero_residue(modulus_);
        return multiply(x, {detail::power_modulo(y.value, modulus_ - 2, modulus_)});
    }
    bool is_zero(value_type x) const noexcept { return x.value == 0; }
    bool is_finite(value_type) const noexcept { return true; }
    long rescale(value_type&, value_type&, value_type&, value_type&) const noexcept { return 0; }

  private:
    std::uint64_t modulus_;
};

}  // namespace v0
}  // namespace halfulp
