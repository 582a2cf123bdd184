// expect: convert to A exactly
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/kernels/dot.hpp>

#include <array>

int main() {
    const std::array<float, 2> x{1.5F, 2.5F};
#if defined(HALFULP_COMPILE_FAIL)
    return halfulp::dot(x, x, halfulp::arithmetic::native<int>{});
#else
    return halfulp::dot<int>(x, x, halfulp::arithmetic::native<float>{});
#endif
}
