// SPDX-License-Identifier: BSL-1.0
//
// Rounding of values that lie in a carrier, register by register: see simd/for_each_family.hpp for how this
// text is used, and kernels/rounding_plan.hpp for the algorithm, whose steps have the same numbers here.
//
// Every function takes a count that is a multiple of simd::block, and arrays that are the same or apart.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// Tells whether a group of registers can do without step 4. Where a group could not, the next ones are taken to
/// need it too: special values come in crowds, and a branch that is not foreseen costs as much as the group.
template <class Carrier>
class special_watch {
    using words = typename lanes_of<Carrier>::words;

  public:
    HALFULP_ALWAYS_INLINE explicit special_watch(typename word_of<Carrier>::type bound) noexcept
        : bound_(splat<Carrier>(bound)) {}

    /// True if all magnitudes are below the bound; false may be said of any group.
    HALFULP_ALWAYS_INLINE bool all_safe(const words (&magnitudes)[together]) noexcept {
        if (groups_ > 0) {
            --groups_;
            return false;
        }
        const words greatest =
            greater_of(greater_of(magnitudes[0], magnitudes[1]), greater_of(magnitudes[2], magnitudes[3]));
        if (any_at_least(greatest, bound_)) [[unlikely]] {
            groups_ = 32;
            return false;
        }
        return true;
    }

  private:
    words bound_;
    int groups_ = 0;
};

/// The constants of a plan in registers.
template <class Carrier>
struct rounding_registers {
    using constants = carrier_constants<Carrier>;
    using words = typename lanes_of<Carrier>::words;

    HALFULP_ALWAYS_INLINE explicit rounding_registers(const constants& c) noexcept
        : magnitude_mask(splat<Carrier>(constants::magnitude_mask)),
          smallest_normal(splat<Carrier>(c.smallest_normal)),
          ulp(splat<Carrier>(c.ulp)),
          keep(splat<Carrier>(c.keep)),
          parity(splat<Carrier>(c.parity)),
          add_positive(splat<Carrier>(c.add_positive)),
          add_difference(splat<Carrier>(c.add_positive ^ c.add_negative)),
          add_odd(splat<Carrier>(c.add_odd)) {}

    words magnitude_mask, smallest_normal, ulp, keep, parity, add_positive, add_difference, add_odd;
};

/// x or y, where `sign` is all ones.
template <class Words>
HALFULP_ALWAYS_INLINE Words by_sign(Words sign, Words positive, Words negative) noexcept {
    return positive ^ (sign & (positive ^ negative));
}

/// Step 5: the sign of x for a rounded magnitude.
template <class Carrier>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::words with_sign_of(
    typename lanes_of<Carrier>::words x, typename lanes_of<Carrier>::words value, const rounding_plan& plan,
    const rounding_registers<Carrier>& r) noexcept {
    using words = typename lanes_of<Carrier>::words;
    const auto& c = plan.template constants<Carrier>();
    const words magnitude = x & r.magnitude_mask;
    words result = value | (x ^ magnitude);
    if (plan.signs() != sign_rule::kept) [[unlikely]] {
        // Nonzero values keep their sign or, in unsigned formats, become a constant; zeros lose it.
        const words zero = {};
        const words what = plan.format().has_zero() ? value : magnitude;
        result = what == zero ? splat<Carrier>(c.zero_positive) : result;
        if (plan.signs() == sign_rule::none) {
            const words negative = sign_mask(x) & ~reinterpret_cast<words>(what == zero);
            result = negative != zero ? splat<Carrier>(c.below_unsigned) : result;
        }
    }
    return result;
}

/// By what overflow is told: the result exceeds the largest value, or, in a short form of ties to even, which may
/// compute anything there, the input is at least the first that overflows.
enum class overflow_shows : unsigned char { in_result, in_input };

/// Step 4, for the groups in which something may overflow or is not finite.
template <class Carrier, overflow_shows Where>
HALFULP_ALWAYS_INLINE void put_in_specials(const typename lanes_of<Carrier>::words (&x)[together],
                                           typename lanes_of<Carrier>::words (&results)[together],
                                           const carrier_constants<Carrier>& c) noexcept {
    using constants = carrier_constants<Carrier>;
    using words = typename lanes_of<Carrier>::words;
    const words magnitude_mask = splat<Carrier>(constants::magnitude_mask);
    const words infinity = splat<Carrier>(constants::infinity);
    const words last = splat<Carrier>(Where == overflow_shows::in_input ? c.first_overflow - 1 : c.largest);
    const bool infinity_overflows =
        c.infinity_positive == c.overflow_positive && c.infinity_negative == c.overflow_negative;
#pragma GCC unroll 4
    for (std::size_t j = 0; j < together; ++j) {
        const words magnitude = x[j] & magnitude_mask;
        const words sign = sign_mask(x[j]);
        const words overflow =
            by_sign(sign, splat<Carrier>(c.overflow_positive), splat<Carrier>(c.overflow_negative));
        words result = results[j];
        const words measure = Where == overflow_shows::in_input ? magnitude : result & magnitude_mask;
        result = as_integers(measure) > as_integers(last) ? overflow : result;
        if (!infinity_overflows) {
            const words at_infinity =
                by_sign(sign, splat<Carrier>(c.infinity_positive), splat<Carrier>(c.infinity_negative));
            result = magnitude == infinity ? at_infinity : result;
        }
        results[j] = as_integers(magnitude) > as_integers(infinity) ? splat<Carrier>(c.not_a_number) : result;
    }
}

/// Step 2 undone: the magnitude of a rounded value, where lanes with `x` below 2^emin still hold 2^emin more.
template <class Carrier>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::words without_base(
    typename lanes_of<Carrier>::words magnitude, typename lanes_of<Carrier>::words rounded,
    const rounding_registers<Carrier>& r) noexcept {
    return as_integers(magnitude) < as_integers(r.smallest_normal)
               ? as_words(as_reals(rounded) - as_reals(r.smallest_normal))
               : rounded;
}

/// Where results go: an array of the carrier's values, or of codes. Above 2^emin a code is the carrier's bits
/// without those dropped, less the difference of the biases; a value below is put where it stands in the binade
/// of 2^emin, one exponent lower.
template <class Carrier, class Out>
class result_writer {
    using constants = carrier_constants<Carrier>;
    using words = typename lanes_of<Carrier>::words;
    using word = typename constants::word;

  public:
    HALFULP_ALWAYS_INLINE explicit result_writer(const rounding_plan& plan) noexcept
        : dropped_(plan.template constants<Carrier>().dropped),
          sign_shift_(static_cast<int>(sizeof(word)) * 8 - 1 - plan.format().magnitude_bits()),
          smallest_normal_(splat<Carrier>(plan.template constants<Carrier>().smallest_normal)),
          offset_(splat<Carrier>(plan.template constants<Carrier>().exponent_offset)),
          infinity_code_(splat<Carrier>(static_cast<word>(plan.format().infinity_magnitude()))),
          nan_code_(splat<Carrier>(static_cast<word>(plan.format().nan_code()))) {}

    /// `results` are values of the format, as rounding leaves them; if not `in_range`, with special values.
    HALFULP_ALWAYS_INLINE void write(Out* to, const words (&results)[together],
                                     bool in_range) const noexcept {
        if constexpr (std::same_as<Out, Carrier>) {
            store_all(to, results);
        } else {
            words codes[together];
#pragma GCC unroll 4
            for (std::size_t j = 0; j < together; ++j)
                codes[j] = code_of(results[j]);
            if (!in_range) [[unlikely]] {
                const words magnitude_mask = splat<Carrier>(constants::magnitude_mask);
                const words infinity = splat<Carrier>(constants::infinity);
#pragma GCC unroll 4
                for (std::size_t j = 0; j < together; ++j) {
                    const words magnitude = results[j] & magnitude_mask;
                    const words sign = (results[j] ^ magnitude) >> sign_shift_;
                    words code = codes[j];
                    code = magnitude == infinity ? infinity_code_ | sign : code;
                    codes[j] = as_integers(magnitude) > as_integers(infinity) ? nan_code_ : code;
                }
            }
            store_codes(to, codes);
        }
    }

  private:
    HALFULP_ALWAYS_INLINE words code_of(words x) const noexcept {
        const words magnitude = x & splat<Carrier>(constants::magnitude_mask);
        const words moved = as_words(as_reals(magnitude) + as_reals(smallest_normal_)) -
                            splat<Carrier>(constants::one_exponent);
        const words placed = as_integers(magnitude) < as_integers(smallest_normal_) ? moved : magnitude;
        return ((placed - offset_) >> dropped_) | ((x ^ magnitude) >> sign_shift_);
    }

    int dropped_;
    int sign_shift_;
    words smallest_normal_, offset_, infinity_code_, nan_code_;
};

/// Random bits for each of a register's lanes.
template <class Carrier>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::words load_random(const std::uint32_t* random) noexcept {
    using lanes = lanes_of<Carrier>;
    if constexpr (sizeof(Carrier) == 4)
        return load<typename lanes::words>(random);
    else
        return load_codes<typename lanes::words>(random);
}

/// Any mode in which `Addend` says what is added below the last kept bit.
template <class Carrier, addend Addend>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::words lanes_by_addend(
    typename lanes_of<Carrier>::words x, typename lanes_of<Carrier>::words random, const rounding_plan& plan,
    const rounding_registers<Carrier>& r) noexcept {
    using words = typename lanes_of<Carrier>::words;
    using reals = typename lanes_of<Carrier>::reals;
    const words zero = {};
    const words one = zero + 1;
    const words magnitude = x & r.magnitude_mask;

    // 2. |x| + 2^emin, to odd: truncated, with the last bit set where that lost something. The sum's
    //    error is exact (Dekker: 2^emin is the greater), and negative where the sum was rounded up.
    const reals base = as_reals(r.smallest_normal);
    const reals sum = as_reals(magnitude) + base;
    const words error = as_words(as_reals(magnitude) - (sum - base));
    const words lost = error & r.magnitude_mask;
    const words moved = (as_words(sum) + sign_mask(error)) | lesser_of(lost, one);
    const words aligned = as_integers(magnitude) < as_integers(r.smallest_normal) ? moved : magnitude;

    // 1. One addition, which carries where the mode goes up.
    words added = r.add_positive;
    if constexpr (Addend == addend::by_sign)
        added = added ^ (sign_mask(x) & r.add_difference);
    else if constexpr (Addend == addend::by_parity)
        added = added + (((aligned ^ r.parity) & r.ulp) != zero ? r.add_odd : zero);
    else if constexpr (Addend == addend::by_coin)
        added = (zero - (random & one)) & ~r.keep;
    const words rounded = (aligned + added) & r.keep;
    words value = without_base<Carrier>(magnitude, rounded, r);

    // 3.
    if (plan.flushes()) [[unlikely]] {
        const auto& c = plan.template constants<Carrier>();
        words up_from =
            by_sign(sign_mask(x), splat<Carrier>(c.up_from_positive), splat<Carrier>(c.up_from_negative));
        if constexpr (Addend == addend::by_coin)
            if (plan.format().has_zero())
                up_from = (random & one) != zero ? one : r.smallest_normal;
        const words flushed = as_integers(magnitude) < as_integers(up_from) ? zero : r.smallest_normal;
        value = as_integers(magnitude) < as_integers(r.smallest_normal) ? flushed : value;
    }
    return with_sign_of<Carrier>(x, value, plan, r);
}

/// random[i] are the bits of element i where the addend is a coin's, and not looked at otherwise.
template <class Carrier, class Out, addend Addend>
inline void round_by_addend(const Carrier* in, Out* out, const std::uint32_t* random, std::size_t count,
                            const rounding_plan& plan) noexcept {
    using words = typename lanes_of<Carrier>::words;
    constexpr std::size_t lanes = lanes_of<Carrier>::count;
    const rounding_registers<Carrier> r(plan.template constants<Carrier>());
    const result_writer<Carrier, Out> writer(plan);
    special_watch<Carrier> watch(plan.template constants<Carrier>().first_unsafe);
    for (std::size_t i = 0; i < count; i += lanes * together) {
        words x[together], magnitude[together], bits[together];
#pragma GCC unroll 4
        for (std::size_t j = 0; j < together; ++j) {
            x[j] = load<words>(in + i + j * lanes);
            magnitude[j] = x[j] & r.magnitude_mask;
            if constexpr (Addend == addend::by_coin)
                bits[j] = load_random<Carrier>(random + i + j * lanes);
            else
                bits[j] = x[j];
        }
        const bool in_range = watch.all_safe(magnitude);
        words results[together];
#pragma GCC unroll 4
        for (std::size_t j = 0; j < together; ++j)
            results[j] = lanes_by_addend<Carrier, Addend>(x[j], bits[j], plan, r);
        if (!in_range) [[unlikely]]
            put_in_specials<Carrier, overflow_shows::in_result>(x, results,
                                                                plan.template constants<Carrier>());
        writer.write(out + i, results, in_range);
    }
}

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
          below_half(splat<Carrier>(plan.template constants<Carrier>().add_positive)),
          keep(splat<Carrier>(plan.template constants<Carrier>().keep)),
          one(splat<Carrier>(1)) {}

    /// The rounded value. In the form `sum` 2^P quanta are added, where the quantum is that of x's binade, or of
    /// 2^emin below it: the sum's last bit is one quantum, and its parity that of the code.
    HALFULP_ALWAYS_INLINE words value_of(words x) const noexcept {
        const words magnitude = x & magnitude_mask;
        words value;
        if constexpr (Form == nearest_even_form::sum) {
            const reals shift = as_reals(greater_of(x & exponent_mask, smallest_normal) + raise);
            value = as_words((as_reals(magnitude) + shift) - shift);
        } else {
            value = (magnitude + below_half + ((magnitude >> dropped) & one)) & keep;
        }
        return value | (x ^ magnitude);
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
    words magnitude_mask, exponent_mask, smallest_normal, raise, below_half, keep, one;
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
            c1[j] = c0[j] >> 32;
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

/// Copies bytes past the caches. `to` is aligned to register_bytes, `bytes` a multiple of 64.
inline void copy_past_caches(void* to, const void* from, std::size_t bytes) noexcept {
    auto* target = static_cast<unsigned char*>(to);
    const auto* source = static_cast<const unsigned char*>(from);
    for (std::size_t i = 0; i < bytes; i += register_bytes)
        store_past_caches(target + i, load<words32>(source + i));
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
