// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The formats, types and projections that the tests run over, and their names for messages.

#include <halfulp/core/rounding.hpp>
#include <halfulp/core/status.hpp>
#include <halfulp/formats/named.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace halfulp_test {

using halfulp::float_format;
using halfulp::nan_encoding;
using halfulp::projection;
using halfulp::rounding;
using halfulp::saturation;
using halfulp::status;

/// The named types of up to 8 bits.
using small_types = std::tuple<halfulp::float8_e5m2, halfulp::float8_e4m3fn, halfulp::float8_e4m3,
                               halfulp::float8_e3m4, halfulp::float8_e4m3fnuz, halfulp::float8_e5m2fnuz,
                               halfulp::float8_e4m3b11fnuz, halfulp::float8_e8m0fnu, halfulp::float6_e2m3fn,
                               halfulp::float6_e3m2fn, halfulp::float4_e2m1fn>;
/// The named types of 16 bits and more that have 64 bits at the most.
using wide_types =
    std::tuple<halfulp::bfloat16, halfulp::float16, halfulp::tfloat32, halfulp::float32, halfulp::float64>;

/// Formats of up to 8 bits that have no name and every trait that a descriptor can have.
inline constexpr std::array odd_small_format_list{
    // fixed point: no exponent bits
    float_format{.exponent_bits = 0,
                 .significand_bits = 5,
                 .bias = 0,
                 .has_infinity = false,
                 .nan = nan_encoding::none},
    float_format{.exponent_bits = 0,
                 .significand_bits = 6,
                 .bias = 3,
                 .has_infinity = true,
                 .nan = nan_encoding::top_code},
    float_format{.exponent_bits = 0,
                 .significand_bits = 7,
                 .bias = -2,
                 .has_sign = false,
                 .has_negative_zero = false,
                 .has_infinity = false,
                 .nan = nan_encoding::none},
    // one exponent bit
    float_format{.exponent_bits = 1, .significand_bits = 4},
    float_format{.exponent_bits = 1, .significand_bits = 0, .has_infinity = false, .nan = nan_encoding::none},
    // precision 1
    float_format{.exponent_bits = 5, .significand_bits = 0, .has_infinity = false, .nan = nan_encoding::none},
    float_format{.exponent_bits = 6, .significand_bits = 0, .bias = 20, .nan = nan_encoding::top_code},
    float_format{.exponent_bits = 4, .significand_bits = 0, .has_infinity = false, .nan = nan_encoding::ieee},
    // no subnormals
    float_format{.exponent_bits = 4, .significand_bits = 3, .has_subnormals = false},
    float_format{.exponent_bits = 3,
                 .significand_bits = 2,
                 .has_subnormals = false,
                 .has_negative_zero = false,
                 .has_infinity = false,
                 .nan = nan_encoding::none},
    float_format{.exponent_bits = 4,
                 .significand_bits = 2,
                 .has_sign = false,
                 .has_subnormals = false,
                 .has_negative_zero = false,
                 .nan = nan_encoding::top_code},
    // scale formats: no zero
    float_format{.exponent_bits = 4,
                 .significand_bits = 0,
                 .has_sign = false,
                 .has_subnormals = false,
                 .has_negative_zero = false,
                 .has_infinity = false,
                 .nan = nan_encoding::none},
    float_format{.exponent_bits = 4,
                 .significand_bits = 0,
                 .bias = 3,
                 .has_sign = true,
                 .has_subnormals = false,
                 .has_negative_zero = false,
                 .has_infinity = true,
                 .nan = nan_encoding::top_code},
    // unsigned with everything; ieee without infinity; far biases
    float_format{.exponent_bits = 4, .significand_bits = 4, .has_sign = false, .has_negative_zero = false},
    float_format{.exponent_bits = 4, .significand_bits = 3, .has_infinity = false},
    float_format{.exponent_bits = 3, .significand_bits = 3, .bias = 40},
    float_format{.exponent_bits = 3, .significand_bits = 3, .bias = -40},
    float_format{.exponent_bits = 5, .significand_bits = 1, .has_negative_zero = false},
};

inline std::vector<float_format> odd_small_formats() {
    return {odd_small_format_list.begin(), odd_small_format_list.end()};
}

template <std::size_t... I>
std::tuple<halfulp::custom_float<odd_small_format_list[I]>...> odd_small_types(std::index_sequence<I...>);

/// The same as types, and some of P3109's.
using odd_types = decltype(std::tuple_cat(
    odd_small_types(std::make_index_sequence<odd_small_format_list.size()>()),
    std::tuple<halfulp::p3109::binary<8, 4>,
               halfulp::p3109::binary<8, 3, halfulp::p3109::signedness::unsigned_values>,
               halfulp::p3109::binary<6, 1>,
               halfulp::p3109::binary<5, 2, halfulp::p3109::signedness::unsigned_values,
                                      halfulp::p3109::domain::finite>,
               halfulp::p3109::binary<4, 3, halfulp::p3109::signedness::signed_values,
                                      halfulp::p3109::domain::finite>>()));

/// All P3109 formats of a width: every precision, signed and unsigned, finite and extended.
inline std::vector<float_format> p3109_formats(int width) {
    using namespace halfulp::p3109;
    std::vector<float_format> result;
    for (signedness sign : {signedness::signed_values, signedness::unsigned_values})
        for (domain range : {domain::finite, domain::extended})
            for (int p = 1; p <= (sign == signedness::signed_values ? width - 1 : width); ++p)
                if (const float_format f = format(width, p, sign, range); halfulp::why_invalid(f) == nullptr)
                    result.push_back(f);
    return result;
}

/// The named formats of up to 16 bits.
inline std::vector<float_format> named_formats_up_to_16_bits() {
    namespace named = halfulp::formats;
    return {named::float8_e5m2,     named::float8_e4m3fn,   named::float8_e4m3,        named::float8_e3m4,
            named::float8_e4m3fnuz, named::float8_e5m2fnuz, named::float8_e4m3b11fnuz, named::float8_e8m0fnu,
            named::float6_e2m3fn,   named::float6_e3m2fn,   named::float4_e2m1fn,      named::bfloat16,
            named::float16};
}

inline const std::vector<rounding>& deterministic_modes() {
    static const std::vector<rounding> modes{
        rounding::ties_to_even,    rounding::ties_to_away,    rounding::ties_to_zero,   rounding::toward_zero,
        rounding::toward_positive, rounding::toward_negative, rounding::away_from_zero, rounding::to_odd};
    return modes;
}

/// The eight deterministic modes times the three saturations.
inline const std::vector<projection>& deterministic_projections() {
    static const std::vector<projection> all = [] {
        std::vector<projection> result;
        for (rounding mode : deterministic_modes())
            for (saturation overflow : {saturation::none, saturation::finite, saturation::propagate})
                result.push_back({mode, overflow});
        return result;
    }();
    return all;
}

inline constexpr rounding stochastic_modes[] = {rounding::stochastic_a, rounding::stochastic_b,
                                                rounding::stochastic_c, rounding::stochastic_equal};

/// The four stochastic modes times the three saturations, with so many random bits.
inline std::vector<projection> stochastic_projections(int bits) {
    std::vector<projection> result;
    for (rounding mode : stochastic_modes)
        for (saturation overflow : {saturation::none, saturation::finite, saturation::propagate})
            result.push_back({mode, overflow, bits});
    return result;
}

inline std::string name_of(const projection& p) {
    static const char* const modes[] = {"ties_to_even",   "ties_to_away",    "ties_to_zero",
                                        "toward_zero",    "toward_positive", "toward_negative",
                                        "away_from_zero", "to_odd",          "stochastic_a",
                                        "stochastic_b",   "stochastic_c",    "stochastic_equal"};
    static const char* const saturations[] = {"none", "finite", "propagate"};
    return std::string(modes[static_cast<int>(p.mode)]) + "/" + saturations[static_cast<int>(p.overflow)] +
           "/N=" + std::to_string(p.random_bits);
}

inline std::string name_of(const float_format& f) {
    static const char* const nans[] = {"ieee", "top_code", "negative_zero", "none"};
    return "e" + std::to_string(f.exponent_bits) + "m" + std::to_string(f.significand_bits) + " bias " +
           std::to_string(f.bias) + (f.has_sign ? "" : " unsigned") +
           (f.has_subnormals ? "" : " no-subnormals") + (f.has_negative_zero ? "" : " no-negative-zero") +
           (f.has_infinity ? "" : " no-infinity") + " nan=" + nans[static_cast<int>(f.nan)];
}

inline std::string name_of(status s) {
    std::string text;
    if (s.inexact)
        text += "inexact ";
    if (s.overflow)
        text += "overflow ";
    if (s.underflow)
        text += "underflow ";
    if (s.invalid)
        text += "invalid ";
    if (s.divide_by_zero)
        text += "divide_by_zero ";
    return text.empty() ? "no flags" : text;
}

}  // namespace halfulp_test
