// SPDX-License-Identifier: BSL-1.0

/// @file
/// The language-model head in float: its steps one by one, the real gradient within a derived bound, chunks of tokens that do
/// not divide them, and what is refused.

#include "kernels/language_model_head_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("the language-model head in chunks of tokens is that of all tokens") {
    tally t("the language-model head in chunks");
    check_head_in_chunks<float, float>(t, arithmetic::native<float>{}, 61, 300, 40);
    check_head_in_chunks<float, float>(t, arithmetic::native<float>{}, 5, 3, 1);
    check_head_in_chunks<float, float>(t, arithmetic::native<float>{}, 23, 90, 12, true);
    check_head_in_chunks<bfloat16, bfloat16>(t, arithmetic::native<float>{}, 29, 77, 16);
    require(t);
}

TEST_CASE("the language-model head in float, step by step") {
    constexpr std::size_t tokens = 19, vocabulary = 53, d = 11;
    for (const bool is_mean : {true, false}) {
        head_case<float> c(tokens, vocabulary, d, 5);
        c.run(arithmetic::native<float>{}, {.chunk = 4, .is_mean = is_mean});
        std::size_t count = 0;
        for (const std::int32_t label : c.labels)
            count += label >= 0;
        REQUIRE(count > 10);
        REQUIRE(count < tokens);
        const float weight = is_mean ? static_cast<float>(1 / static_cast<double>(count)) : 1.0f;
        std::vector<float> dh(tokens * d), dw(vocabulary * d);
        double loss = 0;
        for (std::size_t t = 0; t < tokens; ++t) {
            if (c.labels[t] < 0)
                continue;
            const auto label = static_cast<std::size_t>(c.labels[t]);
            std::vector<float> s(vocabulary);
            for (std::size_t v = 0; v < vocabulary; ++v)
                for (std::size_t n = 0; n < d; ++n)
                    s[v] = std::fma(c.h[t * d + n], c.w[v * d + n], s[v]);
            const float maximum = *std::max_element(s.begin(), s.end());
            const double distance = static_cast<double>(maximum) - static_cast<double>(s[label]);
            volatile float lanes[16] = {};
            for (std::size_t v = 0; v < vocabulary; ++v) {
                s[v] = halfulp::exponential<float>(s[v] - maximum);
                lanes[v % 16] = lanes[v % 16] + s[v];
            }
            for (std::size_t width = 8; width > 0; width /= 2)
                for (std::size_t l = 0; l < width; ++l)
                    lanes[l] = lanes[l] + lanes[l + width];
            const float inverse = 1 / lanes[0];
            for (std::size_t v = 0; v < vocabulary; ++v) {
                volatile float e = s[v] * inverse;
                if (v == label)
                    e = e - 1;
                e = e * weight;
                for (std::size_t n = 0; n < d; ++n) {
                    dh[t * d + n] = std::fma(e, c.w[v * d + n], dh[t * d + n]);
                    dw[v * d + n] = std::fma(e, c.h[t * d + n], dw[v * d + n]);
                }
            }
            loss += distance + std::log(static_cast<double>(lanes[0]));
        }
        CHECK(same_bits_of(c.dh, dh));
        CHECK(same_bits_of(c.dw, dw));
        CHECK(c.loss.tokens == count);
        CHECK(c.loss.loss == (is_mean ? loss / static_cast<double>(count) : loss));
    }
}

TEST_CASE("the language-model head is the real one within its error") {
    // To first order in u, with V labels: a logit errs by δ_v = (d + 1)·u·Σ|h·w|; a probability relatively by
    // δ_v + (m − s_v)·u + the mean of these + (2·V + 12)·u; products and sums add (V + 3)·u and (T + 3)·u.
    using real = long double;
    constexpr std::size_t tokens = 40, vocabulary = 90, d = 24;
    constexpr real u = 0x1p-24L;
    tally t("the language-model head is the real one");
    for (std::uint64_t seed = 1; seed < 6; ++seed) {
        head_case<float> c(tokens, vocabulary, d, seed);
        c.run(arithmetic::native<float>{}, {.is_mean = false});
        std::vector<real> dh(tokens * d), dw(vocabulary * d), dh_error(tokens * d), dw_error(vocabulary * d);
        real loss = 0, loss_error = 0;
        for (std::size_t n = 0; n < tokens; ++n) {
            if (c.labels[n] < 0)
                continue;
            const auto label = static_cast<std::size_t>(c.labels[n]);
            std::vector<real> s(vocabulary), error(vocabulary);
            for (std::size_t v = 0; v < vocabulary; ++v)
                for (std::size_t i = 0; i < d; ++i) {
                    const real product =
                        static_cast<real>(c.h[n * d + i]) * static_cast<real>(c.w[v * d + i]);
                    s[v] += product;
                    error[v] += (static_cast<real>(d) + 1) * u * std::fabs(product);
                }
            const real maximum = *std::max_element(s.begin(), s.end());
            real sum = 0, mean = 0;
            for (const real x : s)
                sum += std::exp(x - maximum);
            loss += maximum - s[label] + std::log(sum);
            loss_error += error[label];
            for (std::size_t v = 0; v < vocabulary; ++v) {
                error[v] += u * (maximum - s[v]);
                mean += std::exp(s[v] - maximum) / sum * error[v];
            }
            const real steps = (2 * static_cast<real>(vocabulary) + 12) * u;
            loss_error += mean + steps;
            for (std::size_t v = 0; v < vocabulary; ++v) {
                const real p = std::exp(s[v] - maximum) / sum, e = p - (v == label);
                const real e_error = p * (error[v] + mean + steps) + 2 * u * std::fabs(e);
                for (std::size_t i = 0; i < d; ++i) {
                    const auto w = static_cast<real>(c.w[v * d + i]), h = static_cast<real>(c.h[n * d + i]);
                    dh[n * d + i] += e * w;
                    dh_error[n * d + i] += std::fabs(w) * (e_error + (vocabulary + 3) * u * std::fabs(e));
                    dw[v * d + i] += e * h;
                    dw_error[v * d + i] += std::fabs(h) * (e_error + (tokens + 3) * u * std::fabs(e));
                }
            }
        }
        real most = 0;
        const auto compare = [&](const std::vector<float>& got, const std::vector<real>& exact,
                                 const std::vector<real>& errors) {
            for (std::size_t n = 0; n < got.size(); ++n) {
                const real error = std::fabs(static_cast<real>(got[n]) - exact[n]);
                most = std::max(most, errors[n] == 0 ? 0 : error / errors[n]);
                t.expect(error <= 1.01L * errors[n], [&] { return "element " + std::to_string(n); });
            }
        };
        compare(c.dh, dh, dh_error);
        compare(c.dw, dw, dw_error);
        t.expect(std::fabs(static_cast<real>(c.loss.loss) - loss) <= loss_error,
                 [&] { return "the loss " + std::to_string(c.loss.loss); });
        t.expect(most > 0.02L, [&] { return "nothing comes near the bound: " + std::to_string(most); });
    }
    require(t);
}

TEST_CASE("language_model_head refuses what does not fit before it writes") {
    head_case<float> c(4, 5, 3, 1);
    c.labels = {0, 4, -1, 2};
    const matrix_view<const float> h(c.h.data(), 4, 3), w(c.w.data(), 5, 3);
    const matrix_view<float> dh(c.dh.data(), 4, 3), dw(c.dw.data(), 5, 3);
    const arithmetic::native<float> native;
    const auto view = [&](std::size_t rows, std::size_t columns) {
        return matrix_view<float>(c.dw.data(), rows, columns);
    };
    CHECK_THROWS_AS(language_model_head(view(4, 2), w, c.labels, dh, dw, native), shape_error);
    CHECK_THROWS_AS(language_model_head(h, w, c.labels, view(3, 3), dw, native), shape_error);
    CHECK_THROWS_AS(language_model_head(h, w, c.labels, dh, view(4, 3), native), shape_error);
    CHECK_THROWS_AS(language_model_head(h, w, std::vector<int>{1, 2, 3}, dh, dw, native), shape_error);
    CHECK_THROWS_AS(language_model_head(h, w, std::vector<int>{1, 2, 3, 5}, dh, dw, native), value_error);
    CHECK_THROWS_AS(language_model_head(h, w, std::vector<int>{1, 2, -2, 3}, dh, dw, native), value_error);
    CHECK_THROWS_AS(language_model_head(h, w, c.labels, dh, dw, native, {.chunk = 0}), value_error);
    CHECK_THROWS_AS(language_model_head(h, w, c.labels, view(4, 3), dw, native), aliasing_error);
    CHECK_THROWS_AS(language_model_head(dh, w, c.labels, dh, dw, native), aliasing_error);
    CHECK(c.dh == std::vector<float>(12, 0.0f));
    CHECK(c.dw == std::vector<float>(15, 0.0f));

    // Nobody counts.
    const auto none = language_model_head(h, w, std::vector<int>{7, 7, 7, 7}, dh, dw, native, {.ignored = 7});
    CHECK(none.tokens == 0);
    CHECK(none.loss == 0);
    allocated_bytes memory;
    language_model_head(h, w, c.labels, dh, dw, native, {.chunk = 2, .memory = &memory});
    CHECK(memory.peak() == (2 * 5 + 5 * 3) * sizeof(float));
    CHECK(memory.now() == 0);
    CHECK(c.dh[6] == 0);
    CHECK(c.dh[0] != 0);
    // Of two equal logits each is half.
    const float ones[] = {1, 1};
    float half[2], out[1];
    const auto two = language_model_head(
        matrix_view<const float>(ones, 1, 1), matrix_view<const float>(ones, 2, 1), std::vector<int>{1},
        matrix_view<float>(out, 1, 1), matrix_view<float>(half, 2, 1), native);
    CHECK(half[0] == 0.5f);
    CHECK(half[1] == -0.5f);
    CHECK(two.loss == std::log(2.0));
    CHECK(out[0] == 0);
}

}  // namespace
