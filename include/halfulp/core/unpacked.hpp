// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The two forms that a number takes between being decoded and being encoded: `unpacked`, an exact
/// operand, and `exact_result`, what an operation gives before the one rounding.

#include <halfulp/core/status.hpp>
#include <halfulp/core/wide_uint.hpp>

namespace halfulp {
inline namespace v0 {

/// What a value is, as far as arithmetic cares.
enum class number_class : unsigned char { zero, finite, infinity, nan };

/// A decoded operand: (-1)^negative · significand · 2^exponent when finite. The significand is not
/// zero then, and not normalised. `negative` is meaningful for zero and infinity too.
template <class UInt>
struct unpacked {
    number_class kind = number_class::zero;
    bool negative = false;
    int exponent = 0;
    UInt significand{};
    /// False for operands whose zero carries no sign (integers, P3109, FNUZ, unsigned formats): the
    /// quotient by such a zero has no sign either, and is NaN.
    bool zero_is_signed = true;
};

/// What an operation gives before rounding: the exact value is
/// (-1)^negative · (significand + t) · 2^exponent, with 0 < t < 1 if `sticky` and t = 0 if not.
template <class UInt>
struct exact_result {
    number_class kind = number_class::zero;
    bool negative = false;
    /// An exact zero from x + (−x), whose sign the rounding direction decides (IEEE 754, 6.3).
    bool cancelled = false;
    bool sticky = false;
    int exponent = 0;
    UInt significand{};
    status flags{};

    static constexpr exact_result not_a_number(status flags = {}) noexcept {
        return {.kind = number_class::nan, .flags = flags};
    }
    static constexpr exact_result infinite(bool negative, status flags = {}) noexcept {
        return {.kind = number_class::infinity, .negative = negative, .flags = flags};
    }
    static constexpr exact_result zero(bool negative, bool cancelled = false) noexcept {
        return {.kind = number_class::zero, .negative = negative, .cancelled = cancelled};
    }
    static constexpr exact_result finite(bool negative, int exponent, UInt significand,
                                         bool sticky = false) noexcept {
        return {.kind = number_class::finite,
                .negative = negative,
                .sticky = sticky,
                .exponent = exponent,
                .significand = significand};
    }
};

/// An operand as a result, in another width.
template <class UInt, class Other>
constexpr exact_result<UInt> exactly(const unpacked<Other>& x) noexcept {
    return {.kind = x.kind,
            .negative = x.negative,
            .exponent = x.exponent,
            .significand = static_cast<UInt>(x.significand)};
}

}  // namespace v0
}  // namespace halfulp
