// expect: halfulp::number_traits for it
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/kernels/dot.hpp>

#include <array>

struct unknown {
    int value;
};

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    const std::array<unknown, 2> x{unknown{1}, unknown{2}};
    halfulp::dot(x, x);
#else
    const std::array<int, 2> x{1, 2};
    return static_cast<int>(halfulp::dot(x, x)) - 5;
#endif
}
