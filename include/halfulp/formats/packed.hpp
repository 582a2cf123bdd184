// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Vectors and matrices of narrow numbers without gaps between their bits: integers of formats/narrow_integer.hpp and
/// custom_float of up to 64 bits alike.
///
/// | type                            | memory                                          |
/// |---------------------------------|-------------------------------------------------|
/// | packed_vector<T, Layout>        | its own                                         |
/// | packed_matrix<T, Layout>        | its own                                         |
/// | packed_vector_view<T, Layout>   | bytes of the caller; `const T` for reading only |
/// | packed_matrix_view<T, Layout>   | the same                                        |
///
///     packed_matrix<narrow_int<4>> w(rows, columns);               // rows of 4-bit codes
///     w.set(i, j, narrow_int<4>(-3));
///     packed_matrix_view<const narrow_int<4>> v(bytes, rows, columns);
///
/// Layout is `contiguous` unless given; where each bit lies says formats/packed_layout.hpp. A matrix is stored by
/// lines, which are its rows (row_major) or its columns (column_major); a vector is one line. Elements are read and
/// written by value, since no reference points to half a byte; kernels/packing.hpp moves whole arrays. Threads may
/// read together, and write different lines where those share no bytes: all but `interleaved`, in which 32 lines
/// share none either, but as words.

#include <halfulp/core/errors.hpp>
#include <halfulp/formats/packed_bits.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// A number that packed arrays hold: its value is a code of 1 to 64 bits in a format known to the compiler.
template <class T>
concept packable = requires(const std::remove_cv_t<T>& x) {
    requires std::remove_cv_t<T>::format.bits() >= 1 && std::remove_cv_t<T>::format.bits() <= 64;
    std::remove_cv_t<T>::from_bits(x.to_bits());
    typename std::remove_cv_t<T>::storage_type;
};

namespace detail {

template <class T>
constexpr bool is_ternary() noexcept {
    if constexpr (formatted_integer<T>)
        return T::format.encoding == integer_encoding::ternary;
    else
        return false;
}

/// What views and containers have in common: lines of codes in somebody's bytes.
template <packable T, packed_layout Layout>
class packed_array {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;
    using byte_type = std::conditional_t<std::is_const_v<T>, const std::uint8_t, std::uint8_t>;
    static constexpr packed_layout layout = Layout;
    static constexpr int bits = value_type::format.bits();

    static_assert(
        Layout != packed_layout::base_3 || is_ternary<value_type>(),
        "halfulp: packed_layout::base_3 holds the digits of halfulp::ternary and nothing else; choose "
        "contiguous, bit_planes or interleaved for this element type");

    constexpr packed_array() noexcept = default;
    constexpr packed_array(const char* name, std::span<byte_type> bytes, std::size_t lines,
                           std::size_t length, std::size_t line_stride)
        : bytes_(bytes.data()), lines_(lines), length_(length) {
        const std::size_t needed = packed_bytes(Layout, bits, lines, length, line_stride);
        if (bytes.size() < needed)
            throw_argument_error<shape_error>(name, "the number of bytes", std::to_string(bytes.size()),
                                              "at least " + std::to_string(needed));
        line_bytes_ = packed_line_bytes(Layout, bits, length);
        line_stride_ = line_stride == 0 ? line_bytes_ : line_stride;
        const bool has_own_stride = Layout == packed_layout::interleaved && line_stride_ != line_bytes_;
        if (lines != 0 && (line_stride_ < line_bytes_ || has_own_stride))
            throw_argument_error<shape_error>(
                name, "line_stride", std::to_string(line_stride),
                (Layout == packed_layout::interleaved ? "0, as lines have fixed places: " : "at least ") +
                    std::to_string(line_bytes_));
    }
    constexpr packed_array(byte_type* bytes, std::size_t lines, std::size_t length, std::size_t line_bytes,
                           std::size_t line_stride) noexcept
        : bytes_(bytes), lines_(lines), length_(length), line_bytes_(line_bytes), line_stride_(line_stride) {}

    constexpr byte_type* data() const noexcept { return bytes_; }
    constexpr std::size_t lines() const noexcept { return lines_; }
    constexpr std::size_t length() const noexcept { return length_; }
    constexpr std::size_t line_bytes() const noexcept { return line_bytes_; }
    constexpr std::size_t line_stride() const noexcept { return line_stride_; }
    /// From the first byte to the end of the last line.
    constexpr std::size_t size_bytes() const noexcept {
        return packed_bytes(Layout, bits, lines_, length_, line_stride_);
    }
    constexpr packed_arrangement arrangement() const noexcept {
        return {Layout, bits, length_, line_stride_};
    }
    constexpr value_type get(std::size_t line, std::size_t k) const noexcept {
        return value_type::from_bits(
            static_cast<typename value_type::storage_type>(packed_code(bytes_, arrangement(), line, k)));
    }
    constexpr void set(std::size_t line, std::size_t k, value_type x) const noexcept {
        set_packed_code(bytes_, arrangement(), line, k, static_cast<std::uint64_t>(x.to_bits()));
    }
    constexpr packed_array<const value_type, Layout> as_const() const noexcept {
        return {bytes_, lines_, length_, line_bytes_, line_stride_};
    }

  private:
    byte_type* bytes_ = nullptr;
    std::size_t lines_ = 0;
    std::size_t length_ = 0;
    std::size_t line_bytes_ = 0;
    std::size_t line_stride_ = 0;
};

/// The bytes of a container, all zero.
inline std::vector<std::uint8_t> zero_bytes(const char* name, packed_layout layout, int bits,
                                            std::size_t lines, std::size_t length) {
    const std::size_t size = packed_bytes(layout, bits, lines, length, 0);
    if (size > std::vector<std::uint8_t>().max_size())
        throw_argument_error<shape_error>(name, "the size",
                                          std::to_string(lines) + " x " + std::to_string(length),
                                          "one that memory can hold");
    return std::vector<std::uint8_t>(size);
}

}  // namespace detail

/// A vector of codes in the caller's bytes. Copies are views of the same bytes; O(1).
template <packable T, packed_layout Layout = packed_layout::contiguous>
class packed_vector_view {
    using array = detail::packed_array<T, Layout>;

  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;
    using byte_type = typename array::byte_type;
    static constexpr packed_layout layout = Layout;

    constexpr packed_vector_view() noexcept = default;
    /// `size` codes at the beginning of `bytes`.
    /// @throws shape_error  if that takes more bytes than there are
    constexpr packed_vector_view(std::span<byte_type> bytes, std::size_t size)
        : array_("packed_vector_view", bytes, 1, size, 0) {}
    /// A view of mutable elements is also a view of constant ones.
    template <class U>
    requires(std::is_same_v<const U, T>) constexpr packed_vector_view(
        const packed_vector_view<U, Layout>& other) noexcept
        : array_(other.codes().as_const()) {}

    constexpr std::size_t size() const noexcept { return array_.length(); }
    /// The bytes that the codes take.
    constexpr std::span<byte_type> bytes() const noexcept { return {array_.data(), array_.size_bytes()}; }
    /// Element i < size(), by value. O(1).
    constexpr value_type operator[](std::size_t i) const noexcept { return array_.get(0, i); }
    constexpr void set(std::size_t i, value_type x) const noexcept requires(!std::is_const_v<T>) {
        array_.set(0, i, x);
    }
    /// Its one line, for kernels.
    constexpr const array& codes() const noexcept { return array_; }

  private:
    array array_{};
};

/// A matrix of codes in the caller's bytes. Copies are views of the same bytes; O(1).
template <packable T, packed_layout Layout = packed_layout::contiguous>
class packed_matrix_view {
    using array = detail::packed_array<T, Layout>;

  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;
    using byte_type = typename array::byte_type;
    static constexpr packed_layout layout = Layout;

    constexpr packed_matrix_view() noexcept = default;
    /// Rows × columns codes in `bytes`; `line_stride` bytes from a line to the next, 0 for lines side by side.
    /// @throws shape_error  if that takes more bytes than there are, or lines overlap; interleaved lines have no
    ///                      stride
    constexpr packed_matrix_view(std::span<byte_type> bytes, std::size_t rows, std::size_t columns,
                                 storage_order order = storage_order::row_major, std::size_t line_stride = 0)
        : array_("packed_matrix_view", bytes, order == storage_order::row_major ? rows : columns,
                 order == storage_order::row_major ? columns : rows, line_stride),
          order_(order) {}
    /// A view of mutable elements is also a view of constant ones.
    template <class U>
    requires(std::is_same_v<const U, T>) constexpr packed_matrix_view(
        const packed_matrix_view<U, Layout>& other) noexcept
        : array_(other.codes().as_const()), order_(other.order()) {}

    constexpr std::size_t rows() const noexcept { return is_row_major() ? array_.lines() : array_.length(); }
    constexpr std::size_t columns() const noexcept {
        return is_row_major() ? array_.length() : array_.lines();
    }
    constexpr storage_order order() const noexcept { return order_; }
    /// Bytes from a line to the next; of interleaved, from 32 lines to the next.
    constexpr std::size_t line_stride() const noexcept { return array_.line_stride(); }
    /// The bytes from the first line to the end of the last.
    constexpr std::span<byte_type> bytes() const noexcept { return {array_.data(), array_.size_bytes()}; }
    /// Element (i, j), by value. O(1).
    constexpr value_type operator()(std::size_t i, std::size_t j) const noexcept {
        return is_row_major() ? array_.get(i, j) : array_.get(j, i);
    }
    constexpr void set(std::size_t i, std::size_t j, value_type x) const noexcept
        requires(!std::is_const_v<T>) {
        is_row_major() ? array_.set(i, j, x) : array_.set(j, i, x);
    }
    /// The transposed matrix: the same bytes, whose lines are now columns where they were rows. O(1).
    constexpr packed_matrix_view transposed() const noexcept {
        packed_matrix_view result = *this;
        result.order_ = is_row_major() ? storage_order::column_major : storage_order::row_major;
        return result;
    }
    /// Its lines, for kernels.
    constexpr const array& codes() const noexcept { return array_; }

  private:
    constexpr bool is_row_major() const noexcept { return order_ == storage_order::row_major; }

    array array_{};
    storage_order order_ = storage_order::row_major;
};

/// A vector of codes with memory of its own, all of which have the code 0 at first: of a bipolar or ternary integer
/// that is the smallest value, of other numbers zero.
template <packable T, packed_layout Layout = packed_layout::contiguous>
class packed_vector {
    static_assert(!std::is_const_v<T>,
                  "halfulp: packed_vector owns its elements; make the vector itself const");

  public:
    using element_type = T;
    using value_type = T;
    static constexpr packed_layout layout = Layout;

    packed_vector() = default;
    /// @throws shape_error, std::bad_alloc  if memory cannot hold it
    explicit packed_vector(std::size_t size)
        : bytes_(detail::zero_bytes("packed_vector", Layout, T::format.bits(), 1, size)), size_(size) {}

    std::size_t size() const noexcept { return size_; }
    std::span<std::uint8_t> bytes() noexcept { return bytes_; }
    std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }
    T operator[](std::size_t i) const noexcept { return view()[i]; }
    void set(std::size_t i, T x) noexcept { view().set(i, x); }
    /// A view of all of it.
    packed_vector_view<T, Layout> view() noexcept { return {std::span<std::uint8_t>(bytes_), size_}; }
    packed_vector_view<const T, Layout> view() const noexcept {
        return {std::span<const std::uint8_t>(bytes_), size_};
    }
    operator packed_vector_view<T, Layout>() noexcept { return view(); }
    operator packed_vector_view<const T, Layout>() const noexcept { return view(); }

  private:
    std::vector<std::uint8_t> bytes_;
    std::size_t size_ = 0;
};

/// A matrix of codes with memory of its own, all of which have the code 0 at first; see packed_vector.
template <packable T, packed_layout Layout = packed_layout::contiguous>
class packed_matrix {
    static_assert(!std::is_const_v<T>,
                  "halfulp: packed_matrix owns its elements; make the matrix itself const");

  public:
    using element_type = T;
    using value_type = T;
    static constexpr packed_layout layout = Layout;

    packed_matrix() = default;
    /// @throws shape_error, std::bad_alloc  if memory cannot hold it
    packed_matrix(std::size_t rows, std::size_t columns, storage_order order = storage_order::row_major)
        : bytes_(detail::zero_bytes("packed_matrix", Layout, T::format.bits(),
                                    order == storage_order::row_major ? rows : columns,
                                    order == storage_order::row_major ? columns : rows)),
          rows_(rows),
          columns_(columns),
          order_(order) {}

    std::size_t rows() const noexcept { return rows_; }
    std::size_t columns() const noexcept { return columns_; }
    storage_order order() const noexcept { return order_; }
    std::span<std::uint8_t> bytes() noexcept { return bytes_; }
    std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }
    T operator()(std::size_t i, std::size_t j) const noexcept { return view()(i, j); }
    void set(std::size_t i, std::size_t j, T x) noexcept { view().set(i, j, x); }
    /// A view of all of it, and of its transpose.
    packed_matrix_view<T, Layout> view() noexcept {
        return {std::span<std::uint8_t>(bytes_), rows_, columns_, order_};
    }
    packed_matrix_view<const T, Layout> view() const noexcept {
        return {std::span<const std::uint8_t>(bytes_), rows_, columns_, order_};
    }
    packed_matrix_view<T, Layout> transposed() noexcept { return view().transposed(); }
    packed_matrix_view<const T, Layout> transposed() const noexcept { return view().transposed(); }
    operator packed_matrix_view<T, Layout>() noexcept { return view(); }
    operator packed_matrix_view<const T, Layout>() const noexcept { return view(); }

  private:
    std::vector<std::uint8_t> bytes_;
    std::size_t rows_ = 0;
    std::size_t columns_ = 0;
    storage_order order_ = storage_order::row_major;
};

namespace detail {

template <class V>
inline constexpr bool is_packed_vector = false;
template <class T, packed_layout Layout>
inline constexpr bool is_packed_vector<packed_vector<T, Layout>> = true;
template <class T, packed_layout Layout>
inline constexpr bool is_packed_vector<packed_vector_view<T, Layout>> = true;
template <class M>
inline constexpr bool is_packed_matrix = false;
template <class T, packed_layout Layout>
inline constexpr bool is_packed_matrix<packed_matrix<T, Layout>> = true;
template <class T, packed_layout Layout>
inline constexpr bool is_packed_matrix<packed_matrix_view<T, Layout>> = true;

}  // namespace detail

/// A packed vector or matrix: a view or a container.
template <class V>
concept packed_vector_argument = detail::is_packed_vector<std::remove_cvref_t<V>>;
template <class M>
concept packed_matrix_argument = detail::is_packed_matrix<std::remove_cvref_t<M>>;

/// The view of a packed argument. Elements are const where the container is. O(1).
template <class P>
requires(packed_vector_argument<P> || packed_matrix_argument<P>) constexpr auto as_packed(P&& p) noexcept {
    if constexpr (requires { p.view(); })
        return p.view();
    else
        return p;
}

namespace detail {

/// What kernels read of a matrix of integers of at most 8 bits: its rows where it is row-major, its columns else.
template <formatted_integer T, packed_layout Layout>
requires(T::format.bits() <= 8) constexpr packed_lines
    lines_of(const packed_matrix_view<T, Layout>& m) noexcept {
    const auto& a = m.codes();
    return {a.data(), a.lines(), a.length(), a.line_stride(), T::format, Layout};
}
template <formatted_integer T, packed_layout Layout>
requires(T::format.bits() <= 8) constexpr packed_lines
    lines_of(const packed_vector_view<T, Layout>& v) noexcept {
    const auto& a = v.codes();
    return {a.data(), a.lines(), a.length(), a.line_stride(), T::format, Layout};
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
