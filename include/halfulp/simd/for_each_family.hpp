// SPDX-License-Identifier: BSL-1.0
//
// Included several times on purpose: writes a text once for each family of registers.
//
//     #define HALFULP_FAMILY_TEXT <halfulp/simd/family/rounding.hpp>
//     #include <halfulp/simd/for_each_family.hpp>
//
// The text is included in a target region for AVX2 with HALFULP_FAMILY = avx2, HALFULP_FAMILY_BYTES = 32,
// and in one for AVX-512 with avx512 and 64. It opens the namespace simd::HALFULP_FAMILY and says what it
// has to say in terms of `lanes_of` and the functions in family/registers.hpp, so that an algorithm is
// written once; and it includes nothing, as a header of somebody else does not belong in a target region.
// It has to be a text and not a template over the family: a compiler decides at the place where a function
// is written which instructions it may use, and takes registers apart that are wider than that allows.

#include <halfulp/config.hpp>

#if HALFULP_HAS_SIMD && defined(HALFULP_FAMILY_TEXT)

#define HALFULP_FAMILY avx2
#define HALFULP_FAMILY_BYTES 32
HALFULP_BEGIN_TARGET_AVX2
#include HALFULP_FAMILY_TEXT
HALFULP_END_TARGET
#undef HALFULP_FAMILY
#undef HALFULP_FAMILY_BYTES

#define HALFULP_FAMILY avx512
#define HALFULP_FAMILY_BYTES 64
HALFULP_BEGIN_TARGET_AVX512
#include HALFULP_FAMILY_TEXT
HALFULP_END_TARGET
#undef HALFULP_FAMILY
#undef HALFULP_FAMILY_BYTES

#endif
#undef HALFULP_FAMILY_TEXT
