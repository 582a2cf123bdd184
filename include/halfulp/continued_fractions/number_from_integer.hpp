// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// An integer of any size as a number of any type, rounded at most once.

#include <halfulp/core/errors.hpp>
#include <halfulp/formats/operations.hpp>
#include <halfulp/interop/gmp.hpp>

#include <gmpxx.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// Rounds an integer into a format, both known to the compiler or not. `Bits` of 128 decide every rounding
/// to 90 bits (stochastic ones with 32 random bits: to 64), 256 those of wider formats.
template <int Bits, class Format, class Projection>
auto encode_integer(Format format, Projection p, const mpz_class& value, std::uint64_t random = 0) {
    using workspace = wide_uint<Bits / 64>;
    const auto size = static_cast<int>(mpz_sizeinbase(value.get_mpz_t(), 2));
    const int dropped = size > Bits ? size - Bits : 0;
    const bool sticky = dropped > 0 && mpz_scan1(value.get_mpz_t(), 0) < static_cast<mp_bitcnt_t>(dropped);
    mpz_class leading = abs(value);
    leading >>= static_cast<mp_bitcnt_t>(dropped);
    workspace significand;
    std::size_t count = 0;
    mpz_export(significand.word, &count, -1, sizeof(std::uint64_t), 0, 0, leading.get_mpz_t());
    return encode(format, p, value < 0, dropped, significand, sticky, random);
}

/// The bits that encode_integer needs for T.
template <class T>
inline constexpr int integer_workspace_bits = number_format<T>::value.precision() <= 64 ? 128 : 256;

}  // namespace detail

/// An integer as a T: exact for exact types, rounded once by T's default projection for float,
/// double and custom_float. Other types convert from mpz_class, from long where it fits, from decimal text, or, where they
/// have none of these, are put together from pieces of 30 bits with a rounding each.
///
/// @throws std::invalid_argument if T is a built-in integer that cannot hold it
template <number T>
T number_from_integer(const mpz_class& value) {
    if constexpr (formatted_number<T>) {
        if (value.fits_slong_p())
            return convert<T>(static_cast<std::int64_t>(value.get_si()));
        return detail::make_result<T>(detail::encode_integer<detail::integer_workspace_bits<T>>(
            detail::result_format<T>{}, detail::result_projection<T>{}, value));
    } else if constexpr (std::constructible_from<T, const mpz_class&>) {
        return T(value);
    } else if constexpr (standard_integer<T>) {
        if constexpr (std::same_as<T, unsigned long>)
            if (value.fits_ulong_p())
                return value.get_ui();
        if (!value.fits_slong_p() || !std::in_range<T>(value.get_si()))
            throw_argument_error<std::invalid_argument>("number_from_integer", "value", value.get_str(),
                                                        "an integer within the range of the type");
        return static_cast<T>(value.get_si());
    } else if (value.fits_slong_p()) {
        return T(value.get_si());
    } else if constexpr (std::constructible_from<T, std::string>) {
        return T(value.get_str());
    } else {
        // From pieces of 30 bits, by the type's own operations.
        const mpz_class rest = value >> 30;  // floor, so that the piece is not negative
        const mpz_class piece = value - (rest << 30);
        return static_cast<T>(number_from_integer<T>(rest) * T(1L << 30) + T(piece.get_si()));
    }
}

/// The same of a built-in integer, without the detour by mpz_class.
template <number T>
HALFULP_ALWAYS_INLINE T number_from_integer(long value) {
    if constexpr (standard_float<T>) {
        return static_cast<T>(value);  // the processor rounds to nearest even, as the default projection does
    } else if constexpr (formatted_number<T>) {
        return convert<T>(value);
    } else if constexpr (standard_integer<T>) {
        if (!std::in_range<T>(value))
            throw_argument_error<std::invalid_argument>("number_from_integer", "value", std::to_string(value),
                                                        "an integer within the range of the type");
        return static_cast<T>(value);
    } else {
        return T(value);
    }
}
template <number T>
HALFULP_ALWAYS_INLINE T number_from_integer(int value) {
    return number_from_integer<T>(static_cast<long>(value));
}

}  // namespace v0
}  // namespace halfulp
