// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What rounding an array did to its numbers, counted.

#include <halfulp/config.hpp>

#include <cstdint>

namespace halfulp {
inline namespace v0 {

/// What happened to the numbers of an array that was rounded, for those who choose a format. Calls add
/// to it, so one object can cover many arrays. Every number is counted once in `count`, and in each of
/// the others that holds for it.
struct round_statistics {
    std::uint64_t count = 0;
    std::uint64_t nans = 0;        ///< inputs that are NaN
    std::uint64_t infinities = 0;  ///< inputs that are infinite
    std::uint64_t overflowed =
        0;  ///< finite inputs that rounded beyond the largest value, whatever they became
    std::uint64_t underflowed = 0;  ///< nonzero finite inputs that became zero
    std::uint64_t became_subnormal =
        0;                      ///< nonzero finite inputs that became a nonzero value below the normal ones
    std::uint64_t inexact = 0;  ///< finite inputs that changed
    /// The largest |result − x| / |x| of finite inputs that did not overflow, computed in float where the
    /// input is float and the format fits it (rounding_plan), else in double.
    double largest_relative_error = 0;

    round_statistics& operator+=(const round_statistics& other) noexcept {
        count += other.count;
        nans += other.nans;
        infinities += other.infinities;
        overflowed += other.overflowed;
        underflowed += other.underflowed;
        became_subnormal += other.became_subnormal;
        inexact += other.inexact;
        if (other.largest_relative_error > largest_relative_error)
            largest_relative_error = other.largest_relative_error;
        return *this;
    }
    friend bool operator==(const round_statistics&, const round_statistics&) = default;
};

namespace detail {

/// Adds one thread's counts to those of the call.
inline void merge_statistics(round_statistics& total, const round_statistics& part) noexcept {
#if defined(_OPENMP)
#pragma omp critical(halfulp_statistics)
#endif
    total += part;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp
