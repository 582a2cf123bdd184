// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Requantisation against exact rationals: every small factor, and the ends of every type.

#include <halfulp/kernels/requantize.hpp>

#include "kernels/quantization_formats.hpp"

#include <gmpxx.h>

using namespace halfulp_test;

namespace {

mpz_class integer_of(std::int64_t x) {
    mpz_class result(static_cast<long>(x >> 32));
    result <<= 32;
    return result + static_cast<unsigned long>(static_cast<std::uint64_t>(x) & 0xffffffffu);
}

mpz_class floor_of(const mpq_class& x) {
    mpz_class result;
    mpz_fdiv_q(result.get_mpz_t(), x.get_num_mpz_t(), x.get_den_mpz_t());
    return result;
}

mpz_class rounded(const mpq_class& x, dyadic_rounding mode) {
    const mpz_class floor = floor_of(x);
    const mpq_class fraction = x - floor, half(1, 2);
    bool up = fraction > half;
    switch (mode) {
        case dyadic_rounding::ties_upward:
            return floor_of(x + half);
        case dyadic_rounding::ties_to_even:
            up = up || (fraction == half && mpz_odd_p(floor.get_mpz_t()));
            break;
        case dyadic_rounding::ties_to_away:
            up = up || (fraction == half && x > 0);
            break;
        case dyadic_rounding::ties_to_zero:
            up = up || (fraction == half && x < 0);
            break;
        case dyadic_rounding::toward_zero:
            up = fraction != 0 && x < 0;
            break;
        case dyadic_rounding::toward_negative:
            up = false;
            break;
        case dyadic_rounding::toward_positive:
            up = fraction != 0;
            break;
    }
    return up ? floor + 1 : floor;
}

constexpr dyadic_rounding modes[] = {dyadic_rounding::ties_upward,    dyadic_rounding::ties_to_even,
                                     dyadic_rounding::ties_to_away,   dyadic_rounding::ties_to_zero,
                                     dyadic_rounding::toward_zero,    dyadic_rounding::toward_negative,
                                     dyadic_rounding::toward_positive};

mpq_class product_of(std::int64_t q, const dyadic_multiplier& factor) {
    mpq_class result(integer_of(q) * factor.significand(), mpz_class(1)
                                                               << static_cast<unsigned>(factor.shift()));
    result.canonicalize();
    return result;
}

void check(tally& t, std::int64_t q, std::int64_t m, int e) {
    const dyadic_multiplier factor(m, e);
    const mpq_class exact = product_of(q, factor);
    const mpz_class most = mpz_class(1) << 62;
    for (const dyadic_rounding mode : modes) {
        mpz_class expected = rounded(exact, mode);
        expected = expected > most ? most : expected < -most ? mpz_class(-most) : expected;
        t.expect(integer_of(requantize(q, factor, mode)) == expected, [&] {
            return std::to_string(q) + " * " + std::to_string(m) + " / 2^" + std::to_string(e) + ", mode " +
                   std::to_string(static_cast<int>(mode));
        });
    }
}

std::uint8_t expected_code(std::int64_t q, const dyadic_multiplier& factor, std::int32_t z,
                           const integer_format& f, dyadic_rounding mode) {
    const std::int64_t low = f.minimum();
    const auto high = static_cast<std::int64_t>(f.maximum());
    const mpq_class exact = product_of(q, factor);
    if (f.encoding == integer_encoding::bipolar) {
        const mpz_class u = rounded((exact - z + mpq_class(static_cast<long>(high))) / 2, mode);
        return static_cast<std::uint8_t>(u < 0 ? 0 : u > high ? high : u.get_si());
    }
    const mpz_class value = rounded(exact, mode) - z;
    return static_cast<std::uint8_t>(f.code_of(value < low ? low : value > high ? high : value.get_si()));
}

}  // namespace

TEST_CASE("q times m over 2^e for all small numbers") {
    tally t("requantize, small");
    for (std::int64_t q = -33; q <= 33; ++q)
        for (std::int64_t m = 0; m <= 40; ++m)
            for (int e = 0; e <= 12; ++e)
                check(t, q, m, e);
    require(t);
}

TEST_CASE("q times m over 2^e at the ends of their types") {
    tally t("requantize, large");
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    generator random(21);
    std::vector<std::int64_t> qs{least,         least + 1,  most,        most - 1,
                                 -2147483648LL, 2147483647, -2147483647, 1LL << 62,
                                 -(1LL << 62),  1,          -1,          0};
    for (int i = 0; i < 30; ++i)
        qs.push_back(static_cast<std::int64_t>(random()) >> random.below(64));
    for (const std::int64_t q : qs)
        for (const std::int64_t m : {0LL, 1LL, 2LL, 3LL, 1LL << 30, (1LL << 30) + 1, (1LL << 31) - 1})
            for (int e = 0; e <= 126; ++e)
                check(t, q, m, e);
    require(t);
}

TEST_CASE("the factor nearest to a number") {
    tally t("dyadic_multiplier");
    generator random(22);
    const auto expect_nearest = [&](const mpq_class& exact, const dyadic_multiplier& found) {
        mpq_class unit(mpz_class(1), mpz_class(1) << static_cast<unsigned>(found.shift()));
        unit.canonicalize();
        const mpq_class error = abs(exact - unit * found.significand());
        const bool is_full = found.significand() >= 1 << 30;
        mpq_class bound = is_full ? mpq_class(exact) : mpq_class(mpz_class(1), mpz_class(1) << 127);
        if (is_full)
            bound /= mpz_class(1) << 31;
        bound.canonicalize();
        t.expect(error <= bound && error * 2 <= unit && (is_full || found.shift() == 126 || exact == 0) &&
                     (error * 2 < unit || found.significand() % 2 == 0 || found.significand() == 1 << 30),
                 [&] { return exact.get_str() + " ~ " + std::to_string(found.value()); });
    };
    for (int i = 0; i < 20000; ++i) {
        const double x =
            std::ldexp(static_cast<double>(random() >> 11), -22 - static_cast<int>(random.below(200)));
        if (x < 0x1.fffffffep30)
            expect_nearest(mpq_class(x), dyadic_multiplier::of(x));
    }
    // Ties between two m, and a carry to 2^31.
    for (const double x :
         {0x1.00000001p0, 0x1.00000003p0, 0x1.ffffffffp0, 0x1.fffffffdp-3, 0x1p30, 0x1.fffffffcp30, 0x1p-96,
          0x1p-97, 0x1p-126, 0x1p-127, 0x1.000001p-127, 0x1p-200, 0x1p-1074, 0.0})
        expect_nearest(mpq_class(x), dyadic_multiplier::of(x));
    for (int i = 0; i < 20000; ++i) {
        float s[3];
        for (float& scale : s)
            scale = std::bit_cast<float>(static_cast<std::uint32_t>(
                random.below(i < 10000 ? 0x7f800000u : 0x10000000u) + (i < 10000 ? 0u : 0x38000000u)));
        if (s[0] == 0 || s[1] == 0 || s[2] == 0)
            continue;
        const mpq_class exact = mpq_class(static_cast<double>(s[0])) * mpq_class(static_cast<double>(s[1])) /
                                mpq_class(static_cast<double>(s[2]));
        if (exact < mpq_class(0x1.fffffffep30))
            expect_nearest(exact, dyadic_multiplier::of(s[0], s[1], s[2]));
        else
            t.expect(
                [&] {
                    try {
                        (void)dyadic_multiplier::of(s[0], s[1], s[2]);
                        return false;
                    } catch (const value_error&) {
                        return true;
                    }
                }(),
                [&] { return std::string("a factor of 2^31 and more is refused"); });
    }
    require(t);
}

TEST_CASE("sums to codes of every format") {
    tally t("requantize to codes");
    generator random(23);
    for (const integer_format& f : quantized_formats())
        for (int round = 0; round < 60; ++round) {
            const int e = static_cast<int>(random.below(80));
            const auto m =
                static_cast<std::int64_t>(random.below(std::uint64_t{1} << 31) >> random.below(31));
            const dyadic_multiplier factor(m, e);
            const auto z = static_cast<std::int32_t>(random.below(3)) == 0
                               ? static_cast<std::int32_t>(random())
                               : static_cast<std::int32_t>(random.below(7)) - 3;
            std::vector<std::int32_t> q{std::numeric_limits<std::int32_t>::min(),
                                        std::numeric_limits<std::int32_t>::max(), 0, 1, -1};
            for (int i = 0; i < 12; ++i)
                q.push_back(static_cast<std::int32_t>(static_cast<std::int64_t>(random()) >>
                                                      (32 + random.below(32))));
            const dyadic_rounding mode = round % 2 == 0 ? modes[0] : modes[random.below(7)];
            std::vector<std::uint8_t> codes(q.size());
            requantize(q, factor, z, f, codes, mode);
            for (std::size_t i = 0; i < q.size(); ++i)
                t.expect(codes[i] == expected_code(q[i], factor, z, f, mode), [&] {
                    return name_of(f) + " " + std::to_string(q[i]) + ", e " + std::to_string(e);
                });
        }
    std::vector<std::int32_t> sums{100, -7, 250, -300};
    std::vector<narrow_int<4>> numbers(4);
    requantize(std::span<const std::int32_t>(sums), dyadic_multiplier::of(0.02), 0,
               std::span<narrow_int<4>>(numbers));
    t.expect(numbers[0] == 2 && numbers[1] == 0 && numbers[2] == 5 && numbers[3] == -6,
             [] { return std::string("numbers"); });
    require(t);
}

TEST_CASE("what requantisation refuses") {
    CHECK_THROWS_AS(dyadic_multiplier(-1, 0), value_error);
    CHECK_THROWS_AS(dyadic_multiplier(std::int64_t{1} << 31, 0), value_error);
    CHECK_THROWS_AS(dyadic_multiplier(1, 127), value_error);
    CHECK_THROWS_AS(dyadic_multiplier(1, -1), value_error);
    CHECK_THROWS_AS(dyadic_multiplier::of(-1.0), value_error);
    CHECK_THROWS_AS(dyadic_multiplier::of(std::numeric_limits<double>::quiet_NaN()), value_error);
    CHECK_THROWS_AS(dyadic_multiplier::of(0x1p31), value_error);
    CHECK_THROWS_AS(dyadic_multiplier::of(0.0f, 1.0f, 1.0f), value_error);
    CHECK_THROWS_AS(dyadic_multiplier::of(1.0f, 1.0f, std::numeric_limits<float>::infinity()), value_error);
    std::vector<std::int32_t> sums(3);
    std::vector<std::uint8_t> codes(2);
    CHECK_THROWS_AS(requantize(sums, {}, 0, formats::signed_integer(8), codes), shape_error);
    codes.resize(3);
    CHECK_THROWS_AS(requantize(sums, {}, 0, formats::signed_integer(9), codes), format_error);
    CHECK_THROWS_AS(
        requantize(sums, {}, 0, formats::signed_integer(8), codes, static_cast<dyadic_rounding>(9)),
        value_error);
}
