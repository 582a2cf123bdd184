// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// L-Mul: multiplication of floating-point numbers by one integer addition, and the products that it is compared
/// with, under one interface.
///
///     l_mul(x, y)                                     the integer adder, in the operands' own format
///     l_mul<float>(x, y, l_mul_formula)               another definition, another result
///     l_mul<float>(x, y, l_mul_options{.significand_bits = 3}, projection{rounding::toward_zero})
///
/// With x = ±(1 + a)·2^p and y = ±(1 + b)·2^q, a and b of m bits, s = a + b + 2^−l, and the sign of a product:
///
/// | product_definition | value                                              | names in the literature                |
/// |--------------------|----------------------------------------------------|----------------------------------------|
/// | integer_adder      | (1 + s − floor(s))·2^(p + q + floor(s))            | L-Mul, as one addition of bit patterns |
/// | real_formula       | (1 + s)·2^(p + q)                                  | L-Mul, the formula                     |
/// | mitchell           | the integer adder with s = a + b                   | Mitchell's logarithmic multiplier      |
/// | exact              | (1 + a)·(1 + b)·2^(p + q)                          | the product of the shortened operands  |
///
/// The two definitions called L-Mul agree where s <= 1. Beyond, the adder carries into the exponent, which doubles
/// the unit of what is left: it gives 2·s where the formula gives 1 + s, and is the closer one to the product. The
/// error of each: reference/l_mul_error.hpp.
///
/// **One addition.** For operands and result of one format with m significand bits, all of them normal, the
/// integer adder is, on the codes without sign,
///
///     bits(x) + bits(y) − (bias·2^m − 2^(m − l))
///
/// and the sign is the exclusive or. 0x3F780000 is the constant of float, 0x3F78 of bfloat16, 0x3BC0 of float16,
/// 55 of float8_e4m3, 59 of float8_e5m2.
///
/// The rules around it, which the definitions leave open:
///
/// 1. *m* is `significand_bits`, by default that of the operands' formats, of the longer where they differ. A longer
///    operand is first rounded to m bits by `operand_rounding`, its exponent unbounded (ties to even: the even
///    integer of the two (m + 1)-bit significands; for m = 0 that is 2, not 1); a shorter one has zeros behind it.
/// 2. *l* is `offset`, by default m for m <= 3, 3 for m = 4, 4 for m > 4. For m = 0 the term is 2^0: the integer
///    adder doubles the product of two powers of two. The adder has max(m, l) bits behind the point.
/// 3. *Subnormal operands*: `as_pattern` reads exponent field 0 like any other, (1 + f/2^M)·2^(emin − 1), which is
///    what the addition of codes does; `normalized` takes the value; `as_zero` a zero of its sign, where its format
///    has one. By default the adders read patterns, the formula and the exact product values.
/// 4. *Zero, infinity, NaN* as in multiplication: zero times a finite number is zero with the exclusive or of the
///    signs, zero times infinity is NaN.
/// 5. *The result*: the value above, with an unbounded exponent, goes into Result. `to_zero`: below the smallest
///    normal number of Result it is a zero with its sign (what a scale format makes of zero: its smallest value).
///    Otherwise it is rounded, to a subnormal number too, and overflows, as any operation does: by the projection,
///    see formats/encode.hpp. By default the adders go to zero; the formula and the exact product are rounded, so
///    that `l_mul_exact` without shortened operands is multiply().
///
/// Source: Luo and Sun, "Addition is All You Need for Energy-efficient Language Models", arXiv:2410.00907;
/// Mitchell, "Computer multiplication and division using binary logarithms", IRE Trans. EC-11 (1962).

#include <halfulp/formats/apply.hpp>

#include <concepts>
#include <cstdint>

namespace halfulp {
inline namespace v0 {

/// What stands for the product of two numbers; see the file comment.
enum class product_definition : unsigned char { integer_adder, real_formula, mitchell, exact };

/// How a subnormal operand is read.
enum class l_mul_subnormals : unsigned char {
    by_definition,  ///< as_pattern for the adders, normalized for the formula and the exact product
    as_pattern,     ///< (1 + f/2^M)·2^(emin − 1): exponent field 0 like any other
    normalized,     ///< its value
    as_zero         ///< a zero of its sign
};

/// What becomes of a product below the smallest normal number of the result.
enum class l_mul_underflow : unsigned char {
    by_definition,  ///< to_zero for the adders, gradual for the formula and the exact product
    to_zero,        ///< zero with the sign of the product
    gradual         ///< rounded, to a subnormal number where there are any
};

/// A multiplication of the family. Structural: a template argument, or a run-time value.
struct l_mul_options {
    product_definition definition = product_definition::integer_adder;
    /// m: bits of the operands' significands behind the point, 0 … 60; −1 for those of their formats.
    int significand_bits = -1;
    /// How operands that are longer become that short: one of the deterministic modes.
    rounding operand_rounding = rounding::toward_zero;
    /// l of the term 2^−l, 0 … 60; −1 for l(m). The definitions mitchell and exact have no such term.
    int offset = -1;
    l_mul_subnormals subnormals = l_mul_subnormals::by_definition;
    l_mul_underflow underflow = l_mul_underflow::by_definition;

    friend constexpr bool operator==(const l_mul_options&, const l_mul_options&) = default;
};

/// The four definitions on whole operands.
inline constexpr l_mul_options l_mul_adder{};
inline constexpr l_mul_options l_mul_formula{.definition = product_definition::real_formula};
inline constexpr l_mul_options l_mul_mitchell{.definition = product_definition::mitchell};
inline constexpr l_mul_options l_mul_exact{.definition = product_definition::exact};

/// The largest significand_bits and offset that can be asked for.
inline constexpr int maximum_l_mul_bits = 60;

/// Options known to the compiler (`constant_value<l_mul_options{…}>`) or at run time (`l_mul_options`).
template <class T>
concept l_mul_argument = std::convertible_to<T, l_mul_options>;

/// Why options mean nothing, as a sentence; nullptr when they are valid. Options known to the compiler must be
/// valid; of run-time ones the nearest valid numbers count, and stochastic modes as with no random bit set.
constexpr const char* why_invalid(const l_mul_options& options) noexcept {
    if (options.definition > product_definition::exact)
        return "definition holds no enumerator of product_definition";
    if (options.significand_bits < -1 || options.significand_bits > maximum_l_mul_bits)
        return "significand_bits must be in 0 ... 60, or -1 for those of the operands' formats";
    if (is_stochastic(options.operand_rounding))
        return "operand_rounding must be a deterministic mode: operands have no random bits";
    if (options.offset < -1 || options.offset > maximum_l_mul_bits)
        return "offset must be in 0 ... 60, or -1 for l(significand_bits)";
    if (options.subnormals > l_mul_subnormals::as_zero)
        return "subnormals holds no enumerator of l_mul_subnormals";
    if (options.underflow > l_mul_underflow::gradual)
        return "underflow holds no enumerator of l_mul_underflow";
    return nullptr;
}

/// l(m) of the paper.
constexpr int l_mul_offset(int significand_bits) noexcept {
    return significand_bits <= 3 ? significand_bits : significand_bits == 4 ? 3 : 4;
}

namespace detail {

constexpr int l_mul_bounded(int bits) noexcept {
    return bits > maximum_l_mul_bits ? maximum_l_mul_bits : bits;
}

/// The options for operands of two formats, nothing left to be looked up.
constexpr l_mul_options l_mul_resolved(l_mul_options options, const float_format& x,
                                       const float_format& y) noexcept {
    const bool adds = options.definition == product_definition::integer_adder ||
                      options.definition == product_definition::mitchell;
    options.significand_bits = options.significand_bits < 0
                                   ? exact_arithmetic::larger(x.significand_bits, y.significand_bits)
                                   : l_mul_bounded(options.significand_bits);
    options.offset =
        options.offset < 0 ? l_mul_offset(options.significand_bits) : l_mul_bounded(options.offset);
    if (options.subnormals == l_mul_subnormals::by_definition)
        options.subnormals = adds ? l_mul_subnormals::as_pattern : l_mul_subnormals::normalized;
    if (options.underflow == l_mul_underflow::by_definition)
        options.underflow = adds ? l_mul_underflow::to_zero : l_mul_underflow::gradual;
    return options;
}

/// Bits behind the point of the adder, at most for run-time options.
template <class Options>
struct l_mul_width {
    static constexpr int for_operands(const float_format& x, const float_format& y) noexcept {
        return exact_arithmetic::larger(exact_arithmetic::larger(x.significand_bits, y.significand_bits),
                                        maximum_l_mul_bits);
    }
};
template <l_mul_options Options>
struct l_mul_width<constant_value<Options>> {
    static constexpr int for_operands(const float_format& x, const float_format& y) noexcept {
        const l_mul_options resolved = l_mul_resolved(Options, x, y);
        return exact_arithmetic::larger(resolved.significand_bits, resolved.offset);
    }
};

/// An operand as the product sees it: significand (1 + a)·2^width, width = min(m, M) bits behind the point, and
/// exponent − width that of its last bit. Rules 1 and 3 of the file comment.
template <formatted_number T>
constexpr auto l_mul_operand(T x, const l_mul_options& options) noexcept {
    constexpr float_format format = number_format<T>::value;
    constexpr int stored = format.significand_bits;
    auto operand = unpack_operand(x);
    using significand = decltype(operand.significand);
    if (operand.kind != number_class::finite)
        return operand;

    const int missing = stored + 1 - bit_width(operand.significand);
    if (missing > 0) {
        switch (options.subnormals) {
            case l_mul_subnormals::as_zero:
                operand.kind = number_class::zero;
                operand.negative = operand.negative && format.has_negative_zero;
                return operand;
            case l_mul_subnormals::normalized:
                operand.significand = shift_left(operand.significand, missing);
                operand.exponent -= missing;
                break;
            default:
                operand.significand =
                    static_cast<significand>(operand.significand | shift_left(significand{1}, stored));
                operand.exponent -= 1;
        }
    }
    const int dropped = stored - options.significand_bits;
    if (dropped > 0) {
        operand.significand = round_magnitude(operand.significand, dropped, false, operand.negative, true,
                                              projection{.mode = options.operand_rounding}, 0)
                                  .value;
        operand.exponent += dropped;
        // Rounded up to the next power of two.
        if (bit_width(operand.significand) > options.significand_bits + 1) {
            operand.significand = shift_right(operand.significand, 1);
            operand.exponent += 1;
        }
    }
    return operand;
}

/// The product with an unbounded exponent. Width: bits behind the point that the adder has at the most.
template <class W, class X, class Y>
constexpr exact_result<W> l_mul_product(const unpacked<X>& x, const unpacked<Y>& y,
                                        const l_mul_options& options) noexcept {
    if (options.definition == product_definition::exact || x.kind != number_class::finite ||
        y.kind != number_class::finite)
        return exact_arithmetic::product<W>(x, y);

    const bool has_offset = options.definition != product_definition::mitchell;
    const int x_width = bit_width(x.significand) - 1;
    const int y_width = bit_width(y.significand) - 1;
    const int width = exact_arithmetic::larger(options.significand_bits, has_offset ? options.offset : 0);
    const W one = shift_left(W{1}, width);
    const W x_fraction = low_bits(shift_left(static_cast<W>(x.significand), width - x_width), width);
    const W y_fraction = low_bits(shift_left(static_cast<W>(y.significand), width - y_width), width);
    const W offset = has_offset ? shift_left(W{1}, width - options.offset) : W{0};
    const W sum = static_cast<W>(x_fraction + y_fraction + offset);

    const bool negative = x.negative != y.negative;
    const int exponent = (x.exponent + x_width) + (y.exponent + y_width) - width;
    if (options.definition == product_definition::real_formula)
        return exact_result<W>::finite(negative, exponent, static_cast<W>(one + sum));
    const int carry = static_cast<int>(static_cast<std::uint64_t>(shift_right(sum, width)));
    return exact_result<W>::finite(negative, exponent + carry, static_cast<W>(one | low_bits(sum, width)));
}

/// True where codes of X and Y, moved to the layout of Result, can be added modulo 2^64 and the sum tells whether
/// it is the code of a normal number: neither bits behind the point are lost, nor can a sum out of the range be
/// taken for one inside.
constexpr bool l_mul_is_one_addition(const l_mul_options& options, const float_format& x,
                                     const float_format& y, const float_format& result) noexcept {
    const int stored = result.significand_bits;
    if ((options.definition != product_definition::integer_adder &&
         options.definition != product_definition::mitchell) ||
        stored > 52 || x.significand_bits > 52 || y.significand_bits > 52 ||
        options.significand_bits > stored || options.offset > stored)
        return false;
    // Operands rounded in their code: one of 1 bit rounds the parity of its exponent.
    const bool x_fits = x.significand_bits <= options.significand_bits;
    const bool y_fits = y.significand_bits <= options.significand_bits;
    if ((!x_fits || !y_fits) && options.significand_bits == 0)
        return false;
    const auto normal = [](const float_format& f) { return f.maximum_exponent() >= f.minimum_exponent(); };
    if (!normal(x) || !normal(y) || !normal(result) || x.magnitude_bits() > 63 || y.magnitude_bits() > 63)
        return false;
    // In exponents; 2^40 is beyond all of them.
    const std::int64_t period = std::int64_t{1} << (stored < 24 ? 40 : 64 - stored);
    const std::int64_t low = std::int64_t{x.minimum_exponent()} + y.minimum_exponent();
    const std::int64_t high = std::int64_t{x.maximum_exponent()} + y.maximum_exponent() + 5;
    return high - period < result.minimum_exponent() && low + period > result.maximum_exponent() + 1;
}

/// The magnitude code of a normal number, shortened, in the layout of Result and relative to the exponent 0.
template <formatted_number T, class Result>
constexpr std::uint64_t l_mul_pattern(std::uint64_t magnitude, bool negative, int significand_bits,
                                      rounding mode) noexcept {
    constexpr float_format format = number_format<T>::value;
    constexpr int stored = Result::value.significand_bits;
    std::uint64_t pattern = magnitude;
    int width = format.significand_bits;
    if (width > significand_bits) {
        pattern = round_word(pattern, width - significand_bits, negative, true, mode);
        width = significand_bits;
    }
    return (pattern << (stored - width)) - (static_cast<std::uint64_t>(std::int64_t{format.bias}) << stored);
}

/// l_mul by one addition of codes, where that is all: normal operands, a normal result. Says in `code` what it is,
/// and returns whether.
template <l_mul_options Options, class Result, formatted_number X, formatted_number Y>
constexpr bool l_mul_by_addition(X x, Y y, code_uint<Result>& code) noexcept {
    constexpr float_format format = Result::value;
    constexpr l_mul_options options =
        l_mul_resolved(Options, number_format<X>::value, number_format<Y>::value);
    if constexpr (l_mul_is_one_addition(options, number_format<X>::value, number_format<Y>::value, format)) {
        const auto smallest_normal = [](const float_format& f) {
            return f.has_zero() ? std::uint64_t{1} << f.significand_bits : std::uint64_t{0};
        };
        const auto is_normal = [&](const float_format& f, std::uint64_t magnitude) {
            return magnitude - smallest_normal(f) <=
                   static_cast<std::uint64_t>(f.largest_finite_magnitude()) - smallest_normal(f);
        };
        const auto x_code = static_cast<std::uint64_t>(to_code(x));
        const auto y_code = static_cast<std::uint64_t>(to_code(y));
        constexpr float_format x_format = number_format<X>::value;
        constexpr float_format y_format = number_format<Y>::value;
        const std::uint64_t x_magnitude = x_code & static_cast<std::uint64_t>(x_format.magnitude_mask());
        const std::uint64_t y_magnitude = y_code & static_cast<std::uint64_t>(y_format.magnitude_mask());
        const bool x_negative = (x_code & static_cast<std::uint64_t>(x_format.sign_mask())) != 0;
        const bool y_negative = (y_code & static_cast<std::uint64_t>(y_format.sign_mask())) != 0;
        constexpr std::uint64_t offset = options.definition == product_definition::mitchell
                                             ? 0
                                             : std::uint64_t{1} << (format.significand_bits - options.offset);
        const std::uint64_t magnitude =
            l_mul_pattern<X, Result>(x_magnitude, x_negative, options.significand_bits,
                                     options.operand_rounding) +
            l_mul_pattern<Y, Result>(y_magnitude, y_negative, options.significand_bits,
                                     options.operand_rounding) +
            offset + (static_cast<std::uint64_t>(std::int64_t{format.bias}) << format.significand_bits);
        const bool negative = x_negative != y_negative;
        if (is_normal(x_format, x_magnitude) && is_normal(y_format, y_magnitude) &&
            is_normal(format, magnitude) && (format.has_sign || !negative)) {
            code = with_sign(format, negative, static_cast<code_uint<Result>>(magnitude));
            return true;
        }
    }
    return false;
}

}  // namespace detail

/// x ∘ y: what the options say stands for x·y, rounded once to Result. See the file comment.
///
/// @tparam Result  a custom_float, float or double, or `with_status<…>` of one for the IEEE flags; it may be left out
///                 where both operands have the same type. A product that goes to zero raises underflow and inexact.
/// @param options  `l_mul_options`, or `constant_value<l_mul_options{…}>`, which is faster
/// @param p        how the result is rounded, where it holds fewer bits than the product has, and what overflow
///                 becomes; by default Result's projection
/// @param random   the random bits of a stochastic p
///
/// constexpr, noexcept, O(1).
template <class Result = void, formatted_number X, formatted_number Y,
          l_mul_argument Options = constant_value<l_mul_options{}>,
          projection_argument P = detail::result_projection<detail::deduced<Result, X, Y>>>
constexpr auto l_mul(X x, Y y, Options options = {}, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced<Result, X, Y> {
    using result = detail::deduced<Result, X, Y>;
    using format = detail::result_format<result>;
    constexpr float_format x_format = number_format<X>::value;
    constexpr float_format y_format = number_format<Y>::value;
    if constexpr (requires { Options::value; }) {
        static_assert(why_invalid(Options::value) == nullptr,
                      "l_mul: these l_mul_options mean nothing; halfulp::why_invalid(options) says why");
        if (code_uint<format> code{}; detail::l_mul_by_addition<Options::value, format>(x, y, code))
            return detail::make_result<result>(with_status<code_uint<format>>{code, {}});
    }
    constexpr int bits = exact_arithmetic::larger(
        exact_arithmetic::larger(detail::l_mul_width<Options>::for_operands(x_format, y_format) + 2,
                                 x_format.precision() + y_format.precision()),
        format::value.precision() + 2);
    const l_mul_options resolved = detail::l_mul_resolved(options, x_format, y_format);
    const auto product = detail::l_mul_product<uint_with_bits<bits>>(
        detail::l_mul_operand(x, resolved), detail::l_mul_operand(y, resolved), resolved);
    if (product.kind == number_class::finite && resolved.underflow == l_mul_underflow::to_zero &&
        product.exponent + bit_width(product.significand) - 1 < format::value.minimum_exponent())
        return detail::make_result<result>(
            encode_zero(format{}, product.negative, {.inexact = true, .underflow = true}));
    return detail::make_result<result>(encode(format{}, p, product, random));
}

}  // namespace v0
}  // namespace halfulp
