// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// The error-free sum and the sum rounded to odd against exact rational numbers.

#include <halfulp/core/error_free.hpp>
#include <halfulp/formats/float_format.hpp>
#include <halfulp/reference/round.hpp>

#include "support/random.hpp"
#include "support/tally.hpp"

#include <gmpxx.h>

#include <bit>
#include <cmath>
#include <limits>

using namespace halfulp;
using namespace halfulp_test;

namespace {

double finite_double(uint128 code) {
    const auto x = std::bit_cast<double>(static_cast<std::uint64_t>(code));
    // Away from overflow: the identities are about sums that do not overflow.
    return std::isfinite(x) && std::fabs(x) < 0x1p1020 ? x : 1.5;
}

std::string describe(double x, double y) {
    char text[80];
    std::snprintf(text, sizeof text, "%a + %a", x, y);
    return text;
}

}  // namespace

TEST_CASE("two_sum is exact and sum_to_odd is the sum rounded to odd") {
    tally t("two_sum and sum_to_odd of directed doubles, subnormal ones included");
    code_generator codes(formats::float64, 95);
    for (int i = 0; i < cases_for_effort(5000, 200000, 20000000); ++i) {
        const uint128 code = codes.any();
        const double x = finite_double(code);
        const double y = finite_double(i % 3 == 0 ? codes.any() : codes.partner(code));
        const mpq_class exact = mpq_class(x) + mpq_class(y);
        const value_and_error s = two_sum(x, y);
        t.expect(mpq_class(s.value) + mpq_class(s.error) == exact && s.value == x + y,
                 [&] { return describe(x, y); });
        const double odd = sum_to_odd(x, y);
        const auto expected =
            reference::round(reference::exact_value(exact), formats::float64, {rounding::to_odd});
        if (exact == 0)
            t.expect(odd == 0, [&] { return describe(x, y); });
        else
            t.expect(uint128{std::bit_cast<std::uint64_t>(odd)} == expected.code,
                     [&] { return describe(x, y) + " to odd"; });
    }
    require(t);
}

TEST_CASE("sums of infinities and NaN stay what they are") {
    const double inf = std::numeric_limits<double>::infinity();
    CHECK(sum_to_odd(inf, 1) == inf);
    CHECK(sum_to_odd(-inf, 1) == -inf);
    CHECK(std::isnan(sum_to_odd(inf, -inf)));
    CHECK(std::isnan(sum_to_odd(std::nan(""), 1)));
    CHECK(sum_to_odd(1, -inf) == -inf);
}

TEST_CASE("both are constant expressions") {
    STATIC_REQUIRE(two_sum(1, 0x1p-60).error == 0x1p-60);
    STATIC_REQUIRE(sum_to_odd(1, 0x1p-60) == 1 + 0x1p-52);
    STATIC_REQUIRE(sum_to_odd(1, -0x1p-60) == 1 - 0x1p-53);
    STATIC_REQUIRE(sum_to_odd(-1, -0x1p-60) == -1 - 0x1p-52);
    CHECK(sum_to_odd(1, 1) == 2);
}
