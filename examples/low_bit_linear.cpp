// SPDX-License-Identifier: BSL-1.0

/// @file
/// What a linear layer loses, and gains, with weights and activations of 1 to 8 bits.
///
///     low_bit_linear                                           a layer made from the text of this repository
///     low_bit_linear --weights W.npy --activations X.npy       your own (float32 or float64, C order)
///     low_bit_linear --kind signed --group 32                  two's complement; a scale for 32 weights
///     low_bit_linear --weight-bits 2 4 --activation-bits 8     some of the pairs
///     low_bit_linear --svg FILE                                the errors as a picture
///
/// It computes Y = X·Wᵀ, W outputs × inputs and X tokens × inputs, from quantised X and W, and compares with the
/// exact product of the floats. A line of the table is a pair of widths: what a weight takes, its share of the
/// scales included; the scheme by which the library multiplies the pair; the time that the library's float product
/// takes over that of this one, the best of several rounds in turn, X and W being quantised before; and
/// 10·log10(Σ y²/Σ (ŷ − y)²). The times are the only figures that depend on the machine.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/kernels/matmul.hpp>
#include <halfulp/kernels/quantize.hpp>
#include <halfulp/kernels/quantized_matmul.hpp>

#include "low_bit_linear_layer.hpp"
#include "low_bit_linear_plot.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace halfulp;
using examples::layer;
using examples::low_bit_kind;
using examples::low_bit_matrix;
using examples::matrix;

// --- Measurements ------------------------------------------------------------------------------------

/// Seconds of a call, the best of several; f and g take turns, so that both see the same machine.
template <class F, class G>
std::pair<double, double> best_times(const F& f, const G& g) {
    using clock = std::chrono::steady_clock;
    const auto time = [](const auto& call, int calls) {
        const auto start = clock::now();
        for (int i = 0; i < calls; ++i)
            call();
        return std::chrono::duration<double>(clock::now() - start).count() / calls;
    };
    constexpr int rounds = 7;
    constexpr double round_seconds = 5e-4, most_seconds = 0.05;
    std::pair<double, double> best{time(f, 1), time(g, 1)};  // with memory touched for the first time
    const auto calls = [](double seconds) {
        return static_cast<int>(std::clamp(round_seconds / std::max(seconds, 1e-9), 1.0, 1000.0));
    };
    const int calls_of_f = calls(best.first), calls_of_g = calls(best.second);
    const auto start = clock::now();
    for (int i = 0; i < rounds && std::chrono::duration<double>(clock::now() - start).count() < most_seconds;
         ++i) {
        best.first = std::min(best.first, time(f, calls_of_f));
        best.second = std::min(best.second, time(g, calls_of_g));
    }
    return best;
}

double decibel(const matrix<float>& found, const matrix<double>& exact) {
    double squares = 0, errors = 0;
    for (std::size_t i = 0; i < exact.data.size(); ++i) {
        const double error = static_cast<double>(found.data[i]) - exact.data[i];
        squares += exact.data[i] * exact.data[i];
        errors += error * error;
    }
    return errors == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(squares / errors);
}

// --- The command line --------------------------------------------------------------------------------

struct arguments {
    std::string weights, activations, kind = "bipolar", by = "mean_squared_error", svg;
    std::size_t tokens = 64, group = 0, activation_group = 0;
    double percentile = 0.999;
    std::vector<int> weight_bits{1, 2, 3, 4, 5, 6, 7, 8}, activation_bits{1, 2, 3, 4, 5, 6, 7, 8};
};

const std::map<std::string, calibration> calibrations{{"min_max", calibration::min_max},
                                                      {"percentile", calibration::percentile},
                                                      {"mean_squared_error", calibration::mean_squared_error},
                                                      {"gaussian", calibration::gaussian}};

std::string granularity_name(std::size_t group) {
    return group == 0 ? "a scale a row" : "a scale for " + std::to_string(group);
}

void run(const arguments& a) {
    const layer in = a.weights.empty()
                         ? examples::layer_of_text(a.tokens)
                         : layer{a.weights + " and " + a.activations, examples::read_matrix(a.weights),
                                 examples::read_matrix(a.activations)};
    const matrix<float>&x = in.activations, &w = in.weights;
    require_equal_extents("low_bit_linear", "the number of columns of the activations", x.columns,
                          "columns of the weights", w.columns);
    const quantization_options per_row{
        .per = granularity::row, .by = calibrations.at(a.by), .percentile = a.percentile};
    const auto options_of = [&](std::size_t group) {
        quantization_options options = per_row;
        if (group != 0) {
            options.per = granularity::group;
            options.group_size = group;
        }
        return options;
    };
    const std::string shape = std::to_string(x.rows) + " x " + std::to_string(x.columns) + " times " +
                              std::to_string(w.columns) + " x " + std::to_string(w.rows);
    const std::string how = a.kind + ", weights: " + granularity_name(a.group) +
                            ", activations: " + granularity_name(a.activation_group) + ", by " + a.by;
    std::printf("%s\n%s; %s\n\n", in.name.c_str(), shape.c_str(), how.c_str());

    matrix<double> exact{std::vector<double>(x.rows * w.rows), x.rows, w.rows};
    matrix<float> y{std::vector<float>(x.rows * w.rows), x.rows, w.rows};
    const auto transposed_weights = w.view().transposed();
    matmul(x.view(), transposed_weights, exact.view(), arithmetic::exact{});
    const auto multiply_floats = [&] { matmul(x.view(), transposed_weights, y.view()); };

    const low_bit_kind& kind = a.kind == "bipolar" ? examples::low_bit_kinds[0] : examples::low_bit_kinds[1];
    const auto widths = [](int bits) { return static_cast<std::size_t>(bits - 1); };
    std::map<int, low_bit_matrix> quantized_x;
    std::vector<examples::plotted_line> lines;
    for (const int bits : a.activation_bits) {
        quantized_x.emplace(bits, kind.make[widths(bits)](x, options_of(a.activation_group)));
        lines.push_back({"A" + std::to_string(bits), {}});
    }
    std::printf("%-8s %3s %3s %14s  %-13s %11s %7s\n", "kind", "W", "A", "bits a weight", "scheme",
                "float / it", "dB");
    for (const int w_bits : a.weight_bits) {
        const low_bit_matrix quantized_w = kind.make[widths(w_bits)](w, options_of(a.group));
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const int x_bits = a.activation_bits[i];
            const low_bit_matrix& q = quantized_x.at(x_bits);
            const auto multiply = [&] {
                kind.multiply[widths(x_bits)][widths(w_bits)](q, quantized_w, y.view());
            };
            const auto [float_seconds, seconds] = best_times(multiply_floats, multiply);
            multiply();
            const double quality = decibel(y, exact);
            std::printf("%-8s %3d %3d %14.3f  %-13s %11.2f %7.2f\n", a.kind.c_str(), w_bits, x_bits,
                        quantized_w.bits, name_of(plan_integer_product(q.format, quantized_w.format)),
                        float_seconds / seconds, quality);
            lines[i].points.push_back({quantized_w.bits, quality});
        }
    }
    multiply_floats();
    std::printf("\nfloat / it: how many times the float product takes longer. The float product: %.2f dB\n",
                decibel(y, exact));
    if (!a.svg.empty()) {
        std::ofstream file(a.svg);
        examples::decibel_plot("Product of low-bit weights and activations, " + shape, how, std::move(lines))
            .write(file);
        file.close();
        if (!file)
            throw file_error("low_bit_linear: " + a.svg + " cannot be written");
    }
}

}  // namespace

int main(int argc, char** argv) {
    arguments a;
    CLI::App app("What a linear layer loses, and gains, with weights and activations of 1 to 8 bits.");
    auto* const weights = app.add_option("--weights", a.weights, "W.npy, outputs x inputs");
    auto* const activations = app.add_option("--activations", a.activations, "X.npy, tokens x inputs");
    weights->needs(activations);
    activations->needs(weights);
    app.add_option("--tokens", a.tokens, "rows of activations made from text")
        ->check(CLI::Range(1, 4096))
        ->excludes(activations);
    app.add_option("--kind", a.kind, "bipolar, or signed: two's complement")
        ->check(CLI::IsMember({"bipolar", "signed"}));
    app.add_option("--weight-bits", a.weight_bits, "widths")->check(CLI::Range(1, 8));
    app.add_option("--activation-bits", a.activation_bits, "widths")->check(CLI::Range(1, 8));
    app.add_option("--group", a.group, "weights in a row that share a scale; 0: the row")
        ->check(CLI::Range(0, 1 << 30));
    app.add_option("--activation-group", a.activation_group, "the same of activations")
        ->check(CLI::Range(0, 1 << 30));
    app.add_option("--calibration", a.by, "min_max, percentile, mean_squared_error, gaussian")
        ->check(CLI::IsMember({"min_max", "percentile", "mean_squared_error", "gaussian"}));
    app.add_option("--percentile", a.percentile, "the part that --calibration percentile does not clip");
    app.add_option("--svg", a.svg, "draw dB against bits to this file");
    try {
        app.parse(argc, argv);
        run(a);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0)
            return app.exit(error);  // --help
        std::fprintf(stderr, "low_bit_linear: %s\n", error.what());
        return 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
