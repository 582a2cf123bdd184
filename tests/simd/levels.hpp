// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The levels of fast paths that this machine has, and comparisons of arrays to the last bit.

#include <halfulp/halfulp.hpp>

#include "support/formats.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace halfulp_test {

using namespace halfulp;

/// False where the definitions are all there is: another processor, or one without AVX2.
inline bool has_fast_paths() {
    return simd::detected_level() != simd::isa::plain;
}

/// The levels to hold against the definition; without fast paths the plain one, so that a test never
/// compares nothing.
inline const std::vector<simd::isa>& fast_levels() {
    static const std::vector<simd::isa> levels = [] {
        std::vector<simd::isa> result;
        for (const simd::isa level : {simd::isa::avx2, simd::isa::avx512})
            if (level <= simd::detected_level())
                result.push_back(level);
        if (result.empty())
            result.push_back(simd::isa::plain);
        return result;
    }();
    return levels;
}

/// The plain level and those above it: whatever runs at a level is tested at all of them.
inline const std::vector<simd::isa>& all_levels() {
    static const std::vector<simd::isa> levels = [] {
        std::vector<simd::isa> result{simd::isa::plain};
        if (has_fast_paths())
            result.insert(result.end(), fast_levels().begin(), fast_levels().end());
        return result;
    }();
    return levels;
}

/// Outputs of so many bytes are written past the caches, where there are fast paths.
#if HALFULP_HAS_SIMD
inline constexpr std::size_t past_caches_from = simd::past_caches_from;
#else
inline constexpr std::size_t past_caches_from = 4096;
#endif

/// Options that run the definition.
inline round_options definition_of(round_options options) {
    options.execution = execution::plain;
    return options;
}

template <class T>
std::uint64_t code_bits(T x) {
    if constexpr (std::unsigned_integral<T>)
        return x;
    else
        return static_cast<std::uint64_t>(detail::to_code(x));
}

/// One comparison for a whole array, so that the loop is not the test's cost; the message has the first
/// element that differs.
template <class T, class Describe>
void expect_same(tally& t, const T* got, const T* expected, std::size_t count, const Describe& describe) {
    std::size_t i = 0;
    while (i < count && code_bits(got[i]) == code_bits(expected[i]))
        ++i;
    t.expect(i == count, [&] {
        return std::string(describe(i)) + ": element " + std::to_string(i) + " of " + std::to_string(count) +
               " is " + hexadecimal(code_bits(got[i])) + ", expected " + hexadecimal(code_bits(expected[i]));
    });
}

}  // namespace halfulp_test
