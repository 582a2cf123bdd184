// SPDX-License-Identifier: BSL-1.0

/// @file
/// A layer of causal attention in chunks, in float: the bits of its parts; the bytes that it says; and what is refused.

#include "kernels/streamed_gradient_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention's gradient in chunks of the sequence is that of its parts: native") {
    tally t("streamed gradient: native");
    check_streamed<float>(t, arithmetic::native<float>{}, {100, 24, 4, 2, 10, 7});
    require(t);
}

TEST_CASE("the bytes of a streamed layer grow with the sequence for keys and values alone") {
    const auto peak = [](std::size_t tokens, std::size_t chunk) {
        layer_case<float> c({tokens, 12, 4, 2, 5, 3}, 1);
        allocated_bytes memory;
        streamed_gradient(c.inputs(), c.weights(), c.gradients(), c.rows(c.dx), c.weight_gradients(),
                          arithmetic::native<float>{}, {.chunk = chunk, .memory = &memory});
        CHECK(memory.now() == 0);
        return memory.peak();
    };
    // K, V and the sums of their gradients; Q, O, dO, dQ and two sums a query; dWq and dWo.
    const auto formula = [](std::size_t tokens, std::size_t chunk) {
        return 4 * (tokens * 2 * 2 * (5 + 3) + chunk * (2 * 4 * (5 + 3) + 2 * 4) + 12 * 4 * (5 + 3));
    };
    for (const std::size_t tokens : {40u, 80u, 120u})
        for (const std::size_t chunk : {1u, 7u, 40u})
            CHECK(peak(tokens, chunk) == formula(tokens, chunk));
    CHECK(peak(40, 1000) == formula(40, 40));
}

TEST_CASE("a streamed layer refuses what does not fit before it writes") {
    layer_case<float> c({6, 4, 4, 2, 3, 2}, 1);
    const arithmetic::native<float> native;
    const auto run = [&](const attention_layer<const float>& layer, const attention_layer<float>& weights,
                         const streamed_options& options = {}) {
        streamed_gradient(c.inputs(), layer, c.gradients(), c.rows(c.dx), weights, native, options);
    };
    const auto right = c.weights();
    const auto outputs = c.weight_gradients();
    for (int which = 0; which < 9; ++which) {
        auto layer = right;
        const auto cut = [](matrix_view<const float>& m, std::size_t rows, std::size_t columns) {
            m = {m.data(), m.rows() - rows, m.columns() - columns, m.row_stride(), 1};
        };
        switch (which) {
            case 0:
                cut(layer.q, 1, 0);
                break;
            case 1:
                cut(layer.q, 0, 1);
                break;
            case 2:
                cut(layer.k, 2, 0);
                break;
            case 3:
                cut(layer.k, 0, 1);
                break;
            case 4:
                cut(layer.v, 1, 0);
                break;
            case 5:
                cut(layer.v, 2, 0);
                break;
            case 6:
                cut(layer.o, 1, 0);
                break;
            case 7:
                cut(layer.o, 0, 1);
                break;
            default:
                layer.key_heads = 0;
                break;
        }
        CAPTURE(which);
        CHECK_THROWS_AS(run(layer, outputs), shape_error);
        CHECK_THROWS_AS(streamed_attention(c.inputs(), layer, c.rows(c.y), native), shape_error);
    }
    auto fewer = outputs;
    fewer.heads = 2;
    CHECK_THROWS_AS(run(right, fewer), shape_error);
    CHECK_THROWS_AS(run(right, outputs, {.chunk = 0}), value_error);
    CHECK_THROWS_AS(run(right, outputs, {.attention = {.causal_offset = 1}}), value_error);
    CHECK_THROWS_AS(run(right, outputs, {.attention = {.soft_cap = -1.0}}), value_error);
    auto same = outputs;
    same.o = {c.dq.data(), 4, 8};
    CHECK_THROWS_AS(run(right, same), aliasing_error);
    c.x.resize(32);
    same.o = {c.x.data(), 4, 8};
    CHECK_THROWS_AS(run(right, same), aliasing_error);
    CHECK(c.dx == std::vector<float>(24, 7.0f));
    CHECK(c.dq == std::vector<float>(48, 7.0f));

    // No tokens: no gradients.
    streamed_gradient(matrix_view<const float>(nullptr, 0, 4), right, matrix_view<const float>(nullptr, 0, 4),
                      matrix_view<float>(nullptr, 0, 4), outputs, native);
    CHECK(c.dq == std::vector<float>(48, 0.0f));
    CHECK(c.dv == std::vector<float>(16, 0.0f));
}

}  // namespace
