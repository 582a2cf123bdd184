// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A number in a format: `custom_float<Format>`. Its value is its bits; every operation is the
/// exact result rounded once. The named types are in formats/named.hpp, the operations that take a
/// result type and a projection in formats/operations.hpp.

#include <halfulp/formats/encode.hpp>

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
struct number_format<custom_float<Format, Default>> : constant<Format> {
    static constexpr projection default_projection = Default;
};
template <>
struct number_format<float> : constant<formats::float32> {
    static constexpr projection default_projection{};
};
template <>
struct number_format<double> : constant<formats::float64> {
    static constexpr projection default_projection{};
};

/// A floating-point type of a known format: custom_float, float or double.
template <class T>
concept formatted_number = requires {
    number_format<T>::default_projection;
};

/// What an operation takes: a formatted number or an integer of up to 64 bits, exactly.
template <class T>
concept exact_operand = formatted_number<T> ||(std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8);

/// What an operation gives: a formatted number, or one with its IEEE flags.
template <class T>
concept rounded_result = formatted_number<T> || requires {
    requires formatted_number<decltype(T::value)>;
    requires std::same_as<T, with_status<decltype(T::value)>>;
};

/// True if every value of `source`, special values included, is one of `target`, so that the
/// conversion never rounds.
constexpr bool contains(const float_format& target, const float_format& source) noexcept {
    const bool finite =
        target.precision() >= source.precision() &&
        target.minimum_quantum_exponent() <= source.minimum_quantum_exponent() &&
        (target.has_sign || !source.has_sign) &&
        (target.has_subnormals || target.minimum_exponent() <= source.minimum_quantum_exponent()) &&
        (target.has_zero() || !source.has_zero());
    const bool special = (target.has_infinity || !source.has_infinity) &&
                         (target.has_nan() || !source.has_nan()) &&
                         (target.has_negative_zero || !source.has_negative_zero);
    if (!finite || !special || target.maximum_exponent() < source.maximum_exponent())
        return false;
    if (target.maximum_exponent() > source.maximum_exponent())
        return true;
    // Same top binade: compare the significands of the largest values.
    const int shift = target.significand_bits - source.significand_bits;
    const uint128 target_top = target.largest_finite_magnitude() & target.significand_mask();
    const uint128 source_top = source.largest_finite_magnitude() & source.significand_mask();
    return !(target_top < (source_top << shift));
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
using result_format = constant<number_format<result_number<Result>>::value>;
/// The projection that a result type uses when none is given, as a type.
template <class Result>
using result_projection = constant<number_format<result_number<Result>>::default_projection>;

template <class T>
using format_of = constant<number_format<T>::value>;

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
    if constexpr (std::integral<T>)
        return 64;
    else
        return number_format<T>::value.precision();
}

/// Any operand, unpacked.
template <exact_operand T>
constexpr auto unpack_operand(T x) noexcept {
    if constexpr (std::integral<T>) {
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

// ---------------------------------------------------------------------------------------------
// The operations that the class's operators call; documented in formats/operations.hpp.

template <rounded_result Result, exact_operand X, projection_argument P = detail::result_projection<Result>>
constexpr Result convert(X x, P p = {}, std::uint64_t random = 0) noexcept;

namespace detail {
struct sum_operation;
struct difference_operation;
struct product_operation;
struct quotient_operation;
template <class Operation, class Result, class P, class... Operands>
constexpr Result apply(P p, std::uint64_t random, Operands... operands) noexcept;
}  // namespace detail

/// The exact order of any two operands; NaN is unordered. −0 equals +0.
template <exact_operand X, exact_operand Y>
constexpr std::partial_ordering compare(X x, Y y) noexcept;

// ---------------------------------------------------------------------------------------------

/// A floating-point number of a given format. Trivially copyable; `sizeof` is that of the smallest
/// unsigned integer that holds the code; everything is constexpr and noexcept.
///
/// @tparam Format  how it is stored (float_format)
/// @tparam Default the projection of its operators: rounding mode, saturation, random bits. The
///                 operators cannot take random bits; with a stochastic Default they pass 0, so use
///                 the functions of formats/operations.hpp, which take them.
template <float_format Format, projection Default>
class custom_float {
    static_assert(why_invalid(Format) == nullptr,
                  "custom_float: this float_format describes nothing; halfulp::why_invalid(Format) says why");
    static_assert(!is_stochastic(Default.mode) ||
                      (Default.random_bits >= 1 && Default.random_bits <= maximum_random_bits),
                  "custom_float: a stochastic projection needs random_bits in 1 ... 32");

  public:
    static constexpr float_format format = Format;
    static constexpr projection default_projection = Default;
    /// The smallest unsigned integer that holds a code.
    using storage_type = storage_uint<Format.bits()>;

    /// Uninitialised, as for `float`; `custom_float{}` has the code 0.
    custom_float() = default;

    /// From another formatted number, rounded once by Default. Implicit where nothing can be lost.
    template <float_format Other, projection OtherDefault>
    requires(Other != Format || OtherDefault != Default) explicit(
        !contains(Format, Other)) constexpr custom_float(custom_float<Other, OtherDefault> x) noexcept
        : custom_float(convert<custom_float>(x)) {}
    /// From a built-in number, rounded once by Default.
    template <exact_operand T>
    requires std::is_arithmetic_v<T>
    explicit constexpr custom_float(T x) noexcept : custom_float(convert<custom_float>(x)) {}

    /// The number with the given code; bits above the code are ignored.
    static constexpr custom_float from_bits(storage_type bits) noexcept {
        custom_float x{};
        x.bits_ = static_cast<storage_type>(
            bits & static_cast<storage_type>(Format.sign_mask() | Format.magnitude_mask()));
        return x;
    }
    /// The code.
    constexpr storage_type to_bits() const noexcept { return bits_; }

    /// To a built-in number: exact where it contains the format, else rounded once, ties to even;
    /// to an integer as convert<T> does.
    explicit constexpr operator float() const noexcept { return convert<float>(*this); }
    explicit constexpr operator double() const noexcept { return convert<double>(*this); }

    friend constexpr custom_float operator+(custom_float x, custom_float y) noexcept {
        return detail::apply<detail::sum_operation, custom_float>(constant<Default>{}, 0, x, y);
    }
    friend constexpr custom_float operator-(custom_float x, custom_float y) noexcept {
        return detail::apply<detail::difference_operation, custom_float>(constant<Default>{}, 0, x, y);
    }
    friend constexpr custom_float operator*(custom_float x, custom_float y) noexcept {
        return detail::apply<detail::product_operation, custom_float>(constant<Default>{}, 0, x, y);
    }
    friend constexpr custom_float operator/(custom_float x, custom_float y) noexcept {
        return detail::apply<detail::quotient_operation, custom_float>(constant<Default>{}, 0, x, y);
    }
    constexpr custom_float& operator+=(custom_float y) noexcept { return *this = *this + y; }
    constexpr custom_float& operator-=(custom_float y) noexcept { return *this = *this - y; }
    constexpr custom_float& operator*=(custom_float y) noexcept { return *this = *this * y; }
    constexpr custom_float& operator/=(custom_float y) noexcept { return *this = *this / y; }

    friend constexpr custom_float operator+(custom_float x) noexcept { return x; }
    /// The number with the other sign. Zero without a sign, and a NaN in its place, stay; in an
    /// unsigned format the result is what a value below the range becomes.
    friend constexpr custom_float operator-(custom_float x) noexcept {
        if constexpr (Format.has_sign) {
            const auto magnitude = static_cast<storage_type>(Format.magnitude_mask());
            if (!Format.has_negative_zero && (x.bits_ & magnitude) == 0)
                return x;
            x.bits_ = static_cast<storage_type>(x.bits_ ^ static_cast<storage_type>(Format.sign_mask()));
            return x;
        } else {
            auto negated = detail::unpack_operand(x);
            negated.negative = true;
            return detail::make_result<custom_float>(
                encode(constant<Format>{}, constant<Default>{},
                       exactly<uint_with_bits<Format.precision() + 3>>(negated)));
        }
    }

    friend constexpr bool operator==(custom_float x, custom_float y) noexcept { return compare(x, y) == 0; }
    friend constexpr std::partial_ordering operator<=>(custom_float x, custom_float y) noexcept {
        return compare(x, y);
    }
    /// Comparison with a number of another type is exact: neither side is rounded.
    template <exact_operand T>
    requires(!std::same_as<T, custom_float>) friend constexpr bool operator==(custom_float x, T y) noexcept {
        return compare(x, y) == 0;
    }
    template <exact_operand T>
    requires(!std::same_as<T, custom_float>) friend constexpr std::partial_ordering operator<=>(
        custom_float x, T y) noexcept {
        return compare(x, y);
    }

  private:
    storage_type bits_;
};

}  // namespace v0
}  // namespace halfulp

#include <halfulp/formats/operations.hpp>
