// SPDX-License-Identifier: BSL-1.0

/// @file
/// The gradient of attention against the gradient of the real function, within a bound derived from the steps, and what
/// is refused.

#include "kernels/attention_gradient_checks.hpp"

#include <cmath>
#include <cstdio>

namespace {

using namespace halfulp_test;

using real = long double;

/// Real numbers and what a computed one may be away from them.
struct real_matrix {
    std::size_t columns;
    std::vector<real> values, errors;
    real_matrix(std::size_t rows, std::size_t width)
        : columns(width), values(rows * width), errors(rows * width) {}
    void add(std::size_t i, std::size_t c, real value, real error) {
        values[i * columns + c] += value;
        errors[i * columns + c] += error;
    }
};

/// The real gradients of the heads that share keys, to first order in u with all errors of an arithmetic of unit roundoff
/// u, for K keys that a query sees and N queries:
///
///   score    as in attention_bound: δ_j
///   p        exp(s − m)/z: relatively δ_j + u·(m − s_j + 4K + 6), the mean of these under p for z, and three roundings;
///            of a power, p times δ_j beside max |s| and its multiplications
///   g, D     chains of dv products; D has the error of o besides, which is what it is
///   e        p·(g − D)·(1 − t²): each factor's error times the others, and the roundings; t errs by (1 − t²)·δ_j/c + u·t
///   sums     K or N products with what they err by, (K + 4)·u or (N + 4)·u of all magnitudes, and the output's rounding
///
/// Long double has these errors too, 2^−11 times as large or less, which a factor of 1.01 has room for.
template <class Case>
class real_gradients {
  public:
    real_gradients(Case& c, double u, std::size_t b, std::size_t key_head)
        : dk(c.shape().keys, c.k().columns()), dv(c.shape().keys, c.v().columns()), c_(c), u_(u), b_(b) {
        const std::size_t group = c.group();
        for (std::size_t g = 0; g < group; ++g) {
            dq.emplace_back(c.shape().queries, c.q().columns());
            for (std::size_t i = 0; i < c.shape().queries; ++i)
                add_query(key_head * group + g, g, key_head, i);
        }
    }
    std::vector<real_matrix> dq;
    real_matrix dk, dv;

  private:
    template <class T>
    static real number(const T& x) {
        return static_cast<real>(convert<double>(x));
    }
    struct seen_key {
        std::size_t j;
        real s, error, tangent = 0, tangent_error = 0;
        real p = 0, p_error = 0, factor = 0, factor_error = 0;
    };

    void add_query(std::size_t h, std::size_t g, std::size_t key_head, std::size_t i) {
        const attention_options o = c_.options();
        const auto q = c_.q()(b_, h).row(i);
        const auto k = c_.k()(b_, key_head);
        const auto v = c_.v()(b_, key_head);
        const auto dout = c_.gradient()(b_, h).row(i);
        const auto out = c_.o()(b_, h).row(i);
        const std::size_t n = c_.shape().queries, d = q.size(), width = v.columns();
        const std::size_t length = o.key_lengths.size() == 0 ? c_.shape().keys : o.key_lengths[b_];
        const auto offset =
            o.causal_offset.value_or(static_cast<std::ptrdiff_t>(length) - static_cast<std::ptrdiff_t>(n));
        const real scale = o.scale ? static_cast<real>(*o.scale) : 1 / std::sqrt(static_cast<real>(d));
        std::vector<seen_key> keys;
        for (std::size_t j = 0; j < length; ++j) {
            const real distance = static_cast<real>(i) + static_cast<real>(offset) - static_cast<real>(j);
            if ((o.causal && distance < 0) ||
                (o.window_left && distance > static_cast<real>(*o.window_left)) ||
                (o.window_right && -distance > static_cast<real>(*o.window_right)) ||
                (o.sparsity.blocks.batch() != 0 &&
                 !o.sparsity.blocks(b_, h)(i / o.sparsity.queries, j / o.sparsity.keys)) ||
                (o.mask.batch() != 0 && (j >= o.mask.columns() || !o.mask(b_, h)(i, j))))
                continue;
            if (o.bias.batch() != 0 &&
                (j >= o.bias.columns() || o.bias(b_, h)(i, j) == -std::numeric_limits<float>::infinity()))
                continue;
            seen_key key{.j = j, .s = 0, .error = 0};
            real size = 0;
            for (std::size_t c = 0; c < d; ++c) {
                key.s += number(q[c]) * number(k(j, c));
                size += std::fabs(number(q[c]) * number(k(j, c)));
            }
            key.s *= scale;
            key.error = u_ * (static_cast<real>(d) + 4) * std::fabs(scale) * size;
            if (o.soft_cap) {
                const auto cap = static_cast<real>(*o.soft_cap);
                const real ratio = key.s / cap;
                key.tangent = std::tanh(ratio);
                key.tangent_error =
                    (1 - key.tangent * key.tangent) * (key.error / cap + 2 * u_ * std::fabs(ratio)) +
                    u_ * std::fabs(key.tangent);
                key.error += 4 * u_ * std::min(std::fabs(key.s), cap);
                key.s = cap * key.tangent;
            }
            if (o.alibi_slopes.size() != 0) {
                const real term = -static_cast<real>(o.alibi_slopes[h]) * std::fabs(distance);
                key.error += u_ * (std::fabs(term) + std::fabs(key.s + term));
                key.s += term;
            }
            if (o.bias.batch() != 0) {
                key.s += static_cast<real>(o.bias(b_, h)(i, j));
                key.error += u_ * std::fabs(key.s);
            }
            keys.push_back(key);
        }
        const bool is_number = o.power ? weigh_by_powers(*o.power, keys) : weigh_by_exponentials(keys);
        const real nan = std::numeric_limits<real>::quiet_NaN();
        // D, with the error that o has.
        real product = 0, product_error = tiny();
        for (std::size_t c = 0; c < width && is_number; ++c) {
            real exact = 0;
            for (const seen_key& key : keys)
                exact += key.p * number(v(key.j, c));
            const real x = number(dout[c]);
            product += x * exact;
            product_error += std::fabs(x) * (std::fabs(number(out[c]) - exact) +
                                             u_ * (static_cast<real>(width) + 1) * std::fabs(number(out[c])));
        }
        const auto count = static_cast<real>(keys.size()), rows = static_cast<real>(n * c_.group());
        for (const seen_key& key : keys) {
            real g_value = 0, size = 0;
            for (std::size_t c = 0; c < width; ++c) {
                g_value += number(dout[c]) * number(v(key.j, c));
                size += std::fabs(number(dout[c]) * number(v(key.j, c)));
            }
            const real difference = g_value - product;
            const real difference_error = u_ * (static_cast<real>(width) + 1) * size + product_error +
                                          u_ * std::fabs(difference) + tiny();
            real e = key.factor * difference;
            real error = std::fabs(key.factor) * difference_error +
                         key.factor_error * (std::fabs(difference) + difference_error) + u_ * std::fabs(e) +
                         tiny();
            if (o.soft_cap) {
                const real square = key.tangent * key.tangent, slope = 1 - square;
                error = error * slope +
                        std::fabs(e) * ((2 * std::fabs(key.tangent) + key.tangent_error) * key.tangent_error +
                                        u_ * (square + 2 * slope)) +
                        tiny();
                e *= slope;
            }
            const real p = is_number ? key.p : nan;
            e = is_number ? e : nan;
            const real size_of_scale = std::fabs(scale);
            for (std::size_t c = 0; c < d; ++c) {
                const real with_k = number(k(key.j, c)), with_q = number(q[c]);
                dq[g].add(
                    i, c, scale * e * with_k,
                    size_of_scale * std::fabs(with_k) * (error + u_ * (count + 4) * std::fabs(e)) + tiny());
                dk.add(key.j, c, scale * e * with_q,
                       size_of_scale * std::fabs(with_q) * (error + u_ * (rows + 4) * std::fabs(e)) + tiny());
            }
            for (std::size_t c = 0; c < width; ++c) {
                const real x = number(dout[c]);
                dv.add(key.j, c, p * x, std::fabs(x) * (key.p_error + u_ * (rows + 4) * p) + tiny());
            }
        }
    }
    /// False where the row is none of numbers.
    bool weigh_by_exponentials(std::vector<seen_key>& keys) const {
        real maximum = -std::numeric_limits<real>::infinity(), sum = 0, mean = 0;
        bool is_number = true;
        for (const seen_key& key : keys) {
            maximum = std::max(maximum, key.s);
            is_number &= std::isfinite(key.s);
        }
        for (const seen_key& key : keys)
            sum += std::exp(key.s - maximum);
        const auto count = static_cast<real>(keys.size());
        for (seen_key& key : keys) {
            key.p = std::exp(key.s - maximum) / sum;
            key.p_error = key.error + u_ * (maximum - key.s + 4 * count + 6);
            mean += key.p * key.p_error;
        }
        for (seen_key& key : keys) {
            key.p_error = key.p * (key.p_error + mean + 3 * u_) + tiny();
            key.factor = key.p;
            key.factor_error = key.p_error;
        }
        return is_number;
    }
    bool weigh_by_powers(int power, std::vector<seen_key>& keys) const {
        real maximum = 0, sum = 0, sum_error = 0;
        bool is_number = true;
        for (const seen_key& key : keys) {
            maximum = std::max(maximum, std::fabs(key.s));
            is_number &= std::isfinite(key.s);
        }
        const auto count = static_cast<real>(keys.size());
        const real steps =
            u_ * static_cast<real>(4 * power) + u_ * (static_cast<real>(2 * power + 4) * count + 10);
        for (seen_key& key : keys) {
            const real part = std::fabs(key.s) / maximum, error = key.error / maximum;
            key.p = std::pow(part, power);
            key.p_error = key.p * steps + power * std::pow(part, power - 1) * error;
            sum += key.p;
            sum_error += key.p_error;
            // To first order only.
            if (error > 1e-3L)
                key.p_error = std::numeric_limits<real>::infinity();
        }
        sum_error /= sum;
        for (seen_key& key : keys) {
            const real part = std::fabs(key.s) / maximum, error = key.error / maximum;
            const real sign = key.s < 0 ? -1 : 1;
            key.p /= sum;
            key.p_error = key.p_error / sum + key.p * (sum_error + 3 * u_) + tiny();
            key.factor = power * sign * std::pow(part, power - 1) / (maximum * sum);
            key.factor_error =
                std::fabs(key.factor) * (steps + sum_error + 6 * u_) +
                power * (power - 1) * (std::pow(part, power - 2) * error + error * error) / (maximum * sum) +
                tiny() * (1 + power / maximum);
        }
        return is_number && maximum > 0;
    }
    real tiny() const { return u_ > 0x1p-30 ? 0x1p-146L : 0x1p-1070L; }

    Case& c_;
    real u_;
    std::size_t b_;
};

/// Whether computed numbers are as near as they have to be; returns the largest error beside its bound.
template <class T>
real expect_near(tally& t, const matrix_view<T>& got, const real_matrix& exact, const std::string& name) {
    constexpr float_format format = number_format<T>::value;
    real most = 0;
    for (std::size_t i = 0; i < got.rows(); ++i)
        for (std::size_t c = 0; c < got.columns(); ++c) {
            const real value = exact.values[i * exact.columns + c];
            const auto x = static_cast<real>(convert<double>(got(i, c)));
            if (std::isnan(value) || std::isnan(x)) {
                t.expect(std::isnan(value) == std::isnan(x), [&] { return name + ": NaN or not"; });
                continue;
            }
            real bound = 1.01L * exact.errors[i * exact.columns + c];
            if (!std::isfinite(bound))
                continue;
            const real largest = std::fabs(value) + bound;
            const int quantum = largest == 0 ? format.minimum_quantum_exponent()
                                             : std::max(std::ilogb(largest) - format.precision() + 1,
                                                        format.minimum_quantum_exponent());
            bound += std::ldexp(1.0L, quantum - 1);
            const real ratio = std::fabs(x - value) / bound;
            most = std::max(most, ratio);
            t.expect(ratio <= 1, [&] {
                return name + " (" + std::to_string(i) + ", " + std::to_string(c) +
                       "): " + std::to_string(x) + " for " + std::to_string(value) + ", " +
                       std::to_string(ratio) + " bounds";
            });
        }
    return most;
}

template <class Q, class K, class VE, class O, class Arithmetic>
void check_gradient_meaning(tally& t, std::uint64_t seed, const Arithmetic& arithmetic, double u) {
    std::mt19937_64 random(seed);
    std::vector<std::size_t> levels = attention_levels;
    levels[of_columns] = levels[of_values] = 5;
    levels[of_terms] = 4;
    auto choices = covering_choices(levels, 400, seed);
    if (effort == 0)
        choices.resize(10);
    real most[3] = {};
    for (attention_choice& choice : choices) {
        // Neither terms that overflow nor special ones, which can: the real numbers do not.
        constexpr attention_terms kinds[] = {attention_terms::ordinary, attention_terms::steep,
                                             attention_terms::tiny, attention_terms::zeros};
        choice[of_terms] = static_cast<std::size_t>(kinds[choice[of_terms]]);
        if (choice[of_power] != 0 && choice[of_terms] == static_cast<std::size_t>(attention_terms::tiny))
            choice[of_terms] = 0;  // nor scores that are all lost, of which powers are NaN
        constexpr std::size_t queries[] = {1, 2, 3, 5, 18}, keys[] = {1, 3, 19, 35};
        const std::size_t heads = choice[of_group] > 1 ? 1 : 1 + random() % 2;
        gradient_case<Q, K, VE, O> c(
            choice, {1 + random() % 2, heads, queries[random() % 5], keys[random() % 4]}, ++seed);
        run_gradient(c, arithmetic, execution::policy{});
        for (std::size_t b = 0; b < c.shape().batch; ++b)
            for (std::size_t kh = 0; kh < c.shape().key_heads; ++kh) {
                const real_gradients exact(c, u, b, kh);
                for (std::size_t g = 0; g < c.group(); ++g)
                    most[0] = std::max(most[0], expect_near(t, c.dq().view()(b, kh * c.group() + g),
                                                            exact.dq[g], c.name() + ": dQ"));
                most[1] =
                    std::max(most[1], expect_near(t, c.dk().view()(b, kh), exact.dk, c.name() + ": dK"));
                most[2] =
                    std::max(most[2], expect_near(t, c.dv().view()(b, kh), exact.dv, c.name() + ": dV"));
            }
    }
    std::printf("  the largest errors are %.2Lf, %.2Lf and %.2Lf of their bounds\n", most[0], most[1],
                most[2]);
    // A bound that nothing comes near would say nothing.
    for (const real x : most)
        t.expect(effort == 0 || x > 0.05L,
                 [&] { return "nothing comes near the bound: " + std::to_string(x); });
}

TEST_CASE("the gradient of attention is the real gradient within its error: float") {
    tally t("the gradient of attention is the real gradient: float");
    check_gradient_meaning<float, float, float, float>(t, 1, arithmetic::native<float>{}, 0x1p-24);
    require(t);
}

TEST_CASE("the gradient of attention is the real gradient within its error: bfloat16") {
    tally t("the gradient of attention is the real gradient: bfloat16");
    check_gradient_meaning<bfloat16, bfloat16, bfloat16, bfloat16>(t, 2, arithmetic::native<float>{},
                                                                   0x1p-24);
    require(t);
}

TEST_CASE("the gradient of attention is the real gradient within its error: double") {
    if (std::numeric_limits<real>::digits < 64)
        return;
    tally t("the gradient of attention is the real gradient: double");
    check_gradient_meaning<double, double, double, double>(t, 3, arithmetic::native<double>{}, 0x1p-53);
    require(t);
}

/// What attention_gradient is told: 2 heads of 4 queries and one of 5 keys, d = 3 and dv = 2.
struct small_gradient {
    std::vector<float> numbers = std::vector<float>(400, 0.5f);
    std::size_t next = 0;
    heads_view<float> take(std::size_t batch, std::size_t heads, std::size_t rows, std::size_t columns) {
        const heads_view<float> view(numbers.data() + next, batch, heads, rows, columns);
        next += batch * heads * rows * columns;
        return view;
    }
    heads_view<float> q = take(1, 2, 4, 3), k = take(1, 1, 5, 3), v = take(1, 1, 5, 2), o = take(1, 2, 4, 2),
                      gradient = take(1, 2, 4, 2), dq = take(1, 2, 4, 3), dk = take(1, 1, 5, 3),
                      dv = take(1, 1, 5, 2), other = take(1, 2, 5, 4);
    attention_options options{};
    attention_statistics<float> statistics{};

    small_gradient() { statistics.resize(1, 2, 4); }
    small_gradient(const small_gradient&) = delete;
    small_gradient& operator=(const small_gradient&) = delete;
    void run() {
        attention_gradient(q, k, v, o, statistics, gradient, dq, dk, dv, arithmetic::native<float>{},
                           options);
    }
    /// Throws an E, and writes nothing.
    template <class E>
    bool refuses() {
        const std::vector<float> before = numbers;
        try {
            run();
        } catch (const E&) {
            return numbers == before;
        }
        return false;
    }
};

TEST_CASE("attention_gradient refuses what does not fit together before it writes") {
    small_gradient right;
    right.run();
    CHECK(right.dv.first()(0, 0) != 0.5f);
    // A view of each in turn has a row, a column or a head too many.
    heads_view<float> small_gradient::*const views[] = {
        &small_gradient::q,        &small_gradient::k,  &small_gradient::v,  &small_gradient::o,
        &small_gradient::gradient, &small_gradient::dq, &small_gradient::dk, &small_gradient::dv};
    for (const auto member : views)
        for (int change = 0; change < 3; ++change) {
            small_gradient c;
            heads_view<float>& view = c.*member;
            const std::size_t heads = view.heads() + (change == 0), rows = view.rows() + (change == 1),
                              columns = view.columns() + (change == 2);
            view = heads_view<float>(c.other.first().data(), 1, heads, rows, columns);
            CAPTURE(change, heads, rows, columns);
            CHECK(c.refuses<shape_error>());
        }
    small_gradient c;
    c.statistics.resize(1, 2, 5);
    CHECK(c.refuses<shape_error>());
    c.statistics.resize(1, 1, 4);
    CHECK(c.refuses<shape_error>());
    c.statistics.resize(1, 2, 4);
    c.options.power = 2;
    c.options.power_epsilon = 0.5;
    CHECK(c.refuses<value_error>());
    c.options = {};
    // Outputs share memory with nothing that is read while they are written, nor with each other.
    const heads_view<float> dq = c.dq;
    for (const heads_view<float>& taken : {c.q, c.k, c.v, c.o, c.gradient, c.dk, c.dv}) {
        c.dq = heads_view<float>(taken.first().data() - 1, 1, 2, 4, 3);
        CHECK(c.refuses<aliasing_error>());
    }
    c.dq = dq;
    c.options.bias =
        heads_view<const float>(matrix_view<const float>(dq.first().data(), 4, 5, 5, 1), 1, 2, 0, 0);
    CHECK(c.refuses<aliasing_error>());
    c.options = {};
    c.dk = heads_view<float>(c.dv.first().data(), 1, 1, 5, 3);
    CHECK(c.refuses<aliasing_error>());
    // Sums for other keys.
    small_gradient d;
    attention_gradient_sums<arithmetic::native<float>, float, float, float, float> sums(1, 1, 6, 3, 2);
    CHECK_THROWS_AS(attention_gradient(d.q, d.k, d.v, d.o, d.statistics, d.gradient, d.dq, sums,
                                       arithmetic::native<float>{}, d.options),
                    shape_error);
    CHECK_THROWS_AS(sums.write(d.dk, d.dv, d.options, 2), shape_error);
}

TEST_CASE("the gradient of attention without queries or keys") {
    small_gradient c;
    c.q = heads_view<float>(c.q.first().data(), 1, 2, 0, 3);
    c.o = heads_view<float>(c.o.first().data(), 1, 2, 0, 2);
    c.gradient = c.o;
    c.dq = c.q;
    c.statistics.resize(1, 2, 0);
    c.run();
    for (const heads_view<float>& zeros : {c.dk, c.dv})
        for (std::size_t j = 0; j < 5; ++j)
            CHECK(zeros(0, 0)(j, 1) == 0);
    small_gradient none;
    none.k = none.dk = heads_view<float>(none.k.first().data(), 1, 1, 0, 3);
    none.v = none.dv = heads_view<float>(none.v.first().data(), 1, 1, 0, 2);
    none.run();
    CHECK(none.dq(0, 1)(3, 2) == 0);
}

}  // namespace
