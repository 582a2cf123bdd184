// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Numbers as text: from_string and from_chars (formats/text_parse.hpp), to_string and to_chars
/// (formats/text_print.hpp), and here streams and std::format.
///
///     out << x                  to_string(x); with std::hexfloat the hexadecimal style
///     in >> x                   from_string of the next token; failbit where that is not a number
///     std::format("{}", x)      to_string(x); "{:a}" the hexadecimal style. Where <format> exists.
///
/// The stream operators need <iosfwd> alone; who uses them includes <istream> or <ostream>. Width,
/// fill and adjustment work as for strings; precision is not used, since shortest text has the
/// digits that it needs. A token is the longest run of letters, digits, points, and signs at its
/// start or after an exponent's marker.

#include <halfulp/formats/text_print.hpp>

#include <iosfwd>
#include <string>
#include <string_view>
#include <version>

#if defined(__cpp_lib_format)
#include <format>
#endif

namespace halfulp {
inline namespace v0 {

/// Writes x to a stream of characters.
template <class Traits, float_format Format, projection Default>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                             custom_float<Format, Default> x) {
    using stream = std::basic_ostream<char, Traits>;
    constexpr auto hexfloat = stream::fixed | stream::scientific;
    const bool hexadecimal = (out.flags() & hexfloat) == hexfloat;
    const std::string text = to_string(x, hexadecimal ? text_style::hexadecimal : text_style::shortest);
    return out << std::basic_string_view<char, Traits>(text.data(), text.size());
}

/// Reads x, rounded once by its default projection. Where the token is not a number, x becomes the
/// code 0 and the stream fails.
template <class Traits, float_format Format, projection Default>
std::basic_istream<char, Traits>& operator>>(std::basic_istream<char, Traits>& in,
                                             custom_float<Format, Default>& x) {
    using stream = std::basic_istream<char, Traits>;
    const typename stream::sentry ready(in);
    if (!ready)
        return in;
    std::string token;
    bool hexadecimal = false;
    for (auto next = in.peek(); !Traits::eq_int_type(next, Traits::eof()); next = in.peek()) {
        const char c = Traits::to_char_type(next);
        const char before = token.empty() ? '\0' : token.back();
        const bool after_marker =
            hexadecimal ? before == 'p' || before == 'P' : before == 'e' || before == 'E';
        const bool is_sign = c == '+' || c == '-';
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_letter && !is_digit && c != '.' && !(is_sign && (token.empty() || after_marker)))
            break;
        hexadecimal = hexadecimal || c == 'x' || c == 'X';
        token.push_back(c);
        in.get();
    }
    const auto number = from_chars<custom_float<Format, Default>>(token.data(), token.data() + token.size());
    const bool whole = number.ec == std::errc{} && number.ptr == token.data() + token.size();
    x = whole ? number.value : custom_float<Format, Default>::from_bits(0);
    if (!whole)
        in.setstate(stream::failbit);
    return in;
}

}  // namespace v0
}  // namespace halfulp

#if defined(__cpp_lib_format)
/// "{}" is the shortest decimal, "{:a}" hexadecimal.
template <halfulp::float_format Format, halfulp::projection Default>
struct std::formatter<halfulp::custom_float<Format, Default>, char> {
    constexpr auto parse(std::format_parse_context& context) {
        auto at = context.begin();
        if (at != context.end() && *at == 'a') {
            style_ = halfulp::text_style::hexadecimal;
            ++at;
        }
        if (at != context.end() && *at != '}')
            throw std::format_error("halfulp: a custom_float is formatted by {} or {:a}");
        return at;
    }
    template <class Context>
    auto format(halfulp::custom_float<Format, Default> x, Context& context) const {
        const std::string text = halfulp::to_string(x, style_);
        auto out = context.out();
        for (const char c : text)
            *out++ = c;
        return out;
    }

  private:
    halfulp::text_style style_ = halfulp::text_style::shortest;
};
#endif
