// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Integers of any width as a value: `integer_format`, what `float_format` is for floating point.
///
/// | encoding        | value of the code u of N bits     | values                                | widths |
/// |-----------------|-----------------------------------|---------------------------------------|--------|
/// | two_complement  | u, less 2^N where the top bit is set | −2^(N−1) … 2^(N−1) − 1             | 1 … 64 |
/// | unsigned_binary | u                                 | 0 … 2^N − 1                           | 1 … 64 |
/// | bipolar         | Σ 2^i·(2·u_i − 1) = 2u − (2^N − 1) | the odd integers up to ±(2^N − 1)    | 1 … 16 |
/// | ternary         | u − 1                             | −1, 0, 1; the code 3 is no number     | 2      |
///
/// Bipolar integers are the bipolar-INT of Ma, Fang, Shao, Wang, "Accelerating Large Language Models through
/// Arbitrary-Precision Quantization" (arXiv 2409.17870), section 3: every bit is ±1, so each bit plane of a matrix
/// is one of ±1, and there is neither a zero nor a sign bit to treat apart.

#include <halfulp/core/number_traits.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

/// How a code stands for an integer; see the file comment.
enum class integer_encoding : unsigned char { two_complement, unsigned_binary, bipolar, ternary };

/// An integer format: structural, usable as a template argument and at run time.
struct integer_format {
    integer_encoding encoding = integer_encoding::two_complement;
    int width = 8;

    /// Bits of a code.
    constexpr int bits() const noexcept { return width; }
    constexpr bool is_signed() const noexcept { return encoding != integer_encoding::unsigned_binary; }
    /// The distance between neighbours.
    constexpr int step() const noexcept { return encoding == integer_encoding::bipolar ? 2 : 1; }
    /// All bits of a code.
    constexpr std::uint64_t code_mask() const noexcept {
        return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
    }
    /// The smallest value.
    constexpr std::int64_t minimum() const noexcept {
        switch (encoding) {
            case integer_encoding::two_complement:
                return -static_cast<std::int64_t>(code_mask() >> 1) - 1;
            case integer_encoding::bipolar:
                return -static_cast<std::int64_t>(code_mask());
            case integer_encoding::ternary:
                return -1;
            default:
                return 0;
        }
    }
    /// The largest value.
    constexpr std::uint64_t maximum() const noexcept {
        switch (encoding) {
            case integer_encoding::two_complement:
                return code_mask() >> 1;
            case integer_encoding::ternary:
                return 1;
            default:
                return code_mask();
        }
    }
    /// The value of a code, modulo 2^64; bits above the code are ignored. The code 3 of ternary gives 2.
    constexpr std::int64_t value_of(std::uint64_t code) const noexcept {
        const std::uint64_t u = code & code_mask();
        switch (encoding) {
            case integer_encoding::two_complement: {
                const std::uint64_t top = std::uint64_t{1} << (width - 1);
                return static_cast<std::int64_t>((u ^ top) - top);
            }
            case integer_encoding::bipolar:
                return static_cast<std::int64_t>(2 * u - code_mask());
            case integer_encoding::ternary:
                return static_cast<std::int64_t>(u) - 1;
            default:
                return static_cast<std::int64_t>(u);
        }
    }
    /// The code of a value that the format has.
    constexpr std::uint64_t code_of(std::int64_t value) const noexcept {
        const auto x = static_cast<std::uint64_t>(value);
        switch (encoding) {
            case integer_encoding::bipolar:
                return ((x + code_mask()) >> 1) & code_mask();
            case integer_encoding::ternary:
                return (x + 1) & code_mask();
            default:
                return x & code_mask();
        }
    }
    /// The largest |value| of any code, also of those that are no number: what bounds of sums are made of.
    constexpr std::uint64_t largest_magnitude() const noexcept {
        switch (encoding) {
            case integer_encoding::two_complement:
                return std::uint64_t{1} << (width - 1);
            case integer_encoding::ternary:
                return 2;
            default:
                return code_mask();
        }
    }

    friend constexpr bool operator==(const integer_format&, const integer_format&) = default;
};

/// Why a format describes nothing, as a sentence; null if it is one.
constexpr const char* why_invalid(const integer_format& f) noexcept {
    switch (f.encoding) {
        case integer_encoding::two_complement:
        case integer_encoding::unsigned_binary:
            return f.width >= 1 && f.width <= 64
                       ? nullptr
                       : "an integer in two's complement or without a sign has 1 to 64 bits";
        case integer_encoding::bipolar:
            return f.width >= 1 && f.width <= 16 ? nullptr : "a bipolar integer has 1 to 16 bits";
        case integer_encoding::ternary:
            return f.width == 2 ? nullptr : "a ternary number has 2 bits";
    }
    return "encoding is not one of integer_encoding";
}

namespace formats {

constexpr integer_format signed_integer(int bits) noexcept {
    return {integer_encoding::two_complement, bits};
}
constexpr integer_format unsigned_integer(int bits) noexcept {
    return {integer_encoding::unsigned_binary, bits};
}
constexpr integer_format bipolar_integer(int bits) noexcept {
    return {integer_encoding::bipolar, bits};
}
inline constexpr integer_format ternary{integer_encoding::ternary, 2};

}  // namespace formats

/// A number whose value is its bits in an integer format known to the compiler: narrow_integer.
template <class T>
concept formatted_integer = requires(const T& x) {
    requires std::is_same_v<std::remove_cvref_t<decltype(T::format)>, integer_format>;
    T::from_bits(x.to_bits());
};

/// An integer of either kind.
template <class T>
concept integer_number = standard_integer<T> || formatted_integer<T>;

/// The format of an integer type.
template <integer_number T>
inline constexpr integer_format integer_format_of = [] {
    if constexpr (formatted_integer<T>)
        return T::format;
    else
        return integer_format{
            std::is_signed_v<T> ? integer_encoding::two_complement : integer_encoding::unsigned_binary,
            std::numeric_limits<std::make_unsigned_t<T>>::digits};
}();

/// Whether a sum of `depth` products of values of the two formats stays below 2^bits in magnitude, whatever the
/// values: depth · max|x| · max|y| < 2^bits, for bits up to 63.
constexpr bool sum_of_products_fits(const integer_format& x, const integer_format& y, std::uint64_t depth,
                                    int bits) noexcept {
    // depth · p ≤ limit is depth ≤ ⌊limit / p⌋, and so on for each factor.
    const std::uint64_t limit = (std::uint64_t{1} << bits) - 1;
    return depth <= limit / x.largest_magnitude() / y.largest_magnitude();
}
}  // namespace v0
}  // namespace halfulp
