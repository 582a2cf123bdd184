// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// How codes of b bits lie in memory when they share bytes: the one definition of the order of bits, which all
/// containers, views and kernels go by.
///
/// A matrix is a number of *lines*, its rows or its columns, of `length` codes each. Bit j of a stretch of bytes
/// is bit j mod 8 of byte j / 8, bit 0 being the lowest.
///
/// | layout       | where bit p of code k of line l is                                     | bytes                    |
/// |--------------|------------------------------------------------------------------------|--------------------------|
/// | contiguous   | bit k·b + p of line l                                                  | ⌈length·b / 8⌉ a line    |
/// | bit_planes   | bit k of plane p; plane p of line l is p planes behind its beginning   | 8·⌈length / 64⌉ a plane  |
/// | interleaved  | bit k mod 32 of word ((l/32·b + p)·W + k/32)·32 + l mod 32, W = ⌈length / 32⌉ | 128·b·W for 32 lines |
/// | base_3       | ternary numbers only: digit k mod 5 of byte k/5, which is Σ digit·3^i  | ⌈length / 5⌉ a line      |
///
/// Lines of `contiguous`, `bit_planes` and `base_3` may be further apart than their bytes; words of `interleaved`
/// have four bytes, the lowest first, and lines up to a multiple of 32 exist there as zeros. `contiguous` is the order
/// of kernels/packed_codes.hpp, so a byte of a 4-bit format has the even element in its low half. Bits that
/// belong to no code are written as zeros and are not read. A byte of base_3 above 242 reads as its digits all the
/// same, the highest modulo 3. `interleaved` is what the kernels' tiles read: a word of every line, one behind the
/// other.

#include <halfulp/formats/integer_format.hpp>

#include <cstddef>
#include <cstdint>

namespace halfulp {
inline namespace v0 {

/// See the file comment.
enum class packed_layout : unsigned char { contiguous, bit_planes, interleaved, base_3 };

/// Whether lines are the rows of a matrix, or its columns.
enum class storage_order : unsigned char { row_major, column_major };

/// Lines that `interleaved` keeps together.
inline constexpr std::size_t interleaved_lines = 32;

/// ⌈count · bits / 8⌉, in two parts, so that the product does not overflow where the result does not.
constexpr std::size_t bytes_of_bits(std::size_t count, int bits) noexcept {
    const auto width = static_cast<std::size_t>(bits);
    return count / 8 * width + (count % 8 * width + 7) / 8;
}

/// Bytes of a plane of one line.
constexpr std::size_t plane_bytes(std::size_t length) noexcept {
    return (length + 63) / 64 * 8;
}

/// Bytes of a line of codes of that many bits; of `interleaved`, of 32 lines.
constexpr std::size_t packed_line_bytes(packed_layout layout, int bits, std::size_t length) noexcept {
    switch (layout) {
        case packed_layout::bit_planes:
            return static_cast<std::size_t>(bits) * plane_bytes(length);
        case packed_layout::interleaved:
            return static_cast<std::size_t>(bits) * ((length + 31) / 32) * 4 * interleaved_lines;
        case packed_layout::base_3:
            return (length + 4) / 5;
        default:
            return bytes_of_bits(length, bits);
    }
}

namespace detail {

/// Lines of packed integers whose type is known at run time: what the kernels read.
struct packed_lines {
    const std::uint8_t* bytes = nullptr;
    std::size_t lines = 0;
    std::size_t length = 0;       ///< codes a line
    std::size_t line_stride = 0;  ///< bytes from a line to the next; not looked at for `interleaved`
    integer_format format{};
    packed_layout layout = packed_layout::contiguous;
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
