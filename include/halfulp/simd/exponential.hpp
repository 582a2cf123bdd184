// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// e^x of arrays of float, and of the registers of other kernels: what it computes is in
/// simd/family/exponential.hpp.

#include <halfulp/simd/array_pipeline.hpp>

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/exponential.hpp>
#include <halfulp/simd/for_each_family.hpp>
