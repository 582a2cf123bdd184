// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Operands of arithmetic::l_mul as the words of simd/l_mul_tiles.hpp: which formats have them, and how they are read.

#include <halfulp/formats/l_mul.hpp>
#include <halfulp/simd/l_mul_tiles.hpp>
#include <halfulp/simd/matmul_operands.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// A reader of the words of codes, or of pairs of them; see value_reader.
template <class Code>
class l_mul_reader {
  public:
    /// Words of B; of a last term without a partner the other half is that of `partner`.
    l_mul_reader(isa level, const matrix_view<const Code>& lines, const l_mul_layout& layout, bool is_pair,
                 std::uint32_t partner = 0) noexcept
        : level_(level), lines_(lines), layout_(layout), partner_(partner) {
        form_.is_pair = is_pair;
    }
    /// Words of A.
    l_mul_reader(isa level, const matrix_view<const Code>& lines, const l_mul_layout& layout,
                 const l_mul_left_form& form) noexcept
        : level_(level),
          lines_(lines),
          layout_(layout),
          form_(form),
          is_left_(true),
          words_(form.range <= l_mul_range::normal_or_faint ? 1 : 2) {}

    bool is_along() const noexcept { return lines_.column_stride() == 1 || lines_.row_stride() != 1; }
    const std::uint32_t* direct(std::ptrdiff_t&) const noexcept { return nullptr; }
    /// Codes of float are words already, if nothing has to be done to them.
    const std::uint32_t* direct_steps([[maybe_unused]] std::ptrdiff_t& row) const noexcept {
        if constexpr (std::same_as<Code, std::uint32_t>)
            if (!is_left_ && !form_.is_pair && layout_.is_float && layout_.zero == 0 &&
                lines_.row_stride() == 1) {
                row = lines_.column_stride();
                return lines_.data();
            }
        return nullptr;
    }

    const std::uint32_t* along(std::size_t line, std::size_t word, std::size_t count,
                               std::uint32_t* to) const noexcept {
        alignas(64) std::uint32_t pairs[at_once];
        const vector_view<const Code> row = lines_.row(line);
        for (std::size_t i = 0; i < count; i += most_steps * words_) {
            const std::size_t words = most_steps * words_ < count - i ? most_steps * words_ : count - i;
            const std::size_t steps = words / words_, first = (word + i) / words_;
            alignas(64) std::uint32_t terms[2 * most_steps];
            if (form_.is_pair) {
                read(row, 2 * first, 2 * steps, terms);
                HALFULP_SIMD_SELECT(level_, pair_neighbours)(terms, steps, pairs);
            } else {
                read(row, first, steps, pairs);
            }
            finish(pairs, steps, words, to + i);
        }
        return to;
    }
    const std::uint32_t* across(std::size_t word, std::size_t line, std::size_t count,
                                std::uint32_t* to) const noexcept {
        const std::size_t step = word / words_;
        alignas(64) std::uint32_t terms[at_once], second[at_once], both[2 * at_once];
        for (std::size_t i = 0; i < count; i += at_once) {
            const std::size_t part = at_once < count - i ? at_once : count - i;
            if (form_.is_pair) {
                read(lines_.column(2 * step), line + i, part, terms);
                if (2 * step + 1 < lines_.columns())
                    read(lines_.column(2 * step + 1), line + i, part, second);
                else
                    for (std::uint32_t& absent : second)
                        absent = partner_;
                HALFULP_SIMD_SELECT(level_, pair_l_mul_words)(terms, second, part, terms);
            } else {
                read(lines_.column(step), line + i, part, terms);
            }
            if (words_ == 1) {
                finish(terms, part, part, to + i);
            } else {
                finish(terms, part, 2 * part, both);
                for (std::size_t j = 0; j < part; ++j)
                    to[i + j] = both[2 * j + word % 2];
            }
        }
        return to;
    }

    /// The magnitudes of all words: the lowest but zero, and the largest. l_mul_no_number where a code is no number, or
    /// vanishes when it is shortened.
    struct range_of_words {
        std::uint32_t lowest = 0;
        std::uint32_t largest = 0;
        bool has_zero = false;
    };
    range_of_words range() const noexcept {
        const auto lines = is_along() ? lines_ : lines_.transposed();
        l_mul_bounds bounds;
        for (std::size_t i = 0; i < lines.rows(); ++i) {
            const vector_view<const Code> line = lines.row(i);
            if (line.stride() == 1)
                HALFULP_SIMD_SELECT(level_, bound_l_mul_codes<Code>)
            (line.data(), line.size(), layout_, bounds);
            else for (std::size_t k = 0; k < line.size(); ++k)
                HALFULP_SIMD_SELECT(level_, bound_l_mul_codes<Code>)(&line[k], 1, layout_, bounds);
        }
        if (bounds.largest == 0 && !bounds.has_sign_alone)
            return {0, 0, true};
        // Words keep the order of magnitudes.
        const Code ends[] = {static_cast<Code>(bounds.lowest_less_one + 1), static_cast<Code>(bounds.largest),
                             static_cast<Code>(bounds.has_sign_alone ? layout_.sign_bit : 0)};
        alignas(64) std::uint32_t words[block];
        HALFULP_SIMD_SELECT(level_, l_mul_words<Code>)(ends, 3, layout_, words);
        constexpr std::uint32_t magnitude = 0x7fffffff;
        const bool is_no_number =
            (words[0] & magnitude) == l_mul_no_number || (words[2] & magnitude) == l_mul_no_number;
        return {words[0] & magnitude, is_no_number ? l_mul_no_number : words[1] & magnitude,
                bounds.lowest == 0};
    }

  private:
    static constexpr std::size_t at_once = 256, most_steps = 128;

    /// The words of elements first … first + count − 1 of a line, zeros where there are none.
    void read(const vector_view<const Code>& line, std::size_t first, std::size_t count,
              std::uint32_t* to) const noexcept {
        const std::size_t there = first + count <= line.size() ? count : line.size() - first;
        if (line.stride() == 1) {
            HALFULP_SIMD_SELECT(level_, l_mul_words<Code>)(line.data() + first, there, layout_, to);
        } else {
            Code codes[at_once];
            for (std::size_t i = 0; i < there; ++i)
                std::memcpy(&codes[i], line.data() + static_cast<std::ptrdiff_t>(first + i) * line.stride(),
                            sizeof(Code));  // what is there may be a float
            HALFULP_SIMD_SELECT(level_, l_mul_words<Code>)(codes, there, layout_, to);
        }
        for (std::size_t i = there; i < count; ++i)
            to[i] = partner_;
    }
    /// `steps` words, or pairs, as `words` words of this side.
    void finish(const std::uint32_t* from, std::size_t steps, std::size_t words,
                std::uint32_t* to) const noexcept {
        if (!is_left_) {
            std::memcpy(to, from, words * sizeof(std::uint32_t));
            return;
        }
        alignas(64) std::uint32_t left[2 * at_once];
        HALFULP_SIMD_SELECT(level_, l_mul_left_words)(from, steps, form_, left);
        std::memcpy(to, left, words * sizeof(std::uint32_t));
    }

    isa level_;
    matrix_view<const Code> lines_;
    l_mul_layout layout_;
    l_mul_left_form form_{};
    bool is_left_ = false;
    std::size_t words_ = 1;  ///< a step
    std::uint32_t partner_ = 0;
};

}  // namespace simd

namespace detail {

/// The codes of a format in 8, 16 or 32 bits.
template <class T>
using l_mul_code = std::conditional_t<sizeof(T) == 1, std::uint8_t,
                                      std::conditional_t<sizeof(T) == 2, std::uint16_t, std::uint32_t>>;

/// True if the numbers of a format are patterns of float, moved and with another bias.
constexpr bool l_mul_has_words(const float_format& f) noexcept {
    constexpr float_format binary32 = number_format<float>::value;
    if (f.magnitude_bits() + f.has_sign > 32 || !f.has_subnormals ||
        f.significand_bits > binary32.significand_bits || f.bias > binary32.bias)
        return false;
    const auto largest = static_cast<std::uint64_t>(f.largest_finite_magnitude());
    return (largest >> f.significand_bits) + static_cast<std::uint64_t>(binary32.bias - f.bias) <
           (std::uint64_t{1} << binary32.exponent_bits) - 1;
}

/// True if words shortened so are the definition's operands.
constexpr bool l_mul_shortens_words(const l_mul_options& resolved, const float_format& f) noexcept {
    if (f.significand_bits <= resolved.significand_bits)
        return true;
    const rounding mode = resolved.operand_rounding;
    return mode == rounding::toward_zero ||
           (resolved.significand_bits > 0 &&
            (mode == rounding::ties_to_even || mode == rounding::ties_to_away));
}

/// How codes of a format become words.
constexpr simd::l_mul_layout l_mul_layout_of(const float_format& f, const l_mul_options& resolved) noexcept {
    constexpr float_format binary32 = number_format<float>::value;
    constexpr int stored = binary32.significand_bits;
    simd::l_mul_layout layout;
    layout.magnitude_mask = static_cast<std::uint32_t>(static_cast<std::uint64_t>(f.magnitude_mask()));
    if (f.has_sign) {
        layout.sign_bit = static_cast<std::uint32_t>(static_cast<std::uint64_t>(f.sign_mask()));
        layout.sign_shift = 31 - f.magnitude_bits();
        layout.is_special_negative_zero = !f.has_negative_zero;
    }
    layout.shift = stored - f.significand_bits;
    layout.rebias = static_cast<std::uint32_t>(binary32.bias - f.bias) << stored;
    layout.is_float = f == binary32 && f.significand_bits <= resolved.significand_bits;
    layout.largest = static_cast<std::uint32_t>(static_cast<std::uint64_t>(f.largest_finite_magnitude()));
    if (const int dropped = stored - resolved.significand_bits;
        f.significand_bits > resolved.significand_bits) {
        layout.keep = ~((std::uint32_t{1} << dropped) - 1);
        if (resolved.operand_rounding != rounding::toward_zero)
            layout.half = std::uint32_t{1} << (dropped - 1);
        if (resolved.operand_rounding == rounding::ties_to_even) {
            layout.half -= 1;
            layout.tie_shift = dropped;
            layout.tie_bit = 1;
        }
    }
    return layout;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif
