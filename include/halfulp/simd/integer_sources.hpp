// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Where integer products read their operands from: packed lines, or bytes in memory. If k does not run along the
/// lines of an operand, its codes are turned first, in a copy of one byte each.

#include <halfulp/core/views.hpp>
#include <halfulp/simd/integer_operands.hpp>
#include <halfulp/simd/packing.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Codes of a byte each: code k of line l at bytes[l · line_stride + k · code_stride].
struct byte_lines {
    const std::uint8_t* bytes = nullptr;
    std::ptrdiff_t line_stride = 0;
    std::ptrdiff_t code_stride = 1;
};

/// x_ij ↔ x_ji of eight words of eight bytes.
inline void turn_bytes(std::uint64_t (&x)[8]) noexcept {
    const auto exchange = [&x](int i, int j, int shift, std::uint64_t mask) {
        const std::uint64_t t = ((x[i] >> shift) ^ x[j]) & mask;
        x[j] ^= t;
        x[i] ^= t << shift;
    };
    for (int i = 0; i < 4; ++i)
        exchange(i, i + 4, 32, 0x00000000ffffffffu);
    for (const int i : {0, 1, 4, 5})
        exchange(i, i + 2, 16, 0x0000ffff0000ffffu);
    for (const int i : {0, 2, 4, 6})
        exchange(i, i + 1, 8, 0x00ff00ff00ff00ffu);
}

/// An operand of an integer product, and the memory that it needs. It is used where it was made, as long as what it
/// was made from.
class integer_operand {
  public:
    /// Packed lines along which k runs, or, `is_across`, whose codes are one for each line of the operand.
    /// @throws std::bad_alloc
    integer_operand(isa level, const halfulp::detail::packed_lines& lines, bool is_across) : packed_(lines) {
        source_ = {.format = lines.format,
                   .lines = lines.lines,
                   .length = lines.length,
                   .object = &packed_,
                   .read_codes =
                       [](const void* object, isa at, std::size_t line, std::size_t first, std::size_t count,
                          std::uint8_t* to) noexcept {
                           simd::read_codes(at, *static_cast<const halfulp::detail::packed_lines*>(object),
                                            line, first, count, to);
                       },
                   .read_planes =
                       [](const void* object, isa at, std::size_t line, std::size_t first, std::size_t count,
                          std::uint32_t* to, std::size_t plane_stride) noexcept {
                           simd::read_planes(at, *static_cast<const halfulp::detail::packed_lines*>(object),
                                             line, first, count, to, plane_stride);
                       }};
        source_.packed = &packed_;
        if (is_across)
            turn(level);
        else if (lines.layout == packed_layout::contiguous && lines.format.bits() == 8)
            set_bytes(lines.bytes, static_cast<std::ptrdiff_t>(lines.line_stride));
    }
    /// Bytes of memory.
    /// @throws std::bad_alloc
    integer_operand(isa level, const byte_lines& lines, std::size_t count, std::size_t length,
                    const integer_format& format)
        : bytes_(lines) {
        const bool is_across = lines.code_stride != 1 && lines.line_stride == 1;
        source_ = {
            .format = format, .lines = count, .length = length, .object = &bytes_, .read_codes = &read_bytes};
        if (is_across) {
            std::swap(bytes_.line_stride, bytes_.code_stride);
            std::swap(source_.lines, source_.length);
            turn(level);
        } else if (lines.code_stride == 1) {
            set_bytes(lines.bytes, lines.line_stride);
        }
    }
    integer_operand(const integer_operand&) = delete;
    integer_operand& operator=(const integer_operand&) = delete;

    integer_source& source() noexcept { return source_; }
    const integer_source& source() const noexcept { return source_; }

  private:
    static void read_bytes(const void* object, isa, std::size_t line, std::size_t first, std::size_t count,
                           std::uint8_t* to) noexcept {
        const byte_lines& from = *static_cast<const byte_lines*>(object);
        const std::uint8_t* const codes = from.bytes + static_cast<std::ptrdiff_t>(line) * from.line_stride +
                                          static_cast<std::ptrdiff_t>(first) * from.code_stride;
        if (from.code_stride == 1)
            std::memcpy(to, codes, count);
        else
            for (std::size_t i = 0; i < count; ++i)
                to[i] = codes[static_cast<std::ptrdiff_t>(i) * from.code_stride];
    }

    /// Exchanges lines and codes.
    void turn(isa level) {
        const std::size_t lines = source_.length, length = source_.lines;
        // Lines that begin in different sets of the cache.
        const std::size_t pitch = whole_blocks(length) + 64;
        const std::size_t row = whole_blocks(source_.length);
        const auto turned = static_cast<std::uint8_t*>(turned_.reserve(rounded_up(lines, 8) * pitch + 1));
        workspace memory;
        const auto rows = static_cast<std::uint8_t*>(memory.reserve(8 * row + 1));
        for (std::size_t k = 0; k < length; k += 8) {
            for (std::size_t r = 0; r < 8 && k + r < length; ++r)
                source_.read_codes(source_.object, level, k + r, 0, lines, rows + r * row);
            for (std::size_t j = 0; j < lines; j += 8) {
                std::uint64_t square[8];
                for (std::size_t r = 0; r < 8; ++r)
                    std::memcpy(&square[r], rows + r * row + j, 8);
                turn_bytes(square);
                for (std::size_t r = 0; r < 8; ++r)
                    std::memcpy(turned + (j + r) * pitch + k, &square[r], 8);
            }
        }
        bytes_ = {turned, static_cast<std::ptrdiff_t>(pitch), 1};
        source_.lines = lines;
        source_.length = length;
        source_.object = &bytes_;
        source_.read_codes = &read_bytes;
        source_.read_planes = nullptr;
        source_.packed = nullptr;
        set_bytes(turned, bytes_.line_stride);
    }
    void set_bytes(const std::uint8_t* bytes, std::ptrdiff_t stride) noexcept {
        source_.bytes = bytes;
        source_.byte_stride = stride;
    }

    halfulp::detail::packed_lines packed_{};
    byte_lines bytes_{};
    workspace turned_;
    integer_source source_;
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
