// SPDX-License-Identifier: BSL-1.0

/// @file
/// Batches of matrix products in one thread, and what they refuse.

#include "kernels/matmul_batched_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("every native product of a batch has the bits of the product alone") {
    tally t("batched matmul, native");
    check_batches<float, float, float>(t, arithmetic::native<float>{});
    check_batches<bfloat16, bfloat16, bfloat16>(t, arithmetic::native<float>{});
    require(t);
}

TEST_CASE("a batch is a view of matrices") {
    std::vector<float> memory(24);
    for (std::size_t i = 0; i < memory.size(); ++i)
        memory[i] = static_cast<float>(i);
    const matrix_batch batch(memory.data(), 2, 3, 4);
    static_assert(std::is_same_v<decltype(batch), const matrix_batch<float>>);
    CHECK(batch.count() == 2);
    CHECK(batch.rows() == 3);
    CHECK(batch.columns() == 4);
    CHECK(batch.batch_stride() == 12);
    CHECK(batch[1](2, 3) == 23);
    CHECK(batch.transposed()[1](3, 2) == 23);
    CHECK(batch.transposed().rows() == 4);
    const matrix_batch<const float> constant = batch;
    CHECK(constant[1](0, 1) == 13);
    CHECK(matrix_batch<const float>(batch[1], 5, 0)[4](0, 0) == 12);
    CHECK(matrix_batch<float>().count() == 0);
    // Null has no neighbours.
    const matrix_batch<float> empty(nullptr, 3, 0, 4);
    CHECK(empty[2].data() == nullptr);
}

/// What a rank-3 std::mdspan looks like.
template <class T>
struct span_3d {
    using element_type = T;
    T* p;
    static constexpr int rank() { return 3; }
    T* data_handle() const { return p; }
    std::size_t extent(int) const { return 2; }
    std::ptrdiff_t stride(int d) const { return d == 0 ? 4 : d == 1 ? 2 : 1; }
};

TEST_CASE("mdspans are taken as they are") {
    const std::array<float, 8> a{1, 2, 3, 4, 5, 6, 7, 8};
    std::array<float, 8> c{};
    matmul(span_3d<const float>{a.data()}, span_3d<const float>{a.data()}, span_3d<float>{c.data()});
    CHECK(c == std::array<float, 8>{7, 10, 15, 22, 67, 78, 91, 106});
    const std::array<float, 4> one{1, 0, 0, 2};
    matmul(span_3d<const float>{a.data()}, matrix_batch(matrix_view(one.data(), 2, 2), 2, 0),
           span_3d<float>{c.data()});
    CHECK(c == std::array<float, 8>{1, 4, 3, 8, 5, 12, 7, 16});
}

TEST_CASE("wrong counts and shapes throw before anything is written, and say what is wrong") {
    const std::vector<float> a(60, 1);
    std::vector<float> c(60, 7);
    struct batch {
        std::size_t count, rows, columns;
    };
    const auto mm = [&](const batch& x, const batch& y, const batch& z) {
        matmul(matrix_batch(a.data(), x.count, x.rows, x.columns),
               matrix_batch(a.data(), y.count, y.rows, y.columns),
               matrix_batch(c.data(), z.count, z.rows, z.columns));
    };
    const auto refused = [&](const batch& x, const batch& y, const batch& z, const char* why) {
        CHECK_THROWS_AS(mm(x, y, z), shape_error);
        CHECK_THROWS_WITH(mm(x, y, z), why);
    };
    refused({2, 2, 3}, {3, 3, 4}, {3, 2, 4}, "halfulp::matmul: a.count() is 2, expected c.count() = 3");
    refused({3, 2, 3}, {1, 3, 4}, {3, 2, 4}, "halfulp::matmul: b.count() is 1, expected c.count() = 3");
    refused({3, 2, 3}, {3, 2, 4}, {3, 2, 4}, "halfulp::matmul: b.rows() is 2, expected a.columns() = 3");
    refused({3, 2, 3}, {3, 3, 4}, {3, 3, 4}, "halfulp::matmul: c.rows() is 3, expected a.rows() = 2");
    refused({3, 2, 3}, {3, 3, 4}, {3, 2, 5}, "halfulp::matmul: c.columns() is 5, expected b.columns() = 4");
    refused({0, 2, 3}, {0, 2, 4}, {0, 2, 4}, "halfulp::matmul: b.rows() is 2, expected a.columns() = 3");
    CHECK(c == std::vector<float>(60, 7));
    mm({0, 2, 3}, {0, 3, 4}, {0, 2, 4});
    CHECK(c == std::vector<float>(60, 7));
    mm({2, 2, 3}, {2, 3, 4}, {2, 2, 4});
    CHECK(std::count(c.begin(), c.end(), 3.0f) == 16);
}

TEST_CASE("matrices of the result that share memory with each other or with operands are refused") {
    std::vector<float> m(200, 1);
    const std::vector<float> before = m;
    const std::vector<float> other(200, 1);
    const matrix_batch a(other.data(), 3, 4, 4);
    const auto output = [&m](std::ptrdiff_t offset, std::ptrdiff_t row, std::ptrdiff_t stride) {
        return matrix_batch<float>(matrix_view<float>(m.data() + offset, 4, 4, row, 1), 3, stride);
    };
    CHECK_THROWS_AS(matmul(a, a, output(0, 4, 0)), aliasing_error);
    CHECK_THROWS_WITH(matmul(a, a, output(0, 4, 0)), contains_text("a batch in which matrices share memory"));
    CHECK_THROWS_AS(matmul(a, a, output(0, 4, 15)), aliasing_error);
    CHECK_THROWS_AS(matmul(a, a, output(40, 4, -15)), aliasing_error);
    CHECK_THROWS_AS(matmul(a, a, output(0, 12, 3)), aliasing_error);
    CHECK_THROWS_AS(matmul(a, a, output(0, 8, 12)), aliasing_error);
    CHECK_THROWS_AS(matmul(a, a, output(0, 3, 20)), aliasing_error);
    CHECK_THROWS_WITH(matmul(a, a, output(0, 3, 20)),
                      contains_text("a view in which two elements share memory"));
    // Neighbours are apart, the third matrix meets the first: row 2 of one is row 0 of the one after the next.
    CHECK_THROWS_AS(matmul(a, a, output(0, 12, 12)), aliasing_error);
    for (const auto& input : {output(0, 4, 16), output(47, 4, -16), output(40, 4, 0)}) {
        CHECK_THROWS_AS(matmul(input, a, output(32, 4, 16)), aliasing_error);
        CHECK_THROWS_AS(matmul(a, input, output(16, 4, 16)), aliasing_error);
    }
    CHECK(m == before);

    matmul(output(0, 4, 16), output(0, 4, 0), output(48, 4, 16));
    CHECK(std::count(m.begin(), m.end(), 4.0f) == 48);
    m = before;
    // Blocks side by side in a larger matrix, with operands between them.
    matmul(output(0, 48, 16), output(4, 48, 16), output(8, 48, 16));
    CHECK(std::count(m.begin(), m.end(), 4.0f) == 48);
    m = before;
    matmul(a, a, output(32, 4, -16));
    CHECK(std::count(m.begin(), m.end(), 4.0f) == 48);
    CHECK(m[48] == 1);
}

constexpr bool in_a_constant_expression() {
    const std::array<bfloat16, 2> a{bfloat16(2), bfloat16(3)};
    std::array<float, 2> c{};
    matmul(matrix_batch(a.data(), 2, 1, 1), matrix_batch(matrix_view(a.data(), 1, 1), 2, 0),
           matrix_batch(c.data(), 2, 1, 1));
    return c == std::array<float, 2>{4, 6};
}
static_assert(in_a_constant_expression());

}  // namespace
