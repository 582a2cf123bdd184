// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The IEEE 754 exception flags as a returned value. There is no global state.

#include <halfulp/config.hpp>

namespace halfulp {
inline namespace v0 {

/// The five exceptions of IEEE 754 clause 7, as a set.
///
/// Underflow is raised when the result is inexact and tiny, where tiny is decided after rounding
/// (as x86 and RISC-V do): the result rounded with unbounded exponent lies below the smallest
/// normal number.
struct status {
    bool inexact = false;    ///< the result differs from the exact value
    bool overflow = false;   ///< the rounded result exceeds the largest finite value
    bool underflow = false;  ///< tiny and inexact
    bool invalid =
        false;  ///< no useful value exists (0·∞, ∞ − ∞, √−1, negative to unsigned, NaN to a format without)
    bool divide_by_zero = false;  ///< an exact infinity from finite operands

    /// True when no exception was raised.
    constexpr bool ok() const noexcept {
        return !(inexact || overflow || underflow || invalid || divide_by_zero);
    }
    /// The union, for accumulating over many operations.
    constexpr status& operator|=(status other) noexcept {
        inexact |= other.inexact;
        overflow |= other.overflow;
        underflow |= other.underflow;
        invalid |= other.invalid;
        divide_by_zero |= other.divide_by_zero;
        return *this;
    }
    friend constexpr status operator|(status x, status y) noexcept { return x |= y; }
    friend constexpr bool operator==(const status&, const status&) = default;
};

/// A result together with its exceptions. Asking for `add<with_status<float16>>(x, y)` instead of
/// `add<float16>(x, y)` is how a caller asks for the flags.
template <class T>
struct with_status {
    T value;
    status flags;

    friend constexpr bool operator==(const with_status& x, const with_status& y) noexcept {
        return x.value == y.value && x.flags == y.flags;
    }
};

}  // namespace v0
}  // namespace halfulp
