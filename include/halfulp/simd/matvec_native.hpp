// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Products with one or two columns in native<float> and native<double>, where the rows of A lie in memory one
/// after the other: lanes are rows, so registers of A are turned on their way to the chains. What bounds it are
/// the turns, two registers' worth of terms in four cycles, and reading A in sixteen streams or more.

#include <halfulp/simd/matmul_operands.hpp>

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/lines.hpp>
#include <halfulp/simd/for_each_family.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// A result of a chain: NaN has one code.
template <class Carrier>
Carrier finished_chain(Carrier x) noexcept {
    return x == x ? x : std::numeric_limits<Carrier>::quiet_NaN();
}

/// For every column j of B and `rows` rows from first_row: sums(r, j) are the chains of rows, k ascending, from
/// start(row, j); finish(first_row + r, j, sums, count) gets them a block at a time. Lines of A and columns of B
/// are what the readers give. Uses the calling thread's workspace.
/// @throws std::bad_alloc before anything is finished
template <class Carrier, class A, class B, class Start, class Finish>
void multiply_along_lines(isa level, const A& a, const B& b, std::size_t steps, std::size_t first_row,
                          std::size_t rows, std::size_t columns, const Start& start, const Finish& finish) {
    constexpr std::size_t steps_at_once = 256;  // a block of lines of so many terms stays in the cache
    constexpr std::size_t most_lines = 2 * 64 / sizeof(Carrier);
    std::ptrdiff_t direct_row = 0;
    const Carrier* const direct = a.direct(direct_row);
    // Rows a multiple of this apart meet in one set of the cache, and large matrices in few.
    constexpr std::ptrdiff_t bytes_apart = 1024, large = std::ptrdiff_t{8} << 20;
    const std::ptrdiff_t row_bytes = direct_row * static_cast<std::ptrdiff_t>(sizeof(Carrier));
    const bool is_single = direct != nullptr && (row_bytes % bytes_apart == 0 ||
                                                 row_bytes * static_cast<std::ptrdiff_t>(rows) >= large);
    const std::size_t block_lines = (level == isa::avx512 ? 64 : 32) / sizeof(Carrier) * (is_single ? 1 : 2);
    const auto multiply = is_single ? HALFULP_SIMD_SELECT(level, multiply_lines<Carrier, 1>)
                                    : HALFULP_SIMD_SELECT(level, multiply_lines<Carrier, 2>);
    thread_local workspace memory;
    const std::size_t x_row = whole_blocks(steps);
    const auto x_memory = static_cast<Carrier*>(
        memory.reserve((columns * x_row + most_lines * (steps_at_once + block)) * sizeof(Carrier)));
    Carrier* const lines = x_memory + columns * x_row;
    for (std::size_t j = 0; j < columns; ++j)
        for (std::size_t k = 0; k < steps; k += steps_at_once) {
            const std::size_t depth = steps_at_once < steps - k ? steps_at_once : steps - k;
            Carrier* const to = x_memory + j * x_row + k;
            copy_words(to, b.along(j, k, depth, to), depth);
        }
    const std::size_t most_steps = direct != nullptr && columns == 1 ? steps : steps_at_once;
    for (std::size_t i = 0; i < rows; i += block_lines) {
        const std::size_t height = block_lines < rows - i ? block_lines : rows - i;
        alignas(64) Carrier sums[2][most_lines] = {};
        for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t r = 0; r < height; ++r)
                sums[j][r] = start(first_row + i + r, j);
        for (std::size_t k = 0; k < steps; k += most_steps) {
            const std::size_t depth = most_steps < steps - k ? most_steps : steps - k;
            const Carrier* from = lines;
            std::ptrdiff_t row = steps_at_once + block;
            if (direct != nullptr) {
                from = direct + static_cast<std::ptrdiff_t>(first_row + i) * direct_row +
                       static_cast<std::ptrdiff_t>(k);
                row = direct_row;
            } else {
                for (std::size_t r = 0; r < height; ++r) {
                    Carrier* const to = lines + static_cast<std::ptrdiff_t>(r) * row;
                    copy_words(to, a.along(first_row + i + r, k, depth, to), depth);
                }
            }
            for (std::size_t j = 0; j < columns; ++j)
                multiply(from, row, x_memory + j * x_row + k, depth, height, sums[j]);
        }
        for (std::size_t j = 0; j < columns; ++j) {
            for (std::size_t r = 0; r < height; ++r)
                sums[j][r] = finished_chain(sums[j][r]);
            finish(first_row + i, j, sums[j], height);
        }
    }
}

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
