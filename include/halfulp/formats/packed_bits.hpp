// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// One code of a packed array, read and written: the definition of formats/packed_layout.hpp as code, which every
/// fast path is compared with.

#include <halfulp/formats/packed_layout.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// How the lines of an array lie.
struct packed_arrangement {
    packed_layout layout = packed_layout::contiguous;
    int bits = 8;
    std::size_t length = 0;       ///< codes a line
    std::size_t line_stride = 0;  ///< bytes; not looked at for interleaved
};

constexpr packed_arrangement arrangement_of(const packed_lines& m) noexcept {
    return {m.layout, m.format.bits(), m.length, m.line_stride};
}

inline constexpr std::array<unsigned, 5> powers_of_3 = {1, 3, 9, 27, 81};

/// Bit `position` of a stretch of bytes.
constexpr std::uint64_t bit_of(const std::uint8_t* bytes, std::size_t position) noexcept {
    return static_cast<std::uint64_t>(bytes[position / 8] >> position % 8 & 1);
}
constexpr void set_bit(std::uint8_t* bytes, std::size_t position, std::uint64_t bit) noexcept {
    const unsigned kept = bytes[position / 8] & ~(1u << position % 8);
    bytes[position / 8] = static_cast<std::uint8_t>(kept | static_cast<unsigned>(bit & 1) << position % 8);
}

/// The bit of the array that is bit p of code k of line l, for the layouts whose codes have bits of their own.
constexpr std::size_t bit_position(const packed_arrangement& a, std::size_t line, std::size_t k,
                                   int p) noexcept {
    const auto bits = static_cast<std::size_t>(a.bits);
    const auto plane = static_cast<std::size_t>(p);
    switch (a.layout) {
        case packed_layout::bit_planes:
            return (line * a.line_stride + plane * plane_bytes(a.length)) * 8 + k;
        case packed_layout::interleaved: {
            const std::size_t words = (a.length + 31) / 32;
            const std::size_t word =
                ((line / interleaved_lines * bits + plane) * words + k / 32) * interleaved_lines +
                line % interleaved_lines;
            return word * 32 + k % 32;
        }
        default:
            return line * a.line_stride * 8 + k * bits + plane;
    }
}

/// Code k of a line.
constexpr std::uint64_t packed_code(const std::uint8_t* bytes, const packed_arrangement& a, std::size_t line,
                                    std::size_t k) noexcept {
    if (a.layout == packed_layout::base_3)
        return bytes[line * a.line_stride + k / 5] / powers_of_3[k % 5] % 3;
    std::uint64_t code = 0;
    if (a.layout == packed_layout::contiguous) {
        const std::size_t first = bit_position(a, line, k, 0);
        for (int done = 0; done < a.bits;) {
            const std::size_t at = first + static_cast<std::size_t>(done);
            const int within = static_cast<int>(at % 8);
            code |= static_cast<std::uint64_t>(bytes[at / 8] >> within) << done;
            done += 8 - within;
        }
        return a.bits == 64 ? code : code & ((std::uint64_t{1} << a.bits) - 1);
    }
    for (int p = 0; p < a.bits; ++p)
        code |= bit_of(bytes, bit_position(a, line, k, p)) << p;
    return code;
}

/// Writes code k of a line and nothing else. Bits above the code are ignored. A digit of base_3 is at most
/// 2, which stands for the code 3, too.
constexpr void set_packed_code(std::uint8_t* bytes, const packed_arrangement& a, std::size_t line,
                               std::size_t k, std::uint64_t code) noexcept {
    if (a.layout == packed_layout::base_3) {
        std::uint8_t& byte = bytes[line * a.line_stride + k / 5];
        const unsigned power = powers_of_3[k % 5];
        // The digits that a byte reads as: the highest is taken modulo 3, so that bytes above 242 are mended.
        const unsigned digits = byte % 243u;
        const unsigned digit = (code & 3) == 3 ? 2 : static_cast<unsigned>(code & 3);
        byte = static_cast<std::uint8_t>(digits - digits / power % 3 * power + digit * power);
        return;
    }
    if (a.layout == packed_layout::contiguous) {
        const std::size_t first = bit_position(a, line, k, 0);
        for (int done = 0; done < a.bits;) {
            const std::size_t at = first + static_cast<std::size_t>(done);
            const int within = static_cast<int>(at % 8);
            const int taken = a.bits - done < 8 - within ? a.bits - done : 8 - within;
            const unsigned mask = ((1u << taken) - 1) << within;
            const auto placed = static_cast<unsigned>(code >> done & 0xff) << within;
            bytes[at / 8] = static_cast<std::uint8_t>((bytes[at / 8] & ~mask) | (placed & mask));
            done += taken;
        }
        return;
    }
    for (int p = 0; p < a.bits; ++p)
        set_bit(bytes, bit_position(a, line, k, p), code >> p);
}

/// Zeros for codes first … first + count − 1 of a line and for the bits behind the last that belong to no code. Codes
/// begin at a byte, and end there unless the line does: 320 are whole bytes in every layout.
constexpr void clear_packed_codes(std::uint8_t* bytes, const packed_arrangement& a, std::size_t line,
                                  std::size_t first, std::size_t count) noexcept {
    const auto clear = [bytes](std::size_t at, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            bytes[at + i] = 0;
    };
    if (a.layout == packed_layout::base_3)
        return clear(line * a.line_stride + first / 5, (count + 4) / 5);
    if (a.layout == packed_layout::contiguous)
        return clear(bit_position(a, line, first, 0) / 8, bytes_of_bits(count, a.bits));
    for (int p = 0; p < a.bits; ++p) {
        const std::size_t at = bit_position(a, line, first, p) / 8;
        if (a.layout == packed_layout::bit_planes)
            clear(at, plane_bytes(count));
        else
            for (std::size_t word = 0; word < (count + 31) / 32; ++word)
                clear(at + word * 4 * interleaved_lines, 4);
    }
}

/// Bytes of `lines` lines that are `line_stride` bytes apart, 0 for side by side; more than any array has where the
/// number does not fit.
constexpr std::size_t packed_bytes(packed_layout layout, int bits, std::size_t lines, std::size_t length,
                                   std::size_t line_stride) noexcept {
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    if (length > most / 512 - 64)
        return most;
    const std::size_t line = packed_line_bytes(layout, bits, length);
    const bool is_interleaved = layout == packed_layout::interleaved;
    const std::size_t count =
        is_interleaved ? lines / interleaved_lines + (lines % interleaved_lines != 0) : lines;
    const std::size_t stride = is_interleaved || line_stride == 0 ? line : line_stride;
    if (count == 0 || line == 0)
        return 0;
    if (stride != 0 && count - 1 > (most - line) / stride)
        return most;
    return (count - 1) * stride + line;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
