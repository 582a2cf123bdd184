// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Dot products and matrix products: exact, and step by step with a rounding after each step.

#include <halfulp/reference/dense_matrix.hpp>
#include <halfulp/reference/round.hpp>

#include <cstddef>
#include <cstdint>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// Which rounding of a multiply-add draws random bits.
enum class rounding_step : unsigned char { product, sum };

/// No random bits: for the deterministic modes.
struct no_random_bits {
    constexpr std::uint64_t operator()(std::size_t, rounding_step) const noexcept { return 0; }
};

/// Σ_k x(k)·y(k) for k = 0 … size − 1, without rounding: x and y are callables that give anything
/// that to_exact takes. +0 for size 0. O(size) operations on integers that grow with the range of
/// the exponents.
template <class X, class Y>
exact_value dot(std::size_t size, const X& x, const Y& y) {
    exact_value sum;
    for (std::size_t k = 0; k < size; ++k)
        sum = sum + to_exact(x(k)) * to_exact(y(k));
    return sum;
}

/// The same with every step rounded: from s = +0, k ascending,
///
///     p = round to product_format (x(k)·y(k)),  s = round to accumulator_format (s + p).
///
/// Both roundings by `how`; `random(k, step)` gives the random bits of one. The code is of
/// accumulator_format, the flags are the union over all steps.
template <class X, class Y, class Random = no_random_bits>
rounded stepwise_dot(std::size_t size, const X& x, const Y& y, const float_format& product_format,
                     const float_format& accumulator_format, const projection& how = {},
                     const Random& random = {}) {
    rounded sum = round(exact_value(), accumulator_format, how);
    sum.flags = {};
    for (std::size_t k = 0; k < size; ++k) {
        const rounded product =
            round(to_exact(x(k)) * to_exact(y(k)), product_format, how, random(k, rounding_step::product));
        const rounded next =
            round(decode(accumulator_format, sum.code) + decode(product_format, product.code),
                  accumulator_format, how, random(k, rounding_step::sum));
        sum = {next.code, sum.flags | product.flags | next.flags};
    }
    return sum;
}

/// The same with one rounding a multiply-add: from s = +0, k ascending,
///
///     s = round to accumulator_format (x(k)·y(k) + s).
template <class X, class Y, class Random = no_random_bits>
rounded fused_dot(std::size_t size, const X& x, const Y& y, const float_format& accumulator_format,
                  const projection& how = {}, const Random& random = {}) {
    rounded sum = round(exact_value(), accumulator_format, how);
    sum.flags = {};
    for (std::size_t k = 0; k < size; ++k) {
        const rounded next = round(fma(to_exact(x(k)), to_exact(y(k)), decode(accumulator_format, sum.code)),
                                   accumulator_format, how, random(k, rounding_step::sum));
        sum = {next.code, sum.flags | next.flags};
    }
    return sum;
}

/// The exact product: element (i, j) is Σ_k a(i, k)·b(k, j). Throws shape_error when a has not as
/// many columns as b has rows. O(rows·columns·depth).
inline exact_matrix matmul(const exact_matrix& a, const exact_matrix& b) {
    require_equal_extents("reference::matmul", "b.rows()", b.rows(), "a.columns()", a.columns());
    exact_matrix c(a.rows(), b.columns());
    for (std::size_t i = 0; i < a.rows(); ++i)
        for (std::size_t j = 0; j < b.columns(); ++j)
            c(i, j) = dot(
                a.columns(), [&](std::size_t k) { return a(i, k); }, [&](std::size_t k) { return b(k, j); });
    return c;
}

/// The product with every element computed by stepwise_dot: the codes, in accumulator_format.
/// Throws shape_error when a has not as many columns as b has rows.
inline dense_matrix<uint128> stepwise_matmul(const exact_matrix& a, const exact_matrix& b,
                                             const float_format& product_format,
                                             const float_format& accumulator_format,
                                             const projection& how = {}) {
    require_equal_extents("reference::stepwise_matmul", "b.rows()", b.rows(), "a.columns()", a.columns());
    dense_matrix<uint128> c(a.rows(), b.columns());
    for (std::size_t i = 0; i < a.rows(); ++i)
        for (std::size_t j = 0; j < b.columns(); ++j)
            c(i, j) = stepwise_dot(
                          a.columns(), [&](std::size_t k) { return a(i, k); },
                          [&](std::size_t k) { return b(k, j); }, product_format, accumulator_format, how)
                          .code;
    return c;
}

/// The product with every element computed by fused_dot: the codes, in accumulator_format. Throws
/// shape_error when a has not as many columns as b has rows.
inline dense_matrix<uint128> fused_matmul(const exact_matrix& a, const exact_matrix& b,
                                          const float_format& accumulator_format,
                                          const projection& how = {}) {
    require_equal_extents("reference::fused_matmul", "b.rows()", b.rows(), "a.columns()", a.columns());
    dense_matrix<uint128> c(a.rows(), b.columns());
    for (std::size_t i = 0; i < a.rows(); ++i)
        for (std::size_t j = 0; j < b.columns(); ++j)
            c(i, j) = fused_dot(
                          a.columns(), [&](std::size_t k) { return a(i, k); },
                          [&](std::size_t k) { return b(k, j); }, accumulator_format, how)
                          .code;
    return c;
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
