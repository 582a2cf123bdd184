// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The integers that the formats of formats/integer_format.hpp hold, as one type: what comparisons, conversions and
/// widening results between any two of them are decided by.

#include <halfulp/core/wide_uint.hpp>
#include <halfulp/formats/integer_format.hpp>

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// An integer from −2^63 to 2^64 − 1.
struct integer_value {
    std::uint64_t word = 0;  ///< modulo 2^64
    bool is_negative = false;

    friend constexpr bool operator==(const integer_value&, const integer_value&) = default;
};

constexpr bool operator<(integer_value x, integer_value y) noexcept {
    return x.is_negative != y.is_negative ? x.is_negative : x.word < y.word;
}

constexpr std::strong_ordering compare_values(integer_value x, integer_value y) noexcept {
    return x < y   ? std::strong_ordering::less
           : y < x ? std::strong_ordering::greater
                   : std::strong_ordering::equal;
}

/// The value of a code.
constexpr integer_value integer_value_of(const integer_format& f, std::uint64_t code) noexcept {
    const std::int64_t value = f.value_of(code);
    return {static_cast<std::uint64_t>(value), f.is_signed() && value < 0};
}
/// The value of any integer.
template <integer_number T>
constexpr integer_value integer_value_of(T x) noexcept {
    if constexpr (formatted_integer<T>)
        return integer_value_of(T::format, static_cast<std::uint64_t>(x.to_bits()));
    else
        return {static_cast<std::uint64_t>(x), x < T{0}};
}

constexpr integer_value smallest_value(const integer_format& f) noexcept {
    return {static_cast<std::uint64_t>(f.minimum()), f.is_signed()};
}
constexpr integer_value largest_value(const integer_format& f) noexcept {
    return {f.maximum(), false};
}

/// Whether the format has a code for the integer.
constexpr bool has_value(const integer_format& f, integer_value x) noexcept {
    return !(x < smallest_value(f)) && !(largest_value(f) < x) && (f.step() == 1 || (x.word & 1) != 0);
}

/// The format's value nearest to x; of two, which bipolar formats have for an even integer, the greater.
constexpr integer_value nearest_value(const integer_format& f, integer_value x) noexcept {
    if (x < smallest_value(f))
        return smallest_value(f);
    if (largest_value(f) < x)
        return largest_value(f);
    if (f.step() == 2)
        x.word |= 1;  // an even negative number is at most −2, so that the sign stays
    return x;
}

/// As decimal digits.
inline std::string text_of(integer_value x) {
    return x.is_negative ? "-" + std::to_string(std::uint64_t{0} - x.word) : std::to_string(x.word);
}
/// What values a format has, for the text of an error.
inline std::string range_of(const integer_format& f) {
    const std::string range = text_of(smallest_value(f)) + " ... " + text_of(largest_value(f));
    return f.step() == 2 ? "an odd integer in " + range : "an integer in " + range;
}

/// What an interval of integers around zero reaches: −below … above.
struct integer_reach {
    uint128 below{};
    uint128 above{};
};

constexpr integer_reach reach_of(const integer_format& f) noexcept {
    return {f.is_signed() ? uint128{std::uint64_t{0} - static_cast<std::uint64_t>(f.minimum())} : uint128{},
            uint128{f.maximum()}};
}

/// The smallest format in two's complement, or without a sign where nothing is below zero, that holds −below …
/// above. Its width may be beyond what a format can have.
constexpr integer_format format_for(const integer_reach& r) noexcept {
    if (r.below == uint128{})
        return formats::unsigned_integer(r.above == uint128{} ? 1 : bit_width(r.above));
    const int below = bit_width(r.below - uint128{1});
    const int above = bit_width(r.above);
    return formats::signed_integer(1 + (below < above ? above : below));
}

constexpr integer_format negation_format(const integer_format& f) noexcept {
    if (f.encoding == integer_encoding::bipolar || f.encoding == integer_encoding::ternary)
        return f;
    const integer_reach r = reach_of(f);
    return format_for({r.above, r.below});
}
constexpr integer_format sum_format(const integer_format& f, const integer_format& g) noexcept {
    const integer_reach x = reach_of(f);
    const integer_reach y = reach_of(g);
    return format_for({x.below + y.below, x.above + y.above});
}
constexpr integer_format difference_format(const integer_format& f, const integer_format& g) noexcept {
    const integer_reach x = reach_of(f);
    const integer_reach y = reach_of(g);
    return format_for({x.below + y.above, x.above + y.below});
}
/// Products of odd integers are odd, and those of −1, 0, 1 are such: these stay among themselves.
constexpr integer_format product_format(const integer_format& f, const integer_format& g) noexcept {
    const integer_reach x = reach_of(f);
    const integer_reach y = reach_of(g);
    const auto greater = [](const uint128& s, const uint128& t) { return s < t ? t : s; };
    const uint128 above = greater(x.above * y.above, x.below * y.below);
    const uint128 below = greater(x.below * y.above, x.above * y.below);
    if (f.encoding == integer_encoding::ternary && g.encoding == integer_encoding::ternary)
        return f;
    if (f.encoding == integer_encoding::bipolar && g.encoding == integer_encoding::bipolar &&
        bit_width(above) <= 16)
        return formats::bipolar_integer(bit_width(above));
    return format_for({below, above});
}

/// The smallest standard integer for N bits.
template <int Bits, bool Signed>
using standard_integer_for = std::conditional_t<
    Bits <= 8, std::conditional_t<Signed, std::int8_t, std::uint8_t>,
    std::conditional_t<Bits <= 16, std::conditional_t<Signed, std::int16_t, std::uint16_t>,
                       std::conditional_t<Bits <= 32, std::conditional_t<Signed, std::int32_t, std::uint32_t>,
                                          std::conditional_t<Signed, std::int64_t, std::uint64_t>>>>;

/// The smallest standard integer that holds the value of every code.
template <integer_format Format>
using value_integer =
    standard_integer_for<Format.bits() + (Format.encoding == integer_encoding::bipolar ? 1 : 0),
                         Format.is_signed()>;

}  // namespace detail

/// True if every value of `source` is one of `target`.
constexpr bool contains(const integer_format& target, const integer_format& source) noexcept {
    return detail::has_value(target, detail::smallest_value(source)) &&
           detail::has_value(target, detail::largest_value(source)) &&
           (target.step() == 1 || source.step() == 2);
}

}  // namespace v0
}  // namespace halfulp
