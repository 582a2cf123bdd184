// SPDX-License-Identifier: BSL-1.0
//
// pack and unpack of ternary numbers, and of values without a sign.

#include "kernels/packing_checks.hpp"

using namespace halfulp_test;

TEST_CASE("Ternary numbers packed and unpacked", "[kernels][packed]") {
    tally t("packing, ternary");
    check_layout<ternary, packed_layout::base_3>(t);
    check_layout<ternary, packed_layout::contiguous>(t);
    require(t);
}

TEST_CASE("Ternary numbers that are none", "[kernels][packed]") {
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level scope(level);
        std::vector<ternary> values(70, ternary(-1));
        values[66] = ternary::from_bits(3);
        packed_vector<ternary> bits(70);
        pack(values, bits);
        CHECK(bits[66].to_bits() == 3);
        packed_vector<ternary, packed_layout::base_3> digits(70);
        CHECK_THROWS_AS(pack(values, digits), value_error);
        CHECK_THROWS_AS(convert_layout(bits, digits), value_error);
        pack(values, digits, {.range = out_of_range::saturates});
        CHECK(digits[66] == 1);
        CHECK(digits[67] == -1);
        std::vector<std::int8_t> integers(70);
        unpack(bits, integers);
        CHECK(integers[66] == 2);
    }
}

TEST_CASE("Values of byte types without a sign", "[kernels][packed]") {
    tally t("packing, unsigned values");
    check_round_trip<std::uint8_t, narrow_uint<8>, packed_layout::contiguous>(t);
    check_round_trip<std::uint8_t, narrow_int<5>, packed_layout::contiguous>(t);
    check_round_trip<std::uint8_t, bipolar_int<6>, packed_layout::contiguous>(t);
    require(t);
}
