// SPDX-License-Identifier: BSL-1.0
//
// custom_float with float and double; the format from the output; which operations have a fast path at all.

#include "simd/elementwise_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

template <class Carrier>
bool fits(simd::operation op, const float_format& f, const projection& p = {}) {
    const auto extent = halfulp::detail::operand_extent::of(f);
    return halfulp::detail::operation_fits<Carrier>(op, extent, extent, extent, f, p);
}

}  // namespace

TEST_CASE("custom_float with float and double; the format comes from the output") {
    tally t("custom_float, float and double mixed");
    using number = halfulp::bfloat16;
    const number_columns<float> floats(number::format, 512, 740);
    const operands codes(number::format, floats.x.size(), 750);
    const auto x = as_elements<number>(number::format, codes.x);
    check_operation<simd::operation::fma, number>(t, x, floats.y, floats.z, constant_value<number::format>{},
                                                  constant_value<projection{}>{}, true);
    check_operation<simd::operation::divide, number>(t, floats.x, x, x, constant_value<number::format>{},
                                                     constant_value<projection{}>{}, true);
    require(t);
    std::vector<number> with_format(x.size()), without(x.size()), up(x.size()), up_again(x.size());
    add(x, floats.y, with_format, constant_value<number::format>{});
    add(x, floats.y, without);
    CHECK(std::equal(without.begin(), without.end(), with_format.begin(),
                     [](number a, number b) { return a.to_bits() == b.to_bits(); }));
    add(x, floats.y, up, projection{rounding::toward_positive});
    add(x, floats.y, up_again, number::format, projection{rounding::toward_positive});
    CHECK(std::equal(up.begin(), up.end(), up_again.begin(),
                     [](number a, number b) { return a.to_bits() == b.to_bits(); }));
}

TEST_CASE("operations of the formats that matter fit a carrier") {
    // So that a fast path which is no longer taken is found.
    constexpr float_format five_seven{.exponent_bits = 5, .significand_bits = 7};
    for (const simd::operation op : all_operations) {
        CAPTURE(name_of(op));
        for (const float_format& f : {formats::float8_e4m3fn, formats::float8_e5m2, formats::float8_e4m3fnuz,
                                      formats::float4_e2m1fn, five_seven}) {
            CAPTURE(name_of(f));
            CHECK(fits<float>(op, f));
        }
        // A quotient or root of 11 bits needs more than float's 24 to decide every rounding.
        CHECK(fits<float>(op, formats::float16) ==
              (op != simd::operation::divide && op != simd::operation::square_root));
        for (const float_format& f : {formats::float8_e4m3fn, formats::float16, formats::bfloat16,
                                      formats::tfloat32, formats::float32, five_seven}) {
            CAPTURE(name_of(f));
            CHECK(fits<double>(op, f));
        }
        CHECK(fits<double>(op, formats::bfloat16, {rounding::stochastic_a, saturation::none, 8}));
        CHECK_FALSE(fits<float>(op, formats::float32));
    }
}
