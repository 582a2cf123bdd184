// expect: for integer operands and an integer result native
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/kernels/dot.hpp>

#include <array>
#include <cstdint>

int main() {
    const std::array<std::int8_t, 2> x{1, 2};
#if defined(HALFULP_COMPILE_FAIL)
    return halfulp::dot<std::int32_t>(x, x, halfulp::arithmetic::exact{});
#else
    return halfulp::dot<std::int32_t>(x, x, halfulp::arithmetic::native<std::int64_t>{});
#endif
}
