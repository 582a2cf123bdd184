// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// All pairs of values of two narrow types against GMP's integers.

#include <halfulp/formats/narrow_integer.hpp>
#include <halfulp/formats/narrow_integer_text.hpp>

#include "support/catch.hpp"
#include "support/tally.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace halfulp_test {

using halfulp::bipolar_int;
using halfulp::narrow_int;
using halfulp::narrow_uint;
using ternary_number = halfulp::ternary;

/// What the table in formats/narrow_integer.hpp says, in words of its own: the bits' values added up.
inline long long value_by_bits(const halfulp::integer_format& f, std::uint64_t code) {
    using halfulp::integer_encoding;
    long long value = f.encoding == integer_encoding::ternary ? -1 : 0;
    for (int i = 0; i < f.width; ++i) {
        const long long weight = 1LL << i;
        const bool bit = (code >> i & 1) != 0;
        if (f.encoding == integer_encoding::bipolar)
            value += bit ? weight : -weight;
        else if (bit)
            value += f.encoding == integer_encoding::two_complement && i == f.width - 1 ? -weight : weight;
    }
    return value;
}

inline std::string name_of_format(const halfulp::integer_format& f) {
    constexpr const char* names[] = {"narrow_int", "narrow_uint", "bipolar_int", "ternary"};
    return std::string(names[static_cast<int>(f.encoding)]) + "<" + std::to_string(f.width) + ">";
}

/// The valid codes.
inline std::uint64_t code_count(const halfulp::integer_format& f) {
    return f.encoding == halfulp::integer_encoding::ternary ? 3 : std::uint64_t{1} << f.width;
}

/// The width of the smallest type that holds lowest … highest.
inline int width_for(long long lowest, long long highest) {
    for (int width = 1;; ++width)
        if (lowest >= 0 ? highest < 1LL << width
                        : lowest >= -(1LL << (width - 1)) && highest < 1LL << (width - 1))
            return width;
}

/// What the operators of two types give for two codes.
struct pair_results {
    long long values[3] = {};  ///< of +, −, ×
    unsigned order = 0;        ///< a bit for each of ==, !=, <, <=, >, >=
    std::strong_ordering ordering = std::strong_ordering::equal;
};
struct pair_of_types {
    halfulp::integer_format x, y;
    halfulp::integer_format results[3];  ///< of +, −, ×
    pair_results (*operate)(std::uint64_t, std::uint64_t);
};

template <class X, class Y>
pair_results operate(std::uint64_t i, std::uint64_t j) {
    const X x = X::from_bits(static_cast<typename X::storage_type>(i));
    const Y y = Y::from_bits(static_cast<typename Y::storage_type>(j));
    return {{(x + y).value(), (x - y).value(), (x * y).value()},
            (x == y ? 1u : 0u) | (x != y ? 2u : 0u) | (x < y ? 4u : 0u) | (x <= y ? 8u : 0u) |
                (x > y ? 16u : 0u) | (x >= y ? 32u : 0u),
            x <=> y};
}

inline void check_pair(tally& t, const pair_of_types& types) {
    using halfulp::integer_encoding;
    long long lowest[3] = {}, highest[3] = {};
    bool first = true;
    const auto what = [&](long long a, long long b) {
        return name_of_format(types.x) + " " + std::to_string(a) + ", " + name_of_format(types.y) + " " +
               std::to_string(b);
    };
    for (std::uint64_t i = 0; i < code_count(types.x); ++i)
        for (std::uint64_t j = 0; j < code_count(types.y); ++j) {
            const long long a = value_by_bits(types.x, i), b = value_by_bits(types.y, j);
            const long long expected[3] = {a + b, a - b, a * b};
            const pair_results found = types.operate(i, j);
            for (int k = 0; k < 3; ++k) {
                lowest[k] = first || expected[k] < lowest[k] ? expected[k] : lowest[k];
                highest[k] = first || expected[k] > highest[k] ? expected[k] : highest[k];
                t.expect(found.values[k] == expected[k],
                         [&] { return std::string(1, "+-*"[k]) + ": " + what(a, b); });
            }
            first = false;
            const unsigned order = (a == b ? 1u : 0u) | (a != b ? 2u : 0u) | (a < b ? 4u : 0u) |
                                   (a <= b ? 8u : 0u) | (a > b ? 16u : 0u) | (a >= b ? 32u : 0u);
            t.expect(found.order == order && found.ordering == (a <=> b),
                     [&] { return "compared: " + what(a, b); });
        }
    // The result types hold what occurs, and no narrower type of the kind does. Products of bipolar integers are
    // symmetric and odd, so that their largest decides.
    for (int k = 0; k < 3; ++k) {
        const integer_encoding x = types.x.encoding, y = types.y.encoding;
        halfulp::integer_format expected =
            lowest[k] >= 0 ? halfulp::formats::unsigned_integer(width_for(lowest[k], highest[k]))
                           : halfulp::formats::signed_integer(width_for(lowest[k], highest[k]));
        if (k == 2 && x == integer_encoding::bipolar && y == x)
            expected = halfulp::formats::bipolar_integer(width_for(0, highest[k]));
        if (k == 2 && x == integer_encoding::ternary && y == x)
            expected = halfulp::formats::ternary;
        t.expect(types.results[k] == expected,
                 [&] { return std::string(1, "+-*"[k]) + ", the type of the result: " + what(0, 0); });
    }
}

template <class X, class Y>
pair_of_types pair_for() {
    return {X::format,
            Y::format,
            {decltype(X{} + Y{})::format, decltype(X{} - Y{})::format, decltype(X{} * Y{})::format},
            &operate<X, Y>};
}

template <class X, class... Ys>
void check_with(tally& t, std::tuple<Ys...>*) {
    (check_pair(t, pair_for<X, Ys>()), ...);
}
template <class... Xs, class Ys>
void check_pairs(tally& t, std::tuple<Xs...>*, Ys* ys) {
    (check_with<Xs>(t, ys), ...);
}

using small_signed = std::tuple<narrow_int<1>, narrow_int<2>, narrow_int<3>, narrow_int<4>, narrow_int<5>>;
using small_unsigned =
    std::tuple<narrow_uint<1>, narrow_uint<2>, narrow_uint<3>, narrow_uint<4>, narrow_uint<5>>;
using small_bipolar =
    std::tuple<bipolar_int<1>, bipolar_int<2>, bipolar_int<3>, bipolar_int<4>, bipolar_int<5>>;
using small_types =
    std::tuple<narrow_int<1>, narrow_int<2>, narrow_int<3>, narrow_int<4>, narrow_int<5>, narrow_uint<1>,
               narrow_uint<2>, narrow_uint<3>, narrow_uint<4>, narrow_uint<5>, bipolar_int<1>, bipolar_int<2>,
               bipolar_int<3>, bipolar_int<4>, bipolar_int<5>, ternary_number>;

}  // namespace halfulp_test
