// SPDX-License-Identifier: BSL-1.0

/// @file
/// matvec: the bits of matmul with one column and of dot, in any arithmetic, arrangement and level; what it takes
/// and what it refuses.

#include "kernels/matvec_checks.hpp"

#include <span>

namespace {

using namespace halfulp_test;

TEST_CASE("matvec has the bits of matmul with one column, and of dot") {
    tally t("matvec, native");
    check_matvec<float, float>(t, "native float", arithmetic::native<float>{});
    check_matvec<bfloat16, float>(t, "native bfloat16", arithmetic::native<float>{});
    require(t);
}

/// What a rank-1 std::mdspan looks like.
struct span_1d {
    using element_type = const float;
    const float* p;
    static constexpr int rank() { return 1; }
    const float* data_handle() const { return p; }
    std::size_t extent(int) const { return 2; }
    std::ptrdiff_t stride(int) const { return 2; }
};

TEST_CASE("containers, spans, mdspans and views are taken as they are") {
    const std::array<float, 4> a{1, 2, 3, 4};
    const matrix_view<const float> m(a.data(), 2, 2);
    const std::vector<float> x{5, 6};
    std::vector<float> y(2);
    matvec(m, x, y);
    CHECK(y == std::vector<float>{17, 39});
    matvec(m.transposed(), x, y, arithmetic::native<float>{}, {.accumulate = true});
    CHECK(y == std::vector<float>{17 + 23, 39 + 34});
    std::array<float, 2> z{};
    matvec(m, span_1d{a.data()}, std::span<float>(z));
    CHECK(z == std::array<float, 2>{7, 15});
    matvec(m, std::array<float, 2>{1, 0}, vector_view<float>(y));
    CHECK(y == std::vector<float>{1, 3});
    // One element for all of x.
    matvec(m, vector_view<const float>(x.data(), 2, 0), y);
    CHECK(y == std::vector<float>{15, 35});
}

TEST_CASE("wrong shapes throw before anything is written, and say what is wrong") {
    const std::vector<float> a(12, 1);
    std::vector<float> y(4, 7);
    const auto mv = [&](std::size_t rows, std::size_t columns, std::size_t of_x, std::size_t of_y) {
        matvec(matrix_view(a.data(), rows, columns), vector_view(a.data(), of_x),
               vector_view(y.data(), of_y));
    };
    CHECK_THROWS_AS(mv(2, 3, 2, 2), shape_error);
    CHECK_THROWS_WITH(mv(2, 3, 2, 2), "halfulp::matvec: x.size() is 2, expected a.columns() = 3");
    CHECK_THROWS_AS(mv(2, 3, 3, 3), shape_error);
    CHECK_THROWS_WITH(mv(2, 3, 3, 3), "halfulp::matvec: y.size() is 3, expected a.rows() = 2");
    CHECK_THROWS_AS(mv(0, 3, 3, 1), shape_error);
    CHECK_THROWS_AS(mv(2, 0, 1, 2), shape_error);
    CHECK(y == std::vector<float>(4, 7));
    mv(2, 3, 3, 2);
    CHECK(y == std::vector<float>{3, 3, 7, 7});
}

TEST_CASE("a result that shares memory with an operand, or with itself, is refused") {
    std::vector<float> m(64, 1);
    const std::vector<float> before = m;
    const auto block = [&m](std::size_t i, std::size_t j, std::size_t rows, std::size_t columns) {
        return matrix_view<float>(m.data() + 8 * i + j, rows, columns, 8, 1);
    };
    const std::vector<float> x(4, 1);
    CHECK_THROWS_AS(matvec(block(0, 0, 4, 4), x, block(0, 0, 4, 4).column(3)), aliasing_error);
    CHECK_THROWS_WITH(matvec(block(0, 0, 4, 4), x, block(0, 0, 4, 4).column(3)),
                      contains_text("halfulp::matvec: y is sharing memory with a"));
    CHECK_THROWS_AS(matvec(block(0, 0, 4, 4), x, block(3, 0, 1, 4).row(0)), aliasing_error);
    CHECK_THROWS_AS(matvec(block(0, 0, 4, 4), block(5, 0, 1, 4).row(0), block(5, 3, 1, 4).row(0)),
                    aliasing_error);
    CHECK_THROWS_WITH(matvec(block(0, 0, 4, 4), block(5, 0, 1, 4).row(0), block(5, 3, 1, 4).row(0)),
                      contains_text("halfulp::matvec: y is sharing memory with x"));
    CHECK_THROWS_AS(matvec(block(0, 0, 4, 4), x, vector_view<float>(m.data() + 60, 4, 0)), aliasing_error);
    CHECK_THROWS_WITH(matvec(block(0, 0, 4, 4), x, vector_view<float>(m.data() + 60, 4, 0)),
                      contains_text("halfulp::matvec: y is"));
    CHECK(m == before);
    // Beside the matrix, within the larger one; and a stride that is not used.
    matvec(block(0, 0, 4, 4), x, block(0, 4, 4, 1).column(0));
    CHECK(block(0, 4, 4, 1)(3, 0) == 4);
    matvec(block(0, 0, 1, 4), x, vector_view<float>(m.data() + 60, 1, 0));
    CHECK(m[60] == 4);
    CHECK(std::count(m.begin(), m.end(), 1.0f) == 64 - 5);
}

constexpr bool in_a_constant_expression() {
    const std::array<bfloat16, 4> a{bfloat16(1), bfloat16(2), bfloat16(3), bfloat16(4)};
    std::array<float, 2> y{1, 1};
    matvec(matrix_view(a.data(), 2, 2), std::array<bfloat16, 2>{bfloat16(1), bfloat16(2)}, y,
           arithmetic::native<float>{}, {.accumulate = true});
    return y == std::array<float, 2>{6, 12};
}
static_assert(in_a_constant_expression());

}  // namespace
