// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Whole arrays into packed storage and out of it.
///
///     pack(values, packed, options)          the codes of values
///     unpack(packed, values, options)        their values
///     convert_layout(from, to, options)      the same codes in another layout, or by columns instead of rows
///
/// `packed` is a packed_vector or packed_matrix or a view of one (formats/packed.hpp), `values` any vector or matrix
/// argument of the same shape, strides included. Its elements are of the packed type T, or, where T is an integer, of
/// any built-in integer type. What the other side does not have throws value_error before anything is written, or
/// becomes the nearest value: `options.range`. (Numbers are rounded into packed floating-point formats by
/// encode_packed.)
///
/// Codes of up to eight bits have fast paths, at the speed of memory where values are bytes side by side along the
/// packed lines; results are the same at every level. Nothing is allocated. Bits that belong to no code become zero,
/// and so do the lines that fill up the last 32 of `interleaved`; bytes between lines that are further apart are not
/// touched.

#include <halfulp/core/concepts.hpp>
#include <halfulp/kernels/arguments.hpp>
#include <halfulp/kernels/packing_lines.hpp>

namespace halfulp {
inline namespace v0 {
namespace detail {

template <class V, class T>
constexpr void check_packed_values() noexcept {
    static_assert(
        std::is_same_v<V, T> || (formatted_integer<T> && standard_integer<V>),
        "halfulp: values are elements of the packed type itself or, for packed integers, of a built-in "
        "integer type; encode_packed and decode_packed round floating-point numbers");
}

template <class T, packed_layout Layout>
matrix_view<const std::uint8_t> bytes_of_packed(const packed_array<T, Layout>& a) noexcept {
    return {a.data(), 1, a.size_bytes()};
}

/// Lines of an array with at most eight bits a code, whatever its numbers are.
template <class T, packed_layout Layout>
packed_lines byte_lines_of(const packed_array<T, Layout>& a) noexcept {
    return {a.data(),
            a.lines(),
            a.length(),
            a.line_stride(),
            is_ternary<std::remove_cv_t<T>>() ? formats::ternary : formats::unsigned_integer(a.bits),
            Layout};
}

/// Lines that `interleaved` has behind the last of a matrix: zeros.
template <class T, packed_layout Layout>
void clear_absent_lines(const packed_array<T, Layout>& a, std::size_t line, std::size_t first,
                        std::size_t count) noexcept {
    if constexpr (Layout == packed_layout::interleaved)
        if (line == a.lines() && line % interleaved_lines != 0)
            for (int p = 0; p < a.bits; ++p)
                for (std::size_t k = first; k < first + count; k += 32)
                    std::memset(a.data() + bit_position(a.arrangement(), line, k, p) / 8, 0,
                                4 * (interleaved_lines - line % interleaved_lines));
}

template <class V, class T, packed_layout Layout>
void pack_lines(const char* function, const matrix_view<const V>& values, const packed_array<T, Layout>& to,
                const packing_options& options) {
    check_packed_values<V, T>();
    require_distinct(function, "packed", bytes_of_packed(to), "values", values);
    const simd::isa level = simd::level_for(options.execution);
    const values_to_pack<V, T, Layout> from(level, values);
    if (options.range == out_of_range::throws)
        from.require_in_range(function);
    const packed_arrangement a = to.arrangement();
    const bool all_in_range = options.range == out_of_range::throws || from.are_in_range();
    for_packed_pieces(
        options.execution, to.lines(), to.length(), interleaved_lines, packing_chunk,
        [&](std::size_t first_line, std::size_t lines, std::size_t first, std::size_t count) {
            for (std::size_t line = first_line; line < first_line + lines; ++line)
                if constexpr (T::format.bits() <= 8) {
                    alignas(64) std::uint8_t buffer[packing_chunk];
                    const std::uint8_t* const codes = from.read(line, first, count, all_in_range, buffer);
                    simd::write_codes(level, to.data(), a, line, first, count, codes);
                } else {
                    clear_packed_codes(to.data(), a, line, first, count);
                    for (std::size_t k = first; k < first + count; ++k)
                        set_packed_code(to.data(), a, line, k, packed_code_of<T>(values(line, k)));
                }
            clear_absent_lines(to, first_line + lines, first, count);
        });
}

/// @throws value_error  if V lacks the value of a code
template <class V, class T, packed_layout Layout>
void require_values_in_range(const char* function, simd::isa level,
                             const packed_array<const T, Layout>& from) {
    if constexpr (may_be_out_of_range<T, V, packed_layout::contiguous>()) {
        for (std::size_t line = 0; line < from.lines(); ++line)
            if constexpr (T::format.bits() <= 8) {
                bool is_missing[std::size_t{1} << T::format.bits()];
                for (std::size_t code = 0; code < std::size(is_missing); ++code)
                    is_missing[code] = !is_in_range<V>(T::from_bits(static_cast<std::uint8_t>(code)));
                alignas(64) std::uint8_t codes[packing_chunk];
                for (std::size_t first = 0; first < from.length(); first += packing_chunk) {
                    const std::size_t count = std::min(packing_chunk, from.length() - first);
                    simd::read_codes(level, byte_lines_of(from), line, first, count, codes);
                    bool any = false;
                    for (std::size_t i = 0; i < count; ++i)
                        any |= is_missing[codes[i]];
                    for (std::size_t i = 0; any && i < count; ++i)
                        if (is_missing[codes[i]])
                            throw_out_of_range<V>(function, "packed", T::from_bits(codes[i]), line,
                                                  first + i);
                }
            } else {
                for (std::size_t k = 0; k < from.length(); ++k)
                    if (!is_in_range<V>(from.get(line, k)))
                        throw_out_of_range<V>(function, "packed", from.get(line, k), line, k);
            }
    }
}

template <class V, class T, packed_layout Layout>
void unpack_lines(const char* function, const packed_array<const T, Layout>& from,
                  const matrix_view<V>& values, const packing_options& options) {
    check_packed_values<V, T>();
    static_assert(!std::is_const_v<V>, "halfulp: the output of unpack has constant elements");
    require_own_elements(function, "values", values);
    require_distinct(function, "values", values, "packed", bytes_of_packed(from));
    const simd::isa level = simd::level_for(options.execution);
    if constexpr (!std::is_same_v<V, T>)
        if (options.range == out_of_range::throws)
            require_values_in_range<V>(function, level, from);
    if constexpr (T::format.bits() <= 8) {
        const packed_lines lines_of_from = byte_lines_of(from);
        const values_of_codes<V, T> table;
        for_packed_pieces(
            options.execution, from.lines(), from.length(), interleaved_lines, packing_chunk,
            [&](std::size_t first_line, std::size_t lines, std::size_t first, std::size_t count) {
                alignas(64) std::uint8_t buffer[packing_chunk];
                for (std::size_t line = first_line; line < first_line + lines; ++line)
                    write_values(level, lines_of_from, line, first, count, values.row(line), table, buffer);
            });
    } else {
        for_packed_pieces(
            options.execution, from.lines(), from.length(), interleaved_lines, packing_chunk,
            [&](std::size_t first_line, std::size_t lines, std::size_t first, std::size_t count) {
                for (std::size_t line = first_line; line < first_line + lines; ++line)
                    for (std::size_t k = first; k < first + count; ++k)
                        values(line, k) = value_of_packed<V>(from.get(line, k));
            });
    }
}

/// The codes of `from` in the lines of `to`, whose lines are those of `from` or, if `across`, run across them.
template <class T, packed_layout From, packed_layout To>
void convert_lines(const char* function, const packed_array<const T, From>& from,
                   const packed_array<T, To>& to, bool across, const packing_options& options) {
    require_distinct(function, "to", bytes_of_packed(to), "from", bytes_of_packed(from));
    const simd::isa level = simd::level_for(options.execution);
    if constexpr (To == packed_layout::base_3 && From != packed_layout::base_3)
        if (options.range == out_of_range::throws)
            for (std::size_t line = 0; line < from.lines(); ++line)
                for (std::size_t k = 0; k < from.length(); ++k)
                    if (!from.get(line, k).is_valid())
                        throw_out_of_range<T>(function, "from", from.get(line, k), line, k);
    const packed_arrangement a = to.arrangement();
    if (T::format.bits() > 8 || level == simd::isa::plain)
        return for_packed_pieces(
            options.execution, to.lines(), to.length(), interleaved_lines, packing_chunk,
            [&](std::size_t first_line, std::size_t lines, std::size_t first, std::size_t count) {
                for (std::size_t line = first_line; line < first_line + lines; ++line) {
                    clear_packed_codes(to.data(), a, line, first, count);
                    for (std::size_t k = first; k < first + count; ++k)
                        to.set(line, k, across ? from.get(k, line) : from.get(line, k));
                }
                clear_absent_lines(to, first_line + lines, first, count);
            });
    const packed_lines source = byte_lines_of(from);
    if (!across)
        return for_packed_pieces(
            options.execution, to.lines(), to.length(), interleaved_lines, packing_chunk,
            [&](std::size_t first_line, std::size_t lines, std::size_t first, std::size_t count) {
                alignas(64) std::uint8_t codes[packing_chunk];
                for (std::size_t line = first_line; line < first_line + lines; ++line) {
                    simd::read_codes(level, source, line, first, count, codes);
                    simd::write_codes(level, to.data(), a, line, first, count, codes);
                }
                clear_absent_lines(to, first_line + lines, first, count);
            });
    for_packed_pieces(
        options.execution, to.lines(), to.length(), packing_tile_lines, packing_tile_codes,
        [&](std::size_t first_line, std::size_t lines, std::size_t first, std::size_t count) {
            alignas(64) std::uint8_t rows[packing_tile_codes * packing_tile_lines];
            alignas(64) std::uint8_t turned[packing_tile_codes * packing_tile_lines];
            const std::size_t padded = simd::whole_blocks(count);
            for (std::size_t k = 0; k < count; ++k)
                simd::read_codes(level, source, first + k, first_line, lines, rows + k * packing_tile_lines);
            std::memset(rows + count * packing_tile_lines, 0, (padded - count) * packing_tile_lines);
            for (std::size_t line = 0; line < lines; line += 8)
                for (std::size_t k = 0; k < padded; k += 8)
                    transpose_8_by_8(rows + k * packing_tile_lines + line, packing_tile_lines,
                                     turned + line * packing_tile_codes + k, packing_tile_codes);
            for (std::size_t line = 0; line < lines; ++line)
                simd::write_codes(level, to.data(), a, first_line + line, first, count,
                                  turned + line * packing_tile_codes);
            clear_absent_lines(to, first_line + lines, first, count);
        });
}

}  // namespace detail

/// packed[i] = values[i].
/// @throws shape_error     if the sizes differ
/// @throws value_error     if the packed type lacks a value and options.range is `throws`
/// @throws aliasing_error  if the two share memory
template <vector_argument V, packed_vector_argument P>
void pack(const V& values, P&& packed, const packing_options& options = {}) {
    const auto from = as_vector(values);
    const auto to = as_packed(packed);
    static_assert(!std::is_const_v<typename decltype(to)::element_type>,
                  "halfulp::pack: the output is a view of constant elements");
    detail::require_extent("pack", "packed.size()", to.size(), "values.size()", from.size());
    using value = vector_element<const V&>;
    detail::pack_lines("pack", matrix_view<const value>(from.data(), 1, from.size(), 0, from.stride()),
                       to.codes(), options);
}

/// packed(i, j) = values(i, j).
/// @throws as for vectors
template <matrix_argument V, packed_matrix_argument P>
void pack(const V& values, P&& packed, const packing_options& options = {}) {
    const auto from = as_matrix(values);
    const auto to = as_packed(packed);
    static_assert(!std::is_const_v<typename decltype(to)::element_type>,
                  "halfulp::pack: the output is a view of constant elements");
    detail::require_extent("pack", "packed.rows()", to.rows(), "values.rows()", from.rows());
    detail::require_extent("pack", "packed.columns()", to.columns(), "values.columns()", from.columns());
    using value = matrix_element<const V&>;
    const matrix_view<const value> lines = to.order() == storage_order::row_major ? from : from.transposed();
    detail::pack_lines("pack", lines, to.codes(), options);
}

/// values[i] = packed[i].
/// @throws shape_error     if the sizes differ
/// @throws value_error     if the type of the values lacks one and options.range is `throws`
/// @throws aliasing_error  if the two share memory, or elements of values do with each other
template <packed_vector_argument P, vector_argument V>
void unpack(const P& packed, V&& values, const packing_options& options = {}) {
    const auto from = as_packed(packed);
    const auto to = as_vector(values);
    detail::require_extent("unpack", "values.size()", to.size(), "packed.size()", from.size());
    using value = typename decltype(to)::element_type;
    detail::unpack_lines("unpack", from.codes().as_const(),
                         matrix_view<value>(to.data(), 1, to.size(), 0, to.stride()), options);
}

/// values(i, j) = packed(i, j).
/// @throws as for vectors
template <packed_matrix_argument P, matrix_argument V>
void unpack(const P& packed, V&& values, const packing_options& options = {}) {
    const auto from = as_packed(packed);
    const auto to = as_matrix(values);
    detail::require_extent("unpack", "values.rows()", to.rows(), "packed.rows()", from.rows());
    detail::require_extent("unpack", "values.columns()", to.columns(), "packed.columns()", from.columns());
    detail::unpack_lines("unpack", from.codes().as_const(),
                         from.order() == storage_order::row_major ? to : to.transposed(), options);
}

/// The codes of `from`, in the layout and storage order of `to`. Ternary numbers that are none (the code 3) throw
/// value_error or become 1 in base_3, and stay as they are elsewhere.
/// @throws shape_error     if the shapes differ
/// @throws value_error     as above, by options.range
/// @throws aliasing_error  if the two share memory
template <class From, class To>
requires((packed_vector_argument<From> && packed_vector_argument<To>) ||
         (packed_matrix_argument<From> &&
          packed_matrix_argument<To>)) void convert_layout(const From& from_argument, To&& to_argument,
                                                           const packing_options& options = {}) {
    const auto from = as_packed(from_argument);
    const auto to = as_packed(to_argument);
    using element = typename decltype(to)::element_type;
    static_assert(!std::is_const_v<element>,
                  "halfulp::convert_layout: the output is a view of constant elements");
    static_assert(
        std::is_same_v<typename decltype(from)::value_type, element>,
        "halfulp::convert_layout: both sides hold the same type; unpack and pack convert between types");
    if constexpr (packed_vector_argument<From>) {
        detail::require_extent("convert_layout", "to.size()", to.size(), "from.size()", from.size());
        detail::convert_lines("convert_layout", from.codes().as_const(), to.codes(), false, options);
    } else {
        detail::require_extent("convert_layout", "to.rows()", to.rows(), "from.rows()", from.rows());
        detail::require_extent("convert_layout", "to.columns()", to.columns(), "from.columns()",
                               from.columns());
        detail::convert_lines("convert_layout", from.codes().as_const(), to.codes(),
                              from.order() != to.order(), options);
    }
}

}  // namespace v0
}  // namespace halfulp
