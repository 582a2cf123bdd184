// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Recurrences in exact types, modulo primes, in types of the user's; elements from callables and from machine
/// integers.

#include <halfulp/continued_fractions/dynamic_arithmetic.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>
#include <halfulp/continued_fractions/residue.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/reference/continued_fraction.hpp>

#include "recurrence_checks.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// A number type of the user's: what the compiler calls long double.
template <>
struct halfulp::number_traits<long double> {
    using accumulator_type = long double;
    static constexpr bool is_exact = false;
};

/// The least that a number type can be: the operations, and nothing known about it.
struct bare_number {
    float x = 0;
    bare_number() = default;
    explicit bare_number(long value) : x(static_cast<float>(value)) {}
    explicit bare_number(int value) : x(static_cast<float>(value)) {}
    friend bare_number operator+(bare_number a, bare_number b) { return of(a.x + b.x); }
    friend bare_number operator-(bare_number a, bare_number b) { return of(a.x - b.x); }
    friend bare_number operator-(bare_number a) { return of(-a.x); }
    friend bare_number operator*(bare_number a, bare_number b) { return of(a.x * b.x); }
    friend bare_number operator/(bare_number a, bare_number b) { return of(a.x / b.x); }
    bare_number& operator+=(bare_number b) { return *this = *this + b; }
    friend bool operator==(bare_number, bare_number) = default;
    friend auto operator<=>(bare_number, bare_number) = default;

  private:
    static bare_number of(float value) {
        bare_number result;
        result.x = value;
        return result;
    }
};
template <>
struct halfulp::number_traits<bare_number> {
    using accumulator_type = bare_number;
    static constexpr bool is_exact = false;
};

namespace {

using namespace halfulp;
using halfulp_test::recurrence_fractions;

std::vector<reference::convergent> convergents_of(const polynomial_continued_fraction& f, long depth) {
    return reference::convergents([&](long n) { return f.a(n); }, [&](long n) { return f.b(n); }, depth);
}

/// The value, or nothing where it throws convergence_error.
template <class Evaluation>
auto value_unless_zero(const Evaluation& evaluation) -> std::optional<decltype(evaluation().value)> {
    try {
        return evaluation().value;
    } catch (const convergence_error&) {
        return std::nullopt;
    }
}

TEST_CASE("in exact types all four recurrences give the convergent") {
    int refused = 0;
    for (std::size_t i = 0; i < recurrence_fractions().size(); ++i) {
        const auto& f = recurrence_fractions()[i];
        const auto expected = convergents_of(f, 20);
        for (long n = 0; n <= 20; ++n) {
            CAPTURE(i, n);
            const reference::convergent& c = expected[static_cast<std::size_t>(n)];
            const auto integers = forward_recurrence<mpz_class>(f, n);
            CHECK(integers.numerator == c.numerator);
            CHECK(integers.denominator == c.denominator);
            if (c.denominator == 0) {
                CHECK_THROWS_AS(evaluate_forward<mpq_class>(f, n), convergence_error);
                CHECK_THROWS_AS(evaluate_backward<mpq_class>(f, n), convergence_error);
                CHECK_THROWS_AS(evaluate_steed<mpq_class>(f, n), convergence_error);
                CHECK_THROWS_AS(evaluate_lentz<mpq_class>(f, n), convergence_error);
                continue;
            }
            mpq_class value(c.numerator, c.denominator);
            value.canonicalize();
            CHECK(evaluate_forward<mpq_class>(f, n).value == value);
            // The others divide by what may be zero before the end: then they say so.
            for (const auto& other : {value_unless_zero([&] { return evaluate_backward<mpq_class>(f, n); }),
                                      value_unless_zero([&] { return evaluate_steed<mpq_class>(f, n); }),
                                      value_unless_zero([&] { return evaluate_lentz<mpq_class>(f, n); })}) {
                refused += other ? 0 : 1;
                CHECK(other.value_or(value) == value);
            }
        }
    }
    CHECK(refused > 0);
    CHECK(refused < 200);
}

TEST_CASE("residues: convergents modulo a prime") {
    for (const std::uint64_t p :
         {std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{101}, std::uint64_t{1000003}, prime_of_61_bits,
          (std::uint64_t{1} << 62) - 57, 9223372036854775783u}) {
        const residue_arithmetic k(p);
        const mpz_class prime = static_cast<unsigned long>(p);
        for (std::size_t i = 0; i < recurrence_fractions().size(); ++i) {
            const auto& f = recurrence_fractions()[i];
            const auto expected = convergents_of(f, 30);
            for (long n = 0; n <= 30; n += 3) {
                CAPTURE(p, i, n);
                const reference::convergent& c = expected[static_cast<std::size_t>(n)];
                const auto state = forward_recurrence(f, n, k);
                CHECK(state.numerator.value == mpz_fdiv_ui(c.numerator.get_mpz_t(), p));
                CHECK(state.denominator.value == mpz_fdiv_ui(c.denominator.get_mpz_t(), p));
                mpz_class inverse;
                if (mpz_invert(inverse.get_mpz_t(), c.denominator.get_mpz_t(), prime.get_mpz_t()) == 0) {
                    CHECK_THROWS_AS(evaluate_forward(f, n, k), convergence_error);
                    continue;
                }
                const mpz_class quotient = c.numerator * inverse;
                const std::uint64_t value = mpz_fdiv_ui(quotient.get_mpz_t(), p);
                CHECK(evaluate_forward(f, n, k).value.value == value);
                for (const auto& other : {value_unless_zero([&] { return evaluate_backward(f, n, k); }),
                                          value_unless_zero([&] { return evaluate_steed(f, n, k); }),
                                          value_unless_zero([&] { return evaluate_lentz(f, n, k); })})
                    CHECK((!other || other->value == value));
            }
        }
    }
    CHECK_THROWS_AS(residue_arithmetic(1), std::invalid_argument);
    CHECK_THROWS_AS(residue_arithmetic(561), std::invalid_argument);  // a Carmichael number
    CHECK_THROWS_AS(residue_arithmetic(3215031751),
                    std::invalid_argument);  // a strong pseudoprime to 2, 3, 5, 7
    CHECK_THROWS_AS(residue_arithmetic(9223372036854775837u), std::invalid_argument);  // a prime above 2^63
}

TEST_CASE("residue<P> is a number type") {
    using modulo_7 = residue<7>;
    for (int x = -20; x <= 20; ++x)
        for (int y = -20; y <= 20; ++y) {
            const auto reduced = [](int v) { return static_cast<std::uint64_t>(((v % 7) + 7) % 7); };
            CHECK((modulo_7(x) + modulo_7(y)).value() == reduced(x + y));
            CHECK((modulo_7(x) - modulo_7(y)).value() == reduced(x - y));
            CHECK((modulo_7(x) * modulo_7(y)).value() == reduced(x * y));
            CHECK((-modulo_7(x)).value() == reduced(-x));
            if (reduced(y) != 0)
                CHECK(modulo_7(x) / modulo_7(y) * modulo_7(y) == modulo_7(x));
            else
                CHECK_THROWS_AS(modulo_7(x) / modulo_7(y), convergence_error);
        }
    STATIC_REQUIRE(number<residue<>>);
    STATIC_REQUIRE(ordered_arithmetic<number_arithmetic<double>>);
    STATIC_REQUIRE(dividing_arithmetic<number_arithmetic<residue<>>>);
    STATIC_REQUIRE_FALSE(ordered_arithmetic<number_arithmetic<residue<>>>);
    STATIC_REQUIRE_FALSE(ordered_arithmetic<residue_arithmetic>);
    const auto& f = recurrence_fractions()[0];
    CHECK(evaluate_backward<residue<>>(f, 100).value.value() ==
          evaluate_forward(f, 100, residue_arithmetic()).value.value);
    CHECK(residue<>(std::numeric_limits<long>::min()).value() ==
          mpz_fdiv_ui(mpz_class(std::numeric_limits<long>::min()).get_mpz_t(), prime_of_61_bits));
    CHECK(evaluate_lentz<residue<>>(f, 100).value == evaluate_steed<residue<>>(f, 100).value);
}

TEST_CASE("a type of the user's: long double") {
    const auto& f = recurrence_fractions()[0];
    const long double pi = 3.14159265358979323846264338327950288L;
    const long double epsilon = std::numeric_limits<long double>::epsilon();
    const auto close = [&](long double x) { return x > pi - 32 * epsilon && x < pi + 32 * epsilon; };
    CHECK(close(4 / evaluate_forward<long double>(f).value));
    CHECK(close(4 / evaluate_backward<long double>(f).value));
    CHECK(close(4 / evaluate_steed<long double>(f).value));
    CHECK(close(4 / evaluate_lentz<long double>(f).value));
}

TEST_CASE("a type of which nothing is known but its operations") {
    const auto& f = recurrence_fractions()[0];
    const number_arithmetic<bare_number> k;
    CHECK(k.epsilon().x == std::numeric_limits<float>::epsilon());
    CHECK(k.tiny().x == 0x1p-92f);
    for (const auto& x : {evaluate_forward<bare_number>(f), evaluate_backward<bare_number>(f),
                          evaluate_steed<bare_number>(f), evaluate_lentz<bare_number>(f)}) {
        CHECK(x.value.x > 1.273239f);
        CHECK(x.value.x < 1.273241f);
    }
    CHECK_FALSE(k.is_finite(k.divide(bare_number(1), bare_number(0))));
    // 2^100 + 2^31 + 1 from pieces.
    CHECK(number_from_integer<bare_number>((mpz_class(1) << 100) + (mpz_class(1) << 31) + 1).x == 0x1p100f);
    CHECK(number_from_integer<bare_number>(-(mpz_class(1) << 100)).x == -0x1p100f);
}

/// Callables that give T.
template <class T>
struct four_over_pi {
    T a(long n) const { return T(n) * T(n); }
    T b(long n) const { return T(2) * T(n) + T(1); }
};
struct wide_elements {
    std::uint64_t a(long) const { return std::numeric_limits<std::uint64_t>::max() - 4; }
    std::int8_t b(long n) const { return static_cast<std::int8_t>(n - 3); }
};

TEST_CASE("elements from callables: integers of any kind, or numbers of the type") {
    const auto& f = recurrence_fractions()[0];
    for (const long n : {0L, 1L, 9L, 40L}) {
        const double value = evaluate_lentz<double>(f, n).value;
        CHECK(evaluate_lentz<double>(four_over_pi<double>{}, n).value == value);
        CHECK(evaluate_lentz<double>(four_over_pi<int>{}, n).value == value);
        CHECK(evaluate_lentz<double>(four_over_pi<long>{}, n).value == value);
        CHECK(evaluate_lentz<double>(four_over_pi<std::uint64_t>{}, n).value == value);
        CHECK(evaluate_lentz<double>(four_over_pi<mpz_class>{}, n).value == value);
        CHECK(evaluate_lentz<double>(prepared_continued_fraction(f), n).value == value);
        CHECK(evaluate_backward<float16>(four_over_pi<float16>{}, n).value ==
              evaluate_backward<float16>(f, n).value);
    }
    const mpz_class wide = mpz_class(std::numeric_limits<unsigned long>::max()) - 4;
    const polynomial_continued_fraction same(integer_polynomial(std::vector<mpz_class>{wide}), {-3, 1});
    CHECK(evaluate_forward<mpq_class>(wide_elements{}, 4).value ==
          evaluate_forward<mpq_class>(same, 4).value);
    CHECK(evaluate_forward<double>(wide_elements{}, 4).value == evaluate_forward<double>(same, 4).value);
}

TEST_CASE("elements that outgrow machine integers are computed as big ones") {
    const integer_polynomial n = integer_polynomial::variable();
    const integer_polynomial wide(std::vector<mpz_class>{mpz_class("123456789012345678901234567890"), 1});
    const polynomial_continued_fraction list[] = {
        {n * n * n * n * n * n, {5, 27, 51, 34}},                 // n^6 above 2^63 from n = 1449
        {{0, 0, 4611686018427387903}, {1, 4611686018427387903}},  // at once, at n = 2
        {{0, 1152921504606846975, 1152921504606846975}, {1, 2}},  // n² and n near 2^60: at n = 3
        {{-7, 0, 3}, {std::numeric_limits<long>::min(), std::numeric_limits<long>::max()}},
        {wide, {1, 2}},
        {{1}, wide, {5, -7}, {3, 2, 1, 4}},
        {n * n * n * n * n * n * n * n * n, {1, 1, 1, 1, 1}},  // degree 9
    };
    struct by_mpz {
        const polynomial_continued_fraction& f;
        mpz_class a(long k) const { return f.a(k); }
        mpz_class b(long k) const { return f.b(k); }
    };
    for (const auto& f : list) {
        const prepared_continued_fraction prepared(f);
        CHECK(prepared.a(3) == f.a(3));
        CHECK(prepared.b(0) == f.b(0));
        for (const long depth : {1L, 2L, 3L, 4L, 30L, 1500L}) {
            CAPTURE(depth);
            const double expected = evaluate_forward<double>(by_mpz{f}, depth).value;
            CHECK(evaluate_forward<double>(f, depth).value == expected);
            CHECK(evaluate_forward<double>(prepared, depth).value == expected);
            CHECK(evaluate_backward<double>(f, depth).value ==
                  evaluate_backward<double>(by_mpz{f}, depth).value);
            CHECK(forward_recurrence(f, depth, residue_arithmetic()).denominator ==
                  forward_recurrence(by_mpz{f}, depth, residue_arithmetic()).denominator);
        }
    }
    // The largest n for which nothing is checked, and the next.
    const long edge = (1L << 30) + 5;
    const detail::word_polynomial square(integer_polynomial{1, 1, 1});
    CHECK(square.safe_until() > 1000);
    CHECK(square.safe_until() < (1L << 31));
    long value = 0;
    REQUIRE(square.evaluate(edge, value));
    CHECK(value == edge * edge + edge + 1);
    CHECK_FALSE(square.evaluate(1L << 32, value));
}

TEST_CASE("integers of any size as numbers of formats of any width, in any mode") {
    // Beside a tie by one at the very end, which the leading bits alone do not show.
    const mpz_class one = 1;
    const mpz_class tie = (one << 400) + (one << 391), above = tie + 1, below = tie - 1;
    const float_format format{.exponent_bits = 15, .significand_bits = 8};
    const auto rounded = [&](const mpz_class& x, rounding mode) {
        return dynamic_arithmetic(format, projection{mode}).from_integer(x).to_bits();
    };
    CHECK(rounded(below, rounding::ties_to_even) == rounded(one << 400, rounding::ties_to_even));
    CHECK(rounded(tie, rounding::ties_to_even) == rounded(one << 400, rounding::ties_to_even));
    CHECK(rounded(above, rounding::ties_to_even) == rounded(one << 400, rounding::ties_to_even) + 1);
    CHECK(rounded(tie, rounding::ties_to_away) == rounded(above, rounding::ties_to_even));
    CHECK(rounded(-below, rounding::toward_negative) == rounded(-above, rounding::ties_to_even));
    CHECK(rounded((one << 400) + 1, rounding::toward_positive) == rounded(above, rounding::ties_to_even));
    CHECK(rounded((one << 400) + 1, rounding::toward_zero) == rounded(one << 400, rounding::ties_to_even));
    CHECK(number_from_integer<unsigned long>(mpz_class("18446744073709551615")) == 18446744073709551615u);
    CHECK_THROWS_AS(number_from_integer<unsigned long>(mpz_class(-1)), std::invalid_argument);
    CHECK_THROWS_AS(number_from_integer<std::int8_t>(128L), std::invalid_argument);
    CHECK(number_from_integer<float16>(70000L) == std::numeric_limits<float16>::infinity());
}

}  // namespace
