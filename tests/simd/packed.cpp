// SPDX-License-Identifier: BSL-1.0
//
// Codes that share bytes: the order of the bits by hand, every width and size at every level, bits that
// belong to no code, and what is refused before anything is written.

#include "simd/arrays_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

/// A format of so many bits: 1 (unsigned, the values 0 and 1) to 16.
float_format of_width(int bits) {
    if (bits == 1)
        return {.exponent_bits = 0,
                .significand_bits = 1,
                .bias = 0,
                .has_sign = false,
                .has_negative_zero = false,
                .has_infinity = false,
                .nan = nan_encoding::none};
    return {.exponent_bits = (bits + 1) / 3,
            .significand_bits = bits - 1 - (bits + 1) / 3,
            .has_infinity = false,
            .nan = nan_encoding::none};
}

using bytes = std::vector<std::uint8_t>;

/// Packed bits, written bit by bit.
bytes packed_by_hand(const std::vector<std::uint32_t>& codes, int bits) {
    bytes result((codes.size() * static_cast<std::size_t>(bits) + 7) / 8, 0);
    std::size_t position = 0;
    for (const std::uint32_t code : codes)
        for (int bit = 0; bit < bits; ++bit, ++position)
            result[position / 8] =
                static_cast<std::uint8_t>(result[position / 8] | ((code >> bit & 1) << position % 8));
    return result;
}

template <class In, class Out>
void check_packed(tally& t, const float_format& f, const std::vector<In>& in, const projection& p) {
    const std::size_t n = in.size();
    const round_options options{.seed = 2, .operation = n, .first_index = 7};
    std::vector<std::uint32_t> codes(n);
    std::vector<Out> values(n);
    encode(in, codes, f, p, definition_of(options));
    decode(codes, values, f, definition_of(options));
    const bytes expected = packed_by_hand(codes, f.bits());
    REQUIRE(expected.size() == packed_size(n, f));
    const last_elements<In> input(n);
    const last_elements<std::uint8_t> coded(expected.size()), end(expected.size());
    std::copy(in.begin(), in.end(), input.data());
    std::copy(expected.begin(), expected.end(), coded.data());
    // What follows the last code in its byte is not read.
    if (const auto used = n * static_cast<std::size_t>(f.bits()) % 8; used != 0)
        coded.data()[expected.size() - 1] = static_cast<std::uint8_t>(expected.back() | (0xff << used));
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        const auto text = [&](std::size_t) {
            return std::to_string(n) + " codes of " + name_of(f) + " " + name_of(p) + " at level " +
                   simd::name_of(level);
        };
        guarded<std::uint8_t> out(expected.size(), n % 11);
        encode_packed(input.span(), out.span(), f, p, options);
        expect_same(t, out.data(), expected.data(), expected.size(), text);
        encode_packed(input.span(), end.span(), f, p, options);
        expect_same(t, end.data(), expected.data(), expected.size(), text);
        guarded<Out> decoded(n, n % 3);
        decode_packed(coded.span(), decoded.span(), f);
        expect_same(t, decoded.data(), values.data(), n, text);
        t.expect(out.intact() && decoded.intact(), [&] { return "a guard, " + text(0); });
    }
}

}  // namespace

TEST_CASE("the order of the bits, by hand") {
    const std::vector<float> in{0.5f, 6.0f, -1.5f, 0.0f, -0.5f};  // e2m1: 1, 7, b, 0, 9
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        CAPTURE(simd::name_of(level));
        bytes four(3, 0xee);
        encode_packed(in, four, formats::float4_e2m1fn);
        CHECK(four == bytes{0x71, 0x0b, 0x09});  // the first of each pair in the low half
        std::vector<float> back(5);
        decode_packed(four, back, formats::float4_e2m1fn);
        CHECK(back == in);
        // Six bits, e2m3: 0.125 is 000001, 7.5 is 011111, -0.125 is 100001, 1 is 001000.
        const std::vector<float> six{0.125f, 7.5f, -0.125f, 1.0f};
        bytes three(3, 0xee);
        encode_packed(six, three, constant_value<formats::float6_e2m3fn>{});
        // 001000 100001 011111 000001 from the top: 00100010 00010111 11000001
        CHECK(three == bytes{0xc1, 0x17, 0x22});
        decode_packed(three, back = std::vector<float>(4), formats::float6_e2m3fn);
        CHECK(back == six);
        // Wider codes are little-endian.
        bytes wide(4, 0xee);
        encode_packed(std::vector<float>{1.0f, -2.0f}, wide, formats::float16);
        CHECK(wide == bytes{0x00, 0x3c, 0x00, 0xc0});
    }
}

TEST_CASE("packed_size") {
    CHECK(packed_size(0, formats::float4_e2m1fn) == 0);
    CHECK(packed_size(1, formats::float4_e2m1fn) == 1);
    CHECK(packed_size(5, formats::float4_e2m1fn) == 3);
    CHECK(packed_size(5, formats::float6_e2m3fn) == 4);
    CHECK(packed_size(8, formats::float6_e2m3fn) == 6);
    CHECK(packed_size(3, formats::tfloat32) == 8);
    CHECK(packed_size(~std::size_t{0} / 8 * 8, formats::float4_e2m1fn) == ~std::size_t{0} / 8 * 4);
}

TEST_CASE("every width and size") {
    tally t("packed codes of 1 to 16 bits");
    for (int bits = 1; bits <= 16; ++bits) {
        const float_format f = of_width(bits);
        REQUIRE(why_invalid(f) == nullptr);
        REQUIRE(f.bits() == bits);
        const auto in = inputs<float>(f, 1300, 130);
        const auto wide = inputs<double>(f, 1300, 131);
        const auto first = [](const auto& all, std::size_t n) {
            return std::remove_cvref_t<decltype(all)>(all.begin(),
                                                      all.begin() + static_cast<std::ptrdiff_t>(n));
        };
        for (std::size_t n = 0; n <= 300; n += cases_for_effort(37u, 1u, 1u)) {
            const projection& p = few_projections()[n % 4];
            if (n % 2 == 0)
                check_packed<float, float>(t, f, first(in, n), p);
            else
                check_packed<double, float>(t, f, first(wide, n), p);
        }
        for (const std::size_t n : {511u, 512u, 520u, 1023u, 1024u, 1025u, 1300u})
            check_packed<float, double>(t, f, first(in, n), few_projections()[n % 4]);
    }
    require(t);
}

TEST_CASE("packed codes that exceed the caches") {
    tally t("packed codes above simd::past_caches_from");
    constexpr float_format f = formats::float6_e3m2fn;
    const std::size_t n = past_caches_from / 6 * 8 + 803;
    const auto some = inputs<float>(f, 10'000, 132);
    std::vector<std::uint32_t> once(some.size()), codes(n);
    encode(some, once, f, projection{}, definition_of({}));
    std::vector<float> in(n);
    for (std::size_t i = 0; i < n; ++i) {
        in[i] = some[i % some.size()];
        codes[i] = once[i % some.size()];
    }
    const bytes expected = packed_by_hand(codes, 6);
    for (const simd::isa level : fast_levels())
        for (const std::size_t offset : {0u, 1u, 58u, 61u}) {
            const simd::scoped_level guard(level);
            guarded<std::uint8_t> out(expected.size(), offset);
            encode_packed(in, out.span(), f);
            expect_same(t, out.data(), expected.data(), expected.size(),
                        [&](std::size_t) { return "at level " + std::string(simd::name_of(level)); });
            t.expect(out.intact(), [&] { return "a guard at offset " + std::to_string(offset); });
        }
    require(t);
}

TEST_CASE("packed arrays: what is refused is refused before anything is written") {
    const std::vector<float> in{1.1f, 2.2f, 3.3f};
    const bytes untouched{9, 9, 9, 9, 9, 9};
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        bytes out = untouched;
        std::vector<float> values(3, 7.0f);
        const auto two = std::span(out).first(2);
        CHECK_THROWS_AS(encode_packed(in, out, formats::float4_e2m1fn), shape_error);
        CHECK_THROWS_WITH(encode_packed(in, out, formats::float4_e2m1fn), contains_text("packed_size"));
        CHECK_THROWS_AS(decode_packed(out, values, formats::float4_e2m1fn), shape_error);
        const float_format nothing{.exponent_bits = 20, .significand_bits = 3};
        CHECK_THROWS_AS(encode_packed(in, two, nothing), format_error);
        CHECK_THROWS_AS(decode_packed(two, values, nothing), format_error);
        CHECK_THROWS_AS(encode_packed(in, two, formats::float4_e2m1fn,
                                      projection{rounding::stochastic_a, saturation::none, 0}),
                        format_error);
        // Values that the output does not hold; places that are not in a row, or are the input's.
        const float_format wide{.exponent_bits = 11, .significand_bits = 4};
        CHECK_THROWS_AS(decode_packed(out, values, wide), format_error);
        CHECK_THROWS_AS(
            encode_packed(in, vector_view<std::uint8_t>(out.data(), 2, 2), formats::float4_e2m1fn),
            shape_error);
        CHECK_THROWS_AS(decode_packed(two, vector_view<float>(values.data(), 3, 0), formats::float4_e2m1fn),
                        shape_error);
        CHECK(out == untouched);
        CHECK(values == std::vector<float>(3, 7.0f));
        std::vector<float> own{1, 2, 3, 4};
        const std::vector<float> own_before = own;
        const std::span<std::uint8_t> own_bytes(reinterpret_cast<std::uint8_t*>(own.data()), 2);
        CHECK_THROWS_AS(encode_packed(own, own_bytes, formats::float4_e2m1fn), shape_error);
        CHECK_THROWS_AS(decode_packed(own_bytes, own, formats::float4_e2m1fn), shape_error);
        CHECK(own == own_before);
    }
}
