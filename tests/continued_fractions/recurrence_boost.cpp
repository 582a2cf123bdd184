// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Recurrences in the numbers of Boost.Multiprecision: binary, decimal, rational, MPFR of a precision chosen at run time.

#include <halfulp/continued_fractions/recurrence.hpp>
#include <halfulp/interop/boost_multiprecision.hpp>

#include "support/catch.hpp"

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>
#include <boost/multiprecision/mpfr.hpp>

namespace {

namespace mp = boost::multiprecision;
using namespace halfulp;

const polynomial_continued_fraction four_over_pi{{0, 0, 1}, {1, 2}};

template <class Real>
void check_pi(long digits, long most) {
    const Real pi(
        "3."
        "14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211707");
    const Real allowed = pow(Real(10), -digits);
    const auto check = [&](const recurrence_result<Real>& x) {
        CHECK(abs(4 / x.value - pi) < allowed);
        CHECK(x.depth > digits);
        CHECK(x.depth < most);
        CHECK(x.first_not_finite == -1);
    };
    check(evaluate_forward<Real>(four_over_pi));
    check(evaluate_backward<Real>(four_over_pi));
    check(evaluate_steed<Real>(four_over_pi));
    check(evaluate_lentz<Real>(four_over_pi));
    CHECK(evaluate_lentz<Real>(four_over_pi, evaluate_lentz<Real>(four_over_pi).depth).value ==
          evaluate_lentz<Real>(four_over_pi).value);
    // A zero denominator: b_0 = 1, b_1 = 0.
    const polynomial_continued_fraction zeros{{1}, {0, 1}, {}, {1, 0}};
    const auto replaced = evaluate_lentz<Real>(zeros);
    CHECK(replaced.zero_denominators == 1);
    CHECK(replaced.first_zero_denominator == 1);
    CHECK(abs(replaced.value - backward_recurrence<Real>(zeros, 60)) < allowed);
}

TEST_CASE("binary and decimal numbers evaluate fractions to their digits") {
    check_pi<mp::cpp_bin_float_50>(47, 260);
    check_pi<mp::cpp_dec_float_50>(47, 260);
}

TEST_CASE("MPFR numbers whose precision is chosen at run time") {
    const unsigned before = mp::mpfr_float::default_precision();
    mp::mpfr_float::default_precision(90);
    check_pi<mp::mpfr_float>(85, 520);
    mp::mpfr_float::default_precision(before);
}

TEST_CASE("rational numbers give the convergents") {
    for (const long n : {0L, 1L, 2L, 17L, 40L}) {
        const mpq_class expected = evaluate_backward<mpq_class>(four_over_pi, n).value;
        const mp::cpp_rational forward = evaluate_forward<mp::cpp_rational>(four_over_pi, n).value;
        CHECK(forward.str() == expected.get_str());
        CHECK(evaluate_backward<mp::cpp_rational>(four_over_pi, n).value == forward);
        CHECK(evaluate_steed<mp::cpp_rational>(four_over_pi, n).value == forward);
        CHECK(evaluate_lentz<mp::cpp_rational>(four_over_pi, n).value == forward);
        CHECK(mpz_class(forward_recurrence<mp::cpp_int>(four_over_pi, n).numerator.str()) ==
              forward_recurrence<mpz_class>(four_over_pi, n).numerator);
    }
    const polynomial_continued_fraction zeros{{1}, {0, 1}, {}, {1, 0}};
    CHECK_THROWS_AS(evaluate_lentz<mp::cpp_rational>(zeros, 10), convergence_error);
}

}  // namespace
