// SPDX-License-Identifier: BSL-1.0
//
// The ways in which steps of products are rounded, register by register: see simd/for_each_family.hpp for how this
// text is used, and simd/rounded_tiles.hpp for the ways.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// A way of rounding registers of the carrier, by the constants of a plan.
template <class Carrier, class Way>
struct rounder;

template <class Carrier, nearest_even_form Form>
struct rounder<Carrier, rounds_nearest_even<Form>> {
    using words = typename lanes_of<Carrier>::words;
    HALFULP_ALWAYS_INLINE explicit rounder(const rounding_plan& plan, void (*)() = nullptr) noexcept
        : lanes(plan) {}
    HALFULP_ALWAYS_INLINE words operator()(words x, words) const noexcept { return lanes.value_of(x); }
    nearest_even_lanes<Carrier, Form> lanes;
};
template <class Carrier>
struct rounder<Carrier, rounds_in_place> {
    using words = typename lanes_of<Carrier>::words;
    HALFULP_ALWAYS_INLINE explicit rounder(const rounding_plan& plan, void (*)() = nullptr) noexcept
        : dropped(plan.template constants<Carrier>().dropped),
          below_half(splat<Carrier>(plan.template constants<Carrier>().add_positive)),
          keep(splat<Carrier>(plan.template constants<Carrier>().keep)) {}
    /// The sign is not touched: no magnitude carries into it.
    HALFULP_ALWAYS_INLINE words operator()(words x, words) const noexcept {
        return (x + below_half + ((x >> dropped) & (words{} + 1))) & keep;
    }
    int dropped;
    words below_half, keep;
};
template <class Carrier>
using function_of_lanes = typename lanes_of<Carrier>::words (*)(typename lanes_of<Carrier>::words x,
                                                                typename lanes_of<Carrier>::words random,
                                                                const rounding_plan&) noexcept;
template <class Carrier>
struct rounder<Carrier, rounds_as_told> {
    using words = typename lanes_of<Carrier>::words;
    HALFULP_ALWAYS_INLINE rounder(const rounding_plan& plan, void (*round)()) noexcept
        : plan_(plan), round_(reinterpret_cast<function_of_lanes<Carrier>>(round)) {}
    HALFULP_ALWAYS_INLINE words operator()(words x, words random) const noexcept {
        return round_(x, random, plan_);
    }
    const rounding_plan& plan_;
    function_of_lanes<Carrier> round_;
};

template <class Carrier, addend Addend>
inline typename lanes_of<Carrier>::words round_lanes_by_addend(typename lanes_of<Carrier>::words x,
                                                               typename lanes_of<Carrier>::words random,
                                                               const rounding_plan& plan) noexcept {
    return lanes_by_addend<Carrier, Addend>(x, random, plan,
                                            rounding_registers<Carrier>(plan.template constants<Carrier>()));
}
template <class Carrier, rounding Mode>
inline typename lanes_of<Carrier>::words round_lanes_stochastically(typename lanes_of<Carrier>::words x,
                                                                    typename lanes_of<Carrier>::words random,
                                                                    const rounding_plan& plan) noexcept {
    const rounding_registers<Carrier> registers(plan.template constants<Carrier>());
    return plan.template constants<Carrier>().has_fixed_point
               ? lanes_stochastic_fixed<Carrier, Mode>(x, random, plan, registers)
               : lanes_stochastic<Carrier, Mode>(x, random, plan, registers);
}

template <class Carrier, rounding Mode>
struct rounder<Carrier, rounds_stochastically<Mode>> {
    using words = typename lanes_of<Carrier>::words;
    HALFULP_ALWAYS_INLINE explicit rounder(const rounding_plan& plan, void (*)() = nullptr) noexcept
        : plan_(plan), registers(plan.template constants<Carrier>()) {}
    HALFULP_ALWAYS_INLINE words operator()(words x, words random) const noexcept {
        return plan_.template constants<Carrier>().has_fixed_point
                   ? lanes_stochastic_fixed<Carrier, Mode>(x, random, plan_, registers)
                   : lanes_stochastic<Carrier, Mode>(x, random, plan_, registers);
    }
    const rounding_plan& plan_;
    rounding_registers<Carrier> registers;
};

/// The function for a mode of those that the projection may have.
template <class Carrier, class Projection>
inline void (*rounding_of_lanes(rounding mode) noexcept)() {
    function_of_lanes<Carrier> result = nullptr;
#define HALFULP_LANES(condition, ...)              \
    if constexpr (may_have<Projection>(condition)) \
        if (is_mode(condition))                    \
            result = &__VA_ARGS__;
    const auto is_mode = [mode](auto condition) {
        if constexpr (std::same_as<decltype(condition), rounding>)
            return mode == condition;
        else
            return addend_of(mode) == condition &&
                   (!is_stochastic(mode) || mode == rounding::stochastic_equal);
    };
    HALFULP_LANES(addend::fixed, round_lanes_by_addend<Carrier, addend::fixed>)
    HALFULP_LANES(addend::by_sign, round_lanes_by_addend<Carrier, addend::by_sign>)
    HALFULP_LANES(addend::by_parity, round_lanes_by_addend<Carrier, addend::by_parity>)
    HALFULP_LANES(addend::by_coin, round_lanes_by_addend<Carrier, addend::by_coin>)
    HALFULP_LANES(rounding::stochastic_a, round_lanes_stochastically<Carrier, rounding::stochastic_a>)
    HALFULP_LANES(rounding::stochastic_b, round_lanes_stochastically<Carrier, rounding::stochastic_b>)
    HALFULP_LANES(rounding::stochastic_c, round_lanes_stochastically<Carrier, rounding::stochastic_c>)
#undef HALFULP_LANES
    return reinterpret_cast<void (*)()>(result);
}

#if HALFULP_FAMILY_BYTES == 64
/// x·y, x + y and x·y + z rounded as the instruction says and not as the processor is set. To odd, products are
/// rounded toward zero: they are exact, or overflow to the largest value.
template <rounding Mode>
struct processor;
#define HALFULP_BY_PROCESSOR(mode, code)                                          \
    template <>                                                                   \
    struct processor<rounding::mode> {                                            \
        HALFULP_BY_PROCESSOR_IN(reals32, code, "vmulps", "vaddps", "vfmadd231ps") \
        HALFULP_BY_PROCESSOR_IN(reals64, code, "vmulpd", "vaddpd", "vfmadd231pd") \
    };
#define HALFULP_BY_PROCESSOR_IN(reals, code, multiply, add, multiply_add)                               \
    static HALFULP_ALWAYS_INLINE reals product(reals x, reals y) noexcept {                             \
        reals z;                                                                                        \
        __asm__("{" multiply " %{" code "-sae%}, %2, %1, %0|" multiply " %0, %1, %2, %{" code "-sae%}}" \
                : "=v"(z)                                                                               \
                : "v"(x), "v"(y));                                                                      \
        return z;                                                                                       \
    }                                                                                                   \
    static HALFULP_ALWAYS_INLINE reals sum(reals x, reals y) noexcept {                                 \
        reals z;                                                                                        \
        __asm__("{" add " %{" code "-sae%}, %2, %1, %0|" add " %0, %1, %2, %{" code "-sae%}}"           \
                : "=v"(z)                                                                               \
                : "v"(x), "v"(y));                                                                      \
        return z;                                                                                       \
    }                                                                                                   \
    static HALFULP_ALWAYS_INLINE reals step(reals x, reals y, reals z) noexcept {                       \
        __asm__("{" multiply_add " %{" code "-sae%}, %2, %1, %0|" multiply_add " %0, %1, %2, %{" code   \
                "-sae%}}"                                                                               \
                : "+v"(z)                                                                               \
                : "v"(x), "v"(y));                                                                      \
        return z;                                                                                       \
    }
HALFULP_BY_PROCESSOR(toward_zero, "rz")
HALFULP_BY_PROCESSOR(toward_positive, "ru")
HALFULP_BY_PROCESSOR(toward_negative, "rd")
#undef HALFULP_BY_PROCESSOR
#undef HALFULP_BY_PROCESSOR_IN
template <>
struct processor<rounding::to_odd> : processor<rounding::toward_zero> {};

/// x·y + sum rounded to odd. Rounded up and down it is one number, or two neighbours, whose bits differ in the
/// last one; and +0 and −0 where it is zero, of which toward_negative wants the second.
template <class Carrier>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::reals step_to_odd(typename lanes_of<Carrier>::reals x,
                                                                    typename lanes_of<Carrier>::reals y,
                                                                    typename lanes_of<Carrier>::reals sum,
                                                                    const elementwise_rules& rules) noexcept {
    using words = typename lanes_of<Carrier>::words;
    const words difference = as_words(processor<rounding::toward_positive>::step(x, y, sum)) ^
                             as_words(processor<rounding::toward_negative>::step(x, y, sum));
    const words last_bit = words{} + 1;
    const words sign_bit = ~splat<Carrier>(carrier_constants<Carrier>::magnitude_mask);
    const words counts = rules.zero_sum_is_negative ? last_bit | sign_bit : last_bit;
    return as_reals(as_words(processor<rounding::toward_zero>::step(x, y, sum)) | (difference & counts));
}
#else
template <class Carrier>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::reals step_to_odd(typename lanes_of<Carrier>::reals x,
                                                                    typename lanes_of<Carrier>::reals y,
                                                                    typename lanes_of<Carrier>::reals sum,
                                                                    const elementwise_rules& rules) noexcept {
    return sum_to_odd<Carrier>(as_rounded(x * y), sum, rules);
}
#endif

#if HALFULP_FAMILY_BYTES == 64
template <class Carrier, rounding Mode>
struct rounder<Carrier, rounds_by_processor<Mode, nearest_even_form::sum>> {
    using words = typename lanes_of<Carrier>::words;
    using reals = typename lanes_of<Carrier>::reals;
    HALFULP_ALWAYS_INLINE explicit rounder(const rounding_plan& plan, void (*)() = nullptr) noexcept
        : lanes(plan) {}
    HALFULP_ALWAYS_INLINE words operator()(words x, words) const noexcept {
        const reals shift = lanes.shift_for(x);
        words moved;
        if constexpr (Mode == rounding::to_odd) {
            // Down and up it is one number of quanta, or two neighbours, of which one is odd.
            const words down = as_words(processor<rounding::toward_negative>::sum(as_reals(x), shift));
            const words up = as_words(processor<rounding::toward_positive>::sum(as_reals(x), shift));
            moved = down | ((down ^ up) & lanes.one);
        } else {
            // Toward zero is downward for the shifted sum only where x is positive.
            const words shifted = Mode == rounding::toward_zero ? x & lanes.magnitude_mask : x;
            moved = as_words(processor<Mode>::sum(as_reals(shifted), shift));
        }
        return as_words(as_reals(moved) - shift) | (x & ~lanes.magnitude_mask);
    }
    nearest_even_lanes<Carrier, nearest_even_form::sum> lanes;
};
template <class Carrier, rounding Mode>
struct rounder<Carrier, rounds_by_processor<Mode, nearest_even_form::bits>> {
    using words = typename lanes_of<Carrier>::words;
    HALFULP_ALWAYS_INLINE explicit rounder(const rounding_plan& plan, void (*)() = nullptr) noexcept
        : keep(splat<Carrier>(plan.template constants<Carrier>().keep)) {}
    HALFULP_ALWAYS_INLINE words operator()(words x, words) const noexcept {
        if constexpr (Mode == rounding::toward_positive)
            return (x + (~sign_mask(x) & ~keep)) & keep;
        else if constexpr (Mode == rounding::toward_negative)
            return (x + (sign_mask(x) & ~keep)) & keep;
        else if constexpr (Mode == rounding::to_odd)
            return (x | ((x & ~keep) + ~keep)) & keep;  // carries into the last bit unless nothing is lost
        else
            return x & keep;
    }
    words keep;
};
#endif

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
