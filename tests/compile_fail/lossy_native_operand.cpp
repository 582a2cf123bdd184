// expect: convert to A exactly
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/kernels/dot.hpp>

#include <array>

int main() {
    const std::array<double, 2> x{1, 2};
#if defined(HALFULP_COMPILE_FAIL)
    return static_cast<int>(halfulp::dot(x, x, halfulp::arithmetic::native<float>{}));
#else
    return static_cast<int>(halfulp::dot(x, x, halfulp::arithmetic::native<double>{}));
#endif
}
