// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// L-Mul on codes, from its formulas in rational numbers. Of formats/l_mul.hpp only the vocabulary is used
/// (l_mul_options); the rules are stated again here.

#include <halfulp/formats/l_mul.hpp>
#include <halfulp/reference/dense_matrix.hpp>
#include <halfulp/reference/matmul.hpp>
#include <halfulp/reference/round.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// 2^exponent.
inline exact_value power_of_two(long exponent) {
    return exact_value::rational(false, {natural(1), natural(1), exponent});
}

/// The parameters of a product: m, l, and the rules that depend on the definition.
struct l_mul_parameters {
    int m;
    int l;
    bool as_pattern;
    bool as_zero;
    bool to_zero;

    /// What options that are valid mean for operands of formats with these significand bits.
    l_mul_parameters(const l_mul_options& options, int significand_bits_x, int significand_bits_y) {
        const bool one_adder = options.definition == product_definition::integer_adder ||
                               options.definition == product_definition::mitchell;
        m = significand_bits_x > significand_bits_y ? significand_bits_x : significand_bits_y;
        if (options.significand_bits >= 0)
            m = options.significand_bits;
        l = m == 4 ? 3 : m > 4 ? 4 : m;
        if (options.offset >= 0)
            l = options.offset;
        as_zero = options.subnormals == l_mul_subnormals::as_zero;
        as_pattern = options.subnormals == l_mul_subnormals::as_pattern ||
                     (options.subnormals == l_mul_subnormals::by_definition && one_adder);
        to_zero = options.underflow == l_mul_underflow::to_zero ||
                  (options.underflow == l_mul_underflow::by_definition && one_adder);
    }
};

/// The operand that a code is: its value, but a subnormal number read as a pattern is (1 + f)·2^(emin − 1) with the
/// f of its value f·2^emin, and one read as zero is a zero; then |value| is rounded to m + 1 significant bits, with
/// an unbounded exponent.
inline exact_value l_mul_operand(const float_format& format, uint128 code, const l_mul_parameters& parameters,
                                 rounding operand_rounding) {
    exact_value value = decode(format, code);
    if (!value.is_finite() || value.is_zero())
        return value;
    const bool negative = value.is_negative();
    exact_value magnitude = negative ? -value : value;
    const exact_value smallest_normal = power_of_two(format.minimum_exponent());
    if (magnitude < smallest_normal) {
        if (parameters.as_zero)
            return exact_value::zero(!format.has_negative_zero ? zero_sign::none
                                     : negative                ? zero_sign::negative
                                                               : zero_sign::positive);
        if (parameters.as_pattern)
            magnitude =
                (exact_value(1) + magnitude / smallest_normal) * power_of_two(format.minimum_exponent() - 1);
    }
    // |value| = (floor + ν)·unit.
    const long unit = floor_log2(magnitude.magnitude()) - parameters.m;
    const natural floor = floor_scaled(magnitude.magnitude(), unit).floor;
    const exact_value below = exact_value::rational(false, {floor, natural(1), unit});
    const std::partial_ordering to_middle = magnitude <=> below + power_of_two(unit - 1);
    bool away = false;
    if (magnitude != below) {
        switch (operand_rounding) {
            case rounding::ties_to_even:
                away = to_middle > 0 || (to_middle == 0 && floor.is_odd());
                break;
            case rounding::ties_to_away:
                away = to_middle >= 0;
                break;
            case rounding::ties_to_zero:
                away = to_middle > 0;
                break;
            case rounding::toward_positive:
                away = !negative;
                break;
            case rounding::toward_negative:
                away = negative;
                break;
            case rounding::away_from_zero:
                away = true;
                break;
            case rounding::to_odd:
                away = !floor.is_odd();
                break;
            default:  // toward_zero
                break;
        }
    }
    magnitude = away ? below + power_of_two(unit) : below;
    return negative ? -magnitude : magnitude;
}

/// The product of two operands, with an unbounded exponent: with x = ±(1 + a)·2^p, y = ±(1 + b)·2^q and s = a + b + c,
/// where c is 2^−l, and 0 in Mitchell's,
///
///     real_formula:             ±(1 + s)·2^(p + q)
///     integer_adder, mitchell:  ±(1 + s − floor(s))·2^(p + q + floor(s))
///     exact, and special values: x·y
inline exact_value l_mul_product(const exact_value& x, const exact_value& y, product_definition definition,
                                 int l) {
    if (definition == product_definition::exact || !x.is_finite() || !y.is_finite() || x.is_zero() ||
        y.is_zero())
        return x * y;
    const exact_value one(1);
    const long p = floor_log2(x.magnitude());
    const long q = floor_log2(y.magnitude());
    const exact_value a = exact_value::rational(false, x.magnitude()) / power_of_two(p) - one;
    const exact_value b = exact_value::rational(false, y.magnitude()) / power_of_two(q) - one;
    const exact_value c = definition == product_definition::mitchell ? exact_value(0) : power_of_two(-l);
    const exact_value s = a + b + c;

    exact_value magnitude = (one + s) * power_of_two(p + q);
    if (definition != product_definition::real_formula) {
        const long floor = s >= exact_value(2) ? 2 : s >= one ? 1 : 0;
        magnitude = (one + s - exact_value(floor)) * power_of_two(p + q + floor);
    }
    return x.is_negative() != y.is_negative() ? -magnitude : magnitude;
}

/// A product as the code of `result`: zero with its sign (and underflow) below the smallest normal number where
/// `to_zero` says so, else rounded.
inline rounded l_mul_result(const exact_value& product, bool to_zero, const float_format& result,
                            const projection& how = {}, std::uint64_t R = 0) {
    const bool rational = product.is_finite() && !product.is_zero();
    const exact_value smallest_normal = power_of_two(result.minimum_exponent());
    if (to_zero && rational && (product.is_negative() ? -product : product) < smallest_normal) {
        const auto sign = product.is_negative() ? zero_sign::negative : zero_sign::positive;
        rounded flushed = round(exact_value::zero(sign), result, how, R);
        flushed.flags |= status{.inexact = true, .underflow = true};
        return flushed;
    }
    return round(product, result, how, R);
}

/// The product of two codes as a code of `result`.
inline rounded l_mul(const float_format& format_x, uint128 x, const float_format& format_y, uint128 y,
                     const float_format& result, const l_mul_options& options = {},
                     const projection& how = {}, std::uint64_t R = 0) {
    const l_mul_parameters parameters(options, format_x.significand_bits, format_y.significand_bits);
    return l_mul_result(l_mul_product(l_mul_operand(format_x, x, parameters, options.operand_rounding),
                                      l_mul_operand(format_y, y, parameters, options.operand_rounding),
                                      options.definition, parameters.l),
                        parameters.to_zero, result, how, R);
}

/// How l_mul_dot computes.
struct l_mul_arithmetic {
    l_mul_options options{};
    float_format product = formats::float32;
    float_format accumulator = formats::float32;
    projection how{};
};

/// A code of `format`, but +0 for −0.
inline uint128 without_negative_zero(const float_format& format, uint128 code) {
    return format.has_negative_zero && code == format.sign_mask() ? uint128{0} : code;
}

/// Σ_k x(k)·y(k), k ascending from s = +0, every step rounded:
///
///     p = l_mul(x(k), y(k)) in the product's format,  s = round to the accumulator's format (s + p), +0 for −0.
///
/// x and y give codes of their formats; `random(k, step)` the random bits of one rounding.
template <class X, class Y, class Random = no_random_bits>
uint128 l_mul_dot(std::size_t size, const float_format& format_x, const X& x, const float_format& format_y,
                  const Y& y, const l_mul_arithmetic& arithmetic = {}, const Random& random = {}) {
    uint128 sum{0};
    for (std::size_t k = 0; k < size; ++k) {
        const rounded product = l_mul(format_x, x(k), format_y, y(k), arithmetic.product, arithmetic.options,
                                      arithmetic.how, random(k, rounding_step::product));
        const exact_value next =
            decode(arithmetic.accumulator, sum) + decode(arithmetic.product, product.code);
        sum = without_negative_zero(
            arithmetic.accumulator,
            round(next, arithmetic.accumulator, arithmetic.how, random(k, rounding_step::sum)).code);
    }
    return sum;
}

/// The product of two matrices of codes, every element by l_mul_dot: codes of the accumulator's format. Throws
/// shape_error when a has not as many columns as b has rows.
inline dense_matrix<uint128> l_mul_matmul(const float_format& format_a, const dense_matrix<uint128>& a,
                                          const float_format& format_b, const dense_matrix<uint128>& b,
                                          const l_mul_arithmetic& arithmetic = {}) {
    require_equal_extents("reference::l_mul_matmul", "b.rows()", b.rows(), "a.columns()", a.columns());
    dense_matrix<uint128> c(a.rows(), b.columns());
    for (std::size_t i = 0; i < a.rows(); ++i)
        for (std::size_t j = 0; j < b.columns(); ++j)
            c(i, j) = l_mul_dot(
                a.columns(), format_a, [&](std::size_t k) { return a(i, k); }, format_b,
                [&](std::size_t k) { return b(k, j); }, arithmetic);
    return c;
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
