// SPDX-License-Identifier: BSL-1.0

/// @file
/// Forward and backward recurrence in low precision against the same steps in MPFR at that
/// precision, bit for bit; renormalisation; exact types; conversion of large integers.

#include <halfulp/continued_fractions/recurrence.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/interop/mpfr.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace {

using namespace halfulp;

/// The recurrences of the file comment of recurrence.hpp, with MPFR's unbounded exponents.
mpfr_real forward_by_mpfr(const polynomial_continued_fraction& f, long depth, mpfr_prec_t p,
                          mpfr_rnd_t mode) {
    mpfr_real a1(f.b(0), p, mode), a0(1L, p), b1(1L, p), b0(0L, p);
    for (long n = 1; n <= depth; ++n) {
        const mpfr_real a(f.a(n), p, mode), b(f.b(n), p, mode);
        const auto step = [&](mpfr_real& current, mpfr_real& previous) {
            mpfr_real next(p);
            mpfr_mul(next.get(), a.get(), previous.get(), mode);
            mpfr_fma(next.get(), b.get(), current.get(), next.get(), mode);
            previous = current;
            current = next;
        };
        step(a1, a0);
        step(b1, b0);
    }
    mpfr_div(a1.get(), a1.get(), b1.get(), mode);
    return a1;
}

mpfr_real backward_by_mpfr(const polynomial_continued_fraction& f, long depth, mpfr_prec_t p,
                           mpfr_rnd_t mode) {
    mpfr_real tail(0L, p);
    for (long n = depth; n >= 1; --n) {
        mpfr_add(tail.get(), mpfr_real(f.b(n), p, mode).get(), tail.get(), mode);
        mpfr_div(tail.get(), mpfr_real(f.a(n), p, mode).get(), tail.get(), mode);
    }
    mpfr_add(tail.get(), mpfr_real(f.b(0), p, mode).get(), tail.get(), mode);
    return tail;
}

const std::vector<polynomial_continued_fraction>& fractions() {
    static const std::vector<polynomial_continued_fraction> list{
        {{0, 0, 1}, {1, 2}},   // 4/pi
        {{1}, {2}, {}, {1}},   // sqrt 2
        {{0, -1}, {3, 1}},     // e
        {{0, 0, -1}, {3, 6}},  // 2/log 2
        {{1}, {2, 4}},         // (e + 1)/(e − 1)
    };
    return list;
}

template <float_format Format, rounding Mode>
void check_against_mpfr(mpfr_rnd_t mode, long depth) {
    using number_type = custom_float<Format, projection{Mode}>;
    for (const auto& fraction : fractions())
        for (long n = 0; n <= depth; ++n) {
            CAPTURE(Format.precision(), static_cast<int>(mode), n);
            const auto forward = forward_recurrence<number_type>(fraction, n).value();
            CHECK(static_cast<double>(forward) ==
                  forward_by_mpfr(fraction, n, Format.precision(), mode).to_double());
            const auto backward = backward_recurrence<number_type>(fraction, n);
            CHECK(static_cast<double>(backward) ==
                  backward_by_mpfr(fraction, n, Format.precision(), mode).to_double());
        }
}

template <float_format Format>
void check_all_modes(long depth) {
    check_against_mpfr<Format, rounding::ties_to_even>(MPFR_RNDN, depth);
    check_against_mpfr<Format, rounding::toward_zero>(MPFR_RNDZ, depth);
    check_against_mpfr<Format, rounding::toward_positive>(MPFR_RNDU, depth);
    check_against_mpfr<Format, rounding::toward_negative>(MPFR_RNDD, depth);
    check_against_mpfr<Format, rounding::away_from_zero>(MPFR_RNDA, depth);
}

TEST_CASE("in low precision the recurrences are MPFR's at that precision") {
    check_all_modes<formats::float64>(40);
    check_all_modes<formats::float32>(40);
    check_all_modes<formats::bfloat16>(40);
    check_all_modes<formats::tfloat32>(40);
    check_all_modes<formats::float16>(12);  // below its overflow at a_n = 65504
}

TEST_CASE("float and double are float32 and float64") {
    for (const auto& fraction : fractions())
        for (const long n : {0L, 1L, 5L, 40L, 500L}) {
            CHECK(forward_recurrence<double>(fraction, n).value() ==
                  forward_by_mpfr(fraction, n, 53, MPFR_RNDN).to_double());
            CHECK(backward_recurrence<double>(fraction, n) ==
                  backward_by_mpfr(fraction, n, 53, MPFR_RNDN).to_double());
            CHECK(static_cast<double>(forward_recurrence<float>(fraction, n).value()) ==
                  forward_by_mpfr(fraction, n, 24, MPFR_RNDN).to_double());
        }
}

TEST_CASE("renormalisation keeps deep recurrences in range") {
    const auto state = forward_recurrence<float>(fractions()[0], 10000);
    CHECK(std::isfinite(state.numerator));
    CHECK(state.scaling < -100000);
    CHECK(std::fabs(4 / state.value() - 3.1415927f) < 1e-5f);
    // A small format too: the convergents of sqrt 2 grow like 2.4^n.
    const auto small = forward_recurrence<float8_e5m2>(fractions()[1], 100).value();
    CHECK(std::fabs(static_cast<float>(small) - 1.5f) < 0.5f);
}

TEST_CASE("large integers are rounded once") {
    CHECK(number_from_integer<double>(mpz_class("9007199254740993")) == 9007199254740992.0);
    CHECK(number_from_integer<double>((mpz_class(1) << 300) + (mpz_class(1) << 247)) == 0x1p300);
    CHECK(number_from_integer<double>((mpz_class(1) << 300) + (mpz_class(1) << 247) + 1) ==
          0x1.0000000000001p300);
    CHECK(number_from_integer<float>(-(mpz_class(1) << 200)) == -std::numeric_limits<float>::infinity());
    CHECK(number_from_integer<double>(mpz_class(0)) == 0);
    CHECK(number_from_integer<std::int32_t>(mpz_class(-7)) == -7);
    CHECK_THROWS_AS(number_from_integer<std::int32_t>(mpz_class(1) << 40), std::invalid_argument);
    const mpz_class wide = (mpz_class(1) << 120) + 1;
    CHECK(static_cast<double>(number_from_integer<float128>(wide) -
                              number_from_integer<float128>(wide - 256)) == 256);
}

TEST_CASE("zero denominators: floating-point types recover, exact ones say so") {
    const polynomial_continued_fraction fraction{{1}, {0, 1}, {}, {0, 0, 1}};  // B_1 = 0
    CHECK(std::isinf(backward_recurrence<double>(fraction, 1)));
    CHECK(std::isfinite(backward_recurrence<double>(fraction, 20)));
    CHECK_THROWS_AS(backward_recurrence<mpq_class>(fraction, 1), convergence_error);
    CHECK_THROWS_AS(forward_recurrence<mpq_class>(fraction, 1).value(), convergence_error);
    CHECK(backward_recurrence<mpq_class>(fraction, 3) == mpq_class(4, 3));
}

}  // namespace
