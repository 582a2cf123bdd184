// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// matvec against matmul with one column, and against dot: all arrangements and levels.

#include <halfulp/kernels/matvec.hpp>

#include "kernels/matmul_native_checks.hpp"

namespace halfulp_test {

/// A vector's elements as a matrix of one column, in memory of their own.
enum class spacing { adjacent, apart, backwards };
inline constexpr std::array all_spacings{spacing::adjacent, spacing::apart, spacing::backwards};

template <class T>
class placed_vector {
  public:
    placed_vector(const vector_view<const T>& v, spacing order)
        : memory_(matrix_view<const T>(v.data(), v.size(), 1, v.stride(), 1), layout_of(order)) {}
    vector_view<T> view() const { return memory_.view().column(0); }
    placed<T>& memory() { return memory_; }

  private:
    static layout layout_of(spacing order) {
        return order == spacing::adjacent ? layout::columns
               : order == spacing::apart  ? layout::gaps
                                          : layout::rows_upwards;
    }
    placed<T> memory_;
};

template <class T, class Y, class Arithmetic>
void check_matvec(tally& t, const char* name, const Arithmetic& arithmetic) {
    std::size_t n = 0;
    for (const std::size_t rows : {0u, 1u, 2u, 15u, 17u, 70u})
        for (const std::size_t depth : {0u, 1u, 3u, 16u, 67u}) {
            ++n;
            const native_operands<T, T> x(native_terms[n % native_terms.size()], rows, depth, 1, n);
            const std::vector<Y> before = sums_before<Y>(rows, n);
            for (const bool accumulate : {false, true}) {
                matmul_options options{.accumulate = accumulate, .first_row = n, .first_column = 7};
                options.execution = execution::plain;
                std::vector<Y> expected = before;
                matmul(x.left(rows, depth), x.right(depth, 1), matrix_view<Y>(expected.data(), rows, 1),
                       arithmetic, options);
                if (!accumulate)
                    for (std::size_t i = 0; i < rows; ++i) {
                        const Y alone =
                            dot<Y>(x.left(rows, depth).row(i), x.right(depth, 1).column(0), arithmetic,
                                   {.element = arithmetic::element_number(options.first_row + i, 7)});
                        t.expect(code_bits(alone) == code_bits(expected[i]),
                                 [&] { return std::string(name) + ": dot differs from matmul"; });
                    }
                for (const layout of_a : all_layouts) {
                    const placed<T> a(x.left(rows, depth), of_a);
                    for (const spacing of_x : all_spacings)
                        for (const spacing of_y : all_spacings) {
                            const placed_vector<T> v(x.right(depth, 1).column(0), of_x);
                            placed_vector<Y> y(vector_view<const Y>(before.data(), rows), of_y);
                            y.memory().copy(matrix_view<const Y>(expected.data(), rows, 1));
                            const std::vector<Y> contents = y.memory().contents();
                            for (const simd::isa level : all_levels()) {
                                const simd::scoped_level guard(level);
                                options.execution = {};
                                y.memory().restore();
                                matvec(a.input(), v.view(), y.view(), arithmetic, options);
                                t.expect(y.memory().holds(contents), [&] {
                                    return std::string(name) + (accumulate ? " added, " : ", ") +
                                           std::to_string(rows) + "×" + std::to_string(depth) + " layout " +
                                           std::to_string(static_cast<int>(of_a)) +
                                           std::to_string(static_cast<int>(of_x)) +
                                           std::to_string(static_cast<int>(of_y)) + " at level " +
                                           simd::name_of(level);
                                });
                            }
                        }
                }
            }
        }
}

}  // namespace halfulp_test
