// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Exact dot products made to break a fast path, held against GMP bit for bit, at every level of the machine
/// and in every mode.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/kernels/dot.hpp>

#include "arithmetic/oracle.hpp"
#include "simd/levels.hpp"
#include "support/catch.hpp"
#include "support/processor.hpp"

#include <cmath>
#include <cstdio>

namespace halfulp_test {

/// The nearest number of type T, within its finite values.
template <class T>
T nearest(double x) {
    return convert<T>(x, projection{rounding::ties_to_even, saturation::finite});
}
template <class T>
double value_of(T x) {
    return convert<double>(x);
}

inline std::size_t below(std::mt19937_64& random, std::size_t bound) {
    return static_cast<std::size_t>(random() % bound);
}
/// All 53 bits used, of magnitude 1 … 2^binades, of either sign.
inline double real(std::mt19937_64& random, unsigned binades) {
    const double fraction = static_cast<double>(random() >> 12) * 0x1p-52;
    const double x = std::ldexp(1 + fraction, static_cast<int>(random() % binades));
    return random() % 2 == 0 ? x : -x;
}
template <class T>
T any_finite(std::mt19937_64& random) {
    for (;;) {
        const T x = random_number<T>(random);
        if (exact_of(x).is_finite())
            return x;
    }
}

template <class X, class Y>
struct vectors {
    std::string name;
    std::vector<X> x{};
    std::vector<Y> y{};

    void add(X a, Y b) {
        x.push_back(a);
        y.push_back(b);
    }
    void add_nearest(double a, double b) { add(nearest<X>(a), nearest<Y>(b)); }
    void shuffle(std::mt19937_64& random) {
        for (std::size_t i = x.size(); i > 1; --i) {
            const std::size_t j = below(random, i);
            std::swap(x[i - 1], x[j]);
            std::swap(y[i - 1], y[j]);
        }
    }
};

template <class X, class Y>
vectors<X, Y> reals(std::mt19937_64& random, std::size_t size) {
    vectors<X, Y> v{"reals"};
    for (std::size_t i = 0; i < size; ++i)
        v.add_nearest(real(random, 4) / 8, real(random, 4) / 8);
    return v;
}
template <class X, class Y>
vectors<X, Y> integers(std::mt19937_64& random, std::size_t size) {
    vectors<X, Y> v{"integers"};
    for (std::size_t i = 0; i < size; ++i)
        v.add_nearest(static_cast<double>(below(random, 5)) - 2, static_cast<double>(below(random, 7)) - 3);
    return v;
}
template <class X, class Y>
vectors<X, Y> any_codes(std::mt19937_64& random, std::size_t size) {
    vectors<X, Y> v{"any finite codes"};
    for (std::size_t i = 0; i < size; ++i)
        v.add(any_finite<X>(random), any_finite<Y>(random));
    return v;
}
/// Every term takes off what the exact sum was, as far as one term can: the sum is a small rest of large terms,
/// down to what no sum of twice the precision has (after GenDot of Ogita, Rump and Oishi).
template <class X, class Y>
vectors<X, Y> ill_conditioned(std::mt19937_64& random, std::size_t size, unsigned binades) {
    vectors<X, Y> v{"ill-conditioned, " + std::to_string(binades) + " binades"};
    exact_accumulator<X, Y> sum;
    const std::size_t half = size / 2;
    for (std::size_t i = 0; i < size; ++i) {
        X x = nearest<X>(real(random, i < half ? binades : 1));
        Y y = nearest<Y>(real(random, i < half ? binades : 1));
        if (i >= half)
            y = nearest<Y>(-sum.template round<double>() / value_of(x));
        v.add(x, y);
        sum.add_product(x, y);
    }
    v.shuffle(random);
    return v;
}
/// The midpoint of two neighbours in Value about 1, behind terms that cancel; exactly, or moved by the smallest
/// number, or by what is close to what a bound sees.
template <class X, class Y, class Value>
vectors<X, Y> midpoint(std::mt19937_64& random, std::size_t size, int nudge, bool cancelling) {
    vectors<X, Y> v{"midpoint, nudge " + std::to_string(nudge)};
    for (std::size_t i = 0; i + 4 < size; i += 2) {
        const X x = nearest<X>(cancelling ? real(random, 3) : 0);
        const Y y = nearest<Y>(cancelling ? real(random, 3) : 0);
        v.add(x, y);
        v.add(nearest<X>(-value_of(x)), y);
    }
    constexpr int precision = number_format<Value>::value.precision();
    const double sign = random() % 2 == 0 ? 1 : -1;
    v.add_nearest(sign, 1);
    v.add_nearest(std::ldexp(sign, -(precision / 2)), std::ldexp(1.0, precision / 2 - precision));
    if (random() % 2 == 0)  // an odd neighbour below
        v.add_nearest(std::ldexp(sign, -(precision / 2)), std::ldexp(1.0, precision / 2 - precision + 1));
    if (nudge != 0) {
        const double by = nudge > 0 ? 1 : -1;
        if (nudge == 1 || nudge == -1)
            v.add(number_of<X>(uint128{1}), nearest<Y>(by));
        else
            v.add_nearest(std::ldexp(by, -precision / 2 - std::abs(nudge)), std::ldexp(1.0, -precision / 2));
    }
    v.shuffle(random);
    return v;
}
/// Terms of x multiplied by 2^shift, within the numbers of X.
template <class X, class Y>
vectors<X, Y> scaled(vectors<X, Y> v, int x_shift, int y_shift) {
    v.name += " · 2^" + std::to_string(x_shift + y_shift);
    for (X& x : v.x)
        x = nearest<X>(std::ldexp(value_of(x), x_shift));
    for (Y& y : v.y)
        y = nearest<Y>(std::ldexp(value_of(y), y_shift));
    return v;
}
template <class X, class Y>
vectors<X, Y> special(std::mt19937_64& random, std::size_t size, std::size_t how_many) {
    auto v = reals<X, Y>(random, size);
    v.name = "infinities, NaN and zeros";
    for (std::size_t i = 0; i < how_many; ++i) {
        v.x[below(random, size)] =
            convert<X>(i % 3 == 0 ? std::numeric_limits<double>::quiet_NaN()
                                  : (i % 2 == 0 ? 1 : -1) * std::numeric_limits<double>::infinity());
        v.y[below(random, size)] = nearest<Y>(i % 2 == 0 ? 0 : -0.0);
    }
    return v;
}

/// How often each way decided.
inline std::size_t (&decisions())[4] {
    static std::size_t counts[4] = {};
    return counts;
}

/// One dot product at every level in the given modes, beside the rounded sum of GMP.
template <class Value, class X, class Y>
void check_dot(tally& t, const vectors<X, Y>& v, const vector_view<const X>& x, const vector_view<const Y>& y,
               const execution::policy& policy = {}) {
    static unsigned turn = 0;
    ++turn;
    reference::exact_value sum;
    for (std::size_t k = 0; k < x.size(); ++k)
        sum = sum + exact_of(x[k]) * exact_of(y[k]);
    for (const rounding mode : all_modes)
        for (const saturation overflow : {saturation::none, saturation::finite, saturation::propagate}) {
            // One of three, another for every mode and in every call.
            if ((turn + static_cast<unsigned>(mode) + static_cast<unsigned>(overflow)) % 3 != 0 && effort < 2)
                continue;
            const projection how{mode, overflow, mode == rounding::stochastic_a ? 32 : 9};
            const arithmetic::exact arithmetic{how, 17};
            const std::uint64_t element = turn;
            auto exact_sum = sum;
            if (sum.is_zero())
                exact_sum = reference::exact_value::zero(mode == rounding::toward_negative
                                                             ? reference::zero_sign::negative
                                                             : reference::zero_sign::positive);
            const Value expected = rounded_by_reference<Value>(
                exact_sum, how, documented_bits(how, arithmetic.seed, element, x.size(), 3));
            for (const simd::isa level : all_levels()) {
                const simd::scoped_level guard(level);
                dot_decision decision{};
                const auto actual = dot<Value>(
                    x, y, arithmetic, {.element = element, .execution = policy, .decision = &decision});
                ++decisions()[static_cast<std::size_t>(decision)];
                t.expect(same(actual, expected), [&] {
                    return v.name + " of " + std::to_string(x.size()) + ", mode " +
                           std::to_string(static_cast<int>(mode)) + ", " + simd::name_of(level) + ", way " +
                           std::to_string(static_cast<int>(decision)) + ": " + text_of(actual) + " is not " +
                           text_of(expected);
                });
            }
        }
}
template <class Value, class X, class Y>
void check_dot(tally& t, const vectors<X, Y>& v) {
    check_dot<Value>(t, v, vector_view<const X>(v.x), vector_view<const Y>(v.y));
}

template <class X, class Y, class Value>
void check_types() {
    tally t("dot, exact: " + name_of(number_format<X>::value) + " * " + name_of(number_format<Y>::value) +
            " -> " + name_of(number_format<Value>::value));
    std::mt19937_64 random(1);
    constexpr float_format x_format = number_format<X>::value, y_format = number_format<Y>::value;
    constexpr float_format value_format = number_format<Value>::value;
    for (const std::size_t size : {0u, 1u, 2u, 31u, 32u, 33u, 61u, 64u, 127u, 509u, 512u, 513u, 1021u}) {
        check_dot<Value>(t, reals<X, Y>(random, size));
        check_dot<Value>(t, integers<X, Y>(random, size));
        check_dot<Value>(t, any_codes<X, Y>(random, size));
    }
    for (int round = 0; round < cases_for_effort(2, 60, 2000); ++round) {
        for (const unsigned binades : {1u, 8u, 30u})
            check_dot<Value>(t, ill_conditioned<X, Y>(random, 40 + below(random, 100), binades));
        for (const int nudge : {-30, -20, -1, 0, 1, 20, 30})
            check_dot<Value>(t, midpoint<X, Y, Value>(random, 33 + below(random, 90), nudge, round % 2 == 0));
        check_dot<Value>(t, special<X, Y>(random, 50, 1 + below(random, 3)));
    }
    // Results about the smallest and the largest values of the result, as far as the operands reach.
    for (const int exponent : {value_format.minimum_exponent(), value_format.minimum_quantum_exponent() - 1,
                               value_format.maximum_exponent() - 2, value_format.maximum_exponent()}) {
        const int least = x_format.minimum_exponent(), most = x_format.maximum_exponent() - 5;
        const int half = exponent / 2;
        const int x_shift = half < least ? least : half > most ? most : half;
        const int rest = exponent - x_shift;
        const int y_least = y_format.minimum_exponent(), y_most = y_format.maximum_exponent() - 5;
        const int y_shift = rest < y_least ? y_least : rest > y_most ? y_most : rest;
        for (int round = 0; round < 3; ++round) {
            check_dot<Value>(t, scaled(reals<X, Y>(random, 40), x_shift, y_shift));
            check_dot<Value>(t, scaled(ill_conditioned<X, Y>(random, 40, 2), x_shift, y_shift));
            check_dot<Value>(t, scaled(midpoint<X, Y, Value>(random, 40, round - 1, true), x_shift, y_shift));
        }
    }
    // Below everything: products that are subnormal or zero in double, and all terms subnormal.
    for (const int shift : {x_format.minimum_exponent() - 2, x_format.minimum_exponent() / 2 - 10})
        for (int round = 0; round < 4; ++round) {
            check_dot<Value>(t, scaled(reals<X, Y>(random, 50), shift, y_format.minimum_exponent() / 2));
            check_dot<Value>(t, scaled(integers<X, Y>(random, 50), shift, y_format.minimum_exponent() / 2));
        }
    // Terms as large as a slice can be, all of one sign.
    for (const std::size_t size : {512u, 1000u}) {
        vectors<X, Y> alike{"all but alike"};
        for (std::size_t i = 0; i < size; ++i)
            alike.add_nearest(2 - std::ldexp(std::fabs(real(random, 2)), -12),
                              2 - std::ldexp(std::fabs(real(random, 2)), -12));
        check_dot<Value>(t, alike);
    }
    // All zeros, of both signs.
    vectors<X, Y> zeros{"zeros"};
    for (int i = 0; i < 100; ++i)
        zeros.add_nearest(i % 3 == 0 ? -0.0 : 0.0, real(random, 3));
    check_dot<Value>(t, zeros);
    auto& ways = decisions();
    std::printf("decided: %zu enclosed, %zu twofold, %zu sliced, %zu definition\n", ways[0], ways[1], ways[2],
                ways[3]);
    std::fill(std::begin(ways), std::end(ways), std::size_t{0});
    require(t);
}

}  // namespace halfulp_test
