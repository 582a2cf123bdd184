// SPDX-License-Identifier: BSL-1.0
//
// Matrix-vector products of packed integers at every level, against GMP.

#include <halfulp/formats/narrow_integer.hpp>
#include <halfulp/kernels/integer_matmul.hpp>

#include "kernels/integer_numbers.hpp"
#include "simd/levels.hpp"
#include "support/catch.hpp"
#include "support/tally.hpp"

using namespace halfulp_test;

namespace {

template <class W, class X>
void check_matvec(tally& t, std::size_t rows, std::size_t depth, std::uint64_t seed) {
    packed_matrix<W> a(rows, depth);
    fill(a, seed);
    generator random(seed + 1);
    std::vector<X> x(depth);
    for (auto& value : x)
        value = random_number<X>(random);
    std::vector<mpz_class> expected;
    for (std::size_t i = 0; i < rows; ++i)
        expected.push_back(reference::integer_dot(
            depth, [&](std::size_t k) { return exact(a(i, k)); },
            [&](std::size_t k) { return exact(x[k]); }));
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        std::vector<std::int32_t> y(rows, 5);
        matvec(a, x, y);
        std::vector<std::int64_t> wide(2 * rows, 11);
        matvec(a, x, vector_view<std::int64_t>(wide.data(), rows, 2), arithmetic::integer<std::int64_t>{},
               {.accumulate = true});
        for (std::size_t i = 0; i < rows; ++i) {
            t.expect(expected[i] == y[i], [&] {
                return std::string(simd::name_of(level)) + " width " + std::to_string(W::format.bits()) +
                       " depth " + std::to_string(depth) + " row " + std::to_string(i) + ": " +
                       std::to_string(y[i]) + " for " + expected[i].get_str();
            });
            t.expect(expected[i] + 11 == static_cast<long>(wide[2 * i]) && wide[2 * i + 1] == 11,
                     [] { return std::string("64 bits, accumulated"); });
        }
    }
}

template <class X>
void check_matvec_widths(tally& t, std::size_t rows, std::size_t depth) {
    check_matvec<bipolar_int<1>, X>(t, rows, depth, 10);
    check_matvec<ternary, X>(t, rows, depth, 20);
    check_matvec<narrow_int<3>, X>(t, rows, depth, 30);
    check_matvec<narrow_int<4>, X>(t, rows, depth, 40);
    check_matvec<narrow_uint<5>, X>(t, rows, depth, 50);
    check_matvec<bipolar_int<6>, X>(t, rows, depth, 60);
    check_matvec<narrow_int<7>, X>(t, rows, depth, 70);
    check_matvec<narrow_int<8>, X>(t, rows, depth, 80);
}

}  // namespace

TEST_CASE("Matrix-vector products of every width are exact") {
    tally t("matrix-vector products");
    for (const std::size_t depth : {1u, 63u, 64u, 513u, 2049u})
        for (const std::size_t rows : {1u, 8u, 19u})
            check_matvec_widths<std::int8_t>(t, rows, depth);
    for (const std::size_t depth : {65u, 700u}) {
        check_matvec_widths<std::uint8_t>(t, 17, depth);
        check_matvec_widths<bipolar_int<4>>(t, 9, depth);
    }
    require(t);
}
