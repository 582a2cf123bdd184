// expect: cannot multiply these element types
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/arithmetic/l_mul.hpp>
#include <halfulp/kernels/dot.hpp>

int main() {
    const float x[] = {1};
#if defined(HALFULP_COMPILE_FAIL)
    const int y[] = {1};
    using number = int;
#else
    const float y[] = {1};
    using number = float;
#endif
    const auto z = halfulp::dot(halfulp::vector_view<const float>(x, 1),
                                halfulp::vector_view<const number>(y, 1), halfulp::arithmetic::l_mul<>{});
    return static_cast<int>(z);
}
