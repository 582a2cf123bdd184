// SPDX-License-Identifier: BSL-1.0
//
// Outputs that exceed the caches are written past them, at whatever address they begin.

#include "simd/arrays_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("outputs that exceed the caches, at any address") {
    tally t("outputs above simd::past_caches_from");
    constexpr std::size_t bytes = past_caches_from;
    const auto some = inputs<float>(target, 9973, 104);
    std::vector<float> in(bytes / 4 + 1000);
    for (std::size_t i = 0; i < in.size(); ++i)
        in[i] = some[i % some.size()];
    std::vector<std::uint8_t> many_codes(bytes / 4 + 1000);
    const std::size_t count = bytes / 4 + 77;
    std::vector<float> expected(count);
    std::vector<std::uint8_t> codes(count);
    const projection p{rounding::stochastic_a, saturation::finite, 11};
    const round_options options{.seed = 77, .first_index = 5};
    round(std::span(in).first(count), expected, constant_value<target>{}, p, definition_of(options));
    encode(std::span(in).first(count), codes, constant_value<target>{}, p, definition_of(options));
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        const auto describe = [&](std::size_t) {
            return "large at level " + std::string(simd::name_of(level));
        };
        for (std::size_t offset : {0u, 1u, 5u, 15u, 16u}) {
            guarded<float> out(count, offset);
            round(std::span(in).first(count), out.span(), constant_value<target>{}, p, options);
            expect_same(t, out.data(), expected.data(), count, describe);
            guarded<float> decoded(count, offset);
            decode(codes, decoded.span(), constant_value<target>{}, options);
            expect_same(t, decoded.data(), expected.data(), count, describe);
            t.expect(out.intact() && decoded.intact(), [&] { return describe(0) + ": a guard"; });
        }
        // Doubles: half as many fill the same bytes.
        const std::size_t half = bytes / 8 + 9;
        guarded<double> wide(half, 3);
        std::vector<double> expected_wide(expected.begin(),
                                          expected.begin() + static_cast<std::ptrdiff_t>(half));
        round(std::span(in).first(half), wide.span(), constant_value<target>{}, p, options);
        expect_same(t, wide.data(), expected_wide.data(), half, describe);
        t.expect(wide.intact(), [&] { return describe(0) + ": a guard"; });
    }
    require(t);
}

TEST_CASE("many bytes of codes, at any address") {
    tally t("codes above simd::past_caches_from");
    constexpr std::size_t count = past_caches_from + 333;
    const auto some = inputs<float>(target, 9973, 105);
    std::vector<float> in(count);
    for (std::size_t i = 0; i < count; ++i)
        in[i] = some[i % some.size()];
    std::vector<std::uint8_t> expected(count);
    {
        // In pieces of the same numbers the definition need not run over all.
        std::vector<std::uint8_t> once(some.size());
        encode(some, once, constant_value<target>{}, constant_value<projection{}>{}, definition_of({}));
        for (std::size_t i = 0; i < count; ++i)
            expected[i] = once[i % some.size()];
    }
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        for (std::size_t offset : {0u, 1u, 33u, 58u, 63u}) {
            guarded<std::uint8_t> out(count, offset);
            encode(in, out.span(), constant_value<target>{});
            expect_same(t, out.data(), expected.data(), count,
                        [&](std::size_t) { return "codes at level " + std::string(simd::name_of(level)); });
            t.expect(out.intact(), [&] { return "a guard at offset " + std::to_string(offset); });
        }
    }
    require(t);
}
