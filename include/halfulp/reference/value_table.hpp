// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Rounding for readers who trust nothing: all the values of a small format in a sorted list, the
/// two neighbours by search, the choice between them by comparing exact numbers. It knows no
/// exponent, quantum or shift, and so fails in other ways than round.hpp, against which it is held.

#include <halfulp/reference/round.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// The values of one format of up to 16 bits.
class value_table {
  public:
    /// Decodes every code: O(2^bits). Throws format_error for an invalid descriptor, and for one of
    /// more than 16 bits.
    explicit value_table(const float_format& format) : format_(format) {
        if (const char* reason = why_invalid(format))
            throw_argument_error<format_error>("reference::value_table", "format", "not a format", reason);
        if (format.bits() > 16)
            throw_argument_error<format_error>("reference::value_table", "format.bits()",
                                               std::to_string(format.bits()), "at most 16");
        exact_value largest;
        for (std::uint64_t code = 0; code < std::uint64_t{1} << format.bits(); ++code) {
            values_.push_back(decode(format, uint128{code}));
            if (values_.back().is_finite() && values_.back() > largest)
                largest = values_.back();
        }

        // The finite magnitudes, and one more: where the next value would be if the exponent had no
        // upper bound. It comes from the format with one exponent bit more and no special values.
        float_format wider = format;
        wider.exponent_bits += 1;
        wider.has_sign = false;
        wider.has_negative_zero = false;
        wider.has_infinity = false;
        wider.nan = nan_encoding::none;
        for (std::uint64_t code = 0; magnitudes_.empty() || magnitudes_.back().value <= largest; ++code) {
            const exact_value value = decode(wider, uint128{code});
            if (magnitudes_.empty() || value != magnitudes_.back().value)  // zero may have many codes
                magnitudes_.push_back({value, code, code % 2 == 0});
        }
    }

    /// The format that the table is of.
    const float_format& format() const noexcept { return format_; }
    /// decode(format, code) for every code.
    const std::vector<exact_value>& values() const noexcept { return values_; }

    /// What reference::round gives, found by search: O(bits) comparisons of exact values.
    rounded round(const exact_value& x, const projection& how = {}, std::uint64_t R = 0) const {
        rounded result = choose(x, how, R);
        result.flags |= x.raised();
        return result;
    }

  private:
    struct entry {
        exact_value value;
        std::uint64_t code;
        bool is_even;
    };

    rounded choose(const exact_value& x, const projection& how, std::uint64_t R) const {
        if (x.is_nan())
            return format_.has_nan() ? rounded{format_.nan_code(), {}}
                                     : rounded{format_.largest_finite_magnitude(), {.invalid = true}};
        if (x.is_infinite())
            return out_of_range(format_, x.is_negative(), true, how);
        const bool negative =
            x.is_negative() || (x.is_zero() && x.sign_of_zero() == zero_sign::by_direction &&
                                how.mode == rounding::toward_negative);
        const exact_value magnitude = x.is_negative() ? -x : x;

        const entry* chosen = nullptr;
        const auto above = std::upper_bound(
            magnitudes_.begin(), magnitudes_.end(), magnitude,
            [](const exact_value& value, const entry& candidate) { return value < candidate.value; });
        if (above == magnitudes_.begin()) {
            chosen = &*above;  // a scale format has nothing below its first value
        } else if (above == magnitudes_.end()) {
            return out_of_range(format_, negative, false, how);
        } else {
            const entry& below = *(above - 1);
            const bool away =
                goes_to_upper(below.value, above->value, below.is_even, magnitude, negative, how, R);
            chosen = away ? &*above : &below;
        }
        if (chosen == &magnitudes_.back())
            return out_of_range(format_, negative, false, how);
        if (negative && !format_.has_sign && !chosen->value.is_zero() && !x.is_zero())
            return out_of_range(format_, true, false, how);

        status flags;
        flags.inexact = chosen->value != magnitude;
        flags.underflow = flags.inexact && is_tiny(magnitude, negative, how, R);
        const bool is_zero = x.is_zero() || chosen->value.is_zero();
        const uint128 sign =
            negative && (!is_zero || format_.has_negative_zero) ? format_.sign_mask() : uint128{0};
        return {sign | uint128{chosen->code}, flags};
    }

    /// With lower <= x < upper, all positive: does the mode choose upper?
    static bool goes_to_upper(const exact_value& lower, const exact_value& upper, bool lower_is_even,
                              const exact_value& x, bool negative, const projection& how, std::uint64_t R) {
        if (x == lower)
            return false;
        const exact_value gap = upper - lower;
        const std::partial_ordering to_middle = x <=> (lower + upper) / exact_value(2);
        const std::int64_t outcomes = std::int64_t{1} << (is_stochastic(how.mode) ? how.random_bits : 0);
        const std::int64_t draw = static_cast<std::int64_t>(R) & (outcomes - 1);
        // floor(ν·n): the number of the points lower + gap·k/n, 0 < k < n, that x has reached.
        const auto point = [&](const exact_value& k, std::int64_t n) {
            return lower + gap * k / exact_value(n);
        };
        const auto floor_of = [&](std::int64_t n) {
            std::int64_t reached = 0;
            std::int64_t missed = n;
            while (missed - reached > 1) {
                const std::int64_t k = (reached + missed) / 2;
                (x >= point(exact_value(k), n) ? reached : missed) = k;
            }
            return reached;
        };
        switch (how.mode) {
            case rounding::ties_to_even:
                return to_middle > 0 || (to_middle == 0 && !lower_is_even);
            case rounding::ties_to_away:
                return to_middle >= 0;
            case rounding::ties_to_zero:
                return to_middle > 0;
            case rounding::toward_zero:
                return false;
            case rounding::toward_positive:
                return !negative;
            case rounding::toward_negative:
                return negative;
            case rounding::away_from_zero:
                return true;
            case rounding::to_odd:
                return lower_is_even;
            case rounding::stochastic_a:
                return floor_of(outcomes) + draw >= outcomes;
            case rounding::stochastic_b:
                return floor_of(2 * outcomes) + 2 * draw + 1 >= 2 * outcomes;
            case rounding::stochastic_c: {
                const std::int64_t k = floor_of(outcomes);
                const exact_value half_way = exact_value(k) + exact_value(1) / exact_value(2);
                const std::partial_ordering side = x <=> point(half_way, outcomes);
                const bool up = side > 0 || (side == 0 && k % 2 == 1);
                return k + (up ? 1 : 0) + draw >= outcomes;
            }
            case rounding::stochastic_equal:
                return draw % 2 == 1;
        }
        return false;
    }

    /// Underflow's question: would x, rounded to the format's precision with unbounded exponent, be
    /// smaller than the smallest normal value? It would unless x is so close that it reaches it.
    bool is_tiny(const exact_value& x, bool negative, const projection& how, std::uint64_t R) const {
        const auto power_of_two = [](int exponent) {
            return exact_value::rational(false, {natural(1), natural(1), exponent});
        };
        const exact_value normal = power_of_two(format_.minimum_exponent());
        if (x >= normal || !format_.has_zero())
            return x < normal;
        const exact_value last = normal - power_of_two(format_.minimum_exponent() - format_.precision());
        const bool last_is_even = format_.significand_bits == 0;
        return x <= last || !goes_to_upper(last, normal, last_is_even, x, negative, how, R);
    }

    float_format format_;
    std::vector<exact_value> values_;
    std::vector<entry> magnitudes_;  // ascending, without repetition; the last is beyond the format
};

}  // namespace reference
}  // namespace v0
}  // namespace halfulp
