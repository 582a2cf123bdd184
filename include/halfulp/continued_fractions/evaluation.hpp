// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What evaluate is told and what it returns: a value, an interval around the true one, and the kind of proof.

#include <halfulp/arithmetic/execution.hpp>
#include <halfulp/continued_fractions/moebius_map.hpp>
#include <halfulp/continued_fractions/tail_enclosure.hpp>
#include <halfulp/interop/mpfr.hpp>

#include <gmpxx.h>
#include <mpfr.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

/// The first `digits` significant decimal digits of x, cut off, and the exponent of 0.d_1d_2… .
inline std::pair<std::string, long> leading_digits(const mpfr_real& x, long digits) {
    mpfr_exp_t exponent = 0;
    char* const text =
        mpfr_get_str(nullptr, &exponent, 10, static_cast<std::size_t>(digits), x.get(), MPFR_RNDZ);
    std::pair<std::string, long> result(text, exponent);
    mpfr_free_str(text);
    return result;
}

}  // namespace detail

/// The decimal digits of the limit: `digits` significant ones, cut off and not rounded, in fixed notation:
/// "3.1415". Every one is proven, as both ends of the interval begin with them; where the ends differ (near a run of
/// nines or zeros), or more are asked for than known, the text is as long as both agree, and `count` says how long.
///
/// @param count  becomes the number of significant digits in the text
/// @throws std::invalid_argument  if the evaluation has no proof
inline std::string certified_decimal(const evaluation& result, long digits, long& count) {
    if (!result.proof)
        throw_argument_error<std::invalid_argument>("certified_decimal", "result.proof", "nothing",
                                                    "a proven evaluation");
    const auto [low, low_exponent] = detail::leading_digits(result.lower(), digits < 2 ? 2 : digits);
    const auto [high, high_exponent] = detail::leading_digits(result.upper(), digits < 2 ? 2 : digits);
    const std::size_t sign = !low.empty() && low[0] == '-' ? 1 : 0;
    std::size_t same = 0;
    if (low_exponent == high_exponent)
        while (same < low.size() && same < high.size() && low[same] == high[same])
            ++same;
    same = same > sign ? same - sign : 0;
    count = static_cast<long>(same) < digits ? static_cast<long>(same) : digits;
    const std::string all = low.substr(sign, static_cast<std::size_t>(count));
    std::string text(sign, '-');
    if (low_exponent <= 0) {
        text += "0." + std::string(static_cast<std::size_t>(-low_exponent), '0') + all;
    } else if (count <= low_exponent) {
        text += all + std::string(static_cast<std::size_t>(low_exponent - count), '?');
    } else {
        text += all.substr(0, static_cast<std::size_t>(low_exponent)) + "." +
                all.substr(static_cast<std::size_t>(low_exponent));
    }
    return text;
}

/// The same without the count.
inline std::string certified_decimal(const evaluation& result, long digits) {
    long count = 0;
    return certified_decimal(result, digits, count);
}

}  // namespace v0
}  // namespace halfulp
