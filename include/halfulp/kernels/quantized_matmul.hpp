// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Products of quantised matrices: integers are multiplied, scales and zero points come in at the end.
///
///     matmul(x, transposed(w), y)                           // y = x·wᵀ, both quantised
///     matmul(activations, transposed(w), y, row_quantizer{}) // floats, whose rows are quantised on the way
///
/// With S·(Q + Z) for the elements, a stretch of k in which neither side changes its parameters (a *group*) adds
/// I·S_a·S_b to an element, where I = Σ (Q_a + Z_a)·(Q_b + Z_b) is an integer. What becomes of the groups, says the
/// arithmetic:
///
/// | arithmetic      | element                                                                       | error |
/// |-----------------|-------------------------------------------------------------------------------|-------|
/// | native<float>   | s ← fma(float(I), RN(S_a·S_b), s) for the groups, k ascending, from +0 (from c with `accumulate`), every step rounded to nearest | at most (n + 2)·2^−24·Σ \|I·S_a·S_b\| of n groups (first order), underflow apart |
/// | exact           | Σ I·S_a·S_b (+ c), rounded once                                               | half an ulp |
///
/// Groups of two sides that both have some are cut at multiples of the greatest common divisor of their sizes.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/arithmetic/integer.hpp>
#include <halfulp/arithmetic/native.hpp>
#include <halfulp/kernels/calibration.hpp>
#include <halfulp/kernels/integer_plan.hpp>
#include <halfulp/kernels/matmul_options.hpp>
#include <halfulp/kernels/quantized_operand.hpp>
#include <halfulp/simd/integer_fast_paths.hpp>
#include <halfulp/simd/quantize.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace halfulp {
inline namespace v0 {

namespace detail {

#if HALFULP_HAS_SIMD
/// An operand as a source of codes.
inline simd::integer_source& with_parameters(simd::integer_operand& operand, const quantized_operand& of) {
    simd::integer_source& source = operand.source();
    source.scales = of.lines.scales;
    source.zero_points = of.lines.zero_points;
    source.line_stride = of.lines.line_stride;
    source.group_stride = of.lines.group_stride;
    source.group_size = of.lines.group_size;
    return source;
}
#endif

/// C by the schemes of kernels/integer_plan.hpp; false if there is none.
template <class C, class Arithmetic>
bool quantized_product_fast(const quantized_operand& a, const quantized_operand& b,
                            const common_groups& groups, const matrix_view<C>& c,
                            const Arithmetic& arithmetic, const matmul_options& options) {
#if HALFULP_HAS_SIMD
    if constexpr (std::is_same_v<C, float>) {
        const simd::isa level = simd::level_for(options.execution);
        if (level == simd::isa::plain || !groups.fits_32_bits)
            return false;
        constexpr bool is_exact = std::is_same_v<Arithmetic, arithmetic::exact>;
        if constexpr (is_exact)
            if (arithmetic.rounding || options.accumulate || groups.size < a.depth())
                return false;
        simd::integer_operand left(level, a.lines.codes, a.is_across),
            right(level, b.lines.codes, b.is_across);
        return multiply_integers(
            with_parameters(left, a), with_parameters(right, b), c, a.depth(), groups.size,
            options.accumulate, options.execution,
            is_exact ? simd::integer_result_kind::scaled_once : simd::integer_result_kind::scaled);
    }
#endif
    (void)a, (void)b, (void)groups, (void)c, (void)arithmetic, (void)options;
    return false;
}

template <class C, class Arithmetic>
void quantized_product(const quantized_operand& a, const quantized_operand& b, const matrix_view<C>& c,
                       const Arithmetic& how, const matmul_options& options) {
    static_assert(!std::is_const_v<C>, "halfulp::matmul: the output is a view of constant elements");
    constexpr bool is_native = std::is_same_v<Arithmetic, arithmetic::native<float>>;
    static_assert(is_native || std::is_same_v<Arithmetic, arithmetic::exact>,
                  "halfulp::matmul: quantised matrices are multiplied in arithmetic::native<float> or "
                  "arithmetic::exact");
    static_assert(!is_native || std::is_same_v<C, float>,
                  "halfulp::matmul: in native<float> quantised matrices give float; arithmetic::exact gives "
                  "double and narrower formats as well");
    require_extent("matmul", "b.rows()", b.depth(), "a.columns()", a.depth());
    require_extent("matmul", "c.rows()", c.rows(), "a.rows()", a.lines_of_product());
    require_extent("matmul", "c.columns()", c.columns(), "b.columns()", b.lines_of_product());
    const common_groups groups = common_groups_of(a, b);
    require_own_elements("matmul", "c", c);
    for (const quantized_operand* operand : {&a, &b}) {
        const packed_lines& codes = operand->lines.codes;
        const std::size_t lines =
            codes.layout == packed_layout::interleaved ? (codes.lines + 31) / 32 : codes.lines;
        require_distinct("matmul", "c", c, operand == &a ? "a" : "b",
                         matrix_view<const std::uint8_t>(codes.bytes, 1, lines * codes.line_stride));
    }
    if (quantized_product_fast(a, b, groups, c, how, options))
        return;
    for (std::size_t i = 0; i < c.rows(); ++i)
        for (std::size_t j = 0; j < c.columns(); ++j)
            if constexpr (is_native) {
                c(i, j) = quantized_element(a, b, groups.size, i, j, options.accumulate ? c(i, j) : 0.0f);
            } else {
                const std::uint64_t number =
                    arithmetic::element_number(options.first_row + i, options.first_column + j);
                const auto sum_up = [&](auto sum) {
                    for_each_group(a, b, groups.size, i, j, [&](std::int64_t integer, std::size_t k) {
                        // The product of two floats is a double.
                        const double scale =
                            static_cast<double>(a.scale(i, k)) * static_cast<double>(b.scale(j, k));
                        how.multiply_add(sum, scale, integer, {number, k});
                    });
                    c(i, j) = how.template result<C>(sum, {number, a.depth()});
                };
                if (options.accumulate)
                    sum_up(how.template start<double, std::int64_t>(c(i, j)));
                else
                    sum_up(how.template zero<double, std::int64_t>());
            }
}

}  // namespace detail

/// C = A·B, or C += A·B with `accumulate`, of quantised matrices; see the file comment for the arithmetics.
///
/// @param a  rows × depth; row-major, or with one scale for all
/// @param b  depth × columns; column-major (the transpose of a row-major one), or with one scale for all
/// @param c  rows × columns of float (exact: also double, custom_float); it must not share memory with a or b
/// @throws shape_error     if the extents do not fit together, before anything is written
/// @throws format_error    if parameters change along k other than by groups
/// @throws overflow_error  if zero points are so large that the integer of a group could exceed 63 bits
/// @throws aliasing_error  as matmul of kernels/matmul.hpp
/// @throws std::bad_alloc  if a fast path gets no memory; parts of c may have been written by then
///
/// O(rows·columns·depth). Fast in native<float>, and in exact with one group, no `accumulate` and results in float,
/// if the integers of all groups fit 32 bits.
template <quantized_argument A, quantized_argument B, matrix_argument CM,
          class Arithmetic = arithmetic::native<float>>
void matmul(const A& a, const B& b, CM&& c, const Arithmetic& arithmetic = {},
            const matmul_options& options = {}) {
    detail::quantized_product(detail::operand_of("a", a, storage_order::row_major),
                              detail::operand_of("b", b, storage_order::column_major), as_matrix(c),
                              arithmetic, options);
}

/// How rows of floats are quantised on their way into a product: each by the quantiser that its own range gives
/// (quantizer_of_range), ties to even.
struct row_quantizer {
    integer_format format = formats::signed_integer(8);
    quantization_scheme scheme = quantization_scheme::automatic;
};

namespace detail {

/// Rows of floats and their quantisers.
struct rows_to_quantize {
    const float* data = nullptr;
    std::ptrdiff_t row = 0;
    integer_format format{};
    std::vector<float> scales;
    std::vector<std::int32_t> zero_points;

    void read(simd::isa level, std::size_t line, std::size_t first, std::size_t count,
              std::uint8_t* to) const {
        simd::quantize_line(level, data + static_cast<std::ptrdiff_t>(line) * row + first, count,
                            scales[line], zero_points[line], format, to);
    }
};

}  // namespace detail

/// C = Q(A)·B, or C += Q(A)·B, where Q quantises each row of A by `quantizer`: the same bits as
/// quantize<T>(a, {.scheme, .per = granularity::row}) and its product with b, without the matrix in between.
///
/// @param a  rows × depth, finite
/// @throws value_error  if an element of a is not finite, before anything is written
/// @throws as matmul of two quantised matrices
template <matrix_argument AM, quantized_argument B, matrix_argument CM,
          class Arithmetic = arithmetic::native<float>>
requires std::same_as < matrix_element<AM>,
float > void matmul(const AM& a_argument, const B& b, CM&& c_argument, const row_quantizer& quantizer,
                    const Arithmetic& how = {}, const matmul_options& options = {}) {
    const matrix_view<const float> a(as_matrix(a_argument));
    const auto c = as_matrix(c_argument);
    const auto right = detail::operand_of("b", b, storage_order::column_major);
    const quantization_scheme scheme = detail::checked_scheme("matmul", quantizer.scheme, quantizer.format);
    detail::require_extent("matmul", "b.rows()", right.depth(), "a.columns()", a.columns());
    detail::require_extent("matmul", "c.rows()", c.rows(), "a.rows()", a.rows());
    detail::require_distinct("matmul", "c", c, "a", a);
    const simd::isa level = simd::level_for(options.execution);

    // 1. The quantiser of each row, read where it lies, or from a copy that is contiguous.
    detail::rows_to_quantize rows{a.data(), a.row_stride(), quantizer.format,
                                  std::vector<float>(a.rows(), 1.0f), std::vector<std::int32_t>(a.rows(), 0)};
    std::vector<float> copy;
    if (a.column_stride() != 1) {
        copy.resize(a.rows() * a.columns());
        for (std::size_t i = 0; i < a.rows(); ++i)
            for (std::size_t k = 0; k < a.columns(); ++k)
                copy[i * a.columns() + k] = a(i, k);
        rows.data = copy.data();
        rows.row = static_cast<std::ptrdiff_t>(a.columns());
    }
    for (std::size_t i = 0; i < a.rows(); ++i) {
        const float* const row = rows.data + static_cast<std::ptrdiff_t>(i) * rows.row;
        const float magnitude = simd::largest_magnitude(level, row, a.columns());
        if (!std::isfinite(magnitude))
            throw_argument_error<value_error>("matmul", "an element of row " + std::to_string(i) + " of a",
                                              std::to_string(magnitude), "a finite number");
        // The symmetric schemes look at magnitudes alone.
        const auto range = scheme == quantization_scheme::asymmetric && a.columns() != 0
                               ? simd::range_with(level, {}, row, a.columns())
                               : simd::range_of_floats{-magnitude, magnitude};
        const uniform_quantizer q =
            detail::quantizer_of_range(range.smallest, range.largest, scheme, quantizer.format);
        rows.scales[i] = q.scale;
        rows.zero_points[i] = q.zero_point;
    }
    detail::quantized_operand left;
    left.lines = {{nullptr, a.rows(), a.columns(), 0, quantizer.format, packed_layout::contiguous},
                  rows.scales.data(),
                  rows.zero_points.data(),
                  1,
                  0,
                  a.columns() == 0 ? 1 : a.columns()};

    // 2. The product, for which codes are made as they are packed.
#if HALFULP_HAS_SIMD
    if constexpr (std::is_same_v<matrix_element<CM>, float>) {
        constexpr bool is_exact = std::is_same_v<Arithmetic, arithmetic::exact>;
        const detail::common_groups groups = detail::common_groups_of(left, right);
        bool is_fast =
            level != simd::isa::plain && groups.fits_32_bits && right.lines_of_product() == c.columns();
        if constexpr (is_exact)
            is_fast = is_fast && !how.rounding && !options.accumulate && groups.size >= a.columns();
        if (is_fast) {
            detail::require_own_elements("matmul", "c", c);
            simd::integer_source source{
                .format = quantizer.format,
                .lines = a.rows(),
                .length = a.columns(),
                .object = &rows,
                .read_codes =
                    [](const void* object, simd::isa at, std::size_t line, std::size_t first,
                       std::size_t count, std::uint8_t* to) noexcept {
                        static_cast<const detail::rows_to_quantize*>(object)->read(at, line, first, count,
                                                                                   to);
                    },
                .scales = rows.scales.data(),
                .zero_points = rows.zero_points.data(),
                .line_stride = 1,
                .group_stride = 0,
                .group_size = left.lines.group_size};
            simd::integer_operand b_operand(level, right.lines.codes, right.is_across);
            if (detail::multiply_integers(
                    source, detail::with_parameters(b_operand, right), c, a.columns(), groups.size,
                    options.accumulate, options.execution,
                    is_exact ? simd::integer_result_kind::scaled_once : simd::integer_result_kind::scaled))
                return;
        }
    }
#endif
    // The definition reads a packed matrix.
    const std::size_t bytes =
        packed_line_bytes(packed_layout::contiguous, quantizer.format.bits(), a.columns());
    std::vector<std::uint8_t> packed(a.rows() * bytes), codes(a.columns());
    left.lines.codes.bytes = packed.data();
    left.lines.codes.line_stride = bytes;
    for (std::size_t i = 0; i < a.rows(); ++i) {
        rows.read(level, i, 0, a.columns(), codes.data());
        for (std::size_t k = 0; k < a.columns(); ++k)
            detail::set_packed_code(packed.data(), detail::arrangement_of(left.lines.codes), i, k, codes[k]);
    }
    detail::quantized_product(left, right, c, how, options);
}

}  // namespace v0
}  // namespace halfulp
