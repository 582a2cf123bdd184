// SPDX-License-Identifier: BSL-1.0

/// @file
/// `measure_divergence` and `matmul_error_bounds` on results whose differences are known, and the bounds
/// against every order of short sums.

#include <halfulp/formats/functions.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/reference/divergence.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

namespace {

using namespace halfulp;
using halfulp_test::contains_text;
using reference::exact_value;
using reference::measure_divergence;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

template <class T>
matrix_view<const T> view(const std::vector<T>& values, std::size_t rows, std::size_t columns) {
    return {values.data(), rows, columns};
}

reference::exact_matrix exact_matrix(const std::vector<double>& values, std::size_t rows,
                                     std::size_t columns) {
    return reference::make_exact_matrix(view(values, rows, columns));
}

/// One row in two orders, against exact values.
reference::divergence diverge(const std::vector<float>& x, const std::vector<float>& y,
                              const std::vector<double>& exact) {
    return measure_divergence<float>({{"x", view(x, 1, x.size())}, {"y", view(y, 1, y.size())}},
                                     exact_matrix(exact, 1, exact.size()));
}

}  // namespace

TEST_CASE("bits, spreads, errors, flips and gaps of three small results") {
    const std::vector<double> exact{1, 2, 4, 8, 8, 1};
    const std::vector<float> x{1, 2, 4, 8, 8, 1};
    const std::vector<float> y{1 + 0x1p-23f, 2, 4, 8, 8 + 0x1p-20f, 1};  // one ulp up, twice
    const std::vector<float> z{1 - 0x1p-23f, 2 - 0x1p-22f, 4, 8, 8, 1};  // one ulp down, twice
    const auto found = measure_divergence<float>(
        {{"x", view(x, 2, 3)}, {"y", view(y, 2, 3)}, {"z", view(z, 2, 3)}}, exact_matrix(exact, 2, 3));

    CHECK(found.rows == 2);
    CHECK(found.columns == 3);
    REQUIRE(found.results.size() == 3);
    CHECK(found.results[0].name == "x");
    CHECK(found.results[0].changed_elements == 0);
    CHECK(found.results[0].maximum_spread_ulps == 0);
    CHECK(found.results[0].maximum_error_ulps == 0);
    CHECK(found.results[0].flipped_rows == 0);
    CHECK(found.results[1].changed_elements == 2);
    CHECK(found.results[1].maximum_spread_ulps == 1);
    CHECK(found.results[1].mean_spread_ulps == 2.0 / 6);
    CHECK(found.results[1].maximum_error_ulps == 1);
    CHECK(found.results[1].flipped_rows == 1);
    CHECK(found.results[1].first_flipped_row == std::optional<std::size_t>(1));
    CHECK(found.results[2].name == "z");
    CHECK(found.results[2].changed_elements == 2);
    CHECK(found.results[2].flipped_rows == 0);
    CHECK_FALSE(found.results[2].first_flipped_row.has_value());
    CHECK(found.results[0].wrong_rows == 0);  // of equal values the first is the largest
    CHECK(found.results[1].wrong_rows == 1);

    CHECK(found.changed_elements == 3);
    CHECK(found.maximum_spread_ulps == 2);  // from 1 − 2^-23 to 1 + 2^-23
    CHECK(found.mean_spread_ulps == (2 + 1 + 1) / 6.0);
    CHECK(found.worst_index == 0);
    CHECK(found.maximum_error_ulps == 1);
    CHECK(found.flipped_rows == 1);
    CHECK(found.first_flipped_row == std::optional<std::size_t>(1));

    CHECK(found.row_gaps == std::vector<double>{2, 0});
    CHECK(found.observed.gap == 0x1p-19);  // twice the error 2^-20 at 8
    CHECK(found.observed.rows == 1);
    CHECK(found.observed.first_row == std::optional<std::size_t>(1));
    CHECK_FALSE(found.a_priori.has_value());
}

TEST_CASE("results that agree diverge nowhere, however wrong they are") {
    const auto found = diverge({1, 3}, {1, 3}, {1, 2});
    CHECK(found.changed_elements == 0);
    CHECK(found.maximum_spread_ulps == 0);
    CHECK(found.flipped_rows == 0);
    CHECK(found.maximum_error_ulps == 0x1p22);
    CHECK(found.observed.gap == 2);
    CHECK(found.observed.rows == 1);
    CHECK(diverge({2, 1}, {2, 1}, {1, 2}).flipped_rows == 0);
    CHECK(diverge({2, 1}, {2, 1}, {1, 2}).results[0].wrong_rows == 1);
    CHECK(diverge({2, 1}, {1, 2}, {1, 2}).results[1].wrong_rows == 0);
}

TEST_CASE("a gap of exactly twice the bound is one where a flip is possible") {
    const std::vector<float> x{1, 3, 1, 3};
    const auto risk = [&](double first, double second) {
        return measure_divergence<float>({{"x", view(x, 2, 2)}}, exact_matrix({1, 3, 1, 3}, 2, 2),
                                         {exact_value(first), exact_value(second)})
            .a_priori.value();
    };
    CHECK(risk(0.5, 1).rows == 1);
    CHECK(risk(0.5, 1).first_row == std::optional<std::size_t>(1));
    CHECK(risk(0.5, 1).gap == 2);
    CHECK(risk(0.5, 1 - 0x1p-53).rows == 0);
    CHECK_FALSE(risk(0.5, 1 - 0x1p-53).first_row.has_value());
    CHECK(risk(1, 1).rows == 2);
    // The sum is exact: x below 2 by less than any double shows counts.
    const auto barely = exact_value(1) - exact_value(0x1p-1000) * exact_value(0x1p-1000);
    const auto found =
        measure_divergence<float>({{"x", view(x, 2, 2)}}, exact_matrix({1, 3, 1, 3}, 2, 2), {barely, barely});
    CHECK(found.a_priori->rows == 0);
    CHECK(found.a_priori->gap == 2);
}

TEST_CASE("from operands: the exact product, and bounds K·u·max Σ |a||b| of each row") {
    const auto a = exact_matrix({1, 2, 3, -4}, 2, 2);
    const auto b = exact_matrix({1, 0.5, 2, -1}, 2, 2);
    const auto bounds = reference::matmul_error_bounds(a, b, exact_value(0x1p-24));
    REQUIRE(bounds.size() == 2);
    CHECK(bounds[0] == exact_value(2 * 0x1p-24 * (1 + 4)));  // row 0: 1 + 4 and 0.5 + 2
    CHECK(bounds[1] == exact_value(2 * 0x1p-24 * (3 + 8)));  // row 1: 3 + 8 and 1.5 + 4

    const std::vector<float> x{5, -1.5f, -5, 5.5f};
    const auto found = measure_divergence<float>({{"x", view(x, 2, 2)}}, a, b);
    CHECK(found.maximum_error_ulps == 0);
    CHECK(found.row_gaps == std::vector<double>{6.5, 10.5});
    CHECK(found.observed.gap == 0);
    REQUIRE(found.a_priori.has_value());
    CHECK(found.a_priori->gap == 4 * 0x1p-24 * 11);
    CHECK(found.a_priori->rows == 0);

    // In bfloat16 u is 2^-8.
    const std::vector<bfloat16> y{bfloat16(5), bfloat16(-1.5), bfloat16(-5), bfloat16(5.5)};
    CHECK(measure_divergence<bfloat16>({{"y", view(y, 2, 2)}}, a, b).a_priori->gap == 4 * 0x1p-8 * 11);
    CHECK(reference::matmul_error_bounds(exact_matrix({}, 1, 0), exact_matrix({}, 0, 1), exact_value(1))[0] ==
          exact_value(0));
}

TEST_CASE("no order of a sum in float16 goes beyond the bound, and flips are only where they are possible") {
    constexpr std::size_t depth = 4, rows = 20, columns = 3;
    halfulp_test::generator random(1);
    const auto element = [&] {  // ±(1024 … 2047)·2^-(0 … 7), so that sums cancel and round
        const auto significand = static_cast<double>(1024 + random.below(1024));
        return float16(std::ldexp(random.below(2) == 0 ? significand : -significand,
                                  -10 - static_cast<int>(random.below(8))));
    };
    std::size_t flips = 0;
    for (int round = 0; round < halfulp_test::cases_for_effort(2, 20, 2000); ++round) {
        std::vector<float16> a(rows * depth), b(depth * columns);
        std::generate(a.begin(), a.end(), element);
        std::generate(b.begin(), b.end(), element);
        for (std::size_t k = 0; k < depth; ++k)  // two columns that differ little
            b[k * columns + 1] = k == 0 ? next_up(b[k * columns]) : b[k * columns];

        std::array<std::size_t, depth> order{0, 1, 2, 3};
        std::vector<std::vector<float16>> memory;
        do
            for (const bool fused : {false, true}) {
                std::vector<float16> c(rows * columns);
                for (std::size_t i = 0; i < rows; ++i)
                    for (std::size_t j = 0; j < columns; ++j)
                        for (const std::size_t k : order) {
                            float16& sum = c[i * columns + j];
                            const float16 x = a[i * depth + k], y = b[k * columns + j];
                            sum = fused ? fma<float16>(x, y, sum) : sum + x * y;
                        }
                memory.push_back(c);
            }
        while (std::next_permutation(order.begin(), order.end()));

        std::vector<reference::named_result<float16>> results;
        for (const auto& c : memory)
            results.push_back({"an order", view(c, rows, columns)});
        const auto exact_a = reference::make_exact_matrix(view(a, rows, depth));
        const auto exact_b = reference::make_exact_matrix(view(b, depth, columns));
        const auto found = measure_divergence(results, exact_a, exact_b);
        CHECK(found.changed_elements > rows);
        CHECK(found.observed.gap <= found.a_priori->gap);
        CHECK(found.flipped_rows <= found.observed.rows);
        CHECK(found.observed.rows <= rows);
        flips += found.flipped_rows;

        const auto exact = reference::matmul(exact_a, exact_b);
        const auto bounds = reference::matmul_error_bounds(exact_a, exact_b, exact_value(0x1p-11));
        std::size_t beyond = 0;
        for (const auto& c : memory)
            for (std::size_t i = 0; i < rows; ++i)
                for (std::size_t j = 0; j < columns; ++j) {
                    const exact_value error = reference::to_exact(c[i * columns + j]) - exact(i, j);
                    beyond += error > bounds[i] || -error > bounds[i] ? 1u : 0u;
                }
        CHECK(beyond == 0);
    }
    CHECK(flips > 0);
}

TEST_CASE("zeros, infinities and NaN: bits are codes, spreads and argmax are values") {
    const auto inf = static_cast<float>(infinity);
    const auto zeros = diverge({0, 1}, {-0.0f, 1}, {0, 1});
    CHECK(zeros.changed_elements == 1);
    CHECK(zeros.maximum_spread_ulps == 0);

    const auto overflow = diverge({1, 2}, {1, inf}, {1, 2});
    CHECK(overflow.maximum_spread_ulps == infinity);
    CHECK(overflow.worst_index == 1);
    CHECK(overflow.maximum_error_ulps == infinity);
    CHECK(overflow.observed.gap == infinity);
    CHECK(overflow.observed.rows == 1);

    const auto both = diverge({not_a_number, 1}, {not_a_number, 1}, {std::nan(""), 1});
    CHECK(both.maximum_spread_ulps == 0);
    CHECK(both.maximum_error_ulps == 0);
    CHECK(both.flipped_rows == 0);
    CHECK(std::isnan(both.row_gaps[0]));
    CHECK(both.observed.rows == 1);

    const auto one = diverge({3, 1, 2}, {not_a_number, 1, 2}, {3, 1, 2});
    CHECK(one.maximum_spread_ulps == infinity);
    CHECK(one.flipped_rows == 1);  // 3, or 2 where 3 was lost
    const auto first = diverge({not_a_number, 1, 2}, {3, 1, 2}, {3, 1, 2});
    CHECK(first.maximum_spread_ulps == infinity);
    CHECK(first.flipped_rows == 1);

    const auto infinite = diverge({inf, 1}, {inf, 1}, {infinity, 1});
    CHECK(infinite.maximum_spread_ulps == 0);
    CHECK(infinite.maximum_error_ulps == 0);
    CHECK(infinite.row_gaps[0] == infinity);
    CHECK(infinite.observed.rows == 0);
    CHECK(diverge({inf, inf}, {inf, inf}, {infinity, infinity}).row_gaps[0] == 0);
    CHECK(diverge({1, 2}, {3, 2}, {infinity, 2}).maximum_spread_ulps == infinity);

    const auto a = exact_matrix({1, infinity}, 1, 2);
    const auto bounds = reference::matmul_error_bounds(a, exact_matrix({1, 0, 0, 1}, 2, 2), exact_value(1));
    CHECK(bounds[0].is_nan());
}

TEST_CASE("exact values come from callables too, and may be irrational") {
    const std::vector<double> x{std::sqrt(2.0), std::sqrt(3.0)};
    const std::vector<double> y{std::sqrt(2.0), std::nextafter(std::sqrt(3.0), 0.0)};
    const auto found =
        measure_divergence<double>({{"x", view(x, 1, 2)}, {"y", view(y, 1, 2)}},
                                   [](std::size_t, std::size_t j) { return sqrt(exact_value(j + 2)); });
    CHECK(found.changed_elements == 1);
    CHECK(found.maximum_spread_ulps == 1);
    CHECK(found.results[0].maximum_error_ulps < 0.5);
    CHECK(found.results[1].maximum_error_ulps > 0.5);
    CHECK(found.row_gaps[0] > 0.3178);
    CHECK(found.row_gaps[0] < 0.3179);
    CHECK(found.observed.gap > 0x1p-52);  // twice an error of half an ulp to one and a half
    CHECK(found.observed.gap < 0x1.8p-51);
    // Strided views: the transposed matrix has two rows of one column, in which there is no choice.
    const auto transposed =
        measure_divergence<double>({{"x", view(x, 1, 2).transposed()}, {"y", view(y, 1, 2).transposed()}},
                                   [](std::size_t i, std::size_t) { return sqrt(exact_value(i + 2)); });
    CHECK(transposed.maximum_error_ulps == found.maximum_error_ulps);
    CHECK(transposed.worst_index == 1);
    CHECK(transposed.row_gaps == std::vector<double>{infinity, infinity});
    CHECK(transposed.observed.rows == 0);
}

TEST_CASE("nothing diverges in nothing") {
    const auto found = measure_divergence<float>({{"x", {}}, {"y", {}}}, exact_matrix({}, 0, 0));
    CHECK(found.results.size() == 2);
    CHECK(found.mean_spread_ulps == 0);
    CHECK(found.changed_elements == 0);
    CHECK(found.observed.rows == 0);
    CHECK(found.row_gaps.empty());
    const auto empty_rows = measure_divergence<float>({{"x", view<float>({}, 2, 0)}}, exact_matrix({}, 2, 0));
    CHECK(empty_rows.mean_spread_ulps == 0);
    CHECK(empty_rows.flipped_rows == 0);
    CHECK(empty_rows.row_gaps == std::vector<double>{infinity, infinity});
}

TEST_CASE("shapes that do not fit are refused with a sentence") {
    const std::vector<float> x(6);
    const auto exact = exact_matrix({1, 2, 3, 4, 5, 6}, 2, 3);
    const std::vector<reference::named_result<float>> none, one{{"x", view(x, 2, 3)}};
    CHECK_THROWS_AS(measure_divergence(none, exact), shape_error);
    CHECK_THROWS_WITH(measure_divergence(none, exact), contains_text("the number of results is 0"));
    const auto with = [&](std::size_t rows, std::size_t columns) {
        return measure_divergence<float>({{"x", view(x, 2, 3)}, {"lanes", view(x, rows, columns)}}, exact);
    };
    CHECK_THROWS_AS(with(1, 3), shape_error);
    CHECK_THROWS_WITH(with(1, 3), contains_text("rows of 'lanes' is 1, expected that of 'x' = 2"));
    CHECK_THROWS_WITH(with(2, 2), contains_text("columns of 'lanes' is 2, expected that of 'x' = 3"));
    CHECK_THROWS_AS(measure_divergence(one, exact_matrix({1, 2, 3}, 1, 3)), shape_error);
    CHECK_THROWS_WITH(measure_divergence(one, exact_matrix({1, 2}, 2, 1)),
                      contains_text("exact.columns() is 1"));
    CHECK_THROWS_WITH(measure_divergence(one, exact, {exact_value(1)}), contains_text("bounds.size() is 1"));

    const auto a = exact_matrix({1, 2}, 2, 1);
    const auto b = exact_matrix({1, 2, 3}, 1, 3);
    CHECK(measure_divergence(one, a, b).rows == 2);
    CHECK_THROWS_AS(measure_divergence(one, b, b), shape_error);
    CHECK_THROWS_WITH(measure_divergence(one, a, exact_matrix({1, 2}, 1, 2)),
                      contains_text("b.columns() is 2"));
    CHECK_THROWS_WITH(measure_divergence(one, exact_matrix({1}, 1, 1), b), contains_text("a.rows() is 1"));
    CHECK_THROWS_AS(measure_divergence(none, a, b), shape_error);
    CHECK_THROWS_AS(reference::matmul_error_bounds(b, b, exact_value(1)), shape_error);
}
