// expect: intended
// harness: refused with «intended»
// SPDX-License-Identifier: BSL-1.0
// What a case looks like.

#if defined(HALFULP_COMPILE_FAIL)
static_assert(1 + 1 == 3, "intended");
#endif
