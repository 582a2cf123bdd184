// SPDX-License-Identifier: BSL-1.0
// flags: -DHALFULP_HAS_SIMD=0
//
// What other processors and compilers run: the array functions without any fast path.

#include "kernels/round_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("the array functions are right without fast paths, and all of them compile") {
    CHECK(simd::detected_level() == simd::isa::plain);
    tally t("arrays of float without fast paths, constant format = run-time format = scalar");
    check_format<formats::float8_e4m3fn, float>(t, array_size / 4);
    require(t);

    const std::vector<float> x{0.3f, 1e-3f, -7.0f};
    std::vector<float> y(3), z(3);
    std::vector<std::uint8_t> packed(packed_size(3, formats::float4_e2m1fn));
    encode_packed(x, packed, formats::float4_e2m1fn);
    CHECK(packed == std::vector<std::uint8_t>{0x01, 0x0f});
    decode_packed(packed, y, formats::float4_e2m1fn);
    CHECK(y == std::vector<float>{0.5f, 0.0f, -6.0f});
    add(x, y, z, formats::float8_e4m3fn);
    CHECK(z == std::vector<float>{0.8125f, 0.001953125f, -13.0f});
    round_statistics statistics;
    round(x, z, formats::float4_e2m1fn, projection{rounding::ties_to_even, saturation::finite}, {},
          statistics);
    CHECK(statistics.count == 3);
    CHECK(statistics.underflowed == 1);
    CHECK(statistics.overflowed == 1);
}
