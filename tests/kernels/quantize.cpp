// SPDX-License-Identifier: BSL-1.0
//
// Quantised matrices: every granularity, order, layout and level against the definition element by element, and the
// way back.

#include "kernels/quantization_formats.hpp"

using namespace halfulp_test;

namespace {

std::vector<float> random_numbers(generator& random, std::size_t count) {
    std::vector<float> result(count);
    for (float& x : result)
        x = static_cast<float>(static_cast<std::int64_t>(random()) >> 40) * 0x1p-20f *
            static_cast<float>(1 + random.below(3));
    return result;
}

/// A matrix by rows, by columns, or with gaps.
matrix_view<const float> view_of(const std::vector<float>& x, std::size_t rows, std::size_t columns,
                                 int kind) {
    const auto r = static_cast<std::ptrdiff_t>(rows), c = static_cast<std::ptrdiff_t>(columns);
    return kind == 0   ? matrix_view<const float>(x.data(), rows, columns)
           : kind == 1 ? matrix_view<const float>(x.data(), rows, columns, 1, r)
                       : matrix_view<const float>(x.data(), rows, columns, 3 * c, 3);
}

template <class T, packed_layout Layout>
void check_matrix(tally& t, generator& random, std::size_t rows, std::size_t columns,
                  std::size_t group_size) {
    const auto numbers = random_numbers(random, 3 * rows * columns + 3);
    for (const auto per : {granularity::tensor, granularity::row, granularity::column, granularity::group})
        for (const auto order : {storage_order::row_major, storage_order::column_major})
            for (int kind = 0; kind < 3; ++kind) {
                const auto m = view_of(numbers, rows, columns, kind);
                const auto mode = random.below(2) == 0 ? rounding{} : static_cast<rounding>(random.below(12));
                const quantization_options options{.per = per,
                                                   .order = order,
                                                   .group_size = group_size,
                                                   .direction = {mode},
                                                   .seed = 7,
                                                   .operation = 9};
                for (const simd::isa level : levels_of_machine()) {
                    const simd::scoped_level guard(level);
                    const auto q = quantize<T, Layout>(m, options);
                    std::vector<float> back(rows * columns, -77.0f);
                    dequantize(q, matrix_view<float>(back.data(), rows, columns));
                    for (std::size_t i = 0; i < rows; ++i)
                        for (std::size_t j = 0; j < columns; ++j) {
                            const std::uint64_t bits = philox_bits(7, 9, i * columns + j);
                            const auto expected =
                                halfulp::detail::quantized_code(m(i, j), q.scale(i, j), q.zero_point(i, j),
                                                                T::format, options.direction, bits);
                            t.expect(q.code(i, j).to_bits() == expected, [&] {
                                return name_of(T::format) + " code " + std::to_string(i) + ", " +
                                       std::to_string(j);
                            });
                            t.expect(back[i * columns + j] == q(i, j), [&] {
                                return name_of(T::format) + " value " + std::to_string(i) + ", " +
                                       std::to_string(j);
                            });
                        }
                }
            }
}

template <class T, packed_layout Layout>
void check_shapes(tally& t, generator& random) {
    check_matrix<T, Layout>(t, random, 1, 1, 1);
    check_matrix<T, Layout>(t, random, 3, 5, 2);
    check_matrix<T, Layout>(t, random, 0, 4, 3);
    check_matrix<T, Layout>(t, random, 4, 0, 3);
    check_matrix<T, Layout>(t, random, 5, 71, 32);
    check_matrix<T, Layout>(t, random, 66, 34, 100);
    check_matrix<T, Layout>(t, random, 2, 1931, 300);
}

}  // namespace

TEST_CASE("every element has the code of the definition under the quantiser of its part") {
    tally t("quantize");
    generator random(31);
    check_shapes<narrow_int<4>, packed_layout::contiguous>(t, random);
    check_shapes<narrow_uint<3>, packed_layout::bit_planes>(t, random);
    check_shapes<bipolar_int<2>, packed_layout::interleaved>(t, random);
    check_shapes<ternary, packed_layout::base_3>(t, random);
    check_shapes<narrow_int<8>, packed_layout::contiguous>(t, random);
    require(t);
}

TEST_CASE("what kernels read is what elements say") {
    tally t("quantized_lines");
    generator random(32);
    const auto numbers = random_numbers(random, 7 * 45);
    const matrix_view<const float> m(numbers.data(), 7, 45);
    for (const auto per : {granularity::tensor, granularity::row, granularity::column, granularity::group})
        for (const auto order : {storage_order::row_major, storage_order::column_major}) {
            const auto q = quantize<narrow_uint<4>>(m, {.per = per, .order = order, .group_size = 4});
            if (q.parameters().varies_along_lines()) {
                CHECK_THROWS_AS(halfulp::detail::quantized_lines_of(q), format_error);
                continue;
            }
            const auto lines = halfulp::detail::quantized_lines_of(q);
            const bool is_row_major = order == storage_order::row_major;
            CHECK(lines.codes.lines == (is_row_major ? 7 : 45));
            CHECK(lines.groups() == (per == granularity::group ? (is_row_major ? 12 : 2) : 1));
            for (std::size_t i = 0; i < 7; ++i)
                for (std::size_t j = 0; j < 45; ++j) {
                    const std::size_t line = is_row_major ? i : j,
                                      group = (is_row_major ? j : i) / lines.group_size;
                    t.expect(lines.scale(line, group) == q.scale(i, j) &&
                                 lines.zero_point(line, group) == q.zero_point(i, j),
                             [&] { return std::to_string(i) + ", " + std::to_string(j); });
                }
        }
    require(t);
    // The number of quantisers stays within the arrays, also of empty matrices.
    const auto empty =
        quantize<narrow_int<4>>(matrix_view<const float>(nullptr, 0, 8), {.per = granularity::row});
    CHECK(halfulp::detail::quantized_lines_of(empty).codes.lines == 0);
    CHECK(quantized_matrix<narrow_int<4>>().rows() == 0);
}
