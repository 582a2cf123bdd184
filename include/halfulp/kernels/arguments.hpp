// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the kernels check before they write anything: shapes, and that the output does not overlap
/// an input.

#include <halfulp/core/concepts.hpp>
#include <halfulp/core/errors.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

/// An output that shares memory with an input.
struct aliasing_error : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

namespace detail {

/// The bytes from the lowest to the highest element, empty for an empty view.
struct byte_range {
    std::uintptr_t low = 0;
    std::uintptr_t high = 0;
};

template <class T>
byte_range bytes_of(const matrix_view<T>& m) noexcept {
    if (m.rows() == 0 || m.columns() == 0)
        return {};
    const auto first = reinterpret_cast<std::uintptr_t>(m.data());
    byte_range range{first, first};
    const auto extend = [&range](std::size_t extent, std::ptrdiff_t stride) {
        const auto distance =
            static_cast<std::uintptr_t>(stride) * (extent - 1) * sizeof(T);  // modulo 2^64, as pointers are
        (stride < 0 ? range.low : range.high) += distance;
    };
    extend(m.rows(), m.row_stride());
    extend(m.columns(), m.column_stride());
    range.high += sizeof(T);
    return range;
}

/// Two row-major blocks of one larger matrix, side by side: whether an element is in both.
template <class T, class U>
bool blocks_share_an_element(const matrix_view<T>& x, const matrix_view<U>& y) noexcept {
    const std::ptrdiff_t stride = x.row_stride();
    const std::ptrdiff_t distance = y.data() - x.data();
    std::ptrdiff_t column = distance % stride;
    std::ptrdiff_t row = distance / stride;
    if (column < 0) {
        column += stride;
        --row;
    }
    // Element (i, j) of y is element (i + row, j + column) of x, or (i + row + 1, j + column − stride).
    const auto meets = [](std::ptrdiff_t offset, std::size_t x_extent, std::size_t y_extent) {
        return offset < static_cast<std::ptrdiff_t>(x_extent) &&
               -offset < static_cast<std::ptrdiff_t>(y_extent);
    };
    return (meets(row, x.rows(), y.rows()) && meets(column, x.columns(), y.columns())) ||
           (meets(row + 1, x.rows(), y.rows()) && meets(column - stride, x.columns(), y.columns()));
}

/// Whether the two views may share an element. Exact for views whose byte ranges are disjoint, and
/// for row-major blocks of the same larger matrix; other interleaved views count as overlapping.
template <class T, class U>
constexpr bool may_overlap(const matrix_view<T>& x, const matrix_view<U>& y) noexcept {
    if (std::is_constant_evaluated())
        return false;  // the compiler itself refuses a write to a constant, and addresses cannot be compared
    const byte_range a = bytes_of(x);
    const byte_range b = bytes_of(y);
    if (a.low == a.high || b.low == b.high || a.high <= b.low || b.high <= a.low)
        return false;
    if constexpr (std::is_same_v<std::remove_cv_t<T>, std::remove_cv_t<U>>) {
        const auto columns =
            static_cast<std::ptrdiff_t>(x.columns() > y.columns() ? x.columns() : y.columns());
        const bool aligned = (a.low - b.low) % sizeof(T) == 0;
        if (aligned && x.column_stride() == 1 && y.column_stride() == 1 && x.row_stride() == y.row_stride() &&
            x.row_stride() >= columns)
            return blocks_share_an_element(x, y);
    }
    return true;
}

/// Whether two elements of a matrix are one: that is so if a step of `column` rows back and `row` columns on, in
/// lowest terms, stays within it.
template <class T>
constexpr bool overlaps_itself(const matrix_view<T>& m) noexcept {
    if (m.rows() == 0 || m.columns() == 0)
        return false;
    const auto magnitude = [](std::ptrdiff_t x) {
        return x < 0 ? std::size_t{0} - static_cast<std::size_t>(x) : static_cast<std::size_t>(x);
    };
    const std::size_t row = magnitude(m.row_stride()), column = magnitude(m.column_stride());
    const std::size_t divisor = std::gcd(row, column);
    if (divisor == 0)
        return m.rows() > 1 || m.columns() > 1;
    return column / divisor < m.rows() && row / divisor < m.columns();
}

/// Throws aliasing_error if elements of the output share memory.
template <class T>
constexpr void require_own_elements(const char* function, const char* output_name,
                                    const matrix_view<T>& output) {
    if (overlaps_itself(output))
        throw_argument_error<aliasing_error>(function, output_name,
                                             "a view in which two elements share memory",
                                             "strides that give each element a place of its own");
}

/// Throws aliasing_error if the output may overlap the input.
template <class T, class U>
constexpr void require_distinct(const char* function, const char* output_name, const matrix_view<T>& output,
                                const char* input_name, const matrix_view<U>& input) {
    if (may_overlap(output, input))
        throw_argument_error<aliasing_error>(function, output_name,
                                             std::string("sharing memory with ").append(input_name),
                                             "memory of its own");
}

/// require_equal_extents, usable in constant expressions.
constexpr void require_extent(const char* function, const char* argument, std::size_t value,
                              const char* other, std::size_t expected) {
    if (value != expected)
        require_equal_extents(function, argument, value, other, expected);
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
