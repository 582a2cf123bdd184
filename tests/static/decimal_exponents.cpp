// SPDX-License-Identifier: BSL-1.0
// max_exponent10 is the greatest n with 10^n <= max(), also where 10^n lies between max() and the power
// of two above it.

#include <halfulp/formats/limits.hpp>
#include <halfulp/formats/named.hpp>

namespace {

using namespace halfulp;

template <class T>
constexpr int decimal = std::numeric_limits<T>::max_exponent10;

static_assert(decimal<float16> == 4 && decimal<bfloat16> == 38 && decimal<float32> == 38);
static_assert(decimal<float64> == 308 && decimal<float128> == 4932 && decimal<float8_e8m0fnu> == 38);
static_assert(decimal<float4_e2m1fn> == 0 && decimal<float8_e3m4> == 1 && decimal<float8_e4m3fn> == 2);

// 64 < 100 <= 128, 896 < 1000 <= 1024, and 10 itself.
static_assert(decimal<p3109::binary<5, 1>> == 1);
static_assert(decimal<custom_float<float_format{.exponent_bits = 4,
                                                .significand_bits = 3,
                                                .bias = 6,
                                                .has_infinity = false,
                                                .nan = nan_encoding::top_code}>> == 2);
using up_to_ten = custom_float<float_format{
    .exponent_bits = 3, .significand_bits = 2, .bias = 4, .nan = nan_encoding::top_code}>;
static_assert(std::numeric_limits<up_to_ten>::max() == 10 && decimal<up_to_ten> == 1);

// Below 1: 0.0625 < 0.1 <= 0.125, and 0.1171875.
template <int Stored>
using below_one = custom_float<float_format{.exponent_bits = 3,
                                            .significand_bits = Stored,
                                            .bias = 11,
                                            .has_infinity = false,
                                            .nan = nan_encoding::none}>;
static_assert(std::numeric_limits<below_one<0>>::max() == 0.0625 && decimal<below_one<0>> == -2);
static_assert(std::numeric_limits<below_one<3>>::max() == 0.1171875 && decimal<below_one<3>> == -1);

// The widest: 2^98302 = 10^29591.85, max() is just below 2^98303 = 10^29592.15; and with one bit 2^98302.
static_assert(
    decimal<custom_float<float_format{.exponent_bits = 15, .significand_bits = 112, .bias = -65536}>> ==
    29592);
static_assert(decimal<custom_float<float_format{.exponent_bits = 15,
                                                .significand_bits = 0,
                                                .bias = -65536,
                                                .has_infinity = false,
                                                .nan = nan_encoding::top_code}>> == 29591);

}  // namespace
