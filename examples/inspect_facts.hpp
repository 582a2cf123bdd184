// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What examples/inspect.cpp says about a format, a code, and the rounding of a text, as JSON objects in
/// the order in which they are printed.

#include <halfulp/formats/text_parse.hpp>

#include "inspect_exact.hpp"
#include "inspect_format.hpp"

#include <nlohmann/json.hpp>

namespace inspect {

using nlohmann::ordered_json;

inline constexpr std::array<const char*, 4> nan_names{"ieee", "top_code", "negative_zero", "none"};

/// All digits of a value where they are few, else those that read back to it.
inline std::string readable(const dynamic_float& x) {
    const std::string exact = to_string(x, text_style::exact);
    return exact.size() <= 24 ? exact : to_string(x);
}

inline ordered_json code_and_value(const dynamic_float& x) {
    return {{"code", hexadecimal_code(x.to_bits(), x.format())},
            {"value", readable(x)},
            {"hexadecimal", to_string(x, text_style::hexadecimal)}};
}

/// The codes of magnitudes first … last, of either sign.
inline std::string codes_of(const float_format& f, uint128 first, uint128 last) {
    const auto range = [&](uint128 sign) {
        return hexadecimal_code(sign | first, f) +
               (first == last ? "" : " ... " + hexadecimal_code(sign | last, f));
    };
    return range(uint128{0}) + (f.has_sign ? ", " + range(f.sign_mask()) : "");
}

inline std::string infinity_codes(const float_format& f) {
    return f.has_infinity ? codes_of(f, f.infinity_magnitude(), f.infinity_magnitude()) : "none";
}

inline std::string nan_codes(const float_format& f) {
    switch (f.nan) {
        case nan_encoding::ieee:
            return codes_of(f, f.infinity_magnitude() + uint128{f.has_infinity ? 1u : 0u},
                            f.magnitude_mask());
        case nan_encoding::top_code:
            return codes_of(f, f.magnitude_mask(), f.magnitude_mask());
        case nan_encoding::negative_zero:
            return hexadecimal_code(f.sign_mask(), f);
        case nan_encoding::none:
            break;
    }
    return "none";
}

/// The distance from 1 to the next value; "none" where one of the two does not exist.
inline std::string epsilon_of(const float_format& f) {
    const auto one = from_string("1", f);
    const dynamic_float x(f, one.value);
    const bool exists = one.flags.ok() && isfinite(next_up(x)) && next_up(x) != x;
    return exists ? "2^" + std::to_string(x.unpack().exponent) : "none";
}

inline ordered_json summary_of(const std::string& name, const float_format& f) {
    const auto value_at = [&](uint128 code) {
        return code_and_value(dynamic_float(f, static_cast<std::uint64_t>(code)));
    };
    const uint128 first = first_magnitude(f), largest = f.largest_finite_magnitude();
    const uint128 smallest_normal = f.has_zero() ? uint128{1} << f.significand_bits : uint128{0};
    const auto positive = static_cast<std::uint64_t>(largest - first + uint128{1});
    // In 128 bits, as 64-bit formats have almost 2^64 values.
    const natural finite = natural(positive) * natural(f.has_sign ? 2 : 1) + natural(f.has_zero() ? 1 : 0);
    ordered_json facts{{"format", name},
                       {"bits", f.bits()},
                       {"sign_bits", f.has_sign ? 1 : 0},
                       {"exponent_bits", f.exponent_bits},
                       {"significand_bits", f.significand_bits},
                       {"bias", f.bias},
                       {"largest", value_at(largest)}};
    facts["smallest_normal"] = smallest_normal <= largest ? value_at(smallest_normal) : ordered_json("none");
    facts["smallest_subnormal"] =
        f.has_subnormals && f.significand_bits > 0 ? value_at(1) : ordered_json("none");
    facts["finite_values"] = finite.to_string();
    facts["positive_values"] = positive;
    facts["epsilon"] = epsilon_of(f);
    facts["zero"] = !f.has_zero() ? "none" : hexadecimal_code(f.zero_code(), f);
    facts["negative_zero"] = f.has_negative_zero ? hexadecimal_code(f.sign_mask(), f) : "none";
    facts["infinity"] = infinity_codes(f);
    facts["nan"] = nan_codes(f);
    facts["nan_encoding"] = nan_names[static_cast<std::size_t>(f.nan)];
    return facts;
}

/// A code, taken apart, with its neighbours.
inline ordered_json value_of(const dynamic_float& x) {
    ordered_json result{{"code", hexadecimal_code(x.to_bits(), x.format())},
                        {"bits", fields_of(x)},
                        {"class", class_name(x)},
                        {"value", to_string(x)},
                        {"exact", to_string(x, text_style::exact)},
                        {"hexadecimal", to_string(x, text_style::hexadecimal)}};
    const auto neighbour = [&](const dynamic_float& next) {
        return next == x || isnan(x) ? ordered_json("none") : code_and_value(next);
    };
    result["next_down"] = neighbour(next_down(x));
    result["next_up"] = neighbour(next_up(x));
    return result;
}

inline ordered_json number_of(const ratio& x) {
    const decimal_text decimal = to_decimal(x);
    return {{"decimal", decimal.text}, {"exact", decimal.exact}, {"fraction", to_fraction(x)}};
}

/// The share of the random numbers for which the text rounds to the neighbour above it. Every mode but
/// stochastic_equal leaves zero from some random number on, which bisection finds.
inline ratio probability_of_up(const std::string& text, const float_format& f, const projection& p) {
    const auto code_for = [&](std::uint64_t random) { return from_string(text, f, p, random).value; };
    const std::uint64_t inward = from_string(text, f, projection{rounding::toward_zero, p.overflow}).value;
    const bool equal = p.mode == rounding::stochastic_equal;
    const std::uint64_t all = equal ? 2 : std::uint64_t{1} << p.random_bits;
    std::uint64_t first_outward = 0;
    if (equal) {
        first_outward = (code_for(0) == inward ? 1u : 0u) + (code_for(1) == inward ? 1u : 0u);
    } else {
        for (std::uint64_t end = all; first_outward < end;) {
            const std::uint64_t middle = first_outward + (end - first_outward) / 2;
            if (code_for(middle) == inward)
                first_outward = middle + 1;
            else
                end = middle;
        }
    }
    return {false, text.starts_with('-') ? first_outward : all - first_outward, all};
}

inline ordered_json names_of(status flags) {
    ordered_json names = ordered_json::array();
    const auto add = [&](bool raised, const char* name) {
        if (raised)
            names.push_back(name);
    };
    add(flags.inexact, "inexact");
    add(flags.overflow, "overflow");
    add(flags.underflow, "underflow");
    add(flags.invalid, "invalid");
    add(flags.divide_by_zero, "divide_by_zero");
    return names;
}

/// What rounding the text did. All errors are exact.
inline ordered_json rounding_of(const std::string& text, const float_format& f, const projection& p,
                                std::uint64_t random) {
    const auto parsed = from_chars(text.data(), text.data() + text.size(), f, p, random);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size())
        throw bad_argument("number", text, "one such as -12.5e-3, 0x1.8p-7, inf, nan or code:0x1");
    const dynamic_float x(f, parsed.value);
    ordered_json result = value_of(x);
    result["flags"] = names_of(parsed.flags);
    const bool is_finite_text = text.find_first_of("0123456789") != std::string::npos;
    if (!is_finite_text || isnan(x))
        return result;
    const auto exact = exact_value(text);
    if (isinf(x)) {
        result["error"] = "infinite";
    } else if (!exact) {
        result["error"] = "not computed, as the exponent is beyond 50000";
    } else {
        const ratio error = exact_value(x.unpack()) - *exact;
        const int unit = iszero(x) ? f.minimum_quantum_exponent() : x.unpack().exponent;
        result["error"] = number_of(error);
        if (!exact->over.is_zero())
            result["error_relative"] = number_of(error / *exact);
        result["error_ulp"] = number_of(error / power_of_two(unit));
    }
    if (is_stochastic(p.mode))
        result["probability_up"] = number_of(parsed.flags.inexact ? probability_of_up(text, f, p) : ratio{});
    return result;
}

inline ordered_json table_of(const float_format& f) {
    ordered_json rows = ordered_json::array();
    for (std::uint64_t code = 0; code >> f.bits() == 0; ++code) {
        const dynamic_float x(f, code);
        rows.push_back({{"code", hexadecimal_code(code, f)},
                        {"bits", fields_of(x)},
                        {"value", readable(x)},
                        {"hexadecimal", to_string(x, text_style::hexadecimal)},
                        {"class", class_name(x)}});
    }
    return rows;
}

}  // namespace inspect
