// expect: so say what the result is
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/halfulp.hpp>

int main() {
    const halfulp::float16 x{1};
    const halfulp::bfloat16 y{2};
#if defined(HALFULP_COMPILE_FAIL)
    const auto sum = add(x, y);
#else
    const auto sum = halfulp::add<halfulp::float32>(x, y);
#endif
    return sum == 3 ? 0 : 1;
}
