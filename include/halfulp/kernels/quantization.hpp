// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The parameters of uniform quantisers, r ≈ S·(Q + Z): how many a matrix has, and how a range of real numbers gives
/// one. What Q is, says kernels/quantized_code.hpp.

#include <halfulp/arithmetic/execution.hpp>
#include <halfulp/core/errors.hpp>
#include <halfulp/core/philox.hpp>
#include <halfulp/formats/packed_layout.hpp>
#include <halfulp/kernels/quantized_code.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// Which elements of a matrix share a scale and a zero point. A group is `group_size` elements in a row along a line,
/// the last of a line may be shorter; lines are rows or columns, as storage_order says, and go along k, the direction
/// of the sum of a product.
enum class granularity : unsigned char { tensor, row, column, group };

/// How the range [a, b] of the elements gives S and Z, for a format of N bits.
///
/// | scheme         | two's complement        | unsigned                   | bipolar            | ternary     |
/// |----------------|-------------------------|----------------------------|--------------------|-------------|
/// | symmetric      | S = m / (2^(N−1) − 1)   | the same, Z = −2^(N−1)     | S = m / (2^N − 1)  | S = m       |
/// | symmetric_full | S = m / 2^(N−1)         | the same, Z = −2^(N−1)     | S = m / (2^N − 1)  | S = m       |
/// | asymmetric     | S = (b − a) / (2^N − 1) | the same                   | none               | (b − a) / 2 |
///
/// m = max(|a|, |b|); with N = 1, symmetric is symmetric_full. Z is 0 where nothing else is said. asymmetric widens the
/// range to contain 0 first, and takes Z = round(a/S) − (the smallest Q), so that the number 0 is S·(Q + Z) for a Q of
/// the format. `automatic` is asymmetric for unsigned formats, symmetric for the others.
enum class quantization_scheme : unsigned char { automatic, symmetric, symmetric_full, asymmetric };

/// The quantiser of a stretch of elements.
struct uniform_quantizer {
    float scale = 1;
    std::int32_t zero_point = 0;

    friend constexpr bool operator==(const uniform_quantizer&, const uniform_quantizer&) = default;
};

namespace detail {

[[noreturn]] inline void throw_scheme_error(const char* function, const char* scheme,
                                            const char* expectation) {
    throw_argument_error<format_error>(function, "scheme", scheme, expectation);
}

/// The scheme that `automatic` stands for.
/// @throws format_error  if the format has no such scheme, or more than 8 bits
inline quantization_scheme checked_scheme(const char* function, quantization_scheme scheme,
                                          const integer_format& format) {
    if (why_invalid(format) != nullptr || format.bits() > 8)
        throw_argument_error<format_error>(function, "format",
                                           "one of " + std::to_string(format.width) + " bits",
                                           "a valid integer format of at most 8 bits");
    if (scheme == quantization_scheme::automatic)
        return format.is_signed() ? quantization_scheme::symmetric : quantization_scheme::asymmetric;
    if (scheme > quantization_scheme::asymmetric)
        throw_scheme_error(function, "unknown", "one of quantization_scheme");
    if (scheme == quantization_scheme::asymmetric && format.encoding == integer_encoding::bipolar)
        throw_scheme_error(function, "asymmetric", "symmetric: a bipolar format has no zero");
    return scheme;
}

/// x / steps as a scale: 1 if x is 0; the nearest float otherwise, but if that is subnormal, the one above, so that it
/// is not 0 and the range is not cut; at most the largest float.
inline float scale_from(double x, double steps) noexcept {
    if (x == 0)
        return 1;
    const double exact = x / steps;
    if (exact >= static_cast<double>(std::numeric_limits<float>::max()))
        return std::numeric_limits<float>::max();
    const auto nearest = static_cast<float>(exact);
    return nearest < std::numeric_limits<float>::min() && static_cast<double>(nearest) < exact
               ? std::nextafter(nearest, 1.0f)
               : nearest;
}

/// How many times S the largest magnitude is, in the symmetric schemes.
constexpr double symmetric_steps(quantization_scheme scheme, const integer_format& format) noexcept {
    if (format.encoding == integer_encoding::bipolar || format.encoding == integer_encoding::ternary)
        return static_cast<double>(format.maximum());
    const int half = 1 << (format.width - 1);
    return scheme == quantization_scheme::symmetric_full || half == 1 ? half : half - 1;
}

/// The zero point of the symmetric schemes.
constexpr std::int32_t symmetric_zero_point(const integer_format& format) noexcept {
    return format.is_signed() ? 0 : -(1 << (format.width - 1));
}

/// The quantiser of a finite range; the scheme is a checked one.
inline uniform_quantizer quantizer_of_range(float smallest, float largest, quantization_scheme scheme,
                                            const integer_format& format) noexcept {
    const double low = static_cast<double>(smallest) < 0 ? static_cast<double>(smallest) : 0.0;
    const double high = static_cast<double>(largest) > 0 ? static_cast<double>(largest) : 0.0;
    if (scheme != quantization_scheme::asymmetric) {
        // A range that does not contain 0 has its largest magnitude at one of the ends all the same.
        const double magnitude = high > -low ? high : -low;
        return {scale_from(magnitude, symmetric_steps(scheme, format)), symmetric_zero_point(format)};
    }
    const auto first = static_cast<std::int32_t>(format.minimum());
    const auto steps = static_cast<std::int32_t>(format.maximum()) - first;
    const float scale = scale_from(high - low, steps);
    // Of nine bits, for the rounded quotient alone; more than `steps` is possible where the scale was rounded down.
    const std::int64_t below =
        low == 0 ? 0 : static_cast<std::int64_t>(std::nearbyint(-low / static_cast<double>(scale)));
    return {scale, -static_cast<std::int32_t>(below < steps ? below : steps) - first};
}

}  // namespace detail

/// The quantiser that a scheme gives a range of real numbers.
/// @throws value_error   if an end of the range is not finite, or they are in the wrong order
/// @throws format_error  if the format has more than 8 bits or lacks the scheme
inline uniform_quantizer quantizer_of_range(float smallest, float largest, const integer_format& format,
                                            quantization_scheme scheme = quantization_scheme::automatic) {
    scheme = detail::checked_scheme("quantizer_of_range", scheme, format);
    if (!std::isfinite(smallest) || !std::isfinite(largest) || smallest > largest)
        throw_argument_error<value_error>(
            "quantizer_of_range", "the range",
            "[" + std::to_string(smallest) + ", " + std::to_string(largest) + "]",
            "two finite numbers, the smaller first");
    return detail::quantizer_of_range(smallest, largest, scheme, format);
}

/// The quantisers of a matrix, in the order of rows, columns, or of lines and groups within them.
class quantization_parameters {
  public:
    quantization_parameters() = default;
    /// Parameters of the caller.
    /// @param scales       positive and finite: 1, `rows`, `columns`, or a line's groups for each line
    /// @param zero_points  as many, or none if all are 0
    /// @throws shape_error  if their number is another one, or the group size is 0
    /// @throws value_error  if a scale is not a positive finite number
    quantization_parameters(std::size_t rows, std::size_t columns, std::vector<float> scales,
                            std::vector<std::int32_t> zero_points = {}, granularity per = granularity::tensor,
                            storage_order order = storage_order::row_major, std::size_t group_size = 1)
        : rows_(rows),
          columns_(columns),
          per_(per),
          order_(order),
          scales_(std::move(scales)),
          zero_points_(std::move(zero_points)) {
        const char* const function = "quantization_parameters";
        if (per == granularity::group && group_size == 0)
            throw_argument_error<shape_error>(function, "group_size", "0", "at least 1");
        group_size_ = per == granularity::group ? group_size : length() == 0 ? 1 : length();
        require_equal_extents(function, "scales.size()", scales_.size(), "the number of quantisers", count());
        if (!zero_points_.empty())
            require_equal_extents(function, "zero_points.size()", zero_points_.size(), "scales.size()",
                                  count());
        for (std::size_t i = 0; i < scales_.size(); ++i)
            if (!(scales_[i] > 0) || !std::isfinite(scales_[i]))
                throw_argument_error<value_error>(function, "scales[" + std::to_string(i) + "]",
                                                  std::to_string(scales_[i]), "a positive finite number");
    }

    std::size_t rows() const noexcept { return rows_; }
    std::size_t columns() const noexcept { return columns_; }
    granularity per() const noexcept { return per_; }
    storage_order order() const noexcept { return order_; }
    /// The length of a line, but at least 1, where there are no groups.
    std::size_t group_size() const noexcept { return group_size_; }
    const std::vector<float>& scales() const noexcept { return scales_; }
    /// Empty where all are 0.
    const std::vector<std::int32_t>& zero_points() const noexcept { return zero_points_; }

    /// Lines, and elements of a line.
    std::size_t lines() const noexcept { return order_ == storage_order::row_major ? rows_ : columns_; }
    std::size_t length() const noexcept { return order_ == storage_order::row_major ? columns_ : rows_; }
    /// Groups of a line.
    std::size_t groups() const noexcept { return length() / group_size_ + (length() % group_size_ != 0); }
    /// The number of quantisers.
    std::size_t count() const noexcept {
        return per_ == granularity::tensor   ? 1
               : per_ == granularity::row    ? rows_
               : per_ == granularity::column ? columns_
                                             : lines() * groups();
    }
    /// Which of them element (i, j) has.
    std::size_t index_of(std::size_t i, std::size_t j) const noexcept {
        const bool is_row_major = order_ == storage_order::row_major;
        return per_ == granularity::tensor ? 0
               : per_ == granularity::row  ? i
               : per_ == granularity::column
                   ? j
                   : (is_row_major ? i : j) * groups() + (is_row_major ? j : i) / group_size_;
    }
    uniform_quantizer operator[](std::size_t index) const noexcept {
        return {scales_[index], zero_points_.empty() ? 0 : zero_points_[index]};
    }
    uniform_quantizer operator()(std::size_t i, std::size_t j) const noexcept {
        return (*this)[index_of(i, j)];
    }
    /// Whether elements of one line have several that are not of groups.
    bool varies_along_lines() const noexcept {
        return per_ == (order_ == storage_order::row_major ? granularity::column : granularity::row);
    }

  private:
    std::size_t rows_ = 0;
    std::size_t columns_ = 0;
    granularity per_ = granularity::tensor;
    storage_order order_ = storage_order::row_major;
    std::size_t group_size_ = 1;
    std::vector<float> scales_{1.0f};
    std::vector<std::int32_t> zero_points_;
};

/// How the scale is found from the elements; see kernels/calibration.hpp.
enum class calibration : unsigned char { min_max, percentile, mean_squared_error, gaussian };

/// What to quantise by. Members that a function does not mention are not looked at by it.
struct quantization_options {
    quantization_scheme scheme = quantization_scheme::automatic;
    granularity per = granularity::tensor;
    storage_order order = storage_order::row_major;  ///< lines of the result, along which groups go
    std::size_t group_size = 128;                    ///< with granularity::group
    calibration by = calibration::min_max;
    double percentile = 0.999;  ///< the part of the elements that is not clipped
    projection direction{};     ///< its mode and random bits; numbers beyond are clipped
    std::uint64_t seed = 0;     ///< of the stochastic modes, with `operation`
    std::uint64_t operation = 0;
    random_generator generator = random_generator::philox_4x32_10;
    execution::policy execution = execution::automatic;
};

}  // namespace v0
}  // namespace halfulp
