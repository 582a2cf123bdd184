// SPDX-License-Identifier: BSL-1.0
// A user's program: the umbrella header, -O2, and nothing else.

#include <halfulp/halfulp.hpp>

#include <cstdio>

float square_in_second_file(float x);

int main() {
    const halfulp::float16 x{1.5};
    const auto y = x * x;
    static_assert(sizeof x == 2);
    if (static_cast<float>(y) != 2.25f || square_in_second_file(1.5f) != 2.25f) {
        std::puts("wrong");
        return 1;
    }
    std::printf("halfulp %d: 1.5 * 1.5 = %g\n", halfulp::version, static_cast<double>(static_cast<float>(y)));
    return 0;
}
