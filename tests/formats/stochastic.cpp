// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Stochastic rounding: the outcome for every value of the random bits is the definition's, so the
// probability of each outcome, counted over all of them, is exact. Both lanes.

#include "support/operations.hpp"
#include "support/random.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

/// How many of the 2^N values of R take x + y to the neighbour farther from zero.
template <class T>
std::uint64_t count_away(T x, T y, const projection& p) {
    std::uint64_t away = 0;
    const T toward_zero = add(x, y, projection{rounding::toward_zero, p.overflow});
    for (std::uint64_t random = 0; random < std::uint64_t{1} << p.random_bits; ++random)
        away += total_order(add(x, y, p, random), toward_zero) != 0;
    return away;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("every random bit pattern gives the reference's outcome", "", small_types) {
    tally t(name_of(TestType::format) + ", stochastic modes, all values of R up to 6 bits, both lanes");
    generator random(5);
    const unsigned codes = 1u << TestType::format.bits();
    for (int bits = 1; bits <= 6; ++bits) {
        const auto projections = stochastic_projections(bits);
        for (int i = 0; i < cases_for_effort(20, 400, 10000); ++i) {
            const auto x = nth<TestType>(random.below(codes));
            const auto y = nth<TestType>(random.below(codes));
            for (std::uint64_t r = 0; r < std::uint64_t{1} << bits; ++r) {
                check_projections<add_case, TestType>(t, projections, r, x, y);
                check_projections<multiply_case, TestType>(t, projections, r, x, y);
                check_projections<divide_case, TestType>(t, projections, r, x, y);
            }
        }
    }
    require(t);
}

TEST_CASE("a sum is rounded once: float16 1024 + 2^-14 goes up once in 2^14") {
    // Rounding the sum to float or double first would lose the addend: probability 0.
    const float16 x{1024}, y{0x1p-14};
    CHECK(count_away(x, y, {rounding::stochastic_a, saturation::none, 14}) == 1);
    CHECK(count_away(x, y, {rounding::stochastic_a, saturation::none, 16}) == 4);
    CHECK(count_away(x, y, {rounding::stochastic_b, saturation::none, 16}) == 4);
    CHECK(count_away(x, y, {rounding::stochastic_c, saturation::none, 16}) == 4);
    CHECK(count_away(x, y, {rounding::stochastic_a, saturation::none, 13}) == 0);
    CHECK(count_away(x, y, {rounding::stochastic_b, saturation::none, 13}) == 1);
    CHECK(count_away(x, y, {rounding::stochastic_equal, saturation::none, 1}) == 1);
}

TEST_CASE("near overflow the probability is the distance: 65519 to float16") {
    for (int value = 65504; value < 65536; value += 5) {
        std::uint64_t infinite = 0;
        for (std::uint64_t random = 0; random < 32; ++random)
            infinite += isinf(
                convert<float16>(value, projection{rounding::stochastic_a, saturation::none, 5}, random));
        CHECK(infinite == static_cast<std::uint64_t>(value - 65504));
    }
}

TEST_CASE("a number of random bits out of range is the nearest one in range, in both lanes") {
    constexpr int huge = std::numeric_limits<int>::max();
    const float16 x(1.0f), y(0x1.4p-12f);
    for (const rounding mode : {rounding::stochastic_a, rounding::stochastic_b, rounding::stochastic_c})
        for (const std::uint64_t random : {0u, 1u, 0x7fffffffu, 0xffffffffu}) {
            CHECK(add(x, y, projection{mode, saturation::none, huge}, random) ==
                  add(x, y, projection{mode, saturation::none, 32}, random));
            CHECK(divide(x, y, projection{mode, saturation::none, -huge}, random) ==
                  divide(x, y, projection{mode, saturation::none, 0}, random));
        }
}

TEST_CASE("an exact value never moves") {
    for (rounding mode : stochastic_modes)
        for (std::uint64_t random = 0; random < 256; ++random) {
            const projection p{mode, saturation::none, 8};
            CHECK(add(float16{1}, float16{2}, p, random) == 3);
            CHECK(divide(float16{1}, float16{4}, p, random) == 0.25);
        }
}

TEST_CASE("the probability over all random bits is the definition's, to the last count") {
    tally t("counts over all 2^N random bits against the definition, float8_e4m3fn and float16 sums");
    generator random(7);
    for (int i = 0; i < cases_for_effort(50, 3000, 100000); ++i) {
        const float16 x = nth<float16>(random.below(0x7c00)), y = nth<float16>(random.below(0x7c00));
        // ν of the exact sum in units of 2^-40: both addends are multiples of 2^-24.
        const float16 low = add(x, y, projection{rounding::toward_zero});
        const float16 high = next_up(low);
        if (!isfinite(high))
            continue;
        const double sum = static_cast<double>(x) + static_cast<double>(y);  // exact
        const double fraction =
            (sum - static_cast<double>(low)) / (static_cast<double>(high) - static_cast<double>(low));
        for (int n : {3, 7, 10}) {
            const double scaled = std::ldexp(fraction, n);
            // A counts floor(ν 2^N) of 2^N; B the R with 2R + 1 >= 2^(N+1) - floor(ν 2^(N+1)); C rounds ν 2^N to even.
            const auto a = static_cast<std::uint64_t>(std::floor(scaled));
            const auto doubled = static_cast<std::uint64_t>(std::floor(2 * scaled));
            const std::uint64_t b = (doubled + 1) / 2;
            const auto c = static_cast<std::uint64_t>(std::nearbyint(scaled));
            t.expect(count_away(x, y, {rounding::stochastic_a, saturation::none, n}) == a,
                     [] { return std::string("a"); });
            t.expect(count_away(x, y, {rounding::stochastic_b, saturation::none, n}) == b,
                     [] { return std::string("b"); });
            t.expect(count_away(x, y, {rounding::stochastic_c, saturation::none, n}) == c,
                     [] { return std::string("c"); });
        }
    }
    require(t);
}
