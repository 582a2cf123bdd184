// SPDX-License-Identifier: BSL-1.0

/// @file
/// The exact arithmetic under the reference: its integers against GMP's on both sides of the border
/// between machine integers and big ones, its rational numbers against mpq_class, its special values
/// against IEEE 754's tables written out.

#include <halfulp/reference/exact_value.hpp>

#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace {

using namespace halfulp;
using reference::exact_value;
using reference::natural;
using reference::value_kind;
using reference::zero_sign;

/// A number of 0 to `bits` random bits with a bias to long runs of ones and zeros.
mpz_class random_integer(std::mt19937_64& generator, unsigned bits) {
    mpz_class result = 0;
    const unsigned length = static_cast<unsigned>(generator() % (bits + 1));
    while (mpz_sizeinbase(result.get_mpz_t(), 2) < length || result == 0) {
        const unsigned run = 1 + static_cast<unsigned>(generator() % 40);
        result <<= run;
        if (generator() % 2 == 0)
            result += (mpz_class(1) << run) - 1;
        else if (generator() % 2 == 0)
            result += static_cast<unsigned long>(generator() % (std::uint64_t{1} << run));
        if (result == 0 && length == 0)
            break;
    }
    mpz_class cut;
    mpz_tdiv_r_2exp(cut.get_mpz_t(), result.get_mpz_t(), length);
    return cut;
}

exact_value power_of_two(int exponent) {
    return exact_value::rational(false, {natural(1), natural(1), exponent});
}

const exact_value infinity = exact_value::infinity();
const exact_value nan_value = exact_value::nan();
const exact_value plus_zero = exact_value::zero();
const exact_value minus_zero = exact_value::zero(zero_sign::negative);

bool is_zero_with(const exact_value& x, zero_sign sign) {
    return x.is_zero() && x.sign_of_zero() == sign && x.raised().ok();
}
bool is_invalid(const exact_value& x) {
    return x.is_nan() && x.raised() == status{.invalid = true};
}

}  // namespace

TEST_CASE("natural numbers equal GMP's, machine-sized and big") {
    std::mt19937_64 generator(1);
    const int count = halfulp_test::cases_for_effort(2'000, 100'000, 10'000'000);
    for (int i = 0; i < count; ++i) {
        const mpz_class x = random_integer(generator, i % 2 == 0 ? 140 : 70);
        const mpz_class y = random_integer(generator, i % 3 == 0 ? 300 : 66);
        const long shift = static_cast<long>(generator() % 150);
        const natural a = natural::from_mpz(x);
        const natural b = natural::from_mpz(y);
        REQUIRE(a.to_mpz() == x);
        REQUIRE(a.is_zero() == (x == 0));
        REQUIRE(a.is_odd() == (mpz_odd_p(x.get_mpz_t()) != 0));
        REQUIRE(a.bit_width() == (x == 0 ? 0 : static_cast<long>(mpz_sizeinbase(x.get_mpz_t(), 2))));
        REQUIRE((a + b).to_mpz() == x + y);
        REQUIRE((a * b).to_mpz() == x * y);
        REQUIRE((x >= y ? a - b : b - a).to_mpz() == abs(x - y));
        REQUIRE((a << shift).to_mpz() == x << static_cast<mp_bitcnt_t>(shift));
        REQUIRE((a <=> b) == (cmp(x, y) <=> 0));
        REQUIRE((a == b) == (x == y));
        const auto shifted = floor_shift(a, shift);
        REQUIRE(shifted.floor.to_mpz() == x >> static_cast<mp_bitcnt_t>(shift));
        REQUIRE(shifted.exact == ((shifted.floor.to_mpz() << static_cast<mp_bitcnt_t>(shift)) == x));
        const auto root = floor_sqrt(a);
        REQUIRE(root.floor.to_mpz() == sqrt(x));
        REQUIRE(root.exact == (mpz_perfect_square_p(x.get_mpz_t()) != 0));
        if (y != 0) {
            const auto divided = floor_divide(a, b);
            REQUIRE(divided.floor.to_mpz() == x / y);
            REQUIRE(divided.exact == (x % y == 0));
        }
        mpz_class low;
        mpz_tdiv_r_2exp(low.get_mpz_t(), x.get_mpz_t(), 128);
        REQUIRE(natural::from_uint128(a.to_uint128()).to_mpz() == low);
    }
}

TEST_CASE("exact arithmetic on rational numbers equals GMP's") {
    std::mt19937_64 generator(2);
    const int count = halfulp_test::cases_for_effort(1'000, 30'000, 3'000'000);
    const auto random_rational = [&generator] {
        mpq_class result(random_integer(generator, 90), random_integer(generator, 20) + 1);
        result.canonicalize();
        if (generator() % 2 == 0)
            result = -result;
        if (generator() % 3 == 0)
            result <<= generator() % 70;
        else
            result >>= generator() % 70;
        return result;
    };
    for (int i = 0; i < count; ++i) {
        const mpq_class p = random_rational();
        const mpq_class q = i % 8 == 0 ? p : random_rational();
        const exact_value x(p);
        const exact_value y(q);
        REQUIRE(x.to_rational() == p);
        REQUIRE((x + y).to_rational() == p + q);
        REQUIRE((x - y).to_rational() == p - q);
        REQUIRE((x * y).to_rational() == p * q);
        REQUIRE((-x).to_rational() == -p);
        REQUIRE(fma(x, y, x).to_rational() == p * q + p);
        REQUIRE((x <=> y) == (cmp(p, q) <=> 0));
        if (q != 0) {
            REQUIRE((x / y).to_rational() == p / q);
            // remainder: |r| <= |y|/2 and (x - r)/y is an integer, even where |r| = |y|/2.
            const mpq_class r = remainder(x, y).to_rational();
            const mpq_class n = (p - r) / q;
            REQUIRE(n.get_den() == 1);
            const int side = cmp(abs(r) * 2, abs(q));
            REQUIRE((side < 0 || (side == 0 && mpz_even_p(n.get_num_mpz_t()) != 0)));
        }
        if (p > 0) {
            const exact_value root = sqrt(x);
            const exact_value square_root_of_square = sqrt(x * x);
            REQUIRE(square_root_of_square == x);
            REQUIRE(square_root_of_square.kind() == value_kind::rational);
            const mpfr_real approximate = x.to_mpfr(200);
            mpfr_real below(100);
            mpfr_real above(100);
            mpfr_sqrt(below.get(), approximate.get(), MPFR_RNDD);
            mpfr_nextbelow(below.get());
            mpfr_sqrt(above.get(), approximate.get(), MPFR_RNDU);
            mpfr_nextabove(above.get());
            REQUIRE(root > exact_value(below));
            REQUIRE(root < exact_value(above));
            REQUIRE((root <=> sqrt(x + power_of_two(-200))) == std::partial_ordering::less);
        }
    }
}

TEST_CASE("exact values come from integers, doubles, rationals and MPFR numbers without rounding") {
    CHECK(exact_value(0).is_zero());
    CHECK(exact_value(-3).to_rational() == -3);
    CHECK(exact_value(std::numeric_limits<std::int64_t>::min()).to_rational() ==
          mpq_class("-9223372036854775808"));
    CHECK(exact_value(std::numeric_limits<std::uint64_t>::max()).to_rational() ==
          mpq_class("18446744073709551615"));
    for (const double x : {1.0, -0.1, 0x1p-1074, 0x1.fffffffffffffp1023, 0x1.8p-1030, 5e-324 * 3}) {
        CHECK(exact_value(x).to_rational() == mpq_class(x));
        CHECK(exact_value(x).to_double() == x);
        CHECK(exact_value(mpfr_real(x, 53)) == exact_value(x));
    }
    CHECK(is_zero_with(exact_value(-0.0), zero_sign::negative));
    CHECK(is_zero_with(exact_value(mpfr_real(-0.0, 53)), zero_sign::negative));
    CHECK(exact_value(-std::numeric_limits<double>::infinity()) == -infinity);
    CHECK(exact_value(std::numeric_limits<double>::quiet_NaN()).is_nan());
    CHECK(exact_value(mpfr_real(std::numeric_limits<double>::quiet_NaN(), 53)).is_nan());
    CHECK(exact_value(mpz_class("123456789012345678901234567890")).to_string(30) ==
          "123456789012345678901234567890");
}

TEST_CASE("addition of special values follows IEEE 754") {
    const exact_value one(1);
    CHECK(is_zero_with(plus_zero + plus_zero, zero_sign::positive));
    CHECK(is_zero_with(minus_zero + minus_zero, zero_sign::negative));
    CHECK(is_zero_with(plus_zero + minus_zero, zero_sign::by_direction));
    CHECK(is_zero_with(minus_zero - minus_zero, zero_sign::by_direction));
    CHECK(is_zero_with(plus_zero - minus_zero, zero_sign::positive));
    CHECK(is_zero_with(minus_zero - plus_zero, zero_sign::negative));
    CHECK(is_zero_with(one - one, zero_sign::by_direction));
    CHECK(one + minus_zero == one);
    CHECK(infinity + one == infinity);
    CHECK(infinity + infinity == infinity);
    CHECK(one - infinity == -infinity);
    CHECK(is_invalid(infinity - infinity));
    CHECK((nan_value + one).raised().ok());
    CHECK((infinity + nan_value).is_nan());
}

TEST_CASE("multiplication and division of special values follow IEEE 754") {
    const exact_value two(2);
    CHECK(is_zero_with(plus_zero * -two, zero_sign::negative));
    CHECK(is_zero_with(minus_zero * -two, zero_sign::positive));
    CHECK(infinity * -two == -infinity);
    CHECK(is_invalid(infinity * plus_zero));
    CHECK(is_invalid(minus_zero * infinity));
    CHECK((nan_value * plus_zero).raised().ok());
    CHECK(is_invalid(plus_zero / minus_zero));
    CHECK(is_invalid(infinity / infinity));
    CHECK(is_zero_with(two / -infinity, zero_sign::negative));
    CHECK(is_zero_with(minus_zero / two, zero_sign::negative));
    CHECK(infinity / -two == -infinity);
    CHECK(two / minus_zero == -infinity);
    CHECK((two / minus_zero).raised() == status{.divide_by_zero = true});
    CHECK(infinity / minus_zero == -infinity);
    CHECK((infinity / minus_zero).raised().ok());
}

TEST_CASE("division by a zero without a sign is NaN") {
    const exact_value zero = exact_value::zero(zero_sign::none);
    CHECK((exact_value(1) / zero).is_nan());
    CHECK((exact_value(1) / zero).raised() == status{.invalid = true, .divide_by_zero = true});
    CHECK(is_invalid(zero / zero));
    CHECK(is_invalid(infinity / zero));
    CHECK((nan_value / zero).raised().ok());
    CHECK(is_zero_with(zero / exact_value(-1), zero_sign::negative));
}

TEST_CASE("fma, sqrt and remainder of special values follow IEEE 754") {
    const exact_value one(1);
    CHECK(is_invalid(fma(infinity, plus_zero, one)));
    CHECK(fma(infinity, plus_zero, nan_value).is_nan());
    CHECK(fma(infinity, plus_zero, nan_value).raised().ok());
    CHECK(is_invalid(fma(infinity, one, -infinity)));
    CHECK(is_zero_with(fma(one, -one, one), zero_sign::by_direction));
    CHECK(is_zero_with(fma(minus_zero, one, minus_zero), zero_sign::negative));
    CHECK(is_zero_with(fma(minus_zero, one, plus_zero), zero_sign::by_direction));
    CHECK(is_zero_with(sqrt(minus_zero), zero_sign::negative));
    CHECK(sqrt(infinity) == infinity);
    CHECK(is_invalid(sqrt(-one)));
    CHECK(is_invalid(sqrt(-infinity)));
    CHECK(sqrt(nan_value).raised().ok());
    CHECK(is_invalid(remainder(infinity, one)));
    CHECK(is_invalid(remainder(one, minus_zero)));
    CHECK(remainder(-one, infinity) == -one);
    CHECK(is_zero_with(remainder(minus_zero, one), zero_sign::negative));
    CHECK(is_zero_with(remainder(exact_value(-6), exact_value(3)), zero_sign::negative));
    CHECK(remainder(exact_value(5), exact_value(2)) == one);   // 5/2 is between 2 and 3: 2 is even
    CHECK(remainder(exact_value(7), exact_value(2)) == -one);  // 7/2: 4 is even
    CHECK(remainder(exact_value(-7), exact_value(-2)) == one);
    CHECK(remainder(nan_value, plus_zero).raised().ok());
}

TEST_CASE("comparisons order the real numbers with infinities, and NaN not at all") {
    const std::vector<exact_value> ascending{-infinity,
                                             exact_value(-4),
                                             -sqrt(exact_value(15)),
                                             -sqrt(exact_value(2)),
                                             exact_value(-1),
                                             plus_zero,
                                             power_of_two(-9000),
                                             power_of_two(-1),
                                             sqrt(exact_value(2)),
                                             exact_value(1.5),
                                             power_of_two(9000),
                                             infinity};
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        for (std::size_t j = 0; j < ascending.size(); ++j)
            CHECK((ascending[i] <=> ascending[j]) == (i <=> j));
        CHECK((ascending[i] <=> nan_value) == std::partial_ordering::unordered);
    }
    CHECK(plus_zero == minus_zero);
    CHECK_FALSE(nan_value == nan_value);
    CHECK_THROWS_AS(sqrt(exact_value(2)) + exact_value(1), std::domain_error);
}

TEST_CASE("exceptions of a computation accumulate in its value") {
    const exact_value x = (exact_value(1) / minus_zero) * plus_zero;
    CHECK(x.is_nan());
    CHECK(x.raised() == status{.invalid = true, .divide_by_zero = true});
}
