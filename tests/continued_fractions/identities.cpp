// SPDX-License-Identifier: BSL-1.0

/// @file
/// Every identity of the table: the value by MPFR lies where the proven bound of a convergent says.

#include <halfulp/continued_fractions/binary_splitting.hpp>
#include <halfulp/continued_fractions/enclosure.hpp>
#include <halfulp/continued_fractions/identities.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace {

using namespace halfulp;

constexpr double bits_a_digit = 3.3219280948873623;

/// C from map(C) = value, at the precision of the value.
mpfr_real fraction_from_value(const moebius_map& map, const mpfr_real& value) {
    // (s·x − q)/(p − r·x)
    mpfr_real numerator(value), denominator(value);
    mpfr_mul_z(numerator.get(), value.get(), map.s.get_mpz_t(), MPFR_RNDN);
    mpfr_sub_z(numerator.get(), numerator.get(), map.q.get_mpz_t(), MPFR_RNDN);
    mpfr_mul_z(denominator.get(), value.get(), map.r.get_mpz_t(), MPFR_RNDN);
    mpfr_z_sub(denominator.get(), map.p.get_mpz_t(), denominator.get(), MPFR_RNDN);
    mpfr_div(numerator.get(), numerator.get(), denominator.get(), MPFR_RNDN);
    return numerator;
}

/// log2 |x − y|, rounded upwards; −infinity where they are equal.
double log2_distance(const mpfr_real& x, const mpfr_real& y) {
    mpfr_real gap(64);
    mpfr_sub(gap.get(), x.get(), y.get(), MPFR_RNDA);
    mpfr_abs(gap.get(), gap.get(), MPFR_RNDU);
    mpfr_log2(gap.get(), gap.get(), MPFR_RNDU);
    return mpfr_get_d(gap.get(), MPFR_RNDU);
}

TEST_CASE("the value of every identity lies within the proven bound of a convergent") {
    constexpr mpfr_prec_t precision = 500;
    constexpr long most_terms = 10'000;
    for (const continued_fraction_identity& identity : continued_fraction_identities()) {
        CAPTURE(identity.name, identity.statement);
        const tail_search tails = enclose_tails(identity.fraction);
        REQUIRE(tails);
        const double wanted = -80 * bits_a_digit - 8;
        const std::optional<long> enough = depth_for_error(identity.fraction, *tails, wanted, most_terms);
        const long depth = enough.value_or(most_terms);
        const double bound = log2_error_bound(identity.fraction, *tails, depth);
        const convergent_fraction c = convergent(identity.fraction, depth);
        mpfr_real nth(c.numerator, precision);
        mpfr_div(nth.get(), nth.get(), mpfr_real(c.denominator, precision).get(), MPFR_RNDN);
        const mpfr_real expected = fraction_from_value(identity.map, identity.value(precision));
        const double error = log2_distance(nth, expected);
        // Rounding errors of the expected value are far below: 2^-490.
        CHECK(error <= bound);
        // The digits that the table promises, relative to the value, and no more than one too few.
        const double proven = (std::log2(std::fabs(expected.to_double())) - bound) / bits_a_digit;
        CHECK(proven >= static_cast<double>(identity.digits));
        CHECK((identity.digits >= 80 || proven < static_cast<double>(identity.digits) + 1));
        // The bound is not a loose one either: agreement is no accident.
        CHECK(error >= bound - 20);
    }
}

TEST_CASE("the values of the table to hundreds or thousands of digits where convergence is fast") {
    constexpr long most_terms = 8'000;
    const mpfr_prec_t precision = halfulp_test::cases_for_effort(2000, 7000, 70000);
    for (const continued_fraction_identity& identity : continued_fraction_identities()) {
        CAPTURE(identity.name);
        const tail_search tails = enclose_tails(identity.fraction);
        REQUIRE(tails);
        const std::optional<long> depth =
            depth_for_error(identity.fraction, *tails, 20 - static_cast<double>(precision), most_terms);
        if (!depth) {
            const double reach = static_cast<double>(most_terms) * identity.digits_a_term * bits_a_digit;
            CHECK(identity.kind != convergence::factorial);
            CHECK(reach < static_cast<double>(precision) + 200);
            continue;
        }
        const convergent_fraction c = convergent(identity.fraction, *depth);
        mpfr_real nth(c.numerator, precision);
        mpfr_div(nth.get(), nth.get(), mpfr_real(c.denominator, precision).get(), MPFR_RNDN);
        const mpfr_real expected = fraction_from_value(identity.map, identity.value(precision));
        CHECK(log2_distance(nth, expected) <= 40 - static_cast<double>(precision));
    }
}

TEST_CASE("what the table says of each identity") {
    std::set<std::string> names;
    for (const continued_fraction_identity& identity : continued_fraction_identities()) {
        CAPTURE(identity.name);
        CHECK(names.insert(identity.name).second);
        CHECK(&find_identity(identity.name) == &identity);
        CHECK(!identity.statement.empty());
        CHECK(!identity.source.empty());
        CHECK(identity.map.determinant() != 0);
        const convergence_rate rate = rate_of_convergence(identity.fraction);
        CHECK(rate.kind == identity.kind);
        CHECK(std::fabs(rate.digits_a_term - identity.digits_a_term) < 1e-4);
        // A value is asked for at any precision, and is the same number.
        CHECK(log2_distance(identity.value(100), identity.value(300)) <
              std::log2(std::fabs(identity.value(100).to_double())) - 99);
    }
    CHECK(continued_fraction_identities().size() >= 90);
    CHECK_THROWS_WITH(find_identity("nothing"), halfulp_test::contains_text("nothing"));
}

}  // namespace
