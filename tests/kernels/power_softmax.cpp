// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Power-Softmax by polynomials: its value in exact rationals, the part that is missing, and its depth counted.

#include <halfulp/kernels/power_softmax.hpp>

#include "support/catch.hpp"

#include <gmpxx.h>

#include <algorithm>
#include <random>
#include <vector>

namespace {

using namespace halfulp;

/// A number that knows how many products of secret numbers follow each other in it.
struct counted {
    double value = 0;
    int depth = -1;  // public
    counted() = default;
    explicit counted(double x) : value(x) {}
    counted(double x, int d) : value(x), depth(d) {}
    friend counted operator+(const counted& x, const counted& y) {
        return {x.value + y.value, std::max(x.depth, y.depth)};
    }
    friend counted operator-(const counted& x, const counted& y) {
        return {x.value - y.value, std::max(x.depth, y.depth)};
    }
    friend counted operator*(const counted& x, const counted& y) {
        const int d = std::max(x.depth, y.depth);
        return {x.value * y.value, x.depth >= 0 && y.depth >= 0 ? d + 1 : d};
    }
    friend counted operator/(const counted& x, const counted& y) {
        REQUIRE(x.depth < 0);
        REQUIRE(y.depth < 0);
        return {x.value / y.value, -1};
    }
};

mpq_class power_of_rational(const mpq_class& x, int p) {
    mpq_class result = 1;
    for (int i = 0; i < p; ++i)
        result *= x;
    return result;
}

TEST_CASE(
    "Power-Softmax by polynomials is the rational of its formula, too small by the part that the plan says") {
    std::mt19937_64 generator(5);
    for (const int p : {2, 4, 6, 10}) {
        const auto plan = plan_power_softmax(p, 4, 0.125, 1e-6);
        std::vector<mpq_class> x, weights(7);
        for (int j = 0; j < 7; ++j)
            x.emplace_back(static_cast<long>(generator() % 65) - 32, 8);
        power_softmax_by_polynomials(vector_view<const mpq_class>(x.data(), x.size()),
                                     vector_view<mpq_class>(weights.data(), weights.size()), plan);
        mpq_class sum = mpq_class(7, 8);
        for (const mpq_class& score : x)
            sum += power_of_rational(score / 4, p);
        const mpq_class t = sum / 7 / mpq_class(9, 8);
        mpq_class missing = 1 - t;
        for (int i = 0; i < plan.iterations; ++i)
            missing *= missing;
        CHECK(missing <= mpq_class(plan.relative_error()));
        for (std::size_t j = 0; j < x.size(); ++j)
            CHECK(weights[j] == power_of_rational(x[j] / 4, p) / sum * (1 - missing));
    }
}

TEST_CASE("the bound on what is missing is reached where all scores are zero, nearly") {
    const auto plan = plan_power_softmax(2, 1, 0.5, 0.01);
    CHECK(plan.iterations == 4);  // (2/3)^16
    CHECK(plan.relative_error() > 0.0015);
    CHECK(plan.relative_error() < 0.0016);
}

TEST_CASE("the multiplicative depth is the one that is counted") {
    for (const int p : {2, 4, 6, 8, 10, 14, 16, 30}) {
        for (const double error : {0.1, 1e-6}) {
            const auto plan = plan_power_softmax(p, 2, 0.01, error);
            std::vector<counted> x, weights(5);
            for (int j = 0; j < 5; ++j)
                x.emplace_back(0.3 * j - 0.6, 0);
            power_softmax_by_polynomials(vector_view<const counted>(x.data(), x.size()),
                                         vector_view<counted>(weights.data(), weights.size()), plan);
            for (const counted& w : weights)
                CHECK(w.depth == plan.multiplicative_depth());
        }
    }
}

TEST_CASE("floats come near the exact weights, and bad arguments throw before anything is written") {
    std::vector<float> x{1, -2, 3, 0.5f}, weights(4, 7);
    const auto plan = plan_power_softmax(4, 3, 0.01, 1e-7);
    power_softmax_by_polynomials(vector_view<const float>(x.data(), 4), vector_view<float>(weights.data(), 4),
                                 plan);
    double sum = 0.04;
    for (const float score : x)
        sum += std::pow(static_cast<double>(score) / 3, 4);
    for (std::size_t j = 0; j < 4; ++j)
        CHECK(std::abs(static_cast<double>(weights[j]) - std::pow(static_cast<double>(x[j]) / 3, 4) / sum) <
              1e-6);
    weights.assign(4, 7);
    CHECK_THROWS_AS(power_softmax_by_polynomials(vector_view<const float>(x.data(), 4),
                                                 vector_view<float>(weights.data(), 3), plan),
                    shape_error);
    CHECK_THROWS_AS(power_softmax_by_polynomials(vector_view<const float>(), vector_view<float>(), plan),
                    value_error);
    CHECK(weights == std::vector<float>(4, 7));
    CHECK_THROWS_AS(plan_power_softmax(3, 1, 0.1, 0.1), value_error);
    CHECK_THROWS_AS(plan_power_softmax(2, 0, 0.1, 0.1), value_error);
    CHECK_THROWS_AS(plan_power_softmax(2, 1, 0, 0.1), value_error);
    CHECK_THROWS_AS(plan_power_softmax(2, 1, 0.1, 0), value_error);
}

}  // namespace
