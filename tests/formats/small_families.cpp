// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// All pairs of operands, + − × ÷ and remainder, in all deterministic modes and saturations, value
// and flags, against the GMP reference: every named format of up to 8 bits, the P3109 family up to
// 8 bits, and formats with every odd trait. Through the run-time interface, which is the exact lane.

#include <halfulp/formats/dynamic_float.hpp>
#include <halfulp/reference/operations.hpp>

#include "support/catch.hpp"
#include "support/formats.hpp"
#include "support/tally.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

struct operation {
    const char* name;
    with_status<dynamic_float> (*compute)(const dynamic_float&, const dynamic_float&, const float_format&,
                                          const projection&, std::uint64_t);
    reference::exact_value (*exactly)(const reference::exact_value&, const reference::exact_value&);
};

const operation operations[] = {
    {"add", add, [](const auto& x, const auto& y) { return x + y; }},
    {"subtract", subtract, [](const auto& x, const auto& y) { return x - y; }},
    {"multiply", multiply, [](const auto& x, const auto& y) { return x * y; }},
    {"divide", divide, [](const auto& x, const auto& y) { return x / y; }},
    {"remainder", remainder, [](const auto& x, const auto& y) { return reference::remainder(x, y); }},
};

/// All pairs of codes of x_format and y_format (every stride-th), into `result`.
void check_all_pairs(tally& t, const float_format& x_format, const float_format& y_format,
                     const float_format& result, const std::vector<projection>& projections,
                     std::uint64_t stride) {
    const std::uint64_t x_count = std::uint64_t{1} << x_format.bits();
    const std::uint64_t y_count = std::uint64_t{1} << y_format.bits();
    for (std::uint64_t pair = 0; pair < x_count * y_count; pair += stride) {
        const dynamic_float x(x_format, pair / y_count);
        const dynamic_float y(y_format, pair % y_count);
        const auto exact_x = reference::decode(x_format, x.to_bits());
        const auto exact_y = reference::decode(y_format, y.to_bits());
        for (const operation& op : operations) {
            const reference::bracket exact(op.exactly(exact_x, exact_y), result);
            for (const projection& p : projections) {
                const auto expected = exact.resolve(p);
                const auto got = op.compute(x, y, result, p, 0);
                t.expect(got.value.to_bits() == static_cast<std::uint64_t>(expected.code) &&
                             got.flags == expected.flags,
                         [&] {
                             return std::string(op.name) + " " + name_of(p) + ": " + name_of(x_format) + " " +
                                    hexadecimal(x.to_bits()) + ", " + name_of(y_format) + " " +
                                    hexadecimal(y.to_bits()) + " -> " + name_of(result) + ": got " +
                                    hexadecimal(got.value.to_bits()) + " " + name_of(got.flags) +
                                    ", expected " + hexadecimal(expected.code) + " " +
                                    name_of(expected.flags);
                         });
            }
        }
    }
}

}  // namespace

TEST_CASE("arithmetic of the formats with odd traits is the reference's, for all pairs") {
    tally t("odd formats of up to 8 bits, all pairs, 5 operations, 24 projections");
    for (const float_format& format : odd_small_formats())
        check_all_pairs(t, format, format, format, deterministic_projections(),
                        cases_for_effort(17u, 1u, 1u));
    require(t);
}

TEST_CASE("arithmetic of P3109 formats is the reference's, for all pairs") {
    tally t("P3109 formats of 3 to 8 bits, all pairs, 5 operations, 24 projections");
    for (int width = 3; width <= 8; ++width)
        for (const float_format& format : p3109_formats(width))
            check_all_pairs(t, format, format, format, deterministic_projections(),
                            width < 7 ? 1 : cases_for_effort(257u, width == 8 ? 5u : 1u, 1u));
    require(t);
}

TEST_CASE("mixed formats round once into any third one") {
    tally t("mixed small formats, pairs, 5 operations, 24 projections");
    std::vector<float_format> formats = odd_small_formats();
    for (const float_format& format : named_formats_up_to_16_bits())
        if (format.bits() <= 8)
            formats.push_back(format);
    for (std::size_t x = 0; x < formats.size(); ++x)
        for (std::size_t y = 0; y < formats.size(); ++y)
            for (std::size_t result = 0; result < formats.size(); ++result)
                check_all_pairs(t, formats[x], formats[y], formats[result], deterministic_projections(),
                                cases_for_effort(30011u, 3001u, 11u));
    require(t);
}
