// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the tests of transformations share: random polynomials, and all convergents of a fraction by the oracle.

#include <halfulp/continued_fractions/integer_polynomial.hpp>
#include <halfulp/reference/continued_fraction.hpp>

#include <random>
#include <vector>

namespace halfulp_test {

/// Of that degree or less, coefficients from −size to size.
inline halfulp::integer_polynomial random_polynomial(std::mt19937_64& generator, int degree, long size) {
    std::vector<mpz_class> c;
    for (int k = 0; k <= degree; ++k)
        c.emplace_back(static_cast<long>(generator() % static_cast<unsigned long>(2 * size + 1)) - size);
    return halfulp::integer_polynomial(c);
}

template <class Fraction>
std::vector<halfulp::reference::convergent> all_convergents(const Fraction& fraction, long depth) {
    return halfulp::reference::convergents([&](long n) { return fraction.a(n); },
                                           [&](long n) { return fraction.b(n); }, depth);
}

}  // namespace halfulp_test
