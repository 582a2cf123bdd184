// SPDX-License-Identifier: BSL-1.0
//
// Lines of floats to codes: every level against the definition, at ties, next to them, and at random.

#include <halfulp/simd/quantize.hpp>

#include "kernels/quantization_formats.hpp"

using namespace halfulp_test;

namespace {

void check_line(tally& t, const std::vector<float>& x, float scale, std::int32_t z, const integer_format& f) {
    for (const simd::isa level : levels_of_machine()) {
        std::vector<std::uint8_t> codes(x.size() + 1, 0xa5);
        simd::quantize_line(level, x.data(), x.size(), scale, z, f, codes.data());
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto expected = halfulp::detail::quantized_code(x[i], scale, z, f, projection{}, 0);
            t.expect(codes[i] == expected, [&] {
                char text[160];
                std::snprintf(text, sizeof text, "%s, %s: %a / %a, Z = %d: code %d, expected %d",
                              simd::name_of(level), name_of(f).c_str(), static_cast<double>(x[i]),
                              static_cast<double>(scale), z, codes[i], expected);
                return std::string(text);
            });
        }
        t.expect(codes.back() == 0xa5, [&] { return std::string("a byte behind the codes was written"); });
    }
}

/// A float of any bits.
float any_float(generator& random) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(random()));
}

}  // namespace

TEST_CASE("codes of ties, their neighbours and special numbers") {
    tally t("quantize_line, ties");
    generator random(11);
    for (const integer_format& f : quantized_formats())
        for (const float scale : hard_scales)
            for (const std::int32_t z : {0, 1, -127, 16384, -16384, 16385, 0x7fffffff}) {
                std::vector<float> x = hard_numbers(scale, z, random);
                x.push_back(std::numeric_limits<float>::quiet_NaN());
                for (int i = 0; i < 40; ++i)
                    x.push_back(any_float(random));
                check_line(t, x, scale, z, f);
            }
    require(t);
}

TEST_CASE("codes of random numbers under random scales") {
    tally t("quantize_line, random");
    generator random(12);
    const auto all = quantized_formats();
    for (int round = 0; round < 600; ++round) {
        const float scale = 1e-3f + static_cast<float>(random.below(1u << 20)) * 0x1p-20f;
        const integer_format& f = all[random.below(all.size())];
        const auto z = static_cast<std::int32_t>(random.below(400)) - 200;
        const double reach =
            1.3 * (static_cast<double>(f.largest_magnitude()) + std::abs(z)) * static_cast<double>(scale);
        std::vector<float> x(1024 + random.below(130));
        for (float& value : x)
            value = static_cast<float>(
                (static_cast<double>(random.below(std::uint64_t{1} << 40)) * 0x1p-39 - 1) * reach);
        check_line(t, x, scale, z, f);
    }
    require(t);
}

TEST_CASE("codes next to ties under scales of any significand and size") {
    tally t("quantize_line, near ties");
    generator random(15);
    const auto all = quantized_formats();
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (int round = 0; round < 4000; ++round) {
        const float scale = std::ldexp(static_cast<float>(0x800000 + random.below(0x800000)),
                                       static_cast<int>(random.below(230)) - 138);
        const integer_format& f = all[random.below(all.size())];
        const auto z = random.below(2) == 0 ? 0 : static_cast<std::int32_t>(random.below(600)) - 300;
        const auto first = static_cast<int>(f.minimum()) + z - 2;
        const auto places =
            2 * (static_cast<std::uint64_t>(f.maximum()) - static_cast<std::uint64_t>(f.minimum()) + 5);
        std::vector<float> x(256);
        for (float& value : x) {
            // Integers are the ties of bipolar formats.
            value = static_cast<float>((first + static_cast<double>(random.below(places)) / 2) *
                                       static_cast<double>(scale));
            const float direction = random.below(2) == 0 ? infinity : -infinity;
            for (std::uint64_t steps = random.below(4); steps != 0; --steps)
                value = std::nextafter(value, direction);
        }
        check_line(t, x, scale, z, f);
    }
    require(t);
}

TEST_CASE("lines of every short length") {
    tally t("quantize_line, lengths");
    generator random(13);
    for (std::size_t count = 0; count <= 200; ++count) {
        std::vector<float> x(count);
        for (float& value : x)
            value = static_cast<float>(static_cast<int>(random.below(100)) - 50) / 4;
        check_line(t, x, 0.7f, 0, formats::signed_integer(4));
        check_line(t, x, 0.5f, 0, formats::bipolar_integer(4));
    }
    require(t);
}

TEST_CASE("the largest magnitude and the range of a line") {
    tally t("largest_magnitude");
    generator random(14);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const simd::isa level : levels_of_machine())
        for (std::size_t count = 0; count <= 300; ++count) {
            std::vector<float> x(count);
            float largest = 0;
            simd::range_of_floats range;
            for (float& value : x) {
                do
                    value = any_float(random);
                while (value != value);
                largest = std::max(largest, std::fabs(value));
                range.smallest = std::min(range.smallest, value);
                range.largest = std::max(range.largest, value);
            }
            t.expect(simd::largest_magnitude(level, x.data(), count) == largest,
                     [&] { return "magnitude of " + std::to_string(count); });
            const auto found = simd::range_with(level, {}, x.data(), count);
            t.expect(found.smallest == range.smallest && found.largest == range.largest,
                     [&] { return "range of " + std::to_string(count); });
            if (count != 0) {
                x[random.below(count)] = random.below(2) != 0 ? nan : -nan;
                const float with_nan = simd::largest_magnitude(level, x.data(), count);
                t.expect(with_nan != with_nan, [&] { return "NaN in " + std::to_string(count); });
            }
            const std::vector<float> zeros(count, -0.0f);
            const auto nothing = simd::range_with(level, {}, zeros.data(), count);
            t.expect(count == 0 || (std::bit_cast<std::uint32_t>(nothing.smallest) == 0 &&
                                    std::bit_cast<std::uint32_t>(nothing.largest) == 0),
                     [&] { return std::string("the zero of a range is +0"); });
        }
    require(t);
}
