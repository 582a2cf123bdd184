// SPDX-License-Identifier: BSL-1.0
// peers: OpenMP

/// @file
/// Constants to any number of digits, each of them proven:
///
///     constants                                        all constants to 1000 digits, beside MPFR
///     constants zeta3 --digits 100000 --check          one of them, held against MPFR's own
///     constants pi --formula 2 --check=formula         by another formula, held against a third
///     constants e --digits 1000000 --output e.txt      the digits in a file (constants_output.hpp has its format)
///     constants e --digits 50 --output - --plain       nothing but digits
///     constants --list                                 constants, formulas, sources
///     constants --b 1,2 --a 0,0,1 --map 0,4,1,0        a fraction of your own: b_n = 1 + 2n, a_n = n^2, and 4 over it
///
/// Coefficients are in ascending order; --first-b and --first-a take first terms that differ, and --map p,q,r,s stands for
/// (p·C + q)/(r·C + s) of the fraction's value C. A value comes with its proof, or there is a reason why there is none.
/// The program fails where a check does.

#include <halfulp/continued_fractions/constants.hpp>

#include "constants_certify.hpp"
#include "constants_output.hpp"
#include "constants_references.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

using namespace halfulp;
using examples::certified_value;
using examples::certify;
using examples::print_fact;
using examples::text_of;

struct arguments {
    std::string name, output, check, a, b, first_a, first_b, map;
    long digits = 1000, formula = 1, memory_mebibytes = 0, maximum_depth = 20'000'000;
    int threads = 1;
    bool list = false, plain = false, progress = false, unproven = false;
};

evaluation_options options_of(const arguments& a) {
    evaluation_options options;
    options.maximum_depth = a.maximum_depth;
    options.policy = execution::parallel(a.threads);
    options.memory_limit = static_cast<std::size_t>(a.memory_mebibytes) << 20;
    return options;
}

// --- All constants --------------------------------------------------------------------------------------

void list_formulas() {
    for (const constant_entry& entry : constants::all()) {
        std::printf("%s: %s\n", entry.name.c_str(), entry.meaning.c_str());
        for (std::size_t i = 0; i < entry.formulas.size(); ++i)
            std::printf("  %zu  %s\n     %s\n", i + 1, entry.formulas[i].statement.c_str(),
                        entry.formulas[i].source.c_str());
    }
}

/// Returns whether MPFR has the same digits.
bool show_table(const arguments& a) {
    std::printf("%-12s  %-22s %9s  %-15s %8s %9s | %9s %6s %9s\n", "constant", "", "certified", "proof",
                "depth", "ms", "MPFR ms", "ratio", "agrees on");
    bool agrees = true;
    for (const constant_entry& entry : constants::all()) {
        const auto evaluate_to = [&](long digits) {
            return evaluate(entry.formulas.front(), digits, options_of(a));
        };
        const certified_value x = certify(evaluate_to, a.digits);
        const std::string kind(proof_name(x.value.proof.value()));
        std::printf("%-12s  %-22.22s %9ld  %-15s %8ld %9.3f |", entry.name.c_str(), x.text.c_str(), x.count,
                    kind.c_str(), x.value.depth, 1e3 * x.seconds);
        if (examples::constant_of_mpfr(entry.name)) {
            const auto [other, time] = examples::by_mpfr(entry.name, x.value.value.precision() + 32);
            const long same = examples::common_digits(x.text, other);
            std::printf(" %9.3f %6.2f %9ld", 1e3 * time, time / x.seconds, same);
            agrees &= same == x.count;
        }
        std::printf("\n");
    }
    return agrees;
}

// --- One value ------------------------------------------------------------------------------------------

/// Returns whether the check, if one is asked for, confirms all digits.
bool show_constant(const arguments& a, examples::digit_file* file, std::FILE* out) {
    const constant_entry& entry = constants::find(a.name);
    const auto count = static_cast<long>(entry.formulas.size());
    if (a.formula > count)
        throw std::invalid_argument("constants: --formula is " + std::to_string(a.formula) + ", " + a.name +
                                    " has " + std::to_string(count));
    const bool by_formula = a.check == "formula" || (!a.check.empty() && !examples::constant_of_mpfr(a.name));
    if (by_formula && count == 1)
        throw std::invalid_argument("constants: " + a.name + " has no other formula to check it by");

    examples::progress_bar bar(a.progress);
    const auto formula_of = [&](long n) -> const constant_formula& {
        return entry.formulas[static_cast<std::size_t>(n - 1)];
    };
    const auto value_by = [&](long n, const std::string& what) {
        evaluation_options options = options_of(a);
        options.progress = [&](double part) { bar.show(what, part); };
        certified_value x =
            certify([&](long digits) { return evaluate(formula_of(n), digits, options); }, a.digits);
        bar.clear();
        return x;
    };
    const auto print_formula = [&](const char* what, long n) {
        print_fact(out, what,
                   std::to_string(n) + " of " + std::to_string(count) + ", " + formula_of(n).statement);
        print_fact(out, "source", formula_of(n).source);
    };
    const certified_value x = value_by(a.formula, a.name);
    print_fact(out, a.name, entry.meaning);
    print_formula("formula", a.formula);
    examples::print_value(out, x, a.digits);
    if (file != nullptr)
        file->write(x.text, {a.name + ": " + entry.meaning, formula_of(a.formula).statement, x.how()},
                    a.plain);
    if (a.check.empty())
        return true;

    long same = 0;
    double seconds = 0;
    if (by_formula) {
        const long other = a.formula == 1 ? 2 : 1;
        const certified_value y = value_by(other, "check");
        print_formula("check by", other);
        same = examples::common_digits(x.text, y.text);
        seconds = y.seconds;
    } else {
        bar.show("MPFR", 0);
        const auto [y, time] = examples::by_mpfr(a.name, x.value.value.precision() + 32);
        bar.clear();
        same = examples::common_digits(x.text, y);
        seconds = time;
    }
    print_fact(out, by_formula ? "agrees on" : "MPFR agrees",
               std::to_string(same) + " of " + std::to_string(x.count) + " digits, in " +
                   text_of("%.3g s", seconds) + text_of(", %.3g times as long", seconds / x.seconds));
    return same == x.count;
}

/// A fraction of the user's own.
void show_fraction(const arguments& a, examples::digit_file* file, std::FILE* out) {
    const polynomial_continued_fraction fraction(integer_polynomial(examples::integers("--a", a.a)),
                                                 integer_polynomial(examples::integers("--b", a.b)),
                                                 examples::integers("--first-a", a.first_a),
                                                 examples::integers("--first-b", a.first_b));
    const std::string elements =
        "b_n = " + fraction.denominators().to_string() + ", a_n = " + fraction.numerators().to_string();
    evaluation_options options = options_of(a);
    options.map = examples::map_of(a.map);
    options.accept_agreement = a.unproven;
    examples::progress_bar bar(a.progress);
    options.progress = [&](double part) { bar.show("fraction", part); };
    const auto x = certify([&](long digits) { return evaluate(fraction, digits, options); }, a.digits);
    bar.clear();
    print_fact(out, "fraction", elements);
    print_fact(out, "convergence", examples::speed_of(fraction));
    examples::print_value(out, x, a.digits);
    if (file != nullptr)
        file->write(x.text, {elements, x.how()}, a.plain);
}

/// Returns whether all checks are passed.
bool run(const arguments& a) {
    const bool is_fraction = !a.a.empty() || !a.b.empty();
    const auto require = [](bool good, const char* text) {
        if (!good)
            throw std::invalid_argument(std::string("constants: ") + text);
    };
    require(!is_fraction || (!a.a.empty() && !a.b.empty() && a.name.empty() && a.check.empty()),
            "a fraction has --a and --b, but no name and no --check");
    require(is_fraction || (a.first_a + a.first_b + a.map).empty(),
            "--first-a, --first-b, --map need a fraction");
    require(a.output.empty() || is_fraction || !a.name.empty(), "--output needs the name of a constant");
    require(a.output.empty() || !a.unproven, "--output is for proven digits, not for --unproven");
    if (a.list) {
        list_formulas();
        return true;
    }
    if (!is_fraction && a.name.empty())
        return show_table(a);
    if (!is_fraction)
        constants::find(a.name);  // before the file is touched
    std::optional<examples::digit_file> file;
    if (!a.output.empty())
        file.emplace(a.output);
    std::FILE* const out = a.output == "-" ? stderr : stdout;
    if (!is_fraction)
        return show_constant(a, file ? &*file : nullptr, out);
    show_fraction(a, file ? &*file : nullptr, out);
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    arguments a;
    CLI::App app("Constants to any number of digits, each of them proven.");
    app.add_option("name", a.name, "a constant of --list; all of them by default");
    app.add_option("--digits", a.digits, "significant digits")->check(CLI::Range(1, 999'990'000));
    app.add_option("--formula", a.formula, "which one of --list")->check(CLI::Range(1, 99));
    app.add_flag("--check{mpfr}", a.check, "hold it against MPFR's own; --check=formula: another formula")
        ->check(CLI::IsMember({"mpfr", "formula"}));
    app.add_option("--output", a.output, "write the digits to this file, - for stdout");
    app.add_flag("--plain", a.plain, "digits in one line, without comments");
    app.add_option("--threads", a.threads, "of OpenMP; 0 for all")->check(CLI::Range(0, 1024));
    app.add_option("--memory-limit", a.memory_mebibytes, "MiB, by default what the machine has")
        ->check(CLI::Range(1, 1 << 30));
    app.add_option("--maximum-depth", a.maximum_depth, "terms that may be used")
        ->check(CLI::Range(1, 2'000'000'000));
    app.add_flag("--progress", a.progress, "show it also where stderr is no terminal");
    app.add_flag("--list", a.list, "constants, formulas, sources");
    app.add_option("--b", a.b, "a fraction of your own: coefficients of b_n, ascending, 1,2 for 1 + 2n");
    app.add_option("--a", a.a, "the same of a_n");
    app.add_option("--first-b", a.first_b, "b_0, b_1, ... that differ from the polynomial");
    app.add_option("--first-a", a.first_a, "a_1, a_2, ...");
    app.add_option("--map", a.map, "p,q,r,s: (p C + q)/(r C + s) of the fraction C");
    app.add_flag("--unproven", a.unproven, "where there is no proof, digits on which convergents agree");
    try {
        app.parse(argc, argv);
        if (run(a))
            return 0;
        std::fprintf(stderr, "constants: the check fails\n");
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0)
            return app.exit(error);  // --help
        std::fprintf(stderr, "constants: %s\n", error.what());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    return 1;
}
