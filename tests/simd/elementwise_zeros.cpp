// SPDX-License-Identifier: BSL-1.0
//
// Zeros of either sign in operations on arrays, and division by them.

#include "simd/elementwise_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("zeros: signs, and division by them") {
    const float inf = std::numeric_limits<float>::infinity();
    const std::vector<float> x{0.0f, -0.0f, 1.0f, -1.0f, 0.0f, 2.0f};
    const std::vector<float> y{-0.0f, -0.0f, -1.0f, 0.0f, 0.0f, -0.0f};
    std::vector<float> out(6);
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        CAPTURE(simd::name_of(level));
        const auto is = [&](std::size_t i, float value) { return code_bits(out[i]) == code_bits(value); };
        add(x, y, out, formats::float16);
        CHECK((is(0, 0.0f) && is(1, -0.0f) && is(2, 0.0f) && is(3, -1.0f) && is(4, 0.0f)));
        add(x, y, out, formats::float16, projection{rounding::toward_negative});
        CHECK((is(0, -0.0f) && is(1, -0.0f) && is(2, -0.0f) && is(3, -1.0f) && is(4, 0.0f)));
        subtract(x, x, out, formats::float8_e5m2, projection{rounding::toward_negative});
        CHECK((is(0, -0.0f) && is(1, -0.0f) && is(2, -0.0f) && is(5, -0.0f)));
        fma(x, y, x, out, formats::bfloat16, projection{rounding::toward_negative});
        CHECK((is(0, -0.0f) && is(1, -0.0f) && is(2, -0.0f) && is(3, -1.0f)));
        divide(x, y, out, formats::float16);
        CHECK((std::isnan(out[0]) && std::isnan(out[1]) && is(2, -1.0f) && is(3, -inf) &&
               std::isnan(out[4]) && is(5, -inf)));
        sqrt(x, out, formats::float16);
        CHECK((is(0, 0.0f) && is(1, -0.0f) && is(2, 1.0f) && std::isnan(out[3])));
        // Codes of a format whose zero has no sign: x / 0 is NaN there, and no zero is negative.
        const std::vector<std::uint8_t> a{0x08, 0x88, 0x00}, zero{0, 0, 0};
        std::vector<std::uint8_t> codes(3);
        divide(a, zero, codes, formats::float8_e4m3fnuz);
        CHECK(codes == std::vector<std::uint8_t>{0x80, 0x80, 0x80});
        multiply(a, zero, codes, formats::float8_e4m3fnuz);
        CHECK(codes == std::vector<std::uint8_t>{0, 0, 0});
        add(a, std::vector<std::uint8_t>{0x88, 0x08, 0x00}, codes, formats::float8_e4m3fnuz,
            projection{rounding::toward_negative});
        CHECK(codes == std::vector<std::uint8_t>{0, 0, 0});
    }
}
