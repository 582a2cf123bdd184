// SPDX-License-Identifier: BSL-1.0
//
// Ties to even in its short forms: see simd/for_each_family.hpp for how this text is used, and
// kernels/rounding_plan.hpp for when a plan has one.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// Ties to even in a short form of the plan.
template <class Carrier, nearest_even_form Form>
struct nearest_even_lanes {
    using constants = carrier_constants<Carrier>;
    using words = typename lanes_of<Carrier>::words;
    using reals = typename lanes_of<Carrier>::reals;
    using word = typename constants::word;

    HALFULP_ALWAYS_INLINE explicit nearest_even_lanes(const rounding_plan& plan) noexcept
        : dropped(plan.template constants<Carrier>().dropped),
          sign_shift(static_cast<int>(sizeof(word)) * 8 - 1 - plan.format().magnitude_bits()),
          magnitude_mask(splat<Carrier>(constants::magnitude_mask)),
          exponent_mask(splat<Carrier>(constants::infinity)),
          smallest_normal(splat<Carrier>(plan.template constants<Carrier>().smallest_normal)),
          raise(splat<Carrier>(static_cast<word>(static_cast<word>(dropped) << constants::stored))),
          half_more(splat<Carrier>(static_cast<word>(constants::one_exponent >> 1))),
          below_half(splat<Carrier>(plan.template constants<Carrier>().add_positive)),
          keep(splat<Carrier>(plan.template constants<Carrier>().keep)),
          one(splat<Carrier>(1)) {}

    /// What the form `sum` adds to x and takes off again: 3·2^(P−1) quanta, where the quantum is that of x's binade,
    /// or of 2^emin below it. The sum's last bit is one quantum, and its parity that of the code, for either sign
    /// of x: |x| is less than half of 2^P quanta (P − M is at least 2), so the sum stays in the binade of 2^P.
    HALFULP_ALWAYS_INLINE reals shift_for(words x) const noexcept {
        return as_reals(greater_of(x & exponent_mask, smallest_normal) + (raise + half_more));
    }

    /// The rounded value.
    HALFULP_ALWAYS_INLINE words value_of(words x) const noexcept {
        if constexpr (Form == nearest_even_form::sum) {
            const reals shift = shift_for(x);
            return as_words((as_reals(x) + shift) - shift) | (x & ~magnitude_mask);
        } else {
            const words magnitude = x & magnitude_mask;
            const words value = (magnitude + below_half + ((magnitude >> dropped) & one)) & keep;
            return value | (x ^ magnitude);
        }
    }

    /// The code of the rounded value: the sum's last bits, and the binade's number above them.
    HALFULP_ALWAYS_INLINE words code_of(words x) const noexcept {
        const words magnitude = x & magnitude_mask;
        words code;
        if constexpr (Form == nearest_even_form::sum) {
            const words binade = greater_of(x & exponent_mask, smallest_normal);
            const words shift = binade + raise;
            code = (as_words(as_reals(magnitude) + as_reals(shift)) - shift) +
                   ((binade - smallest_normal) >> dropped);
        } else {
            code = (magnitude + below_half + ((magnitude >> dropped) & one)) >> dropped;
        }
        return code | ((x ^ magnitude) >> sign_shift);
    }

    int dropped;
    int sign_shift;
    words magnitude_mask, exponent_mask, smallest_normal, raise, half_more, below_half, keep, one;
};

template <class Carrier, class Out, nearest_even_form Form>
inline void round_nearest_even(const Carrier* in, Out* out, std::size_t count,
                               const rounding_plan& plan) noexcept {
    using words = typename lanes_of<Carrier>::words;
    constexpr std::size_t lanes = lanes_of<Carrier>::count;
    constexpr bool to_values = std::same_as<Out, Carrier>;
    const auto& c = plan.template constants<Carrier>();
    const nearest_even_lanes<Carrier, Form> r(plan);
    const result_writer<Carrier, Out> writer(plan);
    special_watch<Carrier> watch(c.first_overflow);
    for (std::size_t i = 0; i < count; i += lanes * together) {
        words x[together], magnitude[together], results[together];
#pragma GCC unroll 4
        for (std::size_t j = 0; j < together; ++j) {
            x[j] = load<words>(in + i + j * lanes);
            magnitude[j] = x[j] & r.magnitude_mask;
        }
        const bool in_range = watch.all_safe(magnitude);
        if (to_values || !in_range) {
#pragma GCC unroll 4
            for (std::size_t j = 0; j < together; ++j)
                results[j] = r.value_of(x[j]);
            if (!in_range) [[unlikely]]
                put_in_specials<Carrier, overflow_shows::in_input>(x, results, c);
            writer.write(out + i, results, in_range);
        } else if constexpr (!to_values) {
#pragma GCC unroll 4
            for (std::size_t j = 0; j < together; ++j)
                results[j] = r.code_of(x[j]);
            store_codes(out + i, results);
        }
    }
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
