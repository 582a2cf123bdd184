// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What examples/inspect.cpp says about a format, a code, and the rounding of a text, as JSON objects in the order
/// in which they are printed.

#include <halfulp/halfulp.hpp>

#include "inspect_format.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace inspect {

using nlohmann::ordered_json;

inline constexpr std::array<const char*, 4> nan_names{"ieee", "top_code", "negative_zero", "none"};

inline ordered_json summary_of(const std::string& name, const float_format& f) {
    const auto text = [&](std::uint64_t code) { return to_string(code, f, text_style::shortest); };
    const auto value_at = [&](std::uint64_t code) {
        return ordered_json{{"code", hexadecimal_code(code, f)}, {"value", text(code)}};
    };
    const auto largest = static_cast<std::uint64_t>(f.largest_finite_magnitude());
    const std::uint64_t smallest_normal = f.has_zero() ? std::uint64_t{1} << f.significand_bits : 0;
    ordered_json facts{{"format", name},
                       {"bits", f.bits()},
                       {"sign_bits", f.has_sign ? 1 : 0},
                       {"exponent_bits", f.exponent_bits},
                       {"significand_bits", f.significand_bits},
                       {"bias", f.bias},
                       {"largest", value_at(largest)}};
    if (smallest_normal <= largest)
        facts["smallest_normal"] = value_at(smallest_normal);
    if (f.has_subnormals && f.significand_bits > 0)
        facts["smallest_subnormal"] = value_at(1);
    facts["epsilon"] = "2^" + std::to_string(-f.significand_bits);
    const std::uint64_t positive =
        largest - (f.has_zero() ? first_magnitude(f) - 1 : 0) + (f.has_zero() ? 0 : 1);
    facts["positive_values"] = positive;
    facts["zeros"] = !f.has_zero() ? "none" : f.has_negative_zero ? "0 and -0" : "0";
    facts["infinity"] =
        f.has_infinity ? hexadecimal_code(static_cast<std::uint64_t>(f.infinity_magnitude()), f) : "none";
    facts["nan"] = f.has_nan() ? hexadecimal_code(static_cast<std::uint64_t>(f.nan_code()), f) + " (" +
                                     nan_names[static_cast<std::size_t>(f.nan)] + ")"
                               : "none";
    return facts;
}

inline ordered_json value_of(std::uint64_t code, const float_format& f) {
    const code_facts facts = facts_of(code, f);
    ordered_json result{
        {"code", hexadecimal_code(code, f)}, {"bits", facts.bits},   {"class", facts.what},
        {"value", facts.shortest},           {"exact", facts.exact}, {"hexadecimal", facts.hexadecimal}};
    for (const bool up : {false, true}) {
        const auto next = neighbour(facts, f, up);
        result[up ? "next_up" : "next_down"] =
            next ? hexadecimal_code(*next, f) + "  " + to_string(*next, f, text_style::shortest) : "none";
    }
    return result;
}

/// The share of random numbers R for which the text rounds away from zero: all three modes do from some R on,
/// which bisection finds.
inline double probability_of_away(const std::string& text, const float_format& f, const projection& p) {
    const auto code_for = [&](std::uint64_t random) { return from_string(text, f, p, random).value; };
    if (p.mode == rounding::stochastic_equal)
        return code_for(0) == code_for(1) ? 0 : 0.5;
    std::uint64_t stays = 0, goes = std::uint64_t{1} << p.random_bits;
    const std::uint64_t below = from_string(text, f, projection{rounding::toward_zero, p.overflow}).value;
    if (code_for(0) != below)
        return 1;
    while (goes - stays > 1) {
        const std::uint64_t middle = stays + (goes - stays) / 2;
        (code_for(middle) == below ? stays : goes) = middle;
    }
    return 1 - std::ldexp(static_cast<double>(goes), -p.random_bits);
}

/// What rounding the text did. The error is computed with 113 significant bits.
inline ordered_json rounding_of(const std::string& text, const float_format& f, const projection& p,
                                std::uint64_t random) {
    const auto rounded = from_string(text, f, p, random);
    ordered_json result = value_of(rounded.value, f);
    const code_facts facts = facts_of(rounded.value, f);
    const auto exact = from_string<float128>(text);
    if ((facts.what == "normal" || facts.what == "subnormal" || facts.what == "zero") && isfinite(exact)) {
        const auto value = from_string<float128>(facts.hexadecimal);
        const float128 error = value - exact;
        const auto shown = [](const float128& x) { return to_string(static_cast<double>(x)); };
        const auto number = unpack(f, uint128{rounded.value});
        const int quantum = facts.what == "zero" ? f.minimum_quantum_exponent() : number.exponent;
        result["error"] = shown(error);
        result["error_relative"] = iszero(exact) ? "0" : shown(error / exact);
        const float128 ulp = from_string<float128>("0x1p" + std::to_string(quantum));
        result["error_ulp"] = shown(error / ulp);
    }
    std::string flags;
    const auto flag = [&](bool raised, const char* name) {
        if (raised)
            flags += (flags.empty() ? "" : " ") + std::string(name);
    };
    flag(rounded.flags.inexact, "inexact");
    flag(rounded.flags.overflow, "overflow");
    flag(rounded.flags.underflow, "underflow");
    flag(rounded.flags.invalid, "invalid");
    result["flags"] = flags.empty() ? "none" : flags;
    if (is_stochastic(p.mode))
        result["probability_away_from_zero"] = probability_of_away(text, f, p);
    return result;
}

inline ordered_json table_of(const float_format& f) {
    if (f.bits() > 16)
        throw bad_argument("--table is for formats of at most 16 bits, and this one has " +
                           std::to_string(f.bits()));
    ordered_json rows = ordered_json::array();
    for (std::uint64_t code = 0; code >> f.bits() == 0; ++code) {
        const code_facts facts = facts_of(code, f);
        rows.push_back({{"code", hexadecimal_code(code, f)},
                        {"bits", facts.bits},
                        {"class", facts.what},
                        {"value", facts.exact},
                        {"hexadecimal", facts.hexadecimal}});
    }
    return rows;
}

}  // namespace inspect
