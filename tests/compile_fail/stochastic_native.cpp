// expect: needs random bits a step
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/arithmetic/native.hpp>
#include <halfulp/formats/named.hpp>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    constexpr halfulp::projection random_bits{halfulp::rounding::stochastic_a};
    using number = halfulp::custom_float<halfulp::formats::float16, random_bits>;
#else
    using number = halfulp::float16;
#endif
    [[maybe_unused]] const halfulp::arithmetic::native<number> arithmetic;
}
