// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the tests of arithmetics and kernels share: random operands, and chains computed one step
/// at a time by the reference, on exact values.

#include <halfulp/arithmetic/policy.hpp>
#include <halfulp/core/views.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/reference/operations.hpp>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace halfulp_test {

using namespace halfulp;

inline constexpr std::array all_modes{
    rounding::ties_to_even,   rounding::ties_to_away,    rounding::ties_to_zero,
    rounding::toward_zero,    rounding::toward_positive, rounding::toward_negative,
    rounding::away_from_zero, rounding::to_odd,          rounding::stochastic_a,
    rounding::stochastic_b,   rounding::stochastic_c,    rounding::stochastic_equal};

/// The code of a number as the reference takes it.
template <class T>
uint128 code_of(T x) {
    return static_cast<uint128>(detail::to_code(x));
}
template <class T>
reference::exact_value exact_of(T x) {
    if constexpr (std::integral<T>)
        return reference::exact_value(x);
    else
        return reference::decode(number_format<T>::value, code_of(x));
}
template <class T>
T number_of(uint128 code) {
    return detail::from_code<T>(code);
}

/// An exact value rounded into T by the reference.
template <class T>
T rounded_by_reference(const reference::exact_value& x, const projection& how, std::uint64_t random = 0) {
    return number_of<T>(reference::round(x, number_format<T>::value, how, random).code);
}

/// Equal bits, or both NaN.
template <class T>
bool same(T x, T y) {
    return code_of(x) == code_of(y) || (exact_of(x).is_nan() && exact_of(y).is_nan());
}

template <class T>
std::string text_of(T x) {
    return exact_of(x).to_string();
}

/// A number with random bits: any code of the format, or one within 2^-spread … 2^spread.
template <class T>
T random_number(std::mt19937_64& generator, int spread = -1) {
    constexpr float_format format = number_format<T>::value;
    for (;;) {
        const uint128 code = low_bits((static_cast<uint128>(generator()) << 64) | generator(), format.bits());
        if (spread < 0)
            return number_of<T>(code);
        const auto x = unpack(constant_value<format>{}, static_cast<code_uint<constant_value<format>>>(code));
        if (x.kind == number_class::zero)
            return number_of<T>(code);
        const int top = x.exponent + bit_width(x.significand) - 1;
        if (x.kind == number_class::finite && top >= -spread && top <= spread)
            return number_of<T>(code);
        // Wide formats: put the exponent where it is wanted.
        if (format.exponent_bits > 5 && x.kind == number_class::finite) {
            const int exponent =
                static_cast<int>(generator() % static_cast<unsigned>(2 * spread + 1)) - spread;
            return number_of<T>(encode(constant_value<format>{}, projection{}, x.negative,
                                       exponent - bit_width(x.significand) + 1,
                                       uint_with_bits<format.precision() + 2>(x.significand))
                                    .value);
        }
    }
}

template <class T>
std::vector<T> random_numbers(std::mt19937_64& generator, std::size_t count, int spread = -1) {
    std::vector<T> result;
    for (std::size_t i = 0; i < count; ++i)
        result.push_back(random_number<T>(generator, spread));
    return result;
}

template <class T>
std::vector<T> column(const matrix_view<const T>& m, std::size_t j) {
    std::vector<T> result;
    for (std::size_t i = 0; i < m.rows(); ++i)
        result.push_back(m(i, j));
    return result;
}
template <class T>
std::vector<T> row(const matrix_view<const T>& m, std::size_t i) {
    return column(m.transposed(), i);
}

/// Numbers in a matrix of their own, of which a view may have gaps.
template <class T>
struct matrix {
    std::vector<T> data;
    std::size_t rows, columns;
    matrix_view<T> view() { return {data.data(), rows, columns}; }
    matrix_view<const T> view() const { return {data.data(), rows, columns}; }
};
template <class T>
matrix<T> random_matrix(std::mt19937_64& generator, std::size_t rows, std::size_t columns, int spread = 4) {
    return {random_numbers<T>(generator, rows * columns, spread), rows, columns};
}

/// Random bits as the arithmetics document them.
inline std::uint64_t documented_bits(const projection& how, std::uint64_t seed, std::uint64_t element,
                                     std::uint64_t step, std::uint64_t site) {
    return is_stochastic(how.mode) ? philox_bits(seed, element, 4 * step + site) : 0;
}

/// arithmetic::rounded, from its definition.
template <class Product, class Sum, class X, class Y>
Sum rounded_chain(const std::vector<X>& x, const std::vector<Y>& y, const projection& how, std::uint64_t seed,
                  std::uint64_t element) {
    Sum sum = number_of<Sum>(0);
    for (std::size_t k = 0; k < x.size(); ++k) {
        const auto product = rounded_by_reference<Product>(exact_of(x[k]) * exact_of(y[k]), how,
                                                           documented_bits(how, seed, element, k, 0));
        sum = rounded_by_reference<Sum>(exact_of(sum) + exact_of(product), how,
                                        documented_bits(how, seed, element, k, 1));
    }
    return sum;
}

/// arithmetic::fused, from its definition.
template <class Sum, class X, class Y>
Sum fused_chain(const std::vector<X>& x, const std::vector<Y>& y, const projection& how, std::uint64_t seed,
                std::uint64_t element) {
    Sum sum = number_of<Sum>(0);
    for (std::size_t k = 0; k < x.size(); ++k)
        sum = rounded_by_reference<Sum>(fma(exact_of(x[k]), exact_of(y[k]), exact_of(sum)), how,
                                        documented_bits(how, seed, element, k, 1));
    return sum;
}

/// arithmetic::exact, from its definition; an exact zero is +0, −0 toward_negative.
template <class Result, class X, class Y>
Result exact_chain(const std::vector<X>& x, const std::vector<Y>& y, const projection& how,
                   std::uint64_t random = 0) {
    reference::exact_value sum;
    for (std::size_t k = 0; k < x.size(); ++k)
        sum = sum + exact_of(x[k]) * exact_of(y[k]);
    if (sum.is_zero())
        sum = reference::exact_value::zero(how.mode == rounding::toward_negative
                                               ? reference::zero_sign::negative
                                               : reference::zero_sign::positive);
    return rounded_by_reference<Result>(sum, how, random);
}

}  // namespace halfulp_test
