// SPDX-License-Identifier: BSL-1.0
//
// Products of packed integers and of integers a byte each through the public functions: types, layouts, orders,
// strides, accumulators, errors; at every level, against GMP.

#include <halfulp/formats/narrow_integer.hpp>
#include <halfulp/kernels/integer_matmul.hpp>

#include "kernels/integer_numbers.hpp"
#include "simd/levels.hpp"
#include "support/catch.hpp"
#include "support/tally.hpp"

#include <array>

using namespace halfulp_test;

namespace {

/// Elements of a matrix of the caller's own, with strides.
template <class T>
class plain_matrix {
  public:
    using value_type = T;
    plain_matrix(std::size_t rows, std::size_t columns, std::ptrdiff_t row, std::ptrdiff_t column)
        : memory_(rows * columns * 4 + 8), view_(memory_.data(), rows, columns, row, column) {}
    std::size_t rows() const { return view_.rows(); }
    std::size_t columns() const { return view_.columns(); }
    void set(std::size_t i, std::size_t j, T x) { view_(i, j) = x; }
    T operator()(std::size_t i, std::size_t j) const { return view_(i, j); }
    const matrix_view<T>& view() const { return view_; }

  private:
    std::vector<T> memory_;
    matrix_view<T> view_;
};

template <class M>
const M& argument(const M& m) {
    return m;
}
template <class T>
const matrix_view<T>& argument(const plain_matrix<T>& m) {
    return m.view();
}

/// C and C + A·B at all levels, in rows and in columns.
template <class C, class A, class B>
void check(const char* what, A& a, B& b) {
    tally t(what);
    fill(a, 1);
    fill(b, 2);
    const std::size_t rows = a.rows(), columns = b.columns();
    std::vector<mpz_class> expected;
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            expected.push_back(reference::integer_dot(
                a.columns(), [&](std::size_t k) { return exact(a(i, k)); },
                [&](std::size_t k) { return exact(b(k, j)); }));
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        for (const bool by_columns : {false, true})
            for (const bool accumulate : {false, true}) {
                std::vector<C> memory(rows * columns, C{1000});
                const auto row = static_cast<std::ptrdiff_t>(by_columns ? 1 : columns);
                const auto column = static_cast<std::ptrdiff_t>(by_columns ? rows : 1);
                const matrix_view<C> c(memory.data(), rows, columns, row, column);
                matmul(argument(a), argument(b), c, arithmetic::integer<C>{}, {.accumulate = accumulate});
                for (std::size_t i = 0; i < rows; ++i)
                    for (std::size_t j = 0; j < columns; ++j) {
                        const mpz_class value = expected[i * columns + j] + (accumulate ? 1000 : 0);
                        t.expect(value == static_cast<long>(c(i, j)), [&] {
                            return std::string(simd::name_of(level)) + " element " + std::to_string(i) +
                                   ", " + std::to_string(j) + ": " + std::to_string(c(i, j)) + " for " +
                                   value.get_str();
                        });
                    }
            }
    }
    require(t);
}

}  // namespace

TEST_CASE("Products of packed matrices are exact in every layout and order") {
    {
        packed_matrix<bipolar_int<1>> a(21, 130);
        packed_matrix<bipolar_int<1>> b(130, 37, storage_order::column_major);
        check<std::int32_t>("bipolar 1 x bipolar 1", a, b);
    }
    {
        packed_matrix<narrow_int<3>, packed_layout::bit_planes> a(5, 70);
        packed_matrix<bipolar_int<2>, packed_layout::interleaved> b(70, 41, storage_order::column_major);
        check<std::int32_t>("planes x interleaved", a, b);
    }
    {
        packed_matrix<ternary, packed_layout::base_3> a(40, 99);
        packed_matrix<narrow_int<8>> b(99, 9, storage_order::column_major);
        check<std::int32_t>("base 3 x signed 8", a, b);
    }
    {
        packed_matrix<narrow_uint<5>> a(11, 65, storage_order::column_major);
        packed_matrix<narrow_int<4>> b(65, 23);
        check<std::int64_t>("columns x rows, 64 bits", a, b);
    }
    {
        packed_matrix<narrow_int<6>> a(3, 50);
        packed_matrix<narrow_uint<8>> b(50, 1, storage_order::column_major);
        check<std::int64_t>("one column", a, b);
    }
}

TEST_CASE("A packed matrix times integers a byte each, of any strides") {
    {
        packed_matrix<narrow_int<4>> a(17, 77);
        plain_matrix<std::int8_t> b(77, 29, 29, 1);
        check<std::int32_t>("rows of bytes", a, b);
    }
    {
        packed_matrix<bipolar_int<3>> a(17, 77);
        plain_matrix<std::uint8_t> b(77, 5, 1, 80);
        check<std::int32_t>("columns of bytes", a, b);
    }
    {
        plain_matrix<narrow_int<5>> a(8, 33, 70, 2);
        packed_matrix<ternary> b(33, 12);
        check<std::int32_t>("every second element", a, b);
    }
    {
        packed_matrix<narrow_int<4>> a(6, 20);
        plain_matrix<std::int16_t> b(20, 7, 7, 1);
        check<std::int64_t>("wider integers by the definition", a, b);
    }
    {
        packed_matrix<narrow_int<12>> a(6, 20);
        packed_matrix<narrow_uint<20>> b(20, 7);
        check<std::int64_t>("wider packed integers", a, b);
    }
}

TEST_CASE("Matrices of bytes take the same ways in arithmetic::integer") {
    plain_matrix<std::int8_t> a(14, 100, 100, 1);
    plain_matrix<std::uint8_t> b(100, 35, 35, 1);
    check<std::int32_t>("bytes x bytes", a, b);
    plain_matrix<narrow_int<2>> c(14, 100, 1, 14);
    plain_matrix<bipolar_int<8>> d(100, 35, 1, 100);
    check<std::int64_t>("narrow integers a byte each", c, d);
}

TEST_CASE("Sums beyond 32 bits are exact in 64") {
    // 40000 · 255 · 255 exceeds 2^31.
    packed_matrix<bipolar_int<8>> a(2, 40000);
    packed_matrix<bipolar_int<8>> b(40000, 3, storage_order::column_major);
    for (std::size_t k = 0; k < 40000; ++k) {
        for (std::size_t i = 0; i < 2; ++i)
            a.set(i, k, bipolar_int<8>::from_bits(255));
        for (std::size_t j = 0; j < 3; ++j)
            b.set(k, j, bipolar_int<8>::from_bits(j == 1 ? 0 : 255));
    }
    std::vector<std::int8_t> x(40000, -128);
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        std::vector<std::int64_t> c(6);
        matmul(a, b, matrix_view<std::int64_t>(c.data(), 2, 3));
        CHECK(c[0] == 40000LL * 255 * 255);
        CHECK(c[4] == -40000LL * 255 * 255);
        std::vector<std::int64_t> y(2);
        matvec(a, x, y);
        CHECK(y[1] == -40000LL * 255 * 128);
    }
    std::vector<std::int32_t> narrow(6);
    CHECK_THROWS_AS(matmul(a, b, matrix_view<std::int32_t>(narrow.data(), 2, 3)), overflow_error);
    CHECK_THROWS_WITH(matmul(a, b, matrix_view<std::int32_t>(narrow.data(), 2, 3)),
                      contains_text("the depth of the sum is 40000, expected depth * 255 * 255 < 2^31"));
    CHECK(narrow == std::vector<std::int32_t>(6));
    // The bound is exact: 33025 terms of 255 · 255 fit, 33026 do not.
    CHECK(sum_of_products_fits(formats::bipolar_integer(8), formats::bipolar_integer(8), 33025, 31));
    CHECK_FALSE(sum_of_products_fits(formats::bipolar_integer(8), formats::bipolar_integer(8), 33026, 31));
    CHECK(sum_of_products_fits(formats::signed_integer(8), formats::signed_integer(8), 131071, 31));
    CHECK_FALSE(sum_of_products_fits(formats::signed_integer(8), formats::signed_integer(8), 131072, 31));
}

TEST_CASE("Published traps: sums of pairs beyond 16 bits, and ternary sums beyond 16 bits") {
    // 211 · 71 + 171 · 107 = 33278 saturates in vpmaddubsw.
    packed_matrix<narrow_uint<8>> a(1, 2);
    packed_matrix<narrow_int<8>> b(2, 1, storage_order::column_major);
    a.set(0, 0, narrow_uint<8>(211));
    a.set(0, 1, narrow_uint<8>(171));
    b.set(0, 0, narrow_int<8>(71));
    b.set(1, 0, narrow_int<8>(107));
    // 4096 terms of 1 · 127: a kernel that adds codes of 2 in 16 bits gives −8192 + ….
    packed_matrix<ternary> w(1, 4096);
    for (std::size_t k = 0; k < 4096; ++k)
        w.set(0, k, ternary(1));
    const std::vector<std::int8_t> x(4096, 127);
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        std::int32_t c = 0;
        matmul(a, b, matrix_view<std::int32_t>(&c, 1, 1));
        CHECK(c == 33278);
        std::vector<std::int32_t> y(1);
        matvec(w, x, y);
        CHECK(y[0] == 4096 * 127);
    }
}

TEST_CASE("Empty products, and shapes that do not fit") {
    packed_matrix<narrow_int<4>> a(3, 0);
    packed_matrix<narrow_int<4>> b(0, 2);
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        std::vector<std::int32_t> c(6, 7);
        matmul(a, b, matrix_view<std::int32_t>(c.data(), 3, 2), arithmetic::integer<>{},
               {.accumulate = true});
        CHECK(c == std::vector<std::int32_t>(6, 7));
        matmul(a, b, matrix_view<std::int32_t>(c.data(), 3, 2));
        CHECK(c == std::vector<std::int32_t>(6, 0));
        std::vector<std::int32_t> y(3, 5);
        matvec(a, std::vector<std::int8_t>{}, y);
        CHECK(y == std::vector<std::int32_t>(3, 0));
        packed_matrix<narrow_int<4>> none(0, 4);
        std::vector<std::int32_t> nothing;
        matvec(none, std::vector<std::int8_t>(4), nothing);
        CHECK(nothing.empty());
    }
    packed_matrix<narrow_int<4>> d(4, 2);
    std::vector<std::int32_t> c(8, 9);
    CHECK_THROWS_AS(matmul(d, d, matrix_view<std::int32_t>(c.data(), 4, 2)), shape_error);
    CHECK_THROWS_AS(matmul(d, d.transposed(), matrix_view<std::int32_t>(c.data(), 4, 2)), shape_error);
    CHECK_THROWS_AS(matvec(d, std::vector<std::int8_t>(3), c), shape_error);
    std::vector<std::int32_t> y(3);
    CHECK_THROWS_AS(matvec(d, std::vector<std::int8_t>(2), y), shape_error);
    CHECK(c == std::vector<std::int32_t>(8, 9));
    const matrix_view<std::int8_t> inside(reinterpret_cast<std::int8_t*>(c.data()), 2, 4);
    CHECK_THROWS_AS(
        matmul(d, inside, matrix_view<std::int32_t>(c.data(), 2, 4, 4, 1), arithmetic::integer<>{}),
        std::invalid_argument);
}

TEST_CASE("dot in arithmetic::integer is exact, also at compile time, and refuses sums that could overflow") {
    constexpr std::int64_t sum = [] {
        const std::array<std::int8_t, 2> x{1, 2}, y{3, -4};
        return dot(x, y, arithmetic::integer<std::int64_t>{});
    }();
    STATIC_REQUIRE(sum == -5);
    const std::vector<std::int8_t> ones(131072, 1);
    CHECK_THROWS_AS(dot(ones, ones, arithmetic::integer<>{}), overflow_error);
    CHECK(dot(ones, ones, arithmetic::integer<std::int64_t>{}) == 131072);
}
