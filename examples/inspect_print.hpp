// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The facts of examples/inspect_facts.hpp as text: a line each, or a table.

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <ostream>
#include <string>

namespace inspect {

using nlohmann::ordered_json;

/// One fact: a word, a number, flags, an exact number, or a code with its value.
inline std::string text_of(const ordered_json& fact) {
    if (fact.is_string())
        return fact.get<std::string>();
    if (fact.is_array()) {
        std::string words;
        for (const auto& word : fact)
            words += (words.empty() ? "" : " ") + word.get<std::string>();
        return words.empty() ? "none" : words;
    }
    if (fact.contains("decimal")) {
        const std::string decimal = fact["decimal"].get<std::string>();
        const std::string fraction = fact["fraction"].get<std::string>();
        if (fact["exact"].get<bool>())
            return decimal;
        return (fraction.empty() ? "" : fraction + ", ") + "about " + decimal;
    }
    if (fact.contains("code")) {
        const std::string value = fact["value"].get<std::string>();
        const std::string hexadecimal = fact["hexadecimal"].get<std::string>();
        return fact["code"].get<std::string>() + "  " + value +
               (hexadecimal == value ? "" : "  " + hexadecimal);
    }
    return fact.dump();
}

inline void print_facts(std::ostream& out, const ordered_json& facts) {
    for (const auto& [name, fact] : facts.items()) {
        std::string label = name;
        std::replace(label.begin(), label.end(), '_', ' ');
        label.resize(20, ' ');
        out << "  " << label << text_of(fact) << "\n";
    }
}

inline void print_table(std::ostream& out, const ordered_json& rows) {
    constexpr std::array columns{"code", "bits", "value", "hexadecimal", "class"};
    std::array<std::size_t, columns.size()> width{};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        width[i] = std::string(columns[i]).size();
        for (const auto& row : rows)
            width[i] = std::max(width[i], row[columns[i]].get_ref<const std::string&>().size());
    }
    const auto line = [&](const auto& cell) {
        std::string text;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            std::string padded = cell(columns[i]);
            if (i + 1 < columns.size())
                padded.resize(width[i] + 2, ' ');
            text += padded;
        }
        out << text << "\n";
    };
    line([](const char* column) { return std::string(column); });
    for (const auto& row : rows)
        line([&](const char* column) { return row[column].template get<std::string>(); });
}

}  // namespace inspect
