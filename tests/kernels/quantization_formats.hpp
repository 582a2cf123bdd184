// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Formats, scales and real numbers that are hard for a quantiser.

#include <halfulp/kernels/quantize.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace halfulp_test {

using namespace halfulp;

/// The levels that this machine has, of which plain is the definition.
inline std::vector<simd::isa> levels_of_machine() {
    std::vector<simd::isa> result;
    for (const simd::isa level : {simd::isa::plain, simd::isa::avx2, simd::isa::avx512})
        if (level <= simd::detected_level())
            result.push_back(level);
    return result;
}

/// Every format that quantisation gives.
inline std::vector<integer_format> quantized_formats() {
    std::vector<integer_format> result{formats::ternary};
    for (int bits = 1; bits <= 8; ++bits)
        for (const integer_format& f :
             {formats::signed_integer(bits), formats::unsigned_integer(bits), formats::bipolar_integer(bits)})
            result.push_back(f);
    return result;
}

inline std::string name_of(const integer_format& f) {
    const char* const encodings[] = {"int", "uint", "bipolar", "ternary"};
    return encodings[static_cast<int>(f.encoding)] + std::to_string(f.width);
}

/// Powers of two and others, from the smallest to the largest float.
inline const std::vector<float> hard_scales = {1.0f,
                                               0.25f,
                                               0.3f,
                                               1 / 3.0f,
                                               0.0313f,
                                               7.7f,
                                               1e-20f,
                                               1e20f,
                                               0x1p-149f,
                                               0x3p-149f,
                                               0x1.4p-127f,
                                               0x1.000002p-126f,
                                               0x1.fffffep-101f,
                                               0x1p100f,
                                               0x1.8p120f,
                                               0x1p127f,
                                               0x1.fffffep127f};

/// S·(n + 1/2) where that is a float, else the nearest; its neighbours, and others of the same size.
inline std::vector<float> hard_numbers(float scale, std::int64_t center, generator& random) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> result{0.0f, -0.0f, infinity, -infinity, 0x1p-149f, -0x1p-149f, 0x1.fffffep127f};
    for (int i = 0; i < 8; ++i) {
        const double n = static_cast<double>(center) + static_cast<double>(random.below(600)) - 300.0;
        for (const double place : {n / 2, n, n + 0.5, static_cast<double>(i) - 3.5}) {
            const double exact = place * static_cast<double>(scale);
            if (!(std::fabs(exact) < 0x1p127))
                continue;
            const auto tie = static_cast<float>(exact);
            result.push_back(tie);
            result.push_back(std::nextafter(tie, infinity));
            result.push_back(std::nextafter(tie, -infinity));
        }
    }
    return result;
}

}  // namespace halfulp_test
