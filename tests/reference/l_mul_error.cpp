// SPDX-License-Identifier: BSL-1.0

/// @file
/// The errors of L-Mul: the enumeration against one pair after another, the paper's formulas and the tables in the
/// documentation against the enumeration.

#include <halfulp/formats/l_mul.hpp>
#include <halfulp/reference/l_mul_error.hpp>

#include "support/catch.hpp"

#include <array>
#include <cmath>
#include <string>

namespace {

using namespace halfulp;
using halfulp_test::contains_text;
using reference::l_mul_error;

l_mul_options with(l_mul_options options, int m, rounding mode = rounding::toward_zero, int l = -1) {
    options.significand_bits = m;
    options.operand_rounding = mode;
    options.offset = l;
    return options;
}

constexpr std::array definitions{l_mul_exact, l_mul_adder, l_mul_formula, l_mul_mitchell};

/// Rounded to so many decimal places, as tables print it.
double decimals(double x, int places) {
    const double scale = std::pow(10.0, places);
    return std::round(x * scale) / scale;
}

/// Moments from the library's own l_mul in double, one pair after another, in rational numbers.
reference::l_mul_errors by_pairs(const l_mul_options& options, int n) {
    reference::l_mul_errors errors;
    const int count = 1 << n;
    l_mul_options whole = options;
    if (whole.significand_bits < 0)
        whole.significand_bits = n;
    bool first = true;
    const auto take = [&first](reference::error_moments& moments, const mpq_class& e) {
        moments.mean += e;
        moments.mean_square += e * e;
        if (first || e < moments.smallest)
            moments.smallest = e;
        if (first || e > moments.largest)
            moments.largest = e;
    };
    for (int i = 0; i < count; ++i)
        for (int j = 0; j < count; ++j) {
            const double x = 1 + std::ldexp(i, -n);
            const double y = 1 + std::ldexp(j, -n);
            const mpq_class exact = mpq_class(x) * mpq_class(y);
            const mpq_class error = mpq_class(l_mul(x, y, whole)) - exact;
            take(errors.absolute, error);
            take(errors.relative, error / exact);
            first = false;
        }
    for (reference::error_moments* moments : {&errors.relative, &errors.absolute}) {
        moments->mean /= count * count;
        moments->mean_square /= count * count;
    }
    return errors;
}

void check_moments(const reference::error_moments& got, const reference::error_moments& expected) {
    CHECK(got.mean == expected.mean);
    CHECK(got.mean_square == expected.mean_square);
    CHECK(got.smallest == expected.smallest);
    CHECK(got.largest == expected.largest);
    CHECK(got.variance() == expected.mean_square - expected.mean * expected.mean);
}

TEST_CASE("the enumeration by groups is the sum over all pairs, in rational numbers") {
    for (const l_mul_options& definition : definitions)
        for (const int n : {0, 1, 3, 5})
            for (const int m : {-1, 0, 2, 3, 6})
                for (const rounding mode :
                     {rounding::toward_zero, rounding::ties_to_even, rounding::away_from_zero})
                    for (const int l : {-1, 0, 5}) {
                        const l_mul_options options = with(definition, m, mode, l);
                        CAPTURE(static_cast<int>(definition.definition), n, m, static_cast<int>(mode), l);
                        const auto got = l_mul_error(options, n);
                        const auto expected = by_pairs(options, n);
                        check_moments(got.relative, expected.relative);
                        check_moments(got.absolute, expected.absolute);
                    }
}

TEST_CASE("by template argument: operands of the product's own bits, or longer ones") {
    check_moments(l_mul_error<3>().relative, by_pairs(with(l_mul_adder, 3), 3).relative);
    check_moments(l_mul_error<2>(l_mul_formula, 4).relative, by_pairs(with(l_mul_formula, 2), 4).relative);
    // Without significand bits the only product is 1·1, which is 2.
    CHECK(l_mul_error<0>().relative.mean == 1);
    CHECK(l_mul_error<0>().relative.variance() == 0);
    CHECK(l_mul_error<1>(l_mul_exact).relative.mean_square == 0);
}

TEST_CASE("the paper's expectations f1 and f2 are those of the enumeration") {
    for (const l_mul_options& definition : {l_mul_exact, l_mul_formula})
        for (const int n : {0, 1, 4, 7})
            for (int k = 0; k <= n; ++k) {
                CAPTURE(n, k, static_cast<int>(definition.definition));
                const l_mul_options options = with(definition, k);
                CHECK(reference::paper_error_expectation(options, n) ==
                      -l_mul_error(options, n).absolute.mean);
            }
    // For operands without end; 4 bits of L-Mul beside e4m3, 3 bits beside e5m2.
    const double f1[] = {.6875, .35938, .18359, .09277, .04663, .02338, .01170, .00586};
    const double f2[] = {.2500, .25000, .25000, .18750, .21875, .20312, .19531, .19141};
    for (int k = 1; k <= 8; ++k) {
        CHECK(std::fabs(reference::paper_error_expectation(with(l_mul_exact, k)).get_d() - f1[k - 1]) < 6e-6);
        CHECK(std::fabs(reference::paper_error_expectation(with(l_mul_formula, k)).get_d() - f2[k - 1]) <
              6e-6);
    }
}

TEST_CASE("the table of errors in the documentation") {
    // Root mean square of the relative error and mean square of the absolute one: exact, adder, formula, Mitchell.
    struct line {
        int m;
        rounding mode;
        double root[4];
        double square[4];
    };
    const line table[] = {
        {2, rounding::toward_zero, {.1726, .0843, .1284, .2012}, {.1548, .0369, .1311, .2283}},
        {3, rounding::toward_zero, {.0899, .0592, .1172, .1249}, {.0399, .0174, .1155, .0826}},
        {4, rounding::toward_zero, {.0457, .0360, .0971, .0852}, {.0100, .0065, .0844, .0367}},
        {7, rounding::toward_zero, {.0053, .0306, .0976, .0521}, {.0001, .0047, .0861, .0130}},
        {2, rounding::ties_to_even, {.0719, .1692, .1464, .0845}, {.0244, .1709, .1339, .0371}},
        {3, rounding::ties_to_even, {.0361, .0694, .0871, .0596}, {.0061, .0284, .0565, .0176}},
        {4, rounding::ties_to_even, {.0180, .0612, .0848, .0514}, {.0015, .0217, .0572, .0127}},
        {7, rounding::ties_to_even, {.0023, .0310, .0952, .0485}, {.0000, .0050, .0815, .0111}},
    };
    for (const line& expected : table)
        for (std::size_t d = 0; d < definitions.size(); ++d) {
            CAPTURE(expected.m, static_cast<int>(expected.mode), d);
            const auto errors = l_mul_error(with(definitions[d], expected.m, expected.mode), 10);
            CHECK(decimals(errors.relative.root_mean_square(), 4) == expected.root[d]);
            CHECK(decimals(errors.absolute.mean_square.get_d(), 4) == expected.square[d]);
        }
}

TEST_CASE("the paper's claims, as far as they hold") {
    const auto root = [](const l_mul_options& definition, int m, rounding mode) {
        return l_mul_error(with(definition, m, mode), 10).relative.root_mean_square();
    };
    constexpr auto cut = rounding::toward_zero;
    constexpr auto nearest = rounding::ties_to_even;
    // 3 bits are better than e5m2.
    CHECK(root(l_mul_adder, 3, cut) < root(l_mul_exact, 2, cut));
    CHECK(root(l_mul_formula, 3, cut) < root(l_mul_exact, 2, cut));
    CHECK(root(l_mul_adder, 3, nearest) < root(l_mul_exact, 2, nearest));
    CHECK(root(l_mul_formula, 3, nearest) > root(l_mul_exact, 2, nearest));
    // 4 bits are as good as e4m3.
    CHECK(root(l_mul_adder, 4, cut) < root(l_mul_exact, 3, cut));
    CHECK(root(l_mul_formula, 4, cut) > root(l_mul_exact, 3, cut));
    CHECK(root(l_mul_adder, 4, nearest) > 1.6 * root(l_mul_exact, 3, nearest));
    CHECK(root(l_mul_formula, 4, nearest) > 2 * root(l_mul_exact, 3, nearest));
    // Mitchell's multiplier is better for operands of few bits that are rounded to nearest.
    for (const int m : {2, 3, 4})
        CHECK(root(l_mul_mitchell, m, nearest) < root(l_mul_adder, m, nearest));
    CHECK(root(l_mul_mitchell, 5, nearest) > root(l_mul_adder, 5, nearest));
}

TEST_CASE("the best l of each m") {
    const auto best = [](const l_mul_options& definition, rounding mode) {
        std::string found;
        for (int m = 0; m <= 7; ++m)
            found += std::to_string(reference::best_l_mul_offset(with(definition, m, mode), 9));
        return found;
    };
    CHECK(best(l_mul_adder, rounding::toward_zero) == "01233444");  // the paper's l(m)
    CHECK(best(l_mul_adder, rounding::ties_to_even) == "01234444");
    CHECK(best(l_mul_formula, rounding::toward_zero) == "01122333");
    CHECK(best(l_mul_formula, rounding::ties_to_even) == "01233333");
}

TEST_CASE("arguments that mean nothing are refused") {
    CHECK_THROWS_WITH(l_mul_error(l_mul_adder, 13), contains_text("source_bits is 13, expected 0 to 12"));
    CHECK_THROWS_AS(l_mul_error(l_mul_adder, -1), value_error);
    CHECK_THROWS_WITH(l_mul_error(with(l_mul_adder, 61), 3), contains_text("significand_bits"));
    CHECK_THROWS_AS(l_mul_error(with(l_mul_adder, 61), 3), format_error);
    CHECK_THROWS_AS(reference::best_l_mul_offset(l_mul_adder, 3), value_error);
    CHECK_THROWS_AS(reference::paper_error_expectation(with(l_mul_adder, 3)), value_error);
    CHECK_THROWS_AS(reference::paper_error_expectation(with(l_mul_exact, 3), 2), value_error);
    CHECK_THROWS_AS(reference::paper_error_expectation(l_mul_exact), value_error);
}

}  // namespace
