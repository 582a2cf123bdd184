// SPDX-License-Identifier: BSL-1.0

/// @file
/// Attention rounded once: against closed forms and MPFR, where the result is rational, a tie, a threshold of a
/// stochastic mode, next to one, cancelled, or no number.

#include <halfulp/formats/named.hpp>
#include <halfulp/reference/attention_rounded.hpp>
#include <halfulp/reference/compare.hpp>

#include "support/catch.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace {

using namespace halfulp;
using reference::exact_matrix;
using reference::exact_value;

constexpr std::array every_mode{
    rounding::ties_to_even,   rounding::ties_to_away,    rounding::ties_to_zero,
    rounding::toward_zero,    rounding::toward_positive, rounding::toward_negative,
    rounding::away_from_zero, rounding::to_odd,          rounding::stochastic_a,
    rounding::stochastic_b,   rounding::stochastic_c,    rounding::stochastic_equal};

exact_value power_of_2(long exponent) {
    return exact_value::rational(false, {reference::natural(1), reference::natural(1), exponent});
}

/// The random bits that attention_rounded documents.
std::uint64_t bits_of(const projection& how, std::uint64_t seed, std::uint64_t i, std::uint64_t c) {
    return is_stochastic(how.mode) ? philox_bits(seed, (i << 32) + c, 3) : 0;
}

/// Attention with one query of 1: the keys are the scores.
template <class Output>
std::vector<Output> attend(const std::vector<exact_value>& scores, const exact_matrix& values,
                           const projection& how, reference::attention_options options = {},
                           std::uint64_t seed = 9) {
    std::vector<Output> result(values.columns());
    if (!options.scale)
        options.scale = exact_value(1);
    reference::attention_rounded(
        exact_matrix(1, 1, exact_value(1)),
        reference::make_exact_matrix(scores.size(), 1, [&](std::size_t j, std::size_t) { return scores[j]; }),
        values, matrix_view<Output>(result.data(), 1, result.size()), how, options, seed);
    return result;
}

template <class T>
uint128 code_of_number(const T& x) {
    if constexpr (std::is_same_v<T, float>)
        return uint128{std::bit_cast<std::uint32_t>(x)};
    else if constexpr (std::is_same_v<T, double>)
        return uint128{std::bit_cast<std::uint64_t>(x)};
    else
        return uint128{x.to_bits()};
}

template <class T>
void check_code(const T& result, const exact_value& exact, const projection& how, std::uint64_t column = 0,
                std::uint64_t seed = 9) {
    CAPTURE(static_cast<int>(how.mode), exact.to_string(),
            reference::decode(reference::format_of<T>(), code_of_number(result)).to_string());
    CHECK(code_of_number(result) ==
          reference::round(exact, reference::format_of<T>(), how, bits_of(how, seed, 0, column)).code);
}

exact_matrix column_of(const std::vector<exact_value>& values) {
    return reference::make_exact_matrix(values.size(), 1,
                                        [&](std::size_t j, std::size_t) { return values[j]; });
}

using outputs = std::tuple<float8_e4m3fn, float4_e2m1fn, float8_e8m0fnu, bfloat16, float16, float, double>;

TEMPLATE_LIST_TEST_CASE("attention rounded: one key gives its value, equal keys and equal means the mean", "",
                        outputs) {
    const exact_value third = exact_value(1) / exact_value(3);
    for (const rounding mode : every_mode)
        for (const saturation overflow : {saturation::none, saturation::finite}) {
            const projection how{mode, overflow, 7};
            for (const exact_value& v :
                 {third, -third, exact_value(7) / exact_value(5), exact_value(0), power_of_2(-3000) * third,
                  power_of_2(3000), exact_value(3), exact_value(2.5)})
                check_code(attend<TestType>({exact_value(-8)}, column_of({v}), how)[0],
                           v.is_zero() ? exact_value::zero(reference::zero_sign::by_direction) : v, how);
            // (1 + 2 + 2)/3, in three keys of one score; beside it two keys of another score with that mean.
            const exact_value mean = exact_value(5) * third;
            check_code(attend<TestType>({4, 4, 4}, column_of({1, 2, 2}), how)[0], mean, how);
            check_code(
                attend<TestType>({4, -1, 4, 4, -1},
                                 column_of({1, mean + exact_value(9), 2, 2, mean - exact_value(9)}), how)[0],
                mean, how);
        }
}

TEMPLATE_LIST_TEST_CASE("attention rounded: ties, thresholds of stochastic modes, and numbers next to them",
                        "", outputs) {
    constexpr float_format format = reference::format_of<TestType>();
    // Above 2, which all of these formats have, and next to it if it is not the last: 2 + x·gap.
    const exact_value gap = power_of_2(1 - format.significand_bits);
    for (const rounding mode : every_mode)
        for (const int eighths : {0, 1, 2, 3, 4, 5, 7, 8}) {
            const projection how{mode, saturation::none, 2};
            const exact_value x = exact_value(2) + gap * exact_value(eighths) / exact_value(8);
            CAPTURE(eighths);
            // Two values around x, equally far: rational.
            const exact_value far = gap / exact_value(5);
            check_code(attend<TestType>({1, 1}, column_of({x - far, x + far}), how)[0], x, how);
            // x, and another value of a weight of 2^−72 or e^(−10^4) or e^(−10^9): on its side of x.
            for (const double distance : {50.0, 1e4, 1e9})
                for (const int side : {-1, 1})
                    check_code(attend<TestType>({1, exact_value(1 - distance)},
                                                column_of({x, x + exact_value(side)}), how)[0],
                               x + exact_value(side) * power_of_2(-100), how);
        }
}

TEST_CASE("attention rounded: next to zero the sign of what is left counts") {
    for (const rounding mode : every_mode) {
        const projection how{mode, saturation::none, 3};
        for (const int side : {-1, 1}) {
            // 0 from the near key, ±1 from the far one.
            const exact_value tiny = exact_value(side) * power_of_2(-5000);
            check_code(attend<float>({0, -100000}, column_of({0, side}), how)[0], tiny, how);
            check_code(attend<float8_e4m3fn>({0, -100000}, column_of({0, side}), how)[0], tiny, how);
            check_code(attend<double>({0, 0, -100000}, column_of({4, -4, side}), how)[0], tiny, how);
        }
        // Exactly zero, and −0 toward negative.
        const auto zero = attend<float>({2, 2}, column_of({5, -5}), how)[0];
        CHECK(zero == 0);
        CHECK(std::signbit(zero) == (mode == rounding::toward_negative));
    }
}

TEMPLATE_LIST_TEST_CASE("attention rounded: two keys are a logistic function, opposite values a tanh", "",
                        outputs) {
    std::mt19937_64 random(5);
    const auto draw = [&](int low, int high) {
        return exact_value(
            std::ldexp(static_cast<double>(static_cast<std::int64_t>(random()) >> 11),
                       low - 52 + static_cast<int>(random() % static_cast<unsigned>(high - low))));
    };
    constexpr mpfr_prec_t bits = 3000;
    for (int n = 0; n < halfulp_test::cases_for_effort(20, 100, 2000); ++n) {
        const projection how{every_mode[static_cast<std::size_t>(n) % every_mode.size()], saturation::none,
                             11};
        // The default scale, 1/√3, is as irrational as that.
        const bool has_scale = n % 2 == 0;
        const exact_value x = draw(-60, 4), y = n % 5 == 0 ? x + draw(-70, -60) : draw(-60, 4);
        exact_matrix q(1, 3, exact_value(0)), k(2, 3, exact_value(0));
        q(0, 1) = exact_value(2);
        k(0, 1) = x;
        k(1, 1) = y;
        reference::attention_options options;
        if (has_scale)
            options.scale = exact_value(-0.75);
        exact_matrix v(2, 2);
        v(0, 0) = draw(-8, 2);
        v(1, 0) = draw(-8, 2);
        v(0, 1) = exact_value(1);
        v(1, 1) = exact_value(-1);
        std::vector<TestType> result(2);
        reference::attention_rounded(q, k, v, matrix_view<TestType>(result.data(), 1, 2), how, options, 77);

        mpfr_real difference = ((x - y) * exact_value(2)).to_mpfr(bits);
        mpfr_real scale(3, bits);
        mpfr_rec_sqrt(scale.get(), scale.get(), MPFR_RNDN);
        if (has_scale)
            scale = mpfr_real(mpq_class(-3, 4), bits);
        mpfr_mul(difference.get(), difference.get(), scale.get(), MPFR_RNDN);
        mpfr_real logistic = difference, half_tanh = difference;
        mpfr_neg(logistic.get(), logistic.get(), MPFR_RNDN);
        mpfr_exp(logistic.get(), logistic.get(), MPFR_RNDN);
        mpfr_add_ui(logistic.get(), logistic.get(), 1, MPFR_RNDN);
        mpfr_ui_div(logistic.get(), 1, logistic.get(), MPFR_RNDN);
        check_code(result[0], v(1, 0) + (v(0, 0) - v(1, 0)) * exact_value(logistic), how, 0, 77);
        mpfr_div_ui(half_tanh.get(), half_tanh.get(), 2, MPFR_RNDN);
        mpfr_tanh(half_tanh.get(), half_tanh.get(), MPFR_RNDN);
        check_code(result[1], exact_value(half_tanh), how, 1, 77);
    }
}

TEST_CASE("attention rounded is what the enclosure says, with options, row by row") {
    std::mt19937_64 random(6);
    const auto draw = [&](std::size_t rows, std::size_t columns) {
        return reference::make_exact_matrix(rows, columns, [&](std::size_t, std::size_t) {
            return std::ldexp(static_cast<float>(static_cast<std::int64_t>(random()) >> 42), -20);
        });
    };
    const exact_matrix q = draw(5, 3), k = draw(9, 3), v = draw(9, 2), bias = draw(5, 8);
    reference::attention_options options;
    options.causal = true;
    options.window_left = 4;
    options.soft_cap = exact_value(2.5);
    options.alibi_slope = exact_value(0.125);
    options.bias = bias;
    const auto enclosed = reference::attention(q, k, v, options);
    for (const rounding mode : every_mode) {
        const projection how{mode, saturation::none, 9};
        std::vector<float16> result(10);
        const matrix_view<float16> view(result.data(), 5, 2);
        reference::attention_rounded(q, k, v, view, how, options, 3);
        for (std::size_t i = 0; i < 5; ++i)
            for (std::size_t c = 0; c < 2; ++c)
                CHECK(uint128{view(i, c).to_bits()} == reference::round(exact_value(enclosed(i, c)),
                                                                        formats::float16, how,
                                                                        bits_of(how, 3, i, c))
                                                           .code);
    }
    // The same from views of numbers, into a transposed output.
    const std::vector<float> numbers{1, 2, 3, 4, 5, 6};
    std::vector<bfloat16> a(4), b(4);
    const matrix_view x(numbers.data(), 2, 2), y(numbers.data() + 2, 2, 2);
    reference::attention_rounded(x, x, y, matrix_view<bfloat16>(a.data(), 2, 2).transposed());
    reference::attention_rounded(reference::make_exact_matrix(x), reference::make_exact_matrix(x),
                                 reference::make_exact_matrix(y), matrix_view<bfloat16>(b.data(), 2, 2));
    CHECK(a[1].to_bits() == b[2].to_bits());
    CHECK(a[2].to_bits() == b[1].to_bits());
}

TEST_CASE("attention rounded: rows and values that are no numbers") {
    const exact_value infinity = exact_value::infinity(), nan = exact_value::nan();
    const auto one = [&](const std::vector<exact_value>& scores, const std::vector<exact_value>& values,
                         const reference::attention_options& options = {}) {
        return attend<float>(scores, column_of(values), {}, options)[0];
    };
    CHECK(std::isnan(one({0, nan}, {1, 1})));
    CHECK(std::isnan(one({0, infinity}, {1, 1})));
    CHECK(std::isnan(one({-infinity, -infinity}, {1, 1})));
    CHECK(one({-infinity, 3}, {1, 2}) == 2);
    CHECK(std::isnan(one({-infinity, 3}, {infinity, 2})));
    CHECK(one({-2e9, 3}, {infinity, 2}) == std::numeric_limits<float>::infinity());
    CHECK(one({0, 3}, {-infinity, 2}) == -std::numeric_limits<float>::infinity());
    CHECK(std::isnan(one({0, 3}, {-infinity, infinity})));
    CHECK(std::isnan(one({0, 3}, {nan, 2})));
    reference::attention_options few;
    few.key_count = 1;
    CHECK(one({0, infinity}, {1, nan}, few) == 1);
    few.key_count = 0;
    const float none = attend<float>({0}, column_of({4}), {rounding::toward_negative}, few)[0];
    CHECK((none == 0 && !std::signbit(none)));
    // A cap makes infinite scores finite: c and −c.
    reference::attention_options capped;
    capped.soft_cap = exact_value(1);
    CHECK(one({-infinity, infinity}, {-1, 1}, capped) == static_cast<float>(std::tanh(1.0)));
}

TEST_CASE("attention rounded: a soft cap, by enough bits or not at all") {
    // Weights of e^(tanh 1) and 1, values −E and 1 with E near e^(−tanh 1)… to so many bits: what is left is as small.
    const auto left_over = [](mpfr_prec_t bits, bool has_cap) {
        mpfr_real e(bits + 64);
        mpfr_set_ui(e.get(), 1, MPFR_RNDN);
        if (has_cap)
            mpfr_tanh(e.get(), e.get(), MPFR_RNDN);
        mpfr_neg(e.get(), e.get(), MPFR_RNDN);
        mpfr_exp(e.get(), e.get(), MPFR_RNDN);
        mpfr_prec_round(e.get(), bits, MPFR_RNDD);  // so that 1 − e^(tanh 1)·E is above zero
        reference::attention_options options;
        if (has_cap)
            options.soft_cap = exact_value(1);
        return attend<float>({1, 0}, column_of({-exact_value(e), 1}), {rounding::away_from_zero}, options)[0];
    };
    CHECK(left_over(3000, true) == std::numeric_limits<float>::denorm_min());
    CHECK(left_over(3000, false) == std::numeric_limits<float>::denorm_min());
    CHECK(left_over(20000, false) == std::numeric_limits<float>::denorm_min());
    CHECK_THROWS_AS(left_over(20000, true), reference::undecided_error);
    // Equal scores are equal under a cap.
    reference::attention_options capped;
    capped.soft_cap = exact_value(3);
    for (const rounding mode : every_mode)
        check_code(attend<bfloat16>({2, 2, 2}, column_of({1, 2, 2}), {mode}, capped)[0],
                   exact_value(5) / exact_value(3), {mode});
}

TEST_CASE("attention rounded refuses what does not fit") {
    std::vector<float> o(4);
    const exact_matrix two(2, 2, exact_value(1)), three(3, 3, exact_value(1));
    const auto call = [&](const exact_matrix& q, const exact_matrix& k, const exact_matrix& v,
                          std::size_t rows, const reference::attention_options& options = {},
                          const projection& how = {}) {
        reference::attention_rounded(q, k, v, matrix_view<float>(o.data(), rows, 2), how, options);
    };
    CHECK_THROWS_AS(call(two, three, two, 2), shape_error);
    CHECK_THROWS_AS(call(two, two, three, 2), shape_error);
    CHECK_THROWS_AS(call(two, two, two, 1), shape_error);
    CHECK_THROWS_AS(call(two, two, two, 2, {}, {rounding::stochastic_a, saturation::none, 33}), format_error);
    reference::attention_options options;
    options.soft_cap = exact_value(0);
    CHECK_THROWS_AS(call(two, two, two, 2, options), value_error);
    options = {};
    options.power = 2;
    CHECK_THROWS_AS(call(two, two, two, 2, options), value_error);
    options = {};
    options.key_count = 3;
    CHECK_THROWS_AS(call(two, two, two, 2, options), shape_error);
    options = {};
    options.bias = exact_matrix(2, 3);
    CHECK_THROWS_AS(call(two, two, two, 2, options), shape_error);
    options = {};
    options.mask = reference::make_mask(1, 2, [](std::size_t, std::size_t) { return true; });
    CHECK_THROWS_AS(call(two, two, two, 2, options), shape_error);
}

}  // namespace
