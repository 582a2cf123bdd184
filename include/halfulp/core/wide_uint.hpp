// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Unsigned integers wider than the machine's, on the stack and constexpr, with just the operations
/// that exact rounding needs; and the bit functions that the generic code uses on every width.

#include <halfulp/config.hpp>

#include <bit>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

template <int Words>
struct wide_uint;

/// 128 unsigned bits: the compiler's own type where it has one.
#if HALFULP_HAS_INT128
__extension__ typedef unsigned __int128 uint128;
#else
using uint128 = wide_uint<2>;
#endif

/// An unsigned integer of 64·Words bits, arithmetic modulo 2^(64·Words), little-endian words.
/// Shifts by the width or more give zero (unlike the built-in types, where they are undefined).
template <int Words>
struct wide_uint {
    static_assert(Words >= 1, "wide_uint: give at least one 64-bit word");
    std::uint64_t word[Words] = {};

    constexpr wide_uint() = default;
    template <std::integral T>
    requires(sizeof(T) <= 8) constexpr wide_uint(T low) noexcept {
        word[0] = static_cast<std::uint64_t>(low);
    }
    /// From another width: zero-extended or truncated.
    template <int Other>
    explicit constexpr wide_uint(const wide_uint<Other>& other) noexcept {
        for (int i = 0; i < Words && i < Other; ++i)
            word[i] = other.word[i];
    }
#if HALFULP_HAS_INT128
    explicit constexpr wide_uint(uint128 value) noexcept {
        word[0] = static_cast<std::uint64_t>(value);
        if constexpr (Words > 1)
            word[1] = static_cast<std::uint64_t>(value >> 64);
    }
    explicit constexpr operator uint128() const noexcept {
        uint128 value = word[0];
        if constexpr (Words > 1)
            value |= static_cast<uint128>(word[1]) << 64;
        return value;
    }
#endif
    /// The low bits.
    template <std::unsigned_integral T>
    requires(sizeof(T) <= 8) explicit constexpr operator T() const noexcept {
        return static_cast<T>(word[0]);
    }
    explicit constexpr operator bool() const noexcept {
        for (std::uint64_t w : word)
            if (w != 0)
                return true;
        return false;
    }

    friend constexpr bool operator==(const wide_uint&, const wide_uint&) = default;
    friend constexpr std::strong_ordering operator<=>(const wide_uint& x, const wide_uint& y) noexcept {
        for (int i = Words - 1; i > 0; --i)
            if (x.word[i] != y.word[i])
                return x.word[i] <=> y.word[i];
        return x.word[0] <=> y.word[0];
    }

    constexpr wide_uint& operator+=(const wide_uint& y) noexcept {
        std::uint64_t carry = 0;
        for (int i = 0; i < Words; ++i) {
            const std::uint64_t partial = word[i] + carry;
            const std::uint64_t sum = partial + y.word[i];
            carry = static_cast<std::uint64_t>(partial < carry) | static_cast<std::uint64_t>(sum < partial);
            word[i] = sum;
        }
        return *this;
    }
    constexpr wide_uint& operator-=(const wide_uint& y) noexcept {
        std::uint64_t borrow = 0;
        for (int i = 0; i < Words; ++i) {
            const std::uint64_t x = word[i];
            const std::uint64_t difference = x - y.word[i] - borrow;
            borrow = static_cast<std::uint64_t>(x < y.word[i] || (x == y.word[i] && borrow != 0));
            word[i] = difference;
        }
        return *this;
    }
    friend constexpr wide_uint operator+(wide_uint x, const wide_uint& y) noexcept {
        return x += y;
    }
    friend constexpr wide_uint operator-(wide_uint x, const wide_uint& y) noexcept {
        return x -= y;
    }

    /// Schoolbook product, modulo 2^(64·Words).
    friend constexpr wide_uint operator*(const wide_uint& x, const wide_uint& y) noexcept {
        wide_uint result;
        for (int i = 0; i < Words; ++i) {
            std::uint64_t carry = 0;
            for (int j = 0; i + j < Words; ++j) {
                std::uint64_t high = 0;
                std::uint64_t low = multiply_words(x.word[i], y.word[j], high);
                low += result.word[i + j];
                high += static_cast<std::uint64_t>(low < result.word[i + j]);
                low += carry;
                high += static_cast<std::uint64_t>(low < carry);
                result.word[i + j] = low;
                carry = high;
            }
        }
        return result;
    }

    constexpr wide_uint& operator&=(const wide_uint& y) noexcept {
        for (int i = 0; i < Words; ++i)
            word[i] &= y.word[i];
        return *this;
    }
    constexpr wide_uint& operator|=(const wide_uint& y) noexcept {
        for (int i = 0; i < Words; ++i)
            word[i] |= y.word[i];
        return *this;
    }
    constexpr wide_uint& operator^=(const wide_uint& y) noexcept {
        for (int i = 0; i < Words; ++i)
            word[i] ^= y.word[i];
        return *this;
    }
    friend constexpr wide_uint operator&(wide_uint x, const wide_uint& y) noexcept {
        return x &= y;
    }
    friend constexpr wide_uint operator|(wide_uint x, const wide_uint& y) noexcept {
        return x |= y;
    }
    friend constexpr wide_uint operator^(wide_uint x, const wide_uint& y) noexcept {
        return x ^= y;
    }
    friend constexpr wide_uint operator~(wide_uint x) noexcept {
        for (std::uint64_t& w : x.word)
            w = ~w;
        return x;
    }

    constexpr wide_uint& operator<<=(int count) noexcept {
        const int whole = count / 64;
        const int part = count % 64;
        for (int i = Words - 1; i >= 0; --i) {
            const std::uint64_t high = i >= whole ? word[i - whole] : 0;
            const std::uint64_t low = i >= whole + 1 ? word[i - whole - 1] : 0;
            word[i] = part == 0 ? high : (high << part) | (low >> (64 - part));
        }
        return *this;
    }
    constexpr wide_uint& operator>>=(int count) noexcept {
        const int whole = count / 64;
        const int part = count % 64;
        for (int i = 0; i < Words; ++i) {
            const std::uint64_t low = i < Words - whole ? word[i + whole] : 0;
            const std::uint64_t high = i < Words - whole - 1 ? word[i + whole + 1] : 0;
            word[i] = part == 0 ? low : (low >> part) | (high << (64 - part));
        }
        return *this;
    }
    friend constexpr wide_uint operator<<(wide_uint x, int count) noexcept {
        return x <<= count;
    }
    friend constexpr wide_uint operator>>(wide_uint x, int count) noexcept {
        return x >>= count;
    }

    /// Quotient and remainder by shift and subtract, O(Words · bits of the quotient). `y` is not zero.
    friend constexpr wide_uint operator/(const wide_uint& x, const wide_uint& y) noexcept {
        wide_uint quotient;
        divide(x, y, quotient);
        return quotient;
    }
    friend constexpr wide_uint operator%(const wide_uint& x, const wide_uint& y) noexcept {
        wide_uint quotient;
        return divide(x, y, quotient);
    }

    /// The number of bits without leading zeros; 0 for 0.
    friend constexpr int bit_width(const wide_uint& x) noexcept {
        for (int i = Words - 1; i >= 0; --i)
            if (x.word[i] != 0)
                return 64 * i + static_cast<int>(std::bit_width(x.word[i]));
        return 0;
    }

  private:
    static constexpr std::uint64_t multiply_words(std::uint64_t x, std::uint64_t y,
                                                  std::uint64_t& high) noexcept {
#if HALFULP_HAS_INT128
        const uint128 product = static_cast<uint128>(x) * y;
        high = static_cast<std::uint64_t>(product >> 64);
        return static_cast<std::uint64_t>(product);
#else
        const std::uint64_t x0 = x & 0xffffffffu, x1 = x >> 32, y0 = y & 0xffffffffu, y1 = y >> 32;
        const std::uint64_t low = x0 * y0;
        const std::uint64_t middle = x1 * y0 + (low >> 32);
        const std::uint64_t other = x0 * y1 + (middle & 0xffffffffu);
        high = x1 * y1 + (middle >> 32) + (other >> 32);
        return (other << 32) | (low & 0xffffffffu);
#endif
    }
    static constexpr wide_uint divide(wide_uint remainder, const wide_uint& y, wide_uint& quotient) noexcept {
        const int excess = bit_width(remainder) - bit_width(y);
        if (excess < 0)
            return remainder;
        wide_uint shifted = y << excess;
        for (int i = excess; i >= 0; --i) {
            if (shifted <= remainder) {
                remainder -= shifted;
                quotient.word[i / 64] |= std::uint64_t{1} << (i % 64);
            }
            shifted >>= 1;
        }
        return remainder;
    }
};

namespace detail {

template <int Bits>
struct uint_for {
    using type = std::conditional_t<
        Bits <= 64, std::uint64_t,
        std::conditional_t<Bits <= 128, uint128, wide_uint<(Bits <= 128 ? 1 : (Bits + 63) / 64)>>>;
};

template <int Bits>
struct storage_for {
    using type = std::conditional_t<
        Bits <= 8, std::uint8_t,
        std::conditional_t<Bits <= 16, std::uint16_t,
                           std::conditional_t<Bits <= 32, std::uint32_t,
                                              std::conditional_t<Bits <= 64, std::uint64_t, uint128>>>>;
};

/// The width of an unsigned integer type in bits.
template <class UInt>
inline constexpr int width_of = static_cast<int>(sizeof(UInt) * 8);

}  // namespace detail

/// The type that computes with at least `Bits` bits: uint64_t, 128 bits, or wide_uint.
template <int Bits>
using uint_with_bits = typename detail::uint_for<Bits>::type;

/// The smallest unsigned integer that stores `Bits` bits (1 … 128).
template <int Bits>
using storage_uint = typename detail::storage_for<Bits>::type;

/// An unsigned integer that the exact machinery can compute with.
template <class T>
concept workspace_integer = requires(T x, T y, int n) {
    x + y;
    x - y;
    x* y;
    x << n;
    x >> n;
    x& y;
    x | y;
    x < y;
    x == y;
    static_cast<std::uint64_t>(x);
};

/// The number of bits without leading zeros, for every width; 0 for 0.
template <std::unsigned_integral T>
requires(sizeof(T) <= 8) constexpr int bit_width(T x) noexcept {
    return static_cast<int>(std::bit_width(x));
}
#if HALFULP_HAS_INT128
constexpr int bit_width(uint128 x) noexcept {
    const auto high = static_cast<std::uint64_t>(x >> 64);
    return high != 0 ? 64 + static_cast<int>(std::bit_width(high))
                     : static_cast<int>(std::bit_width(static_cast<std::uint64_t>(x)));
}
#endif

/// x·2^count modulo the width, with count in 0 … any: the width and more give zero.
template <workspace_integer T>
constexpr T shift_left(T x, int count) noexcept {
    return count >= detail::width_of<T> ? T{0} : static_cast<T>(x << count);
}

/// floor(x / 2^count), with count in 0 … any: the width and more give zero.
template <workspace_integer T>
constexpr T shift_right(T x, int count) noexcept {
    return count >= detail::width_of<T> ? T{0} : static_cast<T>(x >> count);
}

/// 2^count − 1, with count in 0 … the width.
template <workspace_integer T>
constexpr T low_bits_mask(int count) noexcept {
    return static_cast<T>(shift_left(T{1}, count) - T{1});
}

/// The count lowest bits of x, with count in 0 … any.
template <workspace_integer T>
constexpr T low_bits(T x, int count) noexcept {
    return count >= detail::width_of<T> ? x : static_cast<T>(x & low_bits_mask<T>(count));
}

}  // namespace v0
}  // namespace halfulp
