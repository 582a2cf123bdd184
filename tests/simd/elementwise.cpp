// SPDX-License-Identifier: BSL-1.0
//
// Operations on arrays of codes in formats that are known at run time: every level against the definition,
// in all modes and saturations.

#include "simd/elementwise_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

std::vector<float_format> formats_of_codes() {
    std::vector<float_format> all = formats_of_operations();
    for (const float_format& f : p3109_formats(5))
        all.push_back(f);
    for (const float_format& f : odd_small_formats())
        all.push_back(f);
    return all;
}

}  // namespace

TEST_CASE("codes of run-time formats, every projection") {
    tally t("operations on codes, run-time formats");
    std::uint64_t seed = 200;
    for (const float_format& f : formats_of_codes()) {
        const operands data(f, cases_for_effort<std::size_t>(130, 1500, 10'000), seed += 3);
        const auto x = as_elements<std::uint32_t>(f, data.x), y = as_elements<std::uint32_t>(f, data.y),
                   z = as_elements<std::uint32_t>(f, data.z);
        const auto& projections = operation_projections();
        for (std::size_t i = seed % 5; i < projections.size(); i += cases_for_effort(24u, 2u, 1u))
            check_operations<std::uint32_t>(t, x, y, z, f, projections[i], i % 3 == 0);
    }
    require(t);
}
