// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Integers of any width as text, which is decimal: the functions of formats/text.hpp for them.
///
///     to_string(x)                  std::string
///     to_chars(first, last, x)      into a buffer; constexpr, no heap
///     from_string<T>(text)          the whole text is one number that T has, or text_error
///     from_chars<T>(first, last)    the longest prefix that is a number
///     out << x, in >> x             the same on streams; failbit where the token is no number of the type
///     std::format("{}", x)          to_string(x). Where <format> exists.
///
/// A number is an optional sign, + or −, and digits; nothing before it is skipped.

#include <halfulp/formats/narrow_integer.hpp>
#include <halfulp/formats/text_parse.hpp>
#include <halfulp/formats/text_print.hpp>

#include <iosfwd>
#include <string>
#include <string_view>
#include <system_error>
#include <version>

#if defined(__cpp_lib_format)
#include <format>
#endif

namespace halfulp {
inline namespace v0 {

/// Writes x in decimal, and says where it stopped; errc::value_too_large, and nothing written, where the buffer is
/// too small. 20 characters are always enough.
template <integer_format Format>
constexpr to_chars_result to_chars(char* first, char* last, narrow_integer<Format> x) noexcept {
    const detail::integer_value value = detail::integer_value_of(x);
    std::uint64_t magnitude = value.is_negative ? std::uint64_t{0} - value.word : value.word;
    char digits[20] = {};
    int count = 0;
    do {
        digits[count++] = static_cast<char>('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude != 0);
    if (last - first < count + (value.is_negative ? 1 : 0))
        return {last, std::errc::value_too_large};
    if (value.is_negative)
        *first++ = '-';
    while (count > 0)
        *first++ = digits[--count];
    return {first, std::errc{}};
}

/// x in decimal.
template <integer_format Format>
std::string to_string(narrow_integer<Format> x) {
    char text[20];
    return std::string(text, to_chars(text, text + sizeof text, x).ptr);
}

/// The number at the start of [first, last). `ec` is invalid_argument where there is none, and result_out_of_range,
/// with `ptr` behind the digits, where T lacks it; `value` has the code 0 then. There are no flags.
template <formatted_integer T>
constexpr from_chars_result<T> from_chars(const char* first, const char* last) noexcept {
    const char* at = first;
    const bool is_negative = at != last && *at == '-';
    if (at != last && (*at == '-' || *at == '+'))
        ++at;
    const char* const digits = at;
    std::uint64_t magnitude = 0;
    bool is_beyond = false;
    for (; at != last && *at >= '0' && *at <= '9'; ++at) {
        const auto digit = static_cast<std::uint64_t>(*at - '0');
        is_beyond = is_beyond || magnitude > (~std::uint64_t{0} - digit) / 10;
        magnitude = magnitude * 10 + digit;
    }
    if (at == digits)
        return {T::from_bits(0), {}, first, std::errc::invalid_argument};
    is_beyond = is_beyond || (is_negative && magnitude > std::uint64_t{1} << 63);
    const detail::integer_value value{is_negative ? std::uint64_t{0} - magnitude : magnitude,
                                      is_negative && magnitude != 0};
    if (is_beyond || !detail::has_value(T::format, value))
        return {T::from_bits(0), {}, at, std::errc::result_out_of_range};
    return {T::from_bits(static_cast<typename T::storage_type>(
                T::format.code_of(static_cast<std::int64_t>(value.word)))),
            {},
            at,
            std::errc{}};
}

/// The number that the whole text is.
/// @throws text_error  where it is not one, or T lacks it
template <formatted_integer T>
constexpr T from_string(std::string_view text) {
    const char* const last = text.data() + text.size();
    const auto number = from_chars<T>(text.data(), last);
    if (number.ec != std::errc{} || number.ptr != last) {
        constexpr std::size_t most = 80;
        throw_argument_error<text_error>("from_string", "text", '"' + std::string(text.substr(0, most)) + '"',
                                         detail::range_of(T::format) + " in decimal and nothing else");
    }
    return number.value;
}

/// Writes x to a stream of characters. Width, fill and adjustment work as for strings.
template <class Traits, integer_format Format>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                             narrow_integer<Format> x) {
    const std::string text = to_string(x);
    return out << std::basic_string_view<char, Traits>(text.data(), text.size());
}

/// Reads x. Where the token, a sign and digits, is no number of the type, x becomes the code 0 and the stream fails.
template <class Traits, integer_format Format>
std::basic_istream<char, Traits>& operator>>(std::basic_istream<char, Traits>& in,
                                             narrow_integer<Format>& x) {
    using stream = std::basic_istream<char, Traits>;
    const typename stream::sentry ready(in);
    if (!ready)
        return in;
    std::string token;
    auto next = in.peek();
    for (; !Traits::eq_int_type(next, Traits::eof()); next = in.peek()) {
        const char c = Traits::to_char_type(next);
        if (!(c >= '0' && c <= '9') && !(token.empty() && (c == '+' || c == '-')))
            break;
        token.push_back(c);
        in.get();
    }
    const auto number = from_chars<narrow_integer<Format>>(token.data(), token.data() + token.size());
    x = number.value;
    if (number.ec != std::errc{})
        in.setstate(stream::failbit);
    return in;
}

}  // namespace v0
}  // namespace halfulp

#if defined(__cpp_lib_format)
/// "{}" is decimal.
template <halfulp::integer_format Format>
struct std::formatter<halfulp::narrow_integer<Format>, char> {
    constexpr auto parse(std::format_parse_context& context) {
        if (context.begin() != context.end() && *context.begin() != '}')
            throw std::format_error("halfulp: a narrow_integer is formatted by {}");
        return context.begin();
    }
    template <class Context>
    auto format(halfulp::narrow_integer<Format> x, Context& context) const {
        auto out = context.out();
        for (const char c : halfulp::to_string(x))
            *out++ = c;
        return out;
    }
};
#endif
