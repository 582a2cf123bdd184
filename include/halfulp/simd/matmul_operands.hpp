// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Matrices of any element type and any strides as the tiles want them: decoded to the carrier, exactly, and
/// put in panels; and sums on their way back.

#include <halfulp/arithmetic/native.hpp>
#include <halfulp/kernels/stored_elements.hpp>
#include <halfulp/simd/array_pipeline.hpp>
#include <halfulp/simd/tiles.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// True if the array kernels decode such elements into the carrier.
template <class Carrier, class T>
constexpr bool has_array_decoder() noexcept {
    if constexpr (std::same_as<Carrier, T> || (std::same_as<T, float> && std::same_as<Carrier, double>))
        return true;
    else if constexpr (halfulp::detail::is_custom_float<T>::value)
        return sizeof(T) <= 4 && halfulp::detail::can_carry<Carrier>(number_format<T>::value);
    else
        return false;
}

/// The plan by which elements are read; numbers are read without looking at it.
template <class T>
constexpr const rounding_plan& reading_plan() noexcept {
    if constexpr (halfulp::detail::is_custom_float<T>::value)
        return halfulp::detail::plan_to_read<T>;
    else
        return halfulp::detail::constant_plan<formats::bfloat16, projection{}>;
}

/// Elements begin … begin + count − 1 of a line as values of the carrier, in `to` or, where they lie in memory
/// like that, there. Zeros follow up to whole blocks; `to` has room for them.
template <class Carrier, class T>
const Carrier* read_line(isa level, const vector_view<const T>& line, std::size_t begin, std::size_t count,
                         Carrier* to) noexcept {
    if constexpr (has_array_decoder<Carrier, T>()) {
        using stored = halfulp::detail::stored_type<T>;
        const source<Carrier, stored> from(level, halfulp::detail::stored_view(line), reading_plan<T>());
        if (count <= chunk_size<Carrier>)
            return from.read(begin, count, to);
        for (std::size_t i = 0; i < count; i += chunk_size<Carrier>) {
            const std::size_t part = chunk_size<Carrier> < count - i ? chunk_size<Carrier> : count - i;
            const Carrier* const values = from.read(begin + i, part, to + i);
            if (values != to + i)
                std::memcpy(to + i, values, part * sizeof(Carrier));
        }
    } else {
        for (std::size_t i = 0; i < count; ++i)
            to[i] = arithmetic::detail::converted<Carrier>(line[begin + i]);
        for (std::size_t i = count; i < whole_blocks(count); ++i)
            to[i] = Carrier{};
    }
    return to;
}

/// Lines of a matrix that are read together where they have to be turned into columns.
template <class Word>
inline constexpr std::size_t lines_together = 64 / sizeof(Word);

/// The words of an operand whose terms are values of the carrier, one a word. `lines` are the rows of A, or
/// the columns of B; k runs along a line.
///
/// This is what a reader is; it has
///     is_along()                     memory runs along the lines, so that `along` is the faster way
///     direct(row), direct_steps(row) the words in memory, a line (a step) in a row, or null
///     along(line, k, steps, to)      words k … k + steps − 1 of a line
///     across(k, line, count, to)     word k of lines line … line + count − 1
/// The last two return where the words are: in `to`, which has room for whole blocks, or in memory.
template <class Carrier, class T>
class value_reader {
  public:
    value_reader(isa level, const matrix_view<const T>& lines) noexcept : level_(level), lines_(lines) {}

    bool is_along() const noexcept { return lines_.column_stride() == 1 || lines_.row_stride() != 1; }
    const Carrier* direct(std::ptrdiff_t& row) const noexcept {
        return direct_if(lines_.column_stride() == 1, lines_.row_stride(), row);
    }
    const Carrier* direct_steps(std::ptrdiff_t& row) const noexcept {
        return direct_if(lines_.row_stride() == 1, lines_.column_stride(), row);
    }
    const Carrier* along(std::size_t line, std::size_t k, std::size_t steps, Carrier* to) const noexcept {
        return read_line<Carrier, T>(level_, lines_.row(line), k, steps, to);
    }
    const Carrier* across(std::size_t k, std::size_t line, std::size_t count, Carrier* to) const noexcept {
        return read_line<Carrier, T>(level_, lines_.column(k), line, count, to);
    }

  private:
    const Carrier* direct_if([[maybe_unused]] bool is_so, [[maybe_unused]] std::ptrdiff_t stride,
                             [[maybe_unused]] std::ptrdiff_t& row) const noexcept {
        if constexpr (std::same_as<Carrier, T>) {
            row = stride;
            return is_so ? lines_.data() : nullptr;
        } else {
            return nullptr;
        }
    }

    isa level_;
    matrix_view<const T> lines_;
};

template <class Word>
void copy_words(Word* to, const Word* from, std::size_t count) noexcept {
    if (to != from)
        std::memcpy(to, from, count * sizeof(Word));
}

/// A step of a panel: one register of either family, or several.
template <class Word>
void copy_step(Word* to, const Word* from, std::size_t width) noexcept {
    constexpr std::size_t line = 64 / sizeof(Word);
    if (width < line)
        std::memcpy(to, from, 32);
    else
        for (std::size_t part = 0; part < width; part += line)
            std::memcpy(to + part, from + part, 64);
}

/// A block of A: to[r · to_row + s] = word k + s of line i + r. `to_row` exceeds `steps` by lines_together at least.
template <class Word, class Reader>
void pack_left(isa level, const Reader& reader, std::size_t i, std::size_t rows, std::size_t k,
               std::size_t steps, Word* to, std::size_t to_row) noexcept {
    if (reader.is_along()) {
        for (std::size_t r = 0; r < rows; ++r, to += to_row)
            copy_words(to, reader.along(i + r, k, steps, to), steps);
        return;
    }
    constexpr std::size_t lines_at_once = lines_together<Word>;
    constexpr std::size_t rows_at_once = 256;
    alignas(64) Word lines[lines_at_once][rows_at_once];
    for (std::size_t r = 0; r < rows; r += rows_at_once) {
        const std::size_t height = rows_at_once < rows - r ? rows_at_once : rows - r;
        for (std::size_t s = 0; s < steps; s += lines_at_once) {
            const std::size_t width = lines_at_once < steps - s ? lines_at_once : steps - s;
            for (std::size_t line = 0; line < width; ++line)
                copy_words(lines[line], reader.across(k + s + line, i + r, height, lines[line]), height);
            for (std::size_t line = width; line < lines_at_once; ++line)
                std::memset(lines[line], 0, sizeof lines[line]);
            HALFULP_SIMD_SELECT(level, transpose<Word>)
            (&lines[0][0], static_cast<std::ptrdiff_t>(rows_at_once), to + r * to_row + s,
             static_cast<std::ptrdiff_t>(to_row), lines_at_once, rounded_up(height, 4));
        }
    }
}

/// Panels of B, `width` lines each, one after the other: panel p has to[s · width + c] = word k + s of line
/// j + p · width + c, and anything for lines that are not there.
template <class Word, class Reader>
void pack_right(isa level, const Reader& reader, std::size_t k, std::size_t steps, std::size_t j,
                std::size_t columns, std::size_t width, Word* to) noexcept {
    if (!reader.is_along() || columns == 1) {
        constexpr std::size_t columns_at_once = 256;
        alignas(64) Word line[columns_at_once] = {};
        for (std::size_t c = 0; c < columns; c += columns_at_once) {
            const std::size_t count = columns_at_once < columns - c ? columns_at_once : columns - c;
            for (std::size_t s = 0; s < steps; ++s) {
                const Word* words = reader.across(k + s, j + c, count, line);
                if (words != line && count % width != 0) {
                    std::memcpy(line, words, count * sizeof(Word));
                    words = line;
                }
                for (std::size_t panel = 0; panel < count; panel += width)
                    copy_step(to + (c + panel) * steps + s * width, words + panel, width);
            }
        }
        return;
    }
    constexpr std::size_t most_width = 32;
    constexpr std::size_t steps_at_once = 128;
    alignas(64) Word lines[most_width][steps_at_once];
    std::ptrdiff_t row = 0;
    const Word* const direct = reader.direct(row);
    for (std::size_t panel = 0; panel < columns; panel += width) {
        const std::size_t count = width < columns - panel ? width : columns - panel;
        if (direct != nullptr && count == width && steps % 4 == 0) {
            HALFULP_SIMD_SELECT(level, transpose<Word>)
            (direct + static_cast<std::ptrdiff_t>(j + panel) * row + k, row, to + panel * steps,
             static_cast<std::ptrdiff_t>(width), width, steps);
            continue;
        }
        for (std::size_t line = count; line < width; ++line)
            std::memset(lines[line], 0, sizeof lines[line]);
        for (std::size_t s = 0; s < steps; s += steps_at_once) {
            const std::size_t depth = steps_at_once < steps - s ? steps_at_once : steps - s;
            for (std::size_t line = 0; line < count; ++line)
                copy_words(lines[line], reader.along(j + panel + line, k + s, depth, lines[line]), depth);
            HALFULP_SIMD_SELECT(level, transpose<Word>)
            (&lines[0][0], static_cast<std::ptrdiff_t>(steps_at_once), to + panel * steps + s * width,
             static_cast<std::ptrdiff_t>(width), width, rounded_up(depth, 4));
        }
    }
}

/// The operand that a reader gives; it is used as long as that.
template <class Word, class Reader>
operand<Word> operand_of(isa level, const Reader& reader) noexcept {
    operand<Word> result;
    result.lines = reader.direct(result.line_stride);
    result.steps = reader.direct_steps(result.step_stride);
    result.reader = &reader;
    result.level = level;
    result.pack_left = [](const operand<Word>& o, std::size_t i, std::size_t rows, std::size_t k,
                          std::size_t steps, Word* to, std::size_t to_row) noexcept {
        pack_left(o.level, *static_cast<const Reader*>(o.reader), i, rows, k, steps, to, to_row);
    };
    result.pack_right = [](const operand<Word>& o, std::size_t k, std::size_t steps, std::size_t j,
                           std::size_t columns, std::size_t width, Word* to) noexcept {
        pack_right(o.level, *static_cast<const Reader*>(o.reader), k, steps, j, columns, width, to);
    };
    return result;
}

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
