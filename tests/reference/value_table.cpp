// SPDX-License-Identifier: BSL-1.0

/// @file
/// The reference rounds in two ways: by formula on integers and by search in the list of all values.
/// Neither shares a step with the other, up to saturation; here they agree on every code and flag.

#include <halfulp/reference/value_table.hpp>

#include "reference/format_lists.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <vector>

namespace {

using namespace halfulp;
using reference::exact_value;

exact_value power_of_two(int exponent) {
    return exact_value::rational(false, {reference::natural(1), reference::natural(1), exponent});
}

/// The finite magnitudes of a format in ascending order, and one beyond.
std::vector<exact_value> landmarks(const reference::value_table& table) {
    std::vector<exact_value> result{exact_value()};
    for (const exact_value& v : table.values())
        if (v.is_finite() && !v.is_negative() && !v.is_zero())
            result.push_back(v);
    std::sort(result.begin(), result.end(), [](const auto& x, const auto& y) { return x < y; });
    const auto n = result.size();
    result.push_back(result[n - 1] + (n > 2 ? result[n - 1] - result[n - 2] : result[n - 1]));
    result.push_back(result.back() + result.back());
    return result;
}

/// In each gap: the lower end, eighths, and points next to the ends and the middle.
std::vector<exact_value> points(const std::vector<exact_value>& marks) {
    std::vector<exact_value> result;
    for (std::size_t i = 0; i + 1 < marks.size(); ++i) {
        const exact_value gap = marks[i + 1] - marks[i];
        const exact_value crumb = gap * power_of_two(-40);
        for (int eighth = 0; eighth < 8; ++eighth)
            result.push_back(marks[i] + gap * exact_value(eighth) / exact_value(8));
        const exact_value middle = marks[i] + gap * power_of_two(-1);
        for (const exact_value& x : {marks[i] + crumb, middle - crumb, middle + crumb, marks[i + 1] - crumb})
            result.push_back(x);
        result.push_back(sqrt(marks[i + 1] * (marks[i] + gap / exact_value(3))));
    }
    result.push_back(marks.back());
    result.push_back(marks.back() * power_of_two(500));
    result.push_back(marks[1] * power_of_two(-1) / exact_value(3));
    result.push_back(marks[1] * power_of_two(-500));
    return result;
}

std::string describe(const float_format& format, const exact_value& x, const projection& how, std::uint64_t R,
                     const reference::rounded& a, const reference::rounded& b) {
    const auto show = [](const reference::rounded& r) {
        std::ostringstream text;
        text << std::hex << static_cast<std::uint64_t>(r.code) << " flags " << r.flags.inexact
             << r.flags.overflow << r.flags.underflow << r.flags.invalid << r.flags.divide_by_zero;
        return text.str();
    };
    return halfulp_test::name_of(format) + ", x = " + x.to_string(30) + ", mode " +
           std::to_string(static_cast<int>(how.mode)) + ", saturation " +
           std::to_string(static_cast<int>(how.overflow)) + ", N = " + std::to_string(how.random_bits) +
           ", R = " + std::to_string(R) + ": by formula " + show(a) + ", by search " + show(b);
}

/// Compares the two on x and −x, in every mode; returns the number of comparisons.
long check(const reference::value_table& table, const exact_value& magnitude, bool beyond) {
    static std::uint64_t draw = 1;
    long count = 0;
    for (const exact_value& x : {magnitude, -magnitude}) {
        const reference::bracket bracket(x, table.format());
        for (int mode = 0; mode <= static_cast<int>(rounding::stochastic_equal); ++mode)
            for (const saturation overflow : {saturation::none, saturation::finite, saturation::propagate}) {
                if (!beyond && overflow != saturation::none)
                    continue;
                projection how{static_cast<rounding>(mode), overflow, 2};
                const int draws = is_stochastic(how.mode) ? 6 : 1;
                for (int i = 0; i < draws; ++i) {
                    std::uint64_t R = static_cast<std::uint64_t>(i);
                    if (i >= 4) {  // two bits completely, then other widths at random
                        draw = draw * 6364136223846793005u + 1442695040888963407u;
                        how.random_bits = 1 + static_cast<int>((draw >> 40) % 32);
                        R = draw;
                    }
                    const auto a = bracket.resolve(how, R);
                    const auto b = table.round(x, how, R);
                    ++count;
                    if (a != b)
                        FAIL(describe(table.format(), x, how, R, a, b));
                }
            }
    }
    return count;
}

long check_format(const float_format& format) {
    const reference::value_table table(format);
    const std::vector<exact_value> marks = landmarks(table);
    const exact_value& largest = marks[marks.size() - 3];
    long count = 0;
    for (const exact_value& x : points(marks))
        count += check(table, x, x >= largest || !format.has_sign);
    count += check(table, exact_value::infinity(), true);
    count += check(table, exact_value::nan(), true);
    for (const auto sign :
         {reference::zero_sign::positive, reference::zero_sign::by_direction, reference::zero_sign::none})
        count += check(table, exact_value::zero(sign), true);
    return count;
}

}  // namespace

TEST_CASE("rounding by formula equals rounding by search: named and P3109 formats of 8 bits") {
    long count = 0;
    for (const float_format& format : halfulp_test::named_small_formats())
        if (halfulp_test::effort > 0 || format.bits() <= 6 || format == formats::float8_e4m3fn)
            count += check_format(format);
    for (int precision = 1; precision < 8 && halfulp_test::effort > 0; ++precision)
        count += check_format(p3109::format(8, precision));
    CHECK(count > 10'000);
}

TEST_CASE("rounding by formula equals rounding by search: all P3109 formats of few bits") {
    long count = 0;
    for (const float_format& format :
         halfulp_test::p3109_formats(3, halfulp_test::cases_for_effort(4, 6, 10)))
        count += check_format(format);
    CHECK(count > 10'000);
}

TEST_CASE("rounding by formula equals rounding by search: every combination of a descriptor's switches") {
    long count = 0;
    for (const float_format& format : halfulp_test::unusual_formats())
        if (halfulp_test::effort > 0 || format.bits() <= 3)
            count += check_format(format);
    CHECK(count > 10'000);
}

TEST_CASE("rounding by formula equals rounding by search: exact values of a format are fixed points") {
    for (const auto& list : {halfulp_test::named_small_formats(), halfulp_test::p3109_formats(3, 8),
                             std::vector<float_format>{formats::float16, formats::bfloat16}})
        for (const float_format& format : list) {
            const reference::value_table table(format);
            for (std::size_t code = 0; code < table.values().size(); ++code) {
                const exact_value& x = table.values()[code];
                const auto result = reference::round(x, format, {.mode = rounding::away_from_zero});
                if (x.is_nan()) {
                    REQUIRE(reference::decode(format, result.code).is_nan());
                } else {
                    REQUIRE(result == reference::rounded{uint128{code}, {}});
                }
            }
        }
}

TEST_CASE("rounding by formula equals rounding by search: float16 and bfloat16 at random places") {
    for (const float_format& format : {formats::float16, formats::bfloat16}) {
        const reference::value_table table(format);
        const std::vector<exact_value> marks = landmarks(table);
        const std::size_t step = halfulp_test::cases_for_effort(9973, 97, 7);
        long count = 0;
        for (std::size_t i = 0; i + 2 < marks.size(); i += step)
            for (const exact_value& x : points({marks[0], marks[i], marks[i + 1], marks[i + 2]}))
                count += check(table, x, false);
        for (const exact_value& x :
             points({marks[0], marks[marks.size() - 3], marks[marks.size() - 2], marks[marks.size() - 1]}))
            count += check(table, x, true);
        CHECK(count > 10'000);
    }
}
