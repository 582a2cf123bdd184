// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Tensor attention by a polynomial: its certified error against the exact attention to all pairs.

#include <halfulp/formats/named.hpp>
#include <halfulp/kernels/tensor_low_rank.hpp>
#include <halfulp/reference/attention.hpp>

#include "support/catch.hpp"
#include "support/tally.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace halfulp;
using halfulp_test::cases_for_effort;
using halfulp_test::tally;
using reference::exact_matrix;

template <class T>
struct factor {
    std::vector<T> data;
    std::size_t rows, columns;
    factor(std::mt19937_64& random, std::size_t n, std::size_t d, double size)
        : data(n * d), rows(n), columns(d) {
        std::normal_distribution<double> normal(0, size);
        for (T& x : data)
            x = convert<T>(normal(random));
    }
    matrix_view<const T> view() const { return {data.data(), rows, columns}; }
};

/// The keys or values of all pairs, exactly.
template <class T>
exact_matrix pairs_of(const factor<T>& x, const factor<T>& y) {
    return reference::make_exact_matrix(x.rows * y.rows, x.columns, [&](std::size_t j, std::size_t c) {
        return reference::to_exact(x.view()(j / y.rows, c)) * reference::to_exact(y.view()(j % y.rows, c));
    });
}

template <class T, class Output>
void check_error(tally& t, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto below = [&random](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
    const std::size_t n = 1 + below(3), m1 = 1 + below(5), m2 = 1 + below(5), d = 1 + below(3),
                      dv = 1 + below(3);
    const double sizes[] = {0.01, 0.3, 0.6, 1};
    const double size = sizes[below(4)];
    const factor<T> q(random, n, d, size), k1(random, m1, d, size), k2(random, m2, d, 1);
    // Of any size: large ones in k1 go with small ones in k2.
    const factor<T> v1(random, m1, dv, below(2) == 0 ? 1 : 100), v2(random, m2, dv, 1);
    low_rank_options options{.tolerance = std::ldexp(1.0, -static_cast<int>(1 + below(30)))};
    reference::attention_options exact;
    exact.precision = 140;
    if (below(3) == 0) {
        options.scale = static_cast<double>(below(9)) / 4 - 1;
        exact.scale = reference::exact_value(*options.scale);
    }
    std::vector<Output> output(n * dv);
    const low_rank_report report =
        tensor_attention_low_rank(q.view(), k1.view(), k2.view(), v1.view(), v2.view(),
                                  matrix_view<Output>(output.data(), n, dv), options);
    const auto o = reference::attention(reference::make_exact_matrix(q.view()), pairs_of(k1, k2),
                                        pairs_of(v1, v2), exact);
    double longest = 0, largest = 0;  // a row of v1, and an element of v2
    for (std::size_t j = 0; j < m1; ++j) {
        double sum = 0;
        for (std::size_t c = 0; c < dv; ++c)
            sum += std::pow(static_cast<double>(v1.view()(j, c)), 2);
        longest = std::max(longest, std::sqrt(sum));
    }
    for (const T& x : v2.data)
        largest = std::max(largest, std::fabs(static_cast<double>(x)));
    REQUIRE(report.errors.size() == n);
    for (std::size_t i = 0; i < n; ++i) {
        double sum = 0;
        for (std::size_t c = 0; c < dv; ++c) {
            mpfr_real difference(0, 160);
            mpfr_set_d(difference.get(), static_cast<double>(output[i * dv + c]), MPFR_RNDN);
            mpfr_sub(difference.get(), difference.get(), o(i, c).get(), MPFR_RNDN);
            sum += std::pow(mpfr_get_d(difference.get(), MPFR_RNDN), 2);
        }
        const double error = std::sqrt(sum) * (1 - 0x1p-45);
        const auto explain = [&](const char* what) {
            return std::string(what) + " seed " + std::to_string(seed) + " degree " +
                   std::to_string(report.degree) + " score " + std::to_string(report.largest_score) +
                   ": error " + std::to_string(error) + ", certified " + std::to_string(report.errors[i]);
        };
        t.expect(error <= report.errors[i], [&] { return explain("certified"); });
        // It says what was asked for: within the tolerance, and an output's rounding. Scores that are large make the
        // rounding of the sums large.
        const double unit = std::same_as<Output, double> ? 1e-9 : 0x1p-8;
        const double asked = (4.1 * options.tolerance + unit) * longest * largest;
        t.expect(report.largest_score > 6 || report.errors[i] <= asked, [&] { return explain("size"); });
    }
}

TEST_CASE("the certified error of low-rank tensor attention holds") {
    tally t("the error of low-rank tensor attention");
    const auto cases = cases_for_effort<std::uint64_t>(20, 500, 20'000);
    for (std::uint64_t seed = 1; seed <= cases; ++seed) {
        check_error<float, double>(t, seed);
        if (seed % 4 == 0)
            check_error<bfloat16, bfloat16>(t, seed);
    }
    require(t);
}

TEST_CASE("degree and terms follow scores and tolerance") {
    const std::vector<double> q{1, 0.5}, k{1, 1}, v{1, 2};
    std::vector<double> o(1);
    const auto run = [&](double scale, double tolerance) {
        return tensor_attention_low_rank(matrix_view(q.data(), 1, 2), matrix_view(k.data(), 1, 2),
                                         matrix_view(k.data(), 1, 2), matrix_view(v.data(), 1, 1),
                                         matrix_view(v.data() + 1, 1, 1), matrix_view(o.data(), 1, 1),
                                         {.scale = scale, .tolerance = tolerance});
    };
    auto report = run(0, 0.5);
    CHECK(report.degree == 0);
    CHECK(report.terms == 1);
    CHECK(o[0] == 2);
    report = run(-1, 1e-6);
    CHECK(std::fabs(report.largest_score - 1.5) < 1e-10);
    // 1.5^(g + 1)/(g + 1)!·e^1.5 falls below 10^-6 at g = 12.
    CHECK(report.degree == 12);
    CHECK(report.terms == 13 * 14 / 2);
    CHECK(std::fabs(o[0] - 2) <= report.errors[0]);
    CHECK(report.errors[0] < 1e-5);
}

TEST_CASE("what low-rank tensor attention refuses, before it writes anything") {
    std::mt19937_64 random(1);
    const factor<float> q(random, 2, 24, 1), k(random, 3, 24, 1), v(random, 3, 2, 1);
    std::vector<float> o(4, 7.0f);
    const matrix_view<float> output(o.data(), 2, 2);
    const auto run = [&](const low_rank_options& options) {
        tensor_attention_low_rank(q.view(), k.view(), k.view(), v.view(), v.view(), output, options);
    };
    CHECK_THROWS_WITH(run({}), halfulp_test::contains_text("fewer columns"));  // 24 columns are too many
    CHECK_THROWS_AS(run({.scale = 1e30}), value_error);
    CHECK_THROWS_AS(run({.scale = 1e308}), value_error);
    CHECK_THROWS_AS(run({.scale = std::numeric_limits<double>::infinity()}), value_error);
    CHECK_THROWS_AS(run({.tolerance = 0}), value_error);
    CHECK_THROWS_AS(run({.tolerance = 0.6}), value_error);
    CHECK_THROWS_AS(run({.tolerance = std::nan("")}), value_error);
    CHECK_THROWS_AS(run({.scale = 1e-3, .maximum_terms = 3}), value_error);
    CHECK_THROWS_AS(tensor_attention_low_rank(q.view(), k.view(), v.view(), v.view(), v.view(), output),
                    shape_error);
    CHECK_THROWS_AS(tensor_attention_low_rank(q.view(), k.view(), k.view(), v.view(), q.view(), output),
                    shape_error);
    const matrix_view<const float> none(nullptr, 0, 24), no_values(nullptr, 0, 2);
    CHECK_THROWS_AS(tensor_attention_low_rank(q.view(), none, k.view(), no_values, v.view(), output),
                    shape_error);
    factor<float> bad = v;
    bad.data[3] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_AS(tensor_attention_low_rank(q.view(), k.view(), k.view(), v.view(), bad.view(), output),
                    value_error);
    CHECK(o == std::vector<float>(4, 7.0f));
    run({.scale = 1e-4, .tolerance = 1e-2});
    CHECK(o[0] != 7.0f);
}

}  // namespace
