// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Matrix products in L-Mul arithmetic against the reference, bit for bit: whatever runs by default,
/// and the definitions.

#include <halfulp/kernels/matmul.hpp>

#include "arithmetic/l_mul_oracle.hpp"
#include "support/catch.hpp"

#include <vector>

namespace {

using namespace halfulp_test;

constexpr l_mul_options cut_to_3_bits{.significand_bits = 3};
constexpr l_mul_options nearest_of_2_bits{.significand_bits = 2, .operand_rounding = rounding::ties_to_even};

template <class T>
reference::dense_matrix<uint128> codes_of(const matrix<T>& m) {
    reference::dense_matrix<uint128> codes(m.rows, m.columns);
    for (std::size_t i = 0; i < m.rows; ++i)
        for (std::size_t j = 0; j < m.columns; ++j)
            codes(i, j) = code_of(m.view()(i, j));
    return codes;
}

/// C = A·B for sizes around the edges of tiles, by default and by definition.
template <class Policy, class A, class B>
void check_matmul(std::uint64_t seed) {
    std::mt19937_64 generator(seed);
    struct shape {
        std::size_t rows, columns, depth;
    };
    for (const shape s : {shape{1, 1, 1}, shape{3, 5, 17}, shape{9, 33, 6}, shape{2, 2, 0}, shape{7, 17, 40}})
        for (const int spread : {-1, 4}) {
            const auto a = random_matrix<A>(generator, s.rows, s.depth, spread);
            const auto b = random_matrix<B>(generator, s.depth, s.columns, spread);
            const auto expected =
                reference::l_mul_matmul(number_format<A>::value, codes_of(a), number_format<B>::value,
                                        codes_of(b), reference_arithmetic<A, B>(Policy{}));
            for (const execution::policy& how : {execution::automatic, execution::plain}) {
                using sum = typename Policy::template accumulator<A, B>;
                matrix<sum> c{std::vector<sum>(s.rows * s.columns), s.rows, s.columns};
                matmul(a.view(), b.view(), c.view(), Policy{}, {.execution = how});
                for (std::size_t i = 0; i < s.rows; ++i)
                    for (std::size_t j = 0; j < s.columns; ++j) {
                        CAPTURE(s.rows, s.columns, s.depth, spread, how.definition_only, i, j);
                        CHECK(same(c.view()(i, j), number_of<sum>(expected(i, j))));
                    }
            }
        }
}

TEMPLATE_TEST_CASE("matrix products are the reference's", "", arithmetic::l_mul<>,
                   (arithmetic::l_mul<l_mul_formula>), (arithmetic::l_mul<l_mul_mitchell>),
                   (arithmetic::l_mul<l_mul_exact>), (arithmetic::l_mul<cut_to_3_bits>),
                   (arithmetic::l_mul<nearest_of_2_bits>)) {
    check_matmul<TestType, float, float>(1);
}

TEST_CASE("matrix products of narrow types are the reference's") {
    check_matmul<arithmetic::l_mul<>, bfloat16, bfloat16>(2);
    check_matmul<arithmetic::l_mul<>, float8_e4m3fn, float8_e4m3fn>(3);
    check_matmul<arithmetic::l_mul<l_mul_formula>, float16, float8_e5m2>(4);
}

TEST_CASE("matrix products in other accumulators are the reference's") {
    check_matmul<arithmetic::l_mul<l_mul_adder, double>, double, double>(5);
    check_matmul<arithmetic::l_mul<l_mul_adder, bfloat16>, bfloat16, bfloat16>(6);
    check_matmul<arithmetic::l_mul<l_mul_adder, float, bfloat16>, bfloat16, bfloat16>(7);
}

TEST_CASE("an accumulated product goes on from C, and from +0 where C holds −0") {
    std::mt19937_64 generator(8);
    const auto a = random_matrix<float>(generator, 5, 12, 3);
    const auto b = random_matrix<float>(generator, 12, 19, 3);
    auto c = random_matrix<float>(generator, 5, 19, 3);
    c.data[0] = -0.0f;
    const matrix<float> before = c;
    matmul(a.view(), b.view(), c.view(), arithmetic::l_mul<>{}, {.accumulate = true});
    for (std::size_t i = 0; i < 5; ++i)
        for (std::size_t j = 0; j < 19; ++j) {
            float sum = before.view()(i, j) + 0.0f;
            for (std::size_t k = 0; k < 12; ++k)
                sum += l_mul(a.view()(i, k), b.view()(k, j));
            CAPTURE(i, j);
            CHECK(code_of(c.view()(i, j)) == code_of(sum));
        }
    // Depth 0: the old values, without −0.
    matrix<float> zeros{{-0.0f, -1.0f}, 1, 2};
    matmul(matrix_view<const float>(a.data.data(), 1, 0), matrix_view<const float>(a.data.data(), 0, 2),
           zeros.view(), arithmetic::l_mul<>{}, {.accumulate = true});
    CHECK(code_of(zeros.data[0]) == code_of(0.0f));
    CHECK(zeros.data[1] == -1.0f);
}

}  // namespace
