// expect: a stochastic projection needs random_bits in 1 ... 32
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/halfulp.hpp>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    constexpr int bits = 0;
#else
    constexpr int bits = 1;
#endif
    constexpr halfulp::projection p{halfulp::rounding::stochastic_a, halfulp::saturation::none, bits};
    return halfulp::custom_float<halfulp::formats::float16, p>{}.to_bits();
}
