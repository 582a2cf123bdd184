// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The whole core of halfulp: formats, rounding, arithmetic and kernels. It needs a C++20 compiler
/// and nothing else. What needs GMP and MPFR is included by name: continued_fractions/, interop/
/// and reference/.

#include <halfulp/core/error_free.hpp>
#include <halfulp/core/errors.hpp>
#include <halfulp/core/philox.hpp>
#include <halfulp/core/views.hpp>
#include <halfulp/formats/dynamic_float.hpp>
#include <halfulp/formats/exponential.hpp>
#include <halfulp/formats/functions.hpp>
#include <halfulp/formats/limits.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/kernels/round.hpp>
#include <halfulp/version.hpp>
