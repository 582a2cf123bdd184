// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Inputs for arrays, and the comparison of five ways to round one.

#include <halfulp/halfulp.hpp>

#include "support/formats.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace halfulp_test {

using namespace halfulp;

/// Directed values of a type: special values, the format's own values, and points beside them.
template <class Float>
std::vector<Float> inputs(const float_format& format, std::size_t count, std::uint64_t seed) {
    using limits = std::numeric_limits<Float>;
    std::vector<Float> result{
        Float{0}, -Float{0}, limits::infinity(), -limits::infinity(), limits::quiet_NaN(),
        -limits::quiet_NaN(), limits::denorm_min(), -limits::denorm_min(), limits::max(), limits::lowest(),
        limits::min(),
        // payloads that a careless addition turns into infinity or zero
        detail::from_code<Float>(limits::digits == 24 ? std::uint64_t{0x7f800001} : 0x7ff0000000000001),
        detail::from_code<Float>(limits::digits == 24 ? std::uint64_t{0xffffffff} : ~std::uint64_t{0})};
    code_generator any(number_format<Float>::value, seed);
    code_generator codes(format, seed + 1);
    generator random(seed + 2);
    while (result.size() < count) {
        const auto near = static_cast<double>(dynamic_float(format, static_cast<std::uint64_t>(codes.any())));
        const auto x = static_cast<Float>(near);
        result.push_back(x);
        result.push_back(detail::from_code<Float>(detail::to_code(x) + random.below(3) - 1));
        result.push_back(static_cast<Float>(x * (1 + static_cast<double>(random.below(64)) / 64)));
        result.push_back(detail::from_code<Float>(any.any()));
    }
    result.resize(count);
    return result;
}

template <class Float>
bool same_number(Float x, Float y) {
    return std::isnan(x) ? std::isnan(y) : detail::to_code(x) == detail::to_code(y);
}

/// One array in one projection: five ways that have to agree.
template <float_format Format, projection P, class In>
void check_array(tally& t, const std::vector<In>& in) {
    using number = custom_float<Format>;
    constexpr bool float_holds = contains_finite(formats::float32, Format);
    using out_type = std::conditional_t<float_holds, float, double>;
    const round_options options{.seed = 42, .operation = 7, .first_index = 1000};
    std::vector<std::uint32_t> codes(in.size()), run_time_codes(in.size());
    std::vector<out_type> out(in.size()), run_time_out(in.size()), decoded(in.size());
    encode(in, codes, constant_value<Format>{}, constant_value<P>{}, options);
    encode(in, run_time_codes, Format, P, options);
    round(in, out, constant_value<Format>{}, constant_value<P>{}, options);
    round(in, run_time_out, Format, P, options);
    decode(codes, decoded, Format);
    for (std::size_t i = 0; i < in.size(); ++i) {
        const auto random = is_stochastic(P.mode) ? philox_bits(42, 7, 1000 + i) : 0;
        const number expected = convert<number>(in[i], P, random);
        const auto value = static_cast<out_type>(expected);
        t.expect(codes[i] == expected.to_bits() && run_time_codes[i] == expected.to_bits() &&
                     same_number(out[i], value) && same_number(run_time_out[i], value) &&
                     same_number(decoded[i], value),
                 [&] {
                     return name_of(Format) + " " + name_of(P) + " of " +
                            hexadecimal(detail::to_code(in[i])) + ": codes " + hexadecimal(codes[i]) + ", " +
                            hexadecimal(run_time_codes[i]) + ", scalar " + hexadecimal(expected.to_bits()) +
                            ", values " + hexadecimal(detail::to_code(out[i])) + ", " +
                            hexadecimal(detail::to_code(run_time_out[i]));
                 });
    }
}

/// One mode of each kind, for a further format.
template <float_format Format, class In>
void check_format_briefly(tally& t, std::size_t count) {
    const auto in = inputs<In>(Format, count, 60);
    check_array<Format, projection{}>(t, in);
    check_array<Format, projection{rounding::toward_negative, saturation::propagate}>(t, in);
    check_array<Format, projection{rounding::stochastic_b, saturation::finite, 20}>(t, in);
}

/// All twelve modes; the saturations in turn.
template <float_format Format, class In>
void check_format(tally& t, std::size_t count) {
    const auto in = inputs<In>(Format, count, 50);
    using enum rounding;
    using enum saturation;
    check_array<Format, projection{ties_to_even, none}>(t, in);
    check_array<Format, projection{ties_to_even, finite}>(t, in);
    check_array<Format, projection{ties_to_away, propagate}>(t, in);
    check_array<Format, projection{ties_to_zero, none}>(t, in);
    check_array<Format, projection{toward_zero, finite}>(t, in);
    check_array<Format, projection{toward_positive, none}>(t, in);
    check_array<Format, projection{toward_negative, propagate}>(t, in);
    check_array<Format, projection{away_from_zero, none}>(t, in);
    check_array<Format, projection{to_odd, none}>(t, in);
    check_array<Format, projection{stochastic_a, none, 8}>(t, in);
    check_array<Format, projection{stochastic_b, finite, 20}>(t, in);
    check_array<Format, projection{stochastic_c, propagate, 32}>(t, in);
    check_array<Format, projection{stochastic_equal, none, 1}>(t, in);
}

inline const std::size_t array_size = cases_for_effort<std::size_t>(200, 4000, 400'000);

}  // namespace halfulp_test
