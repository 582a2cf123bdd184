// SPDX-License-Identifier: BSL-1.0
//
// Operations on arrays of different elements: float, double, codes; and a result of a fourth kind.

#include "simd/elementwise_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("float, double and codes mixed, every level against the definition") {
    tally t("operations on mixed arrays");
    std::uint64_t seed = 5000;
    for (const float_format& f : formats_of_operations()) {
        const std::size_t stretch = cases_for_effort<std::size_t>(512, 1024, 1024);
        const number_columns<float> floats(f, stretch, seed += 100);
        const number_columns<double> doubles(f, stretch, seed += 100);
        const operands codes(f, floats.x.size(), seed += 100);
        const auto x = as_elements<std::uint32_t>(f, codes.x);
        const auto z = as_elements<std::uint32_t>(f, codes.z);
        const auto& projections = operation_projections();
        for (std::size_t i = seed / 100 % 11; i < projections.size(); i += cases_for_effort(80u, 11u, 1u)) {
            check_operations<std::uint32_t>(t, x, floats.y, doubles.z, f, projections[i], i % 4 == 0);
            if (contains_finite(formats::float32, f))
                check_operations<float>(t, doubles.x, floats.y, z, f, projections[i]);
        }
    }
    require(t);
}
