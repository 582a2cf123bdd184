// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// The exact accumulator against sums of GMP rationals, bit for bit: format pairs from 4 to 128
/// bits, all modes, random, cancelling and midpoint sums, special values.

#include <halfulp/arithmetic/exact_accumulator.hpp>

#include "arithmetic/oracle.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <limits>

namespace {

using namespace halfulp_test;

template <class X, class Y, class Result>
struct accumulation {
    using x_type = X;
    using y_type = Y;
    using result_type = Result;
};

template <class Case>
void check_sum(const std::vector<typename Case::x_type>& x, const std::vector<typename Case::y_type>& y,
               const projection& how, std::uint64_t random) {
    using result = typename Case::result_type;
    exact_accumulator<typename Case::x_type, typename Case::y_type> sum;
    for (std::size_t k = 0; k < x.size(); ++k)
        sum.add_product(x[k], y[k]);
    const auto actual = sum.template round<result>(how, random);
    const auto expected = exact_chain<result>(x, y, how, random);
    CAPTURE(static_cast<int>(how.mode), static_cast<int>(how.overflow), x.size(), text_of(actual),
            text_of(expected));
    CHECK(same(actual, expected));
}

TEMPLATE_TEST_CASE("exact sums equal those of rational numbers, rounded once", "",
                   (accumulation<float4_e2m1fn, float4_e2m1fn, float>),
                   (accumulation<float8_e4m3fn, float8_e5m2, bfloat16>),
                   (accumulation<float8_e5m2, float8_e5m2, float8_e4m3fn>),
                   (accumulation<bfloat16, float16, float16>), (accumulation<float, float, float>),
                   (accumulation<float, double, float8_e5m2>), (accumulation<double, double, double>),
                   (accumulation<double, float4_e2m1fn, float128>),
                   (accumulation<float128, float128, float128>),
                   (accumulation<float128, float8_e8m0fnu, double>)) {
    using x_type = typename TestType::x_type;
    using y_type = typename TestType::y_type;
    std::mt19937_64 generator(1);
    const int rounds = cases_for_effort(5, 100, 10000);
    for (int round = 0; round < rounds; ++round)
        for (const rounding mode : all_modes)
            for (const int spread : {-1, 4, 40}) {
                const projection how{mode, static_cast<saturation>(round % 3), 1 + round % 32};
                const std::size_t size = generator() % 20;
                auto x = random_numbers<x_type>(generator, size, spread);
                auto y = random_numbers<y_type>(generator, size, spread);
                check_sum<TestType>(x, y, how, generator());
                // Everything cancels but one term, which is far below the others or not.
                if (number_format<x_type>::value.has_sign && size > 0) {
                    const std::size_t half = x.size();
                    for (std::size_t k = 0; k < half; ++k) {
                        x.push_back(-x[k]);
                        y.push_back(y[k]);
                    }
                    x.push_back(random_number<x_type>(generator));
                    y.push_back(random_number<y_type>(generator));
                    check_sum<TestType>(x, y, how, generator());
                }
            }
}

TEST_CASE("a midpoint, and a midpoint moved by the smallest product, round as they must") {
    // 1 + 2^-24 is the midpoint of two floats; 2^-149 · 2^-149 is the smallest product of floats.
    const float tiny = std::numeric_limits<float>::denorm_min();
    for (const float nudge : {-tiny, 0.0f, tiny}) {
        exact_accumulator<float> sum;
        sum.add_product(1.0f, 1.0f);
        sum.add_product(0x1p-12f, 0x1p-12f);
        sum.add_product(nudge, tiny);
        CHECK(sum.round<float>() == (nudge > 0 ? 0x1.000002p0f : 1.0f));
        CHECK(sum.round<float>(projection{rounding::ties_to_away}) == (nudge < 0 ? 1.0f : 0x1.000002p0f));
        CHECK(sum.round<float>(projection{rounding::toward_positive}) == 0x1.000002p0f);
        CHECK(sum.round<float>(projection{rounding::toward_negative}) == 1.0f);
        CHECK(sum.round<with_status<float>>().flags == status{.inexact = true});
    }
}

TEST_CASE("any order and any split give the same bits") {
    std::mt19937_64 generator(2);
    for (int round = 0; round < 20; ++round) {
        auto x = random_numbers<double>(generator, 50, 300);
        exact_accumulator<double> forward, backward, left, right;
        for (std::size_t k = 0; k < x.size(); ++k) {
            forward.add_product(x[k], x[(k * 7) % 50]);
            (k % 3 == 0 ? left : right).add_product(x[k], x[(k * 7) % 50]);
        }
        for (std::size_t k = x.size(); k-- > 0;)
            backward.add_product(x[k], x[(k * 7) % 50]);
        left.merge(right);
        CHECK(same(forward.round<double>(), backward.round<double>()));
        CHECK(same(forward.round<double>(), left.round<double>()));
    }
}

TEST_CASE("special values follow IEEE 754") {
    const double infinity = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto sum_of = [](std::vector<std::array<double, 2>> products) {
        exact_accumulator<double> sum;
        for (const auto& p : products)
            sum.add_product(p[0], p[1]);
        return sum;
    };
    CHECK(sum_of({{infinity, 2}, {-1e308, 1e308}}).round<double>() == infinity);
    CHECK(sum_of({{infinity, -2}, {1, 1}}).round<double>() == -infinity);
    CHECK(same(sum_of({{infinity, 0}}).round<double>(), nan));
    CHECK(same(sum_of({{nan, 1}}).round<double>(), nan));
    CHECK(same(sum_of({{infinity, 1}, {infinity, -1}}).round<double>(), nan));
    CHECK(sum_of({{infinity, 1}, {infinity, -1}}).round<with_status<double>>().flags ==
          status{.invalid = true});
    CHECK(sum_of({{1e308, 10}, {-1e308, 10}, {3, 1}}).round<double>() == 3);
    CHECK(sum_of({{1e308, 10}}).round<double>() == infinity);
    CHECK(sum_of({{1e308, 10}}).round<double>(projection{rounding::toward_zero}) ==
          std::numeric_limits<double>::max());

    SECTION("an exactly zero sum") {
        for (const auto& sum :
             {sum_of({}), sum_of({{1, 1}, {-1, 1}}), sum_of({{-0.0, 1}}), sum_of({{0.0, 1}})}) {
            CHECK(same(sum.round<double>(), 0.0));
            CHECK(same(sum.round<double>(projection{rounding::toward_positive}), 0.0));
            CHECK(same(sum.round<double>(projection{rounding::toward_negative}), -0.0));
        }
    }
}

TEST_CASE("integers, and addends of a third type") {
    exact_accumulator<std::int64_t, std::uint64_t> integers;
    integers.add_product(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::uint64_t>::max());
    integers.add_product(std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::uint64_t>::max());
    CHECK(integers.round<double>() == -0x1p64);
    CHECK(integers.round<double>(projection{rounding::toward_positive}) == -0x1.fffffffffffffp63);

    exact_accumulator<float8_e4m3fn, float8_e4m3fn, double> mixed;
    mixed.add_product(float8_e4m3fn(448), float8_e4m3fn(448));
    mixed.add(-200704.0);
    mixed.add(0x1p-1074);
    CHECK(mixed.round<double>() == 0x1p-1074);
}

constexpr double sum_in_a_constant_expression() {
    exact_accumulator<double> sum;
    sum.add_product(1e300, 1e300);
    sum.add_product(0.5, 3.0);
    sum.add_product(-1e300, 1e300);
    return sum.round<double>();
}
static_assert(sum_in_a_constant_expression() == 1.5);
static_assert(sizeof(exact_accumulator<float4_e2m1fn>) <= 32);

}  // namespace
