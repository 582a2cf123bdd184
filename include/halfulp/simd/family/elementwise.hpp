// SPDX-License-Identifier: BSL-1.0
//
// The operations in a carrier, and what rounding did: see simd/for_each_family.hpp for how this text is
// used. Counts are multiples of simd::block.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// IEEE 754, 6.3: in toward_negative an exact zero sum of opposite signs is −0.
template <class Carrier>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::reals signed_zero_sum(
    typename lanes_of<Carrier>::reals sum, typename lanes_of<Carrier>::reals x,
    typename lanes_of<Carrier>::reals y, const elementwise_rules& rules) noexcept {
    using words = typename lanes_of<Carrier>::words;
    if (!rules.zero_sum_is_negative)
        return sum;
    const words sign_bit = ~splat<Carrier>(carrier_constants<Carrier>::magnitude_mask);
    const words opposite = (as_words(x) ^ as_words(y)) & sign_bit;
    return as_reals(as_words(sum) == words{} ? opposite : as_words(sum));
}

/// x + y rounded to odd, as core/error_free.hpp's sum_to_odd. Where the sum's error is not zero, the sum
/// is made the neighbour toward zero if that is where the exact sum lies, and its last bit is set.
template <class Carrier>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::reals sum_to_odd(typename lanes_of<Carrier>::reals x,
                                                                   typename lanes_of<Carrier>::reals y,
                                                                   const elementwise_rules& rules) noexcept {
    using words = typename lanes_of<Carrier>::words;
    using reals = typename lanes_of<Carrier>::reals;
    const reals sum = x + y;
    if (rules.sums_are_exact)
        return signed_zero_sum<Carrier>(sum, x, y, rules);
    const reals y_part = sum - x;
    const reals x_part = sum - y_part;
    const reals error = (x - x_part) + (y - y_part);
    const words zero = {};
    const words toward_zero = sign_mask(as_words(error) ^ as_words(sum));
    const words stepped = (as_words(sum) + toward_zero) | (zero + 1);
    // False for the NaN that an infinite sum has as its error.
    const words size = as_words(error) & splat<Carrier>(carrier_constants<Carrier>::magnitude_mask);
    const words result = as_reals(size) > reals{} ? stepped : as_words(sum);
    return signed_zero_sum<Carrier>(as_reals(result), x, y, rules);
}

/// One step of an operation, with the bits of the carrier's result that decide every rounding.
template <class Carrier, operation Operation>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::reals lanes_of_operation(
    typename lanes_of<Carrier>::reals x, typename lanes_of<Carrier>::reals y,
    typename lanes_of<Carrier>::reals z, const elementwise_rules& rules) noexcept {
    using words = typename lanes_of<Carrier>::words;
    using reals = typename lanes_of<Carrier>::reals;
    if constexpr (Operation == operation::add) {
        return sum_to_odd<Carrier>(x, y, rules);
    } else if constexpr (Operation == operation::subtract) {
        return sum_to_odd<Carrier>(x, -y, rules);
    } else if constexpr (Operation == operation::multiply) {
        return as_rounded(x * y);
    } else if constexpr (Operation == operation::fma) {
        return sum_to_odd<Carrier>(as_rounded(x * y), z, rules);
    } else if constexpr (Operation == operation::divide) {
        const reals quotient = x / y;
        if (!rules.zero_divisor_has_sign) {
            const words quiet_nan = splat<Carrier>(carrier_constants<Carrier>::quiet_nan);
            return as_reals(y == reals{} ? quiet_nan : as_words(quotient));
        }
        return quotient;
    } else {
        return square_root(x);
    }
}

template <class Carrier, operation Operation>
inline void operate(const Carrier* x, const Carrier* y, const Carrier* z, Carrier* out, std::size_t count,
                    const elementwise_rules& rules) noexcept {
    using reals = typename lanes_of<Carrier>::reals;
    constexpr std::size_t lanes = lanes_of<Carrier>::count;
    for (std::size_t i = 0; i < count; i += lanes) {
        reals y_lanes = {};
        reals z_lanes = {};
        if constexpr (operand_count(Operation) >= 2)
            y_lanes = load<reals>(y + i);
        if constexpr (operand_count(Operation) >= 3)
            z_lanes = load<reals>(z + i);
        store(out + i, lanes_of_operation<Carrier, Operation>(load<reals>(x + i), y_lanes, z_lanes, rules));
    }
}

/// True if every number is within the bounds.
template <class Carrier>
inline bool all_within(const Carrier* in, std::size_t count, const operand_bounds<Carrier>& bounds) noexcept {
    using word = typename word_of<Carrier>::type;
    using words = typename lanes_of<Carrier>::words;
    constexpr std::size_t lanes = lanes_of<Carrier>::count;
    const words magnitude_mask = splat<Carrier>(carrier_constants<Carrier>::magnitude_mask);
    words seen[together] = {};
    words largest[together] = {};
    words before_smallest[together];  // one less, so that zero is the greatest
    for (words& w : before_smallest)
        w = ~words{};
    for (std::size_t i = 0; i < count; i += lanes * together) {
#pragma GCC unroll 4
        for (std::size_t j = 0; j < together; ++j) {
            const words magnitude = load<words>(in + i + j * lanes) & magnitude_mask;
            const words before = magnitude - 1;
            seen[j] |= magnitude;
            largest[j] = greater_of(largest[j], magnitude);
            before_smallest[j] = lesser_of(before, before_smallest[j]);
        }
    }
    word most = 0, least = ~word{0}, bits = 0;
    for (std::size_t j = 0; j < together; ++j)
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            bits |= seen[j][lane];
            most = largest[j][lane] > most ? largest[j][lane] : most;
            least = before_smallest[j][lane] < least ? before_smallest[j][lane] : least;
        }
    return (bits & bounds.excess) == 0 && most <= bounds.largest &&
           least >= static_cast<word>(bounds.smallest - 1);
}

/// Adds up what rounding in[i] to out[i] did. Overflow is marked in `out` by a NaN that is no result,
/// and replaced by what the plan makes of it.
template <class Carrier>
inline void count_statistics(const Carrier* in, Carrier* out, std::size_t count, const rounding_plan& plan,
                             statistics_of_lanes<Carrier>& totals) noexcept {
    using constants = carrier_constants<Carrier>;
    using words = typename lanes_of<Carrier>::words;
    using reals = typename lanes_of<Carrier>::reals;
    constexpr std::size_t lanes = lanes_of<Carrier>::count;
    const constants& c = plan.template constants<Carrier>();
    const words zero = {};
    const words one = zero + 1;
    const words magnitude_mask = splat<Carrier>(constants::magnitude_mask);
    const words infinity = splat<Carrier>(constants::infinity);
    const words smallest_normal = splat<Carrier>(c.smallest_normal);
    const words mark = splat<Carrier>(constants::overflow_mark);
    const words overflow_positive = splat<Carrier>(c.overflow_positive);
    const words overflow_negative = splat<Carrier>(c.overflow_negative);
    words nans = {}, infinities = {}, overflows = {}, underflows = {}, subnormals = {}, inexact = {};
    reals largest = {};
    for (std::size_t i = 0; i < count; i += lanes) {
        const words x = load<words>(in + i);
        const words marked = load<words>(out + i);
        const words result =
            marked == mark ? by_sign(sign_mask(x), overflow_positive, overflow_negative) : marked;
        store(out + i, result);
        const words size = x & magnitude_mask;
        const words result_size = result & magnitude_mask;
        const words overflowed = marked == mark ? one : zero;
        const words finite = as_integers(size) < as_integers(infinity) ? one : zero;
        const words nonzero = size != zero ? finite : zero;
        nans += as_integers(size) > as_integers(infinity) ? one : zero;
        infinities += size == infinity ? one : zero;
        overflows += overflowed;
        underflows += result_size == zero ? nonzero : zero;
        subnormals += as_integers(result_size) < as_integers(smallest_normal)
                          ? (result_size != zero ? nonzero : zero)
                          : zero;
        const words changed = x != result ? nonzero : zero;
        inexact += changed;
        // The error relative to x, of numbers that stay finite; a comparison with NaN is false.
        const reals error =
            as_reals(as_words(as_reals(x) - as_reals(result)) & magnitude_mask) / as_reals(size);
        const words counts = zero - (changed & ~overflowed);
        const reals relevant = as_reals(as_words(error) & counts);
        largest = relevant > largest ? relevant : largest;
    }
    totals.nans += sum_of_lanes(nans);
    totals.infinities += sum_of_lanes(infinities);
    totals.overflows += sum_of_lanes(overflows);
    totals.underflows += sum_of_lanes(underflows);
    totals.subnormals += sum_of_lanes(subnormals);
    totals.inexact += sum_of_lanes(inexact);
    for (std::size_t lane = 0; lane < lanes; ++lane)
        totals.largest_relative_error =
            largest[lane] > totals.largest_relative_error ? largest[lane] : totals.largest_relative_error;
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif
