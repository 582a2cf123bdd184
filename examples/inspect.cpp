// SPDX-License-Identifier: BSL-1.0
//
// Looks at a format, and at a number in it:
//
//   inspect float8_e4m3fn 0.3                    bits, neighbours, value, error
//   inspect float8_e4m3fn code:0x2a              the same from a code
//   inspect --exponent-bits 4 --significand-bits 3 --no-infinity --nan top_code 0.3
//   inspect binary8p3se 0.3 --rounding toward_positive --saturation finite
//   inspect float16 0.3 --rounding stochastic_a --random-bits 8     the probability of going up
//   inspect float8_e5m2                          the format itself
//   inspect float4_e2m1fn --table                all of its values
//   inspect float8_e4m3fn --svg values.svg --beside float8_e5m2
//   inspect float8_e4m3fn 0.3 --json             for programs;  --list: the names
//
// Numbers are read as decimals or hexadecimal floats, exactly: 0.3 means three tenths.

#include "inspect_facts.hpp"
#include "inspect_svg.hpp"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <string>

namespace {

using namespace inspect;

constexpr std::array<const char*, 12> rounding_names{
    "ties_to_even",   "ties_to_away", "ties_to_zero", "toward_zero",  "toward_positive", "toward_negative",
    "away_from_zero", "to_odd",       "stochastic_a", "stochastic_b", "stochastic_c",    "stochastic_equal"};
constexpr std::array<const char*, 3> saturation_names{"none", "finite", "propagate"};
template <class Enumeration, std::size_t Count>
Enumeration enumerator(const char* option, const std::string& name,
                       const std::array<const char*, Count>& names) {
    std::string expected;
    for (std::size_t i = 0; i < Count; ++i) {
        if (name == names[i])
            return static_cast<Enumeration>(i);
        expected += (i == 0 ? "" : ", ") + std::string(names[i]);
    }
    throw bad_argument(std::string(option) + " is '" + name + "', expected one of " + expected);
}

void print(const ordered_json& facts, const std::string& indent = "") {
    for (const auto& [name, value] : facts.items()) {
        std::string label = name;
        std::replace(label.begin(), label.end(), '_', ' ');
        std::cout << indent << label << std::string(label.size() < 22 ? 22 - label.size() : 1, ' ');
        if (value.is_object())
            std::cout << value["value"].get<std::string>() << "  (" << value["code"].get<std::string>()
                      << ")\n";
        else
            std::cout << (value.is_string() ? value.get<std::string>() : value.dump()) << "\n";
    }
}

std::uint64_t code_from(const std::string& text, const float_format& f) {
    std::size_t used = 0;
    std::uint64_t code = 0;
    try {
        code = std::stoull(text, &used, 0);
    } catch (const std::exception&) {
        used = 0;
    }
    if (used == 0 || used != text.size() || (f.bits() < 64 && code >> f.bits() != 0))
        throw bad_argument("code is '" + text + "', expected a number of at most " +
                           std::to_string(f.bits()) + " bits, such as code:0x1");
    return code;
}

struct arguments {
    std::vector<std::string> words;
    float_format custom{.exponent_bits = -1};
    std::optional<int> bias;
    bool is_unsigned = false, no_subnormals = false, no_negative_zero = false, no_infinity = false;
    std::string nan = "ieee", mode = "ties_to_even", overflow = "none", svg, beside;
    int random_bits = 16;
    std::uint64_t random = 0;
    bool table = false, json = false, list = false;
};

int run(arguments a) {
    if (a.list) {
        for (const auto& [name, format] : named_formats())
            std::cout << name << "  " << format.bits() << " bits\n";
        std::cout << "binary{K}p{P}{s|u}{e|f}  P3109: K bits, precision P, signed or unsigned, extended or "
                     "finite\n";
        return 0;
    }
    float_format f;
    std::string name = "custom";
    if (a.custom.exponent_bits >= 0) {
        f = {.exponent_bits = a.custom.exponent_bits, .significand_bits = a.custom.significand_bits};
        if (a.bias)
            f.bias = *a.bias;
        f.has_sign = !a.is_unsigned;
        f.has_subnormals = !a.no_subnormals;
        f.nan = enumerator<nan_encoding>("--nan", a.nan, nan_names);
        f.has_negative_zero = !a.is_unsigned && !a.no_negative_zero && f.nan != nan_encoding::negative_zero;
        f.has_infinity = !a.no_infinity;
        if (const char* reason = why_invalid(f))
            throw bad_argument(std::string("the format is not valid: ") + reason);
    } else {
        if (a.words.empty())
            a.words = {"float8_e4m3fn", "0.3"};
        name = a.words.front();
        f = format_of(name);
        a.words.erase(a.words.begin());
    }
    if (a.words.size() > 1)
        throw bad_argument("there is more than one number: '" + a.words[1] + "', expected one");
    const projection p{enumerator<rounding>("--rounding", a.mode, rounding_names),
                       enumerator<saturation>("--saturation", a.overflow, saturation_names), a.random_bits};
    require_projection("inspect", p);

    if (!a.svg.empty()) {
        std::vector<drawn_format> drawn{{name, f}};
        if (!a.beside.empty())
            drawn.push_back({a.beside, format_of(a.beside)});
        std::ofstream out(a.svg);
        value_line(drawn).write(out);
        if (!out.flush())
            throw bad_argument("--svg is '" + a.svg + "', expected a file that can be written");
    }
    ordered_json all = summary_of(name, f);
    if (!a.words.empty()) {
        const std::string& word = a.words.front();
        all["number"] = word.starts_with("code:") ? value_of(code_from(word.substr(5), f), f)
                                                  : rounding_of(word, f, p, a.random);
    }
    if (a.table)
        all["table"] = table_of(f);
    if (a.json) {
        std::cout << all.dump(2) << "\n";
        return 0;
    }
    if (a.table) {
        for (const auto& row : all["table"])
            std::cout << row["code"].get<std::string>() << "  " << row["bits"].get<std::string>() << "  "
                      << row["hexadecimal"].get<std::string>() << "  " << row["value"].get<std::string>()
                      << "  " << row["class"].get<std::string>() << "\n";
    } else if (all.contains("number")) {
        std::cout << (a.words.front() + " in " + name + "\n");
        print(all["number"], "  ");
    } else {
        print(all);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    arguments a;
    CLI::App app{"Looks at a floating-point format, and at a number in it."};
    app.add_option("words", a.words, "format (unless given by its widths) and number");
    app.add_option("--exponent-bits", a.custom.exponent_bits, "a format of your own");
    app.add_option("--significand-bits", a.custom.significand_bits, "stored bits");
    app.add_option("--bias", a.bias);
    app.add_flag("--unsigned", a.is_unsigned);
    app.add_flag("--no-subnormals", a.no_subnormals);
    app.add_flag("--no-negative-zero", a.no_negative_zero);
    app.add_flag("--no-infinity", a.no_infinity);
    app.add_option("--nan", a.nan, "ieee, top_code, negative_zero or none");
    app.add_option("--rounding", a.mode, "one of the twelve modes");
    app.add_option("--saturation", a.overflow, "none, finite or propagate");
    app.add_option("--random-bits", a.random_bits, "of the stochastic modes, 1 to 32");
    app.add_option("--random", a.random, "the random number of the stochastic modes");
    app.add_flag("--table", a.table, "all values, of formats up to 16 bits");
    app.add_option("--svg", a.svg, "draw the values into this file");
    app.add_option("--beside", a.beside, "another format for the picture");
    app.add_flag("--json", a.json);
    app.add_flag("--list", a.list, "the names of formats");
    try {
        app.parse(argc, argv);
        return run(a);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::invalid_argument& error) {
        std::cerr << "inspect: " << error.what() << "\n";
        return 2;
    }
}
