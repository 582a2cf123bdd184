// SPDX-License-Identifier: BSL-1.0

/// @file
/// Best approximations and simplest fractions against a search through all fractions.

#include <halfulp/continued_fractions/best_approximations.hpp>
#include <halfulp/continued_fractions/quadratic_irrational.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

#include <vector>

namespace {

using namespace halfulp;

mpq_class fraction_of(const mpz_class& a, const mpz_class& b) {
    mpq_class x(a, b);
    x.canonicalize();
    return x;
}
mpz_class floor_of(const mpq_class& x) {
    mpz_class result;
    mpz_fdiv_q(result.get_mpz_t(), x.get_num_mpz_t(), x.get_den_mpz_t());
    return result;
}

/// By the definition of approximation_kind.
std::vector<mpq_class> search(const mpq_class& x, long bound, approximation_kind kind) {
    std::vector<mpq_class> result;
    mpq_class best = -1;
    for (long b = 1; b <= bound; ++b) {
        const mpz_class a = floor_of(x * b);
        for (const mpz_class& numerator : {a, mpz_class(a + 1)}) {
            const mpq_class y = fraction_of(numerator, b);
            mpq_class error = abs(x - y);
            if (kind == approximation_kind::second)
                error *= b;
            if (best < 0 || error < best) {
                // Two with one denominator: only the closer one, of equal ones the lower.
                if (!result.empty() && b == 1)
                    result.pop_back();
                best = error;
                result.push_back(y);
            }
        }
        if (best == 0)
            break;
    }
    return result;
}

TEST_CASE("best approximations of both kinds: against a search") {
    long wrong = 0;
    const auto check = [&](const mpq_class& x, long bound) {
        const simple_continued_fraction b(partial_quotients(x));
        const auto first = search(x, bound, approximation_kind::first);
        wrong += best_approximations(x, bound, approximation_kind::first) != first;
        wrong += best_approximations(x, bound, approximation_kind::second) !=
                 search(x, bound, approximation_kind::second);
        wrong += best_approximation(x, bound) != first.back();
    };
    for (long denominator = 1; denominator <= halfulp_test::cases_for_effort(12, 40, 100); ++denominator)
        for (long numerator = -denominator; numerator <= 2 * denominator; ++numerator)
            for (const long bound : {1L, 2L, 3L, 5L, denominator, denominator / 2 + 1, 50L})
                check(fraction_of(numerator, denominator), bound);
    halfulp_test::generator random(1);
    for (int i = 0; i < halfulp_test::cases_for_effort(20, 300, 10000); ++i)
        check(fraction_of(detail::integer_of_word(random() >> random.below(60)),
                          detail::integer_of_word((random() >> random.below(60)) + 1)),
              static_cast<long>(1 + random.below(300)));
    CHECK(wrong == 0);
    const std::vector<mpq_class> of_pi =
        best_approximations(mpq_class("3141592653589793/1000000000000000"), 200);
    CHECK(of_pi == std::vector<mpq_class>{3, mpq_class(13, 4), mpq_class(16, 5), mpq_class(19, 6),
                                          mpq_class(22, 7), mpq_class(179, 57), mpq_class(201, 64),
                                          mpq_class(223, 71), mpq_class(245, 78), mpq_class(267, 85),
                                          mpq_class(289, 92), mpq_class(311, 99), mpq_class(333, 106),
                                          mpq_class(355, 113)});
}

TEST_CASE("best approximations of quadratic irrationals, and of long numbers") {
    // √2 by its period against a close fraction.
    const simple_continued_fraction root2({1}, {2});
    const mpq_class close = root2.convergent(60);
    for (const long bound : {1L, 2L, 10L, 100L, 1000L, 12345L})
        for (const auto kind : {approximation_kind::first, approximation_kind::second})
            CHECK(best_approximations(root2, bound, kind) == best_approximations(close, bound, kind));
    long wrong = 0;
    halfulp_test::generator random(2);
    mpz_class bound = 1;
    for (int i = 0; i < 3000; ++i)
        bound = bound * 2 + detail::integer_of_word(random.below(2));
    const mpq_class y = best_approximation(root2, bound);
    CHECK(y.get_den() <= bound);
    CHECK(y == best_approximation(root2.convergent(4000), bound));
    // The best of a long number is one of the list of all of them.
    for (int i = 0; i < halfulp_test::cases_for_effort(3, 20, 200); ++i) {
        mpz_class a, b = 1;
        for (int k = 0; k < 30; ++k) {
            a = (a << 64) + detail::integer_of_word(random());
            b = (b << 63) + detail::integer_of_word(random());
        }
        mpz_class most = b >> random.below(1500);
        const auto all = best_approximations(fraction_of(a, b), most);
        wrong += all.back() != best_approximation(fraction_of(a, b), most);
    }
    CHECK(wrong == 0);
}

TEST_CASE("best approximation of an interval: there only where it is one for all") {
    CHECK(best_approximation(mpq_class(314, 100), mpq_class(315, 100), 10) == mpq_class(22, 7));
    CHECK_FALSE(best_approximation(mpq_class(3), mpq_class(4), 10).has_value());
    CHECK_THROWS_AS(best_approximation(mpq_class(4), mpq_class(3), 10), std::invalid_argument);
}

TEST_CASE("the simplest fraction of an interval: against a search") {
    std::vector<mpq_class> ends;
    for (long denominator = 1; denominator <= halfulp_test::cases_for_effort(5, 12, 20); ++denominator)
        for (long numerator = -3 * denominator; numerator <= 3 * denominator; ++numerator)
            if (gcd(mpz_class(numerator), mpz_class(denominator)) == 1)
                ends.push_back(fraction_of(numerator, denominator));
    const auto first_in = [](const mpq_class& low, const mpq_class& high) {
        for (long b = 1;; ++b) {
            const mpz_class above = -floor_of(-low * b), below = floor_of(high * b);
            if (above <= below)  // the closest to zero
                return fraction_of(above > 0 ? above : below < 0 ? below : mpz_class(0), b);
        }
    };
    long wrong = 0;
    for (const mpq_class& low : ends)
        for (const mpq_class& high : ends)
            if (low <= high)
                wrong += simplest_rational(low, high) != first_in(low, high);
    halfulp_test::generator random(3);
    for (int i = 0; i < halfulp_test::cases_for_effort(100, 3000, 100000); ++i) {
        const mpq_class low = fraction_of(detail::integer_of_word(random() >> random.below(60)),
                                          detail::integer_of_word((random() >> random.below(60)) + 1));
        const mpq_class high =
            low + fraction_of(1, detail::integer_of_word((random() >> (52 + random.below(12))) + 1));
        wrong += simplest_rational(low, high) != first_in(low, high);
    }
    CHECK(wrong == 0);
    CHECK_THROWS_AS(simplest_rational(2, 1), std::invalid_argument);
}

TEST_CASE("best approximations: what is refused") {
    CHECK_THROWS_AS(best_approximation(mpq_class(1, 3), 0), std::invalid_argument);
    CHECK_THROWS_AS(best_approximations(mpq_class(1, 3), 0), std::invalid_argument);
    const mpq_class x(1, mpz_class(1) << 100);
    CHECK_THROWS_AS(best_approximations(x, mpz_class(1) << 100, approximation_kind::first, 1000),
                    convergence_error);
    CHECK(best_approximations(x, mpz_class(1) << 99, approximation_kind::second) ==
          std::vector<mpq_class>{0});
    CHECK(best_approximation(x, mpz_class(1) << 99) == 0);
    CHECK(best_approximation(x, (mpz_class(1) << 99) + 1) == mpq_class(1, (mpz_class(1) << 99) + 1));
}

}  // namespace
