// SPDX-License-Identifier: BSL-1.0
//
// Calls that bring out the kernels of matrix products in both families. Compiled, never run: tests/codegen/check.sh
// looks at the instructions.

#include <halfulp/halfulp.hpp>

using namespace halfulp;

template <class T>
using input = matrix_view<const T>;

void multiply_floats(input<float> a, input<float> b, matrix_view<float> c) {
    matmul(a, b, c);
}
void multiply_doubles(input<double> a, input<double> b, matrix_view<double> c) {
    matmul(a, b, c);
}
void multiply_bfloat16(input<bfloat16> a, input<bfloat16> b, matrix_view<float> c) {
    matmul(a, b, c);
}
void multiply_rounded(input<float16> a, input<float16> b, matrix_view<float16> c, const projection& p) {
    matmul(a, b, c, arithmetic::rounded<float16>(p, 1));
}
void multiply_by_addition(input<float> a, input<float> b, input<bfloat16> x, input<bfloat16> y,
                          matrix_view<float> c) {
    matmul(a, b, c, arithmetic::l_mul<>{});
    matmul(x, y, c, arithmetic::l_mul<>{});
}
void multiply_floats_exactly(input<float> a, input<float> b, matrix_view<float> c) {
    matmul(a, b, c, arithmetic::exact{});
}
void multiply_doubles_exactly(input<double> a, input<double> b, matrix_view<double> c) {
    matmul(a, b, c, arithmetic::exact{});
}

// Sources of integers are called through pointers, so that all schemes are there.
void multiply_integers(const packed_matrix<bipolar_int<3>>& a, const packed_matrix<narrow_int<8>>& b,
                       matrix_view<std::int32_t> c, matrix_view<std::int64_t> wide) {
    matmul(a, b, c);
    matmul(a, b, wide);
}
void multiply_packed_vector(const packed_matrix<narrow_int<4>>& a, vector_view<const std::int8_t> x,
                            vector_view<std::int32_t> y) {
    matvec(a, x, y);
}
void multiply_quantized(const quantized_matrix<narrow_int<8>>& a, const quantized_matrix<narrow_int<4>>& b,
                        matrix_view<float> c) {
    matmul(a, transposed(b), c);
    matmul(a, transposed(b), c, arithmetic::exact{});
}
