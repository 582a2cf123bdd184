// SPDX-License-Identifier: BSL-1.0
//
// The stochastic modes, and the random bits that they take: see simd/for_each_family.hpp for how this text is
// used, kernels/rounding_plan.hpp for the steps, and family/rounding.hpp for what the modes share.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// stochastic_a, b and c for any plan, as core/round_magnitude.hpp defines them. With d bits to drop (more below 2^emin), N
/// random bits R, and W the width of a word, ν · 2^W is the dropped part moved to the top of a word; it and
/// R · 2^(W−N) carry out of the word exactly when stochastic_a goes up.
template <class Carrier, rounding Mode>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::words lanes_stochastic(
    typename lanes_of<Carrier>::words x, typename lanes_of<Carrier>::words random, const rounding_plan& plan,
    const rounding_registers<Carrier>& r) noexcept {
    using constants = carrier_constants<Carrier>;
    using words = typename lanes_of<Carrier>::words;
    using integers = typename lanes_of<Carrier>::integers;
    using word = typename constants::word;
    constexpr int width = static_cast<int>(sizeof(word)) * 8;
    const constants& c = plan.template constants<Carrier>();
    const int n = plan.projection().random_bits;
    const words zero = {};
    const words one = zero + 1;
    const words magnitude = x & r.magnitude_mask;

    // Significand and number of bits to drop; a subnormal of the carrier has no hidden bit, and the
    // exponent of the binade above.
    const words field = magnitude >> constants::stored;
    const words binade = greater_of(field, one);
    const words significand =
        (magnitude & (constants::one_exponent - 1)) | (field == zero ? zero : zero + constants::one_exponent);
    const word small_dropped =
        plan.flushes() ? static_cast<word>(constants::stored) : static_cast<word>(c.dropped);
    const words below = (zero + ((c.smallest_normal >> constants::stored) + small_dropped)) - binade;
    const words dropped =
        as_integers(magnitude) < as_integers(r.smallest_normal) ? below : zero + static_cast<word>(c.dropped);
    const words floor = shift_right_each(significand, dropped);
    const words rest = significand - shift_left_each(floor, dropped);

    words up;  // all ones where it goes up
    if constexpr (Mode == rounding::stochastic_c) {
        // Nearest even to ν · 2^N first, as an integer. From `width − 1` excess bits on it is zero.
        const integers most = integers{} + (width - 1);
        const integers wanted = as_integers(dropped) - n;
        const words excess = reinterpret_cast<words>(wanted < most ? wanted : most);
        const words kept = shift_right_each(rest, excess) | shift_left_each(rest, zero - excess);
        const words tail = as_integers(excess) > integers{} ? rest - shift_left_each(kept, excess) : zero;
        const words tie = shift_left_each(one, excess - 1);
        const words above = reinterpret_cast<words>(as_integers(tail) > as_integers(tie)) |
                            (reinterpret_cast<words>(tail == tie) & (zero - (kept & one)));
        const words nearest = kept - (as_integers(excess) > integers{} ? above : zero);
        const word all = static_cast<word>(~std::uint64_t{0} >> (64 - n));
        up = reinterpret_cast<words>(nearest > all - (random & all));
    } else {
        const words fraction = shift_left_each(rest, static_cast<word>(width) - dropped) |
                               shift_right_each(rest, dropped - static_cast<word>(width));
        words points = random << (width - n);
        if constexpr (Mode == rounding::stochastic_b)
            if (n < width)
                points = points | (word{1} << (width - n - 1));
        up = reinterpret_cast<words>(fraction > ~points);
        if constexpr (Mode == rounding::stochastic_b && width == 32) {
            // With 32 random bits the 33rd bit of ν counts too: 2R + 1 is odd.
            if (n == width) [[unlikely]] {
                const words next = shift_right_each(rest, dropped - static_cast<word>(width + 1)) & one;
                up = up | (reinterpret_cast<words>(fraction == ~points) & (zero - next));
            }
        }
    }

    const words small_value = r.smallest_normal + shift_left_each(floor, zero + static_cast<word>(c.dropped));
    const words truncated =
        as_integers(magnitude) < as_integers(r.smallest_normal) ? small_value : magnitude & r.keep;
    words value = without_base<Carrier>(magnitude, truncated + (up & r.ulp), r);
    if (plan.flushes()) [[unlikely]] {
        const words flushed = plan.format().has_zero() ? r.smallest_normal & up : r.smallest_normal;
        value = as_integers(magnitude) < as_integers(r.smallest_normal) ? flushed : value;
    }
    return with_sign_of<Carrier>(x, value, plan, r);
}

/// floor(|x| · scale) as an integer: float has an instruction, double the sum with 2^52 quanta, put right
/// where it rounded up. `cut` gets one where a fraction was cut off.
HALFULP_ALWAYS_INLINE words32 to_fixed_point(words32 magnitude, const carrier_constants<float>& c,
                                             words32& cut) noexcept {
    const reals32 scaled = as_reals(magnitude) * c.fixed_point_scale;
    const integers32 fixed = __builtin_convertvector(scaled, integers32);
    // Where the fraction is not zero the integer is below 2^24, and exact in float.
    cut = __builtin_convertvector(fixed, reals32) != scaled ? words32{} + 1 : words32{};
    return reinterpret_cast<words32>(fixed);
}
HALFULP_ALWAYS_INLINE words64 to_fixed_point(words64 magnitude, const carrier_constants<double>& c,
                                             words64& cut) noexcept {
    const reals64 quanta = reals64{} + c.fixed_point_scale;
    const reals64 sum = as_reals(magnitude) + quanta;
    const words64 error = as_words(as_reals(magnitude) - (sum - quanta));
    const words64 zero = {};
    cut = error != zero ? zero + 1 : zero;
    return (as_words(sum) & (carrier_constants<double>::one_exponent - 1)) + sign_mask(error);
}

/// The same where the plan has a fixed-point form: below 2^emin, |x| is turned into an integer with F
/// fraction bits after the quantum's, and both ranges need one addition and one shift.
template <class Carrier, rounding Mode>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::words lanes_stochastic_fixed(
    typename lanes_of<Carrier>::words x, typename lanes_of<Carrier>::words random, const rounding_plan& plan,
    const rounding_registers<Carrier>& r) noexcept {
    using constants = carrier_constants<Carrier>;
    using words = typename lanes_of<Carrier>::words;
    using word = typename constants::word;
    constexpr int width = static_cast<int>(sizeof(word)) * 8;
    const constants& c = plan.template constants<Carrier>();
    const int n = plan.projection().random_bits;
    const words zero = {};
    const words one = zero + 1;
    const words magnitude = x & r.magnitude_mask;

    // R at the top of the word, from where it is shifted to below the last kept bit.
    words points = random << (width - n);
    if constexpr (Mode == rounding::stochastic_b)
        points = points | (word{1} << (width - 1 - n));

    words value = magnitude;
    if constexpr (Mode == rounding::stochastic_c) {
        if (const int excess = c.dropped - n; excess > 0) {
            const word unit = word{1} << excess;
            value = (value + ((unit >> 1) - 1) + ((value >> excess) & one)) & ~(unit - 1);
        }
    }
    value = (value + (points >> (width - c.dropped))) & r.keep;

    if (c.fraction_bits != 0) {
        const int f = c.fraction_bits;
        words cut;
        words fixed = to_fixed_point(magnitude, c, cut);
        if constexpr (Mode == rounding::stochastic_c) {
            // To odd, so that what was cut off still counts; then nearest even to N bits.
            fixed = fixed | cut;
            const word unit = word{1} << (f - n);
            fixed = (fixed + ((unit >> 1) - 1) + ((fixed >> (f - n)) & one)) & ~(unit - 1);
        }
        const words quanta = (fixed + (points >> (width - f))) >> f;
        const words small = r.smallest_normal + (quanta << c.dropped);
        const words without = as_words(as_reals(small) - as_reals(r.smallest_normal));
        value = as_integers(magnitude) < as_integers(r.smallest_normal) ? without : value;
    }
    return with_sign_of<Carrier>(x, value, plan, r);
}

template <class Carrier, rounding Mode, bool Fixed>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::words lanes_stochastic_as(
    typename lanes_of<Carrier>::words x, typename lanes_of<Carrier>::words random, const rounding_plan& plan,
    const rounding_registers<Carrier>& r) noexcept {
    if constexpr (Fixed)
        return lanes_stochastic_fixed<Carrier, Mode>(x, random, plan, r);
    else
        return lanes_stochastic<Carrier, Mode>(x, random, plan, r);
}

/// `Fixed` chooses the form with fixed-point subnormals.
template <class Carrier, class Out, rounding Mode, bool Fixed>
inline void round_stochastic(const Carrier* in, Out* out, const std::uint32_t* random, std::size_t count,
                             const rounding_plan& plan) noexcept {
    using words = typename lanes_of<Carrier>::words;
    constexpr std::size_t lanes = lanes_of<Carrier>::count;
    const rounding_registers<Carrier> r(plan.template constants<Carrier>());
    const result_writer<Carrier, Out> writer(plan);
    special_watch<Carrier> watch(plan.template constants<Carrier>().first_unsafe);
    for (std::size_t i = 0; i < count; i += lanes * together) {
        words x[together], magnitude[together];
#pragma GCC unroll 4
        for (std::size_t j = 0; j < together; ++j) {
            x[j] = load<words>(in + i + j * lanes);
            magnitude[j] = x[j] & r.magnitude_mask;
        }
        const bool in_range = watch.all_safe(magnitude);
        words results[together];
#pragma GCC unroll 4
        for (std::size_t j = 0; j < together; ++j)
            results[j] = lanes_stochastic_as<Carrier, Mode, Fixed>(
                x[j], load_random<Carrier>(random + i + j * lanes), plan, r);
        if (!in_range) [[unlikely]]
            put_in_specials<Carrier, overflow_shows::in_result>(x, results,
                                                                plan.template constants<Carrier>());
        writer.write(out + i, results, in_range);
    }
}

/// random[i] = philox_bits of index 4 · first_block + i, for 4 · blocks numbers, blocks a multiple of 32.
/// A counter's words lie in the low halves of 64-bit lanes, where vpmuludq takes them from; what
/// stands above them is never looked at. Lanes are given out so that the interleaving at the end puts
/// the blocks in order. A round depends on the one before, so several registers are in flight.
template <int Rounds>
inline void fill_philox(std::uint32_t* random, std::size_t blocks, std::uint64_t seed,
                        std::uint64_t operation, std::uint64_t first_block) noexcept {
    constexpr std::size_t lanes = lanes_of<double>::count;
    constexpr std::size_t in_flight = 4;
#if HALFULP_FAMILY_BYTES == 64
    const words64 order = {0, 4, 1, 5, 2, 6, 3, 7};
#else
    const words64 order = {0, 2, 1, 3};
#endif
    const words64 zero = {};
    const words64 low_half = zero + 0xffffffffu;
    const words64 multiplier0 = zero + philox_multipliers[0];
    const words64 multiplier1 = zero + philox_multipliers[1];
    words64 keys[Rounds][2];
    for (int round = 0; round < Rounds; ++round)
        for (int half = 0; half < 2; ++half)
            keys[round][half] =
                zero + (static_cast<std::uint32_t>(seed >> 32 * half) +
                        static_cast<std::uint32_t>(round) * philox_key_steps[static_cast<std::size_t>(half)]);
    for (std::size_t i = 0; i < blocks; i += lanes * in_flight) {
        words64 c0[in_flight], c1[in_flight], c2[in_flight], c3[in_flight];
#pragma GCC unroll 4
        for (std::size_t j = 0; j < in_flight; ++j) {
            c0[j] = order + (first_block + i + j * lanes);
            c1[j] = (c0[j] << 2) >> 34;  // indices wrap at 2^64, so blocks do at 2^62
            c2[j] = zero + operation;
            c3[j] = c2[j] >> 32;
        }
#pragma GCC unroll 10
        for (int round = 0; round < Rounds; ++round) {
#pragma GCC unroll 4
            for (std::size_t j = 0; j < in_flight; ++j) {
                const words64 product0 = multiply_low_halves(c0[j], multiplier0);
                const words64 product1 = multiply_low_halves(c2[j], multiplier1);
                c0[j] = (product1 >> 32) ^ c1[j] ^ keys[round][0];
                c1[j] = product1;
                c2[j] = (product0 >> 32) ^ c3[j] ^ keys[round][1];
                c3[j] = product0;
            }
        }
#pragma GCC unroll 4
        for (std::size_t j = 0; j < in_flight; ++j) {
            const words64 front = (c0[j] & low_half) | (c1[j] << 32);
            const words64 back = (c2[j] & low_half) | (c3[j] << 32);
#if HALFULP_FAMILY_BYTES == 64
            const words64 even = __builtin_shufflevector(front, back, 0, 8, 2, 10, 4, 12, 6, 14);
            const words64 odd = __builtin_shufflevector(front, back, 1, 9, 3, 11, 5, 13, 7, 15);
#else
            const words64 even = __builtin_shufflevector(front, back, 0, 4, 2, 6);
            const words64 odd = __builtin_shufflevector(front, back, 1, 5, 3, 7);
#endif
            store(random + 4 * (i + j * lanes), even);
            store(random + 4 * (i + j * lanes) + 2 * lanes, odd);
        }
    }
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
