// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// fma of the named types of up to 8 bits: all triples of the 4- and 6-bit types, a large sample of
// the 8-bit ones, in all deterministic modes and saturations, value and flags, both lanes.

#include "support/operations.hpp"
#include "support/random.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEMPLATE_LIST_TEST_CASE("fma of all triples, or a large sample, is the reference's", "", small_types) {
    constexpr unsigned codes = 1u << TestType::format.bits();
    const bool all = TestType::format.bits() < 8;
    tally t(name_of(TestType::format) + (all ? ", all triples" : ", sampled triples") +
            ", fma, 24 projections, both lanes");
    const auto check = [&](auto x, auto y, auto z) {
        check_projections<fma_case, TestType>(t, deterministic_projections(), 0, nth<TestType>(x),
                                              nth<TestType>(y), nth<TestType>(z));
    };
    if (all) {
        for (unsigned triple = 0; triple < codes * codes * codes; triple += cases_for_effort(13u, 1u, 1u))
            check(triple / codes / codes, triple / codes % codes, triple % codes);
    } else {
        generator random(8);
        for (int i = 0; i < cases_for_effort(3000, 100000, 20000000); ++i)
            check(random.below(codes), random.below(codes), random.below(codes));
    }
    require(t);
}
