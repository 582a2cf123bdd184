// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Rounding, encoding and decoding of arrays at every level against the definition, and the definition
/// against the scalar conversion, for formats that are known at run time only.

#include "kernels/round_checks.hpp"
#include "simd/levels.hpp"

namespace halfulp_test {

/// The formats that have a name and at most 32 bits.
inline std::vector<float_format> named_formats() {
    std::vector<float_format> result = named_formats_up_to_16_bits();
    result.push_back(formats::tfloat32);
    result.push_back(formats::float32);
    return result;
}

/// Descriptors that nobody has a name for: every number of exponent bits, precisions from one bit to
/// float's, and biases that bring the smallest normal value next to the carrier's smallest, or the largest
/// value next to the carrier's largest. `stride` thins them out.
inline std::vector<float_format> odd_formats(std::size_t stride) {
    std::vector<float_format> result;
    std::size_t n = 0;
    const auto keep = [&](const float_format& f) {
        if (why_invalid(f) == nullptr && f.bits() <= 32 && n++ % stride == 0)
            result.push_back(f);
    };
    struct traits {
        bool sign, subnormals, negative_zero, infinity;
        nan_encoding nan;
    };
    using enum nan_encoding;
    const traits kinds[] = {
        {true, true, true, true, ieee},           {true, true, true, false, ieee},
        {true, true, true, true, top_code},       {true, true, true, false, top_code},
        {true, true, true, true, none},           {true, true, true, false, none},
        {true, true, false, true, ieee},          {true, true, false, false, negative_zero},
        {true, true, false, true, negative_zero}, {true, false, true, true, ieee},
        {true, false, true, false, none},         {true, false, false, false, negative_zero},
        {true, false, false, true, top_code},     {false, true, false, true, ieee},
        {false, true, false, false, top_code},    {false, false, false, true, top_code},
        {false, false, false, false, none},
    };
    for (int exponent_bits = 0; exponent_bits <= 11; ++exponent_bits)
        for (int significand_bits : {0, 1, 2, 3, 5, 7, 10, 15, 20, 21, 22, 23}) {
            std::vector<int> biases{float_format{.exponent_bits = exponent_bits}.bias};
            // 2^emin = 2^(1 − bias): at the carrier's smallest normal value, and one to either side.
            for (int carrier_smallest : {-126, -1022})
                for (int beside : {-1, 0, 1})
                    biases.push_back(1 - carrier_smallest + beside);
            // The top binade 2^(field − bias) at the carrier's, and one to either side.
            const int top_field = (1 << exponent_bits) - 1;
            for (int carrier_largest : {127, 1023})
                for (int beside : {-1, 0, 1})
                    biases.push_back(top_field - carrier_largest + beside);
            // Fixed point of the stochastic modes and the sum form of ties to even end in between.
            for (int bias : {-90, -40, 40, 90, 110})
                biases.push_back(bias);
            std::sort(biases.begin(), biases.end());
            biases.erase(std::unique(biases.begin(), biases.end()), biases.end());
            for (int bias : biases)
                for (const traits& k : kinds)
                    keep({.exponent_bits = exponent_bits,
                          .significand_bits = significand_bits,
                          .bias = bias,
                          .has_sign = k.sign,
                          .has_subnormals = k.subnormals,
                          .has_negative_zero = k.negative_zero,
                          .has_infinity = k.infinity,
                          .nan = k.nan});
        }
    return result;
}

/// The modes, saturations and numbers of random bits.
inline const std::vector<projection>& all_projections() {
    static const std::vector<projection> all = [] {
        std::vector<projection> result = deterministic_projections();
        for (int bits : {1, 8, 16, 23, 31, 32})
            for (const projection& p : stochastic_projections(bits))
                result.push_back(p);
        return result;
    }();
    return all;
}

/// `inputs`, and what it seldom meets: midpoints and the carrier's numbers beside them, the surroundings of
/// the largest and of the smallest value, and the carrier's subnormals.
template <class Float>
std::vector<Float> directed_inputs(const float_format& format, std::size_t count, std::uint64_t seed) {
    std::vector<Float> result = inputs<Float>(format, count / 2, seed);
    generator random(seed + 3);
    const auto value_of = [&](uint128 code) {
        return static_cast<double>(dynamic_float(format, static_cast<std::uint64_t>(code)));
    };
    const auto beside = [&](double x) {
        const Float near = static_cast<Float>(x);
        const auto code = detail::to_code(near);
        const Float sign = random.below(2) != 0 ? Float{1} : Float{-1};
        for (const auto other : {code, code + 1, code - 1})
            result.push_back(sign * detail::from_code<Float>(other));
    };
    const uint128 top = format.largest_finite_magnitude();
    const double largest = value_of(top);
    const double below = value_of(top - uint128{1});
    const double smallest = value_of(uint128{1});
    const double normal = std::ldexp(1.0, format.minimum_exponent());
    for (const double x : {largest, largest + (largest - below) / 2, largest + (largest - below), 2 * largest,
                           smallest, smallest / 2, smallest / 4, smallest * 3 / 4, smallest * 3 / 2, normal,
                           normal / 2, normal - smallest / 2, normal + smallest / 2})
        beside(x);
    while (result.size() < count) {
        const uint128 code{random() % static_cast<std::uint64_t>(top)};
        const double x = value_of(code), y = value_of(code + uint128{1});
        beside(x + (y - x) / 2);
        beside(x + (y - x) / 4);
        beside(x);
        // a subnormal of the carrier, and a number anywhere below the smallest value
        result.push_back(detail::from_code<Float>(random.below(std::uint64_t{1} << 23)));
        result.push_back(
            static_cast<Float>(-smallest * static_cast<double>(random.below(1u << 20)) / (1 << 20)));
    }
    result.resize(count);
    return result;
}

/// Values in one type of output: the definition against the decoded codes, every level against the definition.
template <class Out, class In>
void check_values(tally& t, const std::vector<In>& in, const rounding_plan& plan,
                  const round_options& options, const std::vector<std::uint32_t>& codes) {
    const float_format& f = plan.format();
    if (!contains_finite(number_format<Out>::value, f))
        return;
    const std::size_t n = in.size();
    std::vector<Out> expected(n), out(n);
    const auto text = [&](const char* what, std::size_t i) {
        return what + (" at level " + std::string(simd::name_of(simd::level()))) + ", " + name_of(f) + " " +
               name_of(plan.projection()) + ", of " + hexadecimal(code_bits(in[i]));
    };
    round(in, expected, f, plan.projection(), definition_of(options));
    for (std::size_t i = 0; i < n; ++i)
        out[i] = static_cast<Out>(static_cast<double>(dynamic_float(f, codes[i])));
    expect_same(t, expected.data(), out.data(), n, [&](std::size_t i) { return text("definition", i); });
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        std::fill(out.begin(), out.end(), Out{7});
        round(in, out, plan, options);
        expect_same(t, out.data(), expected.data(), n, [&](std::size_t i) { return text("round", i); });
    }
}

/// One array in one projection: the codes of the definition against the scalar conversion, codes and
/// values of every level against the definition.
template <class In>
void check_projection(tally& t, const std::vector<In>& in, const float_format& f, const projection& p,
                      std::uint64_t first_index) {
    const std::size_t n = in.size();
    const round_options options{.seed = 42, .operation = 7, .first_index = first_index};
    const rounding_plan plan(f, p);
    std::vector<std::uint32_t> expected(n), codes(n);
    encode(in, expected, f, p, definition_of(options));
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint64_t random = is_stochastic(p.mode) ? philox_bits(42, 7, first_index + i) : 0;
        codes[i] = static_cast<std::uint32_t>(dynamic_float(f, in[i], p, random).to_bits());
    }
    const auto text = [&](const char* what, std::size_t i) {
        return what + (" at level " + std::string(simd::name_of(simd::level()))) + ", " + name_of(f) + " " +
               name_of(p) + ", of " + hexadecimal(code_bits(in[i]));
    };
    expect_same(t, expected.data(), codes.data(), n, [&](std::size_t i) { return text("definition", i); });
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        std::fill(codes.begin(), codes.end(), 0xdeadbeef);
        encode(in, codes, plan, options);
        expect_same(t, codes.data(), expected.data(), n, [&](std::size_t i) { return text("encode", i); });
    }
    check_values<float>(t, in, plan, options, expected);
    check_values<double>(t, in, plan, options, expected);
}

/// All codes of up to ten bits, or a sample of wider ones, with anything in the bits above: decoded.
template <class Code, class Out>
void check_decode(tally& t, const float_format& f, std::uint64_t seed) {
    if (!contains_finite(number_format<Out>::value, f) || f.bits() > static_cast<int>(sizeof(Code)) * 8)
        return;
    generator random(seed);
    code_generator any(f, seed + 1);
    std::vector<Code> codes;
    const bool all = f.bits() <= 10;
    for (std::size_t i = 0; i < (all ? std::size_t{1} << f.bits() : 300); ++i) {
        const auto code = all ? std::uint64_t{i} : static_cast<std::uint64_t>(any.any());
        codes.push_back(static_cast<Code>(code | (random() & ~low_bits_mask<std::uint64_t>(f.bits()))));
    }
    std::vector<Out> expected(codes.size()), out(codes.size());
    const auto text = [&](const char* what, std::size_t i) {
        return what + (" at level " + std::string(simd::name_of(simd::level()))) + ", " + name_of(f) +
               ", of " + hexadecimal(std::uint64_t{codes[i]});
    };
    decode(codes, expected, f, definition_of({}));
    for (std::size_t i = 0; i < codes.size(); ++i)
        out[i] = static_cast<Out>(static_cast<double>(dynamic_float(f, std::uint64_t{codes[i]})));
    expect_same(t, expected.data(), out.data(), out.size(),
                [&](std::size_t i) { return text("definition", i); });
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        std::fill(out.begin(), out.end(), Out{7});
        decode(codes, out, f);
        expect_same(t, out.data(), expected.data(), out.size(),
                    [&](std::size_t i) { return text("decode", i); });
    }
}

/// A format in the projections, every `stride`-th of them, beginning with another one each time.
template <class In>
void check_run_time_format(tally& t, const float_format& f, std::size_t count, std::size_t stride) {
    static std::size_t turn = 0;
    const auto& projections = all_projections();
    const auto in = directed_inputs<In>(f, count, 70 + turn);
    for (std::size_t i = turn++ % stride; i < projections.size(); i += stride)
        check_projection(t, in, f, projections[i], 1000 + turn);
}

}  // namespace halfulp_test
