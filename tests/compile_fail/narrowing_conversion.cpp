// expect: conversion from|no viable conversion
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/halfulp.hpp>

int main() {
    const halfulp::float32 x{1};
#if defined(HALFULP_COMPILE_FAIL)
    const halfulp::float16 y = x;  // can lose: explicit alone
#else
    const halfulp::float16 y{x};
#endif
    return y == 1 ? 0 : 1;
}
