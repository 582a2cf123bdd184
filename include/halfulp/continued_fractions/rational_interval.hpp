// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Closed intervals with rational ends.

#include <gmpxx.h>

namespace halfulp {
inline namespace v0 {

/// The numbers x with low ≤ x ≤ high.
struct rational_interval {
    mpq_class low, high;

    /// high − low.
    mpq_class width() const { return high - low; }
    /// Whether x is one of them.
    bool contains(const mpq_class& x) const { return low <= x && x <= high; }
    /// Whether every number of `other` is one of them.
    bool contains(const rational_interval& other) const { return low <= other.low && other.high <= high; }

    friend bool operator==(const rational_interval&, const rational_interval&) = default;
};

}  // namespace v0
}  // namespace halfulp
