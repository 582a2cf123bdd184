// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What products of large integers are held against: long multiplication, a word of one factor at a time, which shares
/// no algorithm with what libraries do from some ten words on.

#include <halfulp/continued_fractions/integer_multiplication.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace halfulp_test {

/// Integers of exactly n words; many have words of zeros or ones within.
class integers {
  public:
    explicit integers(std::uint64_t seed) : random_(seed) {}
    mpz_class operator()(std::size_t words) {
        std::vector<std::uint64_t> w(words);
        const std::uint64_t kind = random_.below(3);
        for (std::uint64_t& word : w) {
            const std::uint64_t part = random_.below(8);
            word = kind == 0 || part > 4 ? random_() : part > 2 ? ~std::uint64_t{0} : 0;
        }
        w.back() |= std::uint64_t{1} << (kind == 1 ? 0 : 63);
        mpz_class x;
        mpz_import(x.get_mpz_t(), words, -1, sizeof w[0], 0, 0, w.data());
        return x;
    }

  private:
    generator random_;
};

inline mpz_class long_product(const mpz_class& x, const mpz_class& y) {
    if (x == 0 || y == 0)
        return 0;
    const std::size_t n = mpz_size(x.get_mpz_t()), m = mpz_size(y.get_mpz_t());
    const auto length = static_cast<mp_size_t>(n);
    const mp_limb_t *words_of_x = mpz_limbs_read(x.get_mpz_t()), *words_of_y = mpz_limbs_read(y.get_mpz_t());
    std::vector<mp_limb_t> product(n + m);
    for (std::size_t i = 0; i < m; ++i)
        product[i + n] = mpn_addmul_1(product.data() + i, words_of_x, length, words_of_y[i]);
    mpz_class result;
    mpz_import(result.get_mpz_t(), n + m, -1, sizeof product[0], 0, 0, product.data());
    return sgn(x) * sgn(y) < 0 ? mpz_class(-result) : result;
}

struct tally_of_products {
    std::size_t products = 0, differences = 0;
    std::string first_difference;

    void check(const mpz_class& x, const mpz_class& y) {
        mpz_class result = -5;  // what was there before does not matter
        halfulp::detail::multiply(result, x, y);
        compare(result, x, y);
    }
    void check_square(const mpz_class& x) {
        mpz_class result;
        halfulp::detail::multiply(result, x, x);
        compare(result, x, x);
    }

  private:
    void compare(const mpz_class& result, const mpz_class& x, const mpz_class& y) {
        ++products;
        if (result == long_product(x, y))
            return;
        if (++differences == 1)
            first_difference = "of " + std::to_string(mpz_size(x.get_mpz_t())) + " and " +
                               std::to_string(mpz_size(y.get_mpz_t())) + " words, signs " +
                               std::to_string(sgn(x)) + " and " + std::to_string(sgn(y));
    }
};

/// multiply_all for one to eight products of shared factors of many sizes.
inline void check_independent_products(bool parallel) {
    integers random(6);
    for (std::size_t count = 1; count <= 8; ++count)
        for (const std::size_t words : {1u, 255u, 256u, 450u, 1500u}) {
            std::vector<mpz_class> factors, results(count);
            for (std::size_t i = 0; i <= count; ++i)
                factors.push_back(i % 3 == 1 ? mpz_class(-random(words + 7 * i)) : random(words));
            std::vector<halfulp::detail::product_request> requests;
            for (std::size_t i = 0; i < count; ++i)
                requests.push_back({&results[i], &factors[i], i % 4 == 3 ? &factors[i] : &factors[i + 1]});
            halfulp::detail::multiply_all(requests, parallel);
            for (std::size_t i = 0; i < count; ++i) {
                CAPTURE(count, words, i, parallel);
                CHECK((results[i] == long_product(*requests[i].x, *requests[i].y)));
            }
        }
}

}  // namespace halfulp_test
