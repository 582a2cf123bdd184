// expect: this float_format describes nothing; halfulp::why_invalid\(Format\) says why
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/halfulp.hpp>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    constexpr int exponent_bits = 17;
#else
    constexpr int exponent_bits = 8;
#endif
    constexpr halfulp::float_format format{.exponent_bits = exponent_bits, .significand_bits = 3};
    return halfulp::custom_float<format>{}.to_bits();
}
