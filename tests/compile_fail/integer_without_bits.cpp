// expect: integers have 1 to 64 bits
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/halfulp.hpp>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    return sizeof(halfulp::narrow_int<0>);
#else
    return sizeof(halfulp::narrow_int<1>) == 1 ? 0 : 1;
#endif
}
