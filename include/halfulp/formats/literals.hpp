// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Literals of the named formats, read exactly from their characters and rounded once at compile
/// time, ties to even.
///
///     using namespace halfulp::literals;
///     constexpr auto x = 0.1_f16;         // float16
///     constexpr auto y = 0x1.8p-3_bf16;   // bfloat16
///     constexpr auto z = -448_e4m3fn;     // float8_e4m3fn; the sign is an operator
///
/// | suffixes                                  | types                                         |
/// |-------------------------------------------|-----------------------------------------------|
/// | `_f16`, `_bf16`, `_tf32`                  | float16, bfloat16, tfloat32                   |
/// | `_f32`, `_f64`, `_f128`                   | float32, float64, float128                    |
/// | `_e5m2`, `_e4m3`, `_e4m3fn`, `_e3m4`      | float8_e5m2, float8_e4m3, float8_e4m3fn, float8_e3m4 |
/// | `_e5m2fnuz`, `_e4m3fnuz`, `_e4m3b11fnuz`  | float8_e5m2fnuz, float8_e4m3fnuz, float8_e4m3b11fnuz |
/// | `_e2m3fn`, `_e3m2fn`, `_e2m1fn`           | float6_e2m3fn, float6_e3m2fn, float4_e2m1fn   |
/// | `_e8m0fnu`                                | float8_e8m0fnu                                |
///
/// Decimal and hexadecimal literals, with digit separators; `0b101` and octal `017` are refused. A
/// literal beyond the largest finite value does not compile, nor does 0, or less than the smallest
/// value, in a scale format. A literal that is too small elsewhere rounds as any other, to 0 perhaps.

#include <halfulp/formats/named.hpp>
#include <halfulp/formats/text_parse.hpp>

#include <cstddef>
#include <string_view>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// True for 0b101 and for octal 017, but not for 0, 0.5, 0e1 and 0x1.
constexpr bool is_octal_or_binary_literal(const char* text) noexcept {
    if (text[0] != '0' || text[1] == '\0')
        return false;
    for (const char* p = text; *p != '\0'; ++p)
        if (*p == '.' || *p == 'e' || *p == 'E' || *p == 'x' || *p == 'X')
            return text[1] == 'b' || text[1] == 'B';
    return true;
}

/// A literal's characters, rounded once.
template <class T, char... Characters>
consteval with_status<T> read_literal() {
    char text[sizeof...(Characters)] = {};
    std::size_t size = 0;
    for (const char c : {Characters...})
        if (c != '\'')
            text[size++] = c;
    return from_string<with_status<T>>(std::string_view(text, size), constant_value<projection{}>{});
}

/// The number that a literal is, or a compile error that says why it is none.
template <class T, char... Characters>
consteval T literal() {
    constexpr char as_written[] = {Characters..., '\0'};
    constexpr bool octal_or_binary = is_octal_or_binary_literal(as_written);
    static_assert(
        !octal_or_binary,
        "halfulp: a floating-point literal is decimal or hexadecimal: a leading 0 would mean octal, "
        "0b binary");
    if constexpr (octal_or_binary) {
        return T{};
    } else {
        constexpr with_status<T> number = read_literal<T, Characters...>();
        static_assert(!number.flags.overflow,
                      "halfulp: this literal is larger than the largest finite value of its format");
        static_assert(
            number_format<T>::value.has_zero() || !number.flags.underflow,
            "halfulp: this literal is smaller than the smallest value of its format, which has no zero");
        return number.value;
    }
}

}  // namespace detail

/// `using namespace halfulp::literals;` makes the suffixes visible.
namespace literals {

/// float16, rounded once at compile time.
template <char... Characters>
consteval float16 operator""_f16() {
    return detail::literal<float16, Characters...>();
}
/// bfloat16, rounded once at compile time.
template <char... Characters>
consteval bfloat16 operator""_bf16() {
    return detail::literal<bfloat16, Characters...>();
}
/// tfloat32, rounded once at compile time.
template <char... Characters>
consteval tfloat32 operator""_tf32() {
    return detail::literal<tfloat32, Characters...>();
}
/// float32, rounded once at compile time.
template <char... Characters>
consteval float32 operator""_f32() {
    return detail::literal<float32, Characters...>();
}
/// float64, rounded once at compile time.
template <char... Characters>
consteval float64 operator""_f64() {
    return detail::literal<float64, Characters...>();
}
/// float128, rounded once at compile time.
template <char... Characters>
consteval float128 operator""_f128() {
    return detail::literal<float128, Characters...>();
}
/// float8_e5m2, rounded once at compile time.
template <char... Characters>
consteval float8_e5m2 operator""_e5m2() {
    return detail::literal<float8_e5m2, Characters...>();
}
/// float8_e4m3, rounded once at compile time.
template <char... Characters>
consteval float8_e4m3 operator""_e4m3() {
    return detail::literal<float8_e4m3, Characters...>();
}
/// float8_e4m3fn, rounded once at compile time.
template <char... Characters>
consteval float8_e4m3fn operator""_e4m3fn() {
    return detail::literal<float8_e4m3fn, Characters...>();
}
/// float8_e3m4, rounded once at compile time.
template <char... Characters>
consteval float8_e3m4 operator""_e3m4() {
    return detail::literal<float8_e3m4, Characters...>();
}
/// float8_e4m3fnuz, rounded once at compile time.
template <char... Characters>
consteval float8_e4m3fnuz operator""_e4m3fnuz() {
    return detail::literal<float8_e4m3fnuz, Characters...>();
}
/// float8_e5m2fnuz, rounded once at compile time.
template <char... Characters>
consteval float8_e5m2fnuz operator""_e5m2fnuz() {
    return detail::literal<float8_e5m2fnuz, Characters...>();
}
/// float8_e4m3b11fnuz, rounded once at compile time.
template <char... Characters>
consteval float8_e4m3b11fnuz operator""_e4m3b11fnuz() {
    return detail::literal<float8_e4m3b11fnuz, Characters...>();
}
/// float8_e8m0fnu, rounded once at compile time.
template <char... Characters>
consteval float8_e8m0fnu operator""_e8m0fnu() {
    return detail::literal<float8_e8m0fnu, Characters...>();
}
/// float6_e2m3fn, rounded once at compile time.
template <char... Characters>
consteval float6_e2m3fn operator""_e2m3fn() {
    return detail::literal<float6_e2m3fn, Characters...>();
}
/// float6_e3m2fn, rounded once at compile time.
template <char... Characters>
consteval float6_e3m2fn operator""_e3m2fn() {
    return detail::literal<float6_e3m2fn, Characters...>();
}
/// float4_e2m1fn, rounded once at compile time.
template <char... Characters>
consteval float4_e2m1fn operator""_e2m1fn() {
    return detail::literal<float4_e2m1fn, Characters...>();
}

}  // namespace literals
}  // namespace v0
}  // namespace halfulp
