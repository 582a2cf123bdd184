// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Arithmetic in constant expressions: identities that hold to the last bit, and results worked out by
/// hand or printed in the formats' documents. Compiled with the compiler's 128 bits and without.

#include <halfulp/halfulp.hpp>

namespace static_arithmetic {

using namespace halfulp;

inline constexpr rounding modes[] = {
    rounding::ties_to_even,    rounding::ties_to_away,    rounding::ties_to_zero,   rounding::toward_zero,
    rounding::toward_positive, rounding::toward_negative, rounding::away_from_zero, rounding::to_odd};

/// Values of a small type, `Step` codes apart, through identities in every mode. Compilers bound the
/// steps of one constant expression, so there are several.
template <class T, unsigned First, unsigned Step>
constexpr bool identities() {
    for (unsigned code = First; code < 1u << T::format.bits(); code += Step) {
        const T x = T::from_bits(static_cast<typename T::storage_type>(code));
        if (!isfinite(x))
            continue;
        for (const rounding mode : modes) {
            const projection p{mode};
            if (convert<T>(x, p) != x || multiply(x, T{1}, p) != x || divide(x, T{1}, p) != x)
                return false;
            if constexpr (T::format.has_zero())
                if (add(x, T{}, p) != x || subtract(x, x, p) != T{} || halfulp::fma(x, T{1}, T{}, p) != x)
                    return false;
        }
        // A square's root, where the square is exact.
        const auto square = multiply<with_status<T>>(x, x);
        if (square.flags.ok() && halfulp::sqrt(square.value) != abs(x))
            return false;
        if (next_down(next_up(x)) != x && isfinite(next_up(x)) && next_up(x) != x)
            return false;
    }
    return true;
}
static_assert(identities<float8_e4m3fn, 0, 71>());
static_assert(identities<float8_e4m3fn, 1, 71>());
static_assert(identities<float8_e4m3fn, 2, 71>());
static_assert(identities<float8_e5m2, 0, 71>());
static_assert(identities<float8_e5m2, 1, 71>());
static_assert(identities<float8_e5m2, 2, 71>());
static_assert(identities<float8_e4m3fnuz, 0, 71>());
static_assert(identities<float8_e4m3fnuz, 1, 71>());
static_assert(identities<float8_e4m3fnuz, 2, 71>());
static_assert(identities<float8_e8m0fnu, 0, 71>());
static_assert(identities<float8_e8m0fnu, 1, 71>());
static_assert(identities<float8_e8m0fnu, 2, 71>());
static_assert(identities<float6_e2m3fn, 0, 13>());
static_assert(identities<float6_e2m3fn, 1, 13>());
static_assert(identities<float6_e2m3fn, 2, 13>());
static_assert(identities<float6_e3m2fn, 0, 13>());
static_assert(identities<float6_e3m2fn, 1, 13>());
static_assert(identities<float6_e3m2fn, 2, 13>());
static_assert(identities<float4_e2m1fn, 0, 3>());

/// What a quotient is in every mode: 1/3 is 0.0101…b, −1/3 its mirror image.
template <class T>
constexpr bool third(typename T::storage_type below) {
    const T low = T::from_bits(below), high = next_up(low);
    const auto quotient = [](int x, rounding mode) { return divide<T>(x, 3, projection{mode}); };
    const bool low_is_odd = (below & 1) != 0;
    return quotient(1, rounding::toward_zero) == low && quotient(1, rounding::toward_negative) == low &&
           quotient(1, rounding::toward_positive) == high && quotient(1, rounding::away_from_zero) == high &&
           quotient(1, rounding::to_odd) == (low_is_odd ? low : high) &&
           quotient(-1, rounding::toward_zero) == -low && quotient(-1, rounding::toward_negative) == -high &&
           quotient(-1, rounding::toward_positive) == -low && quotient(-1, rounding::away_from_zero) == -high;
}
static_assert(third<float16>(0x3555));
static_assert(third<bfloat16>(0x3eaa));
static_assert(third<tfloat32>(0x1f555));
static_assert(third<float32>(0x3eaaaaaa));
static_assert(third<float64>(0x3fd5555555555555));

// The wide lanes: 128 bits and limbs.
static_assert(float128{1} / float128{3} * float128{3} == 1);
static_assert(add<with_status<float128>>(float128{1}, 0x1p-112).flags.ok());
static_assert(add<with_status<float128>>(float128{1}, 0x1p-113).flags == status{.inexact = true});
static_assert(add(float128{1}, float128{0x1p-113}, projection{rounding::toward_positive}) ==
              next_up(float128{1}));
static_assert(halfulp::sqrt(float128{2}) * halfulp::sqrt(float128{2}) != 2);
static_assert(halfulp::sqrt(multiply<float128>(3, 3)) == 3);
static_assert(halfulp::fma(next_up(float128{1}), next_up(float128{1}), float128{-1}) ==
              ldexp(float128{1}, -111) + ldexp(float128{1}, -224));
static_assert(halfulp::remainder(float128{5}, float128{3}) == -1);
static_assert(ldexp(float128{1}, 16383) * float128{0.5} == ldexp(float128{1}, 16382));
static_assert(multiply<float128>(0x1.fffffffffffffp1023, 0x1.fffffffffffffp1023) ==
              ldexp(float128{0x1.ffffffffffffep0}, 2047) + ldexp(float128{1}, 1942));
static_assert(convert<float64>(next_up(float128{1})) == 1);
static_assert(convert<float64>(next_up(float128{1} + float128{0x1p-53})) == 1 + 0x1p-52);

// float64 through limbs: the results that IEEE 754 fixes.
static_assert(float64{0.1} + float64{0.2} == 0x1.3333333333334p-2);
static_assert(float64{0x1p-1074} / float64{2} == 0);
static_assert(divide(float64{0x1p-1074}, float64{2}, projection{rounding::away_from_zero}) == 0x1p-1074);
static_assert(float64{0x1.fffffffffffffp1023} + float64{0x1p969} == 0x1.fffffffffffffp1023);
static_assert(isinf(float64{0x1.fffffffffffffp1023} + float64{0x1p970}));
static_assert(halfulp::fma(float64{0x1p-537}, float64{0x1p-537}, float64{0x1p-1074}) == 0x1p-1073);

// Stochastic modes: the outcome for given bits.
static_assert(convert<float8_e4m3fn>(1.0625, projection{rounding::stochastic_a, saturation::none, 4}, 7) ==
              1);
static_assert(convert<float8_e4m3fn>(1.0625, projection{rounding::stochastic_a, saturation::none, 4}, 8) ==
              1.125);
static_assert(convert<float8_e4m3fn>(1.0625, projection{rounding::stochastic_equal}, 0) == 1);
static_assert(convert<float8_e4m3fn>(1.0625, projection{rounding::stochastic_equal}, 1) == 1.125);

// Overflow and what becomes of it.
static_assert(isnan(convert<float8_e4m3fn>(500)));
static_assert(convert<float8_e4m3fn>(500, projection{rounding::ties_to_even, saturation::finite}) == 448);
static_assert(convert<float8_e4m3fn>(464) == 448);
static_assert(isnan(convert<float8_e4m3fn>(465)));
static_assert(isinf(convert<float8_e5m2>(61440)));
static_assert(convert<float8_e5m2>(61439) == 57344);
static_assert(convert<float4_e2m1fn>(1000) == 6);
static_assert(convert<float8_e8m0fnu>(0.75f) == 0.5);  // codes 126 and 127: a tie goes to the even one
static_assert(convert<float8_e8m0fnu>(1.5f) == 2);
static_assert(isnan(convert<float8_e8m0fnu>(-2)));

// Text, comparisons and functions.
static_assert(compare(float128{1}, 1) == 0);
static_assert(minimum(float16{1}, float16{2}) == 1);
static_assert(maximum_number(float16{1}, std::numeric_limits<float16>::quiet_NaN()) == 1);
static_assert(total_order(float16::from_bits(0x8000), float16{}) < 0);
static_assert(frexp(float16{48}).fraction == 0.75 && frexp(float16{48}).exponent == 6);
static_assert(exponential(float8_e4m3fn{1}) == 2.75);

}  // namespace static_arithmetic
