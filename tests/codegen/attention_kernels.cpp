// SPDX-License-Identifier: BSL-1.0
//
// Calls that bring out the kernels of attention in both families. Compiled, never run: tests/codegen/check.sh looks at the
// instructions.

#include <halfulp/halfulp.hpp>

using namespace halfulp;

template <class T>
using input = matrix_view<const T>;

void attend_to_floats(input<float> q, input<float> k, input<float> v, matrix_view<float> o,
                      const attention_options& options) {
    attention(q, k, v, o, arithmetic::native<float>{}, options);
}
void attend_to_caches(heads_view<const float> q, const key_value_cache<bfloat16>& narrow,
                      const key_value_cache<float8_e4m3fn>& narrower, heads_view<bfloat16> o) {
    attention(q, narrow, o, arithmetic::native<float>{});
    attention(q, narrower, o, arithmetic::native<float>{});
}
void find_gradient(input<float> q, input<float> k, input<float> v, input<float> o,
                   const attention_statistics<float>& statistics, input<float> gradient,
                   matrix_view<float> dq, matrix_view<float> dk, matrix_view<float> dv) {
    attention_gradient(q, k, v, o, statistics, gradient, dq, dk, dv);
}
