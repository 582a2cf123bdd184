// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Types of up to 8 bits that have no name and, together, every trait that a descriptor can have:
/// the formats of odd_small_formats() as types, and some of P3109.

#include <halfulp/formats/named.hpp>

#include <tuple>

namespace halfulp_test {

using odd_types = std::tuple<
    // fixed point: no exponent bits
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 0,
                                                .significand_bits = 5,
                                                .bias = 0,
                                                .has_infinity = false,
                                                .nan = halfulp::nan_encoding::none}>,
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 0,
                                                .significand_bits = 6,
                                                .bias = 3,
                                                .has_infinity = true,
                                                .nan = halfulp::nan_encoding::top_code}>,
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 0,
                                                .significand_bits = 7,
                                                .bias = -2,
                                                .has_sign = false,
                                                .has_negative_zero = false,
                                                .has_infinity = false,
                                                .nan = halfulp::nan_encoding::none}>,
    // one exponent bit
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 1, .significand_bits = 4}>,
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 1,
                                                .significand_bits = 0,
                                                .has_infinity = false,
                                                .nan = halfulp::nan_encoding::none}>,
    // precision 1
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 5,
                                                .significand_bits = 0,
                                                .has_infinity = false,
                                                .nan = halfulp::nan_encoding::none}>,
    halfulp::custom_float<halfulp::float_format{
        .exponent_bits = 6, .significand_bits = 0, .bias = 20, .nan = halfulp::nan_encoding::top_code}>,
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 4,
                                                .significand_bits = 0,
                                                .has_infinity = false,
                                                .nan = halfulp::nan_encoding::ieee}>,
    // no subnormals
    halfulp::custom_float<halfulp::float_format{
        .exponent_bits = 4, .significand_bits = 3, .has_subnormals = false}>,
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 3,
                                                .significand_bits = 2,
                                                .has_subnormals = false,
                                                .has_negative_zero = false,
                                                .has_infinity = false,
                                                .nan = halfulp::nan_encoding::none}>,
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 4,
                                                .significand_bits = 2,
                                                .has_sign = false,
                                                .has_subnormals = false,
                                                .has_negative_zero = false,
                                                .nan = halfulp::nan_encoding::top_code}>,
    // scale formats: no zero
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 4,
                                                .significand_bits = 0,
                                                .has_sign = false,
                                                .has_subnormals = false,
                                                .has_negative_zero = false,
                                                .has_infinity = false,
                                                .nan = halfulp::nan_encoding::none}>,
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 4,
                                                .significand_bits = 0,
                                                .bias = 3,
                                                .has_sign = true,
                                                .has_subnormals = false,
                                                .has_negative_zero = false,
                                                .has_infinity = true,
                                                .nan = halfulp::nan_encoding::top_code}>,
    // unsigned with everything; ieee without infinity; far biases; no negative zero
    halfulp::custom_float<halfulp::float_format{
        .exponent_bits = 4, .significand_bits = 4, .has_sign = false, .has_negative_zero = false}>,
    halfulp::custom_float<halfulp::float_format{
        .exponent_bits = 4, .significand_bits = 3, .has_infinity = false}>,
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 3, .significand_bits = 3, .bias = 40}>,
    halfulp::custom_float<halfulp::float_format{.exponent_bits = 3, .significand_bits = 3, .bias = -40}>,
    halfulp::custom_float<halfulp::float_format{
        .exponent_bits = 5, .significand_bits = 1, .has_negative_zero = false}>,
    // P3109
    halfulp::p3109::binary<8, 4>, halfulp::p3109::binary<8, 3, halfulp::p3109::signedness::unsigned_values>,
    halfulp::p3109::binary<6, 1>,
    halfulp::p3109::binary<5, 2, halfulp::p3109::signedness::unsigned_values, halfulp::p3109::domain::finite>,
    halfulp::p3109::binary<4, 3, halfulp::p3109::signedness::signed_values, halfulp::p3109::domain::finite>>;

}  // namespace halfulp_test
