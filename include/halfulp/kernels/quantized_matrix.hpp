// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A matrix of packed integers and the quantisers that make real numbers of them: `quantized_matrix<T, Layout>`.

#include <halfulp/formats/narrow_integer.hpp>
#include <halfulp/formats/packed.hpp>
#include <halfulp/kernels/quantization.hpp>
#include <halfulp/kernels/quantized_lines.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace halfulp {
inline namespace v0 {

/// An integer that quantisation gives: of at most 8 bits, in a format known to the compiler (narrow_int<4>,
/// bipolar_int<2>, ternary, …).
template <class T>
concept quantized_number = formatted_integer<T> &&(T::format.bits() <= 8);

/// Rows × columns numbers S·(Q + Z): Q is packed, S and Z are shared as granularity says. Made by quantize
/// (kernels/quantize.hpp), or of parts.
template <quantized_number T, packed_layout Layout = packed_layout::contiguous>
class quantized_matrix {
  public:
    using value_type = T;
    static constexpr packed_layout layout = Layout;

    quantized_matrix() = default;
    /// @throws shape_error  if codes and parameters are of different shapes or storage orders
    quantized_matrix(packed_matrix<T, Layout> codes, quantization_parameters parameters)
        : codes_(std::move(codes)), parameters_(std::move(parameters)) {
        const char* const function = "quantized_matrix";
        require_equal_extents(function, "parameters.rows()", parameters_.rows(), "codes.rows()",
                              codes_.rows());
        require_equal_extents(function, "parameters.columns()", parameters_.columns(), "codes.columns()",
                              codes_.columns());
        if (parameters_.order() != codes_.order())
            throw_argument_error<shape_error>(function, "parameters.order()",
                                              "another one than that of the codes", "codes.order()");
    }

    std::size_t rows() const noexcept { return codes_.rows(); }
    std::size_t columns() const noexcept { return codes_.columns(); }
    storage_order order() const noexcept { return codes_.order(); }
    std::size_t group_size() const noexcept { return parameters_.group_size(); }
    const packed_matrix<T, Layout>& codes() const noexcept { return codes_; }
    const quantization_parameters& parameters() const noexcept { return parameters_; }

    /// Q, S and Z of element (i, j). O(1).
    T code(std::size_t i, std::size_t j) const noexcept { return codes_(i, j); }
    float scale(std::size_t i, std::size_t j) const noexcept { return parameters_(i, j).scale; }
    std::int32_t zero_point(std::size_t i, std::size_t j) const noexcept {
        return parameters_(i, j).zero_point;
    }
    /// S·(Q + Z), rounded once to float. O(1).
    float operator()(std::size_t i, std::size_t j) const noexcept {
        const uniform_quantizer q = parameters_(i, j);
        return detail::dequantized_value(T::format.value_of(code(i, j).to_bits()), q.zero_point, q.scale);
    }

  private:
    packed_matrix<T, Layout> codes_;
    quantization_parameters parameters_{0, 0, {1.0f}};
};

namespace detail {

/// What kernels read of a quantised matrix.
/// @throws format_error  if parameters change along lines other than by groups: `row` of a column-major matrix,
///                       `column` of a row-major one
template <quantized_number T, packed_layout Layout>
quantized_lines quantized_lines_of(const quantized_matrix<T, Layout>& m) {
    const quantization_parameters& p = m.parameters();
    if (p.varies_along_lines())
        throw_argument_error<format_error>("quantized_matrix", "the granularity",
                                           p.per() == granularity::column ? "column, of a row-major matrix"
                                                                          : "row, of a column-major matrix",
                                           "one that lines share: tensor, group, or that of the lines");
    const bool has_groups = p.per() == granularity::group;
    const std::size_t line_stride = has_groups ? p.groups() : p.per() == granularity::tensor ? 0 : 1;
    return {lines_of(m.codes().view()),
            p.scales().data(),
            p.zero_points().empty() ? nullptr : p.zero_points().data(),
            line_stride,
            has_groups ? std::size_t{1} : std::size_t{0},
            p.group_size()};
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
