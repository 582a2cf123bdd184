// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Arrays at every level of fast paths, as codes in a row. Each translation unit compiles it with its own
/// flags under a name of its own.

#include <halfulp/halfulp.hpp>

#include "support/random.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfulp_test {

/// What arrays give at the levels plain, avx2 and avx512, as far as the machine has them, one after another:
/// so many results each.
std::vector<std::uint64_t> array_results_of_plain();
std::vector<std::uint64_t> array_results_of_contracted();
inline constexpr std::size_t array_results_of_a_level = 14 * 1500 + 1500 * 6 / 8;

namespace {

/// Arrays rounded, encoded, decoded, packed and computed with at one level.
inline void append_arrays(std::vector<std::uint64_t>& results, halfulp::simd::isa level) {
    using namespace halfulp;
    constexpr std::size_t n = 1500;
    const simd::scoped_level guard(level);
    code_generator codes(formats::float32, 11);
    std::vector<float> x, y, out(n);
    std::vector<double> wide(n);
    for (std::size_t i = 0; i < n; ++i) {
        const uint128 code = codes.any();
        x.push_back(detail::from_code<float>(code));
        y.push_back(detail::from_code<float>(codes.partner(code)));
    }
    const auto append = [&](const auto& elements) {
        for (const auto element : elements)
            results.push_back(static_cast<std::uint64_t>(detail::to_code(element)));
    };
    const round_options options{.seed = 5, .operation = 6, .first_index = 7};
    using enum rounding;
    for (const projection& p :
         {projection{}, projection{toward_negative, saturation::finite}, projection{to_odd},
          projection{stochastic_a, saturation::none, 8}, projection{stochastic_c, saturation::none, 20}}) {
        round(x, out, formats::bfloat16, p, options);
        append(out);
    }
    std::vector<std::uint8_t> bytes(n), packed(packed_size(n, formats::float6_e2m3fn));
    encode(x, bytes, formats::float8_e4m3fn, {}, options);
    for (const std::uint8_t byte : bytes)
        results.push_back(byte);
    decode(bytes, out, formats::float8_e4m3fn, options);
    append(out);
    encode_packed(x, packed, formats::float6_e2m3fn, {}, options);
    for (const std::uint8_t byte : packed)
        results.push_back(byte);
    add(x, y, out, formats::bfloat16, {}, options);
    append(out);
    subtract(x, y, out, formats::float16, projection{stochastic_b, saturation::none, 8}, options);
    append(out);
    multiply(x, y, out, formats::float16, {}, options);
    append(out);
    divide(x, y, out, formats::bfloat16, {}, options);
    append(out);
    sqrt(x, out, formats::tfloat32, {}, options);
    append(out);
    // x · y + z with z near −x · y, where a fused product shows.
    std::vector<bfloat16> a(n), b(n), c(n), fused(n);
    for (std::size_t i = 0; i < n; ++i) {
        a[i] = convert<bfloat16>(x[i]);
        b[i] = convert<bfloat16>(y[i]);
        c[i] = -(a[i] * b[i]);
    }
    fma(a, b, c, fused, constant_value<projection{}>{}, options);
    append(fused);
    fma(x, y, y, wide, formats::float32, {}, options);
    append(wide);
}

inline std::vector<std::uint64_t> array_results() {
    std::vector<std::uint64_t> all;
    for (const halfulp::simd::isa level :
         {halfulp::simd::isa::plain, halfulp::simd::isa::avx2, halfulp::simd::isa::avx512})
        if (level <= halfulp::simd::detected_level())
            append_arrays(all, level);
    return all;
}

}  // namespace
}  // namespace halfulp_test
