// SPDX-License-Identifier: BSL-1.0
//
// Literals: every suffix, exactly rounded at compile time. The refusals are compile errors.

#include <halfulp/formats/literals.hpp>

#include "support/catch.hpp"

#include <type_traits>

using namespace halfulp::literals;

namespace {

template <class T, class U>
constexpr bool is(U) {
    return std::is_same_v<T, U>;
}

static_assert(is<halfulp::float16>(1_f16) && 1.5_f16 == 1.5);
static_assert(is<halfulp::bfloat16>(1_bf16) && 0x1p-3_bf16 == 0.125);
static_assert(is<halfulp::tfloat32>(1_tf32) && 1.0009765625_tf32 == 1.0009765625);
static_assert(is<halfulp::float32>(1_f32) && 0.1_f32 == 0.1f);
static_assert(is<halfulp::float64>(1_f64) && 0.1_f64 == 0.1);
static_assert(is<halfulp::float128>(1_f128) && 0.1_f128 != 0.1);
static_assert(is<halfulp::float8_e5m2>(1_e5m2) && 57344_e5m2 == 57344);
static_assert(is<halfulp::float8_e4m3>(1_e4m3) && 240_e4m3 == 240);
static_assert(is<halfulp::float8_e4m3fn>(1_e4m3fn) && -448_e4m3fn == -448);
static_assert(is<halfulp::float8_e3m4>(1_e3m4) && 15.5_e3m4 == 15.5);
static_assert(is<halfulp::float8_e4m3fnuz>(1_e4m3fnuz) && 240_e4m3fnuz == 240);
static_assert(is<halfulp::float8_e5m2fnuz>(1_e5m2fnuz) && 57344_e5m2fnuz == 57344);
static_assert(is<halfulp::float8_e4m3b11fnuz>(1_e4m3b11fnuz) && 30_e4m3b11fnuz == 30);
static_assert(is<halfulp::float8_e8m0fnu>(1_e8m0fnu) && 0x1p-127_e8m0fnu == 0x1p-127);
static_assert(is<halfulp::float6_e2m3fn>(1_e2m3fn) && 7.5_e2m3fn == 7.5);
static_assert(is<halfulp::float6_e3m2fn>(1_e3m2fn) && 28_e3m2fn == 28);
static_assert(is<halfulp::float4_e2m1fn>(1_e2m1fn) && 6_e2m1fn == 6);

// Once, from the characters: 1 + 2^-11 + a little is above the midpoint, but a double cannot tell.
static_assert((1.000488281250000000000000000000000000000000000000000001_f16).to_bits() == 0x3c01);
static_assert((1.00048828125_f16).to_bits() == 0x3c00);
static_assert((6.475175119438025110924438958227646552e-4966_f128).to_bits() == 1);
static_assert(1'000'000.5_f64 == 1000000.5 && 0x1'0p0_f64 == 16);
static_assert((0_f16).to_bits() == 0 && (-0.0_f16).to_bits() == 0x8000);
static_assert(0.5_f16 == .5_f16 && 0e1_f16 == 0 && 0x10_f16 == 16 && 1._f16 == 1);
static_assert((1e-30_f16).to_bits() == 0);
static_assert(1.5_f16 * 2_f16 == 3_f16);

}  // namespace

TEST_CASE("literals are values") {
    const auto x = 0.1_bf16;
    CHECK(x.to_bits() == 0x3dcd);
    CHECK(x + 0.1_bf16 == 0.2_bf16);
}
