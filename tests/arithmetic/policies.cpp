// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// The arithmetics step by step against the reference, bit for bit, in all modes and with the
/// documented random bits; and what each refuses at compile time.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/arithmetic/native.hpp>
#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/interop/gmp.hpp>

#include "arithmetic/oracle.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <limits>

namespace {

using namespace halfulp_test;

/// The chain of a policy, as kernels run it.
template <class Result, class Policy, class X, class Y>
Result chain(const Policy& policy, const std::vector<X>& x, const std::vector<Y>& y,
             std::uint64_t element = 0) {
    auto sum = policy.template zero<X, Y>();
    for (std::size_t k = 0; k < x.size(); ++k)
        policy.multiply_add(sum, x[k], y[k], {element, k});
    return policy.template result<Result>(sum, {element, x.size()});
}

template <class X, class Y, class Product, class Sum>
struct steps {
    using x_type = X;
    using y_type = Y;
    using product_type = Product;
    using sum_type = Sum;
};

TEMPLATE_TEST_CASE("rounded and fused do what they say, step by step", "",
                   (steps<float8_e4m3fn, float8_e4m3fn, float8_e4m3fn, float8_e4m3fn>),
                   (steps<float8_e5m2, float8_e4m3fn, float16, float>),
                   (steps<bfloat16, bfloat16, bfloat16, float>), (steps<float16, float16, float16, float16>),
                   (steps<float4_e2m1fn, float6_e3m2fn, float8_e3m4, bfloat16>),
                   (steps<float, float, float, float>), (steps<double, float, float, double>),
                   (steps<std::int8_t, float8_e4m3fnuz, float8_e4m3fnuz, float8_e5m2fnuz>),
                   (steps<float128, float128, float128, float128>)) {
    using product = typename TestType::product_type;
    using sum = typename TestType::sum_type;
    std::mt19937_64 generator(3);
    const auto numbers = [&generator]<class T>(std::size_t count, int spread, T) {
        if constexpr (std::integral<T>) {
            std::vector<T> result;
            for (std::size_t i = 0; i < count; ++i)
                result.push_back(static_cast<T>(generator()));
            return result;
        } else {
            return random_numbers<T>(generator, count, spread);
        }
    };
    const int rounds = cases_for_effort(5, 200, 20000);
    for (int round = 0; round < rounds; ++round)
        for (const rounding mode : all_modes)
            for (const int spread : {-1, 3}) {
                const projection how{mode, static_cast<saturation>(round % 3), 1 + round % 32};
                const std::uint64_t seed = generator();
                const std::uint64_t element = generator();
                const auto x = numbers(12, spread, typename TestType::x_type{});
                const auto y = numbers(12, spread, typename TestType::y_type{});
                CAPTURE(static_cast<int>(mode), round, spread);
                const auto by_steps = chain<sum>(arithmetic::rounded<product, sum>{how, seed}, x, y, element);
                const auto expected = rounded_chain<product, sum>(x, y, how, seed, element);
                CHECK(same(by_steps, expected));
                const auto in_one = chain<sum>(arithmetic::fused<sum>{how, seed}, x, y, element);
                CHECK(same(in_one, fused_chain<sum>(x, y, how, seed, element)));
            }
}

TEST_CASE("a projection known to the compiler gives the same bits") {
    std::mt19937_64 generator(4);
    constexpr projection how{rounding::stochastic_b, saturation::finite, 9};
    for (int round = 0; round < 50; ++round) {
        const auto x = random_numbers<float8_e4m3fn>(generator, 20, 3);
        const auto y = random_numbers<float8_e5m2>(generator, 20, 3);
        const std::uint64_t seed = generator();
        CHECK(same(chain<float16>(arithmetic::rounded<float16, float16, constant_value<how>>{{}, seed}, x, y),
                   chain<float16>(arithmetic::rounded<float16>{how, seed}, x, y)));
        CHECK(same(chain<float16>(arithmetic::fused<float16, constant_value<how>>{{}, seed}, x, y),
                   chain<float16>(arithmetic::fused<float16>{how, seed}, x, y)));
    }
}

TEST_CASE("native is a chain of fused multiply-adds") {
    std::mt19937_64 generator(5);
    for (int round = 0; round < 200; ++round) {
        const auto x = random_numbers<float>(generator, 30, 20);
        const auto y = random_numbers<float>(generator, 30, 20);
        float expected = 0;
        for (std::size_t k = 0; k < x.size(); ++k)
            expected = std::fma(x[k], y[k], expected);
        CHECK(same(chain<float>(arithmetic::native<float>{}, x, y), expected));
        CHECK(same(chain<float>(arithmetic::native<float>{}, x, y), fused_chain<float>(x, y, {}, 0, 0)));
        // Narrow operands are floats once converted; the result may be narrower than the sum.
        const auto u = random_numbers<float8_e4m3fn>(generator, 30);
        const auto v = random_numbers<bfloat16>(generator, 30, 20);
        const auto narrow = chain<float16>(arithmetic::native<float>{}, u, v);
        CHECK(same(narrow, rounded_by_reference<float16>(exact_of(fused_chain<float>(u, v, {}, 0, 0)), {})));
        const auto d = random_numbers<double>(generator, 30, 60);
        CHECK(same(chain<double>(arithmetic::native<double>{}, d, x), fused_chain<double>(d, x, {}, 0, 0)));
        CHECK(
            same(chain<float16>(arithmetic::native<float16>{}, u, u), fused_chain<float16>(u, u, {}, 0, 0)));
    }
}

TEST_CASE("native takes what converts to its accumulator exactly, and nothing else") {
    using halfulp::arithmetic::native;
    using unsigned_sum = halfulp::custom_float<halfulp::float_format{
        .exponent_bits = 5, .significand_bits = 10, .has_sign = false, .has_negative_zero = false}>;
    using even_sum =
        halfulp::custom_float<halfulp::float_format{.exponent_bits = 5, .significand_bits = 10, .bias = -10}>;
    using seven_bits = halfulp::custom_float<halfulp::float_format{.exponent_bits = 0,
                                                                   .significand_bits = 7,
                                                                   .bias = -6,
                                                                   .has_infinity = false,
                                                                   .nan = halfulp::nan_encoding::none}>;
    STATIC_REQUIRE(halfulp::arithmetic_for<native<float>, std::int8_t, std::uint16_t>);
    STATIC_REQUIRE(halfulp::arithmetic_for<native<halfulp::bfloat16>, std::int8_t, std::uint8_t>);
    STATIC_REQUIRE(halfulp::arithmetic_for<native<std::int32_t>, std::int8_t, std::uint16_t>);
    STATIC_REQUIRE(halfulp::arithmetic_for<native<unsigned_sum>, std::uint8_t, std::uint8_t>);
    STATIC_REQUIRE(!halfulp::arithmetic_for<native<unsigned_sum>, std::int8_t, std::int8_t>);
    STATIC_REQUIRE(!halfulp::arithmetic_for<native<even_sum>, std::int8_t, std::int8_t>);
    STATIC_REQUIRE(!halfulp::arithmetic_for<native<seven_bits>, std::int8_t, std::int8_t>);  // no -128
    STATIC_REQUIRE(!halfulp::arithmetic_for<native<std::int32_t>, float, float>);
    STATIC_REQUIRE(!halfulp::arithmetic_for<native<std::int64_t>, std::int8_t, halfulp::float16>);
    STATIC_REQUIRE(!halfulp::arithmetic_for<native<std::uint32_t>, std::int8_t, std::int8_t>);
}

TEST_CASE("a floating-point sum beyond an integer result gives the end of its range") {
    const halfulp::arithmetic::native<float> native;
    CHECK(chain<int>(native, std::vector<float>{1e10F}, std::vector<float>{1.0F}) ==
          std::numeric_limits<int>::max());
    CHECK(chain<int>(native, std::vector<float>{2.75F}, std::vector<float>{-1.0F}) == -2);
    CHECK(chain<int>(native, std::vector<float>{NAN}, std::vector<float>{-1.0F}) == 0);
}

TEST_CASE("exact rounds once, as asked or as the result type does") {
    std::mt19937_64 generator(6);
    using up = custom_float<formats::float16, projection{rounding::toward_positive}>;
    for (int round = 0; round < 100; ++round) {
        const auto x = random_numbers<float16>(generator, 25, 8);
        const auto y = random_numbers<bfloat16>(generator, 25, 8);
        CHECK(same(chain<float>(arithmetic::exact{}, x, y), exact_chain<float>(x, y, {})));
        const auto upward = exact_chain<float16>(x, y, {rounding::toward_positive});
        CHECK(chain<up>(arithmetic::exact{}, x, y).to_bits() == upward.to_bits());
        CHECK(same(chain<float16>(arithmetic::exact{projection{rounding::toward_positive}}, x, y), upward));
        const projection random{rounding::stochastic_a, saturation::none, 20};
        CHECK(same(chain<float16>(arithmetic::exact{random, 11}, x, y, 7),
                   exact_chain<float16>(x, y, random, philox_bits(11, 7, 4 * 25 + 3))));
    }
}

TEST_CASE("exact number types are never rounded") {
    const std::vector<mpq_class> x{mpq_class(1, 3), mpq_class(2, 7)};
    const std::vector<mpq_class> y{mpq_class(3, 5), mpq_class(-1, 2)};
    CHECK(chain<mpq_class>(arithmetic::exact{}, x, y) == mpq_class(2, 35));
    CHECK(chain<mpq_class>(arithmetic::native<mpq_class>{}, x, y) == mpq_class(2, 35));
}

TEST_CASE("merging is one more rounded addition, or none") {
    const arithmetic::rounded<float8_e4m3fn> narrow{{rounding::toward_positive}};
    auto sum = narrow.zero<float, float>();
    narrow.multiply_add(sum, 16.0f, 1.0f, {});
    auto other = narrow.zero<float, float>();
    narrow.multiply_add(other, 1.0f, 1.0f, {});
    narrow.merge(sum, other, {});
    CHECK(float(sum) == 18);
    auto started = narrow.start<float, float>(17.0);
    CHECK(float(started) == 18);
    const arithmetic::native<double> wide;
    double total = wide.start<float, float>(1.0f);
    wide.merge(total, 0x1p-40, {});
    CHECK(total == 1 + 0x1p-40);
}

// What an arithmetic takes, and what it does not.
static_assert(arithmetic_for<arithmetic::native<float>, float8_e4m3fn, bfloat16>);
static_assert(!arithmetic_for<arithmetic::native<float>, double, float>);
static_assert(!arithmetic_for<arithmetic::native<float>, std::int32_t, float>);
static_assert(arithmetic_for<arithmetic::native<float>, std::int16_t, float>);
static_assert(arithmetic_for<arithmetic::native<std::int32_t>, std::int8_t, std::int16_t>);
static_assert(!arithmetic_for<arithmetic::native<std::uint32_t>, std::int8_t, std::int8_t>);
static_assert(arithmetic_for<arithmetic::rounded<bfloat16, float>, double, std::int8_t>);
static_assert(!arithmetic_for<arithmetic::rounded<bfloat16, float>, mpz_class, mpz_class>);
static_assert(arithmetic_for<arithmetic::exact, float128, float4_e2m1fn>);
static_assert(arithmetic_for<arithmetic::exact, mpz_class, mpz_class>);
static_assert(!arithmetic_for<arithmetic::exact, mpz_class, float>);
static_assert(!arithmetic_for<int, float, float>);

}  // namespace
