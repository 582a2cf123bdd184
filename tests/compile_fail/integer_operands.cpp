// expect: so say what the result is
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/halfulp.hpp>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    const auto quotient = halfulp::divide(1, 3);
#else
    const auto quotient = halfulp::divide<halfulp::float16>(1, 3);
#endif
    return quotient < 1 ? 0 : 1;
}
