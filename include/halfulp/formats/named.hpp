// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The named types. Names follow ml_dtypes: f finite, n NaN, u unsigned or unsigned zero, z zero.
///
/// | type                | bits | largest     | smallest     | infinity | NaN             | source            |
/// |---------------------|------|-------------|--------------|----------|-----------------|-------------------|
/// | float8_e5m2         | 8    | 57344       | 2^-16        | yes      | IEEE            | OCP OFP8 1.0      |
/// | float8_e4m3fn       | 8    | 448         | 2^-9         | no       | 0x7f, 0xff      | OCP OFP8 1.0      |
/// | float8_e4m3         | 8    | 240         | 2^-9         | yes      | IEEE            | IEEE 754 rules    |
/// | float8_e3m4         | 8    | 15.5        | 2^-6         | yes      | IEEE            | IEEE 754 rules    |
/// | float8_e4m3fnuz     | 8    | 240         | 2^-10        | no       | 0x80            | Graphcore, AMD    |
/// | float8_e5m2fnuz     | 8    | 57344       | 2^-17        | no       | 0x80            | Graphcore, AMD    |
/// | float8_e4m3b11fnuz  | 8    | 30          | 2^-13        | no       | 0x80            | bias 11           |
/// | float8_e8m0fnu      | 8    | 2^127       | 2^-127       | no       | 0xff            | OCP MX 1.0, scale |
/// | float6_e2m3fn       | 6    | 7.5         | 0.125        | no       | none            | OCP MX 1.0        |
/// | float6_e3m2fn       | 6    | 28          | 0.0625       | no       | none            | OCP MX 1.0        |
/// | float4_e2m1fn       | 4    | 6           | 0.5          | no       | none            | OCP MX 1.0        |
/// | bfloat16            | 16   | 2^128-2^120 | 2^-133       | yes      | IEEE            | Google Brain      |
/// | float16             | 16   | 65504       | 2^-24        | yes      | IEEE            | IEEE 754 binary16 |
/// | tfloat32            | 19   | 2^128-2^117 | 2^-136       | yes      | IEEE            | NVIDIA            |
/// | float32             | 32   | 2^128-2^104 | 2^-149       | yes      | IEEE            | IEEE 754 binary32 |
/// | float64             | 64   | 2^1024-2^971 | 2^-1074     | yes      | IEEE            | IEEE 754 binary64 |
/// | float128            | 128  | 2^16384-2^16271 | 2^-16494 | yes      | IEEE            | IEEE 754 binary128 |

#include <halfulp/formats/custom_float.hpp>

namespace halfulp {
inline namespace v0 {

using float8_e5m2 = custom_float<formats::float8_e5m2>;
using float8_e4m3fn = custom_float<formats::float8_e4m3fn>;
using float8_e4m3 = custom_float<formats::float8_e4m3>;
using float8_e3m4 = custom_float<formats::float8_e3m4>;
using float8_e4m3fnuz = custom_float<formats::float8_e4m3fnuz>;
using float8_e5m2fnuz = custom_float<formats::float8_e5m2fnuz>;
using float8_e4m3b11fnuz = custom_float<formats::float8_e4m3b11fnuz>;
using float8_e8m0fnu = custom_float<formats::float8_e8m0fnu>;
using float6_e2m3fn = custom_float<formats::float6_e2m3fn>;
using float6_e3m2fn = custom_float<formats::float6_e3m2fn>;
using float4_e2m1fn = custom_float<formats::float4_e2m1fn>;
using bfloat16 = custom_float<formats::bfloat16>;
using float16 = custom_float<formats::float16>;
using tfloat32 = custom_float<formats::tfloat32>;
using float32 = custom_float<formats::float32>;
using float64 = custom_float<formats::float64>;
using float128 = custom_float<formats::float128>;

namespace p3109 {

/// A number of IEEE P3109's binary{Width}p{Precision}{s|u}{e|f}, with 3 <= Width <= 16.
template <int Width, int Precision, signedness Sign = signedness::signed_values,
          domain Range = domain::extended, projection Default = projection{}>
requires(Width >= 3 && Width <= 16 && Precision >= 1 &&
         Precision <= (Sign == signedness::signed_values ? Width - 1 : Width)) using binary =
    custom_float<format(Width, Precision, Sign, Range), Default>;

}  // namespace p3109
}  // namespace v0
}  // namespace halfulp
