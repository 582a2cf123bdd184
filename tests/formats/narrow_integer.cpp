// SPDX-License-Identifier: BSL-1.0
//
// narrow_integer: values of codes, what goes in and comes out, comparisons with built-in integers, limits.

#include "formats/narrow_integer_checks.hpp"

#include <limits>
#include <unordered_set>
#include <utility>

using namespace halfulp_test;
using halfulp::convert_integer;
using halfulp::out_of_range;
using halfulp::value_error;

namespace {

template <class T>
void check_codes(tally& t) {
    using limits = std::numeric_limits<T>;
    long long lowest = value_by_bits(T::format, 0), highest = lowest;
    for (std::uint64_t code = 0; code < code_count(T::format); ++code) {
        const T x = T::from_bits(static_cast<typename T::storage_type>(code));
        const long long value = value_by_bits(T::format, code);
        lowest = value < lowest ? value : lowest;
        highest = value > highest ? value : highest;
        const typename T::value_type implicit = x;
        t.expect(x.value() == value && implicit == value && x.to_bits() == code && x.is_valid() &&
                     T(value) == x && T(value).to_bits() == code && +x == x && x == value && -x == -value,
                 [&] { return name_of_format(T::format) + " code " + std::to_string(code); });
    }
    t.expect(limits::min() == lowest && limits::lowest() == lowest && limits::max() == highest,
             [&] { return name_of_format(T::format) + " limits"; });
    // Everything around the range: into the type where the type has it, else refused or the nearest.
    for (long long v = lowest - 5; v <= highest + 5; ++v) {
        bool has = false;
        long long nearest = lowest;
        for (std::uint64_t code = 0; code < code_count(T::format); ++code) {
            const long long value = value_by_bits(T::format, code);
            has = has || value == v;
            const long long distance = value < v ? v - value : value - v;
            const long long best = nearest < v ? v - nearest : nearest - v;
            if (distance < best || (distance == best && value > nearest))
                nearest = value;
        }
        bool thrown = false;
        try {
            t.expect(T(v) == v, [&] { return name_of_format(T::format) + " of " + std::to_string(v); });
        } catch (const value_error&) {
            thrown = true;
        }
        bool thrown_by_choice = false;
        try {
            (void)convert_integer<T>(v, out_of_range::throws);
        } catch (const value_error&) {
            thrown_by_choice = true;
        }
        t.expect(thrown == !has && thrown_by_choice == !has && T::saturated(v) == nearest &&
                     convert_integer<T>(v, out_of_range::saturates) == nearest,
                 [&] { return name_of_format(T::format) + " around the range: " + std::to_string(v); });
    }
}

template <class... Ts>
void check_all_codes(tally& t, std::tuple<Ts...>*) {
    (check_codes<Ts>(t), ...);
}

template <class T, class U>
void check_against(tally& t) {
    const U ends[] = {std::numeric_limits<U>::min(),
                      static_cast<U>(std::numeric_limits<U>::min() + 1),
                      static_cast<U>(-1),
                      0,
                      1,
                      2,
                      static_cast<U>(std::numeric_limits<U>::max() / 2),
                      std::numeric_limits<U>::max()};
    for (std::uint64_t code = 0; code < code_count(T::format); ++code)
        for (const U y : ends) {
            const T x = T::from_bits(static_cast<typename T::storage_type>(code));
            const auto value = static_cast<int>(value_by_bits(T::format, code));
            t.expect((x == y) == std::cmp_equal(value, y) && (x < y) == std::cmp_less(value, y) &&
                         (y < x) == std::cmp_less(y, value) && (x >= y) == std::cmp_greater_equal(value, y) &&
                         (y != x) == std::cmp_not_equal(y, value),
                     [&] {
                         return name_of_format(T::format) + " " + std::to_string(value) + ", " +
                                std::to_string(y);
                     });
        }
}
template <class... Ts>
void check_built_in(tally& t, std::tuple<Ts...>*) {
    (check_against<Ts, std::int8_t>(t), ...);
    (check_against<Ts, std::uint8_t>(t), ...);
    (check_against<Ts, std::int64_t>(t), ...);
    (check_against<Ts, std::uint64_t>(t), ...);
}

}  // namespace

TEST_CASE("Narrow integers: every code, and every integer around the range", "[formats]") {
    tally t("narrow integers, codes");
    check_all_codes(t, static_cast<small_types*>(nullptr));
    check_codes<narrow_int<8>>(t);
    check_codes<bipolar_int<8>>(t);
    check_codes<narrow_uint<9>>(t);
    require(t);
}

TEST_CASE("Narrow integers compare with built-in ones by value", "[formats]") {
    tally t("narrow integers, built-in");
    check_built_in(t, static_cast<std::tuple<narrow_int<3>, narrow_uint<4>, bipolar_int<8>, narrow_uint<8>,
                                             ternary_number>*>(nullptr));
    require(t);
    STATIC_REQUIRE(narrow_uint<8>(255) != -1);
    STATIC_REQUIRE(narrow_int<64>(-1) < std::numeric_limits<std::uint64_t>::max());
    STATIC_REQUIRE(narrow_uint<64>(std::numeric_limits<std::uint64_t>::max()) > -1);
    STATIC_REQUIRE(narrow_uint<64>(std::numeric_limits<std::uint64_t>::max()) > narrow_int<64>(-1));
}

TEST_CASE("Narrow integers stand where built-in integers do", "[formats]") {
    STATIC_REQUIRE(narrow_int<4>(3) + 1 == 4);
    STATIC_REQUIRE(std::is_same_v<decltype(narrow_int<4>(3) + 1), int>);
    STATIC_REQUIRE(1L - narrow_uint<2>(3) == -2);
    STATIC_REQUIRE(narrow_int<4>(3) * 0.5 == 1.5);
    const int numbers[] = {10, 11, 12, 13};
    CHECK(numbers[narrow_uint<2>(3)] == 13);
    STATIC_REQUIRE(std::is_same_v<narrow_int<8>::value_type, std::int8_t>);
    STATIC_REQUIRE(std::is_same_v<narrow_uint<9>::value_type, std::uint16_t>);
    STATIC_REQUIRE(std::is_same_v<bipolar_int<7>::value_type, std::int8_t>);
    STATIC_REQUIRE(std::is_same_v<bipolar_int<8>::value_type, std::int16_t>);
    STATIC_REQUIRE(std::is_same_v<bipolar_int<16>::value_type, std::int32_t>);
    STATIC_REQUIRE(std::is_same_v<ternary_number::value_type, std::int8_t>);
    STATIC_REQUIRE(sizeof(narrow_int<17>) == 4);
    STATIC_REQUIRE(sizeof(narrow_uint<64>) == 8);
    STATIC_REQUIRE(std::is_trivially_copyable_v<bipolar_int<3>>);
    STATIC_REQUIRE(std::is_trivially_default_constructible_v<bipolar_int<3>>);
    STATIC_REQUIRE(std::is_convertible_v<narrow_int<4>, narrow_int<5>>);
    STATIC_REQUIRE(!std::is_convertible_v<narrow_int<5>, narrow_int<4>>);
    STATIC_REQUIRE(std::is_convertible_v<bipolar_int<3>, narrow_int<4>>);
    STATIC_REQUIRE(!std::is_convertible_v<narrow_uint<1>, bipolar_int<3>>);
    STATIC_REQUIRE(!std::is_convertible_v<int, narrow_int<4>>);
    STATIC_REQUIRE(!std::is_constructible_v<narrow_int<4>, double>);
    STATIC_REQUIRE(!std::is_constructible_v<narrow_int<4>, bool>);
    CHECK(narrow_int<4>(narrow_int<5>(7)) == 7);
    CHECK_THROWS_AS(narrow_int<4>(narrow_int<5>(8)), value_error);
    std::unordered_set<narrow_int<4>> set{narrow_int<4>(1), narrow_int<4>(-1), narrow_int<4>(1)};
    CHECK(set.size() == 2);
}

TEST_CASE("Narrow integers: no zero in bipolar types, no fourth ternary number", "[formats]") {
    CHECK_THROWS_AS(bipolar_int<3>(0), value_error);
    CHECK_THROWS_WITH(bipolar_int<3>(0),
                      "halfulp::narrow_integer: the value is 0, expected an odd integer in -7 ... 7");
    STATIC_REQUIRE(bipolar_int<3>::saturated(0) == 1);
    STATIC_REQUIRE(bipolar_int<3>::saturated(-2) == -1);
    STATIC_REQUIRE(bipolar_int<3>::saturated(-100) == -7);
    STATIC_REQUIRE(bipolar_int<16>::saturated(std::numeric_limits<std::int64_t>::min()) == -65535);
    STATIC_REQUIRE(bipolar_int<1>::saturated(std::numeric_limits<std::uint64_t>::max()) == 1);
    STATIC_REQUIRE(!ternary_number::from_bits(3).is_valid());
    STATIC_REQUIRE(ternary_number::from_bits(3) == 2);
    STATIC_REQUIRE(ternary_number::from_bits(3) * narrow_int<4>(3) == 6);
    STATIC_REQUIRE(ternary_number::from_bits(4) == -1);  // bits above the code are ignored
    STATIC_REQUIRE(bipolar_int<3>{} == -7);
    STATIC_REQUIRE(bipolar_int<3>::from_bits(0xff) == 7);
}

TEST_CASE("convert_integer between built-in integers", "[formats]") {
    CHECK(convert_integer<std::int8_t>(300, out_of_range::saturates) == 127);
    CHECK(convert_integer<std::int8_t>(std::int64_t{-300}, out_of_range::saturates) == -128);
    CHECK(convert_integer<std::uint8_t>(-1, out_of_range::saturates) == 0);
    CHECK(convert_integer<std::int64_t>(std::numeric_limits<std::uint64_t>::max(), out_of_range::saturates) ==
          std::numeric_limits<std::int64_t>::max());
    CHECK(convert_integer<std::uint64_t>(std::numeric_limits<std::int64_t>::min(), out_of_range::saturates) ==
          0);
    CHECK(convert_integer<std::int16_t>(narrow_uint<20>(70000), out_of_range::saturates) == 32767);
    CHECK_THROWS_AS(convert_integer<std::int8_t>(128), value_error);
    CHECK_THROWS_AS(convert_integer<std::uint64_t>(narrow_int<2>(-1)), value_error);
    CHECK(convert_integer<std::int8_t>(-128) == -128);
}

TEST_CASE("Limits of narrow integers", "[formats]") {
    using std::numeric_limits;
    STATIC_REQUIRE(numeric_limits<narrow_int<8>>::digits == numeric_limits<std::int8_t>::digits);
    STATIC_REQUIRE(numeric_limits<narrow_uint<16>>::digits == numeric_limits<std::uint16_t>::digits);
    STATIC_REQUIRE(numeric_limits<narrow_int<64>>::digits10 == numeric_limits<std::int64_t>::digits10);
    STATIC_REQUIRE(numeric_limits<narrow_uint<64>>::digits10 == numeric_limits<std::uint64_t>::digits10);
    STATIC_REQUIRE(numeric_limits<narrow_int<32>>::digits10 == numeric_limits<std::int32_t>::digits10);
    STATIC_REQUIRE(numeric_limits<narrow_int<4>>::digits10 == 0);
    STATIC_REQUIRE(numeric_limits<narrow_uint<64>>::max() == numeric_limits<std::uint64_t>::max());
    STATIC_REQUIRE(numeric_limits<narrow_int<64>>::min() == numeric_limits<std::int64_t>::min());
    STATIC_REQUIRE(numeric_limits<bipolar_int<16>>::min() == -65535);
    STATIC_REQUIRE(numeric_limits<narrow_int<4>>::epsilon() == 0);
    STATIC_REQUIRE(numeric_limits<bipolar_int<4>>::epsilon() == -15);
    STATIC_REQUIRE(numeric_limits<ternary_number>::max() == 1);
    STATIC_REQUIRE(!numeric_limits<narrow_uint<3>>::is_signed);
    STATIC_REQUIRE(std::is_same_v<halfulp::accumulator_of<narrow_uint<8>>, std::int32_t>);
    STATIC_REQUIRE(std::is_same_v<halfulp::accumulator_of<narrow_int<17>>, std::int64_t>);
    STATIC_REQUIRE(std::is_same_v<halfulp::accumulator_of<narrow_uint<64>>, std::uint64_t>);
    STATIC_REQUIRE(halfulp::number_traits<ternary_number>::is_exact);
}
