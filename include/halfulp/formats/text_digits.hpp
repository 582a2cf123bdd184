// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// From a binary magnitude to decimal digits, exactly: all of them, or the fewest that read back.
/// What "shortest" means and how digits become text is in formats/text_print.hpp.

#include <halfulp/core/fixed_big_uint.hpp>
#include <halfulp/formats/text_parse.hpp>

#include <cstdint>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// floor(log10(2^exponent)) for |exponent| <= 300000, twice what a format has. The constant is
/// floor(log10(2)·2^46): off by less than 2^-27 in the product, and up to there the logarithm of no power of two
/// but 1 is nearer to an integer than 10^-6 (the denominators of its convergents are 70777 and 325147).
constexpr int floor_log10_power_of_two(int exponent) noexcept {
    return static_cast<int>((exponent * 21'183'102'754'681LL) >> 46);
}

/// x/10 in place, and the remainder.
template <workspace_integer UInt>
constexpr int divide_by_ten(UInt& x) noexcept {
    const auto quotient = static_cast<UInt>(x / UInt{10});
    const auto remainder = static_cast<UInt>(x - static_cast<UInt>(quotient * UInt{10}));
    x = quotient;
    return static_cast<int>(static_cast<std::uint64_t>(remainder));
}
template <int Words>
constexpr int divide_by_ten(wide_uint<Words>& x) noexcept {
    std::uint64_t remainder = 0;
    for (int i = Words - 1; i >= 0; --i) {
        const std::uint64_t high = remainder << 32 | x.word[i] >> 32;
        const std::uint64_t low = (high % 10) << 32 | (x.word[i] & 0xffffffffu);
        x.word[i] = (high / 10) << 32 | low / 10;
        remainder = low % 10;
    }
    return static_cast<int>(remainder);
}

/// d1.d2 d3 … · 10^exponent: digits without trailing zeros, in a buffer of the user of this type.
struct decimal_digits {
    const char* digits;
    int count;
    int exponent;
};

/// The characters of an integer 0 <= n < 10^9, right-aligned before `end`, at least `width`.
constexpr char* write_backwards(char* end, std::uint32_t n, int width) noexcept {
    for (; n != 0 || width > 0; n /= 10, --width)
        *--end = static_cast<char>('0' + n % 10);
    return end;
}

/// Bits of the integers from which all digits of a format's values are read.
constexpr int exact_bits(const text_extremes& format) noexcept {
    const long long lowest = format.minimum_quantum_exponent;
    const long long fraction = lowest < 0 ? -lowest * 232193 / 100000 : 0;  // log2(5)
    const long long integral = format.maximum_exponent < 0 ? 0 : format.maximum_exponent;
    return static_cast<int>((fraction > integral ? fraction : integral) + format.precision + 2);
}
/// Digits of an integer of so many bits, and one to spare.
constexpr int exact_digit_count(int bits) noexcept {
    return static_cast<int>(bits * 30103LL / 100000) + 2;
}

/// All digits of significand·2^exponent, not zero, right-aligned before `end`. `Bits` is exact_bits() of
/// the format, or, for an integral value, as many bits as it has.
template <int Bits, class UInt>
constexpr decimal_digits all_digits(UInt significand, int exponent, char* end) noexcept {
    // 1. significand·2^exponent = integer·10^min(exponent, 0); without zero bits at the end, so that an
    //    integral value has no digits after the point, not even zeros.
    for (; exponent < 0 && (static_cast<std::uint64_t>(significand) & 1) == 0; ++exponent)
        significand = shift_right(significand, 1);
    fixed_big_uint<(Bits + 31) / 32 + 2> integer;
    integer.assign(significand);
    if (exponent >= 0)
        integer.shift_left(exponent);
    else
        integer.multiply_by_power_of_five(-exponent);
    // 2. Nine digits at a time, from the last.
    char* start = end;
    while (!integer.is_zero()) {
        const std::uint32_t group = integer.divide_by(1'000'000'000);
        start = write_backwards(start, group, integer.is_zero() ? 0 : 9);
    }
    const int scientific = static_cast<int>(end - start) - 1 + (exponent < 0 ? exponent : 0);
    while (end[-1] == '0')
        --end;
    return {start, static_cast<int>(end - start), scientific};
}

/// A finite magnitude and the numbers that ties_to_even rounds to it: with significand m and quarter
/// units, (4m − below)/4 … (4m + 2)/4 times 2^exponent, the ends included as told.
template <class UInt>
struct rounding_interval {
    UInt significand;
    int exponent;
    UInt below;
    bool lower_included;
    bool upper_included;
};

/// The interval of the finite value significand·2^exponent, as unpacked from a code of that parity.
template <class UInt>
constexpr rounding_interval<UInt> interval_of(const float_format& format, UInt significand, int exponent,
                                              bool odd_code) noexcept {
    rounding_interval<UInt> result{significand, exponent, UInt{2}, !odd_code, !odd_code};
    // A power of two: the binade below has half the quantum, where there is such a binade.
    if (significand == shift_left(UInt{1}, format.significand_bits)) {
        const bool smallest_normal = exponent == format.minimum_quantum_exponent();
        if (!smallest_normal || !format.has_zero()) {
            result.below = UInt{1};
        } else if (!format.has_subnormals) {
            // Below is zero, and a tie goes there: zero counts as even, this value as odd.
            result.below = shift_left(significand, 1);
            result.lower_included = false;
        }
    }
    return result;
}

/// An integer part, and whether it is all.
template <class UInt>
struct scaled_value {
    UInt floor;
    bool exact;
};

/// floor(x · 2^exponent / 10^power) and whether that is exact. `Limbs` is the capacity.
template <int Limbs, class UInt>
constexpr scaled_value<UInt> scale_by_power_of_ten(UInt x, int exponent, int power) noexcept {
    fixed_big_uint<Limbs> numerator;
    numerator.assign(x);
    if (power <= 0) {
        numerator.multiply_by_power_of_five(-power);
        const int dropped = power - exponent;
        return {numerator.template shifted_right<UInt>(dropped), !numerator.has_bits_below(dropped)};
    }
    fixed_big_uint<Limbs> denominator;
    denominator.assign(std::uint64_t{1});
    denominator.multiply_by_power_of_five(power);
    if (exponent >= power)
        numerator.shift_left(exponent - power);
    else
        denominator.shift_left(power - exponent);
    const UInt floor = numerator.template divide_by<UInt>(denominator);
    return {floor, numerator.is_zero()};
}

/// Limbs for scale_by_power_of_ten: values of the format with 3 more bits, and 5^|power|, where
/// 10^|power| is at most 1000 times the inverse of the smallest value; 31 bits to normalise, a limb to divide.
constexpr int shortest_limbs(const text_extremes& format) noexcept {
    const long long lowest = format.minimum_quantum_exponent;
    const long long power = (lowest < 0 ? -lowest * 30103 / 100000 : 0) + 4;
    const long long fraction = power * 232193 / 100000;  // log2(5)
    const long long integral = format.maximum_exponent < 0 ? 0 : format.maximum_exponent;
    return static_cast<int>(((fraction > integral ? fraction : integral) + format.precision + 48) / 32) + 2;
}

/// The shortest decimal, and how many digits the integral part of the value itself has (0 or less
/// below 1): one fewer than the decimal's own, if that is the power of ten above.
struct shortest_decimal {
    decimal_digits decimal;
    int integral_digits;
};

/// Digits of the largest integer that shortest_digits computes with, precision + 13 bits.
constexpr int shortest_digit_count(int precision) noexcept {
    return exact_digit_count(precision + 13);
}

/// The shortest decimal in an interval, the nearest to its value; its digits go before `end`.
///
///  1. In units of 10^k, with k so small that the interval is wider than 100 units, the value and the
///     ends are integers of precision + 13 bits and a rest of which only "zero or not" matters.
///  2. Coarsen the unit as long as the interval has a multiple of it. Multiples of the last unit
///     have the fewest digits.
///  3. Take the one nearest to the value: the multiple below or above. If the multiple below is 0,
///     the one above is a power of ten, one digit; then a unit finer there may be nearer numbers of
///     one digit.
template <int Limbs, class UInt>
constexpr shortest_decimal shortest_digits(const rounding_interval<UInt>& x, char* end) noexcept {
    // 1. Wider than 2^(exponent − 1), and 10^(k + 2) <= 2^(exponent − 1).
    const int power = floor_log10_power_of_two(x.exponent - 1) - 2;
    const auto in_units = [&](UInt quarters) {
        return scale_by_power_of_ten<Limbs>(quarters, x.exponent - 2, power);
    };
    const UInt quarters = shift_left(x.significand, 2);
    const auto value = in_units(quarters);
    const auto lower_end = in_units(static_cast<UInt>(quarters - x.below));
    const auto upper_end = in_units(static_cast<UInt>(quarters + UInt{2}));
    // The integers inside are lower … upper.
    UInt lower =
        lower_end.exact && x.lower_included ? lower_end.floor : static_cast<UInt>(lower_end.floor + UInt{1});
    UInt upper =
        upper_end.exact && !x.upper_included ? static_cast<UInt>(upper_end.floor - UInt{1}) : upper_end.floor;

    // 2. `below` is the multiple of the unit at or below the value; `last_digit` (in tenths of the unit)
    //    and `rest` (whether more follows) tell how far below. `finer` is the step before `now`.
    struct step {
        UInt lower, upper, below;
        int last_digit;
        bool rest;
    };
    step now{lower, upper, value.floor, 0, !value.exact};
    step finer = now;
    int coarsened = 0;
    while (true) {
        step next = now;
        next.rest = now.rest || now.last_digit != 0;
        next.last_digit = divide_by_ten(next.below);
        if (divide_by_ten(next.lower) != 0)
            next.lower = static_cast<UInt>(next.lower + UInt{1});
        divide_by_ten(next.upper);
        if (next.upper < next.lower)
            break;
        finer = now;
        now = next;
        ++coarsened;
    }

    // 3. The nearest of the two neighbours, if it is inside, else the other.
    if (now.below == UInt{0}) {
        now = finer;
        --coarsened;
    }
    const UInt above = static_cast<UInt>(now.below + UInt{1});
    const bool odd = (static_cast<std::uint64_t>(now.below) & 1) != 0;
    const bool nearer_above = now.last_digit > 5 || (now.last_digit == 5 && (now.rest || odd));
    const bool below_inside = !(now.below < now.lower);
    const bool above_inside = !(now.upper < above);
    UInt chosen = (nearer_above && above_inside) || !below_inside ? above : now.below;

    // 4. The digits.
    char* start = end;
    while (!(chosen == UInt{0}))
        *--start = static_cast<char>('0' + divide_by_ten(chosen));
    const int scientific = static_cast<int>(end - start) - 1 + power + coarsened;
    while (end[-1] == '0')
        --end;
    int integral_digits = power;
    for (UInt rest = value.floor; !(rest == UInt{0}); ++integral_digits)
        divide_by_ten(rest);
    return {{start, static_cast<int>(end - start), scientific}, integral_digits};
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
