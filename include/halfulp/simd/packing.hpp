// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Codes of up to eight bits between their packed layouts, bytes, and bit planes: what kernels read packed integers
/// by. Every level gives the same bits; `isa::plain` runs formats/packed_bits.hpp code by code.

#include <halfulp/formats/packed_bits.hpp>
#include <halfulp/simd/array_kernels.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Codes first … first + count − 1 of a line as bytes, then zeros up to a multiple of 64: `to` has room for those.
/// Fast where `first` is a multiple of 64. Reads nothing outside of the line's bytes. The format has at most 8 bits.
inline void read_codes([[maybe_unused]] isa level, const halfulp::detail::packed_lines& m, std::size_t line,
                       std::size_t first, std::size_t count, std::uint8_t* to) noexcept {
    const auto a = halfulp::detail::arrangement_of(m);
    for (std::size_t i = 0; i < count; ++i)
        to[i] = static_cast<std::uint8_t>(halfulp::detail::packed_code(m.bytes, a, line, first + i));
    for (std::size_t i = count; i < whole_blocks(count); ++i)
        to[i] = 0;
}

/// The bit planes of those codes: bit i mod 32 of to[p · plane_stride + i / 32] is bit p of code first + i. Writes
/// ⌈count / 32⌉ words a plane, with zeros beyond the last code. `first` is a multiple of 64.
inline void read_planes([[maybe_unused]] isa level, const halfulp::detail::packed_lines& m, std::size_t line,
                        std::size_t first, std::size_t count, std::uint32_t* to,
                        std::size_t plane_stride) noexcept {
    const auto a = halfulp::detail::arrangement_of(m);
    const auto bits = static_cast<std::size_t>(m.format.bits());
    for (std::size_t word = 0; word < (count + 31) / 32; ++word)
        for (std::size_t p = 0; p < bits; ++p)
            to[p * plane_stride + word] = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto code =
            static_cast<std::uint32_t>(halfulp::detail::packed_code(m.bytes, a, line, first + i));
        for (std::size_t p = 0; p < bits; ++p)
            to[p * plane_stride + i / 32] |= (code >> p & 1) << i % 32;
    }
}

}  // namespace simd
}  // namespace v0
}  // namespace halfulp
