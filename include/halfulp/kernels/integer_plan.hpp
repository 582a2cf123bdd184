// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// How a product of integer matrices is carried out: which scheme for which pair of widths, in one table.
///
/// | scheme       | one step multiplies                                  | needs                     |
/// |--------------|------------------------------------------------------|---------------------------|
/// | definition   | two integers                                         | nothing                   |
/// | halfword_dot | pairs of 16-bit integers, into 32-bit sums (vpmaddwd)| AVX2                      |
/// | byte_dot     | fours of bytes, into 32-bit sums (vpdpbusd)          | AVX-512 with VNNI         |
/// | bit_serial   | 32 bits of a plane by 32 of another: and, popcount   | AVX-512 with VPOPCNTDQ    |
/// | table_lookup | four codes by four bits of a plane (vpshufb)         | AVX2                      |
///
/// bit_serial takes one pass a pair of bit planes (arXiv 2409.17870, section 4). table_lookup takes one pass a plane
/// of the narrower operand, whose bits, four at a time, are looked up in tables of all sums of four codes of the
/// wider one (Wei et al., "T-MAC", EuroSys 2025, section 3); it is limited to six bits there, since a byte holds a
/// sum of four. All give the same integers.

#include <halfulp/formats/integer_format.hpp>
#include <halfulp/simd/isa.hpp>

namespace halfulp {
inline namespace v0 {

/// See the file comment.
enum class integer_scheme : unsigned char { definition, halfword_dot, byte_dot, bit_serial, table_lookup };

constexpr const char* name_of(integer_scheme s) noexcept {
    switch (s) {
        case integer_scheme::halfword_dot:
            return "halfword_dot";
        case integer_scheme::byte_dot:
            return "byte_dot";
        case integer_scheme::bit_serial:
            return "bit_serial";
        case integer_scheme::table_lookup:
            return "table_lookup";
        default:
            return "definition";
    }
}

/// Bits of an operand up to which there are fast paths.
inline constexpr int widest_fast_integer = 8;

namespace detail {

// Rows are the bits of the narrower operand, columns those of the wider: d byte_dot, h halfword_dot, s bit_serial,
// t table_lookup. Where a processor lacks an extension the next table applies. Measured on Zen 5 (benchmarks/README.md).
inline constexpr const char* integer_schemes_avx512[widest_fast_integer] = {
    // 1 … 8
    "sstttddd", ".sdddddd", "..dddddd", "...ddddd", "....dddd", ".....ddd", "......dd", ".......d"};
inline constexpr const char* integer_schemes_without_popcount[widest_fast_integer] = {
    "ttttttdd", ".ttddddd", "..tddddd", "...ddddd", "....dddd", ".....ddd", "......dd", ".......d"};
inline constexpr const char* integer_schemes_avx2[widest_fast_integer] = {
    "tttttthh", ".tttthhh", "..ttthhh", "...hhhhh", "....hhhh", ".....hhh", "......hh", ".......h"};

}  // namespace detail

/// The scheme by which `matmul` multiplies integers of two formats at a level with the given extensions; by
/// default what this machine has. The order of the two does not matter. O(1).
inline integer_scheme plan_integer_product(const integer_format& x, const integer_format& y, simd::isa level,
                                           const simd::extensions& has) noexcept {
    const int narrower = x.bits() < y.bits() ? x.bits() : y.bits();
    const int wider = x.bits() < y.bits() ? y.bits() : x.bits();
    if (level == simd::isa::plain || narrower < 1 || wider > widest_fast_integer)
        return integer_scheme::definition;
    const char* const* const table = level == simd::isa::avx2 || !has.vnni ? detail::integer_schemes_avx2
                                     : has.vpopcntdq                       ? detail::integer_schemes_avx512
                                                     : detail::integer_schemes_without_popcount;
    switch (table[narrower - 1][wider - 1]) {
        case 'h':
            return integer_scheme::halfword_dot;
        case 'd':
            return integer_scheme::byte_dot;
        case 's':
            return integer_scheme::bit_serial;
        default:
            return integer_scheme::table_lookup;
    }
}
inline integer_scheme plan_integer_product(const integer_format& x, const integer_format& y) {
    return plan_integer_product(x, y, simd::level(), simd::available_extensions());
}

}  // namespace v0
}  // namespace halfulp
