// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The fast path of `matmul` in arithmetic::l_mul with sums in float: the integer adder and Mitchell's, on formats whose
/// numbers are floats with subnormal operands read as patterns, what is too small going to zero, and operands
/// shortened, if at all, toward zero or to nearest. Two terms a step where products have at most seven bits behind the
/// point, nothing becomes subnormal and the processor has vdpbf16ps.
///
/// Both operands are read once beforehand for their lowest and largest magnitudes, which choose the step
/// (simd/l_mul_tiles.hpp). Infinities and NaN among them are left to the definition.

#include <halfulp/arithmetic/l_mul.hpp>
#include <halfulp/simd/l_mul_words.hpp>
#include <halfulp/simd/matmul_native.hpp>

#include <bit>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Bits of a product behind the point.
constexpr int l_mul_product_bits(const l_mul_options& resolved, const float_format& x,
                                 const float_format& y) noexcept {
    const int longer = x.significand_bits > y.significand_bits ? x.significand_bits : y.significand_bits;
    const int bits = longer < resolved.significand_bits ? longer : resolved.significand_bits;
    return resolved.definition == product_definition::mitchell || resolved.offset < bits ? bits
                                                                                         : resolved.offset;
}

/// A word whose halves are both its upper one.
constexpr std::uint32_t l_mul_twice(std::uint32_t word) noexcept {
    return (word & 0xffff0000u) | word >> 16;
}

/// Zeros as words that make faint products (simd/l_mul_tiles.hpp): by how much they are above those that would make the
/// lowest product, or lowest number of the other side, the pattern 0.
struct l_mul_faint_zeros {
    bool is_possible = false;   ///< on either side
    bool are_possible = false;  ///< on both
    std::uint32_t left = 0;
    std::uint32_t right = 0;
    std::uint32_t least_sum = 0;

    /// @param lowest  the pattern of the lowest product; the spreads are the largest magnitudes less the lowest ones
    static l_mul_faint_zeros of(std::int64_t lowest, std::uint32_t left_spread, std::uint32_t right_spread,
                                int product_bits, std::size_t depth) noexcept {
        constexpr int stored = number_format<float>::value.significand_bits;
        constexpr int never_seen = 25;
        l_mul_faint_zeros result;
        const std::int64_t unit = (lowest >> stored) - product_bits;
        const std::int64_t exponent = unit - never_seen - static_cast<int>(std::bit_width(depth));
        if (exponent < 1)
            return result;
        // The largest faint pattern, a multiple of 2^16.
        const std::int64_t most = (exponent << stored) - (std::int64_t{1} << 16);
        const std::int64_t left = most - right_spread, right = most - left_spread;
        if (left < 0 || right < 0)
            return result;
        result.is_possible = true;
        result.least_sum = static_cast<std::uint32_t>(unit - 1) << stored;
        // Two zeros: left + right − lowest has to be a pattern as well.
        result.are_possible = left + right >= lowest;
        if (result.are_possible) {
            result.left = static_cast<std::uint32_t>(left);
            result.right = left >= lowest ? 0 : static_cast<std::uint32_t>(lowest - left);
        }
        return result;
    }
    /// True if no masks are needed.
    bool serves(bool left_has_zero, bool right_has_zero) const noexcept {
        return left_has_zero && right_has_zero ? are_possible
                                               : is_possible || (!left_has_zero && !right_has_zero);
    }
};

template <class A, class B, class C, l_mul_options Options, class Product, class Rounding>
bool matmul_fast(const matrix_view<A>& a, const matrix_view<B>& b, const matrix_view<C>& c,
                 const arithmetic::l_mul<Options, float, Product, Rounding>& arithmetic,
                 const matmul_options& options) {
    using X = std::remove_cv_t<A>;
    using Y = std::remove_cv_t<B>;
    constexpr float_format x_format = number_format<X>::value, y_format = number_format<Y>::value;
    constexpr l_mul_options resolved = l_mul_resolved(Options, x_format, y_format);
    constexpr int stored = number_format<float>::value.significand_bits;
    constexpr bool is_mitchell = resolved.definition == product_definition::mitchell;
    constexpr bool has_words =
        (is_mitchell || resolved.definition == product_definition::integer_adder) &&
        resolved.subnormals == l_mul_subnormals::as_pattern &&
        resolved.underflow == l_mul_underflow::to_zero && (is_mitchell || resolved.offset <= stored) &&
        std::same_as<
            typename arithmetic::l_mul<Options, float, Product, Rounding>::template product_type<X, Y>,
            float> &&
        l_mul_has_words(x_format) && l_mul_has_words(y_format) && l_mul_shortens_words(resolved, x_format) &&
        l_mul_shortens_words(resolved, y_format);
    const simd::isa level = simd::level_for(options.execution);
    const projection rounding_of_sums = arithmetic.rounding;
    if (!has_words || level == simd::isa::plain || a.columns() == 0 || c.rows() == 0 || c.columns() == 0 ||
        rounding_of_sums.mode != rounding::ties_to_even || rounding_of_sums.overflow != saturation::none)
        return false;
    if constexpr (has_words) {
        // Lanes are columns; a product does not know which operand came first.
        constexpr std::size_t few = 2, many = 16;
        if (c.columns() <= few && c.rows() >= many)
            return matmul_fast(b.transposed(), a.transposed(), c.transposed(), arithmetic, options);
        constexpr std::uint32_t exponent_step = std::uint32_t{1} << stored;
        constexpr std::uint32_t offset =
            (std::uint32_t{127} << stored) -
            (is_mitchell ? 0 : std::uint32_t{1} << (stored - (is_mitchell ? 0 : resolved.offset)));
        constexpr simd::l_mul_layout x_layout = l_mul_layout_of(x_format, resolved);
        constexpr simd::l_mul_layout y_layout = l_mul_layout_of(y_format, resolved);
        using x_code = l_mul_code<X>;
        using y_code = l_mul_code<Y>;
        const auto codes = [](auto code, const auto& m) {
            using code_type = decltype(code);
            return matrix_view<const code_type>(reinterpret_cast<const code_type*>(m.data()), m.rows(),
                                                m.columns(), m.row_stride(), m.column_stride());
        };
        const auto rows = codes(x_code{}, a);
        const auto columns = codes(y_code{}, b.transposed());

        // 1. Where the products lie.
        const auto x = simd::l_mul_reader<x_code>(level, rows, x_layout, false).range();
        const auto y = simd::l_mul_reader<y_code>(level, columns, y_layout, false).range();
        constexpr std::uint32_t infinity = std::uint32_t{255} << stored;
        if (x.largest >= infinity || y.largest >= infinity)
            return false;
        const bool are_all_zero = x.largest == 0 || y.largest == 0;
        const std::int64_t lowest = std::int64_t{x.lowest} + y.lowest - std::int64_t{offset};
        const std::int64_t largest = std::int64_t{x.largest} + y.largest - std::int64_t{offset};
        const bool is_bounded = are_all_zero || largest < infinity;
        const bool is_in_range = are_all_zero || (lowest >= exponent_step && largest < infinity);

        // 2. −0 in C counts as +0.
        if (options.accumulate)
            for (std::size_t i = 0; i < c.rows(); ++i)
                for (std::size_t j = 0; j < c.columns(); ++j)
                    if constexpr (std::same_as<C, float>)
                        c(i, j) = arithmetic.template start<X, Y>(c(i, j));

        const auto start = [&](const C& value) { return arithmetic.template start<X, Y>(value); };
        const auto finish = [&](const float* sums, const vector_view<C>& row, std::size_t, std::size_t) {
            if constexpr (std::same_as<C, float>)
                for (std::size_t j = 0; j < row.size(); ++j)
                    row[j] = sums[j];
            else
                write_results(level, arithmetic, sums, row);
        };
        constexpr int product_bits = l_mul_product_bits(resolved, x_format, y_format);
        simd::l_mul_context context;
        l_mul_faint_zeros faint;
        if (is_in_range && !are_all_zero && !options.accumulate)
            faint = l_mul_faint_zeros::of(lowest, x.largest - x.lowest, y.largest - y.lowest, product_bits,
                                          a.columns());
        const auto run = [&](const simd::tile_shape<std::uint32_t, float>& shape,
                             simd::l_mul_left_form form) {
            simd::l_mul_layout right_layout = y_layout;
            if (form.range <= simd::l_mul_range::normal_or_faint && faint.is_possible) {
                context.least_sum = faint.least_sum;
                const std::uint32_t left_zero = faint.left - y.lowest;
                form.zero = form.is_pair ? l_mul_twice(left_zero) : left_zero;
                if (form.range == simd::l_mul_range::normal && y.has_zero)
                    right_layout.zero = (faint.right + offset - x.lowest) & 0x7fffffffu;
            }
            const simd::l_mul_reader<x_code> left(level, rows, x_layout, form);
            const simd::l_mul_reader<y_code> right(
                level, columns, right_layout, form.is_pair,
                form.range <= simd::l_mul_range::normal_or_faint ? y.lowest : 0);
            const std::size_t steps = form.is_pair ? (a.columns() + 1) / 2 : a.columns();
            multiply_by_tiles(shape, simd::operand_of<std::uint32_t>(level, left),
                              simd::operand_of<std::uint32_t>(level, right), steps, c, options, a.columns(),
                              start, finish, &context);
            return true;
        };

        // 3. Two terms a step: sums are multiples of the last bit of the smallest product, which is normal, unless they
        // start from something else. A last term without a partner has a zero of A for one.
        using simd::l_mul_range;
        if constexpr (product_bits <= formats::bfloat16.significand_bits)
            if (level == simd::isa::avx512 && simd::available_extensions().bf16 && !options.accumulate &&
                is_in_range && (are_all_zero || lowest >= 8 * std::int64_t{exponent_step}) &&
                simd::pairs_are_two_steps()) {
                constexpr std::uint32_t twice = l_mul_twice(offset);
                const bool left_has_zero = x.has_zero || a.columns() % 2 != 0;
                if (faint.serves(left_has_zero, y.has_zero))
                    return run(simd::shape_at<simd::l_mul_step_of_pairs<l_mul_range::normal>>(level),
                               {l_mul_range::normal, true, twice});
                if (faint.is_possible)
                    return run(simd::shape_at<simd::l_mul_step_of_pairs<l_mul_range::normal_or_faint>>(level),
                               {l_mul_range::normal_or_faint, true, twice});
                return run(simd::shape_at<simd::l_mul_step_of_pairs<l_mul_range::normal_or_zero>>(level),
                           {l_mul_range::normal_or_zero, true, twice});
            }
        if (is_in_range && faint.serves(x.has_zero, y.has_zero))
            return run(simd::shape_at<simd::l_mul_step<l_mul_range::normal>>(level),
                       {l_mul_range::normal, false, offset});
        if (faint.is_possible)
            return run(simd::shape_at<simd::l_mul_step<l_mul_range::normal_or_faint>>(level),
                       {l_mul_range::normal_or_faint, false, offset});
        if (is_in_range)
            return run(simd::shape_at<simd::l_mul_step<l_mul_range::normal_or_zero>>(level),
                       {l_mul_range::normal_or_zero, false, offset});
        if (is_bounded)
            return run(simd::shape_at<simd::l_mul_step<l_mul_range::no_overflow>>(level),
                       {l_mul_range::no_overflow, false, offset});
        return run(simd::shape_at<simd::l_mul_step<l_mul_range::any>>(level),
                   {l_mul_range::any, false, offset});
    }
    return false;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif
