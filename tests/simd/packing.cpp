// SPDX-License-Identifier: BSL-1.0
//
// Codes and bit planes of packed lines at every level, beside the definition of the layouts written out here again;
// arrays end where memory ends, and nothing around what is written changes.

#include <halfulp/simd/packing.hpp>

#include "simd/levels.hpp"
#include "support/catch.hpp"
#include "support/last_elements.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <string>
#include <vector>

using namespace halfulp_test;
using halfulp::packed_layout;
namespace formats = halfulp::formats;
namespace simd = halfulp::simd;

namespace {

constexpr packed_layout layouts[] = {packed_layout::contiguous, packed_layout::bit_planes,
                                     packed_layout::interleaved, packed_layout::base_3};
constexpr std::size_t lengths[] = {0,  1,   4,   5,   6,   31,  32,  33,   63,  64,
                                   65, 127, 128, 129, 319, 320, 321, 1000, 1100};

/// The table of formats/packed_layout.hpp, in its own words.
std::uint64_t code_at(const std::uint8_t* bytes, packed_layout layout, std::size_t bits, std::size_t length,
                      std::size_t stride, std::size_t l, std::size_t k) {
    std::uint64_t code = 0;
    const auto bit = [&](std::size_t from, std::size_t j) {
        return std::uint64_t{bytes[from + j / 8]} >> j % 8 & 1;
    };
    for (std::size_t p = 0; p < bits; ++p)
        switch (layout) {
            case packed_layout::contiguous:
                code |= bit(l * stride, k * bits + p) << p;
                break;
            case packed_layout::bit_planes:
                code |= bit(l * stride + p * 8 * ((length + 63) / 64), k) << p;
                break;
            case packed_layout::interleaved: {
                const std::size_t w = (length + 31) / 32;
                code |= bit(4 * (((l / 32 * bits + p) * w + k / 32) * 32 + l % 32), k % 32) << p;
                break;
            }
            default: {
                std::uint64_t byte = bytes[l * stride + k / 5];
                for (std::size_t i = 0; i < k % 5; ++i)
                    byte /= 3;
                return byte % 3;
            }
        }
    return code;
}

std::string name(packed_layout layout, int bits, std::size_t length, std::size_t line, simd::isa level) {
    return "layout " + std::to_string(static_cast<int>(layout)) + ", " + std::to_string(bits) +
           " bits, length " + std::to_string(length) + ", line " + std::to_string(line) + ", " +
           simd::name_of(level);
}

struct layout_case {
    packed_layout layout;
    int bits;
    std::size_t lines;
    std::size_t length;
    std::size_t stride;
    std::size_t size;
};

template <class Body>
void for_each_case(const Body& body) {
    for (const packed_layout layout : layouts)
        for (int bits = 1; bits <= 8; ++bits) {
            if (layout == packed_layout::base_3 && bits != 2)
                continue;
            for (const std::size_t length : lengths) {
                const std::size_t lines = layout == packed_layout::interleaved ? 33 : 3;
                const std::size_t line = halfulp::packed_line_bytes(layout, bits, length);
                const std::size_t stride = layout == packed_layout::interleaved ? line : line + (length % 3);
                const std::size_t size =
                    layout == packed_layout::interleaved ? 2 * line : (lines - 1) * stride + line;
                body(layout_case{layout, bits, lines, length, stride, size});
            }
        }
}

}  // namespace

TEST_CASE("Codes and planes of a packed line at every level", "[simd][packed]") {
    tally t("packed lines read");
    generator random(7);
    for_each_case([&](const layout_case& c) {
        const last_elements<std::uint8_t> bytes(c.size);
        for (std::size_t i = 0; i < c.size; ++i)
            bytes.data()[i] = static_cast<std::uint8_t>(random());
        const auto format =
            c.layout == packed_layout::base_3 ? formats::ternary : formats::unsigned_integer(c.bits);
        const halfulp::detail::packed_lines m{bytes.data(), c.lines, c.length, c.stride, format, c.layout};
        for (const simd::isa level : all_levels())
            for (std::size_t line = 0; line<c.lines; line += c.lines> 3 ? 16 : 1)
                for (std::size_t first :
                     {std::size_t{0}, std::size_t{64}, std::size_t{320}, std::size_t{7}}) {
                    if (first > c.length)
                        continue;
                    for (std::size_t count : {c.length - first, (c.length - first) / 2, std::size_t{64}}) {
                        if (first + count > c.length)
                            continue;
                        const std::size_t padded = (count + 63) / 64 * 64;
                        const last_elements<std::uint8_t> codes(padded);
                        std::fill(codes.data(), codes.data() + padded, std::uint8_t{0xee});
                        simd::read_codes(level, m, line, first, count, codes.data());
                        bool right = true;
                        for (std::size_t i = 0; i < padded; ++i)
                            right &=
                                codes.data()[i] ==
                                (i < count ? code_at(bytes.data(), c.layout, static_cast<std::size_t>(c.bits),
                                                     c.length, c.stride, line, first + i)
                                           : 0);
                        t.expect(right, [&] {
                            return "codes from " + std::to_string(first) + ": " +
                                   name(c.layout, c.bits, c.length, line, level);
                        });
                        if (first % 64 != 0)
                            continue;
                        const std::size_t words = (count + 31) / 32;
                        const std::size_t stride = words + 2;
                        const last_elements<std::uint32_t> planes(
                            words == 0 ? 0 : static_cast<std::size_t>(c.bits - 1) * stride + words);
                        for (std::uint32_t& word : planes.span())
                            word = 0xdeadbeef;
                        simd::read_planes(level, m, line, first, count, planes.data(), stride);
                        right = true;
                        for (std::size_t p = 0; words != 0 && p < static_cast<std::size_t>(c.bits); ++p)
                            for (std::size_t w = 0; w < stride; ++w) {
                                std::uint32_t expected = w < words ? 0 : 0xdeadbeef;
                                for (std::size_t i = 32 * w; w < words && i < count && i < 32 * w + 32; ++i)
                                    expected |= static_cast<std::uint32_t>(codes.data()[i] >> p & 1)
                                                << i % 32;
                                if (p * stride + w < planes.span().size())
                                    right &= planes.data()[p * stride + w] == expected;
                            }
                        t.expect(right, [&] {
                            return "planes from " + std::to_string(first) + ": " +
                                   name(c.layout, c.bits, c.length, line, level);
                        });
                    }
                }
    });
    require(t);
}

TEST_CASE("Codes written to a packed line at every level", "[simd][packed]") {
    tally t("packed lines written");
    generator random(8);
    for_each_case([&](const layout_case& c) {
        if (c.length == 0)
            return;
        const std::size_t padded = (c.length + 63) / 64 * 64;
        const last_elements<std::uint8_t> codes(padded);
        for (std::size_t i = 0; i < padded; ++i)
            codes.data()[i] = static_cast<std::uint8_t>(i < c.length ? random() : 0);
        const halfulp::detail::packed_arrangement a{c.layout, c.bits, c.length, c.stride};
        for (std::size_t line = 0; line<c.lines; line += c.lines> 3 ? 16 : 1) {
            std::vector<std::uint8_t> expected;
            for (const simd::isa level : all_levels()) {
                const last_elements<std::uint8_t> bytes(c.size);
                std::fill(bytes.data(), bytes.data() + c.size, std::uint8_t{0xa5});
                for (std::size_t first = 0; first < c.length; first += 640) {
                    const std::size_t count = c.length - first < 640 ? c.length - first : 640;
                    // The rest of the last block is part of what may be read.
                    simd::write_codes(level, bytes.data(), a, line, first, count, codes.data() + first);
                }
                bool right = true;
                for (std::size_t k = 0; k < c.length; ++k) {
                    const std::uint64_t code =
                        code_at(bytes.data(), c.layout, static_cast<std::size_t>(c.bits), c.length, c.stride,
                                line, k);
                    const unsigned wanted = codes.data()[k] & ((1u << c.bits) - 1);
                    right &= code == (c.layout == packed_layout::base_3 && wanted == 3 ? 2 : wanted);
                }
                t.expect(right, [&] { return name(c.layout, c.bits, c.length, line, level); });
                // Other lines keep their bytes, bits of no code are zero: all levels write the same array, and it
                // reads as zeros behind the codes.
                const std::vector<std::uint8_t> all(bytes.data(), bytes.data() + c.size);
                if (expected.empty())
                    expected = all;
                t.expect(all == expected,
                         [&] { return "bytes: " + name(c.layout, c.bits, c.length, line, level); });
                if (c.layout != packed_layout::interleaved) {
                    const std::size_t begin = line * c.stride;
                    const std::size_t end = begin + halfulp::packed_line_bytes(c.layout, c.bits, c.length);
                    bool kept = true;
                    for (std::size_t i = 0; i < c.size; ++i)
                        kept &= (i >= begin && i < end) || all[i] == 0xa5;
                    t.expect(kept,
                             [&] { return "around: " + name(c.layout, c.bits, c.length, line, level); });
                    if (c.layout == packed_layout::contiguous &&
                        c.length * static_cast<std::size_t>(c.bits) % 8 != 0)
                        t.expect(all[end - 1] >> c.length * static_cast<std::size_t>(c.bits) % 8 == 0, [&] {
                            return "bits of no code: " + name(c.layout, c.bits, c.length, line, level);
                        });
                    if (c.layout == packed_layout::bit_planes) {
                        bool zero = true;
                        for (std::size_t p = 0; p < static_cast<std::size_t>(c.bits); ++p)
                            for (std::size_t k = c.length; k < (c.length + 63) / 64 * 64; ++k)
                                zero &= (all[begin + p * halfulp::plane_bytes(c.length) + k / 8] >> k % 8 &
                                         1) == 0;
                        t.expect(zero, [&] {
                            return "bits of no code: " + name(c.layout, c.bits, c.length, line, level);
                        });
                    }
                }
            }
        }
    });
    require(t);
}
