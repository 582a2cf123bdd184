// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// dot and matmul against the chains of the reference, bit for bit: types, arithmetics, all modes.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/kernels/matmul.hpp>

#include "arithmetic/oracle.hpp"
#include "support/catch.hpp"

#include <array>
#include <vector>

namespace {

using namespace halfulp_test;

template <class A, class B, class C>
struct element_types {
    using a = A;
    using b = B;
    using c = C;
};

TEMPLATE_TEST_CASE("every element is the chain of its row and column", "",
                   (element_types<float, float, float>), (element_types<double, double, double>),
                   (element_types<bfloat16, bfloat16, float>),
                   (element_types<float8_e4m3fn, float8_e5m2, bfloat16>),
                   (element_types<float4_e2m1fn, float6_e2m3fn, float16>)) {
    using A = typename TestType::a;
    using B = typename TestType::b;
    using C = typename TestType::c;
    std::mt19937_64 generator(1);
    const std::vector<std::array<std::size_t, 3>> shapes{{1, 1, 1}, {3, 7, 5}, {2, 31, 1},
                                                         {5, 0, 2}, {0, 3, 2}, {4, 2, 0}};
    for (const auto& shape : shapes) {
        const std::size_t rows = shape[0], depth = shape[1], columns = shape[2];
        const auto a = random_matrix<A>(generator, rows, depth);
        const auto b = random_matrix<B>(generator, depth, columns);
        matrix<C> c{std::vector<C>(rows * columns), rows, columns};
        const auto check = [&](const auto& arithmetic, const auto& oracle) {
            matmul(a.view(), b.view(), c.view(), arithmetic);
            for (std::size_t i = 0; i < rows; ++i)
                for (std::size_t j = 0; j < columns; ++j) {
                    CAPTURE(rows, depth, columns, i, j);
                    const C expected = oracle(row(a.view(), i), column(b.view(), j), (i << 32) + j);
                    CHECK(same(c.view()(i, j), expected));
                }
        };
        for (const rounding mode : all_modes) {
            const projection how{mode, saturation::none, 11};
            check(arithmetic::rounded<B, C>{how, 5}, [&](const auto& x, const auto& y, std::uint64_t e) {
                return rounded_chain<B, C>(x, y, how, 5, e);
            });
            check(arithmetic::fused<C>{how, 6}, [&](const auto& x, const auto& y, std::uint64_t e) {
                return fused_chain<C>(x, y, how, 6, e);
            });
            check(arithmetic::exact{how, 7}, [&](const auto& x, const auto& y, std::uint64_t e) {
                return exact_chain<C>(x, y, how, documented_bits(how, 7, e, depth, 3));
            });
        }
        using native_sum = accumulator_of<C>;
        if constexpr (arithmetic_for<arithmetic::native<native_sum>, A, B>)
            check(arithmetic::native<native_sum>{}, [&](const auto& x, const auto& y, std::uint64_t) {
                return rounded_by_reference<C>(exact_of(fused_chain<native_sum>(x, y, {}, 0, 0)), {});
            });
        // dot is the same chain.
        if (rows > 0 && columns > 0) {
            const arithmetic::fused<C> stochastic{{rounding::stochastic_a}, 9};
            matmul(a.view(), b.view(), c.view(), stochastic);
            CHECK(same(c.view()(0, 0), dot(a.view().row(0), b.view().column(0), stochastic)));
            CHECK(same(c.view()(rows - 1, 0), dot(a.view().row(rows - 1), b.view().column(0), stochastic,
                                                  {arithmetic::element_number(rows - 1, 0)})));
        }
    }
}

}  // namespace
