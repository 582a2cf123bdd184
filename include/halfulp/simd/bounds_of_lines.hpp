// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the lines of a matrix hold at least and at most: from it follows which carriers are exact.

#include <halfulp/simd/exact_sums.hpp>
#include <halfulp/simd/matmul_operands.hpp>

#include <cmath>
#include <vector>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// The bounds of all lines of a matrix.
template <class T>
class bounds_of_lines {
  public:
    bounds_of_lines(isa level, const matrix_view<const T>& lines) : bounds_(lines.rows()) {
        const value_reader<double, T> reader(level, lines);
        constexpr std::size_t most = chunk_size<double>;
        alignas(64) double values[most];
        if (reader.is_along()) {
            for (std::size_t i = 0; i < lines.rows(); ++i)
                for (std::size_t k = 0; k < lines.columns(); k += most) {
                    const std::size_t count = most < lines.columns() - k ? most : lines.columns() - k;
                    const double* const x = reader.along(i, k, count, values);
                    HALFULP_SIMD_SELECT(level, bound_along)(x, whole_blocks(count), bounds_[i]);
                }
            return;
        }
        alignas(64) double squares[most], lowest[most], largest[most];
        for (std::size_t i = 0; i < lines.rows(); i += most) {
            const std::size_t count = most < lines.rows() - i ? most : lines.rows() - i;
            for (std::size_t j = 0; j < most; ++j) {
                squares[j] = largest[j] = 0;
                lowest[j] = std::numeric_limits<double>::infinity();
            }
            for (std::size_t k = 0; k < lines.columns(); ++k) {
                const double* const x = reader.across(k, i, count, values);
                HALFULP_SIMD_SELECT(level, bound_across)
                (x, whole_blocks(count), squares, lowest, largest);
            }
            for (std::size_t j = 0; j < count; ++j)
                bounds_[i + j] = {squares[j], lowest[j], largest[j]};
        }
    }

    const line_bounds& operator[](std::size_t i) const noexcept { return bounds_[i]; }
    std::size_t size() const noexcept { return bounds_.size(); }

    /// The bounds of all terms.
    line_bounds of_all() const noexcept {
        line_bounds all;
        for (const line_bounds& line : bounds_) {
            all.squares += line.squares;
            all.lowest = line.lowest < all.lowest ? line.lowest : all.lowest;
            all.largest = line.largest > all.largest ? line.largest : all.largest;
        }
        return all;
    }

    /// The most bits that a line's terms have as integers, in units of its lowest bit; −1 where a line reaches
    /// below 2^-960 or above 2^960 and is not scaled in one step.
    int widest() const noexcept {
        int bits = 0;
        for (const line_bounds& line : bounds_)
            if (line.largest != 0) {
                if (line.lowest < 0x1p-960 || line.largest > 0x1p960)
                    return -1;
                const int width = std::ilogb(line.largest) - std::ilogb(line.lowest) + 1;
                bits = width > bits ? width : bits;
            }
        return bits;
    }

  private:
    std::vector<line_bounds> bounds_;
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
