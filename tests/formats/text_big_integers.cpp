// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// The big integers below text, against GMP: random limbs with many of the extreme ones, which lead
// the quotient's estimates astray (Knuth's algorithm D, steps D3 and D6).

#include <halfulp/core/fixed_big_uint.hpp>

#include "support/catch.hpp"
#include "support/tally.hpp"

#include <gmpxx.h>

#include <cstdint>
#include <random>
#include <string>

using namespace halfulp;
using namespace halfulp_test;

namespace {

using big = fixed_big_uint<24>;

constexpr std::uint64_t quotient_of(std::uint64_t x, std::uint64_t y) {
    fixed_big_uint<4> numerator;
    fixed_big_uint<4> denominator;
    numerator.assign(x);
    denominator.assign(y);
    return numerator.divide_by<std::uint64_t>(denominator);
}
static_assert(quotient_of(0xffffffffffffffff, 3) == 0x5555555555555555);
static_assert(quotient_of(0xffffffffffffffff, 0x100000001) == 0xffffffff);
static_assert(quotient_of(2, 3) == 0 && quotient_of(0, 3) == 0);

std::uint32_t extreme_limb(std::mt19937_64& generator) {
    switch (generator() % 6) {
        case 0:
            return 0;
        case 1:
            return 0xffffffff;
        case 2:
            return 0x80000000;
        case 3:
            return 0xffffffff - static_cast<std::uint32_t>(generator() % 3);
        default:
            return static_cast<std::uint32_t>(generator());
    }
}

/// A random integer of the given number of limbs, in both forms.
mpz_class fill(std::mt19937_64& generator, big& x, int limbs) {
    mpz_class expected = 0;
    x.assign(std::uint64_t{0});
    for (int i = 0; i < limbs; ++i) {
        const std::uint32_t limb = extreme_limb(generator);
        x.shift_left(32);
        x.multiply_add(1, limb);
        expected = (expected << 32) + static_cast<unsigned long>(limb);
    }
    return expected;
}

template <class UInt>
mpz_class to_mpz(UInt x) {
    mpz_class result = 0;
    for (int i = static_cast<int>(sizeof(UInt)) / 8 - 1; i >= 0; --i)
        result = (result << 64) +
                 mpz_class(static_cast<unsigned long>(static_cast<std::uint64_t>(shift_right(x, 64 * i))));
    return result;
}

/// The value, read from above; at most 768 bits.
mpz_class to_mpz(const big& x) {
    mpz_class result = 0;
    for (int i = x.bit_width() / 64; i >= 0; --i)
        result = (result << 64) + mpz_class(static_cast<unsigned long>(
                                      static_cast<std::uint64_t>(x.shifted_right<wide_uint<14>>(64 * i))));
    return result;
}

}  // namespace

TEST_CASE("big integers of text compute as GMP does") {
    tally t("fixed_big_uint, quotients, products and shifts");
    std::mt19937_64 generator(1);
    for (int i = 0; i < cases_for_effort(20'000, 200'000, 20'000'000); ++i) {
        big x;
        big y;
        const int y_limbs = 1 + static_cast<int>(generator() % 8);
        const mpz_class expected_x = fill(generator, x, static_cast<int>(generator() % 7) + y_limbs);
        const mpz_class expected_y = fill(generator, y, y_limbs);
        t.expect(to_mpz(x) == expected_x &&
                     x.bit_width() ==
                         (expected_x == 0 ? 0 : static_cast<int>(mpz_sizeinbase(expected_x.get_mpz_t(), 2))),
                 [&] { return "value " + expected_x.get_str(16); });
        const int count = static_cast<int>(generator() % 500);
        t.expect(
            x.has_bits_below(count) == (expected_x % (mpz_class(1) << static_cast<unsigned>(count)) != 0) &&
                to_mpz(x.shifted_right<wide_uint<4>>(x.bit_width() - 200)) ==
                    (x.bit_width() < 200
                         ? mpz_class(expected_x << static_cast<unsigned>(200 - x.bit_width()))
                         : mpz_class(expected_x >> static_cast<unsigned>(x.bit_width() - 200))),
            [&] { return "leading bits of " + expected_x.get_str(16); });
        if (expected_y == 0)
            continue;
        const auto quotient = x.divide_by<wide_uint<8>>(y);
        t.expect(to_mpz(quotient) == expected_x / expected_y && x.is_zero() == (expected_x % expected_y == 0),
                 [&] { return expected_x.get_str(16) + " / " + expected_y.get_str(16); });

        const mpz_class start = fill(generator, x, 3);
        const int power = static_cast<int>(generator() % 60);
        x.multiply_by_power_of_five(power);
        mpz_class five;
        mpz_ui_pow_ui(five.get_mpz_t(), 5, static_cast<unsigned long>(power));
        t.expect(to_mpz(x) == start * five, [&] { return start.get_str(16) + " times a power of five"; });
        const auto divisor = static_cast<std::uint32_t>(extreme_limb(generator) | 1);
        const std::uint32_t remainder = x.divide_by(divisor);
        t.expect(to_mpz(x) == start * five / static_cast<unsigned long>(divisor) &&
                     mpz_class(start * five % static_cast<unsigned long>(divisor)) == remainder,
                 [&] { return start.get_str(16) + " divided by a limb"; });
    }
    require(t);
}
