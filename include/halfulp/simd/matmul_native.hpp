// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The fast path of `matmul` in arithmetic::native<float> and native<double>.

#include <halfulp/kernels/matmul_options.hpp>
#include <halfulp/simd/matmul_bfloat16.hpp>
#include <halfulp/simd/matmul_operands.hpp>
#include <halfulp/simd/matvec_native.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace detail {

/// out[j] = sums[j] as C's element, by the arithmetic's own `result`, or by an array kernel with the same bits.
template <class C, class Carrier, class Arithmetic>
void write_results(simd::isa level, const Arithmetic& arithmetic, const Carrier* sums,
                   const vector_view<C>& out) {
    if constexpr (is_custom_float<C>::value && sizeof(C) <= 4) {
        constexpr projection direction = C::default_projection;
        if constexpr (can_carry<Carrier>(number_format<C>::value) && !is_stochastic(direction.mode)) {
            using code = stored_type<C>;
            constexpr std::size_t most = simd::chunk_size<Carrier>;
            alignas(64) Carrier values[most];
            alignas(64) code codes[most];
            for (std::size_t j = 0; j < out.size(); j += most) {
                const std::size_t count = most < out.size() - j ? most : out.size() - j;
                std::memcpy(values, sums + j, count * sizeof(Carrier));
                for (std::size_t i = count; i < simd::whole_blocks(count); ++i)
                    values[i] = 0;
                simd::round_in_carrier(level, constant_value<direction>{}, values, codes, nullptr,
                                       simd::whole_blocks(count),
                                       constant_plan<number_format<C>::value, direction>);
                for (std::size_t i = 0; i < count; ++i)
                    out[j + i] = C::from_bits(codes[i]);
            }
            return;
        }
    }
    for (std::size_t j = 0; j < out.size(); ++j)
        out[j] = arithmetic.template result<C>(sums[j], {});
}

/// C = A·B or C += A·B by tiles of a step whose sums are values of the arithmetic's accumulator.
template <class Word, class Sum, class C, class Start, class Finish>
void multiply_by_tiles(const simd::tile_shape<Word, Sum>& shape, const simd::operand<Word>& left,
                       const simd::operand<Word>& right, std::size_t steps, const matrix_view<C>& c,
                       const matmul_options& options, std::size_t work, const Start& start,
                       const Finish& finish, const void* context = nullptr) {
    const simd::tiled_product<Word, Sum> product(shape, left, right, steps, options.blocking, context);
    simd::for_parts_of_matrix(
        options.execution, c.rows(), c.columns(), work, 64,
        [&](std::size_t i, std::size_t j, std::size_t rows, std::size_t columns) {
            const simd::default_floating_point_environment guard;
            if constexpr (std::same_as<C, Sum>)
                if (shape.gives_results && c.column_stride() == 1 &&
                    (shape.has_edges || columns % static_cast<std::size_t>(shape.columns) == 0))
                    return product.run(i, j, rows, columns, {&c(i, j), c.row_stride()}, !options.accumulate);
            // Sums in a buffer, in strips, as C has another type or other strides.
            constexpr std::size_t most_rows = 512, most_columns = 2048;
            const std::size_t strip_rows = rows < most_rows ? rows : most_rows;
            const std::size_t strip_columns = columns < most_columns ? columns : most_columns;
            thread_local simd::workspace memory;
            const std::size_t row = simd::whole_blocks(strip_columns);  // room for whole tiles
            const auto sums = static_cast<Sum*>(memory.reserve(strip_rows * row * sizeof(Sum)));
            for (std::size_t jj = 0; jj < columns; jj += strip_columns)
                for (std::size_t ii = 0; ii < rows; ii += strip_rows) {
                    const std::size_t height = strip_rows < rows - ii ? strip_rows : rows - ii;
                    const std::size_t width = strip_columns < columns - jj ? strip_columns : columns - jj;
                    if (options.accumulate)
                        for (std::size_t r = 0; r < height; ++r)
                            for (std::size_t s = 0; s < width; ++s)
                                sums[r * row + s] = start(c(i + ii + r, j + jj + s));
                    product.run(i + ii, j + jj, height, width, {sums, static_cast<std::ptrdiff_t>(row)},
                                !options.accumulate);
                    for (std::size_t r = 0; r < height; ++r)
                        finish(sums + r * row,
                               vector_view<C>(&c(i + ii + r, j + jj), width, c.column_stride()), i + ii + r,
                               j + jj);
                }
        });
}

template <class A, class B, class C, class Carrier>
bool matmul_fast(const matrix_view<A>& a, const matrix_view<B>& b, const matrix_view<C>& c,
                 const arithmetic::native<Carrier>& arithmetic,
                 const matmul_options& options) requires(std::same_as<Carrier, float> ||
                                                         std::same_as<Carrier, double>) {
    const simd::isa level = simd::level_for(options.execution);
    if (level == simd::isa::plain)
        return false;
    using X = std::remove_cv_t<A>;
    using Y = std::remove_cv_t<B>;
    // Lanes are columns; with very few of them the transposed product fills more, or lanes are rows.
    constexpr std::size_t few = 2, many = 16;
    if (c.rows() <= few && c.columns() >= many && b.row_stride() == 1 && b.column_stride() != 1)
        return matmul_fast(b.transposed(), a.transposed(), c.transposed(), arithmetic, options);
    if (c.columns() <= few && c.rows() >= many) {
        if (a.column_stride() != 1 && a.row_stride() == 1)
            return matmul_fast(b.transposed(), a.transposed(), c.transposed(), arithmetic, options);
        const simd::value_reader<Carrier, X> rows(level, a);
        const simd::value_reader<Carrier, Y> columns(level, b.transposed());
        simd::for_parts_of_matrix(
            options.execution, c.rows(), 1, a.columns() * c.columns(), 1,
            [&](std::size_t first_row, std::size_t, std::size_t height, std::size_t) {
                const simd::default_floating_point_environment guard;
                simd::multiply_along_lines<Carrier>(
                    level, rows, columns, a.columns(), first_row, height, c.columns(),
                    [&](std::size_t i, std::size_t j) {
                        return options.accumulate ? arithmetic.template start<X, Y>(c(i, j)) : Carrier{0};
                    },
                    [&](std::size_t i, std::size_t j, const Carrier* sums, std::size_t count) {
                        write_results(level, arithmetic, sums,
                                      vector_view<C>(&c(i, j), count, c.row_stride()));
                    });
            });
        return true;
    }
    const auto start = [&](const C& value) { return arithmetic.template start<X, Y>(value); };
    const auto finish = [&](const Carrier* sums, const vector_view<C>& row, std::size_t, std::size_t) {
        write_results(level, arithmetic, sums, row);
    };
    if constexpr (std::same_as<Carrier, float> && is_bfloat16<X> && is_bfloat16<Y>)
        if (level == simd::isa::avx512 && simd::available_extensions().bf16 && !options.accumulate) {
            const simd::pair_reader left(codes_of(a));
            const simd::pair_reader right(codes_of(b.transposed()));
            if (may_take_pairs(left, right)) {
                using word = simd::chain_of_pairs::word;
                multiply_by_tiles(simd::shape_at<simd::chain_of_pairs>(level),
                                  simd::operand_of<word>(level, left), simd::operand_of<word>(level, right),
                                  (a.columns() + 1) / 2, c, options, a.columns(), start, finish);
                return true;
            }
        }
    const simd::value_reader<Carrier, X> left(level, a);
    const simd::value_reader<Carrier, Y> right(level, b.transposed());
    multiply_by_tiles(simd::shape_at<simd::chain_of<Carrier>>(level), simd::operand_of<Carrier>(level, left),
                      simd::operand_of<Carrier>(level, right), a.columns(), c, options, a.columns(), start,
                      finish);
    return true;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif
