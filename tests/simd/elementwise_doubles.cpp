// SPDX-License-Identifier: BSL-1.0
//
// Operations on arrays of double whose numbers are values of the format, or are not.
// Stretches of an array take different fast paths, and the definition.

#include "simd/elementwise_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("arrays of double, every level against the definition") {
    tally t("operations on arrays of double");
    std::uint64_t seed = 900;
    for (const float_format& f : formats_of_operations()) {
        if (!contains_finite(number_format<double>::value, f))
            continue;
        const number_columns<double> data(f, cases_for_effort<std::size_t>(512, 1024, 1024), seed += 100);
        const auto& projections = operation_projections();
        for (std::size_t i = seed / 100 % 6; i < projections.size(); i += cases_for_effort(40u, 6u, 1u))
            check_operations<double>(t, data.x, data.y, data.z, f, projections[i], i % 4 == 0);
    }
    require(t);
}
