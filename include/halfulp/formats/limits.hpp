// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// std::numeric_limits and std::hash of custom_float.

#include <halfulp/formats/functions.hpp>

#include <limits>
#include <string_view>  // std::hash

/// Everything that std::numeric_limits defines, from the format. `max`, `lowest`, `min` (smallest
/// normal), `denorm_min` and `epsilon` are finite values of the format, also where it has no
/// infinity, subnormals or sign. `round_style` follows the type's projection.
template <halfulp::float_format Format, halfulp::projection Default>
class std::numeric_limits<halfulp::custom_float<Format, Default>> {
    using number = halfulp::custom_float<Format, Default>;
    using storage = typename number::storage_type;
    static constexpr number of_magnitude(halfulp::uint128 magnitude) noexcept {
        return number::from_bits(static_cast<storage>(magnitude));
    }
    // floor(bits · log10 2), exact for |bits| < 140000, which no exponent reaches: the constant is too small
    // by 4·10^-12, the product by 6·10^-7, and no multiple of log10 2 is that little above an integer.
    static constexpr int times_log10_of_2(long long bits) noexcept {
        const long long scaled = bits * 30102999566;
        const long long one = 100000000000;
        return static_cast<int>(scaled >= 0 ? scaled / one : -((-scaled + one - 1) / one));
    }

    // Some formats have subnormal values only: those without exponent bits, and those with one that
    // marks infinity and NaN.
    static constexpr bool has_normals =
        !Format.has_zero() ||
        (Format.exponent_bits > 0 && !(Format.largest_finite_magnitude() <
                                       halfulp::shift_left(halfulp::uint128{1}, Format.significand_bits)));

    // The greatest n with 10^n <= max(). It is floor(max_exponent · log10 2) or one less: 10^n may lie
    // between max() and the power of two above. Powers of ten are exact up to 10^27, then truncated to
    // 64 bits; their relative error, below 2^-48, is far from what separates them from any max().
    static constexpr int greatest_power_of_ten() noexcept {
        using halfulp::bit_width;
        using halfulp::uint128;
        const int n = times_log10_of_2(Format.maximum_exponent() + 1);
        if (n == times_log10_of_2(Format.maximum_exponent()))
            return n;
        std::uint64_t power = std::uint64_t{1} << 63;  // 10^|n| is about power · 2^exponent
        int exponent = -63;
        for (int i = n < 0 ? n : -n; i < 0; ++i) {
            const uint128 product = static_cast<uint128>(power) * uint128{10};
            const int excess = bit_width(static_cast<uint128>(product)) - 64;
            power = static_cast<std::uint64_t>(product >> excess);
            exponent += excess;
        }
        const auto largest = halfulp::detail::unpack_operand(of_magnitude(Format.largest_finite_magnitude()));
        const int width = bit_width(largest.significand);
        const auto significand = static_cast<uint128>(largest.significand);
        const auto leading =
            static_cast<std::uint64_t>(width > 64 ? halfulp::shift_right(significand, width - 64)
                                                  : halfulp::shift_left(significand, 64 - width));
        const int leading_exponent = largest.exponent + width - 64;
        if (n < 0)  // 1 <= max() · 10^-n
            return bit_width(static_cast<uint128>(leading) * static_cast<uint128>(power)) + leading_exponent +
                               exponent >=
                           1
                       ? n
                       : n - 1;
        const bool fits = leading_exponent != exponent ? leading_exponent > exponent : leading >= power;
        return fits ? n : n - 1;
    }

  public:
    static constexpr bool is_specialized = true;
    static constexpr bool is_signed = Format.has_sign;
    static constexpr bool is_integer = false;
    static constexpr bool is_exact = false;
    static constexpr bool is_bounded = true;
    static constexpr bool is_modulo = false;
    static constexpr bool is_iec559 = Format.nan == halfulp::nan_encoding::ieee && Format.has_infinity &&
                                      Format.has_subnormals && Format.has_negative_zero;
    static constexpr bool has_infinity = Format.has_infinity;
    static constexpr bool has_quiet_NaN = Format.has_nan();
    static constexpr bool has_signaling_NaN = false;
    static constexpr std::float_denorm_style has_denorm =
        Format.has_subnormals ? std::denorm_present : std::denorm_absent;
    static constexpr bool has_denorm_loss = false;
    static constexpr bool traps = false;
    static constexpr bool tinyness_before = false;
    static constexpr std::float_round_style round_style =
        halfulp::is_nearest(Default.mode)                    ? std::round_to_nearest
        : Default.mode == halfulp::rounding::toward_zero     ? std::round_toward_zero
        : Default.mode == halfulp::rounding::toward_positive ? std::round_toward_infinity
        : Default.mode == halfulp::rounding::toward_negative ? std::round_toward_neg_infinity
                                                             : std::round_indeterminate;
    static constexpr int radix = 2;
    static constexpr int digits = has_normals ? Format.precision() : Format.significand_bits;
    static constexpr int digits10 = times_log10_of_2(digits - 1);
    static constexpr int max_digits10 = times_log10_of_2(digits) + 2;
    static constexpr int min_exponent = Format.minimum_exponent() + 1;
    static constexpr int max_exponent = Format.maximum_exponent() + 1;
    static constexpr int min_exponent10 = -times_log10_of_2(-(min_exponent - 1));
    static constexpr int max_exponent10 = greatest_power_of_ten();

    /// The smallest positive normal value; where no value is normal, the smallest positive value.
    static constexpr number min() noexcept {
        if constexpr (!Format.has_zero())
            return of_magnitude(halfulp::uint128{0});
        else if constexpr (!has_normals)
            return denorm_min();
        else
            return of_magnitude(halfulp::uint128{1} << Format.significand_bits);
    }
    static constexpr number max() noexcept { return of_magnitude(Format.largest_finite_magnitude()); }
    /// −max(), or the smallest value of an unsigned format.
    static constexpr number lowest() noexcept {
        return Format.has_sign ? of_magnitude(Format.sign_mask() | Format.largest_finite_magnitude())
                               : of_magnitude(halfulp::uint128{0});
    }
    /// The smallest positive value.
    static constexpr number denorm_min() noexcept {
        if constexpr (!Format.has_subnormals)
            return min();
        else
            return of_magnitude(halfulp::uint128{1});
    }
    /// The distance from 1 to the value above, 2^(1 − precision), rounded up if the format lacks it.
    static constexpr number epsilon() noexcept {
        return halfulp::ldexp<number>(
            1.0, 1 - digits,
            halfulp::projection{halfulp::rounding::toward_positive, halfulp::saturation::finite});
    }
    /// Half an ulp in nearest modes, one in the others.
    static constexpr number round_error() noexcept {
        return number{round_style == std::round_to_nearest ? 0.5 : 1.0};
    }
    static constexpr number infinity() noexcept {
        return Format.has_infinity ? of_magnitude(Format.infinity_magnitude()) : number{};
    }
    static constexpr number quiet_NaN() noexcept {
        return Format.has_nan() ? of_magnitude(Format.nan_code()) : number{};
    }
    static constexpr number signaling_NaN() noexcept { return number{}; }
};

/// Equal numbers have equal hashes: −0 and +0, and the NaNs among themselves.
template <halfulp::float_format Format, halfulp::projection Default>
struct std::hash<halfulp::custom_float<Format, Default>> {
    std::size_t operator()(halfulp::custom_float<Format, Default> x) const noexcept {
        using halfulp::floating_class;
        const floating_class kind = halfulp::classify(x);
        if (kind == floating_class::zero)
            return 0;
        if (kind == floating_class::nan)
            return ~std::size_t{0};
        const auto code = halfulp::detail::to_code(x);
        std::size_t result = std::hash<std::uint64_t>{}(static_cast<std::uint64_t>(code));
        if constexpr (Format.bits() > 64)
            result ^=
                std::hash<std::uint64_t>{}(static_cast<std::uint64_t>(code >> 64)) * 0x9E3779B97F4A7C15u;
        return result;
    }
};
