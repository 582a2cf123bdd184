// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Products of large integers against long multiplication word by word, at every size where the algorithm changes, and
/// exact division; by GMP or by FLINT, whichever the library was configured with.

#include <halfulp/continued_fractions/integer_multiplication.hpp>

#include "continued_fractions/integer_multiplication_checks.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace {

using namespace halfulp;
using namespace halfulp::detail;
using namespace halfulp_test;

TEST_CASE("products of large integers are those of long multiplication") {
    // GMP's thresholds lie below 300 words on common processors, but for its transform (some thousand); FLINT's small
    // transform begins between 400 and 3080 words, for squares later.
    const std::vector<std::size_t> sizes =
        effort <= 0 ? std::vector<std::size_t>{1, 2, 17, 255, 256, 257, 399, 400, 401, 801}
                    : std::vector<std::size_t>{1,    2,    3,    8,    9,    17,   31,   100,  160,
                                               199,  229,  230,  231,  255,  256,  257,  399,  400,
                                               401,  450,  799,  800,  801,  999,  1000, 1001, 1399,
                                               1400, 1540, 1541, 2047, 2048, 2049, 3079, 3080, 3081};
    integers random(1);
    tally_of_products t;
    for (const std::size_t n : sizes)
        for (const std::size_t m : sizes) {
            if (m > n || n * m > 4'000'000)
                continue;
            const mpz_class x = random(n), y = random(m);
            t.check(x, y);
            t.check(-y, x);
        }
    for (const std::size_t n : sizes) {
        const mpz_class x = random(n);
        t.check(x, x);
        t.check_square(x);
        t.check_square(-x);
        t.check(-x, mpz_class(-x));
        t.check(x, 0);
        t.check(0, x);
        t.check(-1, x);
    }
    t.check(0, 0);
    INFO(t.first_difference);
    CHECK(t.differences == 0);
    CHECK(t.products > sizes.size() * sizes.size() / 2);
}

TEST_CASE("carries run through whole products") {
    tally_of_products t;
    for (const std::size_t n : {255u, 256u, 257u, 400u, 801u, 1541u})
        for (const std::size_t m : {256u, 400u, 900u}) {
            const mpz_class x = (mpz_class(1) << (64 * n)) - 1, y = (mpz_class(1) << (64 * m)) - 1;
            t.check(x, y);
            t.check_square(x);
            t.check(mpz_class(1) << (64 * n - 1), y);         // one bit
            t.check(mpz_class(1) << (64 * n - 64), y);        // a product without its top word
            t.check((mpz_class(1) << (64 * n - 1)) + 1, -x);  // zeros within
            t.check(x - (mpz_class(1) << (32 * n)), y - (mpz_class(1) << (32 * m)));
        }
    INFO(t.first_difference);
    CHECK(t.differences == 0);
}

TEST_CASE(
    "products of very large integers are right modulo three primes and in their lowest and highest bits") {
    const std::size_t scale = cases_for_effort<std::size_t>(1, 10, 40);
    integers random(2);
    for (const auto& [n, m] : {std::pair{3'000 * scale, 3'000 * scale},
                               {20'000 * scale, 300 * scale},
                               {8'191 * scale, 4'097 * scale}}) {
        CAPTURE(n, m);
        const mpz_class x = random(n), y = -random(m);
        mpz_class product;
        multiply(product, x, y);
        for (const unsigned long p : {4294967291ul, 4294967279ul, 2147483629ul}) {
            const mpz_class expected = mpz_class(mpz_class(x % p) * mpz_class(y % p)) % p;
            CHECK(mpz_class(product % p) == expected);
        }
        const mp_bitcnt_t low = 64 * 100;
        mpz_class x0, y0, p0;
        mpz_fdiv_r_2exp(x0.get_mpz_t(), x.get_mpz_t(), low);
        mpz_fdiv_r_2exp(y0.get_mpz_t(), y.get_mpz_t(), low);
        mpz_fdiv_r_2exp(p0.get_mpz_t(), product.get_mpz_t(), low);
        mpz_class expected = x0 * y0;
        mpz_fdiv_r_2exp(expected.get_mpz_t(), expected.get_mpz_t(), low);
        CHECK(p0 == expected);
        // The same from above: the product lies between those of the shortened factors and their upper neighbours.
        const mp_bitcnt_t a = 64 * (n - 50), b = 64 * (m - 50);
        const mpz_class x1 = x >> a, y1 = mpz_class(-y) >> b;
        CHECK(mpz_class(-product) >= mpz_class(x1 * y1) << (a + b));
        CHECK(mpz_class(-product) < mpz_class((x1 + 1) * (y1 + 1)) << (a + b));
    }
}

TEST_CASE("a product may replace one of its factors") {
    integers random(3);
    for (const std::size_t n : {1u, 100u, 256u, 1000u})
        for (const std::size_t m : {1u, 256u, 900u}) {
            const mpz_class x = random(n), y = -random(m), product = long_product(x, y);
            mpz_class left = x, right = y, both = x;
            multiply(left, left, y);
            multiply(right, x, right);
            multiply(both, both, both);
            CHECK((left == product));
            CHECK((right == product));
            CHECK((both == long_product(x, x)));
        }
}

TEST_CASE("exact division gives the quotient, or leaves the number alone") {
    integers random(4);
    std::size_t divided = 0, refused = 0;
    for (const std::size_t n : {1u, 2u, 30u, 256u, 700u, 2000u})
        for (const std::size_t m : {1u, 2u, 40u, 257u, 800u})
            for (const int signs : {0, 1, 2, 3}) {
                mpz_class quotient = random(n), divisor = random(m);
                if (signs & 1)
                    quotient = -quotient;
                if (signs & 2)
                    divisor = -divisor;
                if (abs(divisor) == 1)
                    divisor = 3;
                const std::uint64_t residue = check_residue(divisor);
                mpz_class x = long_product(quotient, divisor);
                CHECK(divide_exactly(x, divisor, residue));
                CHECK((x == quotient));
                ++divided;

                for (const mpz_class& rest : {mpz_class(1), mpz_class(-1), mpz_class(abs(divisor) >> 1)}) {
                    const mpz_class other = long_product(quotient, divisor) + rest;
                    x = other;
                    CHECK_FALSE(divide_exactly(x, divisor, residue));
                    CHECK((x == other));
                    ++refused;
                }
            }
    CHECK(divided == 120);
    CHECK(refused == 360);
}

TEST_CASE("exact division of zero, by one and of too small numbers") {
    mpz_class x = 0;
    CHECK(divide_exactly(x, 12, check_residue(12)));
    CHECK(x == 0);
    x = -77;
    CHECK(divide_exactly(x, 1, check_residue(1)));
    CHECK(x == -77);
    CHECK(divide_exactly(x, -1, check_residue(-1)));
    CHECK(x == 77);
    CHECK_FALSE(divide_exactly(x, 78, check_residue(78)));
    CHECK_FALSE(divide_exactly(x, mpz_class(77) << 300, check_residue(mpz_class(77) << 300)));
    CHECK(x == 77);
    CHECK(divide_exactly(x, 77, check_residue(77)));
    CHECK(x == 1);
}

TEST_CASE("residues of the check are those of the integers, whatever their sign") {
    const mpz_class p = check_prime;
    CHECK(mpz_probab_prime_p(p.get_mpz_t(), 30) != 0);
    integers random(5);
    for (std::size_t n = 1; n < 40; ++n) {
        const mpz_class x = random(n), y = -random(n + 3);
        mpz_class expected;
        mpz_mod(expected.get_mpz_t(), y.get_mpz_t(), p.get_mpz_t());
        CHECK((expected == static_cast<unsigned long>(check_residue(y))));
        mpz_mod(expected.get_mpz_t(), long_product(x, y).get_mpz_t(), p.get_mpz_t());
        CHECK(
            (expected == static_cast<unsigned long>(multiply_residues(check_residue(x), check_residue(y)))));
    }
    CHECK(check_residue(p) == 0);
    CHECK(check_residue(p - 1) == check_prime - 1);
    CHECK(multiply_residues(check_prime - 1, check_prime - 1) == 1);
}

TEST_CASE("products that do not depend on each other, one after the other") {
    check_independent_products(false);
    check_independent_products(true);  // outside of a parallel region
}

}  // namespace
