// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exact dot products in several threads: the bits of one.

#include "kernels/dot_exact_checks.hpp"
#include "support/openmp_leaks.hpp"

using namespace halfulp_test;

namespace {

TEST_CASE("several threads") {
    tally t("dot, exact: 1, 2, 4, 5 threads");
    std::mt19937_64 random(3);
    const std::size_t size = 3 * simd::smallest_share + 77;
    auto cancelling = reals<double, double>(random, size);
    for (std::size_t i = 0; i + size / 2 < size - 1; ++i) {
        cancelling.x[size / 2 + i] = -cancelling.x[i];
        cancelling.y[size / 2 + i] = cancelling.y[i];
    }
    for (const auto& v : {reals<double, double>(random, size), cancelling}) {
        const auto expected = dot(v.x, v.y, arithmetic::exact{}, {.execution = execution::plain});
        for (const simd::isa level : all_levels()) {
            const simd::scoped_level guard(level);
            for (const int threads : {1, 2, 4, 5, 0}) {
                const auto actual =
                    dot(v.x, v.y, arithmetic::exact{}, {.execution = execution::parallel(threads)});
                t.expect(same(actual, expected),
                         [&] { return text_of(actual) + " not " + text_of(expected); });
            }
        }
    }
    const std::vector<std::int8_t> integers(50000, std::int8_t{-128});
    t.expect(dot(integers, integers, arithmetic::exact{}, {.execution = execution::parallel(3)}) ==
                 50000.0 * 16384,
             [] { return std::string("integers in threads"); });
    require(t);
}

}  // namespace
