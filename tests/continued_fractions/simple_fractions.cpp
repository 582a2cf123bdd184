// SPDX-License-Identifier: BSL-1.0

/// @file
/// Simple continued fractions as values: convergents against the recurrence, canonical forms, order against that of
/// the numbers, text.

#include <halfulp/continued_fractions/partial_quotients.hpp>
#include <halfulp/continued_fractions/quadratic_irrational.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

#include <vector>

namespace {

using namespace halfulp;
using fraction = simple_continued_fraction;

/// From the inside out.
mpq_class backward(const std::vector<mpz_class>& b) {
    mpq_class x = b.back();
    for (std::size_t i = b.size() - 1; i > 0; --i)
        x = b[i - 1] + 1 / x;
    return x;
}

class fractions {
  public:
    explicit fractions(std::uint64_t seed) : random_(seed) {}
    partial_quotient_list list(std::size_t count, bool first_positive) {
        partial_quotient_list result;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint64_t kind = random_.below(10);
            mpz_class b = kind < 6   ? detail::integer_of_word(1 + random_.below(3))
                          : kind < 9 ? detail::integer_of_word(1 + (random_() >> random_.below(64)))
                                     : mpz_class((mpz_class(1) << random_.below(200)) + 1);
            if (i == 0 && !first_positive)
                b -= detail::integer_of_word(random_.below(6));
            result.push_back(b);
        }
        return result;
    }
    std::size_t below(std::uint64_t bound) { return random_.below(bound); }

  private:
    halfulp_test::generator random_;
};

TEST_CASE("simple continued fraction: value and convergents against the recurrences") {
    fractions random(1);
    long wrong = 0;
    for (int i = 0; i < halfulp_test::cases_for_effort(30, 400, 10000); ++i) {
        const fraction x(random.list(1 + random.below(150), false));
        const std::vector<mpz_class> b = x.quotients().to_vector();
        const mpq_class value = backward(b);
        wrong += x.value() != value;
        const std::vector<mpq_class> convergents = x.convergents(b.size());
        const std::size_t n = random.below(b.size());
        wrong += convergents[n] != backward({b.begin(), b.begin() + static_cast<std::ptrdiff_t>(n) + 1});
        wrong += x.convergent(n) != convergents[n] || convergents.back() != value;
        // In lowest terms, as mpq's functions need it.
        mpq_class canonical = convergents[n];
        canonical.canonicalize();
        wrong += canonical.get_num() != convergents[n].get_num() ||
                 canonical.get_den() != convergents[n].get_den();
        // value = f(tail)
        const moebius_map f = x.tail_map(n);
        const mpq_class tail = backward({b.begin() + static_cast<std::ptrdiff_t>(n), b.end()});
        wrong += (f.p * tail + f.q) / (f.r * tail + f.s) != value;
    }
    CHECK(wrong == 0);
    CHECK(fraction().value() == 0);
    CHECK(fraction({-3}).value() == -3);
    CHECK(fraction({3, 7, 15, 1}).value() == mpq_class(355, 113));
    CHECK(fraction({3, 7, 15, 1}).tail_map(0) == moebius_map{});
}

TEST_CASE("simple continued fraction: a long one is its own expansion") {
    fractions random(2);
    for (const std::size_t count : {1000u, 20000u}) {
        const partial_quotient_list b = random.list(count, false);
        const fraction x(b);
        CHECK(fraction(partial_quotients(x.value())).quotients() == x.canonical().quotients());
    }
}

TEST_CASE("simple continued fraction with a period: terms, convergents, convergence") {
    const fraction root2({1}, {2});
    CHECK(root2.convergent(0) == 1);
    CHECK(root2.convergent(5) == mpq_class(99, 70));
    CHECK(root2[0] == 1);
    CHECK(root2[1'000'000'000'000] == 2);
    fractions random(3);
    long wrong = 0;
    for (int i = 0; i < halfulp_test::cases_for_effort(20, 200, 5000); ++i) {
        const fraction x(random.list(random.below(4), true), random.list(1 + random.below(5), true));
        std::vector<mpz_class> b;
        for (std::size_t n = 0; n < 40; ++n)
            b.push_back(x[n]);
        const std::size_t n = random.below(40);
        wrong += x.convergent(n) != backward({b.begin(), b.begin() + static_cast<std::ptrdiff_t>(n) + 1});
        wrong += x.convergents(n + 1).back() != x.convergent(n);
        // The 1000th is close to the quadratic irrational, on the right side.
        const quadratic_irrational value(x);
        const mpq_class even = x.convergent(1000), odd = x.convergent(1001);
        mpfr_real y = value.value(3000);
        wrong += mpfr_cmp_q(y.get(), even.get_mpq_t()) < 0 && mpfr_cmp_q(y.get(), odd.get_mpq_t()) > 0;
        mpq_class middle = (even + odd) / 2;
        mpfr_sub_q(y.get(), y.get(), middle.get_mpq_t(), MPFR_RNDN);
        wrong +=
            mpfr_zero_p(y.get()) == 0 && mpfr_get_exp(y.get()) > -1300 + mpfr_get_exp(value.value(53).get());
    }
    CHECK(wrong == 0);
}

TEST_CASE("simple continued fraction: canonical form") {
    CHECK(fraction({3, 7, 15, 1}).canonical().to_string() == "[3; 7, 16]");
    CHECK(fraction({1}).canonical().to_string() == "[1]");
    CHECK(fraction({0, 1}).canonical().to_string() == "[1]");
    CHECK(fraction({-1, 1}).canonical().to_string() == "[0]");
    CHECK(fraction({1}, {2, 2, 2}).canonical().to_string() == "[1; (2)]");
    CHECK(fraction({1, 2, 3, 2, 3}, {2, 3}).canonical().to_string() == "[1; (2, 3)]");
    CHECK(fraction({1, 3, 2, 3}, {2, 3}).canonical().to_string() == "[1; (3, 2)]");
    CHECK(fraction({2, 3}, {2, 3, 2, 3}).canonical().to_string() == "[(2, 3)]");
    CHECK(fraction({1, 2}, {1, 2, 1, 1, 2}).canonical().to_string() == "[(1, 2, 1, 2, 1)]");
    CHECK(fraction({}, {1, 1, 2, 1, 1, 2}).canonical().to_string() == "[(1, 1, 2)]");
    CHECK(fraction({-2, 1}, {1}).canonical().to_string() == "[-2; (1)]");
    fractions random(4);
    long wrong = 0;
    for (int i = 0; i < halfulp_test::cases_for_effort(100, 2000, 50000); ++i) {
        const fraction x(random.list(random.below(3), true), random.list(1 + random.below(4), true));
        const fraction y = x.canonical();
        for (std::size_t n = 0; n < 30; ++n)
            wrong += x[n] != y[n];
        // The same from any other way to write it.
        partial_quotient_list longer = x.quotients(), turned;
        const std::size_t more = random.below(9), m = x.period().size();
        for (std::size_t n = 0; n < more; ++n)
            longer.push_back(x[x.quotients().size() + n]);
        for (std::size_t n = 0; n < m * (1 + static_cast<std::size_t>(i) % 3); ++n)
            turned.push_back(x.period()[(n + more) % m]);
        const fraction z = fraction(longer, turned).canonical();
        wrong += z.quotients() != y.quotients() || z.period() != y.period();
        wrong += y.quotients().size() > x.quotients().size() || m % y.period().size() != 0;
    }
    CHECK(wrong == 0);
}

TEST_CASE("simple continued fraction: order and equality are those of the numbers") {
    std::vector<mpq_class> numbers;
    for (int denominator = 1; denominator <= 6; ++denominator)
        for (int numerator = -9; numerator <= 13; ++numerator) {
            mpq_class x(numerator, denominator);
            x.canonicalize();
            numbers.push_back(x);
        }
    long wrong = 0;
    for (const mpq_class& x : numbers)
        for (const mpq_class& y : numbers) {
            const fraction a(partial_quotients(x)), b(partial_quotients(y));
            wrong += (a < b) != (x < y) || (a == b) != (x == y) || (a > b) != (x > y);
        }
    CHECK(wrong == 0);
    CHECK(fraction({3, 7, 15, 1}) == fraction({3, 7, 16}));
    CHECK(fraction({1}, {2}) == fraction({1, 2, 2}, {2, 2}));
    fractions random(5);
    wrong = 0;
    for (int i = 0; i < halfulp_test::cases_for_effort(50, 1000, 20000); ++i) {
        const fraction x(random.list(random.below(3), true), random.list(1 + random.below(3), true));
        const fraction y(random.list(random.below(3), true), random.list(1 + random.below(3), true));
        const fraction z(random.list(1 + random.below(5), true));
        wrong += (x < y) != (quadratic_irrational(x) < quadratic_irrational(y));
        wrong += (x == y) != (quadratic_irrational(x) == quadratic_irrational(y));
        const mpfr_real value = quadratic_irrational(x).value(4000);
        const mpq_class other = z.value();
        wrong += (x < z) != (mpfr_cmp_q(value.get(), other.get_mpq_t()) < 0) || x == z || (z < x) == (x < z);
    }
    CHECK(wrong == 0);
}

TEST_CASE("simple continued fraction: text") {
    for (const char* text : {"[3; 7, 15, 1]", "[1; (2)]", "[(1)]", "[-4]", "[0; 1, (2, 3)]", "[(1, 2, 3)]",
                             "[5; 123456789012345678901234567890, 1]", "[1; 2, (3)]"})
        CHECK(fraction::from_string(text).to_string() == text);
    CHECK(fraction::from_string(" [ 3 ;7,15 , 1 ] ").to_string() == "[3; 7, 15, 1]");
    CHECK(fraction::from_string("[3, 7, ( 15 , 1 )]").to_string() == "[3; 7, (15, 1)]");
    for (const char* text :
         {"", "[", "[]", "3", "[3", "[3;]", "[3; 7,]", "[3; 7; 15]", "[3; (2]", "[3; 2)]", "[3; (2), 1]",
          "[3; ()]", "[3; (2)] x", "[3; (2)(4)]", "[3 7]", "[3; x]", "[3; --1]", "[3; ((2))]", "[3; 7]]"})
        CHECK_THROWS_AS(fraction::from_string(text), text_error);
    CHECK_THROWS_WITH(fraction::from_string("[3; 0]"), halfulp_test::contains_text("b_1 is 0"));
}

TEST_CASE("simple continued fraction: what is refused") {
    CHECK_THROWS_AS(fraction(partial_quotient_list{}), std::invalid_argument);
    CHECK_THROWS_AS(fraction({1, 0}), std::invalid_argument);
    CHECK_THROWS_AS(fraction({1, -2}), std::invalid_argument);
    CHECK_THROWS_AS(fraction({}, {0}), std::invalid_argument);
    CHECK_THROWS_AS(fraction({}, {-1, 2}), std::invalid_argument);
    CHECK_THROWS_AS(fraction({1}, {2}).value(), std::invalid_argument);
    CHECK_THROWS_AS(fraction({1, 2}).convergent(2), std::invalid_argument);
    CHECK_THROWS_AS(fraction({1, 2})[2], std::invalid_argument);
    CHECK_THROWS_AS(fraction({1, 2}).tail_map(3), std::invalid_argument);
    CHECK_THROWS_AS(fraction({1, 2}).convergents(3), std::invalid_argument);
}

}  // namespace
