// SPDX-License-Identifier: BSL-1.0
//
// round_statistics: counted by hand, at every level as in the definition, and added up over calls.

#include "simd/rounding_checks.hpp"

#include <array>
#include <span>

using namespace halfulp;
using namespace halfulp_test;

namespace {

std::string text_of(const round_statistics& s) {
    return std::to_string(s.count) + " numbers, " + std::to_string(s.nans) + " NaN, " +
           std::to_string(s.infinities) + " infinite, " + std::to_string(s.overflowed) + " overflowed, " +
           std::to_string(s.underflowed) + " underflowed, " + std::to_string(s.became_subnormal) +
           " subnormal, " + std::to_string(s.inexact) + " inexact, largest error " +
           std::to_string(s.largest_relative_error);
}

template <class In, class Out>
void check_statistics(tally& t, const float_format& f, const projection& p, std::uint64_t seed) {
    if (!contains_finite(number_format<Out>::value, f))
        return;
    const auto in = directed_inputs<In>(f, cases_for_effort<std::size_t>(200, 700, 5000), seed);
    const round_options options{.seed = seed, .operation = 3};
    std::vector<Out> values(in.size()), out(in.size());
    round_statistics expected;
    round(in, values, f, p, definition_of(options), expected);
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        const auto text = [&] {
            return std::string(" at level ") + simd::name_of(level) + ", " + name_of(f) + " " + name_of(p);
        };
        round_statistics counted;
        round(in, out, f, p, options, counted);
        t.expect(counted == expected,
                 [&] { return text_of(counted) + text() + ", expected " + text_of(expected); });
        expect_same(t, out.data(), values.data(), out.size(), [&](std::size_t) { return "values" + text(); });
        // In pieces, by a plan, into one object.
        round_statistics sum;
        const rounding_plan plan(f, p);
        for (std::size_t begin = 0; begin < in.size(); begin += 130) {
            const std::size_t size = std::min<std::size_t>(130, in.size() - begin);
            round_options here = options;
            here.first_index = begin;
            round(std::span(in).subspan(begin, size), std::span(out).subspan(begin, size), plan, here, sum);
        }
        t.expect(sum == expected, [&] { return "pieces: " + text_of(sum) + text(); });
        expect_same(t, out.data(), values.data(), out.size(), [&](std::size_t) { return "pieces" + text(); });
    }
}

}  // namespace

TEST_CASE("statistics of ten numbers, counted by hand") {
    using limits = std::numeric_limits<float>;
    // float8_e4m3fn: largest 448, smallest normal 2^-6, smallest 2^-9.
    const std::array<float, 12> in{
        1.0f,                 // exact
        1.0625f,              // a tie: becomes 1, off by 1/17
        -3.3f,                // becomes -3.25, off by 0.05/3.3
        449.0f,               // becomes 448: not overflow
        500.0f,               // overflow
        -1e30f,               // overflow
        0.0009765625f,        // 2^-10, a tie with zero: underflow, off by 1
        0.003f,               // becomes 1.5 · 2^-9 rounded to 2 · 2^-9: subnormal
        0.001953125f,         // 2^-9: subnormal, exact
        limits::infinity(),   // becomes NaN
        limits::quiet_NaN(),  // stays
        -0.0f,
    };
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        CAPTURE(simd::name_of(level));
        round_statistics s;
        std::array<float, 12> out{};
        round(in, out, formats::float8_e4m3fn, projection{}, {}, s);
        CHECK(out[1] == 1.0f);
        CHECK(out[2] == -3.25f);
        CHECK(out[3] == 448.0f);
        CHECK((std::isnan(out[4]) && std::isnan(out[5]) && std::isnan(out[9])));
        CHECK((out[6] == 0 && !std::signbit(out[6]) && std::signbit(out[11])));
        CHECK(out[7] == 0.00390625f);
        CHECK(s == round_statistics{.count = 12,
                                    .nans = 1,
                                    .infinities = 1,
                                    .overflowed = 2,
                                    .underflowed = 1,
                                    .became_subnormal = 2,
                                    .inexact = 7,
                                    .largest_relative_error = 1});
        // With saturation the same numbers overflow, and a second call adds to the first.
        round(in, out, formats::float8_e4m3fn, projection{rounding::ties_to_even, saturation::finite}, {}, s);
        CHECK((out[4] == 448 && out[5] == -448));
        CHECK(s.count == 24);
        CHECK(s.overflowed == 4);
        CHECK(s.inexact == 14);
        CHECK(s.largest_relative_error == 1);
        // No error but of ties: the largest is 1/17 as float has it.
        round_statistics one;
        round(std::array{1.0625f}, std::array{0.0f}, formats::float8_e4m3fn, projection{}, {}, one);
        CHECK(one.largest_relative_error == static_cast<double>(0.0625f / 1.0625f));
        CHECK(one.inexact == 1);
    }
}

TEST_CASE("statistics of every level are those of the definition") {
    tally t("statistics, float and double, values and codes");
    std::vector<float_format> all = named_formats();
    for (const float_format& f : p3109_formats(4))
        all.push_back(f);
    for (const float_format& f : odd_small_formats())
        all.push_back(f);
    for (const float_format& f : odd_formats(cases_for_effort<std::size_t>(997, 97, 5)))
        all.push_back(f);
    std::uint64_t seed = 120;
    for (const float_format& f : all)
        for (std::size_t i = ++seed % 7; i < all_projections().size(); i += cases_for_effort(23u, 7u, 1u)) {
            check_statistics<float, float>(t, f, all_projections()[i], seed);
            check_statistics<double, float>(t, f, all_projections()[i], seed);
            check_statistics<double, double>(t, f, all_projections()[i], seed);
            check_statistics<float, double>(t, f, all_projections()[i], seed);
        }
    require(t);
}
