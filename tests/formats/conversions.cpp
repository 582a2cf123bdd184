// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// What is special about conversions: built-in numbers, which are implicit, what contains() says,
// integers. Every pair of named types is in conversions_to_….cpp.

#include "support/operations.hpp"
#include "support/random.hpp"

#include <cstdint>
#include <limits>

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("float and double convert to narrow types with one rounding") {
    tally t("float64 and float32 to narrow types, directed values, both lanes");
    code_generator doubles(formats::float64, 31);
    code_generator floats(formats::float32, 32);
    for (int i = 0; i < cases_for_effort(1000, 30000, 1000000); ++i) {
        const auto x = nth<double>(doubles.any());
        const auto y = nth<float>(floats.any());
        check_projections<convert_case, float>(t, deterministic_projections(), 0, x);
        check_projections<convert_case, float16>(t, deterministic_projections(), 0, x);
        check_projections<convert_case, float8_e4m3fn>(t, deterministic_projections(), 0, x);
        check_projections<convert_case, bfloat16>(t, deterministic_projections(), 0, y);
        check_projections<convert_case, float8_e5m2>(t, deterministic_projections(), 0, y);
        check_projections<convert_case, float4_e2m1fn>(t, deterministic_projections(), 0, y);
    }
    // Doubles just beside a midpoint of the narrow format, which a detour through float would hit.
    for (unsigned code = 0; code < 0x7bff; ++code) {
        const double low = static_cast<double>(nth<float16>(code));
        const double high = static_cast<double>(nth<float16>(code + 1));
        const double middle = (low + high) / 2;
        for (double x : {middle, next_up(middle), next_down(middle), -next_up(middle)})
            check_projections<convert_case, float16>(t, deterministic_projections(), 0, x);
    }
    require(t);
}

TEST_CASE("conversions that cannot lose are implicit, others are explicit") {
    STATIC_REQUIRE(std::is_convertible_v<float16, float32>);
    STATIC_REQUIRE(std::is_convertible_v<float8_e4m3fn, float16>);
    STATIC_REQUIRE(std::is_convertible_v<bfloat16, tfloat32>);
    STATIC_REQUIRE(std::is_convertible_v<float4_e2m1fn, float6_e2m3fn>);
    STATIC_REQUIRE(!std::is_convertible_v<float16, bfloat16>);
    STATIC_REQUIRE(!std::is_convertible_v<bfloat16, float16>);
    STATIC_REQUIRE(!std::is_convertible_v<float8_e5m2, float8_e4m3>);
    STATIC_REQUIRE(!std::is_convertible_v<float8_e4m3, float8_e4m3fn>);      // infinity
    STATIC_REQUIRE(!std::is_convertible_v<float4_e2m1fn, float8_e4m3fnuz>);  // negative zero
    STATIC_REQUIRE(!std::is_convertible_v<double, float16>);
    STATIC_REQUIRE(std::is_constructible_v<float16, double>);
    STATIC_REQUIRE(std::is_constructible_v<float16, float64>);
    STATIC_REQUIRE(std::is_constructible_v<float, float16>);
}

TEST_CASE("contains says exactly when no value is lost") {
    const auto all = [] {
        auto formats = odd_small_formats();
        for (const auto& f : named_formats_up_to_16_bits())
            if (f.bits() <= 8)
                formats.push_back(f);
        return formats;
    }();
    for (const auto& source : all)
        for (const auto& target : all) {
            bool kept = true;
            for (std::uint64_t code = 0; code < std::uint64_t{1} << source.bits() && kept; ++code) {
                const dynamic_float x(source, code);
                // Where the code of negative zero reads as zero, it is no value of its own.
                const auto there = convert(x, target);
                const auto back = convert(there.value, source);
                const auto y = x.unpack();
                const auto z = there.value.unpack();
                kept = there.flags.ok() && back.flags.ok() && y.kind == z.kind &&
                       (y.kind == number_class::nan || (x <=> there.value) == 0) &&
                       (y.kind == number_class::nan || y.negative == z.negative);
            }
            INFO(name_of(source) << " in " << name_of(target));
            CHECK(contains(target, source) == kept);
        }
}

TEST_CASE("integers convert exactly, then round once") {
    STATIC_REQUIRE(float16{2049} == 2048);
    STATIC_REQUIRE(float16{2051} == 2052);
    STATIC_REQUIRE(convert<float32>((std::int64_t{1} << 62) + 1, projection{rounding::toward_positive}) >
                   (std::int64_t{1} << 62));
    STATIC_REQUIRE(
        convert<float64>(std::numeric_limits<std::uint64_t>::max(), projection{rounding::toward_zero}) ==
        std::numeric_limits<std::uint64_t>::max() - 2047);
    STATIC_REQUIRE(float64{std::numeric_limits<std::int64_t>::min()} == -0x1p63);
    STATIC_REQUIRE(convert<with_status<float16>>(70000).flags == status{.inexact = true, .overflow = true});
    STATIC_REQUIRE(isinf(float16{70000}));
}

TEST_CASE("numbers convert to integers in every mode, beyond the range to its end") {
    using limits = std::numeric_limits<std::int32_t>;
    STATIC_REQUIRE(convert<int>(float16{-2.5}) == -2);
    STATIC_REQUIRE(convert<int>(float16{-2.5}, projection{}) == -2);
    STATIC_REQUIRE(convert<int>(float16{-3.5}, projection{}) == -4);
    STATIC_REQUIRE(convert<int>(float16{-2.5}, projection{rounding::ties_to_away}) == -3);
    STATIC_REQUIRE(convert<int>(float16{2.25}, projection{rounding::toward_positive}) == 3);
    STATIC_REQUIRE(convert<int>(float16{-2.25}, projection{rounding::toward_negative}) == -3);
    STATIC_REQUIRE(convert<with_status<int>>(float16{2.25}).flags == status{.inexact = true});
    STATIC_REQUIRE(convert<with_status<int>>(float32{2147483648.0}).value == limits::max());
    STATIC_REQUIRE(convert<with_status<int>>(float32{2147483648.0}).flags == status{.invalid = true});
    STATIC_REQUIRE(convert<with_status<int>>(float32{-2147483648.0}).flags.ok());
    STATIC_REQUIRE(convert<int>(float32{-2147483648.0}) == limits::min());
    STATIC_REQUIRE(convert<int>(float32{-4e9}) == limits::min());
    STATIC_REQUIRE(convert<unsigned>(float32{-1}) == 0);
    STATIC_REQUIRE(convert<with_status<unsigned>>(float32{-0.25}).flags == status{.inexact = true});
    STATIC_REQUIRE(convert<std::uint64_t>(18446744073709549568.0) == 18446744073709549568u);
    STATIC_REQUIRE(convert<std::int64_t>(-0x1p63) == std::numeric_limits<std::int64_t>::min());
    STATIC_REQUIRE(convert<with_status<int>>(std::numeric_limits<float16>::quiet_NaN()) ==
                   with_status<int>{0, {.invalid = true}});
    STATIC_REQUIRE(convert<int>(std::numeric_limits<float16>::infinity()) == limits::max());
    STATIC_REQUIRE(convert<int>(float128{-0.75}, projection{rounding::away_from_zero}) == -1);
    // Against the definition on a grid of quarters.
    for (int quarters = -40; quarters <= 40; ++quarters) {
        const double x = quarters / 4.0;
        CHECK(convert<int>(x, projection{rounding::toward_negative}) == static_cast<int>(std::floor(x)));
        CHECK(convert<int>(x, projection{rounding::toward_positive}) == static_cast<int>(std::ceil(x)));
        CHECK(convert<int>(x) == static_cast<int>(x));
        CHECK(convert<int>(x, projection{rounding::ties_to_away}) == static_cast<int>(std::round(x)));
    }
}

TEST_CASE("a static_cast to an integer is convert: toward zero, to the end of the range") {
    STATIC_REQUIRE(static_cast<int>(float16(-3.75)) == -3);
    STATIC_REQUIRE(static_cast<std::uint8_t>(float16(300)) == 255);
    STATIC_REQUIRE(static_cast<std::int64_t>(float128(-9007199254740993)) == -9007199254740993);
    STATIC_REQUIRE(!std::is_convertible_v<float16, int>);
    STATIC_REQUIRE(!std::is_constructible_v<bool, float16>);
}

TEST_CASE("a run-time number is made of a code, or of a number and a projection") {
    STATIC_REQUIRE(std::is_constructible_v<dynamic_float, float_format, int>);
    STATIC_REQUIRE(std::is_constructible_v<dynamic_float, float_format, std::uint64_t>);
    STATIC_REQUIRE(!std::is_constructible_v<dynamic_float, float_format, double>);
    STATIC_REQUIRE(std::is_constructible_v<dynamic_float, float_format, double, projection>);
}
