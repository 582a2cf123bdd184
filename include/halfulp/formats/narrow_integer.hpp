// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Integers of any width as numbers: `narrow_integer<Format>`.
///
/// | type             | values                                     | bits   | integer_encoding |
/// |------------------|--------------------------------------------|--------|------------------|
/// | narrow_int<N>    | −2^(N−1) … 2^(N−1) − 1                     | 1 … 64 | two_complement   |
/// | narrow_uint<N>   | 0 … 2^N − 1                                | 1 … 64 | unsigned_binary  |
/// | bipolar_int<N>   | the odd integers from −(2^N − 1) to 2^N − 1 | 1 … 16 | bipolar          |
/// | ternary          | −1, 0, 1                                   | 2      | ternary          |
///
/// **Into the type** nothing goes that it does not have, unless asked for: `T(v)` throws value_error where T lacks
/// v, `T::saturated(v)` takes the nearest value, and `convert_integer<T>(v, out_of_range::saturates)` chooses at run
/// time, for the built-in integers as well.
///
/// **Out of the type** a number converts to `value_type`, the smallest built-in integer that holds all of its
/// values, without being asked, since nothing is lost; so it can stand where a built-in integer can, and with one
/// `x + 1` is computed by the built-in operator.
///
/// **Between two of them** +, − and × are exact: the result has the smallest type that holds every sum, difference
/// or product, narrow_int<4> times narrow_int<4> being a narrow_int<8>. Products of bipolar integers are bipolar up
/// to 16 bits, those of ternary numbers ternary. There is no `+=`, as the result would not fit.
///
/// **Comparisons** are by value, also with built-in integers: narrow_uint<8>(255) is not −1.

#include <halfulp/core/errors.hpp>
#include <halfulp/core/number_traits.hpp>
#include <halfulp/formats/integer_value.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

/// What becomes of an integer that a type does not have: value_error, or the nearest value that it has. A bipolar
/// type takes the odd integer above for an even one.
enum class out_of_range : unsigned char { throws, saturates };

namespace detail {

[[noreturn]] inline void throw_value_error(const char* function, const integer_format& f, integer_value x) {
    throw_argument_error<value_error>(function, "the value", text_of(x), range_of(f));
}

}  // namespace detail

/// An integer in a format. Trivially copyable; `sizeof` is that of the smallest unsigned integer that holds the
/// code; everything is constexpr.
template <integer_format Format>
class narrow_integer {
    static_assert(
        why_invalid(Format) == nullptr,
        "narrow_integer: no such width: two's complement and unsigned integers have 1 to 64 bits, bipolar "
        "ones 1 to 16, ternary numbers 2; halfulp::why_invalid(Format) says why");

  public:
    static constexpr integer_format format = Format;
    /// The smallest unsigned integer that holds a code.
    using storage_type = detail::standard_integer_for<Format.bits(), false>;
    /// The smallest built-in integer that holds the value of every code.
    using value_type = detail::value_integer<Format>;

    /// Uninitialised, as for `int`; `narrow_integer{}` has the code 0, whose value in a bipolar format is the
    /// smallest, and in the ternary one −1.
    narrow_integer() = default;

    /// The number v.
    /// @throws value_error  if the format lacks it; in a constant expression that is an error of compilation
    template <standard_integer T>
    explicit constexpr narrow_integer(T v) : narrow_integer(checked(detail::integer_value_of(v))) {}
    /// From another format; implicit where that has no value that this one lacks.
    template <integer_format Other>
    requires(Other !=
             Format) explicit(!contains(Format, Other)) constexpr narrow_integer(narrow_integer<Other> x)
        : narrow_integer(checked(detail::integer_value_of(x))) {}

    /// The value nearest to v: the end of the range beyond it. Where a bipolar type has two, v being even, the
    /// greater: bipolar_int<3>::saturated(0) is 1.
    template <integer_number T>
    static constexpr narrow_integer saturated(T v) noexcept {
        return of(detail::nearest_value(Format, detail::integer_value_of(v)));
    }

    /// The number with the given code; bits above the code are ignored.
    static constexpr narrow_integer from_bits(storage_type bits) noexcept {
        narrow_integer x{};
        x.bits_ = static_cast<storage_type>(bits & Format.code_mask());
        return x;
    }
    /// The code.
    constexpr storage_type to_bits() const noexcept { return bits_; }

    /// False for the code 3 of `ternary` alone. It counts as 2 wherever a value is asked for; sums and products
    /// that the type of the result lacks are then modulo its width.
    constexpr bool is_valid() const noexcept {
        return Format.encoding != integer_encoding::ternary || bits_ != 3;
    }

    /// The value, as a built-in integer.
    constexpr value_type value() const noexcept { return static_cast<value_type>(Format.value_of(bits_)); }
    constexpr operator value_type() const noexcept { return value(); }

    friend constexpr narrow_integer operator+(narrow_integer x) noexcept { return x; }

  private:
    static constexpr narrow_integer of(detail::integer_value v) noexcept {
        return from_bits(static_cast<storage_type>(Format.code_of(static_cast<std::int64_t>(v.word))));
    }
    static constexpr narrow_integer checked(detail::integer_value v) {
        if (!detail::has_value(Format, v))
            detail::throw_value_error("narrow_integer", Format, v);
        return of(v);
    }

    storage_type bits_;
};

/// An integer in two's complement of N bits, 1 … 64.
template <int N>
using narrow_int = narrow_integer<formats::signed_integer(N)>;
/// An unsigned integer of N bits, 1 … 64.
template <int N>
using narrow_uint = narrow_integer<formats::unsigned_integer(N)>;
/// An odd integer of N bits, each of which counts ±2^i; 1 … 16.
template <int N>
using bipolar_int = narrow_integer<formats::bipolar_integer(N)>;
/// −1, 0 or 1.
using ternary = narrow_integer<formats::ternary>;

/// v as a T: a narrow or built-in integer.
/// @throws value_error  if T lacks v and `policy` says so
template <integer_number T, integer_number V>
constexpr T convert_integer(V v, out_of_range policy = out_of_range::throws) {
    constexpr integer_format format = integer_format_of<T>;
    detail::integer_value x = detail::integer_value_of(v);
    if (!detail::has_value(format, x)) {
        if (policy == out_of_range::throws)
            detail::throw_value_error("convert_integer", format, x);
        x = detail::nearest_value(format, x);
    }
    if constexpr (formatted_integer<T>)
        return T::from_bits(
            static_cast<typename T::storage_type>(format.code_of(static_cast<std::int64_t>(x.word))));
    else
        return static_cast<T>(x.word);
}

namespace detail {

/// The result of an operation from its value modulo 2^64.
template <integer_format Result>
constexpr narrow_integer<Result> widened(std::uint64_t word) noexcept {
    using result = narrow_integer<Result>;
    return result::from_bits(
        static_cast<typename result::storage_type>(Result.code_of(static_cast<std::int64_t>(word))));
}
template <integer_format Result>
constexpr void check_widened() noexcept {
    static_assert(
        Result.width <= 64,
        "halfulp: this sum, difference or product of narrow integers can take more than 64 bits; convert "
        "the operands to a built-in integer, or to narrower types, first");
}

}  // namespace detail

/// −x, x + y, x − y, x·y: exact, in the smallest type that holds every result (see the file comment). A static
/// assertion fails where that would take more than 64 bits.
template <integer_format F>
constexpr auto operator-(narrow_integer<F> x) noexcept {
    constexpr integer_format result = detail::negation_format(F);
    detail::check_widened<result>();
    return detail::widened<result>(std::uint64_t{0} - detail::integer_value_of(x).word);
}
template <integer_format F, integer_format G>
constexpr auto operator+(narrow_integer<F> x, narrow_integer<G> y) noexcept {
    constexpr integer_format result = detail::sum_format(F, G);
    detail::check_widened<result>();
    return detail::widened<result>(detail::integer_value_of(x).word + detail::integer_value_of(y).word);
}
template <integer_format F, integer_format G>
constexpr auto operator-(narrow_integer<F> x, narrow_integer<G> y) noexcept {
    constexpr integer_format result = detail::difference_format(F, G);
    detail::check_widened<result>();
    return detail::widened<result>(detail::integer_value_of(x).word - detail::integer_value_of(y).word);
}
template <integer_format F, integer_format G>
constexpr auto operator*(narrow_integer<F> x, narrow_integer<G> y) noexcept {
    constexpr integer_format result = detail::product_format(F, G);
    detail::check_widened<result>();
    return detail::widened<result>(detail::integer_value_of(x).word * detail::integer_value_of(y).word);
}

/// By value, whatever the types.
template <integer_format F, integer_format G>
constexpr bool operator==(narrow_integer<F> x, narrow_integer<G> y) noexcept {
    return detail::integer_value_of(x) == detail::integer_value_of(y);
}
template <integer_format F, integer_format G>
constexpr std::strong_ordering operator<=>(narrow_integer<F> x, narrow_integer<G> y) noexcept {
    return detail::compare_values(detail::integer_value_of(x), detail::integer_value_of(y));
}
template <integer_format F, standard_integer T>
constexpr bool operator==(narrow_integer<F> x, T y) noexcept {
    return detail::integer_value_of(x) == detail::integer_value_of(y);
}
template <integer_format F, standard_integer T>
constexpr std::strong_ordering operator<=>(narrow_integer<F> x, T y) noexcept {
    return detail::compare_values(detail::integer_value_of(x), detail::integer_value_of(y));
}

/// Sums of products are kept in 32 bits for integers of up to 16, in 64 otherwise; with a sign, but for unsigned
/// integers of 64 bits.
template <formatted_integer T>
struct number_traits<T> {
    using accumulator_type = std::conditional_t<
        (T::format.bits() <= 16), std::int32_t,
        std::conditional_t<(T::format.bits() < 64 || T::format.is_signed()), std::int64_t, std::uint64_t>>;
    static constexpr bool is_exact = true;
};

}  // namespace v0
}  // namespace halfulp

/// min, lowest and max as values of the type. A bipolar type has no zero: what std::numeric_limits gives as such for
/// integers (epsilon and the like) is its smallest value there.
template <halfulp::integer_format Format>
class std::numeric_limits<halfulp::narrow_integer<Format>> {
    using number = halfulp::narrow_integer<Format>;
    // floor(n · log10 2), exact for n up to 64.
    static constexpr int times_log10_of_2(int n) noexcept { return n * 1233 >> 12; }

  public:
    static constexpr bool is_specialized = true;
    static constexpr bool is_signed = Format.is_signed();
    static constexpr bool is_integer = true;
    static constexpr bool is_exact = true;
    static constexpr bool is_bounded = true;
    static constexpr bool is_modulo = false;
    static constexpr bool is_iec559 = false;
    static constexpr bool has_infinity = false;
    static constexpr bool has_quiet_NaN = false;
    static constexpr bool has_signaling_NaN = false;
    static constexpr std::float_denorm_style has_denorm = std::denorm_absent;
    static constexpr bool has_denorm_loss = false;
    static constexpr bool traps = false;
    static constexpr bool tinyness_before = false;
    static constexpr std::float_round_style round_style = std::round_toward_zero;
    static constexpr int radix = 2;
    /// Bits of the largest value.
    static constexpr int digits = halfulp::bit_width(Format.maximum());
    /// Decimal digits of which every number is one of the type; none in a bipolar type.
    static constexpr int digits10 = Format.step() == 2 ? 0 : times_log10_of_2(digits);
    static constexpr int max_digits10 = 0;
    static constexpr int min_exponent = 0;
    static constexpr int min_exponent10 = 0;
    static constexpr int max_exponent = 0;
    static constexpr int max_exponent10 = 0;

    static constexpr number min() noexcept { return number(Format.minimum()); }
    static constexpr number lowest() noexcept { return min(); }
    static constexpr number max() noexcept { return number(Format.maximum()); }
    static constexpr number epsilon() noexcept { return Format.step() == 2 ? min() : number(0); }
    static constexpr number round_error() noexcept { return epsilon(); }
    static constexpr number infinity() noexcept { return epsilon(); }
    static constexpr number quiet_NaN() noexcept { return epsilon(); }
    static constexpr number signaling_NaN() noexcept { return epsilon(); }
    static constexpr number denorm_min() noexcept { return epsilon(); }
};

template <halfulp::integer_format Format>
struct std::hash<halfulp::narrow_integer<Format>> {
    std::size_t operator()(halfulp::narrow_integer<Format> x) const noexcept {
        return std::hash<std::uint64_t>{}(x.to_bits());
    }
};
