// expect: holds the digits of halfulp::ternary and nothing else
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/halfulp.hpp>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    const halfulp::packed_matrix<halfulp::narrow_int<2>, halfulp::packed_layout::base_3> m(2, 2);
#else
    const halfulp::packed_matrix<halfulp::ternary, halfulp::packed_layout::base_3> m(2, 2);
#endif
    return m(1, 1) == -1 ? 0 : 1;
}
