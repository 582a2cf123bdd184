// SPDX-License-Identifier: BSL-1.0

/// @file
/// The closed forms of L-Mul's errors for operands without end: known values, and the limit of the enumeration. What
/// L-Mul costs: the tables in the documentation.

#include <halfulp/reference/l_mul_cost.hpp>
#include <halfulp/reference/l_mul_error.hpp>
#include <halfulp/reference/l_mul_limits.hpp>

#include "support/catch.hpp"

#include <cmath>

namespace {

using namespace halfulp;

bool near(double x, double y, double distance) {
    return std::fabs(x - y) <= distance;
}

TEST_CASE("known values") {
    const auto mitchell = reference::l_mul_adder_limit(0);
    CHECK(mitchell.absolute_mean == mpq_class(-1, 12));
    CHECK(mitchell.absolute_mean_square == mpq_class(1, 90));
    CHECK(near(mitchell.relative_mean.to_double(), -.03849, 5e-6));
    CHECK(near(std::sqrt(mitchell.relative_mean_square.to_double()), .04842, 5e-6));
    const auto formula = reference::l_mul_formula_limit(mpq_class(1, 4));
    CHECK(formula.absolute_mean == 0);
    CHECK(formula.absolute_mean_square == mpq_class(7, 144));
    CHECK(near(reference::l_mul_formula_limit(mpq_class(1, 16)).absolute_mean_square.get_d(), .083767, 5e-7));
    CHECK(near(reference::l_mul_adder_limit(mpq_class(1, 16)).absolute_mean_square.get_d(), .004985, 5e-7));
    CHECK(near(mitchell.relative_variance().to_double(), .04842 * .04842 - .03849 * .03849, 1e-6));
    CHECK(reference::l_mul_adder_limit(0, 200).relative_mean.precision() == 200);
    CHECK_THROWS_AS(reference::l_mul_adder_limit(mpq_class(-1, 2)), value_error);
    CHECK_THROWS_AS(reference::l_mul_formula_limit(2), value_error);
}

TEST_CASE("the constant without bias is .0566, that of the least square .0552") {
    const auto limit = [](int c) { return reference::l_mul_adder_limit(mpq_class(c, 10000)); };
    CHECK(limit(566).relative_mean.to_double() < 0);
    CHECK(limit(567).relative_mean.to_double() > 0);
    const double least = limit(552).relative_mean_square.to_double();
    for (const int c : {540, 550, 554, 566, 625})
        CHECK(limit(c).relative_mean_square.to_double() > least);
    CHECK(near(std::sqrt(least), .0305, 5e-5));
}

TEST_CASE("the enumeration tends to the closed forms as operands get longer") {
    // The distance to the limit is that of a sum to an integral, and quarters with two bits more.
    for (const int l : {-1, 0, 1, 2, 4, 6})
        for (const bool adder : {true, false}) {
            const mpq_class c = l < 0 ? mpq_class(0) : mpq_class(1, 1 << l);
            if ((l < 0 && !adder) || (halfulp_test::effort == 0 && l > 0))
                continue;
            const auto limit = adder ? reference::l_mul_adder_limit(c) : reference::l_mul_formula_limit(c);
            l_mul_options options = l < 0 ? l_mul_mitchell : adder ? l_mul_adder : l_mul_formula;
            options.offset = l;
            for (const int n : {3, 5, 7}) {
                CAPTURE(l, adder, n);
                const auto errors = reference::l_mul_error(options, n);
                const double distance = std::ldexp(1.0, -n);
                CHECK(near(errors.relative.mean.get_d(), limit.relative_mean.to_double(), distance));
                CHECK(near(errors.relative.mean_square.get_d(), limit.relative_mean_square.to_double(),
                           2 * distance));
                CHECK(near(errors.absolute.mean.get_d(), limit.absolute_mean.get_d(), 2 * distance));
                CHECK(near(errors.absolute.mean_square.get_d(), limit.absolute_mean_square.get_d(),
                           8 * distance));
            }
            // Richardson: the error of first order taken out, what is left is of second order.
            const auto extrapolated = [&](auto value) {
                return 2 * value(reference::l_mul_error(options, 7)) -
                       value(reference::l_mul_error(options, 6));
            };
            CAPTURE(l, adder);
            CHECK(near(extrapolated([](const auto& e) { return e.relative.mean.get_d(); }),
                       limit.relative_mean.to_double(), 4e-4));
            CHECK(near(extrapolated([](const auto& e) { return e.relative.mean_square.get_d(); }),
                       limit.relative_mean_square.to_double(), 4e-4));
            CHECK(near(extrapolated([](const auto& e) { return e.absolute.mean.get_d(); }),
                       limit.absolute_mean.get_d(), 4e-4));
            CHECK(near(extrapolated([](const auto& e) { return e.absolute.mean_square.get_d(); }),
                       limit.absolute_mean_square.get_d(), 8e-4));
        }
}

TEST_CASE("the tables of costs") {
    using reference::bit_operations;
    CHECK(reference::multiplication_bit_operations(formats::float32) == bit_operations{576, 568});
    CHECK(reference::l_mul_bit_operations(formats::float32) == bit_operations{0, 62});
    CHECK(reference::multiplication_bit_operations(formats::float8_e4m3) == bit_operations{16, 20});
    CHECK(reference::l_mul_bit_operations(formats::float8_e4m3) == bit_operations{0, 14});

    struct line {
        float_format format;
        double exact, l_mul, saved, saved_with_addition;
    };
    const line table[] = {{formats::float32, 3.7, .1, .97, .78},
                          {formats::float16, 1.1, .05, .95, .525},
                          {formats::bfloat16, .67, .05, .93, .40},
                          {formats::float8_e4m3, .23, .03, .87, .18},
                          {formats::float8_e5m2, .15, .03, .79, .11}};
    for (const line& expected : table) {
        CAPTURE(expected.format.significand_bits);
        const double exact = reference::multiplication_energy(expected.format);
        const double l_mul = reference::l_mul_energy(expected.format);
        const double sum = reference::addition_energy(formats::float32);
        CHECK(near(exact, expected.exact, .0051));
        CHECK(near(l_mul, expected.l_mul, 1e-12));
        CHECK(near(1 - l_mul / exact, expected.saved, .0051));
        CHECK(near(1 - (l_mul + sum) / (exact + sum), expected.saved_with_addition, .0051));
    }
    CHECK(near(reference::addition_energy(formats::float16), .4, 1e-12));
    CHECK(near(reference::integer_addition_energy(4), .015, 1e-12));
    CHECK(near(reference::integer_addition_energy(24), .075, 1e-12));
    CHECK(near(reference::integer_addition_energy(64), .2, 1e-12));
}

}  // namespace
