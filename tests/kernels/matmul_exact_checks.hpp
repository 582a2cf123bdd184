// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Exact matrix products made to break a fast path, held against the definition element for element and
/// against GMP on a sample: bit for bit, at every level of the machine.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/kernels/matmul.hpp>

#include "arithmetic/oracle.hpp"
#include "simd/levels.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <optional>

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

/// Operands of a product.
template <class A, class B>
struct operands {
    std::string name;
    matrix<A> a;
    matrix<B> b;
    double scale = 1;  ///< of the results

    operands(std::string what, std::size_t rows, std::size_t depth, std::size_t columns)
        : name(std::move(what)),
          a{std::vector<A>(rows * depth, nearest<A>(0)), rows, depth},
          b{std::vector<B>(depth * columns, nearest<B>(0)), depth, columns} {}
};

/// Integers and reals from the bits of the generator, so that they are the same everywhere.
inline int below(std::mt19937_64& random, int bound) {
    return static_cast<int>(random() % static_cast<unsigned>(bound));
}
/// All 53 bits used, of magnitude 1 … 2^binades, of either sign.
inline double real(std::mt19937_64& random, int binades) {
    const double fraction = static_cast<double>(random() >> 12) * 0x1p-52;
    const double x = std::ldexp(1 + fraction, below(random, binades));
    return random() % 2 == 0 ? x : -x;
}

template <class T, class Element>
void fill(matrix<T>& m, const Element& element) {
    for (std::size_t i = 0; i < m.rows; ++i)
        for (std::size_t j = 0; j < m.columns; ++j)
            m.view()(i, j) = element(i, j);
}

/// Full significands in a few binades.
template <class A, class B>
operands<A, B> reals(std::mt19937_64& random, std::size_t rows, std::size_t depth, std::size_t columns) {
    operands<A, B> x("reals", rows, depth, columns);
    fill(x.a, [&](std::size_t, std::size_t) { return nearest<A>(real(random, 4) / 8); });
    fill(x.b, [&](std::size_t, std::size_t) { return nearest<B>(real(random, 4) / 8); });
    x.scale = 1;
    return x;
}
/// Small integers: most sums are exact in double, many of them zero.
template <class A, class B>
operands<A, B> integers(std::mt19937_64& random, std::size_t rows, std::size_t depth, std::size_t columns) {
    operands<A, B> x("integers", rows, depth, columns);
    fill(x.a, [&](std::size_t, std::size_t) { return nearest<A>(below(random, 5) - 2); });
    fill(x.b, [&](std::size_t, std::size_t) { return nearest<B>(below(random, 7) - 3); });
    return x;
}
/// Any finite codes, subnormal ones and both zeros included.
template <class T>
T any_finite(std::mt19937_64& random) {
    for (;;) {
        const T x = random_number<T>(random);
        if (exact_of(x).is_finite())
            return x;
    }
}
template <class A, class B>
operands<A, B> any_exponents(std::mt19937_64& random, std::size_t rows, std::size_t depth,
                             std::size_t columns) {
    operands<A, B> x("any finite codes", rows, depth, columns);
    fill(x.a, [&](std::size_t, std::size_t) { return any_finite<A>(random); });
    fill(x.b, [&](std::size_t, std::size_t) { return any_finite<B>(random); });
    return x;
}
/// Pairs that cancel but for one unit of the second factor's last place.
template <class A, class B>
operands<A, B> cancelling(std::mt19937_64& random, std::size_t rows, std::size_t depth, std::size_t columns) {
    operands<A, B> x("cancelling", rows, depth, columns);
    for (std::size_t k = 0; k + 1 < depth; k += 2) {
        for (std::size_t i = 0; i < rows; ++i) {
            x.a.view()(i, k) = nearest<A>(real(random, 3));
            x.a.view()(i, k + 1) = nearest<A>(-value_of(x.a.view()(i, k)));
        }
        for (std::size_t j = 0; j < columns; ++j) {
            const B first = nearest<B>(real(random, 3));
            B second = nearest<B>(value_of(first) * (1 + 0x1p-20));
            if (same(second, first) && below(random, 3) != 0)
                second = number_of<B>(code_of(first) + uint128{1});
            x.b.view()(k, j) = first;
            x.b.view()(k + 1, j) = exact_of(second).is_finite() ? second : first;
        }
    }
    return x;
}
/// Sums that are midpoints of C, a little more or a little less, behind terms that use all bits and cancel: so
/// that neither a bound on the error decides, nor the sum is exact in double.
template <class A, class B, class C>
operands<A, B> midpoints(std::mt19937_64& random, std::size_t rows, std::size_t pairs, std::size_t columns) {
    operands<A, B> x("midpoints", rows, 2 * pairs + 3, columns);
    const auto a = x.a.view();
    const auto b = x.b.view();
    for (std::size_t k = 0; k < pairs; ++k) {
        for (std::size_t i = 0; i < rows; ++i) {
            a(i, k) = nearest<A>(real(random, 4));
            a(i, pairs + k) = nearest<A>(-value_of(a(i, k)));
        }
        for (std::size_t j = 0; j < columns; ++j)
            b(k, j) = b(pairs + k, j) = nearest<B>(real(random, 4));
    }
    constexpr int half_unit = number_format<C>::value.precision();  // of results from 1 to 2: 2^-that
    const std::size_t k = 2 * pairs;
    for (std::size_t i = 0; i < rows; ++i) {
        a(i, k) = nearest<A>(i % 2 == 0 ? 1 : -1);
        a(i, k + 1) = nearest<A>(std::ldexp(1.0, -(half_unit / 2)));
        // The smallest number, for a nudge far below what any bound sees; or one that a bound may see.
        const double tiny = i % 3 == 0 ? 0x1p-1074 : std::ldexp(1.0, -half_unit - 12);
        const A nudge = nearest<A>(tiny);
        const A least = number_of<A>(uint128{1});
        a(i, k + 2) = value_of(nudge) != 0 ? nudge : least;
        if (std::is_same_v<A, double> && i % 3 == 0)
            a(i, k + 2) = nearest<A>(0x1p-90);
    }
    for (std::size_t j = 0; j < columns; ++j) {
        const double unit = std::ldexp(1.0, -(half_unit - 1));
        const double v = 1 + unit * std::floor((real(random, 1) - 1) / unit);
        b(k, j) = nearest<B>(v < 1 ? 1 : v);
        b(k + 1, j) = nearest<B>(std::ldexp(1.0, -(half_unit - half_unit / 2)));
        b(k + 2, j) = nearest<B>(static_cast<double>(static_cast<int>(j % 3) - 1));
    }
    return x;
}
/// Rows and columns of zeros of both signs, and terms that vanish.
template <class A, class B>
operands<A, B> zeros(std::mt19937_64& random, std::size_t rows, std::size_t depth, std::size_t columns) {
    operands<A, B> x = reals<A, B>(random, rows, depth, columns);
    x.name = "zeros";
    const auto zero = [&] { return random() % 2 == 0 ? 0.0 : -0.0; };
    for (std::size_t k = 0; k < depth; ++k) {
        for (std::size_t i = 0; i < rows; i += 2)
            x.a.view()(i, k) = nearest<A>(zero());
        for (std::size_t j = 0; j < columns; j += 3)
            x.b.view()(k, j) = nearest<B>(zero());
        if (k % 2 == 0 && rows > 1)
            for (std::size_t j = 0; j < columns; ++j)
                x.b.view()(k, j) = nearest<B>(zero());
    }
    return x;
}
/// Infinities and NaN, where the types have them, among finite terms and against zeros.
template <class A, class B>
operands<A, B> special_values(std::mt19937_64& random, std::size_t rows, std::size_t depth,
                              std::size_t columns) {
    operands<A, B> x = reals<A, B>(random, rows, depth, columns);
    x.name = "special values";
    const auto sprinkle = [&]<class T>(matrix<T>& m) {
        const double infinity = std::numeric_limits<double>::infinity();
        for (std::size_t n = 0; n < m.data.size() / 20 + 1 && !m.data.empty(); ++n) {
            const double values[] = {infinity, -infinity, std::nan(""), 0.0, -0.0, infinity};
            m.data[random() % m.data.size()] = convert<T>(values[random() % 6]);
        }
    };
    sprinkle(x.a);
    sprinkle(x.b);
    return x;
}
/// One term far above the others in some rows, one far below in others: no integers of a useful size.
template <class A, class B>
operands<A, B> far_apart(std::mt19937_64& random, std::size_t rows, std::size_t depth, std::size_t columns) {
    operands<A, B> x = reals<A, B>(random, rows, depth, columns);
    x.name = "far apart";
    constexpr float_format a = number_format<A>::value, b = number_format<B>::value;
    for (std::size_t i = 0; i < rows && depth > 1; ++i) {
        x.a.view()(i, random() % depth) = nearest<A>(std::ldexp(1.0, a.maximum_exponent()));
        x.a.view()(i, random() % depth) = number_of<A>(uint128{1});
    }
    for (std::size_t j = 0; j < columns && depth > 1; ++j) {
        const std::size_t k = random() % depth;
        x.b.view()(k, j) = nearest<B>(-std::ldexp(1.0, b.maximum_exponent()));
        if (k + 1 < depth)
            x.b.view()(k + 1, j) = nearest<B>(std::ldexp(1.0, b.maximum_exponent()));
    }
    return x;
}
/// The same with A and B moved by powers of two: to where results underflow or overflow.
template <class A, class B>
operands<A, B> scaled(operands<A, B> x, int a_shift, int b_shift) {
    x.name += " · 2^" + std::to_string(a_shift + b_shift);
    for (A& element : x.a.data)
        if (exact_of(element).is_finite())
            element = nearest<A>(std::ldexp(value_of(element), a_shift));
    for (B& element : x.b.data)
        if (exact_of(element).is_finite())
            element = nearest<B>(std::ldexp(value_of(element), b_shift));
    return x;
}

/// How the elements of all products were decided, for the record of the run.
inline matmul_report& decided() {
    static matmul_report report;
    return report;
}

/// One product: by the definition, by every level that the machine has, and a few elements by the reference.
template <class C, class A, class B>
void check_product(tally& t, const operands<A, B>& x, const arithmetic::exact& arithmetic,
                   matmul_options options = {}, int sample = 0) {
    const std::size_t rows = x.a.rows, columns = x.b.columns, depth = x.a.columns;
    std::mt19937_64 random(rows * 1000 + columns + depth);
    matrix<C> old{std::vector<C>(rows * columns), rows, columns};
    for (C& element : old.data)
        element = options.accumulate ? any_finite<C>(random) : number_of<C>(uint128{1});
    const projection how = arithmetic.rounding ? *arithmetic.rounding : number_format<C>::default_projection;
    const auto explain = [&](const std::string& by, std::size_t i, std::size_t j, C got, C expected) {
        return x.name + " " + std::to_string(rows) + " x " + std::to_string(depth) + " x " +
               std::to_string(columns) + ", " + name_of(number_format<A>::value) + " * " +
               name_of(number_format<B>::value) + " -> " + name_of(number_format<C>::value) + ", " +
               name_of(how) + (options.accumulate ? ", accumulated" : "") + ", " + by + ": element (" +
               std::to_string(i) + ", " + std::to_string(j) + ") is " + hexadecimal(code_bits(got)) + " " +
               text_of(got) + ", expected " + hexadecimal(code_bits(expected)) + " " + text_of(expected);
    };

    matrix<C> defined = old;
    matmul_options plain = options;
    plain.execution = execution::plain;
    plain.report = nullptr;
    matmul(x.a.view(), x.b.view(), defined.view(), arithmetic, plain);
    for (int n = 0; n < sample && rows * columns != 0; ++n) {
        const std::size_t i = random() % rows, j = random() % columns;
        const std::uint64_t element =
            arithmetic::element_number(options.first_row + i, options.first_column + j);
        const std::uint64_t bits = documented_bits(how, arithmetic.seed, element, depth, 3);
        reference::exact_value sum;
        if (options.accumulate)
            sum = exact_of(old.view()(i, j));
        for (std::size_t k = 0; k < depth; ++k)
            sum = sum + exact_of(x.a.view()(i, k)) * exact_of(x.b.view()(k, j));
        if (sum.is_zero())
            sum = reference::exact_value::zero(how.mode == rounding::toward_negative
                                                   ? reference::zero_sign::negative
                                                   : reference::zero_sign::positive);
        const C expected = rounded_by_reference<C>(sum, how, bits);
        const C got = defined.view()(i, j);
        t.expect(same(got, expected), [&] { return explain("the definition", i, j, got, expected); });
    }
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        matrix<C> c = old;
        matmul_options reporting = options;
        reporting.report = &decided();
        matmul(x.a.view(), x.b.view(), c.view(), arithmetic, reporting);
        std::size_t wrong = 0;
        while (wrong < c.data.size() && code_bits(c.data[wrong]) == code_bits(defined.data[wrong]))
            ++wrong;
        t.expect(wrong == c.data.size(), [&] {
            return explain("level " + std::to_string(static_cast<int>(level)), wrong / columns,
                           wrong % columns, c.data[wrong], defined.data[wrong]);
        });
    }
}

/// All modes; each with saturations in turn, and with C += A·B at times.
template <class C, class A, class B>
void check_modes(tally& t, const operands<A, B>& x, int sample = 1) {
    unsigned turn = static_cast<unsigned>(x.name.size());
    for (const rounding mode : all_modes) {
        for (const saturation overflow : {saturation::none, saturation::finite, saturation::propagate}) {
            if (effort == 0 && ++turn % 3 != 0)
                continue;
            const int random_bits = static_cast<int>(mode) % 2 == 0 ? 32 : 9;
            const arithmetic::exact arithmetic{projection{mode, overflow, random_bits}, 17};
            check_product<C>(t, x, arithmetic, {.first_row = 3, .first_column = 70000}, sample);
            if (overflow == saturation::none)
                check_product<C>(t, x, arithmetic, {.accumulate = true}, sample);
        }
    }
    check_product<C>(t, x, arithmetic::exact{}, {}, sample);
}

/// All kinds of operands for a triple of types.
template <class A, class B, class C>
void check_types(std::uint64_t seed) {
    tally t("matmul, exact: " + name_of(number_format<A>::value) + " * " + name_of(number_format<B>::value) +
            " -> " + name_of(number_format<C>::value));
    std::mt19937_64 random(seed);
    constexpr float_format a = number_format<A>::value, b = number_format<B>::value;
    constexpr float_format c = number_format<C>::value;
    const auto size = [&](int most) { return static_cast<std::size_t>(1 + below(random, most)); };
    for (int round = 0; round < cases_for_effort(1, 12, 400); ++round) {
        check_modes<C>(t, reals<A, B>(random, size(9), size(40), size(40)));
        check_modes<C>(t, any_exponents<A, B>(random, size(9), size(20), size(9)));
        check_modes<C>(t, cancelling<A, B>(random, size(6), 2 * size(20), size(20)));
        check_modes<C>(t, midpoints<A, B, C>(random, size(9), size(20), size(9)));
        check_modes<C>(t, special_values<A, B>(random, size(9), size(20), size(9)));
        check_modes<C>(t, far_apart<A, B>(random, size(9), size(20), size(9)));
    }
    check_modes<C>(t, reals<A, B>(random, 5, 19, 13));
    check_modes<C>(t, integers<A, B>(random, 4, 6, 33));
    check_modes<C>(t, any_exponents<A, B>(random, 5, 7, 11));
    check_modes<C>(t, cancelling<A, B>(random, 4, 12, 9));
    check_modes<C>(t, midpoints<A, B, C>(random, 6, 5, 10));
    check_modes<C>(t, zeros<A, B>(random, 5, 8, 10));
    check_modes<C>(t, special_values<A, B>(random, 7, 9, 8));
    check_modes<C>(t, far_apart<A, B>(random, 4, 9, 6));
    // Results about the smallest and the largest values of C, as far as A and B reach.
    for (const int exponent :
         {c.minimum_exponent(), c.minimum_quantum_exponent() - 1, c.maximum_exponent()}) {
        const int least = a.minimum_exponent() - 3, most = a.maximum_exponent() - 4;
        const int half = exponent / 2;
        const int a_shift = half < least ? least : half > most ? most : half;
        const int b_least = b.minimum_exponent() - 3, b_most = b.maximum_exponent() - 4;
        const int rest = exponent - a_shift;
        const int b_shift = rest < b_least ? b_least : rest > b_most ? b_most : rest;
        check_modes<C>(t, scaled(reals<A, B>(random, 4, 5, 9), a_shift, b_shift), 0);
        check_modes<C>(t, scaled(midpoints<A, B, C>(random, 3, 3, 7), a_shift, b_shift), 0);
        check_modes<C>(t, scaled(cancelling<A, B>(random, 3, 8, 5), a_shift, b_shift), 0);
    }
    // Everything in the subnormal range of the operands.
    check_modes<C>(t, scaled(reals<A, B>(random, 3, 8, 9), a.minimum_exponent() - 2, 0), 0);
    check_modes<C>(
        t, scaled(reals<A, B>(random, 3, 8, 9), a.minimum_exponent() - 2, b.minimum_exponent() - 2), 0);
    check_modes<C>(t, reals<A, B>(random, 3, 0, 5), 0);
    check_modes<C>(t, reals<A, B>(random, 3, 1, 5), 0);
    const matmul_report& r = decided();
    std::printf("decided: %zu single, %zu enclosed, %zu alone, %zu residues, %zu definition\n", r.single,
                r.enclosed, r.alone, r.residues, r.definition);
    decided() = {};
    require(t);
}

}  // namespace halfulp_test
