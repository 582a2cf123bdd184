// SPDX-License-Identifier: BSL-1.0
//
// narrow_integer as text: round trips of all values of small types, ends of wide ones, and what is no number.

#include "formats/narrow_integer_checks.hpp"

#include <limits>
#include <sstream>

using namespace halfulp_test;
using halfulp::from_chars;
using halfulp::from_string;
using halfulp::text_error;

namespace {

template <class... Ts>
void check_round_trips(tally& t, std::tuple<Ts...>*) {
    const auto check = [&](auto zero) {
        using T = decltype(zero);
        for (std::uint64_t code = 0; code < code_count(T::format); ++code) {
            const T x = T::from_bits(static_cast<typename T::storage_type>(code));
            const std::string text = std::to_string(value_by_bits(T::format, code));
            std::ostringstream out;
            out << x;
            std::istringstream in("  " + text + "!");
            T read{};
            in >> read;
            t.expect(to_string(x) == text && out.str() == text && from_string<T>(text) == x && read == x &&
                         in.good() && in.peek() == '!',
                     [&] { return name_of_format(T::format) + " " + text; });
        }
    };
    (check(Ts{}), ...);
}

}  // namespace

TEST_CASE("Narrow integers as text: round trips", "[formats][text]") {
    tally t("narrow integers, text");
    check_round_trips(t, static_cast<small_types*>(nullptr));
    check_round_trips(t, static_cast<std::tuple<bipolar_int<10>, narrow_int<12>>*>(nullptr));
    require(t);
    CHECK(to_string(std::numeric_limits<narrow_int<64>>::min()) == "-9223372036854775808");
    CHECK(to_string(std::numeric_limits<narrow_uint<64>>::max()) == "18446744073709551615");
    CHECK(from_string<narrow_int<64>>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
    CHECK(from_string<narrow_uint<64>>("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
    CHECK(from_string<narrow_uint<64>>("+00000000000000000000000000001") == 1);
    CHECK(from_string<narrow_uint<4>>("-0") == 0);
}

TEST_CASE("Narrow integers as text: what is no number of the type", "[formats][text]") {
    for (const char* text :
         {"", "-", "+", " 1", "1 ", "1.0", "0x1", "8", "-9", "--1", "99999999999999999999"})
        CHECK_THROWS_AS(from_string<narrow_int<4>>(text), text_error);
    CHECK_THROWS_AS(from_string<narrow_int<64>>("9223372036854775808"), text_error);
    CHECK_THROWS_AS(from_string<narrow_int<64>>("-9223372036854775809"), text_error);
    CHECK_THROWS_AS(from_string<narrow_uint<64>>("18446744073709551616"), text_error);
    CHECK_THROWS_AS(from_string<narrow_uint<64>>("-1"), text_error);
    CHECK_THROWS_AS(from_string<bipolar_int<4>>("0"), text_error);
    CHECK_THROWS_WITH(
        from_string<bipolar_int<2>>("2"),
        "halfulp::from_string: text is \"2\", expected an odd integer in -3 ... 3 in decimal and "
        "nothing else");
}

TEST_CASE("Narrow integers as text: prefixes and small buffers", "[formats][text]") {
    const std::string text = "-7abc";
    const auto number = from_chars<narrow_int<4>>(text.data(), text.data() + text.size());
    CHECK(number.ec == std::errc{});
    CHECK(number.value == -7);
    CHECK(number.ptr == text.data() + 2);
    const std::string large = "123abc";
    const auto beyond = from_chars<narrow_int<4>>(large.data(), large.data() + large.size());
    CHECK(beyond.ec == std::errc::result_out_of_range);
    CHECK(beyond.ptr == large.data() + 3);
    const auto nothing = from_chars<narrow_int<4>>(text.data() + 2, text.data() + 5);
    CHECK(nothing.ec == std::errc::invalid_argument);
    CHECK(nothing.ptr == text.data() + 2);

    char buffer[4] = {'?', '?', '?', '?'};
    CHECK(to_chars(buffer, buffer + 2, narrow_int<8>(-128)).ec == std::errc::value_too_large);
    CHECK(buffer[0] == '?');
    const auto written = to_chars(buffer, buffer + 4, narrow_int<8>(-128));
    CHECK(written.ptr == buffer + 4);
    CHECK(std::string(buffer, 4) == "-128");

    std::ostringstream out;
    out.width(5);
    out << narrow_int<4>(-3);
    CHECK(out.str() == "   -3");
    std::istringstream in("9");
    narrow_int<4> x(5);
    in >> x;
    CHECK(in.fail());
    CHECK(x == 0);
}
