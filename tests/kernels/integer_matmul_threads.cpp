// SPDX-License-Identifier: BSL-1.0
//
// Products of integers and of quantised matrices in several threads: the same results, whatever their number.

#include <halfulp/formats/narrow_integer.hpp>
#include <halfulp/kernels/integer_matmul.hpp>
#include <halfulp/kernels/quantized_matmul.hpp>

#include "kernels/integer_numbers.hpp"
#include "simd/levels.hpp"
#include "support/catch.hpp"
#include "support/openmp_leaks.hpp"

using namespace halfulp_test;

namespace {

template <class W, class X>
void check_threads(std::size_t rows, std::size_t columns, std::size_t depth) {
    packed_matrix<W> a(rows, depth);
    packed_matrix<X> b(depth, columns, storage_order::column_major);
    fill(a, 1);
    fill(b, 2);
    std::vector<std::int8_t> x(depth);
    for (std::size_t k = 0; k < depth; ++k)
        x[k] = static_cast<std::int8_t>(k * 37);
    const std::vector<float> scales(rows + columns, 0.375f);
    const quantized_matrix<W> scaled_a(
        a, quantization_parameters(rows, depth,
                                   {scales.begin(), scales.begin() + static_cast<std::ptrdiff_t>(rows)}, {},
                                   granularity::row));
    const quantized_matrix<X> scaled_b(
        b, quantization_parameters(depth, columns, {0.5f}, {3}, granularity::tensor,
                                   storage_order::column_major));
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        std::vector<std::int32_t> c, y;
        std::vector<float> f;
        for (const int threads : {1, 2, 5}) {
            const matmul_options options{.execution = execution::parallel(threads)};
            std::vector<std::int32_t> product(rows * columns), vector(rows);
            std::vector<float> scaled(rows * columns);
            matmul(a, b, matrix_view<std::int32_t>(product.data(), rows, columns), arithmetic::integer<>{},
                   options);
            matvec(a, x, vector, arithmetic::integer<>{}, options);
            matmul(scaled_a, scaled_b, matrix_view<float>(scaled.data(), rows, columns),
                   arithmetic::native<float>{}, options);
            if (threads == 1) {
                c = product;
                y = vector;
                f = scaled;
            }
            CHECK(product == c);
            CHECK(vector == y);
            CHECK(scaled == f);
        }
        // Held against the definition in a few places.
        for (const std::size_t i : {std::size_t{0}, rows - 1}) {
            std::int64_t sum = 0;
            for (std::size_t k = 0; k < depth; ++k)
                sum += static_cast<std::int64_t>(a(i, k)) * static_cast<std::int64_t>(b(k, columns - 1));
            CHECK(c[i * columns + columns - 1] == sum);
        }
    }
}

}  // namespace

TEST_CASE("Products of integers do not depend on the number of threads") {
    check_threads<bipolar_int<1>, bipolar_int<1>>(150, 201, 700);
    check_threads<bipolar_int<1>, narrow_int<4>>(150, 201, 700);
    check_threads<narrow_int<4>, narrow_uint<8>>(150, 201, 700);
    check_threads<narrow_uint<8>, narrow_int<8>>(2000, 1, 1500);
}
