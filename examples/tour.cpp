// SPDX-License-Identifier: BSL-1.0

/// @file
/// The tour: what a format and a rounding cost, on real input, against the exact result.
///
///     tour                             the text of this repository as a matrix
///     tour --text DIR                  another text
///     tour --matrix A.npy [B.npy]      your own arrays (float32 or float64, C order)
///     tour --json FILE                 the same figures for a program
///
/// It computes C = A·B (without B: A·Aᵀ) and softmax attention with the rows of A as queries and the
/// columns of B as keys and values, in several formats and arithmetics, and compares with the exact
/// product and with attention in MPFR. Then it computes constants from continued fractions and
/// counts the digits on which MPFR agrees. Nothing depends on the machine, the compiler or the time.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/continued_fractions/constants.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/interop/npy.hpp>
#include <halfulp/kernels/attention.hpp>
#include <halfulp/kernels/matmul.hpp>
#include <halfulp/reference/attention.hpp>
#include <halfulp/reference/compare.hpp>
#include <halfulp/reference/matmul.hpp>

#include "text_input.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace halfulp;
using nlohmann::json;

using examples::matrix;

struct input {
    std::string name;
    matrix<double> a, b;
};

input read_input(const std::vector<std::string>& files, const std::string& directory, std::size_t limit) {
    if (files.empty()) {
        const std::filesystem::path root = HALFULP_SOURCE_DIR;
        const std::string text =
            directory.empty() ? examples::read_text({root / "README.md", root / "LICENSE", root / "include"})
                              : examples::read_text({directory});
        const matrix<double> a = examples::top_left(examples::bigram_log_odds(text).view(), limit);
        return {"log-odds of character pairs in " + std::to_string(text.size()) + " characters of text", a,
                examples::transposed(a)};
    }
    std::vector<matrix<double>> m;
    for (const std::string& file : files) {
        const npy_array array = read_npy(file);
        const std::vector<double> values = array.to_double();
        m.push_back(examples::top_left({values.data(), array.rows, array.columns}, limit));
    }
    if (m.size() == 1)
        m.push_back(examples::transposed(m[0]));
    return {files[0] + (files.size() > 1 ? " and " + files[1] : " and its transpose"), m[0], m[1]};
}

// --- Formats and roundings ------------------------------------------------------------------------

/// One comparison, on the screen and for the report.
json show(const reference::accuracy& a) {
    std::printf(" | %9.3g %9.3g %6zu %7.1f", a.maximum_ulps, a.mean_ulps, a.not_correctly_rounded,
                a.signal_to_noise_decibel);
    json report;
    report["count"] = a.count;
    report["maximum_ulps"] = a.maximum_ulps;
    report["mean_ulps"] = a.mean_ulps;
    report["not_correctly_rounded"] = a.not_correctly_rounded;
    report["signal_to_noise_decibel"] = a.signal_to_noise_decibel;
    return report;
}

/// Both kernels in one format, in every arithmetic of the table. The inputs are rounded to the
/// format first, and the exact results are those of the rounded inputs: what is measured is the
/// arithmetic.
template <class T>
void measure(const char* name, const input& in, json& table) {
    const auto rounded_to_format = [](const matrix<double>& m) {
        matrix<T> result{{}, m.rows, m.columns};
        for (const double x : m.data)
            result.data.push_back(convert<T>(x, projection{rounding::ties_to_even, saturation::finite}));
        return result;
    };
    const matrix<T> a = rounded_to_format(in.a), b = rounded_to_format(in.b);
    const auto keys = b.view().transposed();
    const auto exact_product =
        reference::matmul(reference::make_exact_matrix(a.view()), reference::make_exact_matrix(b.view()));
    const auto exact_keys = reference::make_exact_matrix(keys);
    const auto exact_attention = reference::attention(reference::make_exact_matrix(a.view()), exact_keys,
                                                      exact_keys, {.precision = 160});

    const auto row = [&](const char* label, const projection& correct, const auto& arithmetic) {
        matrix<T> product{std::vector<T>(a.rows * b.columns), a.rows, b.columns};
        matrix<T> mixed{std::vector<T>(a.rows * b.rows), a.rows, b.rows};
        matmul(a.view(), b.view(), product.view(), arithmetic);
        attention(a.view(), keys, keys, mixed.view(), arithmetic);
        std::printf("%-9s %-14s", name, label);
        json line{{"format", name}, {"arithmetic", label}};
        line["product"] = show(reference::compare(product.view(), exact_product, correct));
        line["attention"] = show(reference::compare(mixed.view(), exact_attention, correct));
        std::printf("\n");
        table.push_back(line);
    };
    const auto every_step = [&](const char* label, rounding mode) {
        const projection how{mode, saturation::finite, 16};
        const projection nearest{rounding::ties_to_even, saturation::finite};
        row(label, is_stochastic(mode) ? nearest : how, arithmetic::rounded<T>{how, 2024});
    };
    every_step("nearest even", rounding::ties_to_even);
    every_step("toward zero", rounding::toward_zero);
    every_step("toward +inf", rounding::toward_positive);
    every_step("stochastic", rounding::stochastic_a);
    row("sums in float", {}, arithmetic::native<float>{});
    row("exact sums", {}, arithmetic::exact{});
}

// --- Constants ------------------------------------------------------------------------------------

/// Decimal digits on which the value and MPFR's own constant agree, of at most `digits`.
long digits_confirmed(const evaluation& value, const std::string& name, long digits) {
    mpfr_real expected(value.value.precision() + 64);
    if (name == "pi")
        mpfr_const_pi(expected.get(), MPFR_RNDN);
    else if (name == "e")
        mpfr_exp(expected.get(), mpfr_real(1, 64).get(), MPFR_RNDN);
    else if (name == "zeta3")
        mpfr_zeta_ui(expected.get(), 3, MPFR_RNDN);
    else if (name == "catalan")
        mpfr_const_catalan(expected.get(), MPFR_RNDN);
    else
        mpfr_const_log2(expected.get(), MPFR_RNDN);
    mpfr_real gap(64);
    mpfr_reldiff(gap.get(), expected.get(), value.value.get(), MPFR_RNDA);
    mpfr_abs(gap.get(), gap.get(), MPFR_RNDU);
    if (mpfr_zero_p(gap.get()))
        return digits;
    mpfr_log10(gap.get(), gap.get(), MPFR_RNDU);
    return std::min(digits, -mpfr_get_si(gap.get(), MPFR_RNDU));
}

void show_constants(long digits, json& table) {
    std::printf("\n%-8s %-26s %6s %7s  %-15s  %s\n", "constant", "from a continued fraction", "terms", "MPFR",
                "proof", "formula");
    for (const char* name : {"pi", "e", "zeta3", "catalan", "log2"}) {
        const constant_formula& formula = constants::find(name).formulas.front();
        const evaluation result = evaluate(formula, digits);
        const long confirmed = digits_confirmed(result, name, digits);
        const std::string known(proof_name(result.proof.value()));
        std::printf("%-8s %-26s %6ld %7ld  %-15s  %.60s\n", name, result.value.to_string(24).c_str(),
                    result.depth, confirmed, known.c_str(), formula.statement.c_str());
        json line{{"name", name}, {"formula", formula.statement}, {"known_by", known}};
        line["value"] = result.value.to_string(50);
        line["terms"] = result.depth;
        line["digits"] = digits;
        line["digits_confirmed"] = confirmed;
        table.push_back(line);
    }
    std::printf("%-35s digits that MPFR's own constant confirms\n", "");
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> files;
    std::string directory, json_file;
    std::size_t limit = 96;
    long digits = 10000;
    CLI::App app("What a number format and a rounding cost, against the exact result.");
    app.add_option("--matrix", files, "A.npy [B.npy]: float32 or float64, C order")->expected(1, 2);
    app.add_option("--text", directory, "take the text below this directory")->check(CLI::ExistingDirectory);
    app.add_option("--limit", limit, "rows and columns used of each matrix")->check(CLI::Range(1, 1024));
    app.add_option("--digits", digits, "decimal digits of the constants")->check(CLI::Range(1, 1000000));
    app.add_option("--json", json_file, "write the figures to this file");
    CLI11_PARSE(app, argc, argv);
    try {
        const input in = read_input(files, directory, limit);
        require_equal_extents("tour", "the number of rows of B", in.b.rows, "columns of A", in.a.columns);
        std::printf("%s: %zu x %zu times %zu x %zu\n\n", in.name.c_str(), in.a.rows, in.a.columns, in.b.rows,
                    in.b.columns);
        std::printf("%-24s | %-34s | %s\n%-9s %-14s | %9s %9s %6s %7s | %9s %9s %6s %7s\n", "", "product A B",
                    "attention", "format", "arithmetic", "max ulp", "mean ulp", "wrong", "SNR dB", "max ulp",
                    "mean ulp", "wrong", "SNR dB");
        json report{{"input", in.name}, {"formats", json::array()}, {"constants", json::array()}};
        measure<float8_e4m3fn>("fp8 e4m3", in, report["formats"]);
        measure<float8_e5m2>("fp8 e5m2", in, report["formats"]);
        measure<bfloat16>("bfloat16", in, report["formats"]);
        measure<float16>("float16", in, report["formats"]);
        measure<float>("float32", in, report["formats"]);
        std::printf("%-24s   wrong: of %zu elements, those that are not the exact value rounded once\n", "",
                    in.a.rows * in.b.columns);
        show_constants(digits, report["constants"]);
        if (!json_file.empty() && !(std::ofstream(json_file) << report.dump(2) << "\n"))
            throw file_error("tour: " + json_file + " cannot be written");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
