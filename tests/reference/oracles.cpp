// SPDX-License-Identifier: BSL-1.0

/// @file
/// The oracles for kernels: dot and matrix products against the processor and small integers,
/// attention against closed forms, continued fractions against known convergents.

#include <halfulp/reference/attention.hpp>
#include <halfulp/reference/compare.hpp>
#include <halfulp/reference/continued_fraction.hpp>
#include <halfulp/reference/matmul.hpp>

#include "support/catch.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace {

using namespace halfulp;
using reference::exact_matrix;
using reference::exact_value;
using reference::make_exact_matrix;

std::vector<float> random_floats(std::mt19937_64& generator, std::size_t count) {
    std::vector<float> result(count);
    for (float& x : result)
        x = std::ldexp(static_cast<float>(static_cast<std::int64_t>(generator()) >> 40),
                       static_cast<int>(generator() % 24) - 30);
    return result;
}

exact_matrix matrix_of(const std::vector<float>& values, std::size_t rows, std::size_t columns) {
    return make_exact_matrix(matrix_view<const float>(values.data(), rows, columns));
}

/// |x − y| < 2^exponent.
bool within(const mpfr_real& x, const mpfr_real& y, int exponent) {
    const exact_value difference = exact_value(x) - exact_value(y);
    const exact_value bound =
        exact_value::rational(false, {reference::natural(1), reference::natural(1), exponent});
    return difference < bound && -difference < bound;
}

}  // namespace

TEST_CASE("the exact product of integer matrices is the integer product") {
    const auto a =
        make_exact_matrix(3, 4, [](std::size_t i, std::size_t k) { return static_cast<int>(i * 4 + k) - 5; });
    const auto b =
        make_exact_matrix(4, 2, [](std::size_t k, std::size_t j) { return static_cast<int>(k * j) + 2; });
    const auto c = reference::matmul(a, b);
    CHECK(c.rows() == 3);
    CHECK(c.columns() == 2);
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 2; ++j) {
            int expected = 0;
            for (int k = 0; k < 4; ++k)
                expected += (i * 4 + k - 5) * (k * j + 2);
            CHECK(c(static_cast<std::size_t>(i), static_cast<std::size_t>(j)) == exact_value(expected));
        }
    CHECK_THROWS_AS(reference::matmul(a, a), shape_error);
    CHECK_THROWS_WITH(reference::matmul(a, a),
                      halfulp_test::contains_text("b.rows() is 3, expected a.columns() = 4"));
    CHECK(reference::matmul(exact_matrix(2, 0), exact_matrix(0, 2))(1, 1).is_zero());
}

TEST_CASE("the exact dot product does not lose what cancellation uncovers") {
    const double x[] = {1e300, 1, -1e300, 0x1p-1074};
    const auto sum = reference::dot(
        4, [&](std::size_t k) { return x[k]; }, [](std::size_t k) { return k == 3 ? 0.5 : 1.0; });
    CHECK(sum == exact_value(1) + exact_value(0x1p-1074) / exact_value(2));
    const auto infinite = reference::dot(
        2, [](std::size_t) { return std::numeric_limits<float>::infinity(); },
        [](std::size_t k) { return k == 0 ? 1 : -1; });
    CHECK(infinite.is_nan());
    CHECK(infinite.raised() == status{.invalid = true});
}

TEST_CASE("stepwise and fused products in float32 equal loops on the processor") {
    std::mt19937_64 generator(8);
    constexpr std::size_t n = 17;
    for (int repetition = 0; repetition < 20; ++repetition) {
        const auto x = random_floats(generator, n * n);
        const auto y = random_floats(generator, n * n);
        const exact_matrix a = matrix_of(x, n, n);
        const exact_matrix b = matrix_of(y, n, n);
        const auto stepwise = reference::stepwise_matmul(a, b, formats::float32, formats::float32);
        const auto fused = reference::fused_matmul(a, b, formats::float32);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) {
                volatile float sum = 0;
                float chain = 0;
                for (std::size_t k = 0; k < n; ++k) {
                    volatile float product = x[i * n + k] * y[k * n + j];
                    sum = sum + product;
                    chain = std::fma(x[i * n + k], y[k * n + j], chain);
                }
                REQUIRE(stepwise(i, j) == uint128{std::bit_cast<std::uint32_t>(static_cast<float>(sum))});
                REQUIRE(fused(i, j) == uint128{std::bit_cast<std::uint32_t>(chain)});
            }
    }
}

TEST_CASE("the steps have formats, flags and random bits of their own") {
    const auto one = [](std::size_t) { return 1; };
    const auto tiny = [](std::size_t k) { return k == 0 ? 1.0 : 0x1p-9; };
    // In bfloat16 1 + 2^-9 rounds back to 1; a float32 accumulator keeps it.
    const auto narrow = reference::stepwise_dot(5, one, tiny, formats::bfloat16, formats::bfloat16);
    CHECK(narrow.code == uint128{0x3f80});
    CHECK(narrow.flags == status{.inexact = true});
    const auto wide = reference::stepwise_dot(5, one, tiny, formats::bfloat16, formats::float32);
    CHECK(reference::decode(formats::float32, wide.code) == exact_value(1 + 0x1p-7));
    CHECK(wide.flags.ok());
    // A product format that cannot hold 2^-9 loses it before it is added.
    CHECK(reference::decode(
              formats::float32,
              reference::stepwise_dot(5, one, tiny, formats::float4_e2m1fn, formats::float32).code) ==
          exact_value(1));
    // Stochastic: R = all ones moves every inexact sum up, R = 0 none. bfloat16 has 2^-7 above 1.
    const projection how{rounding::stochastic_a, saturation::none, 8};
    const auto up = [](std::size_t, reference::rounding_step step) -> std::uint64_t {
        return step == reference::rounding_step::sum ? 0xff : 0;
    };
    CHECK(reference::stepwise_dot(3, one, tiny, formats::bfloat16, formats::bfloat16, how, up).code ==
          uint128{0x3f82});
    CHECK(reference::fused_dot(3, one, tiny, formats::bfloat16, how, up).code == uint128{0x3f82});
    CHECK(reference::fused_dot(3, one, tiny, formats::bfloat16, how).code == uint128{0x3f80});
    // From +0: adding −0 leaves +0 except toward negative.
    const auto minus_zero = [](std::size_t) { return -0.0; };
    CHECK(reference::stepwise_dot(1, one, minus_zero, formats::float16, formats::float16).code == uint128{0});
    CHECK(reference::stepwise_dot(1, one, minus_zero, formats::float16, formats::float16,
                                  {.mode = rounding::toward_negative})
              .code == uint128{0x8000});
}

TEST_CASE("attention on one key gives its value, on equal keys the mean, on two a logistic function") {
    const auto q = make_exact_matrix(1, 2, [](std::size_t, std::size_t) { return 1; });
    const auto k = make_exact_matrix(2, 2, [](std::size_t j, std::size_t) { return j == 0 ? 0.25 : 0.75; });
    const auto v =
        make_exact_matrix(2, 3, [](std::size_t j, std::size_t c) { return static_cast<int>(3 * j + c); });

    const auto first = make_exact_matrix(1, 2, [&](std::size_t, std::size_t c) { return k(0, c); });
    const auto value = make_exact_matrix(1, 3, [&](std::size_t, std::size_t c) { return v(0, c); });
    const auto single = reference::attention(q, first, value);
    for (std::size_t c = 0; c < 3; ++c)
        CHECK(exact_value(single(0, c)) == v(0, c));

    const auto mean = reference::attention(exact_matrix(1, 2), k, v);
    for (int c = 0; c < 3; ++c)
        CHECK(within(mean(0, static_cast<std::size_t>(c)), mpfr_real(c + 1.5, 53), -250));

    // Scores s_1 − s_0 = scale·1: o_c = c + 3/(1 + exp(−scale)).
    for (const bool has_scale : {true, false}) {
        reference::attention_options options;
        mpfr_real scale(300);
        mpfr_sqrt_ui(scale.get(), 2, MPFR_RNDN);
        mpfr_ui_div(scale.get(), 1, scale.get(), MPFR_RNDN);
        if (has_scale) {
            options.scale = exact_value(-3);
            scale = mpfr_real(-3, 300);
        }
        mpfr_real expected(300);
        mpfr_neg(expected.get(), scale.get(), MPFR_RNDN);
        mpfr_exp(expected.get(), expected.get(), MPFR_RNDN);
        mpfr_add_ui(expected.get(), expected.get(), 1, MPFR_RNDN);
        mpfr_ui_div(expected.get(), 3, expected.get(), MPFR_RNDN);
        const auto output = reference::attention(q, k, v, options);
        for (std::size_t c = 0; c < 3; ++c) {
            CHECK(within(output(0, c), expected, -250));
            mpfr_add_ui(expected.get(), expected.get(), 1, MPFR_RNDN);
        }
    }
}

TEST_CASE("attention agrees with the textbook loop in double, causal and not") {
    std::mt19937_64 generator(9);
    constexpr std::size_t n = 6;
    constexpr std::size_t m = 9;
    constexpr std::size_t d = 4;
    const auto draw = [&](std::size_t rows, std::size_t columns) {
        return make_exact_matrix(rows, columns, [&](std::size_t, std::size_t) {
            return std::ldexp(static_cast<double>(static_cast<std::int64_t>(generator())), -62);
        });
    };
    const exact_matrix q = draw(n, d);
    const exact_matrix k = draw(m, d);
    const exact_matrix v = draw(m, 3);
    for (const bool causal : {false, true})
        for (const std::ptrdiff_t offset : {-2, 0, 3, 100}) {
            reference::attention_options options;
            options.causal = causal;
            if (offset != 3)  // which is the default, m − n
                options.causal_offset = offset;
            const auto output = reference::attention(q, k, v, options);
            for (std::size_t i = 0; i < n; ++i)
                for (std::size_t c = 0; c < 3; ++c) {
                    double numerator = 0;
                    double denominator = 0;
                    for (std::size_t j = 0; j < m; ++j) {
                        if (causal &&
                            static_cast<std::ptrdiff_t>(j) > static_cast<std::ptrdiff_t>(i) + offset)
                            continue;
                        double score = 0;
                        for (std::size_t t = 0; t < d; ++t)
                            score += q(i, t).to_double() * k(j, t).to_double();
                        const double weight = std::exp(score / 2);
                        numerator += weight * v(j, c).to_double();
                        denominator += weight;
                    }
                    const double expected = denominator == 0 ? 0 : numerator / denominator;
                    CHECK(std::fabs(output(i, c).to_double() - expected) < 1e-14);
                }
        }
}

TEST_CASE("attention with every option agrees with the textbook loop in double") {
    std::mt19937_64 random(12);
    constexpr std::size_t n = 4, m = 11, d = 3;
    const auto draw = [&](std::size_t rows, std::size_t columns) {
        return make_exact_matrix(rows, columns, [&](std::size_t, std::size_t) {
            return std::ldexp(static_cast<double>(static_cast<std::int64_t>(random())), -62);
        });
    };
    const exact_matrix q = draw(n, d), k = draw(m, d), v = draw(m, 2);
    for (unsigned choice = 0; choice < 512; ++choice) {
        const auto has = [choice](unsigned bit) { return (choice >> bit & 1) != 0; };
        reference::attention_options options;
        const double scale = has(0) ? -1.25 : 1 / std::sqrt(3.0);
        if (has(0))
            options.scale = exact_value(scale);
        if (has(1))
            options.soft_cap = exact_value(0.75);
        options.causal = has(2);
        const long offset = has(3) ? static_cast<long>(random() % 21) - 5 : has(8) ? 5 : 7;
        if (has(3))
            options.causal_offset = offset;
        if (has(4))
            options.window_left = random() % 6;
        if (has(5))
            options.window_right = random() % 4;
        if (has(6))
            options.alibi_slope = exact_value(0.3);
        exact_matrix bias = draw(n, 10);
        bias(1, 3) = -exact_value::infinity();
        const auto mask =
            reference::make_mask(n, 8, [&](std::size_t, std::size_t) { return random() % 3 != 0; });
        if (has(7)) {
            options.bias = bias;
            options.mask = mask;
        }
        if (has(8))
            options.key_count = 9;
        const auto output = reference::attention(q, k, v, options);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t c = 0; c < 2; ++c) {
                double numerator = 0, denominator = 0;
                for (std::size_t j = 0; j < m; ++j) {
                    const long behind = static_cast<long>(i) + offset - static_cast<long>(j);
                    if ((has(8) && j >= 9) || (has(2) && behind < 0) ||
                        (has(4) && behind > static_cast<long>(*options.window_left)) ||
                        (has(5) && -behind > static_cast<long>(*options.window_right)) ||
                        (has(7) && (j >= 8 || mask(i, j) == 0 || (i == 1 && j == 3))))
                        continue;
                    double score = 0;
                    for (std::size_t t = 0; t < d; ++t)
                        score += q(i, t).to_double() * k(j, t).to_double();
                    score *= scale;
                    if (has(1))
                        score = 0.75 * std::tanh(score / 0.75);
                    if (has(6))
                        score -= 0.3 * static_cast<double>(std::labs(behind));
                    if (has(7))
                        score += bias(i, j).to_double();
                    numerator += std::exp(score) * v(j, c).to_double();
                    denominator += std::exp(score);
                }
                const double expected = denominator == 0 ? 0 : numerator / denominator;
                REQUIRE(std::fabs(output(i, c).to_double() - expected) < 1e-14);
            }
    }
}

TEST_CASE("attention: scores of any size that nearly cancel, and windows and offsets beyond all keys") {
    // scale·10^30 − 10^30 + 1/2 leaves 1/2, whatever the precision: o = 1/(1 + e^(1/2)).
    const auto one = make_exact_matrix(1, 1, [](std::size_t, std::size_t) { return 1; });
    const auto k = make_exact_matrix(2, 1, [](std::size_t j, std::size_t) { return j == 0 ? 1e30 : 0.0; });
    const auto v = make_exact_matrix(2, 1, [](std::size_t j, std::size_t) { return static_cast<int>(j); });
    reference::attention_options options;
    options.precision = 100;
    options.bias = make_exact_matrix(1, 2, [](std::size_t, std::size_t j) { return j == 0 ? -1e30 : 0.0; });
    (*options.bias)(0, 0) = (*options.bias)(0, 0) + exact_value(0.5);
    mpfr_real expected(0.5, 200);
    mpfr_exp(expected.get(), expected.get(), MPFR_RNDN);
    mpfr_add_ui(expected.get(), expected.get(), 1, MPFR_RNDN);
    mpfr_ui_div(expected.get(), 1, expected.get(), MPFR_RNDN);
    CHECK(within(reference::attention(one, k, v, options)(0, 0), expected, -99));

    using offsets = std::numeric_limits<std::ptrdiff_t>;
    const auto row = [&](const reference::attention_options& seen) {
        return reference::attention(one, exact_matrix(2, 1), v, seen)(0, 0).to_double();
    };
    CHECK(row({.causal = true, .causal_offset = offsets::max()}) == 0.5);
    CHECK(row({.causal = true, .causal_offset = offsets::min()}) == 0);
    constexpr auto most = std::numeric_limits<std::size_t>::max();
    CHECK(row({.causal_offset = offsets::max(), .window_left = most}) == 0.5);
    CHECK(row({.causal_offset = offsets::min(), .window_right = most}) == 0.5);
    CHECK(row({.causal_offset = 0, .window_right = 0}) == 0);  // key 0, whose value that is
    CHECK(row({.causal_offset = 1, .window_left = 0}) == 1);
}

TEST_CASE("attention: a row without keys is zero, NaN and +infinity poison their row only") {
    auto q = make_exact_matrix(2, 1, [](std::size_t, std::size_t) { return 1; });
    const auto k = make_exact_matrix(2, 1, [](std::size_t, std::size_t) { return 1; });
    const auto v = make_exact_matrix(2, 1, [](std::size_t, std::size_t) { return 7; });
    reference::attention_options masked;
    masked.causal = true;
    masked.causal_offset = -1;
    const auto output = reference::attention(q, k, v, masked);
    CHECK(exact_value(output(0, 0)).is_zero());
    CHECK(exact_value(output(1, 0)) == exact_value(7));
    for (const exact_value& poison : {exact_value::nan(), exact_value::infinity()}) {
        q(0, 0) = poison;
        CHECK(exact_value(reference::attention(q, k, v)(0, 0)).is_nan());
        CHECK(exact_value(reference::attention(q, k, v)(1, 0)) == exact_value(7));
    }
    q(0, 0) = exact_value(1);
    auto hidden = k;
    hidden(1, 0) = -exact_value::infinity();  // weight zero
    CHECK(exact_value(reference::attention(q, hidden, v)(0, 0)) == exact_value(7));
    CHECK_THROWS_AS(reference::attention(q, exact_matrix(2, 3), v), shape_error);
    CHECK_THROWS_AS(reference::attention(q, k, exact_matrix(3, 1)), shape_error);
}

TEST_CASE("attention's results agree between precisions within the bound") {
    std::mt19937_64 generator(10);
    const auto draw = [&](std::size_t rows, std::size_t columns) {
        return make_exact_matrix(rows, columns, [&](std::size_t, std::size_t) {
            return std::ldexp(static_cast<double>(static_cast<std::int64_t>(generator())), -60);
        });
    };
    const exact_matrix q = draw(4, 8);
    const exact_matrix k = draw(32, 8);
    const exact_matrix v = draw(32, 2);  // |v| <= 8
    reference::attention_options coarse;
    coarse.precision = 64;
    const auto fine = reference::attention(q, k, v);
    const auto rough = reference::attention(q, k, v, coarse);
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t c = 0; c < 2; ++c)
            CHECK(within(fine(i, c), rough(i, c), -64 + 3));
}

TEST_CASE("continued fractions: Fibonacci numbers, e, and 4/pi") {
    const auto one = [](long) { return mpz_class(1); };
    const auto golden = reference::convergents(one, one, 10);
    CHECK(golden.size() == 11);
    CHECK(golden[0] == reference::convergent{1, 1});
    CHECK(golden[1] == reference::convergent{2, 1});
    CHECK(golden[10] == reference::convergent{144, 89});
    CHECK(reference::convergent_at(one, one, 10) == golden[10]);

    // e = 2 + 1/(1 + 1/(2 + 2/(3 + 3/(4 + …))))
    const auto e = reference::convergent_at([](long n) { return mpz_class(n == 1 ? 1 : n - 1); },
                                            [](long n) { return mpz_class(n == 0 ? 2 : n); }, 60);
    mpfr_real expected(200);
    mpfr_set_ui(expected.get(), 1, MPFR_RNDN);
    mpfr_exp(expected.get(), expected.get(), MPFR_RNDN);
    CHECK(within(mpfr_real(mpq_class(e.numerator, e.denominator), 200), expected, -190));

    // 4/π = 1 + 1²/(3 + 2²/(5 + 3²/(7 + …)))
    const auto pi = reference::convergent_at([](long n) -> mpz_class { return mpz_class(n) * n; },
                                             [](long n) { return 2 * n + 1; }, 80);
    mpfr_const_pi(expected.get(), MPFR_RNDN);
    mpfr_ui_div(expected.get(), 4, expected.get(), MPFR_RNDN);
    CHECK(within(mpfr_real(mpq_class(pi.numerator, pi.denominator), 200), expected, -190));
}
