// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The small floating-point formats of the Tilus paper (Ding et al., "Tilus: A Virtual Machine for Arbitrary
/// Low-Precision GPGPU Computation in LLM Serving", arXiv 2504.12984): every split of 3 to 8 bits into a sign, E
/// exponent bits and M significand bits, without infinity.
///
/// Bias 2^(E−1) − 1, with subnormals and −0. All codes are numbers, the largest 2^(2^E − 1 − bias)·(2 − 2^(−M)); but
/// with E = 5 the top exponent is reserved, and the largest is 2^(2^E − 2 − bias)·(2 − 2^(−M)), that of the IEEE
/// format of those fields.
///
/// | type | bits | largest | | type | bits | largest | | type | bits | largest |
/// |------|------|---------|-|------|------|---------|-|------|------|---------|
/// | e1m1 | 3    | 3       | | e2m1 | 4    | 6       | | e4m2 | 7    | 448     |
/// | e1m2 | 4    | 3.5     | | e2m3 | 6    | 7.5     | | e4m3 | 8    | 480     |
/// | e2m0 | 3    | 4       | | e3m2 | 6    | 28      | | e5m2 | 8    | 57344   |
///
/// e2m1, e2m3 and e3m2 are formats::float4_e2m1fn, float6_e2m3fn and float6_e3m2fn; e4m3 is neither of the OCP and
/// IEEE formats of those fields.
///
/// The codes of the reserved exponent, which the paper gives no meaning, are NaN here, whatever their significand:
/// nan_encoding::ieee without infinity. What no code stands for becomes the largest value of its sign, by the
/// types' default projection; a NaN becomes the quiet NaN where E = 5 and the largest value elsewhere.

#include <halfulp/formats/custom_float.hpp>

namespace halfulp {
inline namespace v0 {
namespace tilus {

/// The format of E exponent and M significand bits; for 1 <= E, 0 <= M, 2 <= E + M <= 7.
constexpr float_format format(int exponent_bits, int significand_bits) noexcept {
    return {.exponent_bits = exponent_bits,
            .significand_bits = significand_bits,
            .has_infinity = false,
            .nan = exponent_bits == 5 ? nan_encoding::ieee : nan_encoding::none};
}

/// A number of format(E, M). Its operators round to nearest, ties to even, and saturate.
template <int E, int M, projection Default = projection{.overflow = saturation::finite}>
requires(E >= 1 && M >= 0 && E + M >= 2 && E + M <= 7) using float_type = custom_float<format(E, M), Default>;

using e1m1 = float_type<1, 1>;
using e1m2 = float_type<1, 2>;
using e1m3 = float_type<1, 3>;
using e1m4 = float_type<1, 4>;
using e1m5 = float_type<1, 5>;
using e1m6 = float_type<1, 6>;
using e2m0 = float_type<2, 0>;
using e2m1 = float_type<2, 1>;
using e2m2 = float_type<2, 2>;
using e2m3 = float_type<2, 3>;
using e2m4 = float_type<2, 4>;
using e2m5 = float_type<2, 5>;
using e3m0 = float_type<3, 0>;
using e3m1 = float_type<3, 1>;
using e3m2 = float_type<3, 2>;
using e3m3 = float_type<3, 3>;
using e3m4 = float_type<3, 4>;
using e4m0 = float_type<4, 0>;
using e4m1 = float_type<4, 1>;
using e4m2 = float_type<4, 2>;
using e4m3 = float_type<4, 3>;
using e5m0 = float_type<5, 0>;
using e5m1 = float_type<5, 1>;
using e5m2 = float_type<5, 2>;
using e6m0 = float_type<6, 0>;
using e6m1 = float_type<6, 1>;
using e7m0 = float_type<7, 0>;

}  // namespace tilus
}  // namespace v0
}  // namespace halfulp
