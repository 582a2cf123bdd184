// SPDX-License-Identifier: BSL-1.0
// flags: -DHALFULP_HAS_INT128=0
//
// The same constants where the compiler has no integer of 128 bits.

#include "static/arithmetic.hpp"

static_assert(HALFULP_HAS_INT128 == 0);
static_assert(std::is_same_v<halfulp::uint128, halfulp::wide_uint<2>>);
static_assert(sizeof(halfulp::float128) == 16);
