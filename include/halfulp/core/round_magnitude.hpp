// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The one function that rounds. Every operation, conversion, text and array function of the
/// library ends here, in every mode and for every format.

#include <halfulp/core/rounding.hpp>
#include <halfulp/core/wide_uint.hpp>

namespace halfulp {
inline namespace v0 {

/// The outcome of round_magnitude.
template <class UInt>
struct rounded_magnitude {
    UInt value;    ///< floor(x), or floor(x) + 1
    bool inexact;  ///< x is not an integer
};

/// Rounds the magnitude x = (significand + t) · 2^(-dropped) to an integer, where t = 0, or
/// 0 < t < 1 if `sticky`. With `dropped` <= 0 the value is an integer already.
///
/// @param negative     the sign of the number, for the directed modes
/// @param ones_are_odd whether an odd floor(x) has an odd code: true, but for formats of precision
///                     1, where floor(x) is 0 or 1 and the parity is the exponent field's
/// @param direction    mode and number N of random bits
/// @param random       R: its N lowest bits are used by the stochastic modes
/// @pre  with `sticky`, dropped is at least 2, and N + 2 in the stochastic modes, so that the
///       unknown tail lies below every bit that decides.
///
/// Source: IEEE P3109, RoundToPrecision, extended by ties_to_zero, away_from_zero and
/// stochastic_equal. O(1).
template <workspace_integer UInt>
HALFULP_ALWAYS_INLINE constexpr rounded_magnitude<UInt> round_magnitude(UInt significand, int dropped,
                                                                        bool sticky, bool negative,
                                                                        bool ones_are_odd,
                                                                        const projection& direction,
                                                                        std::uint64_t random) noexcept {
    if (dropped <= 0)
        return {shift_left(significand, -dropped), sticky};

    const UInt floor = shift_right(significand, dropped);
    const bool half = (static_cast<std::uint64_t>(shift_right(significand, dropped - 1)) & 1) != 0;
    const bool below_half = sticky || low_bits(significand, dropped - 1) != UInt{0};
    const bool inexact = half || below_half;
    const bool odd = ones_are_odd && (static_cast<std::uint64_t>(floor) & 1) != 0;

    // floor(ν · 2^count): the leading bits of the fraction. count <= 33, so 64 bits hold them.
    const auto leading_fraction_bits = [&](int count) -> std::uint64_t {
        const UInt fraction = low_bits(significand, dropped);
        if (dropped >= count)
            return static_cast<std::uint64_t>(shift_right(fraction, dropped - count));
        return static_cast<std::uint64_t>(fraction) << (count - dropped);
    };

    bool away = false;
    switch (direction.mode) {
        case rounding::ties_to_even:
            away = half && (below_half || odd);
            break;
        case rounding::ties_to_away:
            away = half;
            break;
        case rounding::ties_to_zero:
            away = half && below_half;
            break;
        case rounding::toward_zero:
            break;
        case rounding::toward_positive:
            away = inexact && !negative;
            break;
        case rounding::toward_negative:
            away = inexact && negative;
            break;
        case rounding::away_from_zero:
            away = inexact;
            break;
        case rounding::to_odd:
            away = inexact && !odd;
            break;
        case rounding::stochastic_equal:
            away = inexact && (random & 1) != 0;
            break;
        case rounding::stochastic_a:
        case rounding::stochastic_b:
        case rounding::stochastic_c: {
            const int n = direction.random_bits < 0                     ? 0
                          : direction.random_bits > maximum_random_bits ? maximum_random_bits
                                                                        : direction.random_bits;
            const std::uint64_t one = std::uint64_t{1} << n;
            const std::uint64_t r = random & (one - 1);
            if (direction.mode == rounding::stochastic_a) {
                away = leading_fraction_bits(n) + r >= one;
            } else {
                const std::uint64_t bits = leading_fraction_bits(n + 1);
                if (direction.mode == rounding::stochastic_b) {
                    away = bits + 2 * r + 1 >= 2 * one;
                } else {
                    const int rest = dropped - (n + 1);
                    const bool tail = sticky || (rest > 0 && low_bits(significand, rest) != UInt{0});
                    const std::uint64_t nearest =
                        (bits >> 1) + (bits & (bits >> 1 | std::uint64_t{tail}) & 1);
                    away = nearest + r >= one;
                }
            }
            // A representable value stays in all three: R < 2^N and 2R + 1 < 2^(N+1).
            break;
        }
    }
    return {away ? static_cast<UInt>(floor + UInt{1}) : floor, inexact};
}

/// round_magnitude for one word without a tail, in the deterministic modes, as one addition and one
/// shift: what each mode adds below the last kept bit carries into it exactly when it moves away.
/// The same bits; used where a value comes from a double.
///
/// @pre 1 <= dropped <= 63, significand < 2^63, and the mode is not stochastic
HALFULP_ALWAYS_INLINE constexpr std::uint64_t round_word(std::uint64_t significand, int dropped,
                                                         bool negative, bool ones_are_odd,
                                                         rounding mode) noexcept {
    const std::uint64_t all = (std::uint64_t{1} << dropped) - 1;
    const std::uint64_t below_half = all >> 1;
    const std::uint64_t floor = significand >> dropped;
    // 0 or 1 each, so that odd − 1 and the like are masks: signs and parities are not predictable.
    const std::uint64_t odd = floor & static_cast<std::uint64_t>(ones_are_odd);
    const auto sign = static_cast<std::uint64_t>(negative);
    switch (mode) {
        case rounding::ties_to_even:
            return (significand + below_half + odd) >> dropped;
        case rounding::ties_to_away:
            return (significand + below_half + 1) >> dropped;
        case rounding::ties_to_zero:
            return (significand + below_half) >> dropped;
        case rounding::toward_positive:
            return (significand + (all & (sign - 1))) >> dropped;
        case rounding::toward_negative:
            return (significand + (all & (0 - sign))) >> dropped;
        case rounding::away_from_zero:
            return (significand + all) >> dropped;
        case rounding::to_odd:
            return (significand + (all & (odd - 1))) >> dropped;
        default:
            return floor;
    }
}

}  // namespace v0
}  // namespace halfulp
