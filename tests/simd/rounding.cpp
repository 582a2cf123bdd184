// SPDX-License-Identifier: BSL-1.0
//
// Which formats have a fast path, and the short forms that they have; decoding at every level; codes in
// narrow and wide elements.

#include "simd/rounding_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

constexpr float_format five_seven{.exponent_bits = 5, .significand_bits = 7};

simd::nearest_even_form form_in_float(const float_format& f) {
    return rounding_plan(f).constants<float>().form;
}

}  // namespace

TEST_CASE("the formats that matter have their fast path in float, ties to even a short one") {
    using enum simd::nearest_even_form;
    for (const float_format& f :
         {formats::float8_e4m3fn, formats::float8_e5m2, formats::bfloat16, formats::float16,
          formats::float4_e2m1fn, formats::float6_e2m3fn, formats::float6_e3m2fn, five_seven}) {
        CAPTURE(name_of(f));
        CHECK(rounding_plan(f).constants<float>().usable);
        CHECK(rounding_plan(f).constants<double>().usable);
        CHECK(form_in_float(f) != general);
        CHECK(rounding_plan(f).constants<double>().form == sum);
        // Other modes do not take the form of ties to even.
        CHECK(rounding_plan(f, {rounding::toward_zero}).constants<float>().form == general);
        for (const rounding mode : {rounding::stochastic_a, rounding::stochastic_b, rounding::stochastic_c})
            CHECK(rounding_plan(f, {mode, saturation::none, 8}).constants<float>().has_fixed_point);
    }
    CHECK(form_in_float(formats::bfloat16) == bits);
    CHECK(form_in_float(formats::tfloat32) == bits);
    CHECK(form_in_float(formats::float8_e4m3fn) == sum);
    CHECK(form_in_float(formats::float16) == sum);
    CHECK(form_in_float(formats::float8_e4m3fnuz) == general);  // zeros lose their sign
    CHECK(rounding_plan(formats::float8_e4m3fnuz).constants<float>().usable);
    CHECK(rounding_plan(formats::float8_e8m0fnu).constants<double>().usable);
    CHECK_FALSE(rounding_plan(formats::float32).constants<float>().usable);
    CHECK(rounding_plan(formats::float32).constants<double>().usable);
    CHECK(rounding_plan(formats::float32).constants<double>().form == sum);
    CHECK_FALSE(rounding_plan(formats::float64).constants<double>().usable);
}

TEST_CASE("a carrier is not used where it lacks 2^emin or twice that") {
    // Fixed point below 2^1024, which double does not have; 2^127, which is all that float has.
    constexpr float_format beyond{.exponent_bits = 0,
                                  .significand_bits = 2,
                                  .bias = -1023,
                                  .has_infinity = false,
                                  .nan = nan_encoding::top_code};
    constexpr float_format last{
        .exponent_bits = 1, .significand_bits = 3, .bias = -126, .nan = nan_encoding::none};
    CHECK_FALSE(rounding_plan(beyond).constants<double>().usable);
    CHECK_FALSE(rounding_plan(last).constants<float>().usable);
    CHECK(rounding_plan(last).constants<double>().usable);
    // All of the top exponent is NaN's, so no value is normal, and overflow begins in another binade.
    constexpr float_format no_normal{
        .exponent_bits = 1, .significand_bits = 2, .has_infinity = false, .nan = nan_encoding::ieee};
    CHECK(form_in_float(no_normal) == simd::nearest_even_form::general);

    tally t("formats at the end of their carrier, every projection");
    for (const float_format& f : {beyond, last, no_normal}) {
        check_run_time_format<float>(t, f, 300, 1);
        check_run_time_format<double>(t, f, 300, 1);
    }
    require(t);
}

TEST_CASE("codes are decoded at every level as the definition does") {
    tally t("codes of 1 to 32 bits, decoded from 8, 16, 32 and 64 bits to float and double");
    std::vector<float_format> all = named_formats();
    for (int width = 3; width <= 8; ++width)
        for (const float_format& f : p3109_formats(width))
            all.push_back(f);
    for (const float_format& f : odd_formats(cases_for_effort<std::size_t>(97, 3, 1)))
        all.push_back(f);
    std::uint64_t seed = 500;
    for (const float_format& f : all) {
        check_decode<std::uint8_t, float>(t, f, seed);
        check_decode<std::uint8_t, double>(t, f, seed);
        check_decode<std::uint16_t, float>(t, f, seed);
        check_decode<std::uint16_t, double>(t, f, seed);
        check_decode<std::uint32_t, float>(t, f, seed);
        check_decode<std::uint32_t, double>(t, f, seed);
        check_decode<std::uint64_t, float>(t, f, seed++);
    }
    require(t);
}
