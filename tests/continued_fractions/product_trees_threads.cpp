// SPDX-License-Identifier: BSL-1.0

/// @file
/// Product trees in several threads: the same integers, the same values, and failures that come out.

#include <halfulp/continued_fractions/binary_splitting.hpp>
#include <halfulp/continued_fractions/constants.hpp>

#include "support/catch.hpp"
#include "support/openmp_leaks.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

namespace {

using namespace halfulp;

const std::vector<polynomial_continued_fraction>& fractions() {
    static const std::vector<polynomial_continued_fraction> list{{{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}},
                                                                 {{0, 1, -2}, {1, 4}},
                                                                 {{0, -1}, {3, 1}},
                                                                 {{0, 0, 1}, {1, 1, 1}, {3}, {0, 0, 5}}};
    return list;
}

TEST_CASE("trees in threads give the integers of one thread") {
    const long n = halfulp_test::cases_for_effort(5000L, 20'000L, 200'000L);
    for (const polynomial_continued_fraction& f : fractions()) {
        const convergent_fraction one = convergent(f, n);
        splitting_options options;
        const convergent_fraction nearly = nearly_reduced_convergent(f, n, options);
        const integer_matrix2 product = splitting_product(f, 17, n);
        for (const int threads : {2, 3, 8, 0}) {
            CAPTURE(f.numerators().to_string(), threads);
            const convergent_fraction c = convergent(f, n, execution::parallel(threads));
            CHECK((c.numerator == one.numerator && c.denominator == one.denominator));
            options.policy = execution::parallel(threads);
            const convergent_fraction d = nearly_reduced_convergent(f, n, options);
            CHECK((d.numerator == nearly.numerator && d.denominator == nearly.denominator));
            const integer_matrix2 m = splitting_product(f, 17, n, options.policy);
            CHECK((m.p == product.p && m.q == product.q && m.r == product.r && m.s == product.s));
        }
    }
}

TEST_CASE("constants in threads have the bits of one thread") {
    const long digits = halfulp_test::cases_for_effort(8'000L, 40'000L, 400'000L);
    for (const char* name : {"pi", "zeta3", "catalan", "gauss", "lemniscate"}) {
        const evaluation one = constant(name, digits);
        for (const int threads : {2, 5}) {
            CAPTURE(name, threads);
            evaluation_options options;
            options.policy = execution::parallel(threads);
            const evaluation many = constant(name, digits, options);
            CHECK(mpfr_equal_p(one.value.get(), many.value.get()) != 0);
            CHECK(mpfr_equal_p(one.error.get(), many.error.get()) != 0);
            CHECK(one.digits == many.digits);
        }
    }
}

TEST_CASE("progress in threads ascends, and an exception of it comes out") {
    std::vector<double> parts;
    std::atomic<int> inside = 0;
    bool alone = true;
    evaluation_options options;
    options.policy = execution::parallel(4);
    options.progress = [&](double part) {
        alone = alone && ++inside == 1;
        parts.push_back(part);
        --inside;
    };
    const constant_formula& formula = constants::find("zeta3").formulas.back();
    evaluate(formula, 30'000, options);
    CHECK(alone);
    CHECK(parts.size() > 20);
    CHECK(std::is_sorted(parts.begin(), parts.end()));
    CHECK(parts.back() == 1);
    struct stopped {};
    options.progress = [](double part) {
        if (part > 0.3)
            throw stopped();
    };
    CHECK_THROWS_AS(evaluate(formula, 30'000, options), stopped);
}

}  // namespace
