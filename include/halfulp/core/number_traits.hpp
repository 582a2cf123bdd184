// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// `number_traits<T>`: what the library asks of a number type, the user's own included.
///
/// | member of number_traits<T>        |            | meaning                                                   |
/// |-----------------------------------|------------|-----------------------------------------------------------|
/// | `using accumulator_type`          | compulsory | the type in which sums of products of T are kept by default |
/// | `static constexpr bool is_exact`  | compulsory | true where x + y, x − y and x·y never round               |
/// | `static A multiply_add(x, y, a)`  | optional   | x·y + a with one rounding; without it `a += x * y`        |
///
/// | operation of T                    |            | used by                                                   |
/// |-----------------------------------|------------|-----------------------------------------------------------|
/// | copy, `T(0)`                      | compulsory | everything                                                |
/// | `x * y`, `x += y`                 | compulsory | dot, matmul                                               |
/// | `x - y`, `x / y`, `x < y`, `T(double)`, `exp(x)` by ADL | for attention | the softmax and its scale        |
///
/// Skeleton for a type of one's own:
///
///     template <>
///     struct halfulp::number_traits<my_number> {
///         using accumulator_type = my_number;
///         static constexpr bool is_exact = false;
///     };
///
/// Specialised here for float, double, the standard integers and every type with a `format` (see
/// custom_float); for Boost.Multiprecision numbers in interop/boost_multiprecision.hpp.

#include <halfulp/config.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

/// See the file comment. The primary template is not defined.
template <class T>
struct number_traits;

/// float and double: the hardware's own formats.
template <class T>
concept standard_float = std::same_as<T, float> || std::same_as<T, double>;

/// The integers of up to 64 bits, without bool and the character types.
template <class T>
concept standard_integer =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
    !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t> && sizeof(T) <= 8;

/// A number whose value is its bits in a format known to the compiler: custom_float.
template <class T>
concept formatted_float = requires(const T& x) {
    { T::format.precision() } -> std::same_as<int>;
    { T::format.minimum_quantum_exponent() } -> std::same_as<int>;
    { T::format.maximum_exponent() } -> std::same_as<int>;
    T::default_projection;
    T::from_bits(x.to_bits());
};

/// A number type that the library knows: number_traits<T> has the compulsory members.
template <class T>
concept number = std::copyable<T> && requires {
    typename number_traits<T>::accumulator_type;
    { number_traits<T>::is_exact } -> std::convertible_to<bool>;
};

/// A number that kernels can multiply and sum by operators.
template <class T>
concept ring_number = number<T> && requires(T& sum, const T& x, const T& y) {
    T(0);
    sum += x * y;
};

/// The accumulator that number_traits names for T.
template <number T>
using accumulator_of = typename number_traits<T>::accumulator_type;

template <>
struct number_traits<float> {
    using accumulator_type = float;
    static constexpr bool is_exact = false;
};

template <>
struct number_traits<double> {
    using accumulator_type = double;
    static constexpr bool is_exact = false;
};

/// Integers are exact as long as nothing overflows. Sums are kept in at least 32 bits, those of
/// 32-bit and wider integers in 64, with the signedness of T.
template <standard_integer T>
struct number_traits<T> {
    using accumulator_type =
        std::conditional_t<std::is_signed_v<T>,
                           std::conditional_t<(sizeof(T) < 4), std::int32_t, std::int64_t>,
                           std::conditional_t<(sizeof(T) < 4), std::uint32_t, std::uint64_t>>;
    static constexpr bool is_exact = true;
};

namespace detail {

/// True if every finite value of the format lies in a binary format of the given precision,
/// smallest quantum 2^quantum and largest exponent.
template <class Format>
constexpr bool format_fits(const Format& format, int precision, int quantum, int exponent) noexcept {
    return format.precision() <= precision && format.minimum_quantum_exponent() >= quantum &&
           format.maximum_exponent() <= exponent;
}
template <class Format>
constexpr bool format_fits_float(const Format& format) noexcept {
    return format_fits(format, 24, -149, 127);
}
template <class Format>
constexpr bool format_fits_double(const Format& format) noexcept {
    return format_fits(format, 53, -1074, 1023);
}

}  // namespace detail

/// The sum is kept in float or double where every value of the format is one, else in T.
template <formatted_float T>
struct number_traits<T> {
    using accumulator_type =
        std::conditional_t<detail::format_fits_float(T::format), float,
                           std::conditional_t<detail::format_fits_double(T::format), double, T>>;
    static constexpr bool is_exact = false;
};

}  // namespace v0
}  // namespace halfulp
