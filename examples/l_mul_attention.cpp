// SPDX-License-Identifier: BSL-1.0

/// @file
/// Attention without multiplication: softmax attention over a text with L-Mul's products, beside 8-bit floats.
///
///     l_mul_attention                                   places of this repository's text attend to each other
///     l_mul_attention --text DIR --tokens 200           another text, more of it
///     l_mul_attention --queries Q.npy --keys K.npy --values V.npy [--causal]    your own arrays
///     l_mul_attention --svg FILE                        a picture of it
///
/// Each place of the text is described by what the last four characters say of the next one (log-odds of the 96
/// printable characters, halved with every step back), and attends to the places before it; the largest number of a
/// row of the output names a character. All inputs are floats, all sums are in float. What differs is a product:
///
///   float           rounded once with its sum
///   L-Mul of floats one addition of bit patterns
///   e4m3, e5m2      exact, of operands rounded to the format, subnormal numbers and saturation included
///   and, of operands shortened to 2 ... 7 bits behind the point:
///   exact           what a float of so many bits would give if its exponent were wide enough
///   L-Mul adder     one addition; operands cut off, as the paper does, or rounded to nearest
///   L-Mul formula   1 + a + b + 2^-l, without the carry; operands cut off
///   Mitchell        the adder without the 2^-l
///
/// Shown are the ratio of the true attention (of the unrounded inputs, by MPFR) to the error in dB, and how many rows
/// have their largest number where the true one has it.

#include <halfulp/arithmetic/l_mul.hpp>
#include <halfulp/arithmetic/native.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/kernels/attention.hpp>
#include <halfulp/reference/attention.hpp>
#include <halfulp/reference/compare.hpp>

#include "attention_input.hpp"
#include "low_bit_linear_plot.hpp"
#include "text_input.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace halfulp;
using examples::matrix;
using input = examples::attention_input;
using examples::plotted_line;

// --- Input ----------------------------------------------------------------------------------------

examples::attention_input read_passage(const std::string& directory, std::size_t tokens) {
    const std::filesystem::path root = HALFULP_SOURCE_DIR;
    return examples::read_places(
        directory.empty() ? examples::read_text({root / "README.md"}) : examples::read_text({directory}),
        tokens);
}

// --- Arithmetics ------------------------------------------------------------------------------------

/// native<float> on operands that are rounded to T first: an arithmetic of one's own.
template <class T>
struct operands_in : arithmetic::native<float> {
    void multiply_add(float& sum, float x, float y, arithmetic::position at) const {
        constexpr projection saturating{rounding::ties_to_even, saturation::finite};
        native::multiply_add<T, T>(sum, convert<T>(x, saturating), convert<T>(y, saturating), at);
    }
};

/// arithmetic::l_mul with options that the compiler does not know.
struct l_mul_at_run_time : arithmetic::native<float> {
    l_mul_options options;
    explicit l_mul_at_run_time(const l_mul_options& how) : options(how) {}
    void multiply_add(float& sum, float x, float y, arithmetic::position) const {
        sum += l_mul<float>(x, y, options);
    }
};

struct family {
    const char* name;
    l_mul_options options;
};
constexpr family families[] = {
    {"exact, nearest", {product_definition::exact, -1, rounding::ties_to_even}},
    {"L-Mul adder, cut", l_mul_adder},
    {"L-Mul adder, nearest", {product_definition::integer_adder, -1, rounding::ties_to_even}},
    {"L-Mul formula, cut", l_mul_formula},
    {"Mitchell, nearest", {product_definition::mitchell, -1, rounding::ties_to_even}}};
constexpr int fewest_bits = 2, most_bits = 7;

// --- Measurement ------------------------------------------------------------------------------------

struct quality {
    double decibel;
    double same_largest;  ///< percent of the rows
};

class experiment {
  public:
    explicit experiment(const input& in)
        : in_(in),
          exact_(reference::attention(
              reference::make_exact_matrix(in.q.view()), reference::make_exact_matrix(in.k.view()),
              reference::make_exact_matrix(in.v.view()), {.causal = in.causal, .precision = 80})) {}

    template <class Arithmetic>
    quality measure(const Arithmetic& arithmetic) const {
        matrix<float> output{std::vector<float>(in_.q.rows * in_.v.columns), in_.q.rows, in_.v.columns};
        attention(in_.q.view(), in_.k.view(), in_.v.view(), output.view(), arithmetic,
                  {.causal = in_.causal});
        return judge(output);
    }

  private:
    quality judge(const matrix<float>& output) const {
        std::size_t same = 0;
        for (std::size_t i = 0; i < output.rows; ++i) {
            std::size_t largest = 0, true_largest = 0;
            for (std::size_t c = 1; c < output.columns; ++c) {
                if (output.view()(i, largest) < output.view()(i, c))
                    largest = c;
                if (mpfr_less_p(exact_(i, true_largest).get(), exact_(i, c).get()) != 0)
                    true_largest = c;
            }
            same += largest == true_largest ? 1 : 0;
        }
        return {reference::compare(output.view(), exact_).signal_to_noise_decibel,
                100.0 * static_cast<double>(same) / static_cast<double>(output.rows)};
    }

    const input& in_;
    reference::dense_matrix<mpfr_real> exact_;
};

void run(const input& in, const std::string& svg) {
    const std::string shape = std::to_string(in.q.rows) + " queries, " + std::to_string(in.k.rows) +
                              " keys of " + std::to_string(in.k.columns) + (in.causal ? ", causal" : "");
    std::printf("%s; %s\n\n%-21s | %6s %5s\n", in.name.c_str(), shape.c_str(), "operands and products", "dB",
                "max %");
    const experiment e(in);
    std::vector<plotted_line> lines;
    const auto show = [&lines](const char* name, const quality& q, bool drawn) {
        std::printf("%-21s | %6.2f %5.1f\n", name, q.decibel, q.same_largest);
        if (drawn)
            lines.push_back({name, {{fewest_bits, q.decibel}, {most_bits, q.decibel}}});
    };
    show("float", e.measure(arithmetic::native<float>{}), false);
    show("L-Mul of floats", e.measure(arithmetic::l_mul<>{}), false);
    show("e4m3", e.measure(operands_in<float8_e4m3fn>{}), true);
    show("e5m2", e.measure(operands_in<float8_e5m2>{}), true);

    std::printf("\n%-21s", "bits of an operand");
    for (int bits = fewest_bits; bits <= most_bits; ++bits)
        std::printf(" | %6d %5s", bits, "max %");
    std::printf("\n");
    for (const family& f : families) {
        std::printf("%-21s", f.name);
        lines.push_back({f.name, {}});
        for (int bits = fewest_bits; bits <= most_bits; ++bits) {
            l_mul_options options = f.options;
            options.significand_bits = bits;
            const quality q = e.measure(l_mul_at_run_time(options));
            std::printf(" | %6.2f %5.1f", q.decibel, q.same_largest);
            lines.back().points.push_back({static_cast<double>(bits), q.decibel});
        }
        std::printf("\n");
    }
    if (svg.empty())
        return;
    std::ofstream file(svg);
    examples::decibel_plot("Attention with products by addition", in.name + "; " + shape, std::move(lines),
                           {"bits of an operand behind the point", "attention over its error, dB"})
        .write(file);
    file.close();
    if (!file)
        throw file_error("l_mul_attention: " + svg + " cannot be written");
}

}  // namespace

int main(int argc, char** argv) {
    std::string text, queries, keys, values, svg;
    std::size_t tokens = 96;
    bool causal = false;
    CLI::App app("Softmax attention with L-Mul's products, beside 8-bit floats.");
    app.add_option("--text", text, "a file or directory of text");
    app.add_option("--tokens", tokens, "places of the text")->check(CLI::Range(1, 4096));
    auto* const q = app.add_option("--queries", queries, "Q.npy, queries x depth");
    auto* const k = app.add_option("--keys", keys, "K.npy, keys x depth");
    auto* const v = app.add_option("--values", values, "V.npy, keys x columns");
    q->needs(k, v);
    k->needs(q);
    v->needs(q);
    app.add_flag("--causal", causal, "queries see no later keys; a passage of text is always read so");
    app.add_option("--svg", svg, "draw dB against bits to this file");
    try {
        app.parse(argc, argv);
        run(queries.empty() ? read_passage(text, tokens)
                            : input{queries + ", " + keys + " and " + values,
                                    examples::read_floats("l_mul_attention", queries),
                                    examples::read_floats("l_mul_attention", keys),
                                    examples::read_floats("l_mul_attention", values), causal},
            svg);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0)
            return app.exit(error);  // --help
        std::fprintf(stderr, "l_mul_attention: %s\n", error.what());
        return 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
