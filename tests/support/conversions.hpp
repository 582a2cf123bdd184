// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// All values of every named type of up to 16 bits, converted to one of them.

#include "support/operations.hpp"

namespace halfulp_test {

template <class Target, class Source>
void check_all_values(tally& t) {
    const bool wide = Source::format.bits() > 8;
    for (unsigned code = 0; code < 1u << Source::format.bits();
         code += wide ? cases_for_effort(67u, 1u, 1u) : 1)
        check_projections<convert_case, Target>(t, deterministic_projections(), 0, nth<Source>(code));
}

template <class Target, class... Sources>
void check_all_values_of_each(tally& t, const std::tuple<Sources...>*) {
    (check_all_values<Target, Sources>(t), ...);
}

/// Every named type of up to 16 bits to Target, in all deterministic modes and saturations, value and
/// flags, both lanes, against the reference.
template <class Target>
void check_conversions_to() {
    tally t("to " + name_of(Target::format) + " from 13 types, all values, 24 projections, both lanes");
    check_all_values_of_each<Target>(t, static_cast<const small_types*>(nullptr));
    check_all_values_of_each<Target>(
        t, static_cast<const std::tuple<halfulp::bfloat16, halfulp::float16>*>(nullptr));
    require(t);
}

}  // namespace halfulp_test
