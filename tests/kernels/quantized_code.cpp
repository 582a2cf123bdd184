// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// The definition of uniform quantisation against exact rationals: every format of 1 to 8 bits, every mode, ties and
// their neighbours, subnormal and huge scales, zero points up to the ends of their type.

#include "kernels/quantization_formats.hpp"

#include <gmpxx.h>

using namespace halfulp_test;

namespace {

mpz_class floor_of(const mpq_class& x) {
    mpz_class result;
    mpz_fdiv_q(result.get_mpz_t(), x.get_num_mpz_t(), x.get_den_mpz_t());
    return result;
}

mpz_class nearest_even(const mpq_class& x) {
    const mpz_class floor = floor_of(x);
    const mpq_class fraction = x - floor;
    const bool up =
        fraction > mpq_class(1, 2) || (fraction == mpq_class(1, 2) && mpz_odd_p(floor.get_mpz_t()));
    return up ? floor + 1 : floor;
}

/// x rounded as core/rounding.hpp says.
mpz_class rounded(const mpq_class& x, const projection& p, std::uint64_t random) {
    const mpq_class magnitude = abs(x);
    const mpz_class floor = floor_of(magnitude);
    const mpq_class fraction = magnitude - floor, half(1, 2);
    const bool odd = mpz_odd_p(floor.get_mpz_t()) != 0;
    const bool negative = x < 0;
    const mpz_class one = mpz_class(1) << static_cast<unsigned>(p.random_bits);
    const mpz_class r(static_cast<unsigned long>(random & ((std::uint64_t{1} << p.random_bits) - 1)));
    bool away = false;
    switch (p.mode) {
        case rounding::ties_to_even:
            away = fraction > half || (fraction == half && odd);
            break;
        case rounding::ties_to_away:
            away = fraction >= half;
            break;
        case rounding::ties_to_zero:
            away = fraction > half;
            break;
        case rounding::toward_zero:
            break;
        case rounding::toward_positive:
            away = fraction != 0 && !negative;
            break;
        case rounding::toward_negative:
            away = fraction != 0 && negative;
            break;
        case rounding::away_from_zero:
            away = fraction != 0;
            break;
        case rounding::to_odd:
            away = fraction != 0 && !odd;
            break;
        case rounding::stochastic_a:
            away = floor_of(fraction * one) + r >= one;
            break;
        case rounding::stochastic_b:
            away = floor_of(fraction * 2 * one) + 2 * r + 1 >= 2 * one;
            break;
        case rounding::stochastic_c:
            away = nearest_even(fraction * one) + r >= one;
            break;
        case rounding::stochastic_equal:
            away = fraction != 0 && (random & 1) != 0;
            break;
    }
    const mpz_class result = away ? floor + 1 : floor;
    return negative ? mpz_class(-result) : result;
}

std::uint8_t expected_code(float x, float scale, std::int32_t zero_point, const integer_format& f,
                           const projection& p, std::uint64_t random) {
    const std::int64_t low = f.minimum();
    const auto high = static_cast<std::int64_t>(f.maximum());
    if (std::isinf(x))
        return static_cast<std::uint8_t>(f.code_of(x < 0 ? low : high));
    const mpq_class quotient = mpq_class(static_cast<double>(x)) / mpq_class(static_cast<double>(scale));
    if (f.encoding == integer_encoding::bipolar) {
        const mpz_class u =
            rounded((quotient - zero_point + mpq_class(static_cast<long>(high))) / 2, p, random);
        return static_cast<std::uint8_t>(u < 0 ? 0 : u > high ? high : u.get_si());
    }
    const mpz_class value = rounded(quotient, p, random) - zero_point;
    return static_cast<std::uint8_t>(f.code_of(value < low ? low : value > high ? high : value.get_si()));
}

/// Whether a float is the nearest to S·(Q + Z), ties to even: it lies between the midpoints to its neighbours, at one only
/// where its last bit is even.
bool is_nearest(float value, float scale, std::int64_t sum) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const mpq_class exact = mpq_class(static_cast<double>(scale)) * mpq_class(static_cast<long>(sum));
    if (std::isinf(value))
        return abs(exact) >= mpq_class(0x1.ffffffp127) && (exact < 0) == (value < 0);
    const auto neighbour = [&](float direction) {
        const float next = std::nextafter(value, direction);
        return mpq_class(std::isinf(next) ? (next > 0 ? 0x1p128 : -0x1p128) : static_cast<double>(next));
    };
    const mpq_class here(static_cast<double>(value));
    const mpq_class below = (here + neighbour(-infinity)) / 2;
    const mpq_class above = (here + neighbour(infinity)) / 2;
    return (std::bit_cast<std::uint32_t>(value) & 1) == 0 ? exact >= below && exact <= above
                                                          : exact > below && exact < above;
}

const std::vector<std::int32_t> zero_points = {
    0, 1, -3, 128, -255, 70001, 0x7fffffff, std::numeric_limits<std::int32_t>::min()};

}  // namespace

TEST_CASE("the code of a number is that of the exact quotient, in every mode") {
    tally t("quantized_code");
    generator random(1);
    for (const integer_format& f : quantized_formats())
        for (const float scale : hard_scales)
            for (const std::int32_t z : zero_points)
                for (const float x : hard_numbers(scale, z, random)) {
                    const std::uint64_t bits = random();
                    const auto first = static_cast<int>(random.below(12));
                    // Three modes of an element, all twelve over the elements.
                    for (const int m : {0, first, (first + 5) % 12}) {
                        const projection p{static_cast<rounding>(m), saturation::none,
                                           1 + static_cast<int>(bits >> 40) % 32};
                        const auto code = halfulp::detail::quantized_code(x, scale, z, f, p, bits);
                        const auto expected = expected_code(x, scale, z, f, p, bits);
                        t.expect(code == expected, [&] {
                            char text[200];
                            std::snprintf(text, sizeof text,
                                          "%s: %a / %a, Z = %d, mode %d: code %d, expected %d",
                                          name_of(f).c_str(), static_cast<double>(x),
                                          static_cast<double>(scale), z, m, code, expected);
                            return std::string(text);
                        });
                    }
                }
    require(t);
}

TEST_CASE("all codes of small formats around every tie, with every random bit pattern") {
    tally t("quantized_code, random bits");
    for (const integer_format& f : quantized_formats()) {
        if (f.width > 3)
            continue;
        for (int i = -40; i <= 40; ++i)
            for (int mode = 0; mode < 12; ++mode)
                for (int n = 1; n <= 3; ++n)
                    for (std::uint64_t r = 0; r < std::uint64_t{1} << n; ++r) {
                        const float x = static_cast<float>(i) / 8;
                        const projection p{static_cast<rounding>(mode), saturation::none, n};
                        for (const float scale : {0.5f, 1.5f})
                            t.expect(halfulp::detail::quantized_code(x, scale, 1, f, p, r) ==
                                         expected_code(x, scale, 1, f, p, r),
                                     [&] { return name_of(f) + " " + std::to_string(x); });
                    }
    }
    require(t);
}

TEST_CASE("the number of a code is the exact product, rounded once") {
    tally t("dequantized_value");
    generator random(3);
    for (const float scale : hard_scales)
        for (int i = 0; i < 4000; ++i) {
            const auto z = static_cast<std::int32_t>(random() >> (32 + random.below(32)));
            const auto q = static_cast<std::int64_t>(random.below(511)) - 255;
            t.expect(is_nearest(halfulp::detail::dequantized_value(q, z, scale), scale, q + z),
                     [&] { return std::to_string(q) + " + " + std::to_string(z); });
        }
    // Products of 54 and 55 bits that miss a midpoint of two floats by less than a double shows: sum · s =
    // 2^(length − 25) + miss modulo 2^(length − 24), s odd, is solved for the sum by the inverse of s.
    std::size_t found = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::uint64_t s = 0x800001 + 2 * random.below(0x400000);
        const int length = 54 + static_cast<int>(random.below(2));
        const std::uint64_t miss = random.below(2) == 0 ? 1 : ~std::uint64_t{0};
        std::uint64_t inverse = s;  // right for three bits, and every step doubles them
        for (int step = 0; step < 5; ++step)
            inverse *= 2 - s * inverse;
        const std::uint64_t modulus = std::uint64_t{1} << (length - 24);
        const std::uint64_t sum = (modulus / 2 + miss) * inverse & (modulus - 1);
        if (sum * s >> (length - 1) != 1)
            continue;
        ++found;
        const std::int64_t q = static_cast<std::int64_t>(random.below(15)) - 7;
        for (const std::int64_t number : {static_cast<std::int64_t>(sum), -static_cast<std::int64_t>(sum)}) {
            if (number - q > 0x7fffffff || number - q < -0x7fffffff)
                continue;
            const float scale = std::ldexp(static_cast<float>(s), static_cast<int>(random.below(40)) - 20);
            t.expect(is_nearest(
                         halfulp::detail::dequantized_value(q, static_cast<std::int32_t>(number - q), scale),
                         scale, number),
                     [&] { return std::to_string(number) + " * " + std::to_string(s); });
        }
    }
    t.expect(found > 1000, [] { return std::string("few products next to midpoints"); });
    require(t);
}

TEST_CASE("a zero point is subtracted from the rounded number") {
    using halfulp::detail::quantized_code;
    const integer_format f = formats::unsigned_integer(8);
    // 2.5 is rounded to 2, and 2 + 1 = 3; rounding 2.5 + 1 would give 4.
    CHECK(quantized_code(2.5f, 1, -1, f, {}, 0) == 3);
    CHECK(quantized_code(std::numeric_limits<float>::quiet_NaN(), 1, 0, formats::signed_integer(4), {}, 0) ==
          8);
    // Zero is between the bipolar numbers −1 and 1, whose codes of four bits are 7 and 8.
    CHECK(quantized_code(0, 1, 0, formats::bipolar_integer(4), {}, 0) == 8);
    CHECK(quantized_code(0, 1, 0, formats::bipolar_integer(4), {rounding::toward_negative}, 0) == 7);
    static_assert(quantized_code(-1.4f, 0.5f, 0, formats::signed_integer(8), projection{}, 0) == 0xfd);
}
