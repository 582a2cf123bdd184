// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The fast paths of `matmul` in arithmetic::exact: every element is the exact sum rounded once, found in the
/// cheapest way that proves it.
///
/// 1. *Single*: where every partial sum is a number of float whatever the data (4- and 6-bit formats of
///    moderate depth), the float chain is the exact sum.
/// 2. *Enclosed*: the chain in double, with products that are exact in double, errs by at most
///
///        |chain − exact| ≤ (K + 4)·2^-53·‖a_i‖·‖b_j‖      (Higham, Accuracy and Stability, 3.1; Cauchy, Schwarz)
///
///    or not at all, where K·max|a_i|·max|b_j| is at most 2^53 times the product of the lowest bits of row and
///    column: then all partial sums are multiples of that product with 53 bits. An element whose enclosure
///    chain ± error rounds to one and the same code has that code. (Ziv, ACM TOMS 17(3), 1991.)
/// 3. *Residues*: where more than a few elements of a strip are left, or for double, whose products do not fit:
///    rows of A and columns of B are scaled to integers, multiplied modulo coprime numbers up to 256 by
///    8-bit dot products, and put together again (Ozaki, Uchino, Imamura, "Ozaki scheme II", 2025).
/// 4. *Definition*: the exact_accumulator, for single elements left by 2, and where the exponents of a line are
///    too far apart for 3.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/kernels/dot.hpp>
#include <halfulp/simd/bounds_of_lines.hpp>
#include <halfulp/simd/matmul_native.hpp>

#include <cmath>
#include <vector>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// The words of an operand of sum_of_bytes: residues of its terms, four of k a word, scaled line by line. Terms
/// that are infinite or NaN count as zeros; whoever asks knows better what becomes of their sums.
template <class T, bool Unsigned>
class residue_reader {
  public:
    residue_reader(isa level, const matrix_view<const T>& lines, const double* scales,
                   const residue_rule& rule) noexcept
        : level_(level), lines_(lines), scales_(scales), rule_(rule) {}

    bool is_along() const noexcept { return lines_.column_stride() == 1 || lines_.row_stride() != 1; }
    const std::uint32_t* direct(std::ptrdiff_t&) const noexcept { return nullptr; }
    const std::uint32_t* direct_steps(std::ptrdiff_t&) const noexcept { return nullptr; }

    const std::uint32_t* along(std::size_t line, std::size_t k, std::size_t steps,
                               std::uint32_t* to) const noexcept {
        constexpr std::size_t most = chunk_size<double>;
        alignas(64) double values[most];
        alignas(64) std::uint8_t bytes[most];
        const std::size_t first = 4 * k;
        const std::size_t last = first + 4 * steps < lines_.columns() ? first + 4 * steps : lines_.columns();
        for (std::size_t i = 0; i < 4 * steps; i += most) {
            const std::size_t count =
                first + i >= last ? 0 : (most < last - first - i ? most : last - first - i);
            const std::size_t wanted = most < 4 * steps - i ? most : 4 * steps - i;
            const std::size_t whole = whole_blocks(wanted);
            const double* x = values;
            if (count != 0)
                x = read_line<double, T>(level_, lines_.row(line), first + i, count, values);
            const std::size_t read = whole_blocks(count);
            if (read != 0)
                avx512::residues<false, Unsigned>(x, scales_ + line, read, rule_, bytes);
            for (std::size_t j = read; j < whole; ++j)
                bytes[j] = 0;
            std::memcpy(to + i / 4, bytes, wanted);
        }
        return to;
    }

    const std::uint32_t* across(std::size_t k, std::size_t line, std::size_t count,
                                std::uint32_t* to) const noexcept {
        constexpr std::size_t most = 256;
        alignas(64) double values[most];
        alignas(64) double scales[most];
        alignas(64) std::uint8_t bytes[4][most];
        const std::size_t whole = whole_blocks(count);
        std::memcpy(scales, scales_ + line, count * sizeof(double));
        for (std::size_t j = count; j < whole; ++j)
            scales[j] = 0;
        for (std::size_t t = 0; t < 4; ++t) {
            if (4 * k + t < lines_.columns()) {
                const double* const x =
                    read_line<double, T>(level_, lines_.column(4 * k + t), line, count, values);
                avx512::residues<true, Unsigned>(x, scales, whole, rule_, bytes[t]);
            } else {
                std::memset(bytes[t], 0, whole);
            }
        }
        avx512::interleave_bytes({bytes[0], bytes[1], bytes[2], bytes[3]}, whole, to);
        return to;
    }

  private:
    isa level_;
    matrix_view<const T> lines_;
    const double* scales_;
    residue_rule rule_;
};

}  // namespace simd

namespace detail {

/// Adds to a report, if there is one, from any number of threads.
inline void add_to_report(matmul_report* report, const matmul_report& counts) noexcept {
    if (report == nullptr)
        return;
    const auto add = [](std::size_t& total, std::size_t count) {
        __atomic_fetch_add(&total, count, __ATOMIC_RELAXED);
    };
    add(report->single, counts.single);
    add(report->enclosed, counts.enclosed);
    add(report->twofold, counts.twofold);
    add(report->residues, counts.residues);
    add(report->definition, counts.definition);
}

/// True if products of the two are exact in the carrier, and no sum of 2^30 of them overflows.
template <class Carrier, class X, class Y>
constexpr bool products_are_exact() noexcept {
    if constexpr (simd::has_array_decoder<Carrier, X>() && simd::has_array_decoder<Carrier, Y>()) {
        constexpr float_format x = number_format<X>::value, y = number_format<Y>::value;
        constexpr float_format carrier = number_format<Carrier>::value;
        return x.precision() + y.precision() <= carrier.precision() &&
               x.minimum_quantum_exponent() + y.minimum_quantum_exponent() >=
                   carrier.minimum_quantum_exponent() &&
               x.maximum_exponent() + y.maximum_exponent() + 32 <= carrier.maximum_exponent();
    } else {
        return false;
    }
}

/// The exact product into elements C of format `number_format<C>`, with the result's rounding as Projection.
template <class X, class Y, class C, class Projection>
class exact_product {
    static constexpr float_format format = number_format<C>::value;
    static constexpr bool is_double = std::same_as<C, double>;
    using code =
        std::conditional_t<is_double, std::uint64_t,
                           std::conditional_t<std::same_as<C, float>, std::uint32_t, stored_type<C>>>;
    using matrix_a = matrix_view<const X>;
    using matrix_b = matrix_view<const Y>;

  public:
    exact_product(simd::isa level, const matrix_a& a, const matrix_b& b, const matrix_view<C>& c,
                  const arithmetic::exact& arithmetic, Projection p, const matmul_options& options)
        : level_(level),
          a_(a),
          b_(b),
          c_(c),
          arithmetic_(arithmetic),
          projection_(p),
          options_(options),
          plan_(plan_of(constant<format>{}, p)) {}

    /// True if this output can be rounded to by array kernels.
    static constexpr bool has_rounding = is_double || (sizeof(code) <= 4 && can_carry<double>(format));

    void run() {
        const simd::default_floating_point_environment guard;
        if constexpr (products_are_exact<float, X, Y>() && !is_double)
            if (!options_.accumulate && fits_single()) {
                report({.single = c_.rows() * c_.columns()});
                return run_single();
            }
        const simd::bounds_of_lines<X> rows(level_, a_);
        const simd::bounds_of_lines<Y> columns(level_, b_.transposed());
        simd::for_parts_of_matrix(options_.execution, c_.rows(), c_.columns(), 4 * a_.columns(), simd::block,
                                  [&](std::size_t i, std::size_t j, std::size_t height, std::size_t width) {
                                      const simd::default_floating_point_environment guard_of_thread;
                                      matmul_report counts;
                                      run_part(rows, columns, i, j, height, width, counts);
                                      report(counts);
                                  });
    }

    /// Adds to the caller's report; parts do it from their threads.
    void report(const matmul_report& counts) const noexcept { add_to_report(options_.report, counts); }

  private:
    /// Numbers that are too large become NaN, whatever their sign: ends that agree on it say nothing of what is
    /// between them, unless both have one sign.
    static constexpr bool both_ends_may_be_nan =
        format.has_nan() && !(format.has_infinity && format.has_sign);

    /// Rounds values to codes in the deterministic modes.
    template <class Carrier>
    void round_row(const Carrier* values, code* codes, std::size_t count) const noexcept {
        if constexpr (std::same_as<Projection, projection>)
            simd::round_in_carrier(level_, simd::deterministic_projection{projection_}, values, codes,
                                   nullptr, count, plan_);
        else
            simd::round_in_carrier(level_, projection_, values, codes, nullptr, count, plan_);
    }

    // --- Single ----------------------------------------------------------------------------------

    /// All values are multiples of 2^lowest below 2^highest: so are the sums, with log2 K bits more.
    bool fits_single() const noexcept {
        using x = operand_range<X>;
        using y = operand_range<Y>;
        const int depth_bits = bit_width(static_cast<std::uint64_t>(a_.columns()));
        return x::highest - x::lowest + (y::highest - y::lowest) + depth_bits <= 24 &&
               (std::same_as<C, float>
                    ? projection(projection_).mode != rounding::toward_negative && !has_to_saturate()
                    : can_carry<float>(format) && !is_stochastic(projection(projection_).mode));
    }

    /// True if infinities may have to become finite, where sums are handed on without a rounding.
    bool has_to_saturate() const noexcept {
        return projection(projection_).overflow == saturation::finite &&
               (number_format<X>::value.has_infinity || number_format<Y>::value.has_infinity);
    }

    void run_single() const {
        const simd::value_reader<float, X> left(level_, a_);
        const simd::value_reader<float, Y> right(level_, b_.transposed());
        const float zero = projection(projection_).mode == rounding::toward_negative ? -0.0f : 0.0f;
        multiply_by_tiles(
            simd::shape_at<simd::chain_of<float>>(level_), simd::operand_of<float>(level_, left),
            simd::operand_of<float>(level_, right), a_.columns(), c_, options_, a_.columns(),
            [](const C&) { return 0.0f; },
            [&](float* sums, const vector_view<C>& row, std::size_t, std::size_t) {
                if constexpr (std::same_as<C, float>) {
                    for (std::size_t j = 0; j < row.size(); ++j)
                        row[j] = sums[j];
                } else if constexpr (can_carry<float>(format)) {
                    constexpr std::size_t most = simd::chunk_size<float>;
                    alignas(64) float values[most];
                    alignas(64) code codes[most];
                    for (std::size_t j = 0; j < row.size(); j += most) {
                        const std::size_t count = most < row.size() - j ? most : row.size() - j;
                        for (std::size_t i = 0; i < count; ++i)
                            values[i] = sums[j + i] == 0 ? zero : sums[j + i];
                        for (std::size_t i = count; i < simd::whole_blocks(count); ++i)
                            values[i] = 0;
                        round_row(values, codes, simd::whole_blocks(count));
                        for (std::size_t i = 0; i < count; ++i)
                            row[j + i] = from_code<C>(codes[i]);
                    }
                }
            });
    }

    // --- Strips ----------------------------------------------------------------------------------

    static constexpr std::size_t strip_rows = 512, strip_columns = 512;

    void run_part(const simd::bounds_of_lines<X>& rows, const simd::bounds_of_lines<Y>& columns,
                  std::size_t i, std::size_t j, std::size_t height, std::size_t width,
                  matmul_report& counts) const {
        if constexpr (can_enclose()) {
            const part_memory memory(height < strip_rows ? height : strip_rows,
                                     width < strip_columns ? width : strip_columns);
            for (std::size_t s = 0; s < width; s += strip_columns)
                for (std::size_t r = 0; r < height; r += strip_rows)
                    run_enclosed(rows, columns, i + r, j + s,
                                 strip_rows < height - r ? strip_rows : height - r,
                                 strip_columns < width - s ? strip_columns : width - s, memory, counts);
        } else {
            run_residues_or_definition(rows, columns, i, j, height, width, counts);
        }
    }

    // --- Enclosed --------------------------------------------------------------------------------

    /// True if neither squares of terms, nor norms, nor bounds on errors leave the normal numbers of double, and a
    /// sum that starts from any double overflows only if it starts from infinity.
    static constexpr bool can_enclose() noexcept {
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

    void run_enclosed(const simd::bounds_of_lines<X>& rows, const simd::bounds_of_lines<Y>& columns,
                      std::size_t i, std::size_t j, std::size_t height, std::size_t width,
                      const part_memory& m, matmul_report& counts) const {
        const std::size_t depth = a_.columns();
        const simd::value_reader<double, X> left(level_, a_);
        const simd::value_reader<double, Y> right(level_, b_.transposed());
        const simd::tiled_product<double, double> product(
            simd::shape_at<simd::chain_of<double>>(level_), simd::operand_of<double>(level_, left),
            simd::operand_of<double>(level_, right), depth, options_.blocking);
        const std::size_t padded = simd::whole_blocks(width);
        for (std::size_t s = 0; s < padded; ++s) {
            const simd::line_bounds bounds = s < width ? columns[j + s] : simd::line_bounds{};
            m.norms[s] = std::sqrt(bounds.squares);
            m.spans[s] = bounds.largest / bounds.lowest;
        }
        if (options_.accumulate)
            for (std::size_t r = 0; r < height; ++r)
                for (std::size_t s = 0; s < width; ++s)
                    m.sums[r * m.row + s] = arithmetic::detail::converted<double>(c_(i + r, j + s));
        product.run(i, j, height, width, {m.sums, static_cast<std::ptrdiff_t>(m.row)}, !options_.accumulate);

        std::size_t left_over = 0;
        std::size_t bearable = height * width / 256;
        for (std::size_t r = 0; r < height; ++r) {
            const matmul_report above = counts;
            left_over += finish_row(rows[i + r], i + r, j, width, m, m.sums + r * m.row, counts);
            if (left_over > bearable) {
                if (moduli_needed(rows, columns) != 0) {
                    // The rows above are done and right; the rest of the strip is not worth more tests.
                    counts = above;
                    run_residues_or_definition(rows, columns, i + r, j, height - r, width, counts);
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
        const auto depth = static_cast<double>(a_.columns());
        const projection direction = projection_;
        const bool is_random = is_stochastic(direction.mode);
        simd::enclosure_of_row row;
        // 2^-20 covers the rounding of the norms and of the bound itself; depths are below 2^30.
        row.error = (depth + 4) * 0x1p-53 * (1 + 0x1p-20) * std::sqrt(bounds.squares);
        row.span = depth * (bounds.largest / bounds.lowest);
        row.exact_span = options_.accumulate ? -1 : 0x1p53 * (1 - 0x1p-20);
        row.zero = direction.mode == rounding::toward_negative ? -0.0 : 0.0;
        row.has_to_be_exact = is_double || is_random;
        if (options_.accumulate)
            for (std::size_t s = 0; s < width; ++s) {
                // The old value takes part in the sum, and in the bound.
                const double old = std::fabs(arithmetic::detail::converted<double>(c_(i, j + s)));
                m.low[s] = old < std::numeric_limits<double>::infinity() ? old : 0;
            }
        const double* norms = m.norms;
        if (options_.accumulate) {
            const double scale = (depth + 4) * 0x1p-53 * (1 + 0x1p-20);
            for (std::size_t s = 0; s < padded; ++s)
                m.high[s] = s < width ? m.norms[s] * row.error + m.low[s] * scale : 0;
            row.error = 1 + 0x1p-50;
            norms = m.high;
        }
        HALFULP_SIMD_SELECT(level_, enclose)(sums, padded, row, norms, m.spans, m.low, m.high);
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
            round_row(m.low, m.low_codes, padded);
            round_row(m.high, m.high_codes, padded);
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
                if (is_decided_twofold(bounds, m.norms[s], i, j + s))
                    ++counts.twofold;
                else
                    by_definition(i, j + s, counts);
                ++left_over;
            } else if (is_random) {
                c_(i, j + s) = convert<C>(m.low[s], direction, random_bits(i, j + s));
            } else {
                c_(i, j + s) = from_code<C>(m.low_codes[s]);
            }
        counts.enclosed += width - left_over;
        return left_over;
    }

    void write_row(std::size_t i, std::size_t j, std::size_t width, const code* codes) const noexcept {
        if (c_.column_stride() == 1 && width != 0) {
            std::memcpy(static_cast<void*>(&c_(i, j)), codes, width * sizeof(code));
            return;
        }
        for (std::size_t s = 0; s < width; ++s)
            c_(i, j + s) = from_code<C>(codes[s]);
    }

    std::uint64_t element(std::size_t i, std::size_t j) const noexcept {
        return arithmetic::element_number(options_.first_row + i, options_.first_column + j);
    }
    std::uint64_t random_bits(std::size_t i, std::size_t j) const noexcept {
        return arithmetic::random_bits_at(projection_, arithmetic_.seed, {element(i, j), a_.columns()},
                                          arithmetic::rounding_site::result);
    }

    /// The same test with a sum of twice the precision, for single elements: its error is at most
    /// (K + 8)²·2^-104·‖a_i‖·‖b_j‖. Rounding to odd keeps the two ends on their sides.
    bool is_decided_twofold(const simd::line_bounds& row, double norm, std::size_t i, std::size_t j) const {
        const projection direction = projection_;
        if constexpr (is_double || number_format<C>::value.precision() > 50)
            return false;
        if (options_.accumulate || is_stochastic(direction.mode))
            return false;
        constexpr std::size_t most = simd::chunk_size<double>;
        alignas(64) double x[most], y[most];
        double value = 0, error = 0;
        for (std::size_t k = 0; k < a_.columns(); k += most) {
            const std::size_t count = most < a_.columns() - k ? most : a_.columns() - k;
            const double* const xs = simd::read_line<double, X>(level_, a_.row(i), k, count, x);
            const double* const ys = simd::read_line<double, Y>(level_, b_.column(j), k, count, y);
            const value_and_error part =
                HALFULP_SIMD_SELECT(level_, sum_twofold)(xs, ys, simd::whole_blocks(count));
            const value_and_error next = two_sum(value, part.value);
            value = next.value;
            error += next.error + part.error;
        }
        const double terms = static_cast<double>(a_.columns()) + 8;
        const double bound = terms * terms * 0x1p-104 * std::sqrt(row.squares) * norm;
        const double low = sum_to_odd(value, error - bound);
        const double high = sum_to_odd(value, error + bound);
        if (!(low - low == 0) || !((low > 0) == (high > 0)) || low == 0 || high == 0)
            return false;
        const C from = convert<C>(low, projection_);
        if (to_code(from) != to_code(convert<C>(high, projection_)))
            return false;
        c_(i, j) = from;
        return true;
    }

    // --- Definition ------------------------------------------------------------------------------

    void by_definition(std::size_t i, std::size_t j, matmul_report& counts) const {
        ++counts.definition;
        const auto finish = [&](auto sum) {
            accumulate_chain(arithmetic_, sum, a_.row(i), b_.column(j), element(i, j));
            c_(i, j) = arithmetic_.template result<C>(sum, {element(i, j), a_.columns()});
        };
        if (options_.accumulate)
            finish(arithmetic_.template start<X, Y>(c_(i, j)));
        else
            finish(arithmetic_.template zero<X, Y>());
    }

    // --- Residues --------------------------------------------------------------------------------

    static constexpr std::size_t residue_rows = 512, residue_columns = 512;
    /// Of signed and unsigned bytes: K · 128 · 255 < 2^31.
    static constexpr std::size_t most_residue_depth = 65000;

    void run_residues_or_definition(const simd::bounds_of_lines<X>& rows,
                                    const simd::bounds_of_lines<Y>& columns, std::size_t i, std::size_t j,
                                    std::size_t height, std::size_t width, matmul_report& counts) const {
        const int moduli = moduli_needed(rows, columns);
        if (moduli == 0) {
            for (std::size_t r = 0; r < height; ++r)
                for (std::size_t s = 0; s < width; ++s)
                    by_definition(i + r, j + s, counts);
            return;
        }
        const simd::residue_system system(moduli);
        for (std::size_t s = 0; s < width; s += residue_columns)
            for (std::size_t r = 0; r < height; r += residue_rows)
                run_residues(system, rows, columns, i + r, j + s,
                             residue_rows < height - r ? residue_rows : height - r,
                             residue_columns < width - s ? residue_columns : width - s, counts);
    }

    /// How many moduli the sums need; 0 if they are not to be had in that way.
    int moduli_needed(const simd::bounds_of_lines<X>& rows, const simd::bounds_of_lines<Y>& columns) const {
        if constexpr (!simd::has_array_decoder<double, X>() || !simd::has_array_decoder<double, Y>())
            return 0;
        if (level_ != simd::isa::avx512 || !simd::available_extensions().vnni || options_.accumulate ||
            a_.columns() == 0 || a_.columns() > most_residue_depth)
            return 0;
        const projection direction = projection_;
        if (is_stochastic(direction.mode) && format.precision() + direction.random_bits + 3 > 75)
            return 0;  // digits() hands on 75 bits
        const int a_bits = rows.widest(), b_bits = columns.widest();
        if (a_bits < 0 || b_bits < 0)
            return 0;
        return simd::residue_system::moduli_for(a_bits + b_bits + bit_width(std::uint64_t{a_.columns()}));
    }

    /// Passes of `residues` for integers of so many bits: each takes off at least 50.
    static int passes_for(int bits) noexcept {
        return bits <= 50 ? 1 : bits <= 100 ? 2 : bits <= 150 ? 3 : 5;
    }

    template <class Bounds>
    static void scales_of(const Bounds& bounds, double* scales, int* exponents) {
        for (std::size_t i = 0; i < bounds.size(); ++i) {
            exponents[i] = bounds[i].largest == 0 ? 0 : std::ilogb(bounds[i].lowest);
            scales[i] = std::ldexp(1.0, -exponents[i]);
        }
    }

    void run_residues(const simd::residue_system& system, const simd::bounds_of_lines<X>& rows,
                      const simd::bounds_of_lines<Y>& columns, std::size_t i, std::size_t j,
                      std::size_t height, std::size_t width, matmul_report& counts) const {
        std::vector<double> row_scales(rows.size()), column_scales(columns.size());
        std::vector<int> row_exponents(rows.size()), column_exponents(columns.size());
        scales_of(rows, row_scales.data(), row_exponents.data());
        scales_of(columns, column_scales.data(), column_exponents.data());
        const int a_passes = passes_for(rows.widest()), b_passes = passes_for(columns.widest());

        const std::size_t row = simd::whole_blocks(width);
        const std::size_t plane = height * row;
        const auto moduli = static_cast<std::size_t>(system.count);
        thread_local simd::workspace memory;
        const auto sums = static_cast<std::int32_t*>(
            memory.reserve(plane * (sizeof(std::int32_t) + moduli) + row * 7 * sizeof(double)));
        double* const limbs = reinterpret_cast<double*>(sums + plane);
        auto* const planes = reinterpret_cast<std::uint8_t*>(limbs + 7 * row);
        const std::size_t steps = (a_.columns() + 3) / 4;
        for (std::size_t m = 0; m < moduli; ++m) {
            simd::residue_rule rule;
            rule.modulus = simd::residue_system::moduli_at(static_cast<int>(m));
            rule.inverse = 1 / rule.modulus;
            rule.passes = a_passes;
            const simd::residue_reader<X, false> left(level_, a_, row_scales.data(), rule);
            rule.passes = b_passes;
            const simd::residue_reader<Y, true> right(level_, b_.transposed(), column_scales.data(), rule);
            using word = simd::sum_of_bytes::word;
            const simd::tiled_product<word, std::int32_t> product(
                simd::shape_at<simd::sum_of_bytes>(level_), simd::operand_of<word>(level_, left),
                simd::operand_of<word>(level_, right), steps, {});
            product.run(i, j, height, width, {sums, static_cast<std::ptrdiff_t>(row)}, true);
            simd::avx512::reduce_sums(sums, plane, rule, planes + m * plane);
        }
        const std::uint8_t* residues[simd::residue_system::most_moduli];
        for (std::size_t r = 0; r < height; ++r) {
            for (std::size_t m = 0; m < moduli; ++m)
                residues[m] = planes + m * plane + r * row;
            combine(system, residues, row, limbs);
            for (std::size_t s = 0; s < width; ++s)
                c_(i + r, j + s) =
                    rounded_digits(system.limbs, limbs + s, row,
                                   row_exponents[i + r] + column_exponents[j + s], i + r, j + s);
        }
        counts.residues += height * width;
        put_in_non_finite(i, j, height, width, counts);
    }

    static void combine(const simd::residue_system& system, const std::uint8_t* const* residues,
                        std::size_t row, double* limbs) noexcept {
        using function = void (*)(const std::uint8_t* const*, std::size_t, const simd::residue_system&,
                                  double*, std::size_t) noexcept;
        constexpr function functions[] = {
            simd::avx512::combine_residues<1>, simd::avx512::combine_residues<2>,
            simd::avx512::combine_residues<3>, simd::avx512::combine_residues<4>,
            simd::avx512::combine_residues<5>, simd::avx512::combine_residues<6>,
            simd::avx512::combine_residues<7>};
        functions[system.limbs - 1](residues, row, system, limbs, row);
    }

    /// Σ digit_l·2^(38·l + exponent), rounded once. Three digits from the highest nonzero one have at least 75
    /// bits, one less where what is below is of the other sign.
    C rounded_digits(int count, const double* limbs, std::size_t row, int exponent, std::size_t i,
                     std::size_t j) const {
        using wide = uint_with_bits<128>;
        constexpr int digit_bits = simd::residue_system::limb_bits;
        const auto digit = [&](int l) { return l < 0 ? 0.0 : limbs[static_cast<std::size_t>(l) * row]; };
        int top = count - 1;
        while (top > 0 && digit(top) == 0)
            --top;
        const bool negative = digit(top) < 0;
        // Signed digits of the magnitude, in two's complement of 128 bits.
        wide significand{};
        for (int l = top; l > top - 3; --l) {
            const auto value = static_cast<std::int64_t>(negative ? -digit(l) : digit(l));
            significand =
                (significand << digit_bits) + wide(static_cast<std::uint64_t>(value < 0 ? -value : value)) *
                                                  wide(value < 0 ? ~wide{} : wide(std::uint64_t{1}));
        }
        int below = top - 3;
        while (below >= 0 && digit(below) == 0)
            --below;
        const bool sticky = below >= 0;
        if (sticky && (digit(below) < 0) != negative)
            significand = significand - wide(std::uint64_t{1});
        const auto finish = [&](auto p) {
            if (significand == wide{})
                return from_code<C>(
                    encode_zero(constant<format>{}, projection(p).mode == rounding::toward_negative).value);
            return from_code<C>(encode(constant<format>{}, p, negative, exponent + (top - 2) * digit_bits,
                                       significand, sticky, random_bits(i, j))
                                    .value);
        };
        return finish(projection_);
    }

    /// Rows and columns with infinities and NaN, which residues do not know.
    void put_in_non_finite(std::size_t i, std::size_t j, std::size_t height, std::size_t width,
                           matmul_report& counts) const {
        const auto is_finite = [&](const auto& line) {
            for (std::size_t k = 0; k < line.size(); ++k) {
                const double x = arithmetic::detail::converted<double>(line[k]);
                if (!(x - x == 0))
                    return false;
            }
            return true;
        };
        std::vector<char> row_is_finite(height), column_is_finite(width);
        for (std::size_t r = 0; r < height; ++r)
            row_is_finite[r] = is_finite(a_.row(i + r));
        for (std::size_t s = 0; s < width; ++s)
            column_is_finite[s] = is_finite(b_.column(j + s));
        for (std::size_t r = 0; r < height; ++r)
            for (std::size_t s = 0; s < width; ++s)
                if (!row_is_finite[r] || !column_is_finite[s]) {
                    by_definition(i + r, j + s, counts);
                    --counts.residues;
                }
    }

    simd::isa level_;
    matrix_a a_;
    matrix_b b_;
    matrix_view<C> c_;
    arithmetic::exact arithmetic_;
    [[no_unique_address]] Projection projection_;
    matmul_options options_;
    rounding_plan plan_;
};

template <class X, class Y, class C>
bool matmul_fast(const matrix_view<const X>& a, const matrix_view<const Y>& b, const matrix_view<C>& c,
                 const arithmetic::exact& arithmetic, const matmul_options& options) {
    const simd::isa level = simd::level_for(options.execution);
    if constexpr (formatted_number<X> && formatted_number<Y> && formatted_number<C>)
        if constexpr (simd::has_array_decoder<double, X>() && simd::has_array_decoder<double, Y>()) {
            using by_default = exact_product<X, Y, C, result_projection<C>>;
            if constexpr (by_default::has_rounding)
                if (level != simd::isa::plain && a.columns() <= (std::size_t{1} << 30)) {
                    if (arithmetic.rounding)
                        exact_product<X, Y, C, projection>(level, a, b, c, arithmetic, *arithmetic.rounding,
                                                           options)
                            .run();
                    else
                        by_default(level, a, b, c, arithmetic, {}, options).run();
                    return true;
                }
        }
    add_to_report(options.report, {.definition = c.rows() * c.columns()});
    return false;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#else

namespace halfulp {
inline namespace v0 {
namespace detail {

template <class X, class Y, class C>
bool matmul_fast(const matrix_view<const X>&, const matrix_view<const Y>&, const matrix_view<C>& c,
                 const arithmetic::exact&, const matmul_options& options) {
    if (options.report != nullptr)
        options.report->definition += c.rows() * c.columns();
    return false;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif
