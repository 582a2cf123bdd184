// SPDX-License-Identifier: BSL-1.0
//
// pack and unpack of integers, contiguous.

#include "kernels/packing_checks.hpp"

using namespace halfulp_test;

TEST_CASE("Integers packed and unpacked, contiguous", "[kernels][packed]") {
    tally t("packing, contiguous");
    check_layout<narrow_uint<1>, packed_layout::contiguous>(t);
    check_layout<narrow_int<3>, packed_layout::contiguous>(t);
    check_layout<bipolar_int<4>, packed_layout::contiguous>(t);
    check_layout<bipolar_int<8>, packed_layout::contiguous>(t);
    require(t);
}
