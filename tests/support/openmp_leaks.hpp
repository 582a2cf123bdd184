// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the sanitizer of leaks is told in programs with threads. Included once a program.

#if defined(__SANITIZE_ADDRESS__) || defined(__clang__)
// LLVM's OpenMP library keeps what it allocated for its threads.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libomp";
}
#endif
