// SPDX-License-Identifier: BSL-1.0
//
// convert_layout of wide integers; packed vectors, in threads too.

#include "kernels/packing_checks.hpp"

using namespace halfulp_test;

TEST_CASE("Wide packed integers from layout to layout", "[kernels][packed]") {
    tally t("layouts, wide");
    check_conversion<narrow_int<11>, packed_layout::contiguous, packed_layout::interleaved>(t);
    check_conversion<narrow_uint<17>, packed_layout::bit_planes, packed_layout::contiguous>(t);
    require(t);
}

TEST_CASE("Packed vectors", "[kernels][packed]") {
    tally t("packing, vectors");
    for (const std::size_t size : {0u, 1u, 63u, 64u, 65u, 5000u, 100000u}) {
        generator random(size);
        std::vector<std::int8_t> values(2 * size), back(size);
        for (std::int8_t& v : values)
            v = static_cast<std::int8_t>(random() % 16 - 8);
        const vector_view<const std::int8_t> every_second(values.data(), size, 2);
        for (const int threads : {1, 2}) {
            packing_options options;
            options.execution.threads = threads;
            packed_vector<narrow_int<4>> packed(size);
            pack(every_second, packed, options);
            packed_vector<narrow_int<4>, packed_layout::bit_planes> planes(size);
            convert_layout(packed, planes, options);
            unpack(planes, back, options);
            bool same = true;
            for (std::size_t i = 0; i < size; ++i)
                same &= back[i] == every_second[i] && packed[i] == every_second[i];
            t.expect(same, [&] { return std::to_string(size) + " elements"; });
        }
    }
    require(t);
}
