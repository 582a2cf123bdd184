// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// == and <=> of all pairs of values of all pairs of types of up to 8 bits, against the order of the exact
// values. Neither side is ever rounded.

#include "support/values.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

template <class X, class Y>
void compare_all(tally& t) {
    const auto xs = all_codes<X>();
    const auto ys = all_codes<Y>();
    for (const auto& x : xs)
        for (const auto& y : ys) {
            const X a = x.number;
            const Y b = y.number;
            const std::partial_ordering expected = x.value <=> y.value;
            // compare() of small formats computes in double; the exact comparison is what constants use.
            const bool agree =
                compare(a, b) == expected &&
                detail::compare_unpacked(detail::unpack_operand(a), detail::unpack_operand(b)) == expected &&
                (a == b) == (x.value == y.value) && (a < b) == (x.value < y.value);
            expect_result(t, agree, "compare", y.number, y.number);
        }
}

template <class X, class... Ys>
void compare_with_each(tally& t, const std::tuple<Ys...>*) {
    (compare_all<X, Ys>(t), ...);
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("all pairs of small types compare as their exact values", "", small_types) {
    tally t(name_of(TestType::format) + " compared with 11 types, all pairs of values");
    compare_with_each<TestType>(t, static_cast<const small_types*>(nullptr));
    require(t);
}
