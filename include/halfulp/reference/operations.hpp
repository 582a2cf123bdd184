// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The arithmetic operations on codes: decode, compute exactly, round once. Operands and result may
/// each have a format of their own.

#include <halfulp/reference/round.hpp>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// x in another format.
inline rounded convert(const float_format& format_x, uint128 x, const float_format& result_format,
                       const projection& how = {}, std::uint64_t R = 0) {
    return round(decode(format_x, x), result_format, how, R);
}

/// x + y.
inline rounded add(const float_format& format_x, uint128 x, const float_format& format_y, uint128 y,
                   const float_format& result_format, const projection& how = {}, std::uint64_t R = 0) {
    return round(decode(format_x, x) + decode(format_y, y), result_format, how, R);
}

/// x − y.
inline rounded subtract(const float_format& format_x, uint128 x, const float_format& format_y, uint128 y,
                        const float_format& result_format, const projection& how = {}, std::uint64_t R = 0) {
    return round(decode(format_x, x) - decode(format_y, y), result_format, how, R);
}

/// x·y.
inline rounded multiply(const float_format& format_x, uint128 x, const float_format& format_y, uint128 y,
                        const float_format& result_format, const projection& how = {}, std::uint64_t R = 0) {
    return round(decode(format_x, x) * decode(format_y, y), result_format, how, R);
}

/// x/y. Where y's format has a negative zero, x/0 is an infinity with divide_by_zero; in other
/// formats it is NaN with invalid, and for finite x divide_by_zero as well.
inline rounded divide(const float_format& format_x, uint128 x, const float_format& format_y, uint128 y,
                      const float_format& result_format, const projection& how = {}, std::uint64_t R = 0) {
    return round(decode(format_x, x) / decode(format_y, y), result_format, how, R);
}

/// sqrt(x); −0 for −0, invalid for other negative values.
inline rounded sqrt(const float_format& format_x, uint128 x, const float_format& result_format,
                    const projection& how = {}, std::uint64_t R = 0) {
    return round(sqrt(decode(format_x, x)), result_format, how, R);
}

/// x·y + z, rounded once.
inline rounded fma(const float_format& format_x, uint128 x, const float_format& format_y, uint128 y,
                   const float_format& format_z, uint128 z, const float_format& result_format,
                   const projection& how = {}, std::uint64_t R = 0) {
    return round(fma(decode(format_x, x), decode(format_y, y), decode(format_z, z)), result_format, how, R);
}

/// IEEE 754 remainder: x − n·y, n the integer nearest to x/y, ties to the even one.
inline rounded remainder(const float_format& format_x, uint128 x, const float_format& format_y, uint128 y,
                         const float_format& result_format, const projection& how = {}, std::uint64_t R = 0) {
    return round(remainder(decode(format_x, x), decode(format_y, y)), result_format, how, R);
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
