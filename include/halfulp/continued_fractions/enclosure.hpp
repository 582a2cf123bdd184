// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Proofs for values of continued fractions: intervals for the tails, and from them bounds of the
/// error of a convergent.

#include <halfulp/continued_fractions/error_bound.hpp>
#include <halfulp/continued_fractions/rational_interval.hpp>
#include <halfulp/continued_fractions/tail_checks.hpp>
#include <halfulp/continued_fractions/tail_enclosure.hpp>
#include <halfulp/core/errors.hpp>

#include <optional>
#include <stdexcept>
#include <string>

namespace halfulp {
inline namespace v0 {

/// The image of T_n: an interval with rational ends that holds C_n, all later convergents and their
/// limit. Nothing where it contains infinity (a larger n helps, unless the value is infinite).
/// Exact convergents by the recurrence, O(n) products of growing integers.
///
/// @param tails  from enclose_tails(fraction)
/// @throws std::invalid_argument if n < tails.from
inline std::optional<rational_interval> enclose_value(const polynomial_continued_fraction& fraction,
                                                      const tail_enclosure& tails, long n) {
    if (n < tails.from)
        throw_argument_error<std::invalid_argument>("enclose_value", "n", std::to_string(n),
                                                    "n >= tails.from = " + std::to_string(tails.from));
    return image_of_tail(fraction, n, tails.at(fraction, n));
}

}  // namespace v0
}  // namespace halfulp
