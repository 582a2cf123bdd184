// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Code → exact value, straight from the definition in formats/float_format.hpp.

#include <halfulp/core/errors.hpp>
#include <halfulp/formats/float_format.hpp>
#include <halfulp/reference/exact_value.hpp>

#include <string>
#include <type_traits>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// The value that `code` stands for in `format`. Exact. Throws format_error when the code has
/// bits above the format's own.
inline exact_value decode(const float_format& format, uint128 code) {
    if (shift_right(code, format.bits()) != uint128{0})
        throw_argument_error<format_error>("reference::decode", "code", "wider than the format",
                                           "at most " + std::to_string(format.bits()) + " bits");
    const int exponent_bits = format.exponent_bits;
    const int significand_bits = format.significand_bits;

    // 1. Cut the code into its fields.
    const auto field = [code](int position, int count) {
        return low_bits(shift_right(code, position), count);
    };
    const bool sign = format.has_sign && field(exponent_bits + significand_bits, 1) != uint128{0};
    const uint128 exponent_code = field(significand_bits, exponent_bits);
    const uint128 significand = field(0, significand_bits);
    const uint128 magnitude = field(0, exponent_bits + significand_bits);
    const uint128 top_exponent = low_bits_mask<uint128>(exponent_bits);
    const uint128 top_magnitude = low_bits_mask<uint128>(exponent_bits + significand_bits);

    // 2. NaN and infinity, a table row each.
    switch (format.nan) {
        case nan_encoding::ieee:
            if (exponent_code == top_exponent) {
                if (significand != uint128{0} || !format.has_infinity)
                    return exact_value::nan();
                return exact_value::infinity(sign);
            }
            break;
        case nan_encoding::top_code:
            if (magnitude == top_magnitude)
                return exact_value::nan();
            if (format.has_infinity && magnitude == top_magnitude - uint128{1})
                return exact_value::infinity(sign);
            break;
        case nan_encoding::negative_zero:
            if (sign && magnitude == uint128{0})
                return exact_value::nan();
            if (format.has_infinity && magnitude == top_magnitude)
                return exact_value::infinity(sign);
            break;
        case nan_encoding::none:
            if (format.has_infinity && magnitude == top_magnitude)
                return exact_value::infinity(sign);
            break;
    }

    // 3. Zero: significand 0 with subnormals, any without; scale formats have none.
    const auto exponent = static_cast<long>(static_cast<std::uint64_t>(exponent_code));
    const bool scale = !format.has_subnormals && significand_bits == 0;
    if (exponent == 0 && !scale && (significand == uint128{0} || !format.has_subnormals)) {
        if (!format.has_negative_zero)
            return exact_value::zero(zero_sign::none);
        return exact_value::zero(sign ? zero_sign::negative : zero_sign::positive);
    }

    // 4. The rest: (-1)^sign · 2^(e - bias) · (1 + f / 2^M), or with e = 0 the subnormal values.
    const natural fraction = natural::from_uint128(significand);
    const natural one = natural(1) << significand_bits;
    if (exponent == 0 && !scale)
        return exact_value::rational(sign, {fraction, natural(1), 1 - format.bias - significand_bits});
    return exact_value::rational(sign,
                                 {one + fraction, natural(1), exponent - format.bias - significand_bits});
}

/// The value of a number, whatever its type: float, double, an integer, or a type that names its
/// `format` and gives its code by `to_bits()`, as custom_float does. Exact.
template <class T>
exact_value to_exact(const T& x) {
    if constexpr (std::is_arithmetic_v<T>)
        return exact_value(x);
    else if constexpr (requires { decode(T::format, uint128{x.to_bits()}); })
        return decode(T::format, uint128{x.to_bits()});
    else
        return exact_value(x);  // mpfr_real, mpz_class, mpq_class, exact_value
}

/// The format of float, double, or a type that names its own.
template <class T>
constexpr float_format format_of() noexcept {
    if constexpr (std::is_same_v<T, float>)
        return formats::float32;
    else if constexpr (std::is_same_v<T, double>)
        return formats::float64;
    else
        return T::format;
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
