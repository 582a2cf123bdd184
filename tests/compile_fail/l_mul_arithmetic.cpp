// expect: arithmetic::l_mul: these l_mul_options mean nothing
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/arithmetic/l_mul.hpp>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    [[maybe_unused]] const halfulp::arithmetic::l_mul<halfulp::l_mul_options{.significand_bits = 61}> a;
#else
    [[maybe_unused]] const halfulp::arithmetic::l_mul<halfulp::l_mul_options{.significand_bits = 60}> a;
#endif
}
