// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// An unsigned integer of any length up to a fixed capacity, on the stack and constexpr, with just
/// the operations that conversion between binary and decimal needs. Unlike `wide_uint`, whose length
/// is its type's, it costs what its value needs: a capacity of a thousand words for the largest
/// float128 makes a short number no slower.

#include <halfulp/core/wide_uint.hpp>

#include <bit>
#include <cstdint>

namespace halfulp {
inline namespace v0 {

/// An unsigned integer below 2^(32·Limbs). No operation checks the capacity: the callers derive it
/// from the format (a constant expression that exceeded it would not compile).
///
/// Limbs of 32 bits, little-endian, without leading zeros; products and quotients of limbs fit the
/// built-in 64-bit integers everywhere.
template <int Limbs>
class fixed_big_uint {
    static_assert(Limbs >= 1, "fixed_big_uint: give at least one 32-bit limb");

  public:
    /// Zero. The limbs above the value are never read; where there are many they are left
    /// uninitialised, as clearing them would dominate, and where there are few they are cleared, as
    /// compilers that unroll the loops warn of them otherwise.
    constexpr fixed_big_uint() noexcept {
        if constexpr (Limbs <= 64)
            for (std::uint32_t& limb : limb_)
                limb = 0;
    }
    fixed_big_uint(const fixed_big_uint&) = delete;
    fixed_big_uint& operator=(const fixed_big_uint&) = delete;

    /// Becomes `value`.
    template <workspace_integer UInt>
    constexpr void assign(UInt value) noexcept {
        size_ = 0;
        for (; !(value == UInt{0}); value = shift_right(value, 32))
            limb_[size_++] = static_cast<std::uint32_t>(static_cast<std::uint64_t>(value));
    }

    constexpr bool is_zero() const noexcept { return size_ == 0; }

    /// The number of bits without leading zeros; 0 for 0.
    constexpr int bit_width() const noexcept {
        return size_ == 0 ? 0 : 32 * (size_ - 1) + static_cast<int>(std::bit_width(limb_[size_ - 1]));
    }

    /// True if one of the `count` lowest bits is set.
    constexpr bool has_bits_below(int count) const noexcept {
        for (int i = 0; i < size_ && 32 * i < count; ++i) {
            const int here = count - 32 * i;
            const std::uint32_t bits = here >= 32 ? limb_[i] : limb_[i] & ((std::uint32_t{1} << here) - 1);
            if (bits != 0)
                return true;
        }
        return false;
    }

    /// floor(value / 2^count), which must fit UInt; a negative count shifts to the left.
    template <workspace_integer UInt>
    constexpr UInt shifted_right(int count) const noexcept {
        const int left = count < 0 ? -count : 0;
        const int whole = count < 0 ? 0 : count / 32;
        const int part = count < 0 ? 0 : count % 32;
        UInt result{0};
        for (int i = size_ - 1; i >= whole; --i) {
            std::uint64_t pair = limb_[i];
            if (i + 1 < size_)
                pair |= std::uint64_t{limb_[i + 1]} << 32;
            result = static_cast<UInt>(halfulp::shift_left(result, 32) |
                                       static_cast<UInt>((pair >> part) & 0xffffffffu));
        }
        return halfulp::shift_left(result, left);
    }

    /// value·factor + addend. O(length).
    constexpr void multiply_add(std::uint32_t factor, std::uint32_t addend) noexcept {
        std::uint64_t carry = addend;
        for (int i = 0; i < size_; ++i) {
            carry += std::uint64_t{limb_[i]} * factor;
            limb_[i] = static_cast<std::uint32_t>(carry);
            carry >>= 32;
        }
        if (carry != 0)
            limb_[size_++] = static_cast<std::uint32_t>(carry);
    }

    /// value·5^exponent, exponent >= 0. O(exponent · length).
    constexpr void multiply_by_power_of_five(int exponent) noexcept {
        constexpr int largest = 13;  // 5^13 is the largest power below 2^32
        constexpr std::uint32_t power[largest + 1] = {1,       5,        25,        125,       625,
                                                      3125,    15625,    78125,     390625,    1953125,
                                                      9765625, 48828125, 244140625, 1220703125};
        for (; exponent >= largest; exponent -= largest)
            multiply_add(power[largest], 0);
        if (exponent > 0)
            multiply_add(power[exponent], 0);
    }

    /// value·2^count, count >= 0. O(length).
    constexpr void shift_left(int count) noexcept {
        if (size_ == 0 || count == 0)
            return;
        const int whole = count / 32;
        const int part = count % 32;
        const auto overflow = static_cast<std::uint32_t>((std::uint64_t{limb_[size_ - 1]} << part) >> 32);
        for (int i = size_ - 1; i >= 0; --i) {
            std::uint64_t pair = std::uint64_t{limb_[i]} << 32;
            if (i > 0)
                pair |= limb_[i - 1];
            limb_[i + whole] = static_cast<std::uint32_t>((pair << part) >> 32);
        }
        for (int i = 0; i < whole; ++i)
            limb_[i] = 0;
        size_ += whole;
        if (overflow != 0)
            limb_[size_++] = overflow;
    }

    /// Becomes floor(value / divisor), divisor > 0; returns the remainder. O(length).
    constexpr std::uint32_t divide_by(std::uint32_t divisor) noexcept {
        std::uint64_t remainder = 0;
        for (int i = size_ - 1; i >= 0; --i) {
            remainder = remainder << 32 | limb_[i];
            limb_[i] = static_cast<std::uint32_t>(remainder / divisor);
            remainder %= divisor;
        }
        trim();
        return static_cast<std::uint32_t>(remainder);
    }

    /// floor(value / divisor), divisor > 0, a quotient that must fit UInt. Leaves the remainder
    /// here, up to a power of two, and the divisor multiplied by the same power. Needs two limbs
    /// of capacity more than the value. O(length of the quotient · length of the divisor).
    ///
    /// Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D.
    template <workspace_integer UInt, int Other>
    constexpr UInt divide_by(fixed_big_uint<Other>& divisor) noexcept {
        const int length = divisor.size_;
        if (size_ < length)
            return UInt{0};
        if (length == 1) {
            const std::uint32_t remainder = divide_by(divisor.limb_[0]);
            const UInt quotient = shifted_right<UInt>(0);
            assign(std::uint64_t{remainder});
            return quotient;
        }
        // 1. Normalise, so that an estimate from the leading limbs is at most 2 too large.
        const int normalising = std::countl_zero(divisor.limb_[length - 1]);
        shift_left(normalising);
        divisor.shift_left(normalising);
        limb_[size_] = 0;
        const std::uint64_t first = divisor.limb_[length - 1];
        const std::uint64_t second = divisor.limb_[length - 2];

        UInt quotient{0};
        for (int j = size_ - length; j >= 0; --j) {
            // 2. Estimate one limb of the quotient, and correct the estimate with the second limb.
            const std::uint64_t leading = std::uint64_t{limb_[j + length]} << 32 | limb_[j + length - 1];
            std::uint64_t estimate = leading / first;
            std::uint64_t rest = leading % first;
            const std::uint64_t next = limb_[j + length - 2];
            while (estimate >> 32 != 0 || estimate * second > (rest << 32 | next)) {
                --estimate;
                rest += first;
                if (rest >> 32 != 0)
                    break;
            }
            // 3. Subtract estimate·divisor; if that was one too much, add the divisor back.
            std::uint64_t carry = 0;
            std::uint64_t borrow = 0;
            for (int i = 0; i < length; ++i) {
                carry += estimate * divisor.limb_[i];
                const std::uint64_t difference = std::uint64_t{limb_[i + j]} - (carry & 0xffffffffu) - borrow;
                limb_[i + j] = static_cast<std::uint32_t>(difference);
                borrow = difference >> 63;
                carry >>= 32;
            }
            const std::uint64_t difference = std::uint64_t{limb_[j + length]} - carry - borrow;
            limb_[j + length] = static_cast<std::uint32_t>(difference);
            if (difference >> 63 != 0) {
                --estimate;
                std::uint64_t sum = 0;
                for (int i = 0; i < length; ++i) {
                    sum += std::uint64_t{limb_[i + j]} + divisor.limb_[i];
                    limb_[i + j] = static_cast<std::uint32_t>(sum);
                    sum >>= 32;
                }
                limb_[j + length] = 0;
            }
            quotient = static_cast<UInt>(halfulp::shift_left(quotient, 32) | static_cast<UInt>(estimate));
        }
        size_ = length;
        trim();
        return quotient;
    }

  private:
    template <int>
    friend class fixed_big_uint;

    constexpr void trim() noexcept {
        while (size_ > 0 && limb_[size_ - 1] == 0)
            --size_;
    }

    std::uint32_t limb_[Limbs];
    int size_ = 0;
};

}  // namespace v0
}  // namespace halfulp
