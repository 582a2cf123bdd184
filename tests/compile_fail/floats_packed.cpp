// expect: encode_packed and decode_packed round floating-point numbers
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/halfulp.hpp>

#include <vector>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    const std::vector<float> values(8);
#else
    const std::vector<signed char> values(8);
#endif
    halfulp::packed_vector<halfulp::narrow_int<4>> packed(8);
    halfulp::pack(values, packed);
    return packed[0] == 0 ? 0 : 1;
}
