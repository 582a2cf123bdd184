// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Convergents of a continued fraction by the plain recurrence on big integers.

#include <gmpxx.h>

#include <concepts>
#include <type_traits>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// A_n and B_n, not reduced. Their quotient is the convergent; B_n = 0 is possible.
struct convergent {
    mpz_class numerator;
    mpz_class denominator;

    friend bool operator==(const convergent&, const convergent&) = default;
};

namespace detail {

/// A sum or product of mpz_class objects is not one: it refers to its operands, which are gone when
/// a lambda returns it.
template <class Callable>
constexpr void check_integer_callable() noexcept {
    using result = std::remove_cvref_t<std::invoke_result_t<const Callable&, long>>;
    static_assert(std::integral<result> || std::same_as<result, mpz_class>,
                  "halfulp: a(n) and b(n) must return mpz_class or a built-in integer; write the return type "
                  "of the lambda, [](long n) -> mpz_class { ... }, where it computes with mpz_class");
}

}  // namespace detail

/// The convergents C_0 … C_depth of b(0) + a(1)/(b(1) + a(2)/(b(2) + …)):
///
///     A_{-1} = 1, A_0 = b(0), A_n = b(n)·A_{n-1} + a(n)·A_{n-2};  B_{-1} = 0, B_0 = 1, B_n likewise.
///
/// a and b are callables of a long that give mpz_class or built-in integers; a is called from 1, b from 0.
/// O(depth) products of integers whose length grows with n: O(depth²·log depth) bit operations.
template <class A, class B>
std::vector<convergent> convergents(const A& a, const B& b, long depth) {
    detail::check_integer_callable<A>();
    detail::check_integer_callable<B>();
    std::vector<convergent> result;
    convergent before{1, 0};
    convergent current{mpz_class(b(0L)), 1};
    result.push_back(current);
    for (long n = 1; n <= depth; ++n) {
        const mpz_class a_n = a(n);
        const mpz_class b_n = b(n);
        convergent next{b_n * current.numerator + a_n * before.numerator,
                        b_n * current.denominator + a_n * before.denominator};
        before = std::move(current);
        current = std::move(next);
        result.push_back(current);
    }
    return result;
}

/// The convergent C_depth alone, in O(1) integers of memory.
template <class A, class B>
convergent convergent_at(const A& a, const B& b, long depth) {
    detail::check_integer_callable<A>();
    detail::check_integer_callable<B>();
    convergent before{1, 0};
    convergent current{mpz_class(b(0L)), 1};
    for (long n = 1; n <= depth; ++n) {
        const mpz_class a_n = a(n);
        const mpz_class b_n = b(n);
        convergent next{b_n * current.numerator + a_n * before.numerator,
                        b_n * current.denominator + a_n * before.denominator};
        before = std::move(current);
        current = std::move(next);
    }
    return current;
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
