// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Stochastic rounding of the wide types, 1 to 32 random bits, against the reference. Both lanes.

#include "support/operations.hpp"
#include "support/random.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEMPLATE_LIST_TEST_CASE("wide types draw up to 32 bits as the reference does", "", wide_types) {
    tally t(name_of(TestType::format) + ", stochastic modes, 1 to 32 random bits, both lanes");
    generator random(6);
    code_generator codes(TestType::format, 33);
    for (int bits = 1; bits <= 32; ++bits) {
        const auto projections = stochastic_projections(bits);
        for (int i = 0; i < cases_for_effort(20, 1000, 30000); ++i) {
            const auto code = codes.any();
            const auto x = nth<TestType>(code);
            const auto y = nth<TestType>(codes.partner(code));
            const auto z = nth<TestType>(codes.any());
            check_projections<add_case, TestType>(t, projections, random(), x, y);
            check_projections<multiply_case, TestType>(t, projections, random(), x, y);
            check_projections<divide_case, TestType>(t, projections, random(), x, y);
            check_projections<sqrt_case, TestType>(t, projections, random(), x);
            check_projections<fma_case, TestType>(t, projections, random(), x, y, z);
            check_projections<convert_case, float16>(t, projections, random(), x);
        }
    }
    require(t);
}
