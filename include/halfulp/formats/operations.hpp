// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The arithmetic of formatted numbers: any formats in, any format out, one rounding.
///
///     add<Result>(x, y, projection, random)        x + y
///     subtract, multiply, divide                   x − y, x · y, x / y
///     fma<Result>(x, y, z, …)                      x · y + z
///     sqrt<Result>(x, …)                           the square root
///     remainder<Result>(x, y, …)                   x − n·y, n the integer nearest to x/y, ties to even
///     convert<Result>(x, …)                        x itself; Result may be an integer too
///
/// * Operands are custom_float of any formats, float, double, and integers of up to 64 bits, mixed
///   as you like; each is taken exactly. The result is the exact real result, rounded once.
/// * `Result` is a custom_float, float or double, or `with_status<…>` of one for the IEEE flags.
///   It may be left out where all operands have the same type.
/// * The projection is a run-time `projection` or a `constant_value<projection{…}>`; by default that of
///   Result. The stochastic modes take their random bits from the last argument, low bits first.
/// * Special values follow IEEE 754, clauses 6 and 7; overflow the table in formats/encode.hpp. A
///   nonzero number divided by a zero that has no sign (integers, P3109, FNUZ) is NaN.
///
/// Two lanes give the same bits: exact integers (constexpr, every format and mode), and double
/// where formats/carrier.hpp proves it safe. All functions are noexcept and O(1), but remainder,
/// which is linear in the difference of exponents, and the exact lane's quotients and roots of
/// more than 128 bits, linear in the bits.

#include <halfulp/formats/apply.hpp>

namespace halfulp {
inline namespace v0 {
/// x + y, rounded once. See the file comment for operands, results, projection and random bits.
template <class Result = void, exact_operand X, exact_operand Y,
          projection_argument P = detail::result_projection<detail::deduced<Result, X, Y>>>
constexpr auto add(X x, Y y, P p = {}, std::uint64_t random = 0) noexcept -> detail::deduced<Result, X, Y> {
    return detail::apply<detail::sum_operation, detail::deduced<Result, X, Y>>(p, random, x, y);
}

/// x − y, rounded once.
template <class Result = void, exact_operand X, exact_operand Y,
          projection_argument P = detail::result_projection<detail::deduced<Result, X, Y>>>
constexpr auto subtract(X x, Y y, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced<Result, X, Y> {
    return detail::apply<detail::difference_operation, detail::deduced<Result, X, Y>>(p, random, x, y);
}

/// x · y, rounded once.
template <class Result = void, exact_operand X, exact_operand Y,
          projection_argument P = detail::result_projection<detail::deduced<Result, X, Y>>>
constexpr auto multiply(X x, Y y, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced<Result, X, Y> {
    return detail::apply<detail::product_operation, detail::deduced<Result, X, Y>>(p, random, x, y);
}

/// x / y, rounded once.
template <class Result = void, exact_operand X, exact_operand Y,
          projection_argument P = detail::result_projection<detail::deduced<Result, X, Y>>>
constexpr auto divide(X x, Y y, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced<Result, X, Y> {
    return detail::apply<detail::quotient_operation, detail::deduced<Result, X, Y>>(p, random, x, y);
}

/// The IEEE remainder of x by y. Exact where the result's format contains the operands' precisions.
template <class Result = void, exact_operand X, exact_operand Y,
          projection_argument P = detail::result_projection<detail::deduced_math<Result, X, Y>>>
constexpr auto remainder(X x, Y y, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced_math<Result, X, Y> {
    return detail::apply<detail::remainder_operation, detail::deduced_math<Result, X, Y>>(p, random, x, y);
}

/// x · y + z, rounded once. No intermediate overflow: fma(max, 2, −max) is max.
template <class Result = void, exact_operand X, exact_operand Y, exact_operand Z,
          projection_argument P = detail::result_projection<detail::deduced_math<Result, X, Y, Z>>>
constexpr auto fma(X x, Y y, Z z, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced_math<Result, X, Y, Z> {
    return detail::apply<detail::fused_operation, detail::deduced_math<Result, X, Y, Z>>(p, random, x, y, z);
}

/// The square root of x, rounded once; sqrt(−0) is −0, of other negative numbers NaN.
template <class Result = void, exact_operand X,
          projection_argument P = detail::result_projection<detail::deduced_math<Result, X>>>
constexpr auto sqrt(X x, P p = {}, std::uint64_t random = 0) noexcept -> detail::deduced_math<Result, X> {
    return detail::apply<detail::square_root_operation, detail::deduced_math<Result, X>>(p, random, x);
}

/// x in another format, rounded once. NaN stays NaN (its payload and sign are not kept).
template <rounded_result Result, exact_operand X, projection_argument P = detail::result_projection<Result>>
constexpr Result convert(X x, P p = {}, std::uint64_t random = 0) noexcept {
    return detail::apply<detail::identity_operation, Result>(p, random, x);
}

/// x as an integer, rounded once in the given mode (toward_zero by default, as a C++ conversion
/// does). A value beyond the integer's range gives its nearest end, NaN gives 0; both raise
/// `invalid`, which `with_status<Integer>` reports.
template <class Result, exact_operand X>
requires(std::integral<detail::result_number<Result>> && !std::same_as<detail::result_number<Result>, bool> &&
         sizeof(detail::result_number<Result>) <= 8) constexpr Result
    convert(X x, projection p = {rounding::toward_zero}, std::uint64_t random = 0) noexcept {
    using integer = detail::result_number<Result>;
    using limits = std::numeric_limits<integer>;
    const auto finish = [](integer value, status flags) -> Result {
        if constexpr (detail::result_traits<Result>::wants_status)
            return {value, flags};
        else
            return value;
    };
    const auto number = detail::unpack_operand(x);
    using workspace = uint_with_bits<exact_arithmetic::larger(detail::operand_precision<X>(), 66)>;
    const bool negative = number.negative;
    if (number.kind == number_class::nan)
        return finish(integer{0}, {.invalid = true});
    if (number.kind == number_class::zero)
        return finish(integer{0}, {});
    const integer end = negative ? limits::min() : limits::max();
    if (number.kind == number_class::infinity || number.exponent + bit_width(number.significand) > 65)
        return finish(end, {.invalid = true});
    const auto rounded = round_magnitude(static_cast<workspace>(number.significand), -number.exponent, false,
                                         negative, true, p, random);
    const auto end_magnitude = negative ? std::uint64_t{0} - static_cast<std::uint64_t>(limits::min())
                                        : static_cast<std::uint64_t>(limits::max());
    if (static_cast<workspace>(end_magnitude) < rounded.value)
        return finish(end, {.invalid = true});
    const auto magnitude = static_cast<std::uint64_t>(rounded.value);
    return finish(static_cast<integer>(negative ? std::uint64_t{0} - magnitude : magnitude),
                  {.inexact = rounded.inexact});
}

namespace detail {

/// The exact order of two unpacked operands.
template <class X, class Y>
constexpr std::partial_ordering compare_unpacked(const unpacked<X>& x, const unpacked<Y>& y) noexcept {
    using order = std::partial_ordering;
    if (x.kind == number_class::nan || y.kind == number_class::nan)
        return order::unordered;
    // −2 … 2: the order of the classes, with sign; finite and infinite values of one sign differ.
    const auto rank = [](const auto& v) {
        const int magnitude = v.kind == number_class::zero ? 0 : v.kind == number_class::finite ? 1 : 2;
        return v.negative ? -magnitude : magnitude;
    };
    const int x_rank = rank(x);
    const int y_rank = rank(y);
    if (x_rank != y_rank || x.kind != number_class::finite)
        return x_rank <=> y_rank;
    constexpr int width = exact_arithmetic::larger(width_of<X>, width_of<Y>);
    using wide = uint_with_bits<width>;
    const int x_width = bit_width(x.significand);
    const int y_width = bit_width(y.significand);
    auto magnitude = (x.exponent + x_width) <=> (y.exponent + y_width);
    if (magnitude == 0) {
        const wide x_aligned = shift_left(static_cast<wide>(x.significand), width - x_width);
        const wide y_aligned = shift_left(static_cast<wide>(y.significand), width - y_width);
        magnitude = x_aligned < y_aligned    ? std::strong_ordering::less
                    : x_aligned == y_aligned ? std::strong_ordering::equal
                                             : std::strong_ordering::greater;
    }
    return x.negative ? 0 <=> magnitude : magnitude;
}

}  // namespace detail

/// The exact order of any two operands, neither of them rounded; NaN is unordered, −0 equals +0.
template <exact_operand X, exact_operand Y>
constexpr std::partial_ordering compare(X x, Y y) noexcept {
    if constexpr ((detail::fits_carrier<X>() || detail::is_binary64<X>()) &&
                  (detail::fits_carrier<Y>() || detail::is_binary64<Y>())) {
        if (!std::is_constant_evaluated()) {
            const auto as_double = [](auto v) {
                if constexpr (detail::is_binary64<decltype(v)>())
                    return std::bit_cast<double>(static_cast<std::uint64_t>(detail::to_code(v)));
                else
                    return carrier::decode(v);
            };
            return as_double(x) <=> as_double(y);
        }
    }
    return detail::compare_unpacked(detail::unpack_operand(x), detail::unpack_operand(y));
}

}  // namespace v0
}  // namespace halfulp
