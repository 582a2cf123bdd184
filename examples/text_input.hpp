// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Input for the examples: matrices that own their numbers, and one made from text.

#include <halfulp/core/errors.hpp>
#include <halfulp/core/views.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace examples {

using halfulp::file_error;
using halfulp::matrix_view;

/// Numbers by rows.
template <class T>
struct matrix {
    std::vector<T> data;
    std::size_t rows = 0, columns = 0;
    matrix_view<T> view() { return {data.data(), rows, columns}; }
    matrix_view<const T> view() const { return {data.data(), rows, columns}; }
};

/// The first rows and columns of a matrix, `limit` of each at most.
inline matrix<double> top_left(matrix_view<const double> m, std::size_t limit) {
    matrix<double> result{{}, std::min(m.rows(), limit), std::min(m.columns(), limit)};
    for (std::size_t i = 0; i < result.rows; ++i)
        for (std::size_t j = 0; j < result.columns; ++j)
            result.data.push_back(m(i, j));
    return result;
}

inline matrix<double> transposed(const matrix<double>& m) {
    return top_left(m.view().transposed(), m.data.size());
}

/// The texts (.md, .txt, .hpp, LICENSE) at and below the paths, in the order of their names.
inline std::string read_text(const std::vector<std::filesystem::path>& paths) {
    namespace fs = std::filesystem;
    std::vector<fs::path> files;
    for (const fs::path& path : paths) {
        if (fs::is_regular_file(path))
            files.push_back(path);
        else if (fs::is_directory(path))
            for (const auto& entry : fs::recursive_directory_iterator(path))
                if (const std::string kind = entry.path().extension().string();
                    entry.is_regular_file() && (kind == ".md" || kind == ".txt" || kind == ".hpp" ||
                                                entry.path().filename() == "LICENSE"))
                    files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::string text;
    for (const fs::path& path : files) {
        std::ifstream file(path, std::ios::binary);
        text.append(std::istreambuf_iterator<char>(file), {});
    }
    if (text.size() < 1000)
        throw file_error("less than 1000 characters of text in " + paths.front().string());
    return text;
}

/// The log-odds log(P(j follows i)/P(j)) of the 96 printable characters (newline is the last one),
/// each pair counted once more than it occurs; to 20 bits behind the point, so that the last bit of
/// the system's logarithm does not matter.
inline matrix<double> bigram_log_odds(const std::string& text) {
    constexpr std::size_t size = 96;
    const auto index = [](char c) { return c == '\n' ? size - 1 : static_cast<std::size_t>(c - ' '); };
    const auto printable = [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); };
    std::vector<double> pairs(size * size, 1.0), first(size, size), second(size, size);
    double total = size * size;
    for (std::size_t i = 0; i + 1 < text.size(); ++i)
        if (printable(text[i]) && printable(text[i + 1])) {
            pairs[index(text[i]) * size + index(text[i + 1])] += 1;
            first[index(text[i])] += 1;
            second[index(text[i + 1])] += 1;
            total += 1;
        }
    matrix<double> result{std::vector<double>(size * size), size, size};
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t j = 0; j < size; ++j)
            result.view()(i, j) =
                std::round(std::log(pairs[i * size + j] / first[i] * (total / second[j])) * 0x1p20) * 0x1p-20;
    return result;
}

}  // namespace examples
