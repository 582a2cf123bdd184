// expect: these l_mul_options mean nothing
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/formats/l_mul.hpp>

using namespace halfulp;

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    constexpr l_mul_options options{.operand_rounding = rounding::stochastic_a};
#else
    constexpr l_mul_options options{.operand_rounding = rounding::ties_to_even};
#endif
    return static_cast<int>(l_mul(1.0f, 2.0f, constant_value<options>{}));
}
