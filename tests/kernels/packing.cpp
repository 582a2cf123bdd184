// SPDX-License-Identifier: BSL-1.0
//
// pack and unpack: what is refused, and what saturates.

#include "kernels/packing_checks.hpp"

using namespace halfulp_test;

TEST_CASE("Values that the packed type lacks, and the other way round", "[kernels][packed]") {
    tally t("packing, out of range");
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level scope(level);
        for (const std::size_t place : {0u, 63u, 64u, 199u}) {
            std::vector<std::int8_t> values(200, 3);
            packed_vector<narrow_int<4>> packed(200);
            pack(values, packed);
            const std::vector<std::uint8_t> before(packed.bytes().begin(), packed.bytes().end());
            for (const int v : {8, -9, 127, -128}) {
                values[place] = static_cast<std::int8_t>(v);
                CHECK_THROWS_WITH(pack(values, packed), "halfulp::pack: code " + std::to_string(place) +
                                                            " of line 0 of values is " + std::to_string(v) +
                                                            ", expected an integer in -8 ... 7");
                t.expect(std::equal(before.begin(), before.end(), packed.bytes().begin()),
                         [] { return std::string("written to before the exception"); });
                packed_vector<narrow_int<4>> saturated(200);
                pack(values, saturated, {.range = out_of_range::saturates});
                bool right = true;
                for (std::size_t i = 0; i < 200; ++i)
                    right &= saturated[i] == (i == place ? std::clamp(v, -8, 7) : 3);
                t.expect(right, [&] { return "saturated " + std::to_string(v); });
            }
        }
        // A zero that bipolar integers do not have, at a place that a quick look finds and one that it does not.
        for (const std::size_t place : {5u, 70u}) {
            std::vector<std::int8_t> values(80, -1);
            values[place] = 0;
            packed_vector<bipolar_int<3>> bipolar(80);
            CHECK_THROWS_AS(pack(values, bipolar), value_error);
            pack(values, bipolar, {.range = out_of_range::saturates});
            CHECK(bipolar[place] == 1);
            CHECK(bipolar[place - 1] == -1);
        }
        packed_vector<bipolar_int<8>> wide(70);
        wide.set(66, bipolar_int<8>(-255));
        wide.set(67, bipolar_int<8>(255));
        std::vector<std::int8_t> bytes(70, 9);
        CHECK_THROWS_WITH(
            unpack(wide, bytes),
            "halfulp::unpack: code 0 of line 0 of packed is -255, expected an integer in -128 ... 127");
        CHECK(bytes == std::vector<std::int8_t>(70, 9));
        unpack(wide, bytes, {.range = out_of_range::saturates});
        CHECK(bytes[66] == -128);
        CHECK(bytes[67] == 127);
        std::vector<std::int16_t> halfwords(70);
        unpack(wide, halfwords);
        CHECK(halfwords[66] == -255);
        CHECK(halfwords[67] == 255);
        std::vector<std::int64_t> large(3, std::numeric_limits<std::int64_t>::max());
        packed_vector<narrow_int<40>> forty(3);
        CHECK_THROWS_AS(pack(large, forty), value_error);
        pack(large, forty, {.range = out_of_range::saturates});
        CHECK(forty[2] == (std::int64_t{1} << 39) - 1);
        std::vector<std::int32_t> words(3);
        CHECK_THROWS_AS(unpack(forty, words), value_error);
        unpack(forty, words, {.range = out_of_range::saturates});
        CHECK(words[1] == std::numeric_limits<std::int32_t>::max());
    }
    require(t);
}

TEST_CASE("Packing: shapes and memory that do not fit together", "[kernels][packed]") {
    std::vector<std::int8_t> values(12);
    packed_vector<narrow_int<4>> vector(11);
    CHECK_THROWS_AS(pack(values, vector), shape_error);
    CHECK_THROWS_AS(unpack(vector, values), shape_error);
    packed_matrix<narrow_int<4>> matrix(3, 4);
    const matrix_view<std::int8_t> view(values.data(), 4, 3);
    CHECK_THROWS_AS(pack(view, matrix), shape_error);
    CHECK_THROWS_AS(unpack(matrix, view), shape_error);
    CHECK_NOTHROW(pack(view.transposed(), matrix));
    CHECK_NOTHROW(pack(view, matrix.transposed()));
    packed_matrix<narrow_int<4>, packed_layout::bit_planes> other(4, 3);
    CHECK_THROWS_AS(convert_layout(matrix, other), shape_error);

    std::vector<std::uint8_t> bytes(12);
    const packed_vector_view<narrow_uint<8>> same(bytes, 12);
    CHECK_THROWS_AS(pack(bytes, same), aliasing_error);
    CHECK_THROWS_AS(unpack(same, bytes), aliasing_error);
    CHECK_THROWS_AS(convert_layout(same, same), aliasing_error);
    packed_vector<narrow_uint<8>> own(12);
    CHECK_THROWS_AS(unpack(own, vector_view<std::uint8_t>(bytes.data(), 12, 0)), aliasing_error);
}
