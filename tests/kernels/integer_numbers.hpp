// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Integers of the library's types and of the language's, for tests: random ones, and their values over GMP.

#include <halfulp/formats/narrow_integer.hpp>
#include <halfulp/reference/integer.hpp>

#include "support/random.hpp"

#include <cstddef>
#include <cstdint>

namespace halfulp_test {

using namespace halfulp;

/// The value of an integer over GMP.
template <class T>
mpz_class exact(const T& x) {
    if constexpr (formatted_integer<T>)
        return reference::integer_value(T::format, x.to_bits());
    else
        return mpz_class(static_cast<long>(x));
}

/// Any number of T.
template <class T>
T random_number(generator& random) {
    if constexpr (formatted_integer<T>)
        return T::from_bits(static_cast<typename T::storage_type>(
            T::format.encoding == integer_encoding::ternary ? random.below(3) : random()));
    else
        return static_cast<T>(random());
}

/// Any numbers in a matrix that has `set`.
template <class M>
void fill(M& m, std::uint64_t seed) {
    generator random(seed);
    for (std::size_t i = 0; i < m.rows(); ++i)
        for (std::size_t j = 0; j < m.columns(); ++j)
            m.set(i, j, random_number<typename M::value_type>(random));
}

}  // namespace halfulp_test
