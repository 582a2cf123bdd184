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
void multiply_floats_exactly(input<float> a, input<float> b, matrix_view<float> c) {
    matmul(a, b, c, arithmetic::exact{});
}
void multiply_doubles_exactly(input<double> a, input<double> b, matrix_view<double> c) {
    matmul(a, b, c, arithmetic::exact{});
}
