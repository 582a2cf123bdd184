// expect: can take more than 64 bits
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/halfulp.hpp>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    return halfulp::narrow_int<33>(2) * halfulp::narrow_int<33>(3) == 6 ? 0 : 1;
#else
    return halfulp::narrow_int<32>(2) * halfulp::narrow_int<32>(3) == 6 ? 0 : 1;
#endif
}
