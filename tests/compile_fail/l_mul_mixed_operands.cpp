// expect: say what the result is
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/formats/l_mul.hpp>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    return static_cast<int>(halfulp::l_mul(1.0f, 2.0));
#else
    return static_cast<int>(halfulp::l_mul<float>(1.0f, 2.0));
#endif
}
