// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Quantised matrices as operands of products (kernels/quantized_matmul.hpp): which way k runs, how the two sides'
/// groups are cut, and an element by the definition.

#include <halfulp/arithmetic/integer.hpp>
#include <halfulp/formats/packed_bits.hpp>
#include <halfulp/kernels/quantized_matrix.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

/// A quantised matrix read as its transpose; the matrix has to stay. Made by transposed().
template <class Matrix>
struct transposed_quantized {
    const Matrix* matrix;
    std::size_t rows() const noexcept { return matrix->columns(); }
    std::size_t columns() const noexcept { return matrix->rows(); }
};
/// mᵀ, without a copy. O(1).
template <quantized_number T, packed_layout Layout>
transposed_quantized<quantized_matrix<T, Layout>> transposed(const quantized_matrix<T, Layout>& m) noexcept {
    return {&m};
}
template <quantized_number T, packed_layout Layout>
void transposed(quantized_matrix<T, Layout>&&) = delete;

namespace detail {

template <class M>
inline constexpr bool is_quantized = false;
template <class T, packed_layout Layout>
inline constexpr bool is_quantized<quantized_matrix<T, Layout>> = true;
template <class T, packed_layout Layout>
inline constexpr bool is_quantized<transposed_quantized<quantized_matrix<T, Layout>>> = true;

/// One operand of a product; `is_across`: k does not run along the lines.
struct quantized_operand {
    quantized_lines lines{};
    bool is_across = false;

    std::size_t lines_of_product() const noexcept {
        return is_across ? lines.codes.length : lines.codes.lines;
    }
    std::size_t depth() const noexcept { return is_across ? lines.codes.lines : lines.codes.length; }
    /// The whole depth where parameters do not change along k.
    std::size_t group_size() const noexcept {
        return is_across || lines.group_size >= lines.codes.length ? depth() : lines.group_size;
    }
    std::int64_t value(std::size_t line, std::size_t k) const noexcept {
        const auto a = arrangement_of(lines.codes);
        return lines.codes.format.value_of(is_across ? packed_code(lines.codes.bytes, a, k, line)
                                                     : packed_code(lines.codes.bytes, a, line, k)) +
               lines.zero_point(is_across ? 0 : line, is_across ? 0 : k / lines.group_size);
    }
    float scale(std::size_t line, std::size_t k) const noexcept {
        return lines.scale(is_across ? 0 : line, is_across ? 0 : k / lines.group_size);
    }
    std::uint64_t largest_magnitude() const noexcept {
        std::uint64_t zero_point = 0;
        if (lines.zero_points != nullptr) {
            const std::size_t count_lines = lines.line_stride == 0 ? 1 : lines.codes.lines;
            const std::size_t count_groups = lines.group_stride == 0 ? 1 : lines.groups();
            for (std::size_t line = 0; line < count_lines; ++line)
                for (std::size_t group = 0; group < count_groups; ++group) {
                    const std::int64_t z = lines.zero_point(line, group);
                    const auto magnitude = static_cast<std::uint64_t>(z < 0 ? -z : z);
                    zero_point = magnitude > zero_point ? magnitude : zero_point;
                }
        }
        return lines.codes.format.largest_magnitude() + zero_point;
    }
};

/// The lines of an operand; k is to run along them, or parameters are to be the same everywhere.
template <class T, packed_layout Layout>
quantized_operand operand_of(const char* name, const quantized_matrix<T, Layout>& m, storage_order along_k) {
    const quantized_operand result{quantized_lines_of(m), m.order() != along_k};
    if (result.is_across && (result.lines.line_stride != 0 || result.lines.group_stride != 0))
        throw_argument_error<format_error>(
            "matmul", std::string("the order of ") + name,
            m.order() == storage_order::row_major ? "row_major" : "column_major",
            "the other one: k, the direction of the sum, has to run along lines that have parameters of "
            "their own");
    return result;
}
template <class M>
quantized_operand operand_of(const char* name, const transposed_quantized<M>& m, storage_order along_k) {
    return operand_of(
        name, *m.matrix,
        along_k == storage_order::row_major ? storage_order::column_major : storage_order::row_major);
}

/// What a product of two operands is cut into.
struct common_groups {
    std::size_t size = 1;
    bool fits_32_bits = false;  ///< the integer of every group
};
inline common_groups common_groups_of(const quantized_operand& a, const quantized_operand& b) {
    const std::size_t depth = a.depth(), x = a.group_size(), y = b.group_size();
    const std::size_t size = depth == 0 ? 1 : x == depth ? y : y == depth ? x : std::gcd(x, y);
    const std::uint64_t larger = a.largest_magnitude(), other = b.largest_magnitude();
    const auto fits = [&](int bits) { return size <= ((std::uint64_t{1} << bits) - 1) / larger / other; };
    if (!fits(63))
        throw_argument_error<overflow_error>(
            "matmul", "the size of a group", std::to_string(size),
            "size * " + std::to_string(larger) + " * " + std::to_string(other) + " < 2^63");
    return {size, fits(31)};
}

/// Calls step(I, k) for the groups of element (i, j), k ascending, where k is the first term.
template <class Step>
void for_each_group(const quantized_operand& a, const quantized_operand& b, std::size_t size, std::size_t i,
                    std::size_t j, const Step& step) {
    for (std::size_t k = 0; k < a.depth(); k += size) {
        const std::size_t end = size < a.depth() - k ? k + size : a.depth();
        std::int64_t sum = 0;
        for (std::size_t t = k; t < end; ++t)
            sum += a.value(i, t) * b.value(j, t);
        step(sum, k);
    }
}

/// The definition in native<float>.
inline float quantized_element(const quantized_operand& a, const quantized_operand& b, std::size_t size,
                               std::size_t i, std::size_t j, float start) {
    HALFULP_STRICT_FLOATING_POINT
    float sum = start;
    for_each_group(a, b, size, i, j, [&](std::int64_t integer, std::size_t k) {
        // The product of two floats is a double.
        const auto scale =
            static_cast<float>(static_cast<double>(a.scale(i, k)) * static_cast<double>(b.scale(j, k)));
        sum = std::fma(static_cast<float>(integer), scale, sum);
    });
    return sum == sum ? sum : std::numeric_limits<float>::quiet_NaN();
}

}  // namespace detail

/// A quantised matrix, or the transpose of one.
template <class M>
concept quantized_argument = detail::is_quantized<std::remove_cvref_t<M>>;

}  // namespace v0
}  // namespace halfulp
