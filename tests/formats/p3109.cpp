// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// The P3109 family of 3 to 16 bits, every precision, signedness and domain: every code is decoded as
// the reference does, codes ascend with their values, and every value comes back as its code from
// every deterministic projection without a flag.

#include <halfulp/formats/dynamic_float.hpp>
#include <halfulp/reference/round.hpp>

#include "support/formats.hpp"
#include "support/tally.hpp"

#include <cmath>
#include <optional>

using namespace halfulp;
using namespace halfulp_test;

namespace {

using reference::exact_value;

/// An unpacked number as an exact value, from the definition of `unpacked`.
exact_value exactly_unpacked(const unpacked<std::uint64_t>& x) {
    switch (x.kind) {
        case number_class::nan:
            return exact_value::nan();
        case number_class::infinity:
            return exact_value::infinity(x.negative);
        case number_class::zero:
            return exact_value(0);
        case number_class::finite:
            break;
    }
    return exact_value::rational(x.negative,
                                 {reference::natural(x.significand), reference::natural(1), x.exponent});
}

void check_format(tally& t, const float_format& format, std::uint64_t stride) {
    const auto explain = [&](std::uint64_t code) {
        return name_of(format) + " code " + hexadecimal(uint128{code});
    };
    const auto sign = static_cast<std::uint64_t>(format.sign_mask());
    std::optional<exact_value> previous;
    std::uint64_t nans = 0;
    for (std::uint64_t code = 0; code < std::uint64_t{1} << format.bits(); code += stride) {
        const dynamic_float x(format, code);
        const exact_value expected = reference::decode(format, uint128{code});
        const auto number = x.unpack();
        const exact_value got = exactly_unpacked(number);
        const bool is_nan = expected.is_nan();
        nans += is_nan;
        t.expect(got.is_nan() == is_nan && (is_nan || got == expected), [&] { return explain(code); });

        // Ascending among the positive codes, descending among the negative ones.
        if (code == sign)
            previous.reset();
        if (!is_nan) {
            if (previous)
                t.expect((code & sign) == 0 ? *previous < expected : expected < *previous,
                         [&] { return "the order at " + explain(code); });
            previous = expected;
        }
        for (const projection& p : deterministic_projections()) {
            const auto back = convert(x, format, p);
            // An infinity stays but where it is asked to saturate.
            if (expected.is_infinite() && p.overflow == saturation::finite)
                continue;
            t.expect(back.value.to_bits() == code && back.flags.ok(),
                     [&] { return name_of(p) + " moves " + explain(code); });
        }
    }
    if (stride == 1)
        t.expect(nans == 1, [&] { return name_of(format) + " has not one NaN"; });
}

}  // namespace

TEST_CASE("every code of every P3109 format of 3 to 12 bits") {
    for (int width = 3; width <= 12; ++width) {
        tally t("P3109 formats of " + std::to_string(width) + " bits, every code, 24 projections");
        for (const float_format& format : p3109_formats(width))
            check_format(t, format, width < 9 ? 1 : cases_for_effort(61u, 1u, 1u));
        require(t);
    }
}

TEST_CASE("codes of every P3109 format of 13 to 16 bits") {
    for (int width = 13; width <= 16; ++width) {
        tally t("P3109 formats of " + std::to_string(width) + " bits, codes, 24 projections");
        for (const float_format& format : p3109_formats(width))
            check_format(t, format, cases_for_effort(1009u, 7u, 1u));
        require(t);
    }
}

TEST_CASE("all P3109 formats of 3 to 16 bits are valid and as many as there are") {
    int count = 0;
    for (int width = 3; width <= 16; ++width) {
        const auto formats = p3109_formats(width);
        for (const float_format& format : formats) {
            CHECK(format.bits() == width);
            CHECK(format.has_nan());
            CHECK(!format.has_negative_zero);
            // The values straddle 1, which is a value: the bias is the middle of the exponent field.
            if (format.exponent_bits > 0)
                CHECK(format.bias == 1 << (format.exponent_bits - 1));
        }
        count += static_cast<int>(formats.size());
        CHECK(static_cast<int>(formats.size()) == 2 * (width - 1) + 2 * width);
    }
    CHECK(count == 504);
}
