// SPDX-License-Identifier: BSL-1.0
//
// How attention makes weights of scores, in registers: see simd/for_each_family.hpp for how this text is used.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// The greater in each lane; y where x is NaN or y is.
HALFULP_ALWAYS_INLINE reals32 greater_or_second(reals32 x, reals32 y) noexcept {
    reals32 result;
    __asm__("{vmaxps %2, %1, %0|vmaxps %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}

/// How scores become weights: by the exponential of their difference from a reference, or by a power of their quotient.
struct by_exponential {
    static constexpr bool has_sign = true;
    HALFULP_ALWAYS_INLINE by_exponential(reals32 maximum, int) noexcept
        : reference_(maximum == repeat(-std::numeric_limits<float>::infinity()) ? reals32{} : maximum) {}
    static HALFULP_ALWAYS_INLINE reals32 none() noexcept {
        return repeat(-std::numeric_limits<float>::infinity());
    }
    HALFULP_ALWAYS_INLINE reals32 weight(reals32 score) const noexcept {
        return exponential_of_nonpositive(score - reference_);
    }
    /// What weights relative to another maximum are multiplied by.
    HALFULP_ALWAYS_INLINE reals32 rescale(reals32 before) const noexcept { return weight(before); }

  private:
    reals32 reference_;
};
struct by_power {
    static constexpr bool has_sign = false;
    HALFULP_ALWAYS_INLINE by_power(reals32 maximum, int power) noexcept : power_(power) {
        inverse_ = repeat(1.0f) / power_of_two_within(maximum);
    }
    static HALFULP_ALWAYS_INLINE reals32 none() noexcept { return reals32{}; }
    HALFULP_ALWAYS_INLINE reals32 weight(reals32 score) const noexcept {
        const reals32 x = as_rounded(score * inverse_);
        reals32 result = x;
        for (int bit = 30 - __builtin_clz(static_cast<unsigned>(power_)); bit >= 0; --bit) {
            result = as_rounded(result * result);
            if (power_ >> bit & 1)
                result = as_rounded(result * x);
        }
        return result;
    }
    HALFULP_ALWAYS_INLINE reals32 rescale(reals32 before) const noexcept {
        return weight(power_of_two_within(before));
    }

  private:
    /// As the definition's; what has all exponent bits stays.
    static HALFULP_ALWAYS_INLINE reals32 power_of_two_within(reals32 x) noexcept {
        const words32 infinity = words32{} + 0x7f800000u;
        const words32 power = greater_of(as_words(x) & infinity, words32{} + 0x00800000u);
        return as_words(x) >= infinity ? x : as_reals(power);
    }
    reals32 inverse_;
    int power_;
};
HALFULP_ALWAYS_INLINE reals32 size_of(reals32 x) noexcept {
    return as_reals(as_words(x) & (words32{} + 0x7fffffffu));
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
