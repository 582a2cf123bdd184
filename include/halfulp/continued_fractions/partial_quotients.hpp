// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Simple continued fractions of numbers: of rational ones, whole; of those that are known to lie in an
/// interval, what is proven by it.
///
/// All of it is quasi-linear: a half-gcd (half_gcd.hpp) on the centre of the interval, whose radius is carried
/// along and decides. It is not two expansions that are compared, and the numbers are followed until half
/// of their bits are gone, where the interval's knowledge ends.

#include <halfulp/continued_fractions/proven_quotients.hpp>
#include <halfulp/core/errors.hpp>
#include <halfulp/interop/mpfr.hpp>

#include <gmpxx.h>
#include <mpfr.h>

#include <stdexcept>
#include <string>

namespace halfulp {
inline namespace v0 {

/// x = b_0 + 1/(b_1 + 1/(… + 1/b_k)), b_1, …, b_k ≥ 1, b_k ≥ 2 if k ≥ 1; b_0 is the floor of x.
///
/// @param x  in lowest terms, as all functions of mpq_class keep it
/// O(M(n) log n) for n bits.
inline partial_quotient_list partial_quotients(const mpq_class& x) {
    partial_quotient_list result;
    mpz_class quotient, rest;
    mpz_fdiv_qr(quotient.get_mpz_t(), rest.get_mpz_t(), x.get_num_mpz_t(), x.get_den_mpz_t());
    result.push_back(quotient);
    detail::append_all_quotients(x.get_den(), rest, result);
    return result;
}

/// The longest list b_0, …, b_k with which the simple continued fraction of every number in [low, high]
/// begins: the common beginning of those of the ends. Nothing if their floors differ; all if they are equal.
///
/// An end that is rational counts with the expansion that partial_quotients gives: where one ends, so does the list.
/// @throws std::invalid_argument if low > high
/// O(M(n) log n) for ends of n bits; as the expansion of one number with half of the bits of the centre.
inline partial_quotient_list proven_partial_quotients(const mpq_class& low, const mpq_class& high) {
    if (low > high)
        throw_argument_error<std::invalid_argument>("proven_partial_quotients", "low", low.get_str(),
                                                    "low <= high = " + high.get_str());
    if (low == high)
        return partial_quotients(low);
    partial_quotient_list result;
    detail::append_proven_quotients({low.get_num(), low.get_den(), high.get_num(), high.get_den()}, result);
    return result;
}

/// What is proven of a number that differs from x by no more than so many ulps of x: the list of
/// [x − ulps·u, x + ulps·u], u = 2^(exponent − precision) the unit in the last place of x. The default is
/// that of a result rounded to nearest; 1 is that of a directed one. 0 takes x for exact.
///
/// @throws std::invalid_argument if x is NaN, infinite, or zero with ulps > 0 (it has no last place); if ulps < 0;
///         if more than 2^32 bits lie between the leading bit of x or 1 and the last place
inline partial_quotient_list proven_partial_quotients(const mpfr_real& x,
                                                      const mpq_class& ulps = mpq_class(1, 2)) {
    constexpr const char* name = "proven_partial_quotients";
    if (mpfr_number_p(x.get()) == 0 || (mpfr_zero_p(x.get()) != 0 && ulps != 0))
        throw_argument_error<std::invalid_argument>(name, "x", x.to_string(10), "a finite number, not zero");
    if (ulps < 0)
        throw_argument_error<std::invalid_argument>(name, "ulps", ulps.get_str(), "0 or more");
    if (mpfr_zero_p(x.get()) != 0)
        return {0};
    constexpr mpfr_exp_t limit = mpfr_exp_t{1} << 32;
    if (const mpfr_exp_t exponent = mpfr_get_exp(x.get()); exponent > limit || exponent < -limit)
        throw_argument_error<std::invalid_argument>(name, "the exponent of x", std::to_string(exponent),
                                                    "at most 2^32 in size");
    // x = significand·unit with unit = 2^exponent.
    mpz_class significand, unit_above = 1, unit_below = 1;
    const mpfr_exp_t exponent = mpfr_get_z_2exp(significand.get_mpz_t(), x.get());
    if (exponent >= 0)
        unit_above <<= static_cast<mp_bitcnt_t>(exponent);
    else
        unit_below <<= static_cast<mp_bitcnt_t>(-exponent);
    if (ulps == 0)
        return partial_quotients([&] {
            mpq_class exact;
            mpfr_get_q(exact.get_mpq_t(), x.get());
            return exact;
        }());
    // Not in lowest terms: to find these would cost as much as the expansion.
    const mpz_class low = (significand * ulps.get_den() - ulps.get_num()) * unit_above;
    const mpz_class high = (significand * ulps.get_den() + ulps.get_num()) * unit_above;
    const mpz_class denominator = ulps.get_den() * unit_below;
    partial_quotient_list result;
    detail::append_proven_quotients({low, denominator, high, denominator}, result);
    return result;
}

}  // namespace v0
}  // namespace halfulp
