// SPDX-License-Identifier: BSL-1.0
//
// pack and unpack of integers as bit planes and interleaved.

#include "kernels/packing_checks.hpp"

using namespace halfulp_test;

TEST_CASE("Integers packed and unpacked, planes", "[kernels][packed]") {
    tally t("packing, planes");
    check_layout<bipolar_int<7>, packed_layout::bit_planes>(t);
    check_layout<narrow_int<8>, packed_layout::bit_planes>(t);
    check_layout<narrow_int<2>, packed_layout::interleaved>(t);
    require(t);
}
