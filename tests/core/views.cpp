// SPDX-License-Identifier: BSL-1.0
//
// Views of vectors and matrices, and what they are made from.

#include <halfulp/core/concepts.hpp>
#include <halfulp/core/views.hpp>

#include "support/catch.hpp"

#include <array>
#include <span>
#include <type_traits>
#include <vector>

using namespace halfulp;

namespace {

/// As much of std::mdspan as the views ask for.
template <class T, int Rank>
struct mdspan_double {
    using element_type = T;
    static constexpr int rank() { return Rank; }
    T* data;
    std::array<std::size_t, Rank> extents;
    std::array<std::ptrdiff_t, Rank> strides;
    T* data_handle() const { return data; }
    std::size_t extent(int i) const { return extents[static_cast<std::size_t>(i)]; }
    std::ptrdiff_t stride(int i) const { return strides[static_cast<std::size_t>(i)]; }
};

/// As much of a column-major Eigen::Matrix.
struct eigen_double {
    double* values;
    double* data() { return values; }
    const double* data() const { return values; }
    std::ptrdiff_t rows() const { return 2; }
    std::ptrdiff_t cols() const { return 3; }
    std::ptrdiff_t size() const { return 6; }
    std::ptrdiff_t rowStride() const { return 1; }
    std::ptrdiff_t colStride() const { return 2; }
};

}  // namespace

TEST_CASE("a vector view of a container has its elements") {
    std::vector<int> v{1, 2, 3, 4, 5, 6};
    const vector_view<int> view(v);
    CHECK(view.size() == 6);
    CHECK(view.stride() == 1);
    CHECK(view.data() == v.data());
    view[2] = 30;
    CHECK(v[2] == 30);
    const vector_view<const int> constant_view = view;
    CHECK(constant_view[2] == 30);
    const std::array<int, 3> a{7, 8, 9};
    const vector_view<const int> of_array(a);
    CHECK(of_array[1] == 8);
    CHECK(vector_view<int>{}.size() == 0);
}

TEST_CASE("strides may be larger than one and negative") {
    std::vector<int> v{1, 2, 3, 4, 5, 6};
    const vector_view<int> even(v.data(), 3, 2);
    CHECK((even[0] == 1 && even[1] == 3 && even[2] == 5));
    const vector_view<int> backwards(v.data() + 5, 6, -1);
    CHECK((backwards[0] == 6 && backwards[5] == 1));
    const vector_view<int> repeated(v.data() + 1, 100, 0);
    CHECK(repeated[99] == 2);
}

TEST_CASE("a matrix view is row-major, its transpose exchanges extents and strides") {
    std::vector<int> v{1, 2, 3, 4, 5, 6};
    const matrix_view<int> m(v.data(), 2, 3);
    CHECK((m.rows() == 2 && m.columns() == 3 && m.row_stride() == 3 && m.column_stride() == 1));
    CHECK((m(0, 2) == 3 && m(1, 0) == 4));
    const auto t = m.transposed();
    CHECK((t.rows() == 3 && t.columns() == 2));
    for (std::size_t i = 0; i < 2; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            CHECK(&t(j, i) == &m(i, j));
    CHECK((m.row(1)[0] == 4 && m.row(1).size() == 3 && m.row(1)[2] == 6));
    CHECK((m.column(2)[1] == 6 && m.column(2).size() == 2));
    CHECK((t.row(2)[1] == 6 && t.column(1)[0] == 4));
    const matrix_view<const int> constant_view = m;
    CHECK(constant_view(1, 2) == 6);
    CHECK(matrix_view<int>{}.rows() == 0);
}

TEST_CASE("rows and columns of an empty matrix are empty, and stay at its data, which may be null") {
    const matrix_view<int> no_columns(nullptr, 3, 0, 4, 1);
    const matrix_view<int> no_rows(nullptr, 0, 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(no_columns.row(i).size() == 0);
        CHECK(no_columns.row(i).data() == nullptr);
        CHECK(no_rows.column(i).size() == 0);
        CHECK(no_rows.column(i).data() == nullptr);
    }
}

TEST_CASE("constants are not viewed as variables") {
    STATIC_REQUIRE(std::is_convertible_v<vector_view<int>, vector_view<const int>>);
    STATIC_REQUIRE(!std::is_convertible_v<vector_view<const int>, vector_view<int>>);
    STATIC_REQUIRE(std::is_convertible_v<matrix_view<int>, matrix_view<const int>>);
    STATIC_REQUIRE(!std::is_convertible_v<matrix_view<const int>, matrix_view<int>>);
    STATIC_REQUIRE(!std::is_constructible_v<vector_view<int>, const std::vector<int>&>);
    STATIC_REQUIRE(std::is_trivially_copyable_v<matrix_view<double>>);
    CHECK(std::is_same_v<vector_view<const int>::value_type, int>);
}

TEST_CASE("what looks like an mdspan becomes a view with its strides") {
    std::vector<double> v{1, 2, 3, 4, 5, 6};
    const mdspan_double<double, 2> columns{v.data(), {2, 3}, {1, 2}};
    const matrix_view<double> m(columns);
    CHECK((m(0, 1) == 3 && m(1, 2) == 6 && m.rows() == 2));
    CHECK(as_matrix(columns)(1, 1) == 4);
    const mdspan_double<double, 1> every_other{v.data(), {3}, {2}};
    const vector_view<double> w(every_other);
    CHECK((w[2] == 5 && w.size() == 3));
    CHECK(as_vector(every_other)[1] == 3);
}

TEST_CASE("as_vector and as_matrix take what the concepts say") {
    std::vector<double> v{1, 2, 3, 4, 5, 6};
    STATIC_REQUIRE(vector_argument<std::vector<double>&>);
    STATIC_REQUIRE(vector_argument<const std::vector<double>&>);
    STATIC_REQUIRE(vector_argument<std::span<const float>>);
    STATIC_REQUIRE(vector_argument<vector_view<int>>);
    STATIC_REQUIRE(!vector_argument<int>);
    STATIC_REQUIRE(!vector_argument<matrix_view<int>>);
    STATIC_REQUIRE(matrix_argument<matrix_view<int>>);
    STATIC_REQUIRE(matrix_argument<eigen_double&>);
    STATIC_REQUIRE(!matrix_argument<std::vector<double>&>);
    STATIC_REQUIRE(std::is_same_v<vector_element<const std::vector<double>&>, double>);
    STATIC_REQUIRE(std::is_same_v<decltype(as_vector(std::declval<const std::vector<double>&>())),
                                  vector_view<const double>>);
    eigen_double e{v.data()};
    const auto m = as_matrix(e);
    CHECK((m(1, 0) == 2 && m(0, 1) == 3 && m.columns() == 3));
    m(0, 0) = 9;
    CHECK(v[0] == 9);
    CHECK(as_vector(v).size() == 6);
}
