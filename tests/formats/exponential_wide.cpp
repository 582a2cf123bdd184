// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// The exponential of wider types, of mixed types, and in constant expressions, against MPFR.

#include "formats/exponential_checks.hpp"

#include <limits>

using namespace halfulp;
using namespace halfulp_test;

namespace {

/// Arguments over the whole range where the result is neither 0 nor infinite nor 1, and around it.
template <class T>
void check_directed(int count) {
    tally t(name_of(T::format) + ", e^x of directed values, 24 projections in turn, both lanes");
    code_generator codes(T::format, 71);
    generator random(72);
    const int top = T::format.exponent_bits - 1;  // e^x overflows at about 2^top · log 2
    std::vector<projection> one(1);
    for (int i = 0; i < count; ++i) {
        const int precision = T::format.precision();
        const int exponent =
            top - static_cast<int>(random.below(static_cast<std::uint64_t>(top + precision + 6)));
        T x = nth<T>(codes.any());
        if (i % 8 != 0 && isfinite(x) && !iszero(x))
            x = ldexp(x, exponent - ilogb(x));
        if (T::format.bits() > 64 && isfinite(x) && !iszero(x) && ilogb(x) < -1000)
            x = ldexp(x, -900 - ilogb(x));  // e^x must differ from 1 within the oracle's precision
        one[0] = i % 5 == 4 ? projection{stochastic_modes[random.below(4)], saturation::none,
                                         static_cast<int>(1 + random.below(32))}
                            : deterministic_projections()[random.below(24)];
        check_exponential<T>(t, x, one, random());
    }
    require(t);
}

/// The last arguments before overflow and before underflow, and around them.
template <class T>
void check_edges() {
    tally t(name_of(T::format) + ", e^x around overflow, underflow and 1, 36 projections");
    generator random(73);
    auto projections = deterministic_projections();
    for (const auto& p : stochastic_projections(13))
        projections.push_back(p);
    const int largest = T::format.maximum_exponent() + 1;
    const int smallest = T::format.minimum_quantum_exponent();
    const float128 log2 = convert<float128>(0x1.62e42fefa39efp-1);
    for (const int power : {largest, T::format.minimum_exponent(), smallest, smallest - 1}) {
        T x = convert<T>(multiply<float128>(log2, power));
        for (int i = 0; i < 40; ++i)
            x = next_down(x);
        for (int i = 0; i < 80; ++i, x = next_up(x))
            check_exponential<T>(t, x, projections, random());
    }
    for (int e = 0; e < T::format.precision() + 40; ++e)
        for (const double sign : {1.0, -1.0}) {
            const T x = ldexp(T{sign}, -e);
            check_exponential<T>(t, x, projections, random());
            check_exponential<T>(t, next_up(x), projections, random());
            check_exponential<T>(t, next_down(x), projections, random());
        }
    require(t);
}

}  // namespace

TEST_CASE("the exponential of float32 is MPFR's, rounded once") {
    check_directed<float32>(cases_for_effort(2'000, 60'000, 10'000'000));
    check_edges<float32>();
}

TEST_CASE("the exponential of float64 is MPFR's, rounded once") {
    check_directed<float64>(cases_for_effort(1'000, 25'000, 10'000'000));
    check_edges<float64>();
}

TEST_CASE("the exponential of float128 is MPFR's, rounded once") {
    check_directed<float128>(cases_for_effort(300, 8'000, 1'000'000));
}

TEST_CASE("the exponential of integers and of other types is rounded once into the result's") {
    tally t("e^x from another type, 24 projections, both lanes");
    for (unsigned code = 0; code < 256; ++code) {
        check_exponential<float16>(t, nth<float8_e5m2>(code), deterministic_projections());
        check_exponential<float64>(t, nth<float8_e4m3fn>(code), deterministic_projections());
        check_exponential<float8_e8m0fnu>(t, nth<float8_e4m3fn>(code), deterministic_projections());
    }
    for (unsigned code = 0; code < 65536; code += 97)
        check_exponential<float8_e4m3fn>(t, nth<float16>(code), deterministic_projections());
    require(t);
    CHECK(exponential<float16>(0) == 1);
    CHECK(exponential<float16>(1) == 0x1.5cp1);
    CHECK(exponential<float16>(12) == std::numeric_limits<float16>::infinity());
}

TEST_CASE("the exponential is a constant where its argument is") {
    STATIC_REQUIRE(exponential(float16{1}) == 0x1.5cp1);
    STATIC_REQUIRE(exponential(float16{1}, projection{rounding::toward_zero}) == 0x1.5bcp1);
    STATIC_REQUIRE(exponential(1.0f) == 0x1.5bf0a8p1f);
    STATIC_REQUIRE(exponential<float8_e4m3fn>(float16{2}) == 7.5);
    STATIC_REQUIRE(exponential(float16{-std::numeric_limits<float16>::infinity()}) == 0);
    STATIC_REQUIRE(exponential<with_status<float16>>(float16{12}).flags ==
                   status{.inexact = true, .overflow = true});
    STATIC_REQUIRE(exponential<with_status<float16>>(float16{}).flags.ok());
    CHECK(isnan(exponential(std::numeric_limits<float16>::quiet_NaN())));
}
