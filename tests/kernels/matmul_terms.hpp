// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Operands of matrix products by kind: terms that round, cancel, vanish, overflow and are not finite.

#include <halfulp/core/number_traits.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/formats/operations.hpp>

#include "simd/levels.hpp"

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace halfulp_test {

/// What the terms are like.
enum class terms { like_one, any_code, cancelling, tiny, huge, zeros, sprinkled };
/// Those that any format can tell apart.
inline constexpr std::array all_terms{terms::like_one, terms::any_code, terms::cancelling, terms::tiny,
                                      terms::huge};

template <std::integral T>
T term(std::mt19937_64& random, terms kind, std::size_t, const T&) {
    const auto bits = random();
    return kind == terms::any_code ? static_cast<T>(bits) : static_cast<T>(static_cast<int>(bits % 15) - 7);
}
template <formatted_number T>
T term(std::mt19937_64& random, terms kind, std::size_t k, const T& before) {
    constexpr float_format format = number_format<T>::value;
    const auto bits = static_cast<code_uint<constant_value<format>>>(low_bits(random(), format.bits()));
    const T any = detail::from_code<T>(bits);
    const double fraction = 1 + static_cast<double>(random() >> 12) * 0x1p-52;
    const double sign = random() % 2 == 0 ? 1 : -1;
    const projection finite{rounding::ties_to_even, saturation::finite};
    switch (kind) {
        case terms::any_code:
            return any;
        case terms::cancelling:
            return k % 2 == 1 && format.has_sign
                       ? convert<T>(-convert<double>(before), finite)
                       : convert<T>(sign * std::ldexp(fraction, static_cast<int>(random() % 6)), finite);
        case terms::tiny:
            return convert<T>(std::ldexp(sign * fraction, format.minimum_quantum_exponent() / 2 +
                                                              static_cast<int>(random() % 6)),
                              finite);
        case terms::huge:
            return convert<T>(
                std::ldexp(sign * fraction, format.maximum_exponent() / 2 + static_cast<int>(random() % 3)),
                finite);
        case terms::zeros:  // of either sign, and now and then the smallest number there is
            return random() % 8 == 0 ? detail::from_code<T>(code_uint<constant_value<format>>{1})
                                     : convert<T>(sign * 0.0, finite);
        case terms::sprinkled:  // one in 32 is zero, infinite, NaN, the largest or the smallest
            if (random() % 32 == 0) {
                const double infinity = std::numeric_limits<double>::infinity();
                const double special[] = {0.0, infinity, std::numeric_limits<double>::quiet_NaN(),
                                          std::ldexp(1.5, format.maximum_exponent()),
                                          std::ldexp(1.0, format.minimum_quantum_exponent())};
                return convert<T>(sign * special[random() % 5], projection{});
            }
            [[fallthrough]];
        default:
            return convert<T>(std::ldexp(sign * fraction, static_cast<int>(random() % 4) - 2), finite);
    }
}

template <class T>
std::vector<T> terms_of(std::mt19937_64& random, terms kind, std::size_t lines, std::size_t depth) {
    std::vector<T> line;
    line.reserve(lines * depth);
    for (std::size_t i = 0; i < lines * depth; ++i)
        line.push_back(term<T>(random, kind, i % depth, i == 0 ? T(0) : line.back()));
    return line;
}

}  // namespace halfulp_test
