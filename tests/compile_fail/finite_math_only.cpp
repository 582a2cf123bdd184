// expect: -ffinite-math-only removes every NaN and infinity test
// flags: -ffinite-math-only
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/config.hpp>
