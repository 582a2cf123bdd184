// SPDX-License-Identifier: BSL-1.0
//
// round, encode and decode of arrays: pieces, places, special values, and what is refused.

#include "kernels/round_checks.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("pieces of an array with first_index give what the whole array gives") {
    const auto in = inputs<float>(formats::float8_e4m3fn, 1000, 51);
    const projection p{rounding::stochastic_b, saturation::none, 12};
    const round_options options{.seed = 3, .operation = 9};
    std::vector<float> whole(in.size());
    round(in, whole, formats::float8_e4m3fn, p, options);
    for (const std::size_t piece : {1u, 3u, 4u, 7u, 64u, 333u}) {
        std::vector<float> parts(in.size());
        std::size_t begin = (in.size() - 1) / piece * piece;  // from the last piece to the first
        while (true) {
            const std::size_t size = std::min(piece, in.size() - begin);
            round_options here = options;
            here.first_index = begin;
            round(std::span(in).subspan(begin, size), std::span(parts).subspan(begin, size),
                  constant_value<formats::float8_e4m3fn>{}, p, here);
            if (begin == 0)
                break;
            begin -= piece;
        }
        CHECK(std::memcmp(whole.data(), parts.data(), whole.size() * sizeof(float)) == 0);
    }
    // Another seed, operation or place is another array.
    std::vector<float> other(in.size());
    for (const round_options& o :
         {round_options{.seed = 4, .operation = 9}, round_options{.seed = 3, .operation = 10},
          round_options{.seed = 3, .operation = 9, .first_index = 1}}) {
        round(in, other, formats::float8_e4m3fn, p, o);
        CHECK(std::memcmp(whole.data(), other.data(), whole.size() * sizeof(float)) != 0);
    }
}

TEST_CASE("an array may be rounded in place") {
    const auto in = inputs<double>(formats::float16, 500, 52);
    std::vector<double> apart(in.size());
    round(in, apart, formats::float16);
    std::vector<double> same = in;
    round(same, same, formats::float16);
    CHECK(std::memcmp(apart.data(), same.data(), in.size() * sizeof(double)) == 0);
    // Rounding twice is rounding once.
    round(same, same, constant_value<formats::float16>{});
    CHECK(std::memcmp(apart.data(), same.data(), in.size() * sizeof(double)) == 0);
}

TEST_CASE("codes go into 8, 16 and 32 bits, and bits above a code are ignored") {
    const std::array<float, 4> in{1.0f, -448.0f, 0.3f, std::numeric_limits<float>::quiet_NaN()};
    std::array<std::uint8_t, 4> narrow{};
    std::array<std::uint16_t, 4> middle{};
    std::array<std::uint64_t, 4> wide{};
    encode(in, narrow, formats::float8_e4m3fn);
    encode(in, middle, constant_value<formats::float8_e4m3fn>{});
    encode(in, wide, formats::float8_e4m3fn);
    CHECK(narrow == std::array<std::uint8_t, 4>{0x38, 0xfe, 0x2a, 0x7f});
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(middle[i] == narrow[i]);
        CHECK(wide[i] == narrow[i]);
    }
    for (auto& code : middle)
        code = static_cast<std::uint16_t>(code | 0xab00);
    std::array<float, 4> out{};
    decode(middle, out, formats::float8_e4m3fn);
    CHECK(out[0] == 1.0f);
    CHECK(out[1] == -448.0f);
    CHECK(out[2] == 0.3125f);
    CHECK(std::isnan(out[3]));
    // Formats of 4 and 6 bits take the low bits of an element.
    encode(in, narrow, formats::float4_e2m1fn);
    CHECK(narrow == std::array<std::uint8_t, 4>{0x2, 0xf, 0x1, 0x7});
}

TEST_CASE("zeros keep their sign, infinities and NaN become what the format has") {
    const double inf = std::numeric_limits<double>::infinity();
    const std::vector<double> in{0.0, -0.0, inf, -inf, std::nan("")};
    std::vector<double> out(5);
    round(in, out, formats::float16);
    CHECK((out[0] == 0 && !std::signbit(out[0]) && std::signbit(out[1])));
    CHECK((out[2] == inf && out[3] == -inf && std::isnan(out[4])));
    round(in, out, formats::float8_e4m3fn);
    CHECK((std::isnan(out[2]) && std::isnan(out[3]) && std::isnan(out[4])));
    round(in, out, formats::float8_e4m3fn, projection{rounding::ties_to_even, saturation::finite});
    CHECK((out[2] == 448 && out[3] == -448 && std::isnan(out[4])));
    round(in, out, formats::float4_e2m1fn);
    CHECK((out[2] == 6 && out[3] == -6 && out[4] == 6 && std::signbit(out[1])));
    round(in, out, formats::float8_e4m3fnuz);
    CHECK((!std::signbit(out[1]) && std::isnan(out[2])));
}

TEST_CASE("empty arrays are fine") {
    std::vector<float> none;
    std::vector<std::uint8_t> codes;
    CHECK_NOTHROW(round(none, none, formats::float16));
    CHECK_NOTHROW(encode(none, codes, formats::float8_e5m2));
    CHECK_NOTHROW(decode(codes, none, formats::float8_e5m2));
}

TEST_CASE("what is refused is refused before anything is written") {
    const std::vector<float> in{1.1f, 2.2f, 3.3f};
    const std::vector<float> untouched{7, 7, 7};
    std::vector<float> out = untouched;
    std::vector<float> four(4, 7.0f);
    std::vector<std::uint8_t> bytes{9, 9, 9};
    const std::vector<std::uint8_t> same_bytes = bytes;
    std::vector<std::uint8_t> two_bytes{9, 9};

    CHECK_THROWS_AS(round(in, four, formats::float16), shape_error);
    CHECK_THROWS_WITH(round(in, four, formats::float16),
                      contains_text("out.size() is 4, expected in.size() = 3"));
    CHECK(four == std::vector<float>(4, 7.0f));
    CHECK_THROWS_AS(encode(in, two_bytes, constant_value<formats::float8_e5m2>{}), shape_error);
    CHECK_THROWS_AS(decode(two_bytes, out, formats::float8_e5m2), shape_error);

    const float_format nothing{.exponent_bits = 20, .significand_bits = 3};
    CHECK_THROWS_AS(round(in, out, nothing), format_error);
    CHECK_THROWS_WITH(round(in, out, nothing), contains_text("exponent_bits"));
    CHECK_THROWS_AS(encode(in, bytes, nothing), format_error);
    CHECK_THROWS_AS(decode(bytes, out, nothing), format_error);
    CHECK_THROWS_WITH(round(in, out, formats::float128), contains_text("at most 64"));

    // Values that the output, or codes that the elements, cannot hold.
    CHECK_THROWS_AS(round(in, out, formats::float64), format_error);
    CHECK_THROWS_AS(encode(in, bytes, formats::float16), format_error);
    CHECK_THROWS_WITH(encode(in, bytes, constant_value<formats::float16>{}), contains_text("16"));
    CHECK_THROWS_AS(decode(bytes, out, formats::float16), format_error);

    for (int bits : {0, -1, 33}) {
        const projection p{rounding::stochastic_a, saturation::none, bits};
        CHECK_THROWS_AS(round(in, out, formats::float16, p), format_error);
        CHECK_THROWS_AS(encode(in, bytes, formats::float8_e5m2, p), format_error);
    }
    CHECK_NOTHROW(encode(in, bytes, formats::float8_e5m2, projection{rounding::to_odd, saturation::none, 0}));
    bytes = same_bytes;
    const projection unknown{static_cast<rounding>(99)};
    CHECK_THROWS_AS(round(in, out, formats::float16, unknown), format_error);

    std::vector<float> shared{1.5f, 2.5f, 3.3f, 4.1f};
    const std::vector<float> shared_before = shared;
    CHECK_THROWS_AS(round(std::span(shared).first(3), std::span(shared).last(3), formats::bfloat16),
                    shape_error);
    CHECK_THROWS_AS(round(std::span(shared).last(3), std::span(shared).first(3), formats::bfloat16),
                    shape_error);
    CHECK(shared == shared_before);
    CHECK_NOTHROW(round(std::span(shared).first(2), std::span(shared).last(2), formats::bfloat16));

    CHECK(out == untouched);
    CHECK(bytes == same_bytes);
}
