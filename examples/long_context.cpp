// SPDX-License-Identifier: BSL-1.0

/// @file
/// Questions to a long text that is always the same: attention to all of it, and Squeezed Attention to what matters.
///
///     long_context                                    places behind a passage of this repository's text attend to it
///     long_context --text DIR --prefix 8192 --queries 256 --clusters 400
///     long_context --svg FILE                         a picture of it
///
/// Each place of the text is described by what the last four characters say of the next one (log-odds of the 96
/// printable characters, halved with every step back). The prefix is clustered once. A threshold is found for each
/// fraction to be left out by the last hundred places of the prefix; then the places behind it attend to the prefix and
/// to all places before them. Shown for each threshold, for few clusters, and for many that are looked up in two levels:
///
///   kept      of the prefix, in percent
///   bound     the certified bound on the distance to attention to everything, rounding included, and
///   error     that distance (attention in double stands for the truth); both over the length of the output, medians
///   same      rows whose largest number is where the true one has it, in percent
///   ms        for all queries, the look-up included, and how many times as fast as attention to all
///
/// What a bound can say depends on the radii of the clusters: of few clusters, which find what matters, it knows little;
/// many small ones certify what they find.

#include <halfulp/kernels/squeezed_attention.hpp>

#include "low_bit_linear_plot.hpp"
#include "text_input.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace halfulp;
using examples::matrix;
using examples::plotted_line;

constexpr std::size_t calibration = 100;

struct input {
    std::size_t prefix;
    matrix<float> x;        // all places, keys and values
    matrix<float> queries;  // the last of them
    matrix<float> last;     // of the prefix
};

matrix<float> rows_of(const matrix<float>& m, std::size_t first, std::size_t count) {
    const auto begin = m.data.begin() + static_cast<std::ptrdiff_t>(first * m.columns);
    return {{begin, begin + static_cast<std::ptrdiff_t>(count * m.columns)}, count, m.columns};
}

input read_passage(const std::string& directory, std::size_t prefix, std::size_t queries) {
    const std::filesystem::path root = HALFULP_SOURCE_DIR;
    const std::string text = directory.empty() ? examples::read_text({root / "README.md", root / "include"})
                                               : examples::read_text({directory});
    const std::size_t places = prefix + queries;
    if (text.size() < places + 4)
        throw file_error("long_context: the text has " + std::to_string(text.size()) +
                         " characters, too few for " + std::to_string(places) + " places");
    const matrix<double> log_odds = examples::bigram_log_odds(text);
    const auto row_of = [](char c) { return c >= ' ' && c <= '~' ? static_cast<std::size_t>(c - ' ') : 95; };
    matrix<float> x{std::vector<float>(places * 96), places, 96};
    for (std::size_t i = 0; i < places; ++i)
        for (std::size_t next = 0; next < 96; ++next) {
            double sum = 0, weight = 1;
            for (std::size_t back = 0; back < 4; ++back, weight /= 2)
                sum += weight * log_odds.view()(row_of(text[4 + i - back]), next);
            x.view()(i, next) = static_cast<float>(sum);
        }
    const std::size_t last = std::min(calibration, prefix);
    return {prefix, x, rows_of(x, prefix, queries), rows_of(x, prefix - last, last)};
}

/// The time of the fastest of some runs, in milliseconds.
template <class Run>
double milliseconds(const Run& run) {
    double best = 0;
    for (int i = 0; i < 5; ++i) {
        const auto start = std::chrono::steady_clock::now();
        run();
        const double time = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        best = i == 0 ? time : std::min(best, time);
    }
    return 1e3 * best;
}

double median(std::vector<double> x) {
    std::sort(x.begin(), x.end());
    return x[x.size() / 2];
}

class experiment {
  public:
    experiment(const input& in, const key_cluster_options& how)
        : in_(in),
          clusters_(matrix_view<const float>(in.x.data.data(), in.prefix, 96),
                    matrix_view<const float>(in.x.data.data(), in.prefix, 96), how) {
        const matrix<double> wide{{in.x.data.begin(), in.x.data.end()}, in.x.rows, 96};
        const matrix<double> q{{in.queries.data.begin(), in.queries.data.end()}, in.queries.rows, 96};
        truth_ = {std::vector<double>(q.data.size()), q.rows, 96};
        attention(q.view(), wide.view(), wide.view(), truth_.view(), arithmetic::native<double>{}, options_);
        matrix<float> output = empty();
        dense_ = milliseconds([&] {
            attention(in_.queries.view(), in_.x.view(), in_.x.view(), output.view(),
                      arithmetic::native<float>{}, options_);
        });
    }
    const key_clusters& clusters() const { return clusters_; }
    double dense_time() const { return dense_; }

    /// A row of the table, and two points of the picture. With coarse clusters, half as many of the keys are left out with
    /// those.
    void measure(double left_out, plotted_line& bounds, plotted_line& errors) const {
        const bool two_levels = clusters_.coarse_count() != 0;
        squeezed_options squeezed{.bound_rounding = true};
        squeezed.thresholds.fine =
            squeezed_threshold({{cluster_scores(in_.last.view(), clusters_), clusters_.sizes()}}, left_out);
        if (two_levels)
            squeezed.thresholds.coarse = squeezed_threshold(
                {{coarse_cluster_scores(in_.last.view(), clusters_), clusters_.coarse_sizes()}},
                left_out / 2);
        matrix<float> output = empty();
        squeezed_report report;
        const auto run = [&](squeezed_report* to) {
            squeezed_attention(in_.queries.view(), in_.x.view(), in_.x.view(), vector_view(&clusters_, 1),
                               output.view(), arithmetic::native<float>{}, options_, squeezed, to);
        };
        run(&report);
        const double time = milliseconds([&] { run(nullptr); });
        std::vector<double> bound, error;
        std::size_t same = 0, held = 0;
        for (std::size_t i = 0; i < output.rows; ++i) {
            double length = 0, apart = 0;
            std::size_t largest = 0, true_largest = 0;
            for (std::size_t c = 0; c < 96; ++c) {
                const double o = truth_.view()(i, c), x = static_cast<double>(output.view()(i, c));
                length += o * o;
                apart += (o - x) * (o - x);
                largest = output.view()(i, largest) < output.view()(i, c) ? c : largest;
                true_largest = truth_.view()(i, true_largest) < o ? c : true_largest;
            }
            const double certified = report.left_out[i] + report.rounding[i];
            held += std::sqrt(apart) <= certified * (1 + 1e-9) ? 1 : 0;
            same += largest == true_largest ? 1 : 0;
            bound.push_back(certified / std::sqrt(length));
            error.push_back(std::sqrt(apart / length));
        }
        if (held != output.rows)
            throw std::logic_error("long_context: a bound does not hold");
        const double kept = report.kept_fraction();
        std::printf("%7.1f | %6.2f | %8.2e %8.2e | %5.1f | %8.3f %6.2f\n", 100 * left_out, 100 * kept,
                    median(bound), median(error),
                    100.0 * static_cast<double>(same) / static_cast<double>(output.rows), time,
                    dense_ / time);
        const double halvings = -std::log2(std::max(kept, 1e-3));
        bounds.points.push_back({halvings, -20 * std::log10(median(bound))});
        errors.points.push_back({halvings, -20 * std::log10(median(error))});
    }

  private:
    matrix<float> empty() const {
        return {std::vector<float>(in_.queries.data.size()), in_.queries.rows, in_.queries.columns};
    }
    const input& in_;
    key_clusters clusters_;
    attention_options options_{.causal = true};
    matrix<double> truth_{};
    double dense_ = 0;
};

void run(const input& in, std::size_t clusters, const std::string& svg) {
    std::string shape = std::to_string(in.queries.rows) + " queries behind a prefix of " +
                        std::to_string(in.prefix) + " places";
    std::printf("%s\n", shape.c_str());
    std::vector<plotted_line> lines;
    const std::size_t few = clusters != 0 ? clusters : std::max<std::size_t>(1, in.prefix / 20);
    for (const auto& how : {key_cluster_options{.clusters = few},
                            key_cluster_options{.clusters = clusters != 0 ? clusters : in.prefix / 2,
                            .coarse_clusters = std::max<std::size_t>(2, few / 2)}}) {
        const experiment e(in, how);
        const std::string name = std::to_string(e.clusters().count());
        std::printf("\n%s clusters", name.c_str());
        if (e.clusters().coarse_count() != 0)
            std::printf(" in %zu", e.clusters().coarse_count());
        std::printf("; attention to all takes %.3f ms\n%7s | %6s | %8s %8s | %5s | %8s %6s\n", e.dense_time(),
                    "leave %", "kept %", "bound", "error", "same", "ms", "times");
        lines.push_back({"bound, " + name, {}});
        lines.push_back({"error, " + name, {}});
        for (const double left_out : {0.0, 0.5, 0.7, 0.8, 0.9, 0.95})
            e.measure(left_out, lines[lines.size() - 2], lines.back());
    }
    if (svg.empty())
        return;
    std::ofstream file(svg);
    examples::decibel_plot(
        "Attention to a part of a long prefix", shape, std::move(lines),
        {"the kept part of the prefix: how often halved", "output over its error or bound, dB"})
        .write(file);
    file.close();
    if (!file)
        throw file_error("long_context: " + svg + " cannot be written");
}

}  // namespace

int main(int argc, char** argv) {
    std::string text, svg;
    std::size_t prefix = 2048, queries = 64;
    std::size_t clusters = 0;
    CLI::App app("Squeezed Attention to a long text that is always the same.");
    app.add_option("--text", text, "a file or directory of text");
    app.add_option("--prefix", prefix, "places of the prefix")->check(CLI::Range(16, 1 << 20));
    app.add_option("--queries", queries, "places behind it")->check(CLI::Range(1, 4096));
    app.add_option("--clusters", clusters, "of the prefix; by default a twentieth and a half of its places");
    app.add_option("--svg", svg, "draw error and bound against what is kept to this file");
    try {
        app.parse(argc, argv);
        run(read_passage(text, prefix, queries), clusters, svg);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0)
            return app.exit(error);  // --help
        std::fprintf(stderr, "long_context: %s\n", error.what());
        return 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
