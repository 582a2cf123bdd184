// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The steps of arithmetic::rounded and arithmetic::fused for the tiles of simd/tiles.hpp.
///
/// Vector operations a step and register of 16 floats with AVX-512, counted in the compiled loops without loads, and the
/// share of the peak that four of them a cycle allow, where a peak multiply-add takes half a cycle. x·y and + are 2, or 1
/// where they are one step, or 5 where that goes to odd; noticing overflow is 1 a rounding, in all but bfloat16.
///
/// | mode                         | bfloat16 | bfloat16, fused | e4m3fn, float16 | the same, fused |
/// |------------------------------|----------|-----------------|-----------------|-----------------|
/// | ties to even                 | 12: 17 % | 10: 20 %        | 16: 12 %        | 12: 17 %        |
/// | toward zero                  | 4: 50 %  | 2: 57 %*        | 18: 11 %        | 9: 22 %         |
/// | toward +∞, −∞                | 12: 17 % | 6: 33 %         | 16: 12 %        | 8: 25 %         |
/// | to odd                       | 14: 14 % | 9: 22 %         | 24: 8 %         | 14: 14 %        |
///
/// (*) eight chains of seven cycles each. The other modes round by lanes_by_addend and the stochastic ones by
/// lanes_stochastic, 12 to 25 operations a rounding, and 120 for the random bits of a step.

#include <halfulp/kernels/array_arguments.hpp>
#include <halfulp/simd/tiles.hpp>

namespace halfulp {
inline namespace v0 {
namespace simd {

// Ways of rounding; see family/nearest_even.hpp, rounding.hpp and stochastic.hpp.
template <nearest_even_form Form>
struct rounds_nearest_even {
    static constexpr bool is_short = true;
};
/// Form `bits` where what overflows becomes infinity: the format has the carrier's exponents, a carry out of the
/// largest value makes infinity, and infinity and NaN stay what they are, so that the last sum shows them.
struct rounds_in_place {
    static constexpr bool is_short = true;
};
/// A directed mode, or to odd, by instructions that round so whatever the processor is set to, in the two forms of
/// ties to even: a directed sum of x and 2^P quanta, or the carrier's bits without those dropped. Rounding to the
/// carrier in a directed mode and to the format in the same one is rounding once. `bits` only where what
/// overflows and what is not finite becomes what the processor makes of it.
template <rounding Mode, nearest_even_form Form>
struct rounds_by_processor {
    static constexpr bool is_short = false;
};
/// Any mode, by a function that rounds a register and that the context names: the steps of these modes are long, and
/// so few tiles need to be compiled where only the run-time projection knows the mode.
struct rounds_as_told {
    static constexpr bool is_short = false;
};
/// The same for one of the stochastic modes that the compiler knows, without the detour through a function.
template <rounding Mode>
struct rounds_stochastically {
    static constexpr bool is_short = false;
};

template <class Way>
inline constexpr bool may_be_random = std::same_as<Way, rounds_as_told>;
template <rounding Mode>
inline constexpr bool may_be_random<rounds_stochastically<Mode>> = true;
template <class Way>
inline constexpr bool is_by_processor = false;
template <rounding Mode, nearest_even_form Form>
inline constexpr bool is_by_processor<rounds_by_processor<Mode, Form>> = true;
template <class Way>
inline constexpr rounding mode_of_processor = rounding::ties_to_even;
template <rounding Mode, nearest_even_form Form>
inline constexpr rounding mode_of_processor<rounds_by_processor<Mode, Form>> = Mode;
/// What overflows and what is not finite needs no care after each rounding.
template <class Way>
inline constexpr bool is_natural = false;
template <>
inline constexpr bool is_natural<rounds_in_place> = true;
template <rounding Mode>
inline constexpr bool is_natural<rounds_by_processor<Mode, nearest_even_form::bits>> = true;

/// How products are rounded: not at all, by the same plan as sums, or by one of their own.
enum class product_rounding : unsigned char { none, as_sum, own };

/// sum ← round(sum + round(x·y)), or sum ← round(sum + x·y) where products are not rounded.
///
/// x·y is exact in the carrier. A sum is rounded to odd, unless it is one of two values of the format and ties go
/// to even: with at most half of the carrier's bits less one, rounding to the carrier first cannot be seen
/// (Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter 30(3), 1995). A sum that is not exact in
/// the carrier has a lesser term below an eighth of the greater one's ulp, far from all midpoints; and
/// sums below the smallest normal value are exact, as both terms are multiples of the quantum. stochastic_a needs
/// no bit below its N random ones: floor(ν·2^N) + R carries or does not, so there a sum rounded toward zero does.
template <class Carrier, class Way, product_rounding Products>
struct rounded_step {
    using word = Carrier;
    using sum = Carrier;
    using way = Way;
    static constexpr bool has_avx2 = !is_by_processor<Way>;
    static constexpr bool has_edges = false;
    static constexpr product_rounding products = Products;
    static constexpr bool rounds_products = Products != product_rounding::none;
    static constexpr rounding mode = mode_of_processor<Way>;
    static constexpr bool is_directed = is_by_processor<Way> && mode != rounding::to_odd;
    static constexpr bool sums_to_odd = !(Way::is_short && rounds_products);
};

/// What a tile of rounded steps is given.
template <class Carrier>
struct rounded_context {
    const rounding_plan* product = nullptr;
    const rounding_plan* sum = nullptr;
    elementwise_rules rules{};
    Carrier empty = 0;  ///< what an empty chain holds
    /// For rounds_as_told: the function of the family, by simd::…::rounding_of_lanes.
    void (*round)() = nullptr;
    bool is_random = false;       ///< it looks at random bits
    bool truncates_sums = false;  ///< it needs sums rounded toward zero, not to odd
    std::uint64_t seed = 0;
    std::uint64_t first_row = 0;  ///< of the product in a larger one, for the random bits
    std::uint64_t first_column = 0;
    /// The carrier holds every product and every sum, also of values that overflow the formats.
    bool has_headroom = false;
    /// Does a tile by the definition, where it does not.
    void (*carefully)(const rounded_context&, const tile<Carrier, Carrier>&) = nullptr;
    const void* arithmetic = nullptr;
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/rounders.hpp>
#include <halfulp/simd/for_each_family.hpp>

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/rounded_tiles.hpp>
#include <halfulp/simd/for_each_family.hpp>
