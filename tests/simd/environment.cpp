// SPDX-License-Identifier: BSL-1.0
//
// Results do not depend on the processor's rounding direction, nor on flushing of subnormals, nor on traps;
// and the caller's settings are there again when a function returns.

#include "kernels/round_checks.hpp"
#include "simd/levels.hpp"

#include <cfenv>
#include <cstring>

using namespace halfulp;
using namespace halfulp_test;

namespace {

#if HALFULP_HAS_SIMD
// By hand, so that no compiler takes the register for something that it may move arithmetic across.
std::uint32_t control_word() {
    std::uint32_t value = 0;
    __asm__ volatile("stmxcsr %0" : "=m"(value) : : "memory");
    return value;
}
void set_control_word(std::uint32_t value) {
    __asm__ volatile("ldmxcsr %0" : : "m"(value) : "memory");
}
constexpr std::uint32_t flags = 0x3f;
#endif

/// What all kinds of kernels make of the same numbers.
struct results {
    std::vector<float> rounded, drawn, decoded, sums, fused, quotients, roots;
    std::vector<double> wide, wide_products;
    std::vector<std::uint8_t> codes, packed;
    round_statistics statistics;

    explicit results(std::size_t n)
        : rounded(n),
          drawn(n),
          decoded(n),
          sums(n),
          fused(n),
          quotients(n),
          roots(n),
          wide(n),
          wide_products(n),
          codes(n),
          packed(packed_size(n, formats::float6_e2m3fn)) {}

    void compute(const std::vector<float>& x, const std::vector<double>& y, const std::vector<float>& z,
                 const round_options& options = {}) {
        // bfloat16 has float's subnormals, which a flushing processor would lose.
        round(x, rounded, formats::bfloat16, projection{}, options, statistics);
        round(x, drawn, formats::bfloat16, projection{rounding::stochastic_b, saturation::none, 12}, options);
        round(y, wide, formats::float32, projection{rounding::toward_positive}, options);
        encode(x, codes, formats::float8_e5m2, projection{rounding::to_odd}, options);
        decode(codes, decoded, formats::float8_e5m2, options);
        encode_packed(x, packed, formats::float6_e2m3fn, projection{}, options);
        add(x, z, sums, formats::bfloat16, projection{}, options);
        fma(x, z, z, fused, formats::float16, projection{}, options);
        multiply(y, y, wide_products, formats::bfloat16, projection{}, options);
        divide(x, z, quotients, formats::float16, projection{rounding::toward_negative}, options);
        sqrt(z, roots, formats::float16, projection{}, options);
    }

    bool operator==(const results& other) const {
        const auto same = [](const auto& a, const auto& b) {
            return std::memcmp(a.data(), b.data(), a.size() * sizeof(a[0])) == 0;
        };
        return same(rounded, other.rounded) && same(drawn, other.drawn) && same(decoded, other.decoded) &&
               same(sums, other.sums) && same(fused, other.fused) && same(quotients, other.quotients) &&
               same(roots, other.roots) && same(wide, other.wide) &&
               same(wide_products, other.wide_products) && same(codes, other.codes) &&
               same(packed, other.packed) && statistics == other.statistics;
    }
};

struct data {
    std::vector<float> x = inputs<float>(formats::bfloat16, 1500, 140);
    std::vector<double> y = inputs<double>(formats::float32, 1500, 141);
    std::vector<float> z = inputs<float>(formats::float16, 1500, 142);
};

}  // namespace

TEST_CASE("the rounding direction of the program does not reach results") {
    if (!has_fast_paths()) {
        SUCCEED("no fast path on this machine");
        return;
    }
    const data d;
    results expected(d.x.size());
    expected.compute(d.x, d.y, d.z, definition_of({}));
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        CAPTURE(simd::name_of(level));
        for (const int direction : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
            CAPTURE(direction);
            results got(d.x.size());
            REQUIRE(std::fesetround(direction) == 0);
            got.compute(d.x, d.y, d.z);
            const int after = std::fegetround();
            std::fesetround(FE_TONEAREST);
            CHECK(after == direction);
            CHECK(got == expected);
        }
    }
}

#if HALFULP_HAS_SIMD

TEST_CASE("flush to zero, denormals are zero and traps do not reach results") {
    if (!has_fast_paths()) {
        SUCCEED("no fast path on this machine");
        return;
    }
    const data d;
    results expected(d.x.size());
    expected.compute(d.x, d.y, d.z, definition_of({}));
    const std::uint32_t before = control_word();
    constexpr std::uint32_t flush = 0x8000, denormals_are_zero = 0x0040, masks = 0x1f80;
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        CAPTURE(simd::name_of(level));
        for (const std::uint32_t set : {masks | flush, masks | denormals_are_zero,
                                        masks | flush | denormals_are_zero, masks | flush | 0x6000u,
                                        // Division by zero, overflow and invalid are not masked.
                                        masks & ~0x0680u}) {
            CAPTURE(set);
            results got(d.x.size());
            set_control_word(set);
            got.compute(d.x, d.y, d.z);
            const std::uint32_t after = control_word();
            set_control_word(before);
            CHECK((after & ~flags) == set);
            CHECK(got == expected);
        }
    }
}

TEST_CASE("the environment of a scope is put back as it was") {
    const std::uint32_t before = control_word();
    for (const std::uint32_t set : {0x1f80u, 0x9fc0u, 0x7f80u}) {
        set_control_word(set);
        std::uint32_t within = 0;
        {
            const simd::default_floating_point_environment guard;
            within = control_word();
        }
        const std::uint32_t after = control_word();
        set_control_word(before);
        CHECK((within & ~flags) == 0x1f80u);
        CHECK((after & ~flags) == set);
    }
}

#endif
