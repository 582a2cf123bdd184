// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// What arithmetic::l_mul says in so many words: its default, its types; sums are never −0, and zero products change
/// nothing; NaN has one code.

#include <halfulp/arithmetic/l_mul.hpp>
#include <halfulp/kernels/dot.hpp>

#include "arithmetic/oracle.hpp"
#include "support/catch.hpp"

#include <bit>
#include <limits>
#include <vector>

namespace {

using namespace halfulp_test;

TEST_CASE("the default is the integer adder, summed in float, all of it known to the compiler") {
    using policy = arithmetic::l_mul<>;
    STATIC_REQUIRE(policy::options == l_mul_adder);
    STATIC_REQUIRE(std::is_same_v<policy::accumulator<bfloat16, float8_e4m3>, float>);
    STATIC_REQUIRE(arithmetic_for<policy, float, float>);
    STATIC_REQUIRE(arithmetic_for<policy, float8_e5m2, double>);
    STATIC_REQUIRE_FALSE(arithmetic_for<policy, int, float>);
    STATIC_REQUIRE(std::is_same_v<policy::product_type<bfloat16, float>, float>);
    STATIC_REQUIRE(std::is_same_v<policy::product_type<bfloat16, double>, double>);
    STATIC_REQUIRE(std::is_same_v<policy::product_type<float128, double>, float128>);
    STATIC_REQUIRE(std::is_same_v<policy::product_type<double, float128>, float128>);
    STATIC_REQUIRE(
        std::is_same_v<arithmetic::l_mul<l_mul_adder, float, float16>::product_type<float, float>, float16>);
    // (1 + 1/4 + 1/8 + 1/16)·2 + (1 + 1/16)
    constexpr float x[] = {1.25f, 1.0f};
    constexpr float y[] = {2.25f, 1.0f};
    STATIC_REQUIRE(dot(vector_view<const float>(x, 2), vector_view<const float>(y, 2), policy{}) ==
                   2.875f + 1.0625f);
}

TEST_CASE("sums are never −0, so a zero product changes nothing") {
    const auto code = [](auto x) { return static_cast<std::uint64_t>(code_of(x)); };
    using halfulp::arithmetic::l_mul;
    const l_mul<> policy{};
    CHECK(code(policy.start<float, float>(-0.0f)) == 0);
    CHECK(code(policy.start<float, float>(-0.0)) == 0);
    CHECK(code(policy.start<float, float>(-1e-60)) == 0);
    CHECK(policy.start<float, float>(-2.5) == -2.5f);
    float sum = 0;
    policy.multiply_add(sum, -0.0f, 3.0f, {});
    CHECK(code(sum) == 0);
    policy.multiply_add(sum, -0x1p-100f, 0x1p-100f, {});  // a product that goes to −0
    CHECK(code(sum) == 0);

    // x + (−x) is −0 in toward_negative, and a narrow sum underflows to −0.
    const l_mul<l_mul_adder, float, void, constant_value<projection{rounding::toward_negative}>> downward{};
    for (const float x : {1.0f, -1.0f}) {
        float cancelled = 0;
        downward.multiply_add(cancelled, x, 1.0f, {});
        downward.multiply_add(cancelled, -x, 1.0f, {});
        CHECK(code(cancelled) == 0);
        downward.multiply_add(cancelled, -0.0f, 1.0f, {});
        CHECK(code(cancelled) == 0);
        float merged = x;
        downward.merge(merged, -x, {});
        CHECK(code(merged) == 0);
    }
    const l_mul<l_mul_adder, float16> narrow{};
    float16 half_sum(0);
    narrow.multiply_add(half_sum, -0x1p-40f, 1.0f, {});
    CHECK(code(half_sum) == 0);
    CHECK(code(narrow.start<float, float>(-1e-30f)) == 0);

    // Chains with zeros put in, of either sign.
    std::mt19937_64 generator(13);
    for (int round = 0; round < cases_for_effort(10, 300, 10'000); ++round) {
        const auto x = random_numbers<float>(generator, 10, 3);
        const auto y = random_numbers<float>(generator, 10, 3);
        std::vector<float> with_zeros_x;
        std::vector<float> with_zeros_y;
        for (std::size_t k = 0; k < x.size(); ++k) {
            with_zeros_x.insert(with_zeros_x.end(), {-0.0f, x[k], 0.0f, -5.0f});
            with_zeros_y.insert(with_zeros_y.end(), {1.5f, y[k], -2.5f, 0.0f});
        }
        CHECK(code(dot(x, y, policy)) == code(dot(with_zeros_x, with_zeros_y, policy)));
        CHECK(code(dot(x, y, downward)) == code(dot(with_zeros_x, with_zeros_y, downward)));
    }
}

TEST_CASE("NaN has one code, and infinities of both signs meet in it") {
    const float infinity = std::numeric_limits<float>::infinity();
    const float payload = std::bit_cast<float>(0xFFC12345u);
    const auto bits = [](float x) { return std::bit_cast<std::uint32_t>(x); };
    const halfulp::arithmetic::l_mul<> policy{};
    const std::vector<float> one{1, 1};
    CHECK(bits(dot(std::vector<float>{payload, 1}, one, policy)) == 0x7FC00000u);
    CHECK(bits(dot(std::vector<float>{infinity, -infinity}, one, policy)) == 0x7FC00000u);
    CHECK(bits(dot(std::vector<float>{infinity, 0}, std::vector<float>{0, 1}, policy)) == 0x7FC00000u);
    CHECK(bits(policy.result<float>(policy.start<float, float>(payload), {})) == 0x7FC00000u);
    CHECK(dot(std::vector<float>{infinity, 5}, one, policy) == infinity);
}

TEST_CASE("merging and results round once, in the mode of the sums") {
    std::mt19937_64 generator(14);
    for (const rounding mode : all_modes) {
        const projection how{mode, saturation::propagate, 5};
        const halfulp::arithmetic::l_mul<l_mul_adder, float16, void, projection> policy{how, 3};
        for (int round = 0; round < 50; ++round) {
            const auto x = random_numbers<float16>(generator, 2, 4);
            CAPTURE(static_cast<int>(mode), round);
            float16 merged = x[0];
            policy.merge(merged, x[1], {5, 6});
            auto expected = rounded_by_reference<float16>(exact_of(x[0]) + exact_of(x[1]), how,
                                                          documented_bits(how, 3, 5, 6, 2));
            CHECK(same(merged, exact_of(expected).is_zero() ? float16(0) : expected));
            CHECK(same(
                policy.result<float8_e4m3>(x[0], {7, 8}),
                rounded_by_reference<float8_e4m3>(exact_of(x[0]), how, documented_bits(how, 3, 7, 8, 3))));
        }
    }
}

}  // namespace
