// SPDX-License-Identifier: BSL-1.0

/// @file
/// Quotients of rational numbers and of intervals, against Euclid's algorithm, step by step, on the ends:
/// random numbers of all sizes up to several levels of recursion, and numbers made to be difficult.

#include <halfulp/continued_fractions/partial_quotients.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace {

using namespace halfulp;
using quotients = std::vector<mpz_class>;

/// The expansion by the definition.
quotients euclid(mpq_class x) {
    quotients result;
    for (;;) {
        mpz_class floor;
        mpz_fdiv_q(floor.get_mpz_t(), x.get_num_mpz_t(), x.get_den_mpz_t());
        result.push_back(floor);
        x -= floor;
        if (x == 0)
            return result;
        mpq_inv(x.get_mpq_t(), x.get_mpq_t());
    }
}

/// The same, where x is large: on two integers.
quotients euclid(mpz_class a, mpz_class b) {
    quotients result;
    while (b != 0) {
        mpz_class quotient, rest;
        mpz_fdiv_qr(quotient.get_mpz_t(), rest.get_mpz_t(), a.get_mpz_t(), b.get_mpz_t());
        result.push_back(quotient);
        swap(a, b);
        swap(b, rest);
    }
    return result;
}

quotients common_beginning(const quotients& x, const quotients& y) {
    const auto count = static_cast<std::ptrdiff_t>(std::min(x.size(), y.size()));
    const auto end = std::mismatch(x.begin(), x.begin() + count, y.begin()).first;
    return {x.begin(), end};
}

void check_interval(const mpq_class& low, const mpq_class& high) {
    const quotients expected =
        common_beginning(euclid(low.get_num(), low.get_den()), euclid(high.get_num(), high.get_den()));
    REQUIRE(proven_partial_quotients(low, high).to_vector() == expected);
}

class numbers {
  public:
    explicit numbers(std::uint64_t seed) : random_(seed) {}
    std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }

    mpz_class integer(std::size_t bits) {
        mpz_class x;
        for (std::size_t i = 0; i * 64 < bits; ++i)
            x = x << 64 | detail::integer_of_word(random_());
        mpz_class power = 1;
        power <<= bits;
        return x % power;
    }
    mpq_class rational(std::size_t bits) {
        mpq_class x(integer(bits) - integer(bits), integer(bits) + 1);
        x.canonicalize();
        return x;
    }
    /// From quotients of mixed sizes: runs of ones, words around 2^32 and 2^64, some of many words.
    mpq_class from_quotients(std::size_t count, std::size_t largest_bits) {
        mpz_class p = 1, q = 0, r = 0, s = 1;
        for (std::size_t i = 0; i < count; ++i) {
            mpz_class b = 1;
            switch (below(8)) {
                case 0:
                    b += integer(below(largest_bits) + 1);
                    break;
                case 1:
                    b = (b << (below(2) == 0 ? 32 : 64)) - 1 + static_cast<long>(below(3));
                    break;
                case 2:
                    b += integer(8);
                    break;
                case 3:
                    b += integer(62);
                    break;
                default:
                    break;
            }
            const mpz_class next_p = p * b + q, next_r = r * b + s;
            q = p;
            p = next_p;
            s = r;
            r = next_r;
        }
        mpq_class x(p, r);
        x.canonicalize();
        return x;
    }

  private:
    halfulp_test::generator random_;
};

constexpr std::size_t sizes[] = {1, 5, 31, 32, 62, 63, 64, 65, 120, 126, 127, 128, 190, 400, 1500};

TEST_CASE("partial quotients: small fractions, all of them") {
    for (int denominator = 1; denominator <= 60; ++denominator)
        for (int numerator = -150; numerator <= 150; ++numerator) {
            mpq_class x(numerator, denominator);
            x.canonicalize();
            if (partial_quotients(x).to_vector() != euclid(x))
                REQUIRE(partial_quotients(x).to_vector() == euclid(x));
        }
    CHECK(partial_quotients(0) == partial_quotient_list{0});
    CHECK(partial_quotients(-7) == partial_quotient_list{-7});
    CHECK(partial_quotients(mpq_class(355, 113)) == partial_quotient_list{3, 7, 16});
    CHECK(partial_quotients(mpq_class(-355, 113)) == partial_quotient_list{-4, 1, 6, 16});
    CHECK(partial_quotients(mpq_class(1, 3)) == partial_quotient_list{0, 3});
}

TEST_CASE("partial quotients: random fractions of all sizes") {
    numbers random(1);
    long wrong = 0;
    for (const std::size_t bits : sizes)
        for (int i = 0; i < halfulp_test::cases_for_effort(5, 100, 2000); ++i) {
            const mpq_class x = random.rational(bits) / (1 + random.integer(random.below(bits) + 1));
            wrong += partial_quotients(x).to_vector() != euclid(x.get_num(), x.get_den());
            const mpq_class y = random.from_quotients(1 + bits / 4, bits * 3);
            wrong += partial_quotients(y).to_vector() != euclid(y.get_num(), y.get_den());
        }
    for (const std::size_t bits : {5000u, 6399u, 6401u, 13000u, 40000u}) {
        if (halfulp_test::effort == 0 && bits > 7000)
            break;
        for (int i = 0; i < 4; ++i) {
            const mpq_class x = random.rational(bits);
            wrong += partial_quotients(x).to_vector() != euclid(x.get_num(), x.get_den());
            const mpq_class y = random.from_quotients(bits / 40, i % 2 == 0 ? 64 : bits / 2);
            wrong += partial_quotients(y).to_vector() != euclid(y.get_num(), y.get_den());
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("partial quotients: the longest expansion, the shortest, powers of two") {
    mpz_class previous = 1, current = 1;
    for (int i = 0; i < halfulp_test::cases_for_effort(500, 5000, 5000); ++i) {
        previous += current;
        swap(previous, current);
        if (i % 97 == 0 || i > 4990) {
            const partial_quotient_list b = partial_quotients(mpq_class(current, previous));
            REQUIRE(b.size() == static_cast<std::size_t>(i) + 1);  // 3/2 = [1; 2]
            REQUIRE(b == [&] {
                partial_quotient_list expected;
                for (int k = 0; k < i; ++k)
                    expected.push_back(1);
                expected.push_back(2);
                return expected;
            }());
        }
    }
    for (const unsigned k : {1u, 31u, 32u, 63u, 64u, 65u, 127u, 128u, 500u, 9000u}) {
        mpz_class power = 1;
        power <<= k;
        for (const mpq_class& x :
             {mpq_class(1, power), mpq_class(power + 1, power), mpq_class(power, power + 1),
              mpq_class(power * power + 1, power), mpq_class(power - 1, power)})
            REQUIRE(partial_quotients(x).to_vector() == euclid(x));
    }
}

TEST_CASE("proven quotients: all intervals between small fractions") {
    std::vector<mpq_class> ends;
    for (int denominator = 1; denominator <= 7; ++denominator)
        for (int numerator = -10; numerator <= 15; ++numerator) {
            mpq_class x(numerator, denominator);
            x.canonicalize();
            ends.push_back(x);
        }
    for (const mpq_class& low : ends)
        for (const mpq_class& high : ends)
            if (low <= high)
                check_interval(low, high);
    CHECK(proven_partial_quotients(mpq_class(3), mpq_class(4)).empty());
    CHECK(proven_partial_quotients(mpq_class(3), mpq_class(7, 2)) == partial_quotient_list{3});
    CHECK(proven_partial_quotients(mpq_class(-1, 2), mpq_class(1, 2)).empty());
    CHECK_THROWS_AS(proven_partial_quotients(mpq_class(2), mpq_class(1)), std::invalid_argument);
}

TEST_CASE("proven quotients: random intervals of all widths") {
    numbers random(2);
    for (const std::size_t bits : sizes)
        for (int i = 0; i < halfulp_test::cases_for_effort(5, 150, 3000); ++i) {
            const mpq_class x =
                i % 2 == 0 ? random.rational(bits) : random.from_quotients(1 + bits / 8, bits);
            mpq_class width(random.integer(random.below(64) + 1) + 1, 1);
            width >>= static_cast<mp_bitcnt_t>(random.below(3 * bits + 1));
            check_interval(x, x + width);
            check_interval(x - width, x);
            const mpq_class other = random.rational(random.below(bits) + 1);
            check_interval(std::min(x, other), std::max(x, other));
        }
    for (const std::size_t bits : {7000u, 20000u})
        for (int i = 0; i < halfulp_test::cases_for_effort(1, 6, 100); ++i) {
            const mpq_class x =
                i % 2 == 0 ? random.rational(bits) : random.from_quotients(bits / 100, bits / 4);
            mpq_class width = 1;
            width >>= static_cast<mp_bitcnt_t>(random.below(3 * bits));
            check_interval(x, x + width);
            if (halfulp_test::effort == 0)
                break;
        }
}

TEST_CASE("proven quotients: ends that are convergents of each other, and their neighbours") {
    numbers random(3);
    for (const std::size_t bits : sizes)
        for (int i = 0; i < halfulp_test::cases_for_effort(3, 40, 1000); ++i) {
            const mpq_class x = random.from_quotients(2 + bits / 8, bits);
            const partial_quotient_list b = partial_quotients(x);
            const std::size_t kept = 1 + random.below(b.size());
            const detail::euclid_matrix m = detail::product_of_quotients(b, 0, kept);
            mpq_class convergent(m.p, m.r);
            convergent.canonicalize();
            mpq_class tiny = 1;
            tiny >>= static_cast<mp_bitcnt_t>(random.below(8 * bits + 200));
            for (const mpq_class& y : {convergent, mpq_class(convergent + tiny), mpq_class(convergent - tiny),
                                       mpq_class(x + tiny)})
                check_interval(std::min(x, y), std::max(x, y));
            check_interval(convergent - tiny, convergent + tiny);
        }
    // One end is a convergent of a long number, and the decision is beyond what is carried along.
    mpz_class previous = 1, current = 1;
    for (int i = 0; i < 3000; ++i) {
        previous += current;
        swap(previous, current);
    }
    for (const int bits : {1, 64, 1000, 4000, 4165, 4170, 9000}) {
        mpq_class tiny = 1;
        tiny >>= static_cast<mp_bitcnt_t>(bits);
        const mpq_class ratio(current, previous);
        check_interval(ratio, ratio + tiny);
        check_interval(ratio - tiny, ratio);
        check_interval(ratio - tiny, ratio + tiny);
    }
}

TEST_CASE("proven quotients of an MPFR number: those of x - ulps and x + ulps") {
    numbers random(4);
    for (const int precision : {2, 10, 24, 53, 64, 100, 1000, 8000})
        for (int i = 0; i < halfulp_test::cases_for_effort(5, 60, 1000) / (precision > 500 ? 5 : 1); ++i) {
            mpfr_real x(mpz_class(random.integer(static_cast<std::size_t>(precision)) + 1), precision);
            const long exponent = static_cast<long>(random.below(150)) - precision;
            mpfr_mul_2si(x.get(), x.get(), exponent, MPFR_RNDN);
            if (random.below(2) == 0)
                mpfr_neg(x.get(), x.get(), MPFR_RNDN);
            mpq_class unit = 1;
            const long last = static_cast<long>(mpfr_get_exp(x.get())) - precision;
            if (last >= 0)
                unit <<= static_cast<mp_bitcnt_t>(last);
            else
                unit >>= static_cast<mp_bitcnt_t>(-last);
            for (const mpq_class& ulps : {mpq_class(1, 2), mpq_class(1), mpq_class(7, 3), mpq_class(100)}) {
                const mpq_class low = x.to_rational() - ulps * unit, high = x.to_rational() + ulps * unit;
                const quotients expected = common_beginning(euclid(low), euclid(high));
                if (proven_partial_quotients(x, ulps).to_vector() != expected)
                    REQUIRE(proven_partial_quotients(x, ulps).to_vector() == expected);
            }
            REQUIRE(proven_partial_quotients(x, 0).to_vector() == euclid(x.to_rational()));
        }
}

TEST_CASE("proven quotients: pi and e at some precision begin those at a higher one") {
    const auto pi_quotients = [](mpfr_prec_t precision) {
        mpfr_real pi(precision);
        mpfr_const_pi(pi.get(), MPFR_RNDN);
        return proven_partial_quotients(pi);
    };
    const partial_quotient_list more = pi_quotients(halfulp_test::cases_for_effort(20000, 100000, 1000000));
    for (const mpfr_prec_t precision : {2, 53, 64, 1000, 6400, 19000}) {
        const partial_quotient_list some = pi_quotients(precision);
        REQUIRE(some.size() < more.size());
        bool same = true;
        for (std::size_t i = 0; i < some.size(); ++i)
            same = same && some.word(i) == more.word(i);
        CHECK(same);
        // Levy's constant: a quotient takes 3.42 bits of the interval on average.
        CHECK(some.size() >= static_cast<std::size_t>(precision) / 5);
    }
    CHECK(more[431] == 20776);  // OEIS A001203: the largest of the first thousand

    mpfr_real e(1L, 30000);
    mpfr_exp(e.get(), e.get(), MPFR_RNDN);
    const partial_quotient_list b = proven_partial_quotients(e);
    REQUIRE(b.size() > 2000);
    bool as_euler_says = b.word(0) == 2;
    for (std::size_t i = 1; i < b.size(); ++i)
        as_euler_says = as_euler_says && b.word(i) == (i % 3 == 2 ? 2 * (i + 1) / 3 : 1);
    CHECK(as_euler_says);
}

TEST_CASE("proven quotients of an MPFR number: what is refused") {
    mpfr_real x(53);
    CHECK_THROWS_AS(proven_partial_quotients(x), std::invalid_argument);
    mpfr_set_inf(x.get(), 1);
    CHECK_THROWS_AS(proven_partial_quotients(x), std::invalid_argument);
    mpfr_set_zero(x.get(), 1);
    CHECK_THROWS_AS(proven_partial_quotients(x), std::invalid_argument);
    CHECK(proven_partial_quotients(x, 0) == partial_quotient_list{0});
    const mpfr_exp_t largest = mpfr_get_emax();
    mpfr_set_emax(mpfr_get_emax_max());
    mpfr_set_si_2exp(x.get(), 3, 100'000'000'000, MPFR_RNDN);
    CHECK_THROWS_WITH(proven_partial_quotients(x), halfulp_test::contains_text("exponent"));
    mpfr_set_si(x.get(), 3, MPFR_RNDN);
    mpfr_set_emax(largest);
    mpfr_set_si(x.get(), 3, MPFR_RNDN);
    CHECK_THROWS_AS(proven_partial_quotients(x, -1), std::invalid_argument);
    CHECK(proven_partial_quotients(x, mpq_class(1, 1000)).empty());  // floors 2 and 3
}

TEST_CASE("lists of quotients: words, others, and what is cut off") {
    partial_quotient_list b{0, -5, 1};
    const mpz_class large = mpz_class(1) << 64;
    b.push_back(large - 1);
    b.push_back(large);
    b.push_back(std::uint64_t{7});
    CHECK(b.to_vector() == quotients{0, -5, 1, large - 1, large, 7});
    CHECK(b.word(3) == ~std::uint64_t{0});
    CHECK(b.word(4) == 0);
    CHECK(b.is_positive(4));
    CHECK_FALSE(b.is_positive(0));
    CHECK(b == partial_quotient_list(quotients{0, -5, 1, large - 1, large, 7}));
    b.truncate(4);
    b.push_back(large);
    CHECK(b.back() == large);
    b.pop_back();
    b.pop_back();
    CHECK(b == partial_quotient_list{0, -5, 1});
}

}  // namespace
