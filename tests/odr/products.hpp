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
        }
    return all;
}

}  // namespace
}  // namespace halfulp_test
