// SPDX-License-Identifier: BSL-1.0
//
// Arrays of float, rounded and encoded at every level, in many formats that are known at run time.

#include "simd/rounding_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("named formats, float: every level gives what the definition gives") {
    tally t("arrays of float in named formats, 96 projections");
    for (const float_format& f : named_formats())
        check_run_time_format<float>(t, f, cases_for_effort<std::size_t>(150, 700, 20'000),
                                     cases_for_effort<std::size_t>(7, 1, 1));
    require(t);
}

TEST_CASE("P3109 formats, float: every level gives what the definition gives") {
    tally t("arrays of float in P3109 formats of 3 to 8 bits");
    for (int width = 3; width <= 8; ++width)
        for (const float_format& f : p3109_formats(width))
            check_run_time_format<float>(t, f, cases_for_effort<std::size_t>(130, 300, 4000),
                                         cases_for_effort<std::size_t>(48, 4, 1));
    require(t);
}

TEST_CASE("odd formats, float: every level gives what the definition gives") {
    tally t("arrays of float in formats without a name");
    for (const float_format& f : odd_formats(cases_for_effort<std::size_t>(97, 11, 1)))
        check_run_time_format<float>(t, f, cases_for_effort<std::size_t>(130, 200, 1000),
                                     cases_for_effort<std::size_t>(48, 5, 1));
    require(t);
}
