// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// L-Mul of all pairs of the named types of up to 8 bits: the definitions at run time, every option, value and flags.

#include "formats/l_mul_checks.hpp"

using namespace halfulp_test;

TEMPLATE_LIST_TEST_CASE("products of all pairs of named types are the reference's", "", small_types) {
    tally t("l_mul, " + name_of(TestType::format) + ", all pairs, 4 definitions; " +
            std::to_string(many_options().size()) + " options on parts");
    check_options_at_run_time<TestType, TestType>(t);
    require(t);
}
