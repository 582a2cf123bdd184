// SPDX-License-Identifier: BSL-1.0
//
// The widest formats there are, in constant expressions, where a shift by the width would not compile.

#include <halfulp/halfulp.hpp>

using namespace halfulp;

/// Fixed point: 128 bits of significand and nothing else.
constexpr float_format all_significand{.exponent_bits = 0,
                                       .significand_bits = 128,
                                       .has_sign = false,
                                       .has_negative_zero = false,
                                       .has_infinity = false,
                                       .nan = nan_encoding::none};
static_assert(why_invalid(all_significand) == nullptr);
static_assert(contains(all_significand, all_significand));
using unsigned_fraction = custom_float<all_significand>;
static_assert(sizeof(unsigned_fraction) == 16);
static_assert(unsigned_fraction{0.5} + unsigned_fraction{0.25} == 0.75);
static_assert(std::numeric_limits<unsigned_fraction>::max() > 1.99);
static_assert(divide<unsigned_fraction>(1, 3) < 0.34 && divide<unsigned_fraction>(1, 3) > 0.33);
static_assert(unsigned_fraction{3} == std::numeric_limits<unsigned_fraction>::max(),
              "neither infinity nor NaN");
static_assert(halfulp::sqrt(unsigned_fraction{0.25}) == 0.5);
static_assert(next_up(unsigned_fraction{0.0}) == std::numeric_limits<unsigned_fraction>::denorm_min());
static_assert(unsigned_fraction{0.5} - unsigned_fraction{0.75} == 0, "below the lowest value, without NaN");

/// 128 bits with a sign, one exponent bit, and a far bias.
constexpr float_format far_away{.exponent_bits = 1,
                                .significand_bits = 126,
                                .bias = 65536,
                                .has_infinity = false,
                                .nan = nan_encoding::top_code};
using tiny = custom_float<far_away>;
static_assert(ilogb(std::numeric_limits<tiny>::max()) == 1 - 65536);
static_assert(isnan(tiny{1}), "overflow");
static_assert(add<with_status<tiny>>(1, 2, projection{rounding::toward_zero}).flags ==
              status{.inexact = true, .overflow = true});

static_assert(float128{1} / float128{3} * float128{3} == 1);
static_assert(halfulp::fma(float128{3}, float128{1} / float128{3}, float128{-1}) != 0);
