// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Every macro of the library, in one place. Layer 0: includes nothing of the library.
///
/// | macro                               | meaning                                                          |
/// |-------------------------------------|------------------------------------------------------------------|
/// | `HALFULP_ALWAYS_INLINE`             | inline even where the compiler's size heuristic says no          |
/// | `HALFULP_HAS_INT128`                | `unsigned __int128` exists                                       |
/// | `HALFULP_HAS_EXACT_CARRIER`         | `double` is binary64 and is evaluated in its own precision       |
/// | `HALFULP_STRICT_FLOATING_POINT`     | first statement of a function body in which a·b + c must not become fma |
/// | `HALFULP_HAS_SIMD`                  | the code under simd/ exists: x86-64 and a compiler with target regions |
/// | `HALFULP_BEGIN_TARGET_AVX2`, `…_AVX512` | functions from here on are compiled for that instruction set |
/// | `HALFULP_END_TARGET`                | … until here                                                     |

#include <cfloat>
#include <limits>

// Error-free transformations, NaN tests and the sign of zero are what this library is made of.
#if defined(__FAST_MATH__) || defined(_M_FP_FAST)
#error \
    "halfulp: -ffast-math (or -Ofast, /fp:fast) lets the compiler reassociate sums and assume that NaN does not exist, which breaks exact rounding silently. Compile this file without it; the library selects fast instructions itself."
#elif defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
#error \
    "halfulp: -ffinite-math-only removes every NaN and infinity test, which this library depends on. Compile this file without it."
#elif defined(__ASSOCIATIVE_MATH__) && __ASSOCIATIVE_MATH__
#error \
    "halfulp: -fassociative-math rewrites the error-free sums that exact rounding rests on. Compile this file without it."
#elif defined(__RECIPROCAL_MATH__) && __RECIPROCAL_MATH__
#error \
    "halfulp: -freciprocal-math turns x / y into x * (1 / y), which rounds twice. Compile this file without it."
#elif defined(__NO_SIGNED_ZEROS__) && __NO_SIGNED_ZEROS__
#error \
    "halfulp: -fno-signed-zeros lets the compiler change the sign of a zero, which is part of a result here. Compile this file without it."
#endif

#if defined(__GNUC__) || defined(__clang__)
#define HALFULP_ALWAYS_INLINE inline __attribute__((always_inline))
#elif defined(_MSC_VER)
#define HALFULP_ALWAYS_INLINE __forceinline
#else
#define HALFULP_ALWAYS_INLINE inline
#endif

// Define it as 0 to test the code that other compilers take.
#if defined(HALFULP_HAS_INT128)
#elif defined(__SIZEOF_INT128__)
#define HALFULP_HAS_INT128 1
#else
#define HALFULP_HAS_INT128 0
#endif

// The x87 unit computes `double` in 80 bits: hardware results there are rounded twice.
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0 && DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024
#define HALFULP_HAS_EXACT_CARRIER 1
#else
#define HALFULP_HAS_EXACT_CARRIER 0
#endif

// clang honours the standard pragma a block; g++ has no such pragma, and a function in which the
// distinction matters calls std::fma, keeps every product exact, or passes it through as_rounded (see
// core/error_free.hpp).
#if defined(__clang__)
#define HALFULP_STRICT_FLOATING_POINT _Pragma("STDC FP_CONTRACT OFF")
#else
#define HALFULP_STRICT_FLOATING_POINT
#endif

// Define it as 0 to test what other processors and compilers run: the definitions alone.
#if defined(HALFULP_HAS_SIMD)
#elif defined(__x86_64__) && defined(__GNUC__) && HALFULP_HAS_EXACT_CARRIER
#define HALFULP_HAS_SIMD 1
#else
#define HALFULP_HAS_SIMD 0
#endif

// A target region: the user compiles with no flag, and what is written between the two macros may use the
// instruction set all the same. Whoever calls it asks simd::level() first. Lambdas have no place in a region:
// they get no target in templates.
#if HALFULP_HAS_SIMD
#define HALFULP_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define HALFULP_BEGIN_TARGET(features) \
    HALFULP_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define HALFULP_END_TARGET _Pragma("clang attribute pop")
#else
#define HALFULP_BEGIN_TARGET(features) _Pragma("GCC push_options") HALFULP_PRAGMA(GCC target(features))
#define HALFULP_END_TARGET _Pragma("GCC pop_options")
#endif
#define HALFULP_BEGIN_TARGET_AVX2 HALFULP_BEGIN_TARGET("avx2,fma,f16c,bmi2")
#define HALFULP_BEGIN_TARGET_AVX512 \
    HALFULP_BEGIN_TARGET("avx2,fma,f16c,bmi2,avx512f,avx512bw,avx512cd,avx512dq,avx512vl")
#endif
