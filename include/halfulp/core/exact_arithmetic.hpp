// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The operations on unpacked operands, exactly: sum, product, quotient, square root, fused
/// multiply-add and remainder, with IEEE 754's rules for zeros, infinities and NaN.
///
/// Each takes the workspace integer W as a template argument and says how many bits it needs. A
/// result that does not fit carries a sticky tail, and then has enough leading bits that the tail
/// lies below all that rounding looks at. No function rounds.

#include <halfulp/core/unpacked.hpp>

namespace halfulp {
inline namespace v0 {
namespace exact_arithmetic {

inline constexpr status invalid_operation{.invalid = true};

/// Bits that rounding to `precision` bits with `random_bits` random bits looks at, plus two, so
/// that a sticky tail below them stays below half of the last one.
constexpr int deciding_bits(int precision, int random_bits) noexcept {
    return precision + random_bits + 3;
}

constexpr int larger(int x, int y) noexcept {
    return x > y ? x : y;
}

/// Workspace of sum(): both operands side by side without loss when their exponents are close,
/// enough leading bits when they are not. The 3: a carry, and up to two bits lost by subtraction.
constexpr int sum_workspace(int x_bits, int y_bits, int deciding) noexcept {
    return larger(larger(x_bits, y_bits) + 4, deciding + 3);
}

/// x + y for finite nonzero x and y, as sign and magnitude. W has sum_workspace bits.
template <class W, class X, class Y>
constexpr exact_result<W> sum_of_finite(const unpacked<X>& x, const unpacked<Y>& y) noexcept {
    constexpr int width = detail::width_of<W>;
    const int x_top = bit_width(x.significand) + x.exponent;
    const int y_top = bit_width(y.significand) + y.exponent;
    const bool x_leads = x_top >= y_top;

    // 1. The operand with the higher top bit goes to the top of the workspace, below the carry.
    W high = static_cast<W>(x.significand);
    W low = static_cast<W>(y.significand);
    int high_exponent = x.exponent;
    int low_exponent = y.exponent;
    bool high_negative = x.negative;
    bool low_negative = y.negative;
    int high_top = x_top;
    if (!x_leads) {
        high = static_cast<W>(y.significand);
        low = static_cast<W>(x.significand);
        high_exponent = y.exponent;
        low_exponent = x.exponent;
        high_negative = y.negative;
        low_negative = x.negative;
        high_top = y_top;
    }
    const int exponent = high_top - (width - 1);
    high = shift_left(high, high_exponent - exponent);

    // 2. The other one is aligned to it; bits that fall off are remembered as one. They fall off
    //    only when it is at least 4 bits smaller, so no cancellation can reach them.
    bool sticky = false;
    const int shift = low_exponent - exponent;
    if (shift >= 0) {
        low = shift_left(low, shift);
    } else {
        sticky = low_bits(low, -shift) != W{0};
        low = shift_right(low, -shift);
    }

    // 3. Add or subtract magnitudes. With a sticky tail t the difference is
    //    high - (low + t) = (high - low - 1) + (1 - t).
    if (high_negative == low_negative)
        return exact_result<W>::finite(high_negative, exponent, static_cast<W>(high + low), sticky);
    if (high == low && !sticky)
        return exact_result<W>::zero(false, true);
    if (high < low)
        return exact_result<W>::finite(low_negative, exponent, static_cast<W>(low - high));
    return exact_result<W>::finite(high_negative, exponent,
                                   static_cast<W>(high - low - W{static_cast<std::uint64_t>(sticky ? 1 : 0)}),
                                   sticky);
}

/// x + y.
template <class W, class X, class Y>
constexpr exact_result<W> sum(const unpacked<X>& x, const unpacked<Y>& y) noexcept {
    using result = exact_result<W>;
    if (x.kind == number_class::finite && y.kind == number_class::finite)
        return sum_of_finite<W>(x, y);
    if (x.kind == number_class::nan || y.kind == number_class::nan)
        return result::not_a_number();
    if (x.kind == number_class::infinity) {
        if (y.kind == number_class::infinity && x.negative != y.negative)
            return result::not_a_number(invalid_operation);
        return result::infinite(x.negative);
    }
    if (y.kind == number_class::infinity)
        return result::infinite(y.negative);
    if (x.kind == number_class::zero && y.kind == number_class::zero)
        return result::zero(x.negative && y.negative, x.negative != y.negative);
    return x.kind == number_class::zero ? exactly<W>(y) : exactly<W>(x);
}

/// x · y as an operand of the next step. W has the sum of the operands' bits.
template <class W, class X, class Y>
constexpr exact_result<W> product(const unpacked<X>& x, const unpacked<Y>& y) noexcept {
    using result = exact_result<W>;
    const bool negative = x.negative != y.negative;
    if (x.kind == number_class::finite && y.kind == number_class::finite)
        return result::finite(negative, x.exponent + y.exponent,
                              static_cast<W>(static_cast<W>(x.significand) * static_cast<W>(y.significand)));
    if (x.kind == number_class::nan || y.kind == number_class::nan)
        return result::not_a_number();
    if (x.kind == number_class::infinity || y.kind == number_class::infinity) {
        if (x.kind == number_class::zero || y.kind == number_class::zero)
            return result::not_a_number(invalid_operation);
        return result::infinite(negative);
    }
    return result::zero(negative);
}

/// Workspace of fused_multiply_add().
constexpr int fused_workspace(int x_bits, int y_bits, int z_bits, int deciding) noexcept {
    return sum_workspace(x_bits + y_bits, z_bits, deciding);
}

/// x · y + z.
template <class W, class X, class Y, class Z>
constexpr exact_result<W> fused_multiply_add(const unpacked<X>& x, const unpacked<Y>& y,
                                             const unpacked<Z>& z) noexcept {
    // IEEE 754, 7.2 leaves open whether 0 · infinity + NaN is invalid; like x86, it is not here.
    if (z.kind == number_class::nan)
        return exact_result<W>::not_a_number();
    const exact_result<W> xy = product<W>(x, y);
    if (xy.kind == number_class::nan)
        return xy;
    const unpacked<W> operand{
        .kind = xy.kind, .negative = xy.negative, .exponent = xy.exponent, .significand = xy.significand};
    return sum<W>(operand, z);
}

/// Workspace of quotient(): the shifted dividend.
constexpr int quotient_workspace(int x_bits, int y_bits, int deciding) noexcept {
    return larger(x_bits, deciding + y_bits + 1);
}

/// x / y with at least `deciding` leading bits and a sticky remainder. Division by a zero
/// without sign is NaN, since no direction is meant (P3109, Divide).
template <class W, class X, class Y>
constexpr exact_result<W> quotient(const unpacked<X>& x, const unpacked<Y>& y, int deciding) noexcept {
    using result = exact_result<W>;
    const bool negative = x.negative != y.negative;
    if (x.kind == number_class::nan || y.kind == number_class::nan)
        return result::not_a_number();
    if (x.kind == number_class::infinity) {
        const bool signless_zero = y.kind == number_class::zero && !y.zero_is_signed;
        return y.kind == number_class::infinity || signless_zero ? result::not_a_number(invalid_operation)
                                                                 : result::infinite(negative);
    }
    if (y.kind == number_class::infinity)
        return result::zero(negative);
    if (y.kind == number_class::zero) {
        if (x.kind == number_class::zero)
            return result::not_a_number(invalid_operation);
        if (!y.zero_is_signed)
            return result::not_a_number({.invalid = true, .divide_by_zero = true});
        return result::infinite(negative, {.divide_by_zero = true});
    }
    if (x.kind == number_class::zero)
        return result::zero(negative);
    const int shift = larger(0, deciding + bit_width(y.significand) - bit_width(x.significand));
    const W dividend = shift_left(static_cast<W>(x.significand), shift);
    const W divisor = static_cast<W>(y.significand);
    const W q = static_cast<W>(dividend / divisor);
    const bool sticky = static_cast<W>(q * divisor) != dividend;
    return result::finite(negative, x.exponent - y.exponent - shift, q, sticky);
}

/// Workspace of square_root(): the shifted radicand.
constexpr int square_root_workspace(int x_bits, int deciding) noexcept {
    return larger(x_bits + 1, 2 * deciding + 2);
}

/// The integer square root by digits, O(width): floor(sqrt(x)).
template <class W>
constexpr W integer_square_root(W x) noexcept {
    W root{0};
    W bit = shift_left(W{1}, (bit_width(x) - 1) / 2 * 2);
    while (bit != W{0}) {
        if (!(x < static_cast<W>(root + bit))) {
            x = static_cast<W>(x - (root + bit));
            root = static_cast<W>((root >> 1) + bit);
        } else {
            root = static_cast<W>(root >> 1);
        }
        bit = static_cast<W>(bit >> 2);
    }
    return root;
}

/// sqrt(x) with at least `deciding` leading bits and a sticky remainder.
template <class W, class X>
constexpr exact_result<W> square_root(const unpacked<X>& x, int deciding) noexcept {
    using result = exact_result<W>;
    if (x.kind == number_class::nan)
        return result::not_a_number();
    if (x.kind == number_class::zero)
        return result::zero(x.negative);
    if (x.negative)
        return result::not_a_number(invalid_operation);
    if (x.kind == number_class::infinity)
        return result::infinite(false);
    int shift = larger(0, 2 * deciding - bit_width(x.significand));
    if (((x.exponent - shift) & 1) != 0)
        ++shift;
    const W radicand = shift_left(static_cast<W>(x.significand), shift);
    const W root = integer_square_root(radicand);
    return result::finite(false, (x.exponent - shift) / 2, root, static_cast<W>(root * root) != radicand);
}

/// Workspace of remainder().
constexpr int remainder_workspace(int x_bits, int y_bits) noexcept {
    return x_bits + y_bits + 4;
}

/// The IEEE remainder x − n·y, where n is the integer nearest to x/y, ties to even. Always exact;
/// a zero result has the sign of x. O(exponent difference / spare bits of the workspace).
template <class W, class X, class Y>
constexpr exact_result<W> remainder(const unpacked<X>& x, const unpacked<Y>& y) noexcept {
    using result = exact_result<W>;
    if (x.kind == number_class::nan || y.kind == number_class::nan)
        return result::not_a_number();
    if (x.kind == number_class::infinity || y.kind == number_class::zero)
        return result::not_a_number(invalid_operation);
    if (x.kind == number_class::zero || y.kind == number_class::infinity)
        return exactly<W>(x);
    const int x_bits = bit_width(x.significand);
    if (y.exponent > x.exponent + x_bits)  // |x| < 2^(x.exponent + x_bits) <= |y| / 2
        return exactly<W>(x);

    // Bring both to the smaller exponent: y by a shift that fits, x by repeated shift and modulo 2y,
    // which keeps the parity of the quotient.
    W modulus = static_cast<W>(y.significand);
    int exponent = y.exponent;
    int pending = x.exponent - y.exponent;
    if (pending < 0) {
        modulus = shift_left(modulus, -pending);
        exponent = x.exponent;
        pending = 0;
    }
    const W twice = static_cast<W>(modulus << 1);
    W rest = static_cast<W>(static_cast<W>(x.significand) % twice);
    const int chunk = detail::width_of<W> - bit_width(twice);
    while (pending > 0 && rest != W{0}) {
        const int step = pending < chunk ? pending : chunk;
        rest = static_cast<W>(shift_left(rest, step) % twice);
        pending -= step;
    }
    const bool odd_quotient = !(rest < modulus);
    if (odd_quotient)
        rest = static_cast<W>(rest - modulus);
    const W doubled = static_cast<W>(rest << 1);
    if (modulus < doubled || (modulus == doubled && odd_quotient))
        return result::finite(!x.negative, exponent, static_cast<W>(modulus - rest));
    if (rest == W{0})
        return result::zero(x.negative);
    return result::finite(x.negative, exponent, rest);
}

}  // namespace exact_arithmetic
}  // namespace v0
}  // namespace halfulp
