// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What rounding into a format under a projection comes to in the bits of float and double: constants
/// that are worked out once and used for whole arrays.
///
/// The fast paths hold a value of the format in a *carrier*, float or double, that has all of its
/// values and at least two more significant bits. Write P for the carrier's stored significand bits, M
/// for the format's, emin for the exponent of its smallest normal value. As the carrier's bits grow
/// with the magnitude,
///
/// 1. a value from 2^emin up is rounded by adding to its bits what the mode asks for below the last
///    kept bit, and clearing the P − M bits below it; a carry goes into the exponent as it should;
/// 2. a value x below 2^emin is first moved to 2^emin + x, rounded to odd, where the bits that the
///    format keeps are in the same place; 2^emin is taken off at the end;
/// 3. without subnormals, and in precision 1, nothing lies between zero and 2^emin, and a comparison
///    with the point from which the mode goes up decides;
/// 4. what exceeds the largest value becomes a constant; infinities and NaN become constants;
/// 5. the sign is put back by one of three rules.
///
/// The constants that depend on saturation and special values are made by the definitions in
/// formats/encode.hpp, so that they cannot differ from them.

#include <halfulp/formats/dynamic_float.hpp>

#include <concepts>
#include <cstdint>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// The word with a carrier's bits.
template <class Carrier>
struct word_of;
template <>
struct word_of<float> {
    using type = std::uint32_t;
};
template <>
struct word_of<double> {
    using type = std::uint64_t;
};

/// How the sign of a result is made.
enum class sign_rule : unsigned char {
    kept,          ///< as the operand's, zeros included
    lost_at_zero,  ///< as the operand's, but there is one zero
    none           ///< no negative values: they become zero or a constant
};

/// How ties to even is carried out in the shortest way.
enum class nearest_even_form : unsigned char {
    general,  ///< as every other deterministic mode
    sum,      ///< (|x| + c) − c, where c is 2^P quanta of x's binade: the addition rounds
    bits      ///< the format has the carrier's exponents: its subnormals are the carrier's
};

/// What step 1 adds, beyond a constant.
enum class addend : unsigned char {
    fixed,      ///< nothing
    by_sign,    ///< another constant for negative numbers: the directed modes
    by_parity,  ///< another constant where the last kept bit is set: ties to even, to odd
    by_coin     ///< all ones below the last kept bit, or nothing, by a random bit: stochastic_equal
};

/// The addend of a mode; stochastic_a, b and c have a way of their own.
constexpr addend addend_of(rounding mode) noexcept {
    switch (mode) {
        case rounding::toward_positive:
        case rounding::toward_negative:
            return addend::by_sign;
        case rounding::ties_to_even:
        case rounding::to_odd:
            return addend::by_parity;
        case rounding::stochastic_equal:
            return addend::by_coin;
        default:
            return addend::fixed;
    }
}

/// The constants for one carrier. `lowest bits` of a word are those that the format drops.
template <class Carrier>
struct carrier_constants {
    using word = typename word_of<Carrier>::type;
    static constexpr float_format carrier = number_format<Carrier>::value;
    static constexpr int stored = carrier.significand_bits;
    static constexpr word magnitude_mask = static_cast<word>(carrier.magnitude_mask());
    static constexpr word infinity = static_cast<word>(carrier.infinity_magnitude());
    static constexpr word quiet_nan = static_cast<word>(carrier.nan_code());
    /// A NaN that is no result: where statistics are taken, overflow is marked with it.
    static constexpr word overflow_mark = quiet_nan | 1;
    static constexpr word one_exponent = word{1} << stored;

    bool usable = false;  ///< the carrier can hold and round the format
    nearest_even_form form = nearest_even_form::general;
    int dropped = 0;           ///< P − M, from 2
    word smallest_normal = 0;  ///< 2^emin
    word ulp = 0;              ///< the lowest kept bit
    word keep = 0;             ///< all bits from it up
    word parity = 0;           ///< `ulp` if the lowest kept bit reads inverted (precision 1), else 0
    word add_positive = 0;     ///< step 1 for a deterministic mode
    word add_negative = 0;
    word add_odd = 0;           ///< added as well where the lowest kept bit is set
    word up_from_positive = 0;  ///< step 3: from here on up, 2^emin
    word up_from_negative = 0;
    word largest = 0;            ///< the largest finite value
    word overflow_positive = 0;  ///< step 4
    word overflow_negative = 0;
    word infinity_positive = 0;
    word infinity_negative = 0;
    word not_a_number = 0;
    word zero_positive = 0;        ///< +0, or the smallest value where there is no zero
    word first_unsafe = 0;         ///< below it no magnitude becomes a special value, in any mode
    word first_overflow = 0;       ///< below it none does in ties to even
    word below_unsigned = 0;       ///< what negative numbers become that are not zero, in unsigned formats
    bool has_fixed_point = false;  ///< stochastic_a, b and c may hold small values in fixed point,
    int fraction_bits = 0;         ///< with so many bits below the quantum's; 0 if all values are normal here
    Carrier fixed_point_scale = 0;  ///< 2^fraction_bits / quantum in float; 2^P of the last bits in double
    word exponent_offset = 0;       ///< a normal value's bits less these, shifted down, are its code
};

}  // namespace simd

/// A format and a projection, made ready for arrays: plan once, run many. Making one costs about as
/// much as rounding a few thousand numbers; the array functions make one a call when they are given a format.
class rounding_plan {
  public:
    /// @throws format_error if the format or the projection is not valid, or the format has more than
    ///         64 bits
    explicit rounding_plan(const float_format& format, const projection& p = {})
        : rounding_plan(checked(format, p), p, prepared{}) {}

    constexpr const float_format& format() const noexcept { return format_; }
    constexpr const halfulp::projection& projection() const noexcept { return projection_; }

    /// The constants of a carrier, for the kernels.
    template <class Carrier>
    constexpr const simd::carrier_constants<Carrier>& constants() const noexcept {
        if constexpr (std::same_as<Carrier, float>)
            return in_float_;
        else
            return in_double_;
    }
    constexpr simd::sign_rule signs() const noexcept { return signs_; }
    /// Nothing lies between zero and the smallest normal value.
    constexpr bool flushes() const noexcept {
        return !format_.has_subnormals || format_.significand_bits == 0;
    }

    /// The same plan with overflow marked: carrier_constants::overflow_mark in place of its result.
    constexpr rounding_plan with_overflow_marked() const noexcept {
        rounding_plan marked = *this;
        const auto mark = [this](auto& c) {
            c.overflow_positive = c.overflow_mark;
            if (format_.has_sign)
                c.overflow_negative = c.overflow_mark;
        };
        mark(marked.in_float_);
        mark(marked.in_double_);
        return marked;
    }

    /// For formats and projections that are known to be valid.
    struct prepared {};
    constexpr rounding_plan(const float_format& format, const halfulp::projection& p, prepared) noexcept;

  private:
    static const float_format& checked(const float_format& format, const halfulp::projection& p) {
        require_run_time_format("rounding_plan", format);
        require_projection("rounding_plan", p);
        return format;
    }
    template <class Carrier>
    constexpr simd::carrier_constants<Carrier> make() const noexcept;

    float_format format_;
    halfulp::projection projection_;
    simd::sign_rule signs_ = simd::sign_rule::kept;
    simd::carrier_constants<float> in_float_{};
    simd::carrier_constants<double> in_double_{};
};

/// What the array functions take where a projection may stand too.
template <class T>
concept rounding_plan_argument = std::same_as<T, rounding_plan>;

// ---------------------------------------------------------------------------------------------

namespace detail {

/// The bits of 2^exponent in the carrier, subnormals included; 0 below them.
template <class Carrier>
constexpr auto power_of_two_bits(int exponent) noexcept {
    using constants = simd::carrier_constants<Carrier>;
    using word = typename constants::word;
    const int field = exponent + constants::carrier.bias;
    if (field >= 1)
        return static_cast<word>(static_cast<word>(field) << constants::stored);
    return field - 1 < -constants::stored ? word{0}
                                          : static_cast<word>(constants::one_exponent >> (1 - field));
}

/// True if the carrier has every finite value of the format, at least two bits to drop, 2^emin and twice that.
template <class Carrier>
constexpr bool can_carry(const float_format& format) noexcept {
    const float_format& carrier = simd::carrier_constants<Carrier>::carrier;
    return format.bits() <= 32 && format.significand_bits + 2 <= carrier.significand_bits &&
           format.minimum_exponent() >= carrier.minimum_exponent() &&
           // Values below 2^emin are added to it; and fixed point has no value as large.
           format.minimum_exponent() < carrier.maximum_exponent() && contains_finite(carrier, format);
}

}  // namespace detail

template <class Carrier>
constexpr simd::carrier_constants<Carrier> rounding_plan::make() const noexcept {
    using constants = simd::carrier_constants<Carrier>;
    using word = typename constants::word;
    const rounding mode = projection_.mode;
    const auto value_of = [&](uint128 code) {
        const auto number = unpack(format_, code);
        return static_cast<word>(encode(constant_value<constants::carrier>{},
                                        constant_value<halfulp::projection{}>{},
                                        exactly<uint_with_bits<66>>(number))
                                     .value);
    };

    constants c;
    c.usable = true;
    c.dropped = constants::stored - format_.significand_bits;
    c.smallest_normal = detail::power_of_two_bits<Carrier>(format_.minimum_exponent());
    c.ulp = word{1} << c.dropped;
    c.keep = static_cast<word>(~(c.ulp - 1));
    const int bias_difference = constants::carrier.bias - format_.bias;
    c.parity = format_.significand_bits == 0 && (bias_difference & 1) != 0 ? c.ulp : word{0};
    c.exponent_offset = static_cast<word>(static_cast<word>(bias_difference) << constants::stored);

    // Step 1: what carries into the kept bits exactly when the mode moves away from zero.
    const word all = c.ulp - 1;
    const word below_half = all >> 1;
    switch (mode) {
        case rounding::ties_to_even:
            c.add_positive = c.add_negative = below_half;
            c.add_odd = 1;
            break;
        case rounding::ties_to_away:
            c.add_positive = c.add_negative = below_half + 1;
            break;
        case rounding::ties_to_zero:
            c.add_positive = c.add_negative = below_half;
            break;
        case rounding::toward_positive:
            c.add_positive = all;
            break;
        case rounding::toward_negative:
            c.add_negative = all;
            break;
        case rounding::away_from_zero:
            c.add_positive = c.add_negative = all;
            break;
        case rounding::to_odd:
            c.add_positive = c.add_negative = all;
            c.add_odd = word{0} - all;
            break;
        default:
            break;
    }

    // Step 3, as the smallest magnitude that goes up; zero itself stays, as a zero is not negative nor
    // positive here: its code is taken from encode_zero below.
    const word half = detail::power_of_two_bits<Carrier>(format_.minimum_exponent() - 1);
    const word never = c.smallest_normal;
    const auto up_from = [&](bool negative) -> word {
        if (!format_.has_zero())
            return 0;
        switch (mode) {
            case rounding::ties_to_even:
            case rounding::ties_to_zero:
                return half + 1;
            case rounding::ties_to_away:
                return half == 0 ? word{1} : half;
            case rounding::toward_positive:
                return negative ? never : word{1};
            case rounding::toward_negative:
                return negative ? word{1} : never;
            case rounding::away_from_zero:
            case rounding::to_odd:
                return 1;
            default:
                return never;
        }
    };
    c.up_from_positive = up_from(false);
    c.up_from_negative = up_from(true);

    // Step 4, by the definitions.
    const uint128 largest_code = format_.largest_finite_magnitude();
    c.largest = value_of(largest_code);
    c.overflow_positive = value_of(detail::encode_overflow(format_, projection_, false).value);
    c.overflow_negative =
        value_of(format_.has_sign ? detail::encode_overflow(format_, projection_, true).value
                                  : detail::encode_below_unsigned(format_, projection_).value);
    c.infinity_positive = value_of(encode_infinity(format_, projection_, false).value);
    c.infinity_negative = value_of(encode_infinity(format_, projection_, true).value);
    c.not_a_number = value_of(encode_nan(format_).value);
    c.zero_positive = value_of(encode_zero(format_, false).value);
    c.below_unsigned = value_of(detail::encode_below_unsigned(format_, projection_).value);
    // In unsigned formats negative numbers become what positive ones do not, so no group is safe.
    c.first_unsafe = format_.has_sign ? c.largest + 1 : word{0};
    const bool odd_largest = (static_cast<std::uint64_t>(largest_code) & 1) != 0;
    c.first_overflow = static_cast<word>(c.largest + below_half + (odd_largest ? 1 : 2));

    // Fixed point for the stochastic modes: N bits, half a unit in b and the tail in c have to fit below the
    // quantum. float is multiplied by the scale, which has to be a normal float, and converted; double
    // is added to the value whose last bit is the last fraction bit.
    constexpr bool multiplies = std::same_as<Carrier, float>;
    const int fraction = (multiplies ? 31 : 51) - format_.significand_bits;
    const int quantum = format_.minimum_quantum_exponent();
    const int scale = multiplies ? fraction - quantum : quantum - fraction + constants::stored;
    const bool all_normal = format_.minimum_exponent() == constants::carrier.minimum_exponent();
    const int needed = projection_.random_bits + (mode == rounding::stochastic_b   ? 1
                                                  : mode == rounding::stochastic_c ? 2
                                                                                   : 0);
    if (!flushes() && needed < static_cast<int>(sizeof(word)) * 8 &&
        (all_normal || (needed <= fraction && scale <= constants::carrier.bias &&
                        scale - constants::stored >= constants::carrier.minimum_exponent()))) {
        c.has_fixed_point = true;
        c.fraction_bits = all_normal ? 0 : fraction;
        c.fixed_point_scale =
            all_normal ? Carrier{0} : std::bit_cast<Carrier>(detail::power_of_two_bits<Carrier>(scale));
    }

    // The short forms of ties to even. They find overflow by the input, in the binade of the largest value;
    // where no value is normal (also with one exponent bit, all of it NaN's) its last bit is elsewhere.
    if (mode == rounding::ties_to_even && signs_ == simd::sign_rule::kept && !flushes() &&
        format_.maximum_exponent() >= format_.minimum_exponent()) {
        if (format_.minimum_exponent() == constants::carrier.minimum_exponent())
            c.form = simd::nearest_even_form::bits;
        else if (format_.maximum_exponent() + c.dropped <= constants::carrier.bias)
            c.form = simd::nearest_even_form::sum;
    }
    return c;
}

constexpr rounding_plan::rounding_plan(const float_format& format, const halfulp::projection& p,
                                       prepared) noexcept
    : format_(format), projection_(p) {
    signs_ = !format.has_sign           ? simd::sign_rule::none
             : format.has_negative_zero ? simd::sign_rule::kept
                                        : simd::sign_rule::lost_at_zero;
    if (detail::can_carry<float>(format))
        in_float_ = make<float>();
    if (detail::can_carry<double>(format))
        in_double_ = make<double>();
}

namespace detail {

/// The plan for a format and a projection known to the compiler.
template <float_format Format, projection Projection>
inline constexpr rounding_plan constant_plan{Format, Projection, rounding_plan::prepared{}};

template <class Format, class Projection>
rounding_plan plan_of(Format format, Projection p) {
    return rounding_plan(format, p, rounding_plan::prepared{});
}
template <float_format Format, projection Projection>
const rounding_plan& plan_of(constant_value<Format>, constant_value<Projection>) noexcept {
    return constant_plan<Format, Projection>;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
