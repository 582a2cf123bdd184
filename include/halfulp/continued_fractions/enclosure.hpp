// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Proofs for values of continued fractions: intervals for the tails, and from them bounds of the
/// error of a convergent.

#include <halfulp/continued_fractions/error_bound.hpp>
#include <halfulp/continued_fractions/rational_interval.hpp>
#include <halfulp/continued_fractions/tail_checks.hpp>
#include <halfulp/continued_fractions/tail_enclosure.hpp>
