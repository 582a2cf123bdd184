// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// What rounding does to the four ways of evaluating a continued fraction: forward, backward, Steed's, Lentz's.
///
///     rounding_in_recurrences                             six fractions, six formats, nine modes, 20 terms
///     rounding_in_recurrences --depth 60                  deeper
///     rounding_in_recurrences --fraction bessel e         some of the fractions
///     rounding_in_recurrences --format float32            the format of the tables of modes and depths, and of the picture
///     rounding_in_recurrences --svg FILE                  digits lost against depth, with the bounds, as a picture
///
/// Every step of an evaluation is rounded once into the format. The result is held against the exact convergent of the
/// same depth, a rational number, so that what is seen is rounding alone, and not how fast the fraction converges. An
/// error is counted in roundings, u·|C| with u = 2^-p, and digits lost are log10 of that, 0 where it is at most one.
/// Beside the recurrences that have one stands the a priori bound: what can be lost at most, known before anything is
/// computed. Where a number leaves the format there is the n at which it does. Nothing depends on the machine.

#include "rounding_in_recurrences_cases.hpp"
#include "rounding_in_recurrences_plot.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace halfulp;
using namespace examples;

struct arguments {
    long depth = 20;
    std::vector<std::string> fractions;
    std::string format = "bfloat16", svg;
};

bool chosen(const arguments& a, const char* name) {
    return a.fractions.empty() ||
           std::find(a.fractions.begin(), a.fractions.end(), name) != a.fractions.end();
}
const named_format& format_of(const arguments& a) {
    return *std::find_if(std::begin(rounded_formats), std::end(rounded_formats),
                         [&](const named_format& f) { return a.format == f.name; });
}

// --- Formats ----------------------------------------------------------------------------------------------

std::string cell(const rounded_value& value) {
    char text[32];
    if (std::isfinite(value.error))
        std::snprintf(text, sizeof text, "%.1f", digits_lost(value.error));
    else
        std::snprintf(text, sizeof text, "n = %ld", value.lost_at);
    return text;
}
std::string number_cell(double x, const char* format) {
    char text[32] = "-";
    if (std::isfinite(x))
        std::snprintf(text, sizeof text, format, x);
    return text;
}
std::string bound_cell(double roundings) {
    char text[32];
    std::snprintf(text, sizeof text, std::isfinite(roundings) ? "<= %.1f" : "none", digits_lost(roundings));
    return text;
}

void show_formats(const arguments& a) {
    std::printf("Decimal digits lost at depth %ld, every step to nearest, ties to even\n\n", a.depth);
    std::printf("%-8s %-9s %6s | %8s %8s | %8s %8s | %8s | %8s\n", "fraction", "format", "digits", "forward",
                "bound", "backward", "bound", "Steed", "Lentz");
    for (const named_fraction& f : rounded_fractions()) {
        if (!chosen(a, f.name))
            continue;
        for (const named_format& format : rounded_formats) {
            const auto values = measure(f.fraction, a.depth, format.format, rounding::ties_to_even);
            const a_priori bound = bounds(f.fraction, a.depth, format.format, rounding::ties_to_even);
            std::printf("%-8s %-9s %6.1f | %8s %8s | %8s %8s | %8s | %8s\n", f.name, format.name,
                        format.format.precision() * std::log10(2.0), cell(values[0]).c_str(),
                        bound_cell(bound.forward).c_str(), cell(values[1]).c_str(),
                        bound_cell(bound.backward).c_str(), cell(values[2]).c_str(), cell(values[3]).c_str());
        }
        std::printf("%-8s %s\n", "", f.elements);
    }
}

// --- Modes ------------------------------------------------------------------------------------------------

void show_modes(const arguments& a) {
    const named_format& format = format_of(a);
    std::printf("\nErrors in roundings, with their sign, in %s at depth %ld\n", format.name, a.depth);
    for (const named_fraction& f : rounded_fractions()) {
        if (!chosen(a, f.name) ||
            (a.fractions.empty() && std::string(f.name) != "4/pi" && std::string(f.name) != "bessel"))
            continue;
        std::printf("\n%-16s %9s %9s %9s %9s\n", f.name, method_names[0], method_names[1], method_names[2],
                    method_names[3]);
        for (const named_mode& mode : rounded_modes) {
            std::printf("%-16s", mode.name);
            for (const rounded_value& value : measure(f.fraction, a.depth, format.format, mode.mode))
                std::printf(" %9s", number_cell(value.error, "%+.2f").c_str());
            std::printf("\n");
        }
    }
}

// --- Depths -----------------------------------------------------------------------------------------------

std::vector<loss_panel> losses_by_depth(const arguments& a) {
    static constexpr const char* colours[] = {"#c0392b", "#1976b8", "#2e8b57", "#8e44ad"};
    const float_format& format = format_of(a).format;
    std::vector<loss_panel> panels;
    for (const named_fraction& f : rounded_fractions()) {
        if (!chosen(a, f.name))
            continue;
        loss_panel panel{f.name + std::string(": ") + f.elements, {}};
        for (std::size_t i = 0; i < methods; ++i)
            panel.lines.push_back({method_names[i], colours[i], false, {}});
        panel.lines.push_back({"bound, forward", colours[0], true, {}});
        panel.lines.push_back({"bound, backward", colours[1], true, {}});
        for (long n = 0; n <= a.depth; ++n) {
            const auto values = measure(f.fraction, n, format, rounding::ties_to_even);
            for (std::size_t i = 0; i < methods; ++i)
                panel.lines[i].y.push_back(std::isfinite(values[i].error) ? digits_lost(values[i].error)
                                                                          : values[i].error);
            const a_priori bound = bounds(f.fraction, n, format, rounding::ties_to_even);
            panel.lines[methods].y.push_back(digits_lost(bound.forward));
            panel.lines[methods + 1].y.push_back(digits_lost(bound.backward));
        }
        panels.push_back(std::move(panel));
    }
    return panels;
}

void show_depths(const arguments& a, const std::vector<loss_panel>& panels) {
    std::printf("\nThe most digits lost at any depth up to n, in %s, ties to even\n\n%-8s %-16s",
                format_of(a).name, "fraction", "");
    std::vector<long> depths;
    for (long n = 1; n < a.depth; n *= 2)
        depths.push_back(n);
    depths.push_back(a.depth);
    for (const long n : depths)
        std::printf(" %6ld", n);
    std::printf("\n");
    for (const loss_panel& panel : panels)
        for (const loss_line& line : panel.lines) {
            std::printf("%-8s %-16s", panel.title.substr(0, panel.title.find(':')).c_str(),
                        line.name.c_str());
            for (const long n : depths) {
                double most = 0;
                for (std::size_t i = 0; i <= static_cast<std::size_t>(n); ++i)
                    most = std::isfinite(line.y[i]) ? std::max(most, line.y[i]) : line.y[i];
                std::printf(" %6s", number_cell(most, "%.1f").c_str());
            }
            std::printf("\n");
        }
}

void explain() {
    std::printf(
        "\nBackward, a tail a_n/(b_n + t) hands on its error times |t/(b_n + t)|: below 1 it dies out, the "
        "last steps alone\n"
        "are seen, and the bound does not grow with the depth. In bessel tails come close to -b_n: the "
        "factor exceeds 1\n"
        "for small n, and digits are lost in every format. Forward, each step adds to A and to B the "
        "roundings of three\n"
        "operations; what both have in common cancels in A/B, so that it does better than its bound, which "
        "grows like the\n"
        "recurrence with |a_n| and |b_n|: far too fast where signs alternate. Steed's sum keeps the errors "
        "of its first\n"
        "terms, and loses where these exceed the value. Lentz's product keeps the roundings of every "
        "factor.\n"
        "Directed modes do not average: where all terms are positive, errors drift with the depth in Steed's "
        "sum and more so\n"
        "in Lentz's product, and little forward, as A and B drift alike; backward they die out as ever. "
        "Small formats end\n"
        "where an element or a tail is beyond their numbers (n = ...); float8 has three or four bits, and a "
        "value that\n"
        "happens to be close to one of its numbers looks exact.\n");
}

void run(const arguments& a) {
    show_formats(a);
    show_modes(a);
    const std::vector<loss_panel> panels = losses_by_depth(a);
    show_depths(a, panels);
    explain();
    if (a.svg.empty())
        return;
    std::ofstream file(a.svg);
    loss_plot("Decimal digits lost against depth, " + a.format + ", ties to even", panels).write(file);
    file.close();
    if (!file)
        throw file_error("rounding_in_recurrences: " + a.svg + " cannot be written");
}

}  // namespace

int main(int argc, char** argv) {
    arguments a;
    std::vector<std::string> fractions, formats;
    for (const named_fraction& f : rounded_fractions())
        fractions.emplace_back(f.name);
    for (const named_format& f : rounded_formats)
        formats.emplace_back(f.name);
    CLI::App app("What rounding does to the four ways of evaluating a continued fraction.");
    app.add_option("--depth", a.depth, "terms")->check(CLI::Range(1, 300));
    app.add_option("--fraction", a.fractions, "some of the fractions")->check(CLI::IsMember(fractions));
    app.add_option("--format", a.format, "of the modes, the depths and the picture")
        ->check(CLI::IsMember(formats));
    app.add_option("--svg", a.svg, "draw digits lost against depth to this file");
    try {
        app.parse(argc, argv);
        run(a);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0)
            return app.exit(error);  // --help
        std::fprintf(stderr, "rounding_in_recurrences: %s\n", error.what());
        return 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
