// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The one place where large integers are multiplied and divided exactly.
///
/// Multiplication is GMP's. Where HALFULP_WITH_FLINT is defined as 1 (the CMake option of that name does it
/// where it finds FLINT 3 or newer) large products are FLINT's, whose transform with vector instructions is
/// about twice as fast from some ten thousand bits on. The results are the same integers.

#include <gmpxx.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>

#if defined(HALFULP_WITH_FLINT) && HALFULP_WITH_FLINT
#include <flint/flint.h>
#if __FLINT_RELEASE < 30000
#error "halfulp: HALFULP_WITH_FLINT needs FLINT 3 or newer; leave it undefined to multiply with GMP"
#endif
#include <flint/mpn_extras.h>
#endif

namespace halfulp {
inline namespace v0 {

/// An exact division whose quotient failed its check: memory went bad, or a defect of the arithmetic below.
struct verification_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

namespace detail {

/// result ← x·y. `result` is another object than x and y.
inline void multiply(mpz_class& result, const mpz_class& x, const mpz_class& y) {
#if defined(HALFULP_WITH_FLINT) && HALFULP_WITH_FLINT
    constexpr std::size_t smallest = 256;  // words from which on FLINT's transform is the faster
    mpz_srcptr large = x.get_mpz_t();
    mpz_srcptr small = y.get_mpz_t();
    if (mpz_size(large) < mpz_size(small)) {
        mpz_srcptr t = large;
        large = small;
        small = t;
    }
    if (mpz_size(small) >= smallest) {
        const auto words = static_cast<mp_size_t>(mpz_size(large) + mpz_size(small));
        mp_ptr words_of_result = mpz_limbs_write(result.get_mpz_t(), words);
        flint_mpn_mul(words_of_result, mpz_limbs_read(large), static_cast<mp_size_t>(mpz_size(large)),
                      mpz_limbs_read(small), static_cast<mp_size_t>(mpz_size(small)));
        mpz_limbs_finish(result.get_mpz_t(), mpz_sgn(large) * mpz_sgn(small) < 0 ? -words : words);
        return;
    }
#endif
    mpz_mul(result.get_mpz_t(), x.get_mpz_t(), y.get_mpz_t());
}

/// One of several products that do not depend on each other.
struct product_request {
    mpz_class* result;
    const mpz_class* x;
    const mpz_class* y;
};

/// Carries them out, as tasks where `parallel` and the program is in a parallel region of OpenMP.
inline void multiply_all(std::span<const product_request> products, bool parallel) {
#if defined(_OPENMP)
    if (parallel) {
        for (std::size_t i = 1; i < products.size(); ++i) {
            const product_request p = products[i];
#pragma omp task firstprivate(p)
            multiply(*p.result, *p.x, *p.y);
        }
        multiply(*products[0].result, *products[0].x, *products[0].y);
#pragma omp taskwait
        return;
    }
#else
    (void)parallel;
#endif
    for (const product_request& p : products)
        multiply(*p.result, *p.x, *p.y);
}

/// The Mersenne prime by which exact divisions are checked, 2^61 − 1: a wrong one passes with probability 2^-61. It is
/// 2^31 − 1 where GMP's functions of a word take 32 bits.
inline constexpr unsigned long check_prime = static_cast<unsigned long>(
    std::numeric_limits<unsigned long>::digits >= 64 ? 0x1fff'ffff'ffff'ffffull : 0x7fff'ffffull);

/// x modulo check_prime, 0 ≤ result < check_prime.
inline std::uint64_t check_residue(const mpz_class& x) {
    return mpz_fdiv_ui(x.get_mpz_t(), check_prime);
}

/// x·y modulo check_prime.
inline std::uint64_t multiply_residues(std::uint64_t x, std::uint64_t y) {
    mpz_class product = mpz_class(static_cast<unsigned long>(x)) * static_cast<unsigned long>(y);
    return check_residue(product);
}

/// x ← x/divisor if that is an integer, and true; otherwise x stays, and false.
///
/// GMP's exact division gives some integer for divisors that do not divide, without a word; so the quotient is
/// multiplied back modulo check_prime. `divisor_residue` is check_residue(divisor).
inline bool divide_exactly(mpz_class& x, const mpz_class& divisor, std::uint64_t divisor_residue) {
    const std::uint64_t expected = check_residue(x);
    mpz_class quotient;
    mpz_divexact(quotient.get_mpz_t(), x.get_mpz_t(), divisor.get_mpz_t());
    if (multiply_residues(check_residue(quotient), divisor_residue) != expected)
        return false;
    mpz_swap(x.get_mpz_t(), quotient.get_mpz_t());
    return true;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
