// SPDX-License-Identifier: BSL-1.0
//
// e^x and tanh of arrays of float at every level: the floats that are hardest to round, special values, all exponents,
// every size and place.

#include <halfulp/kernels/exponential.hpp>

#include "simd/arrays_checks.hpp"
#include "simd/exponential_hard.hpp"

#include <bit>
#include <cfenv>

#define HALFULP_FAMILY_TEXT "simd/exponential_family.hpp"
#include <halfulp/simd/for_each_family.hpp>

using namespace halfulp;
using namespace halfulp_test;

namespace {

using function_of_arrays = void (*)(const std::vector<float>&, std::vector<float>&);

void fast_exponential(const std::vector<float>& x, std::vector<float>& y) {
    exponential(x, y);
}
void fast_hyperbolic_tangent(const std::vector<float>& x, std::vector<float>& y) {
    hyperbolic_tangent(x, y);
}

/// At every level: the function of the array against the scalar one.
template <class Scalar>
void check_floats(tally& t, const char* name, const std::vector<float>& x, function_of_arrays function,
                  const Scalar& scalar) {
    std::vector<float> expected(x.size()), got(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        expected[i] = scalar(x[i]);
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        function(x, got);
        expect_same(t, got.data(), expected.data(), x.size(), [&](std::size_t i) {
            return std::string(name) + " of " + hexadecimal(code_bits(x[i < x.size() ? i : 0])) +
                   " at level " + simd::name_of(level);
        });
    }
}
void check_floats(tally& t, const std::vector<float>& x) {
    check_floats(t, "e^x", x, fast_exponential, [](float v) { return exponential<float>(v); });
    check_floats(t, "tanh", x, fast_hyperbolic_tangent, [](float v) { return hyperbolic_tangent<float>(v); });
}

/// The function for x <= 0, at every level, with the bits of the definition but for those of NaN.
void check_nonpositive(tally& t, std::vector<float> x) {
    std::erase_if(x, [](float v) { return v > 0; });
    x.resize((x.size() + 63) / 64 * 64);
    std::vector<float> expected(x.size()), got(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        expected[i] = exponential<float>(x[i]);
#if HALFULP_HAS_SIMD
    if (has_fast_paths())
        for (const simd::isa level : fast_levels()) {
            HALFULP_SIMD_SELECT(level, exponential_of_nonpositive_array)(x.data(), got.data(), x.size());
            for (std::size_t i = 0; i < x.size(); ++i)
                if (std::isnan(x[i]) && std::isnan(got[i]))
                    got[i] = expected[i];
            expect_same(t, got.data(), expected.data(), x.size(), [&](std::size_t i) {
                return "e^x of x <= 0, " + hexadecimal(code_bits(x[i < x.size() ? i : 0])) + " at level " +
                       simd::name_of(level);
            });
        }
#else
    (void)t;
#endif
}

/// Floats from bits, with both signs.
template <class Bits>
std::vector<float> from_bits(const Bits& bits) {
    std::vector<float> result;
    for (const std::uint32_t b : bits) {
        result.push_back(std::bit_cast<float>(b));
        result.push_back(-std::bit_cast<float>(b));
    }
    return result;
}

constexpr float infinity = std::numeric_limits<float>::infinity();

std::vector<float> special_floats() {
    std::vector<float> result{0.0f, -0.0f, infinity, -infinity};
    for (const std::uint32_t nan :
         {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0xff800001u, 0x7fffffffu, 0xffffffffu})
        result.push_back(std::bit_cast<float>(nan));
    // Where e^x overflows, leaves the normal floats, the floats, and where the bounds of the kernels lie; where tanh x
    // is x, and 1; thresholds of rounding to 1; and all powers of two.
    std::vector<float> around{0x1.62e43p+6f,   -0x1.5d589ep+6f, -0x1.9fe368p+6f, -0x1.9d1da2p+6f,
                              -104.0f,         89.0f,           10.0f,           0x1.205968p+3f,
                              0x1.3687aap-12f, 0x1p-25f,        -0x1p-25f};
    for (int e = -149; e < 128; ++e) {
        around.push_back(std::ldexp(1.0f, e));
        around.push_back(-std::ldexp(1.0f, e));
    }
    for (float x : around) {
        for (int i = 0; i < 4; ++i)
            x = std::nextafter(x, -infinity);
        for (int i = 0; i < 8; ++i, x = std::nextafter(x, infinity))
            result.push_back(x);
    }
    return result;
}

/// Numbers at which neither function is constant, and a few others.
std::vector<float> ordinary_floats(std::size_t count, std::uint64_t seed) {
    generator random(seed);
    std::vector<float> result(count);
    for (float& x : result) {
        const auto bits = static_cast<std::uint32_t>(random());
        x = std::ldexp(std::bit_cast<float>((bits & 0x807fffffu) | 0x3f800000u),
                       static_cast<int>(random.below(24)) - 17);
    }
    return result;
}

}  // namespace

TEST_CASE("e^x of the floats that are hardest to round") {
    tally t("hard floats of e^x");
    // Half ways within 2^-45: what the kernels compute in double is as far off.
    check_floats(t, from_bits(hard_exponentials));
    check_nonpositive(t, from_bits(hard_exponentials));
    require(t);
}

TEST_CASE("tanh of the floats that are hardest to round") {
    tally t("hard floats of tanh");
    check_floats(t, from_bits(hard_hyperbolic_tangents));
    require(t);
}

TEST_CASE("e^x and tanh of special floats") {
    tally t("special floats of e^x and tanh");
    check_floats(t, special_floats());
    check_nonpositive(t, special_floats());
    require(t);
    const std::vector<float> x{0.0f, -0.0f, infinity, -infinity, 0x1.62e42ep+6f, 0x1.62e43p+6f, -104.0f};
    std::vector<float> y(x.size());
    exponential(x, y);
    CHECK(y == std::vector<float>{1, 1, infinity, 0, 0x1.ffff08p+127f, infinity, 0});
    CHECK(!std::signbit(y[3]));
    hyperbolic_tangent(x, y);
    CHECK(y == std::vector<float>{0, 0, 1, -1, 1, 1, -1});
    CHECK(!std::signbit(y[0]));
    CHECK(std::signbit(y[1]));
}

TEST_CASE("e^x and tanh of floats with all exponents") {
    tally t("floats of all exponents, e^x and tanh");
    std::vector<float> x;
    const std::uint64_t step = cases_for_effort(1'000'003u, 16'411u, 257u);
    for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += step)
        x.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    const auto more = ordinary_floats(cases_for_effort(2000u, 200'000u, 20'000'000u), 1);
    x.insert(x.end(), more.begin(), more.end());
    check_floats(t, x);
    check_nonpositive(t, x);
    require(t);
}

TEST_CASE("e^x of arrays of every size, nothing past their ends") {
    tally t("e^x of every size");
    const auto x = ordinary_floats(4200, 2);
    for (const std::size_t n : interesting_sizes()) {
        const last_elements<float> in(n), end(n);
        std::copy_n(x.begin(), n, in.data());
        std::vector<float> expected(n);
        exponential(in.span(), expected, execution::plain);
        for (const simd::isa level : fast_levels()) {
            const simd::scoped_level guard(level);
            const auto text = [&](std::size_t) {
                return std::to_string(n) + " elements at level " + simd::name_of(level);
            };
            guarded<float> out(n, n % 9);
            exponential(in.span(), out.span());
            expect_same(t, out.data(), expected.data(), n, text);
            t.expect(out.intact(), [&] { return "a guard, " + text(0); });
            exponential(in.span(), end.span());
            expect_same(t, end.data(), expected.data(), n, text);
        }
    }
    require(t);
}

TEST_CASE("e^x in place, with strides and in threads") {
    tally t("e^x in many places");
    for (const std::size_t n : {std::size_t{100}, std::size_t{2500}, (std::size_t{1} << 20) + 77}) {
        const auto x = ordinary_floats(n, 3);
        std::vector<float> expected(n);
        exponential(x, expected, execution::policy{.definition_only = true, .threads = 0});
        for (const simd::isa level : fast_levels()) {
            const simd::scoped_level guard(level);
            const auto text = [&](std::size_t) {
                return std::to_string(n) + " elements at level " + simd::name_of(level);
            };
            std::vector<float> y = x;
            exponential(y, y);
            expect_same(t, y.data(), expected.data(), n, text);
            guarded<float> apart(n, 3);
            exponential(x, apart.span(), execution::parallel(3));
            expect_same(t, apart.data(), expected.data(), n, text);
            t.expect(apart.intact(), [&] { return "a guard, " + text(0); });
            std::vector<float> wide(3 * n, -1.0f), gathered(n);
            for (std::size_t i = 0; i < n; ++i)
                wide[3 * i] = x[i];
            exponential(vector_view<const float>(wide.data(), n, 3),
                        vector_view<float>(gathered.data() + n - 1, n, -1));
            std::reverse(gathered.begin(), gathered.end());
            expect_same(t, gathered.data(), expected.data(), n, text);
            exponential(vector_view<const float>(x.data(), n), vector_view<float>(wide.data() + 1, n, 3));
            bool untouched = true;
            for (std::size_t i = 0; i < n; ++i) {
                gathered[i] = wide[3 * i + 1];
                untouched = untouched && wide[3 * i] == x[i] && wide[3 * i + 2] == -1.0f;
            }
            expect_same(t, gathered.data(), expected.data(), n, text);
            t.expect(untouched, [&] { return "between the elements, " + text(0); });
        }
    }
    require(t);
}

TEST_CASE("the floating-point environment does not reach e^x and tanh of arrays") {
    if (!has_fast_paths()) {
        SUCCEED("no fast path on this machine");
        return;
    }
    const auto x = from_bits(hard_exponentials);
    std::vector<float> e(x.size()), tanh(x.size()), got_e(x.size()), got_tanh(x.size());
    exponential(x, e, execution::plain);
    hyperbolic_tangent(x, tanh, execution::plain);
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        for (const int direction : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
            REQUIRE(std::fesetround(direction) == 0);
            exponential(x, got_e);
            hyperbolic_tangent(x, got_tanh);
            const int after = std::fegetround();
            std::fesetround(FE_TONEAREST);
            CHECK(after == direction);
            CHECK(got_e == e);
            CHECK(got_tanh == tanh);
        }
    }
}

TEST_CASE("e^x and tanh of arrays that do not fit each other are refused") {
    std::vector<float> x(100), y(99);
    CHECK_THROWS_AS(exponential(x, y), shape_error);
    CHECK_THROWS_AS(hyperbolic_tangent(x, y), shape_error);
    CHECK_THROWS_AS(exponential(std::span(x).first(99), std::span(x).last(99)), shape_error);
    CHECK_THROWS_AS(exponential(x, vector_view<float>(y.data(), 100, 0)), shape_error);
    CHECK_THROWS_AS(exponential(y, y, projection{rounding::stochastic_a, saturation::none, 99}),
                    format_error);
}
