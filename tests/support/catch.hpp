// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Catch2, whichever version is there: 3.x in its parts, or the one header of 2.13.
///
/// What both have, and what the tests therefore use: `TEST_CASE`, `SECTION`, `TEMPLATE_TEST_CASE`,
/// `TEMPLATE_LIST_TEST_CASE`, `GENERATE` (`values`, `range`, `table`), `CAPTURE`, `INFO`, `CHECK`,
/// `REQUIRE`, `STATIC_REQUIRE`, `CHECK_THROWS_AS`, `CHECK_THROWS_WITH`. `Approx` is not used: results
/// here are equal to the last bit, or a bound in ulps says by how much they are not.
///
/// The one name that differs is `contains_text`, a matcher: `CHECK_THROWS_WITH(f(), contains_text("k = 3"))`.

#if !defined(HALFULP_TEST_CATCH_MAJOR)
#if __has_include(<catch2/catch_test_macros.hpp>)
#define HALFULP_TEST_CATCH_MAJOR 3
#else
#define HALFULP_TEST_CATCH_MAJOR 2
#endif
#endif

#if HALFULP_TEST_CATCH_MAJOR >= 3
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_tostring.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <string>

namespace halfulp_test {

/// How much to check: 0 small (sanitizers), 1 normal, 2 thorough (hours). CMake sets it.
#if defined(HALFULP_TEST_EFFORT)
inline constexpr int effort = HALFULP_TEST_EFFORT;
#else
inline constexpr int effort = 1;
#endif

/// The number of cases for this run: `cases_for_effort(10'000, 1'000'000, 1'000'000'000)`.
template <class Count>
constexpr Count cases_for_effort(Count small, Count normal, Count thorough) {
    return effort <= 0 ? small : effort == 1 ? normal : thorough;
}

/// Matches a text that contains `part`.
inline auto contains_text(const std::string& part) {
#if HALFULP_TEST_CATCH_MAJOR >= 3
    return Catch::Matchers::ContainsSubstring(part);
#else
    return Catch::Matchers::Contains(part);
#endif
}

}  // namespace halfulp_test
