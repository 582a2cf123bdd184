// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The quantisers of a matrix from its elements.
///
/// | calibration        | the range [a, b], or the scale                                                            |
/// |--------------------|-------------------------------------------------------------------------------------------|
/// | min_max            | the smallest and the largest element                                                      |
/// | percentile         | symmetric: ± the ⌈p·n⌉-th smallest of the n magnitudes. asymmetric: from the (n + 1 − h)-th to the h-th smallest element, h = ⌈(1 + p)/2·n⌉. Order statistics as they are, nothing is interpolated; the products in double |
/// | mean_squared_error | the range of min_max times f/128, f = 128, 127, …, 16: the one with the smallest sum of squared errors, the widest of several. Elements are rounded with ties to even for that |
/// | gaussian           | S = σ·gaussian_scale(format), σ² the mean of the squares; symmetric schemes only          |
///
/// Where all elements are 0, or there are none, S is 1. The squared errors of mean_squared_error are those of the
/// floats that dequantize gives, summed in double in a fixed order, as σ² is: results depend on the elements alone. So
/// its error is at most that of min_max, and the scale is the best of the 113 tried, not of all.

#include <halfulp/core/error_free.hpp>
#include <halfulp/core/views.hpp>
#include <halfulp/kernels/array_arguments.hpp>
#include <halfulp/kernels/quantization.hpp>
#include <halfulp/simd/quantize.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// The scale S, in units of σ, that minimises E(x − S·(Q + Z))² over normal numbers x of mean 0 and variance σ², Z
/// being that of the symmetric schemes. For one bipolar bit √(2/π), the mean magnitude. The minimum where the derivative
/// Σ_j v_j·(φ(l_j) − φ(u_j)) − S·Σ_j v_j²·(Φ(u_j) − Φ(l_j)) is 0, v_j = Q + Z being the values, and l_j, u_j the ends
/// of the interval that rounds to v_j; a test recomputes it with MPFR. For bipolar formats 2S is the step of Max,
/// "Quantizing for minimum distortion", IRE Transactions on Information Theory 6 (1960), table II.
/// @pre a valid format of at most 8 bits
constexpr double gaussian_scale(const integer_format& format) noexcept {
    constexpr std::array<double, 8> around_zero = {
        1.2240063619249615,  1.0483852624850134,  0.6018242266853021,  0.3386079357151854,
        0.18879222290208067, 0.10417944701392877, 0.05688734457342735, 0.03076557854276877};
    constexpr std::array<double, 8> bipolar = {0.7978845608028654,   0.49784334297175314, 0.29300972072174347,
                                               0.16760030609998636,  0.09406939513995913, 0.05203150472100731,
                                               0.028433836191179267, 0.015381193791162305};
    const auto bits = static_cast<std::size_t>(format.width - 1);
    // A ternary number is the same to a normal one as two values are to its magnitude.
    return format.encoding == integer_encoding::ternary   ? around_zero[0]
           : format.encoding == integer_encoding::bipolar ? bipolar[bits]
                                                          : around_zero[bits];
}

namespace detail {

/// A function of each stretch of a matrix, in the order of rows: where elements of a row are apart, copies.
template <class Function>
void for_each_stretch(const matrix_view<const float>& m, const Function& function) {
    if (m.rows() == 0 || m.columns() == 0)
        return;
    if (m.column_stride() == 1) {
        for (std::size_t i = 0; i < m.rows(); ++i)
            function(&m(i, 0), m.columns());
        return;
    }
    constexpr std::size_t most = 1024;
    alignas(64) float copy[most];
    for (std::size_t i = 0; i < m.rows(); ++i)
        for (std::size_t begin = 0; begin < m.columns(); begin += most) {
            const std::size_t count = std::min(most, m.columns() - begin);
            for (std::size_t j = 0; j < count; ++j)
                copy[j] = m(i, begin + j);
            function(copy, count);
        }
}

/// max |m_ij|; NaN if one is NaN. Along the shorter stride, as the order does not matter.
inline float largest_magnitude_of(const matrix_view<const float>& m, simd::isa level) {
    float result = 0;
    bool has_nan = false;
    const bool is_turned = m.row_stride() == 1 && m.column_stride() != 1;
    for_each_stretch(is_turned ? m.transposed() : m, [&](const float* from, std::size_t count) {
        const float found = simd::largest_magnitude(level, from, count);
        has_nan = has_nan || found != found;
        result = found > result ? found : result;
    });
    return has_nan ? std::numeric_limits<float>::quiet_NaN() : result;
}

/// Throws value_error unless all elements are numbers, and finite ones where that is asked for.
inline void require_numbers(const char* function, const char* name, const matrix_view<const float>& m,
                            bool finite, simd::isa level) {
    const float largest = largest_magnitude_of(m, level);
    if (largest <= std::numeric_limits<float>::max() || (largest == largest && !finite))
        return;
    for (std::size_t i = 0; i < m.rows(); ++i)
        for (std::size_t j = 0; j < m.columns(); ++j)
            if (!(finite ? std::isfinite(m(i, j)) : !std::isnan(m(i, j))))
                throw_argument_error<value_error>(
                    function, std::string(name) + "(" + std::to_string(i) + ", " + std::to_string(j) + ")",
                    std::to_string(m(i, j)), finite ? "a finite number" : "a number");
}

/// The elements that share quantiser `index` of `p`, whose matrix is m.
inline matrix_view<const float> elements_of(const matrix_view<const float>& m,
                                            const quantization_parameters& p, std::size_t index) noexcept {
    const auto part = [](const vector_view<const float>& line, std::size_t first, std::size_t count) {
        return matrix_view<const float>(
            count == 0 ? line.data() : line.data() + static_cast<std::ptrdiff_t>(first) * line.stride(), 1,
            count, 0, line.stride());
    };
    if (p.per() == granularity::tensor)
        return m;
    if (p.per() == granularity::row)
        return part(m.row(index), 0, m.columns());
    if (p.per() == granularity::column)
        return part(m.column(index), 0, m.rows());
    const std::size_t line = index / p.groups();
    const std::size_t first = index % p.groups() * p.group_size();
    const std::size_t count = std::min(p.group_size(), p.length() - first);
    return part(p.order() == storage_order::row_major ? m.row(line) : m.column(line), first, count);
}

/// The values that the codes of a format stand for under a quantiser.
struct table_of_values {
    std::array<float, 256> values{};

    table_of_values(const uniform_quantizer& q, const integer_format& format) noexcept {
        for (std::size_t code = 0; code <= format.code_mask(); ++code)
            values[code] = dequantized_value(format.value_of(code), q.zero_point, q.scale);
    }
};

/// Σ (x − S·(Q + Z))², elements i mod 4 apart.
inline double squared_error(const std::vector<float>& x, const uniform_quantizer& q,
                            const integer_format& format, simd::isa level) {
    constexpr std::size_t most = 1024;
    alignas(64) std::uint8_t codes[most];
    const table_of_values table(q, format);
    std::array<double, 4> sums{};
    for (std::size_t begin = 0; begin < x.size(); begin += most) {
        const std::size_t count = std::min(most, x.size() - begin);
        simd::quantize_line(level, x.data() + begin, count, q.scale, q.zero_point, format, codes);
        for (std::size_t i = 0; i < count; ++i) {
            const double error =
                static_cast<double>(x[begin + i]) - static_cast<double>(table.values[codes[i]]);
            sums[i % 4] += as_rounded(error * error);
        }
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// The k-th smallest, k from 1; `x` is reordered.
inline float order_statistic(std::vector<float>& x, std::size_t k) {
    const auto place = x.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::nth_element(x.begin(), place, x.end());
    return *place;
}

/// ⌈part·n⌉, but from 1 to n.
inline std::size_t rank_of(double part, std::size_t n) noexcept {
    const double rank = std::ceil(part * static_cast<double>(n));
    return rank < 1 ? 1 : rank >= static_cast<double>(n) ? n : static_cast<std::size_t>(rank);
}

/// The quantiser of the elements that share one; x is room for copies.
inline uniform_quantizer calibrated(const matrix_view<const float>& m, const integer_format& format,
                                    quantization_scheme scheme, const quantization_options& options,
                                    simd::isa level, std::vector<float>& x) {
    if (m.rows() == 0 || m.columns() == 0)
        return quantizer_of_range(0, 0, scheme, format);
    if (options.by == calibration::gaussian) {
        double sum = 0;
        for_each_stretch(m, [&](const float* from, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i)
                sum += static_cast<double>(from[i]) * static_cast<double>(from[i]);  // the product is exact
        });
        const double count = static_cast<double>(m.rows()) * static_cast<double>(m.columns());
        return {scale_from(std::sqrt(sum / count) * gaussian_scale(format), 1), symmetric_zero_point(format)};
    }
    if (options.by == calibration::percentile) {
        const bool is_symmetric = scheme != quantization_scheme::asymmetric;
        x.clear();
        for_each_stretch(m, [&](const float* from, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i)
                x.push_back(is_symmetric ? std::fabs(from[i]) : from[i]);
        });
        if (is_symmetric)
            return quantizer_of_range(0, order_statistic(x, rank_of(options.percentile, x.size())), scheme,
                                      format);
        const std::size_t rank = rank_of((1 + options.percentile) / 2, x.size());
        const float high = order_statistic(x, rank);
        return quantizer_of_range(order_statistic(x, x.size() + 1 - rank), high, scheme, format);
    }

    simd::range_of_floats range;
    const bool is_turned = m.row_stride() == 1 && m.column_stride() != 1;
    for_each_stretch(is_turned ? m.transposed() : m, [&](const float* from, std::size_t count) {
        range = simd::range_with(level, range, from, count);
    });
    const uniform_quantizer widest = quantizer_of_range(range.smallest, range.largest, scheme, format);
    if (options.by == calibration::min_max || (range.smallest == 0 && range.largest == 0))
        return widest;
    x.clear();
    for_each_stretch(m, [&](const float* from, std::size_t count) { x.insert(x.end(), from, from + count); });
    uniform_quantizer best = widest, last = widest;
    double least = squared_error(x, widest, format, level);
    for (int f = 127; f >= 16; --f) {
        const float part = static_cast<float>(f) / 128;
        const uniform_quantizer q =
            quantizer_of_range(range.smallest * part, range.largest * part, scheme, format);
        if (q == last)
            continue;
        last = q;
        const double error = squared_error(x, q, format, level);
        if (error < least) {
            least = error;
            best = q;
        }
    }
    return best;
}

/// What options of a calibration have to fulfil; the scheme.
inline quantization_scheme require_calibration(const char* function, const integer_format& format,
                                               const quantization_options& options) {
    const quantization_scheme scheme = checked_scheme(function, options.scheme, format);
    if (options.per > granularity::group)
        throw_argument_error<value_error>(function, "per", "unknown", "one of granularity");
    if (options.by > calibration::gaussian)
        throw_argument_error<value_error>(function, "by", "unknown", "one of calibration");
    if (options.by == calibration::gaussian && scheme == quantization_scheme::asymmetric)
        throw_scheme_error(function, "asymmetric", "symmetric: calibration::gaussian is about mean 0");
    if (options.by == calibration::percentile && !(options.percentile > 0 && options.percentile <= 1))
        throw_argument_error<value_error>(function, "percentile", std::to_string(options.percentile),
                                          "a number above 0, at most 1");
    if (options.per == granularity::group && options.group_size == 0)
        throw_argument_error<shape_error>(function, "group_size", "0", "at least 1");
    return scheme;
}

}  // namespace detail

/// The quantisers of m by options.by, options.scheme and options.per; of the rest, `order` and `group_size` say what a
/// group is. Zero points are left out where all are 0.
/// @throws value_error   if an element is not finite, or options.percentile is not a part
/// @throws format_error  if the format has more than 8 bits, or lacks the scheme
/// @throws shape_error   if the group size is 0
/// O(rows·columns), times 113 for mean_squared_error. Memory for a copy of the largest part that shares a quantiser,
/// but for min_max and gaussian.
inline quantization_parameters calibrate(const matrix_view<const float>& m, const integer_format& format,
                                         const quantization_options& options = {}) {
    const quantization_scheme scheme = detail::require_calibration("calibrate", format, options);
    const simd::isa level = simd::level_for(options.execution);
    detail::require_numbers("calibrate", "m", m, true, level);
    const bool is_row_major = options.order == storage_order::row_major;
    const std::size_t lines = is_row_major ? m.rows() : m.columns();
    const std::size_t length = is_row_major ? m.columns() : m.rows();
    const std::size_t groups = options.per != granularity::group
                                   ? 1
                                   : length / options.group_size + (length % options.group_size != 0);
    const std::size_t count = options.per == granularity::tensor   ? 1
                              : options.per == granularity::row    ? m.rows()
                              : options.per == granularity::column ? m.columns()
                                                                   : lines * groups;
    std::vector<float> scales(count, 1.0f);
    std::vector<std::int32_t> zero_points(count);
    const quantization_parameters layout(m.rows(), m.columns(), scales, {}, options.per, options.order,
                                         options.group_size);
    std::vector<float> workspace;
    bool has_zero_points = false;
    for (std::size_t index = 0; index < count; ++index) {
        const uniform_quantizer q = detail::calibrated(detail::elements_of(m, layout, index), format, scheme,
                                                       options, level, workspace);
        scales[index] = q.scale;
        zero_points[index] = q.zero_point;
        has_zero_points = has_zero_points || q.zero_point != 0;
    }
    if (!has_zero_points)
        zero_points.clear();
    return {m.rows(),    m.columns(),   std::move(scales), std::move(zero_points),
            options.per, options.order, options.group_size};
}

}  // namespace v0
}  // namespace halfulp
