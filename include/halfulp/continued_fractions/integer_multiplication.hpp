// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The one place where large integers are multiplied and divided exactly.
///
/// Multiplication is GMP's. Where HALFULP_WITH_FLINT is defined as 1 (the CMake option of that name does it,
/// with FLINT 3 or newer) large products are FLINT's: its transform in vector instructions begins at some 25,000
/// bits and is 2 to 5 times as fast as GMP's from 250,000 bits on. A FLINT that was built without it
/// (FLINT_HAVE_FFT_SMALL) is slower than GMP and is not called. The results are the same integers.
///
/// FLINT multiplies in one thread unless the program has called flint_set_num_threads. In each thread it keeps the
/// memory of its largest product, outside of GMP's functions for memory, until that thread calls flint_cleanup(). Threads
/// of OpenMP do this when they end; one that the program itself has started has to, or leaves the memory behind.
/// FLINT has to be built with storage local to threads, as it is by default, where several of them multiply.

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
#if defined(FLINT_HAVE_FFT_SMALL) && FLINT_HAVE_FFT_SMALL
#define HALFULP_MULTIPLIES_WITH_FLINT 1
#if defined(_OPENMP)
#include <omp.h>
#endif
#endif
#endif

namespace halfulp {
inline namespace v0 {

/// An exact division whose quotient failed its check: memory went bad, or a defect of the arithmetic below.
struct verification_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

namespace detail {

#if defined(HALFULP_MULTIPLIES_WITH_FLINT)
/// Words of the shorter factor from which on FLINT multiplies: where its transform begins on the processors where it begins
/// first. Below, and up to some thousand words elsewhere, FLINT itself calls GMP.
inline constexpr std::size_t smallest_for_flint = 400;

#if defined(_OPENMP)
/// Gives back what FLINT keeps for a thread, at the thread's end.
struct flint_memory_of_a_thread {
    ~flint_memory_of_a_thread() { flint_cleanup(); }
};
#endif

/// result ← x·y for x with no fewer words than y, y ≠ 0, and `result` another object than both. Not inline: g++, which then
/// knows that there are many words, warns of FLINT's tables for few.
[[gnu::noinline]] inline void multiply_by_flint(mpz_ptr result, mpz_srcptr x, mpz_srcptr y) {
    const auto words_of_x = static_cast<mp_size_t>(mpz_size(x)),
               words_of_y = static_cast<mp_size_t>(mpz_size(y));
    const mp_size_t words = words_of_x + words_of_y;
    const mp_ptr product = mpz_limbs_write(result, words);
    if (x == y)
        flint_mpn_sqr(product, mpz_limbs_read(x), words_of_x);
    else
        flint_mpn_mul(product, mpz_limbs_read(x), words_of_x, mpz_limbs_read(y), words_of_y);
    mpz_limbs_finish(result, mpz_sgn(x) * mpz_sgn(y) < 0 ? -words : words);
#if defined(_OPENMP)
    // OpenMP ends threads when a program asks for fewer. The first one is the program's own.
    if (omp_get_thread_num() != 0) {
        thread_local flint_memory_of_a_thread memory;
        static_cast<void>(memory);
    }
#endif
}
#endif

/// result ← x·y. `result` may be one of the two, which costs a copy.
inline void multiply(mpz_class& result, const mpz_class& x, const mpz_class& y) {
#if defined(HALFULP_MULTIPLIES_WITH_FLINT)
    const bool swapped = mpz_size(x.get_mpz_t()) < mpz_size(y.get_mpz_t());
    const mpz_class& larger = swapped ? y : x;
    const mpz_class& smaller = swapped ? x : y;
    if (mpz_size(smaller.get_mpz_t()) >= smallest_for_flint) {
        // FLINT writes its result before it has read all of its factors.
        if (&result == &x || &result == &y) {
            mpz_class product;
            multiply_by_flint(product.get_mpz_t(), larger.get_mpz_t(), smaller.get_mpz_t());
            mpz_swap(result.get_mpz_t(), product.get_mpz_t());
        } else {
            multiply_by_flint(result.get_mpz_t(), larger.get_mpz_t(), smaller.get_mpz_t());
        }
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

/// Carries them out, as tasks where `parallel` and the program is in a parallel region of OpenMP. No result is a factor of
/// another product.
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
/// multiplied back modulo check_prime. `divisor_residue` is check_residue(divisor), the divisor neither 0 nor a multiple of
/// check_prime, by which nothing would be checked.
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
