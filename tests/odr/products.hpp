// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Matrix products at every level of fast paths, as codes in a row. Each translation unit compiles it with its own
/// flags under a name of its own.

#include <halfulp/halfulp.hpp>

#include "support/random.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfulp_test {

/// What products give at the levels plain, avx2 and avx512, as far as the machine has them, one after another: so
/// many results each.
std::vector<std::uint64_t> product_results_of_plain();
std::vector<std::uint64_t> product_results_of_contracted();

namespace {

/// Terms near one, of either sign: sums cancel, and every step rounds.
template <class T>
std::vector<T> odr_terms(generator& random, std::size_t count) {
    std::vector<T> result;
    for (std::size_t i = 0; i < count; ++i) {
        const auto bits = static_cast<std::int64_t>(random() >> 11) - (std::int64_t{1} << 52);
        result.push_back(halfulp::convert<T>(static_cast<double>(bits) * 0x1p-51));
    }
    return result;
}

template <class A, class C, class Arithmetic>
void append_product(std::vector<std::uint64_t>& results, const Arithmetic& arithmetic) {
    using namespace halfulp;
    constexpr std::size_t rows = 17, depth = 40, columns = 35;
    generator random(13);
    const std::vector<A> a = odr_terms<A>(random, rows * depth), b = odr_terms<A>(random, depth * columns);
    std::vector<C> c(rows * columns);
    matmul(matrix_view<const A>(a.data(), rows, depth), matrix_view<const A>(b.data(), depth, columns),
           matrix_view<C>(c.data(), rows, columns), arithmetic);
    for (const C element : c)
        results.push_back(static_cast<std::uint64_t>(detail::to_code(element)));
}

/// Products of integers, and scaled ones, of groups and of few rows.
inline void append_integer_products(std::vector<std::uint64_t>& results) {
    using namespace halfulp;
    constexpr std::size_t rows = 30, depth = 150, columns = 35;
    generator random(14);
    const std::vector<float> x = odr_terms<float>(random, rows * depth),
                             w = odr_terms<float>(random, columns * depth);
    const auto a = quantize<narrow_int<8>>(matrix_view<const float>(x.data(), rows, depth),
                                           quantization_options{.per = granularity::row});
    for (const granularity per : {granularity::row, granularity::group}) {
        const auto b = quantize<narrow_int<4>>(matrix_view<const float>(w.data(), columns, depth),
                                               quantization_options{.per = per, .group_size = 32});
        std::vector<float> y(rows * columns);
        matmul(a, transposed(b), matrix_view<float>(y.data(), rows, columns));
        matmul(matrix_view<const float>(x.data(), 3, depth), transposed(b),
               matrix_view<float>(y.data(), 3, columns), row_quantizer{});
        for (const float element : y)
            results.push_back(detail::to_code(element));
    }
    packed_matrix<bipolar_int<2>> left(rows, depth);
    packed_matrix<narrow_uint<3>> right(columns, depth);
    for (std::size_t k = 0; k < depth; ++k) {
        for (std::size_t i = 0; i < rows; ++i)
            left.set(i, k, bipolar_int<2>::from_bits(static_cast<std::uint8_t>(random() % 4)));
        for (std::size_t j = 0; j < columns; ++j)
            right.set(j, k, narrow_uint<3>::from_bits(static_cast<std::uint8_t>(random() % 8)));
    }
    std::vector<std::int32_t> c(rows * columns);
    matmul(left, right.transposed(), matrix_view<std::int32_t>(c.data(), rows, columns));
    for (const std::int32_t element : c)
        results.push_back(static_cast<std::uint32_t>(element));
}

inline std::vector<std::uint64_t> product_results() {
    using namespace halfulp;
    std::vector<std::uint64_t> all;
    for (const simd::isa level : {simd::isa::plain, simd::isa::avx2, simd::isa::avx512})
        if (level <= simd::detected_level()) {
            const simd::scoped_level guard(level);
            append_product<float, float>(all, arithmetic::native<float>{});
            append_product<bfloat16, float>(all, arithmetic::native<float>{});
            append_product<float16, float16>(all, arithmetic::rounded<float16>{{}, 3});
            append_product<float, float>(all, arithmetic::exact{});
            append_product<float, float>(all, arithmetic::l_mul<>{});
            append_product<bfloat16, float>(all, arithmetic::l_mul<>{});
            append_integer_products(all);
        }
    return all;
}

}  // namespace
}  // namespace halfulp_test
