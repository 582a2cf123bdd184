// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Error-free transformations in double and the step to odd. They assume the default rounding
/// mode, as all C++ code does that does not touch the floating-point environment.

#include <halfulp/config.hpp>

#include <bit>
#include <cstdint>

namespace halfulp {
inline namespace v0 {

/// x, a product that was rounded to double, so that no compiler fuses it with a sum that it goes into.
/// g++ does that across functions and casts wherever the target has a fused operation, and has no
/// pragma against it.
HALFULP_ALWAYS_INLINE double as_rounded(double x) noexcept {
#if defined(__GNUC__) && defined(__SSE2__)
    __asm__("" : "+x"(x));
    return x;
#elif defined(__GNUC__) && defined(__aarch64__)
    __asm__("" : "+w"(x));
    return x;
#else
    volatile double value = x;
    return value;
#endif
}

/// A rounded value and the exact error it made: exact result = value + error.
struct value_and_error {
    double value;
    double error;
};

/// x + y = value + error exactly, if nothing overflows (Knuth, TAOCP 2, 4.2.2, Theorem B).
/// No product appears here. Where the caller passes a product that is exact, contraction into a
/// fused operation gives the same bits.
HALFULP_ALWAYS_INLINE constexpr value_and_error two_sum(double x, double y) noexcept {
    HALFULP_STRICT_FLOATING_POINT
    const double sum = x + y;
    const double y_part = sum - x;
    const double x_part = sum - y_part;
    return {sum, (x - x_part) + (y - y_part)};
}

/// x + y rounded to odd in double: the exact sum if representable, else the neighbour whose last
/// bit is 1. Rounding that once more to p <= 51 bits, in any mode, is the correct rounding of the
/// exact sum (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms
/// using rounding to odd", IEEE TC 57(4), 2008, Theorem 1: needs p + 2 bits).
HALFULP_ALWAYS_INLINE constexpr double sum_to_odd(double x, double y) noexcept {
    const value_and_error s = two_sum(x, y);
    // Comparisons and not `error != 0`: the error of an infinite or NaN sum is NaN.
    const bool up = s.error > 0;
    const bool down = s.error < 0;
    const auto bits = std::bit_cast<std::uint64_t>(s.value);
    const bool step = (up || down) && (bits & 1) == 0;
    const bool grow = up == (s.value > 0);
    return std::bit_cast<double>(bits +
                                 (step ? (grow ? std::uint64_t{1} : ~std::uint64_t{0}) : std::uint64_t{0}));
}

}  // namespace v0
}  // namespace halfulp
