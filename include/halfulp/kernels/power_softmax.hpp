// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Power-Softmax by additions and multiplications alone, as it is computed on encrypted numbers.
///
/// For scores x_1 … x_N with |x_j| <= B, an even power p and ε > 0,
///
///     weight_j = w_j / (Σ_i w_i + ε·N),   w_j = (x_j/B)^p
///
/// (Zimerman, Adir, Aharoni et al., "Power-Softmax", arXiv:2410.09457, whose division has an ε so that it is Lipschitz;
/// B is public, where attention with options.power takes the largest |x|). The divisor t = (Σ w/N + ε)/(1 + ε) lies in
/// [ε/(1 + ε), 1], whatever N is, and 1/t is found by Goldschmidt's iteration
///
///     y = 1, e = 1 − t;   k times: y ← y·(1 + e), e ← e²;   y = (1 − e_0^(2^k))/t,
///
/// so the weights are too small by the factor 1 − (1 − t)^(2^k), and by at most the part (1/(1 + ε))^(2^k) of them.
/// What costs on encrypted numbers is the multiplicative depth: products of products; products with public constants
/// are not counted.

#include <halfulp/core/concepts.hpp>
#include <halfulp/core/errors.hpp>
#include <halfulp/kernels/arguments.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// The public numbers of one Power-Softmax by polynomials.
struct power_softmax_plan {
    int power = 2;            ///< p: even
    double bound = 1;         ///< B > 0
    double epsilon = 0x1p-7;  ///< ε > 0
    int iterations = 0;       ///< k

    /// Products that follow each other: ⌈log2 p⌉ for the powers — squarings, and products of two of them — k for the squares
    /// e, which y's products lag behind by one, and one for w·y.
    constexpr int multiplicative_depth() const noexcept {
        const int powers = static_cast<int>(std::bit_width(static_cast<unsigned>(power - 1)));
        return powers + iterations + 1;
    }
    /// The largest part of a weight that is missing: (1/(1 + ε))^(2^k), computed with a margin upward.
    double relative_error() const noexcept {
        double e = 1 / (1 + epsilon);
        e += e * 0x1p-50;
        for (int i = 0; i < iterations; ++i)
            e = e * e * (1 + 0x1p-50);
        return e;
    }
};

/// The plan of the fewest iterations whose relative_error() is at most the one asked for.
/// @throws value_error if the power is not even and at least 2, or another number not finite and above 0
inline power_softmax_plan plan_power_softmax(int power, double bound, double epsilon, double relative_error) {
    const auto require = [](const char* argument, double value, bool is_right, const char* expected) {
        if (!is_right)
            throw_argument_error<value_error>("plan_power_softmax", argument, std::to_string(value),
                                              expected);
    };
    const auto is_positive = [](double x) { return x > 0 && x - x == 0; };
    require("power", power, power >= 2 && power % 2 == 0, "an even number from 2 on");
    require("bound", bound, is_positive(bound), "a finite number above 0");
    require("epsilon", epsilon, epsilon >= 0x1p-40 && is_positive(epsilon), "a finite number from 2^-40 on");
    require("relative_error", relative_error, relative_error >= 0x1p-1000 && relative_error < 1,
            "between 2^-1000 and 1");
    power_softmax_plan plan{power, bound, epsilon, 0};
    while (plan.relative_error() > relative_error)
        ++plan.iterations;
    return plan;
}

namespace detail {

/// x^p in the least depth: the powers whose exponents are powers of two are squares; those that p has are multiplied in
/// pairs, the smaller ones first.
template <class T>
T power_by_squares(const T& x, unsigned p) {
    T square = x;
    bool has_product = false;
    T product = x;
    for (;; p >>= 1) {
        if (p & 1) {
            product = has_product ? product * square : square;
            has_product = true;
        }
        if (p == 1)
            return product;
        square = square * square;
    }
}

}  // namespace detail

/// weights[j] = the polynomial of the file comment, for a number type T with +, − and ·, and with T(double) for the public
/// constants: floats, rationals, intervals, or encrypted numbers. In exact types the result is the polynomial's value.
///
/// |x_j| <= plan.bound is the caller's to know, as nothing is compared here.
/// @throws shape_error if the sizes differ, value_error if there is no score, before anything is written
///
/// O(N·log p + k) products; allocates N numbers.
template <class T>
void power_softmax_by_polynomials(const vector_view<const T>& x, const vector_view<T>& weights,
                                  const power_softmax_plan& plan) {
    detail::require_extent("power_softmax_by_polynomials", "the size of weights", weights.size(),
                           "the size of x", x.size());
    if (x.size() == 0)
        throw_argument_error<value_error>("power_softmax_by_polynomials", "the size of x", "0",
                                          "at least one score");
    const T one = static_cast<T>(1.0);
    const T keys = static_cast<T>(static_cast<double>(x.size()));
    // Public constants, so that their quotients cost nothing.
    const T inverse_bound = one / static_cast<T>(plan.bound), epsilon = static_cast<T>(plan.epsilon);
    const T inverse_keys = one / keys, inverse_range = one / (one + epsilon);
    std::vector<T> powers;
    powers.reserve(x.size());
    T sum = static_cast<T>(0.0);
    for (std::size_t j = 0; j < x.size(); ++j) {
        powers.push_back(
            detail::power_by_squares(T(x[j] * inverse_bound), static_cast<unsigned>(plan.power)));
        sum = sum + powers.back();
    }
    const T t = (sum * inverse_keys + epsilon) * inverse_range;
    T e = one - t;
    T y = one;
    for (int i = 0; i < plan.iterations; ++i) {
        y = i == 0 ? T(one + e) : T(y * (one + e));
        e = e * e;
    }
    for (std::size_t j = 0; j < x.size(); ++j)
        weights[j] = powers[j] * y * inverse_keys * inverse_range;
}

}  // namespace v0
}  // namespace halfulp
