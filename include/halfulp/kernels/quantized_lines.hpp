// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What kernels read of a quantised matrix whose type is known at run time: codes by lines, and the parameters of each
/// stretch of a line.

#include <halfulp/formats/packed_layout.hpp>

#include <cstddef>
#include <cstdint>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Element k of line l is scale · (value of its code + zero point), with the parameters of group k / group_size of
/// line l: those of (line, group) are at line · line_stride + group · group_stride, a stride of 0 meaning that all
/// lines, or all groups, share them. Made by quantized_lines_of (kernels/quantized_matrix.hpp).
struct quantized_lines {
    packed_lines codes{};
    const float* scales = nullptr;  ///< positive and finite; null only where there are no elements
    const std::int32_t* zero_points = nullptr;  ///< null where all are 0
    std::size_t line_stride = 0;
    std::size_t group_stride = 0;
    std::size_t group_size = 1;  ///< at least 1; the length of a line where it is one group

    /// Groups of a line; the last may be shorter.
    constexpr std::size_t groups() const noexcept {
        return codes.length / group_size + (codes.length % group_size != 0);
    }
    constexpr float scale(std::size_t line, std::size_t group) const noexcept {
        return scales[line * line_stride + group * group_stride];
    }
    constexpr std::int32_t zero_point(std::size_t line, std::size_t group) const noexcept {
        return zero_points == nullptr ? 0 : zero_points[line * line_stride + group * group_stride];
    }
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
