// expect: -ffast-math .* breaks exact rounding silently. Compile this file without it
// flags: -ffast-math
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/config.hpp>
