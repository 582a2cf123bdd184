// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// One descriptor for every binary floating-point format: IEEE 754, OCP FP8 and MX, FNUZ, P3109,
/// unsigned and scale formats, and the user's own. A value of it is a template argument or a
/// run-time value.
///
/// A code of b bits is, from the top: the sign (if any), E exponent bits, M significand bits. The
/// bits below the sign are the *magnitude code*; for every finite value they grow with the
/// magnitude. With exponent field e and significand field f a finite code means
///
///     e > 0:   (-1)^sign · 2^(e - bias) · (1 + f / 2^M)
///     e = 0:   (-1)^sign · 2^(1 - bias) · (f / 2^M)          with subnormals
///     e = 0:   (-1)^sign · 0                                 without subnormals, M > 0
///     e = 0:   (-1)^sign · 2^(-bias)                         without subnormals, M = 0 (no zero: a scale format)
///
/// Where the special values are, `nan_encoding` and `has_infinity` say.

#include <halfulp/core/wide_uint.hpp>

namespace halfulp {
inline namespace v0 {

/// Where NaN is, and so where infinity and the largest finite value are.
///
/// | encoding      | NaN                                   | infinity, if any                       |
/// |---------------|---------------------------------------|----------------------------------------|
/// | ieee          | top exponent, significand not 0       | top exponent, significand 0            |
/// | top_code      | magnitude code all ones               | the magnitude code below NaN's         |
/// | negative_zero | the code of negative zero, no other   | magnitude code all ones                |
/// | none          | does not exist                        | magnitude code all ones                |
///
/// An ieee format without infinity gives its whole top exponent to NaN.
enum class nan_encoding : unsigned char { ieee, top_code, negative_zero, none };

/// The widest exponent field: that of P3109's unsigned 16-bit format of precision 1.
inline constexpr int maximum_exponent_bits = 16;

/// A floating-point format. See the file comment for what a code means.
struct float_format {
    int exponent_bits = 0;     ///< 0 … 16
    int significand_bits = 0;  ///< stored (trailing) bits; the precision is one more
    /// By default that of IEEE 754; 0 where exponent_bits is out of range, which why_invalid tells.
    int bias = exponent_bits < 1 || exponent_bits > maximum_exponent_bits ? 0
                                                                          : (1 << (exponent_bits - 1)) - 1;
    bool has_sign = true;
    bool has_subnormals = true;
    bool has_negative_zero = true;
    bool has_infinity = true;
    nan_encoding nan = nan_encoding::ieee;

    friend constexpr bool operator==(const float_format&, const float_format&) = default;

    /// Bits of a code.
    constexpr int bits() const noexcept { return (has_sign ? 1 : 0) + exponent_bits + significand_bits; }
    /// Bits of a magnitude code.
    constexpr int magnitude_bits() const noexcept { return exponent_bits + significand_bits; }
    /// Bits of a significand, the hidden one included.
    constexpr int precision() const noexcept { return significand_bits + 1; }
    /// False for scale formats alone.
    constexpr bool has_zero() const noexcept { return has_subnormals || significand_bits > 0; }
    constexpr bool has_nan() const noexcept { return nan != nan_encoding::none; }
    /// floor(log2) of the smallest normal value. With 0 exponent bits no value is normal, and this
    /// is the exponent that the top bit of the significand would have.
    constexpr int minimum_exponent() const noexcept { return (has_zero() ? 1 : 0) - bias; }
    /// log2 of the distance between neighbours at and below the smallest normal value.
    constexpr int minimum_quantum_exponent() const noexcept { return minimum_exponent() - significand_bits; }

    /// The code's sign bit, 0 in unsigned formats.
    constexpr uint128 sign_mask() const noexcept {
        return has_sign ? uint128{1} << magnitude_bits() : uint128{0};
    }
    constexpr uint128 magnitude_mask() const noexcept { return low_bits_mask<uint128>(magnitude_bits()); }
    constexpr uint128 significand_mask() const noexcept { return low_bits_mask<uint128>(significand_bits); }
    /// The magnitude code of infinity; meaningful where has_infinity.
    constexpr uint128 infinity_magnitude() const noexcept {
        if (nan == nan_encoding::ieee)
            return magnitude_mask() - significand_mask();
        return nan == nan_encoding::top_code ? magnitude_mask() - uint128{1} : magnitude_mask();
    }
    /// The magnitude code of the largest finite value.
    constexpr uint128 largest_finite_magnitude() const noexcept {
        if (nan == nan_encoding::ieee)
            return infinity_magnitude() - uint128{1};
        const int specials = (has_infinity ? 1 : 0) + (nan == nan_encoding::top_code ? 1 : 0);
        return magnitude_mask() - uint128{static_cast<std::uint64_t>(specials)};
    }
    /// The code that operations give for NaN; meaningful where has_nan().
    constexpr uint128 nan_code() const noexcept {
        if (nan == nan_encoding::ieee)
            return infinity_magnitude() |
                   (significand_bits == 0 ? uint128{0} : uint128{1} << (significand_bits - 1));
        return nan == nan_encoding::top_code ? magnitude_mask() : sign_mask();
    }
    /// The code of positive zero; in a scale format, of its smallest value.
    constexpr uint128 zero_code() const noexcept { return uint128{0}; }
    /// floor(log2) of the largest finite value.
    constexpr int maximum_exponent() const noexcept {
        const uint128 magnitude = largest_finite_magnitude();
        const int field =
            static_cast<int>(static_cast<std::uint64_t>(shift_right(magnitude, significand_bits)));
        if (field == 0 && has_zero())
            return minimum_quantum_exponent() + bit_width(magnitude) - 1;
        return field - bias;
    }
};

/// Why a descriptor describes nothing, as a sentence; nullptr when it is valid. custom_float asks
/// at compile time, the functions that take a run-time format throw format_error with it.
constexpr const char* why_invalid(const float_format& format) noexcept {
    if (format.exponent_bits < 0 || format.exponent_bits > maximum_exponent_bits)
        return "exponent_bits must be in 0 ... 16";
    if (format.significand_bits < 0)
        return "significand_bits must not be negative";
    if (format.significand_bits > 128 || format.bits() > 128 || format.magnitude_bits() < 1)
        return "a code must have 1 to 128 bits, at least one of them below the sign";
    if (format.nan > nan_encoding::none)
        return "nan holds no enumerator of nan_encoding";
    if (format.bias < -65536 || format.bias > 65536)
        return "bias must be in -65536 ... 65536";
    if (format.exponent_bits == 0 && !format.has_subnormals)
        return "a format with no exponent bits has subnormal values only: set has_subnormals";
    if (format.exponent_bits == 0 && format.nan == nan_encoding::ieee)
        return "the ieee encoding of NaN needs exponent bits: choose another nan_encoding";
    if (format.significand_bits == 0 && format.nan == nan_encoding::ieee && format.has_infinity)
        return "with no significand bits the top exponent is infinity alone: choose another nan_encoding or "
               "no infinity";
    if (format.has_negative_zero && !format.has_sign)
        return "an unsigned format has no negative zero: clear has_negative_zero";
    if (format.has_negative_zero && !format.has_zero())
        return "a format without zero has no negative zero: clear has_negative_zero";
    if (format.nan == nan_encoding::negative_zero && (!format.has_sign || format.has_negative_zero))
        return "NaN in the place of negative zero needs has_sign and no has_negative_zero";
    if (format.nan == nan_encoding::negative_zero && !format.has_zero())
        return "a format without zero has no code for NaN in the place of negative zero";
    const int specials = (format.has_infinity ? 1 : 0) + (format.nan == nan_encoding::top_code ? 1 : 0);
    if (format.nan != nan_encoding::ieee && format.magnitude_bits() < 8 &&
        (1 << format.magnitude_bits()) - specials < (format.has_zero() ? 2 : 1))
        return "no code is left for a finite value other than zero";
    if (format.nan == nan_encoding::ieee && format.magnitude_bits() - format.significand_bits == 1 &&
        format.significand_bits == 0 && format.has_zero())
        return "no code is left for a finite value other than zero";
    if (!format.has_subnormals && format.significand_bits > 0 &&
        format.largest_finite_magnitude() < (uint128{1} << format.significand_bits))
        return "without subnormals no code is left for a finite value other than zero";
    return nullptr;
}

/// The descriptors of the named formats; the types of the same names are in formats/named.hpp.
namespace formats {

// OCP 8-bit floating point (OFP8) 1.0, and the variants in use (names as in ml_dtypes).
inline constexpr float_format float8_e5m2{.exponent_bits = 5, .significand_bits = 2};
inline constexpr float_format float8_e4m3{.exponent_bits = 4, .significand_bits = 3};
inline constexpr float_format float8_e3m4{.exponent_bits = 3, .significand_bits = 4};
inline constexpr float_format float8_e4m3fn{
    .exponent_bits = 4, .significand_bits = 3, .has_infinity = false, .nan = nan_encoding::top_code};
inline constexpr float_format float8_e4m3fnuz{.exponent_bits = 4,
                                              .significand_bits = 3,
                                              .bias = 8,
                                              .has_negative_zero = false,
                                              .has_infinity = false,
                                              .nan = nan_encoding::negative_zero};
inline constexpr float_format float8_e5m2fnuz{.exponent_bits = 5,
                                              .significand_bits = 2,
                                              .bias = 16,
                                              .has_negative_zero = false,
                                              .has_infinity = false,
                                              .nan = nan_encoding::negative_zero};
inline constexpr float_format float8_e4m3b11fnuz{.exponent_bits = 4,
                                                 .significand_bits = 3,
                                                 .bias = 11,
                                                 .has_negative_zero = false,
                                                 .has_infinity = false,
                                                 .nan = nan_encoding::negative_zero};
// OCP Microscaling (MX) 1.0: the shared scale and the narrow elements.
inline constexpr float_format float8_e8m0fnu{.exponent_bits = 8,
                                             .significand_bits = 0,
                                             .has_sign = false,
                                             .has_subnormals = false,
                                             .has_negative_zero = false,
                                             .has_infinity = false,
                                             .nan = nan_encoding::top_code};
inline constexpr float_format float6_e2m3fn{
    .exponent_bits = 2, .significand_bits = 3, .has_infinity = false, .nan = nan_encoding::none};
inline constexpr float_format float6_e3m2fn{
    .exponent_bits = 3, .significand_bits = 2, .has_infinity = false, .nan = nan_encoding::none};
inline constexpr float_format float4_e2m1fn{
    .exponent_bits = 2, .significand_bits = 1, .has_infinity = false, .nan = nan_encoding::none};
// IEEE 754 interchange formats and their truncations.
inline constexpr float_format bfloat16{.exponent_bits = 8, .significand_bits = 7};
inline constexpr float_format float16{.exponent_bits = 5, .significand_bits = 10};
inline constexpr float_format tfloat32{.exponent_bits = 8, .significand_bits = 10};
inline constexpr float_format float32{.exponent_bits = 8, .significand_bits = 23};
inline constexpr float_format float64{.exponent_bits = 11, .significand_bits = 52};
inline constexpr float_format float128{.exponent_bits = 15, .significand_bits = 112};

}  // namespace formats

/// IEEE P3109, arithmetic formats for machine learning: binary{K}p{P}{s|u}{e|f}.
namespace p3109 {

enum class signedness : unsigned char { signed_values, unsigned_values };
enum class domain : unsigned char { finite, extended };

/// The format of K bits in all and precision P: no negative zero, one NaN (in its place when
/// signed, the top code when unsigned), infinities at the top when extended. The bias is
/// 2^(E-1) for E exponent bits, so that the values straddle 1.
constexpr float_format format(int width, int precision, signedness sign = signedness::signed_values,
                              domain range = domain::extended) noexcept {
    const bool has_sign = sign == signedness::signed_values;
    const int exponent_bits = width - precision + (has_sign ? 0 : 1);
    return {.exponent_bits = exponent_bits,
            .significand_bits = precision - 1,
            .bias = exponent_bits < 1 || exponent_bits > maximum_exponent_bits ? 0 : 1 << (exponent_bits - 1),
            .has_sign = has_sign,
            .has_subnormals = true,
            .has_negative_zero = false,
            .has_infinity = range == domain::extended,
            .nan = has_sign ? nan_encoding::negative_zero : nan_encoding::top_code};
}

}  // namespace p3109
}  // namespace v0
}  // namespace halfulp
