// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// e^x, correctly rounded: the exact real value rounded once, in every mode, for every format.
///
/// The value is enclosed in an interval, both ends are rounded, and if they agree that is the
/// answer (Ziv, "Fast evaluation of elementary mathematical functions with correctly rounded last
/// bit", ACM TOMS 17(3), 1991). Since e^x is irrational for rational x ≠ 0 it is never a midpoint
/// nor representable, so a narrow enough interval always decides. Small formats use double first.

#include <halfulp/formats/operations.hpp>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Fixed-point numbers below 2^31 with fraction_bits bits after the point.
template <int Words>
struct fixed_point {
    using number = wide_uint<Words>;
    static constexpr int fraction_bits = 64 * Words - 32;
    static constexpr number one = number{1} << fraction_bits;

    /// x · y, rounded down: an error below one unit.
    static constexpr number multiply(const number& x, const number& y) noexcept {
        return number(wide_uint<2 * Words>(x) * wide_uint<2 * Words>(y) >> fraction_bits);
    }
    /// x / divisor, rounded down: an error below one unit. divisor < 2^32.
    static constexpr number divide(number x, std::uint64_t divisor) noexcept {
        std::uint64_t rest = 0;
        for (int i = Words - 1; i >= 0; --i) {
            const std::uint64_t high = rest << 32 | x.word[i] >> 32;
            const std::uint64_t low = (high % divisor) << 32 | (x.word[i] & 0xffffffffu);
            x.word[i] = (high / divisor) << 32 | low / divisor;
            rest = low % divisor;
        }
        return x;
    }
    /// atanh(1 / n) = Σ 1 / ((2k + 1) n^(2k + 1)), an error below two units a term.
    static constexpr number inverse_atanh(std::uint64_t n) noexcept {
        number power = divide(one, n);
        number sum = power;
        for (std::uint64_t k = 1; power != number{0}; ++k) {
            power = divide(power, n * n);
            sum += divide(power, 2 * k + 1);
        }
        return sum;
    }
    /// log 2 = 18 atanh(1/26) − 2 atanh(1/4801) + 8 atanh(1/8749) (Machin-like, see Arndt and
    /// Haenel); an error below 2^14 units for up to 16 words (at most 110 terms).
    static constexpr number log_of_2() noexcept {
        return number{18} * inverse_atanh(26) + number{8} * inverse_atanh(8749) -
               number{2} * inverse_atanh(4801);
    }
    static constexpr number log2_constant = log_of_2();
};

/// e^x = 2^exponent · value with value in about [1, 2], known to `error` units of its last place.
template <int Words>
struct enclosed_exponential {
    wide_uint<Words> value;
    int exponent;
};

/// For finite x with 2^-200 < |x| < 2^18. The error is below 2^36 units: see the steps.
template <int Words, class UInt>
constexpr enclosed_exponential<Words> enclose_exponential(const unpacked<UInt>& x) noexcept {
    using fixed = fixed_point<Words>;
    using number = typename fixed::number;
    // 1. |x| in fixed point, rounded down: an error below one unit.
    const int shift = x.exponent + fixed::fraction_bits;
    const auto wide = static_cast<wide_uint<Words + 2>>(x.significand);
    const number magnitude(shift >= 0 ? shift_left(wide, shift) : shift_right(wide, -shift));
    // 2. n = floor(x / log 2) and r = x − n · log 2 in [0, log 2]. |n| < 2^19, so n times the
    //    constant's error of 2^14 units makes 2^33.
    number quotient{0};
    number rest = magnitude;
    for (int bit = 18; bit >= 0; --bit)
        if (const number part = fixed::log2_constant << bit; part <= rest) {
            rest -= part;
            quotient |= number{1} << bit;
        }
    int n = static_cast<int>(static_cast<std::uint64_t>(quotient));
    if (x.negative) {
        rest = fixed::log2_constant - rest;
        n = -n - 1;
    }
    // 3. e^(r / 2^8) by Taylor's series: t < 2^-8, so each term gains eight bits; an error below
    //    two units a term, at most 128 terms.
    constexpr int halvings = 8;
    const number t = rest >> halvings;
    number term = t;
    number sum = fixed::one + t;
    for (std::uint64_t k = 2; term != number{0}; ++k) {
        term = fixed::divide(fixed::multiply(term, t), k);
        sum += term;
    }
    // 4. Squared eight times: the error of the sum, 2^8 units, doubles (and grows by e^r <= 2) with
    //    each: 2^18 in the end. That of r, 2^33 units, is multiplied by e^r.
    for (int i = 0; i < halvings; ++i)
        sum = fixed::multiply(sum, sum);
    return {sum, n};
}

template <int Words, class Format, class P, class UInt>
constexpr with_status<code_uint<Format>> exponential_by_enclosure(Format f, P p, const unpacked<UInt>& x,
                                                                  std::uint64_t random) noexcept {
    using fixed = fixed_point<Words>;
    using number = typename fixed::number;
    const auto enclosed = enclose_exponential<Words>(x);
    const number error = number{1} << 36;
    // Sticky at both ends: the value is irrational, so the result is never exact.
    const int exponent = enclosed.exponent - fixed::fraction_bits;
    const auto lower = encode(f, p, false, exponent, number(enclosed.value - error), true, random);
    const auto upper = encode(f, p, false, exponent, number(enclosed.value + error), true, random);
    // Undecided ends double the precision, up to 1024 bits. That the last step decides is proven for
    // no format here: an argument that it left open would lie within 2^-800 of a midpoint, relatively,
    // and the worst cases that are known for binary64 (Lefèvre and Muller, 2001) are far from that.
    constexpr bool last = Words >= 16;
    if constexpr (!last)
        if (!(lower == upper))
            return exponential_by_enclosure<(Words * 2 < 16 ? Words * 2 : 16)>(f, p, x, random);
    return lower;
}

template <class Format, class P, class UInt>
constexpr with_status<code_uint<Format>> exponential_exactly(Format f, P p, const unpacked<UInt>& x,
                                                             std::uint64_t random) noexcept {
    switch (x.kind) {
        case number_class::nan:
            return encode_nan(f);
        case number_class::infinity:
            return x.negative ? encode_zero(f, false) : encode_infinity(f, p, false);
        case number_class::zero:
            return encode(f, p, false, 0, wide_uint<4>{1});
        case number_class::finite:
            break;
    }
    constexpr int deciding =
        exact_arithmetic::deciding_bits(format_types<Format>::precision, most_random_bits<P>::value);
    const int top = x.exponent + bit_width(x.significand) - 1;
    using wide = wide_uint<(deciding + 64) / 64>;
    if (top >= 18)  // beyond 2^(±378000): every format overflows or underflows
        return encode(f, p, false, x.negative ? -(1 << 20) : 1 << 20, wide{1} << deciding, true, random);
    if (top < -deciding - 1)  // 1 + x + …, nearer to 1 than any bit that decides
        return x.negative ? encode(f, p, false, -deciding - 1, wide((wide{1} << (deciding + 1)) - wide{1}),
                                   true, random)
                          : encode(f, p, false, -deciding, wide{1} << deciding, true, random);
    return exponential_by_enclosure<(deciding + 36 + 32 + 40 + 63) / 64>(f, p, x, random);
}

/// e^x in double for |x| < 350, with a relative error below 2^-49.
HALFULP_ALWAYS_INLINE double approximate_exponential(double x) noexcept {
    // Reduced by n · log 2 in two pieces, the first of 32 bits so that its product with n is exact.
    const int n = static_cast<int>(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
    const double r = (x - n * 0x1.62e42fefp-1) - n * 0x1.473de6af278edp-34;
    // Taylor's polynomial of degree 13 on |r| < 0.347: truncated at 2^-57, rounded by a few 2^-53.
    double y = 1.0 / 6227020800.0;
    constexpr double inverse_factorial[] = {1.0 / 479001600.0,
                                            1.0 / 39916800.0,
                                            1.0 / 3628800.0,
                                            1.0 / 362880.0,
                                            1.0 / 40320.0,
                                            1.0 / 5040.0,
                                            1.0 / 720.0,
                                            1.0 / 120.0,
                                            1.0 / 24.0,
                                            1.0 / 6.0,
                                            0.5,
                                            1.0,
                                            1.0};
    for (double c : inverse_factorial)
        y = y * r + c;
    return y * carrier::detail::power_of_two(n);
}

}  // namespace detail

/// e^x, rounded once. e^NaN is NaN, e^−∞ is +0, e^+∞ is +∞, e^0 is exactly 1; all other results are
/// inexact. Tens of nanoseconds where result and operand fit the hardware lane, about a microsecond in
/// double and more beyond; the
/// same bits either way.
template <class Result = void, exact_operand X,
          projection_argument P = detail::result_projection<detail::deduced<Result, X>>>
constexpr auto exponential(X x, P p = {}, std::uint64_t random = 0) noexcept -> detail::deduced<Result, X> {
    using result = detail::deduced<Result, X>;
    using format = detail::result_format<result>;
    if constexpr (!detail::result_traits<result>::wants_status && carrier::fits(format::value) &&
                  detail::fits_carrier<X>()) {
        if (!std::is_constant_evaluated()) {
            const double value = carrier::decode(x);
            if (value != 0 && value < 345 && value > -345) {
                const double y = detail::approximate_exponential(value);
                const auto lower = carrier::encode(format{}, p, y - y * 0x1p-48, random);
                const auto upper = carrier::encode(format{}, p, y + y * 0x1p-48, random);
                if (lower == upper)
                    return detail::from_code<result>(lower);
            }
        }
    }
    return detail::make_result<result>(
        detail::exponential_exactly(format{}, p, detail::unpack_operand(x), random));
}

}  // namespace v0
}  // namespace halfulp
