// expect: throw_value_error
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/halfulp.hpp>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    constexpr halfulp::bipolar_int<4> x{0};
#else
    constexpr halfulp::bipolar_int<4> x{1};
#endif
    return x == 1 ? 0 : 1;
}
