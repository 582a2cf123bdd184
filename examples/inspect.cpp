// SPDX-License-Identifier: BSL-1.0

/// @file
/// Looks at a format, and at a number in it:
///
///     inspect                                      a demonstration
///     inspect float8_e4m3fn 0.3                    bits, neighbours, value, exact error, flags
///     inspect float8_e4m3fn code:0x2a              the same from a code
///     inspect --exponent-bits 4 --significand-bits 3 --no-infinity --nan top_code 0.3
///     inspect binary8p3se 0.3 --rounding toward_positive --saturation finite
///     inspect float16 0.3 --rounding stochastic_a --random-bits 8     the probability of going up
///     inspect float8_e5m2                          the format itself
///     inspect float4_e2m1fn --table                all of its values
///     inspect float8_e4m3fn --svg values.svg --beside float8_e5m2
///     inspect float8_e4m3fn 0.3 --json             for programs;  --list: the names
///
/// Numbers are decimal or hexadecimal floats, inf or nan, and read exactly: 0.3 means three tenths.

#include "inspect_facts.hpp"
#include "inspect_print.hpp"
#include "inspect_svg.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace inspect;

constexpr std::array<const char*, 12> rounding_names{
    "ties_to_even",   "ties_to_away", "ties_to_zero", "toward_zero",  "toward_positive", "toward_negative",
    "away_from_zero", "to_odd",       "stochastic_a", "stochastic_b", "stochastic_c",    "stochastic_equal"};
constexpr std::array<const char*, 3> saturation_names{"none", "finite", "propagate"};

template <class Enumeration, std::size_t Count>
Enumeration enumerator(const char* option, const std::string& name,
                       const std::array<const char*, Count>& names) {
    std::string expected = "one of ";
    for (std::size_t i = 0; i < Count; ++i) {
        if (name == names[i])
            return static_cast<Enumeration>(i);
        expected += (i == 0 ? "" : ", ") + std::string(names[i]);
    }
    throw bad_argument(option, name, expected);
}

/// The command line. Numbers stay text until they are used, so that every complaint reads alike.
struct arguments {
    std::vector<std::string> words;
    std::string exponent_bits, significand_bits, bias, nan;
    bool is_unsigned = false, no_subnormals = false, no_negative_zero = false, no_infinity = false;
    std::string mode = "ties_to_even", overflow = "none", random_bits = "16", random = "0", svg, beside;
    bool table = false, json = false, list = false;
};

/// A format of the user's own.
float_format custom_format(const arguments& a) {
    if (a.exponent_bits.empty() || a.significand_bits.empty())
        throw bad_argument(a.exponent_bits.empty() ? "--exponent-bits" : "--significand-bits", "",
                           "a number of bits, as the other width is given");
    const auto width = [](const char* name, const std::string& text, int most) {
        return static_cast<int>(integer_of(name, text, 0, most));
    };
    float_format f{.exponent_bits = width("--exponent-bits", a.exponent_bits, maximum_exponent_bits),
                   .significand_bits = width("--significand-bits", a.significand_bits, 64)};
    if (!a.bias.empty())
        f.bias = static_cast<int>(integer_of("--bias", a.bias, -65536, 65536));
    f.has_sign = !a.is_unsigned;
    f.has_subnormals = !a.no_subnormals;
    f.nan = enumerator<nan_encoding>("--nan", a.nan.empty() ? "ieee" : a.nan, nan_names);
    f.has_negative_zero =
        f.has_sign && f.has_zero() && !a.no_negative_zero && f.nan != nan_encoding::negative_zero;
    f.has_infinity = !a.no_infinity;
    if (const char* reason = why_invalid(f))
        throw std::invalid_argument("--exponent-bits " + a.exponent_bits + " --significand-bits " +
                                    a.significand_bits +
                                    " and what goes with them give no format: " + reason);
    if (f.bits() > 64)
        throw bad_argument("the number of bits in all", std::to_string(f.bits()), "at most 64");
    return f;
}

/// The format of the words or of the widths; takes its name from the words.
drawn_format chosen_format(arguments& a) {
    if (!a.exponent_bits.empty() || !a.significand_bits.empty())
        return {"custom", custom_format(a)};
    if (!a.bias.empty() || !a.nan.empty())
        throw bad_argument(a.bias.empty() ? "--nan" : "--bias", a.bias.empty() ? a.nan : a.bias,
                           "--exponent-bits and --significand-bits with it");
    for (const auto& [given, name] : {std::pair(a.is_unsigned, "--unsigned"),
                                      {a.no_subnormals, "--no-subnormals"},
                                      {a.no_negative_zero, "--no-negative-zero"},
                                      {a.no_infinity, "--no-infinity"}})
        if (given)
            throw bad_argument(name, "given", "--exponent-bits and --significand-bits with it");
    if (a.words.empty())
        throw bad_argument("format", "", "a name that --list shows, or --exponent-bits");
    const std::string name = a.words.front();
    a.words.erase(a.words.begin());
    return {name, format_of("format", name)};
}

void list_names(bool as_json) {
    ordered_json names = ordered_json::array();
    for (const auto& [name, format] : named_formats()) {
        names.push_back(name);
        if (!as_json)
            std::cout << name << std::string(20 - name.size(), ' ') << format.bits() << " bits\n";
    }
    if (as_json)
        std::cout << names.dump(2) << "\n";
    else
        std::cout << "binary{K}p{P}{s|u}{e|f}  P3109: K bits, precision P, signed or unsigned, extended or "
                     "finite\n";
}

void draw(const std::string& file, std::vector<drawn_format> formats) {
    std::ofstream out(file);
    value_line(std::move(formats)).write(out);
    if (!out.flush())
        throw bad_argument("--svg", file, "a file that can be written");
}

void run(arguments a) {
    if (a.list)
        return list_names(a.json);
    const drawn_format chosen = chosen_format(a);
    const float_format& f = chosen.format;
    if (a.words.size() > 1)
        throw bad_argument("the argument after the number", a.words[1], "one number");
    const projection p{enumerator<rounding>("--rounding", a.mode, rounding_names),
                       enumerator<saturation>("--saturation", a.overflow, saturation_names),
                       static_cast<int>(integer_of("--random-bits", a.random_bits, 1, maximum_random_bits))};
    const auto random =
        static_cast<std::uint64_t>(integer_of("--random", a.random, 0, (1LL << p.random_bits) - 1));
    if (a.table && f.bits() > 16)
        throw bad_argument("--table's format", chosen.name, "one of at most 16 bits");
    if (a.svg.empty() && !a.beside.empty())
        throw bad_argument("--beside", a.beside, "--svg with it");

    ordered_json all = summary_of(chosen.name, f);
    if (!a.words.empty()) {
        const std::string& word = a.words.front();
        all["text"] = word;
        all["number"] = word.starts_with("code:") ? value_of(dynamic_float(f, code_from(word.substr(5), f)))
                                                  : rounding_of(word, f, p, random);
    }
    if (a.table)
        all["table"] = table_of(f);
    if (!a.svg.empty()) {
        std::vector<drawn_format> drawn{chosen};
        if (!a.beside.empty())
            drawn.push_back({a.beside, format_of("--beside", a.beside)});
        draw(a.svg, drawn);
    }
    if (a.json) {
        std::cout << all.dump(2) << "\n";
    } else if (a.words.empty() && !a.table) {
        std::cout << chosen.name << "\n";
        all.erase("format");
        print_facts(std::cout, all);
    } else {
        if (!a.words.empty()) {
            std::cout << a.words.front() << " in " << chosen.name << "\n";
            print_facts(std::cout, all["number"]);
        }
        if (a.table)
            print_table(std::cout, all["table"]);
    }
}

/// Numbers such as -0.3 look like options to the parser, which leaves them over.
void take_negative_numbers(std::vector<std::string> left_over, arguments& a) {
    for (std::string& word : left_over) {
        const std::string start = word.substr(0, 2);
        if (start.size() < 2 || start[0] != '-' ||
            std::string("0123456789.inIN").find(start[1]) == std::string::npos)
            throw bad_argument("option", word, "one that --help shows");
        a.words.push_back(std::move(word));
    }
}

/// Reads a command line, by `parse(app)`, and does what it says.
template <class Parse>
void interpret(const Parse& parse) {
    arguments a;
    CLI::App app{"Looks at a floating-point format, and at a number in it."};
    app.allow_extras();
    app.add_option("words", a.words, "format (unless given by its widths), and number or code:0x1");
    app.add_option("--exponent-bits", a.exponent_bits, "a format of your own: 0 to 16");
    app.add_option("--significand-bits", a.significand_bits, "stored bits");
    app.add_option("--bias", a.bias, "of the exponent; by default that of IEEE 754");
    app.add_flag("--unsigned", a.is_unsigned, "no sign");
    app.add_flag("--no-subnormals", a.no_subnormals, "exponent field 0 is zero alone");
    app.add_flag("--no-negative-zero", a.no_negative_zero, "one zero");
    app.add_flag("--no-infinity", a.no_infinity, "no infinity");
    app.add_option("--nan", a.nan, "ieee, top_code, negative_zero or none");
    app.add_option("--rounding", a.mode, "one of the twelve modes, such as ties_to_even");
    app.add_option("--saturation", a.overflow, "none, finite or propagate");
    app.add_option("--random-bits", a.random_bits, "of the stochastic modes, 1 to 32");
    app.add_option("--random", a.random, "the random number of the stochastic modes");
    app.add_flag("--table", a.table, "all values, of formats up to 16 bits");
    app.add_option("--svg", a.svg, "draw the values into this file");
    app.add_option("--beside", a.beside, "another format for the picture");
    app.add_flag("--json", a.json, "the same facts for programs");
    app.add_flag("--list", a.list, "the names of formats");
    try {
        parse(app);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() != 0)
            throw std::invalid_argument(error.what());
        app.exit(error);  // --help
        return;
    }
    take_negative_numbers(app.remaining(), a);
    run(std::move(a));
}

void demonstrate() {
    for (const char* const command :
         {"float8_e4m3fn", "float8_e4m3fn 0.3", "binary8p3se 0.3 --rounding stochastic_a --random-bits 8",
          "float4_e2m1fn --table"}) {
        std::cout << "> inspect " << command << "\n";
        interpret([&](CLI::App& app) { app.parse(std::string(command)); });
        std::cout << "\n";
    }
    std::cout << "--help shows the options, --list the names of formats.\n";
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 1)
            demonstrate();
        else
            interpret([&](CLI::App& app) { app.parse(argc, argv); });
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "inspect: " << error.what() << "\n";
        return 2;
    }
}
