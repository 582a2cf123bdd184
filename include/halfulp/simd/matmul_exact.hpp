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
/// 4. *Alone*: an exact dot product of its own (simd/dot_exact.hpp) for single elements left by 2, and where the
///    exponents of a line are too far apart for 3.
/// 5. *Definition*: the exact_accumulator, where the element that was there takes part in the sum.

#include <halfulp/simd/matmul_enclosed.hpp>
#include <halfulp/simd/matmul_residues.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Chooses among the ways.
template <class X, class Y, class C>
class exact_product {
    using task = exact_task<X, Y, C>;
    using code = typename task::code;
    static constexpr float_format format = task::format;
    static constexpr bool is_double = task::is_double;

  public:
    explicit exact_product(const task& what) : task_(what) {}

    /// True if this output can be rounded to by array kernels.
    static constexpr bool has_rounding = is_double || (sizeof(code) <= 4 && can_carry<double>(format));

    void run() {
        const simd::default_floating_point_environment guard;
        if constexpr (products_are_exact<float, X, Y>() && !is_double)
            if (!task_.options.accumulate && fits_single()) {
                report({.single = task_.c.rows() * task_.c.columns()});
                return run_single();
            }
        const simd::bounds_of_lines<X> rows(task_.level, task_.a);
        const simd::bounds_of_lines<Y> columns(task_.level, task_.b.transposed());
        simd::for_parts_of_matrix(task_.options.execution, task_.c.rows(), task_.c.columns(),
                                  4 * task_.a.columns(), simd::block,
                                  [&](std::size_t i, std::size_t j, std::size_t height, std::size_t width) {
                                      const simd::default_floating_point_environment guard_of_thread;
                                      matmul_report counts;
                                      run_part(rows, columns, i, j, height, width, counts);
                                      report(counts);
                                  });
    }

    /// Adds to the caller's report; parts do it from their threads.
    void report(const matmul_report& counts) const noexcept { add_to_report(task_.options.report, counts); }

  private:
    /// All values are multiples of 2^lowest below 2^highest: so are the sums, with log2 K bits more.
    bool fits_single() const noexcept {
        using x = operand_range<X>;
        using y = operand_range<Y>;
        const int depth_bits = bit_width(static_cast<std::uint64_t>(task_.a.columns()));
        return x::highest - x::lowest + (y::highest - y::lowest) + depth_bits <= 24 &&
               (std::same_as<C, float>
                    ? task_.direction.mode != rounding::toward_negative && !has_to_saturate()
                    : can_carry<float>(format) && !is_stochastic(task_.direction.mode));
    }

    /// True if infinities may have to become finite, where sums are handed on without a rounding.
    bool has_to_saturate() const noexcept {
        return task_.direction.overflow == saturation::finite &&
               (number_format<X>::value.has_infinity || number_format<Y>::value.has_infinity);
    }

    void run_single() const {
        const simd::value_reader<float, X> left(task_.level, task_.a);
        const simd::value_reader<float, Y> right(task_.level, task_.b.transposed());
        const float zero = task_.direction.mode == rounding::toward_negative ? -0.0f : 0.0f;
        multiply_by_tiles(
            simd::shape_at<simd::chain_of<float>>(task_.level), simd::operand_of<float>(task_.level, left),
            simd::operand_of<float>(task_.level, right), task_.a.columns(), task_.c, task_.options,
            task_.a.columns(), [](const C&) { return 0.0f; },
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
                        task_.round_row(values, codes, simd::whole_blocks(count));
                        for (std::size_t i = 0; i < count; ++i)
                            row[j + i] = from_code<C>(codes[i]);
                    }
                }
            });
    }

    void run_part(const simd::bounds_of_lines<X>& rows, const simd::bounds_of_lines<Y>& columns,
                  std::size_t i, std::size_t j, std::size_t height, std::size_t width,
                  matmul_report& counts) const {
        const residue_product<task> residues(task_);
        if constexpr (can_enclose<X, Y>())
            enclosed_product<task>(task_, residues).run(rows, columns, i, j, height, width, counts);
        else
            residues.run(rows, columns, i, j, height, width, counts);
    }

    task task_;
};

template <class X, class Y, class C>
bool matmul_fast(const matrix_view<const X>& a, const matrix_view<const Y>& b, const matrix_view<C>& c,
                 const arithmetic::exact& arithmetic, const matmul_options& options) {
    const simd::isa level = simd::level_for(options.execution);
    if constexpr (formatted_number<X> && formatted_number<Y> && formatted_number<C>)
        if constexpr (simd::has_array_decoder<double, X>() && simd::has_array_decoder<double, Y>()) {
            using product = exact_product<X, Y, C>;
            if constexpr (product::has_rounding)
                if (level != simd::isa::plain && a.columns() <= (std::size_t{1} << 30)) {
                    product({level, a, b, c, arithmetic, options}).run();
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
