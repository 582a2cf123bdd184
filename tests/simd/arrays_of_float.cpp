// SPDX-License-Identifier: BSL-1.0
//
// Arrays of float of every size: nothing beside an output is written, nothing past an input is read.

#include "simd/arrays_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("every size, float") {
    check_sizes<float, float, std::uint8_t>("float to float and 8 bits, sizes");
    check_sizes<float, double, std::uint16_t>("float to double and 16 bits, sizes");
}
