// SPDX-License-Identifier: BSL-1.0
//
// Strides, places, pieces: an array is rounded, encoded and decoded to the same bits however it lies in
// memory and however it is cut.

#include "simd/arrays_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("strides of either sign, of inputs and outputs, and the elements between them") {
    tally t("strides -3 to 3 of inputs and outputs");
    const auto values = inputs<float>(target, 3 * 1100, 101);
    for (const std::size_t n : {0u, 1u, 5u, 63u, 64u, 65u, 200u, 1030u})
        for (std::ptrdiff_t in_stride = -3; in_stride <= 3; ++in_stride)
            for (std::ptrdiff_t out_stride = -3; out_stride <= 3; ++out_stride) {
                if (out_stride == 0 && n > 1)
                    continue;
                const auto last = static_cast<std::ptrdiff_t>(n == 0 ? 0 : n - 1);
                const vector_view<const float> in(values.data() + (in_stride < 0 ? -in_stride * last : 0), n,
                                                  in_stride);
                const projection p = few_projections()[n % 4];
                const round_options options{.seed = 1, .operation = n};
                std::vector<float> expected(n);
                std::vector<std::uint16_t> codes(n);
                for (std::size_t i = 0; i < n; ++i) {
                    const auto random = is_stochastic(p.mode) ? philox_bits(1, n, i) : 0;
                    const auto number = convert<halfulp::float8_e4m3fn>(in[i], p, random);
                    expected[i] = static_cast<float>(number);
                    codes[i] = number.to_bits();
                }
                for (const simd::isa level : all_levels()) {
                    const simd::scoped_level guard(level);
                    const auto size = static_cast<std::size_t>(3 * last + 1);
                    std::vector<float> out(size, 7.5f), back(size, 7.5f);
                    std::vector<std::uint16_t> out_codes(size, 0xabcd);
                    const std::ptrdiff_t first = out_stride < 0 ? -out_stride * last : 0;
                    const vector_view<float> out_view(out.data() + first, n, out_stride);
                    const vector_view<float> back_view(back.data() + first, n, out_stride);
                    const vector_view<std::uint16_t> code_view(out_codes.data() + first, n, out_stride);
                    round(in, out_view, target, p, options);
                    encode(in, code_view, target, p, options);
                    decode(vector_view<const std::uint16_t>(code_view), back_view, target, options);
                    bool equal = true;
                    std::vector<bool> written(size, false);
                    for (std::size_t i = 0; i < n; ++i) {
                        equal = equal && same_number(out_view[i], expected[i]) &&
                                same_number(back_view[i], expected[i]) && code_view[i] == codes[i];
                        written[static_cast<std::size_t>(&out_view[i] - out.data())] = true;
                    }
                    for (std::size_t i = 0; i < size; ++i)
                        equal = equal &&
                                (written[i] || (out[i] == 7.5f && back[i] == 7.5f && out_codes[i] == 0xabcd));
                    t.expect(equal, [&] {
                        return std::to_string(n) + " elements, strides " + std::to_string(in_stride) +
                               " and " + std::to_string(out_stride) + " at level " + simd::name_of(level);
                    });
                }
            }
    require(t);
}

TEST_CASE("in place, strided too") {
    tally t("in place");
    for (const std::size_t n : {1u, 63u, 64u, 129u, 1024u, 1500u, 2048u})
        for (const std::ptrdiff_t stride : {1, 2, -1, -3})
            for (const projection& p : few_projections()) {
                const round_options options{.seed = 4};
                const auto wide = static_cast<std::size_t>(stride < 0 ? -stride : stride);
                const auto before = inputs<float>(target, n * wide, 102);
                const auto doubles = inputs<double>(target, n * wide, 103);
                const auto first = static_cast<std::ptrdiff_t>(stride < 0 ? (n - 1) * wide : 0);
                for (const simd::isa level : all_levels()) {
                    const simd::scoped_level guard(level);
                    const auto check = [&](const auto& original) {
                        using type = typename std::remove_cvref_t<decltype(original)>::value_type;
                        auto same = original;
                        std::vector<type> apart(n);
                        const vector_view<type> view(same.data() + first, n, stride);
                        const vector_view<const type> source(original.data() + first, n, stride);
                        round(source, apart, target, p, definition_of(options));
                        round(view, view, target, p, options);
                        auto expected = original;
                        for (std::size_t i = 0; i < n; ++i)
                            vector_view<type>(expected.data() + first, n, stride)[i] = apart[i];
                        expect_same(t, same.data(), expected.data(), same.size(), [&](std::size_t) {
                            return "in place, stride " + std::to_string(stride) + " at level " +
                                   simd::name_of(level);
                        });
                    };
                    check(before);
                    check(doubles);
                    // Codes over the numbers that they come from, and back.
                    std::vector<std::uint32_t> codes(n), expected_codes(n);
                    encode(std::span(before).first(n), expected_codes, target, p, definition_of(options));
                    encode(std::span(before).first(n), codes, target, p, options);
                    expect_same(t, codes.data(), expected_codes.data(), n, [&](std::size_t) {
                        return "codes at level " + std::string(simd::name_of(level));
                    });
                }
            }
    require(t);
}

TEST_CASE("pieces with first_index, in any order") {
    tally t("pieces of an array");
    const auto in = inputs<double>(target, 3000, 106);
    for (const projection& p : few_projections()) {
        const round_options options{.seed = 12, .operation = 1, .first_index = 0xfffffff0};
        std::vector<double> whole(in.size());
        round(in, whole, target, p, definition_of(options));
        for (const simd::isa level : all_levels()) {
            const simd::scoped_level guard(level);
            for (const std::size_t piece : {1u, 2u, 3u, 5u, 63u, 64u, 100u, 513u, 1025u}) {
                if (piece < 3 && level == simd::isa::plain && effort == 0)
                    continue;
                std::vector<double> parts(in.size());
                for (std::size_t end = in.size(); end > 0;) {
                    const std::size_t size = std::min(piece, end);
                    end -= size;
                    round_options here = options;
                    here.first_index += end;
                    round(std::span(in).subspan(end, size), std::span(parts).subspan(end, size), target, p,
                          here);
                }
                expect_same(t, parts.data(), whole.data(), whole.size(), [&](std::size_t) {
                    return "pieces of " + std::to_string(piece) + " at level " + simd::name_of(level);
                });
            }
        }
    }
    require(t);
}
