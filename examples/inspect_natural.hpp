// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Integers of any length for examples/inspect_exact.hpp, in the schoolbook's way: only one number is
/// looked at, so speed does not matter, and no other library is needed.

#include <algorithm>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace inspect {

/// An integer >= 0 of any length.
class natural {
  public:
    natural(std::uint64_t value = 0) {
        for (; value != 0; value >>= 32)
            limbs_.push_back(static_cast<std::uint32_t>(value));
    }
    static natural power(std::uint32_t base, long exponent) {
        natural result(1);
        for (; exponent > 0; --exponent)
            result.multiply_add(base, 0);
        return result;
    }

    bool is_zero() const { return limbs_.empty(); }
    long bit_width() const {
        return is_zero() ? 0 : 32 * static_cast<long>(limbs_.size()) - std::countl_zero(limbs_.back());
    }
    void multiply_add(std::uint32_t factor, std::uint32_t addend) {
        std::uint64_t carry = addend;
        for (std::uint32_t& limb : limbs_) {
            carry += std::uint64_t{limb} * factor;
            limb = static_cast<std::uint32_t>(carry);
            carry >>= 32;
        }
        if (carry != 0)
            limbs_.push_back(static_cast<std::uint32_t>(carry));
    }
    natural operator<<(long count) const {
        natural result = *this;
        if (is_zero())
            return result;
        result.multiply_add(std::uint32_t{1} << count % 32, 0);
        result.limbs_.insert(result.limbs_.begin(), static_cast<std::size_t>(count / 32), 0);
        return result;
    }
    friend natural operator*(const natural& x, const natural& y) {
        natural result;
        for (std::size_t i = x.limbs_.size(); i-- > 0;) {  // Horner, a limb a time
            natural part = y;
            part.multiply_add(x.limbs_[i], 0);
            part.trim();
            result = (result << 32) + part;
        }
        return result;
    }
    friend natural operator+(natural x, const natural& y) {
        x.limbs_.resize(std::max(x.limbs_.size(), y.limbs_.size()) + 1);
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < x.limbs_.size(); ++i) {
            carry += std::uint64_t{x.limbs_[i]} + (i < y.limbs_.size() ? y.limbs_[i] : 0);
            x.limbs_[i] = static_cast<std::uint32_t>(carry);
            carry >>= 32;
        }
        x.trim();
        return x;
    }
    /// x − y, which must not be negative.
    friend natural operator-(natural x, const natural& y) {
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < x.limbs_.size(); ++i) {
            const std::uint64_t difference =
                std::uint64_t{x.limbs_[i]} - (i < y.limbs_.size() ? y.limbs_[i] : 0) - borrow;
            x.limbs_[i] = static_cast<std::uint32_t>(difference);
            borrow = difference >> 63;
        }
        x.trim();
        return x;
    }
    friend std::strong_ordering operator<=>(const natural& x, const natural& y) {
        if (x.limbs_.size() != y.limbs_.size())
            return x.limbs_.size() <=> y.limbs_.size();
        return std::lexicographical_compare_three_way(x.limbs_.rbegin(), x.limbs_.rend(), y.limbs_.rbegin(),
                                                      y.limbs_.rend());
    }
    friend bool operator==(const natural&, const natural&) = default;
    /// Quotient and remainder, a bit at a time: for short numbers.
    friend std::pair<natural, natural> divide(const natural& x, const natural& y) {
        natural quotient, rest = x;
        for (long i = x.bit_width() - y.bit_width(); i >= 0; --i) {
            const natural multiple = y << i;
            quotient.multiply_add(2, rest >= multiple ? 1 : 0);
            if (rest >= multiple)
                rest = rest - multiple;
        }
        return {quotient, rest};
    }
    std::string to_string() const {
        std::string digits;
        for (natural rest = *this; !rest.is_zero();) {
            auto [quotient, digit] = divide(rest, natural(10));
            digits += static_cast<char>('0' + (digit.is_zero() ? 0 : digit.limbs_[0]));
            rest = std::move(quotient);
        }
        std::reverse(digits.begin(), digits.end());
        return digits.empty() ? "0" : digits;
    }

  private:
    void trim() {
        while (!limbs_.empty() && limbs_.back() == 0)
            limbs_.pop_back();
    }
    std::vector<std::uint32_t> limbs_;  // little-endian, without leading zeros
};

}  // namespace inspect
