// SPDX-License-Identifier: BSL-1.0

/// @file
/// Formats and arithmetics of attention beside each other: what they lose, how fast a token is decoded, and what a token
/// takes in the cache of keys and values.
///
///     attention_formats                                 places of this repository's text attend to each other
///     attention_formats --text DIR --tokens 200         another text, more of it
///     attention_formats --queries Q.npy --keys K.npy --values V.npy [--causal]    your own arrays
///     attention_formats --svg FILE --json FILE          a picture of it; the figures for a program
///
/// Each place of the text is described by 96 numbers (see attention_input.hpp), which are its query, its key and
/// its value, and attends to the places before it. A line of the table is a way to store the three and to compute:
///
///   bytes     a token in a key_value_cache, keys and values of one head. Types of less than a byte take a byte there.
///   ulp       the largest and the mean error, in units in the last place of the output's format: those of the steps in
///             bfloat16 and float16, else float. Elements near zero, where large terms cancel, make both large.
///   dB        the true attention over the error, of all elements: 10·log10(Σ x²/Σ (result − x)²)
///   tokens/s  decoded here, each with all keys of the text: the last query and the cache, the best of several calls.
///             The only figure that depends on the machine. Where scores, weights and sums are floats there are fast
///             paths, which native<float> has for one query too; the others are definitions.
///
/// The true attention is that of the unrounded floats, by MPFR: what rounding inputs loses is counted.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/arithmetic/integer.hpp>
#include <halfulp/arithmetic/l_mul.hpp>
#include <halfulp/arithmetic/native.hpp>
#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/formats/narrow_integer.hpp>
#include <halfulp/reference/attention.hpp>

#include "attention_formats_measure.hpp"
#include "attention_input.hpp"
#include "low_bit_linear_plot.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace halfulp;
using examples::attention_input;
using experiment = examples::attention_experiment;
using examples::matrix;
using examples::quantized_as;
using examples::stored_as;
using nlohmann::json;

// --- The lines of the table -------------------------------------------------------------------------

using native = arithmetic::native<float>;
using nearest = constant_value<projection{}>;
using stochastic = constant_value<projection{rounding::stochastic_a}>;
template <class T, class Rounding = nearest>
using every_step = arithmetic::rounded<T, T, Rounding>;

/// Queries as they are, keys and values stored narrow, all steps in float.
template <class K, class V = K>
void add_cached(experiment& e, const attention_input& in, const char* name, const char* how) {
    e.add<float>(name, how, native{}, in.q, stored_as<K>(in.k), stored_as<V>(in.v));
}

/// Queries, keys and values stored in T.
template <class T, class Output, class Arithmetic>
void add_narrow(experiment& e, const attention_input& in, const char* name, const char* how,
                const Arithmetic& arithmetic) {
    e.add<Output>(name, how, arithmetic, stored_as<T>(in.q), stored_as<T>(in.k), stored_as<T>(in.v));
}

/// Queries of 8 bits times keys of an integer type, exactly; values in bfloat16.
template <class K>
void add_integer(experiment& e, const attention_input& in, const char* name, const char* how) {
    const auto q = quantized_as<narrow_int<8>>(in.q);
    const auto k = quantized_as<K>(in.k);
    const double scale = q.scale * k.scale / std::sqrt(static_cast<double>(in.q.columns));
    e.add<float>(name, how, attention_arithmetic<arithmetic::integer<>, native>{}, q.codes, k.codes,
                 stored_as<bfloat16>(in.v), scale);
}

void add_all(experiment& e, const attention_input& in) {
    e.add<float>("float", "native<float>", native{}, in.q, in.k, in.v);
    add_narrow<bfloat16, float>(e, in, "LayerCast bf16", "q, k, v in bfloat16, native<float>", native{});
    add_narrow<float16, float>(e, in, "LayerCast fp16", "q, k, v in float16, native<float>", native{});
    add_cached<float8_e4m3fn>(e, in, "e4m3 cache", "k, v in e4m3, native<float>");
    add_cached<float8_e5m2>(e, in, "e5m2 cache", "k, v in e5m2, native<float>");
    add_cached<bfloat16, float8_e4m3fn>(e, in, "bf16, e4m3 cache", "k in bfloat16, v in e4m3, native<float>");
    add_cached<float4_e2m1fn>(e, in, "e2m1 cache", "k, v in FP4 without scales, native<float>");

    add_integer<narrow_int<8>>(e, in, "int8 keys", "q, k in int8: exact integer scores; v in bfloat16");
    add_integer<bipolar_int<4>>(e, in, "bipolar4 keys", "q in int8, k in bipolar_int<4>; v in bfloat16");

    add_narrow<bfloat16, bfloat16>(e, in, "bf16 steps", "rounded<bfloat16>: every step",
                                   every_step<bfloat16>{});
    add_narrow<bfloat16, bfloat16>(e, in, "bf16 stochastic", "the same, stochastic",
                                   every_step<bfloat16, stochastic>{{}, 1});
    add_narrow<float16, float16>(e, in, "fp16 steps", "rounded<float16>: every step", every_step<float16>{});

    e.add<float>("L-Mul", "products of floats by one addition", arithmetic::l_mul<>{}, in.q, in.k, in.v);
    e.add<float>("exact", "each sum exact, and rounded to float once", arithmetic::exact{}, in.q, in.k, in.v);

    using bf16_scores = attention_arithmetic<every_step<bfloat16>, native>;
    using bf16_values = attention_arithmetic<native, every_step<bfloat16>>;
    add_narrow<bfloat16, float>(e, in, "bf16 scores", "rounded<bfloat16> for q.k, float for w.v",
                                bf16_scores{});
    add_narrow<bfloat16, bfloat16>(e, in, "bf16 values", "float for q.k, rounded<bfloat16> for w.v",
                                   bf16_values{});
    using bf16_weights = attention_arithmetic<native, native, float, bfloat16>;
    using fp8_weights = attention_arithmetic<native, native, float, float8_e4m3fn>;
    add_narrow<bfloat16, float>(e, in, "bf16 weights", "q, k, v and weights in bfloat16, float else",
                                bf16_weights{});
    add_narrow<bfloat16, float>(e, in, "e4m3 weights", "q, k, v in bfloat16, weights in e4m3", fp8_weights{});
}

// --- The program ------------------------------------------------------------------------------------

void write(const std::string& file, const std::string& text) {
    std::ofstream out(file);
    out << text;
    out.close();
    if (!out)
        throw file_error("attention_formats: " + file + " cannot be written");
}

void run(const attention_input& in, const std::string& svg, const std::string& json_file) {
    const std::string shape = std::to_string(in.q.rows) + " queries, " + std::to_string(in.k.rows) +
                              " keys of " + std::to_string(in.k.columns) + (in.causal ? ", causal" : "");
    std::printf("%s; %s\n\n%-17s | %5s | %8s %8s %7s | %9s |\n", in.name.c_str(), shape.c_str(), "", "bytes",
                "max ulp", "mean ulp", "dB", "tokens/s");
    experiment e(in);
    add_all(e, in);
    const auto numbers = static_cast<double>(in.k.columns + in.v.columns);
    std::vector<examples::plotted_line> points;
    json report{{"input", in.name}, {"shape", shape}, {"lines", json::array()}};
    for (const auto& l : e.lines()) {
        points.push_back(
            {l.name,
             {{static_cast<double>(l.bytes_of_token) / numbers, l.accuracy.signal_to_noise_decibel}}});
        report["lines"].push_back({{"name", l.name},
                                   {"how", l.how},
                                   {"bytes_per_token", l.bytes_of_token},
                                   {"maximum_ulp", l.accuracy.maximum_ulps},
                                   {"mean_ulp", l.accuracy.mean_ulps},
                                   {"decibel", l.accuracy.signal_to_noise_decibel},
                                   {"tokens_per_second_here", l.tokens_per_second}});
    }
    if (!json_file.empty())
        write(json_file, report.dump(2) + "\n");
    if (!svg.empty()) {
        std::ostringstream picture;
        examples::decibel_plot(
            "Formats and arithmetics of attention", in.name + "; " + shape, std::move(points),
            {"bytes a number of the cache; a token has " + std::to_string(in.k.columns + in.v.columns),
             "attention over its error, dB"})
            .write(picture);
        write(svg, picture.str());
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::string text, queries, keys, values, svg, json_file;
    std::size_t tokens = 96;
    bool causal = false;
    CLI::App app("Formats and arithmetics of attention: error, speed and bytes of the cache.");
    app.add_option("--text", text, "a file or directory of text");
    app.add_option("--tokens", tokens, "places of the text")->check(CLI::Range(1, 4096));
    auto* const q = app.add_option("--queries", queries, "Q.npy, queries x depth");
    auto* const k = app.add_option("--keys", keys, "K.npy, keys x depth");
    auto* const v = app.add_option("--values", values, "V.npy, keys x columns");
    q->needs(k, v);
    k->needs(q);
    v->needs(q);
    app.add_flag("--causal", causal, "queries see no later keys; places of a text never do");
    app.add_option("--svg", svg, "draw dB against bytes to this file");
    app.add_option("--json", json_file, "write the figures to this file");
    try {
        app.parse(argc, argv);
        const std::filesystem::path source = HALFULP_SOURCE_DIR;
        const std::filesystem::path from = text.empty() ? source / "README.md" : std::filesystem::path(text);
        run(queries.empty() ? examples::read_places(examples::read_text({from}), tokens)
                            : attention_input{queries + ", " + keys + " and " + values,
                                              examples::read_floats("attention_formats", queries),
                                              examples::read_floats("attention_formats", keys),
                                              examples::read_floats("attention_formats", values), causal},
            svg, json_file);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0)
            return app.exit(error);  // --help
        std::fprintf(stderr, "attention_formats: %s\n", error.what());
        return 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
