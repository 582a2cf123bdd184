// SPDX-License-Identifier: BSL-1.0
//
// Arrays in which special values come alone, in stretches, or not at all. The kernels watch for them in
// groups of elements and may remember what came before, so what an element becomes must not depend on its
// neighbours: every level against the definition.

#include "simd/rounding_checks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

/// Stretches of 1 to 300 numbers of one kind each: in range; in range but for one; overflowing; what rounds
/// down to the largest value or just overflows; infinities and NaN; anything.
template <class Float>
std::vector<Float> stretches(const float_format& format, std::size_t count, std::uint64_t seed) {
    generator random(seed);
    const auto value_of = [&](uint128 code) {
        return static_cast<double>(dynamic_float(format, static_cast<std::uint64_t>(code)));
    };
    const uint128 top = format.largest_finite_magnitude();
    const double largest = value_of(top);
    const double step = largest - value_of(top - uint128{1});
    const auto signed_by = [&](double x) { return static_cast<Float>(random.below(2) != 0 ? x : -x); };
    const auto in_range = [&] {
        const auto code = uint128{random() % (static_cast<std::uint64_t>(top) + 1)};
        const double x = value_of(code);
        return signed_by(x * (1 - static_cast<double>(random.below(256)) / 4096));
    };
    const auto overflowing = [&] { return signed_by(largest * static_cast<double>(2 + random.below(1000))); };
    const auto at_the_edge = [&] {
        const double x = largest + step * static_cast<double>(random.below(9)) / 8;
        const auto code = detail::to_code(signed_by(x));
        return detail::from_code<Float>(code + random.below(3) - 1);
    };
    const auto not_finite = [&] {
        using limits = std::numeric_limits<Float>;
        return random.below(2) != 0 ? signed_by(limits::infinity()) : limits::quiet_NaN();
    };
    std::vector<Float> result;
    while (result.size() < count) {
        const std::uint64_t length =
            random.below(4) == 0 ? 64 * (1 + random.below(5)) : 1 + random.below(300);
        const std::uint64_t kind = random.below(7);
        for (std::uint64_t i = 0; i < length; ++i)
            result.push_back(kind <= 2   ? in_range()
                             : kind == 3 ? overflowing()
                             : kind == 4 ? at_the_edge()
                             : kind == 5 ? not_finite()
                                         : detail::from_code<Float>(random()));
        if (kind == 1)
            result[result.size() - 1 - random.below(length)] = overflowing();
        if (kind == 2)
            result[result.size() - 1 - random.below(length)] = not_finite();
    }
    result.resize(count);
    return result;
}

template <class In>
void check_stretches(tally& t) {
    std::vector<float_format> all{formats::float8_e4m3fn,
                                  formats::float8_e5m2,
                                  formats::bfloat16,
                                  formats::float16,
                                  formats::float4_e2m1fn,
                                  formats::float8_e4m3fnuz,
                                  formats::float8_e8m0fnu,
                                  formats::tfloat32,
                                  formats::float32,
                                  p3109::format(8, 3),
                                  float_format{.exponent_bits = 5, .significand_bits = 7},
                                  p3109::format(8, 4, p3109::signedness::unsigned_values)};
    std::uint64_t seed = 300;
    for (const float_format& f : all) {
        const auto in = stretches<In>(f, cases_for_effort<std::size_t>(500, 3000, 50'000), ++seed);
        for (std::size_t i = seed % 7; i < all_projections().size(); i += cases_for_effort(12u, 1u, 1u))
            check_projection(t, in, f, all_projections()[i], seed);
    }
}

}  // namespace

TEST_CASE("special values alone and in stretches") {
    tally t("stretches of special values, arrays of float and double, 12 formats");
    check_stretches<float>(t);
    check_stretches<double>(t);
    require(t);
}
