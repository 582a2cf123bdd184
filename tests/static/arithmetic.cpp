// SPDX-License-Identifier: BSL-1.0
//
// Arithmetic in constant expressions.

#include "static/arithmetic.hpp"
