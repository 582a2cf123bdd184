// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Exact value → code: the rounding and saturation of IEEE 754 and P3109 on GMP integers, written
/// from the definitions and independent of the library's own. value_table.hpp does the same by
/// search among all values; the tests hold the two against each other.
///
/// With precision p = M + 1, smallest normal value 2^emin and a finite x:
///
///  1. quantum  2^Q, Q = max(floor(log2 |x|), emin) − M; the exponent has no upper bound
///  2. s = |x| / 2^Q; the neighbours are floor(s) and floor(s) + 1; ν = s − floor(s)
///  3. the mode picks one of them (see core/rounding.hpp)
///  4. a result above the largest finite value, and infinities, saturate (see out_of_range)
///
/// Magnitude codes count the non-negative values of a format upwards, so the code of floor(s) is
/// (Q − emin)·2^M + floor(s), and "even" is said of this number. Two kinds of format differ:
///  - without subnormals (M > 0) the values next to 0 are ±2^emin: there 0 is even, 2^emin is odd;
///  - scale formats (M = 0, no zero) start with 2^emin at code 0: zeros and all magnitudes below
///    become 2^emin in every mode.

#include <halfulp/core/errors.hpp>
#include <halfulp/core/rounding.hpp>
#include <halfulp/reference/decode.hpp>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// A code and the exceptions of making it.
struct rounded {
    uint128 code{0};
    status flags;

    friend bool operator==(const rounded&, const rounded&) = default;
};

/// What becomes of a finite value that rounds beyond the values of a format, and of an infinity.
///
/// | saturation | finite, above the largest   | finite, below the lowest     | +∞           | −∞           |
/// |------------|-----------------------------|------------------------------|--------------|--------------|
/// | none       | largest if toward_zero or   | lowest if toward_zero or     | +∞, else NaN | −∞, else NaN |
/// |            | toward_negative; else +∞    | toward_positive; else −∞     |              |              |
/// | propagate  | largest                     | lowest                       | +∞, else     | −∞, else     |
/// |            |                             |                              | largest      | lowest       |
/// | finite     | largest                     | lowest                       | largest      | lowest       |
///
/// "lowest" is −largest, in unsigned formats zero (scale formats: the smallest value). Where no
/// infinity of the sign exists there is NaN instead; where no NaN exists either, the largest or
/// lowest value. With to_odd a finite value stays at the largest one if that has an odd code and
/// the format has infinity: rounding to odd never moves to an even neighbour.
///
/// Exceptions: overflow and inexact, except that an infinity that stays raises none, one that
/// becomes NaN raises invalid alone; and a negative value in an unsigned format raises invalid
/// (with inexact if it is finite) in place of overflow.
inline rounded out_of_range(const float_format& format, bool negative, bool infinite, const projection& how) {
    const bool wrong_sign = negative && !format.has_sign;
    const uint128 sign = negative ? format.sign_mask() : uint128{0};
    const uint128 largest = format.largest_finite_magnitude();
    const uint128 limit_code = wrong_sign ? uint128{0} : sign | largest;
    const bool infinity_exists = format.has_infinity && !wrong_sign;

    enum class outcome { limit, infinity, nan } result = outcome::limit;
    if (how.overflow == saturation::propagate && infinite && infinity_exists)
        result = outcome::infinity;
    if (how.overflow == saturation::none) {
        const bool inward = how.mode == rounding::toward_zero ||
                            how.mode == (negative ? rounding::toward_positive : rounding::toward_negative);
        const bool odd_limit =
            how.mode == rounding::to_odd && infinity_exists && (largest & uint128{1}) != uint128{0};
        if (infinite || !(inward || odd_limit))
            result = infinity_exists ? outcome::infinity : format.has_nan() ? outcome::nan : outcome::limit;
    }

    status flags;
    flags.invalid = wrong_sign || (infinite && result == outcome::nan);
    flags.overflow = !flags.invalid && !(infinite && result == outcome::infinity);
    flags.inexact = !infinite || flags.overflow;
    switch (result) {
        case outcome::infinity:
            return {sign | format.infinity_magnitude(), flags};
        case outcome::nan:
            return {format.nan_code(), flags};
        case outcome::limit:
            break;
    }
    return {limit_code, flags};
}

/// Where a magnitude lies between its neighbours.
struct gap_position {
    bool below_is_even = true;   ///< of the neighbour toward zero
    std::uint64_t fraction = 0;  ///< floor(ν·2^fraction_bits)
    bool more = false;           ///< ν·2^fraction_bits is not an integer

    /// Enough to decide every mode: stochastic_b and _c look at one bit more than they draw.
    static constexpr int fraction_bits = maximum_random_bits + 1;

    /// The magnitude is the neighbour toward zero itself.
    bool exact() const noexcept { return fraction == 0 && !more; }
};

/// True when the mode moves a magnitude at this position away from zero. Of R the lowest
/// `random_bits` bits count.
inline bool rounds_away(const gap_position& at, bool negative, const projection& how, std::uint64_t R) {
    if (at.exact())
        return false;
    constexpr int fraction_bits = gap_position::fraction_bits;
    constexpr std::uint64_t half = std::uint64_t{1} << (fraction_bits - 1);
    const bool tie = at.fraction == half && !at.more;
    const bool above_half = at.fraction >= half && !tie;
    const int N = how.random_bits;
    const auto two_to_the = [](int n) { return std::uint64_t{1} << n; };
    R &= two_to_the(N) - 1;
    switch (how.mode) {
        case rounding::ties_to_even:
            return above_half || (tie && !at.below_is_even);
        case rounding::ties_to_away:
            return above_half || tie;
        case rounding::ties_to_zero:
            return above_half;
        case rounding::toward_zero:
            return false;
        case rounding::toward_positive:
            return !negative;
        case rounding::toward_negative:
            return negative;
        case rounding::away_from_zero:
            return true;
        case rounding::to_odd:
            return at.below_is_even;
        case rounding::stochastic_a:
            return (at.fraction >> (fraction_bits - N)) + R >= two_to_the(N);
        case rounding::stochastic_b:
            return (at.fraction >> (fraction_bits - N - 1)) + (2 * R + 1) >= two_to_the(N + 1);
        case rounding::stochastic_c: {
            std::uint64_t nearest = at.fraction >> (fraction_bits - N);
            const std::uint64_t rest = at.fraction - (nearest << (fraction_bits - N));
            const std::uint64_t half_unit = two_to_the(fraction_bits - N - 1);
            if (rest > half_unit || (rest == half_unit && (at.more || nearest % 2 == 1)))
                ++nearest;
            return nearest + R >= two_to_the(N);
        }
        case rounding::stochastic_equal:
            return R % 2 == 1;
    }
    return false;
}

/// An exact value placed between its neighbours in a format, once; resolve() then rounds it in any
/// mode at the cost of a few comparisons.
class bracket {
  public:
    /// Throws format_error for a descriptor that is invalid, or that puts NaN in the place of the
    /// negative value nearest to zero.
    bracket(const exact_value& x, const float_format& format)
        : format_(format), kind_(x.kind()), negative_(x.is_negative()), raised_(x.raised()) {
        if (const char* reason = why_invalid(format))
            throw_argument_error<format_error>("reference::bracket", "format", "not a format", reason);
        if (!format.has_zero() && format.nan == nan_encoding::negative_zero)
            throw_argument_error<format_error>("reference::bracket", "format.nan", "negative_zero",
                                               "another encoding in a format without zero");
        if (x.is_zero())
            zero_sign_ = x.sign_of_zero();
        else if (x.is_finite())
            place(x);
    }

    /// The code in `how.mode` with `how.overflow`; of R the lowest `how.random_bits` bits count in
    /// the stochastic modes. Flags include those of the exact value's history. Throws format_error
    /// when a stochastic mode has random_bits outside 1 … maximum_random_bits.
    rounded resolve(const projection& how, std::uint64_t R = 0) const {
        rounded result = resolve_value(checked(how), R);
        result.flags |= raised_;
        return result;
    }

  private:
    enum class tininess : unsigned char { no, yes, unless_carried };

    static projection checked(projection how) {
        if (!is_stochastic(how.mode))
            how.random_bits = 1;
        else if (how.random_bits < 1 || how.random_bits > maximum_random_bits)
            throw_argument_error<format_error>("reference::round", "random_bits",
                                               std::to_string(how.random_bits), "1 to 32");
        return how;
    }

    /// floor(|x| / 2^exponent).
    static natural::floor_result floor_magnitude(const exact_value& x, long exponent) {
        if (x.kind() == value_kind::rational)
            return floor_scaled(x.magnitude(), exponent);
        return {floor_sqrt(floor_scaled(x.magnitude(), 2 * exponent).floor).floor, false};  // irrational
    }

    /// Splits |x| / 2^quantum into floor and position; the parity is the caller's.
    static natural split(const exact_value& x, long quantum, gap_position& at) {
        const natural::floor_result scaled = floor_magnitude(x, quantum - gap_position::fraction_bits);
        at.fraction = scaled.floor.to_uint64() & ((std::uint64_t{1} << gap_position::fraction_bits) - 1);
        at.more = !scaled.exact;
        return floor_shift(scaled.floor, gap_position::fraction_bits).floor;
    }

    void place(const exact_value& x) {
        const long M = format_.significand_bits;
        const long emin = format_.minimum_exponent();
        const long square_log2 = floor_log2(x.magnitude());
        const long log2 = x.kind() == value_kind::rational ? square_log2 : square_log2 >> 1;
        if (log2 > format_.maximum_exponent()) {
            beyond_ = true;
            return;
        }
        if (log2 < emin)
            place_tiny(x, log2);
        if (log2 < emin && !format_.has_zero()) {
            below_scale_ = true;
            return;
        }
        if (log2 < emin && !format_.has_subnormals) {
            split(x, emin, at_);
            above_ = uint128{1} << format_.significand_bits;
            return;
        }
        const long Q = (log2 > emin ? log2 : emin) - M;
        const natural floor = split(x, Q, at_);
        natural code = (natural(static_cast<std::uint64_t>(Q + M - emin)) << M) + floor;
        if (!format_.has_zero())
            code = code - natural(1);
        at_.below_is_even = !code.is_odd();
        beyond_ = code > natural::from_uint128(format_.largest_finite_magnitude());
        below_ = code.to_uint128();
        above_ = below_ + uint128{1};
    }

    /// Is |x| < 2^emin still tiny when it is rounded to p bits without a lower bound of the exponent?
    void place_tiny(const exact_value& x, long log2) {
        const long M = format_.significand_bits;
        const long emin = format_.minimum_exponent();
        tiny_ = tininess::yes;
        if (log2 < emin - 1 || !format_.has_zero())
            return;
        const natural floor = split(x, emin - 1 - M, at_precision_);
        at_precision_.below_is_even = M == 0 || !floor.is_odd();  // M = 0: exponent field 0
        if (floor + natural(1) == natural(1) << (M + 1))
            tiny_ = tininess::unless_carried;
    }

    rounded resolve_value(const projection& how, std::uint64_t R) const {
        if (kind_ == value_kind::nan) {
            if (format_.has_nan())
                return {format_.nan_code(), {}};
            return {format_.largest_finite_magnitude(), {.invalid = true}};
        }
        if (kind_ == value_kind::infinity)
            return out_of_range(format_, negative_, true, how);
        if (kind_ == value_kind::zero) {
            if (!format_.has_zero())
                return {uint128{0}, {.inexact = true, .underflow = true}};
            const bool negative =
                zero_sign_ == zero_sign::negative ||
                (zero_sign_ == zero_sign::by_direction && how.mode == rounding::toward_negative);
            return {negative && format_.has_negative_zero ? format_.sign_mask() : uint128{0}, {}};
        }
        if (beyond_)
            return out_of_range(format_, negative_, false, how);

        const bool away = rounds_away(at_, negative_, how, R);
        if (away && below_ == format_.largest_finite_magnitude())
            return out_of_range(format_, negative_, false, how);
        const uint128 magnitude = below_scale_ ? uint128{0} : away ? above_ : below_;
        const bool is_zero = magnitude == uint128{0} && format_.has_zero();
        if (negative_ && !format_.has_sign && !is_zero)
            return out_of_range(format_, true, false, how);

        status flags;
        flags.inexact = below_scale_ || !at_.exact();
        flags.underflow =
            flags.inexact && (tiny_ == tininess::yes || (tiny_ == tininess::unless_carried &&
                                                         !rounds_away(at_precision_, negative_, how, R)));
        const bool signed_result = negative_ && !(is_zero && !format_.has_negative_zero);
        return {magnitude | (signed_result ? format_.sign_mask() : uint128{0}), flags};
    }

    float_format format_;
    value_kind kind_;
    bool negative_;
    zero_sign zero_sign_ = zero_sign::positive;
    status raised_;
    bool beyond_ = false;       // above the largest finite value without rounding
    bool below_scale_ = false;  // below the smallest value of a scale format
    tininess tiny_ = tininess::no;
    uint128 below_{0};  // magnitude codes of the neighbours
    uint128 above_{0};
    gap_position at_;
    gap_position at_precision_;  // as at_, without a lower bound of the exponent
};

/// The code of x in `format`, rounded once. Exact value, no intermediate format: O(size of x).
/// Throws as `bracket` and its resolve().
inline rounded round(const exact_value& x, const float_format& format, const projection& how = {},
                     std::uint64_t R = 0) {
    return bracket(x, format).resolve(how, R);
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
