// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The formats that the tests of the reference go through, and a name for each in messages.

#include <halfulp/formats/float_format.hpp>

#include <string>
#include <vector>

namespace halfulp_test {

inline std::string name_of(const halfulp::float_format& f) {
    const char* nan[] = {"ieee", "top_code", "negative_zero", "none"};
    return "e" + std::to_string(f.exponent_bits) + "m" + std::to_string(f.significand_bits) + " bias " +
           std::to_string(f.bias) + (f.has_sign ? "" : " unsigned") +
           (f.has_subnormals ? "" : " no-subnormals") + (f.has_negative_zero ? "" : " no-negative-zero") +
           (f.has_infinity ? "" : " no-infinity") + " nan " + nan[static_cast<int>(f.nan)];
}

/// The named formats of up to 8 bits.
inline std::vector<halfulp::float_format> named_small_formats() {
    using namespace halfulp::formats;
    return {float8_e5m2,     float8_e4m3,     float8_e3m4,        float8_e4m3fn,
            float8_e4m3fnuz, float8_e5m2fnuz, float8_e4m3b11fnuz, float8_e8m0fnu,
            float6_e2m3fn,   float6_e3m2fn,   float4_e2m1fn};
}

/// The P3109 formats of these widths, every precision, signed and unsigned, finite and extended.
inline std::vector<halfulp::float_format> p3109_formats(int narrowest, int widest) {
    using namespace halfulp::p3109;
    std::vector<halfulp::float_format> result;
    for (int width = narrowest; width <= widest; ++width)
        for (int precision = 1; precision <= width; ++precision)
            for (const signedness sign : {signedness::signed_values, signedness::unsigned_values})
                for (const domain range : {domain::finite, domain::extended}) {
                    if (sign == signedness::signed_values && precision == width)
                        continue;
                    const auto f = halfulp::p3109::format(width, precision, sign, range);
                    if (halfulp::why_invalid(f) == nullptr)
                        result.push_back(f);
                }
    return result;
}

/// Every valid combination of the descriptor's switches, for a few small field widths and biases.
inline std::vector<halfulp::float_format> unusual_formats() {
    using halfulp::nan_encoding;
    std::vector<halfulp::float_format> result;
    for (int exponent_bits = 0; exponent_bits <= 3; ++exponent_bits)
        for (int significand_bits = 0; significand_bits <= 2; ++significand_bits)
            for (const int bias : {1, -3})
                for (unsigned switches = 0; switches < 16; ++switches)
                    for (const nan_encoding nan : {nan_encoding::ieee, nan_encoding::top_code,
                                                   nan_encoding::negative_zero, nan_encoding::none}) {
                        const halfulp::float_format f{.exponent_bits = exponent_bits,
                                                      .significand_bits = significand_bits,
                                                      .bias = bias,
                                                      .has_sign = (switches & 1) != 0,
                                                      .has_subnormals = (switches & 2) != 0,
                                                      .has_negative_zero = (switches & 4) != 0,
                                                      .has_infinity = (switches & 8) != 0,
                                                      .nan = nan};
                        // NaN in the place of the negative value nearest to zero is not a format.
                        const bool refused = !f.has_zero() && nan == nan_encoding::negative_zero;
                        if (halfulp::why_invalid(f) == nullptr && !refused)
                            result.push_back(f);
                    }
    return result;
}

}  // namespace halfulp_test
