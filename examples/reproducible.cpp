// SPDX-License-Identifier: BSL-1.0
// peers: OpenMP OpenBLAS

/// @file
/// Does the same product have the same bits tomorrow? One product in the orders that tiles, vector
/// registers, threads and libraries bring about, held against this library's fixed order and against the
/// exact result with the divergence meter, reference/divergence.hpp.
///
///     reproducible                                       tables, and what follows from them
///     reproducible --rows 8 --columns 1000 --depth 4096  another shape
///     reproducible --threads 16                          another split of the sums
///     reproducible --json FILE                           the same figures for a program
///
/// Rows are questions, columns are answers, the largest element of a row wins. Three configurations: all in
/// float; LayerCast (weights stored in bfloat16, the rest and the computation in float; Yuan et al., 2025);
/// and operands, partial sums and results in bfloat16. The columns come in pairs that differ in one
/// small element, since it is between nearly equal answers that an order decides.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/kernels/matmul.hpp>
#include <halfulp/reference/divergence.hpp>

#include "reproducible_orders.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#if defined(HALFULP_PEER_OPENBLAS)
#include <cblas.h>  // defines a bfloat16 of its own
#endif

namespace {

using namespace halfulp;
using examples::make_matrix;
using examples::matrix;
using examples::settings;
using nlohmann::json;

// --- One configuration ------------------------------------------------------------------------------

/// a·b in all orders with elements stored as T: prints the table and gives its figures.
template <class T, class A, class B>
json measure(const char* name, const matrix<A>& a, const matrix<B>& b, const settings& s) {
    const auto order = examples::permutation(s.depth, s.seed);
    const matrix<A> shuffled_a =
        make_matrix<A>(s.rows, s.depth, [&](std::size_t i, std::size_t k) { return a.view()(i, order[k]); });
    const matrix<B> shuffled_b = make_matrix<B>(
        s.depth, s.columns, [&](std::size_t k, std::size_t j) { return b.view()(order[k], j); });
    const matrix<float> x = make_matrix<float>(s.rows, s.depth, a.view());
    const matrix<float> y = make_matrix<float>(s.columns, s.depth, b.view().transposed());

    std::vector<matrix<T>> memory;
    std::vector<std::string> names;
    const auto add = [&](const std::string& label, const auto& compute) {
        matrix<T> c{std::vector<T>(s.rows * s.columns), s.rows, s.columns};
        compute(c.view());
        memory.push_back(std::move(c));
        names.push_back(label);
    };
    const auto ours = [&](const std::string& label, const matmul_options& options) {
        add(label, [&](auto c) { matmul(a.view(), b.view(), c, arithmetic::native<float>{}, options); });
    };
    ours("halfulp::matmul", {});
    ours("  the definition", {.execution = execution::plain});
    ours("  in " + std::to_string(s.threads) + " threads", {.execution = execution::parallel(s.threads)});
    ours("  k in blocks of 16", {.blocking = {.depth = 16, .rows = 32, .columns = 32}});
    add("  each row alone", [&](auto c) {
        for (std::size_t i = 0; i < s.rows; ++i)
            matmul(matrix_view(&a.data[i * s.depth], 1, s.depth), b.view(),
                   matrix_view(&c(i, 0), 1, s.columns), arithmetic::native<float>{});
    });
    const std::size_t ours_end = names.size();
    for (const examples::named_order& each : examples::other_orders(s))
        add(each.name, [&](auto c) {
            for (std::size_t i = 0; i < s.rows; ++i)
                for (std::size_t j = 0; j < s.columns; ++j)
                    c(i, j) = examples::sum_in_order<T>(each, &x.data[i * s.depth], &y.data[j * s.depth]);
        });
#if defined(HALFULP_PEER_OPENBLAS)
    add("OpenBLAS", [&](auto c) {
        const auto m = static_cast<int>(s.rows), n = static_cast<int>(s.columns),
                   k = static_cast<int>(s.depth);
        std::vector<float> result(s.rows * s.columns);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, x.data.data(), k, y.data.data(), k,
                    0, result.data(), n);
        std::transform(result.begin(), result.end(), c.data(), [](float sum) { return convert<T>(sum); });
    });
#endif
    const std::size_t orders_end = names.size();
    add("exact", [&](auto c) { matmul(a.view(), b.view(), c, arithmetic::exact{}); });
    add("  k permuted",
        [&](auto c) { matmul(shuffled_a.view(), shuffled_b.view(), c, arithmetic::exact{}); });

    const auto exact_a = reference::make_exact_matrix(a.view()),
               exact_b = reference::make_exact_matrix(b.view());
    const auto right = reference::matmul(exact_a, exact_b);
    const auto bounds = reference::matmul_error_bounds(
        exact_a, exact_b, std::ldexp(1.0, -reference::format_of<T>().precision()));
    const auto meter = [&](std::size_t begin, std::size_t end) {
        std::vector<reference::named_result<T>> results;
        for (std::size_t r = begin; r < end; ++r)
            results.push_back({names[r], std::as_const(memory[r]).view()});
        return reference::measure_divergence(results, right, bounds);
    };
    const auto all = meter(0, names.size());

    std::printf("%s\n%-23s %13s %10s %10s %10s %6s %10s %6s\n", name, "", "bits changed", "max apart",
                "mean apart", "max error", "flips", "first row", "wrong");
    json report{{"name", name}, {"results", json::array()}};
    for (const auto& each : all.results) {
        const double percent = 100 * static_cast<double>(each.changed_elements);
        std::printf(
            "%-23s %6zu %5.1f%% %10.4g %10.3g %10.4g %6zu %10s %6zu\n", each.name.c_str(),
            each.changed_elements, percent / static_cast<double>(s.rows * s.columns),
            each.maximum_spread_ulps, each.mean_spread_ulps, each.maximum_error_ulps, each.flipped_rows,
            each.first_flipped_row ? std::to_string(*each.first_flipped_row).c_str() : "-", each.wrong_rows);
        json line{{"order", each.name}, {"changed_elements", each.changed_elements}};
        line["maximum_spread_ulps"] = each.maximum_spread_ulps;
        line["mean_spread_ulps"] = each.mean_spread_ulps;
        line["maximum_error_ulps"] = each.maximum_error_ulps;
        line["flipped_rows"] = each.flipped_rows;
        line["wrong_rows"] = each.wrong_rows;
        report["results"].push_back(line);
    }
    const auto orders = meter(0, orders_end);
    const auto show = [&](const char* key, const char* bound, const reference::flip_risk& risk) {
        std::printf("flips are possible up to a gap of %.3g (%s), in %zu of %zu rows\n", risk.gap, bound,
                    risk.rows, s.rows);
        report[key] = {{"gap", risk.gap}, {"rows", risk.rows}};
    };
    show("observed", "twice the largest error above", orders.observed);
    show("a_priori", "twice what any order may err by", *orders.a_priori);
    std::printf("\n");
    report["changed_elements"] = orders.changed_elements;
    report["maximum_spread_ulps"] = orders.maximum_spread_ulps;
    report["flipped_rows"] = orders.flipped_rows;
    report["wrong_rows"] = orders.results.front().wrong_rows;
    report["ours_changed"] = meter(0, ours_end).changed_elements;
    report["exact_changed"] = meter(orders_end, names.size()).changed_elements;
    return report;
}

/// What the figures of the three configurations come to; false where a sum of ours depends on anything.
bool conclude(const json& whole, const json& layer_cast, const json& narrow, const settings& s) {
    const auto three = [&](const auto& figure) {
        char text[99];
        std::snprintf(text, sizeof text, "%.4g, %.4g and %.4g", figure(whole), figure(layer_cast),
                      figure(narrow));
        return std::string(text);
    };
    const auto all = [&](const char* key) {
        return three([key](const json& report) { return report[key].get<double>(); });
    };
    const auto sum = [&](const char* key) {
        return whole[key].get<int>() + layer_cast[key].get<int>() + narrow[key].get<int>();
    };
    const int ours = sum("ours_changed"), exact = sum("exact_changed");
    std::printf(
        "In float, LayerCast and bfloat16 the order changes the bits of %s of %zu elements\n"
        "by up to %s ulps, and the choice in %s of %zu rows (in the fixed order it is\n"
        "another than the exact one in %s).\n",
        all("changed_elements").c_str(), s.rows * s.columns, all("maximum_spread_ulps").c_str(),
        all("flipped_rows").c_str(), s.rows, all("wrong_rows").c_str());
    std::printf("No order seen here decides between values further apart than %s.\n",
                three([](const json& report) { return report["observed"]["gap"].get<double>(); }).c_str());
    std::printf(
        "Threads, blocks, fast paths and batches change %d elements of halfulp::matmul%s;\n"
        "permuting k changes %d of the exact sums%s.\n",
        ours, ours == 0 ? ", whose order is defined" : " (an error)", exact,
        exact == 0 ? ", which have no order" : " (an error)");
    return ours == 0 && exact == 0;
}

}  // namespace

int main(int argc, char** argv) {
    settings s;
    std::string json_file;
    CLI::App app(
        "What the order of a sum does to the bits of a matrix product, and to the choices made by it.");
    app.add_option("--rows", s.rows, "rows of A")->check(CLI::Range(1, 4096));
    app.add_option("--columns", s.columns, "columns of B")->check(CLI::Range(1, 4096));
    app.add_option("--depth", s.depth, "columns of A")->check(CLI::Range(1, 65536));
    app.add_option("--seed", s.seed, "another input");
    app.add_option("--threads", s.threads, "parts that k is split into")->check(CLI::Range(1, 1024));
    app.add_option("--json", json_file, "write the figures to this file");
    CLI11_PARSE(app, argc, argv);
    try {
        const auto a = examples::random_matrix(s.rows, s.depth, s.seed, false);
        const auto b = examples::random_matrix(s.depth, s.columns, s.seed, true);
        const auto narrow_a = make_matrix<halfulp::bfloat16>(s.rows, s.depth, a.view());
        const auto narrow_b = make_matrix<halfulp::bfloat16>(s.depth, s.columns, b.view());
        std::printf(
            "%zu x %zu times %zu x %zu, sums in float. Bits, ulps apart and flips of the largest in a\n"
            "row are against the first line, errors and wrong rows against the exact values.\n\n",
            s.rows, s.depth, s.depth, s.columns);
        const json whole = measure<float>("float: operands and results in float", a, b, s);
        const json layer_cast = measure<float>("LayerCast: B stored in bfloat16", a, narrow_b, s);
        const json narrow =
            measure<halfulp::bfloat16>("bfloat16: operands, partial sums and results", narrow_a, narrow_b, s);
        const bool reproducible = conclude(whole, layer_cast, narrow, s);
        const json report{{"rows", s.rows},
                          {"columns", s.columns},
                          {"depth", s.depth},
                          {"seed", s.seed},
                          {"configurations", {whole, layer_cast, narrow}}};
        if (!json_file.empty() && !(std::ofstream(json_file) << report.dump(2) << "\n"))
            throw file_error("reproducible: " + json_file + " cannot be written");
        return reproducible ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
