// SPDX-License-Identifier: BSL-1.0

/// @file
/// Enclosures of continued fractions from callables: conditions on a finite stretch, intervals for
/// tails given by the caller, their images.

#include <halfulp/continued_fractions/enclosure.hpp>
#include <halfulp/reference/continued_fraction.hpp>

#include "support/catch.hpp"

#include <functional>
#include <random>

namespace {

using namespace halfulp;

/// A fraction that is not polynomial: elements from callables.
struct callable_fraction {
    std::function<long(long)> a, b;
};

rational_interval unit_interval(long) {
    return {-1, 1};
}

TEST_CASE("Pringsheim's and Worpitzky's conditions on a stretch") {
    // b_n = 2^n up to n = 61, then 1.
    const callable_fraction powers{[](long) { return 1L; }, [](long n) { return n < 62 ? 1L << n : 1L; }};
    CHECK(first_failure_of_pringsheim(powers, 1, 61) == std::nullopt);
    CHECK(first_failure_of_pringsheim(powers, 1, 100) == 62);
    CHECK(first_failure_of_worpitzky(powers, 2, 61) == std::nullopt);
    CHECK(first_failure_of_worpitzky(powers, 1, 61) == 1);  // 4·1 > 1·2
    CHECK(first_failure_of_worpitzky(powers, 2, 62) == std::nullopt);
    CHECK(first_failure_of_worpitzky(powers, 2, 100) == 63);
    const callable_fraction equal{[](long) { return -1L; }, [](long) { return 2L; }};
    CHECK(first_failure_of_pringsheim(equal, 1, 50) == std::nullopt);
    CHECK(first_failure_of_worpitzky(equal, 1, 50) == std::nullopt);
    const callable_fraction zero{[](long) { return 0L; }, [](long n) { return n == 5 ? 0L : 1L; }};
    CHECK(first_failure_of_pringsheim(zero, 1, 9) == 5);
    CHECK(first_failure_of_worpitzky(zero, 1, 9) == 5);
    CHECK(first_failure_of_pringsheim(equal, 3, 2) == std::nullopt);
    CHECK_THROWS_AS(first_failure_of_pringsheim(equal, 0, 5), std::invalid_argument);
    CHECK_THROWS_AS(first_failure_of_worpitzky(equal, 0, 5), std::invalid_argument);
}

TEST_CASE("intervals for tails that the caller gives") {
    const callable_fraction f{[](long n) { return n % 3 - 1; }, [](long n) { return 2 + n % 2; }};
    CHECK(first_failure_of_tails(f, unit_interval, 0, 200) == std::nullopt);
    const auto short_interval = [](long) { return rational_interval{mpq_class(-1, 4), mpq_class(1, 4)}; };
    CHECK(first_failure_of_tails(f, short_interval, 0, 200) == 1);  // 1/(2 + …) is not in it
    const auto pole = [](long) { return rational_interval{-3, 3}; };
    CHECK(first_failure_of_tails(f, pole, 0, 200) == 0);
    const auto reversed = [](long) { return rational_interval{1, -1}; };
    CHECK(first_failure_of_tails(f, reversed, 0, 200) == 0);
    CHECK_THROWS_AS(first_failure_of_tails(f, unit_interval, -1, 5), std::invalid_argument);
    // What enclose_tails finds passes, too.
    const polynomial_continued_fraction apery{{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}};
    const tail_search tails = enclose_tails(apery);
    REQUIRE(tails);
    const auto tail_at = [&](long n) { return tails->at(apery, n); };
    CHECK(first_failure_of_tails(apery, tail_at, tails->from, tails->from + 50) == std::nullopt);
}

TEST_CASE("images of intervals for tails are nested and hold every later convergent") {
    std::mt19937_64 generator(5);
    for (int round = 0; round < 50; ++round) {
        // |b_n| ≥ |a_n| + 1: Pringsheim.
        const auto seed = static_cast<long>(generator() % 1000);
        const auto a = [seed](long n) { return (n * n * seed + 7 * n) % 5 - 2; };
        const auto b = [seed](long n) { return (n + seed) % 2 == 0 ? 3L : -3L - (n % 2); };
        const callable_fraction f{a, b};
        REQUIRE(first_failure_of_pringsheim(f, 1, 100) == std::nullopt);
        const auto c = reference::convergents(a, b, 60);
        std::optional<rational_interval> outer = image_of_tail(f, 0, unit_interval(0));
        REQUIRE(outer);
        for (long n = 1; n <= 30; ++n) {
            const std::optional<rational_interval> inner = image_of_tail(f, n, unit_interval(n));
            REQUIRE(inner);
            CHECK(outer->contains(*inner));
            for (std::size_t m = static_cast<std::size_t>(n); m <= 60; ++m) {
                mpq_class value(c[m].numerator, c[m].denominator);
                value.canonicalize();
                CHECK(inner->contains(value));
            }
            outer = inner;
        }
    }
    // 1 + 1/t with t around 0, and bad arguments
    const callable_fraction pole{[](long) { return 1L; }, [](long n) { return n == 0 ? 1L : 0L; }};
    CHECK(image_of_tail(pole, 1, unit_interval(1)) == std::nullopt);
    CHECK(image_of_tail(pole, 1, {2, 4}) == rational_interval{mpq_class(5, 4), mpq_class(3, 2)});
    CHECK(image_of_tail(pole, 0, {2, 4}) == rational_interval{3, 5});
    CHECK_THROWS_AS(image_of_tail(pole, -1, {2, 4}), std::invalid_argument);
    CHECK_THROWS_AS(image_of_tail(pole, 1, {4, 2}), std::invalid_argument);
}

}  // namespace
