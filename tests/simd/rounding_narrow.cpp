// SPDX-License-Identifier: BSL-1.0
//
// Codes written into elements of 8, 16 and 64 bits at every level.

#include "simd/rounding_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

template <class Code, class In>
void check_codes(tally& t, const float_format& f, const projection& p, std::size_t count) {
    if (f.bits() > static_cast<int>(sizeof(Code)) * 8)
        return;
    const auto in = directed_inputs<In>(f, count, 90);
    const round_options options{.seed = 5, .operation = 6, .first_index = 3};
    std::vector<Code> expected(count), codes(count);
    encode(in, expected, f, p, definition_of(options));
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        std::fill(codes.begin(), codes.end(), static_cast<Code>(0xa5));
        encode(in, codes, f, p, options);
        expect_same(t, codes.data(), expected.data(), count, [&](std::size_t i) {
            return std::to_string(sizeof(Code)) + " bytes at level " + simd::name_of(level) + ", " +
                   name_of(f) + " " + name_of(p) + ", of " + hexadecimal(code_bits(in[i]));
        });
    }
}

template <class Code>
void check_width(const char* name) {
    tally t(name);
    std::vector<float_format> all = named_formats();
    for (const float_format& f : p3109_formats(5))
        all.push_back(f);
    for (const float_format& f : odd_small_formats())
        all.push_back(f);
    std::size_t turn = 0;
    for (const float_format& f : all)
        for (std::size_t i = turn++ % 5; i < all_projections().size(); i += cases_for_effort(40u, 1u, 1u)) {
            check_codes<Code, float>(t, f, all_projections()[i], 300);
            check_codes<Code, double>(t, f, all_projections()[i], 300);
        }
    require(t);
}

}  // namespace

TEST_CASE("codes in 8 bits") {
    check_width<std::uint8_t>("encode into 8 bits");
}
TEST_CASE("codes in 16 bits") {
    check_width<std::uint16_t>("encode into 16 bits");
}
TEST_CASE("codes in 64 bits") {
    check_width<std::uint64_t>("encode into 64 bits");
}
