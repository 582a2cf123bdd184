// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The fast paths of the array functions: what they compute is in simd/family/, here is what they are
/// called with, and the choice of the family.

#include <halfulp/core/philox.hpp>
#include <halfulp/kernels/rounding_plan.hpp>
#include <halfulp/simd/dispatch.hpp>

#include <cstddef>
#include <cstdint>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// The operations that arrays have, element by element.
enum class operation : unsigned char { add, subtract, multiply, divide, square_root, fma };

constexpr int operand_count(operation o) noexcept {
    return o == operation::square_root ? 1 : o == operation::fma ? 3 : 2;
}

/// What an operation has to know beyond its operands.
struct elementwise_rules {
    bool zero_sum_is_negative = false;  ///< toward_negative: an exact zero sum of opposite signs is −0
    bool zero_divisor_has_sign = true;  ///< false: x / 0 is NaN
    bool sums_are_exact = false;        ///< no sum of the operands needs rounding to odd
};

/// Magnitudes for which an operation was found to fit a carrier: zero, and those from `smallest` to `largest`
/// without any of the bits in `excess`.
template <class Carrier>
struct operand_bounds {
    using word = typename word_of<Carrier>::type;
    word smallest = 0;
    word largest = 0;
    word excess = 0;
};

/// Sums over the lanes; halfulp::round_statistics is made of them.
template <class Carrier>
struct statistics_of_lanes {
    std::uint64_t nans = 0, infinities = 0, overflows = 0, underflows = 0, subnormals = 0, inexact = 0;
    Carrier largest_relative_error = 0;
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/registers.hpp>
#include <halfulp/simd/for_each_family.hpp>
#define HALFULP_FAMILY_TEXT <halfulp/simd/family/rounding.hpp>
#include <halfulp/simd/for_each_family.hpp>
#define HALFULP_FAMILY_TEXT <halfulp/simd/family/nearest_even.hpp>
#include <halfulp/simd/for_each_family.hpp>
#define HALFULP_FAMILY_TEXT <halfulp/simd/family/stochastic.hpp>
#include <halfulp/simd/for_each_family.hpp>
#define HALFULP_FAMILY_TEXT <halfulp/simd/family/codes.hpp>
#include <halfulp/simd/for_each_family.hpp>
#define HALFULP_FAMILY_TEXT <halfulp/simd/family/elementwise.hpp>
#include <halfulp/simd/for_each_family.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// False where the compiler knows that a projection has another mode: that path need not be compiled.
template <class Projection>
constexpr bool may_have(rounding) noexcept {
    return true;
}
template <class Projection>
requires requires {
    Projection::value;
}
constexpr bool may_have(rounding mode) noexcept {
    return Projection::value.mode == mode;
}
template <class Projection>
constexpr bool may_have(addend) noexcept {
    return true;
}
template <class Projection>
requires requires {
    Projection::value;
}
constexpr bool may_have(addend kind) noexcept {
    const rounding mode = Projection::value.mode;
    return addend_of(mode) == kind && (!is_stochastic(mode) || mode == rounding::stochastic_equal);
}

/// A projection at run time that is known not to be stochastic.
struct deterministic_projection {
    projection value_at_run_time;
    constexpr operator projection() const noexcept { return value_at_run_time; }
};
template <>
constexpr bool may_have<deterministic_projection>(rounding mode) noexcept {
    return !is_stochastic(mode);
}
template <>
constexpr bool may_have<deterministic_projection>(addend kind) noexcept {
    return kind != addend::by_coin;
}

/// out[i] = in[i] rounded by the plan, as a value of the carrier or a code, where the projection is the plan's; random[i] are the bits of
/// element i, looked at in the stochastic modes only.
template <class Carrier, class Out, class Projection>
void round_in_carrier(isa level, Projection p, const Carrier* in, Out* out, const std::uint32_t* random,
                      std::size_t count, const rounding_plan& plan) noexcept {
    const rounding mode = static_cast<projection>(p).mode;
    const auto& constants = plan.template constants<Carrier>();
#define HALFULP_ROUND_STOCHASTIC(mode_name)                                                                 \
    if constexpr (may_have<Projection>(rounding::mode_name))                                                \
        if (mode == rounding::mode_name)                                                                    \
            return (                                                                                        \
                constants.has_fixed_point                                                                   \
                    ? HALFULP_SIMD_SELECT(level, round_stochastic<Carrier, Out, rounding::mode_name, true>) \
                    : HALFULP_SIMD_SELECT(level,                                                            \
                                          round_stochastic<Carrier, Out, rounding::mode_name, false>))(     \
                in, out, random, count, plan);
    HALFULP_ROUND_STOCHASTIC(stochastic_a)
    HALFULP_ROUND_STOCHASTIC(stochastic_b)
    HALFULP_ROUND_STOCHASTIC(stochastic_c)
#undef HALFULP_ROUND_STOCHASTIC
    if constexpr (may_have<Projection>(rounding::ties_to_even)) {
        if (constants.form == nearest_even_form::sum)
            return HALFULP_SIMD_SELECT(level, round_nearest_even<Carrier, Out, nearest_even_form::sum>)(
                in, out, count, plan);
        if (constants.form == nearest_even_form::bits)
            return HALFULP_SIMD_SELECT(level, round_nearest_even<Carrier, Out, nearest_even_form::bits>)(
                in, out, count, plan);
    }
#define HALFULP_ROUND_BY_ADDEND(kind)                                                                       \
    if constexpr (may_have<Projection>(addend::kind))                                                       \
        if (addend_of(mode) == addend::kind)                                                                \
            return HALFULP_SIMD_SELECT(level, round_by_addend<Carrier, Out, addend::kind>)(in, out, random, \
                                                                                           count, plan);
    HALFULP_ROUND_BY_ADDEND(fixed)
    HALFULP_ROUND_BY_ADDEND(by_sign)
    HALFULP_ROUND_BY_ADDEND(by_parity)
    HALFULP_ROUND_BY_ADDEND(by_coin)
#undef HALFULP_ROUND_BY_ADDEND
}

/// The random bits of a run of elements, four to a Philox block.
struct random_source {
    std::uint64_t seed = 0;
    std::uint64_t operation = 0;
    random_generator generator = random_generator::philox_4x32_10;

    /// Numbers that `fill` may write for `count` elements: whole groups of its registers.
    static constexpr std::size_t buffer_size(std::size_t count) noexcept {
        return (count + 3 + 127) / 128 * 128;
    }

    /// philox_bits of the indices index … index + count − 1, in a row; returns where they begin.
    const std::uint32_t* fill(isa level, std::uint32_t* buffer, std::uint64_t index,
                              std::size_t count) const noexcept {
        const auto offset = static_cast<std::size_t>(index & 3);
        const std::size_t blocks = (count + offset + 127) / 128 * 32;
        const auto fill_blocks = generator == random_generator::philox_4x32_7
                                     ? HALFULP_SIMD_SELECT(level, fill_philox<7>)
                                     : HALFULP_SIMD_SELECT(level, fill_philox<10>);
        fill_blocks(buffer, blocks, seed, operation, index >> 2);
        return buffer + offset;
    }
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
