// SPDX-License-Identifier: BSL-1.0
//
// e^x of float in registers, with the bits of exponential<float>(x): see simd/for_each_family.hpp for how this
// text is used; it needs family/registers.hpp.
//
// In double, for the two halves of a register: k is the integer nearest to x · N/log 2, f = x · N/log 2 − k, one
// fused step as x and k are exact, and
//
//     e^x = 2^floor(k/N) · 2^((k mod N)/N) · 2^(f/N),   2^(f/N) = 1 + f·u(f),   |f| <= 1/2,
//
// with u a polynomial, and the N powers of two in a register (Tang, "Table-driven implementation of the exponential
// function in IEEE floating-point arithmetic", ACM TOMS 15(2), 1989). Results are converted to float by the
// processor, subnormal and overflowing ones too.
//
// There is no test for results that are hard to round. 370 floats have an e^x within 2^-45 of a midpoint of
// floats, relatively (the nearest is -0x1.d2259ap+3, 2^-52.6), and the steps below err by less than 2^-46: so only
// these can go wrong, and the coefficients and powers, which start as those of the polynomial of least error, were
// moved in their last bits until none does. benchmark_exponential --prove (benchmarks/exponential.cpp) went through
// all 2^32 floats, for both functions and families: no result is wrong, the largest error is 0.499999998 ulp. Whoever
// changes a coefficient, the order of the steps, or what is fused, has to do both again.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// x·y + z, rounded once.
HALFULP_ALWAYS_INLINE reals64 multiply_add(reals64 x, reals64 y, reals64 z) noexcept {
    __asm__("{vfmadd213pd %2, %1, %0|vfmadd213pd %0, %1, %2}" : "+v"(x) : "v"(y), "v"(z));
    return x;
}

/// The greater and the lesser of a number and a bound; NaN stays.
HALFULP_ALWAYS_INLINE reals32 at_least(reals32 x, reals32 bound) noexcept {
    __asm__("{vmaxps %0, %1, %0|vmaxps %0, %1, %0}" : "+v"(x) : "v"(bound));
    return x;
}
HALFULP_ALWAYS_INLINE reals32 at_most(reals32 x, reals32 bound) noexcept {
    __asm__("{vminps %0, %1, %0|vminps %0, %1, %0}" : "+v"(x) : "v"(bound));
    return x;
}

/// The lower and the upper half of a register of float as double, exactly, and the way back, rounded to nearest even.
/// As instructions, since g++ makes detours by half registers.
#if HALFULP_FAMILY_BYTES == 64
HALFULP_ALWAYS_INLINE reals64 widen_low(reals32 x) noexcept {
    reals64 result;
    __asm__("{vcvtps2pd %t1, %0|vcvtps2pd %0, %t1}" : "=v"(result) : "v"(x));
    return result;
}
HALFULP_ALWAYS_INLINE reals64 widen_high(reals32 x) noexcept {
    reals32 high;
    __asm__("{vextractf64x4 $1, %1, %t0|vextractf64x4 %t0, %1, 1}" : "=v"(high) : "v"(x));
    return widen_low(high);
}
HALFULP_ALWAYS_INLINE reals32 narrow(reals64 low, reals64 high) noexcept {
    reals32 front, back;
    __asm__("{vcvtpd2ps %1, %t0|vcvtpd2ps %t0, %1}" : "=v"(front) : "v"(low));
    __asm__("{vcvtpd2ps %1, %t0|vcvtpd2ps %t0, %1}" : "=v"(back) : "v"(high));
    __asm__("{vinsertf64x4 $1, %t1, %0, %0|vinsertf64x4 %0, %0, %t1, 1}" : "+v"(front) : "v"(back));
    return front;
}
#else
HALFULP_ALWAYS_INLINE reals64 widen_low(reals32 x) noexcept {
    reals64 result;
    __asm__("{vcvtps2pd %x1, %0|vcvtps2pd %0, %x1}" : "=x"(result) : "x"(x));
    return result;
}
HALFULP_ALWAYS_INLINE reals64 widen_high(reals32 x) noexcept {
    reals32 high;
    __asm__("{vextractf128 $1, %1, %x0|vextractf128 %x0, %1, 1}" : "=x"(high) : "x"(x));
    return widen_low(high);
}
HALFULP_ALWAYS_INLINE reals32 narrow(reals64 low, reals64 high) noexcept {
    reals32 front, back;
    __asm__("{vcvtpd2ps %1, %x0|vcvtpd2ps %x0, %1}" : "=x"(front) : "x"(low));
    __asm__("{vcvtpd2ps %1, %x0|vcvtpd2ps %x0, %1}" : "=x"(back) : "x"(high));
    __asm__("{vinsertf128 $1, %x1, %0, %0|vinsertf128 %0, %0, %x1, 1}" : "+x"(front) : "x"(back));
    return front;
}
#endif

/// The bits of 2^(j/N), nearly, less j in the place where an exponent has its bits −1, −2, …: to which k, moved
/// there, adds what makes it 2^(k/N).
template <std::size_t N>
struct powers_of_two {
    std::uint64_t bits[N];
};
template <std::size_t N>
constexpr powers_of_two<N> without_index(const double (&powers)[N]) noexcept {
    powers_of_two<N> result{};
    for (std::size_t j = 0; j < N; ++j)
        result.bits[j] = std::bit_cast<std::uint64_t>(powers[j]) - (j << 52) / N;
    return result;
}

#if HALFULP_FAMILY_BYTES == 64

/// For x <= 0: half as many floats are hard, and a polynomial of degree 5 will do.
struct exponential_of_nonpositive_constants {
    static constexpr double scale = 0x1.71547652b82fep+4;  // 16 / log 2
    static constexpr double u[] = {0x1.5d86d7735e694p-30, 0x1.3b2c1e87098ebp-23, 0x1.c6b08d9deb29bp-17,
                                   0x1.ebfbdff7157bp-11, 0x1.62e42fefa33cep-5};
    alignas(64) static constexpr powers_of_two<16> powers = without_index<16>(
        {0x1p+0, 0x1.0b5586cf98905p+0, 0x1.172b83c7d5166p+0, 0x1.2387a6e756234p+0, 0x1.306fe0a31b72p+0,
         0x1.3dea64c123422p+0, 0x1.4bfdad5362a61p+0, 0x1.5ab07dd485429p+0, 0x1.6a09e667f3ba9p+0,
         0x1.7a11473eb0187p+0, 0x1.8ace5422aa0a4p+0, 0x1.9c49182a3f086p+0, 0x1.ae89f995ad3a6p+0,
         0x1.c199bdd855279p+0, 0x1.d5818dcfba4a3p+0, 0x1.ea4afa2a490d9p+0});
};
struct exponential_constants {
    static constexpr double scale = 0x1.71547652b82fep+4;
    static constexpr double u[] = {0x1.42f87da9dc737p-37, 0x1.5d89be630066dp-30, 0x1.3b2ab6e1593a8p-23,
                                   0x1.c6b08d6e3e54dp-17, 0x1.ebfbdff82c594p-11, 0x1.62e42fefa39fdp-5};
    alignas(64) static constexpr powers_of_two<16> powers = without_index<16>(
        {0x1p+0, 0x1.0b5586cf9890bp+0, 0x1.172b83c7d516cp+0, 0x1.2387a6e75623bp+0, 0x1.306fe0a31b6fdp+0,
         0x1.3dea64c123421p+0, 0x1.4bfdad5362a4ap+0, 0x1.5ab07dd485425p+0, 0x1.6a09e667f3bcbp+0,
         0x1.7a11473eb01aap+0, 0x1.8ace5422aa0bep+0, 0x1.9c49182a3f089p+0, 0x1.ae89f995ad39dp+0,
         0x1.c199bdd8552ap+0, 0x1.d5818dcfba49ap+0, 0x1.ea4afa2a490d6p+0});
};

/// 2^(k/16), for k in the low bits.
template <class Constants>
HALFULP_ALWAYS_INLINE reals64 power_of_two(words64 k) noexcept {
    words64 power = k;  // of which the instruction looks at the low four bits
    __asm__("{vpermi2pd %2, %1, %0|vpermi2pd %0, %1, %2}"
            : "+v"(power)
            : "v"(load<reals64>(&Constants::powers.bits[0])), "v"(load<reals64>(&Constants::powers.bits[8])));
    return as_reals(power + (k << 48));
}

#else

struct exponential_constants {
    static constexpr double scale = 0x1.71547652b82fep+1;  // 2 / log 2
    static constexpr double u[] = {0x1.630458d4ff34fp-28, 0x1.00238101672a4p-23, 0x1.43090c8ed16b8p-19,
                                   0x1.5d87f2ef25d73p-15, 0x1.3b2ab6fc16a7fp-11, 0x1.c6b08d71e4883p-8,
                                   0x1.ebfbdff82c503p-5,  0x1.62e42fefa38p-2};
    static constexpr powers_of_two<2> powers = without_index<2>({0x1p+0, 0x1.6a09e667f3bcap+0});
};
using exponential_of_nonpositive_constants = exponential_constants;

/// 2^(k/2), for k in the low bits.
template <class Constants>
HALFULP_ALWAYS_INLINE reals64 power_of_two(words64 k) noexcept {
    constexpr auto& bits = Constants::powers.bits;
    const words64 choices{bits[0], bits[1], bits[0], bits[1]};
    words64 power;  // chosen by bit 1
    __asm__("{vpermilpd %2, %1, %0|vpermilpd %0, %1, %2}" : "=x"(power) : "x"(choices), "x"(k + k));
    return as_reals(power + (k << 51));
}

#endif

/// e^(x·factor) = power + u·product in double, for results between 2^-1000 and 2^1000, where Constants::scale is
/// N·factor/log 2. NaN gives NaN.
template <class Constants>
HALFULP_ALWAYS_INLINE void exponential_in_parts(reals64 x, reals64& power, reals64& product,
                                                reals64& u) noexcept {
    const reals64 scale = repeat(Constants::scale);
    // Sums of this size are integers, with their two's complement in the low bits.
    const reals64 shift = repeat(0x1.8p52);
    const reals64 k = multiply_add(x, scale, shift);
    const reals64 f = multiply_add(x, scale, shift - k);
    power = power_of_two<Constants>(as_words(k));
    product = power * f;
    constexpr auto& coefficients = Constants::u;
    constexpr int count = sizeof(coefficients) / sizeof(double);
    u = repeat(coefficients[0]);
#pragma GCC unroll 16
    for (int i = 1; i < count; ++i)
        u = multiply_add(u, f, repeat(coefficients[i]));
}
/// e^x in double, not rounded to float yet.
template <class Constants>
HALFULP_ALWAYS_INLINE reals64 exponential_before_rounding(reals64 x) noexcept {
    reals64 power, product, u;
    exponential_in_parts<Constants>(x, power, product, u);
    return multiply_add(u, product, power);
}

/// e^x for x <= 0, or NaN for NaN: the bits of exponential<float>(x) but for those of NaN. e^(−∞) is +0.
HALFULP_ALWAYS_INLINE reals32 exponential_of_nonpositive(reals32 x) noexcept {
    using constants = exponential_of_nonpositive_constants;
    // e^-104 is below half the least float.
    const reals32 bounded = at_least(x, repeat(-104.0f));
    return narrow(exponential_before_rounding<constants>(widen_low(bounded)),
                  exponential_before_rounding<constants>(widen_high(bounded)));
}

/// exponential<float>(x).
HALFULP_ALWAYS_INLINE reals32 exponential(reals32 x) noexcept {
    using constants = exponential_constants;
    // e^89 is above the largest float.
    const reals32 bounded = at_most(at_least(x, repeat(-104.0f)), repeat(89.0f));
    const reals32 result = narrow(exponential_before_rounding<constants>(widen_low(bounded)),
                                  exponential_before_rounding<constants>(widen_high(bounded)));
    return x == x ? result : repeat(std::numeric_limits<float>::quiet_NaN());
}

/// y[i] = exponential<float>(x[i]) for whole blocks.
inline void exponential_of_array(const float* x, float* y, std::size_t count) noexcept {
    constexpr std::size_t lanes = register_bytes / 4;
    for (std::size_t i = 0; i < count; i += 2 * lanes) {
        const reals32 first = exponential(load<reals32>(x + i));
        const reals32 second = exponential(load<reals32>(x + i + lanes));
        store(y + i, first);
        store(y + i + lanes, second);
    }
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
