// SPDX-License-Identifier: BSL-1.0
//
// Operations on arrays of every size, at the end of memory, strided, over one of their operands, above the
// size of the caches.

#include "simd/arrays_checks.hpp"
#include "simd/elementwise_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

constexpr float_format format{.exponent_bits = 5, .significand_bits = 7};

/// Operands of `count` elements, values of the format but for one in a hundred.
std::array<std::vector<float>, 3> columns(std::size_t count) {
    const operands codes(format, count, 60);
    std::array<std::vector<float>, 3> result{as_elements<float>(format, codes.x),
                                             as_elements<float>(format, codes.y),
                                             as_elements<float>(format, codes.z)};
    for (std::size_t i = 700; i < count; i += 1300)
        result[i % 3][i] = 1.0f / 3;
    return result;
}

}  // namespace

TEST_CASE("operations on arrays of every size, nothing past their ends") {
    tally t("fma of every size");
    const auto [x, y, z] = columns(4200);
    for (const std::size_t n : interesting_sizes()) {
        const projection p = few_projections()[n % 4];
        const round_options options{.seed = 1, .first_index = n};
        const last_elements<float> a(n), b(n), c(n), end(n);
        std::copy_n(x.begin(), n, a.data());
        std::copy_n(y.begin(), n, b.data());
        std::copy_n(z.begin(), n, c.data());
        std::vector<float> expected(n);
        fma(a.span(), b.span(), c.span(), expected, format, p, definition_of(options));
        for (const simd::isa level : fast_levels()) {
            const simd::scoped_level guard(level);
            const auto text = [&](std::size_t) {
                return std::to_string(n) + " elements at level " + simd::name_of(level);
            };
            guarded<float> out(n, n % 9);
            fma(a.span(), b.span(), c.span(), out.span(), format, p, options);
            expect_same(t, out.data(), expected.data(), n, text);
            t.expect(out.intact(), [&] { return "a guard, " + text(0); });
            fma(a.span(), b.span(), c.span(), end.span(), format, p, options);
            expect_same(t, end.data(), expected.data(), n, text);
        }
    }
    require(t);
}

TEST_CASE("the output may be any of the operands, and everything may have a stride") {
    tally t("fma in place and strided");
    for (const std::size_t n : {1u, 64u, 100u, 1024u, 2500u})
        for (const std::ptrdiff_t stride : {1, 2, -1, -3}) {
            const auto wide = static_cast<std::size_t>(stride < 0 ? -stride : stride);
            const auto data = columns(n * wide);
            const auto first = static_cast<std::ptrdiff_t>(stride < 0 ? (n - 1) * wide : 0);
            const auto view = [&](const std::vector<float>& v) {
                return vector_view<const float>(v.data() + first, n, stride);
            };
            for (const projection& p : few_projections()) {
                std::vector<float> expected(n);
                fma(view(data[0]), view(data[1]), view(data[2]), expected, format, p, definition_of({}));
                for (const simd::isa level : all_levels())
                    for (std::size_t over = 0; over < 3; ++over) {
                        const simd::scoped_level guard(level);
                        auto same = data;
                        const vector_view<float> out(same[over].data() + first, n, stride);
                        fma(view(same[0]), view(same[1]), view(same[2]), out, format, p);
                        auto whole = data[over];
                        for (std::size_t i = 0; i < n; ++i)
                            vector_view<float>(whole.data() + first, n, stride)[i] = expected[i];
                        expect_same(t, same[over].data(), whole.data(), whole.size(), [&](std::size_t) {
                            return "over operand " + std::to_string(over) + ", stride " +
                                   std::to_string(stride) + " at level " + simd::name_of(level);
                        });
                    }
            }
        }
    require(t);
}

TEST_CASE("outputs that exceed the caches") {
    tally t("fma above simd::past_caches_from");
    const std::size_t n = past_caches_from / 4 + 777;
    const auto [x, y, z] = columns(20'011);
    const auto repeated = [&](const std::vector<float>& some) {
        std::vector<float> result(n);
        for (std::size_t i = 0; i < n; ++i)
            result[i] = some[i % some.size()];
        return result;
    };
    std::vector<float> once(x.size());
    fma(x, y, z, once, format, projection{}, definition_of({}));
    const auto a = repeated(x), b = repeated(y), c = repeated(z), expected = repeated(once);
    for (const simd::isa level : fast_levels())
        for (const std::size_t offset : {0u, 3u, 10u}) {
            const simd::scoped_level guard(level);
            guarded<float> out(n, offset);
            fma(a, b, c, out.span(), format);
            expect_same(t, out.data(), expected.data(), n,
                        [&](std::size_t) { return "at level " + std::string(simd::name_of(level)); });
            t.expect(out.intact(), [&] { return "a guard at offset " + std::to_string(offset); });
        }
    require(t);
}
