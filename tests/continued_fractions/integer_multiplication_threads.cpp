// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Products of large integers as tasks of a parallel region, and in threads that know nothing of each other.

#include <halfulp/continued_fractions/integer_multiplication.hpp>

#include "continued_fractions/integer_multiplication_checks.hpp"
#include "support/catch.hpp"
#include "support/openmp_leaks.hpp"

#include <algorithm>
#include <thread>
#include <vector>

namespace {

using namespace halfulp;
using namespace halfulp::detail;
using namespace halfulp_test;

TEST_CASE("products that do not depend on each other, in a parallel region") {
    for ([[maybe_unused]] const int threads : {1, 5, 2, 4}) {
#if defined(_OPENMP)
#pragma omp parallel num_threads(threads)
#pragma omp single
#endif
        {
            check_independent_products(true);
            check_independent_products(false);
        }
    }
}

TEST_CASE("several threads multiply at the same time") {
    integers random(7);
    std::vector<mpz_class> x, y, expected;
    for (std::size_t i = 0; i < 6; ++i) {
        x.push_back(random(300 + 250 * i));
        y.push_back(random(300 + 170 * i));
        expected.push_back(long_product(x[i], y[i]));
    }
    std::vector<std::size_t> wrong(4);
    std::vector<std::thread> threads;
    for (std::size_t& count : wrong)
        threads.emplace_back([&] {
            for (int round = 0; round < cases_for_effort(3, 20, 200); ++round)
                for (std::size_t i = 0; i < x.size(); ++i) {
                    mpz_class result;
                    multiply(result, x[i], y[i]);
                    count += result != expected[i] ? 1u : 0u;
                }
#if defined(HALFULP_MULTIPLIES_WITH_FLINT)
            flint_cleanup();
#endif
        });
    for (std::thread& t : threads)
        t.join();
    CHECK(std::all_of(wrong.begin(), wrong.end(), [](std::size_t count) { return count == 0; }));
}

#if defined(HALFULP_WITH_FLINT) && HALFULP_WITH_FLINT
TEST_CASE("FLINT takes one thread unless it is told otherwise") {
    CHECK(flint_get_num_threads() == 1);
}
#endif

}  // namespace
