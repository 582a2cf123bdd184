// SPDX-License-Identifier: BSL-1.0

/// @file
/// Values with their proofs: all identities, all formulas of all constants, claimed digits against true ones, what is refused
/// and with which words.

#include <halfulp/continued_fractions/binary_splitting.hpp>
#include <halfulp/continued_fractions/constants.hpp>
#include <halfulp/continued_fractions/identities.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace halfulp;
using halfulp_test::contains_text;

/// Whether value ± error contains x, and the error is no more than what the digits claimed say.
bool holds(const evaluation& result, const mpfr_real& x) {
    mpfr_real allowed(64), size(64);
    mpfr_set_si(allowed.get(), -result.digits, MPFR_RNDN);
    mpfr_exp10(allowed.get(), allowed.get(), MPFR_RNDU);
    mpfr_abs(size.get(), result.value.get(), MPFR_RNDU);
    mpfr_mul(allowed.get(), allowed.get(), size.get(), MPFR_RNDU);
    return mpfr_lessequal_p(result.lower().get(), x.get()) != 0 &&
           mpfr_lessequal_p(x.get(), result.upper().get()) != 0 &&
           mpfr_lessequal_p(result.error.get(), allowed.get()) != 0;
}

TEST_CASE("every identity of the table, evaluated, contains its value by other means") {
    for (const continued_fraction_identity& identity : continued_fraction_identities()) {
        const long digits = std::min(identity.digits, 80L);
        CAPTURE(identity.name, identity.statement, digits);
        evaluation_options options;
        options.map = identity.map;
        options.maximum_depth = 200'000;
        const evaluation result = evaluate(identity.fraction, digits, options);
        CHECK(result.digits >= digits);
        CHECK(result.proof.has_value());
        CHECK(holds(result, identity.value(result.value.precision() + 128)));
    }
}

/// The constant by a way of MPFR's.
mpfr_real by_mpfr(const std::string& name, mpfr_prec_t precision) {
    mpfr_real x(precision), y(precision);
    const auto root = [&](unsigned long radicand) { mpfr_sqrt_ui(x.get(), radicand, MPFR_RNDN); };
    if (name == "pi") {
        mpfr_const_pi(x.get(), MPFR_RNDN);
    } else if (name == "e") {
        mpfr_exp(x.get(), mpfr_real(1, 64).get(), MPFR_RNDN);
    } else if (name == "log2" || name == "log3") {
        mpfr_log(x.get(), mpfr_real(name == "log2" ? 2 : 3, 64).get(), MPFR_RNDN);
    } else if (name == "zeta2" || name == "zeta3") {
        mpfr_zeta_ui(x.get(), name == "zeta2" ? 2 : 3, MPFR_RNDN);
    } else if (name == "catalan") {
        mpfr_const_catalan(x.get(), MPFR_RNDN);
    } else if (name == "gauss" || name == "lemniscate") {
        root(2);
        mpfr_agm(x.get(), x.get(), mpfr_real(1, 64).get(), MPFR_RNDN);
        mpfr_const_pi(y.get(), MPFR_RNDN);
        if (name == "gauss")
            mpfr_set_ui(y.get(), 1, MPFR_RNDN);
        mpfr_div(x.get(), y.get(), x.get(), MPFR_RNDN);
    } else if (name == "golden_ratio") {
        root(5);
        mpfr_add_ui(x.get(), x.get(), 1, MPFR_RNDN);
        mpfr_div_ui(x.get(), x.get(), 2, MPFR_RNDN);
    } else if (name == "sqrt2") {
        root(2);
    } else {
        FAIL("no other way to " << name);
    }
    return x;
}

TEST_CASE("every formula of every constant contains MPFR's value and has the digits asked for") {
    CHECK(constants::all().size() >= 11);
    for (const constant_entry& entry : constants::all())
        for (const constant_formula& formula : entry.formulas)
            for (const long digits :
                 {1L, 15L, 100L, 1001L, halfulp_test::cases_for_effort(2000L, 5000L, 50000L)}) {
                CAPTURE(entry.name, formula.statement, digits);
                const evaluation result = evaluate(formula, digits);
                CHECK(result.digits >= digits);
                REQUIRE(result.proof);
                CHECK(holds(result, by_mpfr(entry.name, result.value.precision() + 64)));
                CHECK_FALSE(formula.source.empty());
            }
    CHECK(certified_decimal(constant("zeta3", 40), 30) == "1.20205690315959428539973816151");
    CHECK_THROWS_WITH(constant("tau", 10), contains_text("golden_ratio"));
    CHECK_THROWS_AS(constant("tau", 10), std::invalid_argument);
}

TEST_CASE(
    "random fractions: the interval contains convergents far beyond, mapped, and the digits are there") {
    std::mt19937_64 generator(11);
    const auto random = [&generator](long most) {
        return static_cast<long>(generator() % static_cast<std::uint64_t>(2 * most + 1)) - most;
    };
    const auto polynomial = [&random, &generator](std::uint64_t degrees) {
        std::vector<mpz_class> c;
        for (std::uint64_t k = generator() % degrees + 1; k > 0; --k)
            c.emplace_back(random(20));
        return integer_polynomial(std::move(c));
    };
    long values = 0, refused = 0;
    for (int round = 0; round < halfulp_test::cases_for_effort(60, 600, 20'000); ++round) {
        const polynomial_continued_fraction f{
            polynomial(5), polynomial(4),
            generator() % 2 == 0 ? std::vector<mpz_class>{random(9), random(9)} : std::vector<mpz_class>{},
            generator() % 2 == 0 ? std::vector<mpz_class>{random(9)} : std::vector<mpz_class>{}};
        evaluation_options options;
        options.map = {random(50), random(50), random(50), random(50)};
        if (options.map.determinant() == 0)
            options.map = {};
        options.maximum_depth = 3000;
        const long digits = 1 + static_cast<long>(generator() % 300);
        CAPTURE(f.numerators().to_string(), f.denominators().to_string(), digits);
        std::optional<evaluation> result;
        try {
            result = evaluate(f, digits, options);
        } catch (const convergence_error&) {
            ++refused;
            continue;
        }
        ++values;
        CHECK(result->digits >= digits);
        if (result->proof == proof_kind::exact)
            continue;
        const convergent_fraction far = convergent(f, 4 * result->depth + 50);
        mpq_class x(options.map.p * far.numerator + options.map.q * far.denominator,
                    options.map.r * far.numerator + options.map.s * far.denominator);
        x.canonicalize();
        CHECK(holds(*result, mpfr_real(x, result->value.precision() + 128)));
    }
    CHECK(values > refused / 2);
    CHECK(refused > 0);
}

TEST_CASE("a map and a root of the value") {
    // 3·√2·(1 + √2)/(4 − √2) and 7^(1/3)·√2.
    const polynomial_continued_fraction sqrt2{{1}, {2}, {}, {1}};
    evaluation_options options;
    options.map = {3, 3, -1, 4};
    options.radicand = 2;
    const evaluation mapped = evaluate(sqrt2, 200, options);
    mpfr_real x(1000), y(1000);
    mpfr_sqrt_ui(x.get(), 2, MPFR_RNDN);
    mpfr_ui_sub(y.get(), 4, x.get(), MPFR_RNDN);
    mpfr_div(y.get(), x.get(), y.get(), MPFR_RNDN);
    mpfr_add_ui(x.get(), x.get(), 1, MPFR_RNDN);
    mpfr_mul(y.get(), y.get(), x.get(), MPFR_RNDN);
    mpfr_mul_ui(y.get(), y.get(), 3, MPFR_RNDN);
    CHECK(holds(mapped, y));
    options.map = {};
    options.radicand = 7;
    options.root = 3;
    const evaluation root = evaluate(sqrt2, 200, options);
    mpfr_rootn_ui(x.get(), mpfr_real(7, 64).get(), 3, MPFR_RNDN);
    mpfr_sqrt_ui(y.get(), 2, MPFR_RNDN);
    mpfr_mul(y.get(), y.get(), x.get(), MPFR_RNDN);
    CHECK(holds(root, y));
    // The map multiplies relative errors by 10^30 here: x − 1414…/10^30.
    options = {};
    options.map = {mpz_class("1000000000000000000000000000000"),
                   mpz_class("-1414213562373095048801688724209"), 0, 1};
    const evaluation cancelled = evaluate(sqrt2, 100, options);
    CHECK(cancelled.digits >= 100);
    mpfr_sqrt_ui(y.get(), 2, MPFR_RNDN);
    mpfr_mul_z(y.get(), y.get(), options.map.p.get_mpz_t(), MPFR_RNDN);
    mpfr_add_z(y.get(), y.get(), options.map.q.get_mpz_t(), MPFR_RNDN);
    CHECK(holds(cancelled, y));
}

TEST_CASE("fractions that end are rational") {
    // a_5 = 0: the value is C_4, exactly.
    const polynomial_continued_fraction ends{{5, -1}, {1, 2}};
    const evaluation result = evaluate(ends, 30);
    CHECK(result.proof == proof_kind::exact);
    CHECK(result.depth == 4);
    const convergent_fraction c = reduced_convergent(ends, 4);
    CHECK(holds(result, mpfr_real(mpq_class(c.numerator, c.denominator), 400)));
    // Its value is 0, and by the map (x − 1)/(x + 1) it is −1.
    const polynomial_continued_fraction zero{{1, -1}, {0, 1}};
    CHECK(mpfr_zero_p(evaluate(zero, 30).value.get()) != 0);
    evaluation_options options;
    options.map = {1, -1, 1, 1};
    CHECK(mpfr_cmp_si(evaluate(zero, 30, options).value.get(), -1) == 0);
    // It ends in 1/0.
    CHECK_THROWS_WITH(evaluate({{2, -1}, {0, 1}, {}, {1, 0}}, 10), contains_text("denominator zero"));
}

TEST_CASE("fractions without a value are refused with the reason") {
    CHECK_THROWS_WITH(evaluate({{-1}, {1}}, 10), contains_text("no limit"));           // period 6
    CHECK_THROWS_WITH(evaluate({{0, 0, -5}, {1, 2}}, 10), contains_text("no limit"));  // 4 − 20 < 0
    CHECK_THROWS_WITH(evaluate({{1}, {}}, 10), contains_text("no limit"));             // 0 + 1/(0 + …)
    CHECK_THROWS_AS(evaluate({{1}, {0, 0}}, 10), convergence_error);
    CHECK_THROWS_WITH(evaluate({{0, 0, 0, 0, 0, 0, 1}, {1}}, 10), contains_text("limits of their own"));
    // Too slow: the text says how far it came.
    evaluation_options options;
    options.maximum_depth = 20'000;
    CHECK_THROWS_WITH(evaluate({{1, -4, 4}, {2}, {}, {1}}, 10, options),
                      contains_text("4 of 10 digits at the maximum depth 20000"));
    options.maximum_depth = 50;
    CHECK_THROWS_WITH(evaluate({{0, 0, 1}, {1, 2}}, 100, options), contains_text("38 of 100 digits"));
}

TEST_CASE("bad arguments of evaluate throw before anything is computed") {
    const polynomial_continued_fraction f{{0, 0, 1}, {1, 2}};
    const auto text_of = [&f](long digits, const evaluation_options& options) {
        try {
            evaluate(f, digits, options);
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string("nothing thrown");
    };
    evaluation_options options;
    CHECK_THAT(text_of(0, options), contains_text("digits is 0"));
    CHECK_THAT(text_of(2'000'000'000, options), contains_text("digits is 2000000000"));
    options.memory_limit = 10 << 20;
    CHECK_THAT(text_of(1'000'000, options), contains_text("fits 10 MiB"));
    options = {};
    options.radicand = 0;
    CHECK_THAT(text_of(10, options), contains_text("radicand is 0"));
    options = {};
    options.root = 1;
    CHECK_THAT(text_of(10, options), contains_text("root is 1"));
    options = {};
    options.maximum_depth = 0;
    CHECK_THAT(text_of(10, options), contains_text("maximum_depth is 0"));
    options = {};
    options.map = {1, 2, 2, 4};
    CHECK_THAT(text_of(10, options), contains_text("determinant 0"));
}

TEST_CASE("odd arguments end in a value or an error") {
    evaluation_options options;
    // No depth is enough before the majorant begins to hold.
    options.maximum_depth = 1;
    CHECK_THROWS_WITH(evaluate(constants::pi_chudnovsky().fraction, 10, options),
                      contains_text("0 of 10 digits"));
    // A series of one term, with coefficients beyond double.
    const mpz_class large = mpz_class(1) << 2000;
    const auto one_term = polynomial_continued_fraction::from_hypergeometric_series(
        1, {-1, 1}, integer_polynomial(std::vector<mpz_class>{large, 2}));
    CHECK(mpfr_cmp_ui(evaluate(one_term, 10).value.get(), 1) == 0);
    // So slow by its coefficients that the depth does not fit a number.
    const mpz_class b("18000000000000"), alpha = 1 - b * b / 4;
    const polynomial_continued_fraction crawl{
        integer_polynomial(std::vector<mpz_class>{0, alpha * mpz_class("-100000000000"), alpha}),
        integer_polynomial(std::vector<mpz_class>{7, b})};
    options.maximum_depth = 100;
    options.accept_agreement = true;
    CHECK_THROWS_AS(evaluate(crawl, 1'000'000, options), convergence_error);
    // A rational value of which the map leaves 1 and 0.
    const polynomial_continued_fraction ends{
        {60, -1}, integer_polynomial(std::vector<mpz_class>{mpz_class("10000000019"), 0, 1})};
    const convergent_fraction c = reduced_convergent(ends, 59);
    options = {};
    options.map = {c.denominator, 1 - c.numerator, 0, 1};
    CHECK(mpfr_cmp_ui(evaluate(ends, 1, options).value.get(), 1) == 0);
    options.map = {c.denominator, -c.numerator, 0, 1};
    CHECK(mpfr_zero_p(evaluate(ends, 1, options).value.get()) != 0);
    // MPFR's exponents.
    const mpfr_exp_t smallest = mpfr_get_emin(), largest = mpfr_get_emax();
    for (const long digits : {100L, 204L, 224L, 310L}) {
        mpfr_set_emax(2000);
        mpfr_set_emin(-2000);
        std::optional<evaluation> result;
        try {
            result = constant("pi", digits);
        } catch (const std::invalid_argument&) {
        } catch (const convergence_error&) {
        }
        mpfr_set_emax(largest);
        mpfr_set_emin(smallest);
        CHECK((digits > 100 || result));
        if (result)
            CHECK(holds(*result, by_mpfr("pi", result->value.precision() + 64)));
    }
}

TEST_CASE("agreement of convergents is taken only on demand, and says that it proves nothing") {
    // Where exactly at the border −1/4 − 1/(16n²) the search for tails gives up: a_n = −(2n − 1)²·…, here by signs that
    // settle late.
    const polynomial_continued_fraction late{{1, 0, -30'000, 1}, {0, 0, 1}};
    CHECK_THROWS_WITH(evaluate(late, 20), contains_text("no proof of convergence"));
    evaluation_options options;
    options.accept_agreement = true;
    const evaluation result = evaluate(late, 20, options);
    CHECK_FALSE(result.proof.has_value());
    CHECK(result.digits >= 20);
    const evaluation deeper = evaluate(late, 60, options);
    CHECK(holds(result, deeper.value));
    CHECK_THROWS_AS(certified_decimal(result, 10), std::invalid_argument);
}

TEST_CASE("convergents with denominator zero on the way do no harm") {
    // 0 + 1/(0 + 1/(1 + 1/(3 + 1/(4 + ...)))) is 1 + 1/(3 + 1/(4 + ...)), and B_1 = 0.
    const polynomial_continued_fraction fraction{{1}, {0, 1}, {}, {0, 0, 1}};
    CHECK(convergent(fraction, 1).denominator == 0);
    const evaluation a = evaluate(fraction, 40);
    const evaluation b = evaluate({{1}, {2, 1}, {}, {1}}, 60);
    CHECK(holds(a, b.value));
    // The partial denominators of this one vanish for ever: B_n = 0 for odd n.
    CHECK(convergent({{1}, {}}, 1001).denominator == 0);
}

TEST_CASE("progress is reported in ascending order, ends with one, and may stop the work") {
    std::vector<double> parts;
    evaluation_options options;
    options.progress = [&parts](double part) { parts.push_back(part); };
    const constant_formula& formula = constants::find("zeta3").formulas.back();
    evaluate(formula, 20'000, options);
    REQUIRE(parts.size() > 20);
    CHECK(std::is_sorted(parts.begin(), parts.end()));
    CHECK(parts.front() > 0);
    CHECK(parts.back() == 1);
    struct stopped {};
    options.progress = [](double part) {
        if (part > 0.5)
            throw stopped();
    };
    CHECK_THROWS_AS(evaluate(formula, 20'000, options), stopped);
}

}  // namespace
