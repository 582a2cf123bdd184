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

/// Step 4 for one register: x was rounded to `result`, which may have overflowed or not be finite.
template <class Carrier, overflow_shows Where>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::words with_specials(
    typename lanes_of<Carrier>::words x, typename lanes_of<Carrier>::words result,
    const carrier_constants<Carrier>& c) noexcept {
    using constants = carrier_constants<Carrier>;
    using words = typename lanes_of<Carrier>::words;
    const words magnitude_mask = splat<Carrier>(constants::magnitude_mask);
    const words infinity = splat<Carrier>(constants::infinity);
    const words last = splat<Carrier>(Where == overflow_shows::in_input ? c.first_overflow - 1 : c.largest);
    const words magnitude = x & magnitude_mask;
    const words sign = sign_mask(x);
    const words overflow =
        by_sign(sign, splat<Carrier>(c.overflow_positive), splat<Carrier>(c.overflow_negative));
    const words measure = Where == overflow_shows::in_input ? magnitude : result & magnitude_mask;
    result = as_integers(measure) > as_integers(last) ? overflow : result;
    if (c.infinity_positive != c.overflow_positive || c.infinity_negative != c.overflow_negative) {
        const words at_infinity =
            by_sign(sign, splat<Carrier>(c.infinity_positive), splat<Carrier>(c.infinity_negative));
        result = magnitude == infinity ? at_infinity : result;
    }
    return as_integers(magnitude) > as_integers(infinity) ? splat<Carrier>(c.not_a_number) : result;
}

/// Step 4, for the groups in which something may overflow or is not finite.
template <class Carrier, overflow_shows Where>
HALFULP_ALWAYS_INLINE void put_in_specials(const typename lanes_of<Carrier>::words (&x)[together],
                                           typename lanes_of<Carrier>::words (&results)[together],
                                           const carrier_constants<Carrier>& c) noexcept {
#pragma GCC unroll 4
    for (std::size_t j = 0; j < together; ++j)
        results[j] = with_specials<Carrier, Where>(x[j], results[j], c);
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

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
