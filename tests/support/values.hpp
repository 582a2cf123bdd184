// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What every code of a type means, as the reference decodes it, in double: exact for the formats of up
/// to 16 bits that the tests use. The lists by which functions on numbers are checked exhaustively.

#include <halfulp/reference/round.hpp>

#include "support/formats.hpp"
#include "support/operations.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfulp_test {

/// The values of a format of up to 16 bits.
struct value_list {
    explicit value_list(const float_format& format) {
        for (std::uint64_t code = 0; code < std::uint64_t{1} << format.bits(); ++code) {
            const auto exact = halfulp::reference::decode(format, halfulp::uint128{code});
            by_code.push_back(exact.is_nan() ? std::nan("") : exact.to_double());
        }
        for (double v : by_code)
            if (!std::isnan(v))
                ascending.push_back(v == 0 ? 0 : v);
        std::sort(ascending.begin(), ascending.end());
        ascending.erase(std::unique(ascending.begin(), ascending.end()), ascending.end());
    }
    std::vector<double> by_code;    ///< NaN for NaN; a zero without a sign is +0
    std::vector<double> ascending;  ///< every value but NaN once; one zero
};

/// The values of a type.
template <class T>
const value_list& values_of() {
    static_assert(T::format.bits() <= 16);
    static const value_list values(T::format);
    return values;
}

/// The number with a code, and what it means.
template <class T>
struct code_and_value {
    T number;
    std::uint64_t code;
    double value;
};

/// Every code of a type, every stride-th of a 16-bit one at small effort.
template <class T>
std::vector<code_and_value<T>> all_codes() {
    const auto& values = values_of<T>().by_code;
    const std::size_t stride = values.size() > 256 ? cases_for_effort(37u, 1u, 1u) : 1;
    std::vector<code_and_value<T>> result;
    for (std::size_t code = 0; code < values.size(); code += stride)
        result.push_back({nth<T>(halfulp::uint128{code}), code, values[code]});
    return result;
}

/// The number means `value`: the same real number, the same zero where zeros have signs, NaN for NaN.
template <class T>
bool means(T number, double value) {
    const double actual = values_of<T>().by_code[static_cast<std::size_t>(number.to_bits())];
    if (std::isnan(value) || std::isnan(actual))
        return std::isnan(value) && std::isnan(actual);
    const bool sign_matters = value == 0 && T::format.has_negative_zero;
    return actual == value && (!sign_matters || std::signbit(actual) == std::signbit(value));
}

/// An integral or dyadic double as an exact value, its zero with the sign that it has.
inline exact_value exactly_of(double value) {
    return exact_value(value);
}

/// One comparison of a function's result, with a message that names it.
template <class T>
void expect_result(tally& t, bool equal, const char* function, T x, T got) {
    t.expect(equal, [&] {
        return std::string(function) + " of " + name_of(T::format) + " " + text_of(x) + " gives " +
               text_of(got);
    });
}

}  // namespace halfulp_test
