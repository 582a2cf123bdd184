// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// The half-gcd at each of its levels: its quotients are those of both ends of the cone, the matrix is their
/// product, what remains is what the matrix leaves; on one word no quotient is missing.

#include <halfulp/continued_fractions/half_gcd.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

#include <vector>

namespace {

using namespace halfulp;
using namespace halfulp::detail;

/// The quotients common to (a − 1)/(b + 1) and (a + 1)/(b − 1): floors that agree, to the first that is at an end.
std::vector<mpz_class> common_quotients(const mpz_class& a, const mpz_class& b) {
    mpz_class low_a = a - 1, low_b = b + 1, high_a = a + 1, high_b = b - 1;
    std::vector<mpz_class> result;
    while (low_b > 0 && high_b > 0) {
        const mpz_class quotient = low_a / low_b;
        if (quotient != high_a / high_b)
            break;
        result.push_back(quotient);
        const mpz_class low_rest = low_a - quotient * low_b, high_rest = high_a - quotient * high_b;
        low_a = low_b;
        low_b = low_rest;
        high_a = high_b;
        high_b = high_rest;
    }
    return result;
}

bool is_beginning(const std::vector<mpz_class>& part, const std::vector<mpz_class>& whole) {
    if (part.size() > whole.size())
        return false;
    for (std::size_t i = 0; i < part.size(); ++i)
        if (part[i] != whole[i])
            return false;
    return true;
}

struct generator {
    halfulp_test::generator random;
    /// A number below 2^bits; one in four has few bits, at its ends.
    mpz_class below_power(std::size_t bits) {
        mpz_class x;
        for (std::size_t i = 0; i * 64 < bits + 64; ++i)
            x = x << 64 | integer_of_word(random());
        const mpz_class power = mpz_class(1) << bits;
        if (random.below(4) == 0)
            return (power >> random.below(bits + 1)) - 1 + static_cast<long>(random.below(3));
        return x % power;
    }
};

TEST_CASE("half-gcd on a word: all small pairs, and no quotient is missing") {
    long wrong = 0, found = 0;
    const auto check = [&](std::uint64_t a, std::uint64_t b) {
        const auto expected = common_quotients(integer_of_word(a), integer_of_word(b));
        std::uint64_t alpha = a, beta = b;
        word_quotients out;
        const word_matrix m = half_gcd_one_word(alpha, beta, out);
        bool same = out.count == expected.size();
        for (std::size_t i = 0; same && i < out.count; ++i)
            same = integer_of_word(out.value[i]) == expected[i];
        wrong += !same;
        wrong +=
            m.p * alpha + m.q * beta != a || m.r * alpha + m.s * beta != b || m.odd != (out.count % 2 != 0);
        found += static_cast<long>(out.count);
    };
    for (std::uint64_t a = 1; a < halfulp_test::cases_for_effort<std::uint64_t>(80, 400, 2000); ++a)
        for (std::uint64_t b = 0; b <= a; ++b)
            check(a, b);
    generator random{halfulp_test::generator(11)};
    for (int i = 0; i < halfulp_test::cases_for_effort(500, 20000, 1000000); ++i) {
        const std::uint64_t x = random.random() >> (1 + random.random.below(40));
        const std::uint64_t y = random.random() >> (1 + random.random.below(63));
        check(std::max<std::uint64_t>(std::max(x, y), 1), std::min(x, y));
    }
    CHECK(wrong == 0);
    CHECK(found > 1000);
}

TEST_CASE("half-gcd on two words and on many: the quotients of both ends, their product, what remains") {
    generator random{halfulp_test::generator(12)};
    lehmer_steps memory;
    long wrong = 0, most = 0;
    double found = 0, possible = 0;
    const auto check = [&](mpz_class a, mpz_class b) {
        if (a < b)
            swap(a, b);
        const auto expected = common_quotients(a, b);
        if (a != 0 && bits_of(a) <= 126) {
            word_quotients out;
            const word_matrix m = half_gcd_two_words(leading_two_words(a, 0), leading_two_words(b, 0), out);
            std::vector<mpz_class> got;
            for (std::size_t i = 0; i < out.count; ++i)
                got.push_back(integer_of_word(out.value[i]));
            wrong += !is_beginning(got, expected);
            euclid_matrix product;
            for (const mpz_class& quotient : got)
                append_quotient(product, quotient);
            wrong += product.p != integer_of_word(m.p) || product.q != integer_of_word(m.q) ||
                     product.r != integer_of_word(m.r) || product.s != integer_of_word(m.s) ||
                     product.odd != m.odd;
        }
        mpz_class alpha = a, beta = b;
        euclid_matrix m;
        partial_quotient_list out;
        half_gcd(alpha, beta, m, out, memory);
        const std::vector<mpz_class> got = out.to_vector();
        wrong += !is_beginning(got, expected);
        wrong += m.p * alpha + m.q * beta != a || m.r * alpha + m.s * beta != b;
        euclid_matrix product;
        for (const mpz_class& quotient : got)
            append_quotient(product, quotient);
        wrong += product.p != m.p || product.q != m.q || product.r != m.r || product.s != m.s ||
                 product.odd != m.odd || m.empty != got.empty();
        found += static_cast<double>(got.size());
        possible += static_cast<double>(expected.size());
        most = std::max(most, static_cast<long>(expected.size() - std::min(expected.size(), got.size())));
    };
    for (std::size_t bits = 1; bits < 300; ++bits)
        for (int i = 0; i < halfulp_test::cases_for_effort(2, 30, 1000); ++i)
            check(random.below_power(bits), random.below_power(1 + random.random.below(bits)));
    for (const std::size_t bits : {1000u, 6398u, 6400u, 6402u, 9000u, 14000u, 30000u})
        for (int i = 0; i < halfulp_test::cases_for_effort(bits > 9000 ? 0 : 1, 5, 100); ++i) {
            check(random.below_power(bits), random.below_power(bits));
            check(random.below_power(bits), random.below_power(bits - random.random.below(bits / 2)));
        }
    CHECK(wrong == 0);
    CHECK(found > 0.97 * possible);
    // What is left is the last few bits of each level: 40 at most, and a quotient takes 0.7 at least.
    CHECK(most < 100);
}

}  // namespace
