// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Cases of the language-model head, and chunks of tokens that do not divide them.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/kernels/language_model_head.hpp>

#include "simd/levels.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace halfulp_test {

/// Hidden states, weights and labels; some tokens do not count.
template <class T, class D = T>
struct head_case {
    std::size_t tokens, vocabulary, d;
    std::vector<T> h, w;
    std::vector<std::int32_t> labels;
    std::vector<D> dh, dw;
    language_model_loss loss{};

    head_case(std::size_t n, std::size_t v, std::size_t width, std::uint64_t seed)
        : tokens(n), vocabulary(v), d(width), dh(n * width), dw(v * width) {
        std::mt19937_64 random(seed);
        const auto fill = [&](std::vector<T>& numbers, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i) {
                const auto x = static_cast<double>(static_cast<int>(random() % 4001) - 2000);
                numbers.push_back(convert<T>(std::ldexp(x, -10 - static_cast<int>(random() % 3))));
            }
        };
        fill(h, n * width);
        fill(w, v * width);
        for (std::size_t t = 0; t < n; ++t)
            labels.push_back(random() % 5 == 0 ? -1 : static_cast<std::int32_t>(random() % v));
    }
    template <class Arithmetic>
    void run(const Arithmetic& arithmetic, const language_model_options& options) {
        std::memset(static_cast<void*>(dh.data()), 0x5a, dh.size() * sizeof(D));
        std::memset(static_cast<void*>(dw.data()), 0x5a, dw.size() * sizeof(D));
        loss = language_model_head(matrix_view<const T>(h.data(), tokens, d),
                                   matrix_view<const T>(w.data(), vocabulary, d), labels,
                                   matrix_view<D>(dh.data(), tokens, d),
                                   matrix_view<D>(dw.data(), vocabulary, d), arithmetic, options);
    }
};

template <class T>
bool same_bits_of(const std::vector<T>& x, const std::vector<T>& y) {
    return x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size() * sizeof(T)) == 0;
}

inline bool same_loss(double x, double y) {
    return x == y || (std::isnan(x) && std::isnan(y));
}

/// Every chunk and level gives the bits of the definition over all tokens at once.
template <class T, class D, class Arithmetic>
void check_head_in_chunks(tally& t, const Arithmetic& arithmetic, std::size_t tokens, std::size_t vocabulary,
                          std::size_t d, bool has_specials = false) {
    for (const bool is_mean : {true, false}) {
        head_case<T, D> c(tokens, vocabulary, d, tokens + vocabulary);
        if (has_specials) {  // rows of logits with infinities of both signs, with NaN, and of −∞ alone
            const double infinity = std::numeric_limits<double>::infinity();
            c.h[d] = convert<T>(infinity);
            c.h[5 * d + 1] = convert<T>(std::numeric_limits<double>::quiet_NaN());
            for (std::size_t v = 0; v < vocabulary; ++v)
                c.w[v * d + 2] = convert<T>(v % 3 == 0 ? 0.5 : 1.0);
            c.h[7 * d + 2] = convert<T>(-infinity);
            c.labels[1] = c.labels[5] = c.labels[7] = 2;
        }
        c.run(arithmetic, {.chunk = tokens, .is_mean = is_mean, .execution = execution::plain});
        const auto dh = c.dh, dw = c.dw;
        const language_model_loss loss = c.loss;
        for (const simd::isa level : all_levels()) {
            const simd::scoped_level guard(level);
            for (const std::size_t chunk : {std::size_t{1}, std::size_t{3}, std::size_t{7}, tokens}) {
                c.run(arithmetic, {.chunk = chunk, .is_mean = is_mean});
                t.expect(same_bits_of(c.dh, dh) && same_bits_of(c.dw, dw) &&
                             same_loss(c.loss.loss, loss.loss) && c.loss.tokens == loss.tokens,
                         [&] {
                             return std::to_string(tokens) + " tokens of " + std::to_string(vocabulary) +
                                    " in chunks of " + std::to_string(chunk) + ", level " +
                                    simd::name_of(level);
                         });
                const auto alone =
                    language_model_head(matrix_view<const T>(c.h.data(), tokens, d),
                                        matrix_view<const T>(c.w.data(), vocabulary, d), c.labels, arithmetic,
                                        {.chunk = chunk, .is_mean = is_mean});
                t.expect(same_loss(alone.loss, loss.loss), [] { return std::string("another loss alone"); });
            }
        }
    }
}

}  // namespace halfulp_test
