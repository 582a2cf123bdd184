// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Keys and values as the tiles of attention take them: where they lie, or decoded to float, and the results on their way
/// back.

#include <halfulp/kernels/attention_definition.hpp>
#include <halfulp/simd/attention_tiles.hpp>
#include <halfulp/simd/matmul_native.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Rows of float in memory.
struct rows_in_memory {
    const float* data = nullptr;
    std::ptrdiff_t line = 0;  ///< from row to row
    std::ptrdiff_t step = 1;  ///< from column to column
};

/// True if rows so far apart do not meet in few sets of the first-level cache.
constexpr bool is_spread(std::ptrdiff_t line) noexcept {
    const std::ptrdiff_t bytes = line * static_cast<std::ptrdiff_t>(sizeof(float));
    return bytes % 2048 != 0 || bytes == 0;
}

/// The rows from `first` on that lie like a matrix.
template <class T>
matrix_view<T> run_of(const matrix_view<T>& rows, std::size_t first) noexcept {
    return {rows.columns() == 0 ? rows.data()
                                : rows.data() + static_cast<std::ptrdiff_t>(first) * rows.row_stride(),
            rows.rows() - first, rows.columns(), rows.row_stride(), rows.column_stride()};
}
template <class T>
matrix_view<T> run_of(const paged_rows<T>& rows, std::size_t first) noexcept {
    return rows.run(first);
}

template <class T>
matrix_view<T> run_of(const paneled_rows<T>& rows, std::size_t first) noexcept {
    return rows.run(first);
}

/// The floats that read_rows may need for `count` rows: columns in whole blocks, or rows and a block behind the last.
constexpr std::size_t memory_of_rows(std::size_t count, std::size_t columns) noexcept {
    return columns * whole_blocks(count) + 2 * block;
}

/// Rows first … first + count − 1 as floats: where they lie, if they are floats and lie well, otherwise in `to`. With
/// MayTurn the columns may be what lies together.
template <bool MayTurn, class Rows>
rows_in_memory read_rows(isa level, const Rows& rows, std::size_t first, std::size_t count,
                         float* to) noexcept {
    using T = std::remove_cv_t<typename Rows::element_type>;
    const matrix_view<const T> run = run_of(rows, first);
    if (run.rows() >= count) {
        if constexpr (std::same_as<T, float>) {
            if (run.column_stride() == 1 && is_spread(run.row_stride()))
                return {run.data(), run.row_stride(), 1};
            if (MayTurn && run.row_stride() == 1 && is_spread(run.column_stride()))
                return {run.data(), 1, run.column_stride()};
        }
        if (MayTurn && run.row_stride() == 1 && run.column_stride() != 1) {
            const std::size_t width = whole_blocks(count);
            for (std::size_t c = 0; c < rows.columns(); ++c) {
                float* const at = to + c * width;
                copy_words(at, read_line<float, T>(level, run.column(c), 0, count, at), count);
            }
            return {to, 1, static_cast<std::ptrdiff_t>(width)};
        }
    }
    const auto row = static_cast<std::ptrdiff_t>(rows.columns());
    for (std::size_t j = 0; j < count; ++j) {
        // What is written behind a row is written over by the next.
        float* const at = to + static_cast<std::ptrdiff_t>(j) * row;
        const vector_view<const T> line = rows.row(first + j);
        copy_words(at, read_line<float, T>(level, line, 0, rows.columns(), at), rows.columns());
    }
    return {to, row, 1};
}

/// The sum of a query's weights with Power-Softmax's ε, as the definition adds it; of a query without keys as it is.
inline float sum_with_epsilon(const attention_options& options, const halfulp::detail::attention_rules& rules,
                              const halfulp::detail::key_range& range, std::size_t i, float maximum,
                              float sum) noexcept {
    std::size_t count = range.last - range.first;
    if (rules.has_holes())
        for (std::size_t j = range.first; j < range.last; ++j)
            count -= rules.sees(i, j) ? 0 : 1;
    if (count == 0)
        return sum;
    const arithmetic::native<float> policy;
    const arithmetic::elementary<float, arithmetic::native<float>> step(policy);
    return halfulp::detail::sum_with_epsilon(step, step.from_double(options.power_epsilon), count,
                                             *options.power, maximum, sum, {});
}

/// Whether a quotient rounded to odd in float decides every rounding to the output.
template <class Output>
constexpr bool rounds_from_odd() noexcept {
    if constexpr (halfulp::detail::is_custom_float<Output>::value)
        return sizeof(Output) <= 4 && number_format<Output>::value.significand_bits <= 20 &&
               halfulp::detail::can_carry<float>(number_format<Output>::value) &&
               !is_stochastic(Output::default_projection.mode);
    else
        return false;
}

/// The results of a row: zeros if it saw no key, its quotients, or what divides values by their sum.
template <class Output>
void write_attention_row(isa level, const float* values, float sum, bool has_keys, bool is_divided,
                         const vector_view<Output>& row) {
    if (!has_keys) {
        for (std::size_t c = 0; c < row.size(); ++c)
            row[c] = Output(0);
    } else if (!is_divided) {
        for (std::size_t c = 0; c < row.size(); ++c)
            row[c] = halfulp::divide<Output>(values[c], sum);
    } else if constexpr (std::same_as<Output, float>) {
        if (row.stride() == 1)
            std::memcpy(row.data(), values, row.size() * sizeof(float));
        else
            for (std::size_t c = 0; c < row.size(); ++c)
                row[c] = values[c];
    } else {
        halfulp::detail::write_results(level, arithmetic::native<float>{}, values, row);
    }
}

/// The results of a row in whole registers, which they may be divided in.
template <class Output>
void divide_and_write(isa level, float* values, float sum, bool has_keys, const vector_view<Output>& row) {
    constexpr bool to_odd = !std::same_as<Output, float>;
    constexpr bool can_divide = !to_odd || rounds_from_odd<Output>();
    const bool is_divided =
        can_divide && HALFULP_SIMD_SELECT(level, divide_row<to_odd>)(values, sum, rounded_up(row.size(), 16));
    write_attention_row(level, values, sum, has_keys, is_divided, row);
}

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
