// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// matmul beyond its chains (matmul_chains.cpp): shapes, strides and views; what is refused before
/// anything is written; number types with nothing beyond the concept.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/interop/gmp.hpp>
#include <halfulp/kernels/matmul.hpp>

#include "arithmetic/oracle.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace {

using namespace halfulp_test;

TEST_CASE("C += A·B starts each chain from the element") {
    std::mt19937_64 generator(2);
    const auto a = random_matrix<float>(generator, 3, 9);
    const auto b = random_matrix<float>(generator, 9, 4);
    const auto old = random_matrix<double>(generator, 3, 4, 60);
    auto c = old;
    matmul(a.view(), b.view(), c.view(), arithmetic::exact{}, {.accumulate = true});
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 4; ++j) {
            reference::exact_value sum = exact_of(old.view()(i, j));
            for (std::size_t k = 0; k < 9; ++k)
                sum = sum + exact_of(a.view()(i, k)) * exact_of(b.view()(k, j));
            CHECK(same(c.view()(i, j), rounded_by_reference<double>(sum, {})));
        }
    // In two halves, with a float kept between them: the chain of the whole.
    matrix<float> whole{std::vector<float>(12), 3, 4}, halves = whole;
    matmul(a.view(), b.view(), whole.view());
    matmul(matrix_view(a.data.data(), 3, 5, 9, 1), matrix_view(b.data.data(), 5, 4), halves.view());
    matmul(matrix_view(a.data.data() + 5, 3, 4, 9, 1), matrix_view(b.data.data() + 20, 4, 4), halves.view(),
           arithmetic::native<float>{}, {.accumulate = true});
    CHECK(whole.data == halves.data);
}

TEST_CASE("strides, transposes and neighbours do not matter, nor does the shape") {
    std::mt19937_64 generator(3);
    const auto a = random_matrix<bfloat16>(generator, 6, 11);
    const auto b = random_matrix<bfloat16>(generator, 11, 7);
    const arithmetic::rounded<bfloat16> arithmetic{{rounding::stochastic_c, saturation::none, 8}, 3};
    matrix<bfloat16> c{std::vector<bfloat16>(42), 6, 7};
    matmul(a.view(), b.view(), c.view(), arithmetic);

    SECTION("transposed copies") {
        matrix<bfloat16> at{std::vector<bfloat16>(66), 11, 6};
        for (std::size_t i = 0; i < 6; ++i)
            for (std::size_t k = 0; k < 11; ++k)
                at.view()(k, i) = a.view()(i, k);
        matrix<bfloat16> d = c;
        std::fill(d.data.begin(), d.data.end(), bfloat16(0));
        matmul(at.view().transposed(), b.view(), d.view(), arithmetic);
        for (std::size_t i = 0; i < c.data.size(); ++i)
            CHECK(same(c.data[i], d.data[i]));
    }
    SECTION("with gaps and reversed rows") {
        std::vector<bfloat16> memory(6 * 20, bfloat16(9));
        const matrix_view<bfloat16> gaps(memory.data() + 5 * 20, 6, 7, -20, 2);
        matmul(a.view(), b.view(), gaps, arithmetic);
        for (std::size_t i = 0; i < 6; ++i)
            for (std::size_t j = 0; j < 7; ++j)
                CHECK(same(gaps(i, j), c.view()(i, j)));
        CHECK(memory[1] == 9);
        CHECK(memory[119] == 9);
    }
    SECTION("fewer columns and rows") {
        matrix<bfloat16> d{std::vector<bfloat16>(6), 2, 3};
        matmul(matrix_view(a.data.data(), 2, 11), matrix_view(b.data.data(), 11, 3, 7, 1), d.view(),
               arithmetic);
        for (std::size_t i = 0; i < 2; ++i)
            for (std::size_t j = 0; j < 3; ++j)
                CHECK(same(d.view()(i, j), c.view()(i, j)));
    }
}

TEST_CASE("wrong shapes throw before anything is written, and say what is wrong") {
    const std::vector<float> a(12, 1), b(12, 1);
    std::vector<float> c(12, 7);
    const auto mm = [&](std::size_t ar, std::size_t ac, std::size_t br, std::size_t bc, std::size_t cr,
                        std::size_t cc) {
        matmul(matrix_view(a.data(), ar, ac), matrix_view(b.data(), br, bc), matrix_view(c.data(), cr, cc));
    };
    CHECK_THROWS_AS(mm(2, 3, 4, 2, 2, 2), shape_error);
    CHECK_THROWS_WITH(mm(2, 3, 4, 2, 2, 2), "halfulp::matmul: b.rows() is 4, expected a.columns() = 3");
    CHECK_THROWS_WITH(mm(2, 3, 3, 2, 3, 2), "halfulp::matmul: c.rows() is 3, expected a.rows() = 2");
    CHECK_THROWS_WITH(mm(2, 3, 3, 2, 2, 1), "halfulp::matmul: c.columns() is 1, expected b.columns() = 2");
    CHECK(c == std::vector<float>(12, 7));
    CHECK_THROWS_AS(dot(a, std::vector<float>(3)), shape_error);
    CHECK_THROWS_WITH(dot(a, std::vector<float>(3)),
                      "halfulp::dot: the size of y is 3, expected the size of x = 12");
}

TEST_CASE("an output that shares memory with an input is refused") {
    std::vector<float> m(64, 1);
    const std::vector<float> before = m;
    const matrix_view<float> whole(m.data(), 8, 8);
    const auto block = [&m](std::size_t i, std::size_t j, std::size_t rows, std::size_t columns) {
        return matrix_view<float>(m.data() + 8 * i + j, rows, columns, 8, 1);
    };
    std::vector<float> other(64, 1);
    CHECK_THROWS_AS(matmul(whole, matrix_view(other.data(), 8, 8), whole), aliasing_error);
    CHECK_THROWS_AS(matmul(matrix_view(other.data(), 8, 8), whole, whole), aliasing_error);
    CHECK_THROWS_WITH(matmul(whole, whole, whole), halfulp_test::contains_text("c is sharing memory with a"));
    CHECK_THROWS_AS(matmul(block(0, 0, 4, 4), block(0, 0, 4, 4), block(3, 3, 4, 4)), aliasing_error);
    CHECK_THROWS_AS(matmul(block(4, 4, 4, 4), block(4, 4, 4, 4), block(2, 2, 4, 4)), aliasing_error);
    CHECK_THROWS_AS(matmul(block(0, 5, 2, 2), block(0, 5, 2, 2), block(1, 4, 2, 2)), aliasing_error);
    CHECK_THROWS_AS(matmul(block(0, 0, 2, 2).transposed(), block(6, 6, 2, 2), block(1, 1, 2, 2)),
                    aliasing_error);
    CHECK(m == before);
    // Blocks of one matrix that do not meet are fine, side by side and one above the other.
    matmul(block(0, 0, 4, 4), block(4, 0, 4, 4), block(0, 4, 4, 4));
    matmul(block(0, 0, 4, 4), block(0, 0, 4, 4), block(4, 4, 4, 4));
    CHECK(m[4] == 4);
    CHECK(m[63] == 4);
    CHECK(m[0] == 1);
}

TEST_CASE("every pair of blocks of a matrix is judged as its elements are") {
    std::vector<int> m(30);
    std::mt19937_64 generator(4);
    const auto random_block = [&] {
        const std::size_t i = generator() % 6, j = generator() % 5;
        return matrix_view<int>(m.data() + 5 * i + j, 1 + generator() % (6 - i), 1 + generator() % (5 - j), 5,
                                1);
    };
    for (int round = 0; round < 2000; ++round) {
        const auto x = random_block(), y = random_block();
        bool shared = false;
        for (std::size_t i = 0; i < x.rows() * x.columns(); ++i)
            for (std::size_t j = 0; j < y.rows() * y.columns(); ++j)
                shared |= &x(i / x.columns(), i % x.columns()) == &y(j / y.columns(), j % y.columns());
        CHECK(detail::may_overlap(x, y) == shared);
    }
}

// --- Number types ---------------------------------------------------------------------------------

/// A number with nothing beyond the concept: integers modulo 97.
class archetype {
  public:
    archetype() = delete;
    explicit archetype(int value) : value_(static_cast<unsigned>(value) % 97) {}
    friend archetype operator*(const archetype& x, const archetype& y) {
        return archetype(static_cast<int>(x.value_ * y.value_));
    }
    archetype& operator+=(const archetype& y) {
        value_ = (value_ + y.value_) % 97;
        return *this;
    }
    unsigned value() const { return value_; }

  private:
    unsigned value_;
};

}  // namespace

template <>
struct halfulp::number_traits<archetype> {
    using accumulator_type = archetype;
    static constexpr bool is_exact = true;
};

namespace {

TEST_CASE("a number type with nothing beyond the concept goes through dot and matmul") {
    std::vector<archetype> a, b, c(4, archetype(0));
    for (int i = 0; i < 6; ++i) {
        a.push_back(archetype(i + 10));
        b.push_back(archetype(3 * i + 50));
    }
    const auto expected = [](int i, int j) {
        int sum = 0;
        for (int k = 0; k < 3; ++k)
            sum += (3 * i + k + 10) * (3 * (2 * k + j) + 50);
        return static_cast<unsigned>(sum % 97);
    };
    const auto check = [&] {
        for (int i = 0; i < 2; ++i)
            for (int j = 0; j < 2; ++j)
                CHECK(c[static_cast<std::size_t>(2 * i + j)].value() == expected(i, j));
    };
    matmul(matrix_view(a.data(), 2, 3), matrix_view(b.data(), 3, 2), matrix_view(c.data(), 2, 2));
    check();
    matmul(matrix_view(a.data(), 2, 3), matrix_view(b.data(), 3, 2), matrix_view(c.data(), 2, 2),
           arithmetic::exact{});
    check();
    CHECK(dot(a, a).value() == (100 + 121 + 144 + 169 + 196 + 225) % 97);
}

TEST_CASE("integers and GMP's rationals") {
    const std::vector<std::int8_t> x{-128, 127, 5};
    CHECK(dot(x, x) == 128 * 128 + 127 * 127 + 25);
    CHECK(dot<float>(x, x, arithmetic::exact{}) == 32538.0f);
    static_assert(std::is_same_v<decltype(dot(x, x)), std::int32_t>);
    const std::vector<mpq_class> q{mpq_class(1, 3), mpq_class(1, 7)};
    CHECK(dot(q, q) == mpq_class(58, 441));
    std::vector<mpz_class> big(4, mpz_class(1) << 100), out(4);
    matmul(matrix_view(big.data(), 2, 2), matrix_view(big.data(), 2, 2), matrix_view(out.data(), 2, 2),
           arithmetic::exact{});
    CHECK(out[3] == mpz_class(1) << 201);
}

/// What std::mdspan and Eigen look like to the kernels.
struct span_2d {
    using element_type = const float;
    const float* p;
    static constexpr int rank() { return 2; }
    const float* data_handle() const { return p; }
    std::size_t extent(int) const { return 2; }
    std::ptrdiff_t stride(int d) const { return d == 0 ? 1 : 2; }
};
struct dense_matrix {
    std::array<float, 4> values{};
    float* data() { return values.data(); }
    const float* data() const { return values.data(); }
    std::ptrdiff_t rows() const { return 2; }
    std::ptrdiff_t cols() const { return 2; }
    std::ptrdiff_t rowStride() const { return 2; }
    std::ptrdiff_t colStride() const { return 1; }
};

TEST_CASE("mdspans and dense matrices of other libraries are taken as they are") {
    const std::array<float, 4> values{1, 2, 3, 4};
    dense_matrix b{{5, 6, 7, 8}}, c;
    matmul(span_2d{values.data()}, b, c);  // column-major: | 1 3; 2 4 |
    CHECK(c.values == std::array<float, 4>{26, 30, 38, 44});
}

constexpr bool in_a_constant_expression() {
    const std::array<bfloat16, 4> a{bfloat16(1), bfloat16(2), bfloat16(3), bfloat16(4)};
    std::array<float, 4> c{};
    matmul(matrix_view(a.data(), 2, 2), matrix_view(a.data(), 2, 2), matrix_view(c.data(), 2, 2));
    std::array<float8_e4m3fn, 4> d{};
    matmul(matrix_view(a.data(), 2, 2), matrix_view(a.data(), 2, 2), matrix_view(d.data(), 2, 2),
           arithmetic::exact{});
    return c == std::array<float, 4>{7, 10, 15, 22} && static_cast<float>(d[3]) == 22.0f;
}
static_assert(in_a_constant_expression());

}  // namespace
