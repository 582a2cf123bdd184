// SPDX-License-Identifier: BSL-1.0
//
// pack and unpack of floating-point and wide numbers.

#include "kernels/packing_checks.hpp"

using namespace halfulp_test;

TEST_CASE("Floating-point and wide numbers packed and unpacked", "[kernels][packed]") {
    tally t("packing, other numbers");
    check_round_trip<float6_e3m2fn, float6_e3m2fn, packed_layout::contiguous>(t);
    check_round_trip<float8_e4m3fn, float8_e4m3fn, packed_layout::interleaved>(t);
    check_round_trip<bfloat16, bfloat16, packed_layout::contiguous>(t);
    check_round_trip<narrow_int<13>, narrow_int<13>, packed_layout::contiguous>(t);
    check_round_trip<std::int64_t, narrow_int<61>, packed_layout::contiguous>(t);
    check_round_trip<std::int16_t, narrow_int<9>, packed_layout::bit_planes>(t);
    require(t);
}
