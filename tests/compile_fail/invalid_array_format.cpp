// expect: this float_format describes nothing; halfulp::why_invalid says why
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/halfulp.hpp>

#include <vector>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    constexpr bool has_sign = false;  // and a negative zero
#else
    constexpr bool has_sign = true;
#endif
    constexpr halfulp::float_format format{.exponent_bits = 4, .significand_bits = 3, .has_sign = has_sign};
    std::vector<float> values(4);
    halfulp::round(values, values, halfulp::constant_value<format>{});
}
