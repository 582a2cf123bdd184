// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The lines of attention_formats' table: error, speed and bytes of one way to store and to compute.

#include <halfulp/kernels/attention.hpp>
#include <halfulp/reference/attention.hpp>
#include <halfulp/reference/compare.hpp>

#include "attention_input.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace examples {

/// A line of the table.
struct attention_quality {
    std::string name, how;
    std::size_t bytes_of_token;
    halfulp::reference::accuracy accuracy;
    double tokens_per_second;
};

/// Ways to compute one attention, held against what is true of it.
class attention_experiment {
  public:
    explicit attention_experiment(const attention_input& in)
        : in_(in),
          exact_(halfulp::reference::attention(halfulp::reference::make_exact_matrix(in.q.view()),
                                               halfulp::reference::make_exact_matrix(in.k.view()),
                                               halfulp::reference::make_exact_matrix(in.v.view()),
                                               {.causal = in.causal, .precision = 80})) {}

    const std::vector<attention_quality>& lines() const noexcept { return lines_; }

    /// Attention in the arithmetic, with results of type Output; without a scale, with 1/√d.
    template <class Output, class Arithmetic, class Q, class K, class V>
    void add(const char* name, const char* how, const Arithmetic& arithmetic, const matrix<Q>& q,
             const matrix<K>& k, const matrix<V>& v, std::optional<double> scale = {}) {
        const halfulp::attention_options options{.scale = scale, .causal = in_.causal};
        matrix<Output> output{std::vector<Output>(q.rows * v.columns), q.rows, v.columns};
        halfulp::key_value_cache<K, V> cache(1, 1, k.columns, v.columns, k.rows);
        cache.append(k.view(), v.view());
        halfulp::attention(q.view(), cache, output.view(), arithmetic, options);

        std::vector<Output> result(v.columns);
        const matrix_view<const Q> last(q.data.data() + (q.rows - 1) * q.columns, 1, q.columns);
        const double seconds = best_seconds([&] {
            halfulp::attention(last, cache, matrix_view<Output>(result.data(), 1, v.columns), arithmetic,
                               options);
        });
        lines_.push_back({name, how, cache.bytes_of_token(),
                          halfulp::reference::compare(output.view(), exact_), 1 / seconds});
        print(lines_.back());
    }

  private:
    /// Of a call, the best of some: 5 ms in all, two calls at least.
    template <class Call>
    static double best_seconds(const Call& call) {
        using clock = std::chrono::steady_clock;
        double best = 1e9, sum = 0;
        for (int calls = 0; calls < 2 || sum < 5e-3; ++calls) {
            const auto start = clock::now();
            call();
            const double seconds = std::chrono::duration<double>(clock::now() - start).count();
            sum += seconds;
            best = std::min(best, seconds);
        }
        return best;
    }
    static void print(const attention_quality& l) {
        std::printf("%-17s | %5zu | %8.3g %8.3g %7.2f | %9.3g | %s\n", l.name.c_str(), l.bytes_of_token,
                    l.accuracy.maximum_ulps, l.accuracy.mean_ulps, l.accuracy.signal_to_noise_decibel,
                    l.tokens_per_second, l.how.c_str());
    }

    const attention_input& in_;
    halfulp::reference::dense_matrix<halfulp::mpfr_real> exact_;
    std::vector<attention_quality> lines_;
};

}  // namespace examples
