// expect: write the return type of the lambda
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/continued_fractions/general_continued_fraction.hpp>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    // n * mpz_class(n) is an expression that refers to an object gone at the end of the lambda.
    const auto square = [](long n) { return n * mpz_class(n); };
#else
    const auto square = [](long n) -> mpz_class { return n * mpz_class(n); };
#endif
    const halfulp::general_continued_fraction fraction(square, [](long n) { return 2 * n + 1; });
    return fraction.a(3) == 9 ? 0 : 1;
}
