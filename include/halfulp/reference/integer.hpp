// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Integers of the formats of formats/integer_format.hpp, bit by bit, and their dot products over GMP.

#include <halfulp/formats/integer_format.hpp>

#include <gmpxx.h>

#include <cstddef>
#include <cstdint>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// The value of a code by what each of its bits stands for: ±2^i in bipolar, −2^(N−1) for the top bit of two's
/// complement, 2^i else; one less for ternary. Bits above the code are ignored. O(width).
inline mpz_class integer_value(const integer_format& format, std::uint64_t code) {
    mpz_class value = format.encoding == integer_encoding::ternary ? -1 : 0;
    for (int i = 0; i < format.width; ++i) {
        const mpz_class weight = mpz_class(1) << static_cast<unsigned>(i);
        const bool is_set = (code >> i & 1) != 0;
        const bool is_top = i == format.width - 1;
        if (format.encoding == integer_encoding::bipolar)
            value += is_set ? weight : mpz_class(-weight);
        else if (is_set)
            value +=
                format.encoding == integer_encoding::two_complement && is_top ? mpz_class(-weight) : weight;
    }
    return value;
}

/// Σ_k x(k)·y(k) for k = 0 … size − 1, where x and y give numbers of GMP. O(size).
template <class X, class Y>
mpz_class integer_dot(std::size_t size, const X& x, const Y& y) {
    mpz_class sum = 0;
    for (std::size_t k = 0; k < size; ++k)
        mpz_addmul(sum.get_mpz_t(), x(k).get_mpz_t(), y(k).get_mpz_t());
    return sum;
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
