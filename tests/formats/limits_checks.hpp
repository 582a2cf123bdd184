// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// std::numeric_limits and std::hash of a small type against the list of its values.

#include "support/values.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <unordered_set>

namespace halfulp_test {

using namespace halfulp;

/// The members of a type's numeric_limits, its numbers as doubles.
struct limit_members {
    double max, lowest, min, denorm_min;
    halfulp::uint128 epsilon_code;
    bool epsilon_is_finite, infinity_is_infinite, quiet_nan_is_nan;
    bool is_signed, has_infinity, has_quiet_nan, has_denorm;
    int digits, digits10, max_digits10, min_exponent, max_exponent, min_exponent10, max_exponent10;
};

/// Each member against what the list of all values says.
inline void check_members(const float_format& format, const value_list& values, const limit_members& limits) {
    INFO(name_of(format));
    double largest = -HUGE_VAL, lowest = HUGE_VAL, smallest = HUGE_VAL, smallest_normal = HUGE_VAL;
    bool infinity = false, nan = false, subnormal = false;
    for (std::size_t code = 0; code < values.by_code.size(); ++code) {
        const double v = values.by_code[code];
        nan |= std::isnan(v);
        infinity |= std::isinf(v);
        if (!std::isfinite(v))
            continue;
        const std::size_t field =
            (code & static_cast<std::size_t>(format.magnitude_mask())) >> format.significand_bits;
        const bool normal = field > 0 || !format.has_zero();
        largest = std::max(largest, v);
        lowest = std::min(lowest, v);
        if (v > 0)
            smallest = std::min(smallest, v);
        if (v > 0 && normal)
            smallest_normal = std::min(smallest_normal, v);
        subnormal |= v > 0 && !normal;
    }
    const bool has_normals = smallest_normal != HUGE_VAL;
    if (!has_normals)
        smallest_normal = smallest;
    CHECK(limits.max == largest);
    CHECK(limits.lowest == lowest);
    CHECK(limits.denorm_min == smallest);
    CHECK(limits.min == smallest_normal);
    CHECK(limits.has_infinity == infinity);
    CHECK(limits.has_quiet_nan == nan);
    CHECK(limits.is_signed == (lowest < 0));
    CHECK((limits.has_denorm || !subnormal));
    CHECK((limits.infinity_is_infinite || !infinity));
    CHECK((limits.quiet_nan_is_nan || !nan));
    CHECK(limits.max_exponent == std::ilogb(largest) + 1);
    if (has_normals)
        CHECK(limits.min_exponent == std::ilogb(smallest_normal) + 1);
    // The definitions of <cfloat>: 10^n is a normal, or a finite, value.
    CHECK(limits.max_exponent10 == static_cast<int>(std::floor(std::log10(largest))));
    CHECK(limits.min_exponent10 ==
          static_cast<int>(std::ceil(std::log10(std::ldexp(1.0, limits.min_exponent - 1)))));
    CHECK(limits.digits == (has_normals ? format.precision() : format.significand_bits));
    CHECK(limits.digits10 == static_cast<int>(std::floor((limits.digits - 1) * std::log10(2.0))));
    CHECK(limits.max_digits10 == static_cast<int>(std::ceil(limits.digits * std::log10(2.0) + 1)));

    // epsilon is next_up(1) − 1 where that is a value.
    const auto& ascending = values.ascending;
    const auto one = std::find(ascending.begin(), ascending.end(), 1.0);
    if (one != ascending.end() && one + 1 != ascending.end() && std::isfinite(*(one + 1)) && has_normals) {
        const auto rounded = reference::round(exact_value(*(one + 1) - 1), format,
                                              {rounding::toward_positive, saturation::finite});
        CHECK(limits.epsilon_code == rounded.code);
    }
    CHECK(limits.epsilon_is_finite);
}

/// std::numeric_limits of a type against the list of its values.
template <class T>
void check_against_values() {
    using limits = std::numeric_limits<T>;
    check_members(T::format, values_of<T>(),
                  {.max = static_cast<double>(limits::max()),
                   .lowest = static_cast<double>(limits::lowest()),
                   .min = static_cast<double>(limits::min()),
                   .denorm_min = static_cast<double>(limits::denorm_min()),
                   .epsilon_code = uint128{limits::epsilon().to_bits()},
                   .epsilon_is_finite = isfinite(limits::epsilon()),
                   .infinity_is_infinite = isinf(limits::infinity()),
                   .quiet_nan_is_nan = isnan(limits::quiet_NaN()),
                   .is_signed = limits::is_signed,
                   .has_infinity = limits::has_infinity,
                   .has_quiet_nan = limits::has_quiet_NaN,
                   .has_denorm = limits::has_denorm == std::denorm_present,
                   .digits = limits::digits,
                   .digits10 = limits::digits10,
                   .max_digits10 = limits::max_digits10,
                   .min_exponent = limits::min_exponent,
                   .max_exponent = limits::max_exponent,
                   .min_exponent10 = limits::min_exponent10,
                   .max_exponent10 = limits::max_exponent10});
}

/// Equal numbers have equal hashes.
template <class T>
void check_hash() {
    tally t(name_of(T::format) + ", equal numbers have equal hashes, others mostly not");
    const std::hash<T> hash;
    const auto numbers = all_codes<T>();
    std::unordered_set<std::size_t> hashes;
    std::size_t nan_hash = 0, zero_hash = 0;
    bool have_nan = false, have_zero = false;
    for (const auto& x : numbers) {
        const std::size_t h = hash(x.number);
        hashes.insert(h);
        if (std::isnan(x.value)) {
            expect_result(t, !have_nan || nan_hash == h, "hash of NaN", x.number, x.number);
            nan_hash = h;
            have_nan = true;
        } else if (x.value == 0) {
            expect_result(t, !have_zero || zero_hash == h, "hash of zero", x.number, x.number);
            zero_hash = h;
            have_zero = true;
        }
    }
    const auto& ascending = values_of<T>().ascending;
    expect_result(t, hashes.size() == ascending.size() + (have_nan ? 1 : 0), "different hashes", T{}, T{});
    require(t);
}

}  // namespace halfulp_test
