// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Sums of products of quantised numbers to quantised numbers, in integers alone: the real factor M = S₁·S₂/S₃ becomes
/// m·2^−e, m of 31 bits, and q·M becomes (q·m + 2^(e−1)) >> e.
///
/// Products are exact, of 64 or 128 bits; nothing wraps, whatever q, m and e. Source of the scheme: Jacob et al.,
/// "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (arXiv 1712.05877),
/// section 2.2, with one rounding where that has two.

#include <halfulp/core/errors.hpp>
#include <halfulp/core/rounding.hpp>
#include <halfulp/core/wide_uint.hpp>
#include <halfulp/formats/integer_format.hpp>
#include <halfulp/kernels/quantized_code.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

namespace halfulp {
inline namespace v0 {

/// How requantisation rounds q·m·2^−e.
enum class dyadic_rounding : unsigned char {
    ties_upward,   ///< ⌊x + 1/2⌋, which is (q·m + 2^(e−1)) >> e: a tie goes to the greater integer
    ties_to_even,  ///< a tie goes to the even integer
    ties_to_away,  ///< a tie goes away from 0
    ties_to_zero,
    toward_zero,
    toward_negative,
    toward_positive
};

/// The factor m·2^−e.
class dyadic_multiplier {
  public:
    static constexpr int largest_shift = 126;

    /// 1.
    constexpr dyadic_multiplier() noexcept = default;
    /// @param m  0 … 2^31 − 1
    /// @param e  0 … 126
    /// @throws value_error  if one of them is another
    constexpr dyadic_multiplier(std::int64_t m, int e)
        : significand_(static_cast<std::uint32_t>(m)), shift_(e) {
        if (m < 0 || m > 0x7fffffff)
            throw_argument_error<value_error>("dyadic_multiplier", "m", std::to_string(m), "0 ... 2^31 - 1");
        if (e < 0 || e > largest_shift)
            throw_argument_error<value_error>("dyadic_multiplier", "e", std::to_string(e), "0 ... 126");
    }

    /// The nearest to M, ties to even: m from 2^30 to 2^31 − 1, so that |m·2^−e − M| ≤ 2^−31·M. Below 2^−96, where m
    /// would need a larger e, m is smaller and the error at most 2^−127, which changes no 64-bit q to more than 2^−64.
    /// @throws value_error  unless 0 ≤ M < 2^31 − 1/2
    static dyadic_multiplier of(double factor) {
        if (!(factor >= 0 && factor < 0x1.fffffffep30))
            throw_range(std::to_string(factor));
        if (factor == 0)
            return {0, 0};
        int exponent = 0;
        const double fraction = std::frexp(factor, &exponent);
        return nearest(static_cast<std::uint64_t>(std::ldexp(fraction, 53)), false, exponent - 53);
    }
    /// The nearest to the exact S₁·S₂/S₃, as above.
    /// @throws value_error  unless the scales are positive and finite, and the quotient is below 2^31 − 1/2
    static dyadic_multiplier of(float first, float second, float result) {
        for (const float scale : {first, second, result})
            if (!(scale > 0) || !std::isfinite(scale))
                throw_argument_error<value_error>("dyadic_multiplier::of", "a scale", std::to_string(scale),
                                                  "a positive finite number");
        const detail::normalized_float x(first), y(second), z(result);
        // The numerator has 63 or 64 bits, the quotient at least 39.
        const std::uint64_t numerator = x.significand * y.significand << 16;
        return nearest(numerator / z.significand, numerator % z.significand != 0,
                       x.exponent + y.exponent - z.exponent - 16);
    }

    constexpr std::int32_t significand() const noexcept { return static_cast<std::int32_t>(significand_); }
    constexpr int shift() const noexcept { return shift_; }
    /// m·2^−e, exactly.
    double value() const noexcept { return std::ldexp(static_cast<double>(significand_), -shift_); }

    friend constexpr bool operator==(const dyadic_multiplier&, const dyadic_multiplier&) = default;

  private:
    [[noreturn]] static void throw_range(const std::string& value) {
        throw_argument_error<value_error>("dyadic_multiplier::of", "the factor", value,
                                          "at least 0 and below 2^31 - 1/2");
    }

    /// The nearest to (word + t)·2^exponent, 0 < t < 1 if sticky; word has at least 33 bits.
    static dyadic_multiplier nearest(std::uint64_t word, bool sticky, int exponent) {
        int dropped = static_cast<int>(std::bit_width(word)) - 31;
        int shift = -(exponent + dropped);
        if (shift > largest_shift) {
            dropped += shift - largest_shift;
            shift = largest_shift;
        }
        if (dropped > 64)
            return {0, largest_shift};
        const std::uint64_t floor = shift_right(word, dropped);
        const std::uint64_t rest = low_bits(word, dropped);
        const std::uint64_t half = std::uint64_t{1} << (dropped - 1);
        std::uint64_t m = floor + (rest > half || (rest == half && (sticky || (floor & 1) != 0)));
        if (m >> 31 != 0) {
            m >>= 1;
            --shift;
        }
        if (shift < 0)
            throw_range("about 2^" + std::to_string(30 - shift));
        return {static_cast<std::int64_t>(m), shift};
    }

    std::uint32_t significand_ = 1;
    int shift_ = 0;
};

namespace detail {

/// x = whole + 1/2·half + a rest of less than 1/2, which is 0 unless has_rest. `whole` is clipped to ±2^62.
struct dyadic_floor {
    std::int64_t whole;
    bool half;
    bool has_rest;
};

/// q·m·2^−e.
constexpr dyadic_floor scaled(std::int64_t q, const dyadic_multiplier& factor) noexcept {
    const bool is_negative = q < 0;
    const std::uint64_t magnitude =
        is_negative ? std::uint64_t{0} - static_cast<std::uint64_t>(q) : static_cast<std::uint64_t>(q);
    // The product as two words: at most 63 + 31 bits.
    const auto m = static_cast<std::uint64_t>(factor.significand());
    const std::uint64_t low = (magnitude & 0xffffffffu) * m;
    const std::uint64_t middle = (magnitude >> 32) * m + (low >> 32);
    uint128 product = (uint128{middle} << 32) | uint128{low & 0xffffffffu};
    const int e = factor.shift();
    uint128 whole = shift_right(product, e);
    uint128 rest = low_bits(product, e);
    if (is_negative && rest != uint128{0}) {
        whole = whole + uint128{1};
        rest = shift_left(uint128{1}, e) - rest;
    }
    constexpr std::int64_t most = std::int64_t{1} << 62;
    if (whole > uint128{std::uint64_t{1} << 62})
        return {is_negative ? -most : most, false, false};
    const auto integer = static_cast<std::int64_t>(static_cast<std::uint64_t>(whole));
    const uint128 half_bit = e == 0 ? uint128{0} : shift_left(uint128{1}, e - 1);
    const bool half = e != 0 && rest >= half_bit;
    return {is_negative ? -integer : integer, half, half ? rest != half_bit : rest != uint128{0}};
}

/// Whether floor(x) + 1 is the rounded number. `is_odd` is the parity of the floor.
constexpr bool rounds_up(bool half, bool has_rest, bool is_negative, bool is_odd,
                         dyadic_rounding mode) noexcept {
    switch (mode) {
        case dyadic_rounding::ties_upward:
            return half;
        case dyadic_rounding::ties_to_even:
            return half && (has_rest || is_odd);
        case dyadic_rounding::ties_to_away:
            return half && (has_rest || !is_negative);
        case dyadic_rounding::ties_to_zero:
            return half && (has_rest || is_negative);
        case dyadic_rounding::toward_zero:
            return (half || has_rest) && is_negative;
        case dyadic_rounding::toward_positive:
            return half || has_rest;
        default:
            return false;
    }
}

inline void require_dyadic_rounding(const char* function, dyadic_rounding mode) {
    if (mode > dyadic_rounding::toward_positive)
        throw_argument_error<value_error>(function, "mode", "unknown", "one of dyadic_rounding");
}

/// The code of q·m·2^−e − Z in a format of at most 8 bits.
constexpr std::uint8_t requantized_code(std::int64_t q, const dyadic_multiplier& factor,
                                        std::int32_t zero_point, const integer_format& format,
                                        dyadic_rounding mode) noexcept {
    dyadic_floor x = scaled(q, factor);
    const std::int64_t smallest = format.minimum();
    const auto largest = static_cast<std::int64_t>(format.maximum());
    if (format.encoding == integer_encoding::bipolar) {
        // u = round((x − Z + A)/2): the parity of the integer is half of the fraction now.
        const std::int64_t doubled = x.whole - zero_point + largest;
        const bool half = (doubled & 1) != 0;
        const bool has_rest = x.half || x.has_rest;
        const std::int64_t floor = doubled >= 0 ? doubled / 2 : (doubled - 1) / 2;
        const std::int64_t u = floor + rounds_up(half, has_rest, floor < 0, (floor & 1) != 0, mode);
        return static_cast<std::uint8_t>(u < 0 ? 0 : u > largest ? largest : u);
    }
    const std::int64_t value =
        x.whole + rounds_up(x.half, x.has_rest, q < 0, (x.whole & 1) != 0, mode) - zero_point;
    return static_cast<std::uint8_t>(format.code_of(value < smallest  ? smallest
                                                    : value > largest ? largest
                                                                      : value));
}

}  // namespace detail

/// q·m·2^−e, rounded once to an integer, clipped to ±2^62. The product is exact; O(1).
constexpr std::int64_t requantize(std::int64_t q, const dyadic_multiplier& factor,
                                  dyadic_rounding mode = dyadic_rounding::ties_upward) noexcept {
    const detail::dyadic_floor x = detail::scaled(q, factor);
    constexpr std::int64_t most = std::int64_t{1} << 62;
    const std::int64_t rounded =
        x.whole + detail::rounds_up(x.half, x.has_rest, q < 0, (x.whole & 1) != 0, mode);
    return rounded > most ? most : rounded;
}

/// codes[i] = the code of clip(round(sums[i]·m·2^−e) − Z) in the format, in the low bits of a byte. In a bipolar format
/// it is the code that is rounded: u = round((sums[i]·m·2^−e − Z + A)/2), A = 2^N − 1, as in kernels/quantized_code.hpp.
/// @throws shape_error   if the extents differ
/// @throws format_error  if the format has more than 8 bits
/// @throws value_error   if `mode` is no enumerator
/// O(sums.size()).
inline void requantize(std::span<const std::int32_t> sums, const dyadic_multiplier& factor,
                       std::int32_t zero_point, const integer_format& format, std::span<std::uint8_t> codes,
                       dyadic_rounding mode = dyadic_rounding::ties_upward) {
    const char* const function = "requantize";
    require_equal_extents(function, "codes.size()", codes.size(), "sums.size()", sums.size());
    if (why_invalid(format) != nullptr || format.bits() > 8)
        throw_argument_error<format_error>(function, "format",
                                           "one of " + std::to_string(format.width) + " bits",
                                           "a valid integer format of at most 8 bits");
    detail::require_dyadic_rounding(function, mode);
    const int e = factor.shift();
    if (mode == dyadic_rounding::ties_upward && format.encoding != integer_encoding::bipolar && e <= 61) {
        // |q·m| ≤ 2^62 − 2^31, and the half at most 2^60: the sum fits. >> of a negative number is floor in C++20.
        const std::int64_t m = factor.significand();
        const std::int64_t half = e == 0 ? 0 : std::int64_t{1} << (e - 1);
        const std::int64_t smallest = format.minimum();
        const auto largest = static_cast<std::int64_t>(format.maximum());
        const std::int64_t shift_to_code = static_cast<std::int64_t>(format.code_of(0));
        const auto mask = static_cast<std::int64_t>(format.code_mask());
        for (std::size_t i = 0; i < sums.size(); ++i) {
            const std::int64_t value = ((sums[i] * m + half) >> e) - zero_point;
            const std::int64_t clipped = value < smallest ? smallest : value > largest ? largest : value;
            codes[i] = static_cast<std::uint8_t>((clipped + shift_to_code) & mask);
        }
        return;
    }
    for (std::size_t i = 0; i < sums.size(); ++i)
        codes[i] = detail::requantized_code(sums[i], factor, zero_point, format, mode);
}

/// The same, as numbers.
template <formatted_integer T>
requires(T::format.bits() <= 8) void requantize(std::span<const std::int32_t> sums,
                                                const dyadic_multiplier& factor, std::int32_t zero_point,
                                                std::span<T> numbers,
                                                dyadic_rounding mode = dyadic_rounding::ties_upward) {
    require_equal_extents("requantize", "numbers.size()", numbers.size(), "sums.size()", sums.size());
    detail::require_dyadic_rounding("requantize", mode);
    for (std::size_t i = 0; i < sums.size(); ++i)
        numbers[i] = T::from_bits(detail::requantized_code(sums[i], factor, zero_point, T::format, mode));
}

}  // namespace v0
}  // namespace halfulp
