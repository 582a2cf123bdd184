// SPDX-License-Identifier: BSL-1.0

/// @file
/// Decimal digits of enclosures: values of every size and sign, runs of nines and zeros, exact values, and what is refused.
/// The oracle multiplies rational ends by powers of ten.

#include <halfulp/continued_fractions/evaluation.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

#include <cctype>
#include <string>

namespace {

using namespace halfulp;
using halfulp_test::contains_text;

evaluation enclosed(const mpfr_real& value, const mpfr_real& error) {
    return {value, error, 0, proof_kind::bracketing, 1};
}
/// value ± error, both as decimal text.
evaluation enclosed(const std::string& value, const std::string& error, mpfr_prec_t precision = 400) {
    return enclosed(mpfr_real(value, precision), mpfr_real(error, 64, MPFR_RNDU));
}
/// The text, and the count behind it.
std::string digits_of(const evaluation& x, long digits) {
    long count = -1;
    const std::string text = certified_decimal(x, digits, count);
    CHECK(certified_decimal(x, digits) == text);
    return text + " " + std::to_string(count);
}

mpq_class power_of_ten(long exponent) {
    mpz_class power;
    mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(exponent < 0 ? -exponent : exponent));
    return exponent < 0 ? mpq_class(1, power) : mpq_class(power);
}
mpz_class floor_of(const mpq_class& x) {
    mpz_class result;
    mpz_fdiv_q(result.get_mpz_t(), x.get_num_mpz_t(), x.get_den_mpz_t());
    return result;
}

/// The digits that 0 < low ≤ high begin with, and the exponent of the first one; nothing where that differs.
std::string common_beginning(const mpq_class& low, const mpq_class& high, long digits, long& exponent) {
    exponent = 0;
    while (low >= power_of_ten(exponent + 1))
        ++exponent;
    while (low < power_of_ten(exponent))
        --exponent;
    if (high >= power_of_ten(exponent + 1))
        return "";
    std::string result;
    for (long n = 1; n <= digits; ++n) {
        const mpq_class scale = power_of_ten(n - 1 - exponent);
        const mpz_class digit = floor_of(low * scale);
        if (digit != floor_of(high * scale))
            break;
        result = digit.get_str();
    }
    return result;
}

/// Holds the text against the ends.
void check_digits(const evaluation& x, long digits) {
    const mpq_class lower = x.lower().to_rational(), upper = x.upper().to_rational();
    const bool is_negative = lower < 0;
    CAPTURE(lower.get_d(), mpq_class(upper - lower).get_d(), digits);
    long count = -1;
    const std::string text = certified_decimal(x, digits, count);
    if (lower <= 0 && upper >= 0) {
        CHECK(text.empty());
        CHECK(count == 0);
        return;
    }
    long exponent = 0;
    const std::string expected = common_beginning(is_negative ? mpq_class(-upper) : lower,
                                                  is_negative ? mpq_class(-lower) : upper, digits, exponent);
    CHECK(count == static_cast<long>(expected.size()));
    // What a reader of numbers makes of the text: the beginning, cut off.
    std::string read;
    for (const char c : text.substr(0, text.find('e')))
        if (std::isdigit(static_cast<unsigned char>(c)) != 0 && (c != '0' || !read.empty()))
            read += c;
    CHECK(read == expected);
    if (!expected.empty()) {
        const mpfr_real number(text, 4000);
        mpq_class cut = mpq_class(mpz_class(expected)) * power_of_ten(exponent + 1 - count);
        CHECK(number.to_rational() == mpfr_real(is_negative ? mpq_class(-cut) : cut, 4000).to_rational());
        CHECK((text.find('e') != std::string::npos) == (count <= exponent));
    }
}

TEST_CASE("digits of numbers of every size and sign are in fixed notation as far as they reach the point") {
    CHECK(digits_of(enclosed("3.14159265", "1e-8"), 5) == "3.1415 5");
    CHECK(digits_of(enclosed("-3.14159265", "1e-8"), 5) == "-3.1415 5");
    CHECK(digits_of(enclosed("3.14159265", "1e-8"), 1) == "3 1");
    CHECK(digits_of(enclosed("-0.000314159", "1e-12"), 3) == "-0.000314 3");
    CHECK(digits_of(enclosed("0.314159", "1e-9"), 3) == "0.314 3");
    CHECK(digits_of(enclosed("31415.9265", "1e-4"), 6) == "31415.9 6");
    CHECK(digits_of(enclosed("31415.9265", "1e-4"), 5) == "31415 5");
    // Digits in front of the point that are not wanted, or not known.
    CHECK(digits_of(enclosed("31415.9265", "1e-4"), 4) == "3.141e4 4");
    CHECK(digits_of(enclosed("-31415.9265", "1e-4"), 1) == "-3e4 1");
    CHECK(digits_of(enclosed("31415.9265", "10"), 9) == "3.14e4 3");
    // More than are known.
    CHECK(digits_of(enclosed("3.14159265", "1e-4"), 1'000'000'000) == "3.141 4");
}

TEST_CASE("digits next to runs of nines and zeros are those that both ends have") {
    CHECK(digits_of(enclosed("2.49999998", "1e-8"), 5) == "2.4999 5");
    CHECK(digits_of(enclosed("2.4999999999", "1e-8"), 5) == "2 1");
    CHECK(digits_of(enclosed("2.5000000001", "1e-8"), 5) == "2 1");
    CHECK(digits_of(enclosed("2.50000002", "1e-8"), 5) == "2.5000 5");
    CHECK(digits_of(enclosed("9.9999999999", "1e-8"), 5) == " 0");
    CHECK(digits_of(enclosed("10.0000000001", "1e-8"), 5) == " 0");
    CHECK(digits_of(enclosed("-0.001", "1e-8"), 5) == " 0");
    CHECK(digits_of(enclosed("99.5", "0.5"), 5) == " 0");  // 100 belongs to the interval
    CHECK(digits_of(enclosed("99.5", "0.25"), 5) == "99 2");
}

TEST_CASE("no digit of an interval around zero, or of none, is known") {
    CHECK(digits_of(enclosed("0", "1e-8"), 5) == " 0");
    CHECK(digits_of(enclosed("1e-9", "1e-8"), 5) == " 0");
    CHECK(digits_of(enclosed("-1e-9", "1e-8"), 5) == " 0");
    CHECK(digits_of(enclosed("0.5", "0.5"), 5) == " 0");
    CHECK(digits_of(enclosed("-0.5", "0.5"), 5) == " 0");
    CHECK(digits_of(enclosed("3", "inf"), 5) == " 0");
    CHECK(digits_of(enclosed("nan", "1"), 5) == " 0");
}

TEST_CASE("all digits of exact values are known") {
    CHECK(digits_of(enclosed("0", "0"), 3) == "0.000 3");
    CHECK(digits_of(enclosed("0.5", "0"), 4) == "0.5000 4");
    CHECK(digits_of(enclosed("-1024", "0"), 6) == "-1024.00 6");
    CHECK(digits_of(enclosed("1024", "0"), 2) == "1.0e3 2");
    // A quotient that is not a number of MPFR's, between ends that differ in the first digit.
    const auto fraction = [](long numerator, long denominator) {
        mpq_class q(numerator, denominator);
        q.canonicalize();
        evaluation x = enclosed(mpfr_real(q, 100), mpfr_real(0x1p-90, 64));
        x.proof = proof_kind::exact;
        x.rational = q;
        return x;
    };
    CHECK(digits_of(fraction(1, 5), 8) == "0.20000000 8");
    CHECK(digits_of(fraction(-1, 5), 1) == "-0.2 1");
    CHECK(digits_of(fraction(1, 1000), 3) == "0.00100 3");
    CHECK(digits_of(fraction(1000, 1), 3) == "1.00e3 3");
    CHECK(digits_of(fraction(1000, 1), 4) == "1000 4");
    CHECK(digits_of(fraction(-22, 7), 60) ==
          "-3.14285714285714285714285714285714285714285714285714285714285 60");
    CHECK(digits_of(fraction(0, 1), 2) == "0.00 2");
    // A value of which MPFR's approximation has another sign would be wrong; one that is near a power of ten is not.
    CHECK(digits_of(fraction(999'999'999'999, 1'000'000'000'000), 13) == "0.9999999999990 13");
}

TEST_CASE("decimal digits without a proof, or none of them, are refused") {
    evaluation x = enclosed("3.25", "0");
    CHECK_THROWS_WITH(certified_decimal(x, 0), contains_text("digits is 0, expected at least 1"));
    CHECK_THROWS_AS(certified_decimal(x, -5), std::invalid_argument);
    x.proof.reset();
    CHECK_THROWS_WITH(certified_decimal(x, 5), contains_text("expected a proven evaluation"));
}

TEST_CASE("ends of the interval are rounded outwards") {
    const evaluation x = enclosed(mpfr_real(1L, 2), mpfr_real(0x1p-1000, 64));
    CHECK(x.lower().to_rational() < 1);
    CHECK(x.upper().to_rational() > 1);
    const evaluation y = enclosed(mpfr_real(-3L, 20), mpfr_real(0.25, 64));
    CHECK(y.lower().to_rational() == mpq_class(-13, 4));
    CHECK(y.upper().to_rational() == mpq_class(-11, 4));
}

TEST_CASE("digits of random intervals are the longest beginning that both ends have") {
    halfulp_test::generator random(20);
    const int cases = halfulp_test::cases_for_effort(200, 4000, 1'000'000);
    for (int i = 0; i < cases; ++i) {
        const auto precision = static_cast<mpfr_prec_t>(2 + random.below(200));
        mpfr_real value(precision), error(64);
        // Decimal numbers of few digits, powers of two and numbers between, so that ends fall on either side.
        mpz_class digits =
            static_cast<unsigned long>(random.below(random.below(2) == 0 ? 20 : 1'000'000'000));
        mpq_class q(digits);
        if (random.below(2) == 0)
            q *= power_of_ten(static_cast<long>(random.below(60)) - 30);
        else
            q /= 1 + random.below(1000);
        mpfr_set_q(value.get(), q.get_mpq_t(), MPFR_RNDN);
        if (random.below(2) == 0)
            mpfr_neg(value.get(), value.get(), MPFR_RNDN);
        mpfr_abs(error.get(), value.get(), MPFR_RNDU);
        mpfr_mul_2si(error.get(), error.get(), -static_cast<long>(random.below(250)), MPFR_RNDU);
        if (random.below(8) == 0)
            mpfr_set_zero(error.get(), 1);
        const evaluation x = enclosed(value, error);
        if (mpfr_zero_p(value.get()))
            continue;
        check_digits(x, 1 + static_cast<long>(random.below(90)));
    }
}

}  // namespace
