// SPDX-License-Identifier: BSL-1.0
// A user's program that also wants the libraries of halfulp::exact.

#include <halfulp/halfulp.hpp>

#include <boost/version.hpp>
#include <gmpxx.h>
#include <mpfr.h>

#include <cstdio>

int main() {
    mpz_class factorial = 1;
    for (unsigned k = 2; k <= 30; ++k) {
        factorial *= k;
    }
    mpfr_t x;
    mpfr_init2(x, 53);
    mpfr_set_z(x, factorial.get_mpz_t(), MPFR_RNDN);
    const bool right = mpfr_get_d(x, MPFR_RNDN) == 265252859812191058636308480000000.0;
    mpfr_clear(x);
    std::printf("exact: %s (Boost %d)\n", right ? "right" : "wrong", BOOST_VERSION);
    return right ? 0 : 1;
}
