// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// The gradient of Power-Softmax over rational numbers, where nothing rounds: equal to the formula, and to the slope of
/// what the forward pass gives.

#include <halfulp/interop/gmp.hpp>
#include <halfulp/kernels/attention_gradient.hpp>

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace {

using namespace halfulp;

/// Two heads of four queries that share six keys.
struct rational_gradient {
    static constexpr std::size_t heads = 2, queries = 4, keys = 6, d = 3, dv = 2;
    std::vector<mpq_class> q, k, v, gradient;

    explicit rational_gradient(std::uint64_t seed) {
        std::mt19937_64 random(seed);
        const auto fill = [&random](std::vector<mpq_class>& numbers, std::size_t count) {
            for (std::size_t n = 0; n < count; ++n) {
                numbers.emplace_back(static_cast<long>(random() % 41) - 20,
                                     static_cast<unsigned long>(random() % 9 + 1));
                numbers.back().canonicalize();
            }
        };
        fill(q, heads * queries * d);
        fill(k, keys * d);
        fill(v, keys * dv);
        fill(gradient, heads * queries * dv);
    }
    static heads_view<const mpq_class> view(const std::vector<mpq_class>& x, std::size_t h,
                                            std::size_t columns) {
        return {x.data(), 1, h, x.size() / (h * columns), columns};
    }
    static heads_view<mpq_class> view(std::vector<mpq_class>& x, std::size_t h, std::size_t columns) {
        return {x.data(), 1, h, x.size() / (h * columns), columns};
    }
    std::vector<mpq_class> attend(const attention_options& options,
                                  attention_statistics<mpq_class>& statistics) const {
        std::vector<mpq_class> o(heads * queries * dv);
        attention(view(q, heads, d), view(k, 1, d), view(v, 1, dv), view(o, heads, dv),
                  arithmetic::native<mpq_class>{}, options, statistics);
        return o;
    }
    /// Σ dO·o.
    mpq_class loss(const attention_options& options) const {
        attention_statistics<mpq_class> statistics;
        const std::vector<mpq_class> o = attend(options, statistics);
        mpq_class sum = 0;
        for (std::size_t n = 0; n < o.size(); ++n)
            sum += gradient[n] * o[n];
        return sum;
    }
};

/// dQ, dK and dV.
struct rational_gradients {
    std::vector<mpq_class> dq = std::vector<mpq_class>(rational_gradient::heads * rational_gradient::queries *
                                                       rational_gradient::d),
                           dk = std::vector<mpq_class>(rational_gradient::keys * rational_gradient::d),
                           dv = std::vector<mpq_class>(rational_gradient::keys * rational_gradient::dv);
    bool operator==(const rational_gradients&) const = default;
};

template <class Arithmetic>
rational_gradients by_kernel(const rational_gradient& c, const attention_options& options) {
    attention_statistics<mpq_class> statistics;
    const std::vector<mpq_class> o = c.attend(options, statistics);
    rational_gradients result;
    attention_gradient(c.view(c.q, c.heads, c.d), c.view(c.k, 1, c.d), c.view(c.v, 1, c.dv),
                       c.view(o, c.heads, c.dv), statistics, c.view(c.gradient, c.heads, c.dv),
                       c.view(result.dq, c.heads, c.d), c.view(result.dk, 1, c.d), c.view(result.dv, 1, c.dv),
                       Arithmetic{}, options);
    return result;
}

/// ∂/∂s_j of Σ_c dO_c·(Σ_j s_j^p·v_jc)/(Σ_j s_j^p) by the rule for quotients.
rational_gradients by_formula(const rational_gradient& c, const attention_options& options, int p) {
    rational_gradients result;
    const auto power = [](const mpq_class& x, int n) {
        mpq_class y = 1;
        for (int m = 0; m < n; ++m)
            y *= x;
        return y;
    };
    const mpq_class scale = options.scale ? mpq_class(*options.scale) : mpq_class(1);
    for (std::size_t h = 0; h < c.heads; ++h)
        for (std::size_t i = 0; i < c.queries; ++i) {
            const mpq_class* q = c.q.data() + (h * c.queries + i) * c.d;
            const mpq_class* gradient = c.gradient.data() + (h * c.queries + i) * c.dv;
            std::vector<mpq_class> s(c.keys);
            std::vector<bool> is_seen(c.keys);
            mpq_class denominator = 0;
            std::vector<mpq_class> numerator(c.dv);
            for (std::size_t j = 0; j < c.keys; ++j) {
                is_seen[j] = !options.causal || static_cast<long>(j) <= static_cast<long>(i) + 1;
                if (!is_seen[j])
                    continue;
                for (std::size_t n = 0; n < c.d; ++n)
                    s[j] += q[n] * c.k[j * c.d + n];
                s[j] *= scale;
                if (options.alibi_slopes.size() != 0)
                    s[j] -= mpq_class(options.alibi_slopes[h]) *
                            abs(mpq_class(static_cast<long>(i) + 1 - static_cast<long>(j)));
                denominator += power(s[j], p);
                for (std::size_t n = 0; n < c.dv; ++n)
                    numerator[n] += power(s[j], p) * c.v[j * c.dv + n];
            }
            for (std::size_t j = 0; j < c.keys; ++j) {
                if (!is_seen[j])
                    continue;
                mpq_class slope = 0;
                for (std::size_t n = 0; n < c.dv; ++n) {
                    slope += gradient[n] *
                             (p * power(s[j], p - 1) * (c.v[j * c.dv + n] * denominator - numerator[n]) /
                              (denominator * denominator));
                    result.dv[j * c.dv + n] += gradient[n] * power(s[j], p) / denominator;
                }
                for (std::size_t n = 0; n < c.d; ++n) {
                    result.dq[(h * c.queries + i) * c.d + n] += slope * scale * c.k[j * c.d + n];
                    result.dk[j * c.d + n] += slope * scale * q[n];
                }
            }
        }
    return result;
}

TEST_CASE("the gradient of Power-Softmax over rational numbers is the rational gradient") {
    const std::vector<float> slopes{0.5f, -0.25f};
    for (std::uint64_t seed = 1; seed < 12; ++seed) {
        const rational_gradient c(seed);
        for (const int p : {2, 4, 6}) {
            attention_options options{.power = p};  // 1/√3 cancels
            CHECK(by_kernel<arithmetic::native<mpq_class>>(c, options) == by_formula(c, options, p));
            CHECK(by_kernel<arithmetic::exact>(c, options) == by_formula(c, options, p));
            options.scale = 0.75;
            options.causal = true;
            options.causal_offset = 1;
            options.alibi_slopes = slopes;
            options.key_block = 2;
            CHECK(by_kernel<arithmetic::native<mpq_class>>(c, options) == by_formula(c, options, p));
        }
    }
}

TEST_CASE("the gradient of Power-Softmax over rational numbers is the slope of the forward pass") {
    rational_gradient c(20);
    const attention_options options{.scale = 0.5, .causal = true, .causal_offset = 1, .power = 4};
    const rational_gradients gradients = by_kernel<arithmetic::native<mpq_class>>(c, options);
    const mpq_class step(mpz_class(1), mpz_class(1) << 200), near(mpz_class(1), mpz_class(1) << 150);
    const mpq_class before = c.loss(options);
    const auto check = [&](std::vector<mpq_class>& x, const std::vector<mpq_class>& slopes) {
        for (std::size_t n = 0; n < x.size(); ++n) {
            const mpq_class old = x[n];
            x[n] += step;
            const mpq_class error = (c.loss(options) - before) / step - slopes[n];
            CHECK(abs(error) < near);
            x[n] = old;
        }
    };
    check(c.q, gradients.dq);
    check(c.k, gradients.dk);
    check(c.v, gradients.dv);
}

TEST_CASE("a query of rational numbers that sees no key has no gradient") {
    const rational_gradient c(21);
    const attention_options options{.causal = true, .causal_offset = -2, .power = 2};
    const rational_gradients gradients = by_kernel<arithmetic::native<mpq_class>>(c, options);
    CHECK(gradients.dq[0] == 0);
    CHECK(gradients.dq[3 * c.d] != 0);
    CHECK(gradients.dk[4 * c.d] == 0);
}

}  // namespace
