// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Continued fractions in general: what a type has to offer to be one, a fraction from two
/// callables, one whose type is forgotten, and a fraction together with the map that reads a value
/// off it.
///
///     C = b_0 + a_1/(b_1 + a_2/(b_2 + …)),   convergents C_n = A_n/B_n as in DLMF §1.12
///
/// Everything in this folder that takes "a fraction" takes any type of the concept; what is made for
/// polynomial fractions only (the product tree, proofs) says so in its signature.

#include <halfulp/continued_fractions/moebius_map.hpp>
#include <halfulp/core/errors.hpp>

#include <gmpxx.h>

#include <concepts>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace halfulp {
inline namespace v0 {

/// A type with a(n) for n ≥ 1 and b(n) for n ≥ 0, both mpz_class. Each is called with any n, in any
/// order, and gives the same value every time.
template <class Fraction>
concept continued_fraction = requires(const Fraction& fraction, long n) {
    { fraction.a(n) } -> std::convertible_to<mpz_class>;
    { fraction.b(n) } -> std::convertible_to<mpz_class>;
    requires std::same_as<std::remove_cvref_t<decltype(fraction.a(n))>, mpz_class>;
    requires std::same_as<std::remove_cvref_t<decltype(fraction.b(n))>, mpz_class>;
};

namespace detail {

/// A sum or product of mpz_class objects is not one: it refers to its operands, which are gone when
/// a lambda returns it. So a callable of elements gives an mpz_class or a built-in integer.
template <class Callable>
constexpr void check_element_callable() noexcept {
    using result = std::remove_cvref_t<std::invoke_result_t<const Callable&, long>>;
    static_assert(
        std::integral<result> || std::same_as<result, mpz_class>,
        "halfulp: the elements a(n) and b(n) of a continued fraction must be mpz_class or a built-in "
        "integer; write the return type of the lambda, [](long n) -> mpz_class { ... }, where it "
        "computes with mpz_class");
}

/// An mpz_class as it is, a built-in integer of up to 64 bits as an mpz_class.
template <class Integer>
mpz_class element(Integer&& value) {
    using plain = std::remove_cvref_t<Integer>;
    if constexpr (std::same_as<plain, mpz_class>) {
        return std::forward<Integer>(value);
    } else if constexpr (std::signed_integral<plain>) {
        static_assert(sizeof(plain) <= sizeof(long), "halfulp: write mpz_class for wider elements");
        return mpz_class(static_cast<long>(value));
    } else {
        static_assert(sizeof(plain) <= sizeof(unsigned long), "halfulp: write mpz_class for wider elements");
        return mpz_class(static_cast<unsigned long>(value));
    }
}

/// @throws std::invalid_argument unless value ≥ least
inline void require_at_least(const char* function, const char* argument, long value, long least) {
    if (value < least)
        throw_argument_error<std::invalid_argument>(function, argument, std::to_string(value),
                                                    argument + (" >= " + std::to_string(least)));
}

}  // namespace detail

/// The continued fraction of two callables.
///
///     general_continued_fraction sqrt2([](long) { return 1; }, [](long n) { return n == 0 ? 1 : 2; });
///
/// @tparam A  called with n ≥ 1, gives a_n as an mpz_class or a built-in integer
/// @tparam B  called with n ≥ 0, gives b_n likewise
///
/// A callable that returns an expression of mpz_class objects, as a lambda without a return type
/// does, is refused at compile time: the expression would refer to objects that are gone.
template <class A, class B>
class general_continued_fraction {
  public:
    /// The callables are copied or moved into the fraction.
    general_continued_fraction(A a, B b) : a_(std::move(a)), b_(std::move(b)) {
        detail::check_element_callable<A>();
        detail::check_element_callable<B>();
    }
    /// a_n, n ≥ 1.
    mpz_class a(long n) const { return detail::element(a_(n)); }
    /// b_n, n ≥ 0.
    mpz_class b(long n) const { return detail::element(b_(n)); }

  private:
    A a_;
    B b_;
};

/// A continued fraction of any type behind one type: for containers, and for interfaces that are
/// not templates. One indirect call an element.
class any_continued_fraction {
  public:
    /// Any type of the concept, by value.
    template <continued_fraction Fraction>
    requires(!std::same_as<std::remove_cvref_t<Fraction>, any_continued_fraction>)
        any_continued_fraction(Fraction fraction)  // NOLINT: a conversion is what it is for
        : a_([fraction](long n) -> mpz_class { return fraction.a(n); }),
          b_([fraction = std::move(fraction)](long n) -> mpz_class { return fraction.b(n); }) {}

    /// a_n, n ≥ 1.
    mpz_class a(long n) const { return a_(n); }
    /// b_n, n ≥ 0.
    mpz_class b(long n) const { return b_(n); }

  private:
    std::function<mpz_class(long)> a_, b_;
};

/// A fraction made from another one, and how the two belong together:
///
///     convergent number first + step·j of the original = map(convergent number j of `fraction`), j ≥ 0,
///
/// as points of the projective line, and therefore value of the original = map(value of `fraction`).
/// A polynomial one is evaluated by `evaluate(x.fraction, digits, {x.map})`.
template <continued_fraction Fraction>
struct mapped_continued_fraction {
    Fraction fraction;  ///< the new fraction
    moebius_map map{};  ///< from its value to the value of the original
    long first = 0;     ///< which convergent of the original its convergent 0 is
    long step = 1;      ///< by how many convergents of the original it advances
};

template <class Fraction>
mapped_continued_fraction(Fraction, moebius_map, long, long) -> mapped_continued_fraction<Fraction>;

}  // namespace v0
}  // namespace halfulp
