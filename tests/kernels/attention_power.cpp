// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Power-Softmax over rational numbers, in which attention is exact: equal to the reference, in any order of keys.

#include <halfulp/interop/gmp.hpp>
#include <halfulp/kernels/attention.hpp>
#include <halfulp/reference/attention.hpp>
#include <halfulp/reference/power_attention.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

namespace {

using namespace halfulp;

struct rational_head {
    std::size_t queries = 3, keys = 7, d = 3, dv = 2;
    std::vector<mpq_class> q, k, v;

    explicit rational_head(std::uint64_t seed) {
        std::mt19937_64 random(seed);
        const auto fill = [&random](std::vector<mpq_class>& numbers, std::size_t count) {
            for (std::size_t n = 0; n < count; ++n) {
                numbers.emplace_back(static_cast<long>(random() % 41) - 20,
                                     static_cast<unsigned long>(random() % 9 + 1));
                numbers.back().canonicalize();
            }
        };
        fill(q, queries * d);
        fill(k, keys * d);
        fill(v, keys * dv);
    }
    static reference::exact_matrix exact(const std::vector<mpq_class>& numbers, std::size_t columns) {
        return reference::make_exact_matrix(
            numbers.size() / columns, columns,
            [&](std::size_t i, std::size_t j) { return numbers[i * columns + j]; });
    }
    std::vector<mpq_class> attend(const attention_options& options) const {
        std::vector<mpq_class> o(queries * dv);
        attention(matrix_view<const mpq_class>(q.data(), queries, d),
                  matrix_view<const mpq_class>(k.data(), keys, d),
                  matrix_view<const mpq_class>(v.data(), keys, dv),
                  matrix_view<mpq_class>(o.data(), queries, dv), arithmetic::native<mpq_class>{}, options);
        return o;
    }
    void check(const attention_options& options, const reference::attention_options& told) const {
        const std::vector<mpq_class> o = attend(options);
        const auto expected = reference::power_attention(exact(q, d), exact(k, d), exact(v, dv), told);
        for (std::size_t i = 0; i < queries; ++i)
            for (std::size_t c = 0; c < dv; ++c)
                CHECK(o[i * dv + c] == expected(i, c).to_rational());
    }
};

TEST_CASE("Power-Softmax of rational numbers is the rational result, whatever the blocks") {
    for (std::uint64_t seed = 1; seed < 20; ++seed) {
        const rational_head head(seed);
        const int p = static_cast<int>(2 + 2 * (seed % 4));
        for (const std::size_t block : {std::size_t{1}, std::size_t{3}, all_keys}) {
            reference::attention_options told;
            told.power = p;
            head.check({.power = p, .key_block = block}, told);  // 1/√3 cancels
            told.scale = reference::exact_value(0.75);
            told.power_epsilon = reference::exact_value(0.125);
            told.causal = true;
            told.causal_offset = 2;
            told.window_left = 3;
            told.alibi_slope = reference::exact_value(0.5);
            const float slope = 0.5f;
            head.check({.scale = 0.75,
                        .causal = true,
                        .causal_offset = 2,
                        .window_left = 3,
                        .alibi_slopes = vector_view<const float>(&slope, 1),
                        .power = p,
                        .power_epsilon = 0.125,
                        .key_block = block},
                       told);
        }
    }
    // Without a power there is no exponential for them.
    CHECK_THROWS_AS(rational_head(1).attend({}), value_error);
}

TEST_CASE("the reference of Power-Softmax: two keys, no keys, no numbers, what is not rational") {
    using reference::exact_value;
    const auto column = [](std::vector<exact_value> numbers) {
        return reference::make_exact_matrix(numbers.size(), 1,
                                            [&](std::size_t i, std::size_t) { return numbers[i]; });
    };
    reference::attention_options options;
    options.power = 2;
    const auto one = [&](const std::vector<exact_value>& scores, const std::vector<exact_value>& values) {
        return reference::power_attention(column({1}), column(scores), column(values), options)(0, 0);
    };
    CHECK(one({1, -3}, {0, 10}) == exact_value(9));
    CHECK(one({5}, {7}) == exact_value(7));
    CHECK(one({0, 0}, {1, 2}).is_nan());
    CHECK(one({1, exact_value::infinity(true)}, {1, 2}).is_nan());
    CHECK(one({1, 2}, {1, exact_value::infinity()}).is_infinite());
    options.power_epsilon = exact_value(0.25);
    CHECK(one({1, 2}, {5, 5}) == exact_value(25) / exact_value(7));  // 5·5/(5 + 0.25·2·4)
    options.key_count = 0;
    CHECK(one({1}, {2}).is_zero());
    options = {};
    options.power = 3;
    CHECK_THROWS_AS(one({1}, {2}), value_error);
    options.power.reset();
    CHECK_THROWS_AS(one({1}, {2}), value_error);
    options.power = 2;
    options.soft_cap = exact_value(1);
    CHECK_THROWS_AS(one({1}, {2}), value_error);
    options.soft_cap.reset();
    options.alibi_slope = exact_value(1);
    CHECK_THROWS_AS(reference::power_attention(reference::exact_matrix(1, 2), reference::exact_matrix(1, 2),
                                               column({1}), options),
                    value_error);
}

TEST_CASE("the enclosure of Power-Softmax is the rational result to its precision") {
    for (std::uint64_t seed = 30; seed < 40; ++seed) {
        const rational_head head(seed);
        reference::attention_options options;
        options.power = static_cast<int>(2 + 2 * (seed % 3));
        options.power_epsilon = reference::exact_value(seed % 2 == 0 ? 0.0 : 0.1);
        const auto q = head.exact(head.q, head.d), k = head.exact(head.k, head.d),
                   v = head.exact(head.v, head.dv);
        const auto exact = reference::power_attention(q, k, v, options);
        const auto enclosed = reference::attention(q, k, v, options);
        for (std::size_t i = 0; i < head.queries; ++i)
            for (std::size_t c = 0; c < head.dv; ++c) {
                const double error = (reference::exact_value(enclosed(i, c)) - exact(i, c)).to_double();
                CHECK(std::fabs(error) < 0x1p-248);
            }
    }
}

}  // namespace
