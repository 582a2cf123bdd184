// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Checks of parsing against the reference, shared by the tests of narrow and of wide formats.

#include <halfulp/formats/text_parse.hpp>

#include "formats/text_oracle.hpp"
#include "support/formats.hpp"
#include "support/tally.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace halfulp_test {

using halfulp::constant_value;
using halfulp::from_string;
using halfulp::low_bits;
using halfulp::number_format;
using halfulp::shift_right;
using halfulp::uint128;
using halfulp::with_status;
namespace reference = halfulp::reference;

struct draw {
    projection how;
    std::uint64_t random;
};

/// All deterministic projections, and stochastic ones with random bits that differ from text to text.
inline std::vector<draw> draws(std::mt19937_64& generator) {
    std::vector<draw> result;
    for (const projection& p : deterministic_projections())
        result.push_back({p, 0});
    for (rounding mode :
         {rounding::stochastic_a, rounding::stochastic_b, rounding::stochastic_c, rounding::stochastic_equal})
        for (int bits : {1, 3, 32})
            result.push_back({{mode, static_cast<saturation>(generator() % 3), bits}, generator()});
    return result;
}

/// One text into a run-time format, by every projection.
inline void check(tally& t, const float_format& format, const std::string& text,
                  const std::vector<draw>& all) {
    const reference::bracket exact(exact_value_of(text), format);
    for (const draw& d : all) {
        const projection& how = d.how;
        const std::uint64_t random = d.random;
        const auto expected = exact.resolve(how, random);
        const auto got = from_string(text, format, how, random);
        t.expect(got.value == static_cast<std::uint64_t>(expected.code) && got.flags == expected.flags, [&] {
            return text.substr(0, 100) + " into " + name_of(format) + " " + name_of(how) +
                   " R=" + hexadecimal(random) + ": got " + hexadecimal(got.value) + " " +
                   name_of(got.flags) + ", expected " + hexadecimal(expected.code) + " " +
                   name_of(expected.flags);
        });
    }
}

/// One text into a type, by every projection: the capacities are that type's.
template <class T>
void check(tally& t, const std::string& text, const std::vector<draw>& all) {
    constexpr float_format format = number_format<T>::value;
    const reference::bracket exact(exact_value_of(text), format);
    for (const draw& d : all) {
        const projection& how = d.how;
        const std::uint64_t random = d.random;
        const auto expected = exact.resolve(how, random);
        const auto got = from_string<with_status<T>>(text, how, random);
        const uint128 code{got.value.to_bits()};
        t.expect(code == expected.code && got.flags == expected.flags, [&] {
            return text.substr(0, 100) + " into " + name_of(format) + " " + name_of(how) +
                   " R=" + hexadecimal(random) + ": got " + hexadecimal(code) + " " + name_of(got.flags) +
                   ", expected " + hexadecimal(expected.code) + " " + name_of(expected.flags);
        });
    }
    // Without random bits the workspaces are smaller: the projections that are constants.
    const auto check_constant = [&]<projection P>(constant_value<P> p) {
        const auto expected = exact.resolve(P, 0);
        const auto got = from_string<with_status<T>>(text, p);
        t.expect(uint128{got.value.to_bits()} == expected.code && got.flags == expected.flags, [&] {
            return text.substr(0, 100) + " into " + name_of(format) + " constant " + name_of(P);
        });
    };
    check_constant(constant_value<projection{}>{});
    check_constant(constant_value<projection{rounding::toward_positive}>{});
    check_constant(constant_value<projection{rounding::to_odd}>{});
}

/// significand·2^exponent of a finite magnitude code, or of the value that would follow the largest.
struct binary_value {
    mpz_class significand;
    long exponent;
};
inline binary_value value_of(const float_format& format, const uint128& magnitude) {
    const auto field =
        static_cast<long>(static_cast<std::uint64_t>(shift_right(magnitude, format.significand_bits)));
    const uint128 fraction = low_bits(magnitude, format.significand_bits);
    mpz_class significand = reference::natural::from_uint128(fraction).to_mpz();
    if (field == 0 && format.has_zero())
        return {format.has_subnormals ? significand : mpz_class(0), format.minimum_quantum_exponent()};
    mpz_class hidden;
    mpz_ui_pow_ui(hidden.get_mpz_t(), 2, static_cast<unsigned long>(format.significand_bits));
    return {significand + hidden, field - format.bias - format.significand_bits};
}

/// The value of a magnitude code, the midpoint above it and a step of stochastic rounding in between.
inline std::vector<std::string> deciding_texts(const float_format& format, const uint128& magnitude,
                                               std::uint64_t step) {
    const auto [significand, exponent] = value_of(format, magnitude);
    std::vector<std::string> result{decimal_text(significand, exponent)};
    result.push_back(decimal_text(2 * significand + 1, exponent - 1));
    const mpz_class steps(static_cast<unsigned long>(step | 1));  // of 2^-33 of the quantum
    mpz_class fine;
    mpz_mul_2exp(fine.get_mpz_t(), significand.get_mpz_t(), 33);
    result.push_back(decimal_text(fine + steps, exponent - 33));
    result.push_back(decimal_text(8 * significand + steps % 8, exponent - 3));
    return result;
}

/// The texts of a magnitude code and beside them, a random sign before.
template <class Check>
void around(std::mt19937_64& generator, const float_format& format, const uint128& magnitude,
            std::size_t position, Check&& check_text) {
    for (const std::string& text : deciding_texts(format, magnitude, generator() >> 32)) {
        if (text.starts_with('0'))
            continue;
        for (const std::string& near : with_neighbours(text, position))
            check_text((generator() & 1) != 0 ? "-" + near : near);
    }
}

}  // namespace halfulp_test
