// SPDX-License-Identifier: BSL-1.0
//
// Arrays of double of every size: nothing beside an output is written, nothing past an input is read.

#include "simd/arrays_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("every size, double") {
    check_sizes<double, double, std::uint32_t>("double to double and 32 bits, sizes");
    check_sizes<double, float, std::uint8_t>("double to float and 8 bits, sizes");
}
