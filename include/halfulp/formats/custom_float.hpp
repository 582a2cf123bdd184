// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A number in a format: `custom_float<Format>`. Its value is its bits; every operation is the
/// exact result rounded once. The named types are in formats/named.hpp, the operations that take a
/// result type and a projection in formats/operations.hpp.

#include <halfulp/formats/operations.hpp>

namespace halfulp {
inline namespace v0 {

/// A floating-point number of a given format. Trivially copyable; `sizeof` is that of the smallest
/// unsigned integer that holds the code; everything is constexpr and noexcept.
///
/// @tparam Format  how it is stored (float_format)
/// @tparam Default the projection of its operators: rounding mode, saturation, random bits. The
///                 operators cannot take random bits; with a stochastic Default they pass 0, so use
///                 the functions of formats/operations.hpp, which take them.
template <float_format Format, projection Default>
class custom_float {
    static_assert(why_invalid(Format) == nullptr,
                  "custom_float: this float_format describes nothing; halfulp::why_invalid(Format) says why");
    static_assert(!is_stochastic(Default.mode) ||
                      (Default.random_bits >= 1 && Default.random_bits <= maximum_random_bits),
                  "custom_float: a stochastic projection needs random_bits in 1 ... 32");

  public:
    static constexpr float_format format = Format;
    static constexpr projection default_projection = Default;
    /// The smallest unsigned integer that holds a code.
    using storage_type = storage_uint<Format.bits()>;

    /// Uninitialised, as for `float`; `custom_float{}` has the code 0.
    custom_float() = default;

    /// From another formatted number, rounded once by Default. Implicit where nothing can be lost.
    template <float_format Other, projection OtherDefault>
    requires(Other != Format || OtherDefault != Default) explicit(
        !contains(Format, Other)) constexpr custom_float(custom_float<Other, OtherDefault> x) noexcept
        : custom_float(convert<custom_float>(x)) {}
    /// From a built-in number or an integer of any width, rounded once by Default.
    template <exact_operand T>
    requires(std::is_arithmetic_v<T> || formatted_integer<T>) explicit constexpr custom_float(T x) noexcept
        : custom_float(convert<custom_float>(x)) {}

    /// The number with the given code; bits above the code are ignored.
    static constexpr custom_float from_bits(storage_type bits) noexcept {
        custom_float x{};
        x.bits_ = static_cast<storage_type>(
            bits & static_cast<storage_type>(Format.sign_mask() | Format.magnitude_mask()));
        return x;
    }
    /// The code.
    constexpr storage_type to_bits() const noexcept { return bits_; }

    /// To a built-in number: exact where it contains the format, else rounded once, ties to even;
    /// to an integer as convert<T> does. Explicit also where nothing is lost: otherwise x + 1.0f would
    /// leave the format without a word, computed by the built-in operator.
    explicit constexpr operator float() const noexcept { return convert<float>(*this); }
    explicit constexpr operator double() const noexcept { return convert<double>(*this); }
    template <std::integral T>
    requires(!std::same_as<T, bool> && sizeof(T) <= 8) explicit constexpr operator T() const noexcept {
        return convert<T>(*this);
    }

    friend constexpr custom_float operator+(custom_float x, custom_float y) noexcept {
        return detail::apply<detail::sum_operation, custom_float>(constant_value<Default>{}, 0, x, y);
    }
    friend constexpr custom_float operator-(custom_float x, custom_float y) noexcept {
        return detail::apply<detail::difference_operation, custom_float>(constant_value<Default>{}, 0, x, y);
    }
    friend constexpr custom_float operator*(custom_float x, custom_float y) noexcept {
        return detail::apply<detail::product_operation, custom_float>(constant_value<Default>{}, 0, x, y);
    }
    friend constexpr custom_float operator/(custom_float x, custom_float y) noexcept {
        return detail::apply<detail::quotient_operation, custom_float>(constant_value<Default>{}, 0, x, y);
    }
    constexpr custom_float& operator+=(custom_float y) noexcept { return *this = *this + y; }
    constexpr custom_float& operator-=(custom_float y) noexcept { return *this = *this - y; }
    constexpr custom_float& operator*=(custom_float y) noexcept { return *this = *this * y; }
    constexpr custom_float& operator/=(custom_float y) noexcept { return *this = *this / y; }

    friend constexpr custom_float operator+(custom_float x) noexcept { return x; }
    /// The number with the other sign. Zero without a sign, and a NaN in its place, stay; in an
    /// unsigned format the result is what a value below the range becomes.
    friend constexpr custom_float operator-(custom_float x) noexcept {
        if constexpr (Format.has_sign) {
            const auto magnitude = static_cast<storage_type>(Format.magnitude_mask());
            if (Format.has_zero() && !Format.has_negative_zero && (x.bits_ & magnitude) == 0)
                return x;
            x.bits_ = static_cast<storage_type>(x.bits_ ^ static_cast<storage_type>(Format.sign_mask()));
            return x;
        } else {
            auto negated = detail::unpack_operand(x);
            negated.negative = true;
            return detail::make_result<custom_float>(
                encode(constant_value<Format>{}, constant_value<Default>{},
                       exactly<uint_with_bits<Format.precision() + 3>>(negated)));
        }
    }

    friend constexpr bool operator==(custom_float x, custom_float y) noexcept { return compare(x, y) == 0; }
    friend constexpr std::partial_ordering operator<=>(custom_float x, custom_float y) noexcept {
        return compare(x, y);
    }
    /// Comparison with a number of another type is exact: neither side is rounded.
    template <exact_operand T>
    requires(!std::same_as<T, custom_float>) friend constexpr bool operator==(custom_float x, T y) noexcept {
        return compare(x, y) == 0;
    }
    template <exact_operand T>
    requires(!std::same_as<T, custom_float>) friend constexpr std::partial_ordering operator<=>(
        custom_float x, T y) noexcept {
        return compare(x, y);
    }

  private:
    storage_type bits_;
};

}  // namespace v0
}  // namespace halfulp
