// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// tanh of wider types, of mixed types, at special values and in constant expressions, against MPFR.

#include "formats/hyperbolic_tangent_checks.hpp"

#include <cmath>
#include <limits>

using namespace halfulp;
using namespace halfulp_test;

namespace {

/// Arguments from where tanh x is x to where it is 1.
template <class T>
void check_directed_tanh(int count) {
    tally t(name_of(T::format) + ", tanh of directed values, projections in turn, both lanes");
    code_generator codes(T::format, 81);
    generator random(82);
    const int precision = T::format.precision();
    const int range = 5 + precision / 2 + 6;
    std::vector<projection> one(1);
    for (int i = 0; i < count; ++i) {
        const int exponent =
            4 + (precision > 60) - static_cast<int>(random.below(static_cast<std::uint64_t>(range)));
        T x = nth<T>(codes.any());
        if (i % 8 != 0 && isfinite(x) && !iszero(x))
            x = ldexp(x, exponent - ilogb(x));
        if (isfinite(x) && !iszero(x) && (ilogb(x) < -150 || ilogb(x) > 7))
            x = ldexp(x, (ilogb(x) < 0 ? -150 : 7) - ilogb(x));  // within the oracle's precision
        one[0] = i % 5 == 4 ? projection{stochastic_modes[random.below(4)], saturation::none,
                                         static_cast<int>(1 + random.below(32))}
                            : deterministic_projections()[random.below(24)];
        check_hyperbolic_tangent<T>(t, x, one, random());
    }
    require(t);
}

/// Powers of two and their neighbours, in every projection: where x − x³/3 and 1 − 2e^(−2x) end.
template <class T>
void check_edges_of_tanh(int step) {
    tally t(name_of(T::format) + ", tanh around powers of two, 36 projections");
    generator random(83);
    auto projections = deterministic_projections();
    for (const auto& p : stochastic_projections(13))
        projections.push_back(p);
    for (int e = 8; e > -T::format.precision() - 16; e -= step)
        for (const double sign : {1.0, -1.0}) {
            const T x = ldexp(T{sign}, e);
            check_hyperbolic_tangent<T>(t, x, projections, random());
            check_hyperbolic_tangent<T>(t, next_up(x), projections, random());
            check_hyperbolic_tangent<T>(t, next_down(x), projections, random());
        }
    require(t);
}

}  // namespace

TEST_CASE("tanh of float32, float64 and float128 is MPFR's, rounded once") {
    check_directed_tanh<float32>(cases_for_effort(2'000, 40'000, 10'000'000));
    check_directed_tanh<float64>(cases_for_effort(500, 10'000, 10'000'000));
    check_directed_tanh<float128>(cases_for_effort(100, 1'500, 1'000'000));
    check_edges_of_tanh<float32>(1);
    check_edges_of_tanh<float64>(cases_for_effort(7, 3, 1));
}

TEST_CASE("tanh of other types and of integers is rounded once into the result's") {
    tally t("tanh of another type, 24 projections, both lanes");
    for (unsigned code = 0; code < 256; ++code) {
        check_hyperbolic_tangent<float16>(t, nth<float8_e5m2>(code), deterministic_projections());
        check_hyperbolic_tangent<float64>(t, nth<float8_e4m3fn>(code), deterministic_projections());
        check_hyperbolic_tangent<float8_e8m0fnu>(t, nth<float8_e4m3fn>(code), deterministic_projections());
    }
    for (unsigned code = 0; code < 65536; code += 97)
        check_hyperbolic_tangent<float8_e4m3fn>(t, nth<float16>(code), deterministic_projections());
    require(t);
    CHECK(hyperbolic_tangent<double>(1) == 0x1.85efab514f394p-1);
    CHECK(hyperbolic_tangent<float16>(std::numeric_limits<std::int64_t>::min()) == -1);
    CHECK(hyperbolic_tangent<float16>(std::uint64_t{1} << 63, projection{rounding::toward_zero}) ==
          1 - 0x1p-11);
}

TEST_CASE("tanh of far arguments, zeros, infinities and NaN") {
    CHECK(std::signbit(hyperbolic_tangent(-0.0)));
    CHECK(!std::signbit(hyperbolic_tangent(0.0)));
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(hyperbolic_tangent(infinity) == 1);
    CHECK(hyperbolic_tangent(-infinity) == -1);
    CHECK(hyperbolic_tangent<with_status<double>>(infinity).flags.ok());
    CHECK(std::isnan(hyperbolic_tangent(std::numeric_limits<double>::quiet_NaN())));
    CHECK(isnan(hyperbolic_tangent(std::numeric_limits<float16>::quiet_NaN())));
    for (const double x : {1e300, 1e3, 256.0, 255.9, 20.0}) {
        CHECK(hyperbolic_tangent(x) == 1);
        CHECK(hyperbolic_tangent(-x, projection{rounding::toward_zero}) == -1 + 0x1p-53);
        CHECK(hyperbolic_tangent<with_status<double>>(x).flags == status{.inexact = true});
    }
    for (const double x : {5e-324, 1e-310, 1e-200, 1e-30}) {
        CHECK(hyperbolic_tangent(x) == x);
        CHECK(hyperbolic_tangent(-x, projection{rounding::toward_positive}) == -std::nextafter(x, 0));
    }
    CHECK(hyperbolic_tangent(5e-324, projection{rounding::toward_zero}) == 0);
}

TEST_CASE("tanh is a constant where its argument is") {
    STATIC_REQUIRE(hyperbolic_tangent(float16{1}) == 0x1.86p-1);
    STATIC_REQUIRE(hyperbolic_tangent(1.0f) == 0x1.85efacp-1f);
    STATIC_REQUIRE(hyperbolic_tangent(float16{-1}, projection{rounding::toward_zero}) == -0x1.85cp-1);
}
