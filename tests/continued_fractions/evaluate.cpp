// SPDX-License-Identifier: BSL-1.0

/// @file
/// Values of continued fractions: identities from the literature against MPFR, the constants to
/// thousands of digits, claimed digits against true ones, and fractions that have no value.

#include <halfulp/continued_fractions/constants.hpp>

#include "support/catch.hpp"

#include <functional>
#include <vector>

namespace {

using namespace halfulp;

constexpr mpfr_prec_t precision = 400;
using expression = std::function<void(mpfr_ptr)>;

/// Decimal digits to which x is the reference value.
long true_digits(const mpfr_real& x, const expression& reference, mpfr_prec_t bits = precision) {
    mpfr_real expected(bits);
    reference(expected.get());
    mpfr_real gap(bits);
    mpfr_sub(gap.get(), x.get(), expected.get(), MPFR_RNDA);
    mpfr_div(gap.get(), gap.get(), expected.get(), MPFR_RNDA);
    if (mpfr_zero_p(gap.get()))
        return 1000000;
    mpfr_abs(gap.get(), gap.get(), MPFR_RNDU);
    mpfr_log10(gap.get(), gap.get(), MPFR_RNDU);
    return -mpfr_get_si(gap.get(), MPFR_RNDU);
}

// The reference values, from MPFR's own functions.
void set_pi(mpfr_ptr x) {
    mpfr_const_pi(x, MPFR_RNDN);
}
void set_exp(mpfr_ptr x, double power) {
    mpfr_set_d(x, power, MPFR_RNDN);
    mpfr_exp(x, x, MPFR_RNDN);
}
void set_sqrt(mpfr_ptr x, unsigned long radicand) {
    mpfr_sqrt_ui(x, radicand, MPFR_RNDN);
}
void set_log(mpfr_ptr x, double argument) {
    mpfr_set_d(x, argument, MPFR_RNDN);
    mpfr_log(x, x, MPFR_RNDN);
}
void inverse(mpfr_ptr x, unsigned long numerator) {
    mpfr_ui_div(x, numerator, x, MPFR_RNDN);
}
/// J_k(2), or I_k(2) with the sign +1: Σ (±1)^i / (i! (i + k)!).
mpfr_real bessel_at_2(unsigned long k, int sign) {
    mpfr_real sum(0L, precision + 64), term(1L, precision + 64);
    for (unsigned long i = 1; i <= k; ++i)
        mpfr_div_ui(term.get(), term.get(), i, MPFR_RNDN);
    for (unsigned long i = 1; i < 200; ++i) {
        mpfr_add(sum.get(), sum.get(), term.get(), MPFR_RNDN);
        mpfr_div_ui(term.get(), term.get(), i * (i + k), MPFR_RNDN);
        mpfr_mul_si(term.get(), term.get(), sign, MPFR_RNDN);
    }
    return sum;
}

struct identity {
    const char* name;
    polynomial_continued_fraction fraction;
    expression value;
    long digits = 80;
};

const std::vector<identity>& identities() {
    static const std::vector<identity> table{
        {"golden ratio (Girard)",
         {{1}, {1}},
         [](mpfr_ptr x) {
             set_sqrt(x, 5), mpfr_add_ui(x, x, 1, MPFR_RNDN), mpfr_div_ui(x, x, 2, MPFR_RNDN);
         }},
        {"sqrt 2 (Bombelli)", {{1}, {2}, {}, {1}}, [](mpfr_ptr x) { set_sqrt(x, 2); }},
        {"1 + sqrt 2", {{1}, {2}}, [](mpfr_ptr x) { set_sqrt(x, 2), mpfr_add_ui(x, x, 1, MPFR_RNDN); }},
        {"e", {{0, -1}, {3, 1}}, [](mpfr_ptr x) { set_exp(x, 1); }},
        {"1/(e - 2)",
         {{0, 1}, {1, 1}, {1}},
         [](mpfr_ptr x) { set_exp(x, 1), mpfr_sub_ui(x, x, 2, MPFR_RNDN), inverse(x, 1); }},
        {"e - 1", {{1, 1}, {1, 1}}, [](mpfr_ptr x) { set_exp(x, 1), mpfr_sub_ui(x, x, 1, MPFR_RNDN); }},
        {"1/(e - 1)",
         {{0, 1}, {0, 1}},
         [](mpfr_ptr x) { set_exp(x, 1), mpfr_sub_ui(x, x, 1, MPFR_RNDN), inverse(x, 1); }},
        {"e/(e - 2)",
         {{0, -1}, {4, 1}},
         [](mpfr_ptr x) {
             set_exp(x, -1), mpfr_mul_2ui(x, x, 1, MPFR_RNDN), mpfr_ui_sub(x, 1, x, MPFR_RNDN), inverse(x, 1);
         }},
        {"(e + 1)/(e - 1) (Euler)",
         {{1}, {2, 4}},
         [](mpfr_ptr x) { mpfr_set_d(x, 0.5, MPFR_RNDN), mpfr_coth(x, x, MPFR_RNDN); }},
        {"coth 1 (Lambert)",
         {{1}, {1, 2}},
         [](mpfr_ptr x) { mpfr_set_ui(x, 1, MPFR_RNDN), mpfr_coth(x, x, MPFR_RNDN); }},
        {"I_0(2)/I_1(2)",
         {{1}, {1, 1}},
         [](mpfr_ptr x) { mpfr_div(x, bessel_at_2(0, 1).get(), bessel_at_2(1, 1).get(), MPFR_RNDN); }},
        {"J_0(2)/J_1(2)",
         {{-1}, {1, 1}},
         [](mpfr_ptr x) { mpfr_div(x, bessel_at_2(0, -1).get(), bessel_at_2(1, -1).get(), MPFR_RNDN); }},
        {"4/pi", {{0, 0, 1}, {1, 2}}, [](mpfr_ptr x) { set_pi(x), inverse(x, 4); }},
        {"4/(pi - 2)",
         {{0, 2, 1}, {3, 2}},
         [](mpfr_ptr x) { set_pi(x), mpfr_sub_ui(x, x, 2, MPFR_RNDN), inverse(x, 4); }},
        {"2/pi", {{0, 1, -2}, {1, 3}}, [](mpfr_ptr x) { set_pi(x), inverse(x, 2); }},
        {"3 sqrt 3/pi",
         {{0, 0, 3}, {1, 2}},
         [](mpfr_ptr x) {
             set_pi(x), mpfr_div(x, mpfr_real(3L, precision).get(), x, MPFR_RNDN);
             mpfr_real r(precision);
             set_sqrt(r.get(), 3), mpfr_mul(x, x, r.get(), MPFR_RNDN);
         }},
        {"1/log 2", {{0, 0, -2}, {2, 3}}, [](mpfr_ptr x) { set_log(x, 2), inverse(x, 1); }},
        {"2/log 2", {{0, 0, -1}, {3, 6}}, [](mpfr_ptr x) { set_log(x, 2), inverse(x, 2); }},
        {"2/log 3", {{0, 0, -1}, {2, 4}}, [](mpfr_ptr x) { set_log(x, 3), inverse(x, 2); }},
        {"1/log(3/2)", {{0, 0, 2}, {2, 1}}, [](mpfr_ptr x) { set_log(x, 1.5), inverse(x, 1); }, 20},
        {"5/zeta(2) (Apery)",
         {{0, 0, 0, 0, 1}, {3, 11, 11}},
         [](mpfr_ptr x) { mpfr_zeta_ui(x, 2, MPFR_RNDN), inverse(x, 5); }},
        {"6/zeta(3) (Apery)",
         {{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}},
         [](mpfr_ptr x) { mpfr_zeta_ui(x, 3, MPFR_RNDN), inverse(x, 6); }},
        {"8/(7 zeta(3))",
         {{0, 0, 0, 0, 0, 0, -1}, {1, 5, 9, 6}},
         [](mpfr_ptr x) { mpfr_zeta_ui(x, 3, MPFR_RNDN), mpfr_mul_ui(x, x, 7, MPFR_RNDN), inverse(x, 8); }},
        {"sqrt 2/log(1 + sqrt 2)",
         {{0, 0, -2}, {2, 4}},
         [](mpfr_ptr x) {
             set_sqrt(x, 2);
             mpfr_real l(precision);
             mpfr_add_ui(l.get(), x, 1, MPFR_RNDN), mpfr_log(l.get(), l.get(), MPFR_RNDN),
                 mpfr_div(x, x, l.get(), MPFR_RNDN);
         }},
        {"1/(sqrt(pi e/2) erfc(1/sqrt 2))",
         {{0, 1}, {1}},
         [](mpfr_ptr x) {
             mpfr_real r(precision);
             set_sqrt(r.get(), 2), mpfr_ui_div(r.get(), 1, r.get(), MPFR_RNDN),
                 mpfr_erfc(r.get(), r.get(), MPFR_RNDN);
             set_pi(x);
             mpfr_real e(precision);
             set_exp(e.get(), 1), mpfr_mul(x, x, e.get(), MPFR_RNDN), mpfr_div_2ui(x, x, 1, MPFR_RNDN),
                 mpfr_sqrt(x, x, MPFR_RNDN), mpfr_mul(x, x, r.get(), MPFR_RNDN), inverse(x, 1);
         },
         20},
        {"2/(sqrt pi e erfc 1)",
         {{0, 2}, {2}},
         [](mpfr_ptr x) {
             mpfr_real r(1L, precision);
             mpfr_erfc(r.get(), r.get(), MPFR_RNDN);
             set_pi(x), mpfr_sqrt(x, x, MPFR_RNDN), mpfr_mul(x, x, r.get(), MPFR_RNDN);
             set_exp(r.get(), 1), mpfr_mul(x, x, r.get(), MPFR_RNDN), inverse(x, 2);
         },
         20},
        // Slow ones: a few digits.
        {"4/pi (Brouncker)", {{1, -4, 4}, {2}, {}, {1}}, [](mpfr_ptr x) { set_pi(x), inverse(x, 4); }, 3},
        {"pi", {{1, -4, 4}, {6}, {}, {3}}, [](mpfr_ptr x) { set_pi(x); }, 9},
        {"1/zeta(2), slow",
         {{0, 0, 0, 0, -1}, {1, 2, 2}},
         [](mpfr_ptr x) { mpfr_zeta_ui(x, 2, MPFR_RNDN), inverse(x, 1); },
         3},
        {"1/zeta(3), slow",
         {{0, 0, 0, 0, 0, 0, -1}, {1, 3, 3, 2}},
         [](mpfr_ptr x) { mpfr_zeta_ui(x, 3, MPFR_RNDN), inverse(x, 1); },
         5},
    };
    return table;
}

TEST_CASE("identities of the literature, and no digit is claimed that is not there") {
    for (const identity& i : identities()) {
        CAPTURE(i.name);
        const evaluation result = evaluate(i.fraction, i.digits);
        CHECK(result.digits >= i.digits);
        const long right = true_digits(result.value, i.value);
        // Agreement of a slowly convergent fraction with a deeper convergent is no proof, and the
        // label says so: there the tail may be as large as what was seen of it.
        const bool slow = rate_of_convergence(i.fraction).kind == convergence::polynomial;
        CHECK(right >= i.digits - (slow && result.kind == evidence::agreement ? 1 : 0));
        if (!slow || result.kind == evidence::enclosure)
            CHECK(right >= std::min(result.digits, 100L));
    }
}

TEST_CASE("the constants agree with MPFR's") {
    struct reference {
        constant_formula formula;
        expression value;
        evidence kind;
    };
    const std::vector<reference> constants_and_values{
        {constants::pi(), set_pi, evidence::enclosure},
        {constants::e(), [](mpfr_ptr x) { set_exp(x, 1); }, evidence::enclosure},
        {constants::zeta3(), [](mpfr_ptr x) { mpfr_zeta_ui(x, 3, MPFR_RNDN); }, evidence::agreement},
        {constants::catalan(), [](mpfr_ptr x) { mpfr_const_catalan(x, MPFR_RNDN); }, evidence::agreement},
        {constants::log2(), [](mpfr_ptr x) { mpfr_const_log2(x, MPFR_RNDN); }, evidence::agreement},
        {constants::sqrt2(), [](mpfr_ptr x) { set_sqrt(x, 2); }, evidence::enclosure},
        {constants::golden_ratio(),
         [](mpfr_ptr x) { set_sqrt(x, 5), mpfr_add_ui(x, x, 1, MPFR_RNDN), mpfr_div_ui(x, x, 2, MPFR_RNDN); },
         evidence::enclosure}};
    CHECK(constants_and_values.size() == constants::all().size());
    for (const reference& r : constants_and_values)
        for (const long digits : {1L, 15L, 100L, 3000L}) {
            CAPTURE(r.formula.name, digits);
            const evaluation result = evaluate(r.formula, digits);
            CHECK(result.kind == r.kind);
            CHECK(result.digits >= digits);
            CHECK(true_digits(result.value, r.value, 12000) >= result.digits);
        }
}

TEST_CASE("fractions that end are rational") {
    // a_5 = 0: the value is C_4, exactly.
    const polynomial_continued_fraction ends{{5, -1}, {1, 2}};
    const evaluation result = evaluate(ends, 30);
    CHECK(result.kind == evidence::exact);
    CHECK(result.depth == 4);
    const convergent_fraction c = convergent(ends, 4);
    CHECK(true_digits(result.value, [&c](mpfr_ptr x) {
              mpq_class q(c.numerator, c.denominator);
              q.canonicalize();
              mpfr_set_q(x, q.get_mpq_t(), MPFR_RNDN);
          }) >= 30);
    // It ends in 1/0.
    CHECK_THROWS_WITH(evaluate({{2, -1}, {0, 1}, {}, {1, 0}}, 10),
                      halfulp_test::contains_text("denominator zero"));
}

TEST_CASE("fractions without a value are refused with the reason") {
    using halfulp_test::contains_text;
    CHECK_THROWS_WITH(evaluate({{-1}, {1}}, 10), contains_text("no limit"));           // period 6
    CHECK_THROWS_WITH(evaluate({{0, 0, -5}, {1, 2}}, 10), contains_text("no limit"));  // 4 − 20 < 0
    CHECK_THROWS_WITH(evaluate({{1}, {}}, 10), contains_text("no limit"));             // 0 + 1/(0 + …)
    CHECK_THROWS_AS(evaluate({{1}, {0, 0}}, 10), convergence_error);
    // a grows like n^6 against constants: even and odd convergents have different limits.
    CHECK_THROWS_WITH(evaluate({{0, 0, 0, 0, 0, 0, 1}, {1}}, 10, {{}, 20000}), contains_text("of 10 digits"));
    CHECK_THROWS_AS(evaluate({{0, 0, 1}, {1, 2}}, 0), std::invalid_argument);
    CHECK_THROWS_AS(evaluate({{0, 0, 1}, {1, 2}}, 100, {{}, 50}), convergence_error);
}

TEST_CASE("convergents with denominator zero on the way do no harm") {
    // 0 + 1/(0 + 1/(1 + 1/(3 + 1/(4 + ...)))) is 1 + 1/(3 + 1/(4 + ...)), and B_1 = 0.
    const polynomial_continued_fraction fraction{{1}, {0, 1}, {}, {0, 0, 1}};
    CHECK(convergent(fraction, 1).denominator == 0);
    const evaluation a = evaluate(fraction, 40);
    const evaluation b = evaluate({{1}, {2, 1}, {}, {1}}, 60);
    CHECK(true_digits(a.value, [&b](mpfr_ptr x) { mpfr_set(x, b.value.get(), MPFR_RNDN); }) >= 40);
    // The partial denominators of this one vanish for ever: B_n = 0 for odd n.
    CHECK(convergent({{1}, {}}, 1001).denominator == 0);
}

TEST_CASE("the deep exact convergent of e has the digits it should") {
    const convergent_fraction c = convergent(constants::e().fraction, 2000);
    mpfr_real value(45000);
    mpfr_set_z(value.get(), mpz_class(c.numerator + c.denominator).get_mpz_t(), MPFR_RNDN);
    mpfr_real denominator(mpz_class(c.numerator - c.denominator), 45000);
    mpfr_div(value.get(), value.get(), denominator.get(), MPFR_RNDN);
    CHECK(true_digits(
              value, [](mpfr_ptr x) { set_exp(x, 1); }, 50000) >= 13000);
}

}  // namespace
