// SPDX-License-Identifier: BSL-1.0

/// @file
/// Intervals for the tails of polynomial continued fractions and bounds of the error, on random
/// fractions against exact convergents ten times as deep.

#include <halfulp/continued_fractions/enclosure.hpp>
#include <halfulp/reference/continued_fraction.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <vector>

namespace {

using namespace halfulp;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// log2 |x| within 10^-12 of its size.
double log2_size(const mpq_class& x) {
    if (x == 0)
        return -infinity;
    long e = 0, f = 0;
    const double numerator = mpz_get_d_2exp(&e, x.get_num_mpz_t());
    const double denominator = mpz_get_d_2exp(&f, x.get_den_mpz_t());
    return std::log2(std::fabs(numerator / denominator)) + static_cast<double>(e - f);
}

/// C_n; nothing where B_n = 0.
std::optional<mpq_class> exact_convergent(const polynomial_continued_fraction& fraction, long n) {
    const reference::convergent c = reference::convergent_at(
        [&fraction](long i) { return fraction.a(i); }, [&fraction](long i) { return fraction.b(i); }, n);
    if (c.denominator == 0)
        return std::nullopt;
    mpq_class value(c.numerator, c.denominator);
    value.canonicalize();
    return value;
}

/// log2 of the gap between C_n and a convergent that is deeper.
double true_error(const polynomial_continued_fraction& fraction, long n, long deeper) {
    const auto near = exact_convergent(fraction, n), deep = exact_convergent(fraction, deeper);
    return near && deep ? log2_size(*near - *deep) : infinity;
}

integer_polynomial polynomial_of_box(std::mt19937_64& generator, int degree) {
    std::vector<mpz_class> c;
    for (int k = 0; k <= degree; ++k)
        c.emplace_back(static_cast<long>(generator() % 41) - 20);
    return integer_polynomial(c);
}

/// Degrees up to 4, coefficients −20 … 20, up to three exceptional terms each.
polynomial_continued_fraction fraction_of_box(std::mt19937_64& generator) {
    const auto first_terms = [&generator] {
        std::vector<mpz_class> terms;
        for (std::uint64_t count = generator() % 4; count > 0; --count)
            terms.emplace_back(static_cast<long>(generator() % 41) - 20);
        return terms;
    };
    const auto degree = [&generator] { return static_cast<int>(generator() % 5); };
    auto numerators = first_terms();
    for (mpz_class& a : numerators)
        if (a == 0)
            a = 1;
    return {polynomial_of_box(generator, degree()), polynomial_of_box(generator, degree()), numerators,
            first_terms()};
}

/// Whether a_{n+1}/(b_{n+1} + T_{n+1}) ⊂ T_n, with rationals.
bool is_nested(const polynomial_continued_fraction& fraction, const tail_enclosure& tails, long n) {
    const rational_interval outer = tails.at(fraction, n), inner = tails.at(fraction, n + 1);
    const mpq_class a(fraction.a(n + 1)), b(fraction.b(n + 1));
    const mpq_class low = b + inner.low, high = b + inner.high;
    return outer.contains(mpq_class(0)) && sgn(low) * sgn(high) > 0 && outer.contains(mpq_class(a / low)) &&
           outer.contains(mpq_class(a / high));
}

struct outcome {
    long bounded = 0, exact = 0, refused = 0, without_limit = 0, infinite = 0, infinite_later = 0,
         exponential = 0;
    double loosest = 0;
};

/// Checks one fraction; false with a message where a bound is below the error, an interval is not
/// nested or a refusal has no reason.
bool check_fraction(const polynomial_continued_fraction& fraction, std::mt19937_64& generator, outcome& sum) {
    const tail_search search = enclose_tails(fraction);
    if (!search) {
        ++(search.no_limit ? sum.without_limit : sum.refused);
        return !search.reason.empty();
    }
    const tail_enclosure& tails = *search;
    if (tails.kind == proof_kind::exact) {
        ++sum.exact;
        const auto value = exact_convergent(fraction, tails.from);
        return fraction.a(tails.from + 1) == 0 &&
               log2_error_bound(fraction, tails, tails.from) == (value ? -infinity : infinity);
    }
    if (tails.from > 200)
        return is_nested(fraction, tails, tails.from);
    for (long n = tails.from; n < tails.from + 4; ++n)
        if (!is_nested(fraction, tails, n))
            return false;
    const long n = tails.from + static_cast<long>(generator() % 40);
    const double bound = log2_error_bound(fraction, tails, n);
    if (bound == infinity) {
        ++sum.infinite;
        // And so is the interval: the arithmetic of double gives nothing away.
        if (enclose_value(fraction, tails, n))
            return false;
        if (log2_error_bound(fraction, tails, 10 * n + 200) == infinity)
            ++sum.infinite_later;
        return true;
    }
    ++sum.bounded;
    // Further out, where bounds come from many blocks of elements; once in a while, as it takes long.
    if (generator() % 50 == 0) {
        const long far = n + static_cast<long>(generator() % 1500);
        if (!(true_error(fraction, far, far + 100) <= log2_error_bound(fraction, tails, far)))
            return false;
    }
    const double error = true_error(fraction, n, 10 * n + 50);
    if (!(error <= bound))
        return false;
    const convergence_rate rate = rate_of_convergence(fraction);
    if (rate.kind == convergence::exponential && rate.digits_a_term > 0.05 && n >= 2 * tails.from + 20) {
        ++sum.exponential;
        sum.loosest = std::max(sum.loosest, bound - error);
    }
    return true;
}

TEST_CASE("no bound is below the error, on fractions of a box with exceptional first terms") {
    std::mt19937_64 generator(11);
    outcome sum;
    const long count = halfulp_test::cases_for_effort(300L, 4'000L, 1'000'000L);
    for (long i = 0; i < count; ++i) {
        const polynomial_continued_fraction fraction = fraction_of_box(generator);
        CAPTURE(i, fraction.numerators().to_string(), fraction.denominators().to_string());
        if (!check_fraction(fraction, generator, sum))
            CHECK(false);
    }
    CAPTURE(sum.bounded, sum.exact, sum.refused, sum.without_limit, sum.infinite, sum.exponential);
    CHECK(sum.bounded > count / 3);
    CHECK(sum.without_limit > count / 10);
    CHECK(sum.exact > 0);
    // An image of T_n that contains infinity, early on; and nothing is given up without need.
    CHECK(sum.infinite < count / 20);
    CHECK(sum.infinite_later <= 1 + count / 1000);
    CHECK(sum.refused < count / 100);
    // Within a factor of 100 where convergence is exponential.
    CHECK(sum.exponential > count / 50);
    CHECK(sum.loosest < std::log2(100.0));
}

}  // namespace
