// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The exact matrix product by enclosures: chains in double, each with a bound on its error. See
/// simd/matmul_exact.hpp.

#include <halfulp/simd/bounds_of_lines.hpp>
#include <halfulp/simd/matmul_exact_task.hpp>
#include <halfulp/simd/matmul_residues.hpp>

#include <cmath>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace detail {

/// True if neither squares of terms, nor norms, nor bounds on errors leave the normal numbers of double, and a
/// sum that starts from any double overflows only if it starts from infinity.
template <class X, class Y>
constexpr bool can_enclose() noexcept {
    if constexpr (products_are_exact<double, X, Y>()) {
        constexpr float_format x = number_format<X>::value, y = number_format<Y>::value;
        const auto may_be_squared = [](const float_format& f) {
            return f.minimum_quantum_exponent() >= -500 && f.maximum_exponent() <= 490;
        };
        return may_be_squared(x) && may_be_squared(y) &&
               x.minimum_quantum_exponent() + y.minimum_quantum_exponent() >= -900 &&
               x.maximum_exponent() + y.maximum_exponent() <= 900;
    } else {
        return false;
    }
}

/// Parts of a product whose elements are decided by enclosures; residues do what is left of a strip
/// in which many are not.
template <class Task>
class enclosed_product {
    using X = typename Task::x_type;
    using Y = typename Task::y_type;
    using C = typename Task::c_type;
    using code = typename Task::code;
    static constexpr float_format format = Task::format;
    static constexpr bool is_double = Task::is_double;

    static constexpr std::size_t strip_rows = 512, strip_columns = 512;
    /// Numbers that are too large become NaN, whatever their sign: ends that agree on it say nothing of what is
    /// between them, unless both have one sign.
    static constexpr bool both_ends_may_be_nan =
        format.has_nan() && !(format.has_infinity && format.has_sign);

  public:
    enclosed_product(const Task& task, const residue_product<Task>& residues) noexcept
        : task_(task), residues_(residues) {}

    void run(const simd::bounds_of_lines<X>& rows, const simd::bounds_of_lines<Y>& columns, std::size_t i,
             std::size_t j, std::size_t height, std::size_t width, matmul_report& counts) const {
        const part_memory memory(height < strip_rows ? height : strip_rows,
                                 width < strip_columns ? width : strip_columns);
        for (std::size_t s = 0; s < width; s += strip_columns)
            for (std::size_t r = 0; r < height; r += strip_rows)
                run_strip(rows, columns, i + r, j + s, strip_rows < height - r ? strip_rows : height - r,
                          strip_columns < width - s ? strip_columns : width - s, memory, counts);
    }

  private:
    /// Sums, and what a row of them needs.
    struct part_memory {
        part_memory(std::size_t rows, std::size_t columns)
            : row(simd::whole_blocks(columns)),
              sums(static_cast<double*>(
                  memory().reserve((rows + 4) * row * sizeof(double) + 2 * row * sizeof(code)))),
              norms(sums + rows * row),
              spans(norms + row),
              low(spans + row),
              high(low + row),
              low_codes(reinterpret_cast<code*>(high + row)),
              high_codes(low_codes + row) {}
        static simd::workspace& memory() {
            thread_local simd::workspace space;
            return space;
        }
        std::size_t row;
        double *sums, *norms, *spans, *low, *high;
        code *low_codes, *high_codes;
    };

    void run_strip(const simd::bounds_of_lines<X>& rows, const simd::bounds_of_lines<Y>& columns,
                   std::size_t i, std::size_t j, std::size_t height, std::size_t width, const part_memory& m,
                   matmul_report& counts) const {
        const std::size_t depth = task_.a.columns();
        const simd::value_reader<double, X> left(task_.level, task_.a);
        const simd::value_reader<double, Y> right(task_.level, task_.b.transposed());
        const simd::tiled_product<double, double> product(
            simd::shape_at<simd::chain_of<double>>(task_.level), simd::operand_of<double>(task_.level, left),
            simd::operand_of<double>(task_.level, right), depth, task_.options.blocking);
        const std::size_t padded = simd::whole_blocks(width);
        for (std::size_t s = 0; s < padded; ++s) {
            const simd::line_bounds bounds = s < width ? columns[j + s] : simd::line_bounds{};
            m.norms[s] = std::sqrt(bounds.squares);
            m.spans[s] = bounds.largest / bounds.lowest;
        }
        if (task_.options.accumulate)
            for (std::size_t r = 0; r < height; ++r)
                for (std::size_t s = 0; s < width; ++s)
                    m.sums[r * m.row + s] = arithmetic::detail::converted<double>(task_.c(i + r, j + s));
        product.run(i, j, height, width, {m.sums, static_cast<std::ptrdiff_t>(m.row)},
                    !task_.options.accumulate);

        std::size_t left_over = 0;
        std::size_t bearable = height * width / 256;
        for (std::size_t r = 0; r < height; ++r) {
            const matmul_report above = counts;
            left_over += finish_row(rows[i + r], i + r, j, width, m, m.sums + r * m.row, counts);
            if (left_over > bearable) {
                if (residues_.moduli_needed(rows, columns) != 0) {
                    // The rows above are done and right; the rest of the strip is not worth more tests.
                    counts = above;
                    residues_.run(rows, columns, i + r, j, height - r, width, counts);
                    return;
                }
                bearable = height * width;
            }
        }
    }

    /// Rounds a row of sums where its enclosure decides, and one by one elsewhere; returns how many there were.
    std::size_t finish_row(const simd::line_bounds& bounds, std::size_t i, std::size_t j, std::size_t width,
                           const part_memory& m, double* sums, matmul_report& counts) const {
        const std::size_t padded = simd::whole_blocks(width);
        for (std::size_t s = width; s < padded; ++s)
            sums[s] = 0;
        const auto depth = static_cast<double>(task_.a.columns());
        const projection direction = task_.direction;
        const bool is_random = is_stochastic(direction.mode);
        simd::enclosure_of_row row;
        // 2^-20 covers the rounding of the norms and of the bound itself; depths are below 2^30.
        row.error = (depth + 4) * 0x1p-53 * (1 + 0x1p-20) * std::sqrt(bounds.squares);
        row.span = depth * (bounds.largest / bounds.lowest);
        row.exact_span = task_.options.accumulate ? -1 : 0x1p53 * (1 - 0x1p-20);
        row.zero = direction.mode == rounding::toward_negative ? -0.0 : 0.0;
        row.has_to_be_exact = is_double || is_random;
        if (task_.options.accumulate)
            for (std::size_t s = 0; s < width; ++s) {
                // The old value takes part in the sum, and in the bound.
                const double old = std::fabs(arithmetic::detail::converted<double>(task_.c(i, j + s)));
                m.low[s] = old < std::numeric_limits<double>::infinity() ? old : 0;
            }
        const double* norms = m.norms;
        if (task_.options.accumulate) {
            const double scale = (depth + 4) * 0x1p-53 * (1 + 0x1p-20);
            for (std::size_t s = 0; s < padded; ++s)
                m.high[s] = s < width ? m.norms[s] * row.error + m.low[s] * scale : 0;
            row.error = 1 + 0x1p-50;
            norms = m.high;
        }
        HALFULP_SIMD_SELECT(task_.level, enclose)(sums, padded, row, norms, m.spans, m.low, m.high);
        if constexpr (is_double) {
            if (direction.overflow == saturation::finite)
                for (std::size_t s = 0; s < width; ++s)
                    if (std::isinf(m.low[s]))
                        m.low[s] = m.high[s] = convert<double>(m.low[s], direction);
            std::memcpy(m.low_codes, m.low, padded * sizeof(double));
            std::memcpy(m.high_codes, m.high, padded * sizeof(double));
        } else if (is_random) {
            for (std::size_t s = 0; s < width; ++s) {
                m.high_codes[s] = static_cast<code>(m.low[s] == m.high[s] || m.low[s] != m.low[s] ? 0 : 1);
                m.low_codes[s] = 0;
            }
        } else {
            task_.round_row(m.low, m.low_codes, padded);
            task_.round_row(m.high, m.high_codes, padded);
            if (both_ends_may_be_nan)
                for (std::size_t s = 0; s < width; ++s)
                    if (m.low[s] < 0 && m.high[s] > 0)
                        m.high_codes[s] = static_cast<code>(~m.low_codes[s]);
        }
        if (!is_random && std::memcmp(m.low_codes, m.high_codes, width * sizeof(code)) == 0) {
            write_row(i, j, width, m.low_codes);
            counts.enclosed += width;
            return 0;
        }
        std::size_t left_over = 0;
        for (std::size_t s = 0; s < width; ++s)
            if (m.low_codes[s] != m.high_codes[s]) {
                task_.one_by_one(i, j + s, counts);
                ++left_over;
            } else if (is_random) {
                task_.c(i, j + s) = convert<C>(m.low[s], direction, task_.random_bits(i, j + s));
            } else {
                task_.c(i, j + s) = from_code<C>(m.low_codes[s]);
            }
        counts.enclosed += width - left_over;
        return left_over;
    }

    void write_row(std::size_t i, std::size_t j, std::size_t width, const code* codes) const noexcept {
        if (task_.c.column_stride() == 1 && width != 0) {
            std::memcpy(static_cast<void*>(&task_.c(i, j)), codes, width * sizeof(code));
            return;
        }
        for (std::size_t s = 0; s < width; ++s)
            task_.c(i, j + s) = from_code<C>(codes[s]);
    }

    const Task& task_;
    const residue_product<Task>& residues_;
};

}  // namespace detail

}  // namespace v0
}  // namespace halfulp

#endif
