// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Positive rational numbers n/d · 2^e, never reduced: the sums and products of binary
/// floating-point values keep d = 1, and a reduction would cost more than all the rest.

#include <halfulp/reference/natural.hpp>

#include <algorithm>
#include <compare>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// numerator / denominator · 2^exponent, both integers positive. Not unique: compare with <=>.
struct positive_ratio {
    natural numerator{1};
    natural denominator{1};
    long exponent = 0;
};

/// x·y.
inline positive_ratio operator*(const positive_ratio& x, const positive_ratio& y) {
    return {x.numerator * y.numerator, x.denominator * y.denominator, x.exponent + y.exponent};
}

/// x/y.
inline positive_ratio operator/(const positive_ratio& x, const positive_ratio& y) {
    return {x.numerator * y.denominator, x.denominator * y.numerator, x.exponent - y.exponent};
}

/// Two ratios over one denominator and one power of two.
struct aligned_ratios {
    natural x;
    natural y;
    natural denominator;
    long exponent;

    aligned_ratios(const positive_ratio& a, const positive_ratio& b)
        : x(a.numerator * b.denominator),
          y(b.numerator * a.denominator),
          denominator(a.denominator * b.denominator),
          exponent(std::min(a.exponent, b.exponent)) {
        if (a.exponent > exponent)
            x = x << (a.exponent - exponent);
        if (b.exponent > exponent)
            y = y << (b.exponent - exponent);
    }
};

/// x + y.
inline positive_ratio operator+(const positive_ratio& x, const positive_ratio& y) {
    const aligned_ratios aligned(x, y);
    return {aligned.x + aligned.y, aligned.denominator, aligned.exponent};
}

/// x − y; requires x > y.
inline positive_ratio operator-(const positive_ratio& x, const positive_ratio& y) {
    const aligned_ratios aligned(x, y);
    return {aligned.x - aligned.y, aligned.denominator, aligned.exponent};
}

/// floor(log2(x)).
inline long floor_log2(const positive_ratio& x) {
    // 2^(w-1) < n/d < 2^(w+1) for the difference w of the lengths, and n/d >= 2^w says which half.
    const long width = x.numerator.bit_width() - x.denominator.bit_width();
    const bool upper =
        width >= 0 ? x.numerator >= (x.denominator << width) : (x.numerator << -width) >= x.denominator;
    return x.exponent + (upper ? width : width - 1);
}

/// The order of the rational numbers.
inline std::strong_ordering operator<=>(const positive_ratio& x, const positive_ratio& y) {
    // The lengths decide most comparisons, and keep the alignment below short.
    const long x_log2 = floor_log2(x);
    const long y_log2 = floor_log2(y);
    if (x_log2 != y_log2)
        return x_log2 <=> y_log2;
    const aligned_ratios aligned(x, y);
    return aligned.x <=> aligned.y;
}

/// Equality of the numbers, not of the parts.
inline bool operator==(const positive_ratio& x, const positive_ratio& y) {
    return (x <=> y) == 0;
}

/// floor(x / 2^exponent), and whether x is that multiple of 2^exponent.
inline natural::floor_result floor_scaled(const positive_ratio& x, long exponent) {
    const long shift = x.exponent - exponent;
    if (shift >= 0)
        return floor_divide(x.numerator << shift, x.denominator);
    // floor(floor(n/d) / 2^k) = floor(n / (d·2^k)).
    const natural::floor_result integer = floor_divide(x.numerator, x.denominator);
    const natural::floor_result result = floor_shift(integer.floor, -shift);
    return {result.floor, integer.exact && result.exact};
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
