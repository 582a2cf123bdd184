// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The matrices that the oracles read and write: row-major, owning, of exact values or MPFR numbers.

#include <halfulp/core/errors.hpp>
#include <halfulp/core/views.hpp>
#include <halfulp/reference/decode.hpp>

#include <cstddef>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// rows × columns values, row-major.
template <class T>
class dense_matrix {
  public:
    /// 0 × 0.
    dense_matrix() = default;
    /// Every element a copy of value.
    dense_matrix(std::size_t rows, std::size_t columns, const T& value = T())
        : rows_(rows), columns_(columns), values_(rows * columns, value) {}

    /// The extents.
    std::size_t rows() const noexcept { return rows_; }
    std::size_t columns() const noexcept { return columns_; }
    /// Element (i, j); the indices are not checked.
    T& operator()(std::size_t i, std::size_t j) { return values_[i * columns_ + j]; }
    const T& operator()(std::size_t i, std::size_t j) const { return values_[i * columns_ + j]; }

  private:
    std::size_t rows_ = 0;
    std::size_t columns_ = 0;
    std::vector<T> values_;
};

/// A matrix without rounding errors: rational numbers of any size, infinities, NaN.
using exact_matrix = dense_matrix<exact_value>;

/// The matrix with the elements element(i, j), anything that to_exact takes.
template <class Element>
exact_matrix make_exact_matrix(std::size_t rows, std::size_t columns, const Element& element) {
    exact_matrix result(rows, columns);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            result(i, j) = to_exact(element(i, j));
    return result;
}

/// The elements of a view, exactly.
template <class T>
exact_matrix make_exact_matrix(const matrix_view<T>& view) {
    return make_exact_matrix(view.rows(), view.columns(), view);
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
