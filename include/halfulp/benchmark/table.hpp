// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The table of a benchmark run for people, and the main function of a benchmark program.

#include <halfulp/benchmark/suite.hpp>

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace benchmarks {

/// Rows of text in aligned columns: the first row is the head, texts are left, numbers right.
class text_table {
  public:
    void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    bool empty() const noexcept { return rows_.empty(); }

    std::string to_string() const {
        std::vector<std::size_t> widths;
        for (const auto& row : rows_) {
            widths.resize(std::max(widths.size(), row.size()));
            for (std::size_t i = 0; i < row.size(); ++i)
                widths[i] = std::max(widths[i], row[i].size());
        }
        std::string text;
        for (const auto& row : rows_) {
            std::string line;
            for (std::size_t i = 0; i < row.size(); ++i) {
                const std::string padding(widths[i] - row[i].size(), ' ');
                line += (i == 0 ? "" : "  ") + (is_number(row[i]) ? padding + row[i] : row[i] + padding);
            }
            text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        }
        return text;
    }

  private:
    static bool is_number(const std::string& cell) {
        return !cell.empty() && cell.find_first_not_of("0123456789.e+-kMGT ") == std::string::npos;
    }
    std::vector<std::vector<std::string>> rows_;
};

/// Three significant digits with a prefix of a thousand: 12.3 M.
inline std::string with_prefix(double value) {
    const char* const prefixes[] = {"", " k", " M", " G", " T"};
    std::size_t i = 0;
    for (; value >= 999.5 && i + 1 < std::size(prefixes); ++i)
        value /= 1000;
    char text[32];
    std::snprintf(text, sizeof text,
                  value < 9.995   ? "%.2f%s"
                  : value < 99.95 ? "%.1f%s"
                                  : "%.0f%s",
                  value, prefixes[i]);
    return text;
}

namespace detail {

/// What add_context was told.
inline std::vector<std::pair<std::string, std::string>>& context() {
    static std::vector<std::pair<std::string, std::string>> pairs;
    return pairs;
}

inline std::vector<std::string> parts_of(const std::string& name) {
    std::vector<std::string> parts{""};
    for (const char c : name)
        if (c == '/')
            parts.emplace_back();
        else
            parts.back() += c;
    return parts;
}

}  // namespace detail

/// A circumstance of the run, such as the version of a peer: printed above the table, and in the context of
/// the machine's formats. To be called before run().
inline void add_context(const std::string& name, const std::string& value) {
    detail::context().emplace_back(name, value);
    ::benchmark::AddCustomContext(name, value);
}

/// Collects the runs of Google Benchmark and prints one table for each set of columns at the end.
class table_reporter : public ::benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context&) override {
        for (const auto& [name, value] : detail::context())
            GetOutputStream() << name << ": " << value << "\n";
        GetOutputStream().flush();
        return true;
    }

    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            auto cells = detail::parts_of(run.benchmark_name());
            while (!cells.empty() && (cells.back() == "real_time" || cells.back() == "threads:1"))
                cells.pop_back();
            std::vector<std::string> head{"kernel", "type", "arithmetic", "shape", "level"};
            head.resize(std::max(head.size(), cells.size()));
            cells.resize(head.size());
            if (run.error_occurred) {
                cells.push_back(run.error_message);
                failed_.push_back(cells);
                continue;
            }
            const auto rate = run.counters.find("units/s");
            head.push_back("units/s");
            cells.push_back(with_prefix(rate == run.counters.end() ? 1e9 / run.GetAdjustedRealTime()
                                                                   : rate->second.value));
            for (const auto& [name, counter] : run.counters)
                if (name != "units/s") {
                    head.push_back(name);
                    char text[32];
                    std::snprintf(text, sizeof text,
                                  name == "wrong"                               ? "%.0f"
                                  : counter.value != 0 && counter.value < 0.095 ? "%.3f"
                                                                                : "%.2f",
                                  counter.value);
                    cells.emplace_back(text);
                }
            if (tables_.empty() || head != last_head_) {
                tables_.emplace_back();
                tables_.back().add_row(head);
                last_head_ = head;
            }
            tables_.back().add_row(std::move(cells));
        }
    }

    void Finalize() override {
        for (const text_table& table : tables_)
            GetOutputStream() << "\n" << table.to_string();
        for (const auto& cells : failed_) {
            GetOutputStream() << "failed:";
            for (const std::string& cell : cells)
                GetOutputStream() << " " << cell;
            GetOutputStream() << "\n";
        }
        GetOutputStream().flush();
    }

  private:
    std::vector<text_table> tables_;
    std::vector<std::string> last_head_;
    std::vector<std::vector<std::string>> failed_;
};

/// Runs the registered cases as the command line says, and prints the table, or what --benchmark_format asks
/// for. The main function of a benchmark program returns it: 0, or 1 if a case's answer was wrong, an option is not
/// known, or no case has a name that the filter lets through.
inline int run(int argc, char** argv) {
    bool table = true;
    for (int i = 1; i < argc; ++i) {
        const std::string_view option = argv[i];
        constexpr std::string_view format = "--benchmark_format=";
        if (option.substr(0, format.size()) == format || option == "--benchmark_list_tests" ||
            option == "--benchmark_list_tests=true")
            table = false;
    }
    add_context("halfulp_version", std::to_string(HALFULP_VERSION_MAJOR) + "." +
                                       std::to_string(HALFULP_VERSION_MINOR) + "." +
                                       std::to_string(HALFULP_VERSION_PATCH));
    add_context("instruction_set", simd::name_of(simd::detected_level()));
#if defined(__VERSION__)
    add_context("compiler", __VERSION__);
#endif
    ::benchmark::Initialize(&argc, argv);
    if (::benchmark::ReportUnrecognizedArguments(argc, argv))
        return 1;
    table_reporter reporter;
    const std::size_t count =
        table ? ::benchmark::RunSpecifiedBenchmarks(&reporter) : ::benchmark::RunSpecifiedBenchmarks();
    ::benchmark::Shutdown();
    return detail::a_case_failed() || count == 0 ? 1 : 0;
}

}  // namespace benchmarks
}  // namespace v0
}  // namespace halfulp
