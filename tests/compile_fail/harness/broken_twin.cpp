// expect: intended
// harness: does not compile without what it is meant to be refused for
// SPDX-License-Identifier: BSL-1.0
// Has an error besides the intended one.

#if defined(HALFULP_COMPILE_FAIL)
static_assert(1 + 1 == 3, "intended");
#endif
static_assert(1 + 1 == 4, "not intended");
