// SPDX-License-Identifier: BSL-1.0
//
// tanh of float in registers, with the bits of hyperbolic_tangent<float>(x): see simd/for_each_family.hpp for how this
// text is used; it needs family/exponential.hpp.
//
//     tanh |x| = (e^(2|x|) − 1)/(e^(2|x|) + 1),   e^(2|x|) = p + d,
//
// with p a power 2^(k/N) and d the small rest as in family/exponential.hpp. p − 1 is exact, so the difference
// d + (p − 1) is as accurate for small |x|, where p is 1, as for others.
//
// There is no test for results that are hard to round here either: the error in double is below 2^-47, 23 magnitudes lie
// within that of a midpoint, relatively (the nearest is 0x1.86fbc4p-10, 2^-50.3), and none of them goes wrong.
// benchmark_exponential --prove (benchmarks/exponential.cpp) went through all 2^32 floats: no result is wrong, the
// largest error is 0.499999991 ulp. Whoever changes a coefficient, the order of the steps, or what is fused, has to do
// that again.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

#if HALFULP_FAMILY_BYTES == 64

struct hyperbolic_tangent_constants {
    static constexpr double scale = 0x1.71547652b82fep+5;  // 2 · 16 / log 2
    static constexpr double u[] = {0x1.430a4970f3ce1p-37, 0x1.5d89be630066dp-30, 0x1.3b2ab6fb09a33p-23,
                                   0x1.c6b08d6e8a0a7p-17, 0x1.ebfbdff82c594p-11, 0x1.62e42fefa39fdp-5};
    // The powers themselves, to nearest.
    alignas(64) static constexpr powers_of_two<16> powers = without_index<16>(
        {0x1p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0, 0x1.306fe0a31b715p+0,
         0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0, 0x1.6a09e667f3bcdp+0,
         0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f09p+0, 0x1.ae89f995ad3adp+0,
         0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0});
};

#else

struct hyperbolic_tangent_constants {
    static constexpr double scale = 0x1.71547652b82fep+2;  // 2 · 2 / log 2
    static constexpr double u[] = {0x1.b56fbc1e1d6fcp-33, 0x1.630a06ce341a9p-28, 0x1.ffcbf4851002dp-24,
                                   0x1.43090b351e883p-19, 0x1.5d87fe78f964fp-15, 0x1.3b2ab6fc4974bp-11,
                                   0x1.c6b08d704a07bp-8,  0x1.ebfbdff82c48p-5,   0x1.62e42fefa39efp-2};
    static constexpr powers_of_two<2> powers = without_index<2>({0x1p+0, 0x1.6a09e667f3bcdp+0});
};

#endif

/// tanh x in double for 0 <= x < 300, not rounded to float yet. NaN gives NaN.
HALFULP_ALWAYS_INLINE reals64 hyperbolic_tangent_before_rounding(reals64 x) noexcept {
    reals64 power, product, u;
    exponential_in_parts<hyperbolic_tangent_constants>(x, power, product, u);
    const reals64 one = repeat(1.0);
    return multiply_add(u, product, power - one) / multiply_add(u, product, power + one);
}

/// hyperbolic_tangent<float>(x).
HALFULP_ALWAYS_INLINE reals32 hyperbolic_tangent(reals32 x) noexcept {
    const words32 sign = as_words(x) & splat<float>(0x80000000u);
    // tanh 10 is above 1 − 2^-26.
    const reals32 bounded = at_most(as_reals(as_words(x) ^ sign), repeat(10.0f));
    const reals32 magnitude = narrow(hyperbolic_tangent_before_rounding(widen_low(bounded)),
                                     hyperbolic_tangent_before_rounding(widen_high(bounded)));
    const reals32 result = as_reals(as_words(magnitude) | sign);
    return x == x ? result : repeat(std::numeric_limits<float>::quiet_NaN());
}

/// y[i] = hyperbolic_tangent<float>(x[i]) for whole blocks.
inline void hyperbolic_tangent_of_array(const float* x, float* y, std::size_t count) noexcept {
    constexpr std::size_t lanes = register_bytes / 4;
    for (std::size_t i = 0; i < count; i += lanes)
        store(y + i, hyperbolic_tangent(load<reals32>(x + i)));
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
