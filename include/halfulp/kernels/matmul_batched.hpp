// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Many matrix products of one shape: C_n = A_n·B_n.

#include <halfulp/kernels/matmul.hpp>
#include <halfulp/simd/parts_of_matrix.hpp>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// Throws aliasing_error if two matrices of the output share memory.
template <class T>
constexpr void require_own_matrices(const char* function, const char* output_name,
                                    const matrix_batch<T>& batch) {
    // All pairs so many places apart lie alike.
    for (std::size_t apart = 1; apart < batch.count(); ++apart)
        if (may_overlap(batch.first(), batch[apart]))
            throw_argument_error<aliasing_error>(function, output_name,
                                                 "a batch in which matrices share memory",
                                                 "a batch stride that gives each matrix memory of its own");
}

/// Throws aliasing_error if a matrix of the output may overlap one of an input.
template <class T, class U>
constexpr void require_distinct(const char* function, const char* output_name, const matrix_batch<T>& output,
                                const char* input_name, const matrix_batch<U>& input) {
    if (std::is_constant_evaluated() || output.count() == 0 || input.count() == 0)
        return;
    const auto bytes = [](const auto& batch) {
        const byte_range first = bytes_of(batch[0]), last = bytes_of(batch[batch.count() - 1]);
        return byte_range{first.low < last.low ? first.low : last.low,
                          first.high > last.high ? first.high : last.high};
    };
    const byte_range of_output = bytes(output), of_input = bytes(input);
    if (of_output.high <= of_input.low || of_input.high <= of_output.low)
        return;
    const std::size_t inputs = input.batch_stride() == 0 ? 1 : input.count();
    for (std::size_t n = 0; n < output.count(); ++n)
        for (std::size_t m = 0; m < inputs; ++m)
            require_distinct(function, output_name, output[n], input_name, input[m]);
}

}  // namespace detail

/// C_n = A_n·B_n for every matrix of a batch; with `accumulate` C_n += A_n·B_n.
///
/// Product n has the bits of `matmul(a[n], b[n], c[n], arithmetic, options)` with
/// options.first_row + n·c.rows() for first_row: the stochastic modes draw as if the products stood one below
/// the other. An operand with a batch stride of 0 takes part in all of them.
///
/// @param a  count matrices, rows × depth
/// @param b  count matrices, depth × columns
/// @param c  count matrices, rows × columns, none of which shares memory with another, a or b
/// @throws shape_error     if extents or counts do not fit together, before anything is written
/// @throws aliasing_error  if matrices of c may share memory with each other, a or b, before anything is written
///
/// O(count·rows·columns·depth); memory as for `matmul`. With execution::parallel whole products go to threads
/// where there are enough of them, else each product is shared. constexpr.
template <batch_argument AB, batch_argument BB, batch_argument CB,
          class Arithmetic = default_arithmetic<batch_element<AB>, batch_element<BB>>>
constexpr void matmul(const AB& a_argument, const BB& b_argument, CB&& c_argument,
                      const Arithmetic& arithmetic = {}, const matmul_options& options = {}) {
    const auto a = as_batch(a_argument);
    const auto b = as_batch(b_argument);
    const auto c = as_batch(c_argument);
    static_assert(!std::is_const_v<typename decltype(c)::element_type>,
                  "halfulp::matmul: the output is a batch of constant elements");
    detail::require_extent("matmul", "a.count()", a.count(), "c.count()", c.count());
    detail::require_extent("matmul", "b.count()", b.count(), "c.count()", c.count());
    detail::require_extent("matmul", "b.rows()", b.rows(), "a.columns()", a.columns());
    detail::require_extent("matmul", "c.rows()", c.rows(), "a.rows()", a.rows());
    detail::require_extent("matmul", "c.columns()", c.columns(), "b.columns()", b.columns());
    if (c.count() == 0)
        return;
    detail::require_own_elements("matmul", "c", c.first());
    detail::require_own_matrices("matmul", "c", c);
    detail::require_distinct("matmul", "c", c, "a", a);
    detail::require_distinct("matmul", "c", c, "b", b);

    const auto multiply = [&](std::size_t n, const execution::policy& policy) {
        matmul_options own = options;
        own.execution = policy;
        own.first_row = options.first_row + n * c.rows();
        matmul(a[n], b[n], c[n], arithmetic, own);
    };
#if defined(_OPENMP)
    if (!std::is_constant_evaluated() && options.execution.threads != 1) {
        const auto threads = static_cast<std::size_t>(
            options.execution.threads == 0 ? omp_get_max_threads() : options.execution.threads);
        if (c.count() >= threads) {
            execution::policy alone = options.execution;
            alone.threads = 1;
            simd::for_parts_of_matrix(options.execution, c.count(), 1, a.rows() * a.columns() * b.columns(),
                                      1, [&](std::size_t first, std::size_t, std::size_t count, std::size_t) {
                                          for (std::size_t n = first; n < first + count; ++n)
                                              multiply(n, alone);
                                      });
            return;
        }
    }
#endif
    for (std::size_t n = 0; n < c.count(); ++n)
        multiply(n, options.execution);
}

}  // namespace v0
}  // namespace halfulp
