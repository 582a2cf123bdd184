// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The hardware lane and the exponential over a few thousand operands, as codes in a row. Each
/// translation unit compiles it with its own flags under a name of its own.

#include <halfulp/halfulp.hpp>

#include "support/random.hpp"

#include <cstdint>
#include <vector>

namespace halfulp_test {

/// Codes of the results that one translation unit computes.
std::vector<std::uint64_t> results_of_plain();
std::vector<std::uint64_t> results_of_contracted();

namespace {

template <class T>
void append_results(std::vector<std::uint64_t>& results, std::uint64_t seed) {
    using namespace halfulp;
    code_generator codes(T::format, seed);
    const projection projections[] = {projection{}, projection{rounding::toward_positive},
                                      projection{rounding::toward_negative}, projection{rounding::to_odd},
                                      projection{rounding::stochastic_a, saturation::none, 8}};
    const auto append = [&](auto x) { results.push_back(static_cast<std::uint64_t>(x.to_bits())); };
    for (int i = 0; i < 2000; ++i) {
        const uint128 code = codes.any();
        const T x = detail::from_code<T>(code), y = detail::from_code<T>(codes.partner(code));
        const T z = detail::from_code<T>(codes.partner(uint128{multiply(x, y).to_bits()}));
        const projection& p = projections[i % 5];
        const auto random = static_cast<std::uint64_t>(i);
        append(add(x, y, p, random));
        append(subtract(x, y, p, random));
        append(multiply(x, y, p, random));
        append(divide(x, y, p, random));
        append(halfulp::sqrt(x, p, random));
        append(halfulp::fma(x, y, z, p, random));
        append(exponential(x, p, random));
        append(x * y + z);
        append(x * x - y * y);
        append(convert<T>(static_cast<double>(x) * static_cast<double>(y), p, random));
    }
}

inline std::vector<std::uint64_t> results() {
    std::vector<std::uint64_t> all;
    append_results<halfulp::float8_e4m3fn>(all, 1);
    append_results<halfulp::float8_e5m2fnuz>(all, 2);
    append_results<halfulp::float16>(all, 3);
    append_results<halfulp::bfloat16>(all, 4);
    append_results<halfulp::tfloat32>(all, 5);
    append_results<halfulp::float32>(all, 6);
    append_results<halfulp::float64>(all, 7);
    return all;
}

}  // namespace
}  // namespace halfulp_test
