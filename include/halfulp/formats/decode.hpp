// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// From a code to the number that it means, exactly.

#include <halfulp/core/rounding.hpp>
#include <halfulp/core/unpacked.hpp>
#include <halfulp/formats/float_format.hpp>

#include <concepts>

namespace halfulp {
inline namespace v0 {

/// A format known to the compiler (`constant_value<formats::float16>`) or at run time (`float_format`).
/// One template serves both.
template <class T>
concept format_argument = std::convertible_to<T, float_format>;

/// A projection known to the compiler (`constant_value<projection{…}>`) or at run time (`projection`).
template <class T>
concept projection_argument = std::convertible_to<T, projection>;

namespace detail {

// A run-time format has a code of at most 64 bits (formats/dynamic_float.hpp); code_uint has one
// bit above the magnitude code (the sign's, or a spare one), so that rounding up past the top cannot wrap.
template <class Format>
struct format_types {
    using code = uint128;
    using significand = std::uint64_t;
    static constexpr int precision = 64;
};
template <float_format F>
struct format_types<constant_value<F>> {
    using code = uint_with_bits<F.bits() + (F.has_sign ? 0 : 1)>;
    using significand = uint_with_bits<F.precision()>;
    static constexpr int precision = F.precision();
};

}  // namespace detail

/// The type that holds a code of the format while it is worked on.
template <format_argument Format>
using code_uint = typename detail::format_types<Format>::code;

/// True if the code is a NaN of the format. O(1).
template <format_argument Format>
constexpr bool is_nan_code(Format f, code_uint<Format> code) noexcept {
    const float_format format = f;
    using code_type = code_uint<Format>;
    const code_type magnitude =
        static_cast<code_type>(code & static_cast<code_type>(format.magnitude_mask()));
    switch (format.nan) {
        case nan_encoding::ieee: {
            const auto infinity = static_cast<code_type>(format.infinity_magnitude());
            return infinity < magnitude || (!format.has_infinity && infinity == magnitude);
        }
        case nan_encoding::top_code:
            return magnitude == static_cast<code_type>(format.magnitude_mask());
        case nan_encoding::negative_zero:
            return code == static_cast<code_type>(format.sign_mask());
        case nan_encoding::none:
            break;
    }
    return false;
}

/// The number that a code means: see float_format. Exact, in every format. O(1).
template <format_argument Format>
constexpr auto unpack(Format f, code_uint<Format> code) noexcept {
    using code_type = code_uint<Format>;
    using significand_type = typename detail::format_types<Format>::significand;
    using result = unpacked<significand_type>;
    const float_format format = f;
    const code_type magnitude =
        static_cast<code_type>(code & static_cast<code_type>(format.magnitude_mask()));
    const bool negative = (code & static_cast<code_type>(format.sign_mask())) != code_type{0};
    const bool signed_zero = format.has_negative_zero;

    if (is_nan_code(f, code))
        return result{.kind = number_class::nan, .negative = negative, .zero_is_signed = signed_zero};
    if (format.has_infinity && magnitude == static_cast<code_type>(format.infinity_magnitude()))
        return result{.kind = number_class::infinity, .negative = negative, .zero_is_signed = signed_zero};

    const int field = static_cast<int>(static_cast<std::uint64_t>(magnitude >> format.significand_bits));
    auto significand =
        static_cast<significand_type>(magnitude & static_cast<code_type>(format.significand_mask()));
    if (field == 0 && format.has_zero()) {
        if (!format.has_subnormals || significand == significand_type{0})
            return result{.kind = number_class::zero,
                          .negative = negative && format.has_negative_zero,
                          .zero_is_signed = signed_zero};
        return result{.kind = number_class::finite,
                      .negative = negative,
                      .exponent = format.minimum_quantum_exponent(),
                      .significand = significand,
                      .zero_is_signed = signed_zero};
    }
    significand =
        static_cast<significand_type>(significand | shift_left(significand_type{1}, format.significand_bits));
    return result{.kind = number_class::finite,
                  .negative = negative,
                  .exponent = field - format.bias - format.significand_bits,
                  .significand = significand,
                  .zero_is_signed = signed_zero};
}

}  // namespace v0
}  // namespace halfulp
