// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What evaluate is told and what it returns: a value, an interval around the true one, and the kind of proof.

#include <halfulp/arithmetic/execution.hpp>
#include <halfulp/continued_fractions/integer_multiplication.hpp>
#include <halfulp/continued_fractions/moebius_map.hpp>
#include <halfulp/continued_fractions/tail_enclosure.hpp>
#include <halfulp/core/errors.hpp>
#include <halfulp/interop/mpfr.hpp>

#include <gmpxx.h>
#include <mpfr.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace halfulp {
inline namespace v0 {

/// "tail_interval" and so on.
constexpr std::string_view proof_name(proof_kind kind) noexcept {
    switch (kind) {
        case proof_kind::exact:
            return "exact";
        case proof_kind::bracketing:
            return "bracketing";
        case proof_kind::pringsheim:
            return "pringsheim";
        case proof_kind::tail_interval:
            return "tail_interval";
        case proof_kind::series_majorant:
            return "series_majorant";
    }
    return "";
}

/// What `evaluate` can be told.
struct evaluation_options {
    /// The value wanted is radicand^(1/root)·map(C), C being the fraction's value.
    moebius_map map{};
    mpz_class radicand = 1;  ///< ≥ 1
    unsigned root = 2;       ///< ≥ 2
    /// No convergent beyond this n is computed.
    long maximum_depth = 20'000'000;
    /// Threads, of OpenMP. The value does not depend on them.
    execution::policy policy{};
    /// Called now and then with the part of the work that is done; see splitting_options.
    std::function<void(double)> progress{};
    /// Where no proof is found: digits on which a convergent and a deeper one agree, instead of an exception.
    bool accept_agreement = false;
    /// Bytes that may be used; 0 for the memory of the machine, as far as that can be asked.
    std::size_t memory_limit = 0;
};

/// A value and what is known about it.
struct evaluation {
    mpfr_real value;  ///< to `digits` decimal digits and some more
    mpfr_real error;  ///< |value − limit| ≤ error, if `proof` is there
    long digits;      ///< |value − limit| ≤ 10^-digits·|value|
    std::optional<proof_kind>
        proof;   ///< how that is proven; nothing: consecutive convergents agree so far, no more
    long depth;  ///< n of the deepest convergent used
    /// The limit itself, where the fraction ends and no root is taken of it; then every decimal digit is known.
    std::optional<mpq_class> rational{};

    /// The least number of the interval value ± error, rounded down.
    mpfr_real lower() const {
        mpfr_real result(value.precision() + 64);
        mpfr_sub(result.get(), value.get(), error.get(), MPFR_RNDD);
        return result;
    }
    /// The greatest, rounded up.
    mpfr_real upper() const {
        mpfr_real result(value.precision() + 64);
        mpfr_add(result.get(), value.get(), error.get(), MPFR_RNDU);
        return result;
    }
};

namespace detail {

/// ⌊x·2^shift·10^power/denominator⌋ for x ≥ 0.
inline mpz_class scaled_by_power_of_ten(const mpz_class& x, const mpz_class& denominator, long shift,
                                        long power) {
    mpz_class fives, result, divisor = denominator;
    mpz_ui_pow_ui(fives.get_mpz_t(), 5, static_cast<unsigned long>(power < 0 ? -power : power));
    shift += power;
    if (power < 0) {
        multiply(divisor, denominator, fives);
        result = x;
    } else {
        multiply(result, x, fives);
    }
    if (shift > 0)
        result <<= static_cast<mp_bitcnt_t>(shift);
    else if (divisor == 1)
        result >>= static_cast<mp_bitcnt_t>(-shift);
    else
        divisor <<= static_cast<mp_bitcnt_t>(-shift);
    if (divisor != 1)
        mpz_fdiv_q(result.get_mpz_t(), result.get_mpz_t(), divisor.get_mpz_t());
    return result;
}

/// ⌊|x|·10^power⌋.
inline mpz_class scaled_by_power_of_ten(const mpfr_real& x, long power) {
    mpz_class significand;
    const mpfr_exp_t shift = mpfr_get_z_2exp(significand.get_mpz_t(), x.get());
    return scaled_by_power_of_ten(abs(significand), 1, static_cast<long>(shift), power);
}

/// ⌊log10 |x|⌋ or one less, x ≠ 0.
inline long log10_below(const mpfr_real& x) {
    mpfr_real log(64);
    mpfr_abs(log.get(), x.get(), MPFR_RNDZ);
    mpfr_log10(log.get(), log.get(), MPFR_RNDD);
    return mpfr_get_si(log.get(), MPFR_RNDD);
}

/// The first digits of a positive number that both ends of an interval begin with, and x = 0.d_1d_2… · 10^point.
struct common_digits {
    std::string digits;
    long point = 0;

    /// @param low, high  x·10^power, cut off, at both ends
    common_digits(const mpz_class& low, const mpz_class& high, long power, long most) {
        digits = low.get_str();
        point = static_cast<long>(digits.size()) - power;
        std::size_t same = digits.size();
        if (low != high) {
            const std::string other = high.get_str();
            same = 0;
            while (other.size() == digits.size() && digits[same] == other[same])
                ++same;
        }
        digits.resize(std::min(same, static_cast<std::size_t>(most)));
    }

    /// 31.4, 0.00314, or 3.14e5 where digits in front of the point are missing; nothing without digits.
    std::string text() const {
        const long count = static_cast<long>(digits.size());
        if (count == 0)
            return "";
        if (point <= 0)
            return "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
        const bool is_fixed = count >= point;
        std::string result = digits;
        const std::size_t in_front = is_fixed ? static_cast<std::size_t>(point) : 1;
        if (result.size() > in_front)
            result.insert(in_front, ".");
        return is_fixed ? result : result + "e" + std::to_string(point - 1);
    }
};

}  // namespace detail

/// The decimal digits of the limit: `digits` significant ones, cut off and not rounded, "3.1415". Each of them is proven, as
/// both ends of the interval begin with it. Where the ends differ before that, because more digits are asked for than
/// known or the limit is next to a run of nines or zeros, the text is shorter, down to an empty one, and `count` says how many
/// digits it has. A number of which not all digits in front of the point are in the text is written as "3.14e5", all
/// others in fixed notation, "0.00314"; zero has as many zeros behind the point as are asked for.
///
/// @param count  becomes the number of significant digits in the text
/// @throws std::invalid_argument  if the evaluation has no proof, or digits < 1
///
/// One conversion to decimal, O(M(D) log D).
inline std::string certified_decimal(const evaluation& result, long digits, long& count) {
    count = 0;
    if (!result.proof)
        throw_argument_error<std::invalid_argument>("certified_decimal", "result.proof", "nothing",
                                                    "a proven evaluation");
    if (digits < 1)
        throw_argument_error<std::invalid_argument>("certified_decimal", "digits", std::to_string(digits),
                                                    "at least 1");
    const mpfr_real lower = result.lower(), upper = result.upper();
    if (!mpfr_number_p(lower.get()) || !mpfr_number_p(upper.get()))
        return "";
    const int sign = result.rational ? sgn(*result.rational) : mpfr_sgn(lower.get());
    if (sign == 0 && (result.rational || mpfr_zero_p(upper.get()))) {
        count = digits;
        return "0." + std::string(static_cast<std::size_t>(digits), '0');
    }
    if (sign == 0 || mpfr_sgn(upper.get()) != sign || mpfr_sgn(lower.get()) != sign)
        return "";
    const mpfr_real& near = sign < 0 ? upper : lower;  // the end that is nearer to zero
    const mpfr_real& far = sign < 0 ? lower : upper;
    std::optional<detail::common_digits> known;
    if (result.rational) {
        const long power = digits - 1 - detail::log10_below(near);
        const mpz_class scaled = detail::scaled_by_power_of_ten(abs(result.rational->get_num()),
                                                                result.rational->get_den(), 0, power);
        known.emplace(scaled, scaled, power, digits);
    } else {
        // No more digits can agree than these, 10^9 may be asked for.
        long most = digits;
        if (!mpfr_equal_p(lower.get(), upper.get())) {
            mpfr_real width(64);
            mpfr_sub(width.get(), upper.get(), lower.get(), MPFR_RNDD);
            const double bits = static_cast<double>(mpfr_get_exp(far.get()) - mpfr_get_exp(width.get()));
            most = std::min(digits, std::max(1L, static_cast<long>(bits * 0.30103) + 3));
        }
        const long power = most - 1 - detail::log10_below(near);
        known.emplace(detail::scaled_by_power_of_ten(near, power), detail::scaled_by_power_of_ten(far, power),
                      power, most);
    }
    count = static_cast<long>(known->digits.size());
    return count == 0 ? "" : (sign < 0 ? "-" : "") + known->text();
}

/// The same without the count.
inline std::string certified_decimal(const evaluation& result, long digits) {
    long count = 0;
    return certified_decimal(result, digits, count);
}

}  // namespace v0
}  // namespace halfulp
