// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// How a real number becomes a stored one: the vocabulary. The function that rounds is in
/// core/round_magnitude.hpp; what overflow becomes is decided in formats/encode.hpp.

#include <halfulp/config.hpp>

namespace halfulp {
inline namespace v0 {

/// The direction in which a real number x between two neighbouring values goes.
///
/// Write ν in [0, 1) for the distance of |x| from the neighbour below, in units of the gap, and R
/// for a uniformly random integer of N = `projection::random_bits` bits. A value that is
/// representable is never moved. "Even" and "odd" speak of the last bit of the code.
///
/// | here             | IEEE 754 / P3109     | SoftFloat     | MPFR | CUDA | HLS     | chop |
/// |------------------|----------------------|---------------|------|------|---------|------|
/// | ties_to_even     | NearestTiesToEven    | near_even     | RNDN | rn   | RND_CONV| 1    |
/// | ties_to_away     | NearestTiesToAway    | near_maxMag   |      |      | RND_INF |      |
/// | ties_to_zero     |                      |               |      |      | RND_ZERO|      |
/// | toward_zero      | TowardZero           | minMag        | RNDZ | rz   | TRN_ZERO| 4    |
/// | toward_positive  | TowardPositive       | max           | RNDU | ru   |         | 2    |
/// | toward_negative  | TowardNegative       | min           | RNDD | rd   | TRN     | 3    |
/// | away_from_zero   |                      |               | RNDA |      |         |      |
/// | to_odd           | ToOdd                | odd           |      |      | JAM     |      |
/// | stochastic_a/b/c | StochasticA/B/C<N>   |               |      | rs   |         | 5    |
/// | stochastic_equal |                      |               |      |      |         | 6    |
///
/// Source of the stochastic definitions: IEEE P3109 working draft, RoundToPrecision.
enum class rounding : unsigned char {
    ties_to_even,     ///< nearest; a tie goes to the even code
    ties_to_away,     ///< nearest; a tie goes away from zero
    ties_to_zero,     ///< nearest; a tie goes toward zero
    toward_zero,      ///< the neighbour of smaller magnitude
    toward_positive,  ///< the neighbour above
    toward_negative,  ///< the neighbour below
    away_from_zero,   ///< the neighbour of larger magnitude
    to_odd,           ///< the neighbour whose code is odd, which keeps a later rounding correct
    stochastic_a,     ///< away from zero iff floor(ν·2^N) + R >= 2^N
    stochastic_b,     ///< away from zero iff floor(ν·2^(N+1)) + (2R + 1) >= 2^(N+1)
    stochastic_c,     ///< away from zero iff nearest_even(ν·2^N) + R >= 2^N
    stochastic_equal  ///< either neighbour, by the lowest bit of R; exact values stay
};

/// What overflow and infinity become: P3109's SatNone, SatFinite and SatPropagate.
enum class saturation : unsigned char {
    none,  ///< overflow becomes infinity, or NaN where the format has no infinity; directed modes keep their direction
    finite,    ///< overflow and infinities become the largest finite value of their sign
    propagate  ///< overflow becomes the largest finite value; infinities stay, where the format has them
};

/// Real number → format: a rounding direction, what overflow becomes, and how many random bits the
/// stochastic modes consume (1 … 32; ignored by the others). Structural: usable as a template
/// argument and as a run-time value.
struct projection {
    rounding mode = rounding::ties_to_even;
    saturation overflow = saturation::none;
    int random_bits = 16;

    friend constexpr bool operator==(const projection&, const projection&) = default;
};

/// The most random bits that one stochastic rounding consumes.
inline constexpr int maximum_random_bits = 32;

/// True for the four modes that consume random bits.
constexpr bool is_stochastic(rounding mode) noexcept {
    return mode >= rounding::stochastic_a;
}

/// True for the modes that choose the nearest neighbour and differ only in ties.
constexpr bool is_nearest(rounding mode) noexcept {
    return mode <= rounding::ties_to_zero;
}

/// A value known to the compiler, in a type of its own: `constant_value<projection{rounding::to_odd}>`
/// where a run-time `projection` would do as well. It converts to the value, so that one template
/// serves both, and every branch on it folds away.
template <auto Value>
struct constant_value {
    using value_type = decltype(Value);
    static constexpr value_type value = Value;
    constexpr operator value_type() const noexcept { return Value; }
};

}  // namespace v0
}  // namespace halfulp
