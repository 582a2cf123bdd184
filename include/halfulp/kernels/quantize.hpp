// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Real matrices to quantised ones and back, and what is lost.
///
///     quantization_options options{.per = granularity::group, .group_size = 64};
///     auto w = quantize<narrow_int<4>>(weights, options);      // calibrates, then quantises
///     auto v = quantize<narrow_int<4>>(others, w.parameters());
///     dequantize(w, restored);
///     quantization_error e = measure_quantization(weights, w);

#include <halfulp/core/error_free.hpp>
#include <halfulp/kernels/arguments.hpp>
#include <halfulp/kernels/calibration.hpp>
#include <halfulp/kernels/quantized_matrix.hpp>
#include <halfulp/simd/packing.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// What quantisation changed. Errors are differences of the float S·(Q + Z) from the original.
struct quantization_error {
    std::size_t elements = 0;
    std::size_t clipped = 0;  ///< originals beyond the range of the format by more than half of its step
    std::size_t zeros = 0;    ///< elements that are 0 now
    double largest = 0;       ///< the largest |error|
    double mean_squared = 0;  ///< the mean of the squared errors; 0 of no elements
    /// 10·log10(Σ original² / Σ error²), in dB: infinity if nothing changed, −infinity if all originals are 0 and not
    /// all results are.
    double signal_to_noise = std::numeric_limits<double>::infinity();
};

namespace detail {

/// Codes that are worked on together: whole bytes of every layout, and whole blocks.
inline constexpr std::size_t quantized_stretch = 3 * simd::packing_step;

/// Calls function(begin, end, quantizer) for the stretches of codes [first, first + count) of a line that share a
/// quantiser.
template <class Function>
void for_each_quantizer(const quantization_parameters& p, std::size_t line, std::size_t first,
                        std::size_t count, const Function& function) {
    const bool is_row_major = p.order() == storage_order::row_major;
    const std::size_t size = p.varies_along_lines() ? 1 : p.group_size();
    for (std::size_t begin = first; begin < first + count;) {
        const std::size_t rest = size - begin % size;
        const std::size_t end = rest < first + count - begin ? begin + rest : first + count;
        function(begin, end, is_row_major ? p(line, begin) : p(begin, line));
        begin = end;
    }
}

/// A line of a real matrix, which may be strided.
template <class T>
vector_view<T> line_of(const matrix_view<T>& m, storage_order order, std::size_t line) noexcept {
    return order == storage_order::row_major ? m.row(line) : m.column(line);
}

/// The codes of elements first … first + count − 1 of a line.
inline void quantize_stretch(const matrix_view<const float>& m, const quantization_parameters& p,
                             const integer_format& format, const quantization_options& options,
                             simd::isa level, std::size_t line, std::size_t first, std::size_t count,
                             std::uint8_t* codes) {
    alignas(64) float copy[quantized_stretch];
    const vector_view<const float> elements = line_of(m, p.order(), line);
    const float* from = &elements[first];
    if (elements.stride() != 1) {
        for (std::size_t k = 0; k < count; ++k)
            copy[k] = elements[first + k];
        from = copy;
    }
    const bool is_row_major = p.order() == storage_order::row_major;
    const bool is_fast = options.direction.mode == rounding::ties_to_even && !p.varies_along_lines();
    for_each_quantizer(
        p, line, first, count, [&](std::size_t begin, std::size_t end, const uniform_quantizer& q) {
            if (is_fast) {
                simd::quantize_line(level, from + (begin - first), end - begin, q.scale, q.zero_point, format,
                                    codes + (begin - first));
                return;
            }
            for (std::size_t k = begin; k < end; ++k) {
                const std::uint64_t number = is_row_major ? line * m.columns() + k : k * m.columns() + line;
                const std::uint64_t random =
                    is_stochastic(options.direction.mode)
                        ? philox_bits(options.seed, options.operation, number, options.generator)
                        : 0;
                codes[k - first] =
                    quantized_code(from[k - first], q.scale, q.zero_point, format, options.direction, random);
            }
        });
}

}  // namespace detail

/// m by quantisers that are given: Q of every element as in kernels/quantized_code.hpp, in the mode of
/// options.direction. The random bits of element (i, j) are those of number i·columns + j, whatever the order of the
/// result. Of the options, direction, seed, operation, generator and execution are looked at.
/// @throws shape_error   if the parameters are of another shape
/// @throws value_error   if an element is NaN; infinities are clipped
/// @throws format_error  if options.direction is not valid
/// O(rows·columns). Fast with ties_to_even: simd/quantize.hpp.
template <quantized_number T, packed_layout Layout = packed_layout::contiguous>
quantized_matrix<T, Layout> quantize(const matrix_view<const float>& m, quantization_parameters parameters,
                                     const quantization_options& options = {}) {
    const char* const function = "quantize";
    require_equal_extents(function, "parameters.rows()", parameters.rows(), "m.rows()", m.rows());
    require_equal_extents(function, "parameters.columns()", parameters.columns(), "m.columns()", m.columns());
    require_projection(function, options.direction);
    const simd::isa level = simd::level_for(options.execution);
    detail::require_numbers(function, "m", m, false, level);
    packed_matrix<T, Layout> codes(m.rows(), m.columns(), parameters.order());
    const auto packed = codes.view();
    const auto arrangement = packed.codes().arrangement();
    const std::size_t length = parameters.length();
    if (length != 0)
        detail::for_ranges(
            options.execution, parameters.lines(), 1, 1 + simd::smallest_share / length,
            [&](std::size_t first_line, std::size_t last_line) {
                alignas(64) std::uint8_t bytes[detail::quantized_stretch];
                for (std::size_t line = first_line; line < last_line; ++line)
                    for (std::size_t first = 0; first < length; first += detail::quantized_stretch) {
                        const std::size_t count = std::min(detail::quantized_stretch, length - first);
                        detail::quantize_stretch(m, parameters, T::format, options, level, line, first, count,
                                                 bytes);
                        std::fill(bytes + count, bytes + simd::whole_blocks(count), std::uint8_t{0});
                        simd::write_codes(level, packed.codes().data(), arrangement, line, first, count,
                                          bytes);
                    }
            });
    return {std::move(codes), std::move(parameters)};
}

/// m by the quantisers of calibrate(m, T::format, options).
/// @throws as that function and the one above; infinities have no scale and are refused
template <quantized_number T, packed_layout Layout = packed_layout::contiguous>
quantized_matrix<T, Layout> quantize(const matrix_view<const float>& m,
                                     const quantization_options& options = {}) {
    require_projection("quantize", options.direction);
    return quantize<T, Layout>(m, calibrate(m, T::format, options), options);
}

namespace detail {

/// Calls function(line, k, x) for the elements of lines [first_line, last_line) in order, x = S·(Q + Z) as a float.
template <quantized_number T, packed_layout Layout, class Function>
void for_each_value(const quantized_matrix<T, Layout>& q, simd::isa level, std::size_t first_line,
                    std::size_t last_line, const Function& function) {
    alignas(64) std::uint8_t codes[quantized_stretch];
    const quantization_parameters& p = q.parameters();
    const packed_lines lines = lines_of(q.codes().view());
    table_of_values table({}, T::format);
    uniform_quantizer of_table;
    for (std::size_t line = first_line; line < last_line; ++line)
        for (std::size_t first = 0; first < p.length(); first += quantized_stretch) {
            const std::size_t count = std::min(quantized_stretch, p.length() - first);
            simd::read_codes(level, lines, line, first, count, codes);
            for_each_quantizer(p, line, first, count,
                               [&](std::size_t begin, std::size_t end, const uniform_quantizer& u) {
                                   if (u == of_table || end - begin >= T::format.code_mask()) {
                                       if (u != of_table)
                                           table = table_of_values(of_table = u, T::format);
                                       for (std::size_t k = begin; k < end; ++k)
                                           function(line, k, table.values[codes[k - first]], u);
                                   } else {
                                       for (std::size_t k = begin; k < end; ++k)
                                           function(line, k,
                                                    dequantized_value(T::format.value_of(codes[k - first]),
                                                                      u.zero_point, u.scale),
                                                    u);
                                   }
                               });
        }
}

}  // namespace detail

/// out_ij = S·(Q_ij + Z), rounded once to float, ties to even; infinity beyond the largest float.
/// @throws shape_error     if `out` is of another shape
/// @throws aliasing_error  if elements of `out` share memory
/// O(rows·columns).
template <quantized_number T, packed_layout Layout>
void dequantize(const quantized_matrix<T, Layout>& q, const matrix_view<float>& out,
                const execution::policy& policy = execution::automatic) {
    require_equal_extents("dequantize", "out.rows()", out.rows(), "q.rows()", q.rows());
    require_equal_extents("dequantize", "out.columns()", out.columns(), "q.columns()", q.columns());
    detail::require_own_elements("dequantize", "out", out);
    const simd::isa level = simd::level_for(policy);
    const quantization_parameters& p = q.parameters();
    if (p.length() == 0)
        return;
    const auto lines = p.order() == storage_order::row_major ? out : out.transposed();
    detail::for_ranges(policy, p.lines(), 1, 1 + simd::smallest_share / p.length(),
                       [&](std::size_t first, std::size_t last) {
                           detail::for_each_value(q, level, first, last,
                                                  [&](std::size_t line, std::size_t k, float x,
                                                      const uniform_quantizer&) { lines(line, k) = x; });
                       });
}

/// How far the quantised matrix is from the one that it was made of. Sums are made line by line, and those of the lines
/// added in order, in double: the result does not depend on threads.
/// @throws shape_error  if the shapes differ
/// @throws value_error  if an element of `original` is not finite
/// O(rows·columns).
template <quantized_number T, packed_layout Layout>
quantization_error measure_quantization(const matrix_view<const float>& original,
                                        const quantized_matrix<T, Layout>& q,
                                        const execution::policy& policy = execution::automatic) {
    const char* const function = "measure_quantization";
    require_equal_extents(function, "original.rows()", original.rows(), "q.rows()", q.rows());
    require_equal_extents(function, "original.columns()", original.columns(), "q.columns()", q.columns());
    const simd::isa level = simd::level_for(policy);
    detail::require_numbers(function, "original", original, true, level);
    const quantization_parameters& p = q.parameters();
    quantization_error result{.elements = q.rows() * q.columns()};
    if (result.elements == 0)
        return result;

    struct line_sums {
        std::size_t clipped = 0, zeros = 0;
        double largest = 0, squares = 0, squared_errors = 0;
    };
    std::vector<line_sums> sums(p.lines());
    const auto lines = p.order() == storage_order::row_major ? original : original.transposed();
    constexpr double half_step = T::format.step() / 2.0;
    constexpr auto smallest = static_cast<double>(T::format.minimum());
    constexpr auto greatest = static_cast<double>(T::format.maximum());
    detail::for_ranges(policy, p.lines(), 1, 1 + simd::smallest_share / p.length(),
                       [&](std::size_t first, std::size_t last) {
                           detail::for_each_value(
                               q, level, first, last,
                               [&](std::size_t line, std::size_t k, float value, const uniform_quantizer& u) {
                                   line_sums& sum = sums[line];
                                   const double x = static_cast<double>(lines(line, k));
                                   const double error = std::fabs(x - static_cast<double>(value));
                                   const double place = x / static_cast<double>(u.scale);
                                   sum.clipped += place > greatest + u.zero_point + half_step ||
                                                  place < smallest + u.zero_point - half_step;
                                   sum.zeros += value == 0;
                                   sum.largest = error > sum.largest ? error : sum.largest;
                                   sum.squares += x * x;  // the product is exact
                                   sum.squared_errors += as_rounded(error * error);
                               });
                       });
    double squares = 0, squared_errors = 0;
    for (const line_sums& sum : sums) {
        result.clipped += sum.clipped;
        result.zeros += sum.zeros;
        result.largest = std::max(result.largest, sum.largest);
        squares += sum.squares;
        squared_errors += sum.squared_errors;
    }
    result.mean_squared = squared_errors / static_cast<double>(result.elements);
    if (squared_errors != 0)
        result.signal_to_noise = 10 * std::log10(squares / squared_errors);
    return result;
}

}  // namespace v0
}  // namespace halfulp
