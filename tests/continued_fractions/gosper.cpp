// SPDX-License-Identifier: BSL-1.0

/// @file
/// Arithmetic on continued fractions against exact rational numbers, quadratic irrationals, known expansions, and
/// MPFR's functions; what is undecided, and what is refused.

#include <halfulp/continued_fractions/continued_fraction_arithmetic.hpp>
#include <halfulp/continued_fractions/partial_quotients.hpp>
#include <halfulp/continued_fractions/quadratic_irrational.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

#include <functional>
#include <vector>

namespace {

using namespace halfulp;

quotient_stream of(const mpq_class& x) {
    return stream_of(simple_continued_fraction(partial_quotients(x)));
}
quotient_stream of(const quadratic_irrational& x) {
    return stream_of(x.expansion());
}
quotient_stream root_of(long d) {
    return of(quadratic_irrational::square_root(d));
}
/// e = [2; 1, 2, 1, 1, 4, 1, 1, 6, …] (Euler).
quotient_stream euler() {
    return stream_of_terms([](std::size_t n) { return n == 0 ? 2ul : n % 3 == 2 ? 2 * (n + 1) / 3 : 1ul; });
}
/// tan 1 = [1; 1, 1, 3, 1, 5, 1, 7, …] (Lambert).
quotient_stream tangent() {
    return stream_of_terms([](std::size_t n) { return n % 2 == 0 ? 1ul : n; });
}
/// The beginning that MPFR's value proves.
partial_quotient_list by_mpfr(const std::function<void(mpfr_ptr)>& set, mpfr_prec_t precision = 2000) {
    mpfr_real x(precision);
    set(x.get());
    return proven_partial_quotients(x);
}

/// `count` quotients of the result are those of the number.
void check_beginning(combined_fraction result, const partial_quotient_list& expected, std::size_t count) {
    REQUIRE(expected.size() >= count);
    partial_quotient_list beginning;
    beginning.append(expected, 0, count);
    CHECK(take(result, count) == beginning);
}
void check_beginning(combined_fraction result, const quadratic_irrational& x, std::size_t count = 100) {
    const simple_continued_fraction b = x.expansion();
    const partial_quotient_list got = take(result, count);
    bool same = got.size() == count;
    for (std::size_t n = 0; same && n < count; ++n)
        same = got[n] == b[n];
    CHECK(same);
}

struct rationals {
    halfulp_test::generator random;
    long number(long size) {
        return static_cast<long>(random.below(static_cast<std::uint64_t>(2 * size + 1))) - size;
    }
    mpq_class operator()() {
        const long size = 1L << random.below(40);
        mpq_class x(number(size), std::abs(number(size)) + 1);
        x.canonicalize();
        return x;
    }
};

TEST_CASE("continued fraction arithmetic: rational numbers, exactly") {
    rationals random{halfulp_test::generator(1)};
    long wrong = 0, infinite = 0;
    const auto check = [&](combined_fraction result, const mpq_class& numerator,
                           const mpq_class& denominator) {
        if (denominator == 0 && numerator == 0)
            return;  // a limit
        if (denominator == 0) {
            ++infinite;
            bool thrown = false;
            try {
                take(result, 1000);
            } catch (const convergence_error&) {
                thrown = true;
            }
            wrong += !thrown;
            return;
        }
        wrong += take(result, 1000) != partial_quotients(numerator / denominator);
        wrong += result.state() != stream_state::ended || result.next().has_value();
    };
    for (int i = 0; i < halfulp_test::cases_for_effort(100, 3000, 100000); ++i) {
        const mpq_class x = random(), y = random();
        check(sum_of(of(x), of(y)), x + y, 1);
        check(difference_of(of(x), of(y)), x - y, 1);
        check(product_of(of(x), of(y)), x * y, 1);
        check(quotient_of(of(x), of(y)), x, y);
        const long size = i % 2 == 0 ? 3 : 1000;
        const bilinear_map m{random.number(size), random.number(size), random.number(size),
                             random.number(size), random.number(size), random.number(size),
                             random.number(size), random.number(size)};
        if (m.e != 0 || m.f != 0 || m.g != 0 || m.h != 0)
            check({m, of(x), of(y)}, m.a * x * y + m.b * x + m.c * y + m.d,
                  m.e * x * y + m.f * x + m.g * y + m.h);
        if (m.e != 0 || m.f != 0)
            check(image_of({m.a, m.b, m.e, m.f}, of(x)), m.a * x + m.b, m.e * x + m.f);
    }
    CHECK(wrong == 0);
    CHECK(infinite > 0);
}

TEST_CASE("continued fraction arithmetic: numbers that end in 1, and those with large quotients") {
    // [1; 2, 1] is 4/3 too.
    combined_fraction sum =
        sum_of(stream_of(simple_continued_fraction({1, 2, 1})), stream_of(simple_continued_fraction({0, 1})));
    CHECK(take(sum, 10) == partial_quotient_list{2, 3});
    const mpz_class large = mpz_class(1) << 3000;
    combined_fraction product = product_of(stream_of(simple_continued_fraction({0, large, large})),
                                           stream_of(simple_continued_fraction({large, 1, large})));
    const mpq_class x = simple_continued_fraction({0, large, large}).value(),
                    y = simple_continued_fraction({large, 1, large}).value();
    CHECK(take(product, 10) == partial_quotients(x * y));
}

TEST_CASE("continued fraction arithmetic: quadratic irrationals, and their periods") {
    rationals random{halfulp_test::generator(2)};
    for (int i = 0; i < halfulp_test::cases_for_effort(5, 60, 1000); ++i) {
        long d = std::abs(random.number(50)) + 2;
        while (mpz_perfect_square_p(mpz_class(d).get_mpz_t()) != 0)
            ++d;
        const long p = random.number(20), q = random.number(9) * 2 + 1, r = random.number(20);
        const quadratic_irrational x(p, d, q);
        const moebius_map m{random.number(20), random.number(20), random.number(20), random.number(20)};
        if (m.determinant() != 0)
            check_beginning(image_of(m, of(x)), x.mapped(m));
        // With a rational number: the same as a map.
        const mpq_class y(mpz_class(r), mpz_class(7));
        check_beginning(sum_of(of(x), of(mpq_class(y.get_num(), 7) / 1)), x.mapped({7, r, 0, 7}));
        // √d + (p + √d)/q = (p + (q + 1)√d)/q
        if (q != -1) {
            const mpz_class square = mpz_class((q + 1) * (q + 1)) * d;
            const int sign = q + 1 > 0 ? 1 : -1;
            check_beginning(sum_of(root_of(d), of(x)), quadratic_irrational(sign * p, square, sign * q));
        }
        // √d·(p + √d)/q = (d + p√d)/q
        if (p != 0)
            check_beginning(product_of(root_of(d), of(x)),
                            quadratic_irrational(p > 0 ? d : -d, mpz_class(p) * p * d, p > 0 ? q : -q));
    }
    // (√2 + √3)² = 5 + √24, the sum being a stream itself.
    const auto sum = [] { return sum_of(root_of(2), root_of(3)); };
    check_beginning(product_of(sum(), sum()), quadratic_irrational(5, 24, 1), 300);
    check_beginning(product_of(root_of(2), root_of(3)), quadratic_irrational::square_root(6), 500);
    check_beginning(quotient_of(root_of(3), root_of(2)), quadratic_irrational(0, 6, 2), 500);
}

TEST_CASE("continued fraction arithmetic: e and tan 1 give what is known of them") {
    // (e + 1)/(e − 1) = [2; 6, 10, 14, …]
    combined_fraction coth = image_of({1, 1, 1, -1}, euler());
    const partial_quotient_list b = take(coth, 1000);
    REQUIRE(b.size() == 1000);
    bool right = true;
    for (std::size_t n = 0; n < b.size(); ++n)
        right = right && b.word(n) == 4 * n + 2;
    CHECK(right);
    // e² = [7; 2, 1, 1, 3, 18, 5, 1, 1, 6, 30, …], from coth 1 too: (c + 1)/(c − 1) with c = [1; 3, 5, 7, …].
    const auto set_square = [](mpfr_ptr x) {
        mpfr_set_si(x, 2, MPFR_RNDN);
        mpfr_exp(x, x, MPFR_RNDN);
    };
    const partial_quotient_list square = by_mpfr(set_square, 6000);
    check_beginning(product_of(euler(), euler()), square, 500);
    check_beginning(image_of({1, 1, 1, -1}, stream_of_terms([](std::size_t n) { return 2 * n + 1; })), square,
                    500);
    // tan 2 = 2t/(1 − t²), by two streams of tan 1; e + tan 1; e/tan 1.
    check_beginning({{0, 1, 1, 0, -1, 0, 0, 1}, tangent(), tangent()}, by_mpfr([](mpfr_ptr x) {
                        mpfr_set_si(x, 2, MPFR_RNDN);
                        mpfr_tan(x, x, MPFR_RNDN);
                    }),
                    500);
    const auto with_both = [](auto operation) {
        return by_mpfr([operation](mpfr_ptr x) {
            mpfr_real e(1, mpfr_get_prec(x) + 64), t(1, mpfr_get_prec(x) + 64);
            mpfr_exp(e.get(), e.get(), MPFR_RNDN);
            mpfr_tan(t.get(), t.get(), MPFR_RNDN);
            operation(x, e.get(), t.get(), MPFR_RNDN);
        });
    };
    check_beginning(sum_of(euler(), tangent()), with_both(mpfr_add), 500);
    check_beginning(difference_of(tangent(), euler()),
                    with_both([](mpfr_ptr x, mpfr_ptr e, mpfr_ptr t, mpfr_rnd_t mode) {
                        return mpfr_sub(x, t, e, mode);
                    }),
                    500);
    check_beginning(product_of(euler(), tangent()), with_both(mpfr_mul), 500);
    check_beginning(quotient_of(euler(), tangent()), with_both(mpfr_div), 500);
}

TEST_CASE("continued fraction arithmetic: undecided is said, with an enclosure, and can go on") {
    combined_fraction two = product_of(root_of(2), root_of(2), 100);
    for (int i = 1; i <= 3; ++i) {
        CHECK_FALSE(two.next().has_value());
        CHECK(two.state() == stream_state::undecided);
        const auto range = two.remaining();
        REQUIRE(range.has_value());
        CHECK(range->first < 2);
        CHECK(range->second > 2);
        mpq_class width = 1;
        width >>= static_cast<mp_bitcnt_t>(100 * i);
        CHECK(range->second - range->first < width);
    }
    combined_fraction again = product_of(root_of(2), root_of(2), 50);
    CHECK_THROWS_AS(again(), convergence_error);
    CHECK_THROWS_WITH(again(), halfulp_test::contains_text("50 more quotients"));
    combined_fraction zero = difference_of(euler(), euler(), 1000);
    CHECK(take(zero, 5).empty());
    CHECK(zero.state() == stream_state::undecided);
    // A nested result passes it on.
    combined_fraction nested = sum_of(product_of(root_of(2), root_of(2), 50), root_of(3));
    CHECK_THROWS_AS(nested.next(), convergence_error);
    // A budget that is only short is not the end: 10^-60 apart.
    const simple_continued_fraction x({1}, {2});
    mpq_class close = x.convergent(80);
    combined_fraction tiny = difference_of(root_of(2), of(close), 20);
    partial_quotient_list got;
    for (int tries = 0; tries < 100 && got.size() < 3; ++tries) {
        const partial_quotient_list more = take(tiny, 3 - got.size());
        got.append(more, 0, more.size());
    }
    const partial_quotient_list expected =
        proven_partial_quotients(quadratic_irrational::square_root(2)
                                     .mapped({close.get_den(), -close.get_num(), 0, close.get_den()})
                                     .value(600));
    REQUIRE(expected.size() > 3);
    REQUIRE(got.size() == 3);
    for (std::size_t n = 0; n < 3; ++n)
        CHECK(got[n] == expected[n]);
    CHECK_FALSE(sum_of(root_of(2), root_of(3)).remaining().has_value());
}

TEST_CASE("continued fraction arithmetic: results that do not depend on an operand do not read it") {
    const quotient_stream unreadable = []() -> std::optional<mpz_class> { throw std::logic_error("read"); };
    combined_fraction only_x({0, 2, 0, 1, 0, 0, 0, 3}, root_of(2), unreadable);
    CHECK(take(only_x, 20).size() == 20);
    combined_fraction constant({0, 0, 0, 355, 0, 0, 0, 113}, unreadable, unreadable);
    CHECK(take(constant, 20) == partial_quotient_list{3, 7, 16});
    // (4x + 2)/(2x + 1) = 2 for an x that never ends.
    combined_fraction two = image_of({4, 2, 2, 1}, root_of(2));
    CHECK(take(two, 5) == partial_quotient_list{2});
    CHECK(two.state() == stream_state::ended);
}

TEST_CASE("continued fraction arithmetic: what is refused") {
    CHECK_THROWS_AS(image_of({1, 2, 0, 0}, root_of(2)), std::invalid_argument);
    const auto sum_with = [](partial_quotient_list b) {
        combined_fraction sum =
            sum_of(root_of(2), [b = std::move(b), n = std::size_t{0}]() mutable -> std::optional<mpz_class> {
                return n < b.size() ? std::optional<mpz_class>(b[n++]) : std::nullopt;
            });
        return take(sum, 100);
    };
    CHECK(sum_with({-5, 3}).size() == 100);
    CHECK_THROWS_AS(sum_with({1, 0, 2}), std::invalid_argument);
    CHECK_THROWS_AS(sum_with({1, 2, -2}), std::invalid_argument);
    CHECK_THROWS_WITH(sum_with({}), halfulp_test::contains_text("y is empty"));
    combined_fraction infinite = quotient_of(root_of(2), of(mpq_class(0)));
    CHECK_THROWS_WITH(infinite.next(), halfulp_test::contains_text("infinite"));
    // (x - 1)/(x y - y) at x = 1 is the limit, 1/y.
    check_beginning({{0, 1, 0, -1, 1, 0, -1, 0}, of(mpq_class(1)), root_of(2)},
                    quadratic_irrational(0, 2, 2));
}

}  // namespace
