// SPDX-License-Identifier: BSL-1.0
//
// convert_layout between layouts and storage orders.

#include "kernels/packing_checks.hpp"

using namespace halfulp_test;

TEST_CASE("Packed integers from layout to layout", "[kernels][packed]") {
    tally t("layouts");
    using layout = packed_layout;
    check_conversion<narrow_int<3>, layout::contiguous, layout::bit_planes>(t);
    check_conversion<narrow_int<3>, layout::bit_planes, layout::interleaved>(t);
    check_conversion<narrow_int<3>, layout::interleaved, layout::contiguous>(t);
    check_conversion<narrow_uint<1>, layout::contiguous, layout::interleaved>(t);
    check_conversion<bipolar_int<8>, layout::contiguous, layout::contiguous>(t);
    check_conversion<ternary, layout::base_3, layout::interleaved>(t);
    check_conversion<ternary, layout::bit_planes, layout::base_3>(t);
    check_conversion<float6_e2m3fn, layout::contiguous, layout::bit_planes>(t);
    require(t);
}
