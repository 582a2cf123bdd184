// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Text against exact rational arithmetic, in all twelve modes and three saturations, the value and the
// flags, at values, at midpoints and at the steps of stochastic rounding, and one unit in the 800th
// digit beside them, where rounding in two steps goes wrong; random texts; formats with the most
// extreme exponents and widths.

#include <halfulp/formats/named.hpp>
#include <halfulp/formats/text_parse.hpp>

#include "formats/text_checks.hpp"
#include "support/catch.hpp"
#include "support/formats.hpp"
#include "support/tally.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

using namespace halfulp;
using namespace halfulp_test;

namespace {

std::uint64_t random_code(std::mt19937_64& generator, const float_format& format) {
    const auto largest = static_cast<std::uint64_t>(format.largest_finite_magnitude());
    return largest + 1 == 0 ? generator() : generator() % (largest + 1);
}

}  // namespace

TEST_CASE("text into every format of up to 8 bits: all values, midpoints and steps, and beside them") {
    tally t("text into formats of up to 8 bits, run time");
    std::mt19937_64 generator(1);
    std::vector<float_format> formats = odd_small_formats();
    for (const float_format& format : named_formats_up_to_16_bits())
        if (format.bits() <= 8)
            formats.push_back(format);
    for (int width : {3, 5, 8})
        for (const float_format& format : p3109_formats(width))
            formats.push_back(format);
    for (const float_format& format : formats) {
        const auto largest = static_cast<std::uint64_t>(format.largest_finite_magnitude());
        for (std::uint64_t magnitude = 0; magnitude <= largest; magnitude += cases_for_effort(7u, 1u, 1u))
            around(generator, format, uint128{magnitude}, magnitude % 16 == 0 ? 800 : 60,
                   [&](const std::string& text) { check(t, format, text, draws(generator)); });
    }
    require(t);
}

TEMPLATE_LIST_TEST_CASE("text into named types: values, midpoints and steps, and beside them", "",
                        wide_types) {
    constexpr float_format format = number_format<TestType>::value;
    tally t("text into " + name_of(format));
    std::mt19937_64 generator(2);
    const auto check_text = [&](const std::string& text) { check<TestType>(t, text, draws(generator)); };
    const auto largest = static_cast<std::uint64_t>(format.largest_finite_magnitude());
    const std::uint64_t smallest_normal = std::uint64_t{1} << format.significand_bits;
    for (std::uint64_t magnitude : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, smallest_normal - 1,
                                    smallest_normal, smallest_normal + 1, largest / 2, largest - 1, largest})
        around(generator, format, uint128{magnitude}, 1200, check_text);
    for (int i = 0; i < cases_for_effort(10, 150, 20'000); ++i)
        around(generator, format, uint128{random_code(generator, format)}, i % 4 == 0 ? 800 : 40, check_text);
    require(t);
}

TEST_CASE("random texts, decimal and hexadecimal, into formats of every kind") {
    tally t("random texts, run time");
    std::mt19937_64 generator(3);
    std::vector<float_format> formats = odd_small_formats();
    for (const float_format& format : named_formats_up_to_16_bits())
        formats.push_back(format);
    for (const float_format& format : {formats::tfloat32, formats::float32, formats::float64})
        formats.push_back(format);
    for (int i = 0; i < cases_for_effort(500, 10'000, 1'000'000); ++i) {
        const float_format& format = formats[generator() % formats.size()];
        const auto below = [&](long n) {
            return static_cast<long>(generator() % static_cast<std::uint64_t>(n));
        };
        const bool hexadecimal = below(3) == 0;
        std::string text = below(2) != 0 ? "-" : "";
        text += hexadecimal ? "0x" : "";
        const long digits = 1 + below(30);
        const long point = below(digits + 1);
        for (long d = 0; d < digits; ++d) {
            if (d == point)
                text += '.';
            text += "0123456789ABCDEF"[below(hexadecimal ? 16 : 10)];
        }
        // An exponent that mostly falls into the format's range and sometimes far outside.
        const int low = format.minimum_quantum_exponent() - 10;
        const int high = format.maximum_exponent() + 10;
        long exponent = low + below(high - low);
        if (below(20) == 0)
            exponent *= 50;
        text += hexadecimal ? 'p' : 'e';
        text += std::to_string(hexadecimal ? exponent - 4 * point : exponent * 301 / 1000 - point);
        check(t, format, text, draws(generator));
    }
    require(t);
}

TEST_CASE("text with the most extreme exponents") {
    tally t("text into 64-bit formats with biases of ±65536");
    std::mt19937_64 generator(4);
    const float_format extremes[] = {
        {.exponent_bits = 15, .significand_bits = 48, .bias = 65536},
        {.exponent_bits = 15, .significand_bits = 48, .bias = -65536},
        {.exponent_bits = 2, .significand_bits = 61, .bias = 65536},
        {.exponent_bits = 0, .significand_bits = 63, .bias = 65536, .nan = nan_encoding::none},
        {.exponent_bits = 0,
         .significand_bits = 64,
         .bias = -65536,
         .has_sign = false,
         .has_negative_zero = false,
         .has_infinity = false,
         .nan = nan_encoding::none},
    };
    for (const float_format& format : extremes) {
        REQUIRE(why_invalid(format) == nullptr);
        const auto largest = static_cast<std::uint64_t>(format.largest_finite_magnitude());
        std::vector<draw> few = draws(generator);
        for (std::uint64_t magnitude : {std::uint64_t{1}, largest, random_code(generator, format)}) {
            around(generator, format, uint128{magnitude}, 0, [&](const std::string& text) {
                check(t, format, text, {few[generator() % few.size()], few[generator() % few.size()]});
            });
        }
    }
    require(t);
}
