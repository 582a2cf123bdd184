// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// The function that rounds against the definitions on rational numbers, and its shortcut for one word.

#include <halfulp/core/round_magnitude.hpp>

#include "support/formats.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <gmpxx.h>

using namespace halfulp;
using namespace halfulp_test;

namespace {

mpz_class to_mpz(std::uint64_t x) {
    mpz_class result;
    mpz_import(result.get_mpz_t(), 1, -1, sizeof x, 0, 0, &x);
    return result;
}

mpz_class floor_of(const mpq_class& x) {
    mpz_class result;
    mpz_fdiv_q(result.get_mpz_t(), x.get_num_mpz_t(), x.get_den_mpz_t());
    return result;
}

/// x = floor + ν rounded by the table in core/rounding.hpp, as it reads.
mpz_class by_definition(const mpq_class& x, bool negative, bool ones_are_odd, const projection& p,
                        std::uint64_t random) {
    const mpz_class floor = floor_of(x);
    const mpq_class nu = x - floor;
    if (nu == 0)
        return floor;
    const mpq_class half(1, 2);
    const bool odd = ones_are_odd && mpz_odd_p(floor.get_mpz_t());
    const int n = p.random_bits;
    const mpz_class scale = mpz_class(1) << static_cast<mp_bitcnt_t>(n);
    const mpz_class r = to_mpz(random & ((std::uint64_t{1} << n) - 1));
    bool away = false;
    switch (p.mode) {
        case rounding::ties_to_even:
            away = nu > half || (nu == half && odd);
            break;
        case rounding::ties_to_away:
            away = nu >= half;
            break;
        case rounding::ties_to_zero:
            away = nu > half;
            break;
        case rounding::toward_zero:
            break;
        case rounding::toward_positive:
            away = !negative;
            break;
        case rounding::toward_negative:
            away = negative;
            break;
        case rounding::away_from_zero:
            away = true;
            break;
        case rounding::to_odd:
            away = !odd;
            break;
        case rounding::stochastic_a:
            away = floor_of(nu * scale) + r >= scale;
            break;
        case rounding::stochastic_b:
            away = floor_of(nu * scale * 2) + 2 * r + 1 >= 2 * scale;
            break;
        case rounding::stochastic_c: {
            const mpq_class scaled = nu * scale;
            mpz_class nearest = floor_of(scaled);
            const mpq_class rest = scaled - nearest;
            if (rest > half || (rest == half && mpz_odd_p(nearest.get_mpz_t())))
                ++nearest;
            away = nearest + r >= scale;
            break;
        }
        case rounding::stochastic_equal:
            away = (random & 1) != 0;
            break;
    }
    return away ? floor + 1 : floor;
}

template <class UInt>
void check(tally& t, std::uint64_t significand, int dropped, bool sticky, bool negative, bool ones_are_odd,
           const projection& p, std::uint64_t random) {
    // The unknown tail t, 0 < t < 1: any will do, since it lies below every bit that decides.
    const auto exact = [&](const mpq_class& tail) -> mpq_class {
        mpq_class x = mpq_class(to_mpz(significand)) + (sticky ? tail : mpq_class(0));
        if (dropped >= 0)
            x /= mpz_class(1) << static_cast<mp_bitcnt_t>(dropped);
        else
            x *= mpz_class(1) << static_cast<mp_bitcnt_t>(-dropped);
        return x;
    };
    const auto got = round_magnitude(UInt{significand}, dropped, sticky, negative, ones_are_odd, p, random);
    bool agree = true;
    for (const mpq_class& tail : {mpq_class(1, 1000000), mpq_class(999999, 1000000)}) {
        const mpq_class x = exact(tail);
        const bool inexact = x != floor_of(x);
        const mpz_class expected =
            dropped <= 0 ? floor_of(exact(0)) : by_definition(x, negative, ones_are_odd, p, random);
        mpz_class low;
        mpz_fdiv_r_2exp(low.get_mpz_t(), expected.get_mpz_t(), 64);
        agree = agree && to_mpz(static_cast<std::uint64_t>(got.value)) == low && got.inexact == inexact;
        if (!sticky)
            break;
    }
    t.expect(agree, [&] {
        return name_of(p) + " of " + hexadecimal(uint128{significand}) + " dropping " +
               std::to_string(dropped) + (sticky ? " sticky" : "") + (negative ? " negative" : "") +
               (ones_are_odd ? "" : " ones even") + ", random " + hexadecimal(uint128{random}) + ": got " +
               hexadecimal(uint128{static_cast<std::uint64_t>(got.value)});
    });
}

}  // namespace

TEST_CASE("all small significands are rounded as the modes are defined") {
    tally t("significands of 8 bits, dropping -3 ... 11 bits, 8 modes, signs, parities, tails");
    const std::uint64_t step = cases_for_effort(17u, 1u, 1u);
    for (std::uint64_t significand = 0; significand < 256; significand += step)
        for (int dropped = -3; dropped <= 11; ++dropped)
            for (const rounding mode : deterministic_modes())
                for (unsigned traits = 0; traits < 8; ++traits) {
                    const bool sticky = (traits & 4) != 0;
                    if (sticky && (dropped < 2 || significand == 0))
                        continue;
                    check<std::uint64_t>(t, significand, dropped, sticky, (traits & 1) != 0,
                                         (traits & 2) != 0, {mode}, 0);
                }
    require(t);
}

TEST_CASE("stochastic modes with all their random bits are as defined") {
    tally t("significands of 7 bits, dropping 0 ... 9 bits, 1 ... 4 random bits, all R");
    const std::uint64_t step = cases_for_effort(13u, 1u, 1u);
    for (std::uint64_t significand = 0; significand < 128; significand += step)
        for (int dropped = 0; dropped <= 9; ++dropped)
            for (int bits = 1; bits <= 4; ++bits)
                for (const rounding mode : stochastic_modes)
                    for (std::uint64_t random = 0; random < std::uint64_t{1} << bits; ++random) {
                        const projection p{mode, saturation::none, bits};
                        check<std::uint64_t>(t, significand, dropped, false, false, true, p, random);
                        if (significand != 0 && dropped >= bits + 2)
                            check<std::uint64_t>(t, significand, dropped, true, false, true, p, random);
                    }
    require(t);
}

TEST_CASE("wide significands are rounded as defined in every width of integer") {
    tally t("random significands of 64 bits in 64, 128 and 192 bits, 12 modes");
    generator random(90);
    for (int i = 0; i < cases_for_effort(2000, 60000, 10000000); ++i) {
        std::uint64_t significand = random() >> random.below(64);
        const int dropped = static_cast<int>(random.below(64 + 6)) - 3;
        if (dropped > 0 && dropped < 64 && i % 2 == 0)  // at, or beside, a tie
            significand = (significand >> dropped << dropped) + (std::uint64_t{1} << (dropped - 1)) +
                          random.below(3) - 1;
        const int bits = static_cast<int>(1 + random.below(32));
        const auto mode = static_cast<rounding>(random.below(12));
        const projection p{mode, saturation::none, bits};
        const int needed = is_stochastic(mode) && mode != rounding::stochastic_equal ? bits + 2 : 2;
        const bool sticky = dropped >= needed && significand != 0 && random.below(2) == 0;
        const bool negative = random.below(2) == 0;
        const bool ones_are_odd = random.below(8) != 0;
        const std::uint64_t r = random();
        check<std::uint64_t>(t, significand, dropped, sticky, negative, ones_are_odd, p, r);
        check<uint128>(t, significand, dropped, sticky, negative, ones_are_odd, p, r);
        check<wide_uint<3>>(t, significand, dropped, sticky, negative, ones_are_odd, p, r);
    }
    require(t);
}

TEST_CASE("round_word is round_magnitude for one word") {
    tally t("round_word against round_magnitude, all of 9 bits and random words");
    const auto compare_words = [&](std::uint64_t significand, int dropped) {
        for (const rounding mode : deterministic_modes())
            for (unsigned traits = 0; traits < 4; ++traits) {
                const bool negative = (traits & 1) != 0, ones_are_odd = (traits & 2) != 0;
                const auto expected =
                    round_magnitude(significand, dropped, false, negative, ones_are_odd, projection{mode}, 0);
                t.expect(round_word(significand, dropped, negative, ones_are_odd, mode) == expected.value,
                         [&] {
                             return name_of(projection{mode}) + " of " + hexadecimal(uint128{significand}) +
                                    " dropping " + std::to_string(dropped);
                         });
            }
    };
    for (std::uint64_t significand = 0; significand < 512; ++significand)
        for (int dropped = 1; dropped <= 63; ++dropped)
            compare_words(significand, dropped);
    generator random(91);
    for (int i = 0; i < cases_for_effort(2000, 100000, 10000000); ++i) {
        const int dropped = static_cast<int>(1 + random.below(63));
        const std::uint64_t word = random() >> 1 >> random.below(63);
        compare_words(word, dropped);
        // A tie and its neighbours.
        const std::uint64_t tie = (word >> dropped << dropped) | std::uint64_t{1} << (dropped - 1);
        for (const std::uint64_t near : {tie - 1, tie, tie + 1})
            if (near >> 63 == 0)
                compare_words(near, dropped);
    }
    require(t);
}

TEST_CASE("rounding is usable in constant expressions") {
    const auto round5 = [](rounding mode) {
        return round_magnitude(std::uint64_t{5}, 1, false, false, true, projection{mode}, 0).value;
    };
    STATIC_REQUIRE(round_magnitude(std::uint64_t{5}, 1, false, false, true, projection{}, 0).value == 2);
    STATIC_REQUIRE(round_magnitude(wide_uint<4>{7}, 1, false, false, true, projection{}, 0).value ==
                   wide_uint<4>{4});
    STATIC_REQUIRE(round_word(5, 1, true, true, rounding::toward_negative) == 3);
    CHECK(round5(rounding::ties_to_away) == 3);
}
