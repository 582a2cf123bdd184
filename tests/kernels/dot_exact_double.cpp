// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exact dot products of double, whose products are two numbers each; strides, constant expressions.

#include "kernels/dot_exact_checks.hpp"

using namespace halfulp_test;

namespace {

TEST_CASE("double") {
    check_types<double, double, double>();
}
TEST_CASE("double and float to float") {
    check_types<double, float, float>();
}

TEST_CASE("one code for all that overflows on both sides of zero") {
    tally t("dot, exact: double to one NaN");
    std::mt19937_64 random(6);
    for (const std::size_t size : {40u, 200u}) {
        const auto v = ill_conditioned<double, double>(random, size, 600);
        check_dot<float8_e4m3fnuz>(t, v);
        check_dot<float8_e8m0fnu>(t, v);
        auto w = reals<double, double>(random, size);
        for (std::size_t i = 0; i + 1 < size / 2; i += 2) {
            w.x[i] = w.x[i + 1] = std::ldexp(w.x[i], 500);
            w.y[i + 1] = -w.y[i];
        }
        w.shuffle(random);
        check_dot<float8_e4m3fnuz>(t, w);
        check_dot<float8_e8m0fnu>(t, w);
    }
    require(t);
}

TEST_CASE("any stride") {
    tally t("dot, exact: strides");
    std::mt19937_64 random(2);
    for (const std::size_t size : {40u, 513u, 700u}) {
        const auto v = reals<double, double>(random, 3 * size);
        const auto c = ill_conditioned<double, double>(random, size, 20);
        const vector_view<const double> thirds(v.x.data(), size, 3);
        const vector_view<const double> reversed(v.y.data() + size - 1, size, -1);
        const vector_view<const double> one(v.y.data(), size, 0);
        check_dot<double>(t, v, thirds, reversed);
        check_dot<double>(t, v, thirds, one);
        check_dot<double>(t, c, vector_view<const double>(c.x.data() + size - 1, size, -1),
                          vector_view<const double>(c.y.data() + size - 1, size, -1));
        check_dot<double>(t, v, vector_view<const double>(v.x.data() + 1, size),
                          vector_view<const double>(v.y.data() + 3, size));
    }
    require(t);
}

TEST_CASE("the environment does not reach the bits") {
    std::mt19937_64 random(4);
    const auto v = reals<double, double>(random, 300);
    const auto w = scaled(v, -540, -520);
    const double expected = dot(v.x, v.y, arithmetic::exact{}, {.execution = execution::plain});
    const double expected_small = dot(w.x, w.y, arithmetic::exact{}, {.execution = execution::plain});
    const processor_state state(rounding::toward_zero);
    CHECK(same(dot(v.x, v.y, arithmetic::exact{}), expected));
    CHECK(same(dot(w.x, w.y, arithmetic::exact{}), expected_small));
}

TEST_CASE("exact sums are found by the way that is cheapest") {
    if (!has_fast_paths()) {
        SUCCEED("no fast paths");
        return;
    }
    std::mt19937_64 random(5);
    dot_decision decision{};
    const auto narrow = reals<float, float>(random, 200);
    dot(narrow.x, narrow.y, arithmetic::exact{}, {.decision = &decision});
    CHECK(decision == dot_decision::enclosed);
    const auto wide = reals<double, double>(random, 200);
    dot(wide.x, wide.y, arithmetic::exact{}, {.decision = &decision});
    CHECK(decision == dot_decision::twofold);
    const auto whole = integers<double, double>(random, 200);
    dot(whole.x, whole.y, arithmetic::exact{projection{rounding::toward_positive}}, {.decision = &decision});
    CHECK(decision == dot_decision::twofold);
    dot(whole.x, whole.y, arithmetic::exact{projection{rounding::stochastic_a, saturation::none, 5}},
        {.decision = &decision});
    CHECK(decision == dot_decision::sliced);
    dot(wide.x, wide.y, arithmetic::exact{}, {.execution = execution::plain, .decision = &decision});
    CHECK(decision == dot_decision::definition);
}

constexpr double in_a_constant_expression() {
    std::array<double, 40> x{}, y{};
    for (std::size_t i = 0; i < 40; ++i) {
        x[i] = i % 2 == 0 ? 1e200 : -1e200;
        y[i] = 1e100;
    }
    y[39] = 1e100 / 1e200;
    x[39] = -1e200;
    return dot(x, y, arithmetic::exact{});
}
static_assert(in_a_constant_expression() == 1e300);

}  // namespace
