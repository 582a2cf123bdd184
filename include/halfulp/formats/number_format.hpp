// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What can be an operand and what can be a result, and how the operations get at their codes.

#include <halfulp/formats/encode.hpp>
#include <halfulp/formats/integer_format.hpp>

#include <bit>
#include <compare>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

template <float_format Format, projection Default = projection{}>
class custom_float;

// ---------------------------------------------------------------------------------------------
// What can be an operand, and what can be a result.

/// The format of a floating-point type: `number_format<T>::value`. Defined for custom_float, float
/// and double (the built-in types are float32 and float64 under another name).
template <class T>
struct number_format {};
template <float_format Format, projection Default>
struct number_format<custom_float<Format, Default>> : constant_value<Format> {
    static constexpr projection default_projection = Default;
};
template <>
struct number_format<float> : constant_value<formats::float32> {
    static constexpr projection default_projection{};
};
template <>
struct number_format<double> : constant_value<formats::float64> {
    static constexpr projection default_projection{};
};

/// A floating-point type of a known format: custom_float, float or double.
template <class T>
concept formatted_number = requires {
    number_format<T>::default_projection;
};

/// What an operation takes: a formatted number or an integer of up to 64 bits, exactly.
template <class T>
concept exact_operand = formatted_number<T> || formatted_integer<T> ||
    (std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8);

/// What an operation gives: a formatted number, or one with its IEEE flags.
template <class T>
concept rounded_result = formatted_number<T> || requires {
    requires formatted_number<decltype(T::value)>;
    requires std::same_as<T, with_status<decltype(T::value)>>;
};

/// True if every finite value of `source` is one of `target`.
constexpr bool contains_finite(const float_format& target, const float_format& source) noexcept {
    // Significant bits and smallest values that really occur: some formats have no normal values.
    const auto significant_bits = [](const float_format& f) {
        const int bits = bit_width(f.largest_finite_magnitude());
        return f.has_zero() && bits < f.precision() ? bits : f.precision();
    };
    const auto smallest_exponent = [](const float_format& f) {
        return f.has_subnormals ? f.minimum_quantum_exponent() : f.minimum_exponent();
    };
    if (significant_bits(target) < significant_bits(source) ||
        target.minimum_quantum_exponent() > source.minimum_quantum_exponent() ||
        smallest_exponent(target) > smallest_exponent(source) || (source.has_sign && !target.has_sign) ||
        (source.has_zero() && !target.has_zero()) || target.maximum_exponent() < source.maximum_exponent())
        return false;
    if (target.maximum_exponent() > source.maximum_exponent())
        return true;
    // The same top binade: compare the significands of the largest values, leading bit at the top.
    const auto leading = [](const float_format& f) {
        uint128 significand = f.largest_finite_magnitude();
        if (!f.has_zero() || shift_right(significand, f.significand_bits) != uint128{0})
            significand = (significand & f.significand_mask()) | shift_left(uint128{1}, f.significand_bits);
        return significand << (128 - bit_width(significand));
    };
    return !(leading(target) < leading(source));
}

/// True if every value of `source`, special values included, is one of `target`, so that the
/// conversion never rounds.
constexpr bool contains(const float_format& target, const float_format& source) noexcept {
    return contains_finite(target, source) && (target.has_infinity || !source.has_infinity) &&
           (target.has_nan() || !source.has_nan()) && (target.has_negative_zero || !source.has_negative_zero);
}

namespace detail {

template <class T>
struct result_traits {
    using number = T;
    static constexpr bool wants_status = false;
};
template <class T>
struct result_traits<with_status<T>> {
    using number = T;
    static constexpr bool wants_status = true;
};
template <class Result>
using result_number = typename result_traits<Result>::number;

/// The format of a result, as a type.
template <class Result>
using result_format = constant_value<number_format<result_number<Result>>::value>;
/// The projection that a result type uses when none is given, as a type.
template <class Result>
using result_projection = constant_value<number_format<result_number<Result>>::default_projection>;

template <class T>
using format_of = constant_value<number_format<T>::value>;

template <class T>
constexpr auto to_code(T x) noexcept {
    using code = code_uint<format_of<T>>;
    if constexpr (std::same_as<T, float>)
        return static_cast<code>(std::bit_cast<std::uint32_t>(x));
    else if constexpr (std::same_as<T, double>)
        return static_cast<code>(std::bit_cast<std::uint64_t>(x));
    else
        return static_cast<code>(x.to_bits());
}

template <class T, class Code>
constexpr T from_code(Code code) noexcept {
    if constexpr (std::same_as<T, float>)
        return std::bit_cast<float>(static_cast<std::uint32_t>(code));
    else if constexpr (std::same_as<T, double>)
        return std::bit_cast<double>(static_cast<std::uint64_t>(code));
    else
        return T::from_bits(static_cast<typename T::storage_type>(code));
}

template <class Result, class Code>
constexpr Result make_result(const with_status<Code>& encoded) noexcept {
    if constexpr (result_traits<Result>::wants_status)
        return {from_code<result_number<Result>>(encoded.value), encoded.flags};
    else
        return from_code<Result>(encoded.value);
}

/// Bits of an operand's significand.
template <class T>
constexpr int operand_precision() noexcept {
    if constexpr (std::integral<T> || formatted_integer<T>)
        return 64;
    else
        return number_format<T>::value.precision();
}

/// Any operand, unpacked.
template <exact_operand T>
constexpr auto unpack_operand(T x) noexcept {
    if constexpr (formatted_integer<T>) {
        return unpack_operand(x.value());
    } else if constexpr (std::integral<T>) {
        const bool negative = x < T{0};
        const auto bits = static_cast<std::uint64_t>(x);
        const std::uint64_t magnitude = negative ? std::uint64_t{0} - bits : bits;
        return unpacked<std::uint64_t>{.kind = magnitude == 0 ? number_class::zero : number_class::finite,
                                       .negative = negative,
                                       .significand = magnitude,
                                       .zero_is_signed = false};
    } else {
        return unpack(format_of<T>{}, to_code(x));
    }
}

}  // namespace detail

}  // namespace v0
}  // namespace halfulp
